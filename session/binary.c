#include "session/binary.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

bool binary_is_type(const Cfsm *machine) {
    for (uint32_t e = 1; e < machine->nedges; e++) { /* edges come sorted by source, then what they do */
        const CfsmEdge *a = &machine->edges[e - 1], *b = &machine->edges[e];
        if (a->peer != b->peer) return false;
        if (a->from == b->from && (a->is_send != b->is_send || a->message == b->message)) return false;
    }
    return cfsm_restless(machine) == UINT32_MAX;
}

const CfsmEdge *binary_find(const Cfsm *machine, uint32_t state, bool is_send, Name message) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (machine->edges[e].message == message && machine->edges[e].is_send == is_send) return &machine->edges[e];
    return NULL;
}

/* ---- from where every way on meets an edge of a kind: the least fixed point, found from its edges backwards */

typedef struct Backwards {
    uint32_t *first, *edges; /* by target */
    uint32_t *open;          /* per state: edges of which it is not yet known */
    VEC(uint32_t) work;
} Backwards;

static void backwards_init(Backwards *back, const Cfsm *machine) {
    *back = (Backwards){.first = allocate(machine->nstates + 2u, sizeof(uint32_t)), .edges = allocate(machine->nedges, sizeof(uint32_t))};
    back->open = allocate(machine->nstates, sizeof(uint32_t));
    for (uint32_t e = 0; e < machine->nedges; e++) back->first[machine->edges[e].to + 2]++;
    for (uint32_t s = 0; s < machine->nstates; s++) back->first[s + 2] += back->first[s + 1];
    for (uint32_t e = 0; e < machine->nedges; e++) back->edges[back->first[machine->edges[e].to + 1]++] = e;
}

static void settle(Backwards *back, bool *must, uint32_t state) {
    if (--back->open[state]) return;
    must[state] = true;
    vec_push(&back->work, state);
}

static bool *find_must(const Cfsm *machine, bool is_send) {
    Backwards back;
    bool *must = allocate(machine->nstates, sizeof *must);
    backwards_init(&back, machine);
    for (uint32_t s = 0; s < machine->nstates; s++) back.open[s] = binary_degree(machine, s);
    for (uint32_t e = 0; e < machine->nedges; e++)
        if (machine->edges[e].is_send == is_send) settle(&back, must, machine->edges[e].from);
    while (back.work.n) {
        uint32_t state = vec_pop(&back.work);
        for (uint32_t i = back.first[state]; i < back.first[state + 1]; i++) {
            const CfsmEdge *edge = &machine->edges[back.edges[i]];
            if (edge->is_send != is_send) settle(&back, must, edge->from);
        }
    }
    free(back.first);
    free(back.edges);
    free(back.open);
    vec_fini(&back.work);
    return must;
}

Binary binary_of(const Cfsm *t, const Cfsm *u, bool is_fair) { return (Binary){t, u, find_must(t, false), find_must(u, true), is_fair}; }

void binary_fini(Binary *binary) {
    free(binary->must_receive);
    free(binary->must_send);
    *binary = (Binary){0};
}

/* ---- positions */

static BinaryFault no_fault(void) { return (BinaryFault){0}; }
static BinaryFault fault(const char *why) { return (BinaryFault){.why = why}; }
static BinaryFault fault_of(const char *why, Name message) { return (BinaryFault){why, true, message}; }

BinaryFault binary_end_fault(const Binary *pair, uint32_t u, bool owes) {
    if (owes) return fault("it ends, and what the other would have received stays unread");
    return binary_degree(pair->u, u) ? fault("it ends where the other goes on") : no_fault();
}

BinaryFault binary_owed_fault(const Binary *pair, uint32_t t, Name message) {
    return binary_find(pair->t, t, false, message) ? no_fault() : fault_of("it does not receive what the other receives there", message);
}

BinaryFault binary_receive_fault(const Binary *pair, uint32_t t, uint32_t u) {
    if (!binary_degree(pair->u, u)) return fault("it goes on where the other ends");
    if (!binary_receives(pair->u, u)) return fault("it receives before it has sent what the other sends first");
    for (uint32_t e = pair->u->first[u]; e < pair->u->first[u + 1]; e++) {
        BinaryFault lacking = binary_owed_fault(pair, t, pair->u->edges[e].message);
        if (lacking.why) return lacking;
    }
    return no_fault();
}

/* Of the outputs that U has there T has at least one, and under fairness all: those that it lacked might be the ones by which U ends. */
static BinaryFault output_fault(const Binary *pair, const CfsmEdge *sent, uint32_t u) {
    if (!binary_find(pair->u, u, true, sent->message)) return fault_of("it sends what the other does not send there", sent->message);
    for (uint32_t e = pair->u->first[u]; e < pair->u->first[u + 1] && pair->is_fair; e++)
        if (!binary_find(pair->t, sent->from, true, pair->u->edges[e].message))
            return fault_of("it never sends there what the other may send", pair->u->edges[e].message);
    return no_fault();
}

BinaryFault binary_send_fault(const Binary *pair, uint32_t edge, uint32_t u, bool owes) {
    const CfsmEdge *sent = &pair->t->edges[edge];
    if (!binary_degree(pair->u, u)) return fault_of("it sends where the other ends", sent->message);
    if (!pair->is_fair && !pair->must_send[u])
        return fault_of("it sends although the other may receive for ever, or to its end, before it sends", sent->message);
    if (!binary_sends(pair->u, u)) return no_fault();
    BinaryFault output = output_fault(pair, sent, u);
    if (output.why || pair->is_fair || !owes || pair->must_receive[sent->to]) return output;
    return fault("it may never take what the other would have received: messages stay unread");
}

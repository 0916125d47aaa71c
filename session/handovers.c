#include "session/courses.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

/* Every element that hands over a name of a scope. Where the conversation is, is told by the last of them: with its receiver. */
typedef struct Handover {
    const GlobalType *origin;
    uint32_t scope;
    Name name;
    Span span;
    uint32_t sender, receiver;
} Handover;
typedef struct Handovers {
    const GlobalAutomaton *global;
    VEC(Handover) all;
    VEC(uint32_t) queue; /* state * (all.n * all.n + 1) + first * all.n + last handover, all.n * all.n: none yet */
    bool *seen;
    Diags *diags;
    bool failed;
} Handovers;

static uint32_t find(const Handovers *handovers, const GlobalEdge *edge, Name name) {
    uint32_t i = 0;
    for (; i < handovers->all.n; i++) {
        const Handover *one = &handovers->all.data[i];
        if (one->origin == edge->origin && one->scope == edge->scope && one->name == name) break;
    }
    return i;
}

static void collect(Handovers *handovers) {
    for (uint32_t e = 0; e < handovers->global->nedges; e++) {
        const GlobalEdge *edge = &handovers->global->edges[e];
        for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
            const Payload *payload = &edge->origin->payloads[i];
            if (!payload->protocol || !payload->name || find(handovers, edge, payload->name) < handovers->all.n)
                continue;
            vec_push(&handovers->all,
                (Handover){edge->origin, edge->scope, payload->name, payload->span, edge->sender, edge->receiver});
        }
    }
}

static void refuse(Handovers *handovers, const Handover *here, const Handover *last) {
    const GlobalAutomaton *global = handovers->global;
    const Role *roles = global->protocol->roles;
    handovers->failed = true;
    diags_add(handovers->diags, DIAG_PROTOCOL, here->span,
        "'%s' does not hold '%s' any more: '%s' does in a course that leads here",
        names_text(global->names, roles[here->sender].name), names_text(global->names, here->name),
        names_text(global->names, roles[last->receiver].name));
    diags_note(handovers->diags, last->span, "it was handed over here");
}

/* Where a conversation was handed over first, and last. The first one, met again, is another conversation: a loop's next round. */
static uint32_t after(Handovers *handovers, const GlobalEdge *edge, uint32_t place, const Handover *about) {
    uint32_t n = handovers->all.n, here = find(handovers, edge, about->name), first = place / n, last = place % n;
    if (edge->scope != about->scope || here == n || handovers->failed) return place;
    if (place == n * n || here == first) return here * n + here;
    const Handover *now = &handovers->all.data[here], *before = &handovers->all.data[last];
    if (before->receiver != now->sender) refuse(handovers, now, before);
    return first * n + here;
}

static void add(Handovers *handovers, uint32_t state, uint32_t place) {
    uint32_t index = state * (handovers->all.n * handovers->all.n + 1u) + place;
    if (handovers->seen[index]) return;
    handovers->seen[index] = true;
    vec_push(&handovers->queue, index);
}

static void follow(Handovers *handovers, const Handover *about) {
    const GlobalAutomaton *global = handovers->global;
    uint32_t none = handovers->all.n * handovers->all.n, width = none + 1u;
    handovers->seen = calloc((size_t)global->nstates * width, sizeof *handovers->seen);
    if (!handovers->seen) fatal("out of memory");
    vec_clear(&handovers->queue);
    add(handovers, global->initial, none);
    for (uint32_t i = 0; i < handovers->queue.n && !handovers->failed; i++) {
        uint32_t state = handovers->queue.data[i] / width, place = handovers->queue.data[i] % width;
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            add(handovers, global->edges[e].to, after(handovers, &global->edges[e], place, about));
    }
    free(handovers->seen);
}

bool handovers_check(const GlobalAutomaton *global, Diags *diags) {
    enum { MAX_HANDOVERS = 500, MAX_PLACES = 50000000 };
    Handovers handovers = {.global = global, .diags = diags};
    collect(&handovers);
    if (handovers.all.n > MAX_HANDOVERS ||
        (uint64_t)global->nstates * (handovers.all.n * handovers.all.n + 1u) > MAX_PLACES) {
        diags_add(diags, DIAG_PROTOCOL_LIMIT, global->protocol->at, "too many conversations are handed over");
        handovers.failed = true;
    }
    for (uint32_t i = 0; i < handovers.all.n && !handovers.failed; i++) {
        bool is_first = true; /* of its name in its scope */
        for (uint32_t k = 0; k < i; k++)
            is_first &= handovers.all.data[k].name != handovers.all.data[i].name ||
                        handovers.all.data[k].scope != handovers.all.data[i].scope;
        if (is_first) follow(&handovers, &handovers.all.data[i]);
    }
    vec_fini(&handovers.all);
    vec_fini(&handovers.queue);
    return !handovers.failed;
}

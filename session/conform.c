#include "session/conform.h"

#include "session/binary.h"
#include "session/erased.h"
#include "session/project.h"
#include "session/reorder.h"
#include "session/subtype_multi.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>

/* A state of the machine and one of the protocol that go together; found from `parent` by an edge of each, or of the protocol alone. */
typedef struct Pair { uint32_t state, at, parent, edge, step; } Pair;

typedef struct Product {
    const Cfsm *machine;
    Erased erased;
    ConformOptions options;
    VEC(Pair) pairs;
    uint32_t *table, mask;
    uint32_t *first, *order; /* pairs by state of the machine */
    VEC(uint32_t) states;    /* of the machine, as they are found */
    Conform *out;
} Product;

enum { NONE = UINT32_MAX };

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- the product */

static uint32_t slot_of(const Product *product, const Pair *pair) {
    uint32_t at = (uint32_t)hash_combine(pair->state, pair->at) & product->mask;
    for (; product->table[at]; at = (at + 1) & product->mask) {
        const Pair *other = &product->pairs.data[product->table[at] - 1];
        if (other->state == pair->state && other->at == pair->at) break;
    }
    return at;
}

static void add_pair(Product *product, Pair pair) {
    if (product->pairs.n * 2 >= product->mask) {
        free(product->table);
        product->mask = product->mask ? product->mask * 2 + 1 : 255;
        product->table = allocate(product->mask + 1u, sizeof *product->table);
        for (uint32_t i = 0; i < product->pairs.n; i++) product->table[slot_of(product, &product->pairs.data[i])] = i + 1;
    }
    uint32_t slot = slot_of(product, &pair);
    if (product->table[slot]) return;
    vec_push(&product->pairs, pair);
    product->table[slot] = product->pairs.n;
}

static bool is_same(const Product *product, const CfsmEdge *edge, const GlobalEdge *step) {
    uint32_t role = product->erased.role;
    return edge->message == step->message && (edge->is_send ? step->sender == role && step->receiver == edge->peer
                                                            : step->receiver == role && step->sender == edge->peer);
}

static void expand(Product *product, uint32_t p) {
    const GlobalAutomaton *global = product->erased.global;
    const Cfsm *machine = product->machine;
    Pair at = product->pairs.data[p];
    for (uint32_t g = global->first[at.at]; g < global->first[at.at + 1]; g++) {
        const GlobalEdge *step = &global->edges[g];
        if (!erased_concerns(&product->erased, step)) {
            add_pair(product, (Pair){at.state, step->to, p, NONE, g});
            continue;
        }
        for (uint32_t e = machine->first[at.state]; e < machine->first[at.state + 1]; e++)
            if (is_same(product, &machine->edges[e], step)) add_pair(product, (Pair){machine->edges[e].to, step->to, p, e, g});
    }
}

static void explore(Product *product) {
    const Cfsm *machine = product->machine;
    add_pair(product, (Pair){machine->initial, product->erased.global->initial, NONE, NONE, NONE});
    for (uint32_t p = 0; p < product->pairs.n; p++) expand(product, p);
    product->first = allocate(machine->nstates + 2u, sizeof *product->first);
    product->order = allocate(product->pairs.n, sizeof *product->order);
    for (uint32_t p = 0; p < product->pairs.n; p++)
        if (!product->first[product->pairs.data[p].state + 2]++) vec_push(&product->states, product->pairs.data[p].state);
    for (uint32_t s = 2; s < machine->nstates + 2; s++) product->first[s] += product->first[s - 1];
    for (uint32_t p = 0; p < product->pairs.n; p++) product->order[product->first[product->pairs.data[p].state + 1]++] = p;
}

static void product_fini(Product *product) {
    vec_fini(&product->pairs);
    vec_fini(&product->states);
    free(product->table);
    free(product->first);
    free(product->order);
    erased_fini(&product->erased);
}

/* ---- the fault, and how it comes to it */

/* What the protocol has for the role next, in some course from the state; NULL: nothing. */
static const GlobalEdge *next_for_role(Product *product, uint32_t state) {
    const GlobalAutomaton *global = product->erased.global;
    erased_begin(&product->erased);
    erased_visit(&product->erased, state);
    erased_close(&product->erased);
    for (uint32_t i = 0; i < product->erased.stack.n; i++) {
        uint32_t at = product->erased.stack.data[i];
        for (uint32_t e = global->first[at]; e < global->first[at + 1]; e++)
            if (erased_concerns(&product->erased, &global->edges[e])) return &global->edges[e];
    }
    return NULL;
}

static void keep_paths(const Product *product, uint32_t pair, Conform *out) {
    for (uint32_t p = pair; p != NONE; p = product->pairs.data[p].parent) {
        out->nrun += product->pairs.data[p].edge != NONE;
        out->ncourse += product->pairs.data[p].step != NONE;
    }
    out->run = allocate(out->nrun, sizeof *out->run);
    out->course = allocate(out->ncourse, sizeof *out->course);
    uint32_t run = out->nrun, course = out->ncourse;
    for (uint32_t p = pair; p != NONE; p = product->pairs.data[p].parent) {
        if (product->pairs.data[p].edge != NONE) out->run[--run] = product->pairs.data[p].edge;
        if (product->pairs.data[p].step != NONE) out->course[--course] = product->pairs.data[p].step;
    }
}

static bool blame(Product *product, ConformFault fault, const char *why, uint32_t pair, uint32_t edge, const GlobalEdge *expected) {
    Conform *out = product->out;
    out->verdict = CONFORM_NO;
    out->fault = fault;
    out->why = why;
    out->state = product->pairs.data[pair].state;
    out->edge = edge;
    out->expected = expected;
    keep_paths(product, pair, out);
    return false;
}

/* ---- the conditions, for one state of the machine with all states of the protocol that decorate it */

typedef struct Here { uint32_t state, from, to; const uint32_t *pairs; } Here; /* pairs[from, to) */

static uint32_t at_of(const Product *product, const Here *here, uint32_t i) { return product->pairs.data[here->pairs[i]].at; }

/* Send Validity. */
static bool send_is_valid(Product *product, const Here *here, uint32_t e) {
    const GlobalAutomaton *global = product->erased.global;
    const CfsmEdge *edge = &product->machine->edges[e];
    GlobalEdge *action = NULL; /* the protocol's edge like this one */
    for (uint32_t g = 0; g < global->nedges && !action; g++)
        if (is_same(product, edge, &global->edges[g])) action = &global->edges[g];
    uint32_t allowed = 0;
    for (uint32_t i = here->from; i < here->to && action; i++) allowed += erased_reaches(&product->erased, at_of(product, here, i), action);
    for (uint32_t i = here->from; i < here->to; i++) {
        uint32_t at = at_of(product, here, i);
        if (!action || !erased_reaches(&product->erased, at, action))
            return blame(product, CONFORM_SEND,
                         allowed ? "it may send this in some courses only, and cannot know whether this is one of them" : "it may not send this here",
                         here->pairs[i], e, next_for_role(product, at));
        for (uint32_t g = global->first[at]; g < global->first[at + 1]; g++)
            if (global->edges[g].receiver == product->erased.role && !erased_may_precede(&product->erased, action, &global->edges[g]))
                return blame(product, CONFORM_SEND, "a message may be on its way that comes first, after which it may not send this", here->pairs[i], e,
                             &global->edges[g]);
    }
    return true;
}

/* Receive Validity: the message cannot be there while the protocol has something else next for the role. Also for a message that the protocol does
   not have here at all: it may be one that comes later. */
static bool reception_is_valid(Product *product, const Here *here, uint32_t e) {
    const GlobalAutomaton *global = product->erased.global;
    const CfsmEdge *edge = &product->machine->edges[e];
    const GlobalEdge *action = NULL; /* the protocol's edge like this one */
    for (uint32_t g = 0; g < global->nedges && !action; g++)
        if (is_same(product, edge, &global->edges[g])) action = &global->edges[g];
    if (!action) return true; /* nobody sends that */
    for (uint32_t i = here->from; i < here->to; i++) {
        uint32_t at = at_of(product, here, i);
        for (uint32_t g = global->first[at]; g < global->first[at + 1]; g++) {
            const GlobalEdge *next = &global->edges[g];
            if (!erased_concerns(&product->erased, next) || next->sender == edge->peer) continue;
            if (!erased_is_available(&product->erased, next, edge->peer, edge->message, false)) continue;
            bool is_send = next->sender == product->erased.role;
            if (is_send ? erased_reaches(&product->erased, at, action) : erased_may_precede(&product->erased, action, next)) continue;
            return blame(product, CONFORM_RECEIVE, "it may take this message too early: another comes first, and this one may be there already",
                         here->pairs[i], e, next);
        }
    }
    return true;
}

static bool has_edge(const Product *product, uint32_t state, const GlobalEdge *step) {
    for (uint32_t e = product->machine->first[state]; e < product->machine->first[state + 1]; e++)
        if (is_same(product, &product->machine->edges[e], step)) return true;
    return false;
}

/* What the machine must be able to do: where it sends, that is enough, for then no reception must come first (Send Validity). */
static bool does_enough(Product *product, const Here *here, bool sends, bool may_be_done) {
    const GlobalAutomaton *global = product->erased.global;
    for (uint32_t i = here->from; i < here->to; i++) {
        uint32_t at = at_of(product, here, i);
        for (uint32_t g = global->first[at]; g < global->first[at + 1]; g++) {
            const GlobalEdge *step = &global->edges[g];
            if (!erased_concerns(&product->erased, step)) continue;
            if (may_be_done) return blame(product, CONFORM_END, "it may be done where the protocol is not", here->pairs[i], NONE, step);
            if (sends) continue;
            if (step->sender == product->erased.role)
                return blame(product, CONFORM_SILENT, "it must send something here, and sends nothing", here->pairs[i], NONE, step);
            if (!has_edge(product, here->state, step))
                return blame(product, CONFORM_MISSING, "it does not take a message that may come here", here->pairs[i], NONE, step);
        }
    }
    return true;
}

/* The protocol may be over for the role: then the machine must be done, or at least have nothing to do but listen. */
static bool end_is_met(Product *product, const Here *here, bool is_done) {
    for (uint32_t i = here->from; i < here->to && !is_done; i++) {
        if (!product->erased.global->is_final[at_of(product, here, i)]) continue;
        if (!product->options.listening_end)
            return blame(product, CONFORM_END, "it waits for a message where the protocol may be over", here->pairs[i], NONE, NULL);
        if (!product->out->listens) product->out->listening = here->state;
        product->out->listens = true;
    }
    return true;
}

static bool is_decorated_final(const Product *product, const Here *here) {
    for (uint32_t i = here->from; i < here->to; i++)
        if (product->erased.global->is_final[at_of(product, here, i)]) return true;
    return false;
}

/* What the protocol lets the role take here from the head's sender in a parallel branch; the pair where it does. */
static bool waits_beside(Product *product, const Here *here, const GlobalEdge *head, uint32_t *pair) {
    const GlobalAutomaton *global = product->erased.global;
    for (uint32_t i = here->from; i < here->to; i++)
        for (uint32_t at = at_of(product, here, i), g = global->first[at]; g < global->first[at + 1]; g++) {
            const GlobalEdge *edge = &global->edges[g];
            if (edge->receiver != product->erased.role || edge->sender != head->sender || !global_are_parallel(global, edge, head)) continue;
            *pair = here->pairs[i];
            return true;
        }
    return false;
}

/* Parallel branches send to the role through one queue: whatever may be its first message must be one that the machine takes where it listens. */
static bool queue_is_clear(Product *product, const Here *here, uint32_t sender) {
    const GlobalAutomaton *global = product->erased.global;
    VEC(uint32_t) states = {0};
    for (uint32_t i = here->from; i < here->to; i++) vec_push(&states, at_of(product, here, i));
    ErasedHeads heads = erased_heads(&product->erased, states.data, states.n, sender);
    bool clear = true;
    for (uint32_t i = 0, pair; i < heads.edges.n && clear; i++) {
        const GlobalEdge *head = &global->edges[heads.edges.data[i]];
        if (has_edge(product, here->state, head) || !waits_beside(product, here, head, &pair)) continue;
        clear = blame(product, CONFORM_MISSING, "it waits at a queue whose first message may be one of a parallel branch that it does not take here", pair, NONE, head);
    }
    vec_fini(&heads.edges);
    vec_fini(&states);
    return clear;
}

static bool queues_are_clear(Product *product, const Here *here) {
    const GlobalAutomaton *global = product->erased.global;
    const Cfsm *machine = product->machine;
    for (uint32_t e = machine->first[here->state]; e < machine->first[here->state + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        bool is_new = !edge->is_send && (e == machine->first[here->state] || machine->edges[e - 1].is_send || machine->edges[e - 1].peer != edge->peer), shared = false;
        for (uint32_t g = 0; g < global->nedges && is_new && !shared; g++)
            shared = global->edges[g].is_shared && global->edges[g].receiver == product->erased.role && global->edges[g].sender == edge->peer;
        if (shared && !queue_is_clear(product, here, edge->peer)) return false;
    }
    return true;
}

static bool check_state(Product *product, uint32_t state) {
    const Cfsm *machine = product->machine;
    Here here = {state, product->first[state], product->first[state + 1], product->order};
    bool sends = false, moves = machine->first[state] < machine->first[state + 1], is_final = machine->is_final[state];
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        sends |= edge->is_send;
        if (!(edge->is_send ? send_is_valid(product, &here, e) : reception_is_valid(product, &here, e))) return false;
    }
    if (!sends && !queues_are_clear(product, &here)) return false;
    bool goes_on = moves && product->options.final_listens && !sends && is_decorated_final(product, &here);
    bool may_be_done = is_final && moves && !goes_on;
    if (!moves && !does_enough(product, &here, false, false)) return false;
    return (!moves || does_enough(product, &here, sends, may_be_done)) && end_is_met(product, &here, !moves || (is_final && product->options.final_listens));
}

static void check_product(Product *product) {
    explore(product);
    product->out->verdict = CONFORM_YES;
    for (uint32_t i = 0; i < product->states.n; i++)
        if (!check_state(product, product->states.data[i])) break;
}

/* ---- the projection as a supertype */

static void accept(Conform *conform, ConformBasis basis) {
    conform->verdict = CONFORM_YES;
    conform->basis = basis;
}

static bool is_restless(const Cfsm *machine) { return cfsm_restless(machine) != NONE; }

/* Somewhere a role receives from several: which message comes first is told by what others wait for before they send. */
static bool has_races(const GlobalAutomaton *global) {
    bool any = false;
    for (uint32_t role = 0; role < global->protocol->nroles && !any; role++) {
        Projection projection = project_role(global, role);
        const Cfsm *machine = &projection.machine;
        for (uint32_t e = 1; e < machine->nedges; e++) {
            const CfsmEdge *edge = &machine->edges[e], *before = edge - 1;
            any |= edge->from == before->from && !edge->is_send && !before->is_send && edge->peer != before->peer;
        }
        projection_fini(&projection);
    }
    return any;
}

/* Binary subtyping knows more of what is owed without bound, and nothing of machines that are no types. Races are looked for when the answer hangs on them. */
static SubtypeVerdict decide_async(const GlobalAutomaton *global, const Cfsm *t, const Cfsm *u, uint32_t max_positions) {
    MultiOptions multi = {.max_visits = max_positions, .outputs_wait = true};
    SubtypeOptions binary = SUBTYPE_DEFAULTS;
    Subtype result = subtype_multi(t, u, multi);
    binary.max_positions = max_positions;
    if (result.verdict == SUBTYPE_UNKNOWN && !has_races(global)) {
        subtype_fini(&result);
        multi.outputs_wait = false;
        result = subtype_multi(t, u, multi);
        if (result.verdict == SUBTYPE_UNKNOWN && binary_is_type(t) && binary_is_type(u)) {
            subtype_fini(&result);
            result = subtype_async(t, u, binary);
        }
    }
    SubtypeVerdict verdict = result.verdict;
    subtype_fini(&result);
    return verdict;
}

/* Marks as final, too, the states of the role's projection in which it may wait in vain because the others go on for ever without it. */
static void mark_abandoned(const GlobalAutomaton *global, uint32_t role, const Cfsm *projected) {
    Product product = {.machine = projected};
    erased_init(&product.erased, global, role);
    explore(&product);
    for (uint32_t p = 0; p < product.pairs.n; p++) {
        const Pair *pair = &product.pairs.data[p];
        if (!erased_reaches(&product.erased, pair->at, NULL)) projected->is_final[pair->state] = true;
    }
    product_fini(&product);
}

static bool is_received(const Cfsm *machine, const CfsmEdge *wanted) {
    for (uint32_t e = 0; e < machine->nedges; e++)
        if (!machine->edges[e].is_send && machine->edges[e].peer == wanted->peer && machine->edges[e].message == wanted->message) return true;
    return false;
}

/* The type without the receptions that the machine was never seen to make, except where it would have none left. */
static Cfsm without_unseen(const Cfsm *type, const Cfsm *machine) {
    VEC(CfsmEdge) edges = {0};
    for (uint32_t s = 0; s < type->nstates; s++) {
        bool any = false;
        for (uint32_t e = type->first[s]; e < type->first[s + 1]; e++) any |= type->edges[e].is_send || is_received(machine, &type->edges[e]);
        for (uint32_t e = type->first[s]; e < type->first[s + 1]; e++)
            if (!any || type->edges[e].is_send || is_received(machine, &type->edges[e])) vec_push(&edges, type->edges[e]);
    }
    Cfsm part = cfsm_of(type->nstates, type->initial, edges.data, edges.n, type->is_final);
    vec_fini(&edges);
    return part;
}

/* It may do the same in another order, were it only known what it does after messages that never came. */
static bool is_open(const GlobalAutomaton *global, const Cfsm *machine, const Cfsm *projected, const Conform *conform, ConformOptions options) {
    if (!options.receptions_seen || (conform->fault != CONFORM_SEND && conform->fault != CONFORM_RECEIVE)) return false;
    Cfsm part = without_unseen(projected, machine);
    bool open = part.nedges < projected->nedges && decide_async(global, machine, &part, options.max_positions) == SUBTYPE_YES;
    cfsm_fini(&part);
    return open;
}

static void leave_open(Conform *conform, const char *why) {
    conform->verdict = CONFORM_UNKNOWN;
    conform->why = why;
}

/* A state that is final and receives means for subtyping that it goes on listening; of a task that may have ended there it says nothing. */
static void try_subtyping(Conform *conform, const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformOptions options) {
    if (is_restless(machine) && !options.final_listens) return;
    Projection projection = project_role(global, role);
    if (projection.fault == PROJECT_OK && is_restless(&projection.machine) && !options.listening_end) {
        if (conform->fault != CONFORM_END) conform->verdict = CONFORM_UNKNOWN; /* subtyping does not tell whether it waits at the end */
    } else if (projection.fault == PROJECT_OK) {
        mark_abandoned(global, role, &projection.machine);
        Subtype sync = subtype_sync(machine, &projection.machine);
        SubtypeVerdict async = sync.verdict == SUBTYPE_YES ? SUBTYPE_YES : decide_async(global, machine, &projection.machine, options.max_positions);
        if (sync.verdict == SUBTYPE_YES) accept(conform, CONFORM_BY_SUBTYPING);
        else if (async == SUBTYPE_YES) accept(conform, CONFORM_BY_ASYNC_SUBTYPING);
        else if (async == SUBTYPE_UNKNOWN && !reorder_refutes(machine, &projection.machine, NULL)) conform->verdict = CONFORM_UNKNOWN;
        else if (is_open(global, machine, &projection.machine, conform, options)) leave_open(conform, "what it would do after a message that never came is not known");
        subtype_fini(&sync);
    }
    projection_fini(&projection);
}

Conform conform_check(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformOptions options) {
    Conform conform = {.edge = NONE};
    Product product = {.machine = machine, .options = options, .out = &conform};
    erased_init(&product.erased, global, role);
    check_product(&product);
    if (product.erased.gave_up) {
        conform.verdict = CONFORM_UNKNOWN;
        conform.why = "there is too much to look at";
    }
    product_fini(&product);
    if (conform.verdict == CONFORM_NO && options.by_subtyping) try_subtyping(&conform, global, role, machine, options);
    return conform;
}

void conform_fini(Conform *conform) {
    free(conform->run);
    free(conform->course);
    *conform = (Conform){0};
}

/* ---- what is said */

typedef struct Teller {
    const GlobalAutomaton *global;
    const Cfsm *machine;
    uint32_t role;
    ConformPlaces places;
    Diags *diags;
} Teller;

static const char *role_text(const Teller *teller, uint32_t role) { return names_text(teller->global->names, teller->global->protocol->roles[role].name); }
static const char *message_text(const Teller *teller, Name message) { return names_text(teller->global->names, message); }

static Span place_of(const Teller *teller, const Conform *conform) {
    if (conform->edge != NONE && teller->places.edges) return teller->places.edges[conform->edge];
    if (conform->edge == NONE && teller->places.states) return teller->places.states[conform->state];
    return conform->expected ? conform->expected->span : teller->global->protocol->at;
}

static void tell_fault(const Teller *teller, const Conform *conform, const char *who) {
    Span span = place_of(teller, conform);
    const char *role = role_text(teller, teller->role);
    if (conform->edge != NONE) {
        const CfsmEdge *edge = &teller->machine->edges[conform->edge];
        diags_add(teller->diags, DIAG_NONCONFORMING, span, "'%s' does not follow '%s': it %s '%s' %s '%s', and %s", who, role,
                  edge->is_send ? "sends" : "receives", message_text(teller, edge->message), edge->is_send ? "to" : "from", role_text(teller, edge->peer),
                  conform->why);
        return;
    }
    diags_add(teller->diags, DIAG_NONCONFORMING, span, "'%s' does not follow '%s': %s", who, role, conform->why);
}

static void tell_expected(const Teller *teller, const Conform *conform) {
    const GlobalEdge *expected = conform->expected;
    if (!expected) {
        diags_note(teller->diags, teller->global->protocol->at, "the protocol is over for it then");
        return;
    }
    const char *lead = conform->fault == CONFORM_SEND || conform->fault == CONFORM_RECEIVE ? "the protocol has this next for it" : "this";
    diags_note(teller->diags, expected->span, "%s: %s -> %s: %s", lead, role_text(teller, expected->sender), role_text(teller, expected->receiver),
               message_text(teller, expected->message));
}

enum { SHOWN = 12 };

/* Of a machine without places the course of the protocol tells the same. */
static void tell_run(const Teller *teller, const Conform *conform) {
    uint32_t skipped = conform->nrun > SHOWN ? conform->nrun - SHOWN : 0;
    if (!conform->nrun) diags_note(teller->diags, teller->global->protocol->at, "it has done nothing before");
    for (uint32_t i = skipped; i < conform->nrun && teller->places.edges; i++) {
        const CfsmEdge *edge = &teller->machine->edges[conform->run[i]];
        const char *lead = i > skipped ? "" : skipped ? "before that: … " : "before that: ";
        diags_note(teller->diags, teller->places.edges[conform->run[i]], "%sit %s '%s' %s '%s'", lead, edge->is_send ? "sends" : "receives",
                   message_text(teller, edge->message), edge->is_send ? "to" : "from", role_text(teller, edge->peer));
    }
}

static void tell_course(const Teller *teller, const Conform *conform) {
    uint32_t skipped = conform->ncourse > SHOWN ? conform->ncourse - SHOWN : 0;
    for (uint32_t i = skipped; i < conform->ncourse; i++) {
        const GlobalEdge *step = &teller->global->edges[conform->course[i]];
        bool is_seen = step->sender == teller->role || step->receiver == teller->role;
        diags_note(teller->diags, step->span, "%s%s -> %s: %s%s", i > skipped ? "" : skipped ? "a course of the protocol: … " : "a course of the protocol: ",
                   role_text(teller, step->sender), role_text(teller, step->receiver), message_text(teller, step->message), is_seen ? " (its own)" : "");
    }
}

void conform_report(const Conform *conform, const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformPlaces places, const char *who,
                    Diags *diags) {
    if (conform->verdict == CONFORM_YES) return;
    assert(conform->fault != CONFORM_OK);
    Teller teller = {global, machine, role, places, diags};
    tell_fault(&teller, conform, who);
    tell_expected(&teller, conform);
    if (conform->verdict == CONFORM_UNKNOWN)
        diags_note(diags, place_of(&teller, conform), "it may still be right, if it does the same in another order: that was not decided");
    tell_run(&teller, conform);
    tell_course(&teller, conform);
}

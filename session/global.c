#include "session/courses.h"
#include "session/global.h"
#include "session/templates.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the automaton under construction, with empty steps */

typedef struct Raw {
    uint32_t from, to, sender, receiver, scope, arm;
    const GlobalType *origin; /* NULL: an empty step */
    bool leaves;
} Raw;

/* A block of a called protocol: the same call with the same way on is the same state, so that a call of itself is a loop. */
typedef struct Call { const Protocol *protocol; uint32_t *roles; uint32_t end, state; bool is_open; } Call;
typedef struct Loop { const GlobalType *rec; uint32_t state; } Loop;

typedef struct Build {
    const Protocols *protocols;
    Diags *diags;
    VEC(Raw) edges;
    VEC(Call) calls;
    VEC(Loop) loops;     /* the enclosing ones */
    VEC(GlobalArm) arms;
    uint32_t arm, nblocks; /* the arm that is being entered; parallel blocks so far */
    const uint32_t *roles; /* of the protocol at hand -> those of the outermost */
    uint32_t nstates, scope;
    uint32_t depth;      /* of blocks, through calls */
    bool failed;
} Build;

enum { CALLS_MAX = 20000, DEPTH_MAX = 5000 };

static uint32_t new_state(Build *build) { return build->nstates++; }

static void add_edge(Build *build, Raw raw) { vec_push(&build->edges, raw); }
static void add_empty(Build *build, uint32_t from, uint32_t to) { add_edge(build, (Raw){.from = from, .to = to}); }

static uint32_t entry(Build *build, const GlobalType *global, uint32_t end);

static void fail(Build *build, DiagCode code, Span at, const char *why) {
    if (!build->failed) diags_add(build->diags, code, at, "%s", why);
    build->failed = true;
}

/* ---- each kind: the state in which the element begins, `end` being where it leads */

static uint32_t enter_message(Build *build, const GlobalType *global, uint32_t end) {
    uint32_t state = new_state(build);
    uint32_t from = build->roles[global->from], to = build->roles[global->to];
    add_edge(build, (Raw){state, end, from, to, build->scope, build->arm, global, false});
    return state;
}

static uint32_t enter_choice(Build *build, const GlobalType *global, uint32_t end) {
    uint32_t state = new_state(build);
    for (uint32_t i = 0; i < global->narms; i++) add_empty(build, state, entry(build, global->arms[i], end));
    return state;
}

static uint32_t enter_loop(Build *build, const GlobalType *global, uint32_t end) {
    uint32_t state = new_state(build);
    vec_push(&build->loops, (Loop){global, state});
    add_empty(build, state, entry(build, global->arms[0], end));
    (void)vec_pop(&build->loops);
    return state;
}

static uint32_t enter_jump(Build *build, const GlobalType *global) {
    for (uint32_t i = build->loops.n; i-- > 0;)
        if (build->loops.data[i].rec == global->target) return build->loops.data[i].state;
    fail(build, DIAG_PROTOCOL, global->span, "a jump out of a parallel block: the other branches go on");
    return 0;
}

/* Among the calls: the same one with the same way on. calls.n: none. */
static uint32_t find_call(const Build *build, const Protocol *callee, const uint32_t *roles, uint32_t end) {
    uint32_t i = 0;
    for (; i < build->calls.n; i++) {
        const Call *call = &build->calls.data[i];
        if (call->protocol == callee && call->end == end && memcmp(call->roles, roles, sizeof *roles * callee->nroles) == 0) break;
    }
    return i;
}

/* A call of the same protocol for the same roles that is not over, with another way on: it would never come to an end of its own calls. */
static bool is_endless(const Build *build, const Protocol *callee, const uint32_t *roles) {
    for (uint32_t i = 0; i < build->calls.n; i++) {
        const Call *call = &build->calls.data[i];
        if (call->is_open && call->protocol == callee && memcmp(call->roles, roles, sizeof *roles * callee->nroles) == 0) return true;
    }
    return false;
}

static uint32_t run_call(Build *build, const Protocol *callee, uint32_t *roles, uint32_t end) {
    uint32_t state = new_state(build), index = build->calls.n;
    vec_push(&build->calls, (Call){callee, roles, end, state, true});
    const uint32_t *outer = build->roles;
    uint32_t scope = build->scope, loops = build->loops.n;
    build->roles = roles;
    build->scope = index + 1;
    add_empty(build, state, entry(build, callee->body, end));
    build->roles = outer;
    build->scope = scope;
    build->calls.data[index].is_open = false;
    assert(build->loops.n == loops);
    (void)loops;
    return state;
}

static uint32_t enter_call(Build *build, const GlobalType *global, uint32_t end) {
    const Protocol *callee = templates_callee(build->protocols, global, build->diags).protocol;
    if (!callee) { /* in a protocol that is called */
        build->failed = true;
        return end;
    }
    assert(callee->nroles == global->nargs);
    uint32_t *roles = calloc(callee->nroles + 1u, sizeof *roles);
    if (!roles) fatal("out of memory");
    for (uint32_t i = 0; i < callee->nroles; i++) roles[i] = build->roles[global->args[i]];
    uint32_t known = find_call(build, callee, roles, end);
    bool is_wrong = known == build->calls.n && is_endless(build, callee, roles);
    if (known < build->calls.n || is_wrong || build->calls.n >= CALLS_MAX) {
        free(roles);
        if (known < build->calls.n) return build->calls.data[known].state;
        if (is_wrong) fail(build, DIAG_PROTOCOL, global->span, "this protocol calls itself, and has more to do then: such a call must be the last thing");
        else fail(build, DIAG_PROTOCOL_LIMIT, global->span, "too many calls");
        return end;
    }
    return run_call(build, callee, roles, end);
}

/* ---- parallel blocks: all interleavings */

typedef struct Product {
    uint32_t *first; /* per arm: its first edge in the outer list, then one past the last */
    uint32_t *starts, *ends;
    uint32_t narms;
    Raw *edges;      /* of the arms, by source */
    uint32_t nedges, lowest, nsources, *by_source; /* the edges of state lowest + i are [by_source[i], by_source[i + 1]) */
    VEC(uint32_t) places; /* narms words each: where every arm is */
    VEC(uint32_t) states;
    uint32_t *table, mask;
    uint32_t *mark, stamp; /* per source and way: it is on the stack */
    VEC(uint32_t) stack;
} Product;

static int by_source(const void *a, const void *b) {
    const Raw *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Takes the arms' edges out of the outer list. */
static void take_arms(Build *build, Product *product) {
    product->nedges = build->edges.n - product->first[0];
    product->edges = calloc(product->nedges + 1u, sizeof *product->edges);
    product->nsources = build->nstates - product->lowest;
    product->by_source = calloc(product->nsources + 2u, sizeof(uint32_t));
    product->mark = calloc((size_t)product->nsources * 2 + 1u, sizeof(uint32_t));
    if (!product->edges || !product->by_source || !product->mark) fatal("out of memory");
    if (product->nedges) memcpy(product->edges, build->edges.data + product->first[0], sizeof(Raw) * product->nedges);
    build->edges.n = product->first[0];
    qsort(product->edges, product->nedges, sizeof(Raw), by_source);
    for (uint32_t e = 0; e < product->nedges; e++) product->by_source[product->edges[e].from - product->lowest + 1]++;
    for (uint32_t s = 0; s < product->nsources; s++) product->by_source[s + 1] += product->by_source[s];
}

static uint32_t *place_at(const Product *product, uint32_t i) { return product->places.data + (size_t)i * product->narms; }

static void grow_table(Product *product) {
    uint32_t size = product->mask ? (product->mask + 1) * 2 : 256;
    free(product->table);
    product->table = calloc(size, sizeof *product->table);
    if (!product->table) fatal("out of memory");
    product->mask = size - 1;
    for (uint32_t i = 0; i < product->states.n; i++) {
        uint32_t at = (uint32_t)hash_bytes(place_at(product, i), sizeof(uint32_t) * product->narms) & product->mask;
        while (product->table[at]) at = (at + 1) & product->mask;
        product->table[at] = i + 1;
    }
}

/* The place that was pushed last is a new one, or taken back. */
static uint32_t find_place(Build *build, Product *product) {
    if (product->states.n * 2 >= product->mask) grow_table(product);
    const uint32_t *place = place_at(product, product->states.n);
    uint32_t at = (uint32_t)hash_bytes(place, sizeof(uint32_t) * product->narms) & product->mask;
    for (; product->table[at]; at = (at + 1) & product->mask)
        if (memcmp(place_at(product, product->table[at] - 1), place, sizeof(uint32_t) * product->narms) == 0) {
            product->places.n -= product->narms;
            return product->table[at] - 1;
        }
    vec_push(&product->states, new_state(build));
    return (product->table[at] = product->states.n) - 1;
}

static void visit_arm(Product *product, uint32_t state, bool leaves) {
    uint32_t place = (state - product->lowest) * 2 + leaves;
    if (product->mark[place] == product->stamp) return;
    product->mark[place] = product->stamp;
    vec_push(&product->stack, place);
}

/* The states of an arm that `state` reaches by its empty steps, on the stack, twice: without and with leaving an inner block. A choice there is not made
   until its message is sent. */
static void close_arm(Product *product, uint32_t state) {
    product->stamp++;
    vec_clear(&product->stack);
    visit_arm(product, state, false);
    for (uint32_t i = 0; i < product->stack.n; i++) {
        uint32_t at = product->stack.data[i] / 2;
        for (uint32_t e = product->by_source[at]; e < product->by_source[at + 1]; e++)
            if (!product->edges[e].origin) visit_arm(product, product->edges[e].to, product->stack.data[i] % 2 || product->edges[e].leaves);
    }
}

static bool is_closed_over(const Product *product, uint32_t at, bool leaves) { return product->mark[at * 2 + leaves] == product->stamp; }

static void step_edge(Build *build, Product *product, uint32_t s, uint32_t arm, Raw edge) {
    for (uint32_t i = 0; i < product->narms; i++) vec_push(&product->places, place_at(product, s)[i]);
    place_at(product, product->states.n)[arm] = edge.to;
    uint32_t to = find_place(build, product); /* states may move */
    edge.to = product->states.data[to];
    edge.from = product->states.data[s];
    add_edge(build, edge);
}

/* The messages of one arm in place s; true when the arm may be over there. */
static bool step_arm(Build *build, Product *product, uint32_t s, uint32_t arm) {
    close_arm(product, place_at(product, s)[arm]);
    for (uint32_t i = 0; i < product->stack.n; i++) {
        uint32_t at = product->stack.data[i] / 2;
        bool leaves = product->stack.data[i] % 2;
        for (uint32_t e = product->by_source[at]; e < product->by_source[at + 1]; e++) {
            Raw edge = product->edges[e];
            if (!edge.origin || (!leaves && is_closed_over(product, at, true))) continue; /* once */
            edge.leaves |= leaves;
            step_edge(build, product, s, arm, edge);
        }
    }
    uint32_t end = product->ends[arm] - product->lowest;
    return is_closed_over(product, end, false) || is_closed_over(product, end, true);
}

/* Replaces the arms' edges by those of their product. */
static uint32_t interleave(Build *build, Product *product, uint32_t end, Span at) {
    take_arms(build, product);
    for (uint32_t i = 0; i < product->narms; i++) vec_push(&product->places, product->starts[i]);
    (void)find_place(build, product);
    for (uint32_t s = 0; s < product->states.n && !build->failed; s++) {
        bool over = true;
        for (uint32_t arm = 0; arm < product->narms; arm++) over &= step_arm(build, product, s, arm);
        if (over) add_edge(build, (Raw){.from = product->states.data[s], .to = end, .leaves = true});
        if (build->nstates >= GLOBAL_MAX_STATES || build->edges.n >= GLOBAL_MAX_EDGES)
            fail(build, DIAG_PROTOCOL_LIMIT, at, "the interleavings of these parallel branches are too many");
    }
    uint32_t start = product->states.data[0];
    free(product->edges);
    free(product->by_source);
    free(product->table);
    free(product->mark);
    vec_fini(&product->places);
    vec_fini(&product->states);
    vec_fini(&product->stack);
    return start;
}

static uint32_t enter_par(Build *build, const GlobalType *global, uint32_t end) {
    Product product = {.narms = global->narms, .lowest = build->nstates};
    product.first = calloc(global->narms + 1u, sizeof(uint32_t));
    product.starts = calloc(global->narms, sizeof(uint32_t));
    product.ends = calloc(global->narms, sizeof(uint32_t));
    if (!product.first || !product.starts || !product.ends) fatal("out of memory");
    VEC(Loop) outer = {build->loops.data, build->loops.n, build->loops.cap};
    memset(&build->loops, 0, sizeof build->loops); /* nobody jumps out */
    uint32_t outer_arm = build->arm, block = build->nblocks++;
    for (uint32_t i = 0; i < global->narms; i++) {
        build->arm = build->arms.n;
        vec_push(&build->arms, (GlobalArm){block, outer_arm});
        product.first[i] = build->edges.n;
        product.ends[i] = new_state(build);
        product.starts[i] = entry(build, global->arms[i], product.ends[i]);
    }
    build->arm = outer_arm;
    product.first[global->narms] = build->edges.n;
    vec_fini(&build->loops);
    build->loops.data = outer.data;
    build->loops.n = outer.n;
    build->loops.cap = outer.cap;
    uint32_t start = build->failed ? end : interleave(build, &product, end, global->at);
    free(product.first);
    free(product.starts);
    free(product.ends);
    return start;
}

static uint32_t enter_element(Build *build, const GlobalType *global, uint32_t end) {
    if (build->nstates >= GLOBAL_MAX_STATES || build->edges.n >= GLOBAL_MAX_EDGES) fail(build, DIAG_PROTOCOL_LIMIT, global->span, "the protocol has too many states");
    if (build->failed) return end;
    switch (global->kind) {
    case GLOBAL_MESSAGE: return enter_message(build, global, end);
    case GLOBAL_CHOICE: return enter_choice(build, global, end);
    case GLOBAL_REC: return enter_loop(build, global, end);
    case GLOBAL_CONTINUE: return enter_jump(build, global);
    case GLOBAL_PAR: return enter_par(build, global, end);
    case GLOBAL_DO: return enter_call(build, global, end);
    }
    return end;
}

/* From the block's last element to its first. */
static uint32_t entry(Build *build, const GlobalType *global, uint32_t end) {
    VEC(const GlobalType *) elements = {0};
    if (build->depth++ == DEPTH_MAX) fail(build, DIAG_PROTOCOL_LIMIT, global ? global->span : (Span){0}, "calls nested too deeply");
    for (; global; global = global->next) vec_push(&elements, global);
    for (uint32_t i = elements.n; i-- > 0 && !build->failed;) end = enter_element(build, elements.data[i], end);
    vec_fini(&elements);
    build->depth--;
    return end;
}

/* ---- empty steps are removed */

typedef struct Closure {
    const Build *build;
    uint32_t *first; /* raw edges by source */
    uint32_t *order;
    uint32_t *seen; /* per state, and whether a parallel block is left on the way: the number of the closure that it is in */
    uint32_t stamp;
    VEC(uint32_t) stack;
} Closure;

static void sort_raw(Closure *closure) {
    const Build *build = closure->build;
    closure->first = calloc(build->nstates + 2u, sizeof(uint32_t));
    closure->order = calloc(build->edges.n + 1u, sizeof(uint32_t));
    closure->seen = calloc((size_t)build->nstates * 2 + 2u, sizeof(uint32_t));
    if (!closure->first || !closure->order || !closure->seen) fatal("out of memory");
    for (uint32_t i = 0; i < build->edges.n; i++) closure->first[build->edges.data[i].from + 2]++;
    for (uint32_t s = 2; s < build->nstates + 2; s++) closure->first[s] += closure->first[s - 1];
    for (uint32_t i = 0; i < build->edges.n; i++) closure->order[closure->first[build->edges.data[i].from + 1]++] = i;
}

static void visit(Closure *closure, uint32_t state, bool leaves) {
    uint32_t place = state * 2 + leaves;
    if (closure->seen[place] == closure->stamp) return;
    closure->seen[place] = closure->stamp;
    vec_push(&closure->stack, place);
}

static bool is_seen(const Closure *closure, uint32_t state, bool leaves) { return closure->seen[state * 2 + leaves] == closure->stamp; }

/* Visits what `state` reaches by empty steps, itself included. */
static void close_over(Closure *closure, uint32_t state) {
    closure->stamp++;
    vec_clear(&closure->stack);
    visit(closure, state, false);
    for (uint32_t i = 0; i < closure->stack.n; i++) {
        uint32_t at = closure->stack.data[i] / 2;
        for (uint32_t k = closure->first[at]; k < closure->first[at + 1]; k++) {
            const Raw *edge = &closure->build->edges.data[closure->order[k]];
            if (!edge->origin) visit(closure, edge->to, closure->stack.data[i] % 2 || edge->leaves);
        }
    }
}

/* Numbers the states that edges lead to, from the start on, and copies their edges through empty steps. */
static void without_empty(GlobalAutomaton *automaton, const Build *build, uint32_t start, uint32_t end) {
    Closure closure = {.build = build};
    VEC(uint32_t) states = {0};
    VEC(GlobalEdge) edges = {0};
    VEC(uint32_t) first = {0};
    VEC(bool) is_final = {0};
    uint32_t *number = malloc(sizeof *number * (build->nstates + 1u));
    if (!number) fatal("out of memory");
    memset(number, 0xff, sizeof *number * (build->nstates + 1u));
    sort_raw(&closure);
    vec_push(&states, start);
    number[start] = 0;
    for (uint32_t s = 0; s < states.n; s++) {
        vec_push(&first, edges.n);
        close_over(&closure, states.data[s]);
        vec_push(&is_final, is_seen(&closure, end, false) || is_seen(&closure, end, true));
        for (uint32_t i = 0; i < closure.stack.n; i++) {
            uint32_t at = closure.stack.data[i] / 2;
            bool leaves = closure.stack.data[i] % 2;
            if (!leaves && is_seen(&closure, at, true)) continue; /* once */
            for (uint32_t k = closure.first[at]; k < closure.first[at + 1]; k++) {
                const Raw *raw = &build->edges.data[closure.order[k]];
                if (!raw->origin) continue;
                if (number[raw->to] == UINT32_MAX) {
                    number[raw->to] = states.n;
                    vec_push(&states, raw->to);
                }
                const GlobalType *origin = raw->origin;
                vec_push(&edges, (GlobalEdge){s, number[raw->to], raw->sender, raw->receiver, origin->message, origin->span, origin, raw->scope, raw->arm,
                                              leaves || raw->leaves, false});
            }
        }
    }
    vec_push(&first, edges.n);
    automaton->nstates = states.n;
    automaton->edges = edges.data;
    automaton->nedges = edges.n;
    automaton->first = first.data;
    automaton->is_final = is_final.data;
    vec_fini(&states);
    vec_fini(&closure.stack);
    free(number);
    free(closure.first);
    free(closure.order);
    free(closure.seen);
}

static int compare_queues(const void *a, const void *b) {
    const GlobalEdge *x = *(GlobalEdge *const *)a, *y = *(GlobalEdge *const *)b;
    if (x->sender != y->sender) return x->sender < y->sender ? -1 : 1;
    if (x->receiver != y->receiver) return x->receiver < y->receiver ? -1 : 1;
    return x->arm < y->arm ? -1 : x->arm > y->arm;
}

static bool is_same_queue(const GlobalEdge *a, const GlobalEdge *b) { return a->sender == b->sender && a->receiver == b->receiver; }

/* Edges of the same queue stand together, by arm; one of each arm is compared with one of each other. */
static void find_shared(GlobalAutomaton *automaton, uint32_t narms) {
    uint32_t n = automaton->nedges;
    GlobalEdge **sorted = malloc(sizeof *sorted * (n + 1u));
    if (!sorted) fatal("out of memory");
    for (uint32_t e = 0; e < n; e++) sorted[e] = &automaton->edges[e];
    if (narms) qsort(sorted, n, sizeof *sorted, compare_queues);
    for (uint32_t begin = 0, end; begin < n && narms; begin = end) {
        for (end = begin + 1; end < n && is_same_queue(sorted[begin], sorted[end]);) end++;
        for (uint32_t i = begin; i < end; i++) {
            if (i > begin && sorted[i]->arm == sorted[i - 1]->arm) {
                sorted[i]->is_shared = sorted[i - 1]->is_shared;
                continue;
            }
            for (uint32_t k = begin; k < end && !sorted[i]->is_shared; k++)
                if (k == begin || sorted[k]->arm != sorted[k - 1]->arm) sorted[i]->is_shared = global_are_parallel(automaton, sorted[i], sorted[k]);
        }
    }
    free(sorted);
}

GlobalAutomaton *global_of(const Protocols *protocols, const Protocol *protocol, Diags *diags) {
    Build build = {.protocols = protocols, .diags = diags, .arm = GLOBAL_NO_ARM};
    uint32_t *roles = calloc(protocol->nroles + 1u, sizeof *roles);
    GlobalAutomaton *automaton = calloc(1, sizeof *automaton);
    if (!roles || !automaton) fatal("out of memory");
    for (uint32_t i = 0; i < protocol->nroles; i++) roles[i] = i;
    build.roles = roles;
    uint32_t end = new_state(&build), start = entry(&build, protocol->body, end);
    automaton->protocol = protocol;
    automaton->names = protocols->names;
    if (build.failed) {
        free(automaton);
        automaton = NULL;
    } else {
        without_empty(automaton, &build, start, end);
        if (!courses_check(automaton, diags)) {
            global_free(automaton);
            automaton = NULL;
        }
    }
    for (uint32_t i = 0; i < build.calls.n; i++) free(build.calls.data[i].roles);
    if (automaton) {
        automaton->arms = build.arms.data;
        find_shared(automaton, build.arms.n);
    } else vec_fini(&build.arms);
    vec_fini(&build.calls);
    vec_fini(&build.edges);
    vec_fini(&build.loops);
    free(roles);
    return automaton;
}

bool global_are_parallel(const GlobalAutomaton *automaton, const GlobalEdge *a, const GlobalEdge *b) {
    for (uint32_t i = a->arm; i != GLOBAL_NO_ARM; i = automaton->arms[i].outer)
        for (uint32_t k = b->arm; k != GLOBAL_NO_ARM; k = automaton->arms[k].outer)
            if (automaton->arms[i].block == automaton->arms[k].block) return i != k;
    return false;
}

void global_free(GlobalAutomaton *automaton) {
    if (!automaton) return;
    free(automaton->edges);
    free(automaton->first);
    free(automaton->is_final);
    free(automaton->arms);
    free(automaton);
}

void global_dot(const GlobalAutomaton *automaton, FILE *out) {
    fprintf(out, "digraph \"%s\" {\n  rankdir=TB;\n  node [shape=circle, label=\"\", width=0.25, fontname=\"sans-serif\"];\n"
                 "  edge [fontname=\"sans-serif\"];\n", names_text(automaton->names, automaton->protocol->name));
    for (uint32_t s = 0; s < automaton->nstates; s++)
        if (automaton->is_final[s]) fprintf(out, "  s%u [shape=doublecircle];\n", s);
    for (uint32_t e = 0; e < automaton->nedges; e++) {
        const GlobalEdge *edge = &automaton->edges[e];
        fprintf(out, "  s%u -> s%u [label=\"%s -> %s: %s\"];\n", edge->from, edge->to,
                names_text(automaton->names, automaton->protocol->roles[edge->sender].name),
                names_text(automaton->names, automaton->protocol->roles[edge->receiver].name), names_text(automaton->names, edge->message));
    }
    fprintf(out, "}\n");
}

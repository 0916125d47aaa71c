#include "session/global.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the automaton under construction, with empty steps */

typedef struct Raw { uint32_t from, to, sender, receiver; Name message; Span span; bool is_empty; } Raw;

/* A block of a called protocol: the same call with the same way on is the same state, so that a call of itself is a loop. */
typedef struct Call { const Protocol *protocol; const uint32_t *roles; uint32_t end, state; } Call;
typedef struct Loop { const GlobalType *rec; uint32_t state; } Loop;

typedef struct Build {
    const Protocols *protocols;
    Diags *diags;
    VEC(Raw) edges;
    VEC(Call) calls;
    VEC(Loop) loops;     /* the enclosing ones */
    const uint32_t *roles; /* of the protocol at hand -> those of the outermost */
    uint32_t nstates, depth;
    bool failed;
} Build;

enum { CALLS_MAX = 400 };

static uint32_t new_state(Build *build) { return build->nstates++; }

static void add_edge(Build *build, Raw raw) { vec_push(&build->edges, raw); }
static void add_empty(Build *build, uint32_t from, uint32_t to) { add_edge(build, (Raw){.from = from, .to = to, .is_empty = true}); }

static uint32_t entry(Build *build, const GlobalType *global, uint32_t end);

static void fail(Build *build, Span at, const char *why) {
    if (!build->failed) diags_add(build->diags, DIAG_PROTOCOL, at, "%s", why);
    build->failed = true;
}

/* ---- each kind: the state in which the element begins, `end` being where it leads */

static uint32_t enter_message(Build *build, const GlobalType *global, uint32_t end) {
    uint32_t state = new_state(build);
    uint32_t from = build->roles[global->from], to = build->roles[global->to];
    add_edge(build, (Raw){.from = state, .to = end, .sender = from, .receiver = to, .message = global->message, .span = global->span});
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
    fail(build, global->span, "a jump out of a parallel block");
    return 0;
}

static bool is_same_call(const Call *call, const Protocol *callee, const uint32_t *roles, uint32_t end) {
    return call->protocol == callee && call->end == end && memcmp(call->roles, roles, sizeof *roles * callee->nroles) == 0;
}

static uint32_t enter_call(Build *build, const GlobalType *global, uint32_t end) {
    const Protocol *callee = protocols_find(build->protocols, global->name);
    if (!callee || callee->nroles != global->nargs) { /* in a protocol that is called: it was not checked itself */
        fail(build, global->at, callee ? "a call with another number of roles than the protocol has" : "there is no protocol of this name");
        return end;
    }
    uint32_t *roles = calloc(callee->nroles + 1u, sizeof *roles);
    if (!roles) fatal("out of memory");
    for (uint32_t i = 0; i < callee->nroles; i++) roles[i] = build->roles[global->args[i]];
    for (uint32_t i = 0; i < build->calls.n; i++) {
        if (!is_same_call(&build->calls.data[i], callee, roles, end)) continue;
        free(roles);
        return build->calls.data[i].state;
    }
    if (build->calls.n >= CALLS_MAX) {
        free(roles);
        fail(build, global->span, "this protocol calls itself, and has more to do then: such a call must be the last thing");
        return end;
    }
    uint32_t state = new_state(build);
    vec_push(&build->calls, (Call){callee, roles, end, state});
    const uint32_t *outer = build->roles;
    uint32_t loops = build->loops.n;
    build->roles = roles;
    add_empty(build, state, entry(build, callee->body, end));
    build->roles = outer;
    assert(build->loops.n == loops);
    (void)loops;
    return state;
}

/* ---- parallel blocks: all interleavings */

typedef struct Product {
    uint32_t *first; /* per arm: its first edge in the outer list, then one past the last */
    uint32_t *starts, *ends;
    uint32_t narms;
} Product;
typedef VEC(uint32_t) Places;

static bool contains(const Places *places, uint32_t place) {
    for (uint32_t i = 0; i < places->n; i++)
        if (places->data[i] == place) return true;
    return false;
}

static uint32_t find_tuple(const uint32_t *places, uint32_t n, const uint32_t *tuple, uint32_t width) {
    for (uint32_t i = 0; i < n; i++)
        if (memcmp(places + (size_t)i * width, tuple, sizeof *tuple * width) == 0) return i;
    return n;
}

/* The states of an arm that `state` reaches by its empty steps: a choice there is not made until its message is sent. */
static void close_arm(const Raw *edges, uint32_t n, uint32_t state, Places *closure) {
    vec_clear(closure);
    vec_push(closure, state);
    for (uint32_t i = 0; i < closure->n; i++)
        for (uint32_t e = 0; e < n; e++) {
            if (!edges[e].is_empty || edges[e].from != closure->data[i]) continue;
            if (!contains(closure, edges[e].to)) vec_push(closure, edges[e].to);
        }
}

typedef struct Interleaving {
    Build *build;
    const Product *product;
    const Raw *arms; /* the edges of all, without their ends */
    Places places, states, closure;
} Interleaving;

/* The messages of arm `a` from the product's state `s`; true when the arm may be over there. */
static bool advance(Interleaving *at, uint32_t s, uint32_t a) {
    uint32_t width = at->product->narms, base = at->product->first[0];
    const Raw *edges = at->arms + (at->product->first[a] - base);
    uint32_t n = at->product->first[a + 1] - at->product->first[a];
    close_arm(edges, n, at->places.data[(size_t)s * width + a], &at->closure);
    for (uint32_t e = 0; e < n; e++) {
        if (edges[e].is_empty || !contains(&at->closure, edges[e].from)) continue;
        for (uint32_t i = 0; i < width; i++) vec_push(&at->places, at->places.data[(size_t)s * width + i]);
        uint32_t *next = at->places.data + (size_t)at->states.n * width;
        next[a] = edges[e].to;
        uint32_t target = find_tuple(at->places.data, at->states.n, next, width);
        if (target == at->states.n) vec_push(&at->states, new_state(at->build));
        else at->places.n -= width;
        Raw edge = edges[e];
        edge.from = at->states.data[s];
        edge.to = at->states.data[target];
        add_edge(at->build, edge);
    }
    return contains(&at->closure, at->product->ends[a]);
}

/* Replaces the arms' edges by those of their product. */
static uint32_t interleave(Build *build, const Product *product, uint32_t end) {
    uint32_t width = product->narms, total = build->edges.n - product->first[0];
    Raw *arms = calloc(total + 1u, sizeof *arms);
    if (!arms) fatal("out of memory");
    if (total) memcpy(arms, build->edges.data + product->first[0], sizeof *arms * total);
    build->edges.n = product->first[0];
    Interleaving at = {.build = build, .product = product, .arms = arms};
    for (uint32_t i = 0; i < width; i++) vec_push(&at.places, product->starts[i]);
    vec_push(&at.states, new_state(build));
    for (uint32_t s = 0; s < at.states.n && build->nstates < GLOBAL_MAX_STATES; s++) {
        bool over = true;
        for (uint32_t a = 0; a < width; a++) over &= advance(&at, s, a);
        if (over) add_empty(build, at.states.data[s], end);
    }
    uint32_t start = at.states.data[0];
    free(arms);
    vec_fini(&at.places);
    vec_fini(&at.states);
    vec_fini(&at.closure);
    return start;
}

static uint32_t enter_par(Build *build, const GlobalType *global, uint32_t end) {
    Product product = {.narms = global->narms};
    product.first = calloc(global->narms + 1u, sizeof(uint32_t));
    product.starts = calloc(global->narms, sizeof(uint32_t));
    product.ends = calloc(global->narms, sizeof(uint32_t));
    if (!product.first || !product.starts || !product.ends) fatal("out of memory");
    VEC(Loop) outer = {build->loops.data, build->loops.n, build->loops.cap};
    memset(&build->loops, 0, sizeof build->loops); /* nobody jumps out */
    for (uint32_t i = 0; i < global->narms; i++) {
        product.first[i] = build->edges.n;
        product.ends[i] = new_state(build);
        product.starts[i] = entry(build, global->arms[i], product.ends[i]);
    }
    product.first[global->narms] = build->edges.n;
    vec_fini(&build->loops);
    build->loops.data = outer.data;
    build->loops.n = outer.n;
    build->loops.cap = outer.cap;
    uint32_t start = build->failed ? end : interleave(build, &product, end);
    free(product.first);
    free(product.starts);
    free(product.ends);
    return start;
}

static uint32_t entry(Build *build, const GlobalType *global, uint32_t end) {
    if (!global || build->failed) return end;
    if (build->nstates >= GLOBAL_MAX_STATES) {
        fail(build, global->span, "the protocol has too many states");
        return end;
    }
    uint32_t rest = global->kind == GLOBAL_CONTINUE ? end : entry(build, global->next, end);
    switch (global->kind) {
    case GLOBAL_MESSAGE: return enter_message(build, global, rest);
    case GLOBAL_CHOICE: return enter_choice(build, global, rest);
    case GLOBAL_REC: return enter_loop(build, global, rest);
    case GLOBAL_CONTINUE: return enter_jump(build, global);
    case GLOBAL_PAR: return enter_par(build, global, rest);
    case GLOBAL_DO: return enter_call(build, global, rest);
    }
    return end;
}

/* ---- empty steps are removed */

typedef struct Closure {
    const Build *build;
    uint32_t *first; /* raw edges by source */
    uint32_t *order;
    uint32_t *seen; /* per state: the number of the closure that it is in */
    uint32_t stamp;
    VEC(uint32_t) stack;
} Closure;

static void sort_raw(Closure *closure) {
    const Build *build = closure->build;
    closure->first = calloc(build->nstates + 2u, sizeof(uint32_t));
    closure->order = calloc(build->edges.n + 1u, sizeof(uint32_t));
    closure->seen = calloc(build->nstates + 1u, sizeof(uint32_t));
    if (!closure->first || !closure->order || !closure->seen) fatal("out of memory");
    for (uint32_t i = 0; i < build->edges.n; i++) closure->first[build->edges.data[i].from + 2]++;
    for (uint32_t s = 2; s < build->nstates + 2; s++) closure->first[s] += closure->first[s - 1];
    for (uint32_t i = 0; i < build->edges.n; i++) closure->order[closure->first[build->edges.data[i].from + 1]++] = i;
}

/* Visits what `state` reaches by empty steps, itself included. */
static void close_over(Closure *closure, uint32_t state) {
    closure->stamp++;
    vec_clear(&closure->stack);
    vec_push(&closure->stack, state);
    closure->seen[state] = closure->stamp;
    for (uint32_t i = 0; i < closure->stack.n; i++) {
        uint32_t at = closure->stack.data[i];
        for (uint32_t k = closure->first[at]; k < closure->first[at + 1]; k++) {
            const Raw *edge = &closure->build->edges.data[closure->order[k]];
            if (!edge->is_empty || closure->seen[edge->to] == closure->stamp) continue;
            closure->seen[edge->to] = closure->stamp;
            vec_push(&closure->stack, edge->to);
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
        vec_push(&is_final, closure.seen[end] == closure.stamp);
        for (uint32_t i = 0; i < closure.stack.n; i++) {
            uint32_t at = closure.stack.data[i];
            for (uint32_t k = closure.first[at]; k < closure.first[at + 1]; k++) {
                const Raw *raw = &build->edges.data[closure.order[k]];
                if (raw->is_empty) continue;
                if (number[raw->to] == UINT32_MAX) {
                    number[raw->to] = states.n;
                    vec_push(&states, raw->to);
                }
                vec_push(&edges, (GlobalEdge){s, number[raw->to], raw->sender, raw->receiver, raw->message, raw->span});
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

GlobalAutomaton *global_of(const Protocols *protocols, const Protocol *protocol, Diags *diags) {
    Build build = {.protocols = protocols, .diags = diags};
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
    }
    for (uint32_t i = 0; i < build.calls.n; i++) free((void *)(uintptr_t)build.calls.data[i].roles);
    vec_fini(&build.edges);
    vec_fini(&build.calls);
    vec_fini(&build.loops);
    free(roles);
    return automaton;
}

void global_free(GlobalAutomaton *automaton) {
    if (!automaton) return;
    free(automaton->edges);
    free(automaton->first);
    free(automaton->is_final);
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

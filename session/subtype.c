#include "session/subtype.h"

#include "session/binary.h"
#include "session/controllable.h"
#include "session/local.h"
#include "session/trace_game.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

typedef struct Move { uint32_t parent, edge; } Move; /* how a position was found: edge of T, UINT32_MAX none */

static uint32_t degree(const Cfsm *machine, uint32_t state) { return machine->first[state + 1] - machine->first[state]; }
static const CfsmEdge *edges_at(const Cfsm *machine, uint32_t state) { return machine->edges + machine->first[state]; }
static bool has_direction(const Cfsm *machine, uint32_t state, bool is_send) {
    for (uint32_t i = 0; i < degree(machine, state); i++)
        if (edges_at(machine, state)[i].is_send == is_send) return true;
    return false;
}

static const CfsmEdge *like(const Cfsm *machine, uint32_t state, const CfsmEdge *edge) {
    for (uint32_t i = 0; i < degree(machine, state); i++) {
        const CfsmEdge *other = &edges_at(machine, state)[i];
        if (other->message == edge->message && other->peer == edge->peer && other->is_send == edge->is_send) return other;
    }
    return NULL;
}

static void tell(Subtype *result, SubtypeVerdict verdict, const char *why) {
    result->verdict = verdict;
    result->why = why;
}

static void keep_run(Subtype *result, const Cfsm *t, const Move *moves, uint32_t at) {
    VEC(CfsmEdge) run = {0};
    for (; moves[at].edge != UINT32_MAX; at = moves[at].parent) vec_push(&run, t->edges[moves[at].edge]);
    for (uint32_t i = 0; i < run.n / 2; i++) {
        CfsmEdge other = run.data[i];
        run.data[i] = run.data[run.n - 1 - i];
        run.data[run.n - 1 - i] = other;
    }
    result->run = run.data;
    result->nrun = run.n;
}

void subtype_fini(Subtype *subtype) {
    free(subtype->run);
    free(subtype->owed);
    relaxation_fini(&subtype->relaxation);
    *subtype = (Subtype){0};
}

/* ---- synchronous: the greatest simulation on pairs of states */

static bool is_directed(const Cfsm *machine, uint32_t state) {
    for (uint32_t i = 1; i < degree(machine, state); i++)
        if (edges_at(machine, state)[i].peer != edges_at(machine, state)->peer || edges_at(machine, state)[i].is_send != edges_at(machine, state)->is_send)
            return false;
    return true;
}

/* NULL: the pair is allowed as far as it can be seen. */
static const char *mismatch(const Cfsm *t, uint32_t a, const Cfsm *u, uint32_t b) {
    if (t->is_final[a] && !degree(t, a)) return degree(u, b) ? "it ends where the other goes on" : NULL;
    for (uint32_t i = 0; i < degree(t, a); i++) {
        const CfsmEdge *edge = &edges_at(t, a)[i];
        if (like(u, b, edge)) continue;
        if (edge->is_send) return "it sends what the other does not send there";
        if (!is_directed(t, a)) return "it may take a message too early that the other does not take there"; /* while it waits for another role's */
    }
    for (uint32_t i = 0; i < degree(u, b); i++) {
        const CfsmEdge *edge = &edges_at(u, b)[i];
        if (!edge->is_send && !like(t, a, edge)) return "it does not receive what the other receives there";
    }
    if (has_direction(u, b, true) && !has_direction(t, a, true)) return "it does not send where the other does";
    return has_direction(t, a, false) && !has_direction(u, b, false) ? "it receives where the other does not" : NULL;
}

Subtype subtype_sync(const Cfsm *t, const Cfsm *u) {
    Subtype result = {.verdict = SUBTYPE_YES};
    VEC(uint64_t) pairs = {0};
    VEC(Move) moves = {0};
    bool *seen = calloc((size_t)t->nstates * u->nstates + 1, sizeof *seen);
    if (!seen) fatal("out of memory");
    vec_push(&pairs, (uint64_t)t->initial << 32 | u->initial);
    vec_push(&moves, (Move){0, UINT32_MAX});
    seen[(size_t)t->initial * u->nstates + u->initial] = true;
    for (uint32_t p = 0; p < pairs.n && result.verdict == SUBTYPE_YES; p++) {
        uint32_t a = (uint32_t)(pairs.data[p] >> 32), b = (uint32_t)pairs.data[p];
        const char *why = mismatch(t, a, u, b);
        if (why) {
            tell(&result, SUBTYPE_NO, why);
            keep_run(&result, t, moves.data, p);
        }
        for (uint32_t e = t->first[a]; e < t->first[a + 1] && !why; e++) {
            const CfsmEdge *other = like(u, b, &t->edges[e]);
            if (!other) continue; /* a reception that the other does not have */
            size_t index = (size_t)t->edges[e].to * u->nstates + other->to;
            if (seen[index]) continue;
            seen[index] = true;
            vec_push(&pairs, (uint64_t)t->edges[e].to << 32 | other->to);
            vec_push(&moves, (Move){p, e});
        }
    }
    result.positions = pairs.n;
    vec_fini(&pairs);
    vec_fini(&moves);
    free(seen);
    return result;
}

/* ---- asynchronous */

enum { FIRST_POSITIONS = 500 }; /* what a game that closes or fails soon takes */

/* Keeps the answer that decides. */
static bool settle(Subtype *result, Subtype other, bool is_dual) {
    if (result->verdict == SUBTYPE_UNKNOWN && other.verdict != SUBTYPE_UNKNOWN) {
        subtype_fini(result);
        *result = other;
        result->is_dual = is_dual;
    } else {
        result->positions = other.positions > result->positions ? other.positions : result->positions;
        subtype_fini(&other);
    }
    return result->verdict != SUBTYPE_UNKNOWN;
}

static Subtype relax(const Binary *pair, uint32_t max_depth) {
    Subtype result = {.verdict = SUBTYPE_UNKNOWN, .basis = SUBTYPE_BY_RELAXATION, .relaxation = relaxation_find(pair, max_depth)};
    if (result.relaxation.holds) result.verdict = SUBTYPE_YES;
    return result;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* A short game, the relaxations, then a long game; each from both sides. */
static void decide(Subtype *result, const Binary *one, const Binary *two, SubtypeOptions options) {
    if (settle(result, trace_game_play(one, least(FIRST_POSITIONS, options.max_positions)), false)) return;
    if (options.use_dual && settle(result, trace_game_play(two, least(FIRST_POSITIONS, options.max_positions)), true)) return;
    if (settle(result, relax(one, options.max_depth), false)) return;
    if (options.use_dual && settle(result, relax(two, options.max_depth), true)) return;
    if (options.max_positions <= FIRST_POSITIONS || settle(result, trace_game_play(one, options.max_positions), false)) return;
    if (options.use_dual) (void)settle(result, trace_game_play(two, options.max_positions), true);
}

static const char not_types[] = "it is no binary session type: a state both sends and receives, or may end and go on, or there are several partners";

Subtype subtype_async(const Cfsm *t, const Cfsm *u, SubtypeOptions options) {
    Subtype result = {.verdict = SUBTYPE_UNKNOWN, .basis = SUBTYPE_BY_GAME, .why = "neither a proof nor a counterexample was found within the limits"};
    if (!binary_is_type(t) || !binary_is_type(u)) {
        result.why = not_types;
        return result;
    }
    Cfsm dual_t = local_dual(t), dual_u = local_dual(u);
    Binary one = binary_of(t, u, false), two = binary_of(&dual_u, &dual_t, false);
    decide(&result, &one, &two, options);
    binary_fini(&one);
    binary_fini(&two);
    cfsm_fini(&dual_t);
    cfsm_fini(&dual_u);
    return result;
}

/* ---- with fairness */

static void decide_fair(Subtype *result, const Binary *pair, SubtypeOptions options) {
    if (settle(result, trace_game_play(pair, least(FIRST_POSITIONS, options.max_positions)), false)) return;
    if (settle(result, relax(pair, options.max_depth), false)) return;
    if (options.max_positions > FIRST_POSITIONS) (void)settle(result, trace_game_play(pair, options.max_positions), false);
}

Subtype subtype_fair(const Cfsm *t, const Cfsm *u, SubtypeOptions options) {
    Subtype result = {.verdict = SUBTYPE_UNKNOWN, .basis = SUBTYPE_BY_GAME, .why = "neither a proof nor a counterexample was found within the limits"};
    if (!binary_is_type(t) || !binary_is_type(u)) {
        result.why = not_types;
        return result;
    }
    bool *is_controllable = controllable_states(u);
    if (is_controllable[u->initial]) {
        Cfsm part = controllable_part(u);
        Binary pair = binary_of(t, &part, true);
        decide_fair(&result, &pair, options);
        binary_fini(&pair);
        cfsm_fini(&part);
    } else {
        result = (Subtype){.verdict = SUBTYPE_YES, .basis = SUBTYPE_BY_NO_PARTNER};
    }
    result.is_fair = true;
    free(is_controllable);
    return result;
}

#include "session/subtype_multi.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A state of T, one of U, and the edges that U has taken and T has not, oldest first, in `owed`. A position is true by assumption until it fails: what
   is shown is a greatest fixed point. */
typedef enum Status { OPEN, ASSUMED, FAILED } Status;
typedef struct Position { uint32_t t, u, first, n; Status status; } Position;

/* What the assumption of `from` rests on. */
typedef struct Step { uint32_t from, to; bool keeps_oldest; } Step;

typedef struct Search {
    const Cfsm *t, *u;
    VEC(Position) positions;
    VEC(uint32_t) owed;
    VEC(uint32_t) trail;   /* positions that are assumed, in order */
    VEC(Step) steps;
    VEC(uint32_t) path;    /* edges of T to the position at hand */
    uint32_t *table, mask;
    MultiOptions options;
    uint32_t visits, depth;
    bool is_cut;           /* a limit was met, or an alternative was not looked at in all its ways: a failure says nothing */
    bool has_choices;      /* U had several ways to go on */
    uint32_t choosing;     /* how many choices of U enclose what is being looked at */
    bool is_refuted;       /* a failure outside of any choice */
    Subtype *result;
} Search;

/* Of the supertype's steps ahead, and of calls. */
enum { MAX_OWED = 48, MAX_DEPTH = 4000 };

/* What U does ahead of T in the step being made: the edges owed before, and those added; the states passed are not to be passed again. */
typedef struct Ahead { uint32_t edges[MAX_OWED + 1]; uint32_t n; } Ahead;
typedef struct Passed { uint32_t state; const struct Passed *before; } Passed;
/* The step that T makes. */
typedef struct Move { uint32_t position, edge; bool keeps_oldest; } Move;

static const CfsmEdge *edge_of(const Cfsm *machine, uint32_t e) { return &machine->edges[e]; }
static bool is_dead(const Cfsm *machine, uint32_t state) { return machine->first[state] == machine->first[state + 1]; }

static bool has_direction(const Cfsm *machine, uint32_t state, bool is_send) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (machine->edges[e].is_send == is_send) return true;
    return false;
}

/* It may be over there, or a message may still come: nothing can be done on the strength of that. */
static bool is_restless(const Cfsm *machine, uint32_t state) { return machine->is_final[state] && !is_dead(machine, state); }

static bool is_same(const CfsmEdge *a, const CfsmEdge *b) { return a->peer == b->peer && a->message == b->message && a->is_send == b->is_send; }

/* ---- positions */

static uint32_t slot_of(const Search *search, const Position *position) {
    const uint32_t *owed = search->owed.data + position->first;
    uint64_t hash = hash_combine(hash_combine(position->t, position->u), hash_bytes(owed, sizeof *owed * position->n));
    uint32_t at = (uint32_t)hash & search->mask;
    for (; search->table[at]; at = (at + 1) & search->mask) {
        const Position *other = &search->positions.data[search->table[at] - 1];
        if (other->t == position->t && other->u == position->u && other->n == position->n &&
            memcmp(search->owed.data + other->first, owed, sizeof *owed * position->n) == 0)
            break;
    }
    return at;
}

static void grow(Search *search) {
    search->mask = search->mask ? search->mask * 2 + 1 : 255;
    free(search->table);
    search->table = calloc(search->mask + 1u, sizeof *search->table);
    if (!search->table) fatal("out of memory");
    for (uint32_t i = 0; i < search->positions.n; i++) search->table[slot_of(search, &search->positions.data[i])] = i + 1;
}

static uint32_t position_of(Search *search, uint32_t t, uint32_t u, const Ahead *ahead) {
    if (search->positions.n * 2 >= search->mask) grow(search);
    Position position = {t, u, search->owed.n, ahead->n, OPEN};
    vec_reserve(&search->owed, search->owed.n + ahead->n + 1);
    for (uint32_t i = 0; i < ahead->n; i++) vec_push(&search->owed, ahead->edges[i]);
    uint32_t slot = slot_of(search, &position);
    if (search->table[slot]) {
        search->owed.n = position.first;
        return search->table[slot] - 1;
    }
    vec_push(&search->positions, position);
    search->table[slot] = search->positions.n;
    return search->positions.n - 1;
}

/* ---- failures */

/* The first one is told, with the way of T to it, and rather one that refutes; `last`: the edge that T cannot take, UINT32_MAX none. */
static bool fail(Search *search, const char *why, uint32_t last) {
    Subtype *result = search->result;
    if (search->is_refuted || (result->why && search->choosing)) return false;
    search->is_refuted = search->choosing == 0;
    free(result->run);
    VEC(CfsmEdge) run = {0};
    for (uint32_t i = 0; i < search->path.n; i++) vec_push(&run, *edge_of(search->t, search->path.data[i]));
    if (last != UINT32_MAX) vec_push(&run, *edge_of(search->t, last));
    result->why = why;
    result->run = run.data;
    result->nrun = run.n;
    return false;
}

static bool cut(Search *search) {
    search->is_cut = true;
    return false;
}

/* One more call. */
static bool enter(Search *search) {
    if (++search->visits > search->options.max_visits || search->depth >= MAX_DEPTH) return cut(search);
    search->depth++;
    return true;
}

/* ---- T's step meets U's: the position after it must hold */

static bool prove(Search *search, uint32_t number);

static bool arrive(Search *search, Move move, uint32_t u, const Ahead *ahead) {
    if (ahead->n > MAX_OWED) return cut(search);
    uint32_t next = position_of(search, edge_of(search->t, move.edge)->to, u, ahead);
    vec_push(&search->steps, (Step){move.position, next, move.keeps_oldest});
    vec_push(&search->path, move.edge);
    bool holds = prove(search, next);
    search->path.n--;
    return holds;
}

static bool add_ahead(Search *search, Ahead *ahead, uint32_t edge) {
    if (ahead->n == MAX_OWED) return cut(search);
    ahead->edges[ahead->n++] = edge;
    return true;
}

static Ahead without(const Ahead *ahead, uint32_t index) {
    Ahead rest = *ahead;
    memmove(rest.edges + index, rest.edges + index + 1, sizeof *rest.edges * (rest.n - index - 1));
    rest.n--;
    return rest;
}

static bool was_passed(const Passed *passed, uint32_t state) {
    while (passed && passed->state != state) passed = passed->before;
    return passed != NULL;
}

/* ---- T sends: past U's inputs, on all of their branches, and past its outputs to others, on one of them */

static bool send_from(Search *search, Move move, uint32_t u, const Ahead *ahead, const Passed *passed);

static bool send_past(Search *search, Move move, uint32_t edge, const Ahead *ahead, const Passed *passed) {
    Ahead more = *ahead;
    return add_ahead(search, &more, edge) && send_from(search, move, edge_of(search->u, edge)->to, &more, passed);
}

/* Goes back to what was assumed and rested upon before a try that failed. */
typedef struct Mark { uint32_t trail, steps; } Mark;
static Mark mark_of(const Search *search) { return (Mark){search->trail.n, search->steps.n}; }
static void rewind_to(Search *search, Mark mark) {
    while (search->trail.n > mark.trail) {
        uint32_t number = vec_pop(&search->trail);
        if (search->positions.data[number].status == ASSUMED) search->positions.data[number].status = OPEN;
    }
    search->steps.n = mark.steps;
}

/* U's output at the edge is T's, or goes to somebody else. */
static bool is_way(const CfsmEdge *other, const CfsmEdge *mine) { return other->is_send && (other->peer != mine->peer || is_same(other, mine)); }

static bool send_by_output(Search *search, Move move, uint32_t u, const Ahead *ahead, const Passed *passed) {
    const CfsmEdge *mine = edge_of(search->t, move.edge);
    Mark mark = mark_of(search);
    uint32_t ways = 0;
    bool holds = false;
    for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1]; e++) ways += is_way(edge_of(search->u, e), mine);
    if (!ways) return fail(search, "it sends what the other does not send there", move.edge);
    search->has_choices |= ways > 1;
    search->choosing += ways > 1;
    for (uint32_t pass = 0; pass < 2; pass++) /* the same message first */
        for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1] && !holds; e++) {
            const CfsmEdge *other = edge_of(search->u, e);
            if (!is_way(other, mine) || is_same(other, mine) != (pass == 0)) continue;
            holds = pass == 0 ? arrive(search, move, other->to, ahead) : send_past(search, move, e, ahead, passed);
            if (!holds) rewind_to(search, mark);
        }
    search->choosing -= ways > 1;
    return holds;
}

static bool send_from(Search *search, Move move, uint32_t u, const Ahead *ahead, const Passed *passed) {
    if (was_passed(passed, u)) return fail(search, "it sends what the other may never come to", move.edge);
    if (is_dead(search->u, u)) return fail(search, "it sends where the other ends", move.edge);
    if (is_restless(search->u, u)) return fail(search, "it sends where the other may have ended", move.edge);
    if (!enter(search)) return false;
    bool holds = true;
    Passed here = {u, passed};
    if (has_direction(search->u, u, true)) {
        holds = send_by_output(search, move, u, ahead, &here);
    } else if (search->options.outputs_wait) {
        holds = cut(search);
    } else {
        for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1] && holds; e++) holds = send_past(search, move, e, ahead, &here);
    }
    search->depth--;
    return holds;
}

static bool send(Search *search, uint32_t number, uint32_t e, const Ahead *ahead) {
    const CfsmEdge *mine = edge_of(search->t, e);
    for (uint32_t i = 0; i < ahead->n; i++) {
        const CfsmEdge *other = edge_of(search->u, ahead->edges[i]);
        if (!other->is_send && search->options.outputs_wait) return cut(search);
        if (!other->is_send || other->peer != mine->peer) continue;
        if (!is_same(other, mine)) return fail(search, "it sends what the other does not send there", e);
        Ahead rest = without(ahead, i);
        return arrive(search, (Move){number, e, i > 0}, search->positions.data[number].u, &rest);
    }
    return send_from(search, (Move){number, e, ahead->n > 0}, search->positions.data[number].u, ahead, NULL);
}

/* ---- T receives from one role: past U's inputs from others, on all of their branches */

/* T takes the message of U's edge, in each way that it has. */
static bool take(Search *search, uint32_t number, uint32_t u_edge, uint32_t u, const Ahead *ahead, bool keeps_oldest) {
    uint32_t state = search->positions.data[number].t;
    bool any = false;
    for (uint32_t e = search->t->first[state]; e < search->t->first[state + 1]; e++) {
        if (!is_same(edge_of(search->t, e), edge_of(search->u, u_edge))) continue;
        any = true;
        if (!arrive(search, (Move){number, e, keeps_oldest}, u, ahead)) return false;
    }
    return any || fail(search, "it does not receive what the other receives there", UINT32_MAX);
}

/* Where U may wait in vain T takes what may come just as U does, and owes nothing. */
static bool listen(Search *search, uint32_t number, uint32_t u, const Ahead *ahead) {
    Position at = search->positions.data[number];
    if (ahead->n || u != at.u) return fail(search, "it waits for what may never come where the other may have ended", UINT32_MAX);
    for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1]; e++)
        if (!take(search, number, e, edge_of(search->u, e)->to, ahead, false)) return false;
    return true;
}

static bool receive_from(Search *search, uint32_t number, uint32_t u, const Ahead *ahead, const Passed *passed) {
    uint32_t peer = edge_of(search->t, search->t->first[search->positions.data[number].t])->peer;
    if (was_passed(passed, u)) return fail(search, "it waits for what the other may never come to", UINT32_MAX);
    if (is_dead(search->u, u)) return fail(search, "it receives where the other ends", UINT32_MAX);
    if (is_restless(search->u, u)) return listen(search, number, u, ahead);
    if (has_direction(search->u, u, true)) /* where U could receive as well, that T waits may still be right */
        return has_direction(search->u, u, false) ? cut(search) : fail(search, "it receives before it has sent what the other sends first", UINT32_MAX);
    if (!enter(search)) return false;
    bool holds = true;
    Passed here = {u, passed};
    for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1] && holds; e++) {
        const CfsmEdge *other = edge_of(search->u, e);
        Ahead more = *ahead;
        if (other->peer == peer) holds = take(search, number, e, other->to, ahead, ahead->n > 0);
        else holds = add_ahead(search, &more, e) && receive_from(search, number, other->to, &more, &here);
    }
    search->depth--;
    return holds;
}

static bool receive(Search *search, uint32_t number, const Ahead *ahead) {
    Position at = search->positions.data[number];
    uint32_t peer = edge_of(search->t, search->t->first[at.t])->peer;
    for (uint32_t i = 0; i < ahead->n; i++) {
        const CfsmEdge *other = edge_of(search->u, ahead->edges[i]);
        if (other->is_send) return fail(search, "it receives before it has sent what the other sends first", UINT32_MAX);
        if (other->peer != peer) continue;
        Ahead rest = without(ahead, i);
        return take(search, number, ahead->edges[i], at.u, &rest, i > 0);
    }
    return receive_from(search, number, at.u, ahead, NULL);
}

/* ---- T receives from several roles: which message is there first is not for it to say */

typedef struct Heard { uint32_t peer; const struct Heard *before; } Heard;

static bool was_heard(const Heard *heard, uint32_t peer) {
    while (heard && heard->peer != peer) heard = heard->before;
    return heard != NULL;
}

static bool listens_to(const Search *search, uint32_t number, uint32_t peer) {
    uint32_t state = search->positions.data[number].t;
    for (uint32_t e = search->t->first[state]; e < search->t->first[state + 1]; e++)
        if (search->t->edges[e].peer == peer) return true;
    return false;
}

static bool knows(const Search *search, uint32_t number, const CfsmEdge *message) {
    uint32_t state = search->positions.data[number].t;
    for (uint32_t e = search->t->first[state]; e < search->t->first[state + 1]; e++)
        if (is_same(&search->t->edges[e], message)) return true;
    return false;
}

/* A walk through what U receives: what T does on its way, and whether that is all that it could do. */
typedef struct Hearing { uint32_t number; bool is_all; } Hearing;

static bool is_first(const Search *search, uint32_t number, const CfsmEdge *message, const Heard *heard) {
    return !message->is_send && listens_to(search, number, message->peer) && !was_heard(heard, message->peer);
}

/* What U receives some time later, after it has sent or gone round: it may be there before, and T might take it. */
static void look_further(Search *search, Hearing *hearing, uint32_t u, const Passed *passed, const Heard *heard) {
    if (was_passed(passed, u) || !hearing->is_all) return;
    if (!enter(search)) {
        hearing->is_all = false;
        return;
    }
    Passed here = {u, passed};
    for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1]; e++) {
        const CfsmEdge *other = edge_of(search->u, e);
        Heard now = {other->peer, heard};
        bool is_new = is_first(search, hearing->number, other, heard);
        hearing->is_all &= !is_new || !knows(search, hearing->number, other);
        look_further(search, hearing, other->to, &here, is_new ? &now : heard);
    }
    search->depth--;
}

static bool hear_from(Search *search, Hearing *hearing, uint32_t u, const Ahead *ahead, const Passed *passed, const Heard *heard, bool any);

/* U's reception: T may take its message if it is the first from its sender. */
static bool hear(Search *search, Hearing *hearing, uint32_t e, const Ahead *ahead, const Passed *passed, const Heard *heard, bool any) {
    const CfsmEdge *other = edge_of(search->u, e);
    Heard now = {other->peer, heard};
    bool is_new = is_first(search, hearing->number, other, heard), takes = is_new && knows(search, hearing->number, other);
    if (takes && !take(search, hearing->number, e, other->to, ahead, ahead->n > 0)) return false;
    Ahead more = *ahead;
    return add_ahead(search, &more, e) && hear_from(search, hearing, other->to, &more, passed, is_new ? &now : heard, any || takes);
}

/* On all of U's branches, up to where it sends, the first message from each role that T listens to may be there when T looks. */
static bool hear_from(Search *search, Hearing *hearing, uint32_t u, const Ahead *ahead, const Passed *passed, const Heard *heard, bool any) {
    bool sends = has_direction(search->u, u, true), is_end = was_passed(passed, u) || is_dead(search->u, u);
    if (is_restless(search->u, u) || (sends && has_direction(search->u, u, false))) return cut(search);
    if ((is_end || sends) && !any)
        return fail(search, sends ? "it receives before it has sent what the other sends first" : "it waits for what the other may never come to", UINT32_MAX);
    if (is_end || sends) {
        look_further(search, hearing, u, NULL, heard);
        return true;
    }
    if (!enter(search)) return false;
    bool holds = true;
    Passed here = {u, passed};
    for (uint32_t e = search->u->first[u]; e < search->u->first[u + 1] && holds; e++) holds = hear(search, hearing, e, ahead, &here, heard, any);
    search->depth--;
    return holds;
}

/* The very same receptions are right; others if all goes well with whatever T may take first. */
static bool receive_from_several(Search *search, uint32_t number, const Ahead *ahead) {
    Position at = search->positions.data[number];
    const Cfsm *t = search->t, *u = search->u;
    bool alike = ahead->n == 0 && t->first[at.t + 1] - t->first[at.t] == u->first[at.u + 1] - u->first[at.u];
    for (uint32_t i = 0; alike && i < t->first[at.t + 1] - t->first[at.t]; i++)
        alike = is_same(edge_of(t, t->first[at.t] + i), edge_of(u, u->first[at.u] + i));
    for (uint32_t i = 0; alike && i < t->first[at.t + 1] - t->first[at.t]; i++)
        if (!arrive(search, (Move){number, t->first[at.t] + i, false}, edge_of(u, u->first[at.u] + i)->to, ahead)) return false;
    if (alike) return true;
    if (ahead->n) return cut(search);
    Hearing hearing = {number, true};
    bool holds = hear_from(search, &hearing, at.u, ahead, NULL, NULL, false);
    return holds && !hearing.is_all ? cut(search) : holds;
}

/* ---- a position: everything that T can do */

static bool is_directed(const Cfsm *machine, uint32_t state) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (machine->edges[e].peer != machine->edges[machine->first[state]].peer) return false;
    return true;
}

static bool step(Search *search, uint32_t number) {
    Position at = search->positions.data[number];
    const Cfsm *t = search->t;
    Ahead ahead = {.n = at.n};
    bool sends = has_direction(t, at.t, true), receives = has_direction(t, at.t, false), holds = true;
    if (at.n) memcpy(ahead.edges, search->owed.data + at.first, sizeof *ahead.edges * at.n);
    if (at.n == 0 && is_dead(search->u, at.u) && !sends && t->is_final[at.t]) return true; /* also one that goes on listening */
    if (sends && receives) return cut(search);
    if (!sends && !receives)
        return (at.n == 0 && is_dead(search->u, at.u)) ||
               fail(search, at.n ? "it ends, and has not done what the other did before" : "it ends where the other goes on", UINT32_MAX);
    if (receives) return is_directed(t, at.t) ? receive(search, number, &ahead) : receive_from_several(search, number, &ahead);
    for (uint32_t e = t->first[at.t]; e < t->first[at.t + 1] && holds; e++) holds = send(search, number, e, &ahead);
    return holds;
}

static bool prove(Search *search, uint32_t number) {
    Status status = search->positions.data[number].status;
    if (status != OPEN) return status == ASSUMED;
    if (!enter(search)) return false;
    Mark mark = mark_of(search);
    search->positions.data[number].status = ASSUMED;
    vec_push(&search->trail, number);
    bool holds = step(search, number);
    search->depth--;
    if (holds) return true;
    rewind_to(search, mark);
    if (!search->is_cut) search->positions.data[number].status = FAILED;
    return false;
}

/* ---- nothing is owed for ever: on no cycle does the oldest of what U did ahead stay */

static bool is_paid(const Search *search) {
    uint32_t n = search->positions.n, *into = calloc(n + 1u, sizeof *into), left = 0;
    VEC(uint32_t) ready = {0};
    if (!into) fatal("out of memory");
    for (uint32_t i = 0; i < search->steps.n; i++) into[search->steps.data[i].to] += search->steps.data[i].keeps_oldest;
    for (uint32_t p = 0; p < n; p++)
        if (!into[p]) vec_push(&ready, p);
    uint32_t *first = calloc(n + 2u, sizeof *first), *order = calloc(search->steps.n + 1u, sizeof *order);
    if (!first || !order) fatal("out of memory");
    for (uint32_t i = 0; i < search->steps.n; i++) first[search->steps.data[i].from + 2]++;
    for (uint32_t p = 2; p < n + 2; p++) first[p] += first[p - 1];
    for (uint32_t i = 0; i < search->steps.n; i++) order[first[search->steps.data[i].from + 1]++] = i;
    for (uint32_t i = 0; i < ready.n; i++)
        for (uint32_t k = first[ready.data[i]]; k < first[ready.data[i] + 1]; k++) {
            const Step *kept = &search->steps.data[order[k]];
            if (kept->keeps_oldest && --into[kept->to] == 0) vec_push(&ready, kept->to);
        }
    left = n - ready.n;
    vec_fini(&ready);
    free(into);
    free(first);
    free(order);
    return left == 0;
}

static void settle(Subtype *result, SubtypeVerdict verdict, const char *why) {
    result->verdict = verdict;
    if (verdict != SUBTYPE_NO || why) result->why = why;
    if (verdict == SUBTYPE_NO && !why) return; /* the run that fails is kept */
    free(result->run);
    result->run = NULL;
    result->nrun = 0;
}

Subtype subtype_multi(const Cfsm *t, const Cfsm *u, MultiOptions options) {
    Subtype result = {.verdict = SUBTYPE_YES, .basis = SUBTYPE_BY_GAME};
    Search search = {.t = t, .u = u, .options = options, .result = &result};
    bool holds = prove(&search, position_of(&search, t->initial, u->initial, &(Ahead){.n = 0}));
    bool is_sure = !search.is_cut && !search.has_choices;
    if (holds && is_paid(&search)) settle(&result, SUBTYPE_YES, NULL);
    else if (search.is_refuted) settle(&result, SUBTYPE_NO, NULL);
    else if (holds && is_sure) settle(&result, SUBTYPE_NO, "something that the other does it may put off for ever");
    else settle(&result, SUBTYPE_UNKNOWN, search.is_cut ? "the search was given up: it would have to look too far ahead" : "the other could go on in ways that were not all tried together");
    result.positions = search.positions.n;
    vec_fini(&search.positions);
    vec_fini(&search.owed);
    vec_fini(&search.trail);
    vec_fini(&search.steps);
    vec_fini(&search.path);
    free(search.table);
    return result;
}

#include "session/trace_game.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
enum { MAX_WORD = 1000 }; /* a queue as long as this grows */

typedef struct Position {
    uint32_t t, u;
    uint32_t edge;       /* of T, a sending that it is about to take while U goes on to where it sends; UINT32_MAX: none */
    uint32_t n;          /* messages that are owed, the first to be received first */
    const Name *owed;
    uint64_t hash;
    uint32_t parent, by; /* how it was found: edge of T, UINT32_MAX: U went on, or it is the first */
} Position;

typedef struct Game {
    const Binary *pair;
    uint32_t max_positions;
    Arena arena;
    VEC(Position) positions;
    VEC(uint32_t) pending; /* positions in the middle of a move, to be played first */
    VEC(Name) word;      /* scratch */
    uint32_t *table, mask;
    bool is_open;        /* too many positions, or too long words */
    uint32_t failed;
    BinaryFault fault;
} Game;

/* ---- positions */

static bool is_same(const Position *a, const Position *b) {
    return a->hash == b->hash && a->t == b->t && a->u == b->u && a->edge == b->edge && a->n == b->n && (!a->n || memcmp(a->owed, b->owed, sizeof(Name) * a->n) == 0);
}

static void grow(Game *game) {
    uint32_t size = game->mask ? (game->mask + 1) * 2 : 256;
    free(game->table);
    game->table = calloc(size, sizeof *game->table);
    if (!game->table) fatal("out of memory");
    game->mask = size - 1;
    for (uint32_t i = 0; i < game->positions.n; i++) {
        uint32_t at = (uint32_t)game->positions.data[i].hash & game->mask;
        while (game->table[at]) at = (at + 1) & game->mask;
        game->table[at] = i + 1;
    }
}

static void add(Game *game, Position position) {
    if (game->positions.n * 2 >= game->mask) grow(game);
    position.hash = hash_combine(hash_bytes(position.owed, sizeof(Name) * position.n), hash_combine((uint64_t)position.t << 32 | position.u, position.edge));
    uint32_t at = (uint32_t)position.hash & game->mask;
    for (; game->table[at]; at = (at + 1) & game->mask)
        if (is_same(&game->positions.data[game->table[at] - 1], &position)) return;
    if (position.n) position.owed = arena_copy(&game->arena, position.owed, sizeof(Name) * position.n);
    game->is_open |= position.n > MAX_WORD || game->positions.n >= game->max_positions;
    if (position.edge != NONE && !game->pair->is_fair) vec_push(&game->pending, game->positions.n);
    vec_push(&game->positions, position);
    game->table[at] = game->positions.n;
}

static bool holds(Game *game, uint32_t p, BinaryFault fault) {
    if (!fault.why) return true;
    game->failed = p;
    game->fault = fault;
    return false;
}

/* ---- moves */

static void receive_owed(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    if (!holds(game, p, binary_owed_fault(game->pair, at.t, at.owed[0]))) return;
    const CfsmEdge *mine = binary_find(game->pair->t, at.t, false, at.owed[0]);
    add(game, (Position){mine->to, at.u, NONE, at.n - 1, at.owed + 1, 0, p, (uint32_t)(mine - game->pair->t->edges)});
}

static void receive_along(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->pair->t, *u = game->pair->u;
    if (!holds(game, p, binary_receive_fault(game->pair, at.t, at.u))) return;
    for (uint32_t e = u->first[at.u]; e < u->first[at.u + 1]; e++) {
        const CfsmEdge *mine = binary_find(t, at.t, false, u->edges[e].message);
        add(game, (Position){mine->to, u->edges[e].to, NONE, 0, NULL, 0, p, (uint32_t)(mine - t->edges)});
    }
}

/* U sends what T does, or goes on, and what it receives is owed. */
static void accompany(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *u = game->pair->u;
    const CfsmEdge *sent = &game->pair->t->edges[at.edge];
    if (!holds(game, p, binary_send_fault(game->pair, at.edge, at.u, at.n > 0))) return;
    if (binary_sends(u, at.u)) {
        add(game, (Position){sent->to, binary_find(u, at.u, true, sent->message)->to, NONE, at.n, at.owed, 0, p, NONE});
        return;
    }
    for (uint32_t e = u->first[at.u]; e < u->first[at.u + 1]; e++) {
        vec_clear(&game->word);
        for (uint32_t i = 0; i < at.n; i++) vec_push(&game->word, at.owed[i]);
        vec_push(&game->word, u->edges[e].message);
        add(game, (Position){at.t, u->edges[e].to, at.edge, game->word.n, game->word.data, 0, p, NONE});
    }
}

static void play(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->pair->t;
    if (at.edge != NONE) accompany(game, p);
    else if (binary_receives(t, at.t) && at.n) receive_owed(game, p);
    else if (binary_receives(t, at.t)) receive_along(game, p);
    else if (!binary_degree(t, at.t)) (void)holds(game, p, binary_end_fault(game->pair, at.u, at.n > 0));
    else for (uint32_t e = t->first[at.t]; e < t->first[at.t + 1]; e++) add(game, (Position){at.t, at.u, e, at.n, at.owed, 0, p, e});
}

static bool is_done(const Game *game) { return game->fault.why || game->is_open; }

/* Moves that come to an end are played to their end, so that the run to a fault is a shortest one. Under fairness U may receive for ever in a move. */
static void play_all(Game *game) {
    for (uint32_t p = 0; p < game->positions.n && !is_done(game); p++) {
        if (game->positions.data[p].edge == NONE || game->pair->is_fair) play(game, p);
        while (game->pending.n && !is_done(game)) play(game, vec_pop(&game->pending));
    }
}

/* ---- the outcome */

static void keep_run(const Game *game, Subtype *result) {
    uint32_t n = 0;
    for (uint32_t p = game->failed; p; p = game->positions.data[p].parent) n += game->positions.data[p].by != NONE;
    result->run = calloc(n + 1u, sizeof *result->run);
    if (!result->run) fatal("out of memory");
    result->nrun = n;
    for (uint32_t p = game->failed; p; p = game->positions.data[p].parent)
        if (game->positions.data[p].by != NONE) result->run[--n] = game->pair->t->edges[game->positions.data[p].by];
}

static void keep_refutation(const Game *game, Subtype *result) {
    const Position *at = &game->positions.data[game->failed];
    result->verdict = SUBTYPE_NO;
    result->why = game->fault.why;
    result->has_message = game->fault.has_message;
    result->message = game->fault.message;
    keep_run(game, result);
    result->owed = calloc(at->n + 1u, sizeof *result->owed);
    if (!result->owed) fatal("out of memory");
    if (at->n) memcpy(result->owed, at->owed, sizeof *at->owed * at->n);
    result->nowed = at->n;
}

Subtype trace_game_play(const Binary *pair, uint32_t max_positions) {
    Subtype result = {.verdict = SUBTYPE_YES, .basis = SUBTYPE_BY_GAME};
    Game game = {.pair = pair, .max_positions = max_positions};
    arena_init(&game.arena);
    add(&game, (Position){.t = pair->t->initial, .u = pair->u->initial, .edge = NONE, .by = NONE});
    play_all(&game);
    result.positions = game.positions.n;
    if (game.fault.why) keep_refutation(&game, &result);
    else if (game.is_open) result.verdict = SUBTYPE_UNKNOWN, result.why = "there are more positions than were looked at";
    vec_fini(&game.positions);
    vec_fini(&game.pending);
    vec_fini(&game.word);
    free(game.table);
    arena_fini(&game.arena);
    return result;
}

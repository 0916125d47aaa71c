#include "session/trace_game.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 1000 }; /* a queue as long as this grows */

typedef struct Position {
    uint32_t t, u;
    uint32_t n;          /* messages that are owed, the first to be received first */
    const Name *owed;
    uint64_t hash;
    uint32_t parent, edge; /* how it was found: edge of T, UINT32_MAX: it is the first */
} Position;

typedef struct Game {
    const Binary *pair;
    uint32_t max_positions;
    Arena arena;
    VEC(Position) positions;
    VEC(Name) word;      /* what is owed while U goes on to where it sends */
    uint32_t *table, mask;
    bool is_open;        /* too many positions, or too long words */
    uint32_t failed, failed_edge;
    const char *why;
    bool has_message;
    Name message;
} Game;

/* ---- positions */

static bool is_same(const Position *a, const Position *b) {
    return a->hash == b->hash && a->t == b->t && a->u == b->u && a->n == b->n && (!a->n || memcmp(a->owed, b->owed, sizeof(Name) * a->n) == 0);
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
    position.hash = hash_combine(hash_bytes(position.owed, sizeof(Name) * position.n), (uint64_t)position.t << 32 | position.u);
    uint32_t at = (uint32_t)position.hash & game->mask;
    for (; game->table[at]; at = (at + 1) & game->mask)
        if (is_same(&game->positions.data[game->table[at] - 1], &position)) return;
    if (position.n) position.owed = arena_copy(&game->arena, position.owed, sizeof(Name) * position.n);
    game->is_open |= position.n > MAX_WORD || game->positions.n >= game->max_positions;
    vec_push(&game->positions, position);
    game->table[at] = game->positions.n;
}

static void fail(Game *game, uint32_t p, uint32_t edge, const char *why) {
    if (game->why) return;
    game->failed = p;
    game->failed_edge = edge;
    game->why = why;
}

static void fail_with(Game *game, uint32_t p, uint32_t edge, const char *why, Name message) {
    if (game->why) return;
    fail(game, p, edge, why);
    game->has_message = true;
    game->message = message;
}

/* ---- T receives: what is owed, or else what U receives */

static void receive_owed(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const CfsmEdge *mine = binary_find(game->pair->t, at.t, false, at.owed[0]);
    if (!mine) fail_with(game, p, UINT32_MAX, "it does not receive what the other receives there", at.owed[0]);
    else add(game, (Position){.t = mine->to, .u = at.u, .n = at.n - 1, .owed = at.owed + 1, .parent = p, .edge = (uint32_t)(mine - game->pair->t->edges)});
}

static void receive_along(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->pair->t, *u = game->pair->u;
    if (!binary_receives(u, at.u)) {
        fail(game, p, UINT32_MAX, binary_degree(u, at.u) ? "it receives before it has sent what the other sends first" : "it goes on where the other ends");
        return;
    }
    for (uint32_t e = u->first[at.u]; e < u->first[at.u + 1]; e++) {
        const CfsmEdge *mine = binary_find(t, at.t, false, u->edges[e].message);
        if (!mine) fail_with(game, p, UINT32_MAX, "it does not receive what the other receives there", u->edges[e].message);
        else add(game, (Position){.t = mine->to, .u = u->edges[e].to, .parent = p, .edge = (uint32_t)(mine - t->edges)});
    }
}

/* ---- T sends: U goes on to where it sends, on all ways, and what it receives there is owed */

static void meet(Game *game, uint32_t p, uint32_t edge, uint32_t state) {
    const CfsmEdge *sent = &game->pair->t->edges[edge], *other = binary_find(game->pair->u, state, true, sent->message);
    if (!other) fail_with(game, p, edge, "it sends what the other does not send there", sent->message);
    else if (game->word.n && !game->pair->must_receive[sent->to])
        fail(game, p, edge, "it may never take what the other would have received: messages stay unread");
    else add(game, (Position){.t = sent->to, .u = other->to, .n = game->word.n, .owed = game->word.data, .parent = p, .edge = edge});
}

/* U cannot go round here: from the state every way meets a sending. */
static void go_on(Game *game, uint32_t p, uint32_t edge, uint32_t state) {
    const Cfsm *u = game->pair->u;
    if (game->why || game->is_open) return;
    if (binary_sends(u, state)) {
        meet(game, p, edge, state);
        return;
    }
    for (uint32_t e = u->first[state]; e < u->first[state + 1]; e++) {
        vec_push(&game->word, u->edges[e].message);
        go_on(game, p, edge, u->edges[e].to);
        (void)vec_pop(&game->word);
    }
}

static void send(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->pair->t, *u = game->pair->u;
    for (uint32_t e = t->first[at.t]; e < t->first[at.t + 1]; e++) {
        if (!binary_degree(u, at.u)) fail_with(game, p, e, "it sends where the other ends", t->edges[e].message);
        else if (!game->pair->must_send[at.u])
            fail_with(game, p, e, "it sends although the other may receive for ever, or to its end, before it sends", t->edges[e].message);
        if (game->why) return;
        vec_clear(&game->word);
        for (uint32_t i = 0; i < at.n; i++) vec_push(&game->word, at.owed[i]);
        go_on(game, p, e, at.u);
    }
}

static void play(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    if (binary_sends(game->pair->t, at.t)) send(game, p);
    else if (binary_receives(game->pair->t, at.t) && at.n) receive_owed(game, p);
    else if (binary_receives(game->pair->t, at.t)) receive_along(game, p);
    else if (at.n) fail(game, p, UINT32_MAX, "it ends, and what the other would have received stays unread");
    else if (binary_degree(game->pair->u, at.u)) fail(game, p, UINT32_MAX, "it ends where the other goes on");
}

/* ---- the outcome */

static void keep_run(const Game *game, Subtype *result) {
    const CfsmEdge *edges = game->pair->t->edges;
    uint32_t n = game->failed_edge != UINT32_MAX;
    for (uint32_t p = game->failed; game->positions.data[p].edge != UINT32_MAX; p = game->positions.data[p].parent) n++;
    result->run = calloc(n + 1u, sizeof *result->run);
    if (!result->run) fatal("out of memory");
    result->nrun = n;
    if (game->failed_edge != UINT32_MAX) result->run[--n] = edges[game->failed_edge];
    for (uint32_t p = game->failed; n; p = game->positions.data[p].parent) result->run[--n] = edges[game->positions.data[p].edge];
}

static void keep_refutation(const Game *game, Subtype *result) {
    const Position *at = &game->positions.data[game->failed];
    result->verdict = SUBTYPE_NO;
    result->why = game->why;
    result->has_message = game->has_message;
    result->message = game->message;
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
    add(&game, (Position){.t = pair->t->initial, .u = pair->u->initial, .edge = UINT32_MAX});
    for (uint32_t p = 0; p < game.positions.n && !game.why && !game.is_open; p++) play(&game, p);
    result.positions = game.positions.n;
    if (game.why) keep_refutation(&game, &result);
    else if (game.is_open) result.verdict = SUBTYPE_UNKNOWN, result.why = "what is owed grows for ever, as far as was looked";
    vec_fini(&game.positions);
    vec_fini(&game.word);
    free(game.table);
    arena_fini(&game.arena);
    return result;
}

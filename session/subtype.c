#include "session/subtype.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* ---- what both games share */

typedef struct Move { uint32_t parent, edge; } Move; /* how a position was found: edge of T, UINT32_MAX none */

static uint32_t degree(const Cfsm *machine, uint32_t state) { return machine->first[state + 1] - machine->first[state]; }
static const CfsmEdge *edges_at(const Cfsm *machine, uint32_t state) { return machine->edges + machine->first[state]; }
static bool sends(const Cfsm *machine, uint32_t state) { return degree(machine, state) && edges_at(machine, state)->is_send; }
static bool receives(const Cfsm *machine, uint32_t state) { return degree(machine, state) && !edges_at(machine, state)->is_send; }

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
    if (sends(u, b) && !sends(t, a)) return "it does not send where the other does";
    return receives(t, a) && !receives(u, b) ? "it receives where the other does not" : NULL;
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

/* ---- asynchronous: a state of T against a tree of the inputs that U has before T has taken them; its leaves are states of U */

typedef struct Tree Tree;
typedef struct Child { Name message; const Tree *tree; } Child;
struct Tree {
    uint32_t leaf;   /* state of U; UINT32_MAX: a node */
    uint32_t n, size;
    uint64_t hash;
    const Child *children; /* by message */
};

typedef struct Position { uint32_t t; const Tree *tree; } Position;

typedef struct Game {
    const Cfsm *t, *u;
    Arena arena;
    VEC(Position) positions;
    VEC(Move) moves;
    uint32_t *table, mask;
    uint8_t *must_receive;    /* per state of T: every way on meets a reception */
    const char *why;          /* a move fails */
    bool too_large;
} Game;

enum { MAX_TREE = 4000 };

static const Tree *leaf_of(Game *game, uint32_t state) {
    Tree tree = {.leaf = state, .size = 1, .hash = hash_mix(state + 1u)};
    return arena_copy(&game->arena, &tree, sizeof tree);
}

static const Tree *node_of(Game *game, const Child *children, uint32_t n) {
    Tree tree = {.leaf = UINT32_MAX, .n = n, .size = 1, .hash = n};
    for (uint32_t i = 0; i < n; i++) {
        tree.size += children[i].tree->size;
        tree.hash = hash_combine(hash_combine(tree.hash, children[i].message), children[i].tree->hash);
    }
    tree.children = arena_copy(&game->arena, children, sizeof *children * n);
    return arena_copy(&game->arena, &tree, sizeof tree);
}

static bool is_equal(const Tree *a, const Tree *b) {
    if (a == b) return true;
    if (a->hash != b->hash || a->leaf != b->leaf || a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->children[i].message != b->children[i].message || !is_equal(a->children[i].tree, b->children[i].tree)) return false;
    return true;
}

/* ---- positions */

static uint32_t place_of(const Game *game, const Position *position) {
    return (uint32_t)hash_combine(position->tree->hash, position->t) & game->mask;
}

static void grow(Game *game) {
    uint32_t size = game->mask ? (game->mask + 1) * 2 : 256;
    free(game->table);
    game->table = calloc(size, sizeof *game->table);
    if (!game->table) fatal("out of memory");
    game->mask = size - 1;
    for (uint32_t i = 0; i < game->positions.n; i++) {
        uint32_t at = place_of(game, &game->positions.data[i]);
        while (game->table[at]) at = (at + 1) & game->mask;
        game->table[at] = i + 1;
    }
}

static void add(Game *game, Position position, Move move) {
    if (game->positions.n * 2 >= game->mask) grow(game);
    uint32_t at = place_of(game, &position);
    for (; game->table[at]; at = (at + 1) & game->mask) {
        const Position *other = &game->positions.data[game->table[at] - 1];
        if (other->t == position.t && is_equal(other->tree, position.tree)) return;
    }
    game->too_large |= position.tree->size > MAX_TREE;
    vec_push(&game->positions, position);
    vec_push(&game->moves, move);
    game->table[at] = game->positions.n;
}

/* ---- T receives: the tree's first input, or U's */

static void receive(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->t, *u = game->u;
    if (at.tree->leaf != UINT32_MAX && !receives(u, at.tree->leaf)) {
        game->why = degree(u, at.tree->leaf) ? "it receives before it has sent what the other sends first" : "it goes on where the other ends";
        return;
    }
    uint32_t n = at.tree->leaf != UINT32_MAX ? degree(u, at.tree->leaf) : at.tree->n;
    for (uint32_t i = 0; i < n; i++) {
        const CfsmEdge *input = at.tree->leaf != UINT32_MAX ? &edges_at(u, at.tree->leaf)[i] : NULL;
        CfsmEdge wanted = {.message = input ? input->message : at.tree->children[i].message};
        const CfsmEdge *mine = like(t, at.t, &wanted);
        if (!mine) {
            game->why = "it does not receive what the other receives there";
            return;
        }
        const Tree *rest = input ? leaf_of(game, input->to) : at.tree->children[i].tree;
        add(game, (Position){mine->to, rest}, (Move){p, (uint32_t)(mine - t->edges)});
    }
}

/* ---- T sends: every leaf unfolds to where U sends, and all must send that too */

typedef struct Path { uint32_t state; const struct Path *outer; } Path;

/* U's inputs from `state` up to where it sends, T's message then being sent. NULL with game->why: it never sends, or not that. */
static const Tree *after_send(Game *game, uint32_t state, const CfsmEdge *message, const Path *path) {
    const Cfsm *u = game->u;
    for (const Path *at = path; at; at = at->outer)
        if (at->state == state) {
            game->why = "it sends although the other may receive for ever before it does";
            return NULL;
        }
    if (!degree(u, state)) {
        game->why = "it sends where the other ends";
        return NULL;
    }
    if (sends(u, state)) {
        const CfsmEdge *other = like(u, state, message);
        if (!other) game->why = "it sends what the other does not send there";
        return other ? leaf_of(game, other->to) : NULL;
    }
    Child *children = ARENA_ARRAY(&game->arena, Child, degree(u, state));
    for (uint32_t i = 0; i < degree(u, state); i++) {
        const CfsmEdge *input = &edges_at(u, state)[i];
        children[i] = (Child){input->message, after_send(game, input->to, message, &(Path){state, path})};
        if (!children[i].tree) return NULL;
    }
    return node_of(game, children, degree(u, state));
}

static const Tree *tree_after_send(Game *game, const Tree *tree, const CfsmEdge *message) {
    if (tree->leaf != UINT32_MAX) return after_send(game, tree->leaf, message, NULL);
    Child *children = ARENA_ARRAY(&game->arena, Child, tree->n);
    for (uint32_t i = 0; i < tree->n; i++) {
        children[i] = (Child){tree->children[i].message, tree_after_send(game, tree->children[i].tree, message)};
        if (!children[i].tree) return NULL;
    }
    return node_of(game, children, tree->n);
}

static void send(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    const Cfsm *t = game->t;
    for (uint32_t e = t->first[at.t]; e < t->first[at.t + 1] && !game->why; e++) {
        const Tree *tree = tree_after_send(game, at.tree, &t->edges[e]);
        if (!tree) return;
        if (tree->leaf == UINT32_MAX && !game->must_receive[t->edges[e].to]) {
            game->why = "it may never take what the other would have received: messages stay unread";
            return;
        }
        add(game, (Position){t->edges[e].to, tree}, (Move){p, e});
    }
}

static void play(Game *game, uint32_t p) {
    Position at = game->positions.data[p];
    if (!degree(game->t, at.t)) {
        if (at.tree->leaf == UINT32_MAX) game->why = "it ends, and what the other would have received stays unread";
        else if (degree(game->u, at.tree->leaf)) game->why = "it ends where the other goes on";
    } else if (sends(game->t, at.t)) {
        send(game, p);
    } else {
        receive(game, p);
    }
}

/* ---- where every way on meets a reception: the least fixed point */

static void find_must_receive(Game *game) {
    const Cfsm *t = game->t;
    game->must_receive = calloc(t->nstates + 1u, 1);
    if (!game->must_receive) fatal("out of memory");
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t s = 0; s < t->nstates; s++) {
            bool all = degree(t, s) > 0;
            for (uint32_t i = 0; i < degree(t, s); i++) all &= !edges_at(t, s)[i].is_send || game->must_receive[edges_at(t, s)[i].to];
            changed |= all && !game->must_receive[s];
            if (all) game->must_receive[s] = 1;
        }
    }
}

Subtype subtype_async(const Cfsm *t, const Cfsm *u, uint32_t max_positions) {
    Subtype result = {.verdict = SUBTYPE_YES};
    Game game = {.t = t, .u = u};
    arena_init(&game.arena);
    find_must_receive(&game);
    add(&game, (Position){t->initial, leaf_of(&game, u->initial)}, (Move){0, UINT32_MAX});
    for (uint32_t p = 0; p < game.positions.n && result.verdict == SUBTYPE_YES; p++) {
        play(&game, p);
        if (game.why) {
            tell(&result, SUBTYPE_NO, game.why);
            keep_run(&result, t, game.moves.data, p);
        } else if (game.too_large || game.positions.n > max_positions) {
            tell(&result, SUBTYPE_UNKNOWN, "the messages that are owed grow for ever, as far as was looked");
        }
    }
    result.positions = game.positions.n;
    vec_fini(&game.positions);
    vec_fini(&game.moves);
    free(game.table);
    free(game.must_receive);
    arena_fini(&game.arena);
    return result;
}

#include "session/merge.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

/* ---- local types */

typedef enum LocalKind { LOCAL_END, LOCAL_SEND, LOCAL_RECV, LOCAL_REC, LOCAL_VAR } LocalKind;
typedef struct Local Local;
typedef struct Branch { Name message; const Local *then; } Branch;
struct Local {
    LocalKind kind;
    uint32_t peer;         /* SEND, RECV */
    const Branch *branches;
    uint32_t n;
    const GlobalType *rec;     /* REC, VAR: which loop */
    const Local *body;     /* REC */
};
static const Local end = {.kind = LOCAL_END};

typedef struct Rest { const GlobalType *next; const struct Rest *outer; } Rest;

/* What an element and all after it are for the role: it is asked for once in every arm before it. */
typedef struct Known { const GlobalType *global; const Local *local; } Known;

typedef struct Merger {
    Arena arena;
    Known *known; /* by hash */
    uint32_t nknown, mask, depth;
    uint32_t role;
    MergeKind kind;
    Merged result;
} Merger;

static const Local *refuse(Merger *merger, MergeVerdict verdict, Span at) {
    if (merger->result.verdict == MERGE_OK) merger->result = (Merged){verdict, at};
    return &end;
}

static const Local *keep(Merger *merger, Local local) { return arena_copy(&merger->arena, &local, sizeof local); }

static const Local *one_branch(Merger *merger, LocalKind kind, uint32_t peer, Name message, const Local *then) {
    Branch branch = {message, then};
    return keep(merger, (Local){.kind = kind, .peer = peer, .branches = arena_copy(&merger->arena, &branch, sizeof branch), .n = 1});
}

/* ---- equality and merging: loops of the two sides correspond as they were met */

typedef struct Pairing { const GlobalType *a, *b; const struct Pairing *outer; } Pairing;

static bool is_paired(const Pairing *pairing, const GlobalType *a, const GlobalType *b) {
    for (; pairing; pairing = pairing->outer)
        if (pairing->a == a || pairing->b == b) return pairing->a == a && pairing->b == b;
    return a == b;
}

static int find_branch(const Local *local, Name message) {
    for (uint32_t i = 0; i < local->n; i++)
        if (local->branches[i].message == message) return (int)i;
    return -1;
}

static bool is_equal(const Local *a, const Local *b, const Pairing *pairing) {
    if (a == b && !pairing) return true;
    if (a->kind != b->kind || a->peer != b->peer || a->n != b->n) return false;
    if (a->kind == LOCAL_VAR) return is_paired(pairing, a->rec, b->rec);
    if (a->kind == LOCAL_REC) return is_equal(a->body, b->body, &(Pairing){a->rec, b->rec, pairing});
    for (uint32_t i = 0; i < a->n; i++) {
        int k = find_branch(b, a->branches[i].message);
        if (k < 0 || !is_equal(a->branches[i].then, b->branches[k].then, pairing)) return false;
    }
    return true;
}

static const Local *merge(Merger *merger, const Local *a, const Local *b, const Pairing *pairing);

/* The branches of both; common ones merge. `all`: a branch that only one side has is allowed. */
static const Local *merge_branches(Merger *merger, const Local *a, const Local *b, const Pairing *pairing, bool all) {
    Branch *branches = ARENA_ARRAY(&merger->arena, Branch, a->n + b->n);
    uint32_t n = 0;
    if (!all && a->n != b->n) return NULL;
    for (uint32_t i = 0; i < a->n; i++) {
        int k = find_branch(b, a->branches[i].message);
        if (k < 0 && !all) return NULL;
        branches[n] = a->branches[i];
        if (k >= 0) branches[n].then = merge(merger, a->branches[i].then, b->branches[k].then, pairing);
        if (!branches[n++].then) return NULL;
    }
    for (uint32_t i = 0; i < b->n; i++)
        if (find_branch(a, b->branches[i].message) < 0) branches[n++] = b->branches[i];
    return keep(merger, (Local){.kind = a->kind, .peer = a->peer, .branches = branches, .n = n});
}

/* NULL: they do not merge. */
static const Local *merge(Merger *merger, const Local *a, const Local *b, const Pairing *pairing) {
    if (a == b && !pairing) return a;
    if (merger->kind == MERGE_PLAIN) return is_equal(a, b, pairing) ? a : NULL;
    if (a->kind != b->kind || a->peer != b->peer) return NULL;
    switch (a->kind) {
    case LOCAL_END: return a;
    case LOCAL_VAR: return is_paired(pairing, a->rec, b->rec) ? a : NULL;
    case LOCAL_SEND: return merge_branches(merger, a, b, pairing, false);
    case LOCAL_RECV: return merge_branches(merger, a, b, pairing, true);
    case LOCAL_REC: {
        const Local *body = merge(merger, a->body, b->body, &(Pairing){a->rec, b->rec, pairing});
        return body ? keep(merger, (Local){.kind = LOCAL_REC, .rec = a->rec, .body = body}) : NULL;
    }
    }
    return NULL;
}

/* ---- projection */

static const Local *project(Merger *merger, const GlobalType *global, const Rest *rest);

static bool takes_part(const Merger *merger, const GlobalType *global) {
    for (; global; global = global->next) {
        if (global->kind == GLOBAL_MESSAGE && (global->from == merger->role || global->to == merger->role)) return true;
        for (uint32_t i = 0; i < global->narms; i++)
            if (takes_part(merger, global->arms[i])) return true;
    }
    return false;
}

/* The message that an arm begins with, through the heads of loops; NULL when it begins otherwise. */
static const GlobalType *first_message(const GlobalType *arm) {
    while (arm && (arm->kind == GLOBAL_REC || arm->kind == GLOBAL_CHOICE)) arm = arm->arms[0];
    if (arm && arm->kind == GLOBAL_CONTINUE) return first_message(arm->target->arms[0]);
    return arm && arm->kind == GLOBAL_MESSAGE ? arm : NULL;
}

/* Whoever chooses knows; whoever is told first has its arms united; all others must not need to know. */
static const Local *combine(Merger *merger, const GlobalType *choice, const Local *a, const Local *b) {
    if (merger->role == choice->from && (a->kind != LOCAL_SEND || b->kind != LOCAL_SEND)) return a;
    bool told = a->kind == LOCAL_RECV && b->kind == LOCAL_RECV && a->peer == choice->from && b->peer == choice->from;
    bool first = told && first_message(choice->arms[0]) && first_message(choice->arms[0])->to == merger->role;
    if (merger->role == choice->from) {
        const Local *united = merge_branches(merger, a, b, NULL, true);
        return united ? united : a;
    }
    return first ? merge_branches(merger, a, b, NULL, true) : merge(merger, a, b, NULL);
}

static const Local *project_choice(Merger *merger, const GlobalType *choice, const Rest *rest) {
    const GlobalType *first = first_message(choice->arms[0]);
    for (uint32_t i = 1; first && i < choice->narms; i++) {
        const GlobalType *other = first_message(choice->arms[i]);
        if (!other || other->to != first->to) return refuse(merger, MERGE_OUTSIDE, choice->at);
    }
    const Local *local = project(merger, choice->arms[0], rest);
    for (uint32_t i = 1; i < choice->narms; i++) {
        local = combine(merger, choice, local, project(merger, choice->arms[i], rest));
        if (!local) return refuse(merger, MERGE_FAILS, choice->at);
    }
    return local;
}

static const Local *project_loop(Merger *merger, const GlobalType *loop, const Rest *rest) {
    if (!takes_part(merger, loop->arms[0])) return project(merger, NULL, rest);
    const Local *body = project(merger, loop->arms[0], rest);
    return keep(merger, (Local){.kind = LOCAL_REC, .rec = loop, .body = body});
}

static const Local *project_message(Merger *merger, const GlobalType *global, const Rest *rest) {
    const Local *then = project(merger, global->next, rest);
    if (global->from == merger->role) return one_branch(merger, LOCAL_SEND, global->to, global->message, then);
    if (global->to == merger->role) return one_branch(merger, LOCAL_RECV, global->from, global->message, then);
    return then;
}

static uint32_t slot_of(const Merger *merger, const GlobalType *global) {
    uint32_t at = (uint32_t)hash_mix((uintptr_t)global) & merger->mask;
    while (merger->known[at].global && merger->known[at].global != global) at = (at + 1) & merger->mask;
    return at;
}

static void remember(Merger *merger, const GlobalType *global, const Local *local) {
    if (merger->nknown * 2 >= merger->mask) {
        Known *old = merger->known;
        uint32_t n = old ? merger->mask + 1 : 0;
        merger->mask = n ? n * 2 - 1 : 63;
        merger->known = calloc(merger->mask + 1u, sizeof *merger->known);
        if (!merger->known) fatal("out of memory");
        for (uint32_t i = 0; i < n; i++)
            if (old[i].global) merger->known[slot_of(merger, old[i].global)] = old[i];
        free(old);
    }
    merger->known[slot_of(merger, global)] = (Known){global, local};
    merger->nknown++;
}

static const Local *project_here(Merger *merger, const GlobalType *global, const Rest *rest) {
    Rest inner = {global->next, rest};
    switch (global->kind) {
    case GLOBAL_MESSAGE: return project_message(merger, global, rest);
    case GLOBAL_CHOICE: return project_choice(merger, global, &inner);
    case GLOBAL_REC: return project_loop(merger, global, &inner);
    case GLOBAL_CONTINUE: return keep(merger, (Local){.kind = LOCAL_VAR, .rec = global->target});
    case GLOBAL_PAR: case GLOBAL_DO: break;
    }
    return refuse(merger, MERGE_OUTSIDE, global->at);
}

/* Where an element stands, what follows it is always the same. */
static const Local *project(Merger *merger, const GlobalType *global, const Rest *rest) {
    enum { MAX_DEPTH = 4000 };
    if (!global) return rest ? project(merger, rest->next, rest->outer) : &end;
    if (merger->result.verdict == MERGE_OUTSIDE) return &end;
    if (merger->known && merger->known[slot_of(merger, global)].global) return merger->known[slot_of(merger, global)].local;
    if (merger->depth == MAX_DEPTH) return refuse(merger, MERGE_OUTSIDE, global->at);
    merger->depth++;
    const Local *local = project_here(merger, global, rest);
    merger->depth--;
    remember(merger, global, local);
    return local;
}

Merged merge_role(const Protocols *protocols, const Protocol *protocol, uint32_t role, MergeKind kind) {
    (void)protocols;
    Merger merger = {.role = role, .kind = kind};
    arena_init(&merger.arena);
    (void)project(&merger, protocol->body, NULL);
    arena_fini(&merger.arena);
    free(merger.known);
    return merger.result;
}

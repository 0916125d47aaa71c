/* Random pairs of machines with two partners, by definition: multi_pairs COUNT SEED. Synchronous subtyping must agree with the greatest relation, found by taking
   away pairs; asynchronous subtyping of machines without loops with the definition over all ways to choose (Ghilezan, Pantović, Prokić, Scalas, Yoshida,
   POPL 2021): for each choice of the subtype's outputs and of the supertype's inputs there are words of both of which the one refines the other. */
#include "session/subtype_multi.h"
#include "tests/session/generate.h"
#include "tests/session/mutate.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { END, SENDS, RECEIVES };

static uint32_t kind_of(const Cfsm *machine, uint32_t state) {
    if (machine->first[state] == machine->first[state + 1]) return END;
    return machine->edges[machine->first[state]].is_send ? SENDS : RECEIVES;
}

static bool is_same(const CfsmEdge *a, const CfsmEdge *b) { return a->peer == b->peer && a->message == b->message && a->is_send == b->is_send; }

/* ---- random machines */

typedef VEC(CfsmEdge) Edges;

static CfsmEdge random_action(Random *random, uint32_t from) {
    return (CfsmEdge){.from = from, .peer = 1 + random_below(random, 2), .message = 1 + random_below(random, 2), .is_send = random_below(random, 2)};
}

static void add_state(Random *random, Edges *edges, uint32_t from, uint32_t (*target)(Random *, Edges *, uint32_t, uint32_t), uint32_t what) {
    CfsmEdge edge = random_action(random, from);
    uint32_t n = 1 + (random_below(random, 3) == 0);
    for (uint32_t i = 0; i < n; i++) {
        CfsmEdge branch = edge;
        branch.message = i ? 3 - edge.message : edge.message;
        branch.to = target(random, edges, from, what);
        vec_push(edges, branch);
    }
}

static uint32_t any_state(Random *random, Edges *edges, uint32_t from, uint32_t nstates) {
    (void)edges;
    (void)from;
    return random_below(random, nstates);
}

static Cfsm random_loops(Random *random) {
    Edges edges = {0};
    uint32_t n = 2 + random_below(random, 3);
    for (uint32_t s = 0; s < n; s++)
        if (s == 0 || random_below(random, 4)) add_state(random, &edges, s, any_state, n);
    Cfsm machine = cfsm_of(n, 0, edges.data, edges.n, NULL);
    vec_fini(&edges);
    return machine;
}

static uint32_t new_tree(Random *random, Edges *edges, uint32_t from, uint32_t depth);

/* States of a tree are numbered as they are made; the last number is kept in the first edge, which is none. */
static uint32_t new_tree(Random *random, Edges *edges, uint32_t from, uint32_t depth) {
    (void)from;
    uint32_t state = ++edges->data[0].to;
    if (depth && random_below(random, 6)) add_state(random, edges, state, new_tree, depth - 1);
    return state;
}

static Cfsm random_tree(Random *random, uint32_t depth) {
    Edges edges = {0};
    vec_push(&edges, (CfsmEdge){.to = UINT32_MAX});
    (void)new_tree(random, &edges, 0, depth);
    Cfsm machine = cfsm_of(edges.data[0].to + 1, 0, edges.data + 1, edges.n - 1, NULL);
    vec_fini(&edges);
    return machine;
}

/* ---- synchronous: all pairs, less those that fail, till none does */

static bool stays(const Cfsm *t, uint32_t a, const Cfsm *u, uint32_t b, const bool *holds) {
    uint32_t kind = kind_of(t, a);
    if (kind != kind_of(u, b)) return false;
    const Cfsm *all = kind == SENDS ? t : u, *some = kind == SENDS ? u : t; /* what one has the other must have */
    uint32_t x = kind == SENDS ? a : b, y = kind == SENDS ? b : a;
    for (uint32_t e = all->first[x]; e < all->first[x + 1]; e++) {
        bool found = false;
        for (uint32_t f = some->first[y]; f < some->first[y + 1]; f++) {
            uint32_t to_t = kind == SENDS ? all->edges[e].to : some->edges[f].to, to_u = kind == SENDS ? some->edges[f].to : all->edges[e].to;
            found |= is_same(&all->edges[e], &some->edges[f]) && holds[to_t * u->nstates + to_u];
        }
        if (!found) return false;
    }
    return true;
}

static bool sync_by_definition(const Cfsm *t, const Cfsm *u) {
    bool *holds = malloc(t->nstates * u->nstates);
    if (!holds) exit(2);
    memset(holds, 1, t->nstates * u->nstates);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < t->nstates; a++)
            for (uint32_t b = 0; b < u->nstates; b++) {
                bool *pair = &holds[a * u->nstates + b];
                if (!*pair || stays(t, a, u, b, holds)) continue;
                *pair = false;
                changed = true;
            }
    }
    bool result = holds[t->initial * u->nstates + u->initial];
    free(holds);
    return result;
}

/* ---- asynchronous, without loops: words of choices */

enum { MAX_WORD = 8, MAX_CHOICES = 7 };

typedef struct WordOf { uint32_t n; CfsmEdge actions[MAX_WORD]; } WordOf;
typedef VEC(WordOf) Words;

/* Nodes of the unfolded machine where one of several edges of this direction is chosen, in the order of their visit. */
typedef struct Choices { uint32_t bits, used; bool is_send, overflow; } Choices;

static void words_from(const Cfsm *machine, uint32_t state, Choices *choices, WordOf word, Words *words) {
    uint32_t first = machine->first[state], last = machine->first[state + 1];
    if (first == last) {
        vec_push(words, word);
        return;
    }
    if (word.n == MAX_WORD) {
        choices->overflow = true;
        return;
    }
    if (machine->edges[first].is_send == choices->is_send && last - first > 1) {
        if (choices->used == MAX_CHOICES) {
            choices->overflow = true;
            return;
        }
        first += choices->bits >> choices->used++ & 1;
        last = first + 1;
    }
    for (uint32_t e = first; e < last; e++) {
        WordOf longer = word;
        longer.actions[longer.n++] = machine->edges[e];
        words_from(machine, machine->edges[e].to, choices, longer, words);
    }
}

/* Takes the first action of this direction and peer out of the word, if only what it may overtake stands before it. */
static bool take_out(WordOf *word, const CfsmEdge *action) {
    for (uint32_t i = 0; i < word->n; i++) {
        const CfsmEdge *other = &word->actions[i];
        if (is_same(other, action)) {
            memmove(&word->actions[i], &word->actions[i + 1], sizeof *other * (word->n - i - 1));
            word->n--;
            return true;
        }
        bool may_overtake = action->is_send ? !(other->is_send && other->peer == action->peer) : !other->is_send && other->peer != action->peer;
        if (!may_overtake) return false;
    }
    return false;
}

static bool refines(const WordOf *word, WordOf other) {
    for (uint32_t i = 0; i < word->n; i++)
        if (!take_out(&other, &word->actions[i])) return false;
    return other.n == 0;
}

static bool any_refines(const Words *words, const Words *others) {
    for (uint32_t i = 0; i < words->n; i++)
        for (uint32_t k = 0; k < others->n; k++)
            if (refines(&words->data[i], others->data[k])) return true;
    return false;
}

/* 1, 0; -1: too many choices. Each number of bits is one choice; some are equal. */
static int async_by_definition(const Cfsm *t, const Cfsm *u) {
    int result = 1;
    uint32_t most_out = 0, most_in = 0; /* choices met so far: with fewer there are fewer numbers to try */
    for (uint32_t out = 0; out < 1u << most_out && result == 1; out++) {
        Choices mine = {.bits = out, .is_send = true};
        Words words = {0};
        words_from(t, t->initial, &mine, (WordOf){0}, &words);
        if (mine.used > most_out) most_out = mine.used;
        for (uint32_t in = 0; in < 1u << most_in && result == 1; in++) {
            Choices other = {.bits = in};
            Words others = {0};
            words_from(u, u->initial, &other, (WordOf){0}, &others);
            result = mine.overflow || other.overflow ? -1 : any_refines(&words, &others);
            vec_fini(&others);
            if (other.used > most_in) most_in = other.used;
        }
        vec_fini(&words);
    }
    return result;
}

/* ---- */

typedef struct Count { uint32_t sync[2], async[2][3], skipped, failed; } Count;

static void print_machine(const char *name, const Cfsm *machine) {
    printf("  %s:", name);
    for (uint32_t e = 0; e < machine->nedges; e++)
        printf(" %u %u%c%u %u;", machine->edges[e].from, machine->edges[e].peer, machine->edges[e].is_send ? '!' : '?', machine->edges[e].message, machine->edges[e].to);
    putchar('\n');
}

static void fail(Count *count, const char *what, const Cfsm *t, const Cfsm *u) {
    count->failed++;
    printf("%s\n", what);
    print_machine("T", t);
    print_machine("U", u);
}

static bool has_loop(const Cfsm *machine, uint32_t state, uint32_t depth) {
    if (depth > machine->nstates) return true;
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (has_loop(machine, machine->edges[e].to, depth + 1)) return true;
    return false;
}

static void check_sync(const Cfsm *t, const Cfsm *u, Count *count) {
    Subtype result = subtype_sync(t, u);
    bool known = sync_by_definition(t, u);
    count->sync[known]++;
    if ((result.verdict == SUBTYPE_YES) != known) fail(count, known ? "a subtype, synchronously: not seen" : "no subtype, synchronously: not seen", t, u);
    subtype_fini(&result);
}

static void check_async(const Cfsm *t, const Cfsm *u, Count *count) {
    int known = has_loop(t, t->initial, 0) || has_loop(u, u->initial, 0) ? -1 : async_by_definition(t, u);
    if (known < 0) {
        count->skipped++;
        return;
    }
    Subtype result = subtype_multi(t, u, MULTI_DEFAULTS);
    count->async[known][result.verdict]++;
    if (result.verdict == (known ? SUBTYPE_NO : SUBTYPE_YES)) fail(count, known ? "a subtype, and refused" : "no subtype, and accepted", t, u);
    subtype_fini(&result);
}

/* The machine itself after some changes, or another one. */
static Cfsm relative_of(const Cfsm *machine, Random *random, Cfsm (*other)(Random *)) {
    Cfsm relative = cfsm_of(machine->nstates, machine->initial, machine->edges, machine->nedges, machine->is_final), mutant;
    if (random_below(random, 8) == 0) {
        cfsm_fini(&relative);
        return other(random);
    }
    for (uint32_t i = random_below(random, 4); i > 0; i--) {
        if (!mutate_machine(&relative, ((uint64_t)random_below(random, 1u << 30) << 8) + i, &mutant)) continue;
        cfsm_fini(&relative);
        relative = mutant;
    }
    return relative;
}

static Cfsm any_tree(Random *random) { return random_tree(random, 4); }

static void check(uint64_t seed, Count *count) {
    Random random = {seed};
    Cfsm u = random_loops(&random), t = relative_of(&u, &random, random_loops);
    check_sync(&t, &u, count);
    cfsm_fini(&t);
    cfsm_fini(&u);
    u = any_tree(&random);
    t = relative_of(&u, &random, any_tree);
    check_async(&t, &u, count);
    cfsm_fini(&t);
    cfsm_fini(&u);
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: multi_pairs COUNT SEED\n"), 2;
    uint64_t n = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    Count count = {0};
    for (uint64_t i = 0; i < n; i++) check((seed + i) << 20, &count);
    printf("synchronously: %u subtypes, %u not\n", count.sync[1], count.sync[0]);
    printf("asynchronously: %u subtypes (%u proved, %u unknown), %u not (%u refuted, %u unknown), %u not judged; %u failed\n",
           count.async[1][SUBTYPE_YES] + count.async[1][SUBTYPE_UNKNOWN], count.async[1][SUBTYPE_YES], count.async[1][SUBTYPE_UNKNOWN],
           count.async[0][SUBTYPE_NO] + count.async[0][SUBTYPE_UNKNOWN], count.async[0][SUBTYPE_NO], count.async[0][SUBTYPE_UNKNOWN], count.skipped, count.failed);
    return count.failed || !count.sync[0] || !count.sync[1] || !count.async[0][SUBTYPE_NO] || !count.async[1][SUBTYPE_YES];
}

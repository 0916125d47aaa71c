#include "session/regular.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SUBSETS = 4 * REGULAR_MAX };

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

void regular_fini(Regular *language) {
    free(language->first);
    free(language->edges);
    free(language->accepts);
    *language = (Regular){0};
}

/* ---- automata on the way: not deterministic, states that nothing reaches */

typedef struct LooseEdge { uint32_t from, letter, to; } LooseEdge;
typedef struct Loose {
    uint32_t nstates;
    VEC(LooseEdge) edges;
    VEC(uint32_t) initial;
    VEC(uint32_t) accepting;
} Loose;

static void loose_fini(Loose *loose) {
    vec_fini(&loose->edges);
    vec_fini(&loose->initial);
    vec_fini(&loose->accepting);
}

/* A copy of the language's automaton; returns the number of its first state. */
static uint32_t loose_add(Loose *loose, const Regular *language) {
    uint32_t base = loose->nstates;
    loose->nstates += language->nstates;
    for (uint32_t s = 0; s < language->nstates; s++) {
        if (language->accepts[s]) vec_push(&loose->accepting, base + s);
        for (uint32_t e = language->first[s]; e < language->first[s + 1]; e++)
            vec_push(&loose->edges, (LooseEdge){base + s, language->edges[e].letter, base + language->edges[e].to});
    }
    return base;
}

static int compare_edges(const void *a, const void *b) {
    const LooseEdge *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->letter != y->letter) return x->letter < y->letter ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* Edges in any order, of automata whose first state is initial; they are sorted in place. */
static Regular graph_of(uint32_t nstates, LooseEdge *edges, uint32_t nedges) {
    Regular graph = {.nstates = nstates, .nedges = nedges};
    graph.first = allocate(nstates + 1u, sizeof *graph.first);
    graph.edges = allocate(nedges, sizeof *graph.edges);
    graph.accepts = allocate(nstates, sizeof *graph.accepts);
    if (nedges) qsort(edges, nedges, sizeof *edges, compare_edges);
    for (uint32_t e = 0; e < nedges; e++) {
        graph.first[edges[e].from + 1]++;
        graph.edges[e] = (RegularEdge){edges[e].letter, edges[e].to};
    }
    for (uint32_t s = 0; s < nstates; s++) graph.first[s + 1] += graph.first[s];
    return graph;
}

/* ---- the construction of subsets (Rabin, Scott) */

typedef struct Subsets {
    uint32_t width, n;   /* words of a set; sets */
    VEC(uint64_t) bits;
    VEC(uint64_t) moves; /* scratch: letter << 32 | state */
    VEC(LooseEdge) edges;
} Subsets;

static void put(uint64_t *set, uint32_t state) { set[state / 64] |= UINT64_C(1) << state % 64; }
static bool has(const uint64_t *set, uint32_t state) { return set[state / 64] >> state % 64 & 1; }

/* The set at the end of bits, which is kept when it is new. */
static uint32_t find_subset(Subsets *subsets) {
    size_t bytes = sizeof(uint64_t) * subsets->width;
    const uint64_t *wanted = subsets->bits.data + (size_t)subsets->n * subsets->width;
    for (uint32_t i = 0; i < subsets->n; i++) {
        if (memcmp(subsets->bits.data + (size_t)i * subsets->width, wanted, bytes) != 0) continue;
        subsets->bits.n -= subsets->width;
        return i;
    }
    return subsets->n++;
}

static uint64_t *begin_subset(Subsets *subsets) {
    uint32_t at = subsets->bits.n;
    vec_resize(&subsets->bits, at + subsets->width);
    return subsets->bits.data + at;
}

static int compare_words(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void expand(Subsets *subsets, const Regular *graph, uint32_t set) {
    vec_clear(&subsets->moves);
    for (uint32_t w = 0; w < subsets->width; w++)
        for (uint64_t left = subsets->bits.data[(size_t)set * subsets->width + w]; left; left &= left - 1) {
            uint32_t s = w * 64 + (uint32_t)__builtin_ctzll(left);
            for (uint32_t e = graph->first[s]; e < graph->first[s + 1]; e++)
                vec_push(&subsets->moves, (uint64_t)graph->edges[e].letter << 32 | graph->edges[e].to);
        }
    if (subsets->moves.n) qsort(subsets->moves.data, subsets->moves.n, sizeof *subsets->moves.data, compare_words);
    for (uint32_t i = 0; i < subsets->moves.n;) {
        uint32_t letter = (uint32_t)(subsets->moves.data[i] >> 32);
        uint64_t *target = begin_subset(subsets);
        for (; i < subsets->moves.n && subsets->moves.data[i] >> 32 == letter; i++) put(target, (uint32_t)subsets->moves.data[i]);
        vec_push(&subsets->edges, (LooseEdge){set, letter, find_subset(subsets)});
    }
}

static bool meets(const Subsets *subsets, uint32_t set, const Loose *loose) {
    for (uint32_t i = 0; i < loose->accepting.n; i++)
        if (has(subsets->bits.data + (size_t)set * subsets->width, loose->accepting.data[i])) return true;
    return false;
}

static Regular determinize(Loose *loose) {
    Subsets subsets = {.width = loose->nstates / 64 + 1};
    Regular graph = graph_of(loose->nstates, loose->edges.data, loose->edges.n);
    uint64_t *start = begin_subset(&subsets);
    for (uint32_t i = 0; i < loose->initial.n; i++) put(start, loose->initial.data[i]);
    (void)find_subset(&subsets);
    for (uint32_t i = 0; i < subsets.n && subsets.n <= MAX_SUBSETS; i++) expand(&subsets, &graph, i);
    Regular result = {.is_too_large = true};
    if (subsets.n <= MAX_SUBSETS) {
        result = graph_of(subsets.n, subsets.edges.data, subsets.edges.n);
        for (uint32_t i = 0; i < subsets.n; i++) result.accepts[i] = meets(&subsets, i, loose);
    }
    regular_fini(&graph);
    vec_fini(&subsets.bits);
    vec_fini(&subsets.moves);
    vec_fini(&subsets.edges);
    return result;
}

/* ---- states that cannot be told apart (Moore) */

/* What is seen of the states of a graph: their class and, by letter, the classes they lead to. */
typedef struct Signatures {
    VEC(uint64_t) moves;
    VEC(uint32_t) ends; /* by state: where its moves end */
} Signatures;

static void sign(Signatures *signatures, const Regular *graph, uint32_t state, const uint32_t *class) {
    uint32_t begin = signatures->moves.n, end = begin;
    for (uint32_t e = graph->first[state]; e < graph->first[state + 1]; e++)
        vec_push(&signatures->moves, (uint64_t)graph->edges[e].letter << 32 | class[graph->edges[e].to]);
    uint64_t *data = signatures->moves.data;
    if (signatures->moves.n > begin) qsort(data + begin, signatures->moves.n - begin, sizeof *data, compare_words);
    for (uint32_t i = begin; i < signatures->moves.n; i++)
        if (i == begin || data[i] != data[end - 1]) data[end++] = data[i];
    signatures->moves.n = end;
    vec_push(&signatures->ends, end);
}

static bool look_alike(const Signatures *signatures, uint32_t a, uint32_t b) {
    uint32_t x = a ? signatures->ends.data[a - 1] : 0, y = b ? signatures->ends.data[b - 1] : 0;
    uint32_t n = signatures->ends.data[a] - x;
    return signatures->ends.data[b] - y == n && (!n || memcmp(signatures->moves.data + x, signatures->moves.data + y, n * sizeof(uint64_t)) == 0);
}

static uint64_t hash_of(const Signatures *signatures, uint32_t state, const uint32_t *class) {
    uint32_t begin = state ? signatures->ends.data[state - 1] : 0, n = signatures->ends.data[state] - begin;
    return hash_combine(n ? hash_bytes(signatures->moves.data + begin, n * sizeof(uint64_t)) : 0, class[state]);
}

/* Numbers states that look alike alike; returns how many classes there are. */
static uint32_t number_classes(const Signatures *signatures, const uint32_t *class, uint32_t nstates, uint32_t *finer) {
    uint32_t mask = 1, n = 0;
    while (mask < 2 * nstates) mask *= 2;
    uint32_t *table = allocate(mask--, sizeof *table); /* a member of each class, and one */
    for (uint32_t s = 0; s < nstates; s++) {
        uint32_t at = (uint32_t)hash_of(signatures, s, class) & mask;
        while (table[at] && (class[table[at] - 1] != class[s] || !look_alike(signatures, table[at] - 1, s))) at = (at + 1) & mask;
        finer[s] = table[at] ? finer[table[at] - 1] : n++;
        if (!table[at]) table[at] = s + 1;
    }
    free(table);
    return n;
}

/* One round. */
static uint32_t split(const Regular *graph, uint32_t *class) {
    Signatures signatures = {0};
    uint32_t *finer = allocate(graph->nstates, sizeof *finer);
    for (uint32_t s = 0; s < graph->nstates; s++) sign(&signatures, graph, s, class);
    uint32_t n = number_classes(&signatures, class, graph->nstates, finer);
    if (graph->nstates) memcpy(class, finer, sizeof *class * graph->nstates);
    free(finer);
    vec_fini(&signatures.moves);
    vec_fini(&signatures.ends);
    return n;
}

/* Until nothing changes, or so many rounds. */
static uint32_t refine(const Regular *graph, uint32_t *class, uint32_t rounds) {
    uint32_t n = 0;
    for (uint32_t before = UINT32_MAX; rounds && n != before; rounds--) {
        before = n;
        n = split(graph, class);
    }
    return n;
}

/* ---- the smallest automaton, its states numbered as they are found */

/* Letters to the nearest accepting state, UINT32_MAX: there is none. */
static uint32_t *find_distances(const Regular *graph) {
    uint32_t *distance = allocate(graph->nstates, sizeof *distance);
    bool changed = true;
    for (uint32_t s = 0; s < graph->nstates; s++) distance[s] = graph->accepts[s] ? 0 : UINT32_MAX;
    while (changed) {
        changed = false;
        for (uint32_t s = graph->nstates; s-- > 0;)
            for (uint32_t e = graph->first[s]; e < graph->first[s + 1]; e++) {
                uint32_t next = distance[graph->edges[e].to];
                if (next == UINT32_MAX || next + 1 >= distance[s]) continue;
                distance[s] = next + 1;
                changed = true;
            }
    }
    return distance;
}

/* Without the edges to states from which no word is accepted. */
static Regular without_dead(const Regular *graph, const uint32_t *distance) {
    VEC(LooseEdge) edges = {0};
    if (distance[0] == UINT32_MAX) return regular_none();
    for (uint32_t s = 0; s < graph->nstates; s++)
        for (uint32_t e = graph->first[s]; e < graph->first[s + 1]; e++)
            if (distance[graph->edges[e].to] != UINT32_MAX) vec_push(&edges, (LooseEdge){s, graph->edges[e].letter, graph->edges[e].to});
    Regular result = graph_of(graph->nstates, edges.data, edges.n);
    memcpy(result.accepts, graph->accepts, sizeof(bool) * graph->nstates);
    vec_fini(&edges);
    return result;
}

static Regular merge(const Regular *graph, const uint32_t *class, uint32_t nclasses) {
    uint32_t *number = allocate(nclasses, sizeof *number);
    VEC(uint32_t) members = {0};
    VEC(LooseEdge) edges = {0};
    memset(number, 0xff, sizeof *number * nclasses);
    number[class[0]] = 0;
    vec_push(&members, 0);
    for (uint32_t i = 0; i < members.n; i++)
        for (uint32_t e = graph->first[members.data[i]]; e < graph->first[members.data[i] + 1]; e++) {
            uint32_t to = graph->edges[e].to;
            if (number[class[to]] == UINT32_MAX) {
                number[class[to]] = members.n;
                vec_push(&members, to);
            }
            vec_push(&edges, (LooseEdge){i, graph->edges[e].letter, number[class[to]]});
        }
    Regular result = graph_of(members.n, edges.data, edges.n);
    for (uint32_t i = 0; i < members.n; i++) result.accepts[i] = graph->accepts[members.data[i]];
    free(number);
    vec_fini(&members);
    vec_fini(&edges);
    return result;
}

/* States that differ in their distance differ: a start that saves most rounds on long chains. */
static Regular minimize(const Regular *deterministic) {
    uint32_t *class = find_distances(deterministic);
    Regular graph = without_dead(deterministic, class), result;
    if (!graph.nstates) {
        free(class);
        return graph;
    }
    uint32_t n = refine(&graph, class, UINT32_MAX);
    result = merge(&graph, class, n);
    free(class);
    regular_fini(&graph);
    if (result.nstates <= REGULAR_MAX) return result;
    regular_fini(&result);
    return (Regular){.is_too_large = true};
}

/* Takes the loose automaton. */
static Regular tighten(Loose *loose) {
    Regular deterministic = determinize(loose), result = {.is_too_large = true};
    if (!deterministic.is_too_large) result = minimize(&deterministic);
    regular_fini(&deterministic);
    loose_fini(loose);
    return result;
}

/* ---- operations */

Regular regular_none(void) { return graph_of(0, NULL, 0); }

Regular regular_empty_word(void) {
    Regular result = graph_of(1, NULL, 0);
    result.accepts[0] = true;
    return result;
}

Regular regular_copy(const Regular *language) {
    Loose loose = {0};
    if (language->is_too_large) return (Regular){.is_too_large = true};
    (void)loose_add(&loose, language);
    Regular result = graph_of(loose.nstates, loose.edges.data, loose.edges.n);
    if (loose.nstates) memcpy(result.accepts, language->accepts, sizeof(bool) * loose.nstates);
    loose_fini(&loose);
    return result;
}

Regular regular_union(const Regular *a, const Regular *b) {
    Loose loose = {0};
    assert(!a->is_too_large && !b->is_too_large);
    uint32_t x = loose_add(&loose, a), y = loose_add(&loose, b);
    if (a->nstates) vec_push(&loose.initial, x);
    if (b->nstates) vec_push(&loose.initial, y);
    return tighten(&loose);
}

Regular regular_append(const Regular *language, uint32_t letter) {
    Loose loose = {0};
    assert(!language->is_too_large);
    (void)loose_add(&loose, language);
    uint32_t last = loose.nstates++;
    for (uint32_t i = 0; i < loose.accepting.n; i++) vec_push(&loose.edges, (LooseEdge){loose.accepting.data[i], letter, last});
    vec_clear(&loose.accepting);
    vec_push(&loose.accepting, last);
    vec_push(&loose.initial, language->nstates ? 0 : last);
    if (!language->nstates) vec_clear(&loose.accepting);
    return tighten(&loose);
}

Regular regular_after(const Regular *language, const RegularEdge *edge) {
    Loose loose = {0};
    (void)loose_add(&loose, language);
    vec_push(&loose.initial, edge->to);
    return tighten(&loose);
}

Regular regular_rename(const Regular *language, const uint32_t *names) {
    Loose loose = {0};
    assert(!language->is_too_large);
    (void)loose_add(&loose, language);
    for (uint32_t e = 0; e < loose.edges.n; e++) loose.edges.data[e].letter = names[loose.edges.data[e].letter];
    if (language->nstates) vec_push(&loose.initial, 0);
    return tighten(&loose);
}

static Regular reversed(const Regular *language) {
    VEC(LooseEdge) edges = {0};
    for (uint32_t s = 0; s < language->nstates; s++)
        for (uint32_t e = language->first[s]; e < language->first[s + 1]; e++)
            vec_push(&edges, (LooseEdge){language->edges[e].to, language->edges[e].letter, s});
    Regular graph = graph_of(language->nstates, edges.data, edges.n);
    vec_fini(&edges);
    return graph;
}

Regular regular_widen(const Regular *language, uint32_t depth, bool backwards) {
    assert(!language->is_too_large && depth);
    Loose loose = {.nstates = language->nstates};
    uint32_t *class = allocate(language->nstates, sizeof *class);
    Regular graph = backwards ? reversed(language) : regular_copy(language);
    for (uint32_t s = 0; s < language->nstates; s++) class[s] = backwards ? s == 0 : language->accepts[s];
    (void)refine(&graph, class, depth);
    for (uint32_t s = 0; s < language->nstates; s++) {
        if (language->accepts[s]) vec_push(&loose.accepting, class[s]);
        for (uint32_t e = language->first[s]; e < language->first[s + 1]; e++)
            vec_push(&loose.edges, (LooseEdge){class[s], language->edges[e].letter, class[language->edges[e].to]});
    }
    if (language->nstates) vec_push(&loose.initial, class[0]);
    regular_fini(&graph);
    free(class);
    return tighten(&loose);
}

/* ---- questions */

bool regular_is_equal(const Regular *a, const Regular *b) {
    if (a->is_too_large || b->is_too_large || a->nstates != b->nstates || a->nedges != b->nedges) return false;
    if (!a->nstates) return true;
    return memcmp(a->first, b->first, sizeof *a->first * (a->nstates + 1u)) == 0 && memcmp(a->accepts, b->accepts, sizeof(bool) * a->nstates) == 0 &&
           (!a->nedges || memcmp(a->edges, b->edges, sizeof *a->edges * a->nedges) == 0);
}

bool regular_has_empty_word(const Regular *language) { return language->nstates && language->accepts[0]; }
bool regular_is_empty_word(const Regular *language) { return language->nstates == 1 && language->accepts[0] && !language->nedges; }

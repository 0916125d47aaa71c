/* The stored graph and its components, against plain matrices on random graphs. */
#include "checker/scc.h"
#include "model/support/hash.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 60 };

typedef struct Random { uint64_t seed; } Random;
static uint32_t pick(Random *random, uint32_t below) {
    random->seed++;
    return (uint32_t)(hash_mix(random->seed * 0x9e3779b97f4a7c15u) % below);
}

/* A graph in breadth-first order from node 0, as a matrix; flags per node. */
typedef struct Plain {
    uint32_t n;
    bool edge[MOST][MOST];
    uint8_t flags[MOST];
    uint32_t parent[MOST];
    bool reach[MOST][MOST]; /* in any number of steps, none included */
} Plain;

static void close_plain(Plain *plain) {
    memcpy(plain->reach, plain->edge, sizeof plain->edge);
    for (uint32_t i = 0; i < plain->n; i++) plain->reach[i][i] = true;
    for (uint32_t k = 0; k < plain->n; k++)
        for (uint32_t i = 0; i < plain->n; i++)
            for (uint32_t j = 0; j < plain->n; j++) plain->reach[i][j] |= plain->reach[i][k] && plain->reach[k][j];
}

/* Each node in turn discovers some new ones and leads to some that are known. */
static void make_plain(Plain *plain, Random *random) {
    uint32_t want = 1 + pick(random, MOST), density = pick(random, 4);
    memset(plain, 0, sizeof *plain);
    plain->n = 1;
    plain->parent[0] = UINT32_MAX;
    for (uint32_t i = 0; i < plain->n; i++) {
        for (uint32_t k = pick(random, 4); k > 0 && plain->n < want; k--) {
            plain->parent[plain->n] = i;
            plain->edge[i][plain->n++] = true;
        }
        for (uint32_t k = pick(random, density + 1); k > 0; k--)
            plain->edge[i][pick(random, 3) == 0 ? pick(random, plain->n) : plain->n - 1 - pick(random, plain->n) / 3] =
                true;
        if (pick(random, 30) == 0) plain->flags[i] = EDGES_LEAVES;
    }
    close_plain(plain);
}

static void store_plain(const Plain *plain, bool labelled, Edges *edges) {
    edges_init(edges, labelled);
    for (uint32_t label = 0; labelled && label < 200; label++)
        assert_int_equal(labels_intern(&edges->labels, (EdgeLabel){.arm = label}), label);
    edges_roots(edges, 1);
    uint32_t known = 1;
    for (uint32_t i = 0; i < plain->n; i++) {
        uint64_t keys[MOST];
        uint32_t nkeys = 0, fresh = 0;
        uint8_t flags = plain->flags[i];
        for (uint32_t j = 0; j < plain->n; j++) {
            if (!plain->edge[i][j]) continue;
            bool is_new = j >= known;
            fresh += is_new;
            if (j == i) flags |= EDGES_SELF;
            if (labelled || (!is_new && j != i)) keys[nkeys++] = (uint64_t)j << 32 | (labelled ? (i + j) % 200 : 0);
        }
        edges_add(edges, flags, keys, nkeys, fresh);
        known += fresh;
    }
}

static void edges_come_back(void **state) {
    (void)state;
    Random random = {1};
    for (int round = 0; round < 400; round++) {
        Plain plain;
        Edges edges;
        bool labelled = round % 2 == 0;
        make_plain(&plain, &random);
        store_plain(&plain, labelled, &edges);
        for (uint32_t i = 0; i < plain.n; i++) {
            bool seen[MOST] = {false};
            EdgeIter iter = edges_of(&edges, i);
            assert_int_equal(iter.flags & EDGES_LEAVES, plain.flags[i]);
            if (iter.flags & EDGES_SELF) seen[i] = true;
            while (edges_next(&iter)) {
                seen[iter.target] = true;
                if (labelled) assert_int_equal(iter.label, (i + iter.target) % 200);
            }
            assert_memory_equal(seen, plain.edge[i], plain.n * sizeof(bool));
            assert_int_equal(edges_parent(&edges, i), plain.parent[i]);
        }
        edges_fini(&edges);
    }
}

/* Records longer than a length byte, and chunks that end. */
static void long_records(void **state) {
    (void)state;
    Edges edges;
    enum { SOURCES = 3000, TARGETS = 700 };
    uint64_t keys[TARGETS];
    edges_init(&edges, false);
    edges_roots(&edges, 200 * TARGETS);
    for (uint32_t i = 0; i < SOURCES; i++) {
        for (uint32_t k = 0; k < TARGETS; k++) keys[k] = (uint64_t)(i % 5 + k * 150 + (k == TARGETS - 1)) << 32;
        edges_add(&edges, 0, keys, i % TARGETS, 0);
    }
    for (uint32_t i = 0; i < SOURCES; i++) {
        EdgeIter iter = edges_of(&edges, i);
        uint32_t k = 0;
        for (; edges_next(&iter); k++) assert_int_equal(iter.target, i % 5 + k * 150 + (k == TARGETS - 1));
        assert_int_equal(k, i % TARGETS);
    }
    assert_true(edges.nchunks > 1);
    edges_fini(&edges);
}

/* ---- components */

typedef struct Check { const Plain *plain; bool seen[MOST]; uint32_t bottoms; } Check;

static bool leaves_plain(const Plain *plain, const Check *check, const uint32_t *states, uint32_t n) {
    bool inside[MOST] = {false}, leaves = false;
    (void)check;
    for (uint32_t i = 0; i < n; i++) inside[states[i]] = true;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < plain->n; j++) leaves |= plain->edge[states[i]][j] && !inside[j];
    return leaves;
}

static void check_component(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Check *check = context;
    uint32_t states[MOST];
    for (uint32_t i = 0; i < n; i++) states[i] = part->states[members[i]];
    for (uint32_t i = 0; i < n; i++) {
        assert_false(check->seen[states[i]]);
        check->seen[states[i]] = true;
    }
    uint32_t expected = 0;
    for (uint32_t j = 0; j < check->plain->n; j++)
        expected += check->plain->reach[states[0]][j] && check->plain->reach[j][states[0]];
    assert_int_equal(n, expected);
    for (uint32_t i = 0; i < n; i++)
        assert_true(check->plain->reach[states[0]][states[i]] && check->plain->reach[states[i]][states[0]]);
    assert_int_equal(leaves, leaves_plain(check->plain, check, states, n));
    /* what it leads to has been visited */
    for (uint32_t j = 0; j < check->plain->n; j++)
        if (check->plain->reach[states[0]][j]) assert_true(check->seen[j]);
}

static void components(void **state) {
    (void)state;
    Random random = {2};
    for (int round = 0; round < 400; round++) {
        Plain plain;
        Edges edges;
        make_plain(&plain, &random);
        store_plain(&plain, round % 2 == 0, &edges);
        Bitset all = bitset_new(plain.n);
        for (uint32_t i = 0; i < plain.n; i++) bitset_add(&all, i);
        Check check = {.plain = &plain};
        scc_each(&(SccGraph){.edges = &edges, .nodes = &all}, check_component, &check);
        for (uint32_t i = 0; i < plain.n; i++) assert_true(check.seen[i]);
        bitset_free(&all);
        edges_fini(&edges);
    }
}

/* A bottom component with transitions: nothing leaves it, and it is no state without steps. */
static bool is_bottom(const Plain *plain, uint32_t state) {
    bool moves = false;
    for (uint32_t j = 0; j < plain->n; j++) {
        moves |= plain->edge[state][j];
        if (plain->reach[state][j] && (!plain->reach[j][state] || (plain->flags[j] & EDGES_LEAVES) != 0)) return false;
    }
    return moves;
}

static void check_bottom(void *context, uint32_t *states, uint32_t n) {
    Check *check = context;
    uint32_t expected = 0;
    for (uint32_t j = 0; j < check->plain->n; j++) expected += check->plain->reach[states[0]][j];
    assert_int_equal(n, expected);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(is_bottom(check->plain, states[i]));
        assert_false(check->seen[states[i]]);
        check->seen[states[i]] = true;
    }
}

static void bottoms(void **state) {
    (void)state;
    Random random = {3};
    uint32_t some = 0;
    for (int round = 0; round < 1500; round++) {
        Plain plain;
        Edges edges;
        make_plain(&plain, &random);
        store_plain(&plain, round % 2 == 0, &edges);
        Check check = {.plain = &plain};
        scc_bottoms(&edges, plain.n, check_bottom, &check);
        for (uint32_t i = 0; i < plain.n; i++) {
            assert_int_equal(check.seen[i], is_bottom(&plain, i));
            some += check.seen[i];
        }
        edges_fini(&edges);
    }
    assert_true(some > 100);
}

/* Large graphs take the way by sweeps and walks: two rings that a line of states leads to. */
typedef struct Rings { uint32_t found, smallest, largest; } Rings;

static void check_ring(void *context, uint32_t *states, uint32_t n) {
    Rings *rings = context;
    (void)states;
    rings->found++;
    if (rings->smallest == 0 || n < rings->smallest) rings->smallest = n;
    if (n > rings->largest) rings->largest = n;
}

static void large_bottoms(void **state) {
    (void)state;
    enum { LINE = 20000, RING = 30000 };
    Edges edges;
    edges_init(&edges, false);
    edges_roots(&edges, 1);
    for (uint32_t i = 0; i < LINE; i++)
        edges_add(&edges, 0, NULL, 0, i + 1 == LINE ? 2 : 1); /* the last one begins both rings */
    for (uint32_t i = 0; i < RING; i++)
        for (uint32_t ring = 0; ring < 2; ring++) {
            uint64_t back = (uint64_t)(LINE + ring) << 32;
            bool closes = i + 1 == RING;
            edges_add(&edges, 0, &back, closes ? 1 : 0, closes ? 0 : 1);
        }
    Rings rings = {0};
    scc_bottoms(&edges, LINE + 2 * RING, check_ring, &rings);
    assert_int_equal(rings.found, 2);
    assert_int_equal(rings.smallest, RING);
    assert_int_equal(rings.largest, RING);
    edges_fini(&edges);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_come_back), cmocka_unit_test(long_records), cmocka_unit_test(components),
        cmocka_unit_test(bottoms),         cmocka_unit_test(large_bottoms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Transition systems of whole programs: remembered steps against evaluated ones, fast targets against the general canonical form, worlds in
   another order against their states. Without arguments over the corpus; with files: sizes and times. */
#include "frontend/frontend.h"
#include "model/support/hash.h"
#include "model/support/vec.h"
#include "model/ts.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- programs */

typedef struct Loaded {
    Sources *sources;
    Diags *diags;
    Tree *tree;
    Program *program;
} Loaded;

static Loaded load(const char *path) {
    Loaded loaded = {.sources = sources_new()};
    loaded.diags = diags_new(loaded.sources);
    loaded.tree = frontend_parse(loaded.sources, loaded.diags, path, &(FrontendOptions){0});
    if (!diags_errors(loaded.diags) && frontend_check(loaded.tree, loaded.diags)) loaded.program = frontend_lower(loaded.tree, loaded.diags);
    return loaded;
}

static void unload(Loaded *loaded) {
    if (loaded->program) program_free(loaded->program);
    tree_free(loaded->tree);
    diags_free(loaded->diags);
    sources_free(loaded->sources);
}

/* ---- a plain breadth-first search */

typedef struct Space {
    Ts *ts;
    TsWorker *worker;
    VEC(uint32_t) ids, first; /* state i: ids[first[i] .. first[i + 1]) */
    VEC(uint32_t) table;
    uint32_t n, limit;
    uint64_t edges, violations, limits, dead; /* dead: no step, and some task alive */
    bool complete;
} Space;

static const uint32_t *state_at(const Space *space, uint32_t i, uint32_t *n) {
    *n = space->first.data[i + 1] - space->first.data[i];
    return space->ids.data + space->first.data[i];
}

static uint32_t *table_at(Space *space, const uint32_t *ids, uint32_t n) {
    uint32_t at = (uint32_t)hash_bytes(ids, n * sizeof *ids) & (space->table.n - 1);
    for (;; at = (at + 1) & (space->table.n - 1)) {
        uint32_t entry = space->table.data[at], m;
        if (!entry) return &space->table.data[at];
        const uint32_t *other = state_at(space, entry - 1, &m);
        if (n == m && !memcmp(ids, other, n * sizeof *ids)) return &space->table.data[at];
    }
}

static void add_state(Space *space, const uint32_t *ids, uint32_t n) {
    uint32_t *entry = table_at(space, ids, n);
    if (*entry) return;
    if (space->n == space->limit) {
        space->complete = false;
        return;
    }
    for (uint32_t i = 0; i < n; i++) vec_push(&space->ids, ids[i]);
    vec_push(&space->first, space->ids.n);
    *entry = ++space->n;
}

static void take_edges(Space *space, const TsSuccessors *out) {
    for (uint32_t i = 0; i < out->nedges; i++) {
        const TsEdge *edge = &out->edges[i];
        space->violations += edge->kind == TS_VIOLATION;
        space->limits += edge->kind == TS_LIMIT;
        if (edge->kind == TS_EDGE) add_state(space, out->ids + edge->offset, edge->n);
    }
    space->edges += out->nedges;
}

static bool is_dead(const Space *space, const uint32_t *ids, uint32_t n) {
    for (uint32_t slot = ts_fixed(space->ts); slot < n; slot++)
        if (ts_task(space->worker, ids, n, slot) == TS_TASK_ALIVE) return true;
    return false;
}

typedef void (*Look)(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out);

static Space explore(const Program *program, TsOptions options, uint32_t limit, Look look) {
    Space space = {.ts = ts_new(program, options), .limit = limit, .complete = true};
    space.worker = ts_worker_new(space.ts);
    uint32_t size = 16;
    while (size < 2 * limit) size *= 2;
    vec_resize(&space.table, size);
    vec_push(&space.first, 0);
    TsSuccessors out = {0};
    VEC(uint32_t) here = {0};
    ts_initial(space.worker, &out);
    take_edges(&space, &out);
    for (uint32_t i = 0; i < space.n; i++) {
        uint32_t n;
        const uint32_t *ids = state_at(&space, i, &n);
        vec_resize(&here, n);
        if (n) memcpy(here.data, ids, n * sizeof *ids);
        ts_successors(space.worker, here.data, n, &out);
        if (!out.nedges) space.dead += is_dead(&space, here.data, n);
        take_edges(&space, &out);
        if (look) look(&space, here.data, n, &out);
    }
    vec_fini(&here);
    ts_successors_fini(&out);
    return space;
}

static void space_fini(Space *space) {
    ts_worker_free(space->worker);
    ts_free(space->ts);
    vec_fini(&space->ids);
    vec_fini(&space->first);
    vec_fini(&space->table);
}

/* ---- what holds at every state */

static void check_traced(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out) {
    TsSuccessors traced = {0};
    ts_successors_traced(space->worker, ids, n, &traced);
    assert_int_equal(traced.nedges, out->nedges);
    assert_int_equal(traced.nids, out->nids);
    if (out->nids) assert_memory_equal(traced.ids, out->ids, out->nids * sizeof *ids);
    for (uint32_t i = 0; i < out->nedges; i++) {
        if (out->edges[i].kind != TS_EDGE) continue;
        for (uint32_t slot = 0; slot < n; slot++) {
            uint32_t to = ts_moves(space->worker, i, slot);
            assert_true(to == NO_SLOT || to < out->edges[i].n);
            if (slot < ts_fixed(space->ts)) assert_int_equal(to, slot);
        }
    }
    ts_successors_fini(&traced);
}

/* Each edge again, by evaluating its step in the unpacked world. */
static void check_evaluated(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out, bool reset) {
    EvalOptions options = {.no_reset = !reset};
    World world;
    Choices choices = {0};
    world_init(&world, ts_program(space->ts));
    for (uint32_t i = 0; i < out->nedges; i++) {
        const TsEdge *edge = &out->edges[i];
        if (edge->choice == 0) choices_clear(&choices);
        else assert_true(choices_next(&choices));
        ts_world(space->worker, ids, n, &world);
        StepResult result = eval_step(&world, edge->actor, &options, &choices, NULL);
        assert_int_equal(result.status == STEP_DONE, edge->kind == TS_EDGE);
        if (edge->kind != TS_EDGE) continue;
        uint32_t *target = calloc(world.n, sizeof *target);
        assert_int_equal(ts_encode(space->worker, &world, target, world.n, NULL), edge->n);
        assert_memory_equal(target, out->ids + edge->offset, edge->n * sizeof *target);
        free(target);
    }
    choices_fini(&choices);
    world_fini(&world);
}

typedef struct Renaming {
    Word *words;
    const uint32_t *to;
} Renaming;

static void rename_one(void *context, uint32_t index, Word handle, bool ordered) {
    Renaming *renaming = context;
    (void)ordered;
    if (handle > 0) renaming->words[index] = slot_handle(renaming->to[handle_slot(handle)]);
}

static void permute(const Program *program, World *from, World *to, uint32_t fixed, uint64_t seed) {
    uint32_t *moves = calloc(from->n, sizeof *moves);
    for (uint32_t i = 0; i < from->n; i++) moves[i] = i;
    for (uint32_t i = from->n - 1; i > fixed && i < from->n; i--) {
        uint32_t k = fixed + (uint32_t)(hash_mix(seed + i) % (i - fixed + 1)), t = moves[i];
        moves[i] = moves[k];
        moves[k] = t;
    }
    world_copy(to, from);
    for (uint32_t i = 0; i < from->n; i++) {
        uint32_t n;
        const Word *words = world_read(from, i, &n);
        world_set(to, moves[i], words, n);
        Renaming renaming = {world_write(to, moves[i], NULL), moves};
        comp_handles(program, words, n, rename_one, &renaming);
    }
    free(moves);
}

static void check_permuted(Space *space, const uint32_t *ids, uint32_t n) {
    World world, other;
    world_init(&world, ts_program(space->ts));
    world_init(&other, ts_program(space->ts));
    ts_world(space->worker, ids, n, &world);
    permute(ts_program(space->ts), &world, &other, ts_fixed(space->ts), hash_bytes(ids, n * sizeof *ids));
    uint32_t *again = calloc(n + 1, sizeof *again);
    assert_int_equal(ts_encode(space->worker, &world, again, n, NULL), n);
    assert_memory_equal(again, ids, n * sizeof *ids);
    assert_int_equal(ts_encode(space->worker, &other, again, n, NULL), n);
    assert_memory_equal(again, ids, n * sizeof *ids);
    free(again);
    world_fini(&world);
    world_fini(&other);
}

static void check_invariants(Space *space, const uint32_t *ids, uint32_t n) {
    const Program *program = ts_program(space->ts);
    uint64_t broken = ts_invariants(space->worker, ids, n);
    World world;
    world_init(&world, program);
    for (uint32_t i = 0; i < program->ninvariants; i++) {
        Word value = 0;
        ts_world(space->worker, ids, n, &world);
        StepResult result = eval_predicate(&world, program->invariants[i].machine, &value);
        assert_int_equal(!(result.status == STEP_DONE && value), broken >> i & 1);
    }
    world_fini(&world);
}

static void check_conditions(Space *space, const uint32_t *ids, uint32_t n) {
    const Program *program = ts_program(space->ts);
    uint64_t holding = ts_conditions(space->worker, ids, n);
    World world;
    world_init(&world, program);
    for (uint32_t i = 0; i < program->natoms; i++) {
        if (program->atoms[i].kind != ATOM_STATE) continue;
        Word value = 0;
        ts_world(space->worker, ids, n, &world);
        StepResult result = eval_predicate(&world, program->atoms[i].machine, &value);
        assert_int_equal(result.status == STEP_DONE && value, holding >> program->atoms[i].bit & 1);
    }
    world_fini(&world);
}

static void check_state(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out) {
    check_traced(space, ids, n, out);
    check_evaluated(space, ids, n, out, true);
    check_permuted(space, ids, n);
    check_invariants(space, ids, n);
    check_conditions(space, ids, n);
}

static void check_state_without_order(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out) {
    check_traced(space, ids, n, out);
    check_evaluated(space, ids, n, out, true);
}

static void check_state_without_reset(Space *space, const uint32_t *ids, uint32_t n, const TsSuccessors *out) {
    check_evaluated(space, ids, n, out, false);
    check_permuted(space, ids, n);
}

/* ---- over the corpus */

enum { LIMIT = 1500 };

static void check_same_space(const Space *a, const Space *b) {
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->edges, b->edges);
    assert_int_equal(a->ids.n, b->ids.n);
    assert_memory_equal(a->ids.data, b->ids.data, a->ids.n * sizeof(uint32_t));
}

static void check_same_verdict(const Space *a, const Space *b) {
    if (!a->complete || !b->complete) return;
    assert_int_equal(a->violations > 0, b->violations > 0);
    assert_int_equal(a->dead > 0, b->dead > 0);
    assert_int_equal(a->limits > 0, b->limits > 0);
}

static void check_program(const Program *program) {
    TsOptions plain = TS_DEFAULTS, no_memo = TS_DEFAULTS, no_symmetry = TS_DEFAULTS, no_reset = TS_DEFAULTS;
    no_memo.memo = no_symmetry.symmetry = no_reset.reset = false;
    Space a = explore(program, plain, LIMIT, check_state), b = explore(program, no_memo, LIMIT, NULL);
    Space c = explore(program, no_symmetry, LIMIT, check_state_without_order), d = explore(program, no_reset, LIMIT, check_state_without_reset);
    check_same_space(&a, &b);
    check_same_verdict(&a, &c);
    check_same_verdict(&a, &d);
    space_fini(&a);
    space_fini(&b);
    space_fini(&c);
    space_fini(&d);
}

static uint32_t check_folder(const char *folder) {
    struct dirent **entries;
    uint32_t checked = 0;
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[4096];
        size_t length = strlen(entries[i]->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (length > 3 && !strcmp(entries[i]->d_name + length - 3, ".ac")) {
            Loaded loaded = load(path);
            if (loaded.program) {
                if (getenv("VERBOSE")) fprintf(stderr, "%s\n", path);
                check_program(loaded.program);
                checked++;
            }
            unload(&loaded);
        }
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return checked;
}

static void test_corpus(void **state) {
    (void)state;
    static const char *const folders[] = {"bench", "bugs", "classic", "distributed", "runtime", "patterns", "misuse"};
    uint32_t checked = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", UNKNOT_CORPUS, folders[i]);
        checked += check_folder(path);
    }
    assert_true(checked > 0);
}

/* ---- sizes and times */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void measure(const char *path, TsOptions options) {
    Loaded loaded = load(path);
    if (!loaded.program) {
        diags_render(loaded.diags, stderr, false);
        return;
    }
    double start = seconds();
    Space space = explore(loaded.program, options, 4000000, NULL);
    double searched = seconds();
    TsSuccessors out = {0};
    uint64_t edges = 0;
    for (uint32_t i = 0; i < space.n; i++) {
        uint32_t n;
        const uint32_t *ids = state_at(&space, i, &n);
        ts_successors(space.worker, ids, n, &out);
        edges += out.nedges;
    }
    double ended = seconds();
    uint32_t n, bits = 0;
    state_at(&space, space.n - 1, &n);
    for (uint32_t i = 0; i < n; i++) bits += ts_width(space.ts, i);
    printf("%s: %u states%s, %llu edges, search %.2f s, again %.1f ns a successor, %.1f MB, %u bits, %llu dead\n", path, space.n,
           space.complete ? "" : " (limit)", (unsigned long long)edges, searched - start, 1e9 * (ended - searched) / (double)(edges ? edges : 1),
           (double)ts_memory(space.ts) / 1e6, bits, (unsigned long long)space.dead);
    ts_successors_fini(&out);
    space_fini(&space);
    unload(&loaded);
}

int main(int argc, char **argv) {
    TsOptions options = TS_DEFAULTS;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--no-memo")) options.memo = false;
        else if (!strcmp(argv[i], "--no-symmetry")) options.symmetry = false;
        else measure(argv[i], options);
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}

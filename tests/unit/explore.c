#include "tests/unit/explore.h"

#include "frontend/frontend.h"
#include "model/fiber.h"
#include "model/kind.h"
#include "model/support/hash.h"
#include "model/support/vec.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_STATES 200000u

Program *explore_program(const char *source) {
    char path[] = "/tmp/explore_XXXXXX.ac";
    int file = mkstemps(path, 3);
    assert_true(file >= 0);
    assert_int_equal(write(file, source, strlen(source)), (ssize_t)strlen(source));
    close(file);
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Tree *tree = frontend_parse(sources, diags, path, &(FrontendOptions){0});
    bool good = !diags_errors(diags) && frontend_check(tree, diags);
    Program *program = good ? frontend_lower(tree, diags) : NULL;
    if (diags_errors(diags)) diags_render(diags, stderr, false);
    unlink(path);
    assert_non_null(program);
    tree_free(tree);
    diags_free(diags);
    return program; /* its sources live on */
}

/* ---- worlds that were seen */

typedef struct Seen { uint64_t hash; World world; } Seen;
typedef struct Search {
    Program *program;
    EvalOptions options;
    VEC(Seen *) seen;
    uint32_t *table; /* index + 1 by hash */
    uint32_t mask;
    VEC(char *) endings;
    uint32_t transitions;
} Search;

static uint64_t world_hash(const World *world) {
    uint64_t hash = world->n;
    for (uint32_t i = 0; i < world->n; i++) hash = hash_combine(hash, hash_bytes(world->comps[i].words, sizeof(Word) * world->comps[i].n));
    return hash;
}

static bool world_equal(const World *a, const World *b) {
    if (a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->comps[i].n != b->comps[i].n || memcmp(a->comps[i].words, b->comps[i].words, sizeof(Word) * a->comps[i].n) != 0) return false;
    return true;
}

/* Objects nobody refers to are not removed: equal states may be seen as two. */
static void add_world(Search *search, const World *world) {
    uint64_t hash = world_hash(world);
    uint32_t i = (uint32_t)hash & search->mask;
    for (; search->table[i]; i = (i + 1) & search->mask) {
        Seen *seen = search->seen.data[search->table[i] - 1];
        if (seen->hash == hash && world_equal(&seen->world, world)) return;
    }
    assert_true(search->seen.n < MAX_STATES);
    Seen *seen = calloc(1, sizeof *seen);
    assert_non_null(seen);
    seen->hash = hash;
    world_init(&seen->world, search->program);
    world_copy(&seen->world, world);
    vec_push(&search->seen, seen);
    search->table[i] = search->seen.n;
}

/* ---- endings */

static void add_ending(Search *search, const char *text) {
    for (uint32_t i = 0; i < search->endings.n; i++)
        if (strcmp(search->endings.data[i], text) == 0) return;
    vec_push(&search->endings, strdup(text));
}

static const char *const violation_names[] = {"none", "assertion", "undefined", "misuse", "ignored-close", "never-yields"};

static void add_failure(Search *search, const StepResult *result) {
    char text[200];
    const Violation *violation = &result->violation;
    switch (result->status) {
    case STEP_CUT: add_ending(search, "cut"); return;
    case STEP_LIMIT: add_ending(search, "limit"); return;
    case STEP_VIOLATION:
        snprintf(text, sizeof text, violation->detail[0] ? "%s(%s)" : "%s", violation_names[violation->kind], violation->detail);
        add_ending(search, text);
        return;
    case STEP_DISABLED: case STEP_DONE: assert_true(false);
    }
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void add_end(Search *search, World *world) {
    for (uint32_t i = 0; i < search->program->nglobals; i++)
        if (strcmp(search->program->globals[i].name, "x") == 0) {
            char text[64];
            snprintf(text, sizeof text, "x=%lld", (long long)world_global(world, i)[0]);
            add_ending(search, text);
            return;
        }
    add_ending(search, "end");
}

static void add_final(Search *search, World *world) {
    const char *names[64];
    uint32_t n = 0;
    for (uint32_t i = 0; i < world->n; i++) {
        const Word *words = world_read(world, i, NULL);
        if (comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) && !fiber_is_over(words) && n < 64)
            names[n++] = fiber_machine(world, words)->name;
    }
    if (!n) {
        add_end(search, world);
        return;
    }
    qsort(names, n, sizeof *names, compare_texts);
    char text[512] = "stuck(";
    for (uint32_t i = 0; i < n; i++) {
        if (i) strncat(text, ",", sizeof text - strlen(text) - 1);
        strncat(text, names[i], sizeof text - strlen(text) - 1);
    }
    strncat(text, ")", sizeof text - strlen(text) - 1);
    add_ending(search, text);
}

/* ---- the search */

static bool expand_task(Search *search, const World *from, World *scratch, uint32_t task) {
    Choices choices = {0};
    bool moved = false;
    do {
        world_copy(scratch, from);
        bool can = eval_can_step(scratch, task);
        for (uint32_t i = 0; i < scratch->n; i++) scratch->comps[i].changed = false;
        StepResult result = eval_step(scratch, task, &search->options, &choices, NULL);
        if (!result.by_fault) assert_int_equal(can, result.status != STEP_DISABLED);
        if (result.status == STEP_DISABLED) {
            assert_true(world_equal(scratch, from) && choices.n == 0);
            break;
        }
        moved |= !result.by_fault;
        search->transitions++;
        if (result.status == STEP_DONE) add_world(search, scratch);
        else add_failure(search, &result);
    } while (choices_next(&choices));
    choices_fini(&choices);
    return moved;
}

static void expand(Search *search, const World *from, World *scratch) {
    bool moved = false;
    for (uint32_t i = 0; i < from->n; i++) {
        const Word *words = from->comps[i].words;
        bool is_task = comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK);
        if (is_task || kind_is_actor(search->program, words)) moved |= expand_task(search, from, scratch, i);
    }
    world_copy(scratch, from);
    if (!moved) add_final(search, scratch);
}

static void begin(Search *search, World *scratch) {
    Choices choices = {0};
    do {
        StepResult result = eval_start(scratch, &search->options, &choices, NULL);
        if (result.status == STEP_DONE) add_world(search, scratch);
        else add_failure(search, &result);
    } while (choices_next(&choices));
    choices_fini(&choices);
}

static void finish(Search *search, Explored *explored) {
    if (search->endings.n) qsort(search->endings.data, search->endings.n, sizeof(char *), compare_texts);
    for (uint32_t i = 0; i < search->endings.n; i++) {
        size_t length = strlen(explored->endings);
        snprintf(explored->endings + length, sizeof explored->endings - length, i ? " %s" : "%s", search->endings.data[i]);
        free(search->endings.data[i]);
    }
    explored->states = search->seen.n;
    explored->transitions = search->transitions;
    for (uint32_t i = 0; i < search->seen.n; i++) {
        world_fini(&search->seen.data[i]->world);
        free(search->seen.data[i]);
    }
    vec_fini(&search->seen);
    vec_fini(&search->endings);
    free(search->table);
}

Explored explore(const char *source, EvalOptions options) {
    Program *program = explore_program(source);
    Search search = {.program = program, .options = options, .mask = 2 * 262144u - 1};
    search.table = calloc(search.mask + 1, sizeof *search.table);
    assert_non_null(search.table);
    World scratch;
    world_init(&scratch, program);
    begin(&search, &scratch);
    for (uint32_t i = 0; i < search.seen.n; i++) expand(&search, &search.seen.data[i]->world, &scratch);
    Explored explored = {.endings = ""};
    finish(&search, &explored);
    world_fini(&scratch);
    Sources *sources = program->sources;
    program_free(program);
    sources_free(sources);
    return explored;
}

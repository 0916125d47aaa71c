#include "model/race.h"

#include "model/support/vec.h"

#include <stdio.h>

void race_accesses(World *world, uint32_t task, const EvalOptions *options, AccessLog *out) {
    out->n = 0;
    uint32_t n;
    const Word *words = world_read(world, task, &n);
    if (comp_kind(words) != COMP_FIBER || !(words[FIBER_FLAGS] & FIBER_IS_TASK)) return;
    if (words[FIBER_STATUS] != FIBER_UNDER_WAY && words[FIBER_STATUS] != FIBER_BLOCKED) return;
    EvalOptions logging = *options;
    logging.accesses = out;
    Choices choices = {0};
    World trial;
    world_init(&trial, world->program);
    do {
        world_copy(&trial, world);
        if (eval_step(&trial, task, &logging, &choices, NULL).status == STEP_DISABLED) break;
    } while (choices_next(&choices));
    choices_fini(&choices);
    world_fini(&trial);
}

void race_keep(AccessLog *log, uint32_t global) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < log->n; i++)
        if (log->data[i].global == global) log->data[kept++] = log->data[i];
    log->n = kept;
}

static bool is_race(const Program *program, const Access *a, const Access *b) {
    if (a->global != b->global || a->word != b->word || !(a->is_write || b->is_write)) return false;
    return !program->globals[a->global].is_atomic[a->word] && !(a->in_region && b->in_region);
}

bool race_between(const Program *program, const AccessLog *a, const AccessLog *b, uint32_t *at_a, uint32_t *at_b) {
    for (*at_a = 0; *at_a < a->n; ++*at_a)
        for (*at_b = 0; *at_b < b->n; ++*at_b)
            if (is_race(program, &a->data[*at_a], &b->data[*at_b])) return true;
    return false;
}

/* ---- names */

typedef struct Path {
    char *text;
    size_t size, n;
} Path;

static void add(Path *path, const char *before, const char *name, const char *after) {
    if (path->n >= path->size) return;
    int n = snprintf(path->text + path->n, path->size - path->n, "%s%s%s", before, name, after);
    path->n += n > 0 ? (size_t)n : 0;
}

static void add_index(Path *path, uint32_t index) {
    char number[16];
    snprintf(number, sizeof number, "%u", index);
    add(path, "[", number, "]");
}

static void descend(Path *path, const ValueType *type, uint32_t word) {
    if (type->kind == VALUE_ARRAY && type->of->words > 0) {
        add_index(path, word / type->of->words);
        descend(path, type->of, word % type->of->words);
    }
    if (type->kind != VALUE_STRUCT) return;
    for (uint32_t i = 0; i < type->nfields; word -= type->fields[i].type->words, i++) {
        if (word >= type->fields[i].type->words) continue;
        add(path, ".", type->fields[i].name, "");
        descend(path, type->fields[i].type, word);
        return;
    }
}

void race_path(const Program *program, const Access *access, char *text, size_t size) {
    const Global *global = &program->globals[access->global];
    Path path = {text, size, 0};
    add(&path, "", global->name, "");
    descend(&path, global->type, access->word);
}

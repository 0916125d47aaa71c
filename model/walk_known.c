/* What a walk knows so far: which objects and tasks there are, what is sent, what global variables hold. It only grows. */
#include "model/walking.h"

#include <string.h>

static bool same_maker(const Maker *a, const Maker *b) {
    return a->task == b->task && a->pc == b->pc && a->n == b->n && (!a->n || (memcmp(a->words, b->words, sizeof *a->words * a->n) == 0 &&
           memcmp(a->known, b->known, sizeof *a->known * a->n) == 0));
}

static Maker keep_maker(Walking *walking, Maker maker) {
    if (!maker.n) return maker;
    maker.words = arena_copy(&walking->arena, maker.words, sizeof *maker.words * maker.n);
    maker.known = arena_copy(&walking->arena, maker.known, sizeof *maker.known * maker.n);
    return maker;
}

uint32_t known_object(Walking *walking, Maker maker, uint32_t site, Span at) {
    uint32_t number = 0;
    for (uint32_t i = 0; i < walking->objects.n; i++) {
        if (same_maker(&walking->object_makers.data[i], &maker)) return i;
        number += walking->objects.data[i].site == site;
    }
    if (walking->objects.n >= 1000) walking_refuse(walking, at, "more than 1,000 objects are made");
    vec_push(&walking->object_makers, keep_maker(walking, maker));
    vec_push(&walking->objects, (WalkObject){.site = site, .capacity = UINT32_MAX, .number = number});
    return walking->objects.n - 1;
}

uint32_t known_task(Walking *walking, Maker maker, WalkTask like, Frame arguments) {
    for (uint32_t i = 0; i < walking->tasks.n; i++) {
        if (same_maker(&walking->task_makers.data[i], &maker)) return i;
        like.number += walking->tasks.data[i].machine == like.machine;
    }
    uint32_t n = like.machine->nparams;
    Frame kept = {NULL, NULL};
    if (n) {
        kept.words = arena_copy(&walking->arena, arguments.words, sizeof *kept.words * n);
        kept.known = arena_copy(&walking->arena, arguments.known, sizeof *kept.known * n);
    }
    vec_push(&walking->task_makers, keep_maker(walking, maker));
    vec_push(&walking->tasks, like);
    vec_push(&walking->arguments, kept);
    walking->learned = true;
    return walking->tasks.n - 1;
}

void known_add(Walking *walking, Values *values, Word word, bool known) {
    if (!known) {
        walking->learned |= !values->any;
        values->any = true;
        return;
    }
    for (uint32_t i = 0; i < values->words.n; i++)
        if (values->words.data[i] == word) return;
    vec_push(&values->words, word);
    walking->learned = true;
}

static Item *item_of(Walking *walking, uint32_t object, uint32_t label, uint32_t n) {
    for (uint32_t i = 0; i < walking->items.n; i++)
        if (walking->items.data[i].object == object && walking->items.data[i].label == label) return &walking->items.data[i];
    Item item = {object, label, ARENA_ARRAY(&walking->arena, Values, n + 1u), n};
    vec_push(&walking->items, item);
    walking->learned = true;
    return &vec_last(&walking->items);
}

void known_send(Walking *walking, uint32_t object, uint32_t label, const ValueType *elem, Frame item) {
    Item *known = item_of(walking, object, label, elem->words);
    for (uint32_t i = 0; i < elem->words; i++)
        if (elem->word_kinds[i] != WORD_DATA) known_add(walking, &known->words[i], item.words[i], item.known[i]);
}

const Item *known_item(const Walking *walking, uint32_t object, uint32_t n) {
    for (uint32_t i = 0; i < walking->items.n; i++)
        if (walking->items.data[i].object == object && n-- == 0) return &walking->items.data[i];
    return NULL;
}

/* Their initialisers; what the code that makes the objects stores comes when that code is walked (known_globals' caller: walk_task of none). */
static void first_values(Walking *walking) {
    const Program *program = walking->program;
    walking->globals = ARENA_ARRAY(&walking->arena, Values *, program->nglobals + 1u);
    walking->constants = ARENA_ARRAY(&walking->arena, Frame, program->nglobals + 1u);
    for (uint32_t g = 0; g < program->nglobals; g++) {
        const Global *global = &program->globals[g];
        uint32_t n = global->type->words;
        walking->globals[g] = ARENA_ARRAY(&walking->arena, Values, n + 1u);
        walking->constants[g] = (Frame){ARENA_ARRAY(&walking->arena, Word, n + 1u), ARENA_ARRAY(&walking->arena, bool, n + 1u)};
        for (uint32_t w = 0; w < n; w++) {
            walking->constants[g].words[w] = global->init[w];
            walking->constants[g].known[w] = global->is_const;
        }
    }
}

void known_globals(Walking *walking) {
    first_values(walking);
    walk_task(walking, NO_SLOT);
}

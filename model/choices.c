#include "model/step.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>

static void reserve(Choices *choices, uint32_t n) {
    uint32_t cap = choices->cap;
    vec_reserve_((void **)&choices->pick, &cap, n, sizeof *choices->pick);
    vec_reserve_((void **)&choices->arity, &choices->cap, n, sizeof *choices->arity);
}

uint32_t choices_pick(Choices *choices, uint32_t arity) {
    assert(arity >= 1);
    if (arity == 1) return 0;
    if (choices->pos == choices->n) {
        reserve(choices, choices->n + 1);
        choices->pick[choices->n] = 0;
        choices->arity[choices->n++] = arity;
    }
    uint32_t *known = &choices->arity[choices->pos], *pick = &choices->pick[choices->pos++];
    if (*known == 0) *known = arity;
    if (*known != arity || *pick >= arity) {
        choices->mismatch = true;
        *known = arity;
        if (*pick >= arity) *pick = arity - 1;
    }
    return *pick;
}

bool choices_next(Choices *choices) {
    choices->n = choices->pos;
    choices->pos = 0;
    while (choices->n) {
        choices->fresh = choices->n - 1;
        if (++choices->pick[choices->fresh] < choices->arity[choices->fresh]) {
            loop_table_backtrack(choices->loops, choices->fresh);
            return true;
        }
        choices->n--;
    }
    return false;
}

static void forget_loops(Choices *choices) {
    choices->fresh = 0;
    loop_table_free(choices->loops);
    choices->loops = NULL;
}

void choices_rewind(Choices *choices) {
    choices->pos = 0;
    forget_loops(choices);
}

void choices_set(Choices *choices, const uint32_t *picks, uint32_t n) {
    choices_clear(choices);
    reserve(choices, n);
    for (uint32_t i = 0; i < n; i++) {
        choices->pick[i] = picks[i];
        choices->arity[i] = 0;
    }
    choices->n = n;
}

void choices_clear(Choices *choices) {
    choices->n = choices->pos = 0;
    choices->mismatch = false;
    forget_loops(choices);
}

void choices_fini(Choices *choices) {
    forget_loops(choices);
    free(choices->pick);
    free(choices->arity);
    *choices = (Choices){0};
}

#include "model/faults.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct Faults {
    pthread_mutex_t lock;
    Arena arena;
    VEC(const Violation *) all;
};

Faults *faults_new(void) {
    Faults *faults = calloc(1, sizeof *faults);
    if (!faults) fatal("out of memory");
    pthread_mutex_init(&faults->lock, NULL);
    arena_init(&faults->arena);
    return faults;
}

void faults_free(Faults *faults) {
    if (!faults) return;
    vec_fini(&faults->all);
    arena_fini(&faults->arena);
    pthread_mutex_destroy(&faults->lock);
    free(faults);
}

static bool is_same(const Violation *a, const Violation *b) {
    return a->kind == b->kind && a->detail == b->detail && a->text == b->text && a->task == b->task && a->object == b->object &&
           a->span.file == b->span.file && a->span.begin == b->span.begin &&
           a->span.end == b->span.end;
}

uint32_t faults_add(Faults *faults, const Violation *violation) {
    pthread_mutex_lock(&faults->lock);
    uint32_t index = 0;
    while (index < faults->all.n && !is_same(faults->all.data[index], violation)) index++;
    if (index == faults->all.n) vec_push(&faults->all, arena_copy(&faults->arena, violation, sizeof *violation));
    pthread_mutex_unlock(&faults->lock);
    return index;
}

const Violation *faults_at(Faults *faults, uint32_t index) {
    pthread_mutex_lock(&faults->lock);
    assert(index < faults->all.n);
    const Violation *violation = faults->all.data[index];
    pthread_mutex_unlock(&faults->lock);
    return violation;
}

uint32_t faults_count(Faults *faults) {
    pthread_mutex_lock(&faults->lock);
    uint32_t n = faults->all.n;
    pthread_mutex_unlock(&faults->lock);
    return n;
}

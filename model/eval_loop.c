#include "model/step.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* A configuration is the place, the components written so far (the frame among them) and how many there are. Without choices Brent's way
   finds a repetition: one snapshot is kept and renewed at powers of two, so a cycle is seen at the latest after three times round. With
   choices a path can avoid any single configuration for ever: then all of the path are kept. */
typedef struct Snapshot {
    uint64_t hash;
    uint32_t at, n; /* words */
} Snapshot;

struct Loop {
    uint64_t jumps, renew_at;
    VEC(Snapshot) snapshots;
    VEC(Word) words;
};

#define LOOP_FIRST 64u /* backward jumps that are not looked at when nothing was chosen */
#define LOOP_MAX_COMPS 1000000u
#define LOOP_MAX_KEPT 20000u

void loop_free(Loop *loop) {
    if (!loop) return;
    vec_fini(&loop->snapshots);
    vec_fini(&loop->words);
    free(loop);
}

static void append(Loop *loop, const Word *words, uint32_t n) {
    vec_reserve(&loop->words, loop->words.n + n);
    memcpy(loop->words.data + loop->words.n, words, sizeof(Word) * n);
    loop->words.n += n;
}

/* The configuration, at the end of loop->words. */
static Snapshot take(Loop *loop, const World *world, const Act *act) {
    uint32_t at = loop->words.n;
    append(loop, (Word[]){act->pc, world->n}, 2);
    for (uint32_t i = 0; i < world->n; i++) {
        const Comp *comp = &world->comps[i];
        if (!comp->changed) continue;
        append(loop, (Word[]){i, comp->n}, 2);
        append(loop, comp->words, comp->n);
    }
    if (act->fiber == NO_SLOT) append(loop, act->frame, act->machine->nslots);
    uint32_t n = loop->words.n - at;
    return (Snapshot){hash_bytes(loop->words.data + at, sizeof(Word) * n), at, n};
}

static bool is_known(const Loop *loop, Snapshot now) {
    for (uint32_t i = 0; i < loop->snapshots.n; i++) {
        Snapshot old = loop->snapshots.data[i];
        if (old.hash == now.hash && old.n == now.n &&
            memcmp(loop->words.data + old.at, loop->words.data + now.at, sizeof(Word) * now.n) == 0)
            return true;
    }
    return false;
}

/* Keeps the newest snapshot instead of all others. */
static void renew(Loop *loop, Snapshot now) {
    memmove(loop->words.data, loop->words.data + now.at, sizeof(Word) * now.n);
    loop->words.n = now.n;
    vec_clear(&loop->snapshots);
    now.at = 0;
    vec_push(&loop->snapshots, now);
}

static Loop *loop_new(void) {
    Loop *loop = calloc(1, sizeof *loop);
    if (!loop) fatal("out of memory");
    loop->renew_at = 1;
    return loop;
}

Run loop_jump(Step *step, Act *act, Span span) {
    uint32_t picks = step->choices ? step->choices->pos : 0;
    if (act->jumps++ == 0) act->picks = picks;
    bool chooses = picks != act->picks;
    if (act->jumps < LOOP_FIRST && !chooses) return RUN_ON;
    if (!act->loop) act->loop = loop_new();
    Loop *loop = act->loop;
    if (step->world->n > LOOP_MAX_COMPS) return step_limit(step, "a step that makes more than 1,000,000 objects");
    Snapshot now = take(loop, step->world, act);
    if (is_known(loop, now)) return step_violation(step, VIOLATION_NEVER_YIELDS, "", span, NO_SLOT, NULL);
    if (chooses && loop->snapshots.n >= LOOP_MAX_KEPT) return step_limit(step, "a loop with choices that goes on too long within one step");
    if (chooses) {
        vec_push(&loop->snapshots, now);
    } else if (++loop->jumps == loop->renew_at) {
        loop->renew_at *= 2;
        renew(loop, now);
    } else {
        loop->words.n = now.at;
    }
    return RUN_ON;
}

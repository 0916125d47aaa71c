#include "model/step.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* A configuration is the place (of the code that is interrupted, too), the components written so far (the frame among them) and how many
   there are. Without choices Brent's way finds a repetition: one configuration is kept and renewed at powers of two, so a cycle is seen at
   the latest after three times round. With choices a path can avoid any single configuration for ever: then the table of the step's runs
   holds all of them. One that comes again on its own path is a cycle; one that was explored by an earlier run is left alone. */
typedef struct Snapshot {
    uint64_t hash;
    uint32_t at, n; /* words */
    uint32_t picks; /* choices made before it */
    bool is_done;   /* no longer on the path */
} Snapshot;

typedef VEC(Word) Words;

struct Loop {
    uint64_t jumps, renew_at;
    Words words;
    Snapshot kept;
};

struct LoopTable {
    Words words;
    VEC(Snapshot) snapshots;
    VEC(uint32_t) path; /* snapshots on the path, in its order */
    VEC(uint32_t) index; /* open addressing by hash: number + 1 */
};

#define LOOP_FIRST 64u /* backward jumps that are not looked at when nothing was chosen */
#define LOOP_MAX_KEPT 4096u
#define LOOP_INDEX (4 * LOOP_MAX_KEPT)

static void append(Words *to, const Word *words, uint32_t n) {
    vec_reserve(to, to->n + n);
    memcpy(to->data + to->n, words, sizeof(Word) * n);
    to->n += n;
}

/* The configuration, at the end of `words`. */
static Snapshot take(Words *words, const World *world, const Act *act) {
    uint32_t at = words->n;
    append(words, (Word[]){act->fiber, world->n}, 2);
    for (const Act *up = act; up; up = up->up) append(words, (Word[]){up->pc}, 1);
    for (uint32_t i = 0; i < world->n; i++) {
        const Comp *comp = &world->comps[i];
        if (!comp->changed) continue;
        append(words, (Word[]){i, comp->n}, 2);
        append(words, comp->words, comp->n);
    }
    if (act->fiber == NO_SLOT) append(words, act->frame, act->machine->nslots);
    uint32_t n = words->n - at;
    return (Snapshot){.hash = hash_bytes(words->data + at, sizeof(Word) * n), .at = at, .n = n};
}

static bool is_same(const Word *a, Snapshot x, const Word *b, Snapshot y) {
    return x.hash == y.hash && x.n == y.n && memcmp(a + x.at, b + y.at, sizeof(Word) * x.n) == 0;
}

static void *new_zeroed(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (!memory) fatal("out of memory");
    return memory;
}

/* ---- one path, nothing chosen */

void loop_free(Loop *loop) {
    if (!loop) return;
    vec_fini(&loop->words);
    free(loop);
}

static Run jump_alone(Step *step, Act *act, Span span) {
    if (!act->loop) {
        act->loop = new_zeroed(sizeof *act->loop);
        act->loop->renew_at = 1;
    }
    Loop *loop = act->loop;
    Snapshot now = take(&loop->words, step->world, act);
    if (loop->kept.n && is_same(loop->words.data, loop->kept, loop->words.data, now))
        return step_violation(step, VIOLATION_NEVER_YIELDS, "", span, NO_SLOT, NULL);
    if (++loop->jumps < loop->renew_at) {
        loop->words.n = now.at;
        return RUN_ON;
    }
    loop->renew_at *= 2;
    memmove(loop->words.data, loop->words.data + now.at, sizeof(Word) * now.n);
    loop->words.n = now.n;
    loop->kept = now;
    loop->kept.at = 0;
    return RUN_ON;
}

/* ---- a tree of paths */

void loop_table_free(LoopTable *table) {
    if (!table) return;
    vec_fini(&table->words);
    vec_fini(&table->snapshots);
    vec_fini(&table->path);
    vec_fini(&table->index);
    free(table);
}

void loop_table_backtrack(LoopTable *table, uint32_t fresh) {
    while (table && table->path.n && table->snapshots.data[vec_last(&table->path)].picks > fresh)
        table->snapshots.data[vec_pop(&table->path)].is_done = true;
}

/* Where it stands in the index, or the free place for it. */
static uint32_t find(const LoopTable *table, Snapshot now) {
    uint32_t i = (uint32_t)now.hash % LOOP_INDEX;
    while (table->index.data[i] && !is_same(table->words.data, table->snapshots.data[table->index.data[i] - 1], table->words.data, now))
        i = (i + 1) % LOOP_INDEX;
    return i;
}

static Run jump_in_tree(Step *step, Act *act, Span span) {
    Choices *choices = step->choices;
    if (choices->pos <= choices->fresh) return RUN_ON; /* the run before went the same way */
    if (!choices->loops) {
        choices->loops = new_zeroed(sizeof *choices->loops);
        vec_resize(&choices->loops->index, LOOP_INDEX);
    }
    LoopTable *table = choices->loops;
    Snapshot now = take(&table->words, step->world, act);
    uint32_t place = find(table, now), known = table->index.data[place];
    if (known) {
        table->words.n = now.at;
        if (table->snapshots.data[known - 1].is_done) return step_cut(step); /* its ways on were explored from there */
        return step_violation(step, VIOLATION_NEVER_YIELDS, "", span, NO_SLOT, NULL);
    }
    if (table->snapshots.n == LOOP_MAX_KEPT) return step_limit(step, "a loop with choices that goes on too long within one step");
    now.picks = choices->pos;
    vec_push(&table->snapshots, now);
    vec_push(&table->path, table->snapshots.n - 1);
    table->index.data[place] = table->snapshots.n;
    return RUN_ON;
}

Run loop_jump(Step *step, Act *act, Span span) {
    uint32_t picks = step->choices ? step->choices->pos : 0;
    if (act->jumps++ == 0) act->picks = picks;
    bool chooses = picks != act->picks;
    if (chooses) return jump_in_tree(step, act, span);
    return act->jumps < LOOP_FIRST ? RUN_ON : jump_alone(step, act, span);
}

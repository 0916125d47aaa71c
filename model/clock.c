#include "model/clock.h"

#include "model/records.h"
#include "model/step.h"

#include <assert.h>

enum { TIMER_LEFT = 2, TIMER_WORDS };

static Records timers_of(const Word *words, uint32_t n) {
    assert(comp_kind(words) == COMP_CLOCK);
    return (Records){CLOCK_TIMERS, (n - CLOCK_TIMERS) / TIMER_WORDS, TIMER_WORDS};
}

static Records timers_at(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    return timers_of(words, n);
}

uint32_t clock_new(World *world) { return world_add(world, (Word[CLOCK_TIMERS]){COMP_CLOCK}, CLOCK_TIMERS); }

void clock_start(World *world, uint32_t slot, Waiter who, Word ticks) {
    uint32_t at = records_open(world, slot, timers_at(world, slot), true, who.fiber, who.arm);
    world_write(world, slot, NULL)[at + TIMER_LEFT] = ticks > 0 ? ticks : 0;
}

static int find(World *world, uint32_t slot, Waiter who) {
    return records_find(world_read(world, slot, NULL), timers_at(world, slot), who.fiber, who.arm);
}

bool clock_has_fired(World *world, uint32_t slot, Waiter who) {
    int index = find(world, slot, who);
    return index >= 0 && world_read(world, slot, NULL)[records_word(timers_at(world, slot), (uint32_t)index) + TIMER_LEFT] == 0;
}

void clock_stop(World *world, uint32_t slot, Waiter who) {
    int index = find(world, slot, who);
    if (index >= 0) world_remove(world, slot, records_word(timers_at(world, slot), (uint32_t)index), TIMER_WORDS);
}

Word clock_now(World *world, uint32_t slot) {
    assert(world->program->reads_clock);
    return world_read(world, slot, NULL)[CLOCK_NOW];
}

/* ---- ticks */

static bool is_actor(const Program *program, const Word *words) {
    (void)words;
    return program->is_discrete;
}

static bool some_task_can_move(World *world) {
    for (uint32_t slot = world->nfixed; slot < world->n; slot++) {
        const Word *words = world_read(world, slot, NULL);
        if (comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) && eval_can_step(world, slot)) return true;
    }
    return false;
}

/* Time passes while some timer runs. */
static bool can_move(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    Records timers = timers_of(words, n);
    bool runs = false;
    for (uint32_t i = 0; i < timers.n && !runs; i++) runs = words[records_word(timers, i) + TIMER_LEFT] > 0;
    return runs && !(world->program->is_urgent && some_task_can_move(world));
}

static int move(Step *step, uint32_t slot) {
    uint32_t n;
    Word *words = world_write(step->world, slot, &n);
    Records timers = timers_of(words, n);
    for (uint32_t i = 0; i < timers.n; i++) {
        Word *left = &words[records_word(timers, i) + TIMER_LEFT];
        *left -= *left > 0;
    }
    if (step->program->reads_clock) words[CLOCK_NOW] = (Word)(uint32_t)(words[CLOCK_NOW] + 1);
    step_moves(step, slot, (Span){0});
    Event *event = step_event(step, EVENT_TICK, (Span){0}, NO_SLOT, slot);
    if (event) event_values(event, &words[CLOCK_NOW], step->program->reads_clock);
    return RUN_POINT;
}

const KindMoves clock_moves = {.is_actor = is_actor, .can_move = can_move, .move = move, .is_fair = true};

/* ---- handles */

void clock_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    (void)program;
    records_visit(words, timers_of(words, n), 0, false, visit, context);
}

void clock_normalise(const Program *program, Word *words, uint32_t n) {
    (void)program;
    records_sort(words, timers_of(words, n));
}

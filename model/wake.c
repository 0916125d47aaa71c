#include "model/wake.h"

#include "model/happened.h"

#include <assert.h>

/* ---- the pending leaves below a fiber */

static uint32_t count_leaves(World *world, uint32_t fiber, Word task, bool wake);

static bool is_polled_by(const Word *words, Word task) {
    return words[comp_kind(words) == COMP_OPFUTURE ? OPFUTURE_OWNER : FIBER_OWNER] == task;
}

static uint32_t count_future(World *world, Word future, Word task, bool wake) {
    if (!future) return 0;
    uint32_t slot = handle_slot(future);
    const Word *words = world_read(world, slot, NULL);
    CompKind kind = comp_kind(words);
    if ((kind != COMP_FIBER && kind != COMP_OPFUTURE) || !is_polled_by(words, task)) return 0;
    if (kind == COMP_FIBER) return count_leaves(world, slot, task, wake);
    if (words[OPFUTURE_STATUS] != ARM_QUEUED || !wake_is_waited_for(opfuture_arm(world, words)->op)) return 0;
    if (wake) world_write(world, slot, NULL)[OPFUTURE_STATUS] = ARM_WOKEN;
    return 1;
}

/* Those of the fiber's point that wait to be woken; `wake`: they are. */
static uint32_t count_leaves(World *world, uint32_t fiber, Word task, bool wake) {
    const Word *words = world_read(world, fiber, NULL);
    bool waits = words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED || words[FIBER_INNER];
    if (!waits) return 0;
    const Point *point = machine_point_at(fiber_machine(world, words), (uint32_t)words[FIBER_PC]);
    uint32_t count = 0;
    for (uint32_t i = 0; i < point->narms; i++) {
        words = world_read(world, fiber, NULL);
        ArmState state = (ArmState)words[FIBER_FRAME + point->state + i];
        if (state != ARM_OFF && point->arms[i].op == ARM_FUTURE)
            count += count_future(world, words[FIBER_FRAME + point->arms[i].obj], task, wake);
        if (state != ARM_QUEUED || !wake_is_waited_for(point->arms[i].op)) continue;
        count++;
        if (wake) world_write(world, fiber, NULL)[FIBER_FRAME + point->state + i] = ARM_WOKEN;
    }
    return count;
}

/* ---- wake(w) */

static bool is_under_way(const Step *step, uint32_t task, const Word *words) {
    return task == step->task || words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_INNER];
}

bool wake_task(Step *step, Word task) {
    uint32_t slot = handle_slot(task);
    const Word *words = world_read(step->world, slot, NULL);
    if (comp_kind(words) != COMP_FIBER || fiber_is_over(words)) return false;
    bool keeps = is_under_way(step, slot, words);
    uint32_t woken = count_leaves(step->world, slot, task, true);
    if (keeps) world_write(step->world, slot, NULL)[FIBER_FLAGS] |= FIBER_IS_WOKEN;
    bool is_of_use = keeps || woken > 0;
    if (is_of_use) happened_wake(step->world, slot);
    return is_of_use;
}

void wake_end(Step *step) {
    const Word *words = world_read(step->world, step->task, NULL);
    bool rests = words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_INNER];
    if (!rests && (words[FIBER_FLAGS] & FIBER_IS_WOKEN)) world_write(step->world, step->task, NULL)[FIBER_FLAGS] &= ~(Word)FIBER_IS_WOKEN;
}

/* ---- arriving and going on */

static bool is_fresh(const Step *step, uint32_t fiber) {
    for (uint32_t i = 0; i < step->nfresh; i++)
        if (step->fresh[i] == fiber) return true;
    return false;
}

Run wake_arrive(Step *step, uint32_t fiber, Word *state) {
    if (step->on_the_spot) {
        if (step->nfresh == STEP_FRESH) return step_limit(step, "more than 64 pending futures polled in one step");
        step->fresh[step->nfresh++] = fiber;
    }
    assert(step->task != NO_SLOT);
    bool is_woken = world_read(step->world, step->task, NULL)[FIBER_FLAGS] & FIBER_IS_WOKEN;
    *state = is_woken ? ARM_WOKEN : ARM_QUEUED;
    return RUN_ON;
}

Able wake_arm_able(const Step *step, uint32_t fiber, ArmOp op, ArmState state) {
    if (step->on_the_spot && is_fresh(step, fiber)) return ABLE_NO;
    if (state == ARM_WOKEN) return ABLE_YES;
    return step->on_the_spot && op == ARM_PENDING ? ABLE_YES : ABLE_NO;
}

/* ---- futures polled on the spot */

static uint32_t list_at(const World *world, const Word *words) { return FIBER_FRAME + fiber_machine(world, words)->nslots; }

static Word *wakes_of(World *world, uint32_t future) {
    Word *words = world_write(world, future, NULL);
    return &words[comp_kind(words) == COMP_OPFUTURE ? OPFUTURE_WAKES : FIBER_WAKES];
}

void wake_remember(Step *step, Word future) {
    World *world = step->world;
    uint32_t slot = handle_slot(future), n;
    CompKind kind = world_kind(world, slot);
    if (!world->program->has_wakes || (kind != COMP_FIBER && kind != COMP_OPFUTURE)) return;
    const Word *words = world_read(world, slot, NULL);
    if (kind == COMP_FIBER ? fiber_is_over(words) || words[FIBER_STATUS] == FIBER_AT_START : words[OPFUTURE_STATUS] == ARM_OFF) return;
    wake_forget(world, slot);
    *wakes_of(world, slot) = slot_handle(step->task);
    const Word *task = world_read(world, step->task, &n);
    uint32_t at = list_at(world, task);
    while (at < n && task[at] < future) at++;
    Word *grown = world_insert(world, step->task, at, 1);
    grown[at] = future;
    for (Act *act = step->top; act; act = act->up)
        if (act->fiber == step->task) act->frame = grown + FIBER_FRAME; /* the component may have moved */
}

void wake_forget(World *world, uint32_t future) {
    const Word *words = world_read(world, future, NULL);
    CompKind kind = comp_kind(words);
    if (kind != COMP_FIBER && kind != COMP_OPFUTURE) return;
    Word task = words[kind == COMP_OPFUTURE ? OPFUTURE_WAKES : FIBER_WAKES];
    if (!task) return;
    *wakes_of(world, future) = 0;
    uint32_t n, slot = handle_slot(task);
    const Word *list = world_read(world, slot, &n);
    for (uint32_t i = list_at(world, list); i < n; i++) {
        if (list[i] != slot_handle(future)) continue;
        world_remove(world, slot, i, 1);
        return;
    }
    assert(!"a future names a task that does not list it");
}

void wake_list_clear(World *world, uint32_t task) {
    uint32_t n;
    const Word *words = world_read(world, task, &n);
    for (uint32_t i = list_at(world, words); i < n; i++) *wakes_of(world, handle_slot(world_read(world, task, NULL)[i])) = 0;
}

static Able most_able(World *world, const Step *step, uint32_t task, uint32_t *maybes) {
    uint32_t n;
    const Word *words = world_read(world, task, &n);
    Able most = ABLE_NO;
    *maybes = 0;
    for (uint32_t i = list_at(world, words); i < n; i++) {
        Able able = future_able(world, step, world_read(world, task, NULL)[i]);
        if (able > most) most = able;
        *maybes += able == ABLE_MAYBE;
    }
    return most;
}

static bool has_list(World *world, uint32_t task) {
    uint32_t n;
    const Word *words = world_read(world, task, &n);
    return !fiber_is_over(words) && n > list_at(world, words);
}

Able wake_able(World *world, const Step *step, uint32_t task) {
    uint32_t maybes;
    if (!has_list(world, task) || !count_leaves(world, task, slot_handle(task), false)) return ABLE_NO;
    return most_able(world, step, task, &maybes);
}

/* Timers may count as not fired yet, unless the step is there for one alone. A wake that finds nothing pending is lost. */
void wake_deliver(Step *step) {
    World *world = step->world;
    uint32_t task = step->task, maybes, n;
    if (!has_list(world, task)) return;
    bool is_sure = most_able(world, step, task, &maybes) == ABLE_YES || fiber_able(world, step, task) != ABLE_NO;
    bool has_fired = false;
    (void)world_read(world, task, &n);
    for (uint32_t i = n; i-- > list_at(world, world_read(world, task, NULL));) {
        Word future = world_read(world, task, NULL)[i];
        Able able = future_able(world, step, future);
        if (able == ABLE_NO) continue;
        if (able == ABLE_MAYBE) {
            bool is_last = --maybes == 0 && !is_sure && !has_fired;
            if (!is_last && step_pick(step, 2) == 0) continue;
        }
        wake_forget(world, handle_slot(future));
        has_fired = true;
    }
    if (has_fired) (void)count_leaves(world, task, slot_handle(task), true);
    const Word *words = world_read(world, task, NULL);
    bool rests = words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_INNER]; /* in the middle of a step: it is kept for its end */
    if (has_fired && rests) world_write(world, task, NULL)[FIBER_FLAGS] |= FIBER_IS_WOKEN;
    step->contact = true;
}

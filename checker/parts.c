#include "checker/parts.h"

#include "model/fiber.h"

static bool is_unfinished(const Word *words) {
    if (comp_kind(words) == COMP_OPFUTURE) return words[OPFUTURE_STATUS] != ARM_OFF;
    return comp_kind(words) == COMP_FIBER && !fiber_is_over(words);
}

/* The wait at which a fiber stands, NULL when it stands at none. */
static const Point *wait_of(World *world, const Word *words) {
    if (comp_kind(words) != COMP_FIBER || fiber_is_over(words)) return NULL;
    bool waits = words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED || words[FIBER_INNER] != 0;
    return waits ? machine_point_at(fiber_machine(world, words), (uint32_t)words[FIBER_PC]) : NULL;
}

/* The slot of the unfinished future in the arm, NO_SLOT when there is none. */
static uint32_t future_in(World *world, const Word *words, const Point *point, uint32_t arm) {
    if (point->arms[arm].op != ARM_FUTURE || words[FIBER_FRAME + point->state + arm] == ARM_OFF) return NO_SLOT;
    Word future = words[FIBER_FRAME + point->arms[arm].obj];
    uint32_t n;
    if (future == 0 || !is_unfinished(world_read(world, handle_slot(future), &n))) return NO_SLOT;
    return handle_slot(future);
}

void parts_walk(World *world, uint32_t task, PartsVisitor visit, void *context) {
    uint32_t n;
    const Word *words = world_read(world, task, &n);
    const Point *point = wait_of(world, words);
    for (uint32_t i = 0; point != NULL && i < point->narms; i++) {
        uint32_t future = future_in(world, words, point, i);
        if (future == NO_SLOT) continue;
        if (point->combine == COMBINE_ALL && !visit(context, future)) continue;
        parts_walk(world, future, visit, context);
    }
}

/* Whether the step begins in or below `at`; the parts on the way go to `out`, innermost first. */
static bool find(World *world, uint32_t at, uint32_t fiber, Slots *out) {
    if (at == fiber) return true;
    uint32_t n;
    const Word *words = world_read(world, at, &n);
    const Point *point = wait_of(world, words);
    for (uint32_t i = 0; point != NULL && i < point->narms; i++) {
        uint32_t future = future_in(world, words, point, i);
        if (future == NO_SLOT || !find(world, future, fiber, out)) continue;
        if (point->combine == COMBINE_ALL) vec_push(out, future);
        return true;
    }
    return false;
}

void parts_moved(World *world, uint32_t task, uint32_t fiber, Slots *out) {
    vec_clear(out);
    (void)find(world, task, fiber, out);
}

#include "model/step.h"

#include <assert.h>

#define REPORT_FIBERS 256u

typedef struct Report {
    World *world;
    WaitInfo *out;
    uint32_t n, max;
    uint32_t seen[REPORT_FIBERS]; /* futures that were looked at */
    uint32_t nseen;
} Report;

static void add(Report *report, WaitInfo info) {
    if (report->n < report->max) report->out[report->n] = info;
    report->n++;
}

static bool see(Report *report, uint32_t slot) {
    for (uint32_t i = 0; i < report->nseen; i++)
        if (report->seen[i] == slot) return false;
    if (report->nseen == REPORT_FIBERS) return false;
    report->seen[report->nseen++] = slot;
    return true;
}

static void report_future(Report *report, Word future, bool polled);

static void report_arm(Report *report, uint32_t fiber, const Word *words, const Point *point, uint32_t index, bool polled) {
    const Arm *arm = &point->arms[index];
    const Word *frame = words + FIBER_FRAME;
    if (point->combine == COMBINE_ALL && frame[point->state + index] == ARM_OFF) return; /* finished */
    bool guard = arm->guard == NO_SLOT || frame[arm->guard] == 1;
    Word object = arm->obj == NO_SLOT ? 0 : frame[arm->obj];
    WaitInfo info = {.fiber = fiber, .arm = index, .op = arm->op, .span = arm->span, .polled = polled, .object = NO_SLOT};
    info.state = (ArmState)frame[point->state + index];
    info.enabled = info.state != ARM_OFF;
    info.is_none = guard && arm->obj != NO_SLOT && !object;
    if (object && arm->op != ARM_FUTURE) info.object = handle_slot(object);
    if (arm->op != ARM_FUTURE || info.is_none || !info.enabled) add(report, info);
    else if (world_kind(report->world, handle_slot(object)) == COMP_FREE) add(report, info);
    else report_future(report, object, polled);
}

/* Started futures that the fiber holds and that do not stand in an arm that is polled. */
static void report_held(Report *report, const Word *words) {
    const Machine *machine = fiber_machine(report->world, words);
    for (uint32_t i = 0; i < machine->nslots; i++) {
        Word future = words[FIBER_FRAME + i];
        if (machine->slot_kinds[i] == WORD_FUTURE && future && future != WORD_UNINIT) report_future(report, future, false);
    }
}

static void report_fiber(Report *report, uint32_t fiber, bool polled) {
    const Word *words = world_read(report->world, fiber, NULL);
    bool waits = words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED || words[FIBER_INNER];
    if (fiber_is_over(words) || words[FIBER_STATUS] == FIBER_AT_START) return;
    const Point *point = machine_point_at(fiber_machine(report->world, words), (uint32_t)words[FIBER_PC]);
    for (uint32_t i = 0; waits && i < point->narms; i++) report_arm(report, fiber, words, point, i, polled);
    report_held(report, words);
}

static void report_future(Report *report, Word future, bool polled) {
    uint32_t slot = handle_slot(future);
    const Word *words = world_read(report->world, slot, NULL);
    if (!see(report, slot)) return;
    if (comp_kind(words) == COMP_FIBER) {
        if (words[FIBER_STATUS] == FIBER_AT_START && polled)
            add(report, (WaitInfo){.fiber = slot, .op = ARM_FUTURE, .state = ARM_NEW, .object = NO_SLOT, .enabled = true, .polled = true,
                                   .span = fiber_machine(report->world, words)->points[0].span});
        report_fiber(report, slot, polled);
        return;
    }
    if (comp_kind(words) != COMP_OPFUTURE || words[OPFUTURE_STATUS] == ARM_OFF || (!polled && words[OPFUTURE_STATUS] == ARM_NEW)) return;
    const Arm *arm = opfuture_arm(report->world, words);
    bool is_none = arm->obj != NO_SLOT && !words[OPFUTURE_OBJ];
    add(report, (WaitInfo){.fiber = slot, .op = arm->op, .state = (ArmState)words[OPFUTURE_STATUS], .enabled = !is_none, .is_none = is_none,
                           .object = words[OPFUTURE_OBJ] ? handle_slot(words[OPFUTURE_OBJ]) : NO_SLOT, .polled = polled, .span = arm->span});
}

uint32_t eval_waits(World *world, uint32_t task, WaitInfo *out, uint32_t max) {
    Report report = {.world = world, .out = out, .max = max};
    if (world_kind(world, task) == COMP_FIBER) report_fiber(&report, task, true);
    if (world_kind(world, task) == COMP_OPFUTURE) report_future(&report, slot_handle(task), true);
    return report.n < max ? report.n : max;
}

/* ---- who polls whom */

typedef struct Chain {
    World *world;
    uint32_t goal, n, max;
    uint32_t *out;
} Chain;

static bool chain_reaches(Chain *chain, uint32_t fiber) {
    if (chain->n == chain->max) return false;
    chain->out[chain->n++] = fiber;
    if (fiber == chain->goal) return true;
    const Word *words = world_read(chain->world, fiber, NULL);
    if (comp_kind(words) == COMP_FIBER && !fiber_is_over(words) && words[FIBER_STATUS] != FIBER_AT_START) {
        const Point *point = machine_point_at(fiber_machine(chain->world, words), (uint32_t)words[FIBER_PC]);
        for (uint32_t i = 0; i < point->narms; i++) {
            const Arm *arm = &point->arms[i];
            if (arm->op != ARM_FUTURE || words[FIBER_FRAME + point->state + i] == ARM_OFF) continue;
            Word future = words[FIBER_FRAME + arm->obj];
            if (future && chain_reaches(chain, handle_slot(future))) return true;
        }
    }
    chain->n--;
    return false;
}

uint32_t eval_poll_chain(World *world, uint32_t task, uint32_t fiber, uint32_t *out, uint32_t max) {
    assert(max > 0);
    Chain chain = {.world = world, .goal = fiber, .max = max, .out = out};
    if (chain_reaches(&chain, task)) return chain.n;
    out[0] = fiber;
    return 1;
}

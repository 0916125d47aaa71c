/* Wakers, and futures that a poll function polls by hand. */
#include "tests/differential/plain_run.h"

/* Every park and every pending poll function that the fiber waits for. */
static void wake_waits(PRun *r, int32_t fiber) {
    PEntity *e = plain_at(r, fiber);
    if (e->status == FIBER_ENDED || e->wait == NULL) return;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        PArm *a = &e->wait->arms[k];
        PArmOp op = plain_arm_op(r, e, k);
        if (a->state == ARM_OFF) continue;
        if (op == ARM_FUTURE) wake_waits(r, a->ref);
        else if ((op == ARM_PARK || op == ARM_PENDING) && a->state == ARM_QUEUED) a->state = ARM_SERVED;
    }
}
static bool is_under_way(PRun *r, int32_t task) {
    const PEntity *t = plain_at(r, task);
    return task == r->task || (t->running != 0 && plain_at(r, t->running)->status == FIBER_GOING);
}
void plain_wake(PRun *r, int32_t task) {
    if (task == 0 || plain_at(r, task)->status == FIBER_ENDED) return;
    if (is_under_way(r, task)) plain_at(r, task)->woken = true;
    else wake_waits(r, task);
}
void plain_end_of_step(PRun *r, int32_t task) {
    PEntity *t = plain_at(r, task);
    if (!t->woken) return;
    t->woken = false;
    wake_waits(r, task);
}
bool plain_poll_by_hand(PRun *r, int32_t fiber, int32_t future) {
    bool ended = plain_poll(r, future);
    plain_at(r, future)->by_hand = ended ? 0 : fiber;
    return ended;
}

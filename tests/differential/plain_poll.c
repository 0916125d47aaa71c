/* Wakers, and futures that a poll function polls by hand. */
#include "tests/differential/plain_run.h"

/* Every park and every pending poll function that the fiber waits for. */
static bool wake_waits(PRun *r, int32_t fiber) {
    PEntity *e = plain_at(r, fiber);
    bool any = false;
    if (e->status == FIBER_ENDED || e->wait == NULL) return false;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        PArm *a = &e->wait->arms[k];
        PArmOp op = plain_arm_op(r, e, k);
        if (a->state == ARM_OFF) continue;
        if (op == ARM_FUTURE) {
            any |= wake_waits(r, a->ref);
        } else if ((op == ARM_PARK || op == ARM_PENDING) && a->state == ARM_QUEUED) {
            a->state = ARM_SERVED;
            any = true;
        }
    }
    return any;
}
static bool is_under_way(PRun *r, int32_t task) {
    const PEntity *t = plain_at(r, task);
    return task == r->task || (t->running != 0 && plain_at(r, t->running)->status == FIBER_GOING);
}
void plain_wake(PRun *r, int32_t task) {
    if (task == 0 || plain_at(r, task)->status == FIBER_ENDED) return;
    bool under_way = is_under_way(r, task);
    if (under_way) plain_at(r, task)->woken = true;
    if ((!under_way && wake_waits(r, task)) || under_way) plain_ring(r, task);
}
void plain_end_of_step(PRun *r, int32_t task) {
    PEntity *t = plain_at(r, task);
    if (!t->woken) return;
    t->woken = false;
    wake_waits(r, task);
}

/* ---- notes */
bool plain_poll_noted(PRun *r, int32_t future, uint32_t line) {
    bool ended = plain_poll(r, future, line);
    PEntity *f = plain_at(r, future);
    f->poller = 0;
    f->noted = ended || !r->p->has_wakes ? 0 : r->task;
    return ended;
}
/* Whether the fiber waits for a wake that has not come. */
static bool is_pending(PRun *r, int32_t fiber) {
    const PEntity *e = plain_at(r, fiber);
    for (int32_t k = 0; e->status != FIBER_ENDED && e->wait != NULL && k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        PArmOp op = plain_arm_op(r, e, k);
        if (a->state == ARM_OFF) continue;
        if (op == ARM_FUTURE && is_pending(r, a->ref)) return true;
        if ((op == ARM_PARK || op == ARM_PENDING) && a->state == ARM_QUEUED) return true;
    }
    return false;
}
static bool is_noted(PRun *r, int32_t future, int32_t task) {
    const PEntity *e = plain_at(r, future);
    return e->kind == ENTITY_FUTURE && e->noted == task && e->status != FIBER_ENDED;
}
PGoing plain_noted_going(PRun *r, int32_t task) {
    PGoing most = GOING_NOT;
    for (int32_t i = 1; i < r->s->n && is_pending(r, task); i++) {
        PGoing going = is_noted(r, i, task) ? plain_going(r, task, i) : GOING_NOT;
        if (going > most) most = going;
    }
    return most;
}
bool plain_has_note(PRun *r, int32_t task) { return plain_noted_going(r, task) != GOING_NOT; }
/* When the task's next step begins: what can go on is struck off, what is pending is scheduled. Timers may count as not
   fired. */
void plain_take_notes(PRun *r, int32_t task) {
    bool wakes = false;
    for (int32_t i = 1; i < r->s->n; i++) {
        if (!is_noted(r, i, task)) continue;
        PGoing going = plain_going(r, task, i);
        if (going == GOING_NOT || (going == GOING_BY_TIMERS && plain_choose(r, 2) == 1)) continue;
        plain_at(r, i)->noted = 0;
        wakes = true;
    }
    if (wakes) wake_waits(r, task);
}

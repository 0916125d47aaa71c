#include "tests/unit/unit.h"

#include "model/barrier.h"
#include "model/condvar.h"
#include "model/mutex.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/rwlock.h"
#include "model/waitgroup.h"

#include <string.h>

/* A program of sites alone: one of each kind of object. */
enum { QUEUE, PHASES, READERS, STRICT, BARGING, CONDVAR, NOTIFY, BARRIER, GROUP, ONCE, SITES };
static Site sites[SITES] = {
    [QUEUE] = {.kind = OBJECT_RWLOCK, .name = "q", .policy = RWLOCK_FIFO},
    [PHASES] = {.kind = OBJECT_RWLOCK, .name = "p", .policy = RWLOCK_PHASE_FAIR},
    [READERS] = {.kind = OBJECT_RWLOCK, .name = "r", .policy = RWLOCK_PREFER_READERS},
    [STRICT] = {.kind = OBJECT_MUTEX, .name = "m"},
    [BARGING] = {.kind = OBJECT_MUTEX, .name = "b", .is_barging = true},
    [CONDVAR] = {.kind = OBJECT_CONDVAR, .name = "cv"},
    [NOTIFY] = {.kind = OBJECT_NOTIFY, .name = "n"},
    [BARRIER] = {.kind = OBJECT_BARRIER, .name = "ba"},
    [GROUP] = {.kind = OBJECT_WAITGROUP, .name = "wg"},
    [ONCE] = {.kind = OBJECT_ONCE, .name = "o"},
};
static Program program = {.sites = sites, .nsites = SITES};
/* Waiters of four tasks; their handles are no components here, objects never look. */
static const Waiter ann = {101, 0, 101}, bob = {102, 0, 102}, eve = {103, 1, 103}, fay = {104, 0, 104};

static World world;
static uint32_t told; /* how many were served */
static int setup(void **state) {
    (void)state;
    world_init(&world, &program);
    told = 0;
    return 0;
}
static int teardown(void **state) {
    (void)state;
    world_fini(&world);
    return 0;
}

static void count(void *context, ArmOp op, Word fiber) {
    (void)context, (void)op;
    assert_true(fiber > 0);
    told++;
}
static const Tell tell = {count, NULL};

/* Sets are kept sorted, and every handle is visited. */
static void check_shape(uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(&world, slot, &n);
    Word copy[256];
    assert_true(n <= 256);
    memcpy(copy, words, sizeof(Word) * n);
    comp_normalise(&program, copy, n);
    assert_memory_equal(copy, words, sizeof(Word) * n);
}

static void mark(void *context, uint32_t index, Word handle, bool ordered) {
    Word *words = context;
    (void)ordered;
    assert_int_equal(words[index], handle);
    words[index] = 0;
}

static void check_handles(uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(&world, slot, &n);
    Word copy[256];
    memcpy(copy, words, sizeof(Word) * n);
    comp_handles(&program, words, n, mark, copy);
    for (uint32_t i = 2; i < n; i++) assert_true(copy[i] < 101); /* what is left is no waiter */
}

/* ---- readers-writer locks */

static void test_queue_lets_readers_of_one_turn_go_together(void **state) {
    (void)state;
    uint32_t q = rwlock_new(&world, QUEUE);
    rwlock_take(&world, q, ARM_WRITE_LOCK, ann.task);
    rwlock_queue(&world, q, ARM_READ_LOCK, eve);
    rwlock_queue(&world, q, ARM_READ_LOCK, bob);
    rwlock_queue(&world, q, ARM_WRITE_LOCK, fay);
    check_shape(q);
    check_handles(q);
    assert_int_equal(rwlock_writer(&world, q), ann.task);
    assert_int_equal(rwlock_unlock(&world, q, bob.task, &tell), MUTEX_NOT_OWNER);
    assert_int_equal(rwlock_unlock(&world, q, ann.task, &tell), MUTEX_UNLOCKED);
    assert_int_equal(told, 2);
    assert_true(rwlock_is_served(&world, q, bob) && rwlock_is_served(&world, q, eve));
    assert_false(rwlock_is_served(&world, q, fay));
    assert_int_equal(rwlock_unlock(&world, q, bob.task, &tell), MUTEX_NOT_YET);
    rwlock_collect(&world, q, bob);
    assert_int_equal(rwlock_unlock(&world, q, bob.task, &tell), MUTEX_UNLOCKED);
    assert_false(rwlock_is_served(&world, q, fay));
    rwlock_give_up(&world, q, eve, &tell); /* given, not gone on with: passed on */
    assert_true(rwlock_is_served(&world, q, fay));
    assert_int_equal(rwlock_writer(&world, q), fay.task);
    rwlock_collect(&world, q, fay);
    assert_int_equal(rwlock_unlock(&world, q, fay.task, &tell), MUTEX_UNLOCKED);
    assert_false(rwlock_is_held(&world, q));
    assert_int_equal(rwlock_unlock(&world, q, fay.task, &tell), MUTEX_NOT_HELD);
}

static void test_queue_moves_up_when_a_writer_gives_up(void **state) {
    (void)state;
    uint32_t q = rwlock_new(&world, QUEUE);
    rwlock_take(&world, q, ARM_READ_LOCK, ann.task);
    rwlock_queue(&world, q, ARM_WRITE_LOCK, bob);
    assert_false(rwlock_can_take(&world, q, ARM_READ_LOCK));
    rwlock_queue(&world, q, ARM_READ_LOCK, eve);
    rwlock_queue(&world, q, ARM_WRITE_LOCK, fay);
    rwlock_give_up(&world, q, bob, &tell);
    assert_true(rwlock_is_served(&world, q, eve));
    assert_false(rwlock_is_served(&world, q, fay));
    rwlock_give_up(&world, q, fay, &tell);
    assert_true(rwlock_can_take(&world, q, ARM_READ_LOCK));
}

static void test_phases_alternate(void **state) {
    (void)state;
    uint32_t p = rwlock_new(&world, PHASES);
    rwlock_take(&world, p, ARM_WRITE_LOCK, ann.task);
    rwlock_queue(&world, p, ARM_WRITE_LOCK, bob);
    rwlock_queue(&world, p, ARM_READ_LOCK, eve); /* after a writer that waits */
    rwlock_unlock(&world, p, ann.task, &tell);
    assert_true(rwlock_is_served(&world, p, eve));
    assert_false(rwlock_is_served(&world, p, bob));
    assert_false(rwlock_can_take(&world, p, ARM_READ_LOCK)); /* the writer holds newcomers back */
    rwlock_queue(&world, p, ARM_READ_LOCK, fay);
    rwlock_collect(&world, p, eve);
    rwlock_unlock(&world, p, eve.task, &tell);
    assert_true(rwlock_is_served(&world, p, bob));
    assert_false(rwlock_is_served(&world, p, fay));
}

static void test_readers_are_preferred(void **state) {
    (void)state;
    uint32_t r = rwlock_new(&world, READERS);
    rwlock_take(&world, r, ARM_READ_LOCK, ann.task);
    rwlock_queue(&world, r, ARM_WRITE_LOCK, bob);
    assert_true(rwlock_can_take(&world, r, ARM_READ_LOCK));
    rwlock_take(&world, r, ARM_READ_LOCK, ann.task); /* twice */
    rwlock_unlock(&world, r, ann.task, &tell);
    assert_false(rwlock_is_served(&world, r, bob));
    rwlock_unlock(&world, r, ann.task, &tell);
    assert_true(rwlock_is_served(&world, r, bob));
}

/* ---- condition variables */

static void test_a_signal_moves_the_waiter_to_its_mutex(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, STRICT), cv = condvar_new(&world, CONDVAR);
    condvar_queue(&world, cv, ann, slot_handle(m));
    condvar_queue(&world, cv, bob, slot_handle(m));
    mutex_take(&world, m, eve.task);
    assert_int_equal(condvar_mutex(&world, cv, ann), slot_handle(m));
    assert_int_equal(condvar_signalled(&world, cv, ann), 0);
    Waiter given = condvar_wake(&world, cv, 0, CONDVAR_BY_SIGNAL, &tell);
    assert_int_equal(given.fiber, 0);
    assert_int_equal(condvar_signalled(&world, cv, ann), slot_handle(m));
    check_shape(cv);
    Waiter next;
    mutex_unlock(&world, m, eve.task, &next);
    assert_int_equal(next.fiber, ann.fiber);
    assert_true(mutex_collect(&world, m, ann));
    condvar_collect(&world, cv, ann);
    assert_int_equal(condvar_waiting(&world, cv), 1);
    assert_true(condvar_has_waiters(&world, cv));
}

static void test_a_free_mutex_is_given_at_once(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, STRICT), b = mutex_new(&world, BARGING), cv = condvar_new(&world, CONDVAR);
    condvar_queue(&world, cv, ann, slot_handle(m));
    condvar_queue(&world, cv, bob, slot_handle(b));
    assert_int_equal(condvar_wake(&world, cv, 0, CONDVAR_BY_ALL, &tell).fiber, ann.fiber);
    assert_int_equal(world_read(&world, m, NULL)[MUTEX_OWNER], ann.task);
    assert_int_equal(condvar_wake(&world, cv, 0, CONDVAR_BY_ALL, &tell).fiber, bob.fiber);
    assert_true(mutex_is_free(&world, b) && mutex_is_served(&world, b, bob)); /* told, and may come too late */
}

static void test_only_a_signal_of_its_own_is_passed_on(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, STRICT), cv = condvar_new(&world, CONDVAR);
    mutex_take(&world, m, fay.task);
    condvar_queue(&world, cv, ann, slot_handle(m));
    condvar_queue(&world, cv, bob, slot_handle(m));
    condvar_queue(&world, cv, eve, slot_handle(m));
    (void)condvar_wake(&world, cv, 0, CONDVAR_BY_SIGNAL, &tell);
    (void)condvar_wake(&world, cv, 0, CONDVAR_BY_ALL, &tell);
    check_shape(cv);
    check_handles(cv);
    assert_true(condvar_give_up(&world, cv, ann));
    assert_false(condvar_give_up(&world, cv, bob));
    assert_false(condvar_give_up(&world, cv, eve));
    assert_false(condvar_has_waiters(&world, cv));
}

/* ---- notifications */

static void test_one_permit_at_most(void **state) {
    (void)state;
    uint32_t n = notify_new(&world, NOTIFY);
    notify_one(&world, n, &tell);
    notify_one(&world, n, &tell);
    assert_true(notify_has_permit(&world, n));
    notify_take(&world, n, ann);
    assert_false(notify_has_permit(&world, n));
    notify_all(&world, n, &tell);
    assert_false(notify_has_permit(&world, n));
}

static void test_all_completes_who_exists(void **state) {
    (void)state;
    uint32_t n = notify_new(&world, NOTIFY);
    notify_queue(&world, n, eve);
    notify_enter(&world, n, bob);
    notify_enter(&world, n, ann);
    check_shape(n);
    check_handles(n);
    notify_all(&world, n, &tell);
    assert_int_equal(told, 3);
    check_shape(n);
    assert_true(notify_is_served(&world, n, ann) && notify_is_served(&world, n, bob) && notify_is_served(&world, n, eve));
    notify_give_up(&world, n, ann, &tell);
    assert_false(notify_has_permit(&world, n)); /* not passed on */
    notify_collect(&world, n, bob);
    notify_collect(&world, n, eve);
    assert_false(notify_has_waiters(&world, n));
}

static void test_one_is_passed_on(void **state) {
    (void)state;
    uint32_t n = notify_new(&world, NOTIFY);
    notify_queue(&world, n, eve);
    notify_queue(&world, n, ann);
    notify_one(&world, n, &tell);
    assert_true(notify_is_served(&world, n, eve));
    notify_give_up(&world, n, eve, &tell);
    assert_true(notify_is_served(&world, n, ann));
    notify_give_up(&world, n, ann, &tell);
    assert_true(notify_has_permit(&world, n));
    notify_enter(&world, n, bob);
    notify_take(&world, n, bob); /* and leaves the set */
    notify_all(&world, n, &tell);
    assert_false(notify_is_served(&world, n, bob));
}

/* ---- barriers */

static void test_a_barrier_counts_tasks(void **state) {
    (void)state;
    uint32_t b = barrier_new(&world, BARRIER, 2);
    Waiter again = {ann.fiber, 1, ann.task};
    barrier_queue(&world, b, ann);
    assert_false(barrier_is_full_with(&world, b, again)); /* another arm of the same select */
    barrier_queue(&world, b, again);
    assert_true(barrier_is_full_with(&world, b, bob));
    barrier_give_up(&world, b, ann);
    barrier_give_up(&world, b, again);
    assert_false(barrier_is_full_with(&world, b, bob)); /* given up: it does not count */
    barrier_queue(&world, b, ann);
    check_handles(b);
    barrier_release(&world, b, bob, &tell);
    assert_int_equal(told, 1);
    assert_true(barrier_is_served(&world, b, ann));
    assert_false(barrier_is_full_with(&world, b, bob)); /* it begins anew */
    barrier_collect(&world, b, ann);
    assert_false(barrier_has_waiters(&world, b));
}

/* ---- waitgroups */

static void test_reaching_zero_releases(void **state) {
    (void)state;
    uint32_t g = waitgroup_new(&world, GROUP);
    assert_int_equal(waitgroup_add(&world, g, 2, &tell), WAITGROUP_ADDED);
    waitgroup_queue(&world, g, eve);
    waitgroup_queue(&world, g, ann);
    check_shape(g);
    check_handles(g);
    assert_int_equal(waitgroup_add(&world, g, -1, &tell), WAITGROUP_ADDED);
    assert_false(waitgroup_is_served(&world, g, ann));
    assert_int_equal(waitgroup_add(&world, g, -1, &tell), WAITGROUP_ADDED);
    assert_int_equal(told, 2);
    assert_int_equal(waitgroup_add(&world, g, 1, &tell), WAITGROUP_REUSED);
    assert_int_equal(waitgroup_add(&world, g, 0, &tell), WAITGROUP_ADDED);
    waitgroup_collect(&world, g, ann);
    waitgroup_give_up(&world, g, eve);
    assert_int_equal(waitgroup_add(&world, g, 1, &tell), WAITGROUP_ADDED);
    assert_int_equal(waitgroup_add(&world, g, INT32_MAX, &tell), WAITGROUP_TOO_BIG);
    assert_int_equal(waitgroup_add(&world, g, -2, &tell), WAITGROUP_BELOW);
}

/* ---- onces */

static void test_a_once_runs_once(void **state) {
    (void)state;
    uint32_t o = once_new(&world, ONCE);
    assert_true(once_enter(&world, o, ann.task));
    assert_false(once_can_enter(&world, o));
    once_queue(&world, o, eve);
    once_queue(&world, o, bob);
    check_handles(o);
    once_leave(&world, o, true, &tell);
    assert_int_equal(told, 2);
    check_shape(o);
    assert_false(once_collect(&world, o, bob));
    once_give_up(&world, o, eve, &tell);
    assert_true(once_can_enter(&world, o));
    assert_false(once_enter(&world, o, fay.task));
    assert_false(once_has_waiters(&world, o));
}

static void test_a_once_left_undone_passes_on(void **state) {
    (void)state;
    uint32_t o = once_new(&world, ONCE);
    assert_true(once_enter(&world, o, ann.task));
    once_queue(&world, o, eve);
    once_queue(&world, o, bob);
    once_leave(&world, o, false, &tell);
    assert_true(once_is_served(&world, o, eve));
    assert_false(once_is_served(&world, o, bob));
    once_give_up(&world, o, eve, &tell); /* before it has begun */
    assert_true(once_collect(&world, o, bob));
    once_leave(&world, o, false, &tell);
    assert_true(once_enter(&world, o, fay.task));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_queue_lets_readers_of_one_turn_go_together), TEST(test_queue_moves_up_when_a_writer_gives_up),
        TEST(test_phases_alternate), TEST(test_readers_are_preferred), TEST(test_a_signal_moves_the_waiter_to_its_mutex),
        TEST(test_a_free_mutex_is_given_at_once), TEST(test_only_a_signal_of_its_own_is_passed_on), TEST(test_one_permit_at_most),
        TEST(test_all_completes_who_exists), TEST(test_one_is_passed_on), TEST(test_a_barrier_counts_tasks),
        TEST(test_reaching_zero_releases), TEST(test_a_once_runs_once), TEST(test_a_once_left_undone_passes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

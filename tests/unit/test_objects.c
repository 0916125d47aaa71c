#include "tests/unit/unit.h"

#include "model/channel.h"
#include "model/clock.h"
#include "model/eval.h"
#include "model/executor.h"
#include "model/mutex.h"
#include "model/scope.h"
#include "model/semaphore.h"

#include <string.h>

/* A program of sites alone: a plain and a fifo channel of ints, the kinds of mutex, a semaphore. */
enum { PLAIN, FIFO, STRICT, BARGING, UNOWNED, SEMAPHORE, FUTURES, SITES };
static const uint8_t data_kind[] = {WORD_DATA}, future_kind[] = {WORD_FUTURE};
static const ValueType int_type = {.kind = VALUE_INT, .name = "int", .bits = 32, .is_signed = true, .words = 1, .word_kinds = data_kind};
static const ValueType future_type = {.kind = VALUE_HANDLE, .name = "future(int)", .bits = 64, .words = 1, .word_kinds = future_kind};
static Site sites[SITES] = {
    [PLAIN] = {.kind = OBJECT_CHANNEL, .name = "c", .elem = &int_type},
    [FIFO] = {.kind = OBJECT_CHANNEL, .name = "f", .elem = &int_type, .is_fifo = true},
    [STRICT] = {.kind = OBJECT_MUTEX, .name = "m"},
    [BARGING] = {.kind = OBJECT_MUTEX, .name = "b", .is_barging = true},
    [UNOWNED] = {.kind = OBJECT_MUTEX, .name = "u", .is_unowned = true},
    [SEMAPHORE] = {.kind = OBJECT_SEMAPHORE, .name = "s"},
    [FUTURES] = {.kind = OBJECT_CHANNEL, .name = "q", .elem = &future_type},
};
static Program program = {.sites = sites, .nsites = SITES};
/* Waiters of three tasks; their handles are no components here, objects never look. */
static const Waiter ann = {101, 0, 101}, bob = {102, 0, 102}, eve = {103, 1, 103};

static World world;
static int setup(void **state) {
    (void)state;
    world_init(&world, &program);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    world_fini(&world);
    return 0;
}

static void check_shape(uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(&world, slot, &n);
    Word copy[256];
    assert_true(n <= 256);
    memcpy(copy, words, sizeof(Word) * n);
    comp_normalise(&program, copy, n);
    assert_memory_equal(copy, words, sizeof(Word) * n); /* sets are kept sorted */
}

/* ---- channels */

static void test_buffer_is_first_in_first_out(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 2);
    Served served;
    Word item;
    assert_false(channel_can_recv(&world, c, 0));
    assert_true(channel_send(&world, c, 0, &(Word){7}, 0, &served));
    assert_true(channel_send(&world, c, 0, &(Word){8}, 0, &served));
    assert_false(channel_can_send(&world, c, 0));
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(item, 7);
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(item, 8);
    assert_int_equal(served.fiber, 0);
}

static void test_rendezvous_serves_a_receiver(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 0);
    assert_false(channel_can_send(&world, c, 0));
    channel_queue_recv(&world, c, bob);
    channel_queue_recv(&world, c, ann);
    check_shape(c);
    assert_true(channel_can_send(&world, c, 0));
    assert_int_equal(channel_send_ways(&world, c, 0), 2);
    assert_int_equal(channel_send_ways(&world, c, ann.fiber), 1); /* a select does not serve itself */
    Served served;
    assert_true(channel_send(&world, c, 0, &(Word){5}, 1, &served));
    assert_int_equal(served.fiber, bob.fiber);
    assert_true(channel_is_served(&world, c, bob));
    assert_false(channel_is_served(&world, c, ann));
    Word item = 0;
    assert_true(channel_collect(&world, c, bob, &item, true));
    assert_int_equal(item, 5);
    assert_false(channel_is_served(&world, c, bob));
    assert_true(channel_has_waiters(&world, c));
    channel_give_up(&world, c, ann);
    assert_false(channel_has_waiters(&world, c));
}

static void test_receive_makes_room_for_a_sender(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, FIFO, 1);
    Served served;
    Word item;
    channel_send(&world, c, 0, &(Word){1}, 0, &served);
    channel_queue_send(&world, c, bob, &(Word){2});
    channel_queue_send(&world, c, ann, &(Word){3});
    assert_int_equal(channel_recv_ways(&world, c, 0), 1); /* in order of arrival */
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(item, 1);
    assert_int_equal(served.fiber, bob.fiber);
    assert_int_equal(world_read(&world, c, NULL)[CHANNEL_NITEMS], 1);
    assert_true(channel_collect(&world, c, bob, NULL, false));
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(item, 2);
    assert_int_equal(served.fiber, ann.fiber);
}

static void test_close_completes_waiters_with_false(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 0);
    channel_queue_recv(&world, c, bob);
    channel_queue_recv(&world, c, ann);
    assert_true(channel_close(&world, c));
    assert_false(channel_close(&world, c));
    check_shape(c);
    Word item = 42;
    assert_false(channel_collect(&world, c, ann, &item, true));
    assert_int_equal(item, 42);
    Served served;
    assert_true(channel_can_send(&world, c, 0));
    assert_false(channel_send(&world, c, 0, &(Word){1}, 0, &served));
    assert_true(channel_can_recv(&world, c, 0));
    assert_false(channel_recv(&world, c, 0, &item, 0, &served));
}

static void test_close_keeps_what_is_buffered(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 1);
    Served served;
    Word item;
    channel_send(&world, c, 0, &(Word){9}, 0, &served);
    channel_queue_send(&world, c, ann, &(Word){10});
    channel_close(&world, c);
    assert_false(channel_collect(&world, c, ann, NULL, false));
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(item, 9);
    assert_false(channel_recv(&world, c, 0, &item, 0, &served));
}

static void test_lost_futures_are_orphans(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, FUTURES, 0);
    Orphan orphan;
    channel_queue_send(&world, c, ann, &(Word){77});
    channel_give_up(&world, c, ann);
    assert_true(world_take_orphan(&world, &orphan));
    assert_int_equal(orphan.word, 77);
    assert_false(world_take_orphan(&world, &orphan));
    Served served;
    channel_queue_recv(&world, c, bob);
    channel_send(&world, c, 0, &(Word){78}, 0, &served);
    channel_give_up(&world, c, bob);
    assert_true(world_take_orphan(&world, &orphan));
    assert_int_equal(orphan.word, 78);
}

static void count_visit(void *context, uint32_t index, Word handle, bool ordered) {
    uint32_t *counts = context;
    (void)index;
    assert_true(handle > 0);
    counts[ordered]++;
}

static void test_handles_of_a_channel(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, FUTURES, 1), n, counts[2] = {0, 0};
    Served served;
    channel_send(&world, c, 0, &(Word){77}, 0, &served);
    channel_queue_send(&world, c, ann, &(Word){78});
    const Word *words = world_read(&world, c, &n);
    comp_handles(&program, words, n, count_visit, counts);
    assert_int_equal(counts[1], 1); /* the buffered future */
    assert_int_equal(counts[0], 2); /* the sender and its item */
}

/* ---- mutexes */

static void test_strict_hands_over(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, STRICT);
    Waiter next;
    assert_int_equal(mutex_unlock(&world, m, ann.task, &next), MUTEX_NOT_HELD);
    mutex_take(&world, m, ann.task);
    mutex_queue(&world, m, bob);
    mutex_queue(&world, m, eve);
    assert_int_equal(mutex_unlock(&world, m, bob.task, &next), MUTEX_NOT_OWNER);
    assert_int_equal(mutex_unlock(&world, m, ann.task, &next), MUTEX_UNLOCKED);
    assert_int_equal(next.fiber, bob.fiber);
    assert_false(mutex_is_free(&world, m));
    assert_true(mutex_is_served(&world, m, bob));
    assert_false(mutex_is_served(&world, m, eve));
    assert_int_equal(mutex_unlock(&world, m, bob.task, &next), MUTEX_NOT_YET);
    assert_true(mutex_collect(&world, m, bob));
    assert_int_equal(mutex_unlock(&world, m, bob.task, &next), MUTEX_UNLOCKED);
    assert_int_equal(next.fiber, eve.fiber);
}

static void test_strict_passes_on_what_is_given_up(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, STRICT);
    Waiter next;
    mutex_take(&world, m, ann.task);
    mutex_queue(&world, m, bob);
    mutex_queue(&world, m, eve);
    mutex_unlock(&world, m, ann.task, &next);
    mutex_give_up(&world, m, bob, &next);
    assert_int_equal(next.fiber, eve.fiber);
    assert_true(mutex_is_served(&world, m, eve));
    mutex_give_up(&world, m, eve, &next);
    assert_int_equal(next.fiber, 0);
    assert_true(mutex_is_free(&world, m));
    assert_false(mutex_has_waiters(&world, m));
}

static void test_barging_tells_the_head(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, BARGING);
    Waiter next;
    mutex_take(&world, m, ann.task);
    mutex_queue(&world, m, bob);
    mutex_queue(&world, m, eve);
    mutex_unlock(&world, m, ann.task, &next);
    assert_true(mutex_is_free(&world, m));
    assert_true(mutex_is_served(&world, m, bob));
    mutex_take(&world, m, ann.task);                 /* a newcomer is faster */
    assert_false(mutex_collect(&world, m, bob));     /* too late */
    assert_false(mutex_is_served(&world, m, bob));
    mutex_unlock(&world, m, ann.task, &next);
    assert_int_equal(next.fiber, bob.fiber);         /* it stayed at the head */
    mutex_give_up(&world, m, bob, &next);
    assert_int_equal(next.fiber, eve.fiber);         /* what it was told is passed on */
    assert_true(mutex_collect(&world, m, eve));
    assert_int_equal(world_read(&world, m, NULL)[MUTEX_OWNER], eve.task);
}

static void test_barging_passes_the_word_on(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, BARGING);
    Waiter next;
    mutex_take(&world, m, ann.task);
    mutex_queue(&world, m, bob);
    mutex_queue(&world, m, eve);
    mutex_unlock(&world, m, ann.task, &next);
    mutex_take(&world, m, ann.task);
    mutex_give_up(&world, m, bob, &next); /* it was told, and the lock is taken again */
    assert_int_equal(next.fiber, eve.fiber);
    assert_true(mutex_is_served(&world, m, eve));
    assert_false(mutex_collect(&world, m, eve));
}

static void test_unowned_may_be_unlocked_by_anyone(void **state) {
    (void)state;
    uint32_t m = mutex_new(&world, UNOWNED);
    Waiter next;
    mutex_take(&world, m, ann.task);
    mutex_queue(&world, m, bob);
    assert_int_equal(mutex_unlock(&world, m, eve.task, &next), MUTEX_UNLOCKED);
    assert_int_equal(mutex_unlock(&world, m, eve.task, &next), MUTEX_UNLOCKED); /* from under bob, who has not gone on */
    assert_true(mutex_is_free(&world, m));
    assert_true(mutex_is_served(&world, m, bob));
    mutex_take(&world, m, ann.task);
    mutex_give_up(&world, m, bob, &next); /* was no longer the holder: ann's lock stays */
    assert_false(mutex_is_free(&world, m));
    assert_int_equal(mutex_unlock(&world, m, eve.task, &next), MUTEX_UNLOCKED);
    assert_int_equal(mutex_unlock(&world, m, eve.task, &next), MUTEX_NOT_HELD);
}

/* ---- semaphores */

static void test_large_request_holds_back_small_ones(void **state) {
    (void)state;
    uint32_t s = semaphore_new(&world, SEMAPHORE, 2);
    assert_true(semaphore_can_acquire(&world, s, 2));
    assert_true(semaphore_acquire(&world, s, 1));
    assert_false(semaphore_can_acquire(&world, s, 3));
    semaphore_queue(&world, s, ann, 3);
    assert_false(semaphore_can_acquire(&world, s, 1));
    assert_true(semaphore_can_acquire(&world, s, 0));
    semaphore_queue(&world, s, bob, 1);
    semaphore_release(&world, s, 1);
    assert_false(semaphore_is_served(&world, s, bob));
    semaphore_release(&world, s, 2);
    assert_true(semaphore_is_served(&world, s, ann));
    assert_true(semaphore_is_served(&world, s, bob));
    assert_true(semaphore_collect(&world, s, ann));
    semaphore_give_up(&world, s, bob);
    assert_int_equal(world_read(&world, s, NULL)[SEMAPHORE_FREE], 1);
}

static void test_giving_up_the_head_serves_the_next(void **state) {
    (void)state;
    uint32_t s = semaphore_new(&world, SEMAPHORE, 1);
    semaphore_queue(&world, s, ann, 2);
    semaphore_queue(&world, s, bob, 1);
    semaphore_give_up(&world, s, ann);
    assert_true(semaphore_is_served(&world, s, bob));
}

static void test_closed_semaphore(void **state) {
    (void)state;
    uint32_t s = semaphore_new(&world, SEMAPHORE, 0);
    semaphore_queue(&world, s, ann, 2);
    assert_true(semaphore_close(&world, s));
    assert_false(semaphore_close(&world, s));
    assert_false(semaphore_collect(&world, s, ann));
    assert_true(semaphore_can_acquire(&world, s, 5));
    assert_false(semaphore_acquire(&world, s, 5));
}

/* ---- executors, scopes, worlds, choices */

static void test_threads(void **state) {
    (void)state;
    uint32_t e = executor_new(&world, 0, 2);
    executor_take(&world, e);
    assert_true(executor_has_thread(&world, e));
    executor_take(&world, e);
    assert_false(executor_has_thread(&world, e));
    executor_give(&world, e);
    assert_true(executor_has_thread(&world, e));
}

static void test_scope(void **state) {
    (void)state;
    uint32_t s = scope_new(&world, 0);
    scope_add(&world, s, 9);
    scope_add(&world, s, 4);
    assert_int_equal(scope_task(&world, s, 0), 4);
    scope_remove(&world, s, 9);
    scope_remove(&world, s, 9);
    assert_int_equal(scope_count(&world, s), 1);
}

static void test_world_words(void **state) {
    (void)state;
    uint32_t slot = world_add(&world, (Word[]){COMP_FREE, 1, 2, 3}, 4), n;
    Word *words = world_insert(&world, slot, 2, 2);
    assert_memory_equal(words, ((Word[]){COMP_FREE, 1, 0, 0, 2, 3}), 6 * sizeof(Word));
    world_remove(&world, slot, 1, 3);
    assert_memory_equal(world_read(&world, slot, &n), ((Word[]){COMP_FREE, 2, 3}), 3 * sizeof(Word));
    assert_int_equal(n, 3);
    World copy;
    world_init(&copy, &program);
    world_copy(&copy, &world);
    assert_int_equal(copy.n, world.n);
    assert_int_equal(world_read(&copy, slot, NULL)[2], 3);
    world_fini(&copy);
}

static void load_number(World *lazy, uint32_t slot) { world_set(lazy, slot, (Word[]){COMP_FREE, slot}, 2); }

static void test_lazy_loading(void **state) {
    (void)state;
    World lazy;
    world_init(&lazy, &program);
    world_reset(&lazy, 3);
    lazy.load = load_number;
    assert_int_equal(world_read(&lazy, 2, NULL)[1], 2);
    assert_true(lazy.comps[2].loaded);
    assert_false(lazy.comps[1].loaded);
    world_fini(&lazy);
}

static void test_choices_enumerate(void **state) {
    (void)state;
    Choices choices = {0};
    uint32_t runs = 0, sum = 0;
    do {
        uint32_t first = choices_pick(&choices, 3);
        assert_int_equal(choices_pick(&choices, 1), 0);
        sum += first == 1 ? choices_pick(&choices, 2) : 10;
        runs++;
    } while (choices_next(&choices));
    assert_int_equal(runs, 4);
    assert_int_equal(sum, 21);
    choices_set(&choices, (uint32_t[]){1, 1}, 2);
    assert_int_equal(choices_pick(&choices, 3), 1);
    assert_int_equal(choices_pick(&choices, 2), 1);
    assert_int_equal(choices_pick(&choices, 2), 0);
    assert_false(choices.mismatch);
    choices_set(&choices, (uint32_t[]){5}, 1);
    assert_int_equal(choices_pick(&choices, 3), 2);
    assert_true(choices.mismatch);
    choices_fini(&choices);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
/* ---- clock */

static void test_timers_fire_when_their_ticks_have_passed(void **state) {
    (void)state;
    Program timed = {.sites = sites, .nsites = SITES, .is_discrete = true, .reads_clock = true};
    World other;
    world_init(&other, &timed);
    uint32_t c = clock_new(&other);
    assert_false(eval_can_step(&other, c)); /* no timer runs */
    clock_start(&other, c, eve, 1);
    clock_start(&other, c, ann, 2);
    clock_start(&other, c, bob, -3);
    assert_true(clock_has_fired(&other, c, bob));
    for (Word now = 1; now <= 2; now++) {
        assert_true(eval_can_step(&other, c));
        StepResult tick = eval_step(&other, c, &(EvalOptions){0}, NULL, NULL);
        assert_int_equal(tick.status, STEP_DONE);
        assert_false(tick.by_fault);
        assert_int_equal(clock_now(&other, c), now);
        assert_true(clock_has_fired(&other, c, eve));
        assert_int_equal(clock_has_fired(&other, c, ann), now == 2);
    }
    assert_false(eval_can_step(&other, c)); /* all have fired */
    clock_stop(&other, c, eve);
    clock_stop(&other, c, eve);
    assert_false(clock_has_fired(&other, c, eve));
    world_fini(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_buffer_is_first_in_first_out), TEST(test_rendezvous_serves_a_receiver), TEST(test_receive_makes_room_for_a_sender),
        TEST(test_close_completes_waiters_with_false), TEST(test_close_keeps_what_is_buffered), TEST(test_lost_futures_are_orphans),
        TEST(test_handles_of_a_channel), TEST(test_strict_hands_over), TEST(test_strict_passes_on_what_is_given_up),
        TEST(test_barging_tells_the_head), TEST(test_barging_passes_the_word_on), TEST(test_unowned_may_be_unlocked_by_anyone), TEST(test_large_request_holds_back_small_ones),
        TEST(test_giving_up_the_head_serves_the_next), TEST(test_closed_semaphore), TEST(test_threads), TEST(test_scope),
        TEST(test_world_words), TEST(test_lazy_loading), TEST(test_choices_enumerate), TEST(test_timers_fire_when_their_ticks_have_passed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

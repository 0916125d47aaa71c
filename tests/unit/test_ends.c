/* What is sent without the plain channel: kept slots, ends that close, broadcasts, watches. */
#include "tests/unit/unit.h"

#include "model/broadcast.h"
#include "model/channel.h"
#include "model/subscription.h"
#include "model/watch.h"

#include <string.h>

enum { PLAIN, FIFO, ONESHOT, SENDERS, NEWS, LEVEL, SITES };
static const uint8_t data_kind[] = {WORD_DATA}, sender_kind[] = {WORD_SENDER};
static const ValueType int_type = {.kind = VALUE_INT, .name = "int", .bits = 32, .is_signed = true, .words = 1, .word_kinds = data_kind};
static const ValueType sender_type = {.kind = VALUE_HANDLE, .name = "sender(int)", .bits = 64, .words = 1, .word_kinds = sender_kind};
static Site sites[SITES] = {
    [PLAIN] = {.kind = OBJECT_CHANNEL, .name = "c", .elem = &int_type},
    [FIFO] = {.kind = OBJECT_CHANNEL, .name = "f", .elem = &int_type, .is_fifo = true},
    [ONESHOT] = {.kind = OBJECT_CHANNEL, .name = "o", .elem = &int_type, .is_oneshot = true},
    [SENDERS] = {.kind = OBJECT_CHANNEL, .name = "s", .elem = &sender_type},
    [NEWS] = {.kind = OBJECT_BROADCAST, .name = "b", .elem = &int_type},
    [LEVEL] = {.kind = OBJECT_WATCH, .name = "w", .elem = &int_type},
};
static Program program = {.sites = sites, .nsites = SITES};
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

static void send_one(uint32_t c, Word item) {
    Served served;
    assert_true(channel_send(&world, c, 0, &item, 0, &served));
}

/* ---- kept slots */

static void test_a_kept_slot_is_no_room(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 1);
    assert_true(channel_can_reserve(&world, c));
    assert_true(channel_reserve(&world, c));
    assert_false(channel_can_send(&world, c, 0));
    assert_false(channel_can_reserve(&world, c));
    channel_queue_send(&world, c, ann, &(Word){7});
    assert_false(channel_can_recv(&world, c, 0)); /* who has no slot has nothing to give */
    channel_queue_recv(&world, c, bob);
    assert_int_equal(channel_fill_ways(&world, c, 0), 0);
    channel_give_back(&world, c);
    assert_int_equal(channel_fill_ways(&world, c, 0), 1);
    Served sender, receiver;
    channel_fill(&world, c, 0, 0, 0, &sender, &receiver);
    assert_int_equal(sender.fiber, ann.fiber);
    assert_int_equal(receiver.fiber, bob.fiber);
    Word item;
    assert_true(channel_collect(&world, c, bob, &item, true));
    assert_int_equal(item, 7);
}

static void test_a_permit_delivers_after_close(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 2);
    assert_true(channel_reserve(&world, c));
    assert_true(channel_reserve(&world, c));
    channel_queue_recv(&world, c, ann);
    channel_queue_recv(&world, c, bob);
    assert_true(channel_close(&world, c));
    assert_false(channel_is_served(&world, c, ann)); /* something may still come */
    Served served;
    Word item;
    assert_true(channel_send_kept(&world, c, &(Word){5}, 0, &served));
    assert_int_equal(served.fiber, ann.fiber);
    assert_true(channel_collect(&world, c, ann, &item, true));
    assert_int_equal(item, 5);
    assert_false(channel_is_served(&world, c, bob));
    channel_give_back(&world, c);
    assert_true(channel_is_served(&world, c, bob));
    assert_false(channel_collect(&world, c, bob, &item, true));
}

static void test_who_reserves_is_served_as_who_sends(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, FIFO, 1);
    Served served;
    Word item;
    send_one(c, 1);
    channel_queue_reserve(&world, c, ann);
    channel_queue_send(&world, c, bob, &(Word){2});
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_int_equal(served.fiber, ann.fiber);
    assert_true(served.got_slot);
    assert_true(channel_got_slot(&world, c, ann));
    assert_true(channel_give_up(&world, c, ann)); /* passed on */
    Served receiver;
    channel_fill(&world, c, 0, 0, 0, &served, &receiver);
    assert_int_equal(served.fiber, bob.fiber);
    assert_int_equal(receiver.fiber, 0);
    assert_int_equal(world_read(&world, c, NULL)[CHANNEL_KEPT], 0);
}

static void test_no_slots_without_a_buffer(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 0);
    assert_false(channel_can_reserve(&world, c));
    channel_queue_reserve(&world, c, ann);
    assert_false(channel_can_recv(&world, c, 0));
    assert_true(channel_close(&world, c));
    assert_true(channel_is_served(&world, c, ann));
    assert_false(channel_got_slot(&world, c, ann));
}

/* ---- ends */

static void test_a_cut_channel_drops_what_is_queued(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, SENDERS, 1);
    Orphan orphan;
    send_one(c, 77);
    channel_queue_send(&world, c, eve, &(Word){78});
    channel_cut(&world, c);
    assert_true(world_take_orphan(&world, &orphan));
    assert_int_equal(orphan.kind, WORD_SENDER);
    assert_int_equal(orphan.word, 77);
    assert_true(world_take_orphan(&world, &orphan));
    assert_int_equal(orphan.word, 78);
    assert_false(world_take_orphan(&world, &orphan));
    assert_false(channel_collect(&world, c, eve, NULL, false));
    Served served;
    assert_false(channel_send(&world, c, 0, &(Word){79}, 0, &served));
    assert_false(channel_send_kept(&world, c, &(Word){79}, 0, &served));
}

static void test_an_ended_channel_can_still_be_closed_once(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, 1);
    send_one(c, 1);
    channel_end(&world, c);
    Served served;
    Word item;
    assert_true(channel_recv(&world, c, 0, &item, 0, &served));
    assert_false(channel_recv(&world, c, 0, &item, 0, &served));
    assert_true(channel_close(&world, c));
    assert_false(channel_close(&world, c));
}

static void test_moved_ends_are_no_handles(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, SENDERS, 1);
    send_one(c, WORD_MOVED);
    channel_cut(&world, c);
    Orphan orphan;
    assert_false(world_take_orphan(&world, &orphan));
}

static void test_a_oneshot_remembers_its_send(void **state) {
    (void)state;
    uint32_t o = channel_new(&world, ONESHOT, 1);
    assert_false(world_read(&world, o, NULL)[CHANNEL_STATE] & CHANNEL_IS_USED);
    send_one(o, 1);
    assert_true(world_read(&world, o, NULL)[CHANNEL_STATE] & CHANNEL_IS_USED);
}

static void test_without_bound_there_is_room(void **state) {
    (void)state;
    uint32_t c = channel_new(&world, PLAIN, -1);
    for (Word i = 0; i < 50; i++) {
        assert_true(channel_can_send(&world, c, 0));
        send_one(c, i);
    }
    assert_true(channel_can_reserve(&world, c));
}

/* ---- broadcasts */

static Word subscribe(uint32_t source) { return slot_handle(subscription_new(&world, slot_handle(source))); }

static Word received(uint32_t b, Word r) {
    Word item = -1;
    assert_true(broadcast_can_recv(&world, b, r));
    assert_true(broadcast_recv(&world, b, r, &item));
    return item;
}

static void test_every_receiver_sees_every_item(void **state) {
    (void)state;
    uint32_t b = broadcast_new(&world, NEWS, 3);
    assert_false(broadcast_send(&world, b, &(Word){0}));
    Word r = subscribe(b);
    assert_true(broadcast_send(&world, b, &(Word){1}));
    Word q = subscribe(b);
    assert_true(broadcast_send(&world, b, &(Word){2}));
    assert_int_equal(received(b, r), 1);
    assert_int_equal(received(b, q), 2);
    assert_int_equal(broadcast_behind(&world, b, r), 1);
    assert_int_equal(received(b, r), 2);
    assert_int_equal(world_read(&world, b, NULL)[BROADCAST_NITEMS], 0); /* seen by all */
    assert_false(broadcast_can_recv(&world, b, q));
    assert_true(broadcast_close(&world, b));
    assert_false(broadcast_close(&world, b));
    assert_true(broadcast_can_recv(&world, b, q));
    assert_false(broadcast_send(&world, b, &(Word){3}));
}

static void test_who_lags_is_told_once(void **state) {
    (void)state;
    uint32_t b = broadcast_new(&world, NEWS, 2);
    Word r = subscribe(b), item;
    for (Word i = 1; i <= 3; i++) assert_true(broadcast_send(&world, b, &i));
    assert_false(broadcast_has_lagged(&world, b, r));
    assert_false(broadcast_recv(&world, b, r, &item));
    assert_true(broadcast_has_lagged(&world, b, r));
    assert_int_equal(received(b, r), 2);
    assert_false(broadcast_has_lagged(&world, b, r));
    assert_int_equal(received(b, r), 3);
}

static void test_a_dropped_receiver_holds_nothing_back(void **state) {
    (void)state;
    uint32_t b = broadcast_new(&world, NEWS, 2);
    Word r = subscribe(b), q = slot_handle(subscription_clone(&world, handle_slot(r)));
    assert_true(broadcast_send(&world, b, &(Word){1}));
    assert_int_equal(received(b, q), 1);
    assert_int_equal(world_read(&world, b, NULL)[BROADCAST_NITEMS], 1);
    subscription_drop(&world, handle_slot(r));
    assert_int_equal(world_kind(&world, handle_slot(r)), COMP_FREE);
    assert_int_equal(world_read(&world, b, NULL)[BROADCAST_NITEMS], 0);
    assert_int_equal(world_read(&world, b, NULL)[BROADCAST_NRECEIVERS], 1);
    assert_int_equal(subscription_source(&world, handle_slot(r)), NO_SLOT);
}

/* ---- watches */

static void test_a_watch_knows_who_has_seen_its_value(void **state) {
    (void)state;
    uint32_t w = watch_new(&world, LEVEL, &(Word){4}), n;
    Word a = subscribe(w), b = subscribe(w);
    assert_false(watch_has_changed(&world, w, a));
    assert_true(watch_publish(&world, w, &(Word){5}));
    assert_true(watch_change(&world, w, a));
    assert_false(watch_has_changed(&world, w, a));
    assert_true(watch_has_changed(&world, w, b));
    Word c = subscribe(w);
    assert_false(watch_has_changed(&world, w, c));
    assert_int_equal(watch_value(&world, w, &n)[0], 5);
    assert_int_equal(n, 1);
    assert_true(watch_close(&world, w));
    assert_false(watch_publish(&world, w, &(Word){6}));
    assert_true(watch_change(&world, w, b));
    assert_false(watch_change(&world, w, b));
}

static void test_a_subscription_lives_as_long_as_its_handles(void **state) {
    (void)state;
    uint32_t w = watch_new(&world, LEVEL, &(Word){0});
    Word a = subscribe(w);
    subscription_keep(&world, handle_slot(a));
    subscription_drop(&world, handle_slot(a));
    assert_int_equal(world_read(&world, w, NULL)[WATCH_NSUBSCRIPTIONS], 1);
    subscription_drop(&world, handle_slot(a));
    assert_int_equal(world_read(&world, w, NULL)[WATCH_NSUBSCRIPTIONS], 0);
}

/* ---- handles */

typedef struct Seen { uint32_t count, unordered; } Seen;
static void count(void *context, uint32_t index, Word handle, bool ordered) {
    Seen *seen = context;
    assert_true(index > 0 && handle > 0);
    seen->count++;
    seen->unordered += !ordered;
}

static void check_handles(uint32_t slot, uint32_t count_, uint32_t unordered) {
    Seen seen = {0};
    uint32_t n;
    const Word *words = world_read(&world, slot, &n);
    comp_handles(&program, words, n, count, &seen);
    assert_int_equal(seen.count, count_);
    assert_int_equal(seen.unordered, unordered);
}

static void test_handles_are_visited(void **state) {
    (void)state;
    uint32_t b = broadcast_new(&world, NEWS, 2), w = watch_new(&world, LEVEL, &(Word){0}), c = channel_new(&world, SENDERS, 2);
    Word r = subscribe(b);
    subscribe(b);
    subscribe(w);
    send_one(c, 9);
    send_one(c, WORD_MOVED);
    channel_queue_reserve(&world, c, ann);
    check_handles(b, 2, 2);
    check_handles(w, 1, 1);
    check_handles(handle_slot(r), 1, 0);
    check_handles(c, 2, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_kept_slot_is_no_room), TEST(test_a_permit_delivers_after_close), TEST(test_who_reserves_is_served_as_who_sends),
        TEST(test_no_slots_without_a_buffer), TEST(test_a_cut_channel_drops_what_is_queued),
        TEST(test_an_ended_channel_can_still_be_closed_once), TEST(test_moved_ends_are_no_handles), TEST(test_a_oneshot_remembers_its_send),
        TEST(test_without_bound_there_is_room), TEST(test_every_receiver_sees_every_item), TEST(test_who_lags_is_told_once),
        TEST(test_a_dropped_receiver_holds_nothing_back), TEST(test_a_watch_knows_who_has_seen_its_value),
        TEST(test_a_subscription_lives_as_long_as_its_handles), TEST(test_handles_are_visited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

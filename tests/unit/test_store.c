/* The store of states: packing, growth of widths and lengths, exactness, order of discovery. */
#include "checker/store.h"
#include "model/support/hash.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 40 };

/* A state as a function of its number, so that what comes back can be compared: k slots, values of growing width. */
static uint32_t make_state(uint32_t number, uint32_t values, uint32_t *ids) {
    uint32_t n = 5 + number % 7;
    for (uint32_t k = 0; k < n; k++) ids[k] = (uint32_t)(hash_mix(number * 131u + k) % values);
    ids[0] = number % values;
    ids[1] = number / values;
    return n;
}

static void shape_for(Store *store, const uint32_t *ids, uint32_t n) {
    uint8_t widths[MOST] = {0};
    for (uint32_t k = 0; k < n; k++) widths[k] = (uint8_t)(ids[k] == 0 ? 0 : 32 - __builtin_clz(ids[k]));
    uint32_t min = n, max = n;
    if (store->n > 0 && store->layout.min_slots < min) min = store->layout.min_slots;
    if (store->n > 0 && store->layout.max_slots > max) max = store->layout.max_slots;
    store_reshape(store, &(StoreShape){.min_slots = min, .max_slots = max, .widths = widths});
}

static uint32_t add(Store *store, const uint32_t *ids, uint32_t n, bool *is_new) {
    uint64_t words[MOST];
    shape_for(store, ids, n);
    store_pack(store, ids, n, words);
    return store_add(store, words, store_hash(store, words), is_new);
}

static void states_come_back(void **state) {
    (void)state;
    Store store;
    uint32_t ids[MOST], got[MOST];
    bool is_new;
    store_init(&store);
    enum { STATES = 60000 };
    for (uint32_t i = 0; i < STATES; i++) {
        uint32_t n = make_state(i, 64 + i / 8, ids);
        assert_int_equal(add(&store, ids, n, &is_new), i);
        assert_true(is_new);
    }
    for (uint32_t i = 0; i < STATES; i++) {
        uint32_t n = make_state(i, 64 + i / 8, ids);
        assert_int_equal(store_get(&store, i, got), n);
        assert_memory_equal(got, ids, n * sizeof *ids);
        assert_int_equal(store_find_ids(&store, ids, n), i);
        assert_int_equal(add(&store, ids, n, &is_new), i);
        assert_false(is_new);
    }
    assert_int_equal(store.n, STATES);
    assert_true(store.reshapes > 5);
    store_fini(&store);
}

static void what_was_never_added_is_not_found(void **state) {
    (void)state;
    Store store;
    uint32_t ids[3] = {1, 2, 3};
    bool is_new;
    store_init(&store);
    assert_int_equal(store_find_ids(&store, ids, 3), STORE_NONE);
    add(&store, ids, 3, &is_new);
    ids[2] = 2;
    assert_int_equal(store_find_ids(&store, ids, 3), STORE_NONE);
    ids[2] = 4000000000u; /* wider than the layout */
    assert_int_equal(store_find_ids(&store, ids, 3), STORE_NONE);
    assert_int_equal(store_find_ids(&store, ids, 2), STORE_NONE);
    store_fini(&store);
}

/* A shorter state is not the longer one with zeros. */
static void length_is_part_of_a_state(void **state) {
    (void)state;
    Store store;
    uint32_t ids[4] = {7, 0, 0, 0};
    bool is_new;
    store_init(&store);
    for (uint32_t n = 1; n <= 4; n++) {
        assert_int_equal(add(&store, ids, n, &is_new), n - 1);
        assert_true(is_new);
    }
    for (uint32_t n = 1; n <= 4; n++) assert_int_equal(store_find_ids(&store, ids, n), n - 1);
    store_fini(&store);
}

static void full_width_fields(void **state) {
    (void)state;
    Store store;
    uint32_t ids[5] = {UINT32_MAX, 0, UINT32_MAX, 1, UINT32_MAX}, got[5];
    bool is_new;
    store_init(&store);
    assert_int_equal(add(&store, ids, 5, &is_new), 0);
    ids[4]--;
    assert_int_equal(add(&store, ids, 5, &is_new), 1);
    assert_int_equal(store_get(&store, 1, got), 5);
    assert_memory_equal(got, ids, sizeof ids);
    store_fini(&store);
}

/* 24 slots of 4 bits: 12 bytes, and the table. */
static void memory_is_what_the_widths_need(void **state) {
    (void)state;
    Store store;
    uint8_t widths[24];
    uint64_t words[4];
    uint32_t ids[24];
    bool is_new;
    memset(widths, 4, sizeof widths);
    store_init(&store);
    store_reshape(&store, &(StoreShape){.min_slots = 24, .max_slots = 24, .widths = widths});
    for (uint32_t i = 0; i < 300000; i++) {
        for (uint32_t k = 0; k < 24; k++) ids[k] = k < 8 ? i >> (4 * k) & 15 : (uint32_t)hash_mix(i + k) & 15;
        store_pack(&store, ids, 24, words);
        store_add(&store, words, store_hash(&store, words), &is_new);
    }
    assert_int_equal(store.n, 300000);
    assert_int_equal(store.layout.bytes, 12);
    assert_true(store_memory(&store) < 300000ull * 20);
    store_fini(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_back),
        cmocka_unit_test(what_was_never_added_is_not_found),
        cmocka_unit_test(length_is_part_of_a_state),
        cmocka_unit_test(full_width_fields),
        cmocka_unit_test(memory_is_what_the_widths_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

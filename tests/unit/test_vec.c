#include "model/support/vec.h"
#include "tests/unit/unit.h"

static void keeps_what_is_pushed(void **state) {
    (void)state;
    VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 1000; i++) vec_push(&v, i * i);
    assert_int_equal(v.n, 1000);
    for (uint32_t i = 0; i < 1000; i++) assert_int_equal(v.data[i], i * i);
    assert_int_equal(vec_last(&v), 999 * 999);
    assert_int_equal(vec_pop(&v), 999 * 999);
    assert_int_equal(v.n, 999);
    vec_clear(&v);
    assert_int_equal(v.n, 0);
    assert_true(v.cap >= 1000);
    vec_fini(&v);
    assert_null(v.data);
}

static void resizing_gives_zeroes(void **state) {
    (void)state;
    VEC(uint8_t) v = {0};
    vec_resize(&v, 10);
    for (uint32_t i = 0; i < 10; i++) v.data[i] = 0xff;
    vec_resize(&v, 4);
    vec_resize(&v, 10);
    for (uint32_t i = 0; i < 10; i++) assert_int_equal(v.data[i], i < 4 ? 0xff : 0);
    vec_fini(&v);
}

static void holds_structs(void **state) {
    (void)state;
    typedef struct Pair {
        int a, b;
    } Pair;
    VEC(Pair) v = {0};
    vec_reserve(&v, 100);
    const Pair *before = v.data;
    for (int i = 0; i < 100; i++) vec_push(&v, (Pair){i, -i});
    assert_ptr_equal(before, v.data);
    assert_int_equal(v.data[42].b, -42);
    vec_fini(&v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_pushed),
        cmocka_unit_test(resizing_gives_zeroes),
        cmocka_unit_test(holds_structs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

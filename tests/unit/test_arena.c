#include "model/support/arena.h"
#include "tests/unit/unit.h"

#include <stdint.h>
#include <string.h>

static void gives_zeroed_aligned_memory(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    for (size_t bytes = 0; bytes < 300000; bytes = bytes * 3 + 1) {
        unsigned char *p = arena_alloc(&arena, bytes);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++) assert_int_equal(p[i], 0);
        memset(p, 0xff, bytes);
    }
    arena_fini(&arena);
}

static void is_zeroed_again_after_reset(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    memset(arena_alloc(&arena, 100), 0xff, 100);
    memset(arena_alloc(&arena, 100000), 0xff, 100000);
    arena_reset(&arena);
    const unsigned char *p = arena_alloc(&arena, 1000);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(p[i], 0);
    arena_fini(&arena);
    arena_reset(&arena); /* an empty one too */
}

static void copies_texts(void **state) {
    (void)state;
    Arena arena;
    arena_init(&arena);
    assert_string_equal(arena_strdup(&arena, "abc"), "abc");
    assert_string_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    assert_memory_equal(arena_copy(&arena, "a\0b", 3), "a\0b", 3);
    assert_non_null(arena_copy(&arena, NULL, 0));
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory),
        cmocka_unit_test(is_zeroed_again_after_reset),
        cmocka_unit_test(copies_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

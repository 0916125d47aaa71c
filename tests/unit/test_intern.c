#include "model/support/hash.h"
#include "model/support/intern.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

static void equal_texts_have_one_name(void **state) {
    (void)state;
    Names *names = names_new();
    Name a = names_of(names, "alpha"), b = names_of(names, "beta");
    assert_int_not_equal(a, b);
    assert_int_equal(names_of(names, "alpha"), a);
    assert_int_equal(names_add(names, "alphabet", 5), a);
    assert_int_equal(names_find(names, "beta", 4), b);
    assert_int_equal(names_find(names, "gamma", 5), 0);
    assert_string_equal(names_text(names, a), "alpha");
    assert_int_equal(names_of(names, ""), 0);
    assert_string_equal(names_text(names, 0), "");
    names_free(names);
}

static void grows(void **state) {
    (void)state;
    Names *names = names_new();
    char text[32];
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "name%u", i);
        assert_int_equal(names_of(names, text), i + 1);
    }
    assert_int_equal(names_count(names), 20001);
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "name%u", i);
        assert_int_equal(names_find(names, text, strlen(text)), i + 1);
        assert_string_equal(names_text(names, i + 1), text);
    }
    names_free(names);
}

static void hashes_do_not_depend_on_alignment(void **state) {
    (void)state;
    char buffer[64];
    uint64_t first = hash_bytes("0123456789abcdef!", 17);
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(buffer + shift, "0123456789abcdef!", 17);
        assert_true(hash_bytes(buffer + shift, 17) == first);
    }
    assert_true(hash_bytes("a", 1) != hash_bytes("b", 1));
    assert_true(hash_bytes("a\0", 2) != hash_bytes("a", 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_one_name),
        cmocka_unit_test(grows),
        cmocka_unit_test(hashes_do_not_depend_on_alignment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

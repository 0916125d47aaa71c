#include "frontend/check/scope.h"
#include "tests/unit/unit.h"

static Symbol symbols[6];

static void inner_names_hide_outer_ones(void **state) {
    (void)state;
    Scopes scopes;
    scopes_init(&scopes);
    assert_null(scopes_find(&scopes, SCOPE_NAMES, 1));
    scopes_add(&scopes, SCOPE_NAMES, 1, &symbols[0]);
    scopes_add(&scopes, SCOPE_NAMES, 900, &symbols[1]);
    scopes_open(&scopes);
    assert_null(scopes_find_here(&scopes, SCOPE_NAMES, 1));
    assert_ptr_equal(scopes_find(&scopes, SCOPE_NAMES, 1), &symbols[0]);
    scopes_add(&scopes, SCOPE_NAMES, 1, &symbols[2]);
    assert_ptr_equal(scopes_find(&scopes, SCOPE_NAMES, 1), &symbols[2]);
    assert_ptr_equal(scopes_find_here(&scopes, SCOPE_NAMES, 1), &symbols[2]);
    scopes_close(&scopes);
    assert_ptr_equal(scopes_find(&scopes, SCOPE_NAMES, 1), &symbols[0]);
    assert_ptr_equal(scopes_find_here(&scopes, SCOPE_NAMES, 900), &symbols[1]);
    scopes_fini(&scopes);
}

static void tags_are_a_space_of_their_own(void **state) {
    (void)state;
    Scopes scopes;
    scopes_init(&scopes);
    scopes_add(&scopes, SCOPE_NAMES, 5, &symbols[0]);
    assert_null(scopes_find(&scopes, SCOPE_TAGS, 5));
    scopes_add(&scopes, SCOPE_TAGS, 5, &symbols[1]);
    assert_ptr_equal(scopes_find(&scopes, SCOPE_NAMES, 5), &symbols[0]);
    assert_ptr_equal(scopes_find(&scopes, SCOPE_TAGS, 5), &symbols[1]);
    scopes_fini(&scopes);
}

static void a_scope_lists_its_own(void **state) {
    (void)state;
    Scopes scopes;
    scopes_init(&scopes);
    scopes_add(&scopes, SCOPE_NAMES, 1, &symbols[0]);
    scopes_open(&scopes);
    uint32_t count;
    assert_null(scopes_here(&scopes, &count));
    assert_int_equal(count, 0);
    scopes_add(&scopes, SCOPE_NAMES, 2, &symbols[1]);
    scopes_add(&scopes, SCOPE_TAGS, 3, &symbols[2]);
    const ScopeBinding *here = scopes_here(&scopes, &count);
    assert_int_equal(count, 2);
    assert_ptr_equal(here[0].symbol, &symbols[1]);
    assert_int_equal(here[1].space, SCOPE_TAGS);
    assert_int_equal(scopes_depth(&scopes), 2);
    scopes_fini(&scopes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inner_names_hide_outer_ones),
        cmocka_unit_test(tags_are_a_space_of_their_own),
        cmocka_unit_test(a_scope_lists_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

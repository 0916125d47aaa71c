#include "model/support/source.h"
#include "tests/unit/unit.h"

#include <string.h>

static Sources *with_text(const char *text) {
    Sources *sources = sources_new();
    assert_int_equal(sources_add(sources, "a.ac", text, strlen(text)), 1);
    return sources;
}

static void assert_place(const Sources *sources, uint32_t offset, uint32_t line, uint32_t column) {
    uint32_t l, c;
    sources_place(sources, 1, offset, &l, &c);
    assert_int_equal(l, line);
    assert_int_equal(c, column);
}

static void places_count_from_one(void **state) {
    (void)state;
    Sources *sources = with_text("ab\n\n\tc\r\nd");
    assert_place(sources, 0, 1, 1);
    assert_place(sources, 2, 1, 3);
    assert_place(sources, 3, 2, 1);
    assert_place(sources, 4, 3, 1);
    assert_place(sources, 5, 3, 2);
    assert_place(sources, 8, 4, 1);
    assert_place(sources, 9, 4, 2); /* the end */
    sources_free(sources);
}

static void lines_have_no_newline(void **state) {
    (void)state;
    Sources *sources = with_text("ab\n\nc\r\nd");
    static const char *const lines[] = {"ab", "", "c", "d"};
    for (uint32_t i = 0; i < 4; i++) {
        size_t length;
        const char *line = sources_line(sources, 1, i + 1, &length);
        assert_int_equal(length, strlen(lines[i]));
        assert_memory_equal(line, lines[i], length);
    }
    sources_free(sources);
}

static void files_are_found_by_name(void **state) {
    (void)state;
    Sources *sources = with_text("");
    assert_int_equal(sources_add(sources, "b.ac", "x\0y", 3), 2);
    assert_int_equal(sources_find(sources, "b.ac"), 2);
    assert_int_equal(sources_find(sources, "c.ac"), 0);
    assert_int_equal(sources_count(sources), 2);
    size_t length;
    assert_memory_equal(sources_text(sources, 2, &length), "x\0y", 4);
    assert_int_equal(length, 3);
    sources_free(sources);
}

static void nowhere_is_line_zero(void **state) {
    (void)state;
    Sources *sources = sources_new();
    assert_int_equal(sources_line_of(sources, (Span){0}), 0);
    sources_free(sources);
}

static void spans_join(void **state) {
    (void)state;
    Span joined = span_join((Span){1, 5, 7}, (Span){1, 2, 3});
    assert_int_equal(joined.begin, 2);
    assert_int_equal(joined.end, 7);
    assert_int_equal(span_join((Span){0}, (Span){1, 2, 3}).begin, 2);
    assert_int_equal(span_join((Span){1, 5, 7}, (Span){2, 2, 3}).begin, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_count_from_one),
        cmocka_unit_test(lines_have_no_newline),
        cmocka_unit_test(files_are_found_by_name),
        cmocka_unit_test(nowhere_is_line_zero),
        cmocka_unit_test(spans_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

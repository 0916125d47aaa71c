#include "model/support/diag.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* Not inlined: gcc 12 takes what open_memstream stores for the address of `text` itself. */
static __attribute__((noinline)) char *rendered(const Diags *diags) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    diags_render(diags, out, false);
    fclose(out);
    return text;
}

static void assert_rendered(const Diags *diags, const char *expected) {
    char *text = rendered(diags);
    assert_string_equal(text, expected);
    free(text);
}

static void renders_as_clang_does(void **state) {
    (void)state;
    Sources *sources = sources_new();
    const char *text = "int x;\n\tawait lock(b);\n";
    sources_add(sources, "a.ac", text, strlen(text));
    Diags *diags = diags_new(sources);
    diags_add(diags, DIAG_SYNTAX, (Span){1, 8, 13}, "wrong %s", "word");
    diags_note(diags, (Span){1, 4, 5}, "x is here");
    assert_rendered(diags, "a.ac:2:2: error: wrong word [syntax]\n"
                           "    2 | \tawait lock(b);\n"
                           "      | \t^~~~~\n"
                           "a.ac:1:5: note: x is here\n"
                           "    1 | int x;\n"
                           "      |     ^\n");
    assert_int_equal(diags_errors(diags), 1);
    assert_int_equal(diags_count(diags), 2);
    assert_int_equal(diags_at(diags, 1)->parent, 0);
    diags_free(diags);
    sources_free(sources);
}

static void what_cannot_be_shown_is_a_question_mark(void **state) {
    (void)state;
    Sources *sources = sources_new();
    const char *text = "\x01 \xc3\xa4\xff x";
    sources_add(sources, "a.ac", text, strlen(text));
    Diags *diags = diags_new(sources);
    diags_add(diags, DIAG_SYNTAX, (Span){1, 6, 7}, "here");
    assert_rendered(diags, "a.ac:1:7: error: here [syntax]\n    1 | ? \xc3\xa4? x\n      |      ^\n");
    diags_free(diags);
    sources_free(sources);
}

static void long_lines_are_cut_around_the_caret(void **state) {
    (void)state;
    static char text[5000];
    memset(text, 'a', sizeof text - 1);
    text[3000] = '!';
    Sources *sources = sources_new();
    sources_add(sources, "a.ac", text, sizeof text - 1);
    Diags *diags = diags_new(sources);
    diags_add(diags, DIAG_SYNTAX, (Span){1, 3000, 4000}, "here");
    char *shown = rendered(diags);
    assert_true(strlen(shown) < 600);
    const char *line = strchr(shown, '\n') + 1, *carets = strchr(line, '\n') + 1;
    assert_int_equal(strchr(line, '!') - line, strchr(carets, '^') - carets);
    free(shown);
    diags_free(diags);
    sources_free(sources);
}

static void nowhere_has_no_line(void **state) {
    (void)state;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    diags_add(diags, DIAG_UNREADABLE, (Span){0}, "no\nfile");
    assert_rendered(diags, "unknot: error: no file [unreadable]\n");
    diags_free(diags);
    sources_free(sources);
}

static void fifty_errors_are_kept(void **state) {
    (void)state;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    for (int i = 0; i < 70; i++) {
        diags_add(diags, DIAG_SYNTAX, (Span){0}, "number %d", i);
        diags_note(diags, (Span){0}, "its note");
    }
    assert_int_equal(diags_errors(diags), 70);
    assert_int_equal(diags_count(diags), 100);
    char *text = rendered(diags);
    assert_non_null(strstr(text, "20 more errors are not shown"));
    free(text);
    diags_free(diags);
    sources_free(sources);
}

static void rewinding_forgets(void **state) {
    (void)state;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    diags_add(diags, DIAG_SYNTAX, (Span){0}, "kept");
    DiagMark mark = diags_mark(diags);
    diags_add(diags, DIAG_SYNTAX, (Span){0}, "forgotten");
    diags_rewind(diags, mark);
    diags_note(diags, (Span){0}, "a note to nothing");
    assert_int_equal(diags_errors(diags), 1);
    assert_rendered(diags, "unknot: error: kept [syntax]\n");
    diags_free(diags);
    sources_free(sources);
}

static void every_code_is_explained(void **state) {
    (void)state;
    for (int i = 0; i < DIAG_CODES; i++) {
        assert_true(strlen(diag_code_text((DiagCode)i)) > 0);
        assert_true(strlen(diag_code_explanation((DiagCode)i)) > 0);
        for (int j = 0; j < i; j++) assert_string_not_equal(diag_code_text((DiagCode)i), diag_code_text((DiagCode)j));
    }
}

static void finds_the_nearest_name(void **state) {
    (void)state;
    static const char *const names[] = {"inbox", "outbox", "lock", "unlock", "x", "count"};
    assert_string_equal(diag_nearest("inbx", names, 6), "inbox");
    assert_string_equal(diag_nearest("conut", names, 6), "count");
    assert_string_equal(diag_nearest("lokc", names, 6), "lock");
    assert_string_equal(diag_nearest("unlok", names, 6), "unlock");
    assert_null(diag_nearest("y", names, 6));
    assert_null(diag_nearest("something", names, 6));
    assert_null(diag_nearest("", names, 6));
    assert_null(diag_nearest("inbox", names, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders_as_clang_does), cmocka_unit_test(what_cannot_be_shown_is_a_question_mark),
        cmocka_unit_test(long_lines_are_cut_around_the_caret), cmocka_unit_test(nowhere_has_no_line),
        cmocka_unit_test(fifty_errors_are_kept), cmocka_unit_test(rewinding_forgets),
        cmocka_unit_test(every_code_is_explained), cmocka_unit_test(finds_the_nearest_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

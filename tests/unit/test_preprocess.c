#include "tests/unit/parsed.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Runs in a folder of its own, which it leaves empty behind. */
static char folder[] = "/tmp/unknot-preprocess-XXXXXX";
static const char *const files[] = {"a.ac", "a.h", "-D.ac", "c\"q.ac"};

static int enter_folder(void **state) {
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : 1;
}

static int leave_folder(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(files[i]);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : 1;
}

static void write_file(const char *name, const char *text) {
    FILE *out = fopen(name, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* The file has one mistake, a `5` where a name must stand; it is found at this place. */
static void assert_mistake_at(const char *text, uint32_t line, uint32_t column) {
    Parsed *parsed = parsed_file("a.ac", text, NULL);
    char expected[100];
    snprintf(expected, sizeof expected, "%u:%u syntax expected a name, found '5'\n", line, column);
    assert_string_equal(parsed->errors, expected);
    parsed_free(parsed);
}

#define MACROS                                                                                                         \
    "#define ONE 1\n#define TWICE(x) ((x) + (x))\n#define LIST 1, 2, y\n#define NOTHING\n#define CAT(a, b) a##b\n"

static void places_are_exact(void **state) {
    (void)state;
    assert_mistake_at(MACROS "int a = 1, 5;\n", 6, 12);
    assert_mistake_at(MACROS "int a = ONE, 5;\n", 6, 14);
    assert_mistake_at(MACROS "int /* c */ a  =  TWICE(ONE)  ,  5;\n", 6, 34);
    assert_mistake_at(MACROS "int a = TWICE(TWICE(1)) + TWICE(\n  ONE + 2\n  ), 5;\n", 8, 6);
    assert_mistake_at(MACROS "int a[] = { LIST }, 5;\n", 6, 21);
    assert_mistake_at(MACROS "int NOTHING a NOTHING, NOTHING 5;\n", 6, 32);
    assert_mistake_at(MACROS "int CAT(a, b) = CAT(1, 2), 5;\n", 6, 28);
    assert_mistake_at(MACROS "int a = __LINE__, 5;\n", 6, 19);
    assert_mistake_at(MACROS "int a = \\\n 1, \\\n 5;\n", 8, 2);
    assert_mistake_at(MACROS "\n\n\n\n\n\n\n\n\n\n\n\n#if 0\nint q;\n#else\nint a, 5;\n#endif\n", 21, 8);
    assert_mistake_at(MACROS "#undef ONE\nint ONE = 1, 5;\n", 7, 14);
    assert_mistake_at("#include <stdbool.h>\nbool a = true, b = false, 5;\n", 2, 27);
}

static void what_a_macro_gives_stands_at_its_name(void **state) {
    (void)state;
    assert_mistake_at("#define BAD a, 5\nint c,  BAD;\n", 2, 9);
    assert_mistake_at("#define BAD(x) x, 5\nint c,  BAD(d), e;\n", 2, 9);
}

static void included_files_have_places_of_their_own(void **state) {
    (void)state;
    write_file("a.h", "#pragma once\nint a,\n  5;\n");
    Parsed *parsed = parsed_file("a.ac", "#include \"a.h\"\n", NULL);
    assert_string_equal(parsed->errors, "3:3 syntax expected a name, found '5'\n");
    assert_string_equal(sources_name(parsed->sources, diags_at(parsed->diags, 0)->span.file), "a.h");
    parsed_free(parsed);
}

static void line_directives_are_refused(void **state) {
    (void)state;
    Parsed *parsed = parsed_file("a.ac", "#line 7\nint x;\n", NULL);
    assert_string_equal(parsed->errors, "1:1 not-in-dialect the dialect has no #line directive\n");
    parsed_free(parsed);
    parsed = parsed_file("a.ac", "int y;\n# 7 \"other.ac\"\nint x;\n", NULL);
    assert_string_equal(parsed->errors, "2:1 not-in-dialect the dialect has no #line directive\n");
    parsed_free(parsed);
}

static void flags_are_passed_on(void **state) {
    (void)state;
    const char *const flags[] = {"-DN=7", "-DM"};
    const FrontendOptions options = {.cpp_flags = flags, .ncpp_flags = 2};
    Parsed *parsed = parsed_file("a.ac", "#ifdef M\nint a = N;\n#endif\n", &options);
    assert_string_equal(parsed->dump, "2: var a : i32\n  int 7\n");
    parsed_free(parsed);
}

static void odd_file_names_work(void **state) {
    (void)state;
    Parsed *parsed = parsed_file("-D.ac", "#define A 5\nint a = A, A;\n", NULL);
    assert_string_equal(parsed->errors, "2:12 syntax expected a name, found '5'\n");
    parsed_free(parsed);
    parsed = parsed_file("c\"q.ac", "#define A 5\nint a = A, A;\n", NULL);
    assert_string_equal(parsed->errors, "2:12 syntax expected a name, found '5'\n");
    parsed_free(parsed);
}

static void its_messages_are_diagnostics(void **state) {
    (void)state;
    Parsed *parsed = parsed_file("a.ac", "int x;\n#include \"nope.h\"\n", NULL);
    assert_memory_equal(parsed->errors, "2:10 preprocessor ", 18);
    assert_non_null(strstr(parsed->errors, "nope.h"));
    assert_int_equal(diags_errors(parsed->diags), 1);
    parsed_free(parsed);
    parsed = parsed_file("a.ac", "int x;\n  #error stop here\n", NULL);
    assert_memory_equal(parsed->errors, "2:4 preprocessor ", 17);
    assert_non_null(strstr(parsed->errors, "stop here"));
    parsed_free(parsed);
    char *cc = getenv("CC") ? strdup(getenv("CC")) : NULL;
    setenv("CC", "no-such-compiler", 1);
    parsed = parsed_file("a.ac", "#define A\nint x;\n", NULL);
    assert_non_null(strstr(parsed->errors, "preprocessor cannot run the preprocessor 'no-such-compiler'"));
    parsed_free(parsed);
    parsed = parsed_file("a.ac", "/*\n# no directive */ int x; // #\n", NULL);
    assert_string_equal(parsed->errors, "");
    parsed_free(parsed);
    if (cc) setenv("CC", cc, 1);
    else unsetenv("CC");
    free(cc);
}

static void what_cannot_be_read_is_a_diagnostic(void **state) {
    (void)state;
    Parsed *parsed = parsed_path("missing.ac", NULL);
    assert_string_equal(parsed->errors, "0:0 unreadable cannot read 'missing.ac': No such file or directory\n");
    parsed_free(parsed);
    parsed = parsed_path("/", NULL);
    assert_string_equal(parsed->errors, "0:0 unreadable cannot read '/': it is a directory\n");
    parsed_free(parsed);
    parsed = parsed_path("/dev/zero", NULL);
    assert_string_equal(parsed->errors, "0:0 unreadable cannot read '/dev/zero': it is not a regular file\n");
    parsed_free(parsed);
}

static void noise_is_no_text(void **state) {
    (void)state;
    Parsed *parsed = parsed_file("a.ac", "int \x01\x02\x03\x04 x;", NULL);
    assert_string_equal(parsed->errors, "1:1 not-text this is no program text: most of it is control characters\n");
    parsed_free(parsed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_exact),
        cmocka_unit_test(what_a_macro_gives_stands_at_its_name),
        cmocka_unit_test(included_files_have_places_of_their_own),
        cmocka_unit_test(flags_are_passed_on),
        cmocka_unit_test(line_directives_are_refused),
        cmocka_unit_test(odd_file_names_work),
        cmocka_unit_test(its_messages_are_diagnostics),
        cmocka_unit_test(what_cannot_be_read_is_a_diagnostic),
        cmocka_unit_test(noise_is_no_text),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

#include "tests/unit/parsed.h"
#include "tests/unit/unit.h"

#include <string.h>

static Parsed *parse(const char *lines) {
    char text[1000];
    snprintf(text, sizeof text, "%s\nint x;\n", lines);
    return parsed_text(text);
}

typedef struct Case {
    const char *text, *expected;
} Case;

static const Case good[] = {
    {"//@ expect verified", "expect verified\n"},
    {"//@ expect deadlock", "expect deadlock\n"},
    {"//@ expect deadlock(left, worker[1]) at 12", "expect deadlock(left, worker[1]) at 12\n"},
    {"//@ expect deadlock()", "expect deadlock()\n"},
    {"  //@expect violated(p)\n//@ expect undefined(overflow) at 3  ",
        "expect violated(p)\nexpect undefined(overflow) at 3\n"},
    {"//@ expect misuse(unlock)\r\n//@ expect never-yields(t)", "expect misuse(unlock)\nexpect never-yields(t)\n"},
    {"//@ options --time discrete\n//@ options -DN=3", "option --time\noption discrete\noption -DN=3\n"},
    {"//@ options --ltl 'a: F x == \"b\"' --ltl=\"G 'c'\" -D'N'=3", "option --ltl\noption a: F x == \"b\"\noption --ltl=G 'c'\noption -DN=3\n"},
};

static void lines_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Parsed *parsed = parse(good[i].text);
        assert_string_equal(parsed->errors, "");
        char expected[200];
        size_t length = strlen(good[i].expected);
        snprintf(expected, sizeof expected, "%s", good[i].expected);
        assert_memory_equal(parsed->dump, expected, length);
        parsed_free(parsed);
    }
}

static const Case bad[] = {
    {"//@ expect dedlock(a)", "1:12 expectation unknown expectation 'dedlock'\n"},
    {"//@ expect", "1:11 expectation `//@ expect` needs to say what is expected\n"},
    {"//@ expcet deadlock", "1:5 expectation `//@` is followed by `expect` or `options`\n"},
    {"//@ expect deadlock(a", "1:22 expectation expected ',' or ')'\n"},
    {"//@ expect deadlock(a,,b)", "1:23 expectation expected a name\n"},
    {"//@ expect deadlock at", "1:23 expectation expected a line number after 'at'\n"},
    {"//@ expect deadlock at 0", "1:24 expectation expected a line number after 'at'\n"},
    {"//@ expect deadlock at 3 4", "1:26 expectation nothing may follow the expectation on its line\n"},
    {"//@ expect verified(a)", "1:12 expectation 'verified' takes no arguments\n"},
    {"//@ expect violated", "1:12 expectation 'violated' takes the name of one property\n"},
    {"//@ expect undefined(overfow)", "1:22 expectation 'overfow' is not known here\n"},
    {"//@ expect verified\n//@ expect deadlock",
        "1:12 expectation `verified` stands alone: something else is expected too\n"},
    {"//@ options --ltl 'F x", "1:19 expectation the quote is not closed on this line\n"},
    {"//@ options", "1:12 expectation `//@ options` names no option\n"},
};

static void malformed_lines_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Parsed *parsed = parse(bad[i].text);
        assert_string_equal(parsed->errors, bad[i].expected);
        parsed_free(parsed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_read), cmocka_unit_test(malformed_lines_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

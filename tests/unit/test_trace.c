/* Runs as JSON: what was written is read back the same, and no text makes the reader do harm. */
#include "model/support/json.h"
#include "model/trace.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Trace *make_trace(void) {
    Trace *trace = trace_new();
    Arena *arena = &trace->arena;
    trace->program = trace->file = "corpus/left \"and\" right.ac";
    trace->kind = "deadlock";
    trace->message = "left waits\tfor \xff right \xc3\xa9";
    trace->line = 12;
    trace->ntasks = 2;
    trace->tasks = ARENA_ARRAY(arena, TraceTask, 2);
    trace->tasks[0] = (TraceTask){"main", "main", 0, false};
    trace->tasks[1] = (TraceTask){"left[1]", "left", 1, false};
    trace->nsteps = 2;
    trace->steps = ARENA_ARRAY(arena, TraceStep, 2);
    static const char *notes[] = {"a goes to left[1]", "b"};
    static TraceChange changes[] = {{"table[3]", "0", "1"}};
    static uint32_t picks[] = {3, 0, 7};
    trace->steps[0] = (TraceStep){.task = 0,
        .file = "x.ac",
        .line = 3,
        .column = 4,
        .text = "lock(a)",
        .notes = notes,
        .nnotes = 2,
        .changes = changes,
        .nchanges = 1,
        .picks = picks,
        .npicks = 3};
    trace->steps[1] = (TraceStep){.task = 1, .file = "x.ac", .text = ""};
    trace->nloop = 1;
    trace->stuck = picks + 1;
    trace->nstuck = 1;
    trace->waits = ARENA_ARRAY(arena, TraceWait, 1);
    trace->nwaits = 1;
    trace->waits[0] = (TraceWait){.task = 1,
        .file = "x.ac",
        .line = 9,
        .source = "  await lock(b);",
        .what = "lock b",
        .holder = "",
        .holder_task = UINT32_MAX,
        .text = "left waits",
        .on_cycle = true};
    return trace;
}

static char *text_of(const Trace *trace, size_t *length) {
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    trace_json(trace, out);
    fclose(out);
    return text;
}

static void reads_what_it_wrote(void **state) {
    (void)state;
    Trace *trace = make_trace();
    size_t length, again;
    char *text = text_of(trace, &length), error[128];
    Trace *copy = trace_read(text, length, error, sizeof error);
    assert_non_null(copy);
    assert_int_equal(copy->nsteps, 2);
    assert_int_equal(copy->steps[0].picks[2], 7);
    assert_string_equal(copy->steps[0].changes[0].what, "table[3]");
    assert_true(copy->waits[0].on_cycle);
    assert_true(copy->waits[0].holder_task == UINT32_MAX);
    assert_string_equal(copy->program, trace->program);
    char *second = text_of(copy, &again);
    assert_int_equal(length, again); /* a byte that is no UTF-8 became U+FFFD in both */
    free(second);
    free(text);
    trace_free(copy);
    trace_free(trace);
}

/* Reads, and shows in every form, what survived. */
static void try(const char *text, size_t length, FILE *sink) {
    char error[64] = "";
    Trace *trace = trace_read(text, length, error, sizeof error);
    if (!trace) {
        assert_true(error[0] != '\0');
        return;
    }
    trace_print(trace, sink, true);
    trace_dot(trace, sink);
    trace_waits_dot(trace, sink);
    trace_json(trace, sink);
    trace_free(trace);
}

static void takes_any_bytes(void **state) {
    (void)state;
    Trace *trace = make_trace();
    size_t length;
    char *text = text_of(trace, &length);
    FILE *sink = fopen("/dev/null", "w");
    assert_non_null(sink);
    for (size_t cut = 0; cut < length; cut++) try(text, cut, sink);
    uint32_t seed = 1;
    char *copy = malloc(length);
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, text, length);
        for (int edits = 0; edits < 3; edits++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % length;
            copy[at] = "09-1[]{}\",:\\x\xff\0t"[(seed >> 3) % 16];
        }
        try(copy, length, sink);
    }
    free(copy);
    fclose(sink);
    free(text);
    trace_free(trace);
}

static void writes_json(void **state) {
    (void)state;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    JsonWriter json;
    json_init(&json, out);
    json_open_object(&json, true);
    json_text(&json, "a\n", "\x01\"\\\xed\xa0\x80");
    json_write_key(&json, "b");
    json_open_array(&json, false);
    json_write_int(&json, 18446744073709551615u);
    json_write_bool(&json, false);
    json_write_real(&json, 0.5);
    json_open_object(&json, false);
    json_close(&json);
    json_close(&json);
    json_close(&json);
    fclose(out);
    assert_string_equal(text, "{\"a\\u000a\": \"\\u0001\\\"\\\\\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\", \"b\": "
                              "[18446744073709551615, false, 0.500000, {}]}\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(takes_any_bytes),
        cmocka_unit_test(writes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Verdicts of whole programs: what is stuck, what goes on for ever, the same in every configuration. */
#include "checker/engine.h"
#include "model/replay.h"
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Summary { char text[2048]; uint64_t states, transitions; bool complete; } Summary;

static void unload(Program *program) {
    Sources *sources = program->sources;
    program_free(program);
    sources_free(sources);
}

static int compare_texts(const void *a, const void *b) { return strcmp(a, b); }

/* Names of the functions of the stuck tasks, each once, in alphabetical order. */
static void append_tasks(char *text, size_t size, const Trace *trace, const uint32_t *tasks, uint32_t n) {
    char names[32][64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < n && i < 32; i++)
        snprintf(names[count++], sizeof names[0], "%s", trace->tasks[tasks[i]].function);
    qsort(names, count, sizeof names[0], compare_texts);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
            snprintf(text + strlen(text), size - strlen(text), "%s%s", i == 0 ? "" : ",", names[i]);
}

/* "deadlock(left,right)", "partial-deadlock(a/main)": consequences after a stroke, "assertion()", … in alphabetical
   order, each once. */
static void describe(const Finding *finding, char *out, size_t size) {
    snprintf(out, size, "%s(%s", finding_kind_text(finding->kind), finding->name);
    append_tasks(out, size, finding->trace, finding->trace->stuck, finding->trace->nstuck);
    if (finding->trace->nconsequences > 0) {
        snprintf(out + strlen(out), size - strlen(out), "/");
        append_tasks(out, size, finding->trace, finding->trace->consequences, finding->trace->nconsequences);
    }
    snprintf(out + strlen(out), size - strlen(out), ")");
}

static Summary check(const char *source, EngineOptions options) {
    Program *program = explore_program(source);
    EngineResult *result = engine_check(program, &options);
    if (result->fault) fail_msg("fault: %s\n%s", result->fault_text, source);
    char texts[64][256];
    uint32_t n = result->nfindings < 64 ? result->nfindings : 64;
    for (uint32_t i = 0; i < n; i++) describe(&result->findings[i], texts[i], sizeof texts[i]);
    qsort(texts, n, sizeof texts[0], compare_texts);
    Summary summary = {.states = result->states, .transitions = result->transitions, .complete = result->complete};
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(texts[i], texts[i - 1]) == 0) continue;
        snprintf(summary.text + strlen(summary.text), sizeof summary.text - strlen(summary.text), "%s%s",
            i == 0 ? "" : " ", texts[i]);
    }
    for (uint32_t i = 0; i < result->nfindings; i++) assert_true(replay_check(program, result->findings[i].trace, NULL).ok);
    assert_int_equal(result->verdict, result->nfindings > 0 ? VERDICT_VIOLATED
                                      : result->complete    ? VERDICT_HOLDS
                                                            : VERDICT_UNKNOWN);
    engine_result_free(result);
    unload(program);
    return summary;
}

static void expect_with(const char *source, EngineOptions options, const char *expected) {
    Summary first = {{0}, 0, 0, false};
    for (uint32_t config = 0; config < 8; config++) {
        options.ts.reset = (config & 1) == 0;
        options.ts.symmetry = (config & 2) == 0;
        options.ts.memo = (config & 4) == 0;
        Summary summary = check(source, options);
        if (strcmp(summary.text, expected) != 0)
            fail_msg("configuration %u: %s instead of %s\n%s", config, summary.text, expected, source);
        if (config == 0) first = summary;
        if (config == 4) assert_true(summary.states == first.states && summary.transitions == first.transitions);
    }
}

static void expect(const char *source, const char *expected) {
    expect_with(source, (EngineOptions){.ts = TS_DEFAULTS}, expected);
}

/* ---- deadlocks */

static void deadlocks(void **state) {
    (void)state;
    expect("async void main(void) { await yield(); }", "");
    expect("mutex a, b;\n"
           "async void left(void) { await lock(a); await lock(b); unlock(b); unlock(a); }\n"
           "async void right(void) { await lock(b); await lock(a); unlock(a); unlock(b); }\n"
           "async void main(void) { spawn left(); spawn right(); }",
        "deadlock(left,right)");
    expect("chan(int) c = channel(0);\n"
           "async void main(void) { int v; await recv(c, &v); }",
        "deadlock(main)");
    expect("chan(int) c = channel(0);\n"
           "async void server(void) { int v; for (;;) await recv(c, &v); }\n"
           "async void main(void) { spawn daemon server(); await send(c, 1); }",
        "");
    expect("mutex m;\n"
           "async void server(void) { await lock(m); await lock(m); }\n"
           "async void main(void) { spawn daemon server(); }",
        "deadlock(server)");
}

static void consequences(void **state) {
    (void)state;
    expect("chan(int) c = channel(0);\n"
           "async void worker(void) { int v; await recv(c, &v); }\n"
           "async void main(void) { task t = spawn worker(); await t; }",
        "deadlock(worker/main)");
    expect("chan(int) c = channel(0);\n"
           "async void worker(void) { int v; await recv(c, &v); }\n"
           "async void main(void) { scope { spawn worker(); } }",
        "deadlock(worker/main)");
    /* a cycle of joins is its own finding, who waits for it is a consequence */
    expect("task other; chan(int) go = channel(1);\n"
           "async void one(void) { int v; await recv(go, &v); await other; }\n"
           "async void two(task t) { await t; }\n"
           "async void main(void) { task a = spawn one(); other = spawn two(a); await send(go, 1); await a; }",
        "deadlock(one,two/main)");
}

/* ---- partial deadlocks */

static void partial_deadlocks(void **state) {
    (void)state;
    expect("chan(int) c = channel(0);\n"
           "async void ticker(void) { for (;;) await yield(); }\n"
           "async void victim(void) { int v; await recv(c, &v); }\n"
           "async void main(void) { spawn ticker(); spawn victim(); }",
        "partial-deadlock(victim)");
    /* alike tasks: one of three is stuck with the lock it holds, the others too, the ticker goes on */
    expect("mutex m; chan(int) c = channel(0);\n"
           "async void worker(void) { int v; await lock(m); await recv(c, &v); unlock(m); }\n"
           "async void ticker(void) { for (;;) await yield(); }\n"
           "async void main(void) { for (int i = 0; i < 3; i++) spawn worker(); spawn ticker(); }",
        "partial-deadlock(worker)");
    /* alike tasks that exchange their places for ever: none is stuck */
    expect("chan(int) c = channel(0);\n"
           "async void sender(void) { for (;;) await send(c, 1); }\n"
           "async void receiver(void) { int v; for (;;) await recv(c, &v); }\n"
           "async void main(void) { for (int i = 0; i < 2; i++) { spawn sender(); spawn receiver(); } }",
        "");
    /* a task that can always be freed is not stuck, though it may wait for ever in an unfair run */
    expect("mutex m;\n"
           "async void user(void) { for (;;) { await lock(m); await yield(); unlock(m); } }\n"
           "async void main(void) { spawn user(); spawn user(); spawn user(); }",
        "");
    /* a component that can be left by a violation only is no bottom; the rest of the run after it is not looked at */
    expect("int n;\n"
           "async void ticker(void) { for (;;) { await yield(); assert(any_bool()); } }\n"
           "async void victim(void) { int v; chan(int) c = channel(0); await recv(c, &v); }\n"
           "async void main(void) { spawn ticker(); spawn victim(); }",
        "assertion()");
    /* the step that an assume cuts does not leave */
    expect("async void ticker(void) { for (;;) { await yield(); assume(any_bool()); } }\n"
           "async void victim(void) { int v; chan(int) c = channel(0); await recv(c, &v); }\n"
           "async void main(void) { spawn ticker(); spawn victim(); }",
        "partial-deadlock(victim)");
    /* one that could only move by a cut step can move */
    expect("async void ticker(void) { for (;;) await yield(); }\n"
           "async void cut(void) { for (;;) { await yield(); assume(false); } }\n"
           "async void main(void) { spawn ticker(); spawn cut(); }",
        "");
}

/* Tasks that come and go while another is stuck: slots are renamed along every cycle. */
static void partial_with_renaming(void **state) {
    (void)state;
    expect("chan(int) c = channel(0);\n"
           "async void brief(void) { await yield(); }\n"
           "async void victim(void) { int v; await recv(c, &v); }\n"
           "async void zeal(void) { int v; await recv(c, &v); }\n"
           "async void main(void) { spawn victim(); spawn zeal(); for (;;) { task t = spawn brief(); await t; } }",
        "partial-deadlock(victim,zeal)");
    expect("async void brief(int n) { await yield(); }\n"
           "async void main(void) { for (;;) { task t = spawn brief(1); task u = spawn brief(2); await u; await t; } }",
        "");
}

static void main_ends_run(void **state) {
    (void)state;
    const char *source = "chan(int) c = channel(0);\n"
                         "async void victim(void) { int v; await recv(c, &v); }\n"
                         "async void main(void) { spawn victim(); await yield(); }";
    expect(source, "deadlock(victim)");
    EngineOptions options = {.ts = TS_DEFAULTS};
    options.ts.main_ends_run = true;
    expect_with(source, options, "");
}

/* ---- never yields */

static void never_yields(void **state) {
    (void)state;
    expect("executor cpu = threads(2); _Atomic bool stop;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void main(void) { spawn(cpu) spinner(); }",
        "never-yields(spinner)");
    expect("executor cpu = threads(2); _Atomic bool stop;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void stopper(void) { stop = true; }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) stopper(); }",
        "");
    /* one thread: the stopper never gets it, so it is unable to move: the run is fair, and it is stuck */
    expect("executor cpu = threads(1); _Atomic bool stop;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void stopper(void) { stop = true; }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) stopper(); }",
        "never-yields(spinner) partial-deadlock(stopper)");
    /* the other one moves for ever, but never stops it */
    expect("executor cpu = threads(2); _Atomic bool stop; _Atomic bool flip;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void flipper(void) { for (;;) { flip = !flip; await yield(); } }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) flipper(); }",
        "never-yields(spinner)");
    /* two that wait for each other's flag to change: each reads the flag at bad moments only */
    expect("executor cpu = threads(2); _Atomic bool flip;\n"
           "async void spinner(void) { while (!flip) { } }\n"
           "async void flipper(void) { for (;;) { flip = true; flip = false; await yield(); } }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) flipper(); }",
        "never-yields(spinner)");
    expect("executor cpu = threads(3); _Atomic int turn;\n"
           "async void user(int me) { for (;;) { while (turn != me) { } turn = (me + 1) % 3; await yield(); } }\n"
           "async void main(void) { for (int i = 0; i < 3; i++) spawn(cpu) user(i); }",
        "");
}

/* Alike spinners, and tasks that come and go beside a spinner: followed through renamings. */
static void never_yields_with_renaming(void **state) {
    (void)state;
    expect("executor cpu = threads(3); _Atomic bool stop;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) spinner(); }",
        "never-yields(spinner)");
    expect("executor cpu = threads(3); _Atomic bool stop;\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void stopper(void) { stop = true; }\n"
           "async void main(void) { spawn(cpu) spinner(); spawn(cpu) spinner(); spawn(cpu) stopper(); }",
        "");
    expect("executor cpu = threads(2); _Atomic bool stop;\n"
           "async void brief(void) { await yield(); }\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void main(void) { spawn(cpu) spinner(); for (;;) { task t = spawn brief(); await t; } }",
        "never-yields(spinner)");
    expect("executor cpu = threads(2); _Atomic bool stop;\n"
           "async void brief(void) { stop = true; }\n"
           "async void spinner(void) { while (!stop) { } }\n"
           "async void main(void) { spawn(cpu) spinner(); for (;;) { task t = spawn brief(); await t; } }",
        "");
}

/* ---- limits, violations, invariants */

static void limits(void **state) {
    (void)state;
    const char *source = "_Atomic int n;\n"
                         "async void main(void) { for (;;) { n = (n + 1) % 100000; await yield(); } }";
    EngineOptions options = {.ts = TS_DEFAULTS, .max_states = 1000};
    Summary summary = check(source, options);
    assert_false(summary.complete);
    assert_true(summary.states > 1000 && summary.states < 1100);
    options.max_states = 0;
    volatile sig_atomic_t interrupt = 1;
    options.interrupt = &interrupt;
    assert_false(check(source, options).complete);
    options.interrupt = NULL;
    options.memory = 1 << 16;
    assert_false(check(source, options).complete);
    options.memory = 0;
    summary = check(source, options);
    assert_true(summary.complete);
}

static void violations(void **state) {
    (void)state;
    expect("int n;\n"
           "async void inc(void) { int x = n; await yield(); n = x + 1; }\n"
           "async void main(void) { task a = spawn inc(), b = spawn inc(); await a; await b; assert(n == 2); }",
        "assertion()");
    expect("int n;\n"
           "async void main(void) { n = 1; await yield(); n = 2; }\n"
           "invariant small: n < 2;",
        "violated(small)");
    expect("mutex m;\n"
           "async void main(void) { unlock(m); }",
        "misuse(unlock)");
    expect("int n = 1;\n"
           "async void main(void) { n = 10 / (n - 1); }",
        "undefined(division)");
}

/* The shortest run is shown. */
static void shortest(void **state) {
    (void)state;
    Program *program =
        explore_program("int n;\n"
                        "async void main(void) { while (n < 9) { await yield(); n += any(1, 3); } assert(n < 9); }");
    EngineOptions options = {.ts = TS_DEFAULTS};
    EngineResult *result = engine_check(program, &options);
    assert_int_equal(result->nfindings, 1);
    assert_int_equal(result->findings[0].trace->nsteps, 4); /* the start, three times 3 */
    engine_result_free(result);
    unload(program);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlocks),    cmocka_unit_test(consequences),
        cmocka_unit_test(partial_deadlocks), cmocka_unit_test(partial_with_renaming),
        cmocka_unit_test(main_ends_run), cmocka_unit_test(never_yields),
        cmocka_unit_test(never_yields_with_renaming), cmocka_unit_test(limits),
        cmocka_unit_test(violations),   cmocka_unit_test(shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

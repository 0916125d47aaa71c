/* What a deadlock is said to be: headlines, and the sentence of every wait. */
#include "checker/engine.h"
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

/* The headline of the first finding, then each wait's sentence on a line of its own, those on the cycle with a star. */
static void told(const char *source, const char *expected) {
    Program *program = explore_program(source);
    EngineOptions options = {.ts = TS_DEFAULTS};
    EngineResult *result = engine_check(program, &options);
    char text[4096] = "";
    assert_true(result->nfindings > 0);
    assert_false(result->fault);
    const Trace *trace = result->findings[0].trace;
    snprintf(text, sizeof text, "%s\n", trace->message);
    for (uint32_t i = 0; i < trace->nwaits; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%u: %s%s\n", trace->waits[i].line,
            trace->waits[i].text, trace->waits[i].on_cycle ? " *" : "");
    if (strcmp(text, expected) != 0) fail_msg("%s\ninstead of\n%s", text, expected);
    Sources *sources = program->sources;
    engine_result_free(result);
    program_free(program);
    sources_free(sources);
}

static void locks(void **state) {
    (void)state;
    told("mutex a, b;\n"
         "async void left(void) { await lock(a);\n"
         "  await lock(b); unlock(b); unlock(a); }\n"
         "async void right(void) { await lock(b);\n"
         "  await lock(a); unlock(a); unlock(b); }\n"
         "async void main(void) { spawn left(); spawn right(); }",
        "deadlock: left and right wait for each other\n"
        "3: left holds a (line 2) and waits for b *\n"
        "5: right holds b (line 4) and waits for a *\n");
    told("mutex a;\n"
         "async void main(void) { await lock(a);\n"
         "  await lock(a); }",
        "deadlock: main holds a (line 2) and waits for a, which it holds itself (line 2)\n"
        "3: main holds a (line 2) and waits for a, which it holds itself (line 2) *\n");
    told("mutex a;\n"
         "async void thief(void) { await lock(a); }\n"
         "async void main(void) { task t = spawn thief(); await t;\n"
         "  await lock(a); }",
        "deadlock: main waits for a, which thief took (line 2) and never gave back: it has ended\n"
        "4: main waits for a, which thief took (line 2) and never gave back: it has ended\n");
}

static void futurelock(void **state) {
    (void)state;
    told("mutex store;\n"
         "async void reader(void) { await lock(store); await sleep(5); unlock(store); }\n"
         "async void saver(void) {\n"
         "  future(void) turn = lock(store);\n"
         "  select { case await turn: unlock(store); return; case await sleep(1): break; }\n"
         "  await lock(store); unlock(store); }\n"
         "async void main(void) { spawn reader(); spawn saver(); }",
        "deadlock: saver waits for store, which was handed to its own future turn (line 4) that nobody polls\n"
        "6: saver waits for store, which was handed to its own future turn (line 4) that nobody polls *\n");
}

static void channels(void **state) {
    (void)state;
    told("chan(int) jobs = channel(1);\n"
         "async void producer(void) { await send(jobs, 1); }\n"
         "async void main(void) { int v; spawn producer(); await recv(jobs, &v);\n"
         "  await recv(jobs, &v); }",
        "deadlock: main waits to receive from jobs, but the only task that could send has ended (producer)\n"
        "4: main waits to receive from jobs, but the only task that could send has ended (producer)\n");
    told("chan(int) ch = channel(0);\n"
         "async void main(void) { await send(ch, 1); }",
        "deadlock: main waits for a receiver on ch, but nobody ever receives there\n"
        "2: main waits for a receiver on ch, but nobody ever receives there\n");
    told("chan(int) ping = channel(0), pong = channel(0);\n"
         "async void other(void) { int v; await recv(pong, &v);\n"
         "  await send(ping, 1); }\n"
         "async void main(void) { int v; spawn other(); await recv(ping, &v);\n"
         "  await send(pong, 1); }",
        "deadlock: main and other wait for each other\n"
        "4: main waits to receive from ping, but other, who could send, is stuck too *\n"
        "2: other waits to receive from pong, but main, who could send, is stuck too *\n");
}

static void semaphores(void **state) {
    (void)state;
    told("semaphore s = permits(2);\n"
         "async void both(void) { await acquire(s);\n"
         "  await acquire(s); release(s, 2); }\n"
         "async void main(void) { spawn both(); spawn both(); }",
        "deadlock: both[0] and both[1] wait for each other\n"
        "3: both[0] holds s (line 2) and waits for a permit of s, taken by both[1] (line 2) *\n"
        "3: both[1] holds s (line 2) and waits for a permit of s, taken by both[0] (line 2) *\n");
}

static void threads(void **state) {
    (void)state;
    told("executor pool = threads(1); chan(int) c = channel(0);\n"
         "async void sender(void) { await send(c, 1); }\n"
         "async void caller(void) { int v; spawn sender();\n"
         "  recv(c, &v); }\n"
         "async void main(void) { spawn(pool) caller(); }",
        "deadlock: caller and sender wait for each other\n"
        "4: caller waits to receive from c, but sender, who could send, is stuck too *\n"
        "2: sender could go on, but waits for a thread of pool, where caller holds one *\n");
}

static void partial(void **state) {
    (void)state;
    told("chan(int) c = channel(0);\n"
         "async void ticker(void) { for (;;) await yield(); }\n"
         "async void victim(void) { int v;\n"
         "  await recv(c, &v); }\n"
         "async void main(void) { spawn ticker(); task t = spawn victim();\n"
         "  await t; }",
        "partial deadlock: victim waits to receive from c, but nobody ever sends there, while ticker goes on\n"
        "4: victim waits to receive from c, but nobody ever sends there\n"
        "6: main waits for victim to end\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks),      cmocka_unit_test(futurelock), cmocka_unit_test(channels),
        cmocka_unit_test(semaphores), cmocka_unit_test(threads),    cmocka_unit_test(partial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

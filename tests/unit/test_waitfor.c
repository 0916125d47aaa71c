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

static void readers_and_writers(void **state) {
    (void)state;
    told("rwlock t;\n"
         "async void reader(void) { await read_lock(t);\n"
         "  await read_lock(t); }\n"
         "async void writer(void) { await write_lock(t); unlock(t); }\n"
         "async void main(void) { spawn reader(); spawn writer(); }",
        "deadlock: reader and writer wait for each other\n"
        "3: reader holds t (line 2) and waits to read t, behind writer, who waits to write it *\n"
        "4: writer waits to write t, which reader holds for reading (line 2) *\n");
    told("rwlock t;\n"
         "async void thief(void) { await write_lock(t); }\n"
         "async void main(void) { task k = spawn thief(); await k;\n"
         "  await read_lock(t); }",
        "deadlock: main waits to read t, which thief took for writing (line 2) and never gave back: it has ended\n"
        "4: main waits to read t, which thief took for writing (line 2) and never gave back: it has ended\n");
}

static void conditions(void **state) {
    (void)state;
    told("mutex m; condvar cv;\n"
         "async void main(void) { await lock(m);\n"
         "  await wait(cv, m); }",
        "deadlock: main waits for a signal of cv, but nobody ever signals it\n"
        "3: main waits for a signal of cv, but nobody ever signals it\n");
    told("mutex m; condvar cv; bool in;\n"
         "async void waiter(void) { await lock(m); in = true; await wait(cv, m); unlock(m); }\n"
         "async void main(void) { spawn waiter(); while (!in) await yield(); await lock(m); signal(cv); }",
        "deadlock: waiter was woken by cv and waits to get m back, which main took (line 3) and never gave back: it has "
        "ended\n"
        "2: waiter was woken by cv and waits to get m back, which main took (line 3) and never gave back: it has ended\n");
}

static void notifications(void **state) {
    (void)state;
    told("notify n;\n"
         "async void main(void) { future(void) told = notified(n);\n"
         "  select { case await told: return; case await sleep(1): notify_one(n); }\n"
         "  await notified(n); await told; }",
        "deadlock: main waits for a notification of n, which was given to its own future told that nobody polls\n"
        "4: main waits for a notification of n, which was given to its own future told that nobody polls *\n");
}

static void groups(void **state) {
    (void)state;
    told("barrier b = parties(3);\n"
         "async void main(void) { await arrive(b); }",
        "deadlock: main waits at b, where 1 of 3 have arrived, but nobody else ever arrives\n"
        "2: main waits at b, where 1 of 3 have arrived, but nobody else ever arrives\n");
    told("waitgroup g; mutex m;\n"
         "async void worker(void) { await lock(m); done(g); }\n"
         "async void main(void) { add(g, 2); spawn worker(); spawn worker();\n"
         "  await wait(g); }",
        "deadlock: worker[1] waits for m, which worker[0] took (line 2) and never gave back: it has ended\n"
        "2: worker[1] waits for m, which worker[0] took (line 2) and never gave back: it has ended\n"
        "4: main waits for g, whose count is 1, but worker[1], who could call done, is stuck too\n");
    told("once o;\n"
         "async void inner(void) { await yield(); }\n"
         "async void outer(void) { await call_once(o, inner()); }\n"
         "async void main(void) { await call_once(o, outer()); }",
        "deadlock: main waits for o to be done, which it runs itself\n"
        "3: main waits for o to be done, which it runs itself *\n");
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
        cmocka_unit_test(readers_and_writers), cmocka_unit_test(conditions), cmocka_unit_test(notifications),
        cmocka_unit_test(groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#define ENDS(source, endings_) assert_string_equal(explore(source, (EvalOptions){0}).endings, (endings_))
#define STATES(source, states_) assert_int_equal(explore(source, (EvalOptions){0}).states, (states_))

/* ---- one task */

static void test_plain_code(void **state) {
    (void)state;
    ENDS("int x; async void main(void) { for (int i = 1; i <= 4; i++) x += i; }", "x=10");
    ENDS("int x; async void main(void) { int a[3]; for (int i = 0; i < 3; i++) a[i] = i * i; x = a[2]; }", "x=4");
    ENDS("int x; async void main(void) { x = any(1, 3); }", "x=1 x=2 x=3");
    ENDS("int x; async void main(void) { x = any(1, 3); assume(x != 2); }", "cut x=1 x=3");
    ENDS("int x; async void main(void) { x = any(0, 1); assert(x == 0); }", "assertion x=0");
    ENDS("async void main(void) { unreachable(); }", "assertion");
}

static void test_undefined_behaviour(void **state) {
    (void)state;
    ENDS("int x = 2147483647; async void main(void) { x++; }", "undefined(overflow)");
    ENDS("int x; async void main(void) { x = 1 / x; }", "undefined(division)");
    ENDS("int x; async void main(void) { x = 1 << (x + 40); }", "undefined(shift)");
    ENDS("int x; int a[2]; async void main(void) { x = 2; a[x] = 1; }", "undefined(bounds)");
    ENDS("int x; async void main(void) { int y; x = y; }", "undefined(uninitialised)");
    ENDS("int x; async void main(void) { unsigned y : 3 = 0; x = 9; y = x; x = y; }", "undefined(narrowing)");
}

static void test_never_yields(void **state) {
    (void)state;
    /* what a run of the step has explored before is not explored again: eight values do not make 8! paths (cut: such a run) */
    assert_true(explore("int x; async void main(void) { while (any_bool()) { x = any(0, 7); } }", (EvalOptions){0}).transitions < 300);
    ENDS("int x; async void main(void) { while (x < 100 && any_bool()) { x++; } x = 1; }", "x=1");
    ENDS("bool go = true; async void main(void) { while (go) { } }", "never-yields");
    ENDS("int x; async void main(void) { while (any_bool()) { } }", "never-yields x=0");
    ENDS("int x; async void main(void) { while (any_bool()) x = any(0, 2); }", "cut never-yields x=0 x=1 x=2");
    ENDS("int x; async void main(void) { while (x < 100000) x++; }", "x=100000");
}

/* ---- tasks */

static void test_spawn_and_join(void **state) {
    (void)state;
    ENDS("int x; async int f(int a) { return a + 1; } async void main(void) { task t = spawn f(4); x = await t; x += await t; }", "x=10");
    ENDS("int x; async void f(int a) { x = a; } async void main(void) { spawn f(1); spawn f(2); }", "x=1 x=2");
    ENDS("async void main(void) { task t; await t; }", "stuck(main)");
}

static void test_await_splits_steps(void **state) {
    (void)state;
    /* each: read, yield, write: an update may be lost */
    ENDS("int x; async void f(void) { int y = x; await yield(); x = y + 1; } async void main(void) { spawn f(); spawn f(); }", "x=1 x=2");
    ENDS("int x; async void f(void) { x++; await yield(); x++; } async void main(void) { spawn f(); spawn f(); }", "x=4");
    STATES("async void main(void) { await yield(); await yield(); }", 4);
}

static void test_abort(void **state) {
    (void)state;
    ENDS("int x; async void f(void) { defer x += 10; await sleep(1); x++; }"
         "async void main(void) { task t = spawn f(); await yield(); abort(t); await t; if (aborted(t)) x += 100; }",
         "x=100 x=11 x=110");
    ENDS("async int f(void) { return 1; } async void main(void) { task t = spawn f(); abort(t); int y = await t; if (y) { } }",
         "undefined(uninitialised)");
    ENDS("async void main(void) { task t; abort(t); }", "misuse(abort)");
    ENDS("mutex m; int x; async void f(void) { await lock(m); defer unlock(m); await sleep(1); }"
         "async void main(void) { task t = spawn f(); await yield(); abort(t); await lock(m); x = 1; }", "x=1");
    ENDS("mutex m; int x; async void f(void) { await lock(m); await sleep(1); unlock(m); }"
         "async void main(void) { task t = spawn f(); await yield(); abort(t); await lock(m); x = 1; }", "stuck(main) x=1");
}

static void test_scope(void **state) {
    (void)state;
    ENDS("int x; async void f(void) { await yield(); x++; } async void main(void) { scope { spawn f(); spawn f(); } x *= 10; }", "x=20");
    ENDS("int x; async void f(void) { chan(int) c; int y; await recv(c, &y); } async void main(void) { scope { spawn f(); return; } }", "x=0");
}

/* ---- channels */

static void test_channels(void **state) {
    (void)state;
    ENDS("chan(int) c = channel(0); int x; async void f(void) { await send(c, 7); } async void main(void) { spawn f(); await recv(c, &x); }", "x=7");
    ENDS("chan(int) c = channel(1); int x; async void f(int a) { await send(c, a); }"
         "async void main(void) { spawn f(1); spawn f(2); int a; int b; await recv(c, &a); await recv(c, &b); x = 10 * a + b; }", "x=12 x=21");
    ENDS("chan(int) c = channel(1); int x; async void main(void) { await send(c, 1); await send(c, 2); }", "stuck(main)");
    ENDS("chan(int) c = channel(1); int x; async void main(void) { await send(c, 1); close(c); int y; while (await recv(c, &y)) x += y; }", "x=1");
    ENDS("chan(int) c = channel(1); async void main(void) { close(c); await send(c, 1); }", "ignored-close");
    ENDS("chan(int) c = channel(1); int x = 5; async void main(void) { close(c); x = await send(c, 1); }", "x=0");
    ENDS("chan(int) c = channel(1); async void main(void) { close(c); close(c); }", "misuse(close)");
    ENDS("chan(int) c; async void main(void) { close(c); }", "misuse(close)");
    ENDS("chan(int) c; int x = 1; async void main(void) { x = len(c) + cap(c); }", "x=0");
    ENDS("chan(int) c = channel(2); int x; async void main(void) { int y = 3; x = try_send(c, y); x += len(c); y = 0; x += try_recv(c, &y) * 10 + y; x+= try_recv(c, &y); }", "x=15");
}

static void test_fifo_channel_serves_in_order(void **state) {
    (void)state;
    ENDS("chan(int) c = channel(0, fifo); int x; async void f(int a) { int y; await recv(c, &y); if (y == 1) x = a; }"
         "async void main(void) { spawn f(1); await sleep(1); spawn f(2); await sleep(1); await sleep(1); await send(c, 1); await send(c, 2); }",
         "x=1 x=2");
    ENDS("chan(int) c = channel(0); int x; async void f(int a) { int y; await recv(c, &y); if (y == 1) x = a; }"
         "async void main(void) { task a = spawn f(1); await yield(); await yield(); spawn f(2); await yield(); await send(c, 1); await send(c, 2); }",
         "x=1 x=2");
}

/* ---- locks */

static void test_mutex(void **state) {
    (void)state;
    ENDS("mutex m; int x; async void f(void) { await lock(m); int y = x; await yield(); x = y + 1; unlock(m); } async void main(void) { spawn f(); spawn f(); }", "x=2");
    ENDS("mutex a; mutex b; async void f(void) { await lock(a); await lock(b); unlock(b); unlock(a); }"
         "async void g(void) { await lock(b); await lock(a); unlock(a); unlock(b); } async void main(void) { spawn f(); spawn g(); }",
         "end stuck(f,g)");
    ENDS("mutex m; async void main(void) { await lock(m); await lock(m); }", "stuck(main)");
    ENDS("mutex m; async void main(void) { unlock(m); }", "misuse(unlock)");
    ENDS("mutex m = barging(); int x; async void f(void) { await lock(m); x++; unlock(m); await lock(m); x++; unlock(m); } async void main(void) { spawn f(); spawn f(); }", "x=4");
    ENDS("mutex m = unowned(); int x; async void f(void) { unlock(m); } async void main(void) { await lock(m); spawn f(); await lock(m); x = 1; }", "x=1");
    ENDS("mutex m; int x; async void main(void) { x = try_lock(m); x += 10 * try_lock(m); }", "x=1");
}

static void test_semaphore(void **state) {
    (void)state;
    ENDS("semaphore s = permits(1); int x; async void f(void) { await acquire(s); int y = x; await yield(); x = y + 1; release(s); } async void main(void) { spawn f(); spawn f(); }", "x=2");
    ENDS("semaphore s = permits(1); async void main(void) { await acquire(s, 2); }", "stuck(main)");
    ENDS("semaphore s = permits(1); int x; async void main(void) { close(s); x = await acquire(s, 2) ? 1 : 2; }", "x=2");
    ENDS("semaphore s = permits(1); int x; async void main(void) { int n = -1; await acquire(s, n); }", "undefined(bounds)");
}

/* ---- select */

static void test_select(void **state) {
    (void)state;
    ENDS("chan(int) c = channel(1); chan(int) d = channel(1); int x; async void main(void) { await send(c, 1); await send(d, 2);"
         "int v; select { case await recv(c, &v): x = v; case await recv(d, &v): x = v; } }", "x=1 x=2");
    ENDS("chan(int) c = channel(1); chan(int) d = channel(1); int x; async void main(void) { await send(c, 1); await send(d, 2);"
         "int v; biased select { case await recv(c, &v): x = v; case await recv(d, &v): x = v; } }", "x=1");
    ENDS("chan(int) c = channel(0); int x; async void main(void) { int v; select { case await recv(c, &v): x = 1; case await send(c, 1): x = 2; } }", "stuck(main)");
    ENDS("chan(int) c = channel(0); int x; async void main(void) { int v; select { case await recv(c, &v): x = 1; default: x = 2; } }", "x=2");
    ENDS("chan(int) c = channel(1); int x; async void main(void) { int v; bool no = x; select { case await recv(c, &v): x = 1; case await send(c, 1) if (no): x = 2; case await sleep(1): x = 3; } }", "x=3");
    ENDS("chan(int) c; int x; async void main(void) { int v; select { case await recv(c, &v): x = 1; case await yield(): x = 2; } }", "x=2");
}

static void test_timers(void **state) {
    (void)state;
    ENDS("int x; async void main(void) { select { case await sleep(2): x = 2; case await sleep(1): x = 1; } }", "x=1");
    ENDS("int x; async void main(void) { select { case await sleep(1): x = 2; case await sleep(1): x = 1; } }", "x=1 x=2");
    /* what is ready on arrival wins over a timeout */
    ENDS("chan(int) c = channel(1); int x; async void main(void) { await send(c, 5); int v; select { case await recv(c, &v): x = v; case await sleep(1): x = 1; } }", "x=5");
    ENDS("chan(int) c = channel(1); int x; async void f(void) { await send(c, 5); } async void main(void) { spawn f(); int v; select { case await recv(c, &v): x = v; case await sleep(1): x = 1; } }", "x=1 x=5");
}

/* ---- futures */

static void test_futures(void **state) {
    (void)state;
    ENDS("int x; async int f(int a) { await yield(); return a + 1; } async void main(void) { future(int) p = f(1); x = await p; }", "x=2");
    ENDS("int x; async int f(int a) { x = 5; return a; } async void main(void) { future(int) p = f(1); await yield(); }", "x=0");
    ENDS("int x; async int f(void) { return 1; } async void main(void) { future(int) p = f(); x = await p; x = await p; }", "misuse(poll)");
    ENDS("int x; mutex m; async void f(void) { await lock(m); x = 1; unlock(m); } async void main(void) { future(void) p = f();"
         "await lock(m); select { case await p: x = 3; case await sleep(1): x = 2; } await lock(m); x = 9; }", "stuck(main)");
    ENDS("int x; async void f(void) { defer x += 10; await sleep(5); x++; } async void main(void) {"
         "select { case await f(): x += 100; case await yield(): x += 1000; } }", "x=1000 x=1010 x=111");
    ENDS("chan(int) c = channel(0); int x; async void f(void) { await send(c, 4); } async void main(void) { spawn f(); int v; future(bool) r = recv(c, &v); if (await r) x = v; }", "x=4");
}

static void test_two_tasks_poll_one_future(void **state) {
    (void)state;
    ENDS("async int f(void) { await sleep(1); return 1; } async void g(future(int) p) { await p; }"
         "async void main(void) { future(int) p = f(); spawn g(p); await p; }", "misuse(future) misuse(poll)");
}

/* ---- threads */

static void test_threads_interleave(void **state) {
    (void)state;
    ENDS("executor e = threads(2); int x; async void f(void) { x++; } async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=1 x=2");
    ENDS("executor e = threads(2); _Atomic int x; async void f(void) { x++; } async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=2");
    ENDS("executor e = threads(2); int x; async void f(void) { atomic { x++; } } async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=2");
    ENDS("executor e = threads(1); int x; async void f(void) { x++; } async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=2");
}

static void test_blocking(void **state) {
    (void)state;
    ENDS("mutex m; int x; async void f(void) { lock(m); x = 1; unlock(m); } async void main(void) { await lock(m); spawn f(); await yield(); unlock(m); }",
         "stuck(f,main) x=1");
    ENDS("int x; async int f(void) { await yield(); return 3; } async void main(void) { x = block_on(f()); }", "x=3");
    ENDS("int x; async int f(void) { return 3; } async void main(void) { task t = spawn f(); x = block_on(t); }", "stuck(f,main)");
}

static void test_scoped_objects_die(void **state) {
    (void)state;
    ENDS("chan(int) g = channel(1); async void f(chan(int) c) { int v; await recv(c, &v); } async void main(void) { { scoped chan(int) c = channel(1); spawn f(c); } await yield(); }",
         "undefined(dead-object)");
    ENDS("async void f(chan(int) c) { int v; await recv(c, &v); } async void main(void) { { scoped chan(int) c = channel(1); spawn f(c); await yield(); await yield(); } }",
         "undefined(dead-object)");
}

static void test_run_on(void **state) {
    (void)state;
    const char *source = "chan(int) c = channel(1); async void main(void) { await send(c, 1); int v; await recv(c, &v); }";
    assert_int_equal(explore(source, (EvalOptions){0}).states, 4);
    assert_int_equal(explore(source, (EvalOptions){.run_on = true}).states, 2);
    assert_string_equal(explore(source, (EvalOptions){.run_on = true}).endings, "end");
}

static void test_selects_poll_futures(void **state) {
    (void)state;
    /* on the spot: until it has finished or is at something that cannot fire now */
    ENDS("int x; chan(int) c = channel(1); async int f(void) { await send(c, 1); int v; await recv(c, &v); return v; }"
         "async void main(void) { future(int) p = f(); select { case int v = await p: x = v; default: x = 9; } }", "x=1");
    ENDS("int x; async void f(void) { await yield(); } async void main(void) { future(void) p = f(); int n = 0; bool done = false;"
         "while (!done) { select { case await p: done = true; default: n++; } } x = n; }", "x=1");
    /* a timer that was waited for before may have fired or not */
    ENDS("int x; async void f(void) { await sleep(1); } async void main(void) { future(void) p = f(); select { case await p: x = 1; default: x = 2; }"
         "select { case await p: x += 10; default: x += 20; } }", "x=12 x=22");
}

static void test_a_future_moves_between_tasks(void **state) {
    (void)state;
    const char *program = "int x; async int q(void) { await yield(); await yield(); x++; return 1; } async int p(void) { future(int) f = q(); return await f; }"
                          "async void other(future(int) f) { await f; } async void main(void) { future(int) f = p();"
                          "select { case await f: return; case await yield(): break; } task t = spawn other(f); await t; }";
    ENDS(program, "x=1");
}

static void test_threads_and_futures(void **state) {
    (void)state;
    ENDS("executor e = threads(2); int x; async void add(void) { x++; } async void f(void) { future(void) p = add(); await p; }"
         "async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=1 x=2");
    ENDS("executor e = threads(2); int x; mutex m; async void add(void) { await lock(m); x++; unlock(m); } async void f(void) { future(void) p = add(); await p; }"
         "async void main(void) { spawn (e) f(); spawn (e) f(); }", "x=2");
    ENDS("executor e = threads(1); int x; chan(int) c = channel(0); async void f(void) { recv(c, &x); } async void g(void) { await send(c, 3); }"
         "async void main(void) { spawn (e) f(); spawn (e) g(); }", "stuck(f,g) x=3");
}

static void test_run_on_stops_where_it_must(void **state) {
    (void)state;
    EvalOptions run_on = {.run_on = true};
    assert_string_equal(explore("int x; async void main(void) { scope { } x = 1; }", run_on).endings, "x=1");
    assert_int_equal(explore("int x; async void main(void) { scope { } x = 1; }", run_on).states, 3);
    assert_string_equal(explore("chan(int) c = channel(1); int x; async int f(void) { return 1; } async void main(void) {"
                                "biased select { case await f(): x = 1; case await send(c, 1): x = 2; } }", run_on).endings, "x=1");
    assert_string_equal(explore("mutex m; async void main(void) { while (true) { await lock(m); unlock(m); } }", run_on).endings, "never-yields");
}

static void test_reset_changes_no_ending(void **state) {
    (void)state;
    const char *program = "chan(int) c = channel(1); int x; async void f(int a) { int b = a + 1; await send(c, b); b = 0; await yield(); }"
                          "async void main(void) { spawn f(1); spawn f(2); int v; await recv(c, &v); x = v; await recv(c, &v); x = 10 * x + v; }";
    Explored reset = explore(program, (EvalOptions){0}), kept = explore(program, (EvalOptions){.no_reset = true});
    assert_string_equal(reset.endings, "x=23 x=32");
    assert_string_equal(kept.endings, reset.endings);
    assert_true(kept.states >= reset.states);
}

#define TEST(name) cmocka_unit_test(name)
/* ---- the environment */

static void test_crashes(void **state) {
    (void)state;
    ENDS("int x; async void f(void) { await yield(); x = 1; } async void main(void) { task t = spawn f() with crash(1); await t; if (crashed(t)) x += 2; }",
         "x=1 x=2");
    /* one kill for both */
    ENDS("int x; async void f(void) { await yield(); x++; } async void main(void) { for (int i = 0; i < 2; i++) spawn f() with crash(1); }", "x=1 x=2");
    ENDS("mutex m; async void f(void) { await lock(m); await yield(); } async void main(void) { task t = spawn f() with crash(1); await t; await lock(m); }",
         "end stuck(main)");
    /* a lock that was handed over passes on; no defer runs */
    ENDS("mutex m; int x; async void f(void) { defer x = 9; await lock(m); unlock(m); } async void main(void) { await lock(m);"
         "task t = spawn f() with crash(1); await yield(); unlock(m); await lock(m); unlock(m); await t; }",
         "x=0 x=9");
    /* a future and an end that it held go with it */
    ENDS("chan(int) c = channel(0); int x; async void g(void) { int v; defer x = 9; await recv(c, &v); } async void f(sender(int) tx) { future(void) p = g();"
         "select { case await p: break; case await sleep(1): break; } await send(tx, 1); }"
         "async void main(void) { int v; chan(int) d = channel(1); receiver(int) rx = receiver(d); spawn f(sender(d)) with crash(1);"
         "if (!await recv(rx, &v)) x += 5; }",
         "x=5 x=9");
    /* in a program with threads, between two accesses too: the thread comes back */
    ENDS("executor e = threads(1); int x; async void f(void) { x++; x++; } async void main(void) { spawn (e) f() with crash(1); task t = spawn (e) f(); await t; }",
         "x=2 x=3 x=4");
}

static void test_restarts(void **state) {
    (void)state;
    ENDS("int x; async int f(int a) { a++; await yield(); x++; return a; } async void main(void) { task t = spawn f(1) with restart(1); assert(await t == 2); }",
         "x=1");
    ENDS("int x; async void f(void) { x++; await yield(); } async void main(void) { task t = spawn f() with restart(2); await yield(); abort(t); await t; }", "x=0 x=1 x=2 x=3");
}

static void test_unreliable_channels(void **state) {
    (void)state;
    ENDS("chan(int) c = channel(2, lossy); int x; async void main(void) { int v; await send(c, 1); await send(c, 2); while (try_recv(c, &v)) x = 10 * x + v; }",
         "x=0 x=1 x=12 x=2");
    ENDS("chan(int) c = channel(2, lossy(1)); int x; async void main(void) { int v; await send(c, 1); await send(c, 2); while (try_recv(c, &v)) x = 10 * x + v; }",
         "x=1 x=12 x=2");
    ENDS("chan(int) c = channel(2, reordering); int x; async void main(void) { int v; await send(c, 1); await send(c, 2); while (try_recv(c, &v)) x = 10 * x + v; }",
         "x=12 x=21");
    ENDS("chan(int) c = channel(1, duplicating); int x; async void main(void) { int v; await send(c, 1); for (int i = 0; i < 2; i++) if (try_recv(c, &v)) x += v; }",
         "x=1 x=2");
    /* whoever comes first */
    ENDS("chan(int) c = channel(0, lossy); int x; async void f(void) { await send(c, 1); x += 10; } async void main(void) { int v; spawn f(); await recv(c, &v); x += v; }",
         "stuck(main) x=11");
    /* who waited for room is lost in the step that makes it, and the next one gets it */
    ENDS("chan(int) c = channel(1, lossy(1), fifo); int x; async void f(int a) { await send(c, a); } async void main(void) { int v; await send(c, 0);"
         "spawn f(1); await yield(); await yield(); spawn f(2); await yield(); await yield(); await yield(); if (len(c)) { await recv(c, &v); x = len(c); } }",
         "stuck(f) x=0 x=1");
}

static void test_extern_channels(void **state) {
    (void)state;
    ENDS("extern chan(bool) c = channel(0); int x; async void main(void) { bool b; await recv(c, &b); x = b; }", "x=0 x=1");
    ENDS("enum e { A, B = 5 }; message m { p(enum e v); q(); }; extern chan(m) c = channel(0); int x;"
         "async void main(void) { m i; await recv(c, &i); switch (i) { case p(v): x = v + 1; break; case q(): x = 9; break; } }",
         "x=1 x=6 x=9");
    ENDS("extern chan(bool) c = channel(1); int x; async void main(void) { close(c); x = len(c); }", "x=0 x=1");
}

static void test_discrete_time(void **state) {
    (void)state;
    ENDS("//@ options --time discrete\nint x; async void f(void) { await sleep(1); x = 1; } async void main(void) { spawn f(); await sleep(2); x += 2; }", "x=1 x=3");
    ENDS("//@ options --time discrete --urgent\nint x; async void f(void) { await sleep(1); x = 1; } async void main(void) { spawn f(); await sleep(2); x += 2; }", "x=3");
    ENDS("//@ options --time discrete --urgent\nint x; async void main(void) { await sleep(3); await sleep(0); x = now(); }", "x=3");
    /* a timer that loses is gone: no time passes for it */
    STATES("//@ options --time discrete --urgent\nasync void main(void) { select { case await sleep(1): break; case await sleep(9): break; } }", 4);
    STATES("//@ options --time discrete --urgent\nasync void f(void) { await sleep(9); } async void main(void) { task t = spawn f(); await sleep(1); abort(t); }", 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_plain_code), TEST(test_undefined_behaviour), TEST(test_never_yields), TEST(test_spawn_and_join), TEST(test_await_splits_steps),
        TEST(test_abort), TEST(test_scope), TEST(test_channels), TEST(test_fifo_channel_serves_in_order), TEST(test_mutex), TEST(test_semaphore),
        TEST(test_select), TEST(test_timers), TEST(test_futures), TEST(test_two_tasks_poll_one_future), TEST(test_threads_interleave),
        TEST(test_blocking), TEST(test_scoped_objects_die), TEST(test_run_on),
        TEST(test_selects_poll_futures), TEST(test_a_future_moves_between_tasks), TEST(test_threads_and_futures), TEST(test_run_on_stops_where_it_must),
        TEST(test_reset_changes_no_ending), TEST(test_crashes), TEST(test_restarts), TEST(test_unreliable_channels), TEST(test_extern_channels),
        TEST(test_discrete_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Hand-written futures, wakes, futures polled on the spot, all and race. */
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#define ENDS(source, endings_) assert_string_equal(explore(source, (EvalOptions){0}).endings, (endings_))

/* ---- poll functions */

static void test_poll_functions(void **state) {
    (void)state;
    ENDS("int x; poll int f(int n) { n++; if (n == 3) return ready(n); wake(waker()); return pending; } async void main(void) { x = await f(0); }", "x=3");
    ENDS("int x; poll void f(void) { x++; return pending; } async void main(void) { await f(); }", "stuck(main)");
    ENDS("poll void f(bool b) { if (b) return pending; } async void main(void) { await f(false); }", "undefined(return)");
    ENDS("int x; poll void f(void) { int l; if (x++ == 0) { l = 1; wake(waker()); return pending; } x = l; return ready(); } async void main(void) { await f(); }",
         "undefined(uninitialised)");
    ENDS("int x; poll void f(void) { defer x++; if (x == 0) { wake(waker()); return pending; } return ready(); } async void main(void) { await f(); }", "x=2");
    ENDS("int x; poll int f(void) { return ready(4); } async void main(void) { task t = spawn f(); x = await t; }", "x=4");
    ENDS("int x; poll int f(void) { return ready(4); } async void main(void) { future(int) p = f(); x = await p; x = await p; }", "misuse(poll)");
}

static void test_drop_blocks(void **state) {
    (void)state;
    /* polled or not before the other arm wins */
    ENDS("int x; poll void f(int n) { n = 7; return pending; } drop { x = n; } async void main(void) { select { case await f(3): case await yield(): } }", "x=3 x=7");
    ENDS("int x; poll void f(int n) { return ready(); } drop { x = n; } async void main(void) { await f(3); }", "x=0");
    ENDS("int x; poll void f(int n) { return pending; } drop { x = n; } async void main(void) { task t = spawn f(3); await yield(); abort(t); }", "x=3");
    ENDS("int x; poll void f(future(void) p) { if (poll(p)) return ready(); return pending; } drop { x = x * 10 + 1; }"
         "async void g(void) { defer x = x * 10 + 2; await sleep(1); await sleep(1); }"
         "async void main(void) { future(void) p = f(g()); select { case await p: x = 9; case await yield(): } p = none; }",
         "x=1 x=12 x=9");
}

/* ---- wakes */

static void test_wakes(void **state) {
    (void)state;
    ENDS("int x; async void main(void) { wake(none); wake(waker()); await park(); x = 1; }", "x=1");
    ENDS("int x; async void main(void) { wake(waker()); await yield(); await park(); x = 1; }", "stuck(main)");
    ENDS("int x; waker w; async void f(void) { w = waker(); await park(); x++; await park(); x++; }"
         "async void main(void) { spawn f(); await yield(); await yield(); wake(w); wake(w); }", "stuck(f)");
}

static void test_wakes_are_one(void **state) {
    (void)state;
    /* two wakes before it goes on are one; none before it waits */
    ENDS("int x; waker w; async void f(void) { w = waker(); await park(); x++; await park(); x++; }"
         "async void main(void) { spawn f(); while (w == none) await yield(); wake(w); wake(w); }", "stuck(f)");
    ENDS("int x; waker w; async void f(void) { w = waker(); await park(); x++; await park(); x++; }"
         "async void main(void) { spawn f(); while (w == none) await yield(); wake(w); while (x == 0) await yield(); wake(w); }", "x=2");
    /* all that is pending is scheduled, whatever it stands in */
    ENDS("int x; bool go; waker w; poll void f(int n) { if (go) { x += n; return ready(); } w = waker(); return pending; }"
         "async void g(void) { await f(1); }"
         "async void h(void) { await all(g(), f(10), race(f(100), f(100))); }"
         "async void main(void) { task t = spawn h(); while (w == none) await yield(); await yield(); await sleep(1); go = true; wake(w); await t; }", "x=111");
    ENDS("int x; async void main(void) { future(void) p = park(); select { case await p: x = 1; case await yield(): x = 2; } }", "x=2");
}

static void test_threads(void **state) {
    (void)state;
    /* a wake that comes while the body is under way is kept */
    ENDS("executor e = threads(2); _Atomic bool full; waker w; poll void f(waker own) { if (own == none) { own = waker(); atomic { w = own; } }"
         "if (full) return ready(); return pending; } async void g(void) { full = true; waker v; atomic { v = w; } wake(v); }"
         "async void main(void) { spawn (e) f(none); spawn (e) g(); }", "end");
    ENDS("executor e = threads(2); _Atomic bool full; waker w; poll void f(void) {"
         "if (full) return ready(); waker own = waker(); atomic { w = own; } return pending; } async void g(void) { full = true; waker v; atomic { v = w; } wake(v); }"
         "async void main(void) { spawn (e) f(); spawn (e) g(); }", "end stuck(f)");
}

/* ---- polled on the spot */

static void test_poll_on_threads(void **state) {
    (void)state;
    /* what others could come between is not followed */
    ENDS("executor e = threads(2); int x; async void f(void) { x++; await yield(); } async void main(void) { spawn (e) f(); future(void) p = f(); poll(p); }", "limit");
    ENDS("executor e = threads(2); _Atomic int x; async void f(void) { x++; await yield(); } async void main(void) { spawn (e) f(); future(void) p = f(); poll(p); }", "x=2");
    /* and a poll is an access of its own */
    ENDS("executor e = threads(2); _Atomic int x; int y; async void f(void) { x = 1; } async void g(void) { x = 2; }"
         "async void main(void) { future(void) p = g(); spawn (e) f(); y = 1; poll(p); }", "x=1 x=2");
}

static void test_poll(void **state) {
    (void)state;
    ENDS("int x; async int f(void) { return 5; } async void main(void) { future(int) p = f(); if (poll(p, &x)) x++; }", "x=6");
    ENDS("int x; future(int) none_of_it(void) { return none; } async void main(void) { future(int) p = none; x = poll(p) ? 1 : 2; }", "x=2");
    ENDS("int x; async void f(void) { await yield(); await yield(); } async void main(void) { future(void) p = f(); while (!poll(p)) x++; }", "x=2");
    /* what is pending runs once for each poll, woken or not; what parks does not */
    ENDS("int x; poll void f(int n) { x++; if (n++ == 2) return ready(); wake(waker()); return pending; }"
         "async void main(void) { future(void) p = f(0); int rounds = 1; while (!poll(p)) rounds++; x = x * 10 + rounds; }", "x=33");
    ENDS("int x; async void main(void) { future(void) p = park(); for (int i = 0; i < 3; i++) if (poll(p)) x = 1; }", "x=0");
    ENDS("int x; async void main(void) { future(void) p = park(); poll(p); x = 2; wake(waker()); await park(); }", "x=2");
}

static void test_polled_futures_wake(void **state) {
    (void)state;
    const char *source = "int x; chan(int) c = channel(1); async void f(void) { await send(c, 4); }"
                         "async void main(void) { spawn f(); int v; future(bool) r = recv(c, &v); while (!poll(r)) await park(); x = v; }";
    ENDS(source, "x=4");
    /* once, and only while the task waits to be woken */
    ENDS("int x; chan(int) c = channel(1); async void f(void) { await send(c, 4); }"
         "async void main(void) { spawn f(); int v; future(bool) r = recv(c, &v); poll(r); await yield(); await yield(); await park(); x = 1; }",
         "stuck(main) x=1");
    ENDS("int x; async void main(void) { future(void) p = sleep(3); while (!poll(p)) await park(); x = 1; }", "x=1");
    /* struck off when it is awaited: its own step then */
    ENDS("int x; chan(int) c = channel(1); async void f(void) { await send(c, 4); }"
         "async void main(void) { spawn f(); int v; future(bool) r = recv(c, &v); poll(r); await all(r, park()); x = v; }", "stuck(main)");
}

/* ---- all and race */

static void test_all(void **state) {
    (void)state;
    ENDS("int x; async int f(int n) { await yield(); x = x * 10 + n; return n; } async void main(void) { await all(f(1), f(2)); }", "x=12 x=21");
    ENDS("int x; typedef struct { int a; bool b; int c; } s; async int f(int n) { return n; } async bool g(void) { return true; } async void h(void) { }"
         "async void main(void) { s r = await all(f(1), g(), h(), f(3)); x = r.a * 100 + r.b * 10 + r.c; }", "x=113");
    ENDS("int x; async void f(void) { x++; } async void main(void) { task t = spawn f(); await all(t, f(), t); }", "x=2");
    ENDS("chan(int) c = channel(0); int x; async void main(void) { int v; await all(send(c, 3), recv(c, &v)); x = v; }", "x=3");
    ENDS("int x; async void f(void) { defer x++; await sleep(1); } async void main(void) { select { case await all(f(), f()): x += 10; case await yield(): } }", "x=0 x=1 x=12 x=2");
    ENDS("int x; async void f(void) { x++; } async void main(void) { future(void) p = none; select { case await all(f(), p): x = 9; case await sleep(1): } }", "x=1");
}

static void test_race(void **state) {
    (void)state;
    ENDS("int x; async int f(int n) { await yield(); return n; } async void main(void) { x = await race(f(1), f(2)); }", "x=1 x=2");
    ENDS("int x; async int f(int n) { defer x += n; await sleep(1); return n; } async void main(void) { int v = await race(f(1), f(10)); x += 100 * v; }", "x=101 x=1010 x=1011 x=111");
    ENDS("int x; async int f(void) { await sleep(1); return 1; } async void main(void) { future(int) p = f(); await race(p, yield()); x = 2; await p; }", "misuse(poll)");
    ENDS("int x; async int f(void) { await sleep(1); return 1; } async void main(void) { future(int) p = f(); future(int) q = race(p, f()); q = none; x = await p; }", "x=1");
    ENDS("int x; async void main(void) { select { case await race(sleep(5), sleep(2)): x = 1; case await sleep(1): x = 2; } }", "x=1 x=2");
    ENDS("int x; async void f(void) { await sleep(9); x = 2; } async void g(void) { await sleep(5); x = 1; } async void main(void) { await race(f(), g()); }", "x=1 x=2");
    ENDS("int x; async void main(void) { future(void) a = sleep(9); await race(a, sleep(5)); x = poll(a) ? 1 : 2; }", "misuse(poll)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poll_functions), cmocka_unit_test(test_drop_blocks), cmocka_unit_test(test_wakes), cmocka_unit_test(test_wakes_are_one),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_poll), cmocka_unit_test(test_poll_on_threads), cmocka_unit_test(test_polled_futures_wake), cmocka_unit_test(test_all),
        cmocka_unit_test(test_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

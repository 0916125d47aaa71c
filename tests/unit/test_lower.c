/* What programs mean once lowered: values, control flow, places, ends of blocks. Every run is made; see explore.h. */
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define ENDS(source, endings_) assert_string_equal(explore((source), (EvalOptions){0}).endings, (endings_))
#define MAIN(body) "int x; int g; int garr[4]; async void main(void) { " body " }"

/* ---- values */

static void test_conversions(void **state) {
    (void)state;
    ENDS(MAIN("uint8_t a = 255; a++; x = a;"), "x=0");
    ENDS(MAIN("uint8_t a = 200, b = 100; x = a + b;"), "x=300");
    ENDS(MAIN("int8_t a = 127; a += 1; x = a;"), "x=-128");
    ENDS(MAIN("unsigned a = 1; x = -1 < a;"), "x=0");
    ENDS(MAIN("int a = -1; unsigned b = a; x = b == 4294967295u;"), "x=1");
    ENDS(MAIN("int64_t a = 1; a <<= 40; x = a >> 38;"), "x=4");
    ENDS(MAIN("bool b = 7; x = b + b;"), "x=2");
    ENDS(MAIN("x = (uint8_t)(300) + (bool)5;"), "x=45");
    ENDS(MAIN("unsigned a = 0; a -= 1; x = a > 5;"), "x=1");
    ENDS(MAIN("x = -7 / 2 * 10 + -7 % 2;"), "x=-31");
    ENDS(MAIN("uint8_t s = 1; x = ~s;"), "x=-2");
    ENDS(MAIN("int64_t big = 4294967296; int small = (int)big; x = small + 1;"), "x=1");
}

static void test_bit_widths(void **state) {
    (void)state;
    ENDS("typedef struct { unsigned a : 3; int b : 2; } s; int x; async void main(void) { s v = { 7, -2 }; x = v.a * "
         "10 + v.b; }",
        "x=68");
    ENDS(MAIN("unsigned a : 3 = 7; a++;"), "undefined(narrowing)");
    ENDS(MAIN("unsigned a : 3 = 7; a -= 7; x = a - 1;"), "x=-1");
    ENDS(MAIN("int a : 4 = -8; x = a;"), "x=-8");
    ENDS(MAIN("int a : 4 = 0; g = 8; a = g;"), "undefined(narrowing)");
    ENDS("int x; int f(unsigned w : 2) { return w; } async void main(void) { x = 5; x = f(x); }",
        "undefined(narrowing)");
}

static void test_order(void **state) {
    (void)state;
    ENDS(MAIN("int i = 1; x = i + i++ * 10 + i;"), "x=13");
    ENDS(MAIN("int i = 2; x = i * 10 + (i = 5);"), "x=25");
    ENDS("int x; int bump(void) { x *= 2; return 1; } async void main(void) { x = 3; x += bump(); }", "x=4");
    ENDS("_Atomic int x; int bump(void) { x *= 2; return 1; } async void main(void) { x = 3; x += bump(); }", "x=7");
    ENDS(MAIN("int a[2] = { 0, 0 }; int i = 0; a[i++] = i; x = a[0] * 10 + a[1];"), "x=10");
    ENDS(MAIN("int i = 5; x = i++ + ++i;"), "x=12");
    ENDS(MAIN("int i = 0; i = i++ + 1; x = i;"), "x=1");
    ENDS("int x; int n; int f(int k) { n = n * 10 + k; return k; } async void main(void) { x = f(1) + f(2) * f(3); x = "
         "n; }",
        "x=123");
}

static void test_logic(void **state) {
    (void)state;
    ENDS(MAIN("int n = 0; bool a = n++ && n++; bool b = n++ || n++; x = n * 100 + a * 10 + b;"), "x=201");
    ENDS(MAIN("int n = 3; x = n > 2 && n < 5 ? n == 3 || n / 0 : 7;"), "x=1");
    ENDS(MAIN("x = !g * 2 + !!5;"), "x=3");
    ENDS(MAIN("int i = 0; x = (i = 4, i + 1);"), "x=5");
}

static void test_aggregates(void **state) {
    (void)state;
    const char *types = "typedef struct { int a; int b[2]; } in; typedef struct { in i; int c; } out; ";
    char source[1024];
#define WITH(body, endings_)                                                                                           \
    do {                                                                                                               \
        snprintf(source, sizeof source, "%s out o; int x; async void main(void) { %s }", types, body);                 \
        ENDS(source, endings_);                                                                                        \
    } while (0)
    WITH("out v = { { 1, { 2, 3 } }, 4 }; o = v; v.i.b[1] = 9; x = o.i.b[1] * 100 + v.i.b[1] * 10 + o.c;", "x=394");
    WITH("out v = { .c = 5, .i = { .b = { [1] = 6 } } }; x = v.c * 100 + v.i.b[1] * 10 + v.i.b[0] + v.i.a;", "x=560");
    WITH("out v[2] = { 0 }; int k = 1; v[k].i.b[k] = 7; out w = v[k]; x = w.i.b[1] + v[0].i.b[1];", "x=7");
    WITH("o = (out){ { 1 }, 2 }; in j = o.i; x = j.a + o.c; o.i = (in){ .a = 8 }; x = x * 10 + o.i.a;", "x=38");
    WITH("int k = 1; o.i.b[k] = 3; out v = o; v.i.b[k - 1] = v.i.b[k]++; x = v.i.b[0] * 10 + v.i.b[1];", "x=34");
    WITH("out v; v.c = 1; out w = v; x = w.c;", "x=1");
    WITH("out v; v.c = 1; out w = v; x = w.i.a;", "undefined(uninitialised)");
#undef WITH
    ENDS("typedef struct { int a, b; } p; p make(int a) { return (p){ a, a + 1 }; } int x; async void main(void) { x = "
         "make(3).b; }",
        "x=4");
    ENDS(MAIN("int m[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } }; int i = 1, j = 2; x = m[i][j] * 10 + m[0][j];"), "x=63");
    ENDS(MAIN("int m[2][3] = { 0 }; int i = 1, j = 3; x = m[i][j];"), "undefined(bounds)");
}

static void test_array_parameters(void **state) {
    (void)state;
    ENDS("int x; void set(int a[3], int i) { a[i] = i * 2; } async void main(void) { int v[3] = { 0 }; set(v, 2); x = "
         "v[2]; }",
        "x=4");
    ENDS("int x; int a[3]; void set(int v[3]) { v[1]++; a[1] *= 10; } async void main(void) { set(a); x = a[1]; }",
        "x=10");
    ENDS("int x; void set(int v[2]) { v[1] = 5; } async void main(void) { int m[3][2] = { 0 }; int i = 2; set(m[i]); x "
         "= m[2][1]; }",
        "x=5");
    ENDS("int x; void inner(int v[2]) { v[0] += 1; } void set(int v[2]) { inner(v); inner(v); } async void main(void) "
         "{ int a[2] = { 3 }; set(a); x = a[0]; }",
        "x=5");
    ENDS("int x; async void fill(int v[2]) { await yield(); v[1] = 4; } async void main(void) { int a[2] = { 0 }; "
         "await fill(a); x = a[1]; }",
        "x=4");
}

static void test_messages(void **state) {
    (void)state;
    const char *type = "message m { two(int a, uint8_t b); none_(); one(bool c); }; int x; ";
    char source[1024];
#define WITH(body, endings_)                                                                                           \
    do {                                                                                                               \
        snprintf(source, sizeof source, "%s %s", type, body);                                                          \
        ENDS(source, endings_);                                                                                        \
    } while (0)
    WITH("async void main(void) { m v = two(3, 4); switch (v) { case two(a, b): x = a * 10 + b; break; default: x = "
         "-1; } }",
        "x=34");
    WITH("async void main(void) { m v = none_(); switch (v) { case two(a, _): x = a; break; case none_(): x = 7; "
         "break; case one(c): x = c; } }",
        "x=7");
    WITH("m make(int k) { if (k) return one(true); return two(1, 2); } async void main(void) { "
         "for (int i = 0; i < 2; i++) switch (make(i)) { case two(a, b): x += a + b; break; case one(c): x += c * 10; "
         "break; case none_(): x = 0; } }",
        "x=13");
    WITH("async void main(void) { m v; switch (v) { case two(a, b): break; default: break; } }",
        "undefined(uninitialised)");
    WITH("m g; async void main(void) { g = two(1, 300); switch (g) { case two(a, b): x = b; break; default: break; } }",
        "x=44");
#undef WITH
}

/* ---- control flow */

static void test_loops(void **state) {
    (void)state;
    ENDS(MAIN("for (int i = 0; i < 10; i++) { if (i == 2) continue; if (i == 5) break; x = x * 10 + i; }"), "x=134");
    ENDS(MAIN("int i = 0; do { x += i; } while (++i < 4);"), "x=6");
    ENDS(MAIN("int i = 0; while (1) { if (i++ > 3) break; x += i; }"), "x=10");
    ENDS(MAIN("for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j > i) break; x++; }"), "x=6");
}

static void test_switch(void **state) {
    (void)state;
    ENDS(MAIN("for (int i = 0; i < 5; i++) switch (i) { case 1: x += 1; case 2: x += 10; break; default: x += 100; "
              "case 4: x += 1000; }"),
        "x=3221");
    ENDS(MAIN("int i = 3; switch (i) { int y; case 3: y = 2; x = y; break; default: x = 9; }"), "x=2");
    ENDS(MAIN("int i = 3; switch (i) { case 1: ; int y = 1; case 3: x = y; }"), "undefined(uninitialised)");
    ENDS(MAIN("for (int i = 0; i < 3; i++) { switch (i) { case 1: continue; } x += 1; }"), "x=2");
}

static void test_goto(void **state) {
    (void)state;
    ENDS(MAIN("int i = 0; again: x += i; if (++i < 4) goto again;"), "x=6");
    ENDS(MAIN("for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) if (i + j == 3) { x = i * 10 + j; goto out; } "
              "out: ;"),
        "x=12");
    ENDS(MAIN("g = 1; if (g) goto skip; int y = 5; skip: x = y;"), "undefined(uninitialised)");
    ENDS(MAIN("int n = 0; again: { defer x += 1; if (++n < 3) goto again; } x *= 10;"), "x=30");
    ENDS(MAIN("int n = 0; again: ; defer x += 1; if (++n < 3) goto again; g = x; x *= 10;"), "x=21");
}

static void test_calls(void **state) {
    (void)state;
    ENDS("int x; int f(int n) { for (int i = 0; ; i++) { if (i * i > n) return i; } } async void main(void) { x = "
         "f(10) * 10 + f(f(20)); }",
        "x=43");
    ENDS("int x; int max(int a, int b) { return a > b ? a : b; } async void main(void) { x = max(max(1, 7), max(3, "
         "2)); }",
        "x=7");
    ENDS("int x; int f(int a) { if (a) return 1; } async void main(void) { x = f(1); x = f(0); }", "undefined(return)");
    ENDS("int x; void f(int a) { a++; x += a; } async void main(void) { int a = 1; f(a); f(a); }", "x=4");
    ENDS("async int main(void) { }", "end");
    ENDS("int x; async int half(int n) { await yield(); return n / 2; } async void main(void) { x = await half(await "
         "half(20)); }",
        "x=5");
}

/* ---- ends of blocks */

static void test_defer(void **state) {
    (void)state;
    ENDS("int x; int f(void) { defer x = x * 10 + 1; { defer x = x * 10 + 2; x = 3; } return x; } async void "
         "main(void) { int r = f(); x = x * 100 + r; }",
        "x=32132");
    ENDS("int x; void f(int way) { for (;;) { defer x = x * 10 + 1; if (way) return; break; } x = x * 10 + 2; } async "
         "void main(void) { f(0); f(1); }",
        "x=121");
    ENDS(MAIN("for (int i = 1; i < 4; i++) { defer x = x * 10 + i; if (i == 2) continue; }"), "x=123");
    ENDS(MAIN("{ int k = 4; defer x += k; k = 7; }"), "x=7");
    ENDS(MAIN("defer { for (int i = 0; i < 3; i++) { if (i == 1) continue; x += i; } } x = 10;"), "x=12");
}

static void test_defer_on_cancel(void **state) {
    (void)state;
    ENDS("int x; async void inner(void) { defer x = x * 10 + 2; await sleep(1); x = 99; }"
         "async void f(void) { defer x = x * 10 + 1; await inner(); x = 98; }"
         "async void main(void) { task t = spawn f(); await yield(); abort(t); assume(x == 0); await t; "
         "assume(aborted(t)); }",
        "cut x=0 x=21");
    ENDS("int x; async void f(void) { defer x += 1; { defer x += 10; await yield(); } await sleep(1); x = 100; }"
         "async void main(void) { task t = spawn f(); await yield(); await yield(); await yield(); abort(t); await t; "
         "assume(aborted(t) && x != 0); }",
        "cut x=11");
}

static void test_dropped_futures(void **state) {
    (void)state;
    const char *f = "int x; async int f(int n) { defer x += n; await sleep(1); return n; } ";
    char source[1024];
#define WITH(body, endings_)                                                                                           \
    do {                                                                                                               \
        snprintf(source, sizeof source, "%s async void main(void) { %s }", f, body);                                   \
        ENDS(source, endings_);                                                                                        \
    } while (0)
    WITH("future(int) p = f(1); int v = await p; x = x * 10 + v;", "x=11");
    WITH("{ future(int) p = f(1); } x += 10;", "x=10");
    WITH("{ future(int) p = f(1); select { case await p: x = 50; case await yield(): x = 7; } } x += 10;",
        "x=17 x=18 x=60");
    WITH("future(int) p = f(1); select { case await p: x = 50; case await yield(): x = 7; } p = none; x = x * 10;",
        "x=500 x=70 x=80");
    WITH("future(int) p = f(1), q = p; select { case await p: x = 50; case await yield(): x = 7; } p = none; x = x * "
         "10; assume(x == 70); q = none;",
        "cut x=70 x=71");
    WITH("select { case await f(3): x += 50; case await yield(): x = x * 10 + 7; }", "x=37 x=53 x=7");
    WITH("future(int) p[2]; for (int i = 0; i < 2; i++) p[i] = f(i + 1); int k = 1; x = await p[k] * 100 + await p[0];",
        "x=201");
#undef WITH
    ENDS("int x; async int f(int n) { await yield(); return n; } async int g(future(int) p) { return await p + 1; }"
         "async void main(void) { x = await g(f(4)); future(int) q = g(f(6)); x = x * 10 + await q; }",
        "x=57");
    ENDS("int x; async int f(int n) { await yield(); return n; } future(int) later(int n) { return f(n + 1); }"
         "async void main(void) { future(int) p = later(1); x = await p * 10; x += await later(6); }",
        "x=27");
}

static void test_futures_in_structs(void **state) {
    (void)state;
    const char *f = "typedef struct { int k; future(int) p; } box; int x; async int f(int n) { defer x += n; await "
                    "yield(); return n; } ";
    char source[1024];
#define WITH(body, endings_)                                                                                           \
    do {                                                                                                               \
        snprintf(source, sizeof source, "%s %s", f, body);                                                             \
        ENDS(source, endings_);                                                                                        \
    } while (0)
    WITH("async void main(void) { box b = { 1, f(2) }; box c = b; b.p = none; x = await c.p * 10 + x; }", "x=22");
    WITH("async void main(void) { box b[2] = { { 1, f(2) } }; int i = 1; b[i] = b[0]; b[0] = b[i]; i = 0; x += await "
         "b[i].p * 100; }",
        "x=200");
    WITH("box make(int n) { box b = { n, f(n) }; return b; } async void main(void) { x = await make(3).p; x = x * 10 + "
         "make(4).k; }",
        "x=34");
    WITH("int look(box b) { return b.k + (b.p == none); } async void main(void) { box b = { 5, none }; x = look(b); "
         "b.p = f(1); x = x * 10 + look(b); }",
        "x=65");
    WITH("async void main(void) { bool c = any_bool(); x = await (c ? f(1) : f(2)); }", "x=1 x=2");
    WITH("async void main(void) { future(int) a = f(1), b = f(2), t; t = a; a = b; b = t; t = none; x = await a * 10; "
         "x += await b; }",
        "x=21");
    WITH("async void main(void) { { future(int) a = f(1); select { case await a: case await yield(): { future(int) b = "
         "a; a = f(5); } } x += 10; } assume(x > 10); }",
        "cut x=11");
#undef WITH
}

static void test_scopes(void **state) {
    (void)state;
    ENDS("int x; async void f(int n) { await yield(); x += n; } async void main(void) { scope { spawn f(1); spawn "
         "f(2); } x *= 10; }",
        "x=30");
    ENDS("int x; async void f(void) { defer x += 1; await sleep(1); x += 100; }"
         "async void main(void) { for (;;) { scope { spawn f(); await yield(); break; } } x *= 10; }",
        "x=0 x=10 x=1010");
    ENDS("int x; async void f(chan(int) c) { await send(c, 3); }"
         "async void main(void) { scope { scoped chan(int) c = channel(0); spawn f(c); await recv(c, &x); } }",
        "x=3");
    ENDS("int x; async void f(mutex m) { await yield(); await lock(m); x++; unlock(m); }"
         "async void main(void) { { scoped mutex m; spawn f(m); } }",
        "undefined(dead-object)");
}

/* ---- operations */

static void test_receive(void **state) {
    (void)state;
    ENDS("int x = 5; chan(int) c = channel(1); async void main(void) { close(c); bool ok = await recv(c, &x); x = x * "
         "10 + ok; }",
        "x=50");
    ENDS("int x; chan(int) c = channel(2); int a[2]; async void main(void) { await send(c, 4); int i = 1; await "
         "recv(c, &a[i]); x = a[1]; }",
        "x=4");
    ENDS("int x; typedef struct { int k; uint8_t v; } p; chan(p) c = channel(1);"
         "async void main(void) { await send(c, (p){ 1, 2 }); p q; if (await recv(c, &q)) x = q.k * 10 + q.v; }",
        "x=12");
    ENDS("int x; chan(int) c = channel(1); async void main(void) { int v = 1; x = try_recv(c, &v) * 100 + v; "
         "try_send(c, 7); x = x * 100 + try_recv(c, &v) * 10 + v; }",
        "x=117");
    ENDS("int x; chan(int) c = channel(1); async void main(void) { int v = 3; future(bool) r = recv(c, &v); await "
         "send(c, 9); bool ok = await r; x = v * 10 + ok; }",
        "x=91");
}

static void test_select(void **state) {
    (void)state;
    ENDS("int x; chan(int) c[3] = channel(1); async void main(void) { await send(c[1], 5); int v;"
         "select { case await recv(c[i], &v) for (int i = 0; i < 3; i++): x = i * 10 + v; } }",
        "x=15");
    ENDS("int x; chan(int) c = channel(1); async void main(void) { int v; select { case await recv(c, &v): x = v; "
         "default: x = 8; } }",
        "x=8");
    ENDS("int x; chan(int) c = channel(0); async void main(void) { select { case await send(c, 1 / x) if (x): x = 1; "
         "case await yield(): x = 2; } }",
        "x=2");
    ENDS("int x; async int f(void) { await yield(); return 6; } async void main(void) { int a[2] = { 0 }; int i = 1;"
         "select { case a[i] = await f(): x = a[1]; } }",
        "x=6");
    ENDS("int x; async int f(void) { return 300; } async void main(void) { task t = spawn f(); select { case uint8_t v "
         "= await t: x = v; } }",
        "x=44");
    ENDS("int x; async void main(void) { for (int i = 0; i < 3; i++) { select { case await yield(): if (i == 1) "
         "continue; x += 1; break; } x += 10; } }",
        "x=22");
    ENDS("int x; chan(int) c = channel(0); async void main(void) { select { case bool ok = await send(c, 1) if (x > "
         "0): x = 1; } }",
        "stuck(main)");
}

static void test_objects(void **state) {
    (void)state;
    ENDS("int x; mutex m[2]; async void main(void) { int i = 1; await lock(m[i]); x = try_lock(m[0]) * 10 + "
         "try_lock(m[1]); }",
        "x=10");
    ENDS("int x; typedef struct { int n; mutex m; } s; s v; async void main(void) { x = try_lock(v.m); s w; x = x * 10 "
         "+ try_lock(w.m); }",
        "x=11");
    ENDS("int x; async void main(void) { for (int i = 0; i < 3; i++) { mutex m; x += try_lock(m); } }", "x=3");
    ENDS("int x; async void main(void) { chan(int) c; x = c == none; c = channel(2); x = x * 10 + cap(c); }", "x=12");
    ENDS("int x; semaphore s = permits(2); async void main(void) { await acquire(s, 2); x = try_acquire(s); "
         "release(s); x = x * 10 + try_acquire(s); }",
        "x=1");
    ENDS("int x; message req { ask(chan(int) to, int n); quit(); }; chan(req) c = channel(1);"
         "async void serve(void) { req r; while (await recv(c, &r)) switch (r) { case ask(to, n): await send(to, n + "
         "1); break; case quit(): return; } }"
         "async void main(void) { spawn serve(); chan(int) back = channel(0); await send(c, ask(back, 4)); await "
         "recv(back, &x); await send(c, quit()); }",
        "x=5");
    ENDS("int x; chan(chan(int)) cc = channel(1); async void main(void) { chan(int) a = channel(1), b; await send(cc, "
         "a); await recv(cc, &b); x = a == b; }",
        "x=1");
}

/* ---- threads */

static uint32_t states_of(const char *source) { return explore(source, (EvalOptions){0}).states; }

static void test_atomic(void **state) {
    (void)state;
#define TWO(body)                                                                                                      \
    "executor e = threads(2); int x; _Atomic int y; async void f(void) { " body                                        \
    " } async void main(void) { spawn(e) f(); spawn(e) f(); }"
    ENDS(TWO("x++;"), "x=1 x=2");
    ENDS(TWO("atomic { x++; }"), "x=2");
    ENDS(TWO("y++; atomic { if (y == 2) x = y; }"), "x=2");
    ENDS(TWO("bool b = any_bool(); atomic { if (b) y = 1; x++; }"), "x=2");
    ENDS(TWO("atomic { for (int i = 0; i < 2; i++) x++; }"), "x=4");
    /* local code before the first access is not part of it */
    assert_int_equal(states_of("executor e = threads(2); int x; async void f(void) { atomic { int i = 1; x = i; } } "
                               "async void main(void) { spawn(e) f(); }"),
        states_of("executor e = threads(2); int x; async void f(void) { int i = 1; atomic { x = i; } } async void "
                  "main(void) { spawn(e) f(); }"));
#undef TWO
}

/* ---- the program's facts */

static void done_with(Program *program) {
    Sources *sources = program->sources;
    program_free(program);
    sources_free(sources);
}

static void test_facts(void **state) {
    (void)state;
    Program *program = explore_program("executor e = threads(1); int x; const int k = 3; async void f(int a, int b) { "
                                       "for (;;) { idle: await yield(); x = a; b++; } }"
                                       "async void main(void) { spawn(e) f(1, 2); } invariant ok: x < 5;");
    assert_true(program->threaded);
    assert_int_equal(program->nmachines, 4);
    assert_true(program->globals[0].is_const && !program->globals[1].is_const && program->globals[2].is_const);
    assert_int_equal(program->globals[2].init[0], 3);
    const Machine *f = program->machines[2];
    assert_string_equal(f->name, "f");
    assert_int_equal(f->nparams, 2);
    assert_int_equal(f->key_slots_n, 1);
    assert_int_equal(f->key_slots[0], 0);
    assert_int_equal(f->npoints, 3);
    assert_true(f->points[1].is_idle);
    assert_string_equal(f->points[1].label, "idle");
    assert_int_equal(program->ninvariants, 1);
    done_with(program);
}

static void test_liveness(void **state) {
    (void)state;
    Program *program = explore_program(
        "int x; async void main(void) { int a = x, b = x; await yield(); x = a; await yield(); x = 1; }");
    const Machine *machine = program->machines[MACHINE_MAIN];
    assert_int_equal(machine->npoints, 4);
    const uint64_t *first = machine->live[machine->points[1].pc], *second = machine->live[machine->points[2].pc];
    uint64_t all = machine->in_scope[machine->points[2].pc][0];
    uint32_t a = machine->locals[0].slot, b = machine->locals[1].slot;
    assert_true(first[0] >> a & 1);
    assert_false(first[0] >> b & 1);
    assert_false(second[0] >> a & 1);
    assert_true((all >> a & 1) && (all >> b & 1));
    done_with(program);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_bit_widths),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_logic),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_array_parameters),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_switch),
        cmocka_unit_test(test_goto),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_defer),
        cmocka_unit_test(test_defer_on_cancel),
        cmocka_unit_test(test_dropped_futures),
        cmocka_unit_test(test_futures_in_structs),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_receive),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_atomic),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_liveness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

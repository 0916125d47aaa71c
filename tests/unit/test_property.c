/* Atoms of properties: small programs run step by step, and the letters of the run against those written by hand. */
#include "frontend/frontend.h"
#include "model/support/vec.h"
#include "model/ts.h"
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program of explore_program, whose sources live on. */
static void discard(Program *program) {
    Sources *sources = program->sources;
    program_free(program);
    sources_free(sources);
}

/* ---- a run that is told who moves */

typedef struct Run {
    Ts *ts;
    TsWorker *worker;
    TsSuccessors out;
    VEC(uint32_t) state;
} Run;

static void run_begin(Run *run, const Program *program) {
    TsOptions options = TS_DEFAULTS;
    options.labels = true;
    *run = (Run){.ts = ts_new(program, options)};
    run->worker = ts_worker_new(run->ts);
    ts_initial(run->worker, &run->out);
    assert_int_equal(run->out.nedges, 1);
}

static void run_end(Run *run) {
    ts_successors_fini(&run->out);
    vec_fini(&run->state);
    ts_worker_free(run->worker);
    ts_free(run->ts);
}

static void go_to(Run *run, const TsEdge *edge) {
    assert_int_equal(edge->kind, TS_EDGE);
    vec_resize(&run->state, edge->n);
    memcpy(run->state.data, run->out.ids + edge->offset, edge->n * sizeof(uint32_t));
}

/* The functions of the actors, by slot; "" for what is no task. */
static const char *actor_name(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    return comp_kind(words) == COMP_FIBER ? world->program->machines[words[FIBER_MACHINE]]->name : "";
}

/* `name`, `name.1` (the second of its tasks in order of slot that can move), `name/1` (its second way to go on); "*": an object's step */
static void take_step(Run *run, const char *who) {
    char name[64];
    uint32_t number = 0, choice = 0, seen = 0, last = NO_SLOT;
    size_t length = strcspn(who, "./");
    snprintf(name, sizeof name, "%.*s", (int)length, who);
    if (who[length] == '.') number = (uint32_t)atoi(who + length + 1);
    if (who[length] == '/') choice = (uint32_t)atoi(who + length + 1);
    if (strcmp(name, "*") == 0) name[0] = 0;
    World world;
    world_init(&world, ts_program(run->ts));
    ts_world(run->worker, run->state.data, run->state.n, &world);
    ts_successors(run->worker, run->state.data, run->state.n, &run->out);
    const TsEdge *found = NULL;
    for (uint32_t i = 0; i < run->out.nedges && !found; i++) {
        const TsEdge *edge = &run->out.edges[i];
        if (strcmp(actor_name(&world, edge->actor), name) != 0) continue;
        if (edge->actor != last) {
            last = edge->actor;
            seen++;
        }
        if (seen - 1 == number && edge->choice == choice) found = edge;
    }
    world_fini(&world);
    if (!found) fail_msg("nobody moves as '%s'", who);
    go_to(run, found);
    run->out.edges[0].events = found->events; /* what the letter needs of it */
}

/* One character an atom, in the program's order. */
static void put_letter(Run *run, uint64_t events, char *to) {
    const Program *program = ts_program(run->ts);
    uint64_t conditions = ts_conditions(run->worker, run->state.data, run->state.n);
    for (uint32_t i = 0; i < program->natoms; i++) {
        const Atom *atom = &program->atoms[i];
        uint64_t set = atom->kind == ATOM_STATE ? conditions : events;
        to[i] = set >> atom->bit & 1 ? '1' : '0';
    }
    to[program->natoms] = 0;
}

/* `steps`: who moves, each with the letter after it; the first word is the letter of the first state. */
static void check_run(const char *source, const char *steps) {
    Program *program = explore_program(source);
    Run run;
    char letter[2 * PROPERTY_ATOMS + 1], who[64], expected[2 * PROPERTY_ATOMS + 1];
    int used;
    run_begin(&run, program);
    go_to(&run, &run.out.edges[0]);
    put_letter(&run, 0, letter);
    assert_int_equal(sscanf(steps, "%128s%n", expected, &used), 1);
    assert_string_equal(letter, expected);
    for (steps += used; sscanf(steps, "%63s %128s%n", who, expected, &used) == 2; steps += used) {
        take_step(&run, who);
        put_letter(&run, run.out.edges[0].events, letter);
        if (strcmp(letter, expected) != 0) fail_msg("after '%s', before '%s': %s, expected %s", who, steps + used, letter, expected);
    }
    run_end(&run);
    discard(program);
}

/* ---- conditions */

static void values(void **state) {
    (void)state;
    const char *source = "int x; int t[2]; async void main(void) { x = 1; await yield(); t[1] = 2; await yield(); x = 2; }"
                         "ltl p: G (x == 1 -> F t[1] == 2) && (x == 1 U x + t[x - 1] > 3) && F done(main);";
    check_run(source, "0000 main 1000 main 1100 main 0111");
}

static void tasks(void **state) {
    (void)state;
    const char *source = "mutex m; async void f(void) { await lock(m); here: await yield(); unlock(m); }"
                         "async void main(void) { spawn f(); spawn f(); }"
                         "ltl p: F (f[0]@here && holder(m) == f[0]) || F f[1]@here || G F blocked(f[1]) || F done(f[*]) || F done(f[?]);";
    check_run(source, "000000 main 000000 f 000000 f 110000 f.1 110100 f 000001 f 001001 f 000011");
}

/* What is no value in a state is false there, and is remembered. */
static void undefined(void **state) {
    (void)state;
    Program *program = explore_program("int x, y, t[2]; async void main(void) { x = 2; } ltl p: G t[x] == 0 && F t[y] == 1 / y;");
    Run run;
    run_begin(&run, program);
    go_to(&run, &run.out.edges[0]);
    assert_int_equal(program->natoms, 2);
    assert_int_equal(ts_conditions(run.worker, run.state.data, run.state.n), 1);
    assert_int_equal(ts_undefined(run.worker), 2);
    take_step(&run, "main");
    assert_int_equal(ts_conditions(run.worker, run.state.data, run.state.n), 0);
    assert_int_equal(ts_undefined(run.worker), 3);
    run_end(&run);
    discard(program);
}

/* ---- events */

/* Into the buffer, out of it; a waiting sender's item goes in with the receiver's step. */
static void buffered(void **state) {
    (void)state;
    const char *source = "async void reader(void); chan(int) c = channel(1); int last;"
             "async void main(void) { spawn reader(); await send(c, 1); await send(c, 2); }"
             "async void reader(void) { int v; while (await recv(c, &v)) last = v; }"
             "ltl p: F sent(c) && F sent(c, 2) && F sent(c, last + 1) && F received(c) && F received(c, 2) && F received(c, last);";
    /* main starts, sends 1, waits with 2; the reader starts, takes 1 (2 goes in), takes 2 */
    check_run(source, "000000 main 000000 main 101000 reader 000000 reader 111101 main 000000 reader 000111");
}

/* From hand to hand it is sent and received in one step, whoever comes second; to go on is no event. */
static void hand_to_hand(void **state) {
    (void)state;
    const char *source = "chan(int) c = channel(0); async void reader(void) { int v; await recv(c, &v); await recv(c, &v); }"
                         "async void main(void) { spawn reader(); await send(c, 1); await send(c, 2); }"
                         "ltl p: F sent(c, 1) && F received(c, 1) && F sent(c, 2) && F received(c, 2) && F woken(reader) && F woken(main);";
    check_run(source, "000000 main 000000 reader 000000 reader 110001 main 000000 main 001110 reader 000000");
}

/* What is lost was sent and not received; what is there twice is received twice. */
static void faulty(void **state) {
    (void)state;
    const char *lossy = "chan(int) c = channel(1, lossy); async void main(void) { int v; await send(c, 1); await recv(c, &v); }"
                        "ltl p: F sent(c, 1) && F received(c, 1);";
    check_run(lossy, "00 main 00 main/0 10 main 01");
    check_run(lossy, "00 main 00 main/1 10");
    const char *twice = "chan(int) c = channel(1, duplicating); async void main(void) { int v; await send(c, 1); await recv(c, &v); await recv(c, &v); }"
                        "ltl p: F sent(c, 1) && F received(c, 1);";
    check_run(twice, "00 main 00 main 10 main/1 01 main/0 01");
}

/* The state that the step leads to tells what an event's operands are. */
static void operands(void **state) {
    (void)state;
    const char *source = "message note { low(uint8_t v); none_left(); }; typedef struct { int a; note n; } item; int i;"
                         "chan(item) c[2] = {channel(1), channel(1)};"
                         "async void main(void) { await send(c[1], (item){ 1, low(7) }); i = 1; item x; await recv(c[1], &x); i = 0; }"
                         "ltl p: F sent(c[i]) && F sent(c[i], (item){ .n = low(7), .a = i }) && F received(c[1]) && F received(c[0]) && F received(c[1 - i]);";
    check_run(source, "00000 main 00000 main 11000 main 00101");
    check_run("chan(int) none_yet; chan(int) c = channel(1); async void main(void) { await send(c, 1); } ltl p: F sent(none_yet) || F sent(c);",
        "00 main 00 main 01");
}

/* Of a broadcast and a watch: each receiver has events of its own. */
static void many_readers(void **state) {
    (void)state;
    const char *source = "broadcast(int) b = channel(2); watch(int) w = watched(0);"
                         "async void reader(void) { receiver(int) r = subscribe(b); int v; await recv(r, &v); await changed(w); }"
                         "async void main(void) { spawn reader(); await yield(); send(b, 3); await yield(); publish(w, 4); }"
                         "ltl p: F sent(b, 3) && F received(b, 3) && F sent(w, 4) && F received(w, 4) && F received(w) && F woken(reader);";
    check_run(source, "000000 main 000000 reader 000000 main 100001 reader 010000 main 001001 reader 000110");
}

/* A oneshot, owned ends, permits, `try_` operations, arms: every way by which items come and go. */
static void other_ways(void **state) {
    (void)state;
    const char *oneshot = "oneshot(int) o; async void f(void) { int v; await recv(o, &v); } async void main(void) { spawn f(); send(o, 5); }"
                          "ltl p: F sent(o, 5) && F received(o, 5) && F received(o, 4);";
    check_run(oneshot, "000 main 100 f 000 f 010");
    const char *ends = "sender(int) tx; receiver(int) rx; async void f(void) { int v; while (await recv(rx, &v)) ; }"
                       "async void main(void) { chan(int) c = channel(1); tx = sender(c); rx = receiver(c); spawn f(); await send(tx, 1); drop(tx); }"
                       "ltl p: F sent(tx) && F sent(rx) && F received(rx, 1) && F received(tx);";
    /* what it is sent through is given up in the very step: the handle is none there */
    check_run(ends, "0000 main 0000 main 0100 f 0000 f 0010 f 0000");
    const char *permit = "chan(int) c = channel(1); async void f(void) { int v; await recv(c, &v); }"
                         "async void main(void) { spawn f(); permit(int) p = await reserve(c); await yield(); send(p, 2); }"
                         "ltl p: F sent(c, 2) && F received(c, 2) && F woken(f);";
    check_run(permit, "000 main 000 f 000 main 000 main 111 f 000");
    check_run(permit, "000 main 000 main 000 main 100 f 000 f 010");
    const char *tries = "chan(int) c = channel(1); async void main(void) { int v; try_send(c, 1); try_send(c, 2); await yield(); try_recv(c, &v); try_recv(c, &v); await yield();"
                        "close(c); try_send(c, 3); try_recv(c, &v); }"
                        "ltl p: F sent(c, 1) && F sent(c, 2) && F received(c, 1) && F sent(c, 3) && F received(c);";
    check_run(tries, "00000 main 10000 main 00101 main 00000");
    const char *arms = "chan(int) c = channel(1), d = channel(1); async void main(void) { int v; select { case await recv(c, &v): ; case await send(d, 2): ; }"
                       "select { case await recv(c, &v): ; case await recv(d, &v): ; } }"
                       "ltl p: F sent(d) && F received(d, 2) && F received(c) && F woken(main);";
    check_run(arms, "0000 main 0000 main 1000 main 0100");
}

/* A queued sender that gives up never sent; room that comes free lets the next one in, in that very step. */
static void given_up(void **state) {
    (void)state;
    const char *source = "chan(int) c = channel(1); async void s(int v) { await send(c, v); }"
                         "async void main(void) { await send(c, 1); task a = spawn s(2); task b = spawn s(3); await yield(); abort(a); await a; int v; await recv(c, &v); }"
                         "ltl p: F sent(c, 2) && F sent(c, 3) && F received(c, 1) && F woken(s) && F woken(main) && F done(s[0]);";
    check_run(source, "000000 main 000000 main 000000 s 000000 s 000000 main 000000 s 000011 main 000001 main 011101 s 000001");
    const char *closed = "chan(int) c = channel(0); async void s(void) { (void)await send(c, 1); }"
                         "async void main(void) { spawn s(); await yield(); close(c); } ltl p: F sent(c) && F received(c) && F woken(s);";
    check_run(closed, "000 main 000 s 000 main 001 s 000");
}

static void environment(void **state) {
    (void)state;
    const char *source = "extern chan(bool) c = channel(1); async void main(void) { bool v; await recv(c, &v); }"
                         "ltl p: F sent(c, true) && F sent(c, false) && F received(c) && F polled(main) && F woken(main);";
    check_run(source, "00000 main 00010 */0 01101 main 00010");
    check_run(source, "00000 */1 10000 main 00010 main 00110");
}

static void polls(void **state) {
    (void)state;
    const char *source = "async void f(void) { await yield(); } async void main(void) { spawn f(); await yield(); spawn f(); }"
                         "ltl p: F polled(main) && F polled(f) && F polled(f[1]) && F spawned(f) && F spawned(f[1]) && F spawned(main) && F woken(f);";
    check_run(source, "0000000 main 1001000 f 0100000 f 0100000 main 1001100 f 0110000 f 0110000");
    check_run("async void f(void) { await yield(); } async void main(void) { task t = spawn f(); await yield(); abort(t); await t; }"
              "ltl p: F polled(f) && F woken(main) && F aborted(f[?]);", "000 main 000 main 000 f 111");
}

/* Who is given what it waits for is woken, and who is told; not who finds it there. */
static void wakes(void **state) {
    (void)state;
    const char *lock = "mutex m; async void f(void) { await lock(m); await yield(); unlock(m); }"
                       "async void main(void) { task a = spawn f(); spawn f(); await a; }"
                       "ltl p: F woken(f[0]) && F woken(f[1]) && F woken(main) && F holder(m) == f[1];";
    check_run(lock, "0000 main 0000 f 0000 f.1 0000 f 0000 f.1 0000 f 0111");
    const char *wakers = "waker w; async void f(void) { w = waker(); await park(); } async void main(void) { spawn f(); await yield(); wake(w); wake(w); }"
                         "ltl p: F woken(f) && F woken(main);";
    check_run(wakers, "00 main 00 f 00 main 10 f 00");
    check_run(wakers, "00 main 00 main 00");
    const char *timer = "async void main(void) { await sleep(3); await yield(); } ltl p: F woken(main) && F polled(main);";
    check_run(timer, "00 main 01 main 11 main 01");
    const char *self = "poll int again(void) { static bool seen; if (seen) return ready(1); seen = true; wake(waker()); return pending; }"
                       "async void main(void) { await again(); } ltl p: F woken(main);";
    check_run(self, "0 main 0 main 1 main 0");
}

/* Each part of a step on threads is a poll. */
static void threads(void **state) {
    (void)state;
    const char *source = "executor e = threads(2); int x; async void f(void) { x++; } async void main(void) { spawn(e) f(); }"
                         "ltl p: F polled(f) && F polled(main) && F x == 1;";
    check_run(source, "000 main 010 main 010 f 100 f 100 f 101");
}

/* ---- remembered steps tell the same events */

typedef struct Space {
    VEC(uint32_t) ids, first;
    VEC(uint64_t) letters; /* of every edge in order, with the conditions of its target */
} Space;

static void add_state(Space *space, const uint32_t *ids, uint32_t n) {
    for (uint32_t i = 0; i + 1 < space->first.n; i++) {
        uint32_t from = space->first.data[i];
        if (space->first.data[i + 1] - from == n && memcmp(space->ids.data + from, ids, n * sizeof *ids) == 0) return;
    }
    for (uint32_t i = 0; i < n; i++) vec_push(&space->ids, ids[i]);
    vec_push(&space->first, space->ids.n);
}

static Space space_of(const Program *program, TsOptions options) {
    Space space = {0};
    Ts *ts = ts_new(program, options);
    TsWorker *worker = ts_worker_new(ts);
    TsSuccessors out = {0};
    vec_push(&space.first, 0u);
    ts_initial(worker, &out);
    for (uint32_t i = 0; i == 0 || i < space.first.n; i++) {
        if (i > 0) {
            uint32_t from = space.first.data[i - 1], n = space.first.data[i] - from, here[100];
            assert_true(n <= 100);
            memcpy(here, space.ids.data + from, n * sizeof *here);
            vec_push(&space.letters, ts_conditions(worker, here, n));
            ts_successors(worker, here, n, &out);
        }
        for (uint32_t e = 0; e < out.nedges; e++) {
            vec_push(&space.letters, out.edges[e].events);
            if (out.edges[e].kind == TS_EDGE) add_state(&space, out.ids + out.edges[e].offset, out.edges[e].n);
        }
    }
    ts_successors_fini(&out);
    ts_worker_free(worker);
    ts_free(ts);
    return space;
}

static void space_fini(Space *space) {
    vec_fini(&space->ids);
    vec_fini(&space->first);
    vec_fini(&space->letters);
}

static void remembered(void **state) {
    (void)state;
    static const char *const sources[] = {
        "chan(int) c[2] = {channel(1), channel(0)}; int i; mutex m;"
        "async void f(int k) { int v; await lock(m); i = k; unlock(m); await send(c[k], i); await recv(c[1 - k], &v); }"
        "async void main(void) { task a = spawn f(0); task b = spawn f(1); await a; await b; }"
        "ltl p: F sent(c[i]) && F sent(c[i], i) && F received(c[1 - i], i) && F woken(f[0]) && F woken(f[1]) && F polled(f[1]) && F len(c[i]) == 1;",
        "chan(int) c = channel(1, lossy); notify n;"
        "async void f(void) { await notified(n); int v; await recv(c, &v); } async void main(void) { spawn f(); spawn f(); await send(c, 1);"
        "await send(c, 2); notify_one(n); await sleep(1); spawn f(); notify_all(n); }"
        "ltl p: F sent(c, 1) && F received(c, 2) && F woken(f) && F spawned(f) && F woken(main) && F blocked(f);",
        "executor e = threads(2); int x; chan(int) c = channel(1); async void f(void) { x++; await send(c, x); int v; await recv(c, &v); x--; }"
        "async void main(void) { spawn(e) f(); spawn(e) f(); }"
        "ltl p: F sent(c, x) && F received(c, 2) && F polled(f) && F woken(f) && F x == 2;",
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        Program *program = explore_program(sources[i]);
        TsOptions options = TS_DEFAULTS;
        options.labels = true;
        Space with = space_of(program, options);
        options.memo = false;
        Space without = space_of(program, options);
        assert_true(with.first.n > 20);
        assert_int_equal(with.ids.n, without.ids.n);
        assert_memory_equal(with.ids.data, without.ids.data, with.ids.n * sizeof(uint32_t));
        assert_int_equal(with.letters.n, without.letters.n);
        assert_memory_equal(with.letters.data, without.letters.data, with.letters.n * sizeof(uint64_t));
        space_fini(&with);
        space_fini(&without);
        discard(program);
    }
}

/* An event's operands that are undefined where it could happen: no verdict. */
static void no_operands(void **state) {
    (void)state;
    Program *program = explore_program("int x; chan(int) c = channel(1), d = channel(1);"
                                       "async void main(void) { if (any_bool()) await send(d, 1); else await send(c, 1); } ltl p: G !sent(c, 1 / x);");
    Run run;
    run_begin(&run, program);
    go_to(&run, &run.out.edges[0]);
    take_step(&run, "main");
    ts_successors(run.worker, run.state.data, run.state.n, &run.out);
    assert_int_equal(run.out.nedges, 1);
    assert_int_equal(run.out.edges[0].kind, TS_LIMIT);
    assert_non_null(strstr(ts_violation(run.ts, run.out.edges[0].violation)->text, "operands"));
    run_end(&run);
    discard(program);
}

/* ---- formulas */

static char *dumped(const Program *program) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    program_dump(program, out);
    fclose(out);
    return text;
}

/* The text of each formula; and alike atoms are one. */
static void texts(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"ltl p: F x==1;", "F x == 1"},
        {"ltl p: F(x==1)&&!F!(x==1);", "F x == 1 && !F !(x == 1)"},
        {"ltl p: [](x==1-><>x==2);", "G (x == 1 -> F x == 2)"},
        {"ltl p: (x==1 U x==2) U x==3 || x==4;", "(x == 1 U x == 2) U x == 3 || x == 4"},
        {"ltl p: x==1 U x==2 U x==3;", "x == 1 U x == 2 U x == 3"},
        {"ltl p: (x == 1 -> x == 2) -> x == 3;", "(x == 1 -> x == 2) -> x == 3"},
        {"ltl p: x==1 -> x==2 -> x==3;", "x == 1 -> x == 2 -> x == 3"},
        {"ltl p: F ((x & 1) == 0 && -(-x) > (x - (1 - x)));", "F ((x & 1) == 0 && -(-x) > x - (1 - x))"},
        {"ltl p: F ((uint8_t)x == (x ? 1 : 2));", "F (uint8_t)x == (x ? 1 : 2)"},
        {"ltl p: X X (x == 'a');", "X X x == 'a'"},
        {"ctl p: AG(EF x==1)&&A[x==1 U E[x==2 U x==3]];", "AG EF x == 1 && A[x == 1 U E[x == 2 U x == 3]]"},
        {"ctl p: !(x == 1) && !EX x == 1;", "!(x == 1) && !EX x == 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char source[300];
        snprintf(source, sizeof source, "int x; async void main(void) { x = 1; } %s", cases[i][0]);
        Program *program = explore_program(source);
        assert_int_equal(program->nproperties, 1);
        assert_string_equal(program->properties[0].text, cases[i][1]);
        char *first = dumped(program), again[300];
        snprintf(again, sizeof again, "int x; async void main(void) { x = 1; } %.4s p: %s;", cases[i][0], cases[i][1]);
        Program *same = explore_program(again); /* it reads back as what it is */
        char *second = dumped(same);
        assert_string_equal(first, second);
        free(first);
        free(second);
        discard(program);
        discard(same);
    }
}

static void shapes(void **state) {
    (void)state;
    Program *program = explore_program("int x; bool b; async void main(void) { x = 1; } ltl p fair(strong): G (x==1 -> F (b && x == 1)) || true;"
                                       "ctl q: !(b) <-> E[!(x == 1) U 1 > 2];");
    const Property *p = &program->properties[0], *q = &program->properties[1];
    assert_int_equal(program->natoms, 2);
    assert_int_equal(p->natoms, 2);
    assert_true(p->has_fairness && p->fairness == FAIRNESS_STRONG && !q->has_fairness);
    assert_int_equal(p->logic, LOGIC_LTL);
    assert_int_equal(q->logic, LOGIC_CTL);
    assert_string_equal(program->atoms[q->atoms[0]].text, "b");
    assert_string_equal(program->atoms[q->atoms[1]].text, "x == 1");
    const TemporalNode *top = &p->nodes[p->nnodes - 1];
    assert_int_equal(top->op, TEMPORAL_OR);
    assert_int_equal(p->nodes[top->a].op, TEMPORAL_G);
    assert_int_equal(p->nodes[top->b].op, TEMPORAL_TRUE);
    top = &q->nodes[q->nnodes - 1];
    assert_int_equal(top->op, TEMPORAL_IFF);
    assert_int_equal(q->nodes[top->a].op, TEMPORAL_NOT);
    assert_int_equal(q->nodes[top->b].op, TEMPORAL_EU);
    assert_int_equal(q->nodes[q->nodes[top->b].b].op, TEMPORAL_FALSE);
    discard(program);
}

/* ---- limits */

/* A program with `nconditions` conditions and `nevents` events, in one formula or in one each; what is said of it. */
static void check_limit(uint32_t nconditions, uint32_t nevents, bool in_one, const char *expected) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "int x; chan(int) c = channel(1); async void main(void) { x = 1; await send(c, x); }\nltl p: true");
    for (uint32_t i = 0; i < nconditions + nevents; i++) {
        fputs(in_one ? " && " : i == 0 ? ";\nltl p0: " : "", out);
        if (!in_one && i > 0) fprintf(out, ";\nltl p%u: ", i);
        fprintf(out, i < nconditions ? "F x == %u" : "F sent(c, %u)", i);
    }
    fputs(";\n", out);
    fclose(out);
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Tree *tree = frontend_parse_text(sources, diags, "limits.ac", text, size);
    assert_true(frontend_check(tree, diags));
    Program *program = frontend_lower(tree, diags);
    if (expected) {
        assert_null(program);
        assert_int_equal(diags_errors(diags), 1);
        assert_string_equal(diag_code_text(diags_at(diags, 0)->code), "program-limit");
        assert_string_equal(diags_at(diags, 0)->message, expected);
    } else {
        assert_non_null(program);
        assert_int_equal(program->natoms, nconditions + nevents);
        Run run;
        run_begin(&run, program);
        go_to(&run, &run.out.edges[0]);
        take_step(&run, "main");
        assert_int_equal(ts_conditions(run.worker, run.state.data, run.state.n), nconditions > 1 ? 2 : 0);
        take_step(&run, "main");
        run_end(&run);
    }
    program_free(program);
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
    free(text);
}

static void limits(void **state) {
    (void)state;
    check_limit(64, 64, false, NULL);
    check_limit(32, 32, true, NULL);
    check_limit(65, 0, false, "more than 64 conditions in the properties of one program");
    check_limit(0, 65, false, "more than 64 events in the properties of one program");
    check_limit(33, 32, true, "more than 64 atoms in one property");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(tasks),
        cmocka_unit_test(undefined),
        cmocka_unit_test(buffered),
        cmocka_unit_test(hand_to_hand),
        cmocka_unit_test(faulty),
        cmocka_unit_test(operands),
        cmocka_unit_test(many_readers),
        cmocka_unit_test(other_ways),
        cmocka_unit_test(given_up),
        cmocka_unit_test(environment),
        cmocka_unit_test(polls),
        cmocka_unit_test(wakes),
        cmocka_unit_test(threads),
        cmocka_unit_test(remembered),
        cmocka_unit_test(no_operands),
        cmocka_unit_test(texts),
        cmocka_unit_test(shapes),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}

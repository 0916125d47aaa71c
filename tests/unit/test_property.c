/* Atoms of properties: small programs run step by step, and the letters of the run against those written by hand. */
#include "frontend/frontend.h"
#include "model/support/vec.h"
#include "model/ts.h"
#include "tests/unit/explore.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    snprintf(name, sizeof name, "%.*s", (int)length, strcmp(who, "*") == 0 ? "" : who);
    if (who[length] == '.') number = (uint32_t)atoi(who + length + 1);
    if (who[length] == '/') choice = (uint32_t)atoi(who + length + 1);
    World world;
    world_init(&world, ts_program(run->ts));
    ts_world(run->worker, run->state.data, run->state.n, &world);
    ts_successors(run->worker, run->state.data, run->state.n, &run->out);
    const TsEdge *found = NULL;
    for (uint32_t i = 0; i < run->out.nedges && !found; i++) {
        const TsEdge *edge = &run->out.edges[i];
        if (strcmp(actor_name(&world, edge->actor), strcmp(who, "*") == 0 ? "" : name) != 0) continue;
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
    program_free(program);
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
    program_free(program);
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
        program_free(program);
        program_free(same);
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
    program_free(program);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(tasks),
        cmocka_unit_test(undefined),
        cmocka_unit_test(texts),
        cmocka_unit_test(shapes),
    };
    return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}

/* Fair components, on graphs made by hand and, for weak fairness, against all sets of states of small random ones. */
#include "checker/lasso.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* ---- the lasso of each component is gone along, task by task */

typedef struct Seen {
    Plain *plain;
    uint32_t found, states; /* how many components, the states in them as bits */
} Seen;

/* Each task that is there at the beginning moves, ends, or comes to a state where it cannot move. */
static void check_lasso(const Plain *plain, const FairPart *part, const LassoSteps *steps) {
    const FairGraph *graph = part->graph;
    for (uint32_t task = 0; task < plain->ntasks && part->fairness != FAIRNESS_NONE; task++) {
        uint32_t at = part->members[0], slot = handmade_slot(plain, at, task);
        bool fair = false, able = false;
        for (uint32_t i = 0; i < steps->n && slot != LABEL_NOBODY; i++) {
            const EdgeLabel *label = edges_label(graph->edges, steps->data[i].label);
            uint32_t here = handmade_slot(plain, at, slot); /* which task that is: the order turned round again */
            bool can = handmade_can_move(plain, at, here);
            able |= can;
            fair |= label->actor == slot || (!can && !(plain->lacks[at] >> here & 1));
            slot = labels_move(&graph->edges->labels, label, slot);
            at = steps->data[i].node;
        }
        assert_true(fair || !able || slot == LABEL_NOBODY);
    }
    assert_int_equal(steps->data[steps->n - 1].node, part->members[0]);
}

static bool see(void *context, const FairPart *part) {
    Seen *seen = context;
    LassoSteps steps = {0};
    seen->found++;
    for (uint32_t i = 0; i < part->n; i++) seen->states |= 1u << part->members[i];
    lasso_make(part, (LassoWants){0, NO_SLOT, true}, &steps);
    assert_true(steps.n > 0);
    check_lasso(seen->plain, part, &steps);
    vec_fini(&steps);
    return true;
}

static Seen look(Plain *plain, Fairness fairness) {
    Edges edges;
    FairGraph graph;
    FairView view = handmade_view(plain);
    Seen seen = {.plain = plain};
    handmade_edges(plain, &edges);
    handmade_graph(&edges, &view, &graph);
    fair_each(&graph, fairness, NULL, see, &seen);
    fair_graph_fini(&graph);
    edges_fini(&edges);
    return seen;
}

/* Task 0 goes round; task 1 stays able to go on and never does: only without fairness. */
static void starved(void **state) {
    (void)state;
    Plain plain = {3, 2, 4,
        {{0, 1, 0, STAY, 0, NO_ARM, false, 0}, {1, 0, 0, STAY, 0, NO_ARM, false, 0}, {0, 2, 1, STAY, 0, NO_ARM, false, 0},
            {1, 2, 1, STAY, 0, NO_ARM, false, 0}},
        {0}, false};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 0);
    assert_int_equal(look(&plain, FAIRNESS_STRONG).found, 0);
    assert_int_equal(look(&plain, FAIRNESS_NONE).found, 1);
}

/* Task 1 is able in one state of the two only: weak fairness lets it be, strong does not. */
static void now_and_then(void **state) {
    (void)state;
    Plain plain = {3, 2, 3,
        {{0, 1, 0, STAY, 0, NO_ARM, false, 0}, {1, 0, 0, STAY, 0, NO_ARM, false, 0}, {0, 2, 1, STAY, 0, NO_ARM, false, 0}}, {0}, false};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 1);
    assert_int_equal(look(&plain, FAIRNESS_STRONG).found, 0);
    plain.lacks[1] = 1u << 1; /* where it cannot move it lacks a thread only, and one comes free again and again */
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 0);
}

/* A strongly fair run has to leave the state where task 1 is able; what is left is a smaller component. */
static void smaller_component(void **state) {
    (void)state;
    Plain plain = {4, 2, 5,
        {{0, 1, 0, STAY, 0, NO_ARM, false, 0}, {1, 0, 0, STAY, 0, NO_ARM, false, 0}, {1, 2, 0, STAY, 0, NO_ARM, false, 0},
            {2, 1, 0, STAY, 0, NO_ARM, false, 0}, {0, 3, 1, STAY, 0, NO_ARM, false, 0}},
        {0}, false};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).states, 7);
    Seen seen = look(&plain, FAIRNESS_STRONG);
    assert_int_equal(seen.found, 1);
    assert_int_equal(seen.states, 6);
}

/* One state, two alike tasks: the one at slot 0 moves and they change places. Both move again and again. */
static void change_places(void **state) {
    (void)state;
    Plain plain = {1, 2, 1, {{0, 0, 0, {1, 0, 2}, 0, NO_ARM, false, 0}}, {0}, false};
    plain.steps[1] = (Step){
        0, 0, 1, {1, 0, 2}, LABEL_NOWHERE, NO_ARM, false, 0}; /* slot 1 is able, though it would be cut */
    plain.nsteps = 2;
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 1);
    memcpy(plain.steps[0].move, (int[TASKS]){0, 1, 2}, sizeof plain.steps[0].move);
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 0);
}

/* The task ends and another takes its slot: whoever is there is gone in time. */
static void comes_and_goes(void **state) {
    (void)state;
    Plain plain = {2, 2, 3,
        {{0, 1, 0, STAY, 0, NO_ARM, false, 0}, {1, 0, 0, {0, -1, 2}, 0, NO_ARM, false, 0},
            {0, 0, 1, STAY, LABEL_NOWHERE, NO_ARM, false, 0}},
        {0}, false};
    plain.steps[plain.nsteps++] = (Step){1, 1, 1, STAY, LABEL_NOWHERE, NO_ARM, false, 0};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 1);
}

/* An arm that stays able to fire, while another one's future makes steps without end. */
static void arm_stays_able(void **state) {
    (void)state;
    Plain plain = {3, 1, 4,
        {{0, 1, 0, STAY, 0, 0, true, 0}, {1, 0, 0, STAY, 0, 0, true, 0}, {0, 2, 0, STAY, 0, 1, false, 0},
            {1, 2, 0, STAY, 0, 1, false, 0}},
        {0}, false};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 0);
    assert_int_equal(look(&plain, FAIRNESS_NONE).found, 1);
    plain.nsteps = 3; /* able in every other state only */
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 1);
    assert_int_equal(look(&plain, FAIRNESS_STRONG).found, 0);
}

/* What is a fault or the environment's is no duty of anybody. */
static void nobody_counts_on_faults(void **state) {
    (void)state;
    Plain plain = {2, 2, 2, {{0, 0, 0, STAY, 0, NO_ARM, false, 0}, {0, 1, 1, STAY, LABEL_FAULT, NO_ARM, false, 0}}, {0}, false};
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 1);
    plain.steps[1].flags = LABEL_FREE;
    assert_int_equal(look(&plain, FAIRNESS_STRONG).found, 1);
    plain.steps[1].flags = 0;
    assert_int_equal(look(&plain, FAIRNESS_WEAK).found, 0);
}

/* ---- against all sets of states; tasks keep their slots */

static void random_graphs(void **state) {
    (void)state;
    uint64_t seed = 7;
    uint32_t some = 0;
    for (int round = 0; round < 4000; round++) {
        Plain plain = {.nstates = 1 + handmade_pick(&seed, MOST), .ntasks = 1 + handmade_pick(&seed, TASKS)};
        plain.nsteps = handmade_pick(&seed, 2 * plain.nstates + 2);
        for (uint32_t i = 0; i < plain.nsteps; i++)
            plain.steps[i] = (Step){handmade_pick(&seed, plain.nstates), handmade_pick(&seed, plain.nstates), handmade_pick(&seed, plain.ntasks),
                STAY, 0, NO_ARM, false, 0};
        for (uint32_t i = 0; i < plain.nstates && round % 2; i++) plain.lacks[i] = handmade_pick(&seed, 1u << TASKS);
        plain.twisted = round % 3 == 0;
        for (int strong = 0; strong < 2; strong++) {
            uint32_t expected = 0;
            for (uint32_t inside = 1; inside < 1u << plain.nstates; inside++)
                if (handmade_is_strong(&plain, inside) && handmade_is_fair(&plain, inside, strong ? FAIRNESS_STRONG : FAIRNESS_WEAK)) expected |= inside;
            Seen seen = look(&plain, strong ? FAIRNESS_STRONG : FAIRNESS_WEAK);
            assert_int_equal(seen.states, expected);
            some += expected != 0;
        }
    }
    assert_true(some > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starved),
        cmocka_unit_test(now_and_then),
        cmocka_unit_test(smaller_component),
        cmocka_unit_test(change_places),
        cmocka_unit_test(comes_and_goes),
        cmocka_unit_test(arm_stays_able),
        cmocka_unit_test(nobody_counts_on_faults),
        cmocka_unit_test(random_graphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

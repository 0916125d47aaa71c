/* The sizes of Büchi automata for the formulas of patterns.csv, set by set: never worse than sizes.csv says.
   UPDATE=1 writes sizes.csv anew. */
#include "tests/ltl/given.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 80 };

typedef struct Size {
    char set[64];
    unsigned formulas, states, edges;
} Size;

typedef struct Sizes {
    Size rows[SETS];
    uint32_t n;
} Sizes;

static Size *size_of(Sizes *sizes, const char *set) {
    for (uint32_t i = 0; i < sizes->n; i++)
        if (strcmp(sizes->rows[i].set, set) == 0) return &sizes->rows[i];
    assert_true(sizes->n < SETS && strlen(set) < sizeof sizes->rows[0].set);
    Size *row = &sizes->rows[sizes->n++];
    strcpy(row->set, set);
    return row;
}

static void add_formula(Sizes *sizes, char *line) {
    char *comma = strchr(line, ',');
    assert_non_null(comma);
    *comma = '\0';
    Given given;
    given_init(&given);
    LtlOptions options = ltl_options_all();
    Automaton *automaton = given_automaton(&given, given_formula(&given, comma + 1), LTL_BUCHI, &options);
    assert_non_null(automaton);
    Size *size = size_of(sizes, line);
    size->formulas++;
    size->states += automaton->nstates;
    size->edges += automaton->edges.n;
    automaton_free(automaton);
    given_fini(&given);
}

static void measure(Sizes *sizes) {
    FILE *in = fopen(UNKNOT_LTL_DATA "/patterns.csv", "r");
    assert_non_null(in);
    char *line = NULL;
    size_t room = 0;
    ssize_t length = getline(&line, &room, in); /* the header */
    while ((length = getline(&line, &room, in)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        add_formula(sizes, line);
    }
    free(line);
    fclose(in);
}

static void write_sizes(const Sizes *sizes) {
    FILE *out = fopen(UNKNOT_LTL_DATA "/sizes.csv", "w");
    assert_non_null(out);
    fputs("set,formulas,states,edges\n", out);
    for (uint32_t i = 0; i < sizes->n; i++) {
        const Size *size = &sizes->rows[i];
        fprintf(out, "%s,%u,%u,%u\n", size->set, size->formulas, size->states, size->edges);
    }
    fclose(out);
}

static void compare(Sizes *sizes) {
    FILE *in = fopen(UNKNOT_LTL_DATA "/sizes.csv", "r");
    assert_non_null(in);
    Size known;
    uint32_t rows = 0;
    assert_int_equal(fscanf(in, "%*s"), 0);
    while (fscanf(in, " %63[^,],%u,%u,%u", known.set, &known.formulas, &known.states, &known.edges) == 4) {
        const Size *size = size_of(sizes, known.set);
        rows++;
        assert_int_equal(size->formulas, known.formulas);
        if (size->states > known.states || (size->states == known.states && size->edges > known.edges))
            fail_msg("%s: %u states, %u edges; were %u and %u", known.set, size->states, size->edges, known.states,
                known.edges);
    }
    fclose(in);
    assert_int_equal(rows, sizes->n);
}

static void sizes_never_get_worse(void **state) {
    (void)state;
    Sizes sizes = {0};
    measure(&sizes);
    if (getenv("UPDATE")) write_sizes(&sizes);
    else compare(&sizes);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes_never_get_worse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

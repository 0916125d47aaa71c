#include "checker/vacuity.h"

#include "model/support/vec.h"
#include "model/temporal.h"

#include <assert.h>

enum { PATIENCE = 1 << 14 /* states between two looks at the clock */ };

typedef struct Vacuity {
    const Kripke *kripke;
    const Program *program;
    const Property *property;
    VEC(uint32_t) triggers; /* nodes that were not yet seen to be true */
} Vacuity;

static bool is_moment(const Property *property, uint32_t node) {
    const TemporalNode *at = &property->nodes[node];
    switch (at->op) {
    case TEMPORAL_TRUE:
    case TEMPORAL_FALSE:
    case TEMPORAL_ATOM: return true;
    case TEMPORAL_NOT: return is_moment(property, at->a);
    case TEMPORAL_AND:
    case TEMPORAL_OR:
    case TEMPORAL_IMPLIES:
    case TEMPORAL_IFF: return is_moment(property, at->a) && is_moment(property, at->b);
    default: return false;
    }
}

static bool is_true(const Property *property, uint32_t node, uint64_t letter) {
    const TemporalNode *at = &property->nodes[node];
    switch (at->op) {
    case TEMPORAL_TRUE: return true;
    case TEMPORAL_ATOM: return letter >> at->a & 1;
    case TEMPORAL_NOT: return !is_true(property, at->a, letter);
    case TEMPORAL_AND: return is_true(property, at->a, letter) && is_true(property, at->b, letter);
    case TEMPORAL_OR: return is_true(property, at->a, letter) || is_true(property, at->b, letter);
    case TEMPORAL_IMPLIES: return !is_true(property, at->a, letter) || is_true(property, at->b, letter);
    case TEMPORAL_IFF: return is_true(property, at->a, letter) == is_true(property, at->b, letter);
    default: return false;
    }
}

static void note_trigger(Vacuity *vacuity, uint32_t node) {
    if (is_moment(vacuity->property, node)) vec_push(&vacuity->triggers, node);
}

/* Walks down where making a part larger makes the formula larger (`positive`), or smaller. */
static void collect(Vacuity *vacuity, uint32_t node, bool positive) {
    const TemporalNode *nodes = vacuity->property->nodes, *at = &nodes[node];
    switch (at->op) {
    case TEMPORAL_TRUE:
    case TEMPORAL_FALSE:
    case TEMPORAL_ATOM:
    case TEMPORAL_IFF: return;
    case TEMPORAL_NOT: collect(vacuity, at->a, !positive); return;
    case TEMPORAL_X:
    case TEMPORAL_F:
    case TEMPORAL_G:
    case TEMPORAL_AX:
    case TEMPORAL_EX:
    case TEMPORAL_AF:
    case TEMPORAL_EF:
    case TEMPORAL_AG:
    case TEMPORAL_EG: collect(vacuity, at->a, positive); return;
    case TEMPORAL_IMPLIES:
        if (positive) note_trigger(vacuity, at->a);
        collect(vacuity, at->a, !positive);
        collect(vacuity, at->b, positive);
        return;
    case TEMPORAL_OR: /* !trigger || reaction */
        for (int side = 0; side < 2 && positive; side++) {
            uint32_t one = side == 0 ? at->a : at->b, other = side == 0 ? at->b : at->a;
            if (nodes[one].op == TEMPORAL_NOT && !is_moment(vacuity->property, other))
                note_trigger(vacuity, nodes[one].a);
        }
        break;
    default: break;
    }
    collect(vacuity, at->a, positive);
    collect(vacuity, at->b, positive);
}

static void see(Vacuity *vacuity, uint32_t state, uint64_t events) {
    uint64_t conditions = kripke_conditions(vacuity->kripke, state);
    uint64_t letter = temporal_letter(vacuity->program->atoms, vacuity->property, conditions, events);
    for (uint32_t i = vacuity->triggers.n; i-- > 0;) {
        if (!is_true(vacuity->property, vacuity->triggers.data[i], letter)) continue;
        vacuity->triggers.data[i] = vec_last(&vacuity->triggers);
        (void)vec_pop(&vacuity->triggers);
    }
}

/* False: out of time; nothing can be said then. */
static bool see_all(Vacuity *vacuity, const FairView *view) {
    const Edges *edges = vacuity->kripke->edges;
    for (uint32_t state = 0; state < edges->nroots; state++) see(vacuity, state, 0);
    for (uint32_t state = 0; state < edges->n && vacuity->triggers.n > 0; state++) {
        if (state % PATIENCE == 0 && !fair_may_go_on(view, 0)) return false;
        EdgeIter iter = edges_of(edges, state);
        while (edges_next(&iter) && vacuity->triggers.n > 0) {
            const EdgeLabel *label = edges_label(edges, iter.label);
            if ((label->flags & LABEL_NOWHERE) == 0) see(vacuity, iter.target, label->events);
        }
    }
    return true;
}

uint32_t vacuity_find(const Kripke *kripke, const FairView *view, const Program *program, const Property *property) {
    assert(property->nnodes > 0);
    Vacuity vacuity = {.kripke = kripke, .program = program, .property = property};
    collect(&vacuity, property->nnodes - 1, true);
    uint32_t found = UINT32_MAX;
    if (vacuity.triggers.n > 0 && see_all(&vacuity, view) && vacuity.triggers.n > 0) found = vacuity.triggers.data[0];
    vec_fini(&vacuity.triggers);
    return found;
}

/* The strongly connected components of an automaton. */
#ifndef UNKNOT_LTL_COMPONENTS_H
#define UNKNOT_LTL_COMPONENTS_H

#include "ltl/automaton.h"

typedef struct Component {
    Marks marks;  /* of all edges inside */
    bool has_edge; /* it has an edge inside: runs can stay */
    bool is_accepting; /* a run that stays can be accepted */
    bool is_useful;    /* it is accepting or leads to one that is */
    uint32_t nstates;
} Component;

/* An edge never leads from a component to one with a greater number. States that cannot be reached are in none. */
typedef struct Components {
    VEC(Component) list;
    uint32_t *of; /* UINT32_MAX: not reached */
} Components;

/* Of a settled automaton. */
void components_init(Components *components, const Automaton *automaton);
void components_fini(Components *components);
/* Both ends are in one component. */
static inline bool components_inside(const Components *components, const Edge *edge) {
    return components->of[edge->from] == components->of[edge->to];
}
static inline const Component *components_at(const Components *components, uint32_t state) {
    return &components->list.data[components->of[state]];
}

#endif

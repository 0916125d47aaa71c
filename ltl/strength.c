#include "ltl/strength.h"

#include "ltl/components.h"

static bool is_weak(const Automaton *automaton, const Components *components) {
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        const Edge *e = &automaton->edges.data[i];
        if (components->of[e->from] == UINT32_MAX || !components_inside(components, e)) continue;
        bool accepting = components_at(components, e->from)->is_accepting;
        if (e->marks != (accepting ? automaton_all(automaton) : 0)) return false;
    }
    return true;
}

/* Whatever is read, and whichever edge is taken, the run is still in an accepting component. */
static bool is_terminal(const Automaton *automaton, const Components *components) {
    for (uint32_t s = 0; s < automaton->nstates; s++) {
        if (components->of[s] == UINT32_MAX || !components_at(components, s)->is_accepting) continue;
        Bdd stays = BDD_FALSE;
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++) {
            if (!components_at(components, e->to)->is_accepting) return false;
            if (components_inside(components, e)) stays = bdd_or(automaton->bdds, stays, e->label);
        }
        if (stays != BDD_TRUE) return false;
    }
    return true;
}

Strength strength_of(const Automaton *automaton) {
    Components components;
    components_init(&components, automaton);
    Strength strength = STRENGTH_GENERAL;
    if (is_weak(automaton, &components))
        strength = is_terminal(automaton, &components) ? STRENGTH_TERMINAL : STRENGTH_WEAK;
    components_fini(&components);
    return strength;
}

#include "session/controllable.h"

#include "session/binary.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

static bool *flags(uint32_t n) {
    bool *data = calloc(n + 1u, sizeof *data);
    if (!data) fatal("out of memory");
    return data;
}

/* All that it may output leads into the set, or one of its inputs, or it is an end. */
static bool stays(const Cfsm *type, const bool *in, uint32_t state) {
    bool some = !binary_degree(type, state), all = true;
    for (uint32_t e = type->first[state]; e < type->first[state + 1]; e++) {
        some |= in[type->edges[e].to];
        all &= in[type->edges[e].to];
    }
    return in[state] && (binary_sends(type, state) ? all : some);
}

/* Those of the set that reach an end within it. */
static bool *reaching(const Cfsm *type, const bool *in) {
    bool *reaches = flags(type->nstates), changed = true;
    while (changed) {
        changed = false;
        for (uint32_t s = type->nstates; s-- > 0;) {
            bool can = in[s] && !binary_degree(type, s);
            for (uint32_t e = type->first[s]; e < type->first[s + 1]; e++) can |= in[s] && reaches[type->edges[e].to];
            changed |= can && !reaches[s];
            reaches[s] |= can;
        }
    }
    return reaches;
}

/* The greatest set that outputs do not leave and in which each state reaches an end. A partner that always takes a shortest way to an end stays in it. */
bool *controllable_states(const Cfsm *type) {
    bool *in = flags(type->nstates), changed = true;
    memset(in, true, sizeof *in * type->nstates);
    while (changed) {
        changed = false;
        bool *kept = flags(type->nstates);
        for (uint32_t s = 0; s < type->nstates; s++) kept[s] = stays(type, in, s);
        bool *reaches = reaching(type, kept);
        for (uint32_t s = 0; s < type->nstates; s++) changed |= in[s] != reaches[s];
        memcpy(in, reaches, sizeof *in * type->nstates);
        free(kept);
        free(reaches);
    }
    return in;
}

Cfsm controllable_part(const Cfsm *type) {
    bool *in = controllable_states(type);
    VEC(CfsmEdge) edges = {0};
    for (uint32_t e = 0; e < type->nedges; e++)
        if (type->edges[e].is_send || in[type->edges[e].to]) vec_push(&edges, type->edges[e]);
    Cfsm part = cfsm_of(type->nstates, type->initial, edges.data, edges.n, NULL);
    vec_fini(&edges);
    free(in);
    return part;
}

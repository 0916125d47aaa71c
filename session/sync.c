#include "session/compat.h"

#include "session/liveness.h"
#include "session/rendezvous.h"

/* The peer listens to the role here, and knows no such message. */
static bool is_unknown(const CfsmSystem *system, uint32_t role, const CfsmEdge *send, uint32_t state) {
    const Cfsm *peer = &system->machines[send->peer];
    bool listens = false;
    for (uint32_t r = peer->first[state]; r < peer->first[state + 1]; r++) {
        if (peer->edges[r].is_send || peer->edges[r].peer != role) continue;
        if (peer->edges[r].message == send->message) return false;
        listens = true;
    }
    return listens;
}

static bool labels_match(const CfsmSystem *system, const Rendezvous *meetings) {
    for (uint32_t c = 0; c < meetings->global.nstates; c++)
        for (uint32_t role = 0; role < system->n; role++) {
            const Cfsm *machine = &system->machines[role];
            uint32_t state = rendezvous_at(meetings, c, role);
            for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
                const CfsmEdge *edge = &machine->edges[e];
                if (edge->is_send && is_unknown(system, role, edge, rendezvous_at(meetings, c, edge->peer))) return false;
            }
        }
    return true;
}

CompatSync compat_sync(const CfsmSystem *system, CompatOptions options) {
    Liveness liveness = liveness_check(system, (LivenessOptions){.sync = true, .max_configurations = options.max_configurations});
    CompatSync result = {.complete = !liveness.why, .configurations = liveness.configurations};
    if (!result.complete) return result;
    Rendezvous meetings;
    rendezvous_explore(&meetings, system, options.max_configurations);
    result.labels_match = labels_match(system, &meetings);
    result.deadlock_free = liveness.holds[LIVENESS_DEADLOCK_FREE];
    result.live = liveness.holds[LIVENESS_LIVE];
    rendezvous_fini(&meetings);
    return result;
}

#include "session/compat.h"

#include "session/backwards.h"
#include "session/local.h"
#include "session/rivals.h"
#include "session/subtype.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the machines alone tell */

static bool is_csa(const CfsmSystem *system) {
    for (uint32_t role = 0; role < system->n; role++) {
        const Cfsm *machine = &system->machines[role];
        for (uint32_t s = 0; s < machine->nstates; s++)
            for (uint32_t e = machine->first[s]; e < machine->first[s + 1]; e++)
                for (uint32_t f = machine->first[s]; f < e; f++) {
                    const CfsmEdge *a = &machine->edges[e], *b = &machine->edges[f];
                    if (a->is_send != b->is_send || (a->peer == b->peer && a->message == b->message)) return false;
                }
    }
    return true;
}

static bool is_directed(const CfsmSystem *system) {
    for (uint32_t role = 0; role < system->n; role++) {
        const Cfsm *machine = &system->machines[role];
        for (uint32_t s = 0; s < machine->nstates; s++)
            for (uint32_t e = machine->first[s] + 1; e < machine->first[s + 1]; e++)
                if (machine->edges[e].peer != machine->edges[e - 1].peer || machine->edges[e].is_send != machine->edges[e - 1].is_send) return false;
    }
    return true;
}

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- k-exhaustivity: every send that a machine stands before gets room without it */

static bool stands_before_send(const Configs *configs, uint32_t config, uint32_t role, uint32_t peer) {
    const Cfsm *machine = configs_machine(configs, role);
    uint32_t state = configs_at(configs, config)[role];
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (machine->edges[e].is_send && machine->edges[e].peer == peer) return true;
    return false;
}

static bool is_exhaustive(Backwards *back) {
    const Configs *configs = back->configs;
    uint32_t n = configs->system->n;
    for (uint32_t role = 0; role < n; role++)
        for (uint32_t peer = 0; peer < n; peer++) {
            uint32_t queue = configs_queue(configs, role, peer);
            if (queue == UINT32_MAX) continue;
            backwards_clear(back);
            for (uint32_t c = 0; c < configs->n; c++)
                if (configs_length(configs, configs_at(configs, c), queue) < configs->k) backwards_goal(back, c);
            backwards_reach(back, role);
            for (uint32_t c = 0; c < configs->n; c++)
                if (!back->reached[c] && stands_before_send(configs, c, role, peer)) return false;
        }
    return true;
}

/* ---- preconditions where machines are not directed */

/* Output bound independence: of the sends of one state all have room or none. */
static bool outputs_are_independent(const Configs *configs) {
    for (uint32_t c = 0; c < configs->n; c++)
        for (uint32_t role = 0; role < configs->system->n; role++) {
            const Cfsm *machine = configs_machine(configs, role);
            uint32_t state = configs_at(configs, c)[role], room = 0, full = 0;
            for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
                if (!machine->edges[e].is_send) continue;
                uint32_t queue = configs_queue(configs, role, machine->edges[e].peer);
                if (configs_length(configs, configs_at(configs, c), queue) < configs->k) room++;
                else full++;
            }
            if (room && full) return false;
        }
    return true;
}

static bool can_receive(const Configs *configs, uint32_t config, uint32_t role, uint32_t edge) {
    for (uint32_t e = configs->first.data[config]; e < configs->first.data[config + 1]; e++)
        if (configs->edges.data[e].role == role && configs->edges.data[e].edge == edge) return true;
    return false;
}

/* Causal input bound independence: while a machine can take one message, none from another role that it could take instead is there, and none is
   sent later but because it took the first. What happens because of a reception: what its machine does from then on, what machines do that took
   a message sent so. (That a full queue gets room does not count: it would not be full with more capacity.) */
static bool pair_is_independent(const Configs *configs, uint32_t role, uint32_t state, uint32_t a, uint32_t b) {
    bool any = false;
    for (uint32_t c = 0; c < configs->n; c++) {
        if (configs_at(configs, c)[role] != state || !can_receive(configs, c, role, a)) continue;
        if (can_receive(configs, c, role, b)) return false;
        any = true;
    }
    return !any || !rivals_find(configs, role, a, b);
}

static bool inputs_are_independent(const Configs *configs) {
    for (uint32_t role = 0; role < configs->system->n; role++) {
        const Cfsm *machine = configs_machine(configs, role);
        for (uint32_t s = 0; s < machine->nstates; s++)
            for (uint32_t a = machine->first[s]; a < machine->first[s + 1]; a++)
                for (uint32_t b = machine->first[s]; b < machine->first[s + 1]; b++) {
                    const CfsmEdge *x = &machine->edges[a], *y = &machine->edges[b];
                    if (x->is_send || y->is_send || x->peer == y->peer) continue;
                    if (!pair_is_independent(configs, role, s, a, b)) return false;
                }
    }
    return true;
}

/* ---- k-safety */

typedef struct Fault { CompatFault kind; uint32_t role, peer, config; } Fault;

static bool is_reception(const Configs *configs, const ConfigEdge *edge, uint32_t role, uint32_t peer) {
    const CfsmEdge *action = &configs_machine(configs, edge->role)->edges[edge->edge];
    return edge->role == role && !action->is_send && (peer == UINT32_MAX || action->peer == peer);
}

/* The first configuration, in order of discovery, that cannot reach a reception by `role` (from `peer`) although it should. */
static void look_for(Backwards *back, CompatFault kind, uint32_t role, uint32_t peer, Fault *fault) {
    const Configs *configs = back->configs;
    backwards_clear(back);
    for (uint32_t e = 0; e < configs->edges.n; e++)
        if (is_reception(configs, &configs->edges.data[e], role, kind == COMPAT_UNREAD ? peer : UINT32_MAX)) backwards_goal(back, configs->edges.data[e].from);
    backwards_reach(back, UINT32_MAX);
    for (uint32_t c = 0; c < configs->n && c < fault->config; c++) {
        const uint32_t *words = configs_at(configs, c);
        bool due;
        if (kind == COMPAT_UNREAD) {
            due = configs_length(configs, words, configs_queue(configs, peer, role)) > 0;
        } else {
            const Cfsm *machine = configs_machine(configs, role);
            due = machine->first[words[role]] < machine->first[words[role] + 1];
            for (uint32_t e = machine->first[words[role]]; e < machine->first[words[role] + 1]; e++) due &= !machine->edges[e].is_send;
        }
        if (due && !back->reached[c]) *fault = (Fault){kind, role, peer, c};
    }
}

static Fault find_fault(Backwards *back) {
    Fault fault = {.config = UINT32_MAX};
    uint32_t n = back->configs->system->n;
    for (uint32_t role = 0; role < n; role++) {
        look_for(back, COMPAT_WAITING, role, role, &fault);
        for (uint32_t peer = 0; peer < n; peer++)
            if (configs_queue(back->configs, peer, role) != UINT32_MAX) look_for(back, COMPAT_UNREAD, role, peer, &fault);
    }
    return fault;
}

/* ---- faults that no capacity mends: a machine alone can tell that it will never take what lies at the head of a queue */

/* Is there a way through role's machine from `state` on which the first message taken from `peer` is this one? */
static bool may_take(const Cfsm *machine, uint32_t state, uint32_t peer, Name message) {
    bool *seen = allocate(machine->nstates, sizeof *seen), found = false;
    VEC(uint32_t) stack = {0};
    vec_push(&stack, state);
    seen[state] = true;
    while (stack.n && !found) {
        uint32_t at = vec_pop(&stack);
        for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++) {
            const CfsmEdge *edge = &machine->edges[e];
            if (!edge->is_send && edge->peer == peer) {
                found |= edge->message == message;
            } else if (!seen[edge->to]) {
                seen[edge->to] = true;
                vec_push(&stack, edge->to);
            }
        }
    }
    vec_fini(&stack);
    free(seen);
    return found;
}

/* It only receives, and from each role that it would hear from something else lies there. */
static bool is_jammed(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    uint32_t first = machine->first[words[role]], last = machine->first[words[role] + 1];
    for (uint32_t e = first; e < last; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        if (edge->is_send) return false;
        uint32_t queue = configs_queue(configs, edge->peer, role);
        if (!configs_length(configs, words, queue) || configs_head(configs, words, queue) == edge->message) return false;
    }
    return first < last;
}

static Fault definite_in(const Configs *configs, uint32_t config) {
    const uint32_t *words = configs_at(configs, config);
    uint32_t n = configs->system->n;
    for (uint32_t role = 0; role < n; role++) {
        if (is_jammed(configs, words, role)) return (Fault){COMPAT_WAITING, role, role, config};
        for (uint32_t peer = 0; peer < n; peer++) {
            uint32_t queue = configs_queue(configs, peer, role);
            if (queue == UINT32_MAX || !configs_length(configs, words, queue)) continue;
            if (!may_take(configs_machine(configs, role), words[role], peer, configs_head(configs, words, queue)))
                return (Fault){COMPAT_UNREAD, role, peer, config};
        }
    }
    return (Fault){.config = UINT32_MAX};
}

static Fault find_definite(const Configs *configs) {
    Fault fault = {.config = UINT32_MAX};
    for (uint32_t c = 0; c < configs->n && fault.config == UINT32_MAX; c++) fault = definite_in(configs, c);
    return fault;
}

static void run_to(const Configs *configs, uint32_t config, Compat *compat) {
    for (uint32_t at = config; configs->found.data[at].from != UINT32_MAX; at = configs->found.data[at].from) compat->nrun++;
    compat->run = allocate(compat->nrun, sizeof *compat->run);
    uint32_t i = compat->nrun;
    for (uint32_t at = config; configs->found.data[at].from != UINT32_MAX; at = configs->found.data[at].from)
        compat->run[--i] = (CompatStep){configs->found.data[at].role, configs->found.data[at].edge};
}

/* ---- one k after the other */

static void conclude(Compat *compat, const Configs *configs, CompatBasis basis, Fault fault) {
    compat->basis = basis;
    compat->verdict = fault.kind == COMPAT_NONE ? COMPAT_SAFE : COMPAT_UNSAFE;
    compat->fault = fault.kind;
    compat->role = fault.role;
    compat->peer = fault.peer;
    if (fault.kind != COMPAT_NONE) run_to(configs, fault.config, compat);
}

/* On the full graph: the reduced one leaves out the very rivals that this is about. */
static bool inputs_independent_at(const CfsmSystem *system, uint32_t k, CompatOptions options) {
    Configs configs;
    configs_explore(&configs, system, k, options.max_configurations);
    bool independent = configs.complete && inputs_are_independent(&configs);
    configs_fini(&configs);
    return independent;
}

/* On the reduced graph: k-exhaustivity with its preconditions. */
static bool try_exhaustive(Compat *compat, const CfsmSystem *system, uint32_t k, CompatOptions options) {
    Configs configs;
    Backwards back;
    configs_reduce(&configs, system, k, options.max_configurations);
    compat->reduced = configs.n;
    compat->reduced_steps = configs.edges.n;
    compat->is_reduced_whole = configs.complete;
    bool applies = configs.complete && compat->is_csa;
    if (configs.complete) {
        backwards_init(&back, &configs);
        compat->outputs_independent = compat->is_directed || outputs_are_independent(&configs);
        compat->is_exhaustive = is_exhaustive(&back);
        compat->inputs_independent = compat->is_directed || inputs_independent_at(system, k, options);
        applies &= compat->outputs_independent && compat->inputs_independent && compat->is_exhaustive;
        if (applies) conclude(compat, &configs, COMPAT_EXHAUSTIVE, find_fault(&back));
        backwards_fini(&back);
    }
    configs_fini(&configs);
    return applies;
}

/* On the full graph: everything, if no queue was ever full; else what is wrong whatever the capacity. */
static bool try_exact(Compat *compat, const CfsmSystem *system, uint32_t k, CompatOptions options) {
    Configs configs;
    Backwards back;
    configs_explore(&configs, system, k, options.max_configurations);
    compat->configurations = configs.n;
    compat->is_full_whole = configs.complete;
    if (!configs.complete) {
        compat->configurations = 0;
    } else if (!configs.blocks) {
        compat->longest = configs.longest;
        backwards_init(&back, &configs);
        conclude(compat, &configs, COMPAT_EXACT, find_fault(&back));
        backwards_fini(&back);
    } else {
        Fault fault = find_definite(&configs);
        if (fault.kind != COMPAT_NONE) conclude(compat, &configs, COMPAT_DEFINITE, fault);
    }
    configs_fini(&configs);
    return compat->basis != COMPAT_BY_NOTHING;
}

/* Two machines whose queues grow may still suit each other. */
static void try_subtyping(Compat *compat, const CfsmSystem *system) {
    if (system->n != 2) return;
    Cfsm dual = local_dual(&system->machines[1]);
    Subtype result = subtype_async(&system->machines[0], &dual, SUBTYPE_DEFAULTS);
    if (result.verdict == SUBTYPE_YES) {
        compat->verdict = COMPAT_SAFE;
        compat->basis = COMPAT_BY_SUBTYPING;
    }
    subtype_fini(&result);
    cfsm_fini(&dual);
}

Compat compat_check(const CfsmSystem *system, CompatOptions options) {
    Compat compat = {.verdict = COMPAT_UNKNOWN, .is_csa = is_csa(system), .is_directed = is_directed(system), .is_full_whole = true};
    for (uint32_t k = 1; k <= options.bound; k++) {
        compat.k = k;
        if (try_exhaustive(&compat, system, k, options)) break;
        if (compat.is_full_whole && try_exact(&compat, system, k, options)) break; /* with more capacity it only grows */
        if (!compat.is_full_whole && !compat.is_reduced_whole) break;
    }
    if (compat.verdict == COMPAT_UNKNOWN) try_subtyping(&compat, system);
    if (compat.verdict != COMPAT_UNKNOWN) return compat;
    compat.why = !compat.is_full_whole        ? "too many configurations"
                 : !compat.is_csa             ? "a machine is not deterministic, or sends and receives in one state"
                 : !compat.inputs_independent ? "a machine could receive from two roles at a time"
                 : !compat.is_exhaustive      ? "no bound tried lets every send go on"
                                              : "the sends of one state are not independent of the bound";
    return compat;
}

void compat_fini(Compat *compat) {
    free(compat->run);
    *compat = (Compat){0};
}

#include "session/project.h"

#include "session/erased.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A subset of the protocol's states, in ascending order. */
typedef struct Subset { uint32_t first, n, parent, edge; } Subset; /* parent: the subset before, edge: an edge of the role on the way here */

typedef struct Project {
    const GlobalAutomaton *global;
    uint32_t role;
    Erased erased;
    bool *shares_queue; /* per sender: parallel branches send to the role through one queue */
    VEC(Subset) subsets;
    VEC(uint32_t) members;
    VEC(CfsmEdge) edges;
    uint32_t *table, mask; /* of subsets, by their members */
    Projection *out;
} Project;

enum { MAX_MEMBERS = 40000000 };

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- subsets */

static int compare(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static const uint32_t *members(const Project *project, uint32_t subset) { return project->members.data + project->subsets.data[subset].first; }

static void grow_table(Project *project) {
    uint32_t size = project->mask ? (project->mask + 1) * 2 : 256;
    free(project->table);
    project->table = allocate(size, sizeof *project->table);
    project->mask = size - 1;
    for (uint32_t i = 0; i < project->subsets.n; i++) {
        uint32_t at = (uint32_t)hash_bytes(members(project, i), sizeof(uint32_t) * project->subsets.data[i].n) & project->mask;
        while (project->table[at]) at = (at + 1) & project->mask;
        project->table[at] = i + 1;
    }
}

/* The subset that was found: its number, a new one if there is none like it. */
static uint32_t add_subset(Project *project, uint32_t parent, uint32_t edge) {
    const uint32_t *states = project->erased.stack.data, n = project->erased.stack.n;
    if (project->subsets.n * 2 >= project->mask) grow_table(project);
    qsort(project->erased.stack.data, n, sizeof(uint32_t), compare);
    uint32_t at = (uint32_t)hash_bytes(states, sizeof(uint32_t) * n) & project->mask;
    for (; project->table[at]; at = (at + 1) & project->mask) {
        uint32_t i = project->table[at] - 1;
        if (project->subsets.data[i].n == n && memcmp(members(project, i), states, sizeof(uint32_t) * n) == 0) return i;
    }
    vec_push(&project->subsets, (Subset){project->members.n, n, parent, edge});
    for (uint32_t i = 0; i < n; i++) vec_push(&project->members, states[i]);
    project->table[at] = project->subsets.n;
    return project->subsets.n - 1;
}

/* The target of one action of the role from a subset. */
static uint32_t target_of(Project *project, uint32_t subset, const GlobalEdge *action, uint32_t edge) {
    const GlobalAutomaton *global = project->global;
    erased_begin(&project->erased);
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (erased_is_same(&global->edges[e], action)) erased_visit(&project->erased, global->edges[e].to);
    }
    erased_close(&project->erased);
    return add_subset(project, subset, edge);
}

static bool is_known(const Project *project, uint32_t from, const CfsmEdge *edge) {
    for (uint32_t i = from; i < project->edges.n; i++) {
        const CfsmEdge *other = &project->edges.data[i];
        if (other->peer == edge->peer && other->is_send == edge->is_send && other->message == edge->message) return true;
    }
    return false;
}

static void expand(Project *project, uint32_t subset) {
    const GlobalAutomaton *global = project->global;
    uint32_t known = project->edges.n, n = project->subsets.data[subset].n;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *action = &global->edges[e];
            if (!erased_concerns(&project->erased, action)) continue;
            bool is_send = action->sender == project->role;
            CfsmEdge edge = {.from = subset, .peer = is_send ? action->receiver : action->sender, .message = action->message, .is_send = is_send};
            if (is_known(project, known, &edge)) continue;
            edge.to = target_of(project, subset, action, e);
            vec_push(&project->edges, edge);
        }
    }
}

static void determinise(Project *project) {
    erased_begin(&project->erased);
    erased_visit(&project->erased, project->global->initial);
    erased_close(&project->erased);
    (void)add_subset(project, UINT32_MAX, UINT32_MAX);
    for (uint32_t i = 0; i < project->subsets.n && project->members.n < MAX_MEMBERS; i++) expand(project, i);
    if (project->members.n >= MAX_MEMBERS) project->out->fault = PROJECT_LIMIT;
}

static Cfsm machine_of(const Project *project) {
    uint32_t n = project->subsets.n;
    bool *is_final = allocate(n, sizeof *is_final);
    for (uint32_t s = 0; s < n; s++)
        for (uint32_t i = 0; i < project->subsets.data[s].n; i++) is_final[s] |= project->global->is_final[members(project, s)[i]];
    Cfsm machine = cfsm_of(n, 0, project->edges.data, project->edges.n, is_final), minimal = cfsm_minimal(&machine);
    cfsm_fini(&machine);
    free(is_final);
    return minimal;
}

/* ---- runs that lead somewhere

   A run of the protocol to a state of a subset: within the subset by steps without the role, before it by the action through which the subset
   was found first. */

typedef VEC(uint32_t) Run;

/* The states of `subset` from which its member `state` is reached without the role, searched backwards: prepends the steps, returns the first. */
static uint32_t prepend_free(const Project *project, uint32_t subset, uint32_t state, const bool *is_entry, Run *run) {
    const GlobalAutomaton *global = project->global;
    const uint32_t *inside = members(project, subset);
    uint32_t n = project->subsets.data[subset].n, *via = allocate(global->nstates, sizeof *via);
    VEC(uint32_t) queue = {0};
    bool *seen = allocate(global->nstates, sizeof *seen);
    vec_push(&queue, state);
    seen[state] = true;
    uint32_t found = is_entry[state] ? state : UINT32_MAX;
    for (uint32_t q = 0; q < queue.n && found == UINT32_MAX; q++)
        for (uint32_t i = 0; i < n && found == UINT32_MAX; i++)
            for (uint32_t e = global->first[inside[i]]; e < global->first[inside[i] + 1]; e++) {
                if (global->edges[e].to != queue.data[q] || erased_concerns(&project->erased, &global->edges[e]) || seen[inside[i]]) continue;
                seen[inside[i]] = true;
                via[inside[i]] = e;
                vec_push(&queue, inside[i]);
                if (is_entry[inside[i]]) found = inside[i];
            }
    assert(found != UINT32_MAX);
    VEC(uint32_t) steps = {0};
    for (uint32_t at = found; at != state; at = global->edges[via[at]].to) vec_push(&steps, via[at]);
    for (uint32_t i = steps.n; i-- > 0;) vec_push(run, steps.data[i]); /* runs are kept backwards */
    vec_fini(&steps);
    vec_fini(&queue);
    free(via);
    free(seen);
    return found;
}

static void run_to(const Project *project, uint32_t subset, uint32_t state, uint32_t **out, uint32_t *nout) {
    const GlobalAutomaton *global = project->global;
    bool *is_entry = allocate(global->nstates, sizeof *is_entry);
    Run run = {0};
    for (;;) {
        const Subset *here = &project->subsets.data[subset];
        const GlobalEdge *action = here->parent == UINT32_MAX ? NULL : &global->edges[here->edge];
        memset(is_entry, 0, sizeof *is_entry * global->nstates);
        if (!action) is_entry[global->initial] = true;
        for (uint32_t e = 0; action && e < global->nedges; e++) {
            bool before = false;
            for (uint32_t i = 0; i < project->subsets.data[here->parent].n; i++) before |= members(project, here->parent)[i] == global->edges[e].from;
            if (before && erased_is_same(&global->edges[e], action)) is_entry[global->edges[e].to] = true;
        }
        state = prepend_free(project, subset, state, is_entry, &run);
        if (!action) break;
        uint32_t e = 0; /* some edge with the action from the subset before */
        for (; e < global->nedges; e++) {
            bool before = false;
            for (uint32_t i = 0; i < project->subsets.data[here->parent].n; i++) before |= members(project, here->parent)[i] == global->edges[e].from;
            if (before && global->edges[e].to == state && erased_is_same(&global->edges[e], action)) break;
        }
        assert(e < global->nedges);
        vec_push(&run, e);
        state = global->edges[e].from;
        subset = here->parent;
    }
    *out = allocate(run.n, sizeof **out);
    *nout = run.n;
    for (uint32_t i = 0; i < run.n; i++) (*out)[i] = run.data[run.n - 1 - i];
    vec_fini(&run);
    free(is_entry);
}

static void blame(Project *project, ProjectFault fault, const GlobalEdge *edge, const GlobalEdge *other, uint32_t subset, uint32_t able, uint32_t unable) {
    Projection *out = project->out;
    out->fault = fault;
    out->edge = edge;
    out->other = other;
    run_to(project, subset, able, &out->runs[0], &out->nruns[0]);
    run_to(project, subset, unable, &out->runs[1], &out->nruns[1]);
}

/* ---- Send Validity: from every state of the subset the send is reached without the role, and no message that must be taken first can be on its way.
   (A choice whose arms are messages to the role and others is one state, but its chooser has chosen when it sends.) */

static bool send_is_valid(Project *project, uint32_t subset, const GlobalEdge *send) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        if (!erased_reaches(&project->erased, state, send)) {
            blame(project, PROJECT_SEND, send, NULL, subset, send->from, state);
            return false;
        }
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *reception = &global->edges[e];
            if (reception->receiver != project->role || erased_may_precede(&project->erased, send, reception)) continue;
            blame(project, PROJECT_SEND, send, reception, subset, send->from, state);
            return false;
        }
    }
    return true;
}

/* True when an earlier member of the subset has the same action. */
static bool is_seen(const Project *project, uint32_t subset, uint32_t before, const GlobalEdge *action) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < before; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (erased_is_same(&global->edges[e], action)) return true;
    }
    return false;
}

static bool sends_are_valid(Project *project, uint32_t subset) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *send = &global->edges[e];
            if (send->sender == project->role && !is_seen(project, subset, i, send) && !send_is_valid(project, subset, send)) return false;
        }
    }
    return true;
}

/* ---- Receive Validity: no other message can be there instead */

static bool receptions_agree(Project *project, uint32_t subset, const GlobalEdge *first, const GlobalEdge *second) {
    if (first->sender == second->sender || !erased_is_available(&project->erased, second, first->sender, first->message, true)) return true;
    if (erased_may_precede(&project->erased, first, second)) return true; /* in parallel blocks: either order is right */
    blame(project, PROJECT_RECEIVE, first, second, subset, first->from, second->from);
    return false;
}

/* The pair says nothing that an earlier one did not: the same action, and the same other step. */
static bool is_repeated(const GlobalEdge *const *receptions, uint32_t i, uint32_t k) {
    for (uint32_t n = 0; n < i; n++)
        if (erased_is_same(receptions[n], receptions[i])) return true;
    for (uint32_t n = 0; n < k; n++)
        if (receptions[n]->to == receptions[k]->to && erased_is_same(receptions[n], receptions[k])) return true;
    return false;
}

/* Nor while the role has a send to make first (in parallel branches, where one state does both): unless there too it may be taken first. */
static bool agrees_with_send(Project *project, uint32_t subset, const GlobalEdge *reception, const GlobalEdge *send) {
    if (!erased_is_available(&project->erased, send, reception->sender, reception->message, false)) return true;
    if (erased_reaches(&project->erased, send->from, reception)) return true;
    blame(project, PROJECT_RECEIVE, reception, send, subset, reception->from, send->from);
    return false;
}

static bool agrees_with_sends(Project *project, uint32_t subset, const GlobalEdge *reception) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (global->edges[e].sender == project->role && !agrees_with_send(project, subset, reception, &global->edges[e])) return false;
    }
    return true;
}

static bool receptions_are_valid(Project *project, uint32_t subset) {
    const GlobalAutomaton *global = project->global;
    VEC(const GlobalEdge *) receptions = {0};
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (global->edges[e].receiver == project->role) vec_push(&receptions, &global->edges[e]);
    }
    bool valid = true;
    for (uint32_t i = 0; i < receptions.n && valid; i++) valid = agrees_with_sends(project, subset, receptions.data[i]);
    for (uint32_t i = 0; i < receptions.n && valid; i++)
        for (uint32_t k = 0; k < receptions.n && valid; k++)
            if (!is_repeated(receptions.data, i, k)) valid = receptions_agree(project, subset, receptions.data[i], receptions.data[k]);
    vec_fini(&receptions);
    return valid;
}

/* ---- queues that parallel branches share: where the role listens to a sender it must be able to take whatever may be the first in the queue */

static const GlobalEdge *heard_like(const Project *project, uint32_t subset, const GlobalEdge *head, bool parallel) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            if (edge->receiver != project->role || edge->sender != head->sender) continue;
            if (parallel ? global_are_parallel(global, edge, head) : edge->message == head->message) return edge;
        }
    }
    return NULL;
}

static bool queue_is_clear(Project *project, uint32_t subset, uint32_t sender) {
    const GlobalEdge *stuck = NULL, *wanted = NULL;
    ErasedHeads heads = erased_heads(&project->erased, members(project, subset), project->subsets.data[subset].n, sender);
    for (uint32_t i = 0; i < heads.edges.n && !wanted; i++) {
        stuck = &project->global->edges[heads.edges.data[i]];
        if (!heard_like(project, subset, stuck, false)) wanted = heard_like(project, subset, stuck, true);
    }
    vec_fini(&heads.edges);
    if (wanted) blame(project, PROJECT_QUEUE, stuck, wanted, subset, wanted->from, wanted->from);
    return !wanted;
}

static bool queues_are_clear(Project *project, uint32_t subset) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t sender = 0; sender < global->protocol->nroles; sender++)
        if (project->shares_queue[sender] && !queue_is_clear(project, subset, sender)) return false;
    return true;
}

static void find_shared_queues(Project *project) {
    const GlobalAutomaton *global = project->global;
    project->shares_queue = allocate(global->protocol->nroles, sizeof *project->shares_queue);
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].receiver == project->role && global->edges[e].is_shared) project->shares_queue[global->edges[e].sender] = true;
}

/* ---- */

Projection project_role(const GlobalAutomaton *global, uint32_t role) {
    Projection projection = {.role = role};
    Project project = {.global = global, .role = role, .out = &projection};
    erased_init(&project.erased, global, role);
    find_shared_queues(&project);
    determinise(&project);
    projection.machine = machine_of(&project);
    for (uint32_t s = 0; s < project.subsets.n && projection.fault == PROJECT_OK; s++)
        if (!sends_are_valid(&project, s) || !receptions_are_valid(&project, s) || !queues_are_clear(&project, s)) break;
    if (project.erased.gave_up) projection.fault = PROJECT_LIMIT; /* what was found may be none */
    free(project.table);
    vec_fini(&project.subsets);
    vec_fini(&project.members);
    vec_fini(&project.edges);
    erased_fini(&project.erased);
    free(project.shares_queue);
    return projection;
}

void projection_fini(Projection *projection) {
    cfsm_fini(&projection->machine);
    free(projection->runs[0]);
    free(projection->runs[1]);
    *projection = (Projection){0};
}

/* ---- what is said */

static const char *role_text(const GlobalAutomaton *global, uint32_t role) { return names_text(global->names, global->protocol->roles[role].name); }

/* Values may tell the courses apart all the same, if there are conditions on the way. */
static void note_conditions(const GlobalAutomaton *global, const Projection *projection, Diags *diags) {
    for (uint32_t which = 0; which < 2; which++)
        for (uint32_t i = 0; i < projection->nruns[which]; i++) {
            const GlobalEdge *edge = &global->edges[projection->runs[which][i]];
            if (!edge->origin->where) continue;
            diags_note(diags, edge->origin->where->span, "courses are told apart by their messages; what conditions say of values is not used for it");
            return;
        }
}

static void note_run(const GlobalAutomaton *global, const Projection *projection, uint32_t which, const char *lead, Diags *diags) {
    enum { SHOWN = 12 };
    uint32_t n = projection->nruns[which], skipped = n > SHOWN ? n - SHOWN : 0;
    diags_note(diags, global->protocol->at, "%s%s", lead, n ? "" : " nothing has happened");
    for (uint32_t i = skipped; i < n; i++) {
        const GlobalEdge *edge = &global->edges[projection->runs[which][i]];
        bool is_seen = edge->sender == projection->role || edge->receiver == projection->role;
        diags_note(diags, edge->span, "%s%s -> %s: %s%s", i == skipped && skipped ? "… then " : "", role_text(global, edge->sender),
                   role_text(global, edge->receiver), names_text(global->names, edge->message), is_seen ? " (seen)" : "");
    }
}

void projection_report(const GlobalAutomaton *global, const Projection *projection, Diags *diags) {
    if (projection->fault == PROJECT_OK) return;
    if (projection->fault == PROJECT_LIMIT) {
        diags_add(diags, DIAG_PROTOCOL_LIMIT, global->protocol->at, "there is too much to look at for '%s'", role_text(global, projection->role));
        return;
    }
    const char *role = role_text(global, projection->role), *message = names_text(global->names, projection->edge->message);
    if (projection->fault == PROJECT_SEND) {
        diags_add(diags, DIAG_NOT_PROJECTABLE, projection->edge->span, "'%s' cannot know whether it may send '%s' to '%s' here", role, message,
                  role_text(global, projection->edge->receiver));
        note_run(global, projection, 0, "it may after this course:", diags);
        note_run(global, projection, 1, "it may not after this one, which looks the same to it:", diags);
        if (projection->other) diags_note(diags, projection->other->span, "then this message may be on its way, and would have to be taken first");
        note_conditions(global, projection, diags);
        return;
    }
    if (projection->fault == PROJECT_QUEUE) {
        diags_add(diags, DIAG_NOT_PROJECTABLE, projection->other->span, "'%s' may wait for '%s' from '%s' while '%s' is the first in the same queue", role,
                  names_text(global->names, projection->other->message), role_text(global, projection->other->sender), message);
        note_run(global, projection, 0, "it waits after this course:", diags);
        diags_note(diags, projection->edge->span, "this message of a parallel branch may be there first, and cannot be taken yet");
        return;
    }
    diags_add(diags, DIAG_NOT_PROJECTABLE, projection->edge->span, "'%s' may take '%s' from '%s' too early", role, message,
              role_text(global, projection->edge->sender));
    note_run(global, projection, 0, "it is what comes next after this course:", diags);
    note_run(global, projection, 1, "after this one, which looks the same to it, another message comes first, and this one may be there already:", diags);
    diags_note(diags, projection->other->span, "the message that comes first then");
    note_conditions(global, projection, diags);
}

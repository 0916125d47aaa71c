#include "session/project.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A subset of the protocol's states, in ascending order. */
typedef struct Subset { uint32_t first, n, parent, edge; } Subset; /* parent: the subset before, edge: an edge of the role on the way here */

typedef struct Project {
    const GlobalAutomaton *global;
    uint32_t role;
    VEC(Subset) subsets;
    VEC(uint32_t) members;
    VEC(CfsmEdge) edges;
    uint32_t *mark, stamp; /* per state of the protocol */
    VEC(uint32_t) stack;
    Projection *out;
} Project;

static bool concerns(const Project *project, const GlobalEdge *edge) { return edge->sender == project->role || edge->receiver == project->role; }

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

static void visit(Project *project, uint32_t state) {
    if (project->mark[state] == project->stamp) return;
    project->mark[state] = project->stamp;
    vec_push(&project->stack, state);
}

/* Everything that the states on the stack reach without the role. */
static void close_stack(Project *project) {
    const GlobalAutomaton *global = project->global;
    for (uint32_t i = 0; i < project->stack.n; i++) {
        uint32_t state = project->stack.data[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (!concerns(project, &global->edges[e])) visit(project, global->edges[e].to);
    }
}

/* The subset on the stack: its number, a new one if there is none like it. */
static uint32_t add_subset(Project *project, uint32_t parent, uint32_t edge) {
    uint32_t n = project->stack.n;
    qsort(project->stack.data, n, sizeof(uint32_t), compare);
    for (uint32_t i = 0; i < project->subsets.n; i++) {
        const Subset *other = &project->subsets.data[i];
        if (other->n == n && memcmp(project->members.data + other->first, project->stack.data, sizeof(uint32_t) * n) == 0) return i;
    }
    vec_push(&project->subsets, (Subset){project->members.n, n, parent, edge});
    for (uint32_t i = 0; i < n; i++) vec_push(&project->members, project->stack.data[i]);
    return project->subsets.n - 1;
}

static const uint32_t *members(const Project *project, uint32_t subset) { return project->members.data + project->subsets.data[subset].first; }

static bool is_same_action(const Project *project, const GlobalEdge *a, const GlobalEdge *b) {
    (void)project;
    return a->sender == b->sender && a->receiver == b->receiver && a->message == b->message;
}

/* The target of one action of the role from a subset. */
static uint32_t target_of(Project *project, uint32_t subset, const GlobalEdge *action, uint32_t edge) {
    const GlobalAutomaton *global = project->global;
    project->stamp++;
    vec_clear(&project->stack);
    for (uint32_t i = 0; i < project->subsets.data[subset].n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (is_same_action(project, &global->edges[e], action)) visit(project, global->edges[e].to);
    }
    close_stack(project);
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
            if (!concerns(project, action)) continue;
            bool is_send = action->sender == project->role;
            CfsmEdge edge = {.from = subset, .peer = is_send ? action->receiver : action->sender, .message = action->message, .is_send = is_send};
            if (is_known(project, known, &edge)) continue;
            edge.to = target_of(project, subset, action, e);
            vec_push(&project->edges, edge);
        }
    }
}

static void determinise(Project *project) {
    project->stamp++;
    vec_clear(&project->stack);
    visit(project, project->global->initial);
    close_stack(project);
    (void)add_subset(project, UINT32_MAX, UINT32_MAX);
    for (uint32_t i = 0; i < project->subsets.n; i++) expand(project, i);
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
                if (global->edges[e].to != queue.data[q] || concerns(project, &global->edges[e]) || seen[inside[i]]) continue;
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
            if (before && is_same_action(project, &global->edges[e], action)) is_entry[global->edges[e].to] = true;
        }
        state = prepend_free(project, subset, state, is_entry, &run);
        if (!action) break;
        uint32_t e = 0; /* some edge with the action from the subset before */
        for (; e < global->nedges; e++) {
            bool before = false;
            for (uint32_t i = 0; i < project->subsets.data[here->parent].n; i++) before |= members(project, here->parent)[i] == global->edges[e].from;
            if (before && global->edges[e].to == state && is_same_action(project, &global->edges[e], action)) break;
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

/* ---- Send Validity: from every state of the subset the send is reached without the role */

static bool reaches_send(Project *project, uint32_t state, const GlobalEdge *send) {
    const GlobalAutomaton *global = project->global;
    project->stamp++;
    vec_clear(&project->stack);
    visit(project, state);
    close_stack(project);
    for (uint32_t i = 0; i < project->stack.n; i++) {
        uint32_t at = project->stack.data[i];
        for (uint32_t e = global->first[at]; e < global->first[at + 1]; e++)
            if (is_same_action(project, &global->edges[e], send)) return true;
    }
    return false;
}

static bool sends_are_valid(Project *project, uint32_t subset) {
    const GlobalAutomaton *global = project->global;
    const Subset *here = &project->subsets.data[subset];
    for (uint32_t i = 0; i < here->n; i++) {
        uint32_t state = members(project, subset)[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            if (global->edges[e].sender != project->role) continue;
            for (uint32_t k = 0; k < here->n; k++) {
                uint32_t other = members(project, subset)[k];
                if (reaches_send(project, other, &global->edges[e])) continue;
                blame(project, PROJECT_SEND, &global->edges[e], NULL, subset, state, other);
                return false;
            }
        }
    }
    return true;
}

/* ---- Receive Validity: no other message can be there instead

   From the state after the reception, which messages of `sender` may be available to the role although it does nothing more? Who hears from the
   role, or from somebody who must, waits too. A state of the search is (state of the protocol, set of roles that wait). */

typedef struct Available { uint32_t state; uint64_t blocked; } Available;

static bool is_available(Project *project, uint32_t start, uint32_t sender, Name message) {
    const GlobalAutomaton *global = project->global;
    VEC(Available) queue = {0};
    bool found = false;
    vec_push(&queue, (Available){start, 1ull << project->role});
    for (uint32_t q = 0; q < queue.n && !found; q++) {
        Available at = queue.data[q];
        for (uint32_t e = global->first[at.state]; e < global->first[at.state + 1] && !found; e++) {
            const GlobalEdge *edge = &global->edges[e];
            Available next = {edge->to, at.blocked};
            bool waits = at.blocked >> edge->sender & 1;
            if (waits) next.blocked |= 1ull << edge->receiver;
            else if (edge->sender == sender && edge->receiver == project->role) { /* the first one that is sent */
                found = edge->message == message;
                continue;
            }
            bool is_known = false;
            for (uint32_t i = 0; i < queue.n && !is_known; i++) is_known = queue.data[i].state == next.state && queue.data[i].blocked == next.blocked;
            if (!is_known) vec_push(&queue, next);
        }
    }
    vec_fini(&queue);
    return found;
}

static bool receptions_agree(Project *project, uint32_t subset, const GlobalEdge *first, const GlobalEdge *second) {
    if (first->sender == second->sender || !is_available(project, second->to, first->sender, first->message)) return true;
    blame(project, PROJECT_RECEIVE, first, second, subset, first->from, second->from);
    return false;
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
    for (uint32_t i = 0; i < receptions.n && valid; i++)
        for (uint32_t k = 0; k < receptions.n && valid; k++) valid = receptions_agree(project, subset, receptions.data[i], receptions.data[k]);
    vec_fini(&receptions);
    return valid;
}

/* ---- */

Projection project_role(const GlobalAutomaton *global, uint32_t role) {
    Projection projection = {.role = role};
    Project project = {.global = global, .role = role, .out = &projection};
    assert(global->protocol->nroles <= PROTOCOL_MAX_ROLES);
    project.mark = allocate(global->nstates, sizeof *project.mark);
    determinise(&project);
    projection.machine = machine_of(&project);
    for (uint32_t s = 0; s < project.subsets.n; s++)
        if (!sends_are_valid(&project, s) || !receptions_are_valid(&project, s)) break;
    vec_fini(&project.subsets);
    vec_fini(&project.members);
    vec_fini(&project.edges);
    vec_fini(&project.stack);
    free(project.mark);
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
    const char *role = role_text(global, projection->role), *message = names_text(global->names, projection->edge->message);
    if (projection->fault == PROJECT_SEND) {
        diags_add(diags, DIAG_NOT_PROJECTABLE, projection->edge->span, "'%s' cannot know whether it may send '%s' to '%s' here", role, message,
                  role_text(global, projection->edge->receiver));
        note_run(global, projection, 0, "it may after this course:", diags);
        note_run(global, projection, 1, "it may not after this one, which looks the same to it:", diags);
        return;
    }
    diags_add(diags, DIAG_NOT_PROJECTABLE, projection->edge->span, "'%s' may take '%s' from '%s' too early", role, message,
              role_text(global, projection->edge->sender));
    note_run(global, projection, 0, "it is what comes next after this course:", diags);
    note_run(global, projection, 1, "after this one, which looks the same to it, another message comes first, and this one may be there already:", diags);
    diags_note(diags, projection->other->span, "the message that comes first then");
}

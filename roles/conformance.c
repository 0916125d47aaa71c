#include "roles/conformance.h"

#include "checker/telling.h"
#include "model/support/fatal.h"
#include "session/conform.h"
#include "session/reorder.h"
#include "roles/role_conditions.h"
#include "roles/role_machine.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const Conformance *conformance, Name name) { return names_text(conformance->protocols->names, name); }

static uint32_t add_row(Conformance *conformance, FindingKind kind, const char *label, const char *name, Verdict verdict) {
    vec_push(&conformance->rows, (ConformanceRow){kind, label, name, verdict, "", NO_SLOT});
    return conformance->rows.n - 1;
}

/* ---- protocols */

static void judge(void *context, RoleGraph *graph, RoleClaim **claims, uint32_t *nclaims);
static bool judge_again(void *context, RoleGraph *graph, const RoleMachine *refined, RoleClaim *claim);
static void settle(void *context, const RoleClaim *claims, uint32_t nclaims);

/* A role whose machine may be done, and may go on listening. */
static bool may_listen(const HeldProtocol *held, uint32_t *role) {
    for (*role = 0; *role < held->protocol->nroles; ++*role)
        if (cfsm_restless(&held->projections[*role].machine) != UINT32_MAX) return true;
    return false;
}

static void add_protocol(Conformance *conformance, const HeldProtocol *held) {
    const char *name = name_of(conformance, held->protocol->name);
    uint32_t role, row = add_row(conformance, FINDING_INCOMPATIBLE, arena_printf(&conformance->arena, "protocol %s", name), name,
                                 held->is_projectable ? VERDICT_HOLDS : VERDICT_VIOLATED);
    if (!held->is_projectable || conformance->listening_end == LISTENING_ALLOW || !may_listen(held, &role)) return;
    if (conformance->listening_end == LISTENING_REJECT) {
        conformance->rows.data[row].verdict = VERDICT_VIOLATED;
        return;
    }
    diags_add(conformance->diags, DIAG_LISTENING_END, held->protocol->roles[role].span, "'%s' may still be listening when '%s' is over",
              name_of(conformance, held->protocol->roles[role].name), name);
    diags_note(conformance->diags, held->protocol->roles[role].span, "let somebody tell it that there is nothing more, or close its channel; --listening-end allow or reject");
}

void conformance_init(Conformance *conformance, ProgramProtocols *protocols, ListeningEnd listening_end, Diags *diags) {
    *conformance = (Conformance){.protocols = protocols, .listening_end = listening_end, .diags = diags};
    conformance->judge = (RoleJudge){.context = conformance, .judge = judge, .judge_again = judge_again, .settle = settle};
    arena_init(&conformance->arena);
    for (uint32_t i = 0; protocols != NULL && i < protocols->n; i++) {
        add_protocol(conformance, &protocols->held[i]);
        conformance->judge.tells_values |= role_conditions_exist(protocols->held[i].global);
    }
}

void conformance_fini(Conformance *conformance) {
    arena_fini(&conformance->arena);
    vec_fini(&conformance->rows);
    vec_fini(&conformance->claimed);
    for (uint32_t i = 0; i < conformance->machines.n; i++) cfsm_fini(&conformance->machines.data[i].machine);
    vec_fini(&conformance->machines);
}

/* ---- one task */

/* A task being held to its role. */
typedef struct Judging {
    Conformance *conformance;
    RoleGraph *graph;
    uint32_t machine, role, row;
    const RoleMachine *own; /* that machine, or a refined one */
    const HeldProtocol *held;
    const char *role_name, *protocol_name;
    RoleLinks links;
    RoleFold fold;
    RoleProduct product;
    Conform conform;
    RoleClaim *claim; /* what is claimed, once something is */
    const RoleWatch *watch; /* what the role does */
    bool asks;              /* others may end the task: does that happen before it may? */
} Judging;

static Arena *arena_of(Judging *judging) { return &judging->graph->arena; }
static const char *text_of(const Judging *judging, Name name) { return name_of(judging->conformance, name); }
static const char *role_text(const Judging *judging, uint32_t role) { return text_of(judging, judging->held->protocol->roles[role].name); }

static bool has_label(const char *message, const char *label, size_t length) { return strncmp(message, label, length) == 0 && (message[length] == '(' || !message[length]); }

/* The protocol has the label with other types: then they are told too. */
static bool has_other_types(const Judging *judging, const char *message, size_t length) {
    const GlobalAutomaton *global = judging->held->global;
    bool several = false;
    for (uint32_t e = 0; e < global->nedges; e++) {
        const char *other = text_of(judging, global->edges[e].message);
        several |= has_label(other, message, length) && strcmp(other, message) != 0;
    }
    return several;
}

/* "`bye` to server": the label alone, where it tells the message. */
static const char *act_text(Judging *judging, const CfsmEdge *edge) {
    const char *message = text_of(judging, edge->message);
    size_t length = strcspn(message, "(");
    if (length == 0 || has_other_types(judging, message, length)) length = strlen(message);
    return arena_printf(arena_of(judging), "`%.*s` %s %s", (int)length, message, edge->is_send ? "to" : "from", role_text(judging, edge->peer));
}

/* What the projection does in this state: "`get` to server or `bye` to server". */
static const char *expected_text(Judging *judging, uint32_t at) {
    const Cfsm *projection = &judging->held->projections[judging->role].machine;
    const char *text = "";
    for (uint32_t e = at == NO_SLOT ? 0 : projection->first[at]; at != NO_SLOT && e < projection->first[at + 1]; e++)
        text = arena_printf(arena_of(judging), "%s%s%s", text, *text ? " or " : "", act_text(judging, &projection->edges[e]));
    if (at != NO_SLOT && projection->is_final[at]) text = arena_printf(arena_of(judging), "%s%sthe end", text, *text ? " or " : "");
    return *text ? text : "nothing more";
}

static bool has_ended(const Judging *judging) {
    return judging->conform.edge == UINT32_MAX && judging->fold.part_of[ROLE_NODE_END] == judging->product.states[judging->conform.state].part;
}

static const char *message_text(Judging *judging) {
    const Conform *conform = &judging->conform;
    RoleState state = judging->product.states[conform->state];
    const char *expected = expected_text(judging, state.at), *who = judging->role_name, *protocol = judging->protocol_name;
    Arena *arena = arena_of(judging);
    if (conform->edge != UINT32_MAX) {
        const CfsmEdge *edge = &judging->product.task.machine.edges[conform->edge];
        uint32_t to = judging->product.states[edge->to].at;
        bool is_attempt = judging->product.comms[conform->edge] == ROLE_ATTEMPT;
        const char *act = act_text(judging, edge), *verb = is_attempt ? "would send" : edge->is_send ? "sends" : "takes";
        if (to != NO_SLOT) return arena_printf(arena, "%s %s %s where %s does not let it: %s", who, verb, act, protocol, conform->why);
        return arena_printf(arena, "%s %s %s where %s expects %s", who, verb, act, protocol, expected);
    }
    if (has_ended(judging)) return arena_printf(arena, "%s ends where %s expects %s", who, protocol, expected);
    if (conform->fault == CONFORM_MISSING && conform->expected != NULL) {
        const GlobalEdge *missing = conform->expected;
        CfsmEdge edge = {.peer = missing->sender, .message = missing->message};
        return arena_printf(arena, "%s does not take %s here, which %s lets come", who, act_text(judging, &edge), protocol);
    }
    if (conform->fault == CONFORM_SILENT) return arena_printf(arena, "%s stops here where %s expects %s", who, protocol, expected);
    return arena_printf(arena, "%s: %s (%s expects %s)", who, conform->why, protocol, expected);
}

static void add_note(RoleClaim *claim, Span span, const char *text) { claim->notes[claim->nnotes++] = (RoleNote){span, text}; }

/* The operation; or where the task stands; of one that has ended, what it did last. */
static Span place_of(const Judging *judging) {
    const Conform *conform = &judging->conform;
    if (conform->edge != UINT32_MAX) return judging->product.task.edges[conform->edge];
    if (has_ended(judging) && conform->nrun > 0) return judging->product.task.edges[conform->run[conform->nrun - 1]];
    return judging->product.task.states[conform->state];
}

static void add_notes(Judging *judging, RoleClaim *claim) {
    const GlobalEdge *expected = judging->conform.expected;
    claim->notes = ARENA_ARRAY(arena_of(judging), RoleNote, 3);
    add_note(claim, claim->span, !has_ended(judging) ? "here" : judging->conform.nrun > 0 ? "after this" : "without having done anything");
    if (expected == NULL) {
        add_note(claim, judging->held->protocol->at, arena_printf(arena_of(judging), "%s is over for %s then", judging->protocol_name, judging->role_name));
        return;
    }
    add_note(claim, expected->span,
             arena_printf(arena_of(judging), "%s: %s -> %s: %s", judging->protocol_name, role_text(judging, expected->sender),
                          role_text(judging, expected->receiver), text_of(judging, expected->message)));
}

/* The communications of the run, and the nodes it ends at. False: some of it was never seen. */
static bool claim_run(Judging *judging, RoleClaim *claim) {
    const Conform *conform = &judging->conform;
    const RoleGraph *graph = judging->graph;
    bool *outside = ARENA_ARRAY(arena_of(judging), bool, graph->ncomms + 1), *ends;
    for (uint32_t i = 0; i < graph->ncomms; i++) outside[i] = judging->links.first[i] == judging->links.first[i + 1];
    claim->outside = outside;
    claim->run = ARENA_ARRAY(arena_of(judging), uint32_t, conform->nrun + 1);
    uint32_t last = conform->edge != UINT32_MAX ? judging->product.comms[conform->edge] : NO_SLOT;
    claim->is_exact = last < ROLE_ATTEMPT && judging->links.against[last];
    for (uint32_t i = 0; i < conform->nrun; i++) claim->run[claim->nrun++] = judging->product.comms[conform->run[i]];
    if (conform->edge != UINT32_MAX && last != ROLE_ATTEMPT) claim->run[claim->nrun++] = last;
    for (uint32_t i = 0; i < claim->nrun; i++)
        if (claim->run[i] >= ROLE_ATTEMPT) return false;
    if (conform->edge != UINT32_MAX && last != ROLE_ATTEMPT) return true;
    uint32_t part = judging->product.states[conform->state].part;
    if (part == NO_SLOT) return false;
    claim->ends = ends = ARENA_ARRAY(arena_of(judging), bool, graph->machines[judging->machine].nnodes);
    for (uint32_t i = judging->fold.nodes_first[part]; i < judging->fold.nodes_first[part + 1]; i++) {
        uint32_t node = judging->fold.nodes[i];
        ends[judging->own->origin != NULL ? judging->own->origin[node] : node] = true;
    }
    return true;
}

static ConformanceRow *row_of(Judging *judging) { return &judging->conformance->rows.data[judging->row]; }

static void undecided(Judging *judging, const char *why) {
    row_of(judging)->verdict = VERDICT_UNKNOWN;
    row_of(judging)->note = arena_strdup(&judging->conformance->arena, why);
}

/* Somebody else sends into a channel of the task's: where messages of several stand in one queue, another order is heard. */
static bool shares_channel(const Judging *judging) {
    const RoleGraph *graph = judging->graph;
    for (uint32_t i = 0; i < graph->ntraffic; i++) {
        const RoleTraffic *own = &graph->traffic[i];
        for (uint32_t k = 0; k < graph->ntraffic && own->is_send && own->machine == judging->machine; k++)
            if (graph->traffic[k].channel == own->channel && graph->traffic[k].is_send && graph->traffic[k].machine != judging->machine) return true;
    }
    return false;
}

/* No other order excuses it, whatever it does where it was not seen to go on. */
static bool is_refuted(Judging *judging) {
    const Cfsm *projection = &judging->held->projections[judging->role].machine, *machine = &judging->product.task.machine;
    if (!judging->product.is_open || has_ended(judging) || shares_channel(judging)) return true;
    bool *finals = ARENA_ARRAY(arena_of(judging), bool, projection->nstates); /* others may leave it waiting anywhere */
    memset(finals, true, projection->nstates);
    Cfsm anywhere = cfsm_of(projection->nstates, projection->initial, projection->edges, projection->nedges, finals);
    bool refuted = reorder_refutes(machine, &anywhere, judging->product.open);
    cfsm_fini(&anywhere);
    return refuted;
}

static void refuse(Judging *judging) {
    RoleClaim *claim = ARENA_NEW(arena_of(judging), RoleClaim);
    *claim = (RoleClaim){.name = judging->role_name, .machine = judging->machine, .state = UINT32_MAX};
    claim->span = place_of(judging);
    claim->message = message_text(judging);
    add_notes(judging, claim);
    if (judging->links.is_ambiguous) undecided(judging, "a channel that several roles share does not tell whom a message is from");
    else if (!is_refuted(judging)) undecided(judging, "it may do the same in another order; what it would do after messages that never came is not known");
    else if (!claim_run(judging, claim)) undecided(judging, "what it would do after a message that never came is not known");
    else judging->claim = claim;
}

/* What the task was seen to do, as small as can be. */
static void keep_machine(Judging *judging) {
    const Cfsm *made = &judging->product.task.machine;
    VEC(CfsmEdge) edges = {0};
    for (uint32_t e = 0; e < made->nedges; e++)
        if (judging->product.comms[e] < ROLE_ATTEMPT) vec_push(&edges, made->edges[e]);
    Cfsm seen = cfsm_of(made->nstates, made->initial, edges.data, edges.n, made->is_final);
    vec_push(&judging->conformance->machines, (ConformanceMachine){row_of(judging)->label, judging->held, judging->role, cfsm_minimal(&seen)});
    cfsm_fini(&seen);
    vec_fini(&edges);
}

static void judge_part(Judging *judging, uint32_t part) {
    ConformOptions options = CONFORM_DEFAULTS;
    options.listening_end = judging->conformance->listening_end != LISTENING_REJECT;
    options.final_listens = true;
    options.receptions_seen = true;
    options.by_subtyping = !shares_channel(judging);
    judging->product = role_product_of(&judging->fold, part);
    if (judging->conformance->keeps_machines) keep_machine(judging);
    judging->conform = conform_check(judging->held->global, judging->role, &judging->product.task.machine, options);
    if (judging->conform.verdict == CONFORM_NO) refuse(judging);
    else if (judging->conform.verdict == CONFORM_UNKNOWN) undecided(judging, judging->conform.why);
    else if (judging->conform.basis == CONFORM_BY_SUBTYPING) row_of(judging)->note = "as a subtype of its role";
    else if (judging->conform.basis == CONFORM_BY_ASYNC_SUBTYPING) row_of(judging)->note = "it does the same in another order";
    conform_fini(&judging->conform);
    role_product_fini(&judging->product);
}

/* Somebody else may make the task end where it stands before a channel of the protocol: by closing it, or by a message of no protocol. */
static bool may_be_cut_short(const Judging *judging) {
    const RoleFold *fold = &judging->fold;
    for (uint32_t i = 0; i < fold->machine->nsteps; i++) {
        const RoleStep *step = &fold->machine->steps[i];
        bool is_silent = step->comm == NO_SLOT || judging->links.first[step->comm] == judging->links.first[step->comm + 1];
        if (is_silent && fold->acts[step->from] && (step->by_others || step->comm != NO_SLOT)) return true;
    }
    return false;
}

static RoleNote note_of_state(Judging *judging, uint32_t at) {
    const Cfsm *projection = &judging->held->projections[judging->role].machine;
    const GlobalAutomaton *global = judging->held->global;
    const CfsmEdge *edge = projection->first[at] < projection->first[at + 1] ? &projection->edges[projection->first[at]] : NULL;
    for (uint32_t e = 0; edge != NULL && e < global->nedges; e++) {
        const GlobalEdge *step = &global->edges[e];
        bool is_it = edge->is_send ? step->sender == judging->role && step->receiver == edge->peer : step->receiver == judging->role && step->sender == edge->peer;
        if (is_it && step->message == edge->message)
            return (RoleNote){step->span, arena_printf(arena_of(judging), "%s: %s -> %s: %s", judging->protocol_name, role_text(judging, step->sender),
                                                       role_text(judging, step->receiver), text_of(judging, step->message))};
    }
    return (RoleNote){judging->held->protocol->at, "the protocol"};
}

static uint32_t state_after(const Cfsm *projection, uint32_t at, const RoleAct *act) {
    for (uint32_t e = projection->first[at]; e < projection->first[at + 1]; e++) {
        const CfsmEdge *edge = &projection->edges[e];
        if (edge->peer == act->peer && edge->message == act->message && edge->is_send == act->is_send) return edge->to;
    }
    return NO_SLOT;
}

/* The projection, following the task. */
static void make_watch(Judging *judging) {
    const Cfsm *projection = &judging->held->projections[judging->role].machine;
    const RoleLinks *links = &judging->links;
    uint32_t ncomms = judging->graph->ncomms, *next = ARENA_ARRAY(arena_of(judging), uint32_t, (size_t)projection->nstates * ncomms + 1);
    const char **texts = ARENA_ARRAY(arena_of(judging), const char *, projection->nstates);
    RoleNote *notes = ARENA_ARRAY(arena_of(judging), RoleNote, projection->nstates);
    for (uint32_t at = 0; at < projection->nstates; at++) {
        for (uint32_t comm = 0; comm < ncomms; comm++) {
            uint32_t *to = &next[at * ncomms + comm];
            *to = links->first[comm] == links->first[comm + 1] ? at : NO_SLOT;
            for (uint32_t i = links->first[comm]; i < links->first[comm + 1] && *to == NO_SLOT; i++) *to = state_after(projection, at, &links->acts.data[i]);
        }
        texts[at] = arena_printf(arena_of(judging), "%s ends where %s expects %s", judging->role_name, judging->protocol_name, expected_text(judging, at));
        notes[at] = note_of_state(judging, at);
    }
    RoleWatch *watch = ARENA_NEW(arena_of(judging), RoleWatch);
    *watch = (RoleWatch){projection->nstates, next, arena_copy(arena_of(judging), projection->is_final, projection->nstates), texts, notes};
    judging->watch = watch;
}

static void judge_task(Judging *judging) {
    RoleTargets parts = {0};
    role_links_init(&judging->links, judging->graph, judging->conformance->protocols, judging->machine, judging->own, judging->held, judging->role);
    role_fold_init(&judging->fold, &judging->links);
    role_fold_targets(&judging->fold, ROLE_NODE_START, &parts);
    for (uint32_t i = 0; i < parts.n && judging->claim == NULL && row_of(judging)->verdict == VERDICT_HOLDS; i++) judge_part(judging, parts.data[i]);
    const ConformanceRow *row = row_of(judging);
    if (judging->claim == NULL && row->verdict == VERDICT_HOLDS && judging->links.is_open)
        undecided(judging, "a condition that speaks of more than its own message, or of time, is not held against tasks");
    if (judging->claim == NULL && row->verdict == VERDICT_HOLDS && judging->links.may_stray)
        undecided(judging, "a channel of the protocol has others at its end too: whether a message comes to whom it is for is not known");
    judging->asks = row->verdict == VERDICT_HOLDS && !row->note[0] && !judging->links.is_ambiguous && may_be_cut_short(judging);
    if (!judging->links.is_ambiguous && (judging->asks || judging->claim != NULL)) make_watch(judging);
    if (judging->claim != NULL) judging->claim->role = judging->watch;
    vec_fini(&parts);
    role_fold_fini(&judging->fold);
    role_links_fini(&judging->links);
}

/* ---- the machine's role, first of all */

static const char *task_text(const RoleGraph *graph, const RoleMachine *machine) { return graph->program->machines[machine->task]->name; }

static RoleClaim *claim_state(Judging *judging, uint32_t state, Span span, const char *message) {
    RoleClaim *claim = ARENA_NEW(arena_of(judging), RoleClaim);
    *claim = (RoleClaim){.name = judging->role_name, .machine = judging->machine, .state = state, .span = span, .message = message};
    return claim;
}

static bool sees_crashes(const Judging *judging) {
    const GlobalAutomaton *global = judging->held->global;
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].origin->is_crash && (global->edges[e].sender == judging->role || global->edges[e].receiver == judging->role)) return true;
    return false;
}

/* A message of some protocol carries a role of this one. */
static bool is_handed_over(const Judging *judging) {
    const ProgramProtocols *protocols = judging->conformance->protocols;
    for (uint32_t i = 0; i < protocols->n; i++)
        for (uint32_t e = 0; e < protocols->held[i].global->nedges; e++) {
            const GlobalType *origin = protocols->held[i].global->edges[e].origin;
            for (uint32_t k = 0; k < origin->npayloads; k++)
                if (origin->payloads[k].protocol != 0 && origin->payloads[k].protocol == judging->held->protocol->name) return true;
        }
    return false;
}

/* Which role it is. */
static void judge_begin(Judging *judging) {
    const RoleMachine *machine = judging->own = &judging->graph->machines[judging->machine];
    const RoleUse *use = &judging->graph->program->roles[machine->use];
    judging->held = program_protocols_find(judging->conformance->protocols, use->protocol);
    judging->protocol_name = use->protocol;
    judging->role_name = use->is_indexed ? arena_printf(arena_of(judging), "%s[%u]", use->role, machine->number) : use->role;
    judging->role = program_protocols_role(judging->held, judging->conformance->protocols->names, use, machine->number);
}

static void judge_machine(Judging *judging) {
    judge_begin(judging);
    Conformance *conformance = judging->conformance;
    const RoleMachine *machine = judging->own;
    const RoleUse *use = &judging->graph->program->roles[machine->use];
    const char *label = arena_printf(&conformance->arena, "%s as %s.%s", task_text(judging->graph, machine), use->protocol, judging->role_name);
    judging->row = add_row(conformance, FINDING_NONCONFORMING, label, arena_strdup(&conformance->arena, judging->role_name), VERDICT_HOLDS);
    row_of(judging)->machine = judging->machine;
    if (judging->role == UINT32_MAX)
        judging->claim = claim_state(judging, machine->first, use->span, arena_printf(arena_of(judging), "%s has no role %s", use->protocol, judging->role_name));
    else if (machine->twice != UINT32_MAX)
        judging->claim = claim_state(judging, machine->twice, use->span, arena_printf(arena_of(judging), "two live tasks take the role %s.%s at once", use->protocol, judging->role_name));
    else if (is_handed_over(judging)) undecided(judging, "a role of the protocol is handed over to others, who are not known to play it");
    else if (sees_crashes(judging)) undecided(judging, "what others do when a role crashes is not held against tasks");
    else if (!judging->held->is_projectable) undecided(judging, "the role cannot be played");
    else if (judging->graph->why != NULL) undecided(judging, judging->graph->why);
    else judge_task(judging);
}

static void push_claim(Judging *judging, const RoleClaim *claim, RoleClaim *claims, uint32_t *nclaims) {
    vec_push(&judging->conformance->claimed, judging->row);
    claims[(*nclaims)++] = *claim;
}

/* Does any task end early although nobody of the protocol is to blame? */
static void push_questions(Judging *judgings, uint32_t n, RoleClaim *claims, uint32_t *nclaims) {
    for (uint32_t i = 0; i < n; i++) {
        RoleClaim question = {.name = judgings[i].role_name, .machine = judgings[i].machine, .state = UINT32_MAX, .role = judgings[i].watch, .is_question = true};
        if (judgings[i].asks) push_claim(&judgings[i], &question, claims, nclaims);
    }
}

/* Roles of spawns that no run comes to. */
static void add_unplayed(Conformance *conformance, const RoleGraph *graph) {
    const Program *program = graph->program;
    for (uint32_t i = 0; i < program->nroles; i++) {
        const RoleUse *use = &program->roles[i];
        bool is_played = use->machine == NO_SLOT;
        for (uint32_t m = 0; m < graph->nmachines && !is_played; m++) {
            const RoleUse *played = &program->roles[graph->machines[m].use];
            is_played = strcmp(played->protocol, use->protocol) == 0 && strcmp(played->role, use->role) == 0;
        }
        if (is_played) continue;
        const char *label = arena_printf(&conformance->arena, "%s as %s.%s", program->machines[use->machine]->name, use->protocol, use->role);
        uint32_t row = add_row(conformance, FINDING_NONCONFORMING, label, use->role, VERDICT_HOLDS);
        conformance->rows.data[row].note = "no run spawns it";
    }
}

static void judge(void *context, RoleGraph *graph, RoleClaim **claims, uint32_t *nclaims) {
    Conformance *conformance = context;
    uint32_t n = graph->nmachines;
    Judging *judgings = ARENA_ARRAY(&graph->arena, Judging, n + 1);
    conformance->is_judged = true;
    *claims = ARENA_ARRAY(&graph->arena, RoleClaim, 2 * n + 1);
    for (uint32_t i = 0; i < n; i++) {
        judgings[i] = (Judging){.conformance = conformance, .graph = graph, .machine = i};
        judge_machine(&judgings[i]);
        if (judgings[i].claim != NULL) push_claim(&judgings[i], judgings[i].claim, *claims, nclaims);
    }
    push_questions(judgings, n, *claims, nclaims);
    add_unplayed(conformance, graph);
}

/* With the refined machine: the row says what came of it when nothing is claimed any more. */
static bool judge_again(void *context, RoleGraph *graph, const RoleMachine *refined, RoleClaim *claim) {
    Conformance *conformance = context;
    Judging judging = {.conformance = conformance, .graph = graph, .machine = claim->machine};
    uint32_t row = 0;
    while (conformance->rows.data[row].kind != FINDING_NONCONFORMING || conformance->rows.data[row].machine != claim->machine) row++;
    judge_begin(&judging);
    judging.own = refined;
    judging.row = row;
    judge_task(&judging);
    if (judging.claim == NULL) {
        claim->is_settled = true;
        return false;
    }
    *claim = *judging.claim;
    return true;
}

static void settle(void *context, const RoleClaim *claims, uint32_t nclaims) {
    Conformance *conformance = context;
    for (uint32_t i = 0; i < nclaims; i++) {
        ConformanceRow *row = &conformance->rows.data[conformance->claimed.data[i]];
        if (claims[i].is_settled || (claims[i].is_refuted && claims[i].is_question)) continue;
        row->verdict = claims[i].is_refuted ? VERDICT_UNKNOWN : VERDICT_VIOLATED;
        if (claims[i].is_refuted) row->note = "what its variables allow, no run of the program shows";
    }
}

/* ---- findings about protocols */

/* What is said of a role that cannot be played, as lines of a finding. */
static void add_lines(Trace *trace, const Sources *sources, const Diags *diags) {
    trace->waits = ARENA_ARRAY(&trace->arena, TraceWait, diags_count(diags));
    for (uint32_t i = 0; i < diags_count(diags); i++) {
        const Diag *diag = diags_at(diags, i);
        TraceWait *wait = &trace->waits[trace->nwaits++];
        const char *text = arena_strdup(&trace->arena, i == 0 ? "here" : diag->message);
        *wait = (TraceWait){.task = UINT32_MAX, .what = "", .holder = "", .holder_task = UINT32_MAX, .text = text};
        telling_place(sources, &trace->arena, diag->span, wait);
    }
}

static void tell_refusal(const Conformance *conformance, const HeldProtocol *held, Diags *diags) {
    for (uint32_t role = 0; role < held->protocol->nroles && diags_count(diags) == 0; role++) projection_report(held->global, &held->projections[role], diags);
    uint32_t role;
    if (diags_count(diags) == 0 && may_listen(held, &role))
        diags_add(diags, DIAG_LISTENING_END, held->protocol->roles[role].span, "'%s' may still be listening when '%s' is over",
                  name_of(conformance, held->protocol->roles[role].name), name_of(conformance, held->protocol->name));
}

static Finding finding_of(const Conformance *conformance, const Sources *sources, const HeldProtocol *held) {
    Diags *diags = diags_new(sources);
    Trace *trace = trace_new();
    tell_refusal(conformance, held, diags);
    const Diag *first = diags_at(diags, 0);
    Finding finding = {.kind = FINDING_INCOMPATIBLE, .span = first->span, .trace = trace};
    trace->kind = finding_kind_text(FINDING_INCOMPATIBLE);
    finding.name = trace->name = arena_strdup(&trace->arena, name_of(conformance, held->protocol->name));
    trace->message = arena_printf(&trace->arena, "%s cannot be played: %s", trace->name, first->message);
    trace->program = arena_strdup(&trace->arena, conformance->protocols->program->path);
    trace->file = sources_name(sources, first->span.file);
    sources_place(sources, first->span.file, first->span.begin, &trace->line, &trace->column);
    add_lines(trace, sources, diags);
    diags_free(diags);
    return finding;
}

static void add_findings(const Conformance *conformance, const Sources *sources, EngineResult *result) {
    uint32_t n = 0, at = 0;
    for (uint32_t i = 0; i < conformance->rows.n; i++) n += conformance->rows.data[i].kind == FINDING_INCOMPATIBLE && conformance->rows.data[i].verdict == VERDICT_VIOLATED;
    if (n == 0) return;
    Finding *findings = calloc(result->nfindings + n, sizeof *findings);
    if (findings == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < conformance->protocols->n; i++) /* rows of protocols come first, in this order */
        if (conformance->rows.data[i].verdict == VERDICT_VIOLATED) findings[at++] = finding_of(conformance, sources, &conformance->protocols->held[i]);
    if (result->nfindings > 0) memcpy(findings + at, result->findings, sizeof *findings * result->nfindings);
    free(result->findings);
    result->findings = findings;
    result->nfindings += n;
    result->verdict = VERDICT_VIOLATED;
}

void conformance_conclude(Conformance *conformance, const Sources *sources, EngineResult *result) {
    if (conformance->protocols == NULL) return;
    const Program *program = conformance->protocols->program;
    for (uint32_t i = 0; i < program->nroles && !conformance->is_judged; i++) {
        if (program->roles[i].machine == NO_SLOT) continue;
        const char *label = arena_printf(&conformance->arena, "%s as %s.%s", program->machines[program->roles[i].machine]->name, program->roles[i].protocol, program->roles[i].role);
        add_row(conformance, FINDING_NONCONFORMING, label, program->roles[i].role, VERDICT_UNKNOWN);
    }
    for (uint32_t i = 0; i < conformance->rows.n; i++) {
        const ConformanceRow *row = &conformance->rows.data[i];
        if (row->verdict != VERDICT_UNKNOWN) continue;
        if (result->why == NULL) result->why = arena_printf(&conformance->arena, "%s: %s", row->label, row->note[0] ? row->note : "not decided");
        if (result->verdict == VERDICT_HOLDS) result->verdict = VERDICT_UNKNOWN;
    }
    add_findings(conformance, sources, result);
}

/* ---- drawing */

static void draw_machine(const Conformance *conformance, const HeldProtocol *held, uint32_t role, const char *label, Cfsm machine, FILE *out) {
    CfsmSystem *system = cfsm_system_new(conformance->protocols->names, held->protocol->nroles);
    for (uint32_t i = 0; i < held->protocol->nroles; i++) system->roles[i] = held->protocol->roles[i].name;
    system->roles[role] = names_of(conformance->protocols->names, label); /* of itself it is no peer */
    system->machines[role] = machine;
    cfsm_dot(system, role, out);
    system->machines[role] = (Cfsm){0};
    cfsm_system_free(system);
}

void conformance_dot(const Conformance *conformance, FILE *out) {
    for (uint32_t i = 0; i < conformance->protocols->n; i++) {
        const HeldProtocol *held = &conformance->protocols->held[i];
        global_dot(held->global, out);
        for (uint32_t role = 0; role < held->protocol->nroles; role++)
            draw_machine(conformance, held, role, name_of(conformance, held->protocol->roles[role].name), held->projections[role].machine, out);
        for (uint32_t k = 0; k < conformance->machines.n; k++) {
            const ConformanceMachine *machine = &conformance->machines.data[k];
            if (machine->held == held) draw_machine(conformance, held, machine->role, machine->label, machine->machine, out);
        }
    }
}

/* `unknot session project|compat|choreography|infer|conform|dual|subtype` */
#include "session/choreography.h"
#include "session/compat.h"
#include "session/conform.h"
#include "session/culprits.h"
#include "session/liveness.h"
#include "session/local.h"
#include "session/merge.h"
#include "session/project.h"
#include "session/subtype_multi.h"
#include "tools/commands.h"
#include "roles/condition.h"
#include "roles/conformance.h"
#include "tools/output.h"
#include "roles/protocol_numbers.h"
#include "tools/session_infer.h"
#include "tools/subtype_report.h"

#include "model/chart.h"
#include "model/support/read.h"

#include <stdlib.h>
#include <string.h>

/* What a file holds: protocols, or machines; and what is said of it. */
typedef struct Held {
    Sources *sources;
    Diags *diags;
    Names *names;
    Tree *tree;
    Protocols *protocols;
    CfsmSystem *system;
    Arena arena;
    ListeningEnd listening_end;
    uint32_t told;          /* diagnostics before the protocol at hand */
} Held;

static bool ends_in(const char *path, const char *suffix) {
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

static void read_machines(Held *held, const char *path) {
    size_t length;
    char *text = read_file(held->diags, path, &length);
    if (!text) return;
    uint32_t file = sources_add(held->sources, path, text, length);
    free(text);
    held->system = cfsm_read(held->sources, file, held->names, held->diags);
}

/* The protocols of a program, or of a file that holds nothing else. */
static void read_protocols(Held *held, const char *path, const Options *options) {
    FrontendOptions frontend = {.cpp_flags = options->cpp.data, .ncpp_flags = options->cpp.n, .settings = options->settings.data, .nsettings = options->settings.n};
    held->tree = frontend_parse(held->sources, held->diags, path, &frontend);
    held->protocols = protocols_new(held->names);
    protocol_numbers_macros(held->protocols, held->sources, held->tree->file, options->cpp.data, options->cpp.n);
    protocol_numbers_define(held->protocols, held->tree);
    for (uint32_t i = 0; i < held->tree->ndecls; i++)
        if (held->tree->decls[i]->kind == DECL_PROTOCOL) protocols_parse(held->protocols, held->sources, held->tree->decls[i]->span, held->diags);
    if (held->protocols->n || diags_errors(held->diags)) return;
    if (!held->protocols->nunset) diags_add(held->diags, DIAG_PROTOCOL, (Span){held->tree->file, 0, 0}, "there is no protocol in this file");
    for (uint32_t i = 0; i < held->protocols->nunset; i++) {
        const ProtocolUnset *unset = &held->protocols->unset[i];
        const char *number = names_text(held->names, unset->number);
        diags_add(held->diags, DIAG_PROTOCOL, unset->at, "'%s' has no value here: give -P %s=VALUE, or a default", number, number);
    }
}

static void held_begin(Held *held) {
    *held = (Held){.sources = sources_new(), .names = names_new()};
    held->diags = diags_new(held->sources);
    arena_init(&held->arena);
}

static void held_load(Held *held, const char *path, const Options *options) {
    if (ends_in(path, ".cfsm")) read_machines(held, path);
    else read_protocols(held, path, options);
}

static void held_fini(Held *held) {
    cfsm_system_free(held->system);
    protocols_free(held->protocols);
    if (held->tree) tree_free(held->tree);
    diags_free(held->diags);
    names_free(held->names);
    sources_free(held->sources);
    arena_fini(&held->arena);
}

/* ---- project */

static const char *merge_words[] = {"complete", "plain", "full"};

static bool report_merge(Held *held, const Protocol *protocol, uint32_t role, MergeKind kind) {
    Merged merged = merge_role(held->protocols, protocol, role, kind);
    if (merged.verdict == MERGE_OK) return true;
    const char *name = names_text(held->names, protocol->roles[role].name);
    if (merged.verdict == MERGE_OUTSIDE)
        diags_add(held->diags, DIAG_NOT_PROJECTABLE, merged.at, "a %s merge does not know this; use `--merge complete`", merge_words[kind + 1]);
    else
        diags_add(held->diags, DIAG_NOT_PROJECTABLE, merged.at, "the arms of this choice do not merge for '%s'; `--merge complete` may tell more", name);
    return false;
}

/* May a role be over while it could still receive? False: it may not, and does. */
static bool listening_is_fine(Held *held, const Protocol *protocol, const CfsmSystem *system) {
    bool good = true;
    for (uint32_t role = 0; role < system->n && held->listening_end != LISTENING_ALLOW; role++) {
        if (cfsm_restless(&system->machines[role]) == UINT32_MAX) continue;
        good = false;
        diags_add(held->diags, held->listening_end == LISTENING_REJECT ? DIAG_NOT_PROJECTABLE : DIAG_LISTENING_END, protocol->roles[role].span,
                  "'%s' may still be listening when '%s' is over", names_text(held->names, system->roles[role]), names_text(held->names, protocol->name));
    }
    return good || held->listening_end != LISTENING_REJECT;
}

/* After something was refused: by a limit there is no verdict. */
static int refusal(const Held *held) {
    for (uint32_t i = held->told; i < diags_count(held->diags); i++)
        if (diags_at(held->diags, i)->code == DIAG_PROTOCOL_LIMIT) return EXIT_NO_VERDICT;
    return EXIT_VIOLATED;
}

/* Projects every role; the system of their machines, NULL when one cannot be. */
static CfsmSystem *project_all(Held *held, const Protocol *protocol, uint32_t merge) {
    held->told = diags_count(held->diags);
    GlobalAutomaton *global = protocol_check(held->protocols, protocol, held->diags) ? global_of(held->protocols, protocol, held->diags) : NULL;
    if (!global) return NULL;
    CfsmSystem *system = cfsm_system_new(held->names, protocol->nroles);
    bool good = condition_check(global, held->diags) == CONDITIONS_HOLD;
    for (uint32_t role = 0; role < protocol->nroles; role++) {
        Projection projection = project_role(global, role);
        system->roles[role] = protocol->roles[role].name;
        system->machines[role] = projection.machine;
        projection.machine = (Cfsm){0};
        if (merge > 0) good &= report_merge(held, protocol, role, merge == 1 ? MERGE_PLAIN : MERGE_FULL);
        else good &= projection.fault == PROJECT_OK;
        if (merge == 0) projection_report(global, &projection, held->diags);
        projection_fini(&projection);
    }
    global_free(global);
    if (good && listening_is_fine(held, protocol, system)) return system;
    cfsm_system_free(system);
    return NULL;
}

static void print_system(const CfsmSystem *system, const Options *options, FILE *out) {
    for (uint32_t role = 0; role < system->n; role++) {
        if (options->dot) cfsm_dot(system, role, out);
        else cfsm_print(system, role, out);
    }
}

static int project(Held *held, const Options *options, FILE *out) {
    int code = EXIT_HOLDS;
    for (uint32_t i = 0; i < held->protocols->n; i++) {
        CfsmSystem *system = project_all(held, held->protocols->all[i], options->merge_kind ? options->merge_kind - 1 : 0);
        if (system && held->protocols->n > 1 && !options->dot) fprintf(out, "# %s\n", names_text(held->names, held->protocols->all[i]->name));
        if (system) print_system(system, options, out);
        else code = job_worse(code, refusal(held));
        cfsm_system_free(system);
    }
    return code;
}

/* What --max-states leaves of a limit. */
static uint32_t most(const Options *options, uint32_t usual) {
    if (!options->max_states) return usual;
    return options->max_states > UINT32_MAX ? UINT32_MAX : (uint32_t)options->max_states;
}

/* ---- compat */

static const char *role_text(const CfsmSystem *system, uint32_t role) { return names_text(system->names, system->roles[role]); }

static void print_run(const CfsmSystem *system, const Compat *compat, FILE *out) {
    for (uint32_t i = 0; i < compat->nrun; i++) {
        const CfsmEdge *edge = &system->machines[compat->run[i].role].edges[compat->run[i].edge];
        fprintf(out, "  %3u  %s %s %s %s %s\n", i + 1, role_text(system, compat->run[i].role), edge->is_send ? "sends" : "receives",
                names_text(system->names, edge->message), edge->is_send ? "to" : "from", role_text(system, edge->peer));
    }
}

/* All that suffers, not only in this run. */
static void print_culprits(const CfsmSystem *system, uint32_t k, CompatOptions how, FILE *out) {
    Culprits culprits = culprits_find(system, k, how.max_configurations);
    if (culprits.complete) {
        fprintf(out, "with k = %u ", k);
        culprits_print(system, &culprits, out);
        fputc('\n', out);
    }
    culprits_fini(&culprits);
}

static const char *basis_text(const Compat *compat) {
    switch (compat->basis) {
    case COMPAT_EXACT: return "all configurations were explored";
    case COMPAT_DEFINITE: return "whatever the capacity of queues";
    case COMPAT_EXHAUSTIVE: return "exhaustive: so with any capacity";
    case COMPAT_BY_SUBTYPING: return "one is an asynchronous subtype of the other's dual: so with any capacity, while no k up to this one tells";
    case COMPAT_BY_NOTHING: break;
    }
    return "";
}

static CompatOptions compat_options(const Options *options) {
    CompatOptions how = COMPAT_DEFAULTS;
    how.max_configurations = most(options, how.max_configurations);
    if (options->bound) how.bound = options->bound > UINT32_MAX ? UINT32_MAX : (uint32_t)options->bound;
    return how;
}

static int compat_without_queues(const CfsmSystem *system, const Options *options, FILE *out) {
    CompatSync sync = compat_sync(system, compat_options(options));
    const struct { bool holds; const char *yes, *no; } lines[] = {
        {sync.labels_match, "whoever listens to a sender knows its message", "somebody listens to a sender, and does not know its message"},
        {sync.deadlock_free, "no deadlock: who is stuck is done", "deadlock: nobody can move, and somebody is not done"},
        {sync.live, "live: what a machine stands before can happen some day", "not live: what a machine stands before may never happen"},
    };
    bool all = true;
    if (!sync.complete) return fprintf(out, "unknown    too many configurations\n"), EXIT_NO_VERDICT;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fprintf(out, "%-10s %s\n", lines[i].holds ? "yes" : "no", lines[i].holds ? lines[i].yes : lines[i].no);
        all &= lines[i].holds;
    }
    fprintf(out, "rendezvous %u configurations\n", sync.configurations);
    return all ? EXIT_HOLDS : EXIT_VIOLATED;
}

static int compat_liveness(const CfsmSystem *system, const Options *options, FILE *out) {
    CompatOptions how = compat_options(options);
    LivenessProperty property = (LivenessProperty)(options->liveness - 1);
    Liveness liveness = liveness_check(system, (LivenessOptions){options->sync, how.bound, how.max_configurations});
    if (liveness.why) return fprintf(out, "unknown    %s: %s\n", liveness_name(property), liveness.why), EXIT_NO_VERDICT;
    fprintf(out, "%-10s %s: %s\n", liveness.holds[property] ? "yes" : "no", liveness_name(property), liveness_text(property));
    if (!liveness.holds[property] && liveness.role[property] != UINT32_MAX) fprintf(out, "           not for %s\n", role_text(system, liveness.role[property]));
    fprintf(out, "%-10s %u configurations\n", options->sync ? "rendezvous" : "queues", liveness.configurations);
    return liveness.holds[property] ? EXIT_HOLDS : EXIT_VIOLATED;
}

/* The run as a chart, with what lies in the queues at its end, and who or what is at fault in red. */
static Chart *chart_of_run(const CfsmSystem *system, const Compat *compat) {
    Chart *chart = chart_new(compat->fault == COMPAT_UNREAD ? "a message is never received" : "a role waits for ever");
    for (uint32_t role = 0; role < system->n; role++) (void)chart_lane(chart, role_text(system, role));
    for (uint32_t i = 0; i < compat->nrun; i++) {
        const CfsmEdge *edge = &system->machines[compat->run[i].role].edges[compat->run[i].edge];
        uint32_t role = compat->run[i].role, at = 0;
        if (edge->is_send) {
            (void)chart_send(chart, role, edge->peer, names_text(system->names, edge->message));
            continue;
        }
        while (chart->messages.data[at].from != edge->peer || chart->messages.data[at].to != role || chart->messages.data[at].taken != CHART_NEVER) at++;
        chart_take(chart, at);
    }
    bool is_first = true;
    for (uint32_t i = 0; i < chart->messages.n && compat->fault == COMPAT_UNREAD; i++) {
        ChartMessage *message = &chart->messages.data[i];
        if (message->from != compat->peer || message->to != compat->role || message->taken != CHART_NEVER || !is_first) continue;
        message->is_fault = true;
        is_first = false;
    }
    if (compat->fault == COMPAT_WAITING) chart_note(chart, compat->role, "waits for ever", true);
    return chart;
}

static void print_chart(const CfsmSystem *system, const Compat *compat, const Options *options, FILE *out) {
    Chart *chart = chart_of_run(system, compat);
    if (options->msc) chart_svg(chart, out);
    else if (options->mermaid) chart_mermaid(chart, out);
    else chart_dot(chart, out);
    chart_free(chart);
}

static int compat_file(Held *held, const CfsmSystem *system, const Options *options, FILE *out) {
    (void)held;
    if (options->liveness) return compat_liveness(system, options, out);
    if (options->sync) return compat_without_queues(system, options, out);
    CompatOptions how = compat_options(options);
    Compat compat = compat_check(system, how);
    int code = EXIT_HOLDS;
    if (compat.verdict == COMPAT_UNSAFE && (options->msc || options->mermaid || options->dot)) {
        print_chart(system, &compat, options, out);
        compat_fini(&compat);
        return EXIT_VIOLATED;
    }
    if (compat.verdict == COMPAT_SAFE) {
        fprintf(out, "safe       every message is received, nobody waits for ever\n");
    } else if (compat.verdict == COMPAT_UNSAFE) {
        code = EXIT_VIOLATED;
        if (compat.fault == COMPAT_UNREAD)
            fprintf(out, "unsafe     a message from %s is never received by %s, after\n", role_text(system, compat.peer), role_text(system, compat.role));
        else fprintf(out, "unsafe     %s waits for ever, after\n", role_text(system, compat.role));
        print_run(system, &compat, out);
        print_culprits(system, compat.k, how, out);
    } else {
        code = EXIT_NO_VERDICT;
        fprintf(out, "unknown    up to k = %u: %s\n", compat.k, compat.why);
    }
    fprintf(out, "k = %u      %s%s%s\n", compat.k, basis_text(&compat), compat.is_directed ? "; directed" : "",
            compat.is_csa ? "" : "; not deterministic, or with mixed states");
    compat_fini(&compat);
    return code;
}

static int compat(Held *held, const Options *options, FILE *out) {
    if (held->system) return compat_file(held, held->system, options, out);
    int code = EXIT_HOLDS;
    for (uint32_t i = 0; i < held->protocols->n; i++) {
        CfsmSystem *system = project_all(held, held->protocols->all[i], 0);
        code = job_worse(code, system ? compat_file(held, system, options, out) : refusal(held));
        cfsm_system_free(system);
    }
    return code;
}

/* ---- choreography */

static int choreography_file(Held *held, const CfsmSystem *system, FILE *out) {
    Choreography choreography = choreography_of(system, held->names, "Choreography");
    if (choreography.text) fputs(choreography.text, out);
    else fprintf(out, "%s\n%s", choreography.verdict == CHOREOGRAPHY_NONE ? "no protocol has these projections:" : "no protocol was found:", choreography.why);
    int code = choreography.verdict == CHOREOGRAPHY_FOUND ? EXIT_HOLDS : choreography.verdict == CHOREOGRAPHY_NONE ? EXIT_VIOLATED : EXIT_NO_VERDICT;
    choreography_fini(&choreography);
    return code;
}

static int choreography(Held *held, const Options *options, FILE *out) {
    if (held->system) return choreography_file(held, held->system, out);
    int code = EXIT_HOLDS;
    for (uint32_t i = 0; i < held->protocols->n; i++) {
        CfsmSystem *system = project_all(held, held->protocols->all[i], 0);
        code = job_worse(code, system ? choreography_file(held, system, out) : refusal(held));
        cfsm_system_free(system);
    }
    (void)options;
    return code;
}

/* ---- dual and subtype: a type as it is written, or FILE:role */

static bool read_type(Held *held, const char *text, Cfsm *machine) {
    uint32_t file = sources_add(held->sources, "type", text, strlen(text));
    return local_read(held->sources, (Span){file, 0, (uint32_t)strlen(text)}, held->names, held->diags, machine);
}

/* Takes role's machine out of the system. */
static bool take_machine(Held *held, CfsmSystem *system, const char *role, Cfsm *machine) {
    for (uint32_t i = 0; system && i < system->n; i++) {
        if (strcmp(role_text(system, i), role) != 0) continue;
        *machine = system->machines[i];
        for (uint32_t e = 0; e < machine->nedges; e++) machine->edges[e].peer = system->roles[machine->edges[e].peer]; /* peers by name */
        system->machines[i] = (Cfsm){0};
        return true;
    }
    if (system) diags_add(held->diags, DIAG_CFSM, (Span){0}, "there is no role '%s'", role);
    return false;
}

static bool read_role(Held *held, const char *path, const char *role, const Options *options, Cfsm *machine) {
    CfsmSystem *system = NULL;
    if (ends_in(path, ".cfsm")) {
        read_machines(held, path);
        system = held->system;
        held->system = NULL;
    } else {
        protocols_free(held->protocols);
        if (held->tree) tree_free(held->tree);
        held->tree = NULL;
        read_protocols(held, path, options);
        if (!diags_errors(held->diags) && held->protocols->n != 1)
            diags_add(held->diags, DIAG_PROTOCOL, (Span){0}, "'%s' holds several protocols", path);
        if (!diags_errors(held->diags)) system = project_all(held, held->protocols->all[0], 0);
    }
    bool good = take_machine(held, system, role, machine);
    cfsm_system_free(system);
    return good;
}

static bool read_machine(Held *held, const char *word, const Options *options, Cfsm *machine) {
    const char *colon = strrchr(word, ':');
    bool is_file = false;
    char *path = arena_strdup(&held->arena, word);
    if (colon) {
        path[colon - word] = '\0';
        is_file = ends_in(path, ".cfsm") || ends_in(path, ".ac");
    }
    return is_file ? read_role(held, path, colon + 1, options, machine) : read_type(held, word, machine);
}

static int dual(Held *held, const Options *options, FILE *out) {
    Cfsm machine;
    if (!read_type(held, options->operands.data[1], &machine)) return EXIT_WRONG_INPUT;
    Cfsm other = local_dual(&machine);
    local_print(&other, held->names, out);
    cfsm_fini(&machine);
    cfsm_fini(&other);
    return EXIT_HOLDS;
}

static bool has_one_peer(const Cfsm *machine) {
    for (uint32_t e = 1; e < machine->nedges; e++)
        if (machine->edges[e].peer != machine->edges[0].peer) return false;
    return true;
}

static Subtype ask_subtype(const Cfsm *t, const Cfsm *u, const Options *options) {
    SubtypeOptions binary = SUBTYPE_DEFAULTS;
    MultiOptions multi = MULTI_DEFAULTS;
    binary.max_positions = most(options, binary.max_positions);
    multi.max_visits = most(options, multi.max_visits);
    if (options->fair_subtype) return subtype_fair(t, u, binary);
    if (!options->async_subtype) return subtype_sync(t, u);
    return has_one_peer(t) && has_one_peer(u) ? subtype_async(t, u, binary) : subtype_multi(t, u, multi);
}

static int subtype(Held *held, const Options *options, FILE *out) {
    static const int codes[] = {[SUBTYPE_YES] = EXIT_HOLDS, [SUBTYPE_NO] = EXIT_VIOLATED, [SUBTYPE_UNKNOWN] = EXIT_NO_VERDICT};
    Cfsm t = {0}, u = {0};
    int code = EXIT_WRONG_INPUT;
    if (read_machine(held, options->operands.data[1], options, &t) && read_machine(held, options->operands.data[2], options, &u)) {
        Subtype result = ask_subtype(&t, &u, options);
        subtype_report(&result, (SubtypeAsked){&t, &u, held->names}, options->verbose, out);
        code = codes[result.verdict];
        subtype_fini(&result);
    }
    cfsm_fini(&t);
    cfsm_fini(&u);
    return code;
}

/* ---- conform: machines against the roles of a protocol that have their names */

static uint32_t role_index(const Protocol *protocol, Name name) {
    uint32_t role = 0;
    while (role < protocol->nroles && protocol->roles[role].name != name) role++;
    return role;
}

/* The machine with the protocol's roles as peers. False: there is no such role. */
static bool machine_of_role(Held *held, const CfsmSystem *system, uint32_t i, const Protocol *protocol, Cfsm *machine) {
    const Cfsm *given = &system->machines[i];
    Name missing = role_index(protocol, system->roles[i]) == protocol->nroles ? system->roles[i] : 0;
    *machine = cfsm_of(given->nstates, given->initial, given->edges, given->nedges, given->is_final);
    for (uint32_t e = 0; e < machine->nedges; e++) {
        Name peer = system->roles[machine->edges[e].peer];
        machine->edges[e].peer = role_index(protocol, peer);
        if (machine->edges[e].peer == protocol->nroles) missing = peer;
    }
    if (!missing) return true;
    diags_add(held->diags, DIAG_PROTOCOL, protocol->at, "the protocol has no role '%s'", names_text(held->names, missing));
    cfsm_fini(machine);
    return false;
}

static int conform_machine(Held *held, const GlobalAutomaton *global, const CfsmSystem *system, uint32_t i, FILE *out) {
    static const char *const how[] = {"conforms", "conforms as a subtype", "conforms: it does the same in another order"};
    Cfsm machine;
    if (!machine_of_role(held, system, i, global->protocol, &machine)) return EXIT_WRONG_INPUT;
    uint32_t role = role_index(global->protocol, system->roles[i]);
    const char *name = role_text(system, i);
    Conform conform = conform_check(global, role, &machine, CONFORM_DEFAULTS);
    int code = conform.verdict == CONFORM_YES ? EXIT_HOLDS : conform.verdict == CONFORM_NO ? EXIT_VIOLATED : EXIT_NO_VERDICT;
    fprintf(out, "%-10s %s%s\n", name, conform.verdict == CONFORM_YES ? how[conform.basis] : conform.verdict == CONFORM_NO ? "does not conform" : "unknown",
            conform.listens ? "; it may wait for a message where the protocol is over" : "");
    conform_report(&conform, global, role, &machine, (ConformPlaces){NULL, NULL}, name, held->diags);
    conform_fini(&conform);
    cfsm_fini(&machine);
    return code;
}

/* FILE.cfsm: all of its machines; FILE.cfsm:role: one. */
static int conform(Held *held, const Options *options, FILE *out) {
    char *path = arena_strdup(&held->arena, options->operands.data[2]), *colon = strrchr(path, ':');
    const char *only = colon ? colon + 1 : NULL;
    if (colon) *colon = '\0';
    if (held->protocols->n != 1) diags_add(held->diags, DIAG_PROTOCOL, held->protocols->all[1]->at, "a second protocol: conform needs a file with one");
    else read_machines(held, path);
    if (diags_errors(held->diags) || !protocol_check(held->protocols, held->protocols->all[0], held->diags)) return EXIT_WRONG_INPUT;
    GlobalAutomaton *global = global_of(held->protocols, held->protocols->all[0], held->diags);
    int code = global ? EXIT_HOLDS : EXIT_WRONG_INPUT;
    bool any = false;
    for (uint32_t i = 0; global && i < held->system->n; i++) {
        if (only && strcmp(only, role_text(held->system, i)) != 0) continue;
        any = true;
        code = job_worse(code, conform_machine(held, global, held->system, i, out));
    }
    if (global && !any) diags_add(held->diags, DIAG_CFSM, (Span){0}, "there is no role '%s'", only);
    global_free(global);
    return any ? code : EXIT_WRONG_INPUT;
}

/* ---- */

typedef int (*SessionRun)(Held *held, const Options *options, FILE *out);

/* The sub-commands: what they take is a file that is read first, or words. */
typedef struct Row { const char *name; SessionRun run; uint32_t operands; bool takes_file; } Row;
static const Row rows[] = {
    {"project", project, 2, true},
    {"compat", compat, 2, true},
    {"choreography", choreography, 2, true},
    {"conform", conform, 3, true},
    {"dual", dual, 2, false},
    {"subtype", subtype, 3, false},
};

static int run(const Options *options, const Row *row) {
    Held held;
    int code = EXIT_WRONG_INPUT;
    held_begin(&held);
    held.listening_end = options->listening_end == 1 ? LISTENING_ALLOW : options->listening_end == 3 ? LISTENING_REJECT : LISTENING_WARN;
    if (row->takes_file) held_load(&held, options->operands.data[1], options);
    if (!diags_errors(held.diags)) {
        Output output;
        output_begin(&output, options->out);
        code = row->run(&held, options, output.stream);
        if (!output_end(&output)) code = EXIT_WRONG_INPUT;
    }
    diags_render(held.diags, stderr, options_colour(options, stderr));
    held_fini(&held);
    return code;
}

static int infer(const Options *options, CommandLine line) {
    Job job;
    int code = EXIT_WRONG_INPUT;
    job_load(&job, options->operands.data[1], line);
    diags_render(job.diags, stderr, options_colour(options, stderr));
    if (job.program) {
        Output output;
        output_begin(&output, options->out);
        code = session_infer(&job, output.stream);
        if (!output_end(&output)) code = EXIT_WRONG_INPUT;
    }
    job_fini(&job);
    return code;
}

int command_session(const Options *options, CommandLine line) {
    const char *word = options->operands.n ? options->operands.data[0] : "";
    const Row *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, word) == 0) row = &rows[i];
    if (strcmp(word, "infer") == 0) {
        if (options->operands.n != 2) return command_wrong("session infer needs one program");
        return options->out && !output_probe(options->out) ? EXIT_WRONG_INPUT : infer(options, line);
    }
    if (!row) return command_wrong("session needs what to do: project, compat, choreography, infer, conform, dual or subtype");
    if (options->operands.n != row->operands) return command_wrong("session %s needs %s", word, row->run == conform ? "a file with a protocol and one with machines" : row->operands == 3 ? "two types" : row->takes_file ? "one file" : "one type");
    if ((row->run == project || row->run == conform) && ends_in(options->operands.data[1], ".cfsm"))
        return command_wrong("session %s needs a protocol, not machines", word);
    if (options->out && !output_probe(options->out)) return EXIT_WRONG_INPUT;
    return run(options, row);
}

/* Tasks against the roles of protocols: tasks PROTOCOLS TASKS. An entry of TASKS is a line "#@ NAME PROTOCOL ROLE sync=… async=… kmc=… safe=…" and the
   machine's line. Besides, each projected machine of PROTOCOLS must conform to its role if the role can be projected, and not if it cannot; and for machines
   that differ from a projected one at random the product agrees with synchronous subtyping. */
#include "session/compat.h"
#include "session/conform.h"
#include "session/project.h"
#include "session/subtype.h"
#include "tests/session/mutate.h"
#include "tests/session/projected.h"

#include "model/support/hash.h"
#include "model/support/read.h"
#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Run {
    Sources *sources;
    Names *names;
    Diags *diags;
    Protocols *protocols;
    uint32_t passed, failed;
    uint32_t random[2]; /* mutants: conforming, not */
} Run;

static const char *const words[] = {"yes", "no", "unknown"};

static GlobalAutomaton *global_of_name(Run *run, const char *name) {
    const Protocol *protocol = protocols_find(run->protocols, names_of(run->names, name));
    return protocol && protocol_check(run->protocols, protocol, run->diags) ? global_of(run->protocols, protocol, run->diags) : NULL;
}

static uint32_t role_of(const GlobalAutomaton *global, const char *name) {
    uint32_t role = 0;
    while (role < global->protocol->nroles && strcmp(names_text(global->names, global->protocol->roles[role].name), name) != 0) role++;
    return role;
}

/* ---- entries */

static Cfsm read_machine(Run *run, const GlobalAutomaton *global, uint32_t role, const char *line) {
    char text[8192];
    size_t length = 0;
    Cfsm machine = {0};
    for (uint32_t i = 0; i < global->protocol->nroles; i++) /* the others have machines too, for the reader */
        length += (size_t)snprintf(text + length, sizeof text - length, "%s: %s\n", names_text(global->names, global->protocol->roles[i].name), i == role ? line : "0");
    CfsmSystem *system = cfsm_read(run->sources, sources_add(run->sources, "task", text, length), run->names, run->diags);
    if (system) {
        machine = system->machines[role];
        system->machines[role] = (Cfsm){0};
    } else {
        diags_render(run->diags, stdout, false);
    }
    cfsm_system_free(system);
    return machine;
}

static CfsmSystem *system_with(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine) {
    bool is_whole;
    CfsmSystem *system = projected_system(global, &is_whole);
    cfsm_fini(&system->machines[role]);
    system->machines[role] = cfsm_of(machine->nstates, machine->initial, machine->edges, machine->nedges, machine->is_final);
    return system;
}

static ConformVerdict conforms(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformOptions options) {
    Conform conform = conform_check(global, role, machine, options);
    ConformVerdict verdict = conform.verdict;
    conform_fini(&conform);
    return verdict;
}

static SubtypeVerdict is_subtype(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine) {
    Projection projection = project_role(global, role);
    Subtype sync = subtype_sync(machine, &projection.machine);
    SubtypeVerdict verdict = sync.verdict;
    subtype_fini(&sync);
    projection_fini(&projection);
    return verdict;
}

static void judge(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, char *ours, size_t size) {
    ConformOptions options = CONFORM_DEFAULTS;
    ConformVerdict async = conforms(global, role, machine, options);
    options.by_subtyping = false;
    ConformVerdict sync = conforms(global, role, machine, options);
    SubtypeVerdict subtype = is_subtype(global, role, machine);
    CfsmSystem *system = system_with(global, role, machine);
    Compat compat = compat_check(system, COMPAT_DEFAULTS);
    snprintf(ours, size, "sync=%s async=%s kmc=%u safe=%s%s", words[sync], words[async], compat.basis == COMPAT_EXHAUSTIVE ? compat.k : 0,
             words[compat.verdict == COMPAT_SAFE ? 0 : compat.verdict == COMPAT_UNSAFE ? 1 : 2],
             (subtype == SUBTYPE_YES) != (sync == CONFORM_YES) ? " (but synchronous subtyping says otherwise)" : "");
    compat_fini(&compat);
    cfsm_system_free(system);
}

static void check_entry(Run *run, const char *head, const char *line) {
    char name[16], protocol[32], role_name[32], known[256], ours[256] = "no such role";
    if (sscanf(head, "#@ %15s %31s %31s %255[^\n]", name, protocol, role_name, known) != 4) exit(2);
    GlobalAutomaton *global = global_of_name(run, protocol);
    uint32_t role = global ? role_of(global, role_name) : 0;
    if (global && role < global->protocol->nroles) {
        Cfsm machine = read_machine(run, global, role, line);
        if (machine.first) judge(global, role, &machine, ours, sizeof ours);
        cfsm_fini(&machine);
    }
    bool good = strcmp(known, ours) == 0;
    run->passed += good;
    run->failed += !good;
    if (!good) printf("%s\n  known: %s\n  ours:  %s\n", name, known, ours);
    global_free(global);
}

/* ---- projected machines, and machines that differ from them */

static void expect(Run *run, bool good, const GlobalAutomaton *global, uint32_t role, const char *what) {
    run->passed += good;
    run->failed += !good;
    if (!good) printf("%s.%s: %s\n", names_text(global->names, global->protocol->name), names_text(global->names, global->protocol->roles[role].name), what);
}

static void check_mutants(Run *run, const GlobalAutomaton *global, uint32_t role, const Cfsm *machine) {
    ConformOptions options = {.final_listens = true}; /* subtyping too refuses to wait where all is over */
    for (uint64_t seed = 0; seed < 200; seed++) {
        Cfsm mutant;
        if (!mutate_machine(machine, hash_combine(seed, role), &mutant)) continue;
        ConformVerdict product = conforms(global, role, &mutant, options);
        bool good = (product == CONFORM_YES) == (is_subtype(global, role, &mutant) == SUBTYPE_YES);
        run->random[product == CONFORM_NO]++;
        if (!good) expect(run, false, global, role, product == CONFORM_YES ? "a mutant conforms, and is no subtype" : "a mutant is a subtype, and does not conform");
        cfsm_fini(&mutant);
    }
}

static void check_projected(Run *run, const GlobalAutomaton *global) {
    ConformOptions options = {.listening_end = true, .final_listens = true};
    bool all = true;
    for (uint32_t role = 0; role < global->protocol->nroles; role++) {
        Projection projection = project_role(global, role);
        bool is_ok = projection.fault == PROJECT_OK;
        all &= is_ok;
        ConformVerdict verdict = conforms(global, role, &projection.machine, options);
        expect(run, (verdict == CONFORM_YES) == is_ok, global, role, is_ok ? "its projection does not conform" : "it cannot be projected, and its machine conforms");
        projection_fini(&projection);
    }
    for (uint32_t role = 0; role < global->protocol->nroles && all; role++) {
        Projection projection = project_role(global, role);
        if (cfsm_restless(&projection.machine) == UINT32_MAX) check_mutants(run, global, role, &projection.machine);
        projection_fini(&projection);
    }
}

static void check_protocols(Run *run) {
    for (uint32_t i = 0; i < run->protocols->n; i++) {
        const Protocol *protocol = run->protocols->all[i];
        GlobalAutomaton *global = protocol_check(run->protocols, protocol, run->diags) ? global_of(run->protocols, protocol, run->diags) : NULL;
        if (global) check_projected(run, global);
        global_free(global);
    }
}

/* G57: the protocol may be over for B, which is never told. */
static void check_ends(Run *run) {
    GlobalAutomaton *global = global_of_name(run, "G57");
    uint32_t role = role_of(global, "B");
    Cfsm waits = read_machine(run, global, role, "0 A?x 1"), may_end = cfsm_of(waits.nstates, 0, waits.edges, waits.nedges, (bool[]){true, true});
    const struct { const Cfsm *machine; bool listening_end, final_listens; ConformVerdict verdict; ConformFault fault; bool listens; const char *what; } rows[] = {
        {&waits, true, false, CONFORM_YES, CONFORM_OK, true, "it waits at the end, which is allowed"},
        {&waits, false, false, CONFORM_NO, CONFORM_END, false, "it waits at the end, which is not allowed"},
        {&may_end, false, true, CONFORM_YES, CONFORM_OK, false, "a final state that listens is what is wanted"},
        {&may_end, true, false, CONFORM_NO, CONFORM_END, false, "a task that may have ended takes no message"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ConformOptions options = {.by_subtyping = true, .max_positions = 1000, .listening_end = rows[i].listening_end, .final_listens = rows[i].final_listens};
        Conform conform = conform_check(global, role, rows[i].machine, options);
        bool good = conform.verdict == rows[i].verdict && conform.fault == rows[i].fault && conform.listens == rows[i].listens;
        expect(run, good, global, role, rows[i].what);
        conform_fini(&conform);
    }
    cfsm_fini(&waits);
    cfsm_fini(&may_end);
    global_free(global);
}

static void load(Run *run, const char *path) {
    size_t length;
    char *text = read_file(run->diags, path, &length);
    if (!text) exit(2);
    uint32_t file = sources_add(run->sources, path, text, length);
    protocols_parse(run->protocols, run->sources, (Span){file, 0, (uint32_t)length}, run->diags);
    free(text);
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (!file) return fprintf(stderr, "usage: tasks PROTOCOLS TASKS\n"), 2;
    Run run = {.sources = sources_new(), .names = names_new()};
    run.diags = diags_new(run.sources);
    run.protocols = protocols_new(run.names);
    load(&run, argv[1]);
    char head[512], line[2048];
    while (fgets(head, sizeof head, file)) {
        if (strncmp(head, "#@ ", 3) != 0) continue;
        if (!fgets(line, sizeof line, file)) break;
        check_entry(&run, head, line);
    }
    fclose(file);
    check_protocols(&run);
    check_ends(&run);
    printf("%u passed, %u failed; of mutants %u conform, %u do not\n", run.passed, run.failed, run.random[0], run.random[1]);
    protocols_free(run.protocols);
    diags_free(run.diags);
    names_free(run.names);
    sources_free(run.sources);
    return run.failed || !run.passed || !run.random[0] || !run.random[1];
}

/* Random protocols, from outside: random_protocols COUNT SEED par|plain. The complete projection must agree with a brute-force search for a history of the roles that no
   course of the protocol explains (without parallel blocks: their courses are more than the interleavings of whole messages); the machines of a protocol that
   can be projected never get stuck, and leave no message unread; nor do they get stuck with a machine in a role's place that conforms to it. */
#include "session/compat.h"
#include "session/configs.h"
#include "session/conform.h"
#include "tests/session/generate.h"
#include "tests/session/mutate.h"
#include "tests/session/projected.h"
#include "tests/session/runs.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

typedef struct Case {
    Sources *sources;
    Diags *diags;
    Protocols *protocols;
    GlobalAutomaton *global; /* NULL: not well-formed */
    char text[GENERATE_MAX];
} Case;

typedef struct Count { uint32_t projected, refused, late, formless, failed, verdicts[3], reordered, quitters[3]; } Count;

static void case_init(Case *one, uint64_t seed, bool with_par) {
    generate_protocol(seed, with_par, one->text);
    one->sources = sources_new();
    one->diags = diags_new(one->sources);
    one->protocols = protocols_new(NULL);
    uint32_t file = sources_add(one->sources, "protocol", one->text, strlen(one->text));
    protocols_parse(one->protocols, one->sources, (Span){file, 0, (uint32_t)strlen(one->text)}, one->diags);
    bool formed = one->protocols->n == 1 && !diags_errors(one->diags) && protocol_check(one->protocols, one->protocols->all[0], one->diags);
    one->global = formed ? global_of(one->protocols, one->protocols->all[0], one->diags) : NULL;
    if (!formed && getenv("VERBOSE")) diags_render(one->diags, stdout, false);
}

static void case_fini(Case *one) {
    global_free(one->global);
    protocols_free(one->protocols);
    diags_free(one->diags);
    sources_free(one->sources);
}

static void fail(const Case *one, Count *count, const char *what, const char *history) {
    count->failed++;
    printf("%s\n  %s  %s\n", what, one->text, history);
}

/* The role only receives, and from each that it listens to something else has come. */
static bool is_jammed(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    uint32_t first = machine->first[words[role]], last = machine->first[words[role] + 1];
    for (uint32_t e = first; e < last; e++) {
        uint32_t queue = machine->edges[e].is_send ? UINT32_MAX : configs_queue(configs, machine->edges[e].peer, role);
        if (queue == UINT32_MAX || !configs_length(configs, words, queue)) return false;
        for (uint32_t other = first; other < last; other++)
            if (machine->edges[other].peer == machine->edges[e].peer && machine->edges[other].message == configs_head(configs, words, queue)) return false;
    }
    return first < last;
}

/* It lacks nothing but room: with more it would go on. */
static bool lacks_room(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    for (uint32_t e = machine->first[words[role]]; e < machine->first[words[role] + 1]; e++)
        if (machine->edges[e].is_send && configs_length(configs, words, configs_queue(configs, role, machine->edges[e].peer)) == configs->k) return true;
    return false;
}

/* Nothing moves (with_room: for lack of room either), and a role is not done, or a message lies there; or a role is jammed. */
static bool is_stuck(const Configs *configs, uint32_t config, bool with_room) {
    const uint32_t *words = configs_at(configs, config);
    for (uint32_t role = 0; role < configs->system->n; role++)
        if (is_jammed(configs, words, role)) return true;
    if (configs->first.data[config] < configs->first.data[config + 1]) return false;
    for (uint32_t role = 0; role < configs->system->n && !with_room; role++)
        if (lacks_room(configs, words, role)) return false;
    for (uint32_t role = 0; role < configs->system->n; role++)
        if (!configs_machine(configs, role)->is_final[words[role]]) return true;
    for (uint32_t queue = 0; queue < configs->nqueues; queue++)
        if (configs_length(configs, words, queue)) return true;
    return false;
}

static bool gets_stuck(const CfsmSystem *system, uint32_t k, bool with_room) {
    Configs configs;
    bool stuck = false;
    configs_explore(&configs, system, k, 20000);
    for (uint32_t c = 0; configs.complete && c < configs.n; c++) stuck |= is_stuck(&configs, c, with_room);
    configs_fini(&configs);
    return stuck;
}

static void print_machine(const CfsmSystem *system, uint32_t role) {
    printf("  in its place ");
    cfsm_print(system, role, stdout);
}

/* A machine that reorders may need room that the protocol does not, and some need more and more. */
static void check_mutants(const Case *one, CfsmSystem *system, uint64_t seed, Count *count) {
    enum { MUTANTS = 12, ROOM = 4 };
    ConformOptions options = CONFORM_DEFAULTS;
    options.final_listens = true;
    options.listening_end = false;
    options.max_positions = 2000;
    for (uint32_t role = 0; role < system->n; role++)
        for (uint64_t m = 0; m < MUTANTS; m++) {
            Cfsm machine = system->machines[role], mutant;
            uint64_t number = hash_combine(seed, role * MUTANTS + m);
            if (!(m % 3 == 0 ? mutate_wildly : mutate_machine)(&machine, number, &mutant)) continue;
            Conform conform = conform_check(one->global, role, &mutant, options);
            count->verdicts[conform.verdict]++;
            count->reordered += conform.verdict == CONFORM_YES && conform.basis == CONFORM_BY_ASYNC_SUBTYPING;
            system->machines[role] = mutant;
            if (conform.verdict == CONFORM_YES && gets_stuck(system, ROOM, false)) {
                fail(one, count, "a machine conforms, and the others get stuck with it", "");
                print_machine(system, role);
            }
            system->machines[role] = machine;
            conform_fini(&conform);
            cfsm_fini(&mutant);
        }
}

/* Where a final state has edges its task may have ended: as two states, one of which has none. */
static Cfsm with_ends(const Cfsm *machine) {
    VEC(CfsmEdge) edges = {0};
    bool *is_final = calloc(machine->nstates * 2u, sizeof *is_final);
    if (!is_final) exit(2);
    for (uint32_t s = 0; s < machine->nstates; s++) is_final[machine->nstates + s] = is_final[s] = machine->first[s] == machine->first[s + 1];
    for (uint32_t e = 0; e < machine->nedges; e++) {
        CfsmEdge edge = machine->edges[e];
        vec_push(&edges, edge);
        edge.to += machine->nstates;
        if (machine->is_final[edge.to - machine->nstates]) vec_push(&edges, edge);
    }
    Cfsm split = cfsm_of(machine->nstates * 2, machine->initial, edges.data, edges.n, is_final);
    vec_fini(&edges);
    free(is_final);
    return split;
}

/* A task that may end in the middle, judged as it is, and as the machine that says so by its states. */
static void check_quitters(const Case *one, CfsmSystem *system, uint64_t seed, Count *count) {
    ConformOptions options = {.by_subtyping = true, .max_positions = 2000};
    for (uint32_t role = 0; role < system->n; role++) {
        Cfsm machine = system->machines[role], quitter;
        if (!machine.nedges || !mutate_wildly(&machine, hash_combine(seed, role), &quitter)) continue;
        uint32_t state = (uint32_t)(hash_combine(seed, role + 100) % machine.nstates);
        quitter.is_final[state] |= state != quitter.initial;
        Cfsm split = with_ends(&quitter);
        Conform conform = conform_check(one->global, role, &quitter, options);
        count->quitters[conform.verdict]++;
        system->machines[role] = split;
        if (conform.verdict == CONFORM_YES && gets_stuck(system, 3, false)) {
            fail(one, count, "a task that may end in the middle conforms, and the others get stuck with it", "");
            print_machine(system, role);
        }
        system->machines[role] = machine;
        conform_fini(&conform);
        cfsm_fini(&quitter);
        cfsm_fini(&split);
    }
}

static void check_system(const Case *one, CfsmSystem *system, uint64_t seed, Count *count) {
    for (uint32_t k = 1; k <= 2; k++)
        if (gets_stuck(system, k, true)) fail(one, count, "the projected machines get stuck", "");
    check_mutants(one, system, seed, count);
    check_quitters(one, system, seed, count);
    Compat compat = compat_check(system, (CompatOptions){.bound = 3, .max_configurations = 5000});
    if (compat.verdict == COMPAT_UNSAFE && compat.fault == COMPAT_UNREAD) fail(one, count, "a message between the projected machines is never read", "");
    compat_fini(&compat);
}

static void check(uint64_t seed, bool with_par, Count *count) {
    Case one;
    case_init(&one, seed, with_par);
    if (!one.global) {
        count->formless++;
        case_fini(&one);
        return;
    }
    bool is_whole;
    CfsmSystem *system = projected_system(one.global, &is_whole);
    if (!is_whole) {
        cfsm_system_free(system);
        system = NULL;
    }
    Runs runs = {.verdict = RUNS_TOO_LARGE};
    if (!with_par) runs = runs_search(one.global, system ? 12 : 14, system ? 3000 : 30000);
    count->projected += system != NULL;
    count->refused += !system;
    if (system && runs.verdict != RUNS_TOO_LARGE && runs.verdict != RUNS_EXPLAINED) fail(&one, count, "it is projected, but a history has no explanation:", runs.text);
    if (!system && runs.verdict == RUNS_EXPLAINED) {
        count->late++;
        if (runs.is_all) fail(&one, count, "it is refused, but all histories have explanations", "");
        else if (getenv("VERBOSE")) printf("not seen:\n  %s", one.text);
    }
    if (system) check_system(&one, system, seed, count);
    cfsm_system_free(system);
    case_fini(&one);
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: random_protocols COUNT SEED par|plain\n"), 2;
    uint64_t n = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    Count count = {0};
    for (uint64_t i = 0; i < n; i++) check((seed + i) << 20, strcmp(argv[3], "par") == 0, &count);
    printf("%u projected, %u refused (of %u the reason was too far away to be seen), %u not well-formed; %u failed\n", count.projected, count.refused, count.late,
           count.formless, count.failed);
    printf("machines that differ from a projected one: %u conform, %u of them in another order, %u do not, %u unknown\n", count.verdicts[CONFORM_YES], count.reordered,
           count.verdicts[CONFORM_NO], count.verdicts[CONFORM_UNKNOWN]);
    printf("tasks that may end in the middle: %u conform, %u do not, %u unknown\n", count.quitters[CONFORM_YES], count.quitters[CONFORM_NO],
           count.quitters[CONFORM_UNKNOWN]);
    return count.failed || !count.projected || !count.refused || count.late * 10 > count.refused;
}

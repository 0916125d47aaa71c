/* Random systems of two or three small machines, judged by compat_check and by brute force that shares no code with it: random_machines COUNT [SEED].
   With queues of at most BOUND messages every configuration is visited. A system that is safe whatever the capacity must be safe there: whoever receives
   can do so some day, whatever lies at the head of a queue can be taken. Where no queue was full that is also the answer. Of an unsafe system the run
   must be one, and what it complains of must not come about any more. */
#include "session/compat.h"
#include "tests/session/random_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROLES = 3, BOUND = 6, CONFIGS = 30000, SLOTS = 1 << 17, EDGES = 4 * CONFIGS };

typedef struct Action { bool is_send; int peer, to; char label; } Action;
typedef struct Place { int n; Action actions[BRANCHES]; } Place;
typedef struct Machine { int n; Place places[STATES]; } Machine;
typedef struct System { int n; Machine machines[ROLES]; } System;

/* ---- systems by chance */

static Machine machine_of(const Type *type, int peer) {
    Machine machine = {.n = type->n};
    for (int s = 0; s < type->n; s++) {
        const State *state = &type->states[s];
        machine.places[s].n = state->n;
        for (int i = 0; i < state->n; i++) machine.places[s].actions[i] = (Action){state->is_send, peer, state->to[i], state->label[i]};
    }
    return machine;
}

/* A type and nearly its partner; partners call messages by the same names in both directions. */
static System random_couple(Dice *dice) {
    System system = {.n = 2};
    Type u = type_by_chance(dice, 2 + dice_roll(dice, 4), 2, dice_roll(dice, 2)), t = type_variant(dice, &u, false), partner = type_dual(&u);
    system.machines[0] = machine_of(&t, 1);
    system.machines[1] = machine_of(&partner, 0);
    return system;
}

/* Each sends two messages to each, and a place has one kind of action, often with one peer. A reception hears often from both. */
static System random_three(Dice *dice) {
    System system = {.n = 3};
    for (int r = 0; r < 3; r++) {
        Machine *machine = &system.machines[r];
        machine->n = 1 + dice_roll(dice, 4);
        for (int s = 0; s < machine->n; s++) {
            Place *place = &machine->places[s];
            bool is_send = dice_roll(dice, 2);
            int peer = (r + 1 + dice_roll(dice, 2)) % 3, labels = 1 + dice_roll(dice, 2);
            place->n = dice_roll(dice, 5) ? 1 + dice_roll(dice, 3) : 0;
            for (int i = 0; i < place->n; i++) {
                if (!dice_roll(dice, is_send ? 5 : 2)) peer = (r + 1 + dice_roll(dice, 2)) % 3;
                place->actions[i] = (Action){is_send, peer, dice_roll(dice, machine->n), "ab"[i % labels]};
                for (int k = 0; k < i; k++) /* nothing twice */
                    if (place->actions[k].peer == peer && place->actions[k].label == place->actions[i].label) i--, place->n--, k = 99;
            }
        }
    }
    return system;
}

/* A token goes round; who has it may say more to the next one. Some receive where they should send. */
static System random_round(Dice *dice) {
    System system = {.n = 3};
    for (int r = 0; r < 3; r++) {
        Machine *machine = &system.machines[r];
        int next = (r + 1) % 3, before = (r + 2) % 3, start = r > 0 || !dice_roll(dice, 4), label = dice_roll(dice, 8) ? 't' : 'u';
        machine->n = 2;
        machine->places[!start] = (Place){1, {{false, before, start, (char)label}}};
        machine->places[start] = (Place){1, {{true, next, !start, 't'}}};
        if (dice_roll(dice, 2)) machine->places[start].actions[machine->places[start].n++] = (Action){true, next, start, 'm'};
        if (dice_roll(dice, 3)) machine->places[!start].actions[machine->places[!start].n++] = (Action){false, before, !start, 'm'};
    }
    return system;
}

/* ---- as text */

static void print_system(const System *system, FILE *out) {
    for (int r = 0; r < system->n; r++) {
        const Machine *machine = &system->machines[r];
        fprintf(out, "%c: 0", 'A' + r);
        for (int s = 0; s < machine->n; s++)
            for (int i = 0; i < machine->places[s].n; i++) {
                const Action *action = &machine->places[s].actions[i];
                if (s || i) fprintf(out, "; %d", s);
                fprintf(out, " %c%c%c %d", 'A' + action->peer, action->is_send ? '!' : '?', action->label, action->to);
            }
        fputc('\n', out);
    }
}

/* ---- every configuration with short queues */

typedef struct Config { int state[ROLES], n[ROLES][ROLES]; char queue[ROLES][ROLES][BOUND + 1]; } Config; /* [from][to] */
typedef struct Edge { int from, to, role, peer; bool is_send; } Edge;
typedef struct Graph { const System *system; int n, nedges; Config configs[CONFIGS]; Edge edges[EDGES]; int slots[SLOTS]; bool is_cut, was_full, is_stuck; bool reached[CONFIGS]; } Graph;

static int visit(Graph *graph, const Config *config) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *config; i++) hash = (hash ^ ((const unsigned char *)config)[i]) * 1099511628211u;
    int at = (int)(hash % SLOTS);
    while (graph->slots[at] && memcmp(&graph->configs[graph->slots[at] - 1], config, sizeof *config) != 0) at = (at + 1) % SLOTS;
    if (!graph->slots[at] && graph->n == CONFIGS) {
        graph->is_cut = true;
        return 0;
    }
    if (!graph->slots[at]) {
        graph->configs[graph->n++] = *config;
        graph->slots[at] = graph->n;
    }
    return graph->slots[at] - 1;
}

static bool receives(const System *system, const Config *config, int role) {
    const Place *place = &system->machines[role].places[config->state[role]];
    return place->n && !place->actions[0].is_send;
}

typedef enum Outcome { IMPOSSIBLE, FULL, DONE } Outcome;

static Outcome perform(Config *config, int role, const Action *action) {
    int *n = action->is_send ? &config->n[role][action->peer] : &config->n[action->peer][role];
    char *queue = action->is_send ? config->queue[role][action->peer] : config->queue[action->peer][role];
    if (action->is_send && *n == BOUND) return FULL;
    if (!action->is_send && (!*n || queue[0] != action->label)) return IMPOSSIBLE;
    if (action->is_send) {
        queue[(*n)++] = action->label;
    } else {
        memmove(queue, queue + 1, BOUND);
        (*n)--;
    }
    config->state[role] = action->to;
    return DONE;
}

/* Somebody waits, or something is unread. */
static bool is_anything_due(const System *system, const Config *config) {
    bool due = false;
    for (int role = 0; role < system->n; role++) {
        due |= receives(system, config, role);
        for (int peer = 0; peer < system->n; peer++) due |= config->n[peer][role] > 0;
    }
    return due;
}

static void expand(Graph *graph, int c) {
    bool can_move = false;
    for (int role = 0; role < graph->system->n; role++) {
        const Place *place = &graph->system->machines[role].places[graph->configs[c].state[role]];
        for (int i = 0; i < place->n; i++) {
            Config next = graph->configs[c];
            Outcome outcome = perform(&next, role, &place->actions[i]);
            graph->was_full |= outcome == FULL;
            can_move |= outcome != IMPOSSIBLE;
            if (outcome != DONE) continue;
            int to = visit(graph, &next);
            graph->is_cut |= graph->nedges == EDGES;
            if (!graph->is_cut) graph->edges[graph->nedges++] = (Edge){c, to, role, place->actions[i].peer, place->actions[i].is_send};
        }
    }
    graph->is_stuck |= !can_move && is_anything_due(graph->system, &graph->configs[c]);
}

static void explore(Graph *graph, const System *system, const Config *start) {
    memset(graph->slots, 0, sizeof graph->slots);
    graph->system = system;
    graph->n = graph->nedges = 0;
    graph->is_cut = graph->was_full = graph->is_stuck = false;
    (void)visit(graph, start);
    for (int c = 0; c < graph->n && !graph->is_cut; c++) expand(graph, c);
}

/* Marks whence role can still receive (from peer; -1: from anybody). */
static void mark(Graph *graph, int role, int peer) {
    memset(graph->reached, 0, sizeof graph->reached);
    for (bool changed = true; changed;) {
        changed = false;
        for (int e = graph->nedges; e-- > 0;) {
            const Edge *edge = &graph->edges[e];
            bool is_it = !edge->is_send && edge->role == role && (peer < 0 || edge->peer == peer);
            if ((!is_it && !graph->reached[edge->to]) || graph->reached[edge->from]) continue;
            graph->reached[edge->from] = changed = true;
        }
    }
}

static bool is_safe(Graph *graph) {
    const System *system = graph->system;
    for (int role = 0; role < system->n; role++)
        for (int peer = -1; peer < system->n; peer++) {
            mark(graph, role, peer);
            for (int c = 0; c < graph->n; c++) {
                const Config *config = &graph->configs[c];
                bool due = peer < 0 ? receives(system, config, role) : config->n[peer][role] > 0;
                if (due && !graph->reached[c]) return false;
            }
        }
    return true;
}

/* ---- the run of an unsafe system */

static bool replay(const System *system, const CfsmSystem *read, const Compat *compat, const Names *names, Config *config) {
    memset(config, 0, sizeof *config);
    for (uint32_t i = 0; i < compat->nrun; i++) {
        int role = (int)compat->run[i].role, done = 0;
        const CfsmEdge *edge = &read->machines[role].edges[compat->run[i].edge];
        const Place *place = &system->machines[role].places[config->state[role]];
        for (int a = 0; a < place->n && !done; a++) {
            const Action *action = &place->actions[a];
            if (action->is_send != edge->is_send || action->peer != (int)edge->peer || action->label != names_text(names, edge->message)[0]) continue;
            done = perform(config, role, action) == DONE;
        }
        if (!done) return false;
    }
    return true;
}

static bool is_refuted(Graph *graph, const System *system, const CfsmSystem *read, const Compat *compat, const Names *names) {
    Config config;
    if (!replay(system, read, compat, names, &config)) return printf("the run is none\n"), false;
    int role = (int)compat->role, peer = compat->fault == COMPAT_WAITING ? -1 : (int)compat->peer;
    if (peer < 0 ? !receives(system, &config, role) : !config.n[peer][role]) return printf("nothing is due there\n"), false;
    explore(graph, system, &config);
    if (graph->is_cut) return true;
    mark(graph, role, peer);
    return !graph->reached[0];
}

/* ---- one system */

typedef struct Tally { uint32_t safe, exhaustive, unsafe, open, known, cut, failed; } Tally;

static bool is_right(const System *system, const CfsmSystem *read, const Compat *compat, const Names *names, Tally *tally) {
    static Graph graph;
    Config start;
    memset(&start, 0, sizeof start);
    explore(&graph, system, &start);
    tally->cut += graph.is_cut;
    bool good = graph.is_cut || is_safe(&graph), is_known = !graph.is_cut && !graph.was_full;
    tally->known += is_known;
    tally->open += compat->verdict == COMPAT_UNKNOWN;
    tally->safe += compat->verdict == COMPAT_SAFE;
    tally->exhaustive += compat->verdict == COMPAT_SAFE && compat->basis == COMPAT_EXHAUSTIVE;
    tally->unsafe += compat->verdict == COMPAT_UNSAFE;
    if (compat->verdict == COMPAT_UNKNOWN) return !is_known; /* all was explored with this capacity: that can be told */
    if (compat->verdict == COMPAT_SAFE && compat->basis == COMPAT_BY_SUBTYPING) return !graph.is_stuck; /* short queues may be full for ever */
    if (compat->verdict == COMPAT_SAFE) return good;
    return !(is_known && good) && is_refuted(&graph, system, read, compat, names);
}

static void judge(const System *system, Tally *tally) {
    static const char *const verdicts[] = {"safe", "unsafe", "unknown"};
    char text[8192] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    print_system(system, out);
    fclose(out);
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    CfsmSystem *read = cfsm_read(sources, sources_add(sources, "machines", text, strlen(text)), names, diags);
    if (!read) diags_render(diags, stdout, false), exit(1);
    Compat compat = compat_check(read, (CompatOptions){.bound = BOUND, .max_configurations = 30000});
    if (!is_right(system, read, &compat, names, tally)) {
        tally->failed++;
        printf("wrong: %s, k = %u, basis %u\n%s", verdicts[compat.verdict], compat.k, (unsigned)compat.basis, text);
    }
    compat_fini(&compat);
    cfsm_system_free(read);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
}

int main(int argc, char **argv) {
    static System (*const makers[])(Dice *dice) = {random_couple, random_three, random_round};
    Tally tally = {0};
    int count = argc > 1 ? atoi(argv[1]) : 0;
    Dice dice = {argc > 2 ? strtoull(argv[2], NULL, 10) * 2 + 1 : 1};
    for (int i = 0; i < count; i++) {
        System system = makers[i % 3](&dice);
        judge(&system, &tally);
    }
    printf("%u safe (%u exhaustive), %u unsafe, %u unknown; %u decided by brute force, %u too large for it; %u wrong\n", tally.safe, tally.exhaustive, tally.unsafe,
        tally.open, tally.known, tally.cut, tally.failed);
    return tally.failed || !tally.safe || !tally.unsafe || !tally.exhaustive;
}

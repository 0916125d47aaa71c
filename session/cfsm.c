#include "session/cfsm.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- making */

static int compare_edges(const void *a, const void *b) {
    const CfsmEdge *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->peer != y->peer) return x->peer < y->peer ? -1 : 1;
    if (x->is_send != y->is_send) return x->is_send ? -1 : 1;
    if (x->message != y->message) return x->message < y->message ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

Cfsm cfsm_of(uint32_t nstates, uint32_t initial, const CfsmEdge *edges, uint32_t nedges, const bool *is_final) {
    Cfsm machine = {.nstates = nstates, .initial = initial, .nedges = nedges};
    machine.edges = allocate(nedges, sizeof *machine.edges);
    machine.first = allocate(nstates + 1u, sizeof *machine.first);
    machine.is_final = allocate(nstates, sizeof *machine.is_final);
    if (nedges) memcpy(machine.edges, edges, sizeof *edges * nedges);
    qsort(machine.edges, nedges, sizeof *edges, compare_edges);
    for (uint32_t e = 0; e < nedges; e++) machine.first[machine.edges[e].from + 1]++;
    for (uint32_t s = 0; s < nstates; s++) {
        machine.first[s + 1] += machine.first[s];
        machine.is_final[s] = is_final ? is_final[s] : machine.first[s] == machine.first[s + 1];
    }
    return machine;
}

void cfsm_fini(Cfsm *machine) {
    free(machine->edges);
    free(machine->first);
    free(machine->is_final);
    *machine = (Cfsm){0};
}

CfsmSystem *cfsm_system_new(const Names *names, uint32_t n) {
    CfsmSystem *system = allocate(1, sizeof *system);
    *system = (CfsmSystem){names, allocate(n, sizeof(Name)), allocate(n, sizeof(Cfsm)), n};
    return system;
}

void cfsm_system_free(CfsmSystem *system) {
    if (!system) return;
    for (uint32_t i = 0; i < system->n; i++) cfsm_fini(&system->machines[i]);
    free(system->machines);
    free(system->roles);
    free(system);
}

uint32_t cfsm_restless(const Cfsm *machine) {
    for (uint32_t s = 0; s < machine->nstates; s++)
        if (machine->is_final[s] && machine->first[s] < machine->first[s + 1]) return s;
    return UINT32_MAX;
}

/* ---- minimising */

/* Edges come in an order that does not depend on where they lead. */
static bool is_alike(const Cfsm *machine, uint32_t a, uint32_t b, const uint32_t *class) {
    uint32_t n = machine->first[a + 1] - machine->first[a];
    if (class[a] != class[b] || machine->first[b + 1] - machine->first[b] != n) return false;
    const CfsmEdge *x = machine->edges + machine->first[a], *y = machine->edges + machine->first[b];
    for (uint32_t i = 0; i < n; i++)
        if (x[i].message != y[i].message || x[i].peer != y[i].peer || x[i].is_send != y[i].is_send || class[x[i].to] != class[y[i].to])
            return false;
    return true;
}

static uint64_t hash_of(const Cfsm *machine, uint32_t state, const uint32_t *class) {
    uint64_t hash = class[state];
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        hash = hash_combine(hash, hash_combine((uint64_t)edge->message << 32 | class[edge->to], (uint64_t)edge->peer << 1 | edge->is_send));
    }
    return hash;
}

/* Splits classes whose states lead to different ones; returns how many there are. */
static uint32_t refine(const Cfsm *machine, uint32_t *class, uint32_t *finer) {
    uint32_t n = 0, mask = 15;
    while (mask < machine->nstates * 2) mask = mask * 2 + 1;
    uint32_t *table = allocate(mask + 1u, sizeof *table); /* a state of each class, plus one */
    for (uint32_t s = 0; s < machine->nstates; s++) {
        uint32_t at = (uint32_t)hash_of(machine, s, class) & mask;
        while (table[at] && !is_alike(machine, table[at] - 1, s, class)) at = (at + 1) & mask;
        finer[s] = table[at] ? finer[table[at] - 1] : n++;
        if (!table[at]) table[at] = s + 1;
    }
    free(table);
    memcpy(class, finer, sizeof *class * machine->nstates);
    return n;
}

/* One state for each class that is reached from the start, numbered as they are found. */
static Cfsm quotient(const Cfsm *machine, const uint32_t *class, uint32_t n) {
    uint32_t *number = allocate(n, sizeof *number);
    bool *is_final = allocate(n, sizeof *is_final);
    VEC(CfsmEdge) edges = {0};
    VEC(uint32_t) states = {0}; /* a member of each class found */
    memset(number, 0xff, sizeof *number * n);
    number[class[machine->initial]] = 0;
    vec_push(&states, machine->initial);
    for (uint32_t i = 0; i < states.n; i++) {
        uint32_t s = states.data[i];
        is_final[i] = machine->is_final[s];
        for (uint32_t e = machine->first[s]; e < machine->first[s + 1]; e++) {
            CfsmEdge edge = machine->edges[e];
            uint32_t *target = &number[class[edge.to]];
            if (*target == UINT32_MAX) {
                *target = states.n;
                vec_push(&states, edge.to);
            }
            edge.from = i;
            edge.to = *target;
            vec_push(&edges, edge);
        }
    }
    Cfsm small = cfsm_of(states.n, 0, edges.data, edges.n, is_final);
    vec_fini(&edges);
    vec_fini(&states);
    free(number);
    free(is_final);
    return small;
}

Cfsm cfsm_minimal(const Cfsm *machine) {
    uint32_t *class = allocate(machine->nstates, sizeof *class);
    uint32_t *finer = allocate(machine->nstates, sizeof *finer);
    for (uint32_t s = 0; s < machine->nstates; s++) class[s] = machine->is_final[s];
    uint32_t n = 0;
    for (uint32_t before = UINT32_MAX; n != before;) {
        before = n;
        n = refine(machine, class, finer);
    }
    Cfsm minimal = quotient(machine, class, n);
    free(class);
    free(finer);
    return minimal;
}

/* ---- reading */

typedef struct Reader {
    const char *text;
    uint32_t file, at, end;
    Names *names;
    Diags *diags;
    bool failed;
} Reader;

typedef struct Line { /* a role's */
    Name role;
    Span span;
    VEC(Name) states;
    VEC(bool) is_final; /* per state: it stands alone */
    VEC(CfsmEdge) edges; /* peer: a name */
    VEC(Span) peers;
} Line;

static void refuse(Reader *reader, uint32_t from, const char *what) {
    if (!reader->failed) diags_add(reader->diags, DIAG_CFSM, (Span){reader->file, from, reader->at + 1}, "%s", what);
    reader->failed = true;
}

static void blanks(Reader *reader) {
    while (reader->at < reader->end && strchr(" \t\r", reader->text[reader->at]) && reader->text[reader->at]) reader->at++;
    if (reader->at < reader->end && reader->text[reader->at] == '#')
        while (reader->at < reader->end && reader->text[reader->at] != '\n') reader->at++;
}

static char here(const Reader *reader) { return reader->at < reader->end ? reader->text[reader->at] : '\0'; }

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '\'' || c == '+' || c == '-'; }

/* A state or a role: of a family with its number, "w[0]". */
static Name word(Reader *reader, const char *what) {
    blanks(reader);
    uint32_t from = reader->at;
    while (is_word(here(reader)) || here(reader) == '[' || here(reader) == ']') reader->at++;
    if (reader->at == from) refuse(reader, from, what);
    return names_add(reader->names, reader->text + from, reader->at - from);
}

/* A label and the types of its payload, as protocols write them: "req(int)". */
static Name label(Reader *reader) {
    uint32_t from = reader->at;
    while (is_word(here(reader))) reader->at++;
    if (reader->at == from) refuse(reader, from, "a message is expected here");
    if (here(reader) == '(') {
        while (here(reader) && here(reader) != ')' && here(reader) != '\n') reader->at++;
        if (here(reader) != ')') refuse(reader, from, "')' is missing");
        else reader->at++;
    }
    return names_add(reader->names, reader->text + from, reader->at - from);
}

static uint32_t state(Reader *reader, Line *line) {
    Name name = word(reader, "a state is expected here");
    uint32_t i = 0;
    while (i < line->states.n && line->states.data[i] != name) i++;
    if (i < line->states.n) return i;
    vec_push(&line->states, name);
    vec_push(&line->is_final, false);
    return i;
}

static void read_edge(Reader *reader, Line *line) {
    CfsmEdge edge = {.from = state(reader, line)};
    blanks(reader);
    if (reader->failed) return;
    if (here(reader) == '\n' || here(reader) == ';' || !here(reader)) {
        line->is_final.data[edge.from] = true;
        return;
    }
    uint32_t from = reader->at;
    edge.peer = word(reader, "a role is expected here");
    vec_push(&line->peers, (Span){reader->file, from, reader->at});
    edge.is_send = here(reader) == '!';
    if (here(reader) != '!' && here(reader) != '?') {
        refuse(reader, from, "'!' or '?' is expected after the role");
        return;
    }
    reader->at++;
    edge.message = label(reader);
    edge.to = state(reader, line);
    vec_push(&line->edges, edge);
}

static bool read_line(Reader *reader, Line *line) {
    *line = (Line){0};
    for (blanks(reader); here(reader) == '\n'; blanks(reader)) reader->at++;
    if (!here(reader)) return false;
    uint32_t from = reader->at;
    line->role = word(reader, "a role is expected here");
    line->span = (Span){reader->file, from, reader->at};
    blanks(reader);
    if (here(reader) != ':') refuse(reader, from, "':' is expected after the role");
    reader->at++;
    while (!reader->failed) {
        read_edge(reader, line);
        blanks(reader);
        if (here(reader) != ';') break;
        reader->at++;
        blanks(reader);
        if (here(reader) == '\n' || !here(reader)) break;
    }
    if (!reader->failed && here(reader) && here(reader) != '\n') refuse(reader, reader->at, "';' or the end of the line is expected here");
    return !reader->failed;
}

typedef VEC(Line) Lines;

static uint32_t role_index(const Lines *lines, Name role) {
    uint32_t i = 0;
    while (i < lines->n && lines->data[i].role != role) i++;
    return i;
}

static bool resolve(Reader *reader, const Lines *lines, CfsmSystem *system) {
    for (uint32_t i = 0; i < lines->n; i++) {
        Line *line = &lines->data[i];
        if (role_index(lines, line->role) != i) {
            diags_add(reader->diags, DIAG_CFSM, line->span, "a second machine of the role '%s'", names_text(reader->names, line->role));
            return false;
        }
        for (uint32_t e = 0; e < line->edges.n; e++) {
            uint32_t peer = role_index(lines, line->edges.data[e].peer);
            bool is_self = peer == i;
            if (is_self || peer == lines->n) {
                diags_add(reader->diags, DIAG_CFSM, line->peers.data[e], is_self ? "'%s' cannot send to itself" : "there is no machine of the role '%s'",
                          names_text(reader->names, line->edges.data[e].peer));
                return false;
            }
            line->edges.data[e].peer = peer;
        }
        bool *has_edges = allocate(line->states.n, sizeof *has_edges);
        system->roles[i] = line->role;
        for (uint32_t e = 0; e < line->edges.n; e++) has_edges[line->edges.data[e].from] = true;
        for (uint32_t s = 0; s < line->states.n; s++) line->is_final.data[s] |= !has_edges[s];
        free(has_edges);
        system->machines[i] = cfsm_of(line->states.n, 0, line->edges.data, line->edges.n, line->is_final.data);
    }
    return true;
}

CfsmSystem *cfsm_read(const Sources *sources, uint32_t file, Names *names, Diags *diags) {
    size_t length;
    Reader reader = {.file = file, .names = names, .diags = diags};
    Lines lines = {0};
    Line line;
    reader.text = sources_text(sources, file, &length);
    reader.end = (uint32_t)length;
    while (read_line(&reader, &line)) vec_push(&lines, line);
    if (reader.failed) vec_push(&lines, line); /* to be freed */
    if (!reader.failed && !lines.n) refuse(&reader, 0, "there is no machine in this file");
    CfsmSystem *system = NULL;
    if (!reader.failed) {
        system = cfsm_system_new(names, lines.n);
        if (!resolve(&reader, &lines, system)) {
            cfsm_system_free(system);
            system = NULL;
        }
    }
    for (uint32_t i = 0; i < lines.n; i++) {
        vec_fini(&lines.data[i].states);
        vec_fini(&lines.data[i].is_final);
        vec_fini(&lines.data[i].edges);
        vec_fini(&lines.data[i].peers);
    }
    vec_fini(&lines);
    return system;
}

/* ---- showing */

static void print_edge(const CfsmSystem *system, const CfsmEdge *edge, FILE *out) {
    fprintf(out, "%s%c%s", names_text(system->names, system->roles[edge->peer]), edge->is_send ? '!' : '?', names_text(system->names, edge->message));
}

void cfsm_print(const CfsmSystem *system, uint32_t role, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    fprintf(out, "%s: ", names_text(system->names, system->roles[role]));
    if (!machine->nedges) fprintf(out, "%u", machine->initial);
    bool first = true;
    for (uint32_t pass = 0; pass < 2; pass++) /* the initial state is the one that is named first */
        for (uint32_t e = 0; e < machine->nedges; e++) {
            const CfsmEdge *edge = &machine->edges[e];
            if ((edge->from == machine->initial) != (pass == 0)) continue;
            fprintf(out, "%s%u ", first ? "" : "; ", edge->from);
            print_edge(system, edge, out);
            fprintf(out, " %u", edge->to);
            first = false;
        }
    for (uint32_t s = 0; s < machine->nstates; s++)
        if (machine->is_final[s] && machine->first[s] < machine->first[s + 1]) fprintf(out, "; %u", s);
    fputc('\n', out);
}

void cfsm_dot(const CfsmSystem *system, uint32_t role, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    const char *name = names_text(system->names, system->roles[role]);
    fprintf(out, "digraph \"%s\" {\n  node [shape=circle, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n", name);
    fprintf(out, "  start [shape=point];\n  start -> s%u;\n", machine->initial);
    for (uint32_t s = 0; s < machine->nstates; s++)
        fprintf(out, "  s%u [label=\"%u\"%s];\n", s, s, machine->is_final[s] ? ", shape=doublecircle" : "");
    for (uint32_t e = 0; e < machine->nedges; e++) {
        fprintf(out, "  s%u -> s%u [label=\"", machine->edges[e].from, machine->edges[e].to);
        print_edge(system, &machine->edges[e], out);
        fprintf(out, "\"];\n");
    }
    fprintf(out, "}\n");
}

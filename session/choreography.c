#include "session/choreography.h"

#include "session/conform.h"
#include "session/fold.h"
#include "session/project.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STATES = 50000 };

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static const char *role_text(const CfsmSystem *system, uint32_t role) { return names_text(system->names, system->roles[role]); }

static FILE *say(char **text, size_t *size) {
    FILE *out = open_memstream(text, size);
    if (!out) fatal("out of memory");
    return out;
}

static void said(FILE *out) {
    if (fclose(out) != 0) fatal("out of memory");
}

static void put_action(const CfsmSystem *system, uint32_t role, const CfsmEdge *edge, FILE *out) {
    fprintf(out, "%s %s %s %s %s", role_text(system, role), edge->is_send ? "sends" : "receives", names_text(system->names, edge->message),
            edge->is_send ? "to" : "from", role_text(system, edge->peer));
}

/* ---- what two deterministic machines do differently */

typedef struct Pair { uint32_t a, b, before, edge; } Pair; /* edge: of a's machine, on the way here */

typedef struct Difference {
    bool any;
    VEC(uint32_t) run;  /* edges of a's machine */
    const CfsmEdge *edge; /* the action that only one has; NULL: one may be done there, the other not */
    bool of_a;
} Difference;

static const CfsmEdge *same_edge(const Cfsm *machine, uint32_t state, const CfsmEdge *edge) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        const CfsmEdge *other = &machine->edges[e];
        if (other->peer == edge->peer && other->is_send == edge->is_send && other->message == edge->message) return other;
    }
    return NULL;
}

static bool differ_here(const Cfsm *a, const Cfsm *b, const Pair *pair, Difference *difference) {
    for (uint32_t e = a->first[pair->a]; e < a->first[pair->a + 1]; e++)
        if (!same_edge(b, pair->b, &a->edges[e])) return difference->edge = &a->edges[e], difference->of_a = true;
    for (uint32_t e = b->first[pair->b]; e < b->first[pair->b + 1]; e++)
        if (!same_edge(a, pair->a, &b->edges[e])) return difference->edge = &b->edges[e], true;
    difference->of_a = a->is_final[pair->a];
    return a->is_final[pair->a] != b->is_final[pair->b];
}

static Difference differ(const Cfsm *a, const Cfsm *b) {
    Difference difference = {0};
    VEC(Pair) pairs = {0};
    bool *seen = allocate((size_t)a->nstates * b->nstates, sizeof *seen);
    vec_push(&pairs, (Pair){a->initial, b->initial, UINT32_MAX, 0});
    seen[(size_t)a->initial * b->nstates + b->initial] = true;
    for (uint32_t i = 0; i < pairs.n && !difference.any; i++) {
        Pair here = pairs.data[i];
        difference.any = differ_here(a, b, &here, &difference);
        if (difference.any)
            for (uint32_t at = i; pairs.data[at].before != UINT32_MAX; at = pairs.data[at].before) vec_push(&difference.run, pairs.data[at].edge);
        for (uint32_t e = a->first[here.a]; e < a->first[here.a + 1] && !difference.any; e++) {
            uint32_t to = same_edge(b, here.b, &a->edges[e])->to;
            bool *place = &seen[(size_t)a->edges[e].to * b->nstates + to];
            if (!*place) vec_push(&pairs, (Pair){a->edges[e].to, to, i, e});
            *place = true;
        }
    }
    for (uint32_t i = 0, n = difference.run.n; i < n / 2; i++) {
        uint32_t other = difference.run.data[i];
        difference.run.data[i] = difference.run.data[n - 1 - i];
        difference.run.data[n - 1 - i] = other;
    }
    vec_fini(&pairs);
    free(seen);
    return difference;
}

bool choreography_same(const Cfsm *a, const Cfsm *b) {
    Difference difference = differ(a, b);
    vec_fini(&difference.run);
    return !difference.any;
}

/* ---- conditions that every projection meets */

static Choreography refuse(ChoreographyFault fault, char *why) {
    bool unknown = fault == CHOREOGRAPHY_NAMES || fault == CHOREOGRAPHY_LARGE || fault == CHOREOGRAPHY_CHOOSERS || fault == CHOREOGRAPHY_OTHER;
    return (Choreography){.verdict = unknown ? CHOREOGRAPHY_UNKNOWN : CHOREOGRAPHY_NONE, .fault = fault, .why = why};
}

static Choreography refuse_in_words(ChoreographyFault fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
static Choreography refuse_in_words(ChoreographyFault fault, const char *format, ...) {
    char *why;
    size_t size;
    FILE *out = say(&why, &size);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    said(out);
    return refuse(fault, why);
}

static bool is_message(const char *text) {
    const char *at = text;
    if (isdigit((unsigned char)*at)) return false;
    while (isalnum((unsigned char)*at) || *at == '_') at++;
    return at > text && (!*at || *at == '(');
}

static const char *odd_name(const CfsmSystem *system) {
    for (uint32_t role = 0; role < system->n; role++) {
        if (!fold_is_role(system, role)) return role_text(system, role);
        const Cfsm *machine = &system->machines[role];
        for (uint32_t e = 0; e < machine->nedges; e++)
            if (!is_message(names_text(system->names, machine->edges[e].message))) return names_text(system->names, machine->edges[e].message);
    }
    return NULL;
}

static const CfsmEdge *ambiguous_edge(const Cfsm *machine) {
    for (uint32_t s = 0; s < machine->nstates; s++)
        for (uint32_t e = machine->first[s]; e < machine->first[s + 1]; e++)
            if (same_edge(machine, s, &machine->edges[e]) != &machine->edges[e]) return &machine->edges[e];
    return NULL;
}

static Choreography check_ambiguity(const CfsmSystem *system) {
    for (uint32_t role = 0; role < system->n; role++) {
        const CfsmEdge *edge = ambiguous_edge(&system->machines[role]);
        if (!edge) continue;
        return refuse_in_words(CHOREOGRAPHY_AMBIGUOUS, "%s can do two things when it %s %s: no role of a protocol leaves that open\n",
                               role_text(system, role), edge->is_send ? "sends" : "receives", names_text(system->names, edge->message));
    }
    return (Choreography){0};
}

static void put_run(const CfsmSystem *system, const Rendezvous *product, uint32_t state, FILE *out) {
    uint32_t n, *run = rendezvous_run(product, state, &n);
    if (!n) fputs("at the start:\n", out);
    else fputs("after\n", out);
    for (uint32_t i = 0; i < n; i++) {
        const GlobalEdge *edge = &product->global.edges[run[i]];
        fprintf(out, "  %s -> %s: %s\n", role_text(system, edge->sender), role_text(system, edge->receiver), names_text(system->names, edge->message));
    }
    free(run);
}

static Choreography stuck_at(const CfsmSystem *system, const Rendezvous *product, uint32_t state) {
    char *why;
    size_t size;
    FILE *out = say(&why, &size);
    fputs("a protocol's messages can be taken as they are sent; so taken, the machines get stuck, ", out);
    put_run(system, product, state, out);
    for (uint32_t role = 0; role < system->n; role++) {
        const Cfsm *machine = &system->machines[role];
        uint32_t at = rendezvous_at(product, state, role);
        if (machine->is_final[at]) continue;
        fprintf(out, "%s waits to ", role_text(system, role));
        for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++)
            fprintf(out, "%s%s %s %s %s", e > machine->first[at] ? ", or to " : "", machine->edges[e].is_send ? "send" : "receive",
                    names_text(system->names, machine->edges[e].message), machine->edges[e].is_send ? "to" : "from",
                    role_text(system, machine->edges[e].peer));
        fputc('\n', out);
    }
    said(out);
    return refuse(CHOREOGRAPHY_STUCK, why);
}

static Choreography check_progress(const CfsmSystem *system, const Rendezvous *product) {
    const GlobalAutomaton *global = &product->global;
    for (uint32_t s = 0; s < global->nstates; s++)
        if (!global->is_final[s] && global->first[s] == global->first[s + 1]) return stuck_at(system, product, s);
    return (Choreography){0};
}

/* Representability: erased to a role the product is the role's machine. */
static Choreography check_lost(const CfsmSystem *system, const Rendezvous *product) {
    for (uint32_t role = 0; role < system->n; role++) {
        Projection projection = project_role(&product->global, role);
        Difference difference = differ(&system->machines[role], &projection.machine);
        Choreography result = {0};
        if (difference.any) {
            char *why;
            size_t size;
            FILE *out = say(&why, &size);
            if (difference.edge) put_action(system, role, difference.edge, out);
            else fprintf(out, "%s %s be done", role_text(system, role), difference.of_a ? "may" : "may not");
            fputs(difference.edge ? " never, when every message is taken as it is sent, " : " there, unlike what comes of taking every message as it is sent, ", out);
            fputs(difference.run.n ? "after\n" : "at its start\n", out);
            for (uint32_t i = 0; i < difference.run.n; i++) {
                fputs("  ", out);
                put_action(system, role, &system->machines[role].edges[difference.run.data[i]], out);
                fputc('\n', out);
            }
            said(out);
            result = refuse(CHOREOGRAPHY_LOST, why);
        }
        vec_fini(&difference.run);
        projection_fini(&projection);
        if (result.why) return result;
    }
    return (Choreography){0};
}

/* ---- candidates */

/* A candidate read again. */
typedef struct Candidate {
    Sources *sources;
    Diags *diags;
    Protocols *protocols;
    GlobalAutomaton *global; /* NULL: it has mistakes */
} Candidate;

static void read_candidate(Candidate *candidate, Names *names, const char *text) {
    uint32_t length = (uint32_t)strlen(text);
    candidate->sources = sources_new();
    candidate->diags = diags_new(candidate->sources);
    candidate->protocols = protocols_new(names);
    candidate->global = NULL;
    uint32_t file = sources_add(candidate->sources, "choreography", text, length);
    protocols_parse(candidate->protocols, candidate->sources, (Span){file, 0, length}, candidate->diags);
    bool good = !diags_errors(candidate->diags) && candidate->protocols->n == 1 &&
                protocol_check(candidate->protocols, candidate->protocols->all[0], candidate->diags);
    if (good) candidate->global = global_of(candidate->protocols, candidate->protocols->all[0], candidate->diags);
}

static void candidate_fini(Candidate *candidate) {
    global_free(candidate->global);
    protocols_free(candidate->protocols);
    diags_free(candidate->diags);
    sources_free(candidate->sources);
}

/* Does the text project to these machines? */
static bool projects_back(const CfsmSystem *system, Names *names, const char *text) {
    Candidate candidate;
    read_candidate(&candidate, names, text);
    bool good = candidate.global && candidate.global->protocol->nroles == system->n;
    for (uint32_t role = 0; good && role < system->n; role++) {
        Projection projection = project_role(candidate.global, role);
        good = projection.fault == PROJECT_OK && choreography_same(&system->machines[role], &projection.machine);
        projection_fini(&projection);
    }
    candidate_fini(&candidate);
    return good;
}

/* Do these machines play the roles of the text? */
static bool is_played(const CfsmSystem *system, Names *names, const char *text) {
    Candidate candidate;
    ConformOptions options = CONFORM_DEFAULTS;
    options.by_subtyping = false;
    options.listening_end = false;
    read_candidate(&candidate, names, text);
    bool good = candidate.global && candidate.global->protocol->nroles == system->n;
    for (uint32_t role = 0; good && role < system->n; role++) {
        Conform conform = conform_check(candidate.global, role, &system->machines[role], options);
        good = conform.verdict == CONFORM_YES;
        conform_fini(&conform);
    }
    candidate_fini(&candidate);
    return good;
}

/* Two messages of different senders that exclude each other somewhere. */
static Folded find_choosers(const Rendezvous *product) {
    const GlobalAutomaton *global = &product->global;
    for (uint32_t s = 0; s < global->nstates; s++)
        for (uint32_t a = global->first[s]; a < global->first[s + 1]; a++)
            for (uint32_t b = a + 1; b < global->first[s + 1]; b++) {
                const GlobalEdge *x = &global->edges[a], *y = &global->edges[b];
                if (x->sender != y->sender && (x->receiver == y->receiver || x->receiver == y->sender || x->sender == y->receiver))
                    return (Folded){.fault = FOLD_CHOOSERS, .state = s, .edges = {a, b}};
            }
    return (Folded){.fault = FOLD_OK};
}

static Choreography refuse_fold(const CfsmSystem *system, const Rendezvous *product, const Folded *folded) {
    Folded choosers = find_choosers(product);
    if (folded->fault == FOLD_OK && choosers.fault == FOLD_CHOOSERS) folded = &choosers;
    if (folded->fault == FOLD_LARGE) return refuse_in_words(CHOREOGRAPHY_LARGE, "it would be too long a text\n");
    if (folded->fault == FOLD_OK) return refuse_in_words(CHOREOGRAPHY_OTHER, "what was read off the machines has other projections\n");
    char *why;
    size_t size;
    FILE *out = say(&why, &size);
    const GlobalEdge *edges = product->global.edges;
    if (folded->fault == FOLD_UNREADY)
        fprintf(out, "%s may send %s to %s, or what its receiver does not take there although nobody else can move; ",
                role_text(system, edges[folded->edges[0]].sender), names_text(system->names, edges[folded->edges[0]].message),
                role_text(system, edges[folded->edges[0]].receiver));
    else fprintf(out, "%s may send %s to %s while %s may send %s to %s: a choice of a protocol is made by one role; ",
            role_text(system, edges[folded->edges[0]].sender), names_text(system->names, edges[folded->edges[0]].message),
            role_text(system, edges[folded->edges[0]].receiver), role_text(system, edges[folded->edges[1]].sender),
            names_text(system->names, edges[folded->edges[1]].message), role_text(system, edges[folded->edges[1]].receiver));
    put_run(system, product, folded->state, out);
    said(out);
    return refuse(CHOREOGRAPHY_CHOOSERS, why);
}

static Choreography fold(const CfsmSystem *system, const Rendezvous *product, Names *names, const char *protocol) {
    Choreography refused = {0};
    for (uint32_t order = 0; order < FOLD_ORDERS; order++) {
        Folded folded = fold_text(product, system, protocol, (FoldOrder)order);
        if (folded.fault == FOLD_OK && projects_back(system, names, folded.text)) {
            choreography_fini(&refused);
            return (Choreography){.verdict = CHOREOGRAPHY_FOUND, .text = folded.text};
        }
        if (!refused.why) refused = refuse_fold(system, product, &folded);
        free(folded.text);
    }
    return refused;
}

/* ---- */

static Choreography decide(const CfsmSystem *system, Names *names, const char *protocol) {
    Choreography result = check_ambiguity(system);
    if (result.why) return result;
    Rendezvous product;
    rendezvous_explore(&product, system, MAX_STATES);
    if (!product.complete) result = refuse_in_words(CHOREOGRAPHY_LARGE, "the machines have more than %d configurations\n", MAX_STATES);
    if (!result.why) result = check_progress(system, &product);
    if (!result.why) result = check_lost(system, &product);
    if (!result.why) result = fold(system, &product, names, protocol);
    rendezvous_fini(&product);
    return result;
}

Choreography choreography_of(const CfsmSystem *system, Names *names, const char *protocol) {
    const char *odd = odd_name(system);
    if (odd) return refuse_in_words(CHOREOGRAPHY_NAMES, "the name '%s' cannot stand in a protocol\n", odd);
    if (system->n > PROTOCOL_MAX_ROLES) return refuse_in_words(CHOREOGRAPHY_LARGE, "there are more than %d roles\n", PROTOCOL_MAX_ROLES);
    CfsmSystem *small = cfsm_system_new(system->names, system->n);
    memcpy(small->roles, system->roles, sizeof *small->roles * system->n);
    for (uint32_t role = 0; role < system->n; role++) small->machines[role] = cfsm_minimal(&system->machines[role]);
    Choreography result = decide(small, names, protocol);
    cfsm_system_free(small);
    return result;
}

/* What each machine does when every message is taken as it is sent; NULL: too much to look at. */
static CfsmSystem *narrowed(const CfsmSystem *system) {
    Rendezvous product;
    rendezvous_explore(&product, system, MAX_STATES);
    CfsmSystem *narrow = product.complete ? cfsm_system_new(system->names, system->n) : NULL;
    for (uint32_t role = 0; narrow && role < system->n; role++) {
        Projection projection = project_role(&product.global, role);
        narrow->roles[role] = system->roles[role];
        narrow->machines[role] = projection.machine;
        projection.machine = (Cfsm){0};
        projection_fini(&projection);
    }
    rendezvous_fini(&product);
    return narrow;
}

Choreography choreography_played(const CfsmSystem *system, Names *names, const char *protocol) {
    Choreography exact = choreography_of(system, names, protocol);
    if (exact.fault != CHOREOGRAPHY_LOST) return exact;
    CfsmSystem *narrow = narrowed(system);
    Choreography wider = narrow ? choreography_of(narrow, names, protocol) : (Choreography){0};
    bool good = wider.text && is_played(system, names, wider.text);
    wider.is_wider = true;
    cfsm_system_free(narrow);
    choreography_fini(good ? &exact : &wider);
    return good ? wider : exact;
}

void choreography_fini(Choreography *choreography) {
    free(choreography->text);
    free(choreography->why);
    *choreography = (Choreography){0};
}

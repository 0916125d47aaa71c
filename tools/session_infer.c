#include "tools/session_infer.h"

#include "session/choreography.h"
#include "session/compat.h"
#include "session/ensemble.h"
#include "session/extract.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct Inferring {
    const Job *job;
    WalkProgram *walks;
    Names *names;
    Extract extract;
    FILE *out;
} Inferring;

static void put_place(const Inferring *at, Span span) {
    uint32_t line, column;
    sources_place(at->job->sources, span.file, span.begin, &line, &column);
    fprintf(at->out, "%s:%u:%u", sources_name(at->job->sources, span.file), line, column);
}

static const char *task_text(const Inferring *at, uint32_t task) { return names_text(at->names, extract_task_name(at->walks, task, at->names)); }

static const char *channel_text(const Inferring *at, uint32_t object) {
    const char *name = at->walks->program->sites[at->walks->objects[object].site].name;
    return name && *name ? name : "a channel";
}

/* ---- machines, and what they leave out */

static void put_notes(const Inferring *at) {
    const WalkProgram *walks = at->walks;
    if (walks->nnotes) fprintf(at->out, "\nnot followed exactly\n");
    for (uint32_t i = 0; i < walks->nnotes; i++) {
        fprintf(at->out, "  ");
        put_place(at, walks->notes[i].span);
        fprintf(at->out, ": %s\n", walks->notes[i].text);
    }
    if (walks->ngaps) fprintf(at->out, "\nno part of the machines\n");
    for (uint32_t i = 0; i < walks->ngaps; i++) {
        fprintf(at->out, "  ");
        put_place(at, walks->gaps[i].span);
        fprintf(at->out, ": %s\n", walk_gap_text(walks->gaps[i].kind));
    }
}

/* ---- do they get along, with the channels that the program has? */

static void put_step(const Inferring *at, const EnsembleStep *step, uint32_t *number) {
    const WalkEdge *edge = &at->walks->tasks[step->task].edges[step->edge];
    static const char *const verbs[] = {
        [WALK_SEND] = "sends",          [WALK_SEND_FAILS] = "fails to send to", [WALK_RECV] = "receives", [WALK_RECV_OVER] = "finds closed and empty:",
        [WALK_CLOSE] = "closes",        [WALK_SPAWN] = "spawns",                [WALK_JOIN] = "joins",
    };
    bool is_shown = edge->action < sizeof verbs / sizeof *verbs && verbs[edge->action];
    if (!is_shown) return;
    bool is_item = edge->action == WALK_SEND || edge->action == WALK_RECV, is_task = edge->action == WALK_SPAWN || edge->action == WALK_JOIN;
    fprintf(at->out, "  %3u  %s %s ", ++*number, task_text(at, step->task), verbs[edge->action]);
    if (is_item) fprintf(at->out, "%s %s ", names_text(at->names, extract_message(at->walks, edge->object, edge->label, at->names)), edge->action == WALK_SEND ? "to" : "from");
    fputs(is_task ? task_text(at, edge->object) : channel_text(at, edge->object), at->out);
    if (step->partner != UINT32_MAX) fprintf(at->out, ", where %s receives it", task_text(at, step->partner));
    fprintf(at->out, "   (");
    put_place(at, edge->span);
    fprintf(at->out, ")\n");
}

static void put_fault(const Inferring *at, const Ensemble *ensemble) {
    uint32_t number = 0;
    for (uint32_t i = 0; i < ensemble->nrun; i++) put_step(at, &ensemble->run[i], &number);
    for (uint32_t t = 0; t < at->walks->ntasks; t++) {
        const WalkNode *node = ensemble->nodes[t] == UINT32_MAX ? NULL : &at->walks->tasks[t].nodes[ensemble->nodes[t]];
        if (!node || node->has_ended) continue;
        fprintf(at->out, "       %s is then at ", task_text(at, t));
        put_place(at, node->at);
        fputs(ensemble->fault == ENSEMBLE_WAITING && ensemble->task == t ? ", for ever\n" : "\n", at->out);
    }
}

static EnsembleOptions how(const Options *options) {
    EnsembleOptions how = ENSEMBLE_DEFAULTS;
    if (options->bound) how.bound = options->bound > 64 ? 64 : (uint32_t)options->bound;
    if (options->max_states) how.max_configurations = options->max_states > 100000000 ? 100000000 : (uint32_t)options->max_states;
    return how;
}

static int put_compatible(const Inferring *at, const Ensemble *ensemble) {
    bool is_exact = at->walks->nnotes == 0 && at->walks->ngaps == 0, may_stop = false;
    for (uint32_t i = 0; i < at->walks->ngaps; i++) may_stop |= walk_gap_stops(at->walks->gaps[i].kind);
    if (ensemble->verdict == ENSEMBLE_SAFE && may_stop) {
        fprintf(at->out, "unknown       the channels alone are safe, but a task may stop for another reason: see above\n");
        return EXIT_NO_VERDICT;
    }
    if (ensemble->verdict == ENSEMBLE_SAFE) {
        fprintf(at->out, "compatible    every message is received, nobody waits for ever%s (%u configurations, the program's capacities)\n",
                at->walks->nnotes ? ", as far as what was not followed can go either way again" : "", ensemble->configurations);
        return EXIT_HOLDS;
    }
    if (ensemble->verdict == ENSEMBLE_UNKNOWN) {
        fprintf(at->out, "unknown       %s\n", ensemble->why);
        return EXIT_NO_VERDICT;
    }
    fprintf(at->out, "%s ", is_exact ? "incompatible " : "unknown       perhaps");
    if (ensemble->fault == ENSEMBLE_WAITING) fprintf(at->out, "%s waits for ever, after\n", task_text(at, ensemble->task));
    else fprintf(at->out, "a message in %s is never received, after\n", channel_text(at, ensemble->object));
    put_fault(at, ensemble);
    return is_exact ? EXIT_VIOLATED : EXIT_NO_VERDICT;
}

/* Machines with queues, whatever the program's capacities are. */
static void put_any_capacity(const Inferring *at) {
    if (at->extract.is_blurred || at->extract.has_many_links) return;
    CompatOptions options = COMPAT_DEFAULTS;
    options.max_configurations = 200000;
    Compat compat = compat_check(at->extract.system, options);
    if (compat.verdict == COMPAT_SAFE)
        fprintf(at->out, "any capacity  safe (k = %u%s)\n", compat.k, compat.basis == COMPAT_EXACT ? ", all configurations" : ", exhaustive");
    else if (compat.verdict == COMPAT_UNSAFE) fprintf(at->out, "any capacity  unsafe (k = %u)\n", compat.k);
    else fprintf(at->out, "any capacity  unknown up to k = %u: %s\n", compat.k, compat.why);
    compat_fini(&compat);
}

/* ---- the protocol */

/* "two_buyer.ac" gives TwoBuyer. */
static char *protocol_name(const char *path, char *name, size_t size) {
    const char *slash = strrchr(path, '/'), *at = slash ? slash + 1 : path;
    size_t n = 0;
    bool is_first = true;
    for (; *at && *at != '.' && n + 1 < size; at++) {
        if (!isalnum((unsigned char)*at)) {
            is_first = true;
            continue;
        }
        if (n == 0 && isdigit((unsigned char)*at)) name[n++] = 'P';
        if (n + 1 < size) name[n++] = (char)(is_first ? toupper((unsigned char)*at) : *at);
        is_first = false;
    }
    name[n] = '\0';
    return n ? name : strcpy(name, "P");
}

static int put_choreography(const Inferring *at) {
    char name[64];
    Choreography choreography = choreography_played(at->extract.system, at->names, protocol_name(at->job->path, name, sizeof name));
    if (choreography.text) {
        if (choreography.is_wider) fprintf(at->out, "\nthe tasks play the roles of this protocol; they would also take messages that nobody sends then\n");
        fprintf(at->out, "\n%s", choreography.text);
    } else {
        fprintf(at->out, "\n%s\n", choreography.verdict == CHOREOGRAPHY_NONE ? "no protocol has these machines as its projections:" : "no protocol was found:");
        fputs(choreography.why, at->out);
    }
    int code = choreography.text ? EXIT_HOLDS : EXIT_NO_VERDICT;
    choreography_fini(&choreography);
    return code;
}

/* ---- */

static int put_all(Inferring *at, const Ensemble *ensemble) {
    const Options *options = &at->job->options;
    const CfsmSystem *system = at->extract.system;
    for (uint32_t role = 0; role < system->n; role++) {
        if (options->dot) cfsm_dot(system, role, at->out);
        else cfsm_print(system, role, at->out);
    }
    if (options->dot || options->cfsm) return EXIT_HOLDS;
    if (!system->n) fprintf(at->out, "no message is exchanged\n");
    put_notes(at);
    fputc('\n', at->out);
    int code = put_compatible(at, ensemble);
    if (!system->n) return code;
    put_any_capacity(at);
    return job_worse(code, put_choreography(at));
}

int session_infer(const Job *job, FILE *out) {
    WalkProgram *walks = walk_program(job->program, (WalkOptions){0});
    int code = EXIT_NO_VERDICT;
    if (walks->why) {
        fprintf(out, "unknown       ");
        Inferring at = {.job = job, .out = out};
        if (walks->why_at.end) put_place(&at, walks->why_at);
        fprintf(out, "%s%s\n", walks->why_at.end ? ": " : "", walks->why);
    } else {
        Inferring at = {.job = job, .walks = walks, .names = names_new(), .out = out};
        Ensemble ensemble = ensemble_check(walks, how(&job->options));
        if (ensemble.taken && ensemble.verdict != ENSEMBLE_UNSAFE) walk_restrict(walks, ensemble.taken); /* what nobody ever does, or is sent, is left out */
        at.extract = extract_machines(walks, at.names);
        code = put_all(&at, &ensemble);
        ensemble_fini(&ensemble);
        extract_fini(&at.extract);
        names_free(at.names);
    }
    walk_free(walks);
    return code;
}

/* A run and its wait-for graph as DOT. */
#include "model/support/dot_label.h"
#include "model/trace.h"

#include <string.h>

enum { SOURCE_TEXT = 100 };

static void begin(FILE *out, const char *name) {
    fprintf(out, "digraph %s {\n", name);
    fputs("    fontname=\"Helvetica\"; fontsize=11;\n"
          "    node [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f8\", "
          "color=\"#5b6770\"];\n"
          "    edge [fontname=\"Helvetica\", fontsize=9, color=\"#5b6770\"];\n",
        out);
}

static void put_title(FILE *out, const Trace *trace) {
    fputs("    label=\"", out);
    dot_label(out, trace->program);
    fputs("\\n", out);
    dot_label(out, trace->message[0] ? trace->message : trace->kind);
    fputs("\"; labelloc=t;\n", out);
}

static bool is_among(const uint32_t *list, uint32_t n, uint32_t value) {
    for (uint32_t i = 0; i < n; i++)
        if (list[i] == value) return true;
    return false;
}

/* ---- the run: a lane a task, a node a step */

/* A run of a tree of runs: the root has no parent. */
typedef struct Drawn {
    const Trace *trace;
    const struct Drawn *parent;
    uint32_t number; /* of the run, 0 for the root */
} Drawn;

/* The node of a step, which may be one of the run that this one begins with; step 0 is the start. */
static void put_node(FILE *out, const Drawn *drawn, uint32_t step) {
    while (drawn->parent && step <= drawn->trace->shared) drawn = drawn->parent;
    if (step == 0) fputs("start", out);
    else if (drawn->number == 0) fprintf(out, "s%u", step);
    else fprintf(out, "b%u_s%u", drawn->number, step);
}

static void put_step(FILE *out, const Drawn *drawn, uint32_t index) {
    const TraceStep *step = &drawn->trace->steps[index];
    fputs("        ", out);
    put_node(out, drawn, index + 1);
    fprintf(out, " [label=\"%u. ", index + 1);
    if (drawn->number > 0) {
        dot_label(out, drawn->trace->tasks[step->task].name);
        fputs(": ", out);
    }
    dot_label(out, step->text);
    fprintf(out, "\\nline %u", step->line);
    for (uint32_t i = 0; i < step->nchanges; i++) {
        const TraceChange *change = &step->changes[i];
        fputs("\\n", out);
        dot_label(out, change->what);
        fputs(change->from[0] ? ": " : " = ", out);
        dot_label(out, change->from);
        if (change->from[0]) fputs(" -> ", out);
        dot_label(out, change->to);
    }
    fputs("\"];\n", out);
}

static void put_lane(FILE *out, const Drawn *drawn, uint32_t task) {
    const Trace *trace = drawn->trace;
    bool is_stuck = is_among(trace->stuck, trace->nstuck, task);
    fprintf(out, "    subgraph cluster_%u {\n        label=\"", task);
    dot_label(out, trace->tasks[task].name);
    fprintf(out, "\"; style=rounded; color=\"%s\";\n", is_stuck ? "#c0392b" : "#b8c2cc");
    for (uint32_t i = 0; i < trace->nsteps; i++)
        if (trace->steps[i].task == task) put_step(out, drawn, i);
    fputs("    }\n", out);
}

/* Who makes no step in the loop, and why that is fair. */
static void put_idle(FILE *out, const Trace *trace) {
    for (uint32_t i = 0; i < trace->nidle; i++) {
        fprintf(out, "    idle%u [shape=note, style=dashed, label=\"", i);
        dot_label(out, trace->idle[i].text);
        fputs("\"];\n", out);
    }
}

static void put_end(FILE *out, const Trace *trace) {
    fputs("    end [shape=octagon, style=filled, fillcolor=\"#fdecea\", color=\"#c0392b\", label=\"", out);
    dot_label(out, trace->stutters ? "the run stops here" : trace->kind);
    if (trace->detail[0]) {
        fputs(": ", out);
        dot_label(out, trace->detail);
    }
    fputs("\"];\n", out);
}

/* The steps one after the other, and the loop. */
static void put_order(FILE *out, const Drawn *drawn) {
    const Trace *trace = drawn->trace;
    for (uint32_t i = trace->shared > 0 ? trace->shared : 1; i < trace->nsteps; i++) {
        bool same = trace->steps[i - 1].task == trace->steps[i].task;
        fputs("    ", out);
        put_node(out, drawn, i);
        fputs(" -> ", out);
        put_node(out, drawn, i + 1);
        fprintf(out, "%s;\n", same ? "" : " [style=dashed]");
    }
    if (!trace->nloop) return;
    fputs("    ", out);
    put_node(out, drawn, trace->nsteps);
    fputs(" -> ", out);
    put_node(out, drawn, trace->nsteps - trace->nloop + 1);
    fprintf(out, " [label=\"%s\", color=\"#c0392b\"];\n",
        strcmp(trace->kind, "unbounded") == 0 ? "for ever, more each time" : "for ever");
}

/* What is so after a step, without a run of its own. */
static void put_facts(FILE *out, const Drawn *drawn) {
    const Trace *trace = drawn->trace;
    for (uint32_t i = 0; i < trace->nfacts; i++) {
        fprintf(out, "    fact%u_%u [shape=note, style=filled, fillcolor=\"#fdf6e3\", label=\"", drawn->number, i);
        dot_label(out, trace->facts[i].text);
        fputs("\"];\n    ", out);
        put_node(out, drawn, trace->facts[i].at);
        fprintf(out, " -> fact%u_%u [style=dotted, arrowhead=none];\n", drawn->number, i);
    }
}

/* The runs that begin on this one, each in a box of its own. Returns the number for the next one. */
static uint32_t put_branches(FILE *out, const Drawn *drawn, uint32_t number) {
    const Trace *trace = drawn->trace;
    for (uint32_t i = 0; i < trace->nbranches; i++) {
        Drawn branch = {trace->branches[i].run, drawn, number++};
        fprintf(out, "    subgraph cluster_branch%u {\n        label=\"", branch.number);
        dot_label(out, trace->branches[i].text);
        fputs("\"; style=\"rounded,dashed\"; color=\"#5b6770\";\n", out);
        for (uint32_t k = branch.trace->shared; k < branch.trace->nsteps; k++) put_step(out, &branch, k);
        fputs("    }\n", out);
        if (branch.trace->shared == 0 && branch.trace->nsteps > 0) {
            fputs("    start -> ", out);
            put_node(out, &branch, 1);
            fputs(";\n", out);
        }
        put_order(out, &branch);
        put_facts(out, &branch);
        number = put_branches(out, &branch, number);
    }
    return number;
}

static bool is_tree(const Trace *trace) { return trace->is_claim || trace->nfacts + trace->nbranches > 0; }

static void put_tree(FILE *out, const Drawn *root) {
    fputs("    start [shape=circle, width=0.2, label=\"\"];\n", out);
    if (root->trace->nsteps > 0) fputs("    start -> s1;\n", out);
    put_facts(out, root);
    put_branches(out, root, 1);
}

void trace_dot(const Trace *trace, FILE *out) {
    Drawn root = {trace, NULL, 0};
    begin(out, "run");
    fputs("    newrank=true; ranksep=0.25;\n", out); /* each step below the one before, whichever lane it is in */
    put_title(out, trace);
    for (uint32_t task = 0; task < trace->ntasks; task++) put_lane(out, &root, task);
    if (!trace->nloop && !is_tree(trace)) put_end(out, trace);
    put_idle(out, trace);
    put_order(out, &root);
    if (is_tree(trace)) put_tree(out, &root);
    else if (!trace->nloop && trace->nsteps) fprintf(out, "    s%u -> end [color=\"#c0392b\"];\n", trace->nsteps);
    fputs("}\n", out);
}

/* ---- the wait-for graph */

static bool is_on_cycle(const Trace *trace, uint32_t task) {
    for (uint32_t i = 0; i < trace->nwaits; i++)
        if (trace->waits[i].task == task && trace->waits[i].on_cycle) return true;
    return false;
}

static bool takes_part(const Trace *trace, uint32_t task) {
    if (is_among(trace->stuck, trace->nstuck, task) || is_among(trace->consequences, trace->nconsequences, task))
        return true;
    for (uint32_t i = 0; i < trace->nwaits; i++)
        if (trace->waits[i].task == task || trace->waits[i].holder_task == task) return true;
    return false;
}

/* The line without its indentation and its comment. */
static void put_source(FILE *out, const Trace *trace, const TraceWait *wait) {
    const char *source = wait->source + strspn(wait->source, " \t"), *comment = strstr(source, "//");
    size_t length = comment ? (size_t)(comment - source) : strlen(source);
    while (length > 0 && (source[length - 1] == ' ' || source[length - 1] == '\t')) length--;
    char text[SOURCE_TEXT];
    snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), source);
    fputs("\\n", out);
    if (strcmp(wait->file, trace->file) != 0) dot_label(out, wait->file), fputc(':', out);
    fprintf(out, "%u: ", wait->line);
    dot_label(out, text);
}

static void put_task(FILE *out, const Trace *trace, uint32_t task) {
    fprintf(out, "    t%u [label=\"", task);
    dot_label(out, trace->tasks[task].name);
    uint32_t last = 0;
    for (uint32_t i = 0; i < trace->nwaits; i++) {
        if (trace->waits[i].task != task || trace->waits[i].line == last) continue;
        put_source(out, trace, &trace->waits[i]);
        last = trace->waits[i].line;
    }
    bool red = is_on_cycle(trace, task), stuck = is_among(trace->stuck, trace->nstuck, task);
    fprintf(out, "\"%s];\n",
        red     ? ", color=\"#c0392b\", fillcolor=\"#fdecea\", penwidth=2"
        : stuck ? ", color=\"#c0392b\""
                : "");
}

/* An edge to who could help; to a node of its own that says what is waited for when there is nobody. */
static void put_wait(FILE *out, const Trace *trace, uint32_t index) {
    const TraceWait *wait = &trace->waits[index];
    const char *red = wait->on_cycle ? ", color=\"#c0392b\", fontcolor=\"#c0392b\", penwidth=2" : "";
    if (wait->holder_task == UINT32_MAX) {
        fprintf(out, "    w%u [shape=plaintext, style=\"\", label=\"nobody\"];\n    t%u -> w%u [label=\"", index,
            wait->task, index);
    } else {
        fprintf(out, "    t%u -> t%u [label=\"", wait->task, wait->holder_task);
    }
    dot_label(out, wait->what);
    if (wait->held_line) fprintf(out, "\\ntaken in line %u", wait->held_line);
    fprintf(out, "\"%s];\n", red);
}

void trace_waits_dot(const Trace *trace, FILE *out) {
    begin(out, "waits");
    put_title(out, trace);
    for (uint32_t task = 0; task < trace->ntasks; task++)
        if (takes_part(trace, task)) put_task(out, trace, task);
    for (uint32_t i = 0; i < trace->nwaits; i++)
        if (trace->waits[i].task != UINT32_MAX) put_wait(out, trace, i);
    fputs("}\n", out);
}

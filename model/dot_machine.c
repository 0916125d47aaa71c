/* Machines as graphs over their points. */
#include "model/dot.h"

#include "model/support/dot_label.h"
#include "model/flow.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

enum { LABEL_TEXT = 40, MAX_NOTES = 4 };

/* The code between two points, from one entry. */
typedef struct Region {
    const Program *program;
    const Machine *machine;
    uint32_t *parent;    /* per pc: where it was first reached from, itself for the entry, NO_SLOT when not reached */
    uint8_t *leads;      /* per pc: the point looked at can be reached from here */
    VEC(uint32_t) queue; /* reached pcs, in order */
    uint32_t from;       /* while visiting */
} Region;

static bool is_stop(const Machine *machine, uint32_t pc) {
    const Instr *instr = &machine->code[pc];
    return instr->op == INSTR_END || (instr->op == INSTR_WAIT && machine->points[instr->imm].fallback == NO_SLOT);
}

static void reach(void *context, uint32_t pc) {
    Region *region = context;
    if (region->parent[pc] != NO_SLOT) return;
    region->parent[pc] = region->from;
    vec_push(&region->queue, pc);
}

static void explore(Region *region, uint32_t entry) {
    const Machine *machine = region->machine;
    for (uint32_t pc = 0; pc < machine->ncode; pc++) region->parent[pc] = NO_SLOT;
    vec_clear(&region->queue);
    region->from = entry;
    reach(region, entry);
    for (uint32_t i = 0; i < region->queue.n; i++) {
        region->from = region->queue.data[i];
        if (!is_stop(machine, region->from)) flow_next(machine, region->from, reach, region);
    }
}

typedef struct Leads {
    const uint8_t *leads;
    bool any;
} Leads;
static void look(void *context, uint32_t pc) {
    Leads *leads = context;
    leads->any |= leads->leads[pc] != 0;
}

static void mark_leading(Region *region, uint32_t target) {
    memset(region->leads, 0, region->machine->ncode);
    region->leads[target] = 1;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = region->queue.n; i-- > 0;) {
            uint32_t pc = region->queue.data[i];
            if (region->leads[pc] || is_stop(region->machine, pc)) continue;
            Leads leads = {region->leads, false};
            flow_next(region->machine, pc, look, &leads);
            region->leads[pc] = leads.any;
            changed |= leads.any;
        }
    }
}

/* ---- what an edge says */

static bool is_note(const Instr *instr) {
    switch (instr->op) {
    case INSTR_SPAWN:
    case INSTR_TRY_SEND:
    case INSTR_TRY_RECV:
    case INSTR_CLOSE:
    case INSTR_TRY_LOCK:
    case INSTR_UNLOCK:
    case INSTR_TRY_ACQUIRE:
    case INSTR_RELEASE:
    case INSTR_ABORT:
    case INSTR_ASSERT:
    case INSTR_ASSUME: return true;
    default: return false;
    }
}

/* A branch says something when its other way leads elsewhere. */
static bool decides(const Region *region, uint32_t pc) {
    const Instr *instr = &region->machine->code[pc];
    return instr->op == INSTR_BRANCH && region->leads[pc + 1] != region->leads[instr->imm];
}

static bool same_span(Span a, Span b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }
static bool holds_span(Span outer, Span inner) {
    return outer.file == inner.file && outer.begin <= inner.begin && inner.end <= outer.end;
}

typedef struct Label {
    FILE *out;
    const Region *region;
    Span operation; /* what fired, file 0 for the start */
    VEC(Span) said;
    uint32_t notes;
} Label;

/* From point to point; several with the same ends are drawn as one. */
typedef struct Edge {
    uint32_t from, to;
    char *text;
} Edge;
typedef VEC(Edge) Edges;

static void put_note(Label *label, const char *prefix, Span span, const char *suffix) {
    if (label->notes++ >= MAX_NOTES) {
        if (label->notes == MAX_NOTES + 1) fputs(" …\\l", label->out);
        return;
    }
    fprintf(label->out, " %u: %s", sources_line_of(label->region->program->sources, span), prefix);
    dot_text(label->out, label->region->program, span, LABEL_TEXT);
    fprintf(label->out, "%s\\l", suffix);
}

static void put_condition(Label *label, uint32_t pc, bool taken) {
    Span span = label->region->machine->code[pc].span;
    if (label->operation.file && holds_span(span, label->operation)) { /* while (await recv(…)) */
        fprintf(label->out, " yields %s\\l", taken ? "false" : "true");
        return;
    }
    put_note(label, taken ? "not (" : "if ", span, taken ? ")" : "");
}

/* False when it was said before. */
static bool say(Label *label, Span span) {
    for (uint32_t i = 0; i < label->said.n; i++)
        if (same_span(label->said.data[i], span)) return false;
    vec_push(&label->said, span);
    return true;
}

static void put_step(Label *label, uint32_t pc, uint32_t next) {
    const Instr *instr = &label->region->machine->code[pc];
    if (decides(label->region, pc)) {
        put_condition(label, pc, next != pc + 1);
    } else if (instr->op == INSTR_WAIT) { /* a select with default */
        const Point *point = &label->region->machine->points[instr->imm];
        for (uint32_t i = 0; i < point->narms; i++)
            if (point->arms[i].target == next) put_note(label, "", point->arms[i].span, "");
        if (point->fallback == next) put_note(label, "default of ", point->span, "");
    } else if (is_note(instr) && say(label, instr->span)) {
        put_note(label, "", instr->span, "");
    }
}

/* The way to the target, from its entry on. */
static void put_way(Label *label, uint32_t target) {
    const Region *region = label->region;
    VEC(uint32_t) way = {0};
    for (uint32_t pc = target;; pc = region->parent[pc]) {
        vec_push(&way, pc);
        if (region->parent[pc] == pc) break;
    }
    for (uint32_t i = way.n - 1; i > 0; i--) put_step(label, way.data[i], way.data[i - 1]);
    vec_fini(&way);
}

/* What other ways to the target do besides, in brackets. */
static void put_detours(Label *label) {
    const Machine *machine = label->region->machine;
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        if (label->region->parent[pc] != NO_SLOT && label->region->leads[pc] && is_note(&machine->code[pc]) &&
            say(label, machine->code[pc].span))
            put_note(label, "[", machine->code[pc].span, "]");
}

/* ---- nodes and edges */

static uint32_t point_of(const Machine *machine, uint32_t pc) {
    return machine->code[pc].op == INSTR_END ? machine->npoints - 1 : (uint32_t)machine->code[pc].imm;
}

static void add_edge(Edges *edges, uint32_t from, uint32_t to, char *text) {
    for (uint32_t i = 0; i < edges->n; i++) {
        Edge *edge = &edges->data[i];
        if (edge->from != from || edge->to != to) continue;
        bool is_new = !strstr(edge->text, text);
        size_t length = strlen(edge->text), added = is_new ? strlen(text) : 0;
        char *both = realloc(edge->text, length + added + 1);
        if (!both) fatal("out of memory");
        if (is_new) memcpy(both + length, text, added + 1);
        edge->text = both;
        free(text);
        return;
    }
    vec_push(edges, (Edge){from, to, text});
}

static char *edge_text(const Region *region, const Point *point, uint32_t pc, Span operation) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) fatal("out of memory");
    Label label = {.out = out, .region = region, .operation = operation};
    if (operation.file && point->narms > 1) {
        fputc(' ', out);
        dot_text(out, region->program, operation, LABEL_TEXT);
        fputs("\\l", out);
    }
    put_way(&label, pc);
    put_detours(&label);
    fclose(out);
    vec_fini(&label.said);
    return text;
}

static void find_edges(Region *region, Edges *edges, uint32_t point, uint32_t entry, Span operation) {
    const Machine *machine = region->machine;
    explore(region, entry);
    for (uint32_t i = 0; i < region->queue.n; i++) {
        uint32_t pc = region->queue.data[i];
        if (!is_stop(machine, pc)) continue;
        mark_leading(region, pc);
        add_edge(edges, point, point_of(machine, pc), edge_text(region, &machine->points[point], pc, operation));
    }
}

static const char *const shapes[] = {[POINT_START] = "ellipse",
    [POINT_AWAIT] = "box",
    [POINT_SELECT] = "box",
    [POINT_BLOCK] = "octagon",
    [POINT_SCOPE] = "box",
    [POINT_END] = "ellipse"};

static void put_node_text(const Program *program, FILE *out, const Point *point) {
    uint32_t line = sources_line_of(program->sources, point->span);
    for (uint32_t i = 0; i < point->ncalls; i++) {
        dot_label(out, point->calls[i]);
        fputs(i + 1 < point->ncalls ? " › " : "\\n", out);
    }
    if (point->label) {
        dot_label(out, point->label);
        fputs(":\\n", out);
    }
    if (point->kind == POINT_SCOPE) {
        fprintf(out, "%u: } of scope", line);
    } else if (point->kind == POINT_SELECT) {
        fprintf(out, "%u: %sselect", line, point->is_biased ? "biased " : "");
        for (uint32_t i = 0; i < point->narms && i < 6; i++) {
            fputs("\\l  ", out);
            dot_text(out, program, point->arms[i].span, LABEL_TEXT);
        }
        fputs(point->narms > 6 ? "\\l  …\\l" : "\\l", out);
    } else {
        fprintf(out, "%u: ", line);
        dot_text(out, program, point->span, LABEL_TEXT);
    }
}

static void put_node(const Program *program, FILE *out, const Machine *machine, uint32_t index) {
    const Point *point = &machine->points[index];
    fprintf(out, "    m%up%u [shape=%s, ", machine->id, index, shapes[point->kind]);
    if (point->kind == POINT_BLOCK) fputs("color=firebrick, ", out);
    if (point->kind == POINT_SCOPE) fputs("style=rounded, ", out);
    if (point->kind == POINT_START || point->kind == POINT_END) {
        fputs(point->kind == POINT_START ? "height=0.25, label=\"start\"];\n"
                                         : "height=0.25, peripheries=2, label=\"end\"];\n",
            out);
        return;
    }
    fputs("label=\"", out);
    put_node_text(program, out, point);
    fputs("\"];\n", out);
}

static bool is_drawn(const Machine *machine, uint32_t index) {
    const Point *point = &machine->points[index];
    if (point->kind == POINT_START || point->kind == POINT_END) return true;
    return machine->code[point->pc].op == INSTR_WAIT && point->fallback == NO_SLOT;
}

static void find_all(const Program *program, const Machine *machine, Edges *edges) {
    Region region = {.program = program,
        .machine = machine,
        .parent = calloc(machine->ncode, sizeof(uint32_t)),
        .leads = calloc(machine->ncode, 1)};
    if (!region.parent || !region.leads) fatal("out of memory");
    for (uint32_t i = 0; i < machine->npoints; i++) {
        const Point *point = &machine->points[i];
        if (!is_drawn(machine, i)) continue;
        if (point->kind == POINT_START) find_edges(&region, edges, i, point->pc, (Span){0});
        for (uint32_t k = 0; k < point->narms; k++)
            find_edges(&region, edges, i, point->arms[k].target, point->arms[k].span);
    }
    vec_fini(&region.queue);
    free(region.parent);
    free(region.leads);
}

static bool leads_to(const Edges *edges, uint32_t point) {
    for (uint32_t i = 0; i < edges->n; i++)
        if (edges->data[i].to == point) return true;
    return false;
}

static void put_machine(const Program *program, FILE *out, const Machine *machine) {
    fprintf(out, "  subgraph cluster_m%u {\n    label=\"", machine->id);
    dot_label(out, machine->name);
    fprintf(out, "  (line %u)\";\n    labeljust=l; color=gray70; fontname=\"Helvetica-Bold\";\n",
        sources_line_of(program->sources, machine->span));
    Edges edges = {0};
    find_all(program, machine, &edges);
    for (uint32_t i = 0; i < machine->npoints; i++)
        if (is_drawn(machine, i) && (i == 0 || leads_to(&edges, i))) put_node(program, out, machine, i);
    for (uint32_t i = 0; i < edges.n; i++) {
        const Edge *edge = &edges.data[i];
        fprintf(
            out, "    m%up%u -> m%up%u [label=\"%s\"];\n", machine->id, edge->from, machine->id, edge->to, edge->text);
        free(edge->text);
    }
    fputs("  }\n", out);
    vec_fini(&edges);
}

void dot_machines(const Program *program, FILE *out) {
    fputs("digraph machines {\n  rankdir=TB; nodesep=0.4; ranksep=0.5;\n  node [fontname=\"Helvetica\", fontsize=10, "
          "margin=\"0.12,0.06\"];\n"
          "  edge [fontname=\"Helvetica\", fontsize=9];\n",
        out);
    for (uint32_t i = MACHINE_MAIN; i < program->nmachines; i++)
        if (program->machines[i]->is_async) put_machine(program, out, program->machines[i]);
    fputs("}\n", out);
}

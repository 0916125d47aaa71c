/* Who uses which object. */
#include "model/dot.h"

#include "model/support/dot_label.h"
#include "model/flow.h"
#include "model/support/vec.h"

#include <string.h>

enum { MAX_FOLLOW = 16 };

typedef enum UseKind { USE_SEND, USE_RECV, USE_CLOSE, USE_RESERVE, USE_CHANGED, USE_PUBLISH, USE_LOOK, USE_LOCK, USE_ACQUIRE, USE_RELEASE,
    USE_READ, USE_WRITE, USE_WAIT, USE_SIGNAL, USE_NOTIFIED, USE_NOTIFY, USE_ARRIVE, USE_ADD, USE_DONE, USE_ONCE, USE_KINDS } UseKind;
static const char *const use_texts[USE_KINDS] = {"send", "recv", "close", "reserve", "changed", "publish", "read", "lock", "acquire", "release",
    "read_lock", "write_lock", "wait", "signal", "notified", "notify", "arrive", "add", "done", "call_once"};

typedef struct Object { /* a global variable (or one element of it), or what a constructor makes */
    bool is_global;
    uint32_t index; /* of the global or site */
    uint32_t word;  /* of the global; NO_SLOT: some element */
} Object;
typedef struct Use {
    uint32_t machine;
    Object object;
    UseKind kind;
    uint32_t line;
} Use;

typedef struct Drawing {
    const Program *program;
    VEC(Use) uses;
    VEC(Object) objects;
    VEC(Object) found; /* by the last trace */
} Drawing;

static bool same_object(Object a, Object b) {
    return a.is_global == b.is_global && a.index == b.index && a.word == b.word;
}

static void add_found(Drawing *drawing, Object object) {
    for (uint32_t i = 0; i < drawing->found.n; i++)
        if (same_object(drawing->found.data[i], object)) return;
    vec_push(&drawing->found, object);
}

/* ---- following a handle back to where it came from */

typedef struct Writes {
    uint32_t slot;
    bool hit;
} Writes;
static void look(void *context, uint32_t slot, uint32_t n) {
    Writes *writes = context;
    writes->hit |= writes->slot - slot < n;
}
static bool writes_slot(const Program *program, const Machine *machine, uint32_t pc, uint32_t slot) {
    Writes writes = {slot, false};
    flow_writes(program, machine, &machine->code[pc], look, &writes);
    return writes.hit;
}

static void trace(Drawing *drawing, uint32_t machine, uint32_t pc, uint32_t slot, uint32_t depth);

/* A parameter: whatever is passed wherever the machine is made. */
static void trace_argument(Drawing *drawing, uint32_t machine, uint32_t parameter, uint32_t depth) {
    for (uint32_t m = 0; m < drawing->program->nmachines; m++) {
        const Machine *maker = drawing->program->machines[m];
        for (uint32_t pc = 0; pc < maker->ncode; pc++) {
            const Instr *instr = &maker->code[pc];
            if ((instr->op == INSTR_SPAWN || instr->op == INSTR_FUTURE) && instr->imm == (Word)machine)
                trace(drawing, m, pc, instr->b + parameter, depth + 1);
        }
    }
}

static void trace_write(Drawing *drawing, uint32_t machine, uint32_t pc, uint32_t slot, uint32_t depth) {
    const Instr *instr = &drawing->program->machines[machine]->code[pc];
    switch (instr->op) {
    case INSTR_GLOAD:
        add_found(drawing, (Object){true, instr->b, instr->c == NO_SLOT ? (uint32_t)instr->imm : NO_SLOT});
        break;
    case INSTR_NEW: add_found(drawing, (Object){false, (uint32_t)instr->imm, 0}); break;
    case INSTR_MOVE: trace(drawing, machine, pc, instr->b + (slot - instr->a), depth + 1); break;
    case INSTR_LOADX: trace(drawing, machine, pc, instr->b, depth + 1); break;
    case INSTR_STOREX: trace(drawing, machine, pc, instr->b, depth + 1); break;
    case INSTR_COPY:
    case INSTR_TAKE: trace(drawing, machine, pc, instr->b, depth + 1); break;
    case INSTR_MAKE_END:
    case INSTR_CLONE:
    case INSTR_SUBSCRIBE: trace(drawing, machine, pc, instr->a, depth + 1); break;
    default: break;
    }
}

/* The last write before the use, in the order of the code: temporaries are written right before they are used. */
static void trace(Drawing *drawing, uint32_t machine, uint32_t pc, uint32_t slot, uint32_t depth) {
    const Machine *code = drawing->program->machines[machine];
    if (depth > MAX_FOLLOW) return;
    for (uint32_t i = pc; i-- > 0;) {
        if (!writes_slot(drawing->program, code, i, slot)) continue;
        trace_write(drawing, machine, i, slot, depth);
        return;
    }
    if (slot < code->nparams) trace_argument(drawing, machine, slot, depth);
}

/* ---- uses */

static void add_use(Drawing *drawing, uint32_t machine, uint32_t pc, uint32_t slot, UseKind kind, Span span) {
    vec_clear(&drawing->found);
    trace(drawing, machine, pc, slot, 0);
    for (uint32_t i = 0; i < drawing->found.n; i++)
        vec_push(&drawing->uses,
            (Use){machine, drawing->found.data[i], kind, sources_line_of(drawing->program->sources, span)});
}

static int use_of_arm(ArmOp op) {
    switch (op) {
    case ARM_SEND: return USE_SEND;
    case ARM_RECV: return USE_RECV;
    case ARM_RESERVE: return USE_RESERVE;
    case ARM_CHANGED: return USE_CHANGED;
    case ARM_LOCK: return USE_LOCK;
    case ARM_ACQUIRE: return USE_ACQUIRE;
    case ARM_READ_LOCK: return USE_READ;
    case ARM_WRITE_LOCK: return USE_WRITE;
    case ARM_WAIT:
    case ARM_WAIT_GROUP: return USE_WAIT;
    case ARM_NOTIFIED: return USE_NOTIFIED;
    case ARM_ARRIVE: return USE_ARRIVE;
    case ARM_ONCE: return USE_ONCE;
    default: return -1;
    }
}

static int use_of_instr(const Instr *instr) {
    switch (instr->op) {
    case INSTR_SEND:
    case INSTR_TRY_SEND: return USE_SEND;
    case INSTR_TRY_RESERVE: return USE_RESERVE;
    case INSTR_PUBLISH: return USE_PUBLISH;
    case INSTR_READ: return USE_LOOK;
    case INSTR_TRY_RECV: return USE_RECV;
    case INSTR_CLOSE: return USE_CLOSE;
    case INSTR_TRY_LOCK: return USE_LOCK;
    case INSTR_TRY_ACQUIRE: return USE_ACQUIRE;
    case INSTR_RELEASE: return USE_RELEASE;
    case INSTR_TRY_READ_LOCK: return USE_READ;
    case INSTR_TRY_WRITE_LOCK: return USE_WRITE;
    case INSTR_SIGNAL:
    case INSTR_SIGNAL_ALL: return USE_SIGNAL;
    case INSTR_NOTIFY_ONE:
    case INSTR_NOTIFY_ALL: return USE_NOTIFY;
    case INSTR_GROUP_ADD: return USE_ADD;
    case INSTR_GROUP_DONE: return USE_DONE;
    default: return -1;
    }
}

static void find_uses(Drawing *drawing, uint32_t index) {
    const Machine *machine = drawing->program->machines[index];
    for (uint32_t i = 0; i < machine->npoints; i++)
        for (uint32_t k = 0; k < machine->points[i].narms; k++) {
            const Arm *arm = &machine->points[i].arms[k];
            int use = use_of_arm(arm->op);
            if (use >= 0) add_use(drawing, index, machine->points[i].pc, arm->obj, (UseKind)use, arm->span);
        }
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        int use = use_of_instr(&machine->code[pc]);
        if (use >= 0) add_use(drawing, index, pc, machine->code[pc].a, (UseKind)use, machine->code[pc].span);
    }
}

/* ---- drawing */

static uint32_t object_number(Drawing *drawing, Object object) {
    for (uint32_t i = 0; i < drawing->objects.n; i++)
        if (same_object(drawing->objects.data[i], object)) return i;
    vec_push(&drawing->objects, object);
    return drawing->objects.n - 1;
}

static void put_object(const Drawing *drawing, FILE *out, uint32_t number, UseKind first) {
    Object object = drawing->objects.data[number];
    bool is_channel = first < USE_LOCK;
    fprintf(out, "  o%u [shape=%s, style=filled, fillcolor=%s, label=\"", number, is_channel ? "cds" : "ellipse",
        is_channel ? "lightblue" : "khaki");
    if (object.is_global) {
        const Global *global = &drawing->program->globals[object.index];
        dot_label(out, global->name);
        if (global->type->words > 1 && object.word == NO_SLOT) fputs("[…]", out);
        else if (global->type->kind == VALUE_ARRAY && global->type->of->words == 1) fprintf(out, "[%u]", object.word);
    } else {
        const Site *site = &drawing->program->sites[object.index];
        dot_label(out, *site->name ? site->name : "made");
        fprintf(out, "\\n(line %u)", sources_line_of(drawing->program->sources, site->span));
    }
    fputs("\"];\n", out);
}

static bool same_edge(const Use *a, const Use *b) {
    return a->machine == b->machine && a->kind == b->kind && same_object(a->object, b->object);
}

static bool is_first(const Drawing *drawing, uint32_t index) {
    for (uint32_t i = 0; i < index; i++)
        if (same_edge(&drawing->uses.data[i], &drawing->uses.data[index])) return false;
    return true;
}

static void put_lines(const Drawing *drawing, FILE *out, uint32_t index) {
    uint32_t last = 0;
    for (uint32_t i = index; i < drawing->uses.n; i++) {
        const Use *use = &drawing->uses.data[i];
        if (!same_edge(use, &drawing->uses.data[index]) || use->line == last) continue;
        fprintf(out, "%s%u", last ? ", " : " ", use->line);
        last = use->line;
    }
}

static void put_use(Drawing *drawing, FILE *out, uint32_t index) {
    const Use *use = &drawing->uses.data[index];
    uint32_t object = object_number(drawing, use->object);
    bool from_object = use->kind == USE_RECV || use->kind == USE_CHANGED || use->kind == USE_LOOK;
    bool is_line = use->kind >= USE_LOCK;
    if (from_object) fprintf(out, "  o%u -> t%u", object, use->machine);
    else fprintf(out, "  t%u -> o%u", use->machine, object);
    fprintf(out, " [label=\"%s", use_texts[use->kind]);
    put_lines(drawing, out, index);
    fprintf(out, "\"%s];\n", is_line ? ", dir=none" : use->kind == USE_CLOSE ? ", style=dashed" : "");
}

static void put_spawns(const Program *program, FILE *out, uint32_t index) {
    const Machine *machine = program->machines[index];
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        const Instr *instr = &machine->code[pc];
        bool again = instr->op != INSTR_SPAWN;
        for (uint32_t i = 0; i < pc && !again; i++)
            again = machine->code[i].op == INSTR_SPAWN && machine->code[i].imm == instr->imm;
        if (!again)
            fprintf(out, "  t%u -> t%u [style=dotted, color=gray50, arrowhead=empty];\n", index, (uint32_t)instr->imm);
    }
}

void dot_channels(const Program *program, FILE *out) {
    Drawing drawing = {.program = program};
    fputs("digraph channels {\n  rankdir=LR; nodesep=0.4; ranksep=0.9;\n  node [fontname=\"Helvetica\", fontsize=11];\n"
          "  edge [fontname=\"Helvetica\", fontsize=9];\n",
        out);
    for (uint32_t i = MACHINE_MAIN; i < program->nmachines; i++) {
        if (!program->machines[i]->is_async) continue;
        fprintf(out, "  t%u [shape=box, style=rounded, label=\"", i);
        dot_label(out, program->machines[i]->name);
        fputs("\"];\n", out);
        put_spawns(program, out, i);
        find_uses(&drawing, i);
    }
    for (uint32_t i = 0; i < drawing.uses.n; i++)
        if (is_first(&drawing, i)) put_use(&drawing, out, i);
    for (uint32_t i = 0; i < drawing.objects.n; i++)
        for (uint32_t k = 0; k < drawing.uses.n; k++)
            if (same_object(drawing.uses.data[k].object, drawing.objects.data[i])) {
                put_object(&drawing, out, i, drawing.uses.data[k].kind);
                break;
            }
    fputs("}\n", out);
    vec_fini(&drawing.uses);
    vec_fini(&drawing.objects);
    vec_fini(&drawing.found);
}

#include "model/program.h"

#include <inttypes.h>

static const char *const instr_texts[INSTR_COUNT] = {
#define INSTR(name, text) [INSTR_##name] = text,
#include "model/instr.def"
#undef INSTR
};
static const char *const arm_texts[ARM_OPS] = {
    "send", "recv", "lock", "acquire", "sleep", "yield", "join", "future", "scope-end", "pending", "park"};
static const char *const point_texts[] = {"start", "await", "select", "block", "scope", "end"};
static const char *const object_texts[] = {"channel", "mutex", "semaphore", "executor", "scope"};

static void dump_slot(FILE *out, const char *name, uint32_t slot) {
    if (slot != NO_SLOT) fprintf(out, " %s=%u", name, slot);
}

static void dump_arm(FILE *out, const Arm *arm) {
    fprintf(out, "      %s%s", arm->owned ? "owned " : "", arm_texts[arm->op]);
    dump_slot(out, "guard", arm->guard);
    dump_slot(out, "obj", arm->obj);
    dump_slot(out, "value", arm->value);
    dump_slot(out, "dest", arm->dest);
    dump_slot(out, "result", arm->result);
    dump_slot(out, "->", arm->target);
    fprintf(out, "%s\n", arm->op == ARM_SEND && !arm->result_used ? " unchecked" : "");
}

static void dump_point(const Program *program, FILE *out, const Machine *machine, uint32_t index) {
    const Point *point = &machine->points[index];
    fprintf(out, "    point %u %s%s line %u pc=%u", index, point->is_biased ? "biased " : "", point_texts[point->kind],
        sources_line_of(program->sources, point->span), point->pc);
    if (point->narms) fprintf(out, " state=%u", point->state);
    dump_slot(out, "fallback", point->fallback);
    dump_slot(out, "cancel", point->cancel);
    if (point->label) fprintf(out, " label=%s", point->label);
    fprintf(out, "%s%s", point->is_idle ? " idle" : "", point->is_progress ? " progress" : "");
    for (uint32_t i = 0; i < point->ncalls; i++) fprintf(out, "%s%s", i ? " > " : " in ", point->calls[i]);
    fputc('\n', out);
    for (uint32_t i = 0; i < point->narms; i++) dump_arm(out, &point->arms[i]);
}

static void dump_live(FILE *out, const Machine *machine, const uint64_t *set) {
    fprintf(out, " {");
    const char *separator = "";
    for (uint32_t slot = 0; slot < machine->nslots; slot++)
        if (set[slot / 64] >> (slot % 64) & 1) {
            fprintf(out, "%s%u", separator, slot);
            separator = " ";
        }
    fputc('}', out);
}

static void dump_instr(const Program *program, FILE *out, const Machine *machine, uint32_t pc) {
    const Instr *instr = &machine->code[pc];
    fprintf(out, "    %4u  %-12s", pc, instr_texts[instr->op]);
    dump_slot(out, "a", instr->a);
    dump_slot(out, "b", instr->b);
    dump_slot(out, "c", instr->c);
    dump_slot(out, "d", instr->d);
    fprintf(out, " imm=%" PRId64, instr->imm);
    if (instr->type) fprintf(out, " %c%u", itype_signed(instr->type) ? 'i' : 'u', itype_bits(instr->type));
    if (instr->flags & INSTR_ATOMIC) fprintf(out, " atomic");
    if (instr->flags & INSTR_MAYBE_FIRST) fprintf(out, " maybe-first");
    if (instr->flags & INSTR_JOINED) fprintf(out, " joined");
    if (machine->live && machine->live[pc]) dump_live(out, machine, machine->live[pc]);
    fprintf(out, "  ; %u\n", sources_line_of(program->sources, instr->span));
}

static void dump_machine(const Program *program, FILE *out, uint32_t index) {
    const Machine *machine = program->machines[index];
    fprintf(out, "machine %u %s: %u slots, %u parameters\n  kinds ", index, machine->name, machine->nslots,
        machine->nparams);
    for (uint32_t i = 0; i < machine->nslots; i++) fputc("dhf"[machine->slot_kinds[i]], out);
    fputc('\n', out);
    for (uint32_t i = 0; i < machine->nlocals; i++) {
        const Local *local = &machine->locals[i];
        fprintf(out, "    local %s %s slot %u pc [%u, %u)\n", local->type->name, local->name, local->slot, local->from,
            local->to);
    }
    for (uint32_t i = 0; i < machine->nlabels; i++)
        fprintf(out, "    label %s at %u\n", machine->labels[i].name, machine->labels[i].pc);
    if (machine->key_slots_n) fprintf(out, "    keys");
    for (uint32_t i = 0; i < machine->key_slots_n; i++) fprintf(out, " %u", machine->key_slots[i]);
    if (machine->key_slots_n) fputc('\n', out);
    for (uint32_t i = 0; i < machine->npoints; i++) dump_point(program, out, machine, i);
    for (uint32_t pc = 0; pc < machine->ncode; pc++) dump_instr(program, out, machine, pc);
}

static void dump_globals(const Program *program, FILE *out) {
    for (uint32_t i = 0; i < program->nglobals; i++) {
        const Global *global = &program->globals[i];
        char text[128];
        value_print(text, sizeof text, global->type, global->init);
        fprintf(out, "global %u %s %s = %s%s%s\n", i, global->type->name, global->name, text,
            global->is_const ? " const" : "", global->type->words && global->is_atomic[0] ? " atomic" : "");
    }
}

static void dump_sites(const Program *program, FILE *out) {
    for (uint32_t i = 0; i < program->nsites; i++) {
        const Site *site = &program->sites[i];
        fprintf(out, "site %u %s%s%s%s%s %s\n", i, site->is_scoped ? "scoped " : "", site->is_fifo ? "fifo " : "",
            site->is_barging ? "barging " : "", site->is_unowned ? "unowned " : "", object_texts[site->kind],
            site->name);
    }
}

static void dump_atom(const Program *program, FILE *out, uint32_t index) {
    static const char *const kinds[] = {
        [ATOM_STATE] = "condition", [ATOM_SENT] = "sent", [ATOM_RECEIVED] = "received", [ATOM_WOKEN] = "woken",
        [ATOM_POLLED] = "polled", [ATOM_SPAWNED] = "spawned"};
    const Atom *atom = &program->atoms[index];
    fprintf(out, "atom %u %s %u:", index, kinds[atom->kind], atom->bit);
    if (atom->machine != NO_SLOT) fprintf(out, " machine %u", atom->machine);
    if (atom->of != NO_SLOT) fprintf(out, " tasks of machine %u, number %u", atom->of, atom->number);
    fprintf(out, " `%s`\n", atom->text);
}

static void dump_property(const Property *property, FILE *out) {
    static const char *const logics[] = {
        [LOGIC_LTL] = "ltl", [LOGIC_CTL] = "ctl", [LOGIC_ALLOWS] = "allows", [LOGIC_NEVER] = "never"};
    static const char *const fair[] = {[FAIRNESS_WEAK] = " fair(weak)", [FAIRNESS_NONE] = " fair(none)", [FAIRNESS_STRONG] = " fair(strong)"};
    static const char *const ops[] = {
        [TEMPORAL_TRUE] = "true", [TEMPORAL_FALSE] = "false", [TEMPORAL_ATOM] = "atom", [TEMPORAL_NOT] = "!", [TEMPORAL_AND] = "&&",
        [TEMPORAL_OR] = "||", [TEMPORAL_IMPLIES] = "->", [TEMPORAL_IFF] = "<->", [TEMPORAL_X] = "X", [TEMPORAL_F] = "F", [TEMPORAL_G] = "G",
        [TEMPORAL_U] = "U", [TEMPORAL_R] = "R", [TEMPORAL_W] = "W", [TEMPORAL_M] = "M", [TEMPORAL_AX] = "AX", [TEMPORAL_EX] = "EX",
        [TEMPORAL_AF] = "AF", [TEMPORAL_EF] = "EF", [TEMPORAL_AG] = "AG", [TEMPORAL_EG] = "EG", [TEMPORAL_AU] = "AU", [TEMPORAL_EU] = "EU"};
    fprintf(out, "%s %s%s: %s\n ", logics[property->logic], property->name, property->has_fairness ? fair[property->fairness] : "",
        property->text);
    for (uint32_t i = 0; i < property->nnodes; i++) {
        const TemporalNode *node = &property->nodes[i];
        fprintf(out, " %u=%s", i, ops[node->op]);
        if (node->op == TEMPORAL_ATOM) fprintf(out, " %u", property->atoms[node->a]);
        else if (node->op >= TEMPORAL_NOT) fprintf(out, "(%u,%u)", node->a, node->b);
    }
    fputc('\n', out);
}

void program_dump(const Program *program, FILE *out) {
    fprintf(out, "program%s%s\n", program->threaded ? " threaded" : "", program->has_blocking ? " blocking" : "");
    dump_globals(program, out);
    dump_sites(program, out);
    for (uint32_t i = 0; i < program->nmachines; i++) dump_machine(program, out, i);
    for (uint32_t i = 0; i < program->ninvariants; i++)
        fprintf(out, "invariant %s: machine %u\n", program->invariants[i].name, program->invariants[i].machine);
    for (uint32_t i = 0; i < program->natoms; i++) dump_atom(program, out, i);
    for (uint32_t i = 0; i < program->nproperties; i++) dump_property(&program->properties[i], out);
}

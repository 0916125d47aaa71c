#include "model/program.h"

#include "model/flow.h"
#include "model/liveness.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool program_rests_at(const Program *program, const Machine *machine, uint32_t pc) {
    const Instr *instr = &machine->code[pc];
    if (instr->op == INSTR_WAIT && machine->points[instr->imm].fallback == NO_SLOT) return true;
    if (!program->threaded || (instr->flags & (INSTR_ATOMIC | INSTR_JOINED))) return false;
    return flow_is_access(program, machine, instr);
}

/* ---- threads */

static bool site_has_threads(const Machine *init, uint32_t site) {
    for (uint32_t pc = 0; pc < init->ncode; pc++) {
        const Instr *instr = &init->code[pc];
        if (instr->op != INSTR_NEW || instr->imm != (Word)site) continue;
        if (pc == 0 || init->code[pc - 1].op != INSTR_CONST || init->code[pc - 1].a != instr->b ||
            init->code[pc - 1].imm >= 2)
            return true;
    }
    return false;
}

static bool spawns_elsewhere(const Machine *machine) {
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        if (machine->code[pc].op == INSTR_SPAWN && machine->code[pc].c != NO_SLOT) return true;
    return false;
}

/* More than one thread: an executor with several (a count that is no constant is taken to be several), or tasks on another than the default one. */
static bool is_threaded(const Program *program) {
    for (uint32_t i = 0; i < program->nsites; i++)
        if (program->sites[i].kind == OBJECT_EXECUTOR && site_has_threads(program->machines[MACHINE_INIT], i))
            return true;
    for (uint32_t i = 0; i < program->nmachines; i++)
        if (spawns_elsewhere(program->machines[i])) return true;
    return false;
}

static bool has_blocking(const Program *program) {
    for (uint32_t i = 0; i < program->nmachines; i++)
        for (uint32_t j = 0; j < program->machines[i]->npoints; j++)
            if (program->machines[i]->points[j].kind == POINT_BLOCK) return true;
    return false;
}

static bool has_progress(const Program *program) {
    for (uint32_t i = 0; i < program->nmachines; i++)
        for (uint32_t pc = 0; pc < program->machines[i]->ncode; pc++)
            if (program->machines[i]->code[pc].op == INSTR_PROGRESS) return true;
    return false;
}

static void look_at_waits(Program *program) {
    for (uint32_t i = 0; i < program->nmachines; i++)
        for (uint32_t j = 0; j < program->machines[i]->npoints; j++) {
            const Point *point = &program->machines[i]->points[j];
            program->has_all |= point->combine == COMBINE_ALL;
            for (uint32_t k = 0; k < point->narms; k++)
                program->has_wakes |= point->arms[k].op == ARM_PENDING || point->arms[k].op == ARM_PARK;
        }
}

/* ---- atomic regions: which access of a region is its first */

enum { REGION_FRESH = 1, REGION_TOUCHED = 2 };

typedef struct Regions {
    uint8_t *in; /* per pc: REGION_… on some path that leads here */
    uint8_t out;
    VEC(uint32_t) queue;
} Regions;

static void region_enter(void *context, uint32_t pc) {
    Regions *regions = context;
    if ((regions->in[pc] | regions->out) == regions->in[pc]) return;
    regions->in[pc] |= regions->out;
    vec_push(&regions->queue, pc);
}

static void region_flag(Instr *instr, uint8_t in) {
    instr->flags |= INSTR_REGION;
    if (in == REGION_TOUCHED) return;
    instr->flags = (uint16_t)(instr->flags & ~(unsigned)INSTR_ATOMIC);
    if (in == (REGION_FRESH | REGION_TOUCHED)) instr->flags |= INSTR_MAYBE_FIRST;
}

/* The lowering flags every access of a region INSTR_ATOMIC; the first ones lose it here. */
static void resolve_regions(const Program *program, Machine *machine) {
    bool any = false;
    for (uint32_t pc = 0; pc < machine->ncode; pc++) any |= machine->code[pc].op == INSTR_ATOMIC_BEGIN;
    if (!any) return;
    Regions regions = {.in = calloc(machine->ncode, 1), .out = REGION_TOUCHED};
    assert(regions.in);
    region_enter(&regions, 0);
    while (regions.queue.n) {
        uint32_t pc = vec_pop(&regions.queue);
        const Instr *instr = &machine->code[pc];
        regions.out = instr->op == INSTR_ATOMIC_BEGIN           ? REGION_FRESH
                      : flow_is_access(program, machine, instr) ? REGION_TOUCHED
                                                                : regions.in[pc];
        flow_next(machine, pc, region_enter, &regions);
    }
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        if (machine->code[pc].flags & INSTR_ATOMIC) region_flag(&machine->code[pc], regions.in[pc]);
    vec_fini(&regions.queue);
    free(regions.in);
}

/* ---- labels: a fiber is at a labelled statement while it rests in its code */

static uint32_t point_at(const Machine *machine, uint32_t pc) {
    return machine->code[pc].op == INSTR_WAIT ? (uint32_t)machine->code[pc].imm : NO_SLOT;
}

static void mark_point(Point *point, const LabelRange *range) {
    point->is_idle |= strcmp(range->name, "idle") == 0;
    point->is_progress |= strcmp(range->name, "progress") == 0;
    point->label = range->name; /* inner labels come later */
}

static void fill_labels(Program *program, Machine *machine) {
    VEC(LabelPlace) labels = {0};
    for (uint32_t i = 0; i < machine->nranges; i++) {
        const LabelRange *range = &machine->ranges[i];
        for (uint32_t pc = range->from; pc < range->to; pc++) {
            uint32_t point = point_at(machine, pc);
            if (point != NO_SLOT) mark_point(&machine->points[point], range);
            if (!program_rests_at(program, machine, pc)) continue;
            vec_push(&labels, (LabelPlace){.name = range->name, .point = point, .pc = pc});
        }
    }
    machine->nlabels = labels.n;
    machine->labels = arena_copy(&program->arena, labels.data, sizeof(LabelPlace) * labels.n);
    vec_fini(&labels);
}

/* IS_AT holds an index of the machine's ranges until here. */
static void resolve_label_atoms(const Program *program, Machine *machine) {
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        Instr *instr = &machine->code[pc];
        if (instr->op != INSTR_IS_AT || instr->c == NO_SLOT) continue;
        const Machine *target = program->machines[instr->imm];
        const char *name = target->ranges[instr->c].name;
        instr->c = NO_SLOT;
        for (uint32_t i = target->nlabels; i-- > 0;)
            if (target->labels[i].name == name) instr->c = i;
    }
}

/* ---- what must hold */

static void check_slots(void *context, uint32_t slot, uint32_t n) {
    const Machine *machine = context;
    assert(slot + n <= machine->nslots);
    (void)machine, (void)slot, (void)n;
}
static void check_pc(void *context, uint32_t pc) {
    const Machine *machine = context;
    assert(pc < machine->ncode);
    (void)machine, (void)pc;
}

static void check_machine(const Program *program, Machine *machine) {
    assert(machine->ncode > 0 && machine->npoints >= 2 && machine->nparams <= machine->nslots);
    assert(machine->points[0].kind == POINT_START && machine->points[machine->npoints - 1].kind == POINT_END);
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        flow_uses(program, machine, &machine->code[pc], check_slots, machine);
        flow_writes(program, machine, &machine->code[pc], check_slots, machine);
        flow_next(machine, pc, check_pc, machine);
    }
    for (uint32_t i = 0; i < machine->npoints; i++) assert(machine->points[i].pc < machine->ncode);
}

/* Where tasks play roles a channel's name tells which messages go through it. */
static bool sites_behave_alike(const Program *program, const Site *a, const Site *b) {
    if (program->nroles > 0 && strcmp(a->name, b->name) != 0) return false;
    return a->kind == b->kind && a->elem == b->elem && a->is_fifo == b->is_fifo && a->is_barging == b->is_barging &&
           a->is_unowned == b->is_unowned && a->is_scoped == b->is_scoped && a->is_extern == b->is_extern && a->is_lossy == b->is_lossy &&
           a->is_duplicating == b->is_duplicating && a->is_reordering == b->is_reordering && a->is_fair == b->is_fair && a->losses == b->losses &&
           a->policy == b->policy && a->is_spurious == b->is_spurious;
}

/* Whatever may make a step a fault shows here. */
static bool has_faults(const Program *program) {
    for (uint32_t i = 0; i < program->nsites; i++) {
        const Site *site = &program->sites[i];
        if (site->is_lossy || site->is_duplicating || site->is_reordering || site->is_spurious) return true;
    }
    return program->nfault_sites > 0;
}

static void match_sites(Program *program) {
    for (uint32_t i = 0; i < program->nsites; i++) {
        uint32_t first = 0;
        while (!sites_behave_alike(program, &program->sites[first], &program->sites[i])) first++;
        program->sites[i].alike = first;
    }
}

static bool is_task_atom(uint8_t op) {
    switch (op) {
    case INSTR_IS_AT: case INSTR_IS_DONE: case INSTR_IS_BLOCKED: case INSTR_IS_ENABLED: case INSTR_IS_ABORTED: case INSTR_IS_CRASHED: return true;
    default: return false;
    }
}

/* Atoms over all or some tasks of a function speak of those that have ended too. */
static void find_watched(Program *program) {
    program->is_watched = ARENA_ARRAY(&program->arena, bool, program->nmachines);
    for (uint32_t i = 0; i < program->nmachines; i++) {
        const Machine *machine = program->machines[i];
        for (uint32_t pc = 0; pc < machine->ncode; pc++) {
            const Instr *instr = &machine->code[pc];
            if (!is_task_atom(instr->op) || instr->imm < 0 || (instr->b != 0 && instr->b != UINT32_MAX)) continue;
            program->is_watched[instr->imm] = program->watches = true;
        }
    }
}

static void count_numbered(Program *program) {
    if (!program->numbered) program->numbered = ARENA_ARRAY(&program->arena, uint32_t, program->nmachines);
    program->number_base = ARENA_ARRAY(&program->arena, uint32_t, program->nmachines);
    for (uint32_t i = 0; i < program->nmachines; i++) {
        program->number_base[i] = program->nnumbered;
        program->nnumbered += program->numbered[i];
    }
}

static void count_events(Program *program) {
    for (uint32_t i = 0; i < program->natoms; i++) {
        program->nevents += program->atoms[i].kind != ATOM_STATE;
        program->has_woken |= program->atoms[i].kind == ATOM_WOKEN;
    }
}

void program_finish(Program *program) {
    count_numbered(program);
    count_events(program);
    find_watched(program);
    match_sites(program);
    program->has_blocking = has_blocking(program);
    program->has_faults = has_faults(program);
    program->has_progress |= has_progress(program);
    look_at_waits(program);
    program->threaded = is_threaded(program);
    for (uint32_t i = 0; i < program->nmachines; i++) {
        check_machine(program, program->machines[i]);
        resolve_regions(program, program->machines[i]);
        fill_labels(program, program->machines[i]);
        liveness_fill(program, program->machines[i]);
    }
    for (uint32_t i = 0; i < program->nmachines; i++) resolve_label_atoms(program, program->machines[i]);
}

void program_free(Program *program) {
    if (!program) return;
    Arena arena = program->arena;
    free(program);
    arena_fini(&arena);
}

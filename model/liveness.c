#include "model/liveness.h"

#include "model/flow.h"
#include "model/support/vec.h"

#include <assert.h>
#include <string.h>

typedef struct Block {
    uint32_t from, to; /* pcs [from, to) */
} Block;

typedef struct Liveness {
    const Program *program;
    const Machine *machine;
    Machine *filled;    /* the same, when its sets are to be kept */
    Arena *arena;       /* of what is kept */
    uint32_t words;     /* 64-bit words of a slot set */
    uint32_t *block_of; /* per pc: its block's index */
    VEC(Block) blocks;
    uint64_t *sets; /* live-in per block */
    uint64_t *set, *scratch;
} Liveness;

static void set_add(void *context, uint32_t slot, uint32_t n) {
    uint64_t *set = context;
    for (uint32_t i = slot; i < slot + n; i++) set[i / 64] |= UINT64_C(1) << (i % 64);
}
static void set_remove(void *context, uint32_t slot, uint32_t n) {
    uint64_t *set = context;
    for (uint32_t i = slot; i < slot + n; i++) set[i / 64] &= ~(UINT64_C(1) << (i % 64));
}
static void set_join(uint64_t *set, const uint64_t *other, uint32_t words) {
    for (uint32_t i = 0; i < words; i++) set[i] |= other[i];
}

/* ---- blocks */

static void mark_leader(void *context, uint32_t pc) { ((uint8_t *)context)[pc] = 1; }

static void find_blocks(Liveness *live) {
    const Machine *machine = live->machine;
    uint8_t *leader = arena_alloc(live->arena, machine->ncode + 1u);
    leader[0] = 1;
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        if (!flow_ends_block(&machine->code[pc])) continue;
        flow_next(machine, pc, mark_leader, leader);
        leader[pc + 1] = 1;
    }
    for (uint32_t i = 0; i < machine->npoints; i++)
        if (machine->points[i].cancel != NO_SLOT) leader[machine->points[i].cancel] = 1;
    live->block_of = arena_alloc(live->arena, sizeof(uint32_t) * machine->ncode);
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        if (leader[pc]) vec_push(&live->blocks, (Block){.from = pc});
        vec_last(&live->blocks).to = pc + 1;
        live->block_of[pc] = live->blocks.n - 1;
    }
}

static uint64_t *block_set(const Liveness *live, uint32_t block) { return live->sets + (size_t)block * live->words; }

/* ---- transfer */

static void join_target(void *context, uint32_t pc) {
    Liveness *live = context;
    set_join(live->set, block_set(live, live->block_of[pc]), live->words);
}

/* The set after a WAIT, arm by arm: what an arm defines is not live before it for that arm's sake. */
static void before_wait(Liveness *live, const Point *point) {
    memset(live->set, 0, sizeof *live->set * live->words);
    for (uint32_t i = 0; i < point->narms; i++) {
        memcpy(live->scratch, block_set(live, live->block_of[point->arms[i].target]), sizeof *live->set * live->words);
        flow_arm_defs(&point->arms[i], set_remove, live->scratch);
        set_join(live->set, live->scratch, live->words);
    }
    if (point->fallback != NO_SLOT) join_target(live, point->fallback);
    if (point->cancel != NO_SLOT) join_target(live, point->cancel);
}

/* live->set holds what is live after pc; makes it what is live before. */
static void step_back(Liveness *live, uint32_t pc) {
    const Instr *instr = &live->machine->code[pc];
    if (instr->op == INSTR_WAIT) before_wait(live, &live->machine->points[instr->imm]);
    else flow_defs(live->program, live->machine, instr, set_remove, live->set);
    flow_uses(live->program, live->machine, instr, set_add, live->set);
}

static void block_out(Liveness *live, const Block *block) {
    memset(live->set, 0, sizeof *live->set * live->words);
    flow_next(live->machine, block->to - 1, join_target, live);
}

/* ---- fixpoint: sweeps from the last block to the first until nothing changes (few sweeps: code is laid out in order) */

static bool sweep(Liveness *live) {
    bool changed = false;
    for (uint32_t b = live->blocks.n; b-- > 0;) {
        const Block *block = &live->blocks.data[b];
        block_out(live, block);
        for (uint32_t pc = block->to; pc-- > block->from;) step_back(live, pc);
        if (memcmp(block_set(live, b), live->set, sizeof *live->set * live->words) == 0) continue;
        memcpy(block_set(live, b), live->set, sizeof *live->set * live->words);
        changed = true;
    }
    return changed;
}

/* ---- results */

static void add_locals_in_scope(const Machine *machine, uint32_t pc, uint64_t *set) {
    for (uint32_t i = 0; i < machine->nlocals; i++) {
        const Local *local = &machine->locals[i];
        if (local->from <= pc && pc < local->to) set_add(set, local->slot, local->type->words);
    }
}

static void add_at_rest(const Machine *machine, uint32_t pc, uint64_t *set, const Liveness *live) {
    const Instr *instr = &machine->code[pc];
    if (instr->op == INSTR_WAIT) {
        const Point *point = &machine->points[instr->imm];
        if (point->narms) set_add(set, point->state, point->narms);
    }
    uint32_t start_cancel = machine->points[0].cancel;
    if (pc == machine->points[0].pc && start_cancel != NO_SLOT)
        set_join(set, block_set(live, live->block_of[start_cancel]), live->words);
}

static void keep(Liveness *live, uint32_t pc) {
    Machine *machine = live->filled;
    size_t bytes = sizeof(uint64_t) * live->words;
    machine->live[pc] = arena_copy(live->arena, live->set, bytes);
    add_at_rest(machine, pc, machine->live[pc], live);
    machine->in_scope[pc] = arena_copy(live->arena, machine->live[pc], bytes);
    add_locals_in_scope(machine, pc, machine->in_scope[pc]);
}

static bool is_rest(const Liveness *live, uint32_t pc) {
    return pc == live->machine->points[0].pc || program_rests_at(live->program, live->machine, pc);
}

static void fill_rests(Liveness *live) {
    for (uint32_t b = 0; b < live->blocks.n; b++) {
        const Block *block = &live->blocks.data[b];
        block_out(live, block);
        for (uint32_t pc = block->to; pc-- > block->from;) {
            step_back(live, pc);
            if (is_rest(live, pc)) keep(live, pc);
        }
    }
}

/* ---- key slots */

static void mark_written(void *context, uint32_t slot, uint32_t n) {
    uint8_t *written = context;
    for (uint32_t i = slot; i < slot + n; i++) written[i] = 1;
}

static bool live_at_every_rest(const Machine *machine, uint32_t slot) {
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        if (machine->live[pc] && machine->code[pc].op != INSTR_END &&
            !(machine->live[pc][slot / 64] >> (slot % 64) & 1))
            return false;
    return true;
}

static void fill_keys(Liveness *live) {
    Machine *machine = live->filled;
    uint8_t *written = arena_alloc(live->arena, machine->nslots + 1u);
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        flow_writes(live->program, machine, &machine->code[pc], mark_written, written);
    machine->key_slots = ARENA_ARRAY(live->arena, uint32_t, machine->nparams);
    machine->key_slots_n = 0;
    for (uint32_t slot = 0; slot < machine->nparams; slot++)
        if (!written[slot] && !word_is_counted(machine->slot_kinds[slot]) && live_at_every_rest(machine, slot))
            machine->key_slots[machine->key_slots_n++] = slot;
}

static void solve(Liveness *live, Arena *scratch) {
    assert(live->machine->ncode > 0);
    live->words = (live->machine->nslots + 63) / 64 + (live->machine->nslots == 0);
    find_blocks(live);
    live->sets = ARENA_ARRAY(scratch, uint64_t, (size_t)live->blocks.n * live->words);
    live->set = ARENA_ARRAY(scratch, uint64_t, live->words);
    live->scratch = ARENA_ARRAY(scratch, uint64_t, live->words);
    while (sweep(live)) {}
}

void liveness_fill(Program *program, Machine *machine) {
    Liveness live = {.program = program, .machine = machine, .filled = machine, .arena = &program->arena};
    Arena scratch;
    arena_init(&scratch);
    solve(&live, &scratch);
    machine->live = ARENA_ARRAY(&program->arena, uint64_t *, machine->ncode);
    machine->in_scope = ARENA_ARRAY(&program->arena, uint64_t *, machine->ncode);
    fill_rests(&live);
    fill_keys(&live);
    vec_fini(&live.blocks);
    arena_fini(&scratch);
}

uint64_t *liveness_everywhere(const Program *program, const Machine *machine, Arena *arena, uint32_t *words) {
    Liveness live = {.program = program, .machine = machine, .arena = arena};
    solve(&live, arena);
    *words = live.words;
    uint64_t *sets = ARENA_ARRAY(arena, uint64_t, (size_t)machine->ncode * live.words);
    for (uint32_t b = 0; b < live.blocks.n; b++) {
        const Block *block = &live.blocks.data[b];
        block_out(&live, block);
        for (uint32_t pc = block->to; pc-- > block->from;) {
            step_back(&live, pc);
            memcpy(sets + (size_t)pc * live.words, live.set, sizeof *sets * live.words);
        }
    }
    vec_fini(&live.blocks);
    return sets;
}

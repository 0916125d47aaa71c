#include "model/clock.h"
#include "model/step.h"
#include "model/support/vec.h"

#include <assert.h>
#include <string.h>

static Run move_indexed(Act *act, const Instr *instr) {
    Word offset = act->frame[instr->c];
    assert(offset >= 0 && (uint64_t)offset + (uint64_t)instr->imm <= instr->d);
    size_t bytes = sizeof(Word) * (size_t)instr->imm;
    if (instr->op == INSTR_LOADX) memmove(act->frame + instr->a, act->frame + instr->b + offset, bytes);
    else memmove(act->frame + instr->a + offset, act->frame + instr->b, bytes);
    return RUN_ON;
}

static Run bounds(Step *step, Act *act, const Instr *instr) {
    Word index = act->frame[instr->b];
    if (index == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    if (index < 0 || index >= instr->imm) return step_undefined(step, "bounds", instr->span);
    act->frame[instr->a] = index * (Word)instr->d;
    return RUN_ON;
}

/* More values than this are not tried one by one. */
#define ANY_MAX (1u << 20)

static Run any_value(Step *step, Act *act, const Instr *instr) {
    Word low = act->frame[instr->b], high = act->frame[instr->c];
    if (low == WORD_UNINIT || high == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    bool is_unsigned = itype_bits(instr->type) && !itype_signed(instr->type);
    if (is_unsigned ? (uint64_t)low > (uint64_t)high : low > high) return step_cut(step);
    uint64_t more = (uint64_t)high - (uint64_t)low;
    if (more >= ANY_MAX) return step_limit(step, "any(lo, hi) with more than 1,048,576 values");
    Word value = (Word)((uint64_t)low + step_pick(step, (uint32_t)more + 1));
    act->frame[instr->a] = value;
    event_values(step_event(step, EVENT_ANY, instr->span, act->fiber, NO_SLOT), &value, 1);
    return RUN_ON;
}

static Run print(Step *step, Act *act, const Instr *instr) {
    Event *event = step_event(step, EVENT_PRINT, instr->span, act->fiber, (uint32_t)instr->imm);
    if (event && instr->b) event_values(event, act->frame + instr->a, instr->b);
    return RUN_ON;
}

/* ---- globals */

static uint32_t global_word(const Step *step, const Act *act, const Instr *instr) {
    Word word = instr->imm + (instr->c == NO_SLOT ? 0 : act->frame[instr->c]);
    assert(word >= 0 && (uint64_t)word < step->program->globals[instr->b].type->words);
    (void)step;
    return (uint32_t)word;
}

static void note_access(Step *step, const Act *act, const Instr *instr) {
    AccessLog *log = step->options ? step->options->accesses : NULL;
    if (!log) return;
    bool is_write = instr->op == INSTR_GSTORE, in_region = (instr->flags & INSTR_REGION) != 0;
    vec_push(log, (Access){instr->b, global_word(step, act, instr), instr->span, is_write, in_region});
}

static Run load_global(Step *step, Act *act, const Instr *instr) {
    note_access(step, act, instr);
    step->contact |= !step->world->const_globals[instr->b];
    act->frame[instr->a] = world_global(step->world, instr->b)[global_word(step, act, instr)];
    return RUN_ON;
}

static Run store_global(Step *step, Act *act, const Instr *instr) {
    World *world = step->world;
    Word value = act->frame[instr->a];
    step->contact = true;
    if (value == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    note_access(step, act, instr);
    uint32_t word = global_word(step, act, instr);
    const Word old = world_global(world, instr->b)[word];
    if (world->const_globals[instr->b]) {
        assert(act->fiber == NO_SLOT);
        world->const_globals[instr->b][word] = value;
    } else if (old != value) {
        world_write(world, world->global_slot[instr->b], NULL)[1 + word] = value;
    }
    Event *event = step_event(step, EVENT_WRITE, instr->span, act->fiber, instr->b);
    if (event) event->word = word;
    event_values(event, (Word[]){value, old}, 2);
    return RUN_ON;
}

Run data_exec(Step *step, Act *act, const Instr *instr) {
    Word *frame = act->frame;
    switch (instr->op) {
    case INSTR_CONST:
        if (instr->imm == WORD_UNINIT) return step_limit(step, "a constant that stands for `uninitialised`");
        frame[instr->a] = instr->imm;
        return RUN_ON;
    case INSTR_UNINIT:
        for (Word i = 0; i < instr->imm; i++) frame[instr->a + i] = WORD_UNINIT;
        return RUN_ON;
    case INSTR_ZERO: memset(frame + instr->a, 0, sizeof(Word) * (size_t)instr->imm); return RUN_ON;
    case INSTR_MOVE: memmove(frame + instr->a, frame + instr->b, sizeof(Word) * (size_t)instr->imm); return RUN_ON;
    case INSTR_LOADX:
    case INSTR_STOREX: return move_indexed(act, instr);
    case INSTR_BOUNDS: return bounds(step, act, instr);
    case INSTR_ANY: step->contact = true; return any_value(step, act, instr);
    case INSTR_PRINT: return print(step, act, instr);
    case INSTR_NOW:
        step->contact = true;
        frame[instr->a] = clock_now(step->world, step->world->clock_slot);
        return RUN_ON;
    case INSTR_GLOAD: return load_global(step, act, instr);
    case INSTR_GSTORE: return store_global(step, act, instr);
    default: assert(!"no data instruction"); return RUN_FAILED;
    }
}

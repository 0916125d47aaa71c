#include "model/channel.h"
#include "model/op.h"
#include "model/subscription.h"

#include <assert.h>

/* ---- counting */

void owned_keep(World *world, uint8_t kind, Word word) {
    uint32_t slot = handle_slot(word);
    CompKind at = world_kind(world, slot);
    if (kind == WORD_FUTURE) future_keep(world, word);
    else if (at == COMP_SUBSCRIPTION) subscription_keep(world, slot);
    else if (at == COMP_CHANNEL) world_write(world, slot, NULL)[kind == WORD_SENDER ? CHANNEL_TX : kind == WORD_RECEIVER ? CHANNEL_RX : CHANNEL_KEPT]++;
}

/* The channel ends with its last sender, and is cut with its last receiver. */
static void drop_end(Step *step, uint32_t slot, bool is_sender, Span span) {
    World *world = step->world;
    Word *words = world_write(world, slot, NULL);
    uint32_t field = is_sender ? CHANNEL_TX : CHANNEL_RX;
    assert(words[field] > 0);
    bool is_last = --words[field] == 0;
    if (!is_last || (words[CHANNEL_STATE] & CHANNEL_IS_CUT)) return;
    if (is_sender && channel_is_closed(words)) return;
    Event *event = step_event(step, EVENT_OP, span, step->task, slot);
    if (event) event->op = INSTR_DROP, event->ok = is_sender;
    if (is_sender) channel_end(world, slot);
    else channel_cut(world, slot);
}

Run owned_drop(Step *step, uint8_t kind, Word word, Span span) {
    World *world = step->world;
    assert(word_is_counted(kind));
    if (word <= 0) return RUN_ON;
    if (kind == WORD_FUTURE) return future_drop(step, word, span);
    uint32_t slot = handle_slot(word);
    CompKind at = world_kind(world, slot);
    if (at == COMP_SUBSCRIPTION) subscription_drop(world, slot);
    if (at != COMP_CHANNEL) return RUN_ON; /* past its scope */
    if (kind == WORD_PERMIT) {
        channel_give_back(world, slot);
        op_fill(step, slot, 0, span);
    } else {
        drop_end(step, slot, kind == WORD_SENDER, span);
    }
    return RUN_ON;
}

Run owned_drop_orphans(Step *step, Span span) {
    Orphan orphan;
    while (world_take_orphan(step->world, &orphan))
        if (owned_drop(step, orphan.kind, orphan.word, span) != RUN_ON) return RUN_FAILED;
    return RUN_ON;
}

/* ---- instructions */

static Run copy(Step *step, Act *act, const Instr *instr) {
    Word word = act->frame[instr->b];
    act->frame[instr->a] = word;
    if (word > 0) owned_keep(step->world, act->machine->slot_kinds[instr->a], word);
    return RUN_ON;
}

static Run take(Step *step, Act *act, const Instr *instr) {
    Word word = act->frame[instr->b];
    if (word == WORD_MOVED) return step_moved(step, instr->span);
    act->frame[instr->a] = word;
    if (word) act->frame[instr->b] = WORD_MOVED;
    return RUN_ON;
}

static Run drop(Step *step, Act *act, const Instr *instr) {
    Word word = act->frame[instr->a];
    uint8_t kind = act->machine->slot_kinds[instr->a];
    act->frame[instr->a] = 0;
    if (word <= 0) return RUN_ON;
    step->contact = true;
    return owned_drop(step, kind, word, instr->span) == RUN_ON ? owned_drop_orphans(step, instr->span) : RUN_FAILED;
}

Run owned_exec(Step *step, Act *act, const Instr *instr) {
    switch (instr->op) {
    case INSTR_COPY: return copy(step, act, instr);
    case INSTR_TAKE: return take(step, act, instr);
    case INSTR_USE: return act->frame[instr->a] == WORD_MOVED ? step_moved(step, instr->span) : RUN_ON;
    case INSTR_DROP: return drop(step, act, instr);
    default: assert(!"no instruction on counted handles"); return RUN_FAILED;
    }
}

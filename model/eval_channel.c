#include "model/broadcast.h"
#include "model/network.h"
#include "model/object.h"
#include "model/op.h"
#include "model/semaphore.h"
#include "model/subscription.h"
#include "model/watch.h"

#include <assert.h>
#include <string.h>

/* The broadcast or watch of a subscription; NO_SLOT: it was dropped, nothing comes any more. */
static uint32_t source_of(World *world, uint32_t slot) { return subscription_source(world, slot); }

/* ---- sending */

static Run check_item(Step *step, const Act *act, const Instr *instr) {
    for (Word i = 0; i < instr->imm; i++)
        if (act->frame[instr->b + i] == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    return RUN_ON;
}

/* The item was taken over, or is dropped. */
static Run end_send(Step *step, Act *act, const Instr *instr, uint32_t slot, bool ok) {
    const Word *item = act->frame + instr->b;
    event_values(object_log(step, act, instr, slot, ok), item, (uint32_t)instr->imm);
    if (ok) step_comm(step, instr->span, slot, true, item);
    if (!ok) world_orphan_words(step->world, act->machine->slot_kinds + instr->b, item, (uint32_t)instr->imm);
    return owned_drop_orphans(step, instr->span);
}

Run object_try_send(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    World *world = step->world;
    const Word *item = act->frame + instr->b;
    if (check_item(step, act, instr) != RUN_ON) return RUN_FAILED;
    bool is_channel = slot != NO_SLOT && world_kind(world, slot) == COMP_CHANNEL, ok = false;
    Served served = {0};
    if (is_channel && op_check_send(step, slot, instr->span) != RUN_ON) return RUN_FAILED;
    if (is_channel && channel_can_send(world, slot, 0)) ok = network_send(step, slot, 0, item, &served);
    else if (slot != NO_SLOT && !is_channel) ok = broadcast_send(world, slot, item);
    act->frame[instr->c] = ok;
    if (end_send(step, act, instr, slot, ok) != RUN_ON) return RUN_FAILED;
    if (served.fiber) network_sent(step, slot, 0, item, served, instr->span);
    return owned_drop_orphans(step, instr->span);
}

/* To a broadcast, or into the slot that a permit keeps. */
Run object_send(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    World *world = step->world;
    const Word *item = act->frame + instr->b;
    if (check_item(step, act, instr) != RUN_ON) return RUN_FAILED;
    bool is_permit = act->machine->slot_kinds[instr->a] == WORD_PERMIT;
    Served served = {0};
    if (is_permit) act->frame[instr->a] = 0;
    bool ok = is_permit ? network_send_kept(step, slot, item, &served) : broadcast_send(world, slot, item);
    if (instr->c != NO_SLOT) act->frame[instr->c] = ok;
    if (end_send(step, act, instr, slot, ok) != RUN_ON) return RUN_FAILED;
    if (served.fiber) network_sent(step, slot, 0, item, served, instr->span);
    if (is_permit) op_fill(step, slot, 0, instr->span);
    if (!ok && instr->c == NO_SLOT) return step_violation(step, VIOLATION_IGNORED_CLOSE, "", instr->span, slot, NULL);
    return owned_drop_orphans(step, instr->span);
}

Run object_try_reserve(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    bool ok = slot != NO_SLOT && channel_can_reserve(step->world, slot) && channel_reserve(step->world, slot);
    act->frame[instr->b] = ok ? slot_handle(slot) : 0;
    (void)object_log(step, act, instr, slot, ok);
    return RUN_ON;
}

/* ---- receiving */

static bool try_recv(Step *step, uint32_t slot, Word *item, Served *served, Span span) {
    World *world = step->world;
    if (world_kind(world, slot) == COMP_CHANNEL)
        return channel_can_recv(world, slot, 0) && network_recv(step, slot, 0, item, true, served, span) == NETWORK_GOT;
    uint32_t source = source_of(world, slot);
    return source != NO_SLOT && broadcast_can_recv(world, source, slot_handle(slot)) &&
           broadcast_recv(world, source, slot_handle(slot), item);
}

Run object_try_recv(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    Served served = {0};
    bool ok = slot != NO_SLOT && try_recv(step, slot, act->frame + instr->b, &served, instr->span);
    act->frame[instr->c] = ok;
    Event *event = object_log(step, act, instr, slot, ok);
    if (ok) event_values(event, act->frame + instr->b, (uint32_t)instr->imm);
    if (ok) step_comm(step, instr->span, slot, false, act->frame + instr->b);
    if (served.fiber) network_received(step, slot, 0, served, instr->span);
    return owned_drop_orphans(step, instr->span);
}

Run object_lagged(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    uint32_t source = slot == NO_SLOT ? NO_SLOT : source_of(step->world, slot);
    act->frame[instr->b] = source != NO_SLOT && broadcast_has_lagged(step->world, source, slot_handle(slot));
    return RUN_ON;
}

/* ---- closing */

static bool close_kind(World *world, uint32_t slot) {
    switch (world_kind(world, slot)) {
    case COMP_CHANNEL: return channel_close(world, slot);
    case COMP_BROADCAST: return broadcast_close(world, slot);
    case COMP_WATCH: return watch_close(world, slot);
    case COMP_SEMAPHORE: return semaphore_close(world, slot);
    case COMP_SUBSCRIPTION: return close_kind(world, source_of(world, slot));
    default: return true;
    }
}

Run object_close(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    bool open = close_kind(step->world, slot);
    (void)object_log(step, act, instr, slot, open);
    if (!open) return step_misuse(step, "close", instr->span, slot, "it is closed already");
    return owned_drop_orphans(step, instr->span);
}

/* ---- ends and subscriptions */

Run object_make_end(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    act->frame[instr->b] = slot == NO_SLOT ? 0 : slot_handle(slot);
    if (slot != NO_SLOT) owned_keep(step->world, act->machine->slot_kinds[instr->b], slot_handle(slot));
    return RUN_ON;
}

Run object_clone(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    if (slot == NO_SLOT || world_kind(step->world, slot) == COMP_CHANNEL) return object_make_end(step, act, instr, slot);
    bool is_dropped = world_kind(step->world, slot) != COMP_SUBSCRIPTION;
    act->frame[instr->b] = is_dropped ? 0 : slot_handle(subscription_clone(step->world, slot));
    return RUN_ON;
}

Run object_subscribe(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    bool is_watch = slot != NO_SLOT && world_kind(step->world, slot) != COMP_BROADCAST;
    uint32_t source = is_watch ? source_of(step->world, slot) : slot;
    act->frame[instr->b] = source == NO_SLOT ? 0 : slot_handle(subscription_new(step->world, slot_handle(source)));
    return RUN_ON;
}

/* ---- watches */

Run object_publish(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    if (check_item(step, act, instr) != RUN_ON) return RUN_FAILED;
    bool ok = watch_publish(step->world, source_of(step->world, slot), act->frame + instr->b);
    act->frame[instr->c] = ok;
    event_values(object_log(step, act, instr, slot, ok), act->frame + instr->b, (uint32_t)instr->imm);
    return RUN_ON;
}

Run object_read(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    uint32_t n;
    const Word *value = watch_value(step->world, source_of(step->world, slot), &n);
    memcpy(act->frame + instr->b, value, sizeof(Word) * n);
    event_values(object_log(step, act, instr, slot, true), value, n);
    return RUN_ON;
}

/* ---- questions */

typedef struct Answers { /* of one object, whatever its kind */
    Word len, cap;
    bool is_full, is_closed;
} Answers;

static Answers ask(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    switch (comp_kind(words)) {
    case COMP_CHANNEL: {
        Word len = words[CHANNEL_NITEMS], cap = words[CHANNEL_CAP];
        return (Answers){len, cap < 0 ? INT32_MAX : cap, cap >= 0 && len + words[CHANNEL_KEPT] >= cap, channel_is_closed(words)};
    }
    case COMP_BROADCAST: return (Answers){words[BROADCAST_NITEMS], words[BROADCAST_CAP], false, words[BROADCAST_CLOSED] != 0};
    case COMP_SEMAPHORE: return (Answers){words[SEMAPHORE_FREE], 0, false, words[SEMAPHORE_CLOSED] != 0};
    case COMP_WATCH: return (Answers){1, 1, false, words[WATCH_CLOSED] != 0};
    case COMP_SUBSCRIPTION: {
        Answers answers = ask(world, source_of(world, slot));
        if (world_kind(world, source_of(world, slot)) == COMP_BROADCAST)
            answers.len = broadcast_behind(world, source_of(world, slot), slot_handle(slot));
        return answers;
    }
    default: return (Answers){0};
    }
}

Run object_query(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    Answers answers = {0};
    Word *answer = &act->frame[instr->b];
    *answer = 0;
    if (slot == NO_SLOT) return RUN_ON;
    answers = ask(step->world, slot);
    switch (instr->op) {
    case INSTR_LEN: *answer = answers.len; break;
    case INSTR_CAP: *answer = answers.cap; break;
    case INSTR_FULL: *answer = answers.is_full; break;
    case INSTR_EMPTY: *answer = answers.len == 0; break;
    case INSTR_CLOSED: *answer = answers.is_closed; break;
    default: break;
    }
    (void)object_log(step, act, instr, slot, true);
    return RUN_ON;
}

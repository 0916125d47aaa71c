/* send, recv and reserve; the same of a broadcast; changed of a watch. */
#include "model/broadcast.h"
#include "model/network.h"
#include "model/op.h"
#include "model/subscription.h"
#include "model/watch.h"

static const ValueType *elem_of(World *world, uint32_t slot) {
    return world->program->sites[world_read(world, slot, NULL)[CHANNEL_SITE]].elem;
}

static bool is_channel(World *world, const Op *op) { return world_kind(world, op_object(op)) == COMP_CHANNEL; }
static Able able_if(bool able) { return able ? ABLE_YES : ABLE_NO; }

/* The broadcast or watch of a subscription; NO_SLOT: nothing comes from it any more. */
static uint32_t source_of(World *world, const Op *op) {
    uint32_t source = subscription_source(world, op_object(op));
    return source != NO_SLOT && world_kind(world, source) != COMP_DEAD ? source : NO_SLOT;
}

static bool is_handed(World *world, const Op *op) { return is_channel(world, op) && channel_is_handed(world, op_object(op), op->who); }

static void give_up(Step *step, const Op *op) {
    if (is_channel(step->world, op) && channel_give_up(step->world, op_object(op), op->who)) op_fill(step, op_object(op), 0, op->arm->span);
}

/* ---- who waits for room */

void op_fill(Step *step, uint32_t channel, Word self, Span span) {
    World *world = step->world;
    for (uint32_t ways; (ways = channel_fill_ways(world, channel, self)) > 0;) {
        Served sender, receiver;
        uint32_t way = step_pick(step, ways);
        uint32_t to = step_pick(step, channel_send_ways(world, channel, channel_fill_fiber(world, channel, self, way)));
        channel_fill(world, channel, self, way, to, &sender, &receiver);
        op_log_served(step, span, sender.got_slot ? ARM_RESERVE : ARM_SEND, sender.fiber, channel, true);
        op_log_served(step, span, ARM_RECV, receiver.fiber, channel, true);
        if (!sender.got_slot) wait_decide(step, sender.fiber, (uint32_t)sender.arm);
        wait_decide(step, receiver.fiber, (uint32_t)receiver.arm);
        if (!sender.got_slot && !receiver.fiber) network_admitted(step, channel, span);
    }
}

/* ---- send */

Run op_check_send(Step *step, uint32_t channel, Span span) {
    const Word *words = world_read(step->world, channel, NULL);
    if (words[CHANNEL_STATE] & CHANNEL_IS_USED) return step_misuse(step, "oneshot", span, channel, "a oneshot is sent to once");
    bool is_long = words[CHANNEL_CAP] < 0 && words[CHANNEL_NITEMS] >= EVAL_ITEMS;
    return is_long ? step_limit(step, "more than 4,096 items in a channel without bound") : RUN_ON;
}

static Run send_check(Step *step, const Op *op) {
    return op->object && is_channel(step->world, op) ? op_check_send(step, op_object(op), op->arm->span) : RUN_ON;
}

static bool can_send(World *world, const Op *op) {
    return !is_channel(world, op) || channel_can_send(world, op_object(op), op->who.fiber);
}

static Able send_is_able(World *world, const Op *op) { return able_if(channel_is_served(world, op_object(op), op->who)); }

static void send_fire(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = op_object(op);
    Served served = {0};
    result->ok = is_channel(world, op) ? network_send(step, object, op->who.fiber, op->value, &served) : broadcast_send(world, object, op->value);
    step_comm(step, op->arm->span, object, true, result->ok ? op->value : NULL);
    event_values(op_log(step, EVENT_FIRE, op, result->ok), op->value, op->arm->value_n);
    if (served.fiber) network_sent(step, object, op->who.fiber, op->value, served, op->arm->span);
    if (!result->ok) world_orphan_words(world, elem_of(world, object)->word_kinds, op->value, op->arm->value_n);
}

static void send_queue(Step *step, const Op *op) { channel_queue_send(step->world, op_object(op), op->who, op->value); }

static bool send_collect(Step *step, const Op *op, OpResult *result) {
    const Word *item = channel_sent_item(step->world, op_object(op), op->who);
    step_comm(step, op->arm->span, op_object(op), true, item);
    result->ok = channel_collect(step->world, op_object(op), op->who, NULL, false);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
    return true;
}

const OpRow op_send = {.name = "send", .on_object = true, .check = send_check, .can_fire = can_send, .is_able = send_is_able, .fire = send_fire,
                       .queue = send_queue, .collect = send_collect, .give_up = give_up, .is_handed = is_handed, .lapses = true};

/* ---- recv */

static bool can_recv(World *world, const Op *op) {
    if (is_channel(world, op)) return channel_can_recv(world, op_object(op), op->who.fiber);
    uint32_t source = source_of(world, op);
    return source != NO_SLOT && broadcast_can_recv(world, source, op->object);
}

/* A receiver of a broadcast has no place: it can go on as soon as there is something for it, or when the broadcast is dead, which is misuse. */
static Able recv_is_able(World *world, const Op *op) {
    if (is_channel(world, op)) return able_if(channel_is_served(world, op_object(op), op->who));
    return able_if(can_recv(world, op) || op_is_dead(world, op_object(op)));
}

static void log_received(Step *step, const Op *op, const OpResult *result, uint32_t width) {
    Event *event = op_log(step, EVENT_FIRE, op, result->ok);
    if (result->ok) event_values(event, result->item, width);
    step_comm(step, op->arm->span, op_object(op), false, result->ok ? result->item : NULL);
}

static void recv_subscribed(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t source = source_of(world, op), width = elem_of(world, source)->words;
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    result->ok = broadcast_recv(world, source, op->object, result->item);
    log_received(step, op, result, width);
}

static void recv_fire(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    if (!is_channel(world, op)) {
        recv_subscribed(step, op, result);
        return;
    }
    uint32_t object = op_object(op), width = elem_of(world, object)->words;
    Served served = {0};
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    NetworkRecv outcome = network_recv(step, object, op->who.fiber, result->item, step->may_wait, &served, op->arm->span);
    result->ok = outcome == NETWORK_GOT;
    result->waits = outcome == NETWORK_NOTHING;
    if (result->waits) return;
    log_received(step, op, result, width);
    network_received(step, object, op->who.fiber, served, op->arm->span);
}

static void recv_queue(Step *step, const Op *op) {
    if (is_channel(step->world, op)) channel_queue_recv(step->world, op_object(op), op->who);
}

static bool recv_collect(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    if (!is_channel(world, op)) {
        bool can = can_recv(world, op);
        if (can) recv_subscribed(step, op, result);
        step->contact = true;
        return can;
    }
    uint32_t object = op_object(op), width = elem_of(world, object)->words;
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    result->ok = channel_collect(world, object, op->who, result->item, true);
    log_received(step, op, result, width);
    return true;
}

const OpRow op_recv = {.name = "recv", .on_object = true, .can_fire = can_recv, .is_able = recv_is_able, .fire = recv_fire, .queue = recv_queue,
                       .collect = recv_collect, .give_up = give_up, .is_handed = is_handed, .lapses = true};

/* ---- reserve */

static bool can_reserve(World *world, const Op *op) { return channel_can_reserve(world, op_object(op)); }

static void yield_permit(Step *step, const Op *op, OpResult *result) {
    result->yields = result->ok ? op->object : 0;
    (void)op_log(step, EVENT_FIRE, op, result->ok);
}

static void reserve_fire(Step *step, const Op *op, OpResult *result) {
    result->ok = channel_reserve(step->world, op_object(op));
    yield_permit(step, op, result);
}

static void reserve_queue(Step *step, const Op *op) { channel_queue_reserve(step->world, op_object(op), op->who); }

static bool reserve_collect(Step *step, const Op *op, OpResult *result) {
    result->ok = channel_got_slot(step->world, op_object(op), op->who);
    (void)channel_collect(step->world, op_object(op), op->who, NULL, false);
    yield_permit(step, op, result);
    return true;
}

const OpRow op_reserve = {.name = "reserve", .on_object = true, .yields = true, .can_fire = can_reserve, .is_able = send_is_able,
                          .fire = reserve_fire, .queue = reserve_queue, .collect = reserve_collect, .give_up = give_up,
                          .lapses = true};

/* ---- changed */

static bool has_changed(World *world, const Op *op) {
    uint32_t source = source_of(world, op);
    return source != NO_SLOT && watch_has_changed(world, source, op->object);
}

static Able changed_is_able(World *world, const Op *op) { return able_if(has_changed(world, op) || op_is_dead(world, op_object(op))); }

static void changed_fire(Step *step, const Op *op, OpResult *result) {
    result->ok = watch_change(step->world, source_of(step->world, op), op->object);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
}

static bool changed_collect(Step *step, const Op *op, OpResult *result) {
    bool can = has_changed(step->world, op);
    if (can) changed_fire(step, op, result);
    step->contact = true;
    return can;
}

const OpRow op_changed = {.name = "changed", .on_object = true, .can_fire = has_changed, .is_able = changed_is_able, .fire = changed_fire,
                          .collect = changed_collect};

/* send and recv. */
#include "model/channel.h"
#include "model/op.h"

static const ValueType *elem_of(World *world, uint32_t slot) {
    return world->program->sites[world_read(world, slot, NULL)[CHANNEL_SITE]].elem;
}

static Able is_served(World *world, const Op *op) { return channel_is_served(world, op_object(op), op->who) ? ABLE_YES : ABLE_NO; }
static bool is_handed(World *world, const Op *op) { return channel_is_handed(world, op_object(op), op->who); }
static void give_up(Step *step, const Op *op) { channel_give_up(step->world, op_object(op), op->who); }

/* ---- send */

static bool can_send(World *world, const Op *op) { return channel_can_send(world, op_object(op), op->who.fiber); }

static void send_fire(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = op_object(op);
    Served served = {0};
    uint32_t way = step_pick(step, channel_send_ways(world, object, op->who.fiber));
    result->ok = channel_send(world, object, op->who.fiber, op->value, way, &served);
    event_values(op_log(step, EVENT_FIRE, op, result->ok), op->value, op->arm->value_n);
    op_log_hand(step, op, ARM_RECV, served.fiber, true);
    wait_decide(step, served.fiber, (uint32_t)served.arm);
    if (result->ok) return;
    const ValueType *elem = elem_of(world, object);
    for (uint32_t i = 0; i < elem->words; i++)
        if (elem->word_kinds[i] == WORD_FUTURE) world_orphan(world, op->value[i]);
}

static void send_queue(Step *step, const Op *op) { channel_queue_send(step->world, op_object(op), op->who, op->value); }

static bool send_collect(Step *step, const Op *op, OpResult *result) {
    result->ok = channel_collect(step->world, op_object(op), op->who, NULL, false);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
    return true;
}

const OpRow op_send = {.name = "send", .on_object = true, .can_fire = can_send, .is_able = is_served, .fire = send_fire, .queue = send_queue,
                       .collect = send_collect, .give_up = give_up, .is_handed = is_handed, .lapses = true};

/* ---- recv */

static bool can_recv(World *world, const Op *op) { return channel_can_recv(world, op_object(op), op->who.fiber); }

static void log_received(Step *step, const Op *op, const OpResult *result, uint32_t width) {
    Event *event = op_log(step, EVENT_FIRE, op, result->ok);
    if (result->ok) event_values(event, result->item, width);
}

static void recv_fire(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = op_object(op), width = elem_of(world, object)->words;
    Served served = {0};
    uint32_t way = step_pick(step, channel_recv_ways(world, object, op->who.fiber));
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    result->ok = channel_recv(world, object, op->who.fiber, result->item, way, &served);
    log_received(step, op, result, width);
    op_log_hand(step, op, ARM_SEND, served.fiber, true);
    wait_decide(step, served.fiber, (uint32_t)served.arm);
}

static void recv_queue(Step *step, const Op *op) { channel_queue_recv(step->world, op_object(op), op->who); }

static bool recv_collect(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = op_object(op), width = elem_of(world, object)->words;
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    result->ok = channel_collect(world, object, op->who, result->item, true);
    log_received(step, op, result, width);
    return true;
}

const OpRow op_recv = {.name = "recv", .on_object = true, .can_fire = can_recv, .is_able = is_served, .fire = recv_fire, .queue = recv_queue,
                       .collect = recv_collect, .give_up = give_up, .is_handed = is_handed, .lapses = true};

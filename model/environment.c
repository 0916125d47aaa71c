#include "model/environment.h"

#include "model/network.h"
#include "model/step.h"

static const Site *site_of(const Program *program, const Word *words) { return &program->sites[words[CHANNEL_SITE]]; }
static bool is_actor(const Program *program, const Word *words) { return site_of(program, words)->is_extern; }

/* What it could do: nothing comes of sending to a channel that is closed, or of receiving from one that is drained. */
static bool can_send(World *world, uint32_t slot) {
    return !channel_is_closed(world_read(world, slot, NULL)) && channel_can_send(world, slot, 0);
}

static bool can_recv(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[CHANNEL_NITEMS] > 0 || (!channel_is_closed(words) && channel_can_recv(world, slot, 0));
}

static bool can_move(World *world, uint32_t slot) { return can_send(world, slot) || can_recv(world, slot); }

/* ---- its steps */

static void log_done(Step *step, uint32_t slot, ArmOp op, const Word *item) {
    const Site *site = site_of(step->program, world_read(step->world, slot, NULL));
    Event *event = step_event(step, EVENT_FIRE, (Span){0}, NO_SLOT, slot);
    if (!event) return;
    event->op = (uint8_t)op;
    event->ok = true;
    event_values(event, item, site->elem->words);
}

static int move(Step *step, uint32_t slot) {
    World *world = step->world;
    const ValueType *elem = site_of(step->program, world_read(world, slot, NULL))->elem;
    uint32_t items = can_send(world, slot) ? (uint32_t)value_count(elem) : 0;
    uint32_t pick = step_pick(step, items + can_recv(world, slot));
    Word *item = world_scratch(world, SCRATCH_ITEM, elem->words);
    Served served = {0};
    Span span = site_of(step->program, world_read(world, slot, NULL))->span;
    step_moves(step, slot, (Span){0});
    if (pick < items) {
        value_nth(elem, pick, item);
        (void)network_send(step, slot, 0, item, &served);
        log_done(step, slot, ARM_SEND, item);
        network_sent(step, slot, 0, item, served, span);
    } else if (network_recv(step, slot, 0, item, true, &served, span) == NETWORK_GOT) {
        log_done(step, slot, ARM_RECV, item);
        network_received(step, slot, 0, served, span);
    }
    return RUN_POINT;
}

const KindMoves environment_moves = {.is_actor = is_actor, .can_move = can_move, .move = move};

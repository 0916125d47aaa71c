#include "model/happened.h"

#include "model/kind.h"
#include "model/step.h"
#include "model/subscription.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"
#include "model/wake.h"

#include <stdlib.h>
#include <string.h>

typedef struct Item {
    AtomKind kind;
    uint32_t object, via;
    uint32_t at, n; /* in words */
} Item;

struct Happened {
    bool is_open;
    uint32_t nslots;  /* before the step */
    uint32_t machine; /* of the task that makes it, NO_SLOT for none */
    Word number;
    bool sleeps; /* it waited for nothing but timers that fire at any moment */
    VEC(Item) items;
    VEC(Word) words;
    VEC(uint32_t) waiting; /* tasks that atoms speak of and that could not go on */
    VEC(uint32_t) woken;
};

void happened_free(Happened *happened) {
    if (!happened) return;
    vec_fini(&happened->items);
    vec_fini(&happened->words);
    vec_fini(&happened->waiting);
    vec_fini(&happened->woken);
    free(happened);
}

/* ---- notes */

static Happened *open_of(World *world) { return world->happened && world->happened->is_open ? world->happened : NULL; }

static uint32_t width_of(World *world, uint32_t object) {
    return world->program->sites[world_read(world, object, NULL)[KIND_SITE]].elem->words;
}

void happened_item(World *world, AtomKind kind, uint32_t object, uint32_t via, const Word *item) {
    Happened *happened = open_of(world);
    if (!happened) return;
    Item entry = {kind, object, via, happened->words.n, width_of(world, object)};
    for (uint32_t i = 0; i < entry.n; i++) vec_push(&happened->words, item[i]);
    vec_push(&happened->items, entry);
}

void happened_wake(World *world, uint32_t task) {
    Happened *happened = open_of(world);
    if (happened) vec_push(&happened->woken, task);
}

/* ---- before the step */

static bool speaks_of(const Atom *atom, Word machine, Word number) {
    if (atom->of == NO_SLOT || machine != (Word)atom->of) return false;
    return atom->number == ATOM_EVERY || atom->number == ATOM_SOME || number == (Word)atom->number;
}

static bool is_asked(const Program *program, AtomKind kind, const Word *words) {
    for (uint32_t i = 0; i < program->natoms; i++)
        if (program->atoms[i].kind == kind && speaks_of(&program->atoms[i], words[FIBER_MACHINE], words[FIBER_NUMBER]))
            return true;
    return false;
}

static bool is_task(const Word *words) {
    return comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK);
}

/* How sure it is that the task can go on; nothing that has not begun, or is over, waits. */
static Able ability(World *world, uint32_t task) {
    Step look = {.world = world, .program = world->program, .task = task};
    const Word *words = world_read(world, task, NULL);
    if (words[FIBER_STATUS] == FIBER_AT_START || fiber_is_over(words)) return ABLE_YES;
    Able able = fiber_able(world, &look, task), rung = wake_able(world, &look, task);
    return able > rung ? able : rung;
}

static void find_waiting(Happened *happened, World *world, uint32_t actor) {
    for (uint32_t slot = world->nfixed; slot < world->n; slot++) {
        const Word *words = world_read(world, slot, NULL);
        if (!is_task(words) || !is_asked(world->program, ATOM_WOKEN, words)) continue;
        Able able = ability(world, slot);
        if (slot == actor) happened->sleeps = able == ABLE_MAYBE;
        else if (able != ABLE_YES) vec_push(&happened->waiting, slot);
    }
}

void happened_begin(Step *step) {
    World *world = step->world;
    if (!world->happened) world->happened = calloc(1, sizeof *world->happened);
    Happened *happened = world->happened;
    if (!happened) fatal("out of memory");
    vec_clear(&happened->items);
    vec_clear(&happened->words);
    vec_clear(&happened->waiting);
    vec_clear(&happened->woken);
    const Word *words = world_read(world, step->task, NULL);
    happened->nslots = world->n;
    happened->machine = is_task(words) ? (uint32_t)words[FIBER_MACHINE] : NO_SLOT;
    happened->number = is_task(words) ? words[FIBER_NUMBER] : 0;
    happened->sleeps = false;
    if (step->program->has_woken) find_waiting(happened, world, step->task);
    happened->is_open = true;
}

/* ---- after it */

static bool is_made(const Happened *happened, World *world, const Atom *atom) {
    for (uint32_t slot = happened->nslots; slot < world->n; slot++) {
        const Word *words = world_read(world, slot, NULL);
        if (is_task(words) && speaks_of(atom, words[FIBER_MACHINE], words[FIBER_NUMBER])) return true;
    }
    return false;
}

static bool is_of(World *world, const Atom *atom, uint32_t task) {
    const Word *words = world_read(world, task, NULL);
    return is_task(words) && speaks_of(atom, words[FIBER_MACHINE], words[FIBER_NUMBER]);
}

static bool is_woken(const Happened *happened, World *world, const Atom *atom, bool is_killed) {
    if (happened->sleeps && !is_killed && speaks_of(atom, happened->machine, happened->number)) return true;
    for (uint32_t i = 0; i < happened->woken.n; i++)
        if (is_of(world, atom, happened->woken.data[i])) return true;
    for (uint32_t i = 0; i < happened->waiting.n; i++) {
        uint32_t task = happened->waiting.data[i];
        if (is_of(world, atom, task) && !fiber_is_over(world_read(world, task, NULL)) &&
            ability(world, task) == ABLE_YES)
            return true;
    }
    return false;
}

/* `handle`: what the atom names now, the item's object or, of what came out, the subscription that it came through. */
static bool is_item(const Happened *happened, World *world, const Item *item, const Atom *atom, const Word *operands) {
    if (operands[0] <= 0) return false;
    uint32_t slot = handle_slot(operands[0]);
    bool is_same = slot == item->object || slot == item->via;
    if (!is_same && item->kind == ATOM_SENT && world_kind(world, slot) == COMP_SUBSCRIPTION)
        is_same = subscription_source(world, slot) == item->object;
    if (!is_same || !atom->has_value) return is_same;
    return memcmp(operands + 1, happened->words.data + item->at, sizeof(Word) * item->n) == 0;
}

static Run has_item(const Happened *happened, Step *step, const Atom *atom, bool *is_true) {
    const Word *operands = NULL;
    for (uint32_t i = 0; i < happened->items.n && !*is_true; i++) {
        if (happened->items.data[i].kind != atom->kind) continue;
        if (!operands && eval_operands(step->world, atom->machine, &operands).status != STEP_DONE)
            return step_limit(step, "the operands of an event in a property are undefined where it could happen");
        *is_true = is_item(happened, step->world, &happened->items.data[i], atom, operands);
    }
    return RUN_ON;
}

static Run tell(const Happened *happened, Step *step, const Atom *atom, bool is_killed, bool *is_true) {
    switch (atom->kind) {
    case ATOM_STATE: return RUN_ON;
    case ATOM_SENT:
    case ATOM_RECEIVED: return has_item(happened, step, atom, is_true);
    case ATOM_WOKEN: *is_true = is_woken(happened, step->world, atom, is_killed); return RUN_ON;
    case ATOM_POLLED: *is_true = !is_killed && speaks_of(atom, happened->machine, happened->number); return RUN_ON;
    case ATOM_SPAWNED: *is_true = is_made(happened, step->world, atom); return RUN_ON;
    }
    return RUN_ON;
}

void happened_end(Step *step, bool is_killed) {
    Happened *happened = step->world->happened;
    happened->is_open = false;
    if (step->result.status != STEP_DONE) return;
    for (uint32_t i = 0; i < step->program->natoms; i++) {
        const Atom *atom = &step->program->atoms[i];
        bool is_true = false;
        if (tell(happened, step, atom, is_killed, &is_true) != RUN_ON) return;
        step->result.events |= (uint64_t)is_true << (is_true ? atom->bit : 0);
    }
}

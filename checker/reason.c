#include "checker/helpers.h"
#include "checker/reason_parts.h"
#include "model/channel.h"
#include "model/executor.h"
#include "model/fiber.h"
#include "model/mutex.h"
#include "model/scope.h"
#include "model/semaphore.h"
#include "model/subscription.h"

#include <assert.h>
#include <string.h>

static const Word *words_at(const Telling *telling, uint32_t slot) {
    uint32_t n;
    return world_read(telling->world, slot, &n);
}

static void begin(Reason *out, Span span) {
    vec_clear(&out->helpers);
    out->what = out->waits = out->because = "";
    out->span = span;
    out->held_line = 0;
}

void reason_add_helper(Reason *out, uint32_t task) {
    for (uint32_t i = 0; i < out->helpers.n; i++)
        if (out->helpers.data[i] == task) return;
    vec_push(&out->helpers, task);
}

void reason_fini(Reason *reason) { vec_fini(&reason->helpers); }

/* ---- futures that have a place but that nobody polls */

uint32_t reason_unpolled(Telling *telling, uint32_t fiber) {
    uint32_t found = NO_SLOT;
    Waits waits = {0};
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        uint32_t task = telling->task_slots[i];
        if (!telling_is_alive(telling, task)) continue;
        stuck_waits(telling->world, task, &waits);
        for (uint32_t w = 0; w < waits.n; w++) {
            if (waits.data[w].fiber != fiber) continue;
            if (!waits.data[w].polled && found == NO_SLOT) found = task;
            if (waits.data[w].polled) {
                vec_fini(&waits);
                return NO_SLOT;
            }
        }
    }
    vec_fini(&waits);
    return found;
}

const char *reason_future_text(Telling *telling, uint32_t task, uint32_t holder, uint32_t fiber) {
    const char *whose =
        holder == task ? "its own" : arena_printf(telling->arena, "%s's", telling_task(telling, holder));
    const char *name = trace_object_name(telling->trace, fiber);
    return arena_printf(
        telling->arena, "%s future%s%s", whose, name != NULL && *name != '\0' ? " " : "", name != NULL ? name : "");
}

/* ---- locks */

void reason_handed(Telling *telling, uint32_t task, uint32_t holder, const HistoryTake *take, Reason *out) {
    out->held_line = telling_line(telling, take->span);
    out->because = arena_printf(telling->arena, ", which was handed to %s (line %u) that nobody polls",
        reason_future_text(telling, task, holder, take->fiber), out->held_line);
    reason_add_helper(out, holder);
}

/* A lock that is held. */
static void because_held(Telling *telling, uint32_t task, uint32_t object, uint32_t owner, Reason *out) {
    const HistoryTake *take = history_take(&telling->history, object, NO_SLOT);
    const char *at = "";
    if (take != NULL && take->was_handed) {
        uint32_t holder = reason_unpolled(telling, take->fiber);
        if (holder != NO_SLOT) {
            reason_handed(telling, task, holder, take, out);
            return;
        }
    }
    if (take != NULL) {
        out->held_line = telling_line(telling, take->span);
        at = arena_printf(telling->arena, " (line %u)", out->held_line);
    }
    if (owner == NO_SLOT) return;
    reason_add_helper(out, owner);
    const StuckTask *stuck = telling_stuck(telling, owner);
    const char *name = telling_task(telling, owner);
    if (owner == task)
        out->because = arena_printf(telling->arena, ", which it holds itself%s", at);
    else if (!telling_is_alive(telling, owner))
        out->because = arena_printf(telling->arena, ", which %s took%s and never gave back: it %s", name, at,
            telling_has_crashed(telling, owner) ? "was killed" : "has ended");
    else if (stuck == NULL || stuck->is_consequence)
        out->because = arena_printf(telling->arena, ", which %s holds%s", name, at);
}

/* A lock that is free, but promised: the waiter at the head was told and is not polled. */
static void because_promised(Telling *telling, uint32_t task, const Word *words, Reason *out) {
    Records queue = mutex_lists(words).queue;
    if (queue.n == 0) return;
    uint32_t fiber = handle_slot(words[records_word(queue, 0)]), holder = reason_unpolled(telling, fiber);
    if (holder == NO_SLOT) return;
    out->because = arena_printf(
        telling->arena, ", which is promised to %s that nobody polls", reason_future_text(telling, task, holder, fiber));
    reason_add_helper(out, holder);
}

void reason_lock(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "lock %s", name);
    out->waits = arena_printf(telling->arena, "waits for %s", name);
    const Word *words = words_at(telling, wait->object);
    if (comp_kind(words) != COMP_MUTEX) return;
    Word owner = words[MUTEX_OWNER];
    if (words[MUTEX_HELD] != 0)
        because_held(telling, task, wait->object, owner == 0 ? NO_SLOT : handle_slot(owner), out);
    else
        because_promised(telling, task, words, out);
}

/* ---- who could help */

typedef struct Candidates {
    Helpers ended, stuck, going;
    bool itself;
} Candidates;

static void add_candidate(const Telling *telling, uint32_t other, Candidates *out) {
    if (!telling_is_alive(telling, other)) vec_push(&out->ended, other);
    else if (telling_stuck(telling, other) != NULL) vec_push(&out->stuck, other);
    else vec_push(&out->going, other);
}

static void find_candidates(Telling *telling, uint32_t task, uint32_t object, UseKind kind, Candidates *out) {
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        uint32_t other = telling->task_slots[i];
        if (!helpers_could(telling->world, &telling->history, other, object, kind)) continue;
        if (other == task) out->itself = true;
        else add_candidate(telling, other, out);
    }
}

/* `never`: what nobody does, as "sends there". */
static const char *candidates_text(Telling *telling, const Candidates *found, const char *verb, const char *never) {
    Arena *arena = telling->arena;
    if (found->stuck.n + found->going.n + found->ended.n == 0)
        return arena_printf(arena, ", but nobody %sever %s", found->itself ? "else " : "", never);
    const char *text = "";
    if (found->stuck.n > 0)
        text = arena_printf(arena, ", but %s, who could %s, %s", telling_list(telling, &found->stuck), verb,
            found->stuck.n == 1 ? "is stuck too" : "are stuck too");
    if (found->going.n > 0)
        text = arena_printf(arena, "%s%s %s will never %s again", text, *text == '\0' ? ", but" : ", and",
            telling_list(telling, &found->going), verb);
    if (found->ended.n > 0 && *text == '\0')
        text = arena_printf(arena, ", but %s that could %s %s ended (%s)",
            found->ended.n == 1 ? "the only task" : "every task", verb, "has", telling_list(telling, &found->ended));
    return text;
}

static void candidates_end(Candidates *found, Reason *out) {
    for (uint32_t i = 0; i < found->stuck.n; i++) reason_add_helper(out, found->stuck.data[i]);
    for (uint32_t i = 0; i < found->going.n; i++) reason_add_helper(out, found->going.data[i]);
    for (uint32_t i = 0; i < found->ended.n; i++) reason_add_helper(out, found->ended.data[i]);
    vec_fini(&found->stuck);
    vec_fini(&found->going);
    vec_fini(&found->ended);
}

void reason_nobody_does(Telling *telling, uint32_t task, const WaitInfo *wait, UseKind kind, const char *verb,
    const char *never, Reason *out) {
    Candidates found = {0};
    find_candidates(telling, task, wait->object, kind, &found);
    out->because = candidates_text(telling, &found, verb, never);
    candidates_end(&found, out);
}

/* ---- permits */

static bool has_task(const Helpers *tasks, uint32_t task) {
    for (uint32_t i = 0; i < tasks->n; i++)
        if (tasks->data[i] == task) return true;
    return false;
}

/* Tells who took the permits, when they alone could give some back; the task itself is named last, and only helps when
   nobody else could. */
static bool because_taken(Telling *telling, uint32_t task, uint32_t object, const Candidates *found, Reason *out) {
    Helpers takers = {0};
    const char *text = "";
    bool itself = false;
    for (uint32_t i = 0; i < telling->history.takes.n; i++) {
        const HistoryTake *take = &telling->history.takes.data[i];
        if (take->object != object || take->task == NO_SLOT) continue;
        itself |= take->task == task;
        if (take->task == task || has_task(&takers, take->task)) continue;
        vec_push(&takers, take->task);
        out->held_line = telling_line(telling, take->span);
        const char *ended = telling_is_alive(telling, take->task) ? "" : ", which has ended";
        text = arena_printf(telling->arena, "%s%s%s (line %u%s)", text, *text == '\0' ? ", taken by " : ", ",
            telling_task(telling, take->task), out->held_line, ended);
    }
    for (uint32_t i = 0; i < found->stuck.n; i++)
        if (!has_task(&takers, found->stuck.data[i])) takers.n = 0, itself = false;
    bool told = takers.n > 0 || (itself && found->stuck.n + found->going.n == 0);
    for (uint32_t i = 0; i < takers.n; i++) reason_add_helper(out, takers.data[i]);
    if (told && takers.n == 0) reason_add_helper(out, task);
    if (told) out->because = takers.n == 0 ? ", which it took itself" : text;
    vec_fini(&takers);
    return told;
}

static void reason_acquire(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "acquire %s", name);
    out->waits = arena_printf(telling->arena, "waits for a permit of %s", name);
    const Word *words = words_at(telling, wait->object);
    if (comp_kind(words) != COMP_SEMAPHORE) return;
    Records queue = semaphore_lists(words).queue;
    if (queue.n > 0) {
        uint32_t fiber = handle_slot(words[records_word(queue, 0)]), holder = reason_unpolled(telling, fiber);
        if (holder != NO_SLOT) {
            out->because = arena_printf(telling->arena, ", where %s stands first, which nobody polls",
                reason_future_text(telling, task, holder, fiber));
            reason_add_helper(out, holder);
            return;
        }
    }
    Candidates found = {0};
    find_candidates(telling, task, wait->object, USE_RELEASE, &found);
    if (!because_taken(telling, task, wait->object, &found, out))
        out->because = candidates_text(telling, &found, "release one", "releases any");
    candidates_end(&found, out);
}

/* ---- channels */

/* A receiver of a broadcast waits for whoever sends to the broadcast. */
static uint32_t source_of(Telling *telling, uint32_t object) {
    if (comp_kind(words_at(telling, object)) != COMP_SUBSCRIPTION) return object;
    return subscription_source(telling->world, object);
}

static const char *channel_waits(const WaitInfo *wait, bool has_buffer) {
    if (wait->op == ARM_RECV) return "waits to receive from";
    return has_buffer || wait->op == ARM_RESERVE ? "waits for room in" : "waits for a receiver on";
}

static bool holds_sender(Telling *telling, uint32_t task, Word channel) {
    uint32_t n;
    const Word *words = world_read(telling->world, task, &n);
    if (comp_kind(words) != COMP_FIBER || fiber_is_over(words)) return false;
    const Machine *machine = fiber_machine(telling->world, words);
    for (uint32_t i = 0; i < machine->nslots && FIBER_FRAME + i < n; i++)
        if (machine->slot_kinds[i] == WORD_SENDER && words[FIBER_FRAME + i] == channel) return true;
    return false;
}

/* Nobody sends, and yet somebody holds a sender: as long as that is there the channel does not close. */
static void because_open(Telling *telling, uint32_t task, uint32_t channel, Reason *out) {
    Helpers others = {0};
    bool itself = false;
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        uint32_t holder = telling->task_slots[i];
        if (!holds_sender(telling, holder, slot_handle(channel))) continue;
        itself |= holder == task;
        reason_add_helper(out, holder);
        if (holder != task) vec_push(&others, holder);
    }
    if (itself) out->because = ", which stays open: it holds a sender of it itself";
    else if (others.n > 0)
        out->because = arena_printf(telling->arena, ", which stays open: %s %s a sender of it", telling_list(telling, &others),
            others.n == 1 ? "holds" : "hold");
    vec_fini(&others);
}

static void reason_channel(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    bool is_send = wait->op != ARM_RECV;
    const char *name = telling_object(telling, wait->object);
    const Word *words = words_at(telling, wait->object);
    bool has_buffer = comp_kind(words) == COMP_CHANNEL && words[CHANNEL_CAP] > 0;
    const char *verb = wait->op == ARM_RECV ? "recv" : wait->op == ARM_SEND ? "send" : "reserve";
    out->what = arena_printf(telling->arena, "%s %s", verb, name);
    out->waits = arena_printf(telling->arena, "%s %s", channel_waits(wait, has_buffer), name);
    Candidates found = {0};
    find_candidates(telling, task, source_of(telling, wait->object), is_send ? USE_RECV : USE_SEND, &found);
    out->because =
        candidates_text(telling, &found, is_send ? "receive" : "send", is_send ? "receives there" : "sends there");
    if (found.stuck.n + found.going.n + found.ended.n == 0) { /* closing it would help too */
        Candidates closers = {0};
        find_candidates(telling, task, wait->object, USE_CLOSE, &closers);
        if (closers.stuck.n + closers.going.n > 0)
            out->because = candidates_text(telling, &closers, "close it", "closes it");
        candidates_end(&closers, out);
    }
    bool is_open = !is_send && comp_kind(words) == COMP_CHANNEL && words[CHANNEL_TX] > 0;
    if (is_open && found.stuck.n + found.going.n == 0) because_open(telling, task, wait->object, out);
    candidates_end(&found, out);
}

/* Whoever has a handle of the watch could publish, whichever subscription it is of. */
static void reason_changed(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    uint32_t watch = source_of(telling, wait->object);
    out->what = arena_printf(telling->arena, "changed %s", name);
    out->waits = arena_printf(telling->arena, "waits for a new value of %s", name);
    Candidates found = {0};
    for (uint32_t slot = 0; slot < telling->world->n; slot++)
        if (comp_kind(words_at(telling, slot)) == COMP_SUBSCRIPTION && source_of(telling, slot) == watch)
            find_candidates(telling, task, slot, USE_PUBLISH, &found);
    out->because = candidates_text(telling, &found, "publish one", "publishes any");
    candidates_end(&found, out);
}

/* ---- ends of tasks */

static void reason_join(Telling *telling, const WaitInfo *wait, Reason *out) {
    const char *name = telling_task(telling, wait->object);
    out->what = arena_printf(telling->arena, "await %s", name);
    out->waits = arena_printf(telling->arena, "waits for %s to end", name);
    reason_add_helper(out, wait->object);
    if (telling_stuck(telling, wait->object) == NULL) out->because = ", which never ends";
}

static void reason_scope(Telling *telling, const WaitInfo *wait, Reason *out) {
    uint32_t count = scope_count(telling->world, wait->object);
    for (uint32_t i = 0; i < count; i++) reason_add_helper(out, handle_slot(scope_task(telling->world, wait->object, i)));
    out->what = "end of scope";
    out->waits = arena_printf(
        telling->arena, "waits for the tasks of its scope to end (%s)", telling_list(telling, &out->helpers));
}

/* ---- wakes */

/* Its code wakes somebody, itself or in a future that it makes. */
static bool wakes_somebody(const Program *program, uint32_t machine, bool and_futures) {
    const Machine *code = program->machines[machine];
    for (uint32_t pc = 0; pc < code->ncode; pc++) {
        const Instr *instr = &code->code[pc];
        if (instr->op == INSTR_WAKE) return true;
        if (and_futures && instr->op == INSTR_FUTURE && wakes_somebody(program, (uint32_t)instr->imm, false)) return true;
    }
    return false;
}

/* Who could have woken it. */
static const char *wakers_text(Telling *telling, uint32_t task, Reason *out) {
    Candidates found = {0};
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        uint32_t other = telling->task_slots[i];
        const Word *words = words_at(telling, other);
        if (other == task || comp_kind(words) != COMP_FIBER) continue;
        if (wakes_somebody(telling->world->program, (uint32_t)words[FIBER_MACHINE], true)) add_candidate(telling, other, &found);
    }
    const char *text = candidates_text(telling, &found, "wake it", "wakes it");
    candidates_end(&found, out);
    return text;
}

static void reason_wake(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const HistoryWake *last = history_wake(&telling->history, task);
    out->what = wait->op == ARM_PARK ? "park" : "pending";
    out->waits = wait->op == ARM_PARK ? "is parked" : "is pending";
    const char *future = telling_object(telling, wait->fiber);
    if (wait->op == ARM_PENDING && wait->fiber != task && strcmp(future, telling_task(telling, task)) != 0)
        out->waits = arena_printf(telling->arena, "is pending in %s", future);
    out->because = wakers_text(telling, task, out);
    if (last == NULL) return;
    const char *then = out->because + strlen(", but ");
    const char *by = last->by == task ? "its own" : arena_printf(telling->arena, "%s's", telling_task(telling, last->by));
    uint32_t line = telling_line(telling, last->span);
    if (last->by != NO_SLOT && last->by != task) reason_add_helper(out, last->by);
    if (last->is_lost)
        out->because = arena_printf(telling->arena, ", and the last wake, %s (line %u), came while it waited at something else: it was lost; %s", by, line, then);
    else
        out->because = arena_printf(telling->arena, ", and after the last wake, %s (line %u), it waits for another one; %s", by, line, then);
}

/* ---- any wait */

bool reason_of(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    if (!wait->polled || (!wait->enabled && !wait->is_none)) return false;
    begin(out, wait->span);
    if (wait->is_none) {
        out->what = "none";
        out->waits = "waits at `none`, for ever";
        return true;
    }
    if (wait->op == ARM_PENDING || wait->op == ARM_PARK) {
        reason_wake(telling, task, wait, out);
        return true;
    }
    if (wait->object == NO_SLOT) return false;
    switch (wait->op) {
    case ARM_LOCK: reason_lock(telling, task, wait, out); return true;
    case ARM_ACQUIRE: reason_acquire(telling, task, wait, out); return true;
    case ARM_CHANGED: reason_changed(telling, task, wait, out); return true;
    case ARM_RESERVE:
    case ARM_SEND:
    case ARM_RECV: reason_channel(telling, task, wait, out); return true;
    case ARM_JOIN: reason_join(telling, wait, out); return true;
    case ARM_SCOPE_END: reason_scope(telling, wait, out); return true;
    case ARM_READ_LOCK:
    case ARM_WRITE_LOCK:
    case ARM_WAIT:
    case ARM_NOTIFIED:
    case ARM_ARRIVE:
    case ARM_WAIT_GROUP:
    case ARM_ONCE: return reason_sync(telling, task, wait, out);
    case ARM_FUTURE:
        out->what = "future";
        out->waits = "waits for a future that is gone";
        return true;
    case ARM_SLEEP:
    case ARM_YIELD:
    case ARM_PENDING:
    case ARM_PARK:
    case ARM_OPS: break;
    }
    return false;
}

/* With threads to spare, could it move? */
static bool could_with_thread(Telling *telling, uint32_t task, uint32_t executor) {
    World copy;
    uint32_t n;
    world_init(&copy, telling->world->program);
    world_copy(&copy, telling->world);
    world_write(&copy, executor, &n)[EXECUTOR_BUSY] = 0;
    bool could = eval_can_step(&copy, task);
    world_fini(&copy);
    return could;
}

bool reason_thread(Telling *telling, uint32_t task, Reason *out) {
    const Word *words = words_at(telling, task);
    if (comp_kind(words) != COMP_FIBER || words[FIBER_EXECUTOR] == 0 || words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_STATUS] == FIBER_BLOCKED)
        return false;
    Word handle = words[FIBER_EXECUTOR];
    uint32_t executor = handle_slot(handle);
    if (executor_has_thread(telling->world, executor) || !could_with_thread(telling, task, executor)) return false;
    begin(out, stuck_place(telling->world, task));
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        const Word *other = words_at(telling, telling->task_slots[i]);
        bool holds_thread = comp_kind(other) == COMP_FIBER &&
                            (other[FIBER_STATUS] == FIBER_BLOCKED || other[FIBER_STATUS] == FIBER_UNDER_WAY);
        if (holds_thread && other[FIBER_EXECUTOR] == handle) reason_add_helper(out, telling->task_slots[i]);
    }
    bool is_default = words_at(telling, executor)[EXECUTOR_SITE] == 0;
    const char *whose = is_default ? "the default executor" : telling_object(telling, executor);
    out->what = "a thread";
    out->waits = arena_printf(telling->arena, "could go on, but waits for a thread of %s", whose);
    if (out->helpers.n > 0)
        out->because = arena_printf(telling->arena, ", where %s %s", telling_list(telling, &out->helpers),
            out->helpers.n == 1 ? "holds one" : "hold them");
    return true;
}

void reason_nothing(Telling *telling, uint32_t task, Reason *out) {
    begin(out, stuck_place(telling->world, task));
    out->what = "nothing";
    out->waits = "waits for ever: nothing it waits for is enabled";
}

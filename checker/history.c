#include "checker/history.h"

/* ---- events */

/* The task for which a fiber runs. */
static uint32_t task_of(World *world, uint32_t fiber) {
    uint32_t n;
    const Word *words = world_read(world, fiber, &n);
    Word owner = 0;
    if (comp_kind(words) == COMP_FIBER) {
        if ((words[FIBER_FLAGS] & FIBER_IS_TASK) != 0) return fiber;
        owner = words[FIBER_OWNER];
    } else if (comp_kind(words) == COMP_OPFUTURE) {
        owner = words[OPFUTURE_OWNER];
    }
    return owner == 0 ? NO_SLOT : handle_slot(owner);
}

static void note_take(History *history, uint32_t object, uint32_t task, const Event *event, bool was_handed) {
    for (uint32_t i = 0; i < history->takes.n; i++) {
        HistoryTake *take = &history->takes.data[i];
        if (take->object != object || take->fiber != event->fiber || !take->was_handed) continue;
        take->was_handed = was_handed; /* it goes on with what it was given */
        return;
    }
    Span span = event->span;
    for (uint32_t i = 0; i < history->places.n && was_handed; i++)
        if (history->places.data[i].object == object && history->places.data[i].fiber == event->fiber)
            span = history->places.data[i].span;
    vec_push(&history->takes,
        (HistoryTake){.object = object, .task = task, .fiber = event->fiber, .span = span, .was_handed = was_handed});
}

/* The task's own latest taking goes; where anybody may give back, the latest one of all. */
static void note_return(History *history, uint32_t object, uint32_t task) {
    const HistoryTake *take = history_take(history, object, task);
    if (take == NULL) take = history_take(history, object, NO_SLOT);
    if (take == NULL) return;
    uint32_t at = (uint32_t)(take - history->takes.data);
    for (uint32_t i = at; i + 1 < history->takes.n; i++) history->takes.data[i] = history->takes.data[i + 1];
    history->takes.n--;
}

static void note_use(History *history, uint32_t object, uint32_t task, UseKind kind) {
    if (!history_used(history, object, task, kind)) vec_push(&history->uses, (HistoryUse){object, task, kind});
}

static void note_fire(History *history, World *world, uint32_t task, const Event *event) {
    bool handed = event->kind == EVENT_HAND;
    uint32_t who = handed ? task_of(world, event->fiber) : task;
    if (event->op == ARM_SEND) note_use(history, event->object, who, USE_SEND);
    if (event->op == ARM_RECV) note_use(history, event->object, who, USE_RECV);
    if (event->op == ARM_ARRIVE) note_use(history, event->object, who, USE_ARRIVE);
    bool takes = event->op == ARM_LOCK || event->op == ARM_ACQUIRE || event->op == ARM_READ_LOCK ||
                 event->op == ARM_WRITE_LOCK || event->op == ARM_ONCE;
    if (takes && event->ok)
        note_take(history, event->object, who, event, handed);
}

static void note_op(History *history, uint32_t task, const Event *event) {
    switch (event->op) {
    case INSTR_PUBLISH: note_use(history, event->object, task, USE_PUBLISH); break;
    case INSTR_SEND:
    case INSTR_TRY_SEND: note_use(history, event->object, task, USE_SEND); break;
    case INSTR_TRY_RECV: note_use(history, event->object, task, USE_RECV); break;
    case INSTR_CLOSE: note_use(history, event->object, task, USE_CLOSE); break;
    case INSTR_TRY_LOCK:
    case INSTR_TRY_READ_LOCK:
    case INSTR_TRY_WRITE_LOCK:
    case INSTR_TRY_ACQUIRE:
        if (event->ok) note_take(history, event->object, task, event, false);
        break;
    case INSTR_UNLOCK:
        note_return(history, event->object, task);
        note_use(history, event->object, task, USE_UNLOCK);
        break;
    case INSTR_WAKE:
        vec_push(&history->wakes, (HistoryWake){event->object, task, event->span, !event->ok});
        break;
    case INSTR_RELEASE:
        note_return(history, event->object, task);
        note_use(history, event->object, task, USE_RELEASE);
        break;
    case INSTR_ONCE_LEAVE: note_return(history, event->object, task); break;
    case INSTR_SIGNAL:
    case INSTR_SIGNAL_ALL: note_use(history, event->object, task, USE_SIGNAL); break;
    case INSTR_NOTIFY_ONE:
    case INSTR_NOTIFY_ALL: note_use(history, event->object, task, USE_NOTIFY); break;
    case INSTR_GROUP_DONE: note_use(history, event->object, task, USE_DONE); break;
    default: break;
    }
}

static void note_events(History *history, World *world, uint32_t task, const StepLog *log) {
    for (uint32_t i = 0; i < log->n; i++) {
        const Event *event = &log->events[i];
        if (event->object == NO_SLOT) continue;
        if (event->kind == EVENT_FIRE || event->kind == EVENT_HAND) note_fire(history, world, task, event);
        if (event->kind == EVENT_OP) note_op(history, task, event);
        if (event->kind == EVENT_QUEUE)
            vec_push(&history->places, (HistoryPlace){event->object, event->fiber, event->span});
    }
}

/* ---- the run */

void history_init(History *history, const Witness *witness) {
    *history = (History){0};
    const Search *search = witness->search;
    EvalOptions options = {.run_on = search->options->ts.run_on, .no_reset = !search->options->ts.reset};
    World world;
    StepLog log = {0};
    world_init(&world, search->program);
    for (uint32_t i = 0; i < witness->moves.n; i++) {
        const TraceMove *move = &witness->moves.data[i];
        Choices choices = {0};
        choices_set(&choices, move->picks, move->npicks);
        steplog_clear(&log);
        StepResult result = i == 0 ? eval_start(&world, &options, &choices, &log)
                                   : eval_step(&world, move->task, &options, &choices, &log);
        choices_fini(&choices);
        if (result.status != STEP_DONE) break;
        note_events(history, &world, move->task, &log);
    }
    steplog_fini(&log);
    world_fini(&world);
}

void history_fini(History *history) {
    vec_fini(&history->takes);
    vec_fini(&history->uses);
    vec_fini(&history->places);
    vec_fini(&history->wakes);
}

const HistoryWake *history_wake(const History *history, uint32_t task) {
    for (uint32_t i = history->wakes.n; i-- > 0;)
        if (history->wakes.data[i].task == task) return &history->wakes.data[i];
    return NULL;
}

const HistoryTake *history_take(const History *history, uint32_t object, uint32_t task) {
    for (uint32_t i = history->takes.n; i-- > 0;) {
        const HistoryTake *take = &history->takes.data[i];
        if (take->object == object && (task == NO_SLOT || take->task == task)) return take;
    }
    return NULL;
}

bool history_used(const History *history, uint32_t object, uint32_t task, UseKind kind) {
    for (uint32_t i = 0; i < history->uses.n; i++) {
        const HistoryUse *use = &history->uses.data[i];
        if (use->object == object && use->task == task && use->kind == kind) return true;
    }
    return false;
}

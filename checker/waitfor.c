#include "checker/waitfor.h"

#include "checker/bitset.h"
#include "checker/reason.h"

#include <assert.h>
#include <string.h>

typedef struct Explanation {
    Telling telling;
    const StuckTasks *tasks;
    Bitset waits_for; /* i * n + j: stuck task i waits for something that stuck task j could do */
    VEC(TraceWait) waits;
    VEC(uint32_t) waiter; /* per wait: index in tasks */
    VEC(uint32_t) cycle;  /* indices in tasks, each waits for the next, the last one for the first */
} Explanation;

/* ---- one wait of one task */

static uint32_t stuck_index(const Explanation *explanation, uint32_t slot) {
    for (uint32_t i = 0; i < explanation->tasks->n; i++)
        if (explanation->tasks->data[i].slot == slot) return i;
    return UINT32_MAX;
}

/* The holder to name: the first helper, or better one that is stuck itself. */
static void name_holder(Explanation *explanation, uint32_t waiter, const Reason *reason, TraceWait *wait) {
    const Telling *telling = &explanation->telling;
    uint32_t named = NO_SLOT;
    for (uint32_t i = 0; i < reason->helpers.n; i++) {
        uint32_t helper = reason->helpers.data[i], other = stuck_index(explanation, helper);
        if (other != UINT32_MAX) bitset_add(&explanation->waits_for, waiter * explanation->tasks->n + other);
        if (named == NO_SLOT || (other != UINT32_MAX && stuck_index(explanation, named) == UINT32_MAX)) named = helper;
    }
    wait->holder = named == NO_SLOT ? "" : telling_task(telling, named);
    wait->holder_task = named == NO_SLOT ? UINT32_MAX : telling_index(telling, named);
}

static void add_wait(Explanation *explanation, uint32_t waiter, const Reason *reason) {
    const Telling *telling = &explanation->telling;
    uint32_t slot = explanation->tasks->data[waiter].slot;
    TraceWait wait = {.task = telling_index(telling, slot), .what = reason->what, .held_line = reason->held_line};
    telling_place(telling->world->program->sources, telling->arena, reason->span, &wait);
    name_holder(explanation, waiter, reason, &wait);
    wait.text = arena_printf(telling->arena, "%s %s%s%s", telling_task(telling, slot), telling_holdings(telling, slot),
        reason->waits, reason->because);
    vec_push(&explanation->waits, wait);
    vec_push(&explanation->waiter, waiter);
}

static void explain_task(Explanation *explanation, uint32_t waiter) {
    Telling *telling = &explanation->telling;
    uint32_t slot = explanation->tasks->data[waiter].slot, before = explanation->waits.n;
    Waits waits = {0};
    Reason reason = {0};
    if (reason_thread(telling, slot, &reason)) {
        add_wait(explanation, waiter, &reason);
    } else {
        stuck_waits(telling->world, slot, &waits);
        for (uint32_t i = 0; i < waits.n; i++)
            if (reason_of(telling, slot, &waits.data[i], &reason)) add_wait(explanation, waiter, &reason);
    }
    if (explanation->waits.n == before) {
        reason_nothing(telling, slot, &reason);
        add_wait(explanation, waiter, &reason);
    }
    reason_fini(&reason);
    vec_fini(&waits);
}

/* ---- the cycle */

/* The shortest way from a task back to itself, over tasks that are no consequences; false: there is none. */
static bool find_cycle_from(Explanation *explanation, uint32_t start) {
    uint32_t n = explanation->tasks->n;
    VEC(uint32_t) queue = {0}, from = {0};
    vec_resize(&from, n);
    memset(from.data, 0xff, sizeof *from.data * n);
    vec_push(&queue, start);
    bool found = false;
    for (uint32_t next = 0; next < queue.n && !found; next++) {
        uint32_t at = queue.data[next];
        for (uint32_t to = 0; to < n && !found; to++) {
            if (!bitset_has(&explanation->waits_for, at * n + to) || explanation->tasks->data[to].is_consequence)
                continue;
            found = to == start;
            if (!found && from.data[to] != UINT32_MAX) continue;
            from.data[to] = at;
            if (!found) vec_push(&queue, to);
        }
    }
    vec_clear(&explanation->cycle);
    if (found) {
        uint32_t at = from.data[start], length = 1;
        for (; at != start; at = from.data[at]) length++;
        vec_resize(&explanation->cycle, length);
        for (at = from.data[start]; at != start; at = from.data[at]) explanation->cycle.data[--length] = at;
        explanation->cycle.data[0] = start;
    }
    vec_fini(&queue);
    vec_fini(&from);
    return found;
}

static void find_cycle(Explanation *explanation) {
    VEC(uint32_t) best = {0};
    for (uint32_t i = 0; i < explanation->tasks->n; i++) {
        if (explanation->tasks->data[i].is_consequence || !find_cycle_from(explanation, i)) continue;
        if (best.n > 0 && best.n <= explanation->cycle.n) continue;
        vec_clear(&best);
        for (uint32_t k = 0; k < explanation->cycle.n; k++) vec_push(&best, explanation->cycle.data[k]);
    }
    vec_clear(&explanation->cycle);
    for (uint32_t k = 0; k < best.n; k++) vec_push(&explanation->cycle, best.data[k]);
    vec_fini(&best);
}

static uint32_t place_in_cycle(const Explanation *explanation, uint32_t task) {
    for (uint32_t i = 0; i < explanation->cycle.n; i++)
        if (explanation->cycle.data[i] == task) return i;
    return UINT32_MAX;
}

/* The wait is for the next one of the cycle. */
static bool is_on_cycle(const Explanation *explanation, uint32_t wait) {
    uint32_t at = place_in_cycle(explanation, explanation->waiter.data[wait]);
    if (at == UINT32_MAX) return false;
    uint32_t next = explanation->cycle.data[(at + 1) % explanation->cycle.n];
    return explanation->waits.data[wait].holder_task ==
           telling_index(&explanation->telling, explanation->tasks->data[next].slot);
}

/* ---- the trace */

static bool waits_for_others(const Explanation *explanation, uint32_t task) {
    uint32_t n = explanation->tasks->n;
    for (uint32_t other = 0; other < n; other++)
        if (other != task && bitset_has(&explanation->waits_for, task * n + other)) return true;
    return false;
}

/* Tasks of the cycle in its order, then those that no stuck task could help, then the others, consequences last. */
static uint32_t rank(const Explanation *explanation, uint32_t task) {
    uint32_t at = place_in_cycle(explanation, task), n = explanation->tasks->n;
    if (at != UINT32_MAX) return at;
    if (explanation->tasks->data[task].is_consequence) return 3 * n + task;
    return (waits_for_others(explanation, task) ? 2 * n : n) + task;
}

static void fill_waits(Explanation *explanation, Trace *trace) {
    uint32_t n = explanation->waits.n;
    trace->waits = ARENA_ARRAY(&trace->arena, TraceWait, n + 1);
    for (uint32_t order = 0; order < 4 * explanation->tasks->n; order++)
        for (uint32_t i = 0; i < n; i++) {
            if (rank(explanation, explanation->waiter.data[i]) != order) continue;
            TraceWait *wait = &trace->waits[trace->nwaits++];
            *wait = explanation->waits.data[i];
            wait->on_cycle = is_on_cycle(explanation, i);
        }
    assert(trace->nwaits == n);
}

static void fill_tasks(const Explanation *explanation, Trace *trace) {
    uint32_t n = explanation->tasks->n;
    trace->stuck = ARENA_ARRAY(&trace->arena, uint32_t, n + 1);
    trace->consequences = ARENA_ARRAY(&trace->arena, uint32_t, n + 1);
    for (uint32_t i = 0; i < trace->ntasks; i++) {
        uint32_t task = stuck_index(explanation, explanation->telling.task_slots[i]);
        if (task == UINT32_MAX) continue;
        if (explanation->tasks->data[task].is_consequence)
            trace->consequences[trace->nconsequences++] = i;
        else
            trace->stuck[trace->nstuck++] = i;
    }
}

/* "left and right wait for each other", or the first wait's sentence. */
static const char *headline(const Explanation *explanation, const Trace *trace) {
    const Telling *telling = &explanation->telling;
    Helpers named = {0}, others = {0};
    const char *text = trace->nwaits == 0 ? "" : trace->waits[0].text;
    for (uint32_t i = 0; i < explanation->cycle.n; i++)
        vec_push(&named, explanation->tasks->data[explanation->cycle.data[i]].slot);
    if (named.n == 2) text = arena_printf(telling->arena, "%s wait for each other", telling_list(telling, &named));
    if (named.n > 2)
        text = arena_printf(telling->arena, "%s wait for each other in a circle", telling_list(telling, &named));
    for (uint32_t i = 0; i < trace->nstuck; i++) {
        uint32_t slot = telling->task_slots[trace->stuck[i]], task = stuck_index(explanation, slot);
        bool told = named.n > 1 ? place_in_cycle(explanation, task) != UINT32_MAX
                                : trace->nwaits > 0 && trace->waits[0].task == trace->stuck[i];
        if (!told) vec_push(&others, slot);
    }
    if (others.n > 0)
        text = arena_printf(telling->arena, "%s; %s %s stuck as well", text, telling_list(telling, &others),
            others.n == 1 ? "is" : "are");
    vec_fini(&named);
    vec_fini(&others);
    return text;
}

static bool is_among(const StuckTasks *tasks, uint32_t slot) {
    for (uint32_t i = 0; i < tasks->n; i++)
        if (tasks->data[i].slot == slot) return true;
    return false;
}

/* Tasks that go on while others are stuck. */
static const char *going_on(const Explanation *explanation, const StuckTasks *all) {
    const Telling *telling = &explanation->telling;
    Helpers going = {0};
    for (uint32_t i = 0; i < telling->trace->ntasks; i++) {
        uint32_t slot = telling->task_slots[i];
        if (telling_is_alive(telling, slot) && !is_among(all, slot) &&
            !stuck_at_place(telling->world, slot))
            vec_push(&going, slot);
    }
    const char *text = "";
    if (going.n > 0)
        text = arena_printf(
            telling->arena, ", while %s %s on", telling_list(telling, &going), going.n == 1 ? "goes" : "go");
    vec_fini(&going);
    return text;
}

void waitfor_explain(Trace *trace, const Witness *witness, World *world, const uint32_t *task_slots,
    const StuckTasks *tasks, WaitForHead head) {
    Explanation explanation = {.tasks = tasks, .waits_for = bitset_new(tasks->n * tasks->n)};
    explanation.telling =
        (Telling){.world = world, .trace = trace, .arena = &trace->arena, .task_slots = task_slots, .stuck = tasks};
    history_init(&explanation.telling.history, witness);
    for (uint32_t i = 0; i < tasks->n; i++) explain_task(&explanation, i);
    find_cycle(&explanation);
    fill_waits(&explanation, trace);
    fill_tasks(&explanation, trace);
    trace->message = arena_printf(&trace->arena, "%s: %s%s", head.kind, headline(&explanation, trace),
        head.is_partial ? going_on(&explanation, head.all) : "");
    if (trace->nwaits > 0) {
        trace->file = trace->waits[0].file;
        trace->line = trace->waits[0].line;
        trace->column = trace->waits[0].column;
    }
    history_fini(&explanation.telling.history);
    bitset_free(&explanation.waits_for);
    vec_fini(&explanation.waits);
    vec_fini(&explanation.waiter);
    vec_fini(&explanation.cycle);
}

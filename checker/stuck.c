#include "checker/stuck.h"

#include "checker/bitset.h"
#include "model/fiber.h"
#include "model/scope.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const Word *task_words(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (comp_kind(words) != COMP_FIBER || (words[FIBER_FLAGS] & FIBER_IS_TASK) == 0 || fiber_is_over(words))
        return NULL;
    return words;
}

/* Of a task, or of a future that counts as one. */
static const Word *alive_words(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (comp_kind(words) == COMP_OPFUTURE) return words[OPFUTURE_STATUS] != ARM_OFF ? words : NULL;
    return comp_kind(words) == COMP_FIBER && !fiber_is_over(words) ? words : NULL;
}

void stuck_alive(World *world, Slots *out) {
    vec_clear(out);
    for (uint32_t slot = 0; slot < world->n; slot++)
        if (task_words(world, slot) != NULL) vec_push(out, slot);
}

void stuck_waits(World *world, uint32_t task, Waits *out) {
    uint32_t n = 0;
    for (uint32_t room = 16;; room *= 2) {
        vec_reserve(out, room);
        n = eval_waits(world, task, out->data, out->cap);
        if (n < out->cap) break; /* else there may be more */
    }
    out->n = n;
}

static const Point *resting_point(World *world, const Word *words) {
    if (comp_kind(words) == COMP_OPFUTURE)
        return &world->program->machines[words[OPFUTURE_MACHINE]]->points[words[OPFUTURE_POINT]];
    if (words[FIBER_STATUS] == FIBER_UNDER_WAY) return NULL;
    return machine_point_at(fiber_machine(world, words), (uint32_t)words[FIBER_PC]);
}

static bool is_daemon_place(ArmOp op) {
    return op == ARM_RECV || op == ARM_CHANGED || op == ARM_NOTIFIED || op == ARM_PENDING || op == ARM_PARK;
}

/* One of its waits is where a daemon may be left. */
static bool receives(World *world, uint32_t fiber) {
    Waits waits = {0};
    bool found = false;
    stuck_waits(world, fiber, &waits);
    for (uint32_t i = 0; i < waits.n; i++)
        found |= waits.data[i].enabled && waits.data[i].polled && is_daemon_place(waits.data[i].op);
    vec_fini(&waits);
    return found;
}

bool stuck_at_place(World *world, uint32_t task) {
    const Word *words = task_words(world, task);
    if (words == NULL || (words[FIBER_FLAGS] & FIBER_IS_DAEMON) == 0 || words[FIBER_STATUS] != FIBER_AT_POINT)
        return false;
    const Point *point = resting_point(world, words);
    if (point == NULL) return false;
    if (point->is_idle) return true;
    if (point->kind != POINT_AWAIT && point->kind != POINT_SELECT) return false;
    return receives(world, task);
}

bool stuck_part_at_place(World *world, uint32_t task, uint32_t part) {
    const Word *words = task_words(world, task);
    return words != NULL && (words[FIBER_FLAGS] & FIBER_IS_DAEMON) != 0 && receives(world, part);
}

Span stuck_place(World *world, uint32_t task) {
    const Word *words = alive_words(world, task);
    assert(words != NULL);
    const Point *point = resting_point(world, words);
    Waits waits = {0};
    Span span = point != NULL ? point->span : fiber_machine(world, words)->code[words[FIBER_PC]].span;
    stuck_waits(world, task, &waits);
    for (uint32_t i = waits.n; i-- > 0;)
        if (waits.data[i].enabled && waits.data[i].polled && waits.data[i].span.file != 0) span = waits.data[i].span;
    vec_fini(&waits);
    return span;
}

/* ---- lost wakeups */

static bool waits_for_wake(World *world, uint32_t task, Waits *waits) {
    stuck_waits(world, task, waits);
    for (uint32_t i = 0; i < waits->n; i++)
        if (waits->data[i].enabled && waits->data[i].polled && (waits->data[i].op == ARM_PENDING || waits->data[i].op == ARM_PARK)) return true;
    return false;
}

void stuck_select(StuckTasks *tasks, bool lost) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < tasks->n; i++)
        if (lost ? tasks->data[i].is_lost : tasks->data[i].is_other) tasks->data[kept++] = tasks->data[i];
    tasks->n = kept;
}

/* ---- consequences */

typedef struct Joins {
    World *world;
    StuckTasks *tasks;
    Bitset waits_for; /* i * n + j: task i, a candidate, waits for the end of task j */
    Bitset candidate;
    Waits waits;
} Joins;

static uint32_t index_of(const StuckTasks *tasks, uint32_t slot) {
    for (uint32_t i = 0; i < tasks->n; i++)
        if (tasks->data[i].slot == slot) return i;
    return UINT32_MAX;
}

static bool note_join(Joins *joins, uint32_t waiter, uint32_t slot) {
    uint32_t other = index_of(joins->tasks, slot);
    if (other == UINT32_MAX) return false;
    bitset_add(&joins->waits_for, waiter * joins->tasks->n + other);
    return true;
}

/* The machine's code, or that of a future it makes, has a `done`. */
static bool counts_down(const Program *program, uint32_t machine, Bitset *seen) {
    const Machine *code = program->machines[machine];
    if (bitset_has(seen, machine)) return false;
    bitset_add(seen, machine);
    for (uint32_t pc = 0; pc < code->ncode; pc++) {
        const Instr *instr = &code->code[pc];
        if (instr->op == INSTR_GROUP_DONE) return true;
        if (instr->op == INSTR_FUTURE && counts_down(program, (uint32_t)instr->imm, seen)) return true;
    }
    return false;
}

/* A waitgroup does not know who will call done: each other stuck task whose code has one counts. */
static bool note_group(Joins *joins, uint32_t waiter) {
    const Program *program = joins->world->program;
    bool found = false;
    for (uint32_t i = 0; i < joins->tasks->n; i++) {
        Bitset seen = bitset_new(program->nmachines);
        if (i != waiter && counts_down(program, joins->tasks->data[i].machine, &seen))
            found |= note_join(joins, waiter, joins->tasks->data[i].slot);
        bitset_free(&seen);
    }
    return found;
}

/* True when the wait is for stuck tasks alone. */
static bool waits_for_stuck(Joins *joins, uint32_t waiter, const WaitInfo *wait) {
    if (wait->is_none || wait->object == NO_SLOT) return false;
    if (wait->op == ARM_JOIN) return note_join(joins, waiter, wait->object);
    if (wait->op == ARM_WAIT_GROUP) return note_group(joins, waiter);
    if (wait->op != ARM_SCOPE_END) return false;
    bool found = false;
    uint32_t count = scope_count(joins->world, wait->object);
    for (uint32_t i = 0; i < count; i++)
        found |= note_join(joins, waiter, handle_slot(scope_task(joins->world, wait->object, i)));
    return found;
}

static bool is_candidate(Joins *joins, uint32_t task) {
    stuck_waits(joins->world, joins->tasks->data[task].slot, &joins->waits);
    bool any = false, all = true;
    for (uint32_t i = 0; i < joins->waits.n && all; i++) {
        const WaitInfo *wait = &joins->waits.data[i];
        if (!wait->enabled || !wait->polled || wait->op == ARM_FUTURE) continue;
        any = true;
        all = waits_for_stuck(joins, task, wait);
    }
    return any && all;
}

/* Everything a candidate's joins lead to, through candidates: waits_for becomes transitive. */
static void close_joins(Joins *joins) {
    uint32_t n = joins->tasks->n;
    for (uint32_t via = 0; via < n; via++) {
        if (!bitset_has(&joins->candidate, via)) continue;
        for (uint32_t i = 0; i < n; i++) {
            if (!bitset_has(&joins->waits_for, i * n + via)) continue;
            for (uint32_t j = 0; j < n; j++)
                if (bitset_has(&joins->waits_for, via * n + j)) bitset_add(&joins->waits_for, i * n + j);
        }
    }
}

/* A candidate is a consequence unless it stands on a cycle of joins that leads to no task stuck by itself. */
static bool is_consequence(const Joins *joins, uint32_t task) {
    uint32_t n = joins->tasks->n;
    for (uint32_t j = 0; j < n; j++)
        if (bitset_has(&joins->waits_for, task * n + j) && !bitset_has(&joins->candidate, j)) return true;
    return !bitset_has(&joins->waits_for, task * n + task);
}

/* Which finding each task belongs to; a consequence to those of the tasks it waits for. */
static void find_kinds(Joins *joins) {
    StuckTasks *tasks = joins->tasks;
    for (uint32_t i = 0; i < tasks->n; i++) {
        StuckTask *task = &tasks->data[i];
        if (task->is_consequence) continue;
        task->is_lost = waits_for_wake(joins->world, task->slot, &joins->waits);
        task->is_other = !task->is_lost;
    }
    for (uint32_t i = 0; i < tasks->n; i++)
        for (uint32_t j = 0; tasks->data[i].is_consequence && j < tasks->n; j++) {
            if (tasks->data[j].is_consequence || !bitset_has(&joins->waits_for, i * tasks->n + j)) continue;
            tasks->data[i].is_lost |= tasks->data[j].is_lost;
            tasks->data[i].is_other |= tasks->data[j].is_other;
        }
}

static void find_consequences(World *world, StuckTasks *tasks) {
    Joins joins = {.world = world,
        .tasks = tasks,
        .waits_for = bitset_new(tasks->n * tasks->n),
        .candidate = bitset_new(tasks->n)};
    for (uint32_t i = 0; i < tasks->n; i++)
        if (is_candidate(&joins, i)) bitset_add(&joins.candidate, i);
    close_joins(&joins);
    for (uint32_t i = 0; i < tasks->n; i++)
        tasks->data[i].is_consequence = bitset_has(&joins.candidate, i) && is_consequence(&joins, i);
    find_kinds(&joins);
    bitset_free(&joins.waits_for);
    bitset_free(&joins.candidate);
    vec_fini(&joins.waits);
}

/* The machine whose name it goes by: an `all` or `race` by the first of its futures. */
static uint32_t function_of(World *world, uint32_t slot) {
    for (;;) {
        uint32_t n;
        const Word *words = world_read(world, slot, &n);
        if (comp_kind(words) == COMP_OPFUTURE) return (uint32_t)words[OPFUTURE_MACHINE];
        const Machine *machine = fiber_machine(world, words);
        if (!machine->is_combinator || words[FIBER_STATUS] != FIBER_AT_POINT) return machine->id;
        const Point *point = &machine->points[1];
        uint32_t arm = 0;
        while (arm < point->narms && (words[FIBER_FRAME + point->state + arm] == ARM_OFF || words[FIBER_FRAME + point->arms[arm].obj] == 0)) arm++;
        if (arm == point->narms) return machine->id;
        slot = handle_slot(words[FIBER_FRAME + point->arms[arm].obj]);
        CompKind kind = world_kind(world, slot);
        if (kind != COMP_FIBER && kind != COMP_OPFUTURE) return machine->id;
    }
}

void stuck_tasks(World *world, const Slots *slots, StuckTasks *out) {
    vec_clear(out);
    for (uint32_t i = 0; i < slots->n; i++) {
        uint32_t slot = slots->data[i];
        const Word *words = alive_words(world, slot);
        if (words == NULL || stuck_at_place(world, slot)) continue;
        bool is_op = comp_kind(words) == COMP_OPFUTURE;
        vec_push(out, (StuckTask){.slot = slot,
                          .machine = function_of(world, slot),
                          .number = is_op ? 0 : words[FIBER_NUMBER],
                          .at = stuck_place(world, slot)});
    }
    find_consequences(world, out);
}

/* ---- identity of findings */

static int compare_words(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

void stuck_key(World *world, const StuckTasks *tasks, StuckKey *out) {
    vec_clear(out);
    Waits waits = {0};
    for (uint32_t i = 0; i < tasks->n; i++) {
        const StuckTask *task = &tasks->data[i];
        if (task->is_consequence) continue;
        uint64_t key = hash_combine(
            hash_combine(task->machine, (uint64_t)task->number), (uint64_t)task->at.file << 32 | task->at.begin);
        stuck_waits(world, task->slot, &waits);
        for (uint32_t w = 0; w < waits.n; w++) {
            const WaitInfo *wait = &waits.data[w];
            if (wait->enabled && wait->polled)
                key = hash_combine(key, (uint64_t)wait->span.file << 32 | wait->span.begin);
        }
        vec_push(out, key);
    }
    vec_fini(&waits);
    qsort(out->data, out->n, sizeof *out->data, compare_words);
    uint32_t kept = out->n == 0 ? 0 : 1; /* alike tasks at one place count once: their number is no difference */
    for (uint32_t i = 1; i < out->n; i++)
        if (out->data[i] != out->data[kept - 1]) out->data[kept++] = out->data[i];
    out->n = kept;
}

bool stuck_same_key(const StuckKey *a, const StuckKey *b) {
    return a->n == b->n && (a->n == 0 || memcmp(a->data, b->data, a->n * sizeof *a->data) == 0);
}

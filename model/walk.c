#include "model/walk.h"

#include "model/walking.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TASKS = 100, MAX_ROUNDS = 100 };

const char *walk_gap_text(WalkGapKind kind) {
    static const char *const texts[] = {
#define GAP(name, text) text,
        WALK_GAPS
#undef GAP
    };
    return texts[kind];
}

void walking_refuse(Walking *walking, Span at, const char *why) {
    if (walking->out->why) return;
    walking->out->why = why;
    walking->out->why_at = at;
}

static bool same_span(Span a, Span b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }

void walking_note(Walking *walking, Span at, const char *text) {
    for (uint32_t i = 0; i < walking->notes.n; i++)
        if (same_span(walking->notes.data[i].span, at) && strcmp(walking->notes.data[i].text, text) == 0) return;
    vec_push(&walking->notes, (WalkNote){at, text});
}

void walking_gap(Walking *walking, WalkGapKind kind, Span at) {
    for (uint32_t i = 0; i < walking->gaps.n; i++)
        if (walking->gaps.data[i].kind == kind && same_span(walking->gaps.data[i].span, at)) return;
    vec_push(&walking->gaps, (WalkGap){kind, at});
}

/* ---- what comes again and again: a spawn, or the making of an object, on a cycle of its task */

/* Which nodes lie on a cycle: those that reach themselves. Tasks are small. */
static bool is_on_cycle(const WalkTask *task, uint32_t node, bool *seen, uint32_t *stack) {
    uint32_t n = 0;
    memset(seen, 0, sizeof *seen * task->nnodes);
    stack[n++] = node;
    while (n) {
        uint32_t at = stack[--n];
        for (uint32_t e = task->first[at]; e < task->first[at + 1]; e++) {
            uint32_t to = task->edges[e].to;
            if (to == node) return true;
            if (seen[to]) continue;
            seen[to] = true;
            stack[n++] = to;
        }
    }
    return false;
}

/* A cycle through the node on which nothing waits. */
static bool spins(const WalkTask *task, uint32_t node, bool *seen, uint32_t *stack) {
    uint32_t n = 0;
    if (task->nodes[node].waits) return false;
    memset(seen, 0, sizeof *seen * task->nnodes);
    stack[n++] = node;
    while (n) {
        uint32_t at = stack[--n];
        for (uint32_t e = task->first[at]; e < task->first[at + 1]; e++) {
            uint32_t to = task->edges[e].to;
            if (to == node) return true;
            if (seen[to] || task->nodes[to].waits) continue;
            seen[to] = true;
            stack[n++] = to;
        }
    }
    return false;
}

static void find_many(Walking *walking) {
    for (uint32_t t = 0; t < walking->tasks.n; t++) {
        WalkTask *task = &walking->tasks.data[t];
        bool *seen = calloc(task->nnodes + 1u, sizeof *seen);
        uint32_t *stack = calloc(task->nnodes + 1u, sizeof *stack);
        if (!seen || !stack) fatal("out of memory");
        for (uint32_t e = 0; e < task->nedges; e++) {
            const WalkEdge *edge = &task->edges[e];
            if (edge->action == WALK_SPAWN && (task->is_many || is_on_cycle(task, edge->from, seen, stack))) walking->tasks.data[edge->object].is_many = true;
        }
        for (uint32_t n = 0; n < task->nnodes; n++)
            if (spins(task, n, seen, stack)) walking_gap(walking, WALK_GAP_SPINNING, task->nodes[n].at);
        for (uint32_t i = 0; i < walking->objects.n; i++) {
            const Maker *maker = &walking->object_makers.data[i];
            if (maker->task != t) continue;
            for (uint32_t n = 0; n < task->nnodes; n++)
                if (task->nodes[n].pc == maker->pc && (task->is_many || is_on_cycle(task, n, seen, stack))) walking->objects.data[i].is_many = true;
        }
        free(seen);
        free(stack);
    }
}

/* ---- rounds, until nothing new is learned */

static void clear(Walking *walking) {
    for (uint32_t i = 0; i < walking->items.n; i++)
        for (uint32_t w = 0; w < walking->items.data[i].n; w++) vec_fini(&walking->items.data[i].words[w].words);
    for (uint32_t g = 0; walking->globals && g < walking->program->nglobals; g++)
        for (uint32_t w = 0; w < walking->program->globals[g].type->words; w++) vec_fini(&walking->globals[g][w].words);
    for (uint32_t t = 0; t < walking->tasks.n; t++) {
        free(walking->tasks.data[t].nodes);
        free(walking->tasks.data[t].edges);
        free(walking->tasks.data[t].first);
        free(walking->tasks.data[t].waits);
    }
    vec_fini(&walking->tasks);
    vec_fini(&walking->arguments);
    vec_fini(&walking->task_makers);
    vec_fini(&walking->objects);
    vec_fini(&walking->object_makers);
    vec_fini(&walking->items);
    vec_fini(&walking->notes);
    vec_fini(&walking->gaps);
    walking->globals = NULL;
    arena_reset(&walking->arena);
}

static void attempt(Walking *walking) {
    WalkTask main = {.machine = walking->program->machines[MACHINE_MAIN], .parent = NO_SLOT, .scope = NO_SLOT, .role = NO_SLOT};
    walking->again = false;
    known_globals(walking);
    uint32_t nnotes = walking->notes.n, ngaps = walking->gaps.n; /* of the code that makes the global objects */
    (void)known_task(walking, (Maker){.task = NO_SLOT}, main, (Frame){0});
    walking->learned = true;
    for (uint32_t round = 0; walking->learned && !walking->again && !walking->out->why; round++) {
        walking->learned = false;
        walking->notes.n = nnotes;
        walking->gaps.n = ngaps;
        for (uint32_t t = 0; t < walking->tasks.n && !walking->again && !walking->out->why; t++) {
            walk_task(walking, t);
            if (walking->tasks.n > MAX_TASKS) walking_refuse(walking, vec_last(&walking->tasks).spawn, "more than 100 tasks are spawned here");
        }
        if (round > MAX_ROUNDS) walking_refuse(walking, (Span){0}, "what is sent does not settle");
    }
}

static int by_place(const void *a, const void *b) {
    const Span *x = a, *y = b; /* of a note or a gap: kept first in `Placed` */
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}
typedef struct Placed { Span span; WalkNote note; WalkGap gap; } Placed;

/* With room for one more. */
static void *keep(WalkProgram *out, const void *data, uint32_t n, size_t size) {
    void *kept = arena_alloc(&out->arena, size * (n + (size_t)1));
    if (n) memcpy(kept, data, size * n);
    return kept;
}

/* What is not followed may be anything, and nobody's. */
static void note_dropped(Walking *walking) {
    for (uint32_t m = 0; m < walking->program->nmachines; m++)
        for (uint32_t slot = 0; slot < walking->program->machines[m]->nslots; slot++)
            if (walking->dropped[m][slot]) {
                walking_note(walking, walking->program->machines[m]->span, "a counter of this task has too many values to be followed");
                walking_gap(walking, WALK_GAP_UNDEFINED, walking->program->machines[m]->span);
            }
}

static void hand_over(Walking *walking) {
    WalkProgram *out = walking->out;
    uint32_t nnotes = walking->notes.n, ngaps = walking->gaps.n, most = nnotes > ngaps ? nnotes : ngaps;
    Placed *placed = ARENA_ARRAY(&out->arena, Placed, most + 1u);
    for (uint32_t i = 0; i < nnotes; i++) placed[i] = (Placed){.span = walking->notes.data[i].span, .note = walking->notes.data[i]};
    qsort(placed, nnotes, sizeof *placed, by_place);
    out->notes = ARENA_ARRAY(&out->arena, WalkNote, nnotes + 1u);
    for (uint32_t i = 0; i < nnotes; i++) out->notes[out->nnotes++] = placed[i].note;
    for (uint32_t i = 0; i < ngaps; i++) placed[i] = (Placed){.span = walking->gaps.data[i].span, .gap = walking->gaps.data[i]};
    qsort(placed, ngaps, sizeof *placed, by_place);
    out->gaps = ARENA_ARRAY(&out->arena, WalkGap, ngaps + 1u);
    for (uint32_t i = 0; i < ngaps; i++) out->gaps[out->ngaps++] = placed[i].gap;
    out->ntasks = walking->tasks.n;
    out->tasks = keep(out, walking->tasks.data, out->ntasks, sizeof *out->tasks);
    for (uint32_t t = 0; t < out->ntasks; t++) {
        WalkTask *task = &out->tasks[t];
        task->nodes = keep(out, task->nodes, task->nnodes, sizeof *task->nodes);
        task->edges = keep(out, task->edges, task->nedges, sizeof *task->edges);
        task->waits = keep(out, task->waits, task->nwaits, sizeof *task->waits);
        task->first = keep(out, task->first, task->nnodes + 1u, sizeof *task->first);
    }
    out->nobjects = walking->objects.n;
    out->objects = keep(out, walking->objects.data, out->nobjects, sizeof *out->objects);
}

WalkProgram *walk_program(const Program *program, WalkOptions options) {
    WalkProgram *out = calloc(1, sizeof *out);
    if (!out) fatal("out of memory");
    out->program = program;
    arena_init(&out->arena);
    Walking walking = {.out = out, .program = program, .max_nodes = options.max_nodes ? options.max_nodes : WALK_MAX_NODES};
    arena_init(&walking.arena);
    walking.dropped = ARENA_ARRAY(&out->arena, bool *, program->nmachines);
    for (uint32_t m = 0; m < program->nmachines; m++) walking.dropped[m] = ARENA_ARRAY(&out->arena, bool, program->machines[m]->nslots + 1u);
    do {
        clear(&walking);
        attempt(&walking);
    } while (walking.again && !out->why);
    if (!out->why) {
        find_many(&walking);
        note_dropped(&walking);
        hand_over(&walking);
    }
    clear(&walking);
    arena_fini(&walking.arena);
    return out;
}

void walk_restrict(WalkProgram *walks, bool *const *stays) {
    for (uint32_t t = 0; t < walks->ntasks; t++) {
        WalkTask *task = &walks->tasks[t];
        uint32_t n = 0;
        for (uint32_t node = 0, e = 0; node < task->nnodes; node++) {
            uint32_t last = task->first[node + 1];
            task->first[node] = n;
            for (; e < last; e++)
                if (stays[t][e]) task->edges[n++] = task->edges[e];
        }
        task->first[task->nnodes] = task->nedges = n;
    }
}

void walk_free(WalkProgram *walks) {
    if (!walks) return;
    arena_fini(&walks->arena);
    free(walks);
}

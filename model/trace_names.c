#include "model/trace_names.h"

#include "model/kind.h"

#include <assert.h>

void trace_names_init(TraceNames *names, Arena *arena) { *names = (TraceNames){.arena = arena}; }
void trace_names_fini(TraceNames *names) { vec_fini(&names->slots); }

/* ---- variables that hold a handle */

/* Names each component whose handle stands in a value: "fork[2]", "pair.left". Names given earlier stay. */
static void name_words(TraceNames *names, const ValueType *type, const Word *words, const char *path) {
    if (type->kind == VALUE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; words += type->fields[i].type->words, i++)
            name_words(
                names, type->fields[i].type, words, arena_printf(names->arena, "%s.%s", path, type->fields[i].name));
    } else if (type->kind == VALUE_ARRAY) {
        for (uint32_t i = 0; i < type->length; words += type->of->words, i++)
            name_words(names, type->of, words, arena_printf(names->arena, "%s[%u]", path, i));
    } else if (type->kind == VALUE_HANDLE && *words > 0 && handle_slot(*words) < names->slots.n) {
        TraceSlot *slot = &names->slots.data[handle_slot(*words)];
        if (!slot->variable) slot->variable = path;
    }
}

static bool holds_handles(const ValueType *type) {
    if (type->kind == VALUE_HANDLE) return true;
    if (type->kind == VALUE_ARRAY) return holds_handles(type->of);
    if (type->kind != VALUE_STRUCT) return false;
    for (uint32_t i = 0; i < type->nfields; i++)
        if (holds_handles(type->fields[i].type)) return true;
    return false;
}

static void name_globals(TraceNames *names, World *world) {
    for (uint32_t i = 0; i < world->program->nglobals; i++) {
        const Global *global = &world->program->globals[i];
        if (holds_handles(global->type)) name_words(names, global->type, world_global(world, i), global->name);
    }
}

/* Futures that are new in the frame of the fiber that moved; objects are named by where they were made. */
static void name_locals(TraceNames *names, World *world, uint32_t fiber, uint32_t first_new) {
    uint32_t n;
    const Word *words = world_read(world, fiber, &n);
    if (comp_kind(words) != COMP_FIBER || words[FIBER_STATUS] >= FIBER_ENDED) return;
    const Machine *machine = world->program->machines[words[FIBER_MACHINE]];
    for (uint32_t i = 0; i < machine->nlocals; i++) {
        const Local *local = &machine->locals[i];
        uint32_t at = FIBER_FRAME + local->slot;
        if (local->type->kind != VALUE_HANDLE || at >= n || words[at] <= 0) continue;
        uint32_t slot = handle_slot(words[at]);
        if (slot < first_new || slot >= names->slots.n || names->slots.data[slot].variable) continue;
        if (words[FIBER_PC] >= local->from && words[FIBER_PC] < local->to)
            names->slots.data[slot].variable = local->name;
    }
}

/* ---- components */

static TraceSlot look(World *world, uint32_t slot, uint32_t task) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    TraceSlot seen = {.kind = comp_kind(words), .origin = n > 1 ? (uint32_t)words[1] : 0, .owner = NO_SLOT};
    seen.is_actor = kind_is_actor(world->program, words);
    if (seen.kind == COMP_FIBER) seen.is_task = (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0;
    if (seen.kind == COMP_OPFUTURE || (seen.kind == COMP_FIBER && !seen.is_task)) seen.owner = task;
    if (seen.kind == COMP_OPFUTURE) {
        seen.point = (uint32_t)words[OPFUTURE_POINT];
        seen.object = words[OPFUTURE_OBJ];
    }
    return seen;
}

void trace_names_see(TraceNames *names, World *world, uint32_t task, uint32_t fiber) {
    uint32_t first_new = names->slots.n;
    for (uint32_t slot = first_new; slot < world->n; slot++) vec_push(&names->slots, look(world, slot, task));
    if (fiber == NO_SLOT) name_globals(names, world);
    else if (names->slots.n > first_new) name_locals(names, world, fiber, first_new);
}

/* ---- the names themselves */

static bool same_origin(const TraceSlot *a, const TraceSlot *b) {
    return a->kind == b->kind && a->origin == b->origin && a->is_task == b->is_task && !a->variable && !b->variable;
}

/* How many components of the same origin come before this one, and in all. */
static uint32_t rank(const TraceNames *names, uint32_t slot, uint32_t *total) {
    uint32_t before = 0;
    *total = 0;
    for (uint32_t i = 0; i < names->slots.n; i++) {
        if (!same_origin(&names->slots.data[i], &names->slots.data[slot])) continue;
        if (i < slot) before++;
        ++*total;
    }
    return before;
}

bool trace_names_is_repeated(const TraceNames *names, uint32_t machine) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < names->slots.n; i++) {
        const TraceSlot *slot = &names->slots.data[i];
        count += slot->kind == COMP_FIBER && slot->is_task && slot->origin == machine;
    }
    return count > 1;
}

static const char *task_name(const TraceNames *names, const Program *program, uint32_t slot) {
    const TraceSlot *task = &names->slots.data[slot];
    uint32_t number = 0;
    for (uint32_t i = 0; i < slot; i++) {
        const TraceSlot *other = &names->slots.data[i];
        number += other->kind == COMP_FIBER && other->is_task && other->origin == task->origin;
    }
    const char *function = program->machines[task->origin]->name;
    return trace_names_is_repeated(names, task->origin) ? arena_printf(names->arena, "%s[%u]", function, number)
                                                        : function;
}

static const char *kind_word(CompKind kind) {
    const char *name = kind_row(kind)->name;
    return name ? name : "object";
}

static const char *site_name(const TraceNames *names, const Program *program, uint32_t slot) {
    const TraceSlot *object = &names->slots.data[slot];
    uint32_t site = object->origin, total;
    if (object->kind == COMP_EXECUTOR) {
        if (site == 0) return "the default executor";
        site--;
    }
    const char *name = kind_word(object->kind);
    if (site < program->nsites) {
        const Site *made = &program->sites[site];
        if (made->name[0]) name = made->name;
        else if (made->span.file)
            name = arena_printf(names->arena, "%s of line %u", name, sources_line_of(program->sources, made->span));
    }
    uint32_t before = rank(names, slot, &total);
    return total > 1 ? arena_printf(names->arena, "%s#%u", name, before + 1) : name;
}

static const char *name_of(const TraceNames *names, const Program *program, uint32_t slot) {
    const TraceSlot *seen = &names->slots.data[slot];
    switch (seen->kind) {
    case COMP_FREE: return "a future";
    case COMP_GLOBAL: return "a global";
    case COMP_CLOCK: return "clock";
    case COMP_FIBER:
        if (seen->is_task) return task_name(names, program, slot);
        return seen->variable ? seen->variable : program->machines[seen->origin]->name;
    case COMP_OPFUTURE: return seen->variable ? seen->variable : "a future";
    default: return seen->variable ? seen->variable : site_name(names, program, slot);
    }
}

const char **trace_names_finish(TraceNames *names, const Program *program) {
    const char **texts = ARENA_ARRAY(names->arena, const char *, names->slots.n + 1);
    for (uint32_t i = 0; i < names->slots.n; i++) texts[i] = arena_strdup(names->arena, name_of(names, program, i));
    return texts;
}

const uint32_t *trace_names_owners(const TraceNames *names) {
    uint32_t *owners = ARENA_ARRAY(names->arena, uint32_t, names->slots.n + 1);
    for (uint32_t i = 0; i < names->slots.n; i++) owners[i] = names->slots.data[i].owner;
    return owners;
}

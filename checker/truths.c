#include "checker/truths.h"

#include "model/temporal.h"

#include <string.h>

typedef struct Truths {
    Trace *trace;
    const Witness *witness;
    const Property *property;
    World world;
    uint64_t letter;
} Truths;

static const Atom *atom_of(const Truths *truths, uint32_t a) {
    return &truths->witness->search->program->atoms[truths->property->atoms[a]];
}

static uint64_t look(Truths *truths, uint64_t events) {
    uint64_t conditions = temporal_conditions(&truths->world);
    return temporal_letter(truths->witness->search->program->atoms, truths->property, conditions, events);
}

static void note_event(Truths *truths, TraceStep *step, const Atom *atom) {
    Arena *arena = &truths->trace->arena;
    const char **notes = ARENA_ARRAY(arena, const char *, step->nnotes + 1);
    if (step->nnotes > 0) memcpy(notes, step->notes, sizeof *notes * step->nnotes);
    notes[step->nnotes++] = arena_printf(arena, "%s happens", atom->text);
    step->notes = notes;
}

static void note_change(Truths *truths, TraceStep *step, const Atom *atom, bool now) {
    Arena *arena = &truths->trace->arena;
    for (uint32_t i = 0; i < step->nchanges; i++) /* the atom is a variable, and told */
        if (strcmp(step->changes[i].what, atom->text) == 0) return;
    TraceChange *changes = ARENA_ARRAY(arena, TraceChange, step->nchanges + 1);
    if (step->nchanges > 0) memcpy(changes, step->changes, sizeof *changes * step->nchanges);
    changes[step->nchanges++] = (TraceChange){arena_strdup(arena, atom->text), now ? "false" : "true", now ? "true" : "false"};
    step->changes = changes;
}

static void note_step(Truths *truths, TraceStep *step, uint64_t letter) {
    for (uint32_t a = 0; a < truths->property->natoms; a++) {
        const Atom *atom = atom_of(truths, a);
        bool before = truths->letter >> a & 1, now = letter >> a & 1;
        if (atom->kind != ATOM_STATE && now) note_event(truths, step, atom);
        if (atom->kind == ATOM_STATE && now != before) note_change(truths, step, atom, now);
    }
    truths->letter = letter;
}

static void note_start(Truths *truths) {
    const char *text = "";
    truths->letter = look(truths, 0);
    for (uint32_t a = 0; a < truths->property->natoms; a++)
        if (truths->letter >> a & 1)
            text = arena_printf(&truths->trace->arena, "%s%s%s", text, *text ? ", " : "", atom_of(truths, a)->text);
    truths->trace->initially = text;
}

/* Follows the moves once more. */
void truths_tell(Trace *trace, const Witness *witness, const Property *property) {
    Truths truths = {.trace = trace, .witness = witness, .property = property};
    const EngineOptions *engine = witness->search->options;
    EvalOptions options = {.run_on = engine->ts.run_on, .no_reset = !engine->ts.reset};
    world_init(&truths.world, witness->search->program);
    for (uint32_t i = 0; i < witness->moves.n; i++) {
        const TraceMove *move = &witness->moves.data[i];
        Choices choices = {0};
        choices_set(&choices, move->picks, move->npicks);
        StepResult result = i == 0 ? eval_start(&truths.world, &options, &choices, NULL)
                                   : eval_step(&truths.world, move->task, &options, &choices, NULL);
        choices_fini(&choices);
        if (result.status != STEP_DONE) break;
        if (i == 0) note_start(&truths);
        else note_step(&truths, &trace->steps[i - 1], look(&truths, result.events));
    }
    world_fini(&truths.world);
}

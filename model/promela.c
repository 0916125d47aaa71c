#include "model/promela.h"

#include "model/channel.h"
#include "model/eval.h"
#include "model/fiber.h"
#include "model/kind.h"
#include "model/promela_parts.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

extern const char promela_prelude[]; /* model/promela.pml */

void promela_text(Promela *promela, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (promela->out) vfprintf(promela->out, format, arguments);
    va_end(arguments);
}

void promela_refuse(Promela *promela, Span span, const char *text) {
    if (!promela->refusal.text) promela->refusal = (PromelaRefusal){text, span};
}

/* ---- what there is */

static void measure(Promela *promela) {
    const Program *program = promela->program;
    promela->arms = promela->width = promela->room = 1;
    for (uint32_t m = MACHINE_MAIN; m < program->nmachines; m++)
        for (uint32_t p = 0; p < program->machines[m]->npoints; p++)
            if (program->machines[m]->points[p].narms > promela->arms) promela->arms = program->machines[m]->points[p].narms;
    for (uint32_t slot = 0; slot < promela->world.nfixed; slot++) {
        const Word *words = world_read(&promela->world, slot, NULL);
        if (comp_kind(words) != COMP_CHANNEL) continue;
        uint32_t width = program->sites[words[CHANNEL_SITE]].elem->words;
        if (width > promela->width) promela->width = width;
        if (words[CHANNEL_CAP] > (Word)promela->room) promela->room = (uint32_t)words[CHANNEL_CAP];
    }
    for (uint32_t g = 0; g < program->nglobals; g++) {
        promela->global_base[g] = promela->nwords;
        promela->nwords += program->globals[g].type->words;
    }
}

static void check_object(Promela *promela, const Site *site) {
    bool faulty = site->is_lossy || site->is_duplicating || site->is_reordering || site->is_extern;
    bool known = site->kind == OBJECT_CHANNEL || site->kind == OBJECT_MUTEX;
    if (!known) promela_refuse(promela, site->span, "an object other than a channel or a lock");
    if (site->is_unbounded || site->is_oneshot || faulty || site->is_scoped)
        promela_refuse(promela, site->span, "a channel without bound, for one item, of the environment, scoped or with faults");
    if (site->is_barging || site->is_unowned) promela_refuse(promela, site->span, "a lock that is not strict");
}

static void check_values(Promela *promela) {
    const Program *program = promela->program;
    for (uint32_t g = 0; g < program->nglobals; g++)
        for (uint32_t i = 0; i < program->globals[g].type->words; i++)
            if (word_is_counted(program->globals[g].type->word_kinds[i])) promela_refuse(promela, program->globals[g].span, "a handle that is counted");
    for (uint32_t i = 0; i < program->nsites; i++) check_object(promela, &program->sites[i]);
}

static bool has_next(const Property *property) {
    for (uint32_t i = 0; i < property->nnodes; i++)
        if (property->nodes[i].op == TEMPORAL_X) return true;
    return false;
}

static void check_property(Promela *promela, const Property *property) {
    if (property->logic != LOGIC_LTL) promela_refuse(promela, property->span, "a property that is no formula of LTL");
    if (has_next(property)) promela_refuse(promela, property->span, "X: SPIN counts the steps inside an atomic sequence");
    if (property->has_fairness && property->fairness == FAIRNESS_STRONG) promela_refuse(promela, property->span, "strong fairness");
    for (uint32_t i = 0; i < property->natoms; i++)
        if (promela->program->atoms[property->atoms[i]].kind != ATOM_STATE)
            promela_refuse(promela, property->span, "an event: it would last while SPIN steps through an atomic sequence");
}

static void check_program(Promela *promela) {
    const Program *program = promela->program;
    Span whole = program->machines[MACHINE_MAIN]->span;
    if (program->threaded || program->has_blocking) promela_refuse(promela, whole, "several threads, or operations that block one");
    if (program->is_discrete) promela_refuse(promela, whole, "discrete time");
    if (program->nfault_sites || program->has_faults) promela_refuse(promela, whole, "faults");
    if (program->has_wakes) promela_refuse(promela, whole, "wakers");
    check_values(promela);
    for (uint32_t i = 0; i < program->nproperties; i++) check_property(promela, &program->properties[i]);
}

/* ---- declarations */

static void put_shape(Promela *promela) {
    World *world = &promela->world;
    promela_text(promela, "#define CAP(o) (false");
    for (uint32_t slot = 0; slot < world->nfixed; slot++) {
        const Word *words = world_read(world, slot, NULL);
        if (comp_kind(words) == COMP_CHANNEL && words[CHANNEL_CAP] > 0)
            promela_text(promela, " + ((o) == %u) * %lld", slot, (long long)words[CHANNEL_CAP]);
    }
    promela_text(promela, ")\n#define FIFO(o) (false");
    for (uint32_t slot = 0; slot < world->nfixed; slot++) {
        const Word *words = world_read(world, slot, NULL);
        if (comp_kind(words) == COMP_CHANNEL && promela->program->sites[words[CHANNEL_SITE]].is_fifo)
            promela_text(promela, " || (o) == %u", slot);
    }
    promela_text(promela, ")\n");
}

static bool condition_holds(Promela *promela, uint32_t machine) {
    Word value = 0;
    StepResult result = eval_predicate(&promela->world, machine, &value);
    return result.status == STEP_DONE && value;
}

static void put_conditions(Promela *promela) {
    const Program *program = promela->program;
    for (uint32_t i = 0; i < program->natoms; i++)
        if (program->atoms[i].kind == ATOM_STATE)
            promela_text(promela, "bool a%u = %s; /* %s */\n", i, condition_holds(promela, program->atoms[i].machine) ? "true" : "false", program->atoms[i].text);
}

static uint32_t scratch_words(const Program *program) {
    uint32_t most = 1;
    for (uint32_t m = 0; m < program->nmachines; m++) {
        const Machine *machine = program->machines[m];
        if (machine->nslots > most) most = machine->nslots;
    }
    return most;
}

static void put_declarations(Promela *promela) {
    promela_text(promela, "#define TASKS %u\n#define ARMS %u\n#define WIDTH %u\n#define ROOM %u\n#define OBJECTS %u\n", promela->max_tasks,
        promela->arms, promela->width, promela->room, promela->world.nfixed ? promela->world.nfixed : 1);
    put_shape(promela);
    promela_text(promela, "%s\n", promela->out ? promela_prelude : "");
    promela_text(promela, "int g[%u];                               /* the program's globals */\n", promela->nwords ? promela->nwords : 1);
    promela_text(promela, "int p[%u], v_[%u];                       /* scratch of conditions and of arrays */\n", scratch_words(promela->program), scratch_words(promela->program));
    put_conditions(promela);
}

/* ---- machines */

/* Evaluates a condition: r_. */
static void put_predicate(Promela *promela, uint32_t machine, const char *of, uint32_t index) {
    snprintf(promela->prefix, sizeof promela->prefix, "%s%u", of, index);
    const Machine *before = promela->machine;
    promela->machine = promela->program->machines[machine];
    promela->frame = "p";
    promela_code(promela, promela->machine->points[0].pc);
    promela_text(promela, "    %s_rest: skip;\n", promela->prefix);
    if (of[0] == 'a') promela_text(promela, "    a%u = r_; r_ = 0;\n", index);
    else promela_text(promela, "    assert(r_); r_ = 0;\n");
    promela->machine = before;
    promela->frame = "f";
}

static void put_end_of_step(Promela *promela) {
    const Program *program = promela->program;
    for (uint32_t i = 0; i < program->natoms; i++)
        if (program->atoms[i].kind == ATOM_STATE) put_predicate(promela, program->atoms[i].machine, "a", i);
    for (uint32_t i = 0; i < program->ninvariants; i++) put_predicate(promela, program->invariants[i].machine, "i", i);
    if (program->natoms || program->ninvariants) {
        promela_text(promela, "    k_ = 0; do :: k_ < %u -> p[k_] = 0; k_++ :: else -> break od; k_ = 0;\n", scratch_words(program));
    }
}

static void put_machine(Promela *promela, uint32_t m) {
    const Machine *machine = promela->program->machines[m];
    promela->machine = machine;
    promela->frame = "f";
    promela_text(promela, "\nproctype m%u(byte t", m);
    for (uint32_t i = 0; i < machine->nparams; i++) promela_text(promela, "; int x%u", i);
    promela_text(promela, ") { /* %s */\n  int f[%u];\n  do\n  :: atomic {\n      if\n", machine->name, machine->nslots ? machine->nslots : 1);
    snprintf(promela->prefix, sizeof promela->prefix, "c");
    promela_text(promela, "      :: status[t] == 1 -> ");
    for (uint32_t i = 0; i < machine->nparams; i++) promela_text(promela, "f[%u] = x%u; x%u = 0; ", i, i, i);
    promela_text(promela, "goto c_%u\n", machine->points[0].pc);
    for (uint32_t p = 1; p + 1 < machine->npoints; p++)
        if (machine->points[p].fallback == NO_SLOT) promela_branches(promela, &machine->points[p]);
    promela_text(promela, "      fi;\n");
    promela_code(promela, machine->points[0].pc);
    promela_text(promela, "    c_rest: skip;\n");
    put_end_of_step(promela);
    promela_text(promela, "    skip }\n  :: status[t] == 3 -> break\n  od\n}\n");
}

/* SPIN repeats the last state of a run that stops, but not under fairness: the judge goes on for ever instead. */
static const char judge[] =
    "\n/* Who is left when nothing moves any more must have ended, or be a daemon at its place; then the last state repeats. */\n"
    "active proctype judge() {\n"
    "  timeout -> d_step {\n"
    "    i_ = 0;\n"
    "    do\n"
    "    :: i_ < tasks -> assert(status[i_] == 3 || (daemon[i_] && idle[i_])); i_++\n"
    "    :: else -> break\n"
    "    od;\n"
    "    i_ = 0 };\n"
    "  do :: true -> skip od\n"
    "}\n";

static void put_main(Promela *promela) {
    const Program *program = promela->program;
    promela_text(promela, "\ninit {\n  atomic {\n");
    for (uint32_t g = 0; g < program->nglobals; g++)
        for (uint32_t i = 0; i < program->globals[g].type->words; i++) {
            uint32_t slot = promela->world.global_slot[g];
            Word word = slot == NO_SLOT ? promela->world.const_globals[g][i] : world_read(&promela->world, slot, NULL)[1 + i];
            if (word) promela_text(promela, "    g[%u] = %lld;\n", promela->global_base[g] + i, (long long)word);
            if (word > INT32_MAX || word < INT32_MIN) promela_refuse(promela, program->globals[g].span, "a value that does not fit Promela's int");
        }
    promela_text(promela, "    new_task(%u, false); run m%u(0)\n  }\n}\n", MACHINE_MAIN, MACHINE_MAIN);
    promela_text(promela, "%s", judge);
}

/* ---- properties */

static const char *const operators[] = {[TEMPORAL_TRUE] = "true", [TEMPORAL_FALSE] = "false", [TEMPORAL_NOT] = "!", [TEMPORAL_AND] = "&&",
    [TEMPORAL_OR] = "||", [TEMPORAL_IMPLIES] = "->", [TEMPORAL_IFF] = "<->", [TEMPORAL_F] = "<>", [TEMPORAL_G] = "[]", [TEMPORAL_U] = "U",
    [TEMPORAL_R] = "V"};

/* W and M by U and R, which SPIN has. */
static void put_formula(Promela *promela, const Property *property, uint32_t node) {
    const TemporalNode *n = &property->nodes[node];
    switch (n->op) {
    case TEMPORAL_TRUE: case TEMPORAL_FALSE: promela_text(promela, "%s", operators[n->op]); return;
    case TEMPORAL_ATOM: promela_text(promela, "a%u", property->atoms[n->a]); return;
    case TEMPORAL_NOT: case TEMPORAL_F: case TEMPORAL_G:
        promela_text(promela, "%s (", operators[n->op]);
        put_formula(promela, property, n->a);
        promela_text(promela, ")");
        return;
    case TEMPORAL_W: case TEMPORAL_M: { /* a W b = b R (a || b); a M b = b U (a && b) */
        bool weak = n->op == TEMPORAL_W;
        promela_text(promela, "((");
        put_formula(promela, property, n->b);
        promela_text(promela, ") %s ((", weak ? "V" : "U");
        put_formula(promela, property, n->a);
        promela_text(promela, ") %s (", weak ? "||" : "&&");
        put_formula(promela, property, n->b);
        promela_text(promela, ")))");
        return;
    }
    default: break;
    }
    assert(operators[n->op]);
    promela_text(promela, "((");
    put_formula(promela, property, n->a);
    promela_text(promela, ") %s (", operators[n->op]);
    put_formula(promela, property, n->b);
    promela_text(promela, "))");
}

static void put_properties(Promela *promela) {
    const Program *program = promela->program;
    for (uint32_t i = 0; i < program->nproperties; i++) {
        const Property *property = &program->properties[i];
        if (property->logic != LOGIC_LTL) continue;
        promela_text(promela, "\nltl %s { ", property->name);
        put_formula(promela, property, property->nnodes - 1);
        promela_text(promela, " }\n");
    }
}

static void put_model(Promela *promela) {
    promela_text(promela, "/* %s, for SPIN. Deadlocks show as a violated assertion of `judge` (search with -E); for a property: -a -E, with -f for weak\n"
                          "   fairness. Steps inside an atomic sequence are invisible to the properties. */\n", promela->program->path);
    put_declarations(promela);
    for (uint32_t m = MACHINE_MAIN; m < promela->program->nmachines; m++) {
        const Machine *machine = promela->program->machines[m];
        if (machine->is_async) put_machine(promela, m);
    }
    put_main(promela);
    put_properties(promela);
}

static bool start_world(Promela *promela) {
    Choices choices = {0};
    EvalOptions options = {0};
    StepResult result = eval_start(&promela->world, &options, &choices, NULL);
    bool good = result.status == STEP_DONE && choices.n == 0;
    choices_fini(&choices);
    return good;
}

PromelaRefusal promela_write(const Program *program, uint32_t max_tasks, FILE *out) {
    Promela promela = {.program = program, .max_tasks = max_tasks};
    promela.global_base = calloc(program->nglobals + 1u, sizeof(uint32_t));
    if (!promela.global_base) fatal("out of memory");
    world_init(&promela.world, program);
    if (!start_world(&promela)) promela_refuse(&promela, program->machines[MACHINE_INIT]->span, "initialisers that choose or fail");
    if (!promela.refusal.text) {
        measure(&promela);
        check_program(&promela);
        if (!promela.refusal.text) put_model(&promela); /* the code is looked at first */
        promela.out = out;
        if (!promela.refusal.text) put_model(&promela);
    }
    world_fini(&promela.world);
    free(promela.global_base);
    return promela.refusal;
}

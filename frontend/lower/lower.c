/* The phase: globals and their objects, then each machine that something makes, then the properties. */
#include "frontend/lower/lower.h"

#include "frontend/frontend.h"
#include "frontend/walk.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *lower_name(Lower *lower, Name name) {
    if (name >= lower->names.n) vec_resize(&lower->names, name + 1);
    if (!lower->names.data[name])
        lower->names.data[name] = arena_strdup(lower->arena, names_text(lower->tree->names, name));
    return lower->names.data[name];
}

void lower_not_yet(Lower *lower, Span span, const char *what) {
    if (!lower->failed) diags_add(lower->diags, DIAG_NOT_YET, span, "%s is not supported by this version", what);
    lower->failed = true;
}

void lower_limit(Lower *lower, Span span, const char *what) {
    if (!lower->failed) diags_add(lower->diags, DIAG_PROGRAM_LIMIT, span, "%s", what);
    lower->failed = true;
}

/* ---- machines */

Machine *lower_machine_new(Lower *lower, const char *name, Span span, const Decl *func) {
    Machine *machine = ARENA_NEW(lower->arena, Machine);
    machine->name = name;
    machine->span = span;
    machine->id = lower->machines.n;
    machine->is_async = func != NULL;
    machine->result = lower_type(lower, types_basic(lower->tree->types, TYPE_VOID));
    vec_push(&lower->machines, machine);
    vec_push(&lower->funcs, func);
    return machine;
}

uint32_t lower_machine_of(Lower *lower, const Symbol *func) {
    uint32_t *known = &lower->machine_of.data[func->id];
    if (*known == NO_SLOT) *known = lower_machine_new(lower, lower_name(lower, func->name), func->decl->at, func->decl)->id;
    return *known;
}

Builder lower_builder_new(Lower *lower, Call *call, Span span) {
    Builder b = {.lower = lower,
        .reachable = true,
        .empty_chain = NO_SLOT,
        .scope_handle = NO_SLOT,
        .call = call,
        .object_name = "",
        .span = span};
    vec_push(&b.points, (Point){.kind = POINT_START, .span = span, .fallback = NO_SLOT, .cancel = NO_SLOT});
    call->end = lower_label_new(&b);
    call->result = NO_SLOT;
    return b;
}

/* The END instruction, which is there even if nothing reaches it, and the cancel chain of the start. */
void lower_machine_end(Builder *b, Machine *machine, Cleanup *parameters, uint32_t result) {
    lower_label_place(b, b->call->end);
    b->reachable = true;
    b->span = machine->span;
    uint32_t pc = b->code.n;
    lower_op1(b, INSTR_END, result);
    b->reachable = false;
    b->cleanups = parameters;
    uint32_t cancel = lower_cancel_chain(b);
    b->points.data[0].cancel = cancel;
    vec_push(&b->points,
        (Point){.kind = POINT_END, .span = machine->span, .pc = pc, .fallback = NO_SLOT, .cancel = NO_SLOT});
    lower_vars_end(b, 0);
    vec_fini(&b->call->vars);
    vec_fini(&b->call->labels);
    vec_fini(&b->call->gotos);
    lower_machine_finish(b, machine);
}

/* A function that may start anew keeps its arguments where they are: its parameters are copies of them. */
static void kept_parameters(Builder *b, Machine *machine, const Decl *func) {
    uint32_t *slots = ARENA_ARRAY(b->lower->arena, uint32_t, func->nparams + 1u);
    for (uint32_t i = 0; i < func->nparams; i++) {
        const ValueType *type = lower_type(b->lower, func->params[i]->type);
        slots[i] = lower_slots(b, type->word_kinds, type->words);
    }
    machine->nparams = b->kinds.n;
    for (uint32_t i = 0; i < func->nparams; i++) {
        const Symbol *symbol = func->params[i]->symbol;
        if (!symbol) continue;
        const ValueType *type = lower_type_bits(b->lower, symbol->type, symbol->bits);
        vec_push(&b->locals, (Local){lower_name(b->lower, symbol->name), type, slots[i], 0, 0, symbol->span});
        lower_copy(b, symbol->type, lower_var_new(b, symbol), slots[i], false);
    }
}

static void parameters(Builder *b, Machine *machine, const Decl *func) {
    if (func->symbol->restarts) {
        kept_parameters(b, machine, func);
        return;
    }
    for (uint32_t i = 0; i < func->nparams; i++) {
        const Decl *param = func->params[i];
        const ValueType *type = lower_type(b->lower, param->type);
        uint32_t slot = lower_slots(b, type->word_kinds, type->words);
        if (param->symbol) lower_var_at(b, b->call, param->symbol, slot);
        lower_cleanup_drop(b, param->type, slot);
    }
    machine->nparams = b->kinds.n;
}

/* Control reaches the closing brace: main returns 0 there, as in C. */
static void falls_off(Builder *b, const Machine *machine) {
    if (!b->reachable || b->call->result == NO_SLOT) return;
    if (machine->id == MACHINE_MAIN) {
        lower_const(b, b->call->result, 0);
    } else {
        lower_op1(b, INSTR_NO_RETURN, NO_SLOT);
        b->reachable = false;
    }
}

static void lower_function(Lower *lower, uint32_t index) {
    const Decl *func = lower->funcs.data[index];
    Machine *machine = lower->machines.data[index];
    Call call = {.func = func};
    Builder b = lower_builder_new(lower, &call, func->at);
    parameters(&b, machine, func);
    Cleanup *given = b.cleanups;
    const Type *result = func->symbol->type->of;
    machine->result = lower_type(lower, result);
    if (result->kind != TYPE_VOID) call.result = lower_slots(&b, machine->result->word_kinds, machine->result->words);
    if (func->func == FUNC_POLL) {
        lower_poll_body(&b, func);
        given = b.cleanups;
        machine->has_drop = func->drop != NULL;
    } else {
        lower_stmts_block(&b, func->body);
        falls_off(&b, machine);
        lower_exit(&b, NULL);
    }
    lower_machine_end(&b, machine, given, call.result);
}

static void lower_init_code(Lower *lower, const Decl *const *globals, uint32_t nglobals) {
    Call call = {0};
    Machine *machine = lower_machine_new(lower, "init", (Span){0}, NULL);
    Builder b = lower_builder_new(lower, &call, (Span){0});
    for (uint32_t i = 0; i < nglobals; i++) lower_global(&b, globals[i]);
    lower_machine_end(&b, machine, NULL, NO_SLOT);
}

/* ---- globals */

static void add_global(Lower *lower, const Decl *decl, Global *global, uint32_t index) {
    const Symbol *symbol = decl->symbol;
    *global = (Global){.name = lower_name(lower, decl->name),
        .span = decl->at,
        .type = lower_type_bits(lower, decl->type, symbol->bits),
        .is_const = !symbol->is_written};
    uint8_t *atomics = ARENA_ARRAY(lower->arena, uint8_t, global->type->words + 1u);
    lower_type_atomics(decl->type, symbol->is_atomic, atomics);
    global->is_atomic = atomics;
    global->init = ARENA_ARRAY(lower->arena, Word, global->type->words + 1u);
    lower->global_of.data[symbol->id] = index;
}

static void lower_globals(Lower *lower) {
    Tree *tree = lower->tree;
    const Decl **globals = ARENA_ARRAY(lower->arena, const Decl *, tree->ndecls + tree->nstatics + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < tree->ndecls; i++)
        if (tree->decls[i]->kind == DECL_VAR && tree->decls[i]->symbol) globals[n++] = tree->decls[i];
    for (uint32_t i = 0; i < tree->nstatics; i++)
        if (tree->statics[i]->symbol) globals[n++] = tree->statics[i];
    lower->program->globals = ARENA_ARRAY(lower->arena, Global, n + 1u);
    lower->program->nglobals = n;
    for (uint32_t i = 0; i < n; i++) add_global(lower, globals[i], &lower->program->globals[i], i);
    lower_init_code(lower, globals, n);
}

/* ---- the whole */

static const Symbol *find_main(const Tree *tree) {
    Name name = names_find(tree->names, "main", 4);
    for (uint32_t i = 0; i < tree->ndecls; i++)
        if (tree->decls[i]->kind == DECL_FUNC && tree->decls[i]->name == name && tree->decls[i]->body)
            return tree->decls[i]->symbol;
    return NULL;
}

static void begin(Lower *lower, Tree *tree, Diags *diags) {
    Program *program = calloc(1, sizeof *program);
    if (!program) fatal("out of memory");
    arena_init(&program->arena);
    program->sources = tree->sources;
    program->is_discrete = tree->is_discrete;
    program->is_urgent = tree->is_urgent;
    *lower = (Lower){.tree = tree, .diags = diags, .program = program, .arena = &program->arena};
    program->path = arena_strdup(lower->arena, sources_name(tree->sources, tree->file));
    vec_resize(&lower->machine_of, tree->nsymbols);
    vec_resize(&lower->global_of, tree->nsymbols);
    for (uint32_t i = 0; i < tree->nsymbols; i++) lower->machine_of.data[i] = lower->global_of.data[i] = NO_SLOT;
}

static void take(Lower *lower) {
    Program *program = lower->program;
    program->machines = LOWER_TAKE(lower->arena, lower->machines);
    program->nmachines = lower->machines.n;
    program->sites = LOWER_TAKE(lower->arena, lower->sites);
    program->nsites = lower->sites.n;
    program->elems = ARENA_ARRAY(lower->arena, const ValueType *, lower->sites.n + 1u);
    for (uint32_t i = 0; i < lower->sites.n; i++) program->elems[i] = lower->sites.data[i].elem;
    program->invariants = LOWER_TAKE(lower->arena, lower->invariants);
    program->ninvariants = lower->invariants.n;
    program->atoms = LOWER_TAKE(lower->arena, lower->atoms);
    program->natoms = lower->atoms.n;
    program->properties = LOWER_TAKE(lower->arena, lower->properties);
    program->nproperties = lower->properties.n;
    program->formats = LOWER_TAKE(lower->arena, lower->formats);
    program->nformats = lower->formats.n;
    program->fault_sites = LOWER_TAKE(lower->arena, lower->faults);
    program->nfault_sites = lower->faults.n;
    program->roles = LOWER_TAKE(lower->arena, lower->roles);
    program->nroles = lower->roles.n;
    lower_observed(lower);
}

static void end(Lower *lower) {
    vec_fini(&lower->machines);
    vec_fini(&lower->funcs);
    vec_fini(&lower->machine_of);
    vec_fini(&lower->global_of);
    vec_fini(&lower->sites);
    vec_fini(&lower->site_keys);
    vec_fini(&lower->formats);
    vec_fini(&lower->faults);
    vec_fini(&lower->fault_keys);
    vec_fini(&lower->roles);
    vec_fini(&lower->role_keys);
    vec_fini(&lower->invariants);
    vec_fini(&lower->atoms);
    vec_fini(&lower->properties);
    vec_fini(&lower->combinators);
    vec_fini(&lower->types);
    vec_fini(&lower->names);
    vec_fini(&lower->observed);
    vec_fini(&lower->moved);
}

/* A `progress:` in a function that nobody spawns counts too: then nobody ever passes one. */
static void note_progress(Walk *walk, Stmt *stmt) {
    Lower *lower = walk->context;
    if (stmt->kind == STMT_LABEL && strcmp(names_text(lower->tree->names, stmt->name), "progress") == 0) lower->program->has_progress = true;
}

Program *frontend_lower(Tree *tree, Diags *diags) {
    Lower lower;
    uint32_t errors = diags_errors(diags);
    begin(&lower, tree, diags);
    lower_globals(&lower);
    lower_protocols(&lower);
    const Symbol *main_function = find_main(tree);
    assert(main_function);
    lower_machine_of(&lower, main_function);
    for (uint32_t i = MACHINE_MAIN; i < lower.machines.n && !lower.failed; i++)
        if (lower.funcs.data[i]) lower_function(&lower, i);
    for (uint32_t i = 0; i < tree->ndecls && !lower.failed; i++)
        if (tree->decls[i]->kind == DECL_PROPERTY) lower_property(&lower, tree->decls[i]);
    take(&lower);
    for (uint32_t i = 0; i < lower.program->nmachines && diags_errors(diags) == errors; i++)
        lower_moved(&lower, lower.program->machines[i]);
    end(&lower);
    if (diags_errors(diags) == errors) {
        Walk walk = {.stmt = note_progress, .context = &lower};
        walk_tree(&walk, tree);
        program_finish(lower.program);
        return lower.program;
    }
    program_free(lower.program);
    return NULL;
}

/* Leaving blocks: defers run, futures are dropped, scoped objects die, scopes wait; and the jumps that do it. */
#include "frontend/lower/lower.h"

#include <assert.h>

/* ---- cleanups */

Cleanup *lower_cleanup(Builder *b, CleanupKind kind, Span span) {
    Cleanup *cleanup = ARENA_NEW(b->lower->arena, Cleanup);
    *cleanup = (Cleanup){.below = b->cleanups,
        .kind = kind,
        .call = b->call,
        .slot = NO_SLOT,
        .span = span,
        .scope = b->scope,
        .is_atomic = b->is_atomic,
        .chain = NO_SLOT,
        .depth = b->cleanups ? b->cleanups->depth + 1 : 1};
    if (kind == CLEANUP_SCOPE) cleanup->scope = cleanup;
    b->cleanups = cleanup;
    return cleanup;
}

void lower_cleanup_drop(Builder *b, const Type *type, uint32_t slot) {
    if (!lower_holds_counted(type)) return;
    Cleanup *cleanup = lower_cleanup(b, CLEANUP_DROP, b->span);
    cleanup->slot = slot;
    cleanup->n = type_words(type);
}

/* The deferred statement once more, in the activation and at the depth where it was deferred. */
static void run_deferred(Builder *b, const Cleanup *cleanup) {
    struct {
        Call *call;
        Block *block;
        Target *target;
        Switch *in_switch;
        Cleanup *scope;
        uint32_t scope_handle;
    } kept = {b->call, b->block, b->target, b->in_switch, b->scope, b->scope_handle};
    b->call = cleanup->call;
    b->block = NULL;
    b->target = NULL;
    b->in_switch = NULL;
    b->scope = NULL;
    b->scope_handle = NO_SLOT;
    uint32_t nlabels = b->call->labels.n, ngotos = b->call->gotos.n;
    lower_stmts_block(b, cleanup->stmt);
    b->call->labels.n = nlabels;
    b->call->gotos.n = ngotos;
    b->call = kept.call;
    b->block = kept.block;
    b->target = kept.target;
    b->in_switch = kept.in_switch;
    b->scope = kept.scope;
    b->scope_handle = kept.scope_handle;
}

static void run(Builder *b, const Cleanup *cleanup) {
    Span outer = lower_at(b, cleanup->span);
    bool atomic = b->is_atomic;
    b->is_atomic = cleanup->is_atomic;
    if (cleanup->kind == CLEANUP_DEFER) run_deferred(b, cleanup);
    if (cleanup->kind == CLEANUP_DROP) lower_drop(b, cleanup->slot, cleanup->n);
    if (cleanup->kind == CLEANUP_KILL)
        for (uint32_t i = cleanup->n; i-- > 0;) lower_op1(b, INSTR_KILL, cleanup->slot + i);
    b->is_atomic = atomic;
    lower_at(b, outer);
}

/* A scope is left early: its tasks are asked to abort and, unless its own task is cancelled, waited for. */
static void leave_scope(Builder *b, const Cleanup *scope, bool cancelled) {
    Span outer = lower_at(b, scope->span);
    lower_op1(b, INSTR_SCOPE_ABORT, scope->slot);
    if (!cancelled) lower_scope_wait(b, scope);
    lower_at(b, outer);
}

static void unwind(Builder *b, const Cleanup *to, bool cancelled) {
    Cleanup *top = b->cleanups;
    const Cleanup *left = NULL;
    for (Cleanup *c = top; c != to && b->reachable; c = c->below) {
        assert(c);
        b->cleanups = c;
        if (c->scope && c->scope != left) leave_scope(b, left = c->scope, cancelled);
        b->cleanups = c->below;
        run(b, c);
    }
    b->cleanups = top;
}

void lower_exit(Builder *b, Cleanup *to) { unwind(b, to, false); }

void lower_exit_cancelled(Builder *b) {
    if (b->returning) run(b, b->returning);
    unwind(b, NULL, true);
}

/* ---- return, break, continue */

/* The result is on its way out while scopes are waited for: cancelled there, its futures go too. */
static Cleanup *hold_result(Builder *b, const Type *type) {
    if (b->call->result == NO_SLOT || !lower_holds_counted(type)) return NULL;
    Cleanup *cleanup = ARENA_NEW(b->lower->arena, Cleanup);
    *cleanup = (Cleanup){
        .kind = CLEANUP_DROP, .call = b->call, .slot = b->call->result, .n = type_words(type), .span = b->span};
    return cleanup;
}

void lower_return(Builder *b, const Stmt *stmt) {
    const Type *type = b->call->func->symbol->type->of;
    uint32_t mark = lower_mark(b);
    if (stmt->is_pending) {
        /* nothing to evaluate */
    } else if (stmt->expr && b->call->result != NO_SLOT) lower_expr_to(b, stmt->expr, type, 0, b->call->result);
    else if (stmt->expr) lower_expr_discard(b, stmt->expr);
    lower_release(b, mark);
    if (b->call->func->func == FUNC_POLL) {
        if (stmt->is_pending) lower_poll_pending(b, stmt->span);
        else lower_poll_ready(b);
        return;
    }
    Cleanup *before = b->returning;
    b->returning = hold_result(b, type);
    lower_exit(b, b->call->base);
    b->returning = before;
    lower_jump(b, b->call->end);
}

void lower_break(Builder *b, const Stmt *stmt) {
    const Target *target = b->target;
    while (target->stmt != stmt->target) target = target->up;
    lower_exit(b, target->cleanups);
    lower_jump(b, stmt->kind == STMT_BREAK ? target->break_label : target->continue_label);
}

/* ---- goto. A jump never enters the reach of a defer, a handle, a scope or an atomic block (sema refuses that): it only skips
   declarations of plain variables, which are then uninitialised. */

static bool contains(const Stmt *stmt, const Stmt *wanted);

static bool contains_any(Stmt *const *items, uint32_t nitems, const Stmt *wanted) {
    for (uint32_t i = 0; i < nitems; i++)
        if (contains(items[i], wanted)) return true;
    return false;
}

static bool contains(const Stmt *stmt, const Stmt *wanted) {
    if (!stmt) return false;
    if (stmt == wanted || contains(stmt->body, wanted) || contains(stmt->other, wanted)) return true;
    if (contains_any(stmt->items, stmt->nitems, wanted)) return true;
    for (uint32_t i = 0; i < stmt->narms; i++)
        if (contains_any(stmt->arms[i].body, stmt->arms[i].nbody, wanted)) return true;
    return false;
}

/* What stays active at a label further on: all that was registered in the open block that the label lies in. */
static Cleanup *kept_forward(Builder *b, const Stmt *label) {
    Cleanup *kept = b->cleanups;
    for (const Block *block = b->block; block; block = block->up) {
        if (contains_any(block->items, block->nitems, label)) return kept;
        kept = block->entry;
    }
    return kept;
}

static Cleanup *common(Cleanup *a, Cleanup *b) {
    while (a != b) {
        if (!a || (b && b->depth > a->depth)) b = b->below;
        else if (!b || a->depth > b->depth) a = a->below;
        else a = a->below, b = b->below;
    }
    return a;
}

static GotoLabel snapshot(Builder *b, const Stmt *label) {
    const Call *call = b->call;
    GotoLabel place = {.stmt = label, .label = lower_label_new(b), .cleanups = b->cleanups, .nvisible = call->vars.n};
    place.visible = ARENA_ARRAY(b->lower->arena, uint32_t, call->vars.n * 2u + 1u);
    for (uint32_t i = 0; i < call->vars.n; i++) {
        const Var *var = &call->vars.data[i];
        place.visible[2 * i] = var->place.base;
        place.visible[2 * i + 1] = var->local == NO_SLOT ? 0 : var->place.words;
    }
    return place;
}

static bool is_visible(const GotoLabel *place, uint32_t slot) {
    for (uint32_t i = 0; i < place->nvisible; i++)
        if (place->visible[2 * i] == slot && place->visible[2 * i + 1]) return true;
    return false;
}

static void uninit(Builder *b, uint32_t slot, uint32_t words) {
    for (uint32_t i = 0, run = 0; i < words && !b->lower->failed; i = run) {
        bool is_data = b->kinds.data[slot + i] == WORD_DATA;
        while (run < words && (b->kinds.data[slot + run] == WORD_DATA) == is_data) run++;
        lower_emit(b, (Instr){.op = is_data ? INSTR_UNINIT : INSTR_ZERO,
                          .a = slot + i,
                          .b = NO_SLOT,
                          .c = NO_SLOT,
                          .d = NO_SLOT,
                          .imm = run - i});
    }
}

static void skip_declarations(Builder *b, const GotoLabel *from, const GotoLabel *to) {
    for (uint32_t i = 0; i < to->nvisible; i++)
        if (!is_visible(from, to->visible[2 * i])) uninit(b, to->visible[2 * i], to->visible[2 * i + 1]);
}

void lower_uninit_vars(Builder *b, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        if (b->call->vars.data[i].local != NO_SLOT)
            uninit(b, b->call->vars.data[i].place.base, b->call->vars.data[i].place.words);
}

void lower_goto(Builder *b, const Stmt *stmt) {
    GotoLabel here = snapshot(b, stmt->target);
    for (uint32_t i = 0; i < b->call->labels.n; i++) {
        const GotoLabel *label = &b->call->labels.data[i];
        if (label->stmt != stmt->target) continue;
        lower_exit(b, common(b->cleanups, label->cleanups));
        skip_declarations(b, &here, label);
        lower_jump(b, label->label);
        return;
    }
    lower_exit(b, kept_forward(b, stmt->target));
    if (!b->reachable) return;
    lower_jump(b, here.label);
    vec_push(&b->call->gotos, here);
}

void lower_goto_label(Builder *b, const Stmt *stmt) {
    GotoLabel place = snapshot(b, stmt);
    Call *call = b->call;
    for (uint32_t i = 0; i < call->gotos.n; i++) {
        GotoLabel from = call->gotos.data[i];
        if (from.stmt != stmt) continue;
        call->gotos.data[i--] = vec_last(&call->gotos);
        call->gotos.n--;
        lower_jump(b, place.label);
        lower_label_place(b, from.label);
        skip_declarations(b, &from, &place);
    }
    lower_label_place_open(b, place.label);
    vec_push(&call->labels, place);
}

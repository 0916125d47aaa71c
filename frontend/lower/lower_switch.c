/* switch: a chain of comparisons, then the body, entered at its cases. */
#include "frontend/lower/lower.h"

#include <assert.h>

static void find_cases(Builder *b, Switch *sw, Stmt *const *items, uint32_t nitems);

static void find_in(Builder *b, Switch *sw, const Stmt *stmt) {
    if (!stmt || stmt->kind == STMT_SWITCH) return;
    if (stmt->kind == STMT_CASE || stmt->kind == STMT_DEFAULT)
        vec_push(&sw->cases, (CaseLabel){stmt, lower_label_new(b)});
    find_in(b, sw, stmt->body);
    find_in(b, sw, stmt->other);
    find_cases(b, sw, stmt->items, stmt->nitems);
}

static void find_cases(Builder *b, Switch *sw, Stmt *const *items, uint32_t nitems) {
    for (uint32_t i = 0; i < nitems; i++) find_in(b, sw, items[i]);
}

static void jump_when_equal(Builder *b, const CaseLabel *entry, uint32_t value, uint8_t type, Word constant) {
    uint32_t mark = lower_mark(b);
    Span outer = lower_at(b, entry->stmt->at);
    uint32_t known = lower_temp_const(b, constant), differs = lower_temp_word(b, WORD_DATA);
    lower_emit3(b, INSTR_NE, type, differs, value, known);
    lower_branch(b, differs, entry->label);
    lower_at(b, outer);
    lower_release(b, mark);
}

/* Evaluates the value and jumps to its case; a message without a case for it cannot be (the cases are exhaustive). */
static void dispatch(Builder *b, Switch *sw, uint32_t end) {
    const Type *type = sw->stmt->expr->type;
    bool is_message = type->kind == TYPE_MESSAGE;
    uint32_t value = sw->value.base, otherwise = end;
    const Type *compared = is_message ? NULL : convert_promote(b->lower->tree->types, sw->stmt->expr);
    for (uint32_t i = 0; i < sw->cases.n; i++) {
        const CaseLabel *entry = &sw->cases.data[i];
        if (entry->stmt->kind == STMT_DEFAULT) otherwise = entry->label;
        else if (is_message && otherwise == end) otherwise = entry->label;
        if (entry->stmt->kind == STMT_DEFAULT) continue;
        Word constant = is_message ? (Word)entry->stmt->label_index : entry->stmt->case_value;
        jump_when_equal(b, entry, value, is_message ? ITYPE(32, true) : lower_itype(compared, 0), constant);
    }
    lower_jump(b, otherwise);
}

void lower_switch(Builder *b, const Stmt *stmt) {
    Switch sw = {.up = b->in_switch, .stmt = stmt, .nvars = b->call->vars.n};
    uint32_t end = lower_label_new(b), mark = lower_mark(b);
    find_cases(b, &sw, stmt->items, stmt->nitems);
    bool owned;
    sw.value = lower_place_frame(stmt->expr->type, lower_expr_hold(b, stmt->expr, &owned));
    Cleanup *before = b->cleanups;
    if (owned) lower_cleanup_drop(b, stmt->expr->type, sw.value.base);
    dispatch(b, &sw, end);
    Target target = {b->target, stmt, end, end, b->cleanups};
    b->target = &target;
    b->in_switch = &sw;
    Block block;
    lower_block_open(b, &block, stmt->items, stmt->nitems);
    lower_stmts(b, stmt->items, stmt->nitems);
    lower_block_close(b, &block);
    b->in_switch = sw.up;
    b->target = target.up;
    lower_label_place(b, end);
    b->cleanups = before;
    if (owned) lower_drop(b, sw.value.base, sw.value.words);
    lower_release(b, mark);
    vec_fini(&sw.cases);
}

/* The fresh variables of `case label(x, y):`. Who falls into the case finds them uninitialised. */
static void declare_binds(Builder *b, const Stmt *stmt) {
    for (uint32_t i = 0; i < stmt->nbinds; i++)
        if (stmt->binds[i]) lower_var_new(b, stmt->binds[i]->symbol);
}

static void fill_binds(Builder *b, const Stmt *stmt) {
    for (uint32_t i = 0; i < stmt->nbinds; i++) {
        const Decl *bind = stmt->binds[i];
        if (!bind) continue;
        const Place *value = &b->in_switch->value;
        uint32_t from = value->base + lower_label_offset(value->type, stmt->label_index, i);
        lower_copy(b, bind->type, lower_var(b, bind->symbol)->place.base, from, false);
    }
}

void lower_case(Builder *b, const Stmt *stmt) {
    uint32_t label = NO_SLOT, nvars = b->call->vars.n;
    for (uint32_t i = 0; i < b->in_switch->cases.n; i++)
        if (b->in_switch->cases.data[i].stmt == stmt) label = b->in_switch->cases.data[i].label;
    assert(label != NO_SLOT);
    declare_binds(b, stmt);
    uint32_t over = lower_label_new(b);
    if (b->reachable && b->call->vars.n > b->in_switch->nvars) {
        lower_uninit_vars(b, nvars, b->call->vars.n);
        lower_jump(b, over);
    }
    bool falls = b->reachable;
    lower_label_place(b, label);
    if (!falls) {
        lower_uninit_vars(b, b->in_switch->nvars, nvars);
        fill_binds(b, stmt);
    }
    lower_label_place(b, over);
    for (uint32_t i = 0; i < stmt->nbinds; i++)
        if (stmt->binds[i]) lower_cleanup_drop(b, stmt->binds[i]->type, lower_var(b, stmt->binds[i]->symbol)->place.base);
    if (stmt->body) lower_stmt(b, stmt->body);
}

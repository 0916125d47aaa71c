/* switch: over integers, and over messages by their labels. */
#include "frontend/check/sema.h"

#include <stdlib.h>

typedef struct CaseValue {
    int64_t value;
    Span span;
} CaseValue;

typedef struct Switch {
    const Type *type;      /* of the value: a message, a promoted integer, or an error */
    Region *head;
    VEC(CaseValue) values; /* of integers */
    Span *seen;            /* of a message: by label, file 0 when not seen */
    Span default_at;
    bool in_case;          /* a scope for a case's fresh variables is open */
} Switch;

static void leave_case(Sema *s, Switch *sw) {
    if (sw->in_case) sema_close(s);
    sw->in_case = false;
}

/* ---- integers */

static int compare_values(const void *a, const void *b) {
    const CaseValue *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->span.begin < y->span.begin ? -1 : x->span.begin > y->span.begin;
}

static void check_duplicates(Sema *s, Switch *sw) {
    if (sw->values.n > 1) qsort(sw->values.data, sw->values.n, sizeof *sw->values.data, compare_values);
    for (uint32_t i = 1; i < sw->values.n; i++) {
        const CaseValue *last = &sw->values.data[i - 1], *value = &sw->values.data[i];
        if (last->value != value->value) continue;
        sema_report(s, DUPLICATE_CASE, value->span, "duplicate case %lld", (long long)value->value);
        sema_note(s, last->span, "the same value is here");
    }
}

static void check_integer_case(Sema *s, Switch *sw, Stmt *stmt) {
    if (!stmt->expr) {
        sema_report(s, CASE_PATTERN, stmt->at, "a pattern needs a switch over a message, not over '%s'",
            sema_type_text(s, sw->type));
        return;
    }
    if (!check_constant(s, stmt->expr, "the value of a case")) return;
    stmt->case_value = convert_value(stmt->expr->value, sw->type);
    check_conversion(s, stmt->expr, sw->type, 0, "the value of a case");
    vec_push(&sw->values, (CaseValue){stmt->case_value, stmt->expr->span});
}

/* ---- patterns */

/* `case X:` and `case M.X:` parse as expressions; here they name labels. */
static void read_pattern(Stmt *stmt) {
    Expr *expr = stmt->expr;
    if (!expr) return;
    bool is_member = expr->kind == EXPR_MEMBER && expr->a && expr->a->kind == EXPR_NAME;
    if (expr->kind != EXPR_NAME && !is_member) return;
    stmt->pattern = expr->name;
    stmt->pattern_message = is_member ? expr->a->name : 0;
    stmt->at = expr->at;
    stmt->expr = NULL;
}

static bool is_of_message(Sema *s, const Switch *sw, const Stmt *stmt) {
    if (!stmt->pattern_message) return true;
    const Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, stmt->pattern_message);
    if (symbol && symbol->kind == SYMBOL_TYPE && (symbol->type == sw->type || symbol->type->kind == TYPE_ERROR))
        return true;
    sema_report(s, CASE_PATTERN, stmt->at, "the switch is over '%s', not over '%s'", sema_type_text(s, sw->type),
                sema_text(s, stmt->pattern_message));
    return false;
}

static const Label *find_label(Sema *s, const Switch *sw, Stmt *stmt) {
    for (uint32_t i = 0; i < sw->type->nlabels; i++) {
        if (sw->type->labels[i].name != stmt->pattern) continue;
        stmt->label_index = i;
        return &sw->type->labels[i];
    }
    const char *near = suggest_text(s, suggest_label(s, sw->type, stmt->pattern));
    sema_report(s, NO_LABEL, stmt->at, "message '%s' has no label '%s'%s", sema_type_text(s, sw->type),
        sema_text(s, stmt->pattern), near);
    return NULL;
}

static void note_seen(Sema *s, Switch *sw, const Stmt *stmt) {
    Span *seen = &sw->seen[stmt->label_index];
    if (!seen->file) {
        *seen = stmt->at;
        return;
    }
    sema_report(s, DUPLICATE_CASE, stmt->at, "duplicate case '%s'", sema_text(s, stmt->pattern));
    sema_note(s, *seen, "the same label is here");
}

/* A fresh variable for each field; without a label (an error) they fit everywhere. */
static void declare_binds(Sema *s, Switch *sw, const Stmt *stmt, const Label *label) {
    if (stmt->nbinds == 0) return;
    sema_open(s);
    sw->in_case = true;
    sema_push_region(s, REGION_CASE, stmt->at, NULL);
    for (uint32_t i = 0; i < stmt->nbinds; i++) {
        Decl *bind = stmt->binds[i];
        if (!bind) continue;
        bind->type = label && i < label->nfields ? label->fields[i].type : sema_error_type(s);
        bind->symbol = sema_new_symbol(s, SYMBOL_VAR, bind->name, bind->type, bind->at);
        bind->symbol->decl = bind;
        bind->symbol->uses = 1; /* unused ones are no mistake */
        sema_declare(s, SCOPE_NAMES, bind->symbol);
    }
}

static void check_bind_count(Sema *s, const Stmt *stmt, const Label *label) {
    if (stmt->nbinds == label->nfields && (stmt->has_pattern_args || label->nfields == 0)) return;
    const char *name = sema_text(s, stmt->pattern);
    sema_report(s, CASE_PATTERN, stmt->at,
        "label '%s' has %u field%s, but the pattern has %u; write _ for those not wanted", name, label->nfields,
        label->nfields == 1 ? "" : "s", stmt->nbinds);
    sema_note(s, label->span, "'%s' is declared here", name);
}

static void check_message_case(Sema *s, Switch *sw, Stmt *stmt) {
    read_pattern(stmt);
    const Label *label = NULL;
    if (stmt->expr) {
        check_quietly(s, stmt->expr);
        sema_report(s, CASE_PATTERN, stmt->expr->span,
            "the switch is over the message '%s': a case names one of its labels", sema_type_text(s, sw->type));
    } else if (is_of_message(s, sw, stmt)) {
        label = find_label(s, sw, stmt);
    }
    if (label) {
        note_seen(s, sw, stmt);
        check_bind_count(s, stmt, label);
    }
    declare_binds(s, sw, stmt, label);
}

/* ---- cases */

static bool is_case(const Stmt *stmt) { return stmt && (stmt->kind == STMT_CASE || stmt->kind == STMT_DEFAULT); }

static void check_default(Sema *s, Switch *sw, const Stmt *stmt) {
    if (!sw->default_at.file) {
        sw->default_at = stmt->at;
        return;
    }
    sema_report(s, DUPLICATE_CASE, stmt->at, "a second 'default'");
    sema_note(s, sw->default_at, "the first is here");
}

static void check_case_head(Sema *s, Switch *sw, Stmt *stmt) {
    if (stmt->kind == STMT_DEFAULT) {
        check_default(s, sw, stmt);
    } else if (sw->type->kind == TYPE_MESSAGE) {
        check_message_case(s, sw, stmt);
    } else if (sw->type->kind == TYPE_ERROR) {
        check_quietly(s, stmt->expr);
        declare_binds(s, sw, stmt, NULL);
    } else {
        check_integer_case(s, sw, stmt);
    }
}

static bool has_binds(const Stmt *stmt) { return stmt->kind == STMT_CASE && stmt->nbinds > 0; }

/* The labels in a row before one statement, and that statement. */
static void check_case(Sema *s, Switch *sw, Stmt *stmt) {
    jump_case(s, stmt, sw->head);
    leave_case(s, sw);
    for (Stmt *last = NULL; is_case(stmt); last = stmt, stmt = stmt->body) {
        if (last && (has_binds(last) || has_binds(stmt)))
            sema_report(s, CASE_PATTERN, stmt->at,
                "cases that share a statement cannot have variables; write _ for the fields");
        leave_case(s, sw);
        s->region = sw->head;
        check_case_head(s, sw, stmt);
    }
    if (stmt) check_stmt(s, stmt);
}

/* ---- the whole */

static const char *missing_labels(Sema *s, const Switch *sw) {
    const char *text = "";
    for (uint32_t i = 0; i < sw->type->nlabels; i++)
        if (!sw->seen[i].file)
            text = arena_printf(s->arena, "%s%s'%s'", text, *text ? ", " : "", sema_text(s, sw->type->labels[i].name));
    return text;
}

static void check_exhaustive(Sema *s, const Switch *sw, const Stmt *stmt) {
    if (sw->type->kind != TYPE_MESSAGE || sw->default_at.file) return;
    const char *missing = missing_labels(s, sw);
    if (*missing) sema_report(s, NOT_EXHAUSTIVE, stmt->at, "this switch has no case for %s, and no 'default'", missing);
}

static const Type *switch_type(Sema *s, Expr *expr) {
    const Type *type = check_expr(s, expr, NULL);
    if (type->kind == TYPE_MESSAGE || type->kind == TYPE_ERROR) return type;
    return check_is_integer(s, expr, "the value of a switch") ? convert_promote(s->types, expr) : sema_error_type(s);
}

static void warn_before_cases(Sema *s, const Stmt *stmt) {
    if (stmt->nitems == 0 || is_case(stmt->items[0]) || stmt->items[0]->kind == STMT_DECL ||
        stmt->items[0]->kind == STMT_LABEL)
        return;
    sema_report(s, UNREACHABLE_CODE, stmt->items[0]->span, "this stands before the first case: it never runs");
}

void check_switch(Sema *s, Stmt *stmt) {
    Region *region = s->region;
    Switch sw = {.type = switch_type(s, stmt->expr)};
    if (sw.type->kind == TYPE_MESSAGE) sw.seen = ARENA_ARRAY(s->arena, Span, sw.type->nlabels + 1u);
    sema_open(s);
    sw.head = sema_push_region(s, REGION_SWITCH, stmt->at, stmt);
    warn_before_cases(s, stmt);
    for (uint32_t i = 0; i < stmt->nitems; i++) {
        if (is_case(stmt->items[i])) check_case(s, &sw, stmt->items[i]);
        else check_stmt(s, stmt->items[i]);
    }
    leave_case(s, &sw);
    sema_close(s);
    s->region = region;
    check_duplicates(s, &sw);
    check_exhaustive(s, &sw, stmt);
    vec_fini(&sw.values);
}

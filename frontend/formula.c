#include "frontend/formula.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

static FormulaPart part_of(Op op) {
    switch (op) {
    case OP_NOT: case OP_LAND: case OP_LOR: case OP_IMPLIES: case OP_IFF: return FORMULA_CONNECTIVE;
    case OP_X: case OP_F: case OP_G: case OP_U: case OP_R: case OP_W: case OP_M: return FORMULA_LTL;
    case OP_AX: case OP_EX: case OP_AF: case OP_EF: case OP_AG: case OP_EG: case OP_AU: case OP_EU: return FORMULA_CTL;
    default: return FORMULA_ATOM;
    }
}

FormulaPart formula_part(const Expr *expr) {
    return expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY ? part_of(expr->op) : FORMULA_ATOM;
}

/* ---- text. Parentheses stand where the grammar needs them, and nowhere else. */

typedef struct Writer {
    const Tree *tree;
    FILE *out;
} Writer;

/* How tightly things bind, as in parse.y. */
enum {
    LEVEL_COMMA, LEVEL_IFF, LEVEL_IMPLIES, LEVEL_COND, LEVEL_OR, LEVEL_AND, LEVEL_UNTIL, LEVEL_TEMPORAL,
    LEVEL_BITS, LEVEL_XOR, LEVEL_MASK, LEVEL_EQUAL, LEVEL_ORDER, LEVEL_SHIFT, LEVEL_SUM, LEVEL_PRODUCT,
    LEVEL_UNARY, LEVEL_POSTFIX
};

static int level_of_op(Op op) {
    switch (op) {
    case OP_IFF: return LEVEL_IFF;
    case OP_IMPLIES: return LEVEL_IMPLIES;
    case OP_LOR: return LEVEL_OR;
    case OP_LAND: return LEVEL_AND;
    case OP_U: case OP_R: case OP_W: case OP_M: return LEVEL_UNTIL;
    case OP_OR: return LEVEL_BITS;
    case OP_XOR: return LEVEL_XOR;
    case OP_AND: return LEVEL_MASK;
    case OP_EQ: case OP_NE: return LEVEL_EQUAL;
    case OP_LT: case OP_GT: case OP_LE: case OP_GE: return LEVEL_ORDER;
    case OP_SHL: case OP_SHR: return LEVEL_SHIFT;
    case OP_ADD: case OP_SUB: return LEVEL_SUM;
    case OP_AU: case OP_EU: return LEVEL_POSTFIX;
    default: return LEVEL_PRODUCT;
    }
}

static int level_of(const Expr *expr) {
    switch (expr->kind) {
    case EXPR_COMMA: return LEVEL_COMMA;
    case EXPR_COND: return LEVEL_COND;
    case EXPR_BINARY: return level_of_op(expr->op);
    case EXPR_UNARY:
        if (expr->op == OP_NOT && level_of(expr->a) == LEVEL_TEMPORAL) return LEVEL_TEMPORAL; /* !F a */
        return expr->op > OP_NOT ? LEVEL_TEMPORAL : LEVEL_UNARY;
    case EXPR_CAST: return LEVEL_UNARY;
    default: return LEVEL_POSTFIX;
    }
}

static void write_expr(Writer *w, const Expr *expr);

static void write_at(Writer *w, const Expr *expr, int level) {
    bool has_parentheses = level_of(expr) < level;
    if (has_parentheses) fputc('(', w->out);
    write_expr(w, expr);
    if (has_parentheses) fputc(')', w->out);
}

static void write_name(Writer *w, Name name) { fputs(names_text(w->tree->names, name), w->out); }

static void write_until(Writer *w, const Expr *expr) {
    fputs(expr->op == OP_AU ? "A[" : "E[", w->out);
    write_at(w, expr->a, LEVEL_UNTIL + 1);
    fputs(" U ", w->out);
    write_at(w, expr->b, LEVEL_UNTIL);
    fputc(']', w->out);
}

static void write_binary(Writer *w, const Expr *expr) {
    if (expr->op == OP_AU || expr->op == OP_EU) {
        write_until(w, expr);
        return;
    }
    int level = level_of_op(expr->op);
    bool to_the_right = level == LEVEL_IFF || level == LEVEL_IMPLIES || level == LEVEL_UNTIL;
    write_at(w, expr->a, level + to_the_right);
    fprintf(w->out, " %s ", op_text(expr->op));
    write_at(w, expr->b, level + !to_the_right);
}

static void write_unary(Writer *w, const Expr *expr) {
    bool is_temporal = expr->op > OP_NOT, is_not = expr->op == OP_NOT;
    fputs(op_text(expr->op), w->out);
    if (is_temporal) fputc(' ', w->out);
    if (is_not && level_of(expr->a) == LEVEL_TEMPORAL) write_expr(w, expr->a);
    else write_at(w, expr->a, is_temporal ? LEVEL_TEMPORAL : is_not ? LEVEL_UNARY : LEVEL_POSTFIX);
}

static void write_list(Writer *w, Expr *const *exprs, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (i) fputs(", ", w->out);
        write_at(w, exprs[i], LEVEL_IFF);
    }
}

static void write_items(Writer *w, const Expr *expr) {
    fputs("{ ", w->out);
    for (uint32_t i = 0; i < expr->nitems; i++) {
        const InitItem *item = &expr->items[i];
        if (i) fputs(", ", w->out);
        if (item->member) {
            fputc('.', w->out);
            write_name(w, item->member);
        } else if (item->index) {
            fputc('[', w->out);
            write_expr(w, item->index);
            fputc(']', w->out);
        }
        if (item->member || item->index) fputs(" = ", w->out);
        write_at(w, item->value, LEVEL_IFF);
    }
    fputs(" }", w->out);
}

/* a[i]; worker[*], worker[?], and the * of done(*) */
static void write_index(Writer *w, const Expr *expr) {
    if (expr->a) {
        write_at(w, expr->a, LEVEL_POSTFIX);
        fputc('[', w->out);
    }
    if (expr->b) write_expr(w, expr->b);
    else fputc(expr->op == OP_MUL ? '*' : '?', w->out);
    if (expr->a) fputc(']', w->out);
}

static void write_type(Writer *w, const TypeSyntax *syntax) {
    fprintf(w->out, "(%s)", syntax->resolved ? types_text(w->tree->types, syntax->resolved) : "?");
}

static void write_expr(Writer *w, const Expr *expr) {
    switch (expr->kind) {
    case EXPR_INT: fprintf(w->out, "%.*s", (int)expr->text_length, expr->text); break;
    case EXPR_NAME: write_name(w, expr->name); break;
    case EXPR_NONE: fputs("none", w->out); break;
    case EXPR_UNARY: write_unary(w, expr); break;
    case EXPR_BINARY: write_binary(w, expr); break;
    case EXPR_COND:
        write_at(w, expr->a, LEVEL_COND + 1);
        fputs(" ? ", w->out);
        write_expr(w, expr->b);
        fputs(" : ", w->out);
        write_at(w, expr->c, LEVEL_COND);
        break;
    case EXPR_COMMA:
        write_at(w, expr->a, LEVEL_COMMA);
        fputs(", ", w->out);
        write_at(w, expr->b, LEVEL_COMMA + 1);
        break;
    case EXPR_CALL:
        write_at(w, expr->a, LEVEL_POSTFIX);
        fputc('(', w->out);
        write_list(w, expr->args, expr->nargs);
        fputc(')', w->out);
        break;
    case EXPR_INDEX: write_index(w, expr); break;
    case EXPR_MEMBER:
    case EXPR_ATOM:
        write_at(w, expr->a, LEVEL_POSTFIX);
        fputc(expr->kind == EXPR_ATOM ? '@' : '.', w->out);
        write_name(w, expr->name);
        break;
    case EXPR_CAST:
        write_type(w, expr->syntax);
        write_at(w, expr->a, LEVEL_UNARY);
        break;
    case EXPR_COMPOUND:
        write_type(w, expr->syntax);
        write_items(w, expr->b);
        break;
    case EXPR_INIT: write_items(w, expr); break;
    case EXPR_SIZEOF:
        fputs("sizeof ", w->out);
        if (expr->syntax) write_type(w, expr->syntax);
        else write_at(w, expr->a, LEVEL_POSTFIX);
        break;
    case EXPR_ERROR: case EXPR_STRING: case EXPR_ASSIGN: case EXPR_INCDEC: case EXPR_ADDRESS: case EXPR_AWAIT: case EXPR_SPAWN:
        assert(false && "no part of a property that was accepted");
        break;
    }
}

const char *formula_text(const Tree *tree, const Expr *expr, Arena *arena) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) fatal("out of memory");
    Writer writer = {tree, out};
    write_expr(&writer, expr);
    if (fclose(out) != 0) fatal("out of memory");
    const char *copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

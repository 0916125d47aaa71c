#include "frontend/ast.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

void tree_free(Tree *tree) {
    if (!tree) return;
    types_free(tree->types);
    names_free(tree->names);
    arena_fini(&tree->arena);
    free(tree);
}

/* ---- the listing: one node a line, children indented; statements and declarations begin with their line number */

typedef struct Dump {
    const Tree *tree;
    FILE *out;
    int indent;
} Dump;

static const char *const expr_texts[] = {
    [EXPR_ERROR] = "error",
    [EXPR_INT] = "int",
    [EXPR_STRING] = "string",
    [EXPR_NAME] = "name",
    [EXPR_NONE] = "none",
    [EXPR_UNARY] = "unary",
    [EXPR_BINARY] = "binary",
    [EXPR_ASSIGN] = "assign",
    [EXPR_INCDEC] = "incdec",
    [EXPR_COND] = "cond",
    [EXPR_COMMA] = "comma",
    [EXPR_CALL] = "call",
    [EXPR_INDEX] = "index",
    [EXPR_MEMBER] = "member",
    [EXPR_CAST] = "cast",
    [EXPR_COMPOUND] = "compound",
    [EXPR_INIT] = "init",
    [EXPR_SIZEOF] = "sizeof",
    [EXPR_ADDRESS] = "address",
    [EXPR_AWAIT] = "await",
    [EXPR_SPAWN] = "spawn",
    [EXPR_ATOM] = "atom",
};

static const char *const op_texts[] = {
    [OP_NONE] = "",
    [OP_ADD] = "+",
    [OP_SUB] = "-",
    [OP_MUL] = "*",
    [OP_DIV] = "/",
    [OP_MOD] = "%",
    [OP_SHL] = "<<",
    [OP_SHR] = ">>",
    [OP_AND] = "&",
    [OP_OR] = "|",
    [OP_XOR] = "^",
    [OP_EQ] = "==",
    [OP_NE] = "!=",
    [OP_LT] = "<",
    [OP_GT] = ">",
    [OP_LE] = "<=",
    [OP_GE] = ">=",
    [OP_LAND] = "&&",
    [OP_LOR] = "||",
    [OP_NEG] = "-",
    [OP_PLUS] = "+",
    [OP_BITNOT] = "~",
    [OP_NOT] = "!",
    [OP_IMPLIES] = "->",
    [OP_IFF] = "<->",
    [OP_X] = "X",
    [OP_F] = "F",
    [OP_G] = "G",
    [OP_U] = "U",
    [OP_R] = "R",
    [OP_W] = "W",
    [OP_M] = "M",
    [OP_AX] = "AX",
    [OP_EX] = "EX",
    [OP_AF] = "AF",
    [OP_EF] = "EF",
    [OP_AG] = "AG",
    [OP_EG] = "EG",
    [OP_AU] = "AU",
    [OP_EU] = "EU",
};

const char *op_text(Op op) { return op_texts[op]; }

static const char *const stmt_texts[] = {
    [STMT_EMPTY] = "empty",
    [STMT_EXPR] = "expr",
    [STMT_DECL] = "decl",
    [STMT_BLOCK] = "block",
    [STMT_IF] = "if",
    [STMT_WHILE] = "while",
    [STMT_DO] = "do",
    [STMT_FOR] = "for",
    [STMT_SWITCH] = "switch",
    [STMT_CASE] = "case",
    [STMT_DEFAULT] = "default",
    [STMT_LABEL] = "label",
    [STMT_GOTO] = "goto",
    [STMT_BREAK] = "break",
    [STMT_CONTINUE] = "continue",
    [STMT_RETURN] = "return",
    [STMT_SELECT] = "select",
    [STMT_DEFER] = "defer",
    [STMT_SCOPE] = "scope",
    [STMT_ATOMIC] = "atomic",
};

static const char *const decl_texts[] = {
    [DECL_VAR] = "var",
    [DECL_FUNC] = "func",
    [DECL_TYPEDEF] = "typedef",
    [DECL_TYPE] = "type",
    [DECL_MESSAGE] = "message",
    [DECL_PROPERTY] = "property",
    [DECL_PROTOCOL] = "protocol",
    [DECL_SESSION] = "session",
    [DECL_PARAM] = "param",
    [DECL_STATIC_ASSERT] = "static-assert",
};

static const char *const handle_texts[] = {"chan", "sender", "receiver", "oneshot", "broadcast", "watch", "mutex",
    "rwlock", "semaphore", "condvar", "notify", "barrier", "waitgroup", "once", "executor", "task", "future", "permit",
    "waker"};

static void dump_expr(Dump *dump, const Expr *expr);
static void dump_stmt(Dump *dump, const Stmt *stmt);
static void dump_decl(Dump *dump, const Decl *decl);

static const char *text_of(const Dump *dump, Name name) { return names_text(dump->tree->names, name); }

static void start(const Dump *dump) { fprintf(dump->out, "%*s", dump->indent * 2, ""); }

static void dump_members(Dump *dump, const TypeSyntax *type) {
    fputs(" {", dump->out);
    for (uint32_t i = 0; i < type->nenums; i++)
        fprintf(dump->out, " %s%s", text_of(dump, type->enums[i].name), type->enums[i].value ? "=..." : "");
    for (uint32_t i = 0; i < type->nmembers; i++)
        fprintf(dump->out, " %s%s", text_of(dump, type->members[i].name), type->members[i].bits ? ":..." : "");
    fputs(" }", dump->out);
}

static void dump_basic(Dump *dump, const TypeSyntax *type) {
    if (type->basic == TYPE_INT && type->is_char) fputs("char", dump->out);
    else if (type->basic == TYPE_INT) fprintf(dump->out, "%c%u", type->is_signed ? 'i' : 'u', type->bits);
    else fputs(type->basic == TYPE_VOID ? "void" : type->basic == TYPE_BOOL ? "bool" : "?", dump->out);
}

static void dump_type(Dump *dump, const TypeSyntax *type) {
    if (type->is_const) fputs("const ", dump->out);
    if (type->is_atomic) fputs("_Atomic ", dump->out);
    switch (type->kind) {
    case TS_BASIC: dump_basic(dump, type); break;
    case TS_NAME:
    case TS_TYPEOF: fputs(text_of(dump, type->name), dump->out); break;
    case TS_MESSAGE_NAME: fprintf(dump->out, "message %s", text_of(dump, type->name)); break;
    case TS_ENUM:
    case TS_STRUCT:
        fprintf(dump->out, "%s %s", type->kind == TS_ENUM ? "enum" : "struct", text_of(dump, type->name));
        break;
    case TS_HANDLE: fputs(handle_texts[type->basic - TYPE_CHAN], dump->out); break;
    case TS_ARRAY: fputs("array", dump->out); break;
    }
    if (type->has_body) dump_members(dump, type);
    if (!type->of) return;
    fputc('(', dump->out);
    dump_type(dump, type->of);
    fputc(')', dump->out);
}

static void dump_string(const Dump *dump, const Expr *expr) {
    fputs(" \"", dump->out);
    for (uint32_t i = 0; i < expr->text_length; i++) {
        unsigned char c = (unsigned char)expr->text[i];
        if (c < 0x20 || c >= 0x7f || c == '"') fprintf(dump->out, "\\x%02x", c);
        else fputc(c, dump->out);
    }
    fputc('"', dump->out);
}

static void dump_spawn(Dump *dump, const Spawn *spawn) {
    dump_expr(dump, spawn->executor);
    dump_expr(dump, spawn->call);
    dump_expr(dump, spawn->role_index);
    dump_expr(dump, spawn->fault_count);
}

static void dump_spawn_head(Dump *dump, const Spawn *spawn) {
    if (spawn->executor) fputs(" (executor)", dump->out);
    if (spawn->is_daemon) fputs(" daemon", dump->out);
    if (spawn->protocol) fprintf(dump->out, " as %s.%s", text_of(dump, spawn->protocol), text_of(dump, spawn->role));
    if (spawn->fault) fprintf(dump->out, " with %s", spawn->fault == FAULT_CRASH ? "crash" : "restart");
}

static void dump_items(Dump *dump, const Expr *expr) {
    for (uint32_t i = 0; i < expr->nitems; i++) {
        const InitItem *item = &expr->items[i];
        if (item->member) start(dump), fprintf(dump->out, ".%s =\n", text_of(dump, item->member));
        if (item->index) start(dump), fputs("[] =\n", dump->out);
        dump_expr(dump, item->index);
        dump_expr(dump, item->value);
    }
}

static void dump_expr(Dump *dump, const Expr *expr) {
    if (!expr) return;
    start(dump);
    fputs(expr_texts[expr->kind], dump->out);
    if (expr->op) fprintf(dump->out, " %s", op_texts[expr->op]);
    if (expr->kind == EXPR_INT) fprintf(dump->out, " %" PRId64, expr->value);
    if (expr->kind == EXPR_STRING) dump_string(dump, expr);
    if (expr->name) fprintf(dump->out, " %s", text_of(dump, expr->name));
    if (expr->is_prefix) fputs(" prefix", dump->out);
    if (expr->syntax) fputc(' ', dump->out), dump_type(dump, expr->syntax);
    if (expr->spawn) dump_spawn_head(dump, expr->spawn);
    fputc('\n', dump->out);
    dump->indent++;
    dump_expr(dump, expr->a);
    dump_expr(dump, expr->b);
    dump_expr(dump, expr->c);
    for (uint32_t i = 0; i < expr->nargs; i++) dump_expr(dump, expr->args[i]);
    dump_items(dump, expr);
    if (expr->spawn) dump_spawn(dump, expr->spawn);
    dump->indent--;
}

static void dump_stmts(Dump *dump, Stmt *const *items, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) dump_stmt(dump, items[i]);
}

static void dump_arm(Dump *dump, const SelectArm *arm) {
    start(dump);
    fputs(arm->is_default ? "arm default\n" : arm->guard ? "arm guarded\n" : "arm\n", dump->out);
    dump->indent++;
    if (arm->dest_decl) dump_decl(dump, arm->dest_decl);
    dump_expr(dump, arm->dest);
    dump_expr(dump, arm->operation);
    dump_expr(dump, arm->guard);
    if (arm->each) dump_decl(dump, arm->each);
    dump_expr(dump, arm->each_cond);
    dump_expr(dump, arm->each_step);
    dump_stmts(dump, arm->body, arm->nbody);
    dump->indent--;
}

static void dump_pattern(Dump *dump, const Stmt *stmt) {
    if (stmt->pattern_message) fprintf(dump->out, " %s.", text_of(dump, stmt->pattern_message));
    fprintf(dump->out, " %s%s", text_of(dump, stmt->pattern), stmt->has_pattern_args ? "(" : "");
    for (uint32_t i = 0; i < stmt->nbinds; i++)
        fprintf(dump->out, "%s%s", i ? ", " : "", stmt->binds[i] ? text_of(dump, stmt->binds[i]->name) : "_");
    if (stmt->has_pattern_args) fputc(')', dump->out);
}

static void dump_stmt(Dump *dump, const Stmt *stmt) {
    if (!stmt) return;
    start(dump);
    fprintf(dump->out, "%u: %s%s", sources_line_of(dump->tree->sources, stmt->at), stmt->is_biased ? "biased " : "",
        stmt_texts[stmt->kind]);
    if (stmt->name) fprintf(dump->out, " %s", text_of(dump, stmt->name));
    if (stmt->pattern) dump_pattern(dump, stmt);
    fputc('\n', dump->out);
    dump->indent++;
    for (uint32_t i = 0; i < stmt->ndecls; i++) dump_decl(dump, stmt->decls[i]);
    dump_expr(dump, stmt->init);
    dump_expr(dump, stmt->expr);
    dump_expr(dump, stmt->step);
    dump_stmt(dump, stmt->body);
    dump_stmt(dump, stmt->other);
    dump_stmts(dump, stmt->items, stmt->nitems);
    for (uint32_t i = 0; i < stmt->narms; i++) dump_arm(dump, &stmt->arms[i]);
    dump->indent--;
}

static void dump_flags(const Dump *dump, const Decl *decl) {
    static const char *const kinds[] = {[FUNC_PLAIN] = "", [FUNC_ASYNC] = " async", [FUNC_POLL] = " poll"};
    static const char *const properties[] = {
        [PROPERTY_INVARIANT] = " invariant", [PROPERTY_LTL] = " ltl", [PROPERTY_CTL] = " ctl",
        [PROPERTY_ALLOWS] = " allows", [PROPERTY_NEVER] = " never"};
    if (decl->kind == DECL_FUNC) fputs(kinds[decl->func], dump->out);
    if (decl->kind == DECL_PROPERTY) fputs(properties[decl->property], dump->out);
    if (decl->is_scoped) fputs(" scoped", dump->out);
    if (decl->is_extern) fputs(" extern", dump->out);
    if (decl->is_static) fputs(" static", dump->out);
}

static void dump_labels(Dump *dump, const Decl *decl) {
    for (uint32_t i = 0; i < decl->nlabels; i++) {
        start(dump);
        fprintf(dump->out, "label %s\n", text_of(dump, decl->labels[i].name));
        dump->indent++;
        for (uint32_t j = 0; j < decl->labels[i].nfields; j++) dump_decl(dump, decl->labels[i].fields[j]);
        dump->indent--;
    }
}

static void dump_decl(Dump *dump, const Decl *decl) {
    start(dump);
    fprintf(dump->out, "%u: %s", sources_line_of(dump->tree->sources, decl->at), decl_texts[decl->kind]);
    dump_flags(dump, decl);
    if (decl->name) fprintf(dump->out, " %s", text_of(dump, decl->name));
    if (decl->syntax) fputs(" : ", dump->out), dump_type(dump, decl->syntax);
    fputc('\n', dump->out);
    dump->indent++;
    for (uint32_t i = 0; i < decl->nparams; i++) dump_decl(dump, decl->params[i]);
    dump_labels(dump, decl);
    dump_expr(dump, decl->bits);
    dump_expr(dump, decl->init);
    dump_expr(dump, decl->formula);
    dump_stmt(dump, decl->body);
    dump_stmt(dump, decl->drop);
    dump->indent--;
}

static void dump_expectation(const Dump *dump, const Expectation *expectation) {
    fprintf(dump->out, "expect %s", expectation->kind);
    for (uint32_t i = 0; i < expectation->nargs; i++) fprintf(dump->out, "%s%s", i ? ", " : "(", expectation->args[i]);
    fputs(expectation->nargs ? ")" : expectation->has_args ? "()" : "", dump->out);
    if (expectation->line) fprintf(dump->out, " at %u", expectation->line);
    fputc('\n', dump->out);
}

void tree_dump(const Tree *tree, FILE *out) {
    Dump dump = {tree, out, 0};
    for (uint32_t i = 0; i < tree->nexpectations; i++) dump_expectation(&dump, &tree->expectations[i]);
    for (uint32_t i = 0; i < tree->noptions; i++) fprintf(out, "option %s\n", tree->options[i]);
    for (uint32_t i = 0; i < tree->ndecls; i++) dump_decl(&dump, tree->decls[i]);
}

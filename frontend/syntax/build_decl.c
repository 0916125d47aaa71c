/* Builds types as written and declarations for the grammar's actions. */
#include "frontend/syntax/parser.h"

#include <assert.h>
#include <string.h>

/* ---- specifiers */

Specs specs_join(Specs a, Specs b, Span span) {
    Specs s = b;
    s.type = a.type ? a.type : b.type;
    s.span = span;
    s.is_typedef |= a.is_typedef;
    s.is_extern |= a.is_extern;
    s.is_static |= a.is_static;
    s.is_scoped |= a.is_scoped;
    s.is_async |= a.is_async;
    s.is_poll |= a.is_poll;
    s.is_param |= a.is_param;
    s.is_const |= a.is_const;
    s.is_atomic |= a.is_atomic;
    for (uint32_t i = 0; i < BASIC_WORDS; i++)
        s.basic[i] = (uint8_t)(s.basic[i] + a.basic[i] > 9 ? 9 : s.basic[i] + a.basic[i]);
    return s;
}

Specs specs_of_type(TypeSyntax *type, Span span) { return (Specs){.type = type, .span = span}; }

TypeSyntax *type_new(Parser *parser, TypeSyntaxKind kind, Span span) {
    TypeSyntax *type = ARENA_NEW(parser->arena, TypeSyntax);
    type->kind = kind;
    type->span = span;
    type->depth = 1;
    return type;
}

/* What C allows, as counts of void char short int long signed unsigned _Bool. */
typedef struct Combination {
    uint8_t basic[BASIC_WORDS];
    TypeKind kind;
    uint8_t bits;
} Combination;

static const Combination combinations[] = {
    {{[BASIC_VOID] = 1}, TYPE_VOID, 0},
    {{[BASIC_BOOL] = 1}, TYPE_BOOL, 0},
    {{[BASIC_CHAR] = 1}, TYPE_INT, 8},
    {{[BASIC_SHORT] = 1}, TYPE_INT, 16},
    {{[BASIC_SHORT] = 1, [BASIC_INT] = 1}, TYPE_INT, 16},
    {{[BASIC_INT] = 1}, TYPE_INT, 32},
    {{[BASIC_LONG] = 1}, TYPE_INT, 64},
    {{[BASIC_LONG] = 1, [BASIC_INT] = 1}, TYPE_INT, 64},
    {{[BASIC_LONG] = 2}, TYPE_INT, 64},
    {{[BASIC_LONG] = 2, [BASIC_INT] = 1}, TYPE_INT, 64},
    {{0}, TYPE_INT, 32}, /* signed or unsigned alone */
};

static const Combination *find_combination(const Specs *specs) {
    bool has_sign = specs->basic[BASIC_SIGNED] + specs->basic[BASIC_UNSIGNED] > 0;
    if (specs->basic[BASIC_SIGNED] + specs->basic[BASIC_UNSIGNED] > 1) return NULL;
    uint8_t rest[BASIC_WORDS];
    memcpy(rest, specs->basic, sizeof rest);
    rest[BASIC_SIGNED] = rest[BASIC_UNSIGNED] = 0;
    for (uint32_t i = 0; i < sizeof combinations / sizeof *combinations; i++) {
        const Combination *c = &combinations[i];
        if (memcmp(rest, c->basic, sizeof rest) == 0 && (c->kind == TYPE_INT || !has_sign)) return c;
    }
    return NULL;
}

static TypeSyntax *basic_type(Parser *parser, const Specs *specs) {
    TypeSyntax *type = type_new(parser, TS_BASIC, specs->span);
    type->basic = TYPE_INT;
    type->bits = 32;
    type->is_signed = true;
    if (specs->basic[BASIC_FLOAT]) return type; /* reported when the word was read */
    const Combination *found = find_combination(specs);
    if (!found) {
        diags_add(parser->diags, DIAG_SYNTAX, specs->span, "these words make no type together");
        return type;
    }
    type->basic = found->kind;
    type->bits = found->bits;
    type->is_signed = found->kind == TYPE_INT && !specs->basic[BASIC_UNSIGNED];
    type->is_char = specs->basic[BASIC_CHAR] && !specs->basic[BASIC_UNSIGNED] && !specs->basic[BASIC_SIGNED];
    return type;
}

TypeSyntax *specs_type(Parser *parser, const Specs *specs) {
    TypeSyntax *type = specs->type ? specs->type : basic_type(parser, specs);
    type->is_const |= specs->is_const;
    type->is_atomic |= specs->is_atomic;
    return type;
}

static void type_seal(Parser *parser, TypeSyntax *type, const TypeSyntax *of) {
    uint32_t depth = of ? of->depth + 1u : 1u;
    if (type->length && type->length->depth + 1u > depth) depth = type->length->depth + 1u;
    if (depth > AST_MAX_DEPTH) {
        check_depth(parser, depth, type->span);
        type->of = NULL;
        type->length = NULL;
        type->kind = TS_BASIC;
        type->basic = TYPE_ERROR;
        depth = 1;
    }
    type->depth = (uint16_t)depth;
}

TypeSyntax *type_handle(Parser *parser, Name handle, TypeSyntax *of, Span span) {
    TypeSyntax *type = typename_syntax(parser, handle, span);
    type->of = of;
    type_seal(parser, type, of);
    return type;
}

TypeSyntax *type_of_name(Parser *parser, Name name, Span span) {
    Meaning meaning = typename_meaning(parser, name);
    if (meaning == MEANING_BASIC) return typename_syntax(parser, name, span);
    TypeSyntax *type = type_new(parser, meaning == MEANING_MESSAGE ? TS_MESSAGE_NAME : TS_NAME, span);
    type->name = name;
    if (meaning == MEANING_HANDLE_OF) {
        const char *text = names_text(parser->names, name);
        diags_add(parser->diags, DIAG_SYNTAX, span, "'%s' needs the type of what it carries: %s(T)", text, text);
        type->kind = TS_BASIC;
        type->basic = TYPE_ERROR;
    }
    return type;
}

TypeSyntax *type_array(Parser *parser, TypeSyntax *of, const List *dims) {
    for (uint32_t i = dims->n; i > 0; i--) {
        TypeSyntax *array = type_new(parser, TS_ARRAY, of->span);
        array->of = of;
        array->length = dims->items[i - 1];
        type_seal(parser, array, of);
        of = array;
    }
    return of;
}

/* ---- declarations */

Decl *decl_named(Parser *parser, DeclKind kind, Name name, Span span, Span at) {
    Decl *decl = ARENA_NEW(parser->arena, Decl);
    decl->kind = kind;
    decl->name = name;
    decl->span = span;
    decl->at = at;
    return decl;
}

static DeclKind kind_of(const Specs *specs, const Declarator *declarator) {
    if (specs->is_typedef) return DECL_TYPEDEF;
    if (specs->is_param) return DECL_PARAM;
    return declarator->is_func ? DECL_FUNC : DECL_VAR;
}

Decl *decl_of(Parser *parser, const Specs *specs, const Declarator *declarator) {
    Decl *decl = decl_named(
        parser, kind_of(specs, declarator), declarator->name, span_join(specs->span, declarator->span), declarator->at);
    decl->syntax = type_array(parser, specs_type(parser, specs), &declarator->dims);
    decl->is_scoped = specs->is_scoped;
    decl->is_extern = specs->is_extern;
    decl->is_static = specs->is_static;
    decl->is_const = specs->is_const;
    decl->bits = declarator->bits;
    decl->init = declarator->init;
    decl->params = (Decl **)declarator->params.items;
    decl->nparams = declarator->params.n;
    decl->func = specs->is_poll ? FUNC_POLL : specs->is_async ? FUNC_ASYNC : FUNC_PLAIN;
    return decl;
}

void decl_register(Parser *parser, const Specs *specs, const Declarator *declarator) {
    typename_declare(parser, declarator->name, specs->is_typedef ? MEANING_TYPEDEF : MEANING_VALUE);
}

Decl *decl_param(Parser *parser, const Specs *specs, const Declarator *declarator, Span span) {
    if (declarator->is_func)
        diags_add(parser->diags, DIAG_POINTER, declarator->at,
            "functions cannot be passed: the dialect has no function pointers");
    Decl *decl = decl_of(parser, specs, declarator);
    decl->kind = DECL_VAR;
    decl->func = FUNC_PLAIN;
    decl->params = NULL;
    decl->nparams = 0;
    decl->span = span;
    return decl;
}

static bool is_void(const Decl *param) {
    return param->name == 0 && param->syntax->kind == TS_BASIC && param->syntax->basic == TYPE_VOID;
}

List params_of(Parser *parser, List params) {
    if (params.n == 1 && is_void(params.items[0])) return (List){0};
    for (uint32_t i = 0; i < params.n; i++) {
        Decl *param = params.items[i];
        if (is_void(param))
            diags_add(
                parser->diags, DIAG_SYNTAX, param->span, "`void` stands alone or not at all in a list of parameters");
    }
    return params;
}

static void check_specs(Parser *parser, const Specs *specs, bool is_func, Span at) {
    if ((specs->is_async || specs->is_poll) && !is_func)
        diags_add(parser->diags, DIAG_SYNTAX, at, "only functions are `%s`", specs->is_async ? "async" : "poll");
    if (specs->is_async && specs->is_poll)
        diags_add(parser->diags, DIAG_SYNTAX, at, "a `poll` function is a future already: leave out `async`");
    if (specs->is_scoped && (is_func || specs->is_typedef))
        diags_add(parser->diags, DIAG_SYNTAX, at, "only variables are `scoped`");
    if (specs->is_typedef + specs->is_extern + specs->is_static + specs->is_param > 1)
        diags_add(parser->diags, DIAG_SYNTAX, at, "more than one of typedef, extern, static and param");
}

static Decl *bare_type(Parser *parser, const Specs *specs, Span span) {
    TypeSyntax *type = specs_type(parser, specs);
    bool declares = type->kind == TS_ENUM || (type->kind == TS_STRUCT && type->name);
    if (!declares || specs->is_typedef)
        diags_add(parser->diags, DIAG_SYNTAX, span, "this declaration declares nothing");
    check_specs(parser, specs, false, span);
    Decl *decl = decl_named(parser, DECL_TYPE, type->name, span, type->span);
    decl->syntax = type;
    return decl;
}

static Decl *declare_one(Parser *parser, const Specs *specs, const Declarator *declarator) {
    Decl *decl = decl_of(parser, specs, declarator);
    if (declarator->is_bad) return decl;
    check_specs(parser, specs, declarator->is_func, declarator->at);
    if (declarator->is_func && specs->is_typedef)
        diags_add(parser->diags, DIAG_NOT_C, declarator->at, "there are no typedefs of functions");
    if (declarator->is_func && declarator->init)
        diags_add(parser->diags, DIAG_SYNTAX, declarator->at, "a function has no initialiser");
    if (specs->is_typedef && declarator->init)
        diags_add(parser->diags, DIAG_SYNTAX, declarator->at, "a typedef has no initialiser");
    return decl;
}

List decls_of(Parser *parser, const Specs *specs, List declarators, Span span) {
    if (declarators.n == 0) return list_of(parser, bare_type(parser, specs, span));
    List decls = {0};
    Specs shared = *specs;
    shared.type = specs_type(parser, specs);
    for (uint32_t i = 0; i < declarators.n; i++)
        list_add(parser, &decls, declare_one(parser, &shared, declarators.items[i]));
    return decls;
}

Decl *decl_func(Parser *parser, const Specs *specs, const Declarator *declarator, Stmt *body, Stmt *drop, Span span) {
    Declarator function = *declarator;
    if (!function.is_func && !function.is_bad)
        diags_add(parser->diags, DIAG_SYNTAX, function.at, "'%s' has a body but no list of parameters",
            names_text(parser->names, function.name));
    function.is_func = true;
    Decl *decl = declare_one(parser, specs, &function);
    decl->kind = DECL_FUNC;
    if (drop && !specs->is_poll)
        diags_add(parser->diags, DIAG_SYNTAX, drop->span, "only a `poll` function has a `drop` block");
    decl->body = body;
    decl->drop = drop;
    decl->span = span;
    typename_declare(parser, function.name, MEANING_VALUE);
    return decl;
}

void declare_params(Parser *parser, const Declarator *declarator) {
    for (uint32_t i = 0; i < declarator->params.n; i++) {
        const Decl *param = declarator->params.items[i];
        typename_declare(parser, param->name, MEANING_VALUE);
    }
}

void members_add(Parser *parser, List *members, const Specs *specs, List declarators) {
    TypeSyntax *type = specs_type(parser, specs);
    if (declarators.n == 0)
        diags_add(parser->diags, DIAG_NOT_C, specs->span, "a member needs a name: there are no anonymous members");
    for (uint32_t i = 0; i < declarators.n; i++) {
        const Declarator *declarator = declarators.items[i];
        if (declarator->is_func) diags_add(parser->diags, DIAG_POINTER, declarator->at, "a function is no member");
        if (declarator->init) diags_add(parser->diags, DIAG_SYNTAX, declarator->at, "a member has no initialiser");
        MemberSyntax *member = ARENA_NEW(parser->arena, MemberSyntax);
        *member = (MemberSyntax){
            declarator->name, type_array(parser, type, &declarator->dims), declarator->bits, declarator->at};
        list_add(parser, members, member);
    }
}

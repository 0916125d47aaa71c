#include "session/build.h"
#include "session/templates.h"

#include <string.h>

static Names *names_in(ProtocolParser *parser) { return parser->protocols->names; }
static const char *text_of(ProtocolParser *parser, Name name) { return names_text(names_in(parser), name); }

#define mistake(parser, span, ...) ((parser)->failed = true, diags_add((parser)->diags, DIAG_PROTOCOL, (span), __VA_ARGS__))

static void *grow(ProtocolParser *parser, void *items, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) return items;
    *cap = *cap ? *cap * 2 : 4;
    char *grown = arena_alloc(&parser->protocols->arena, *cap * size);
    if (n) memcpy(grown, items, n * size);
    return grown;
}

/* ---- protocols and roles */

void build_begin(ProtocolParser *parser, Word name, Span at) {
    Protocols *all = parser->protocols;
    Template *protocol = ARENA_NEW(&all->arena, Template);
    *protocol = (Template){.name = name.name, .span = at, .at = name.span};
    const Template *other = templates_find(all->templates, name.name);
    parser->protocol = protocol;
    parser->failed = false;
    parser->depth = parser->exprs = 0;
    vec_clear(&parser->recs);
    if (!other) return;
    mistake(parser, name.span, "a second protocol of the name '%s'", text_of(parser, name.name));
    diags_note(parser->diags, other->at, "the first one is here");
}

static const SyntaxParam *find_param(const Template *protocol, Name name) {
    for (uint32_t i = 0; i < protocol->nparams; i++)
        if (protocol->params[i].name == name) return &protocol->params[i];
    return NULL;
}

void build_param(ProtocolParser *parser, SyntaxParam param) {
    Template *protocol = parser->protocol;
    if (find_param(protocol, param.name)) {
        mistake(parser, param.span, "a second %s of the name '%s'", param.is_role ? "role" : "parameter", text_of(parser, param.name));
        return;
    }
    SyntaxParam *params = ARENA_ARRAY(&parser->protocols->arena, SyntaxParam, protocol->nparams + 1u);
    if (protocol->nparams) memcpy(params, protocol->params, sizeof *params * protocol->nparams);
    params[protocol->nparams++] = param;
    protocol->params = params;
}

static void look_up_role(ProtocolParser *parser, const RoleRef *role) {
    const SyntaxParam *param = find_param(parser->protocol, role->name);
    const char *name = text_of(parser, role->name);
    if (!param || !param->is_role) mistake(parser, role->span, "the protocol has no role '%s'", name);
    else if (param->size && !role->index) mistake(parser, role->span, "'%s' is a family of roles: say which one, '%s[…]'", name, name);
    else if (!param->size && role->index) mistake(parser, role->span, "'%s' is one role, not a family", name);
}

void build_end(ProtocolParser *parser, Syntax *body, Span span) {
    parser->protocol->body = body;
    parser->protocol->span = span;
    if (!parser->failed) templates_add(parser->protocols, parser->protocol, parser->diags);
    else templates_refuse(parser->protocols->templates, parser->protocol->name);
    parser->protocol = NULL;
}

void build_deeper(ProtocolParser *parser, Span at) {
    if (++parser->depth == PROTOCOL_MAX_DEPTH) mistake(parser, at, "blocks nested deeper than %d", PROTOCOL_MAX_DEPTH);
}

/* ---- elements */

static Syntax *keep(ProtocolParser *parser, Syntax element) { return arena_copy(&parser->protocols->arena, &element, sizeof element); }

Syntax *build_then(Syntax *first, Syntax *rest) {
    if (!first) return rest;
    first->next = rest;
    return first;
}

/* "login(uint8_t, bool)" */
static Name message_name(ProtocolParser *parser, const Syntax *element) {
    if (element->kind == SYNTAX_CRASH) return names_of(names_in(parser), "crash");
    if (!element->npayloads) return element->label;
    VEC(char) text = {0};
    for (const char *c = text_of(parser, element->label); *c; c++) vec_push(&text, *c);
    for (uint32_t i = 0; i < element->npayloads; i++) {
        for (const char *c = i ? ", " : "("; *c; c++) vec_push(&text, *c);
        for (const char *c = text_of(parser, element->payloads[i].type); *c; c++) vec_push(&text, *c);
    }
    vec_push(&text, ')');
    Name name = names_add(names_in(parser), text.data, text.n);
    vec_fini(&text);
    return name;
}

Syntax *build_element(ProtocolParser *parser, Syntax element) {
    if (element.kind == SYNTAX_MESSAGE || element.kind == SYNTAX_CRASH) element.message = message_name(parser, &element);
    if (element.from.name) look_up_role(parser, &element.from);
    if (element.to.name) look_up_role(parser, &element.to);
    if (element.kind == SYNTAX_MESSAGE && strcmp(text_of(parser, element.label), "crash") == 0)
        mistake(parser, element.at, "no message can be called 'crash': it stands for a crash that is seen");
    return keep(parser, element);
}

void build_open(ProtocolParser *parser, Word variable) {
    for (uint32_t i = 0; i < parser->recs.n; i++)
        if (parser->recs.data[i].name == variable.name)
            mistake(parser, variable.span, "an enclosing loop is called '%s' too", text_of(parser, variable.name));
    vec_push(&parser->recs, variable);
}

Syntax *build_block(ProtocolParser *parser, SyntaxKind kind, ArmList arms, Span span, Span at) {
    return keep(parser, (Syntax){.kind = kind, .span = span, .at = at, .arms = arms.items, .narms = arms.n});
}

Syntax *build_rec(ProtocolParser *parser, Syntax *body, Span span) {
    Word variable = vec_pop(&parser->recs);
    Syntax *rec = build_block(parser, SYNTAX_REC, build_arm(parser, (ArmList){0}, (SyntaxArm){NULL, body}), span, variable.span);
    rec->name = variable.name;
    return rec;
}

Syntax *build_continue(ProtocolParser *parser, Word variable, Span span) {
    bool is_open = false;
    for (uint32_t i = 0; i < parser->recs.n; i++) is_open |= parser->recs.data[i].name == variable.name;
    if (!is_open) mistake(parser, variable.span, "no enclosing loop is called '%s'", text_of(parser, variable.name));
    return keep(parser, (Syntax){.kind = SYNTAX_CONTINUE, .span = span, .at = variable.span, .name = variable.name});
}

/* ---- parts */

const SyntaxFor *build_for(ProtocolParser *parser, SyntaxFor loop) {
    if (find_param(parser->protocol, loop.index)) mistake(parser, loop.span, "'%s' is a parameter of the protocol already", text_of(parser, loop.index));
    return arena_copy(&parser->protocols->arena, &loop, sizeof loop);
}

static uint32_t depth_of(const ProtocolExpr *expr) { return expr ? (uint32_t)expr->value : 0; }

/* The value of an expression that is no number is its depth: all that walks it recurses. */
const ProtocolExpr *build_expr(ProtocolParser *parser, ProtocolExpr expr) {
    if (expr.op != PROTOCOL_NUMBER) {
        uint32_t depth = 0;
        const ProtocolExpr *parts[] = {expr.a, expr.b, expr.c};
        for (uint32_t i = 0; i < 3; i++)
            if (parts[i] && parts[i]->op != PROTOCOL_NUMBER && depth_of(parts[i]) > depth) depth = depth_of(parts[i]);
        expr.value = depth + 1;
        if (depth == PROTOCOL_MAX_DEPTH) mistake(parser, expr.span, "an expression nested deeper than %d", PROTOCOL_MAX_DEPTH);
    }
    return arena_copy(&parser->protocols->arena, &expr, sizeof expr);
}

ArmList build_arm(ProtocolParser *parser, ArmList list, SyntaxArm arm) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    list.items[list.n++] = arm;
    return list;
}

ExprList build_arg(ProtocolParser *parser, ExprList list, const ProtocolExpr *arg) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    list.items[list.n++] = arg;
    return list;
}

PayloadList build_payload(ProtocolParser *parser, PayloadList list, Payload payload) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    for (uint32_t i = 0; payload.name && i < list.n; i++)
        if (list.items[i].name == payload.name) mistake(parser, payload.span, "two parts of the payload are called '%s'", text_of(parser, payload.name));
    list.items[list.n++] = payload;
    return list;
}

LetList build_let(ProtocolParser *parser, LetList list, SyntaxLet let) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    list.items[list.n++] = let;
    return list;
}

Name build_qualified(ProtocolParser *parser, Name protocol, Name role) {
    return names_of(names_in(parser), arena_printf(&parser->protocols->arena, "%s.%s", text_of(parser, protocol), text_of(parser, role)));
}

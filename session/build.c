#include "session/build.h"

#include <string.h>

static Names *names_in(ProtocolParser *parser) { return parser->protocols->names; }
static const char *text_of(ProtocolParser *parser, Name name) { return names_text(names_in(parser), name); }

#define mistake(parser, span, ...) ((parser)->failed = true, diags_add((parser)->diags, DIAG_PROTOCOL, (span), __VA_ARGS__))

/* ---- protocols and roles */

void build_begin(ProtocolParser *parser, Word name, Span at) {
    Protocols *all = parser->protocols;
    Protocol *protocol = ARENA_NEW(&all->arena, Protocol);
    *protocol = (Protocol){.name = name.name, .span = at, .at = name.span};
    const Protocol *other = protocols_find(all, name.name);
    parser->protocol = protocol;
    parser->failed = false;
    parser->depth = 0;
    vec_clear(&parser->recs);
    if (!other) return;
    mistake(parser, name.span, "a second protocol of the name '%s'", text_of(parser, name.name));
    diags_note(parser->diags, other->at, "the first one is here");
}

static uint32_t find_role(const Protocol *protocol, Name name) {
    uint32_t i = 0;
    while (i < protocol->nroles && protocol->roles[i].name != name) i++;
    return i;
}

void build_role(ProtocolParser *parser, Word name) {
    Protocol *protocol = parser->protocol;
    if (find_role(protocol, name.name) < protocol->nroles) {
        mistake(parser, name.span, "a second role of the name '%s'", text_of(parser, name.name));
        return;
    }
    Role *roles = ARENA_ARRAY(&parser->protocols->arena, Role, protocol->nroles + 1u);
    if (protocol->nroles) memcpy(roles, protocol->roles, sizeof *roles * protocol->nroles);
    roles[protocol->nroles++] = (Role){name.name, name.span};
    protocol->roles = roles;
}

/* 0 stands for a role that is not there. */
static uint32_t role_of(ProtocolParser *parser, Word word) {
    uint32_t role = find_role(parser->protocol, word.name);
    if (role < parser->protocol->nroles) return role;
    mistake(parser, word.span, "the protocol has no role '%s'", text_of(parser, word.name));
    return 0;
}

void build_end(ProtocolParser *parser, GlobalType *body, Span span) {
    Protocols *all = parser->protocols;
    parser->protocol->body = body;
    parser->protocol->span = span;
    if (!parser->failed) {
        Protocol **grown = ARENA_ARRAY(&all->arena, Protocol *, all->n + 1u);
        if (all->n) memcpy(grown, all->all, sizeof(Protocol *) * all->n);
        grown[all->n++] = parser->protocol;
        all->all = grown;
    }
    parser->protocol = NULL;
}

void build_deeper(ProtocolParser *parser, Span at) {
    if (++parser->depth == PROTOCOL_MAX_DEPTH) mistake(parser, at, "blocks nested deeper than %d", PROTOCOL_MAX_DEPTH);
}

void build_refuse(ProtocolParser *parser, Span at, const char *what) {
    parser->failed = true;
    diags_add(parser->diags, DIAG_NOT_YET, at, "%s is not supported by this version", what);
}

/* ---- elements */

static GlobalType *element(ProtocolParser *parser, GlobalType global) { return arena_copy(&parser->protocols->arena, &global, sizeof global); }

GlobalType *build_then(GlobalType *first, GlobalType *rest) {
    if (!first) return rest;
    first->next = rest;
    return first;
}

GlobalType *build_message(ProtocolParser *parser, Word from, Word to, Name label, Span span) {
    uint32_t sender = role_of(parser, from), receiver = role_of(parser, to);
    if (from.name == to.name) mistake(parser, span, "'%s' sends to itself", text_of(parser, from.name));
    return element(parser, (GlobalType){.kind = GLOBAL_MESSAGE, .span = span, .at = from.span, .from = sender, .to = receiver, .message = label});
}

GlobalType *build_choice(ProtocolParser *parser, Word chooser, GlobalList arms, Span span) {
    return element(parser, (GlobalType){.kind = GLOBAL_CHOICE, .span = span, .at = chooser.span, .from = role_of(parser, chooser),
                               .arms = arms.items, .narms = arms.n});
}

void build_open(ProtocolParser *parser, Word variable) {
    for (uint32_t i = 0; i < parser->recs.n; i++)
        if (parser->recs.data[i]->name == variable.name)
            mistake(parser, variable.span, "an enclosing loop is called '%s' too", text_of(parser, variable.name));
    vec_push(&parser->recs, element(parser, (GlobalType){.kind = GLOBAL_REC, .at = variable.span, .name = variable.name}));
}

GlobalType *build_rec(ProtocolParser *parser, GlobalType *body, Span span) {
    GlobalType *rec = vec_pop(&parser->recs);
    rec->span = span;
    rec->arms = arena_copy(&parser->protocols->arena, &body, sizeof(GlobalType *));
    rec->narms = 1;
    return rec;
}

GlobalType *build_continue(ProtocolParser *parser, Word variable, Span span) {
    GlobalType *jump = element(parser, (GlobalType){.kind = GLOBAL_CONTINUE, .span = span, .at = variable.span, .name = variable.name});
    for (uint32_t i = parser->recs.n; i-- > 0 && !jump->target;)
        if (parser->recs.data[i]->name == variable.name) jump->target = parser->recs.data[i];
    if (!jump->target) mistake(parser, variable.span, "no enclosing loop is called '%s'", text_of(parser, variable.name));
    return jump;
}

GlobalType *build_par(ProtocolParser *parser, GlobalList arms, Span span) {
    return element(parser, (GlobalType){.kind = GLOBAL_PAR, .span = span, .at = span, .arms = arms.items, .narms = arms.n});
}

GlobalType *build_do(ProtocolParser *parser, Word callee, WordList args, Span span) {
    GlobalType *call = element(parser, (GlobalType){.kind = GLOBAL_DO, .span = span, .at = callee.span, .name = callee.name, .nargs = args.n});
    call->args = ARENA_ARRAY(&parser->protocols->arena, uint32_t, args.n);
    for (uint32_t i = 0; i < args.n; i++) {
        call->args[i] = role_of(parser, args.items[i]);
        for (uint32_t k = 0; k < i; k++)
            if (args.items[k].name == args.items[i].name)
                mistake(parser, args.items[i].span, "'%s' is passed twice", text_of(parser, args.items[i].name));
    }
    return call;
}

/* ---- lists and labels */

static void *grow(ProtocolParser *parser, void *items, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) return items;
    *cap = *cap ? *cap * 2 : 4;
    char *grown = arena_alloc(&parser->protocols->arena, *cap * size);
    if (n) memcpy(grown, items, n * size);
    return grown;
}

GlobalList build_list(ProtocolParser *parser, GlobalList list, GlobalType *item) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    list.items[list.n++] = item;
    return list;
}

WordList build_words(ProtocolParser *parser, WordList list, Word word) {
    list.items = grow(parser, list.items, list.n, &list.cap, sizeof *list.items);
    list.items[list.n++] = word;
    return list;
}

Name build_label(ProtocolParser *parser, Name label, Name payloads) {
    const char *text = arena_printf(&parser->protocols->arena, "%s(%s)", text_of(parser, label), text_of(parser, payloads));
    return names_of(names_in(parser), text);
}

Name build_payloads(ProtocolParser *parser, Name first, Name rest) {
    const char *text = arena_printf(&parser->protocols->arena, "%s, %s", text_of(parser, first), text_of(parser, rest));
    return names_of(names_in(parser), text);
}

/* Names that are types, scope by scope: what a parser of C must know to tell a declaration from an expression. */
#include "frontend/syntax/parser.h"

#include <assert.h>
#include <string.h>

typedef struct Predeclared {
    const char *text;
    Meaning meaning;
    TypeKind kind;
    uint8_t bits;
    bool is_signed;
} Predeclared;

static const Predeclared table[] = {
    {"bool", MEANING_BASIC, TYPE_BOOL, 0, false},          {"int8_t", MEANING_BASIC, TYPE_INT, 8, true},
    {"int16_t", MEANING_BASIC, TYPE_INT, 16, true},        {"int32_t", MEANING_BASIC, TYPE_INT, 32, true},
    {"int64_t", MEANING_BASIC, TYPE_INT, 64, true},        {"uint8_t", MEANING_BASIC, TYPE_INT, 8, false},
    {"uint16_t", MEANING_BASIC, TYPE_INT, 16, false},      {"uint32_t", MEANING_BASIC, TYPE_INT, 32, false},
    {"uint64_t", MEANING_BASIC, TYPE_INT, 64, false},      {"chan", MEANING_HANDLE_OF, TYPE_CHAN, 0, false},
    {"sender", MEANING_HANDLE_OF, TYPE_SENDER, 0, false},  {"receiver", MEANING_HANDLE_OF, TYPE_RECEIVER, 0, false},
    {"oneshot", MEANING_HANDLE_OF, TYPE_ONESHOT, 0, false}, {"broadcast", MEANING_HANDLE_OF, TYPE_BROADCAST, 0, false},
    {"watch", MEANING_HANDLE_OF, TYPE_WATCH, 0, false},    {"future", MEANING_HANDLE_OF, TYPE_FUTURE, 0, false},
    {"permit", MEANING_HANDLE_OF, TYPE_PERMIT, 0, false},  {"mutex", MEANING_HANDLE, TYPE_MUTEX, 0, false},
    {"rwlock", MEANING_HANDLE, TYPE_RWLOCK, 0, false},     {"semaphore", MEANING_HANDLE, TYPE_SEMAPHORE, 0, false},
    {"condvar", MEANING_HANDLE, TYPE_CONDVAR, 0, false},   {"notify", MEANING_HANDLE, TYPE_NOTIFY, 0, false},
    {"barrier", MEANING_HANDLE, TYPE_BARRIER, 0, false},   {"waitgroup", MEANING_HANDLE, TYPE_WAITGROUP, 0, false},
    {"once", MEANING_HANDLE, TYPE_ONCE, 0, false},         {"executor", MEANING_HANDLE, TYPE_EXECUTOR, 0, false},
    {"task", MEANING_HANDLE, TYPE_TASK, 0, false},         {"waker", MEANING_HANDLE, TYPE_WAKER, 0, false},
};

enum { TABLE_SIZE = sizeof table / sizeof *table };

static void set(Parser *parser, Name name, Meaning meaning) {
    if (name >= parser->meanings.n) vec_resize(&parser->meanings, name + 1);
    parser->meanings.data[name] = (uint8_t)meaning;
}

void typename_init(Parser *parser) {
    for (uint32_t i = 0; i < TABLE_SIZE; i++) set(parser, names_of(parser->names, table[i].text), table[i].meaning);
}

Meaning typename_meaning(const Parser *parser, Name name) {
    return name < parser->meanings.n ? (Meaning)parser->meanings.data[name] : MEANING_NONE;
}

void typename_declare(Parser *parser, Name name, Meaning meaning) {
    if (name == 0) return;
    Meaning before = typename_meaning(parser, name);
    if (before == meaning) return;
    vec_push(&parser->bindings, (Binding){name, before});
    set(parser, name, meaning);
}

void typename_open(Parser *parser) { vec_push(&parser->marks, parser->bindings.n); }

void typename_close(Parser *parser) {
    assert(parser->marks.n > 0);
    uint32_t mark = vec_pop(&parser->marks);
    while (parser->bindings.n > mark) {
        Binding binding = vec_pop(&parser->bindings);
        set(parser, binding.name, binding.before);
    }
}

TypeSyntax *typename_syntax(Parser *parser, Name name, Span span) {
    const char *text = names_text(parser->names, name);
    for (uint32_t i = 0; i < TABLE_SIZE; i++) {
        if (strcmp(table[i].text, text) != 0) continue;
        TypeSyntax *type = type_new(parser, table[i].meaning == MEANING_BASIC ? TS_BASIC : TS_HANDLE, span);
        type->basic = table[i].kind;
        type->bits = table[i].bits;
        type->is_signed = table[i].is_signed;
        return type;
    }
    assert(false && "a name that was classified as a basic type or handle");
    return NULL;
}

/* Types of the dialect, hash-consed per Types: equal types are equal pointers. */
#ifndef UNKNOT_FRONTEND_TYPE_H
#define UNKNOT_FRONTEND_TYPE_H

#include "model/support/arena.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum TypeKind {
    TYPE_ERROR, /* already reported: compatible with everything */
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_INT,     /* every integer and char type: bits, is_signed */
    TYPE_ENUM,    /* an int with a name */
    TYPE_STRUCT,
    TYPE_MESSAGE, /* tagged union */
    TYPE_ARRAY,   /* of, length */
    TYPE_FUNC,    /* of = result, params */
    TYPE_STRING,  /* literal, printf's and static_assert's only */
    TYPE_PENDING, /* `return pending;` */
    /* Handles. `of` is the element or result type where there is one. */
    TYPE_CHAN, TYPE_SENDER, TYPE_RECEIVER, TYPE_ONESHOT, TYPE_BROADCAST, TYPE_WATCH,
    TYPE_MUTEX, TYPE_RWLOCK, TYPE_SEMAPHORE, TYPE_CONDVAR, TYPE_NOTIFY, TYPE_BARRIER, TYPE_WAITGROUP, TYPE_ONCE,
    TYPE_EXECUTOR, TYPE_TASK /* of = value of a join, or NULL when unknown */, TYPE_FUTURE, TYPE_PERMIT, TYPE_WAKER,
    TYPE_NONE, /* the null handle: converts to every handle */
    TYPE_KINDS
} TypeKind;

typedef struct Type Type;

typedef struct Field {
    Name name;
    const Type *type;
    uint8_t bits; /* declared width of a bit-field, 0 otherwise */
    Span span;
    bool is_const, is_atomic; /* of a struct's member */
} Field;

typedef struct Label { /* one alternative of a message */
    Name name;
    Field *fields;
    uint32_t nfields;
    Span span;
} Label;

struct Type {
    TypeKind kind;
    uint8_t bits;       /* INT, ENUM: 8 16 32 64 */
    bool is_signed;     /* INT, ENUM */
    bool is_char;       /* INT spelled char: shown as a character */
    uint32_t id;        /* dense, by order of creation */
    Name name;          /* ENUM, STRUCT, MESSAGE: tag or typedef name; 0 when anonymous */
    const Type *of;     /* ARRAY, FUNC, handles */
    uint32_t length;    /* ARRAY */
    const Type **params; /* FUNC */
    uint32_t nparams;
    Field *fields; /* STRUCT */
    uint32_t nfields;
    Label *labels; /* MESSAGE */
    uint32_t nlabels;
    bool complete; /* STRUCT, MESSAGE: its members are known */
    /* ENUM: its constants, for printing */
    const Name *enum_names;
    const int64_t *enum_values;
    uint32_t nenums;
};

static inline bool type_is_integer(const Type *type) { return type->kind == TYPE_BOOL || type->kind == TYPE_INT || type->kind == TYPE_ENUM; }
static inline bool type_is_handle(const Type *type) { return type->kind >= TYPE_CHAN; }
/* A handle that one place holds at a time: what it is given to has it, the place it came from no more. */
static inline bool type_is_end(const Type *type) {
    return type->kind == TYPE_SENDER || type->kind == TYPE_RECEIVER || type->kind == TYPE_PERMIT;
}
/* A handle whose holders are counted. */
static inline bool type_is_counted(const Type *type) {
    return type_is_end(type) || type->kind == TYPE_FUTURE || type->kind == TYPE_WATCH;
}

typedef struct Types Types;

Types *types_new(Names *names);
void types_free(Types *types);
const Type *types_basic(Types *types, TypeKind kind);                      /* VOID BOOL ERROR STRING PENDING NONE and handles without `of` */
const Type *types_int(Types *types, uint8_t bits, bool is_signed);
const Type *types_char(Types *types);
const Type *types_array(Types *types, const Type *of, uint32_t length);
const Type *types_handle(Types *types, TypeKind kind, const Type *of);
const Type *types_func(Types *types, const Type *result, const Type **params, uint32_t nparams);
Type *types_new_enum(Types *types, Name name);    /* nominal: each call makes a new one */
Type *types_new_struct(Types *types, Name name);
Type *types_new_message(Types *types, Name name);
/* As a C programmer would write it; owned by `types`. */
const char *types_text(Types *types, const Type *type);
/* How many words (model/program.h) a value takes: 1 for scalars and handles, the sum for structs, length times element for
   arrays, and for a message one tag word plus the words of every label side by side (no overlap: the handle words are then fixed). */
uint32_t type_words(const Type *type);

#endif

#include "frontend/type.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Types {
    Arena arena;
    Names *names;
    VEC(Type *) list;    /* by id; nominal types too */
    uint32_t *slots;     /* open addressing over the structural types: id + 1, 0 is free */
    uint32_t mask;
    uint32_t structural; /* how many slots are taken */
};

enum { FIRST_SLOTS = 128 };

static uint32_t *new_slots(uint32_t count) {
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) fatal("out of memory");
    return slots;
}

Types *types_new(Names *names) {
    Types *types = calloc(1, sizeof *types);
    if (!types) fatal("out of memory");
    arena_init(&types->arena);
    types->names = names;
    types->slots = new_slots(FIRST_SLOTS);
    types->mask = FIRST_SLOTS - 1;
    return types;
}

void types_free(Types *types) {
    if (!types) return;
    vec_fini(&types->list);
    arena_fini(&types->arena);
    free(types->slots);
    free(types);
}

/* ---- hash-consing of the structural types */

static uint64_t type_hash(const Type *type) {
    uint64_t hash = hash_combine((uint64_t)type->kind, type->bits);
    hash = hash_combine(hash, (uint64_t)type->is_signed * 2 + type->is_char);
    hash = hash_combine(hash, type->of ? type->of->id + 1u : 0u);
    hash = hash_combine(hash, type->length);
    for (uint32_t i = 0; i < type->nparams; i++) hash = hash_combine(hash, type->params[i]->id);
    return hash;
}

static bool type_same(const Type *a, const Type *b) {
    if (a->kind != b->kind || a->bits != b->bits || a->is_signed != b->is_signed || a->is_char != b->is_char)
        return false;
    if (a->of != b->of || a->length != b->length || a->nparams != b->nparams) return false;
    return a->nparams == 0 || memcmp(a->params, b->params, a->nparams * sizeof *a->params) == 0;
}

static uint32_t *slot_of(const Types *types, const Type *type) {
    for (uint32_t i = (uint32_t)type_hash(type) & types->mask;; i = (i + 1) & types->mask) {
        uint32_t *slot = &types->slots[i];
        if (*slot == 0 || type_same(types->list.data[*slot - 1], type)) return slot;
    }
}

static void grow(Types *types) {
    uint32_t count = types->mask + 1, *old = types->slots;
    types->slots = new_slots(count * 2);
    types->mask = count * 2 - 1;
    for (uint32_t i = 0; i < count; i++)
        if (old[i]) *slot_of(types, types->list.data[old[i] - 1]) = old[i];
    free(old);
}

static Type *add(Types *types, const Type *form) {
    Type *type = arena_copy(&types->arena, form, sizeof *form);
    type->id = types->list.n;
    vec_push(&types->list, type);
    return type;
}

static const Type *cons(Types *types, const Type *form) {
    uint32_t *slot = slot_of(types, form);
    if (*slot) return types->list.data[*slot - 1];
    Type *type = add(types, form);
    if (type->nparams) type->params = arena_copy(&types->arena, form->params, form->nparams * sizeof *form->params);
    *slot = type->id + 1;
    if (++types->structural > types->mask / 2) grow(types);
    return type;
}

const Type *types_basic(Types *types, TypeKind kind) {
    assert(kind != TYPE_INT && kind != TYPE_ENUM && kind != TYPE_STRUCT && kind != TYPE_MESSAGE && kind != TYPE_ARRAY);
    return cons(types, &(Type){.kind = kind, .complete = true});
}

const Type *types_int(Types *types, uint8_t bits, bool is_signed) {
    assert(bits == 8 || bits == 16 || bits == 32 || bits == 64);
    return cons(types, &(Type){.kind = TYPE_INT, .bits = bits, .is_signed = is_signed, .complete = true});
}

const Type *types_char(Types *types) {
    return cons(types, &(Type){.kind = TYPE_INT, .bits = 8, .is_signed = true, .is_char = true, .complete = true});
}

const Type *types_array(Types *types, const Type *of, uint32_t length) {
    return cons(types, &(Type){.kind = TYPE_ARRAY, .of = of, .length = length, .complete = true});
}

const Type *types_handle(Types *types, TypeKind kind, const Type *of) {
    assert(kind >= TYPE_CHAN && kind < TYPE_KINDS);
    return cons(types, &(Type){.kind = kind, .of = of, .complete = true});
}

const Type *types_func(Types *types, const Type *result, const Type **params, uint32_t nparams) {
    return cons(
        types, &(Type){.kind = TYPE_FUNC, .of = result, .params = params, .nparams = nparams, .complete = true});
}

Type *types_new_enum(Types *types, Name name) {
    return add(types, &(Type){.kind = TYPE_ENUM, .name = name, .bits = 32, .is_signed = true, .complete = true});
}
Type *types_new_struct(Types *types, Name name) { return add(types, &(Type){.kind = TYPE_STRUCT, .name = name}); }
Type *types_new_message(Types *types, Name name) { return add(types, &(Type){.kind = TYPE_MESSAGE, .name = name}); }

/* ---- text */

static const char *const kind_texts[TYPE_KINDS] = {
    [TYPE_ERROR] = "<error>",      [TYPE_VOID] = "void",           [TYPE_BOOL] = "bool",
    [TYPE_ENUM] = "enum",          [TYPE_STRUCT] = "struct",       [TYPE_MESSAGE] = "message",
    [TYPE_STRING] = "string",      [TYPE_PENDING] = "pending",     [TYPE_CHAN] = "chan",
    [TYPE_SENDER] = "sender",      [TYPE_RECEIVER] = "receiver",   [TYPE_ONESHOT] = "oneshot",
    [TYPE_BROADCAST] = "broadcast", [TYPE_WATCH] = "watch",        [TYPE_MUTEX] = "mutex",
    [TYPE_RWLOCK] = "rwlock",      [TYPE_SEMAPHORE] = "semaphore", [TYPE_CONDVAR] = "condvar",
    [TYPE_NOTIFY] = "notify",      [TYPE_BARRIER] = "barrier",     [TYPE_WAITGROUP] = "waitgroup",
    [TYPE_ONCE] = "once",          [TYPE_EXECUTOR] = "executor",   [TYPE_TASK] = "task",
    [TYPE_FUTURE] = "future",      [TYPE_PERMIT] = "permit",       [TYPE_WAKER] = "waker",
    [TYPE_NONE] = "none",
};

static const char *int_text(Types *types, const Type *type) {
    if (type->is_char) return "char";
    if (type->bits == 32) return type->is_signed ? "int" : "unsigned";
    return arena_printf(&types->arena, "%sint%u_t", type->is_signed ? "" : "u", type->bits);
}

static const char *nominal_text(Types *types, const Type *type) {
    if (type->name) return names_text(types->names, type->name);
    return arena_printf(&types->arena, "unnamed %s", kind_texts[type->kind]);
}

/* The element type, then the lengths from the outermost on, as in a declaration. */
static const char *array_text(Types *types, const Type *type) {
    const Type *element = type;
    while (element->kind == TYPE_ARRAY) element = element->of;
    const char *text = types_text(types, element);
    for (; type->kind == TYPE_ARRAY; type = type->of) text = arena_printf(&types->arena, "%s[%u]", text, type->length);
    return text;
}

static const char *func_text(Types *types, const Type *type) {
    const char *text = arena_printf(&types->arena, "%s(", types_text(types, type->of));
    for (uint32_t i = 0; i < type->nparams; i++)
        text = arena_printf(&types->arena, "%s%s%s", text, i ? ", " : "", types_text(types, type->params[i]));
    return arena_printf(&types->arena, "%s%s)", text, type->nparams ? "" : "void");
}

const char *types_text(Types *types, const Type *type) {
    switch (type->kind) {
    case TYPE_INT: return int_text(types, type);
    case TYPE_ENUM:
    case TYPE_STRUCT:
    case TYPE_MESSAGE: return nominal_text(types, type);
    case TYPE_ARRAY: return array_text(types, type);
    case TYPE_FUNC: return func_text(types, type);
    default: break;
    }
    if (!type->of || type->kind == TYPE_TASK) return kind_texts[type->kind];
    return arena_printf(&types->arena, "%s(%s)", kind_texts[type->kind], types_text(types, type->of));
}

/* ---- size */

static uint32_t saturate(uint64_t words) { return words > UINT32_MAX ? UINT32_MAX : (uint32_t)words; }

static uint64_t fields_words(const Field *fields, uint32_t nfields) {
    uint64_t words = 0;
    for (uint32_t i = 0; i < nfields; i++) words += type_words(fields[i].type);
    return words;
}

uint32_t type_words(const Type *type) {
    uint64_t words = 1;
    switch (type->kind) {
    case TYPE_VOID: return 0;
    case TYPE_STRUCT: return saturate(fields_words(type->fields, type->nfields));
    case TYPE_ARRAY: return saturate((uint64_t)type_words(type->of) * type->length);
    case TYPE_MESSAGE:
        for (uint32_t i = 0; i < type->nlabels; i++)
            words += fields_words(type->labels[i].fields, type->labels[i].nfields);
        return saturate(words);
    default: return 1;
    }
}

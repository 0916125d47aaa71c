/* Types of the model from types of the dialect. */
#include "frontend/lower/lower.h"

#include <assert.h>

static uint8_t word_kind(const Type *type) {
    switch (type->kind) {
    case TYPE_FUTURE: return WORD_FUTURE;
    case TYPE_WATCH: return WORD_WATCH;
    case TYPE_SENDER: return WORD_SENDER;
    case TYPE_RECEIVER: return WORD_RECEIVER;
    case TYPE_PERMIT: return WORD_PERMIT;
    default: return type_is_handle(type) ? WORD_HANDLE : WORD_DATA;
    }
}

static void add_kinds(const Type *type, uint8_t *kinds, uint32_t *n) {
    switch (type->kind) {
    case TYPE_VOID: return;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < type->nfields; i++) add_kinds(type->fields[i].type, kinds, n);
        return;
    case TYPE_ARRAY:
        for (uint32_t i = 0; i < type->length; i++) add_kinds(type->of, kinds, n);
        return;
    case TYPE_MESSAGE:
        kinds[(*n)++] = WORD_DATA;
        for (uint32_t i = 0; i < type->nlabels; i++)
            for (uint32_t k = 0; k < type->labels[i].nfields; k++) add_kinds(type->labels[i].fields[k].type, kinds, n);
        return;
    default: break;
    }
    kinds[(*n)++] = word_kind(type);
}

static ValueKind kind_of(const Type *type) {
    switch (type->kind) {
    case TYPE_BOOL: return VALUE_BOOL;
    case TYPE_INT: return type->is_char ? VALUE_CHAR : VALUE_INT;
    case TYPE_ENUM: return VALUE_ENUM;
    case TYPE_STRUCT: return VALUE_STRUCT;
    case TYPE_ARRAY: return VALUE_ARRAY;
    case TYPE_MESSAGE: return VALUE_MESSAGE;
    case TYPE_VOID:
    case TYPE_ERROR: return VALUE_VOID;
    default: return VALUE_HANDLE;
    }
}

static const ValueField *fields_of(Lower *lower, const Field *fields, uint32_t nfields) {
    ValueField *list = ARENA_ARRAY(lower->arena, ValueField, nfields + 1u);
    for (uint32_t i = 0; i < nfields; i++)
        list[i] = (ValueField){
            lower_name(lower, fields[i].name), lower_type_bits(lower, fields[i].type, fields[i].bits)};
    return list;
}

static void fill_labels(Lower *lower, const Type *type, ValueType *value) {
    ValueLabel *labels = ARENA_ARRAY(lower->arena, ValueLabel, type->nlabels + 1u);
    for (uint32_t i = 0; i < type->nlabels; i++)
        labels[i] = (ValueLabel){lower_name(lower, type->labels[i].name),
            fields_of(lower, type->labels[i].fields, type->labels[i].nfields), type->labels[i].nfields};
    value->labels = labels;
    value->nlabels = type->nlabels;
}

static void fill_enum(Lower *lower, const Type *type, ValueType *value) {
    const char **names = ARENA_ARRAY(lower->arena, const char *, type->nenums + 1u);
    for (uint32_t i = 0; i < type->nenums; i++) names[i] = lower_name(lower, type->enum_names[i]);
    value->enum_names = names;
    value->enum_values = arena_copy(lower->arena, type->enum_values, sizeof(Word) * type->nenums);
    value->nenums = type->nenums;
}

static const ValueType *make(Lower *lower, const Type *type, uint8_t bits) {
    ValueType *value = ARENA_NEW(lower->arena, ValueType);
    value->kind = kind_of(type);
    value->name = arena_strdup(lower->arena, types_text(lower->tree->types, type));
    value->bits = bits ? bits : type->kind == TYPE_BOOL ? 1 : type_is_integer(type) ? type->bits : 64;
    value->is_signed = type_is_integer(type) && type->is_signed;
    value->words = type_words(type);
    uint8_t *kinds = ARENA_ARRAY(lower->arena, uint8_t, value->words + 1u);
    uint32_t n = 0;
    add_kinds(type, kinds, &n);
    assert(n == value->words);
    value->word_kinds = kinds;
    if (type->kind == TYPE_ARRAY) {
        value->of = lower_type(lower, type->of);
        value->length = type->length;
    }
    if (type->kind == TYPE_STRUCT) {
        value->fields = fields_of(lower, type->fields, type->nfields);
        value->nfields = type->nfields;
    }
    if (type->kind == TYPE_MESSAGE) fill_labels(lower, type, value);
    if (type->kind == TYPE_ENUM) fill_enum(lower, type, value);
    return value;
}

const ValueType *lower_type(Lower *lower, const Type *type) {
    if (type->id >= lower->types.n) vec_resize(&lower->types, type->id + 1);
    if (!lower->types.data[type->id]) {
        const ValueType *value = make(lower, type, 0);
        lower->types.data[type->id] = value;
    }
    return lower->types.data[type->id];
}

const ValueType *lower_type_bits(Lower *lower, const Type *type, uint8_t bits) {
    return bits ? make(lower, type, bits) : lower_type(lower, type);
}

uint8_t lower_itype(const Type *type, uint8_t bits) {
    if (type->kind == TYPE_BOOL) return ITYPE(1, false);
    if (!type_is_integer(type)) return ITYPE(64, true);
    return ITYPE(bits ? bits : type->bits, type->is_signed);
}

bool lower_holds_counted(const Type *type) { return convert_holds_counted(type); }

uint32_t lower_field_offset(const Type *type, uint32_t field) {
    assert(type->kind == TYPE_STRUCT && field < type->nfields);
    uint32_t offset = 0;
    for (uint32_t i = 0; i < field; i++) offset += type_words(type->fields[i].type);
    return offset;
}

uint32_t lower_label_offset(const Type *type, uint32_t label, uint32_t field) {
    assert(type->kind == TYPE_MESSAGE && label < type->nlabels);
    uint32_t offset = 1;
    for (uint32_t i = 0; i <= label; i++)
        for (uint32_t k = 0; k < (i < label ? type->labels[i].nfields : field); k++)
            offset += type_words(type->labels[i].fields[k].type);
    return offset;
}

void lower_type_atomics(const Type *type, bool is_atomic, uint8_t *atomics) {
    if (type->kind == TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; i++) {
            lower_type_atomics(type->fields[i].type, is_atomic || type->fields[i].is_atomic, atomics);
            atomics += type_words(type->fields[i].type);
        }
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++)
            lower_type_atomics(type->of, is_atomic, atomics + (size_t)i * type_words(type->of));
    } else {
        for (uint32_t i = 0; i < type_words(type); i++) atomics[i] = is_atomic;
    }
}

void lower_type_heads(const Type *type, uint8_t *heads) {
    if (type->kind == TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; i++) {
            lower_type_heads(type->fields[i].type, heads);
            heads += type_words(type->fields[i].type);
        }
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++)
            lower_type_heads(type->of, heads + (size_t)i * type_words(type->of));
    } else if (type_words(type)) {
        heads[0] = 1;
    }
}

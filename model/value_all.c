/* All values of a type, numbered. */
#include "model/program.h"

#include <assert.h>

static uint64_t times(uint64_t a, uint64_t b) { return b && a > UINT64_MAX / b ? UINT64_MAX : a * b; }
static uint64_t plus(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static uint64_t count_fields(const ValueField *fields, uint32_t nfields) {
    uint64_t count = 1;
    for (uint32_t i = 0; i < nfields; i++) count = times(count, value_count(fields[i].type));
    return count;
}

uint64_t value_count(const ValueType *type) {
    uint64_t count = type->kind == VALUE_MESSAGE ? 0 : 1;
    switch (type->kind) {
    case VALUE_BOOL: return 2;
    case VALUE_INT:
    case VALUE_CHAR: return type->bits >= 64 ? UINT64_MAX : UINT64_C(1) << type->bits;
    case VALUE_ENUM: return type->nenums;
    case VALUE_HANDLE: return 0;
    case VALUE_VOID: return 1;
    case VALUE_STRUCT: return count_fields(type->fields, type->nfields);
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < type->length && count < UINT64_MAX; i++) count = times(count, value_count(type->of));
        return count;
    case VALUE_MESSAGE:
        for (uint32_t i = 0; i < type->nlabels; i++) count = plus(count, count_fields(type->labels[i].fields, type->labels[i].nfields));
        return count;
    }
    return 0;
}

static Word nth_integer(const ValueType *type, uint64_t index) {
    if (!type->is_signed || type->bits >= 64) return (Word)index;
    return (Word)index - ((Word)1 << (type->bits - 1));
}

static Word *nth_fields(const ValueField *fields, uint32_t nfields, uint64_t index, Word *words) {
    for (uint32_t i = 0; i < nfields; i++) {
        uint64_t count = value_count(fields[i].type);
        value_nth(fields[i].type, index % count, words);
        index /= count;
        words += fields[i].type->words;
    }
    return words;
}

/* The words of labels that the value does not have are 0. */
static void nth_message(const ValueType *type, uint64_t index, Word *words) {
    for (uint32_t i = 0; i < type->words; i++) words[i] = 0;
    Word *at = words + 1;
    for (uint32_t i = 0; i < type->nlabels; i++) {
        const ValueLabel *label = &type->labels[i];
        uint64_t count = count_fields(label->fields, label->nfields);
        if (index < count) {
            words[0] = i;
            (void)nth_fields(label->fields, label->nfields, index, at);
            return;
        }
        index -= count;
        for (uint32_t k = 0; k < label->nfields; k++) at += label->fields[k].type->words;
    }
    assert(!"no such value");
}

void value_nth(const ValueType *type, uint64_t index, Word *words) {
    assert(index < value_count(type));
    switch (type->kind) {
    case VALUE_BOOL: words[0] = (Word)index; break;
    case VALUE_INT:
    case VALUE_CHAR: words[0] = nth_integer(type, index); break;
    case VALUE_ENUM: words[0] = type->enum_values[index]; break;
    case VALUE_STRUCT: (void)nth_fields(type->fields, type->nfields, index, words); break;
    case VALUE_ARRAY: {
        uint64_t count = value_count(type->of);
        for (uint32_t i = 0; i < type->length; i++, index /= count, words += type->of->words) value_nth(type->of, index % count, words);
        break;
    }
    case VALUE_MESSAGE: nth_message(type, index, words); break;
    case VALUE_HANDLE:
    case VALUE_VOID: break;
    }
}

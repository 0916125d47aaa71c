#include "model/program.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* A bounded text under construction: what does not fit is left out. */
typedef struct Text {
    char *out;
    uint32_t size, n;
} Text;

__attribute__((format(printf, 2, 3))) static void put(Text *text, const char *format, ...) {
    if (text->n + 1 >= text->size) return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->out + text->n, text->size - text->n, format, args);
    va_end(args);
    if (n > 0) text->n += (uint32_t)n < text->size - text->n ? (uint32_t)n : text->size - text->n - 1;
}

static void put_value(Text *text, const ValueType *type, const Word *words);

static void put_char(Text *text, Word word) {
    if (word == '\n') put(text, "'\\n'");
    else if (word == '\0') put(text, "'\\0'");
    else if (word > 0 && word < 128 && isprint((int)word)) put(text, "'%c'", (char)word);
    else put(text, "%" PRId64, word);
}

static void put_enum(Text *text, const ValueType *type, Word word) {
    for (uint32_t i = 0; i < type->nenums; i++)
        if (type->enum_values[i] == word) {
            put(text, "%s", type->enum_names[i]);
            return;
        }
    put(text, "%" PRId64, word);
}

static const Word *put_fields(Text *text, const ValueField *fields, uint32_t nfields, bool named, const Word *words) {
    for (uint32_t i = 0; i < nfields; i++) {
        put(text, "%s", i ? ", " : "");
        if (named) put(text, ".%s = ", fields[i].name);
        put_value(text, fields[i].type, words);
        words += fields[i].type->words;
    }
    return words;
}

static uint32_t fields_words(const ValueField *fields, uint32_t nfields) {
    uint32_t words = 0;
    for (uint32_t i = 0; i < nfields; i++) words += fields[i].type->words;
    return words;
}

static void put_message(Text *text, const ValueType *type, const Word *words) {
    if (words[0] < 0 || words[0] >= (Word)type->nlabels) {
        if (words[0] == WORD_UNINIT) put(text, "?");
        else put(text, "%" PRId64, words[0]);
        return;
    }
    const Word *payload = words + 1;
    for (Word i = 0; i < words[0]; i++) payload += fields_words(type->labels[i].fields, type->labels[i].nfields);
    const ValueLabel *label = &type->labels[words[0]];
    put(text, "%s(", label->name);
    put_fields(text, label->fields, label->nfields, false, payload);
    put(text, ")");
}

static void put_array(Text *text, const ValueType *type, const Word *words) {
    put(text, "{");
    for (uint32_t i = 0; i < type->length; i++) {
        put(text, "%s", i ? ", " : "");
        put_value(text, type->of, words + (size_t)i * type->of->words);
    }
    put(text, "}");
}

static void put_scalar(Text *text, const ValueType *type, Word word) {
    if (word == WORD_UNINIT) {
        put(text, "?");
        return;
    }
    switch (type->kind) {
    case VALUE_BOOL: put(text, word ? "true" : "false"); break;
    case VALUE_CHAR: put_char(text, word); break;
    case VALUE_ENUM: put_enum(text, type, word); break;
    case VALUE_HANDLE: word == 0 ? put(text, "none") : word == -1 ? put(text, "given away") : put(text, "#%" PRId64, word); break;
    default: type->is_signed ? put(text, "%" PRId64, word) : put(text, "%" PRIu64, (uint64_t)word); break;
    }
}

static void put_value(Text *text, const ValueType *type, const Word *words) {
    switch (type->kind) {
    case VALUE_VOID: break;
    case VALUE_STRUCT:
        put(text, "{");
        put_fields(text, type->fields, type->nfields, true, words);
        put(text, "}");
        break;
    case VALUE_ARRAY: put_array(text, type, words); break;
    case VALUE_MESSAGE: put_message(text, type, words); break;
    default: put_scalar(text, type, words[0]); break;
    }
}

void value_print(char *out, uint32_t size, const ValueType *type, const Word *words) {
    assert(size > 0);
    Text text = {.out = out, .size = size};
    out[0] = '\0';
    put_value(&text, type, words);
}

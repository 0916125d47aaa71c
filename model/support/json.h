/* Writes JSON text with commas and indentation in the right places. Bytes that are no UTF-8 become U+FFFD. */
#ifndef UNKNOT_SUPPORT_JSON_H
#define UNKNOT_SUPPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 128 };

typedef struct JsonWriter {
    FILE *out;
    uint32_t depth;
    bool has_items; /* of the innermost open value */
    bool after_key;
    char closers[JSON_DEPTH];
    bool is_flat[JSON_DEPTH]; /* the value is written on one line */
} JsonWriter;

void json_init(JsonWriter *json, FILE *out);
/* Opens an object or an array; json_close closes the innermost one. A flat one, with all inside it, stays on one
   line. */
void json_open_object(JsonWriter *json, bool is_flat);
void json_open_array(JsonWriter *json, bool is_flat);
void json_close(JsonWriter *json);
/* In an object: the key of the value that is written next. */
void json_write_key(JsonWriter *json, const char *key);
void json_write_text(JsonWriter *json, const char *text);
void json_write_int(JsonWriter *json, uint64_t value);
void json_write_real(JsonWriter *json, double value);
void json_write_bool(JsonWriter *json, bool value);
/* Key and value in one. */
void json_text(JsonWriter *json, const char *key, const char *text);
void json_int(JsonWriter *json, const char *key, uint64_t value);
void json_bool(JsonWriter *json, const char *key, bool value);

#endif

#include "model/support/json.h"

#include "model/support/utf8.h"

#include <assert.h>
#include <string.h>

void json_init(JsonWriter *json, FILE *out) { *json = (JsonWriter){.out = out}; }

static bool is_flat(const JsonWriter *json) { return json->depth > 0 && json->is_flat[json->depth - 1]; }

static void new_line(JsonWriter *json) {
    if (json->depth == 0 || is_flat(json)) return;
    fputc('\n', json->out);
    for (uint32_t i = 0; i < json->depth; i++) fputs("  ", json->out);
}

/* What stands before a value or a key. */
static void separate(JsonWriter *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->has_items) fputs(is_flat(json) ? ", " : ",", json->out);
    new_line(json);
    json->has_items = true;
}

static void open(JsonWriter *json, char opener, char closer, bool flat) {
    separate(json);
    assert(json->depth < JSON_DEPTH);
    fputc(opener, json->out);
    bool inherited = is_flat(json);
    json->closers[json->depth] = closer;
    json->is_flat[json->depth] = flat || inherited;
    json->depth++;
    json->has_items = false;
}

void json_open_object(JsonWriter *json, bool flat) { open(json, '{', '}', flat); }
void json_open_array(JsonWriter *json, bool flat) { open(json, '[', ']', flat); }

void json_close(JsonWriter *json) {
    assert(json->depth > 0 && !json->after_key);
    bool had_items = json->has_items, flat = is_flat(json);
    json->depth--;
    if (had_items && !flat) {
        fputc('\n', json->out);
        for (uint32_t i = 0; i < json->depth; i++) fputs("  ", json->out);
    }
    fputc(json->closers[json->depth], json->out);
    json->has_items = true;
    if (json->depth == 0) fputc('\n', json->out);
}

static void put_string(FILE *out, const char *string) {
    fputc('"', out);
    size_t left = strlen(string);
    for (const char *p = string; left > 0;) {
        size_t n = utf8_length(p, left);
        if (n == 0) {
            fputs("\xef\xbf\xbd", out);
            n = 1;
        } else if (*p == '"' || *p == '\\') {
            fprintf(out, "\\%c", *p);
        } else if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            fprintf(out, "\\u%04x", *p);
        } else {
            fwrite(p, 1, n, out);
        }
        p += n;
        left -= n;
    }
    fputc('"', out);
}

void json_write_key(JsonWriter *json, const char *key) {
    assert(json->depth > 0 && json->closers[json->depth - 1] == '}' && !json->after_key);
    separate(json);
    put_string(json->out, key);
    fputs(": ", json->out);
    json->after_key = true;
}

void json_write_text(JsonWriter *json, const char *text) {
    separate(json);
    put_string(json->out, text);
}

void json_write_int(JsonWriter *json, uint64_t value) {
    separate(json);
    fprintf(json->out, "%llu", (unsigned long long)value);
}

void json_write_real(JsonWriter *json, double value) {
    separate(json);
    fprintf(json->out, "%.6f", value);
}

void json_write_bool(JsonWriter *json, bool value) {
    separate(json);
    fputs(value ? "true" : "false", json->out);
}

void json_text(JsonWriter *json, const char *key, const char *text) {
    json_write_key(json, key);
    json_write_text(json, text);
}

void json_int(JsonWriter *json, const char *key, uint64_t value) {
    json_write_key(json, key);
    json_write_int(json, value);
}

void json_bool(JsonWriter *json, const char *key, bool value) {
    json_write_key(json, key);
    json_write_bool(json, value);
}

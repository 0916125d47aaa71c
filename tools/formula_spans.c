#include "tools/formula_spans.h"

#include "tools/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool add_file(Sources *sources, const char *path, uint32_t *file) {
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t length = 0, n = 1;
    FILE *copy = in ? open_memstream(&text, &length) : NULL;
    while (copy && n > 0) {
        char chunk[1 << 14];
        n = fread(chunk, 1, sizeof chunk, in);
        fwrite(chunk, 1, n, copy);
    }
    bool good = copy && !ferror(in);
    if (!good) command_wrong("cannot read %s: %s", path, strerror(errno));
    if (copy) fclose(copy);
    if (in) fclose(in);
    if (good) *file = sources_add(sources, path, text, length);
    free(text);
    return good;
}

/* The end of a field of a table that begins at `begin`: a comma, or the end of the line; quotes hide commas. */
static uint32_t field_end(const char *text, uint32_t begin, uint32_t end) {
    bool quoted = false;
    uint32_t i = begin;
    for (; i < end && (quoted || text[i] != ','); i++) quoted ^= text[i] == '"';
    return i;
}

static Span field_at(const char *text, Span line, uint32_t column) {
    uint32_t begin = line.begin, end = field_end(text, begin, line.end);
    for (; column > 0 && end < line.end; column--) {
        begin = end + 1;
        end = field_end(text, begin, line.end);
    }
    if (column > 0) begin = end;
    if (end - begin >= 2 && text[begin] == '"' && text[end - 1] == '"') begin++, end--;
    return (Span){line.file, begin, end};
}

static bool find_column(const char *text, Span header, const char *name, uint32_t *column) {
    uint32_t begin = header.begin;
    for (*column = 0;; ++*column) {
        uint32_t end = field_end(text, begin, header.end);
        if (strlen(name) == end - begin && memcmp(text + begin, name, end - begin) == 0) return true;
        if (end >= header.end) return false;
        begin = end + 1;
    }
}

static bool is_blank(const char *text, Span line) {
    for (uint32_t i = line.begin; i < line.end; i++)
        if (!strchr(" \t\r", text[i])) return false;
    return true;
}

/* Each line that is not blank, and no comment, as a formula; of a table, its column. */
static bool add_lines(Sources *sources, uint32_t file, const char *column_name, FormulaSpans *spans) {
    size_t length;
    const char *text = sources_text(sources, file, &length);
    uint32_t column = 0, n = 0;
    for (uint32_t begin = 0, end; begin < length; begin = end + 1, n++) {
        const char *newline = memchr(text + begin, '\n', length - begin);
        end = newline ? (uint32_t)(newline - text) : (uint32_t)length;
        Span line = {file, begin, end > begin && text[end - 1] == '\r' ? end - 1 : end};
        if (column_name && n == 0) {
            if (find_column(text, line, column_name, &column)) continue;
            command_wrong("%s has no column %s", sources_name(sources, file), column_name);
            return false;
        }
        if (is_blank(text, line) || text[line.begin] == '#') continue;
        vec_push(spans, column_name ? field_at(text, line, column) : line);
    }
    return true;
}

bool formula_spans_is_hoa(const char *path) {
    size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".hoa") == 0;
}

static bool add_formula_file(const char *path, Sources *sources, FormulaSpans *spans) {
    const char *colon = strrchr(path, ':');
    bool is_table = colon && colon - path >= 4 && strncmp(colon - 4, ".csv", 4) == 0;
    char *name = strdup(path);
    uint32_t file;
    if (!name) return false;
    if (is_table) name[colon - path] = '\0';
    bool good = add_file(sources, name, &file);
    if (good && formula_spans_is_hoa(path)) {
        size_t length;
        sources_text(sources, file, &length);
        vec_push(spans, (Span){file, 0, (uint32_t)length});
    } else if (good) {
        good = add_lines(sources, file, is_table ? colon + 1 : NULL, spans);
    }
    free(name);
    return good;
}

bool formula_spans_find(const Options *options, Sources *sources, FormulaSpans *spans) {
    if (options->formula_file && !add_formula_file(options->formula_file, sources, spans)) return false;
    for (uint32_t i = 0; i < options->operands.n; i++) {
        const char *text = options->operands.data[i];
        uint32_t file = sources_add(sources, "formula", text, strlen(text));
        vec_push(spans, (Span){file, 0, (uint32_t)strlen(text)});
    }
    return true;
}

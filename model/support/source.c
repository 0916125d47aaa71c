#include "model/support/source.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct File {
    char *name;
    char *text;
    size_t length;
    VEC(uint32_t) lines; /* where each line begins */
} File;

struct Sources {
    VEC(File) files; /* [0] is nowhere */
};

Sources *sources_new(void) {
    Sources *sources = calloc(1, sizeof *sources);
    if (!sources) fatal("out of memory");
    vec_push(&sources->files, (File){0});
    return sources;
}

void sources_free(Sources *sources) {
    if (!sources) return;
    for (uint32_t i = 0; i < sources->files.n; i++) {
        free(sources->files.data[i].name);
        free(sources->files.data[i].text);
        vec_fini(&sources->files.data[i].lines);
    }
    vec_fini(&sources->files);
    free(sources);
}

static char *copy_text(const char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy) fatal("out of memory");
    if (length) memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static void index_lines(File *file) {
    vec_push(&file->lines, 0);
    const char *end = file->text + file->length;
    for (const char *p = file->text; p < end; p++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) break;
        vec_push(&file->lines, (uint32_t)(p + 1 - file->text));
    }
}

uint32_t sources_add(Sources *sources, const char *name, const char *text, size_t length) {
    if (length >= UINT32_MAX) fatal("%s is larger than 4 GB", name);
    File file = {.name = copy_text(name, strlen(name)), .text = copy_text(text, length), .length = length};
    index_lines(&file);
    vec_push(&sources->files, file);
    return sources->files.n - 1;
}

uint32_t sources_find(const Sources *sources, const char *name) {
    for (uint32_t i = 1; i < sources->files.n; i++)
        if (strcmp(sources->files.data[i].name, name) == 0) return i;
    return 0;
}

uint32_t sources_count(const Sources *sources) { return sources->files.n - 1; }

static const File *file_at(const Sources *sources, uint32_t file) {
    assert(file > 0 && file < sources->files.n);
    return &sources->files.data[file];
}

const char *sources_name(const Sources *sources, uint32_t file) { return file_at(sources, file)->name; }

const char *sources_text(const Sources *sources, uint32_t file, size_t *length) {
    const File *found = file_at(sources, file);
    if (length) *length = found->length;
    return found->text;
}

/* The last line that begins at or before the offset, from 0. */
static uint32_t line_index(const File *file, uint32_t offset) {
    uint32_t low = 0, high = file->lines.n;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->lines.data[middle] <= offset) low = middle;
        else high = middle;
    }
    return low;
}

void sources_place(const Sources *sources, uint32_t file, uint32_t offset, uint32_t *line, uint32_t *column) {
    uint32_t l = 0, c = 0;
    if (file) {
        const File *found = file_at(sources, file);
        assert(offset <= found->length);
        l = line_index(found, offset);
        c = offset - found->lines.data[l] + 1;
        l++;
    }
    if (line) *line = l;
    if (column) *column = c;
}

uint32_t sources_line_of(const Sources *sources, Span span) {
    uint32_t line;
    sources_place(sources, span.file, span.begin, &line, NULL);
    return line;
}

const char *sources_line(const Sources *sources, uint32_t file, uint32_t line, size_t *length) {
    const File *found = file_at(sources, file);
    assert(line > 0 && line <= found->lines.n);
    size_t begin = found->lines.data[line - 1];
    size_t end = line < found->lines.n ? found->lines.data[line] - 1u : found->length;
    if (end > begin && found->text[end - 1] == '\r') end--;
    *length = end - begin;
    return found->text + begin;
}

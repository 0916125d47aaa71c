/* Source texts and places in them. A place is a byte range of one file; line and column are computed on demand. */
#ifndef UNKNOT_SUPPORT_SOURCE_H
#define UNKNOT_SUPPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes [begin, end) of `file`; an all-zero span is "nowhere" (file 0 does not exist). */
typedef struct Span {
    uint32_t file;
    uint32_t begin;
    uint32_t end;
} Span;

typedef struct Sources Sources;

Sources *sources_new(void);
void sources_free(Sources *sources);
/* Takes a copy of name and text (text may hold NULs); returns the file's id, from 1. */
uint32_t sources_add(Sources *sources, const char *name, const char *text, size_t length);
/* 0 when no file of that name was added. */
uint32_t sources_find(const Sources *sources, const char *name);
uint32_t sources_count(const Sources *sources);
const char *sources_name(const Sources *sources, uint32_t file);
const char *sources_text(const Sources *sources, uint32_t file, size_t *length);
/* 1-based; columns count bytes, tabs as one. Nowhere is 0:0. */
void sources_place(const Sources *sources, uint32_t file, uint32_t offset, uint32_t *line, uint32_t *column);
uint32_t sources_line_of(const Sources *sources, Span span);
/* The bytes of a 1-based line without its newline. */
const char *sources_line(const Sources *sources, uint32_t file, uint32_t line, size_t *length);
static inline Span span_join(Span a, Span b) {
    if (a.file == 0) return b;
    if (b.file != a.file) return a;
    return (Span){a.file, a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

#endif

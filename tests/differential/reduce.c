#include "tests/differential/reduce.h"

#include "model/support/arena.h"
#include "model/support/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef VEC(const char *) Lines;

typedef struct Reduce {
    Arena arena;
    Lines lines;
    const char *to;
    ReduceFails fails;
    const void *context;
} Reduce;

static bool read_lines(Reduce *r, const char *from) {
    char text[1024];
    FILE *in = fopen(from, "r");
    if (in == NULL) return false;
    while (fgets(text, sizeof text, in) != NULL) vec_push(&r->lines, arena_strdup(&r->arena, text));
    fclose(in);
    return true;
}
/* The lines, without those from `begin` up to `end` and without line `also` (UINT32_MAX: none). */
static bool write_lines(const Reduce *r, uint32_t begin, uint32_t end, uint32_t also) {
    FILE *out = fopen(r->to, "w");
    if (out == NULL) return false;
    for (uint32_t i = 0; i < r->lines.n; i++)
        if ((i < begin || i >= end) && i != also) fputs(r->lines.data[i], out);
    return fclose(out) == 0;
}
static void take_out(Reduce *r, uint32_t begin, uint32_t end) {
    memmove(r->lines.data + begin, r->lines.data + end, (r->lines.n - end) * sizeof *r->lines.data);
    r->lines.n -= end - begin;
}
static bool try_without(Reduce *r, uint32_t begin, uint32_t end, uint32_t also) {
    if (end > r->lines.n || !write_lines(r, begin, end, also) || !r->fails(r->context, r->to)) return false;
    if (also != UINT32_MAX) take_out(r, also, also + 1);
    take_out(r, begin, end);
    return true;
}
static uint32_t indent_of(const char *line) { return (uint32_t)strspn(line, " "); }
/* The line that closes the block opened on line i, or i. */
static uint32_t closing(const Reduce *r, uint32_t i) {
    size_t n = strlen(r->lines.data[i]);
    if (n < 2 || r->lines.data[i][n - 2] != '{') return i;
    for (uint32_t k = i + 1; k < r->lines.n; k++)
        if (indent_of(r->lines.data[k]) <= indent_of(r->lines.data[i]) && strchr(r->lines.data[k], '}') != NULL)
            return k;
    return i;
}
static bool pass(Reduce *r) {
    bool shorter = false;
    for (uint32_t i = 0; i < r->lines.n;) {
        uint32_t end = closing(r, i);
        bool done = (end > i && try_without(r, i, end + 1, UINT32_MAX)) || (end > i && try_without(r, i, i + 1, end)) ||
                    try_without(r, i, i + 2, UINT32_MAX) || try_without(r, i, i + 1, UINT32_MAX);
        shorter |= done;
        i += !done;
    }
    return shorter;
}
bool reduce(const char *from, const char *to, ReduceFails fails, const void *context) {
    Reduce r = {.to = to, .fails = fails, .context = context};
    arena_init(&r.arena);
    bool ok = read_lines(&r, from);
    while (ok && pass(&r)) {}
    ok = ok && write_lines(&r, 0, 0, UINT32_MAX);
    vec_fini(&r.lines);
    arena_fini(&r.arena);
    return ok;
}

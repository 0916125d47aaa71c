/* A regular expression of an automaton: states are taken out one by one (Brzozowski, McCluskey). */
#include "session/regular.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

typedef enum Level { NOTHING, EMPTY, ATOM, STAR, SEQUENCE, CHOICE } Level;
typedef struct Expr { Level level; const char *text; } Expr; /* text: of more than the empty word */

enum { MAX_STATES = 24, MAX_TEXT = 400 };

/* Elimination on a table of expressions: from state to state; the last two are the only initial and the only accepting one. */
typedef struct Elimination {
    Arena arena;
    uint32_t n;
    Expr *table;
    bool is_too_long;
} Elimination;

static Expr *cell(const Elimination *el, uint32_t from, uint32_t to) { return &el->table[from * el->n + to]; }

static Expr make(Elimination *el, Level level, const char *format, const char *a, const char *b) {
    if (strlen(a) + strlen(b) > MAX_TEXT) el->is_too_long = true;
    if (el->is_too_long) return (Expr){ATOM, "…"};
    size_t size = strlen(format) + strlen(a) + strlen(b);
    char *text = arena_alloc(&el->arena, size);
    const char *parts[] = {a, b};
    uint32_t next = 0;
    for (char *to = text; *format; format++) { /* '_' stands for the next part */
        if (*format != '_') *to++ = *format;
        else to = stpcpy(to, parts[next++]);
    }
    return (Expr){level, text};
}

static const char *inner(Elimination *el, Expr expr, Level most) {
    return expr.level <= most ? expr.text : make(el, ATOM, "(_)", expr.text, "").text;
}

static Expr maybe(Elimination *el, Expr expr) {
    return expr.level == STAR ? expr : make(el, STAR, "_?", inner(el, expr, ATOM), "");
}

static Expr either(Elimination *el, Expr a, Expr b) {
    if (a.level == NOTHING) return b;
    if (b.level == NOTHING) return a;
    if (a.level == EMPTY) return b.level == EMPTY ? a : maybe(el, b);
    if (b.level == EMPTY) return maybe(el, a);
    return strcmp(a.text, b.text) == 0 ? a : make(el, CHOICE, "_ | _", a.text, b.text);
}

static Expr then(Elimination *el, Expr a, Expr b) {
    if (a.level == NOTHING || b.level == NOTHING) return (Expr){NOTHING, ""};
    if (a.level == EMPTY) return b;
    if (b.level == EMPTY) return a;
    return make(el, SEQUENCE, "_ _", inner(el, a, SEQUENCE), inner(el, b, SEQUENCE));
}

static Expr again(Elimination *el, Expr expr) {
    if (expr.level <= EMPTY) return (Expr){EMPTY, ""};
    return make(el, STAR, "_*", inner(el, expr, ATOM), "");
}

static void take_out(Elimination *el, uint32_t state) {
    Expr loop = again(el, *cell(el, state, state));
    for (uint32_t i = 0; i < el->n; i++)
        for (uint32_t j = 0; j < el->n && !el->is_too_long; j++) {
            if (i == state || j == state || cell(el, i, state)->level == NOTHING || cell(el, state, j)->level == NOTHING) continue;
            Expr way = then(el, then(el, *cell(el, i, state), loop), *cell(el, state, j));
            *cell(el, i, j) = either(el, *cell(el, i, j), way);
        }
    for (uint32_t i = 0; i < el->n; i++) *cell(el, i, state) = *cell(el, state, i) = (Expr){NOTHING, ""};
}

static void fill(Elimination *el, const Regular *language, RegularText text, const void *context) {
    uint32_t n = language->nstates;
    *cell(el, n, 0) = (Expr){EMPTY, ""};
    for (uint32_t s = 0; s < n; s++) {
        if (language->accepts[s]) *cell(el, s, n + 1) = (Expr){EMPTY, ""};
        for (uint32_t e = language->first[s]; e < language->first[s + 1]; e++) {
            Expr *at = cell(el, s, language->edges[e].to);
            *at = either(el, *at, (Expr){ATOM, text(context, language->edges[e].letter)});
        }
    }
}

void regular_print(const Regular *language, RegularText text, const void *context, FILE *out) {
    Elimination el = {.n = language->nstates + 2};
    if (language->is_too_large || !language->nstates || language->nstates > MAX_STATES) {
        if (language->nstates) fprintf(out, "(an automaton of %u states)", language->nstates);
        else fputs(language->is_too_large ? "(a large automaton)" : "(nothing)", out);
        return;
    }
    arena_init(&el.arena);
    el.table = calloc((size_t)el.n * el.n, sizeof *el.table);
    if (!el.table) fatal("out of memory");
    fill(&el, language, text, context);
    for (uint32_t s = language->nstates; s-- > 0;) take_out(&el, s);
    Expr all = *cell(&el, language->nstates, language->nstates + 1);
    if (el.is_too_long) fprintf(out, "(an automaton of %u states)", language->nstates);
    else fputs(all.level == EMPTY ? "ε" : all.text, out);
    free(el.table);
    arena_fini(&el.arena);
}

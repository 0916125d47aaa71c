#include "model/support/diag.h"

#include "model/support/arena.h"
#include "model/support/excerpt.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_ERRORS = 50,     /* kept; the rest are counted */
    MAX_WARNINGS = 200,
    MAX_WORD = 64        /* longest name that is compared for "did you mean" */
};

typedef struct CodeInfo {
    DiagSeverity severity;
    const char *text;
    const char *explanation;
} CodeInfo;

static const CodeInfo codes[] = {
#define DIAG(code, severity, text, explanation) {DIAG_##severity, text, explanation},
#include "model/support/diag_codes.def"
#undef DIAG
};

struct Diags {
    const Sources *sources;
    Arena arena;
    VEC(Diag) list;
    uint32_t errors;
    uint32_t warnings;
    uint32_t last; /* the diagnostic that takes notes; DROPPED when it was not kept */
};

#define DROPPED UINT32_MAX

Diags *diags_new(const Sources *sources) {
    Diags *diags = calloc(1, sizeof *diags);
    if (!diags) fatal("out of memory");
    diags->sources = sources;
    arena_init(&diags->arena);
    diags->last = DROPPED;
    return diags;
}

void diags_free(Diags *diags) {
    if (!diags) return;
    vec_fini(&diags->list);
    arena_fini(&diags->arena);
    free(diags);
}

static const char *format_message(Diags *diags, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    assert(length >= 0);
    char *text = arena_alloc(&diags->arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    for (char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p)) *p = ' ';
    return text;
}

static bool is_kept(Diags *diags, DiagSeverity severity) {
    if (severity == DIAG_ERROR) return diags->errors++ < MAX_ERRORS;
    return diags->warnings++ < MAX_WARNINGS;
}

void diags_add(Diags *diags, DiagCode code, Span span, const char *format, ...) {
    assert(code < DIAG_CODES);
    DiagSeverity severity = codes[code].severity;
    diags->last = DROPPED;
    if (!is_kept(diags, severity)) return;
    va_list args;
    va_start(args, format);
    const char *message = format_message(diags, format, args);
    va_end(args);
    diags->last = diags->list.n;
    vec_push(&diags->list, (Diag){code, severity, span, message, diags->last});
}

void diags_note(Diags *diags, Span span, const char *format, ...) {
    if (diags->last == DROPPED) return;
    va_list args;
    va_start(args, format);
    const char *message = format_message(diags, format, args);
    va_end(args);
    vec_push(&diags->list, (Diag){diags->list.data[diags->last].code, DIAG_NOTE, span, message, diags->last});
}

DiagMark diags_mark(const Diags *diags) { return (DiagMark){diags->list.n, diags->errors, diags->warnings}; }

void diags_rewind(Diags *diags, DiagMark mark) {
    assert(mark.n <= diags->list.n);
    diags->list.n = mark.n;
    diags->errors = mark.errors;
    diags->warnings = mark.warnings;
    diags->last = DROPPED;
}

uint32_t diags_count(const Diags *diags) { return diags->list.n; }
uint32_t diags_errors(const Diags *diags) { return diags->errors; }

const Diag *diags_at(const Diags *diags, uint32_t index) {
    assert(index < diags->list.n);
    return &diags->list.data[index];
}

const char *diag_code_text(DiagCode code) { return codes[code].text; }
const char *diag_code_explanation(DiagCode code) { return codes[code].explanation; }

/* ---- rendering */

typedef struct Style {
    const char *word, *colour;
} Style;

static const Style styles[] = {
    [DIAG_NOTE] = {"note", "\033[1;36m"},
    [DIAG_WARNING] = {"warning", "\033[1;35m"},
    [DIAG_ERROR] = {"error", "\033[1;31m"},
};

static void render_head(const Diags *diags, const Diag *diag, FILE *out, bool colour) {
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    fputs(bold, out);
    if (diag->span.file) {
        uint32_t line, column;
        sources_place(diags->sources, diag->span.file, diag->span.begin, &line, &column);
        fprintf(out, "%s:%u:%u: ", sources_name(diags->sources, diag->span.file), line, column);
    } else {
        fputs("unknot: ", out);
    }
    const Style *style = &styles[diag->severity];
    fprintf(out, "%s%s:%s%s %s", colour ? style->colour : "", style->word, plain, bold, diag->message);
    fputs(plain, out);
    if (diag->severity != DIAG_NOTE) fprintf(out, " [%s]", diag_code_text(diag->code));
    fputc('\n', out);
}

static void render_source(const Diags *diags, const Diag *diag, FILE *out, bool colour) {
    Excerpt excerpt = {0};
    sources_place(diags->sources, diag->span.file, diag->span.begin, &excerpt.number, &excerpt.column);
    excerpt.line = sources_line(diags->sources, diag->span.file, excerpt.number, &excerpt.length);
    excerpt.end = excerpt.column + (diag->span.end - diag->span.begin);
    if (excerpt.length) excerpt_print(&excerpt, "", out, colour);
}

void diags_render(const Diags *diags, FILE *out, bool colour) {
    for (uint32_t i = 0; i < diags->list.n; i++) {
        const Diag *diag = &diags->list.data[i];
        render_head(diags, diag, out, colour);
        if (diag->span.file) render_source(diags, diag, out, colour);
    }
    if (diags->errors > MAX_ERRORS) fprintf(out, "%u more errors are not shown\n", diags->errors - MAX_ERRORS);
}

/* ---- did you mean */

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment: edits and swaps of neighbours, each counted once. */
static uint32_t distance(const char *a, size_t na, const char *b, size_t nb) {
    uint32_t rows[3][MAX_WORD + 1];
    uint32_t *before = rows[0], *last = rows[1], *now = rows[2];
    assert(na <= MAX_WORD && nb <= MAX_WORD);
    for (uint32_t j = 0; j <= nb; j++) last[j] = j;
    for (uint32_t i = 1; i <= na; i++) {
        now[0] = i;
        for (uint32_t j = 1; j <= nb; j++) {
            uint32_t cost = a[i - 1] != b[j - 1];
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        uint32_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[nb];
}

const char *diag_nearest(const char *name, const char *const *candidates, uint32_t count) {
    size_t length = strlen(name);
    if (length < 2 || length > MAX_WORD) return NULL;
    const char *best = NULL;
    uint32_t limit = (uint32_t)(length + 2) / 3 + 1; /* what is found must be below it */
    if (length == 2) limit = 2;
    for (uint32_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (other > MAX_WORD || other + limit <= length || length + limit <= other) continue;
        uint32_t found = distance(name, length, candidates[i], other);
        if (found >= limit || found >= other) continue;
        best = candidates[i];
        limit = found;
    }
    return best;
}

#include "frontend/syntax/align.h"

#include "frontend/syntax/macros.h"
#include "model/support/read.h"

#include <assert.h>
#include "model/support/fatal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct FileState { /* how far a source file's tokens are matched */
    uint32_t file;
    bool is_split;
    bool is_system; /* what it declares is not for the program; its macros are */
    VEC(Piece) pieces;
    VEC(uint32_t) lines; /* of each piece */
    uint32_t cursor;
} FileState;

typedef struct Align {
    Sources *sources;
    Diags *diags;
    Preprocessed *result;
    Macros *macros;
    VEC(FileState) files;
    uint32_t state;  /* the current file's index in `files`, NOWHERE for built-ins */
    uint32_t line;   /* the source line that the current output line is from */
    VEC(Piece) out;  /* of the current output line; markers may cut it in pieces */
    uint32_t out_line;
    VEC(uint32_t) matched; /* for each of them: the piece of the source it is, or came out of */
    VEC(uint8_t) is_macro;
} Align;

#define NOWHERE UINT32_MAX

/* ---- a source file's pieces */

static bool is_directive(const char *text, const Piece *piece, bool starts_line) {
    return starts_line && text[piece->begin] == '#';
}

/* Behind the line that `at` is on, splices included. */
static uint32_t behind_line(const char *text, uint32_t length, uint32_t at) {
    while (at < length && text[at] != '\n') {
        if (text[at] == '\\' && at + 1 < length) at += text[at + 1] == '\r' && at + 2 < length ? 2 : 1;
        at++;
    }
    return at < length ? at + 1 : length;
}

/* Places come from the files themselves, so a program cannot say that it is another file. */
static void refuse_line_directive(Align *align, uint32_t file, const char *text, uint32_t length, const Piece *hash) {
    uint32_t at = hash->end;
    Piece word;
    if (!piece_next(text, length, &at, &word)) return;
    bool is_line = word.end - word.begin == 4 && memcmp(text + word.begin, "line", 4) == 0;
    if (is_line || isdigit((unsigned char)text[word.begin]))
        diags_add(align->diags, DIAG_NOT_C, (Span){file, hash->begin, word.end}, "the dialect has no #line directive");
}

static void split_file(Align *align, FileState *state) {
    size_t size;
    const char *text = sources_text(align->sources, state->file, &size);
    uint32_t length = (uint32_t)size, at = 0, last_line = 0;
    Piece piece;
    while (piece_next(text, length, &at, &piece)) {
        uint32_t line;
        sources_place(align->sources, state->file, piece.begin, &line, NULL);
        if (is_directive(text, &piece, line != last_line)) {
            refuse_line_directive(align, state->file, text, length, &piece);
            at = behind_line(text, length, piece.begin);
            continue;
        }
        last_line = line;
        piece.name = macros_name(align->macros, text, &piece);
        vec_push(&state->pieces, piece);
        vec_push(&state->lines, line);
    }
    state->is_split = true;
}

static uint32_t find_source(Align *align, const char *name) {
    if (strncmp(name, "./", 2) == 0 && !sources_find(align->sources, name))
        name += 2; /* clang writes it, gcc does not */
    uint32_t file = sources_find(align->sources, name);
    if (file) return file;
    size_t length;
    char *text = name[0] == '<' ? NULL : read_file(NULL, name, &length);
    if (!text) return 0;
    file = sources_add(align->sources, name, text, length);
    free(text);
    return file;
}

/* ---- matching one output line with the source from the cursor on */

static const char *source_text(const Align *align, const FileState *state) {
    return sources_text(align->sources, state->file, NULL);
}

static bool is_same(const Align *align, const FileState *state, uint32_t source, uint32_t out) {
    const Piece *a = &state->pieces.data[source], *b = &align->out.data[out];
    size_t length = a->end - a->begin;
    return length == b->end - b->begin &&
           memcmp(source_text(align, state) + a->begin, align->result->text + b->begin, length) == 0;
}

static void set_match(Align *align, uint32_t out, uint32_t source, bool is_macro) {
    align->matched.data[out] = source;
    align->is_macro.data[out] = is_macro;
}

/* The last macro use, to come back to when what follows it does not match: it then takes one piece more. */
typedef struct Star {
    bool is_set;
    uint32_t source, next; /* the macro's name, the piece behind its use */
    uint32_t out;          /* the first output piece that is not its own */
} Star;

/* Like matching a pattern with stars: source pieces that are no macros stand for themselves, uses of macros for any
   pieces. With `counted`, a use takes as many pieces at first as its expansion has. */
static bool match_line(Align *align, FileState *state, bool counted) {
    Star star = {0};
    uint32_t source = state->cursor, out = 0;
    uint64_t steps = 0, limit = 1000u + 64u * (uint64_t)align->out.n;
    while (out < align->out.n) {
        if (++steps > limit) return false;
        MacroUse use;
        if (source < state->pieces.n &&
            macros_use(align->macros, source_text(align, state), state->pieces.data, state->pieces.n, source, &use)) {
            uint32_t n =
                counted ? macros_count(align->macros, source_text(align, state), state->pieces.data, source, &use) : 0;
            if (n > align->out.n - out) n = align->out.n - out;
            for (uint32_t i = 0; i < n; i++) set_match(align, out + i, source, true);
            out += n;
            star = (Star){true, source, use.end, out};
            source = use.end;
        } else if (source < state->pieces.n && is_same(align, state, source, out)) {
            set_match(align, out++, source++, false);
        } else if (star.is_set) {
            set_match(align, star.out, star.source, true);
            out = ++star.out;
            source = star.next;
        } else {
            return false;
        }
    }
    state->cursor = source;
    return true;
}

/* Nothing fits (a built-in of the preprocessor, say): everything stands for the first piece of its line. */
static void match_nothing(Align *align, FileState *state) {
    uint32_t at = state->cursor < state->pieces.n ? state->cursor : state->pieces.n - 1;
    for (uint32_t i = 0; i < align->out.n; i++) set_match(align, i, at, true);
}

static void add_positions(Align *align, const FileState *state) {
    for (uint32_t i = 0; i < align->out.n; i++) {
        const Piece *piece = &state->pieces.data[align->matched.data[i]];
        positions_add(&align->result->positions, align->out.data[i].begin,
            (Span){state->file, piece->begin, piece->end}, align->is_macro.data[i]);
    }
}

static void align_pieces(Align *align) {
    FileState *state = &align->files.data[align->state];
    if (!state->is_split) split_file(align, state);
    if (state->pieces.n == 0) return;
    while (state->cursor < state->pieces.n && state->lines.data[state->cursor] < align->out_line) state->cursor++;
    vec_resize(&align->matched, align->out.n);
    vec_resize(&align->is_macro, align->out.n);
    if (!match_line(align, state, true) && !match_line(align, state, false)) match_nothing(align, state);
    add_positions(align, state);
}

/* ---- the output, line by line */

static void blank(Align *align, uint32_t begin, uint32_t end) { memset(align->result->text + begin, ' ', end - begin); }

static bool is_system(const Align *align) {
    return align->state == NOWHERE || align->files.data[align->state].is_system;
}

static void flush(Align *align) {
    if (align->out.n > 0) align_pieces(align);
    vec_clear(&align->out);
}

static void align_line(Align *align, uint32_t begin, uint32_t end) {
    if (is_system(align)) {
        blank(align, begin, end);
        return;
    }
    if (align->out_line != align->line) flush(align);
    align->out_line = align->line;
    Piece piece;
    for (uint32_t at = begin; piece_next(align->result->text, end, &at, &piece);) vec_push(&align->out, piece);
}

static uint32_t find_state(Align *align, uint32_t file) {
    if (!file) return NOWHERE;
    for (uint32_t i = 0; i < align->files.n; i++)
        if (align->files.data[i].file == file) return i;
    vec_push(&align->files, (FileState){.file = file});
    return align->files.n - 1;
}

/* Markers without flag 1 stay in a file, or come back to it: flag 3 then is about a macro that a system header defined.
 */
static void enter_file(Align *align, const char *name, uint32_t line, bool is_new, bool is_system_file) {
    uint32_t state = find_state(align, find_source(align, name));
    if (is_new || state != align->state) flush(align);
    align->line = line;
    align->state = state;
    if (!is_new || state == NOWHERE) return;
    align->files.data[state].cursor = 0;
    align->files.data[state].is_system = is_system_file;
}

/* # line "file" flags */
static void read_marker(Align *align, const char *text) {
    char *at;
    unsigned long line = strtoul(text, &at, 10);
    char *quote = strchr(at, '"');
    char *close = quote ? strrchr(quote + 1, '"') : NULL;
    if (!close) {
        align->line = (uint32_t)line;
        return;
    }
    VEC(char) name = {0};
    for (const char *p = quote + 1; p < close; p++) {
        if (*p == '\\' && p + 1 < close) p++;
        vec_push(&name, *p);
    }
    vec_push(&name, '\0');
    bool is_new = strchr(close, '1') != NULL;
    enter_file(align, name.data, (uint32_t)line, is_new, strchr(close, '3') != NULL);
    vec_fini(&name);
}

static void warn_of_assert(Align *align, const char *definition) {
    if (!is_system(align) || strncmp(definition, "assert(", 7) != 0) return;
    diags_add(align->diags, DIAG_PREPROCESSOR, (Span){align->files.n ? align->files.data[0].file : 0, 0, 0},
              "a system header redefines 'assert', which the dialect has already; do not include <assert.h>");
}

/* A macro that stands for a number, and takes no arguments. */
static void note_number(Align *align, const char *definition) {
    size_t length = strcspn(definition, " \t(");
    const char *body = definition + length + strspn(definition + length, " \t");
    char *end;
    errno = 0;
    long long value = strtoll(body, &end, 0);
    end += strspn(end, " \t\r");
    if (is_system(align) || definition[length] == '(' || !isdigit((unsigned char)*body) || *end || errno) return;
    char *name = strndup(definition, length);
    if (!name) fatal("out of memory");
    vec_push(&align->result->numbers, (MacroNumber){name, value});
}

/* A line that begins with `#`; its line number is not counted when it is a marker. Scanned text keeps nothing of it. */
static bool read_directive(Align *align, uint32_t begin, uint32_t end) {
    char *text = align->result->text + begin, saved = align->result->text[end];
    align->result->text[end] = '\0';
    const char *word = text + 1 + strspn(text + 1, " \t");
    bool is_marker = isdigit((unsigned char)*word) || strncmp(word, "line ", 5) == 0;
    if (is_marker) {
        read_marker(align, word + (isdigit((unsigned char)*word) ? 0 : 5));
    } else if (strncmp(word, "define ", 7) == 0) {
        flush(align);
        warn_of_assert(align, word + 7);
        macros_define(align->macros, word + 7);
        note_number(align, word + 7);
    } else if (strncmp(word, "undef ", 6) == 0) {
        flush(align);
        macros_undef(align->macros, word + 6);
    }
    align->result->text[end] = saved;
    blank(align, begin, end);
    return is_marker;
}

void align_output(Sources *sources, Diags *diags, uint32_t file, Preprocessed *result) {
    Align align = {
        .sources = sources, .diags = diags, .result = result, .macros = macros_new(), .state = NOWHERE, .line = 1};
    enter_file(&align, sources_name(sources, file), 1, true, false);
    uint32_t length = (uint32_t)result->length;
    for (uint32_t begin = 0; begin < length;) {
        const char *newline = memchr(result->text + begin, '\n', length - begin);
        uint32_t end = newline ? (uint32_t)(newline - result->text) : length;
        bool is_marker = false;
        if (result->text[begin] == '#') is_marker = read_directive(&align, begin, end);
        else align_line(&align, begin, end);
        if (!is_marker) align.line++;
        begin = end + 1;
    }
    flush(&align);
    if (!align.files.data[0].is_split) split_file(&align, &align.files.data[0]);
    for (uint32_t i = 0; i < align.files.n; i++) {
        vec_fini(&align.files.data[i].pieces);
        vec_fini(&align.files.data[i].lines);
    }
    vec_fini(&align.files);
    vec_fini(&align.out);
    vec_fini(&align.matched);
    vec_fini(&align.is_macro);
    macros_free(align.macros);
}

#include "frontend/syntax/expect.h"

#include "model/support/vec.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* How many arguments a kind takes: none, any number or exactly one; a name of the table's when it has one. */
typedef enum ExpectArgs { ARGS_NONE, ARGS_TASKS, ARGS_ONE, ARGS_UNDEFINED, ARGS_MISUSE } ExpectArgs;

typedef struct ExpectKind {
    const char *text;
    ExpectArgs args;
} ExpectKind;

static const ExpectKind kinds[] = {
    {"verified", ARGS_NONE},
    {"deadlock", ARGS_TASKS},
    {"partial-deadlock", ARGS_TASKS},
    {"violated", ARGS_ONE},
    {"assertion", ARGS_NONE},
    {"undefined", ARGS_UNDEFINED},
    {"misuse", ARGS_MISUSE},
    {"lost-wakeup", ARGS_TASKS},
    {"never-yields", ARGS_TASKS},
    {"livelock", ARGS_TASKS},
    {"unbounded", ARGS_TASKS},
    {"ignored-close", ARGS_TASKS},
    {"nontermination", ARGS_TASKS},
    {"race", ARGS_TASKS},
    {"nonconforming", ARGS_TASKS},
    {"incompatible", ARGS_TASKS},
    {"error", ARGS_NONE},
    {"no-verdict", ARGS_NONE},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *const undefined_args[] = {
    "overflow", "division", "shift", "bounds", "narrowing", "uninitialised", "dead-object", "return"};
static const char *const misuse_args[] = {
    "unlock", "close", "oneshot", "waitgroup", "poll", "future", "moved", "abort", "release", "none",
    "signal", "notify"};
enum {
    UNDEFINED_ARGS = sizeof undefined_args / sizeof *undefined_args,
    MISUSE_ARGS = sizeof misuse_args / sizeof *misuse_args
};

typedef struct Line { /* what is left of the line that is read */
    Tree *tree;
    Diags *diags;
    const char *text; /* the whole file's */
    uint32_t at, end;
} Line;

typedef struct Collected {
    VEC(Expectation) expectations;
    VEC(const char *) options;
    VEC(Span) spans;
} Collected;

/* ---- words of a line */

static void skip_blanks(Line *line) {
    while (line->at < line->end && isspace((unsigned char)line->text[line->at])) line->at++;
}

static bool at_end(Line *line) {
    skip_blanks(line);
    return line->at >= line->end;
}

static Span span_from(const Line *line, uint32_t begin) { return (Span){line->tree->file, begin, line->at}; }

static const char *copy(const Line *line, uint32_t begin) {
    char *text = arena_alloc(&line->tree->arena, line->at - begin + 1u);
    memcpy(text, line->text + begin, line->at - begin);
    return text;
}

static bool is_word_char(char c) { return isalnum((unsigned char)c) || c == '_' || c == '-'; }

/* A word of letters, digits, `_` and `-`; "" when there is none. */
static const char *take_word(Line *line, Span *span) {
    skip_blanks(line);
    uint32_t begin = line->at;
    while (line->at < line->end && is_word_char(line->text[line->at])) line->at++;
    *span = span_from(line, begin);
    if (line->at == begin) span->end = begin < line->end ? begin + 1 : begin;
    return copy(line, begin);
}

static bool take_char(Line *line, char c) {
    if (at_end(line) || line->text[line->at] != c) return false;
    line->at++;
    return true;
}

/* ---- expect */

static const ExpectKind *find_kind(const char *text) {
    for (uint32_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].text, text) == 0) return &kinds[i];
    return NULL;
}

static const ExpectKind *unknown_kind(Line *line, const char *text, Span span) {
    const char *texts[KINDS];
    for (uint32_t i = 0; i < KINDS; i++) texts[i] = kinds[i].text;
    const char *nearest = diag_nearest(text, texts, KINDS);
    if (!*text) diags_add(line->diags, DIAG_EXPECTATION, span, "`//@ expect` needs to say what is expected");
    else diags_add(line->diags, DIAG_EXPECTATION, span, "unknown expectation '%s'", text);
    if (nearest) diags_note(line->diags, span, "did you mean '%s'?", nearest);
    return NULL;
}

static bool is_among(const char *text, const char *const *list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0) return true;
    return false;
}

static bool check_listed(Line *line, const char *arg, Span span, const char *const *list, uint32_t count) {
    if (is_among(arg, list, count)) return true;
    diags_add(line->diags, DIAG_EXPECTATION, span, "'%s' is not known here", arg);
    const char *nearest = diag_nearest(arg, list, count);
    if (nearest) diags_note(line->diags, span, "did you mean '%s'?", nearest);
    return false;
}

static bool check_arg(Line *line, const ExpectKind *kind, const char *arg, Span span) {
    if (kind->args == ARGS_UNDEFINED) return check_listed(line, arg, span, undefined_args, UNDEFINED_ARGS);
    if (kind->args == ARGS_MISUSE) return check_listed(line, arg, span, misuse_args, MISUSE_ARGS);
    return true;
}

/* name | name "[" number "]" | name "." name */
static const char *take_arg(Line *line, Span *span) {
    const char *word = take_word(line, span);
    if (!*word) return NULL;
    uint32_t begin = span->begin;
    while (line->at < line->end && (is_word_char(line->text[line->at]) || strchr(".[]*?", line->text[line->at])))
        line->at++;
    *span = span_from(line, begin);
    return copy(line, begin);
}

static bool take_args(Line *line, const ExpectKind *kind, Expectation *expectation) {
    VEC(const char *) args = {0};
    bool is_good = true;
    if (!take_char(line, ')')) {
        do {
            Span span;
            const char *arg = take_arg(line, &span);
            if (!arg) diags_add(line->diags, DIAG_EXPECTATION, span, "expected a name");
            is_good = arg && check_arg(line, kind, arg, span);
            if (is_good) vec_push(&args, arg);
        } while (is_good && take_char(line, ','));
        if (is_good && !take_char(line, ')')) {
            diags_add(line->diags, DIAG_EXPECTATION, span_from(line, line->at), "expected ',' or ')'");
            is_good = false;
        }
    }
    expectation->args = arena_copy(&line->tree->arena, args.data, args.n * sizeof *args.data);
    expectation->nargs = args.n;
    expectation->has_args = true;
    vec_fini(&args);
    return is_good;
}

static bool check_count(Line *line, const ExpectKind *kind, const Expectation *expectation) {
    if (kind->args == ARGS_NONE && expectation->has_args)
        diags_add(line->diags, DIAG_EXPECTATION, expectation->span, "'%s' takes no arguments", kind->text);
    else if (kind->args == ARGS_ONE && expectation->nargs != 1)
        diags_add(line->diags, DIAG_EXPECTATION, expectation->span, "'%s' takes the name of one property", kind->text);
    else
        return true;
    return false;
}

static bool take_line_number(Line *line, Expectation *expectation) {
    Span span;
    const char *word = take_word(line, &span);
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    if (!*word || *end || number == 0 || number > INT32_MAX || !isdigit((unsigned char)*word)) {
        diags_add(line->diags, DIAG_EXPECTATION, span, "expected a line number after 'at'");
        return false;
    }
    expectation->line = (uint32_t)number;
    return true;
}

/* expect = kind [ "(" args ")" ] [ "at" line ] */
static bool take_one(Line *line, Expectation *expectation) {
    Span span;
    const char *text = take_word(line, &span);
    const ExpectKind *kind = find_kind(text);
    if (!kind) kind = unknown_kind(line, text, span);
    if (!kind) return false;
    *expectation = (Expectation){.kind = kind->text, .span = span};
    if (take_char(line, '(') && !take_args(line, kind, expectation)) return false;
    expectation->span = span_from(line, span.begin);
    if (!check_count(line, kind, expectation)) return false;
    skip_blanks(line);
    uint32_t before = line->at;
    if (strcmp(take_word(line, &span), "at") != 0) {
        line->at = before;
        return true;
    }
    bool is_good = take_line_number(line, expectation);
    expectation->span.end = line->at;
    return is_good;
}

static void take_expect(Line *line, Collected *collected) {
    Expectation expectation;
    if (!take_one(line, &expectation)) return;
    if (!at_end(line)) {
        diags_add(line->diags, DIAG_EXPECTATION, (Span){line->tree->file, line->at, line->end},
            "nothing may follow the expectation on its line");
        return;
    }
    vec_push(&collected->expectations, expectation);
}

/* A word of an option: blanks may stand in it between quotes, '…' or "…", which are no part of it. */
static const char *take_option(Line *line) {
    char *word = arena_alloc(&line->tree->arena, line->end - line->at + 1u), quote = 0;
    uint32_t n = 0, begin = line->at;
    for (; line->at < line->end && (quote || !isspace((unsigned char)line->text[line->at])); line->at++) {
        char c = line->text[line->at];
        if (quote ? c == quote : c == '\'' || c == '"') quote = quote ? 0 : c;
        else word[n++] = c;
    }
    if (quote) diags_add(line->diags, DIAG_EXPECTATION, span_from(line, begin), "the quote is not closed on this line");
    return word;
}

static void take_options(Line *line, Collected *collected) {
    uint32_t before = collected->options.n;
    while (!at_end(line)) {
        uint32_t begin = line->at;
        vec_push(&collected->options, take_option(line));
        vec_push(&collected->spans, span_from(line, begin));
    }
    if (collected->options.n == before)
        diags_add(line->diags, DIAG_EXPECTATION, span_from(line, line->at), "`//@ options` names no option");
}

/* What the options words say of params: `-P NAME=VALUE`, in each way an option is written. */
static void read_settings(Tree *tree) {
    tree->settings = ARENA_ARRAY(&tree->arena, const char *, tree->noptions + 1u);
    for (uint32_t i = 0; i < tree->noptions; i++) {
        const char *word = tree->options[i], *setting = NULL;
        bool is_bare = strcmp(word, "-P") == 0 || strcmp(word, "--param") == 0;
        if (is_bare && i + 1 < tree->noptions) setting = tree->options[++i];
        else if (strncmp(word, "--param=", 8) == 0) setting = word + 8;
        else if (strncmp(word, "-P", 2) == 0) setting = word + 2;
        if (setting && strchr(setting, '=')) tree->settings[tree->nsettings++] = setting;
    }
}

/* `--time discrete` and `--urgent`. */
static void read_time(Tree *tree) {
    for (uint32_t i = 0; i < tree->noptions; i++) {
        const char *word = tree->options[i], *kind = NULL;
        if (strcmp(word, "--time") == 0 && i + 1 < tree->noptions) kind = tree->options[++i];
        else if (strncmp(word, "--time=", 7) == 0) kind = word + 7;
        if (kind) tree->is_discrete = strcmp(kind, "discrete") == 0;
        tree->is_urgent |= strcmp(word, "--urgent") == 0;
    }
}

static void take_line(Line *line, Collected *collected) {
    Span span;
    const char *word = take_word(line, &span);
    if (strcmp(word, "expect") == 0) {
        take_expect(line, collected);
    } else if (strcmp(word, "options") == 0) {
        take_options(line, collected);
    } else {
        diags_add(line->diags, DIAG_EXPECTATION, span, "`//@` is followed by `expect` or `options`");
    }
}

/* ---- the lines of a file */

static void check_contradictions(Diags *diags, const Collected *collected) {
    for (uint32_t i = 0; i < collected->expectations.n && collected->expectations.n > 1; i++) {
        const Expectation *e = &collected->expectations.data[i];
        if (strcmp(e->kind, "verified") == 0)
            diags_add(diags, DIAG_EXPECTATION, e->span, "`verified` stands alone: something else is expected too");
    }
}

void expect_read(Tree *tree, Diags *diags) {
    Collected collected = {0};
    size_t length;
    const char *text = sources_text(tree->sources, tree->file, &length), *end = text + length;
    for (const char *p = text; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        const char *q = p;
        while (q < stop && (*q == ' ' || *q == '\t')) q++;
        if (stop - q >= 3 && memcmp(q, "//@", 3) == 0) {
            Line line = {tree, diags, text, (uint32_t)(q + 3 - text), (uint32_t)(stop - text)};
            take_line(&line, &collected);
        }
        p = stop + 1;
        if (!newline) break;
    }
    check_contradictions(diags, &collected);
    tree->expectations =
        arena_copy(&tree->arena, collected.expectations.data, collected.expectations.n * sizeof(Expectation));
    tree->nexpectations = collected.expectations.n;
    tree->options = arena_copy(&tree->arena, collected.options.data, collected.options.n * sizeof(char *));
    tree->option_spans = arena_copy(&tree->arena, collected.spans.data, collected.spans.n * sizeof(Span));
    tree->noptions = collected.options.n;
    read_settings(tree);
    read_time(tree);
    vec_fini(&collected.expectations);
    vec_fini(&collected.options);
    vec_fini(&collected.spans);
}

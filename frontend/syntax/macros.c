#include "frontend/syntax/macros.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 24, MAX_WORK = 20000 };

typedef struct Macro {
    bool is_defined, is_function, is_variadic, is_active;
    const char *body;
    VEC(Piece) pieces; /* of the body */
    VEC(Name) params;
} Macro;

struct Macros {
    Arena arena;
    Names *names;
    VEC(Macro) list; /* by name */
    Name va_args;
    uint32_t work; /* left for the count that is under way */
};

/* ---- pieces */

static bool is_word_start(char c) {
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}
static bool is_word_char(char c) { return is_word_start(c) || isdigit((unsigned char)c); }

static uint32_t skip_comment(const char *text, uint32_t length, uint32_t at) {
    if (text[at + 1] == '/') {
        while (at < length && text[at] != '\n') at += text[at] == '\\' && at + 1 < length ? 2 : 1;
        return at < length ? at : length;
    }
    for (at += 2; at + 1 < length; at++)
        if (text[at] == '*' && text[at + 1] == '/') return at + 2;
    return length;
}

static uint32_t skip_space(const char *text, uint32_t length, uint32_t at) {
    while (at < length) {
        if (isspace((unsigned char)text[at])) at++;
        else if (text[at] == '\\' && at + 1 < length && (text[at + 1] == '\n' || text[at + 1] == '\r')) at += 2;
        else if (text[at] == '/' && at + 1 < length && (text[at + 1] == '/' || text[at + 1] == '*'))
            at = skip_comment(text, length, at);
        else break;
    }
    return at;
}

static uint32_t behind_literal(const char *text, uint32_t length, uint32_t at) {
    char quote = text[at++];
    while (at < length && text[at] != quote && text[at] != '\n') at += text[at] == '\\' && at + 1 < length ? 2 : 1;
    return at < length && text[at] == quote ? at + 1 : at < length ? at : length;
}

static uint32_t behind_number(const char *text, uint32_t length, uint32_t at) {
    for (at++; at < length; at++) {
        char before = (char)tolower((unsigned char)text[at - 1]);
        if (!is_word_char(text[at]) && text[at] != '.' &&
            !((before == 'e' || before == 'p') && (text[at] == '+' || text[at] == '-')))
            break;
    }
    return at;
}

bool piece_next(const char *text, uint32_t length, uint32_t *at, Piece *piece) {
    uint32_t begin = skip_space(text, length, *at), end = begin + 1;
    if (begin >= length) return false;
    char c = text[begin];
    if (is_word_start(c))
        while (end < length && is_word_char(text[end])) end++;
    else if (isdigit((unsigned char)c) || (c == '.' && end < length && isdigit((unsigned char)text[end])))
        end = behind_number(text, length, begin);
    else if (c == '"' || c == '\'') end = behind_literal(text, length, begin);
    *piece = (Piece){begin, end, 0};
    *at = end;
    return true;
}

Name macros_name(Macros *macros, const char *text, const Piece *piece) {
    return is_word_start(text[piece->begin]) ? names_add(macros->names, text + piece->begin, piece->end - piece->begin)
                                             : 0;
}

/* ---- the table */

static void define_builtins(Macros *macros) {
    static const char *const builtins[] = {"__FILE__ \"\"", "__LINE__ 0", "__DATE__ \"\"", "__TIME__ \"\"",
        "__COUNTER__ 0", "__INCLUDE_LEVEL__ 0", "__BASE_FILE__ \"\"", "__TIMESTAMP__ \"\"", "_Pragma(x)"};
    for (uint32_t i = 0; i < sizeof builtins / sizeof *builtins; i++) macros_define(macros, builtins[i]);
}

Macros *macros_new(void) {
    Macros *macros = calloc(1, sizeof *macros);
    if (!macros) fatal("out of memory");
    arena_init(&macros->arena);
    macros->names = names_new();
    macros->va_args = names_of(macros->names, "__VA_ARGS__");
    define_builtins(macros);
    return macros;
}

void macros_free(Macros *macros) {
    for (uint32_t i = 0; i < macros->list.n; i++) {
        vec_fini(&macros->list.data[i].pieces);
        vec_fini(&macros->list.data[i].params);
    }
    vec_fini(&macros->list);
    names_free(macros->names);
    arena_fini(&macros->arena);
    free(macros);
}

static Macro *macro_of(Macros *macros, Name name) {
    if (name >= macros->list.n) vec_resize(&macros->list, name + 1);
    return &macros->list.data[name];
}

static const Macro *find(const Macros *macros, Name name) {
    const Macro *macro = name && name < macros->list.n ? &macros->list.data[name] : NULL;
    return macro && macro->is_defined ? macro : NULL;
}

/* "(a, b, ...)"; returns where the body begins. */
static uint32_t read_params(Macros *macros, Macro *macro, const char *text, uint32_t length, uint32_t at) {
    Piece piece;
    while (piece_next(text, length, &at, &piece) && text[piece.begin] != ')') {
        Name name = macros_name(macros, text, &piece);
        if (name) vec_push(&macro->params, name);
        if (text[piece.begin] == '.') macro->is_variadic = true;
    }
    if (macro->is_variadic) vec_push(&macro->params, macros->va_args);
    return at;
}

void macros_define(Macros *macros, const char *definition) {
    uint32_t length = (uint32_t)strlen(definition), at = 0;
    Piece piece;
    if (!piece_next(definition, length, &at, &piece)) return;
    Name name = macros_name(macros, definition, &piece);
    if (!name) return;
    Macro *macro = macro_of(macros, name);
    vec_clear(&macro->pieces);
    vec_clear(&macro->params);
    macro->is_defined = true;
    macro->is_function = at < length && definition[at] == '(';
    macro->is_variadic = false;
    macro->body = arena_strdup(&macros->arena, definition);
    if (macro->is_function) at = read_params(macros, macro, macro->body, length, at + 1);
    while (piece_next(macro->body, length, &at, &piece)) {
        piece.name = macros_name(macros, macro->body, &piece);
        vec_push(&macro->pieces, piece);
    }
}

void macros_undef(Macros *macros, const char *text) {
    uint32_t at = 0;
    Piece piece;
    if (!piece_next(text, (uint32_t)strlen(text), &at, &piece)) return;
    Name name = macros_name(macros, text, &piece);
    if (name) macro_of(macros, name)->is_defined = false;
}

/* ---- uses */

/* The piece behind the parenthesis that closes the one at `at`, 0 when there is none. */
static uint32_t behind_arguments(const char *text, const Piece *pieces, uint32_t npieces, uint32_t at) {
    uint32_t depth = 0;
    for (; at < npieces; at++) {
        if (text[pieces[at].begin] == '(') depth++;
        if (text[pieces[at].begin] == ')' && --depth == 0) return at + 1;
    }
    return 0;
}

bool macros_use(
    const Macros *macros, const char *text, const Piece *pieces, uint32_t npieces, uint32_t at, MacroUse *use) {
    const Macro *macro = find(macros, pieces[at].name);
    if (!macro) return false;
    use->end = at + 1;
    if (!macro->is_function) return true;
    if (at + 1 >= npieces || text[pieces[at + 1].begin] != '(') return false;
    use->end = behind_arguments(text, pieces, npieces, at + 1);
    return use->end != 0;
}

/* ---- counting: a small expander over names, where all that matters of other pieces is whether they are ( ) or , */

typedef struct Item {
    Name name;
    char c; /* '(' ')' ',' '#', or 0 */
} Item;
typedef VEC(Item) Items;

static void add_items(Items *items, const char *text, const Piece *pieces, uint32_t begin, uint32_t end) {
    for (uint32_t i = begin; i < end; i++) {
        char c = text[pieces[i].begin];
        vec_push(items, (Item){pieces[i].name, strchr("(),#", c) ? c : '\0'});
    }
}

static uint32_t find_param(const Macro *macro, Name name) {
    for (uint32_t i = 0; name && i < macro->params.n; i++)
        if (macro->params.data[i] == name) return i;
    return UINT32_MAX;
}

/* The n-th argument of the use whose parenthesis is at `open`: [begin, end). */
static void find_argument(
    const Macro *macro, const Items *items, uint32_t open, uint32_t close, uint32_t n, uint32_t *begin, uint32_t *end) {
    uint32_t depth = 0, index = 0;
    bool takes_rest = macro->is_variadic && n + 1 == macro->params.n;
    *begin = open + 1;
    for (uint32_t i = open + 1; i < close; i++) {
        char c = items->data[i].c;
        if (c == '(') depth++;
        if (c == ')') depth--;
        if (c != ',' || depth > 0 || (index == n && takes_rest)) continue;
        if (index++ == n) {
            *end = i;
            return;
        }
        *begin = i + 1;
    }
    *end = close;
    if (index < n) *begin = close;
}

static bool is_hash(const Macro *macro, uint32_t i) {
    return i < macro->pieces.n && macro->body[macro->pieces.data[i].begin] == '#';
}

/* The body with its arguments in place; `#x` is one piece, `a ## b` joins its neighbours. */
static void substitute(
    Macros *macros, const Macro *macro, const Items *items, uint32_t open, uint32_t close, Items *result) {
    for (uint32_t i = 0; i < macro->pieces.n && macros->work > 0; i++, macros->work--) {
        if (is_hash(macro, i) && is_hash(macro, i + 1)) {
            if (result->n > 0) vec_last(result) = (Item){0};
            i += 2; /* what is pasted on: one piece of it is joined, a parameter's others are not counted */
            continue;
        }
        if (is_hash(macro, i) && macro->is_function) {
            vec_push(result, (Item){0});
            i++;
            continue;
        }
        uint32_t param = find_param(macro, macro->pieces.data[i].name), begin, end;
        if (param == UINT32_MAX) {
            add_items(result, macro->body, macro->pieces.data, i, i + 1);
            continue;
        }
        find_argument(macro, items, open, close, param, &begin, &end);
        for (uint32_t j = begin; j < end; j++) vec_push(result, items->data[j]);
    }
}

static uint32_t behind_items(const Items *items, uint32_t at) {
    uint32_t depth = 0;
    for (; at < items->n; at++) {
        if (items->data[at].c == '(') depth++;
        if (items->data[at].c == ')' && --depth == 0) return at + 1;
    }
    return 0;
}

static uint32_t count_items(Macros *macros, const Items *items, uint32_t depth) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < items->n && macros->work > 0; macros->work--) {
        const Macro *macro = find(macros, items->data[i].name);
        uint32_t end = i + 1;
        if (macro && macro->is_function)
            end = i + 1 < items->n && items->data[i + 1].c == '(' ? behind_items(items, i + 1) : 0;
        if (!macro || macro->is_active || end == 0 || depth >= MAX_DEPTH) {
            count++;
            i++;
            continue;
        }
        Items body = {0};
        Name name = items->data[i].name;
        substitute(macros, macro, items, i + 1, end - 1, &body);
        macros->list.data[name].is_active = true;
        count += count_items(macros, &body, depth + 1);
        macros->list.data[name].is_active = false;
        vec_fini(&body);
        i = end;
    }
    return count;
}

uint32_t macros_count(Macros *macros, const char *text, const Piece *pieces, uint32_t at, const MacroUse *use) {
    Items items = {0};
    macros->work = MAX_WORK;
    add_items(&items, text, pieces, at, use->end);
    uint32_t count = count_items(macros, &items, 0);
    vec_fini(&items);
    return count;
}

/* The words' classifier: gives the grammar one token after the other. All but the reserved words are names unless their
   neighbours make them keywords, so any number of raw tokens is looked at ahead; names that are types are known from
   typename.c. */
#include "frontend/syntax/lex.h"
#include "frontend/syntax/parser.h"
#include "parse.tab.h"

#include <assert.h>
#include <string.h>

enum { LOOKAHEAD = 64, TYPE_NESTING = 16, QUEUE_SLACK = 1024 };

int frontend_yylex(FRONTEND_YYSTYPE *value, Span *span, Parser *parser);

/* ---- words */

typedef enum Context { RESERVED, CONTEXTUAL, IGNORED } Context;

typedef struct Word {
    const char *text;
    int kind;
    Context context;
} Word;

static const Word words[] = {
    {"break", BREAK, RESERVED},
    {"case", CASE, RESERVED},
    {"char", CHAR, RESERVED},
    {"const", CONST, RESERVED},
    {"continue", CONTINUE, RESERVED},
    {"default", DEFAULT, RESERVED},
    {"do", DO, RESERVED},
    {"double", DOUBLE, RESERVED},
    {"else", ELSE, RESERVED},
    {"enum", ENUM, RESERVED},
    {"extern", EXTERN, RESERVED},
    {"float", FLOAT, RESERVED},
    {"for", FOR, RESERVED},
    {"goto", GOTO, RESERVED},
    {"if", IF, RESERVED},
    {"int", INT, RESERVED},
    {"long", LONG, RESERVED},
    {"return", RETURN, RESERVED},
    {"short", SHORT, RESERVED},
    {"signed", SIGNED, RESERVED},
    {"sizeof", SIZEOF, RESERVED},
    {"static", STATIC, RESERVED},
    {"struct", STRUCT, RESERVED},
    {"switch", SWITCH, RESERVED},
    {"typedef", TYPEDEF, RESERVED},
    {"union", UNION, RESERVED},
    {"unsigned", UNSIGNED, RESERVED},
    {"void", VOID, RESERVED},
    {"while", WHILE, RESERVED},
    {"_Atomic", ATOMIC, RESERVED},
    {"_Bool", BOOL, RESERVED},
    {"_Static_assert", STATIC_ASSERT, RESERVED},
    {"async", ASYNC, RESERVED},
    {"await", AWAIT, RESERVED},
    {"spawn", SPAWN, RESERVED},
    {"select", SELECT, RESERVED},
    {"defer", DEFER, RESERVED},
    {"_Alignas", UNSUPPORTED, RESERVED},
    {"_Alignof", UNSUPPORTED, RESERVED},
    {"_Complex", UNSUPPORTED, RESERVED},
    {"_Generic", UNSUPPORTED, RESERVED},
    {"_Imaginary", UNSUPPORTED, RESERVED},
    {"_Thread_local", UNSUPPORTED, RESERVED},
    {"__attribute__", UNSUPPORTED, RESERVED},
    {"asm", UNSUPPORTED, RESERVED},
    /* they change nothing here */
    {"auto", 0, IGNORED},
    {"inline", 0, IGNORED},
    {"register", 0, IGNORED},
    {"restrict", 0, IGNORED},
    {"volatile", 0, IGNORED},
    {"_Noreturn", 0, IGNORED},
    {"__extension__", 0, IGNORED},
    /* keywords where their neighbours say so */
    {"message", MESSAGE, CONTEXTUAL},
    {"protocol", PROTOCOL, CONTEXTUAL},
    {"session", SESSION, CONTEXTUAL},
    {"ltl", PROPERTY_LTL_WORD, CONTEXTUAL},
    {"ctl", PROPERTY_CTL_WORD, CONTEXTUAL},
    {"invariant", PROPERTY_INVARIANT_WORD, CONTEXTUAL},
    {"param", PARAM, CONTEXTUAL},
    {"scoped", SCOPED, CONTEXTUAL},
    {"poll", POLL, CONTEXTUAL},
    {"scope", SCOPE, CONTEXTUAL},
    {"atomic", ATOMIC_BLOCK, CONTEXTUAL},
    {"drop", DROP, CONTEXTUAL},
    {"biased", BIASED, CONTEXTUAL},
    {"daemon", DAEMON, CONTEXTUAL},
    {"as", AS, CONTEXTUAL},
    {"with", WITH, CONTEXTUAL},
    {"none", NONE, CONTEXTUAL},
    {"true", TRUE_WORD, CONTEXTUAL},
    {"false", FALSE_WORD, CONTEXTUAL},
    {"static_assert", STATIC_ASSERT, CONTEXTUAL},
};

void token_init(Parser *parser) {
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        Name name = names_of(parser->names, words[i].text);
        if (name >= parser->words.n) vec_resize(&parser->words, name + 1);
        parser->words.data[name] = (uint16_t)(i + 1);
    }
    typename_init(parser);
    parser->scanner = lex_open(parser);
}

void token_fini(Parser *parser) {
    lex_close(parser->scanner);
    vec_fini(&parser->queue);
    vec_fini(&parser->brackets);
    vec_fini(&parser->words);
    vec_fini(&parser->meanings);
    vec_fini(&parser->bindings);
    vec_fini(&parser->marks);
}

Span token_span(const Parser *parser, uint32_t begin, uint32_t end) {
    if (!parser->positions) return (Span){parser->file, begin, end};
    Span span = positions_span(parser->positions, begin, end);
    if (!span.file) return span;
    /* the scanner may see a longer token than the alignment did, when both meet what is no token of C */
    size_t length;
    sources_text(parser->tree->sources, span.file, &length);
    if (span.end > length) span.end = (uint32_t)length;
    if (span.begin > span.end) span.begin = span.end;
    return span;
}

static Span span_of(const Parser *parser, const Token *token) { return token_span(parser, token->begin, token->end); }

static const Word *word_of(const Parser *parser, const Token *token) {
    if (token->kind != IDENT || token->name >= parser->words.n) return NULL;
    uint16_t index = parser->words.data[token->name];
    return index ? &words[index - 1] : NULL;
}

/* ---- the queue of raw tokens */

static void scan(Parser *parser) {
    if (parser->queued.end > 0 && parser->queued.kind == 0) return; /* at the end */
    parser->raw.name = 0;
    parser->raw.kind = lex_next(parser->scanner, &parser->raw);
    if (parser->raw.kind == 0) parser->raw.begin = parser->raw.end = parser->length;
}

/* Missing semicolons that an earlier run over the text found stand in the queue as tokens. */
static void push_inserted(Parser *parser) {
    if (parser->next_inserted >= parser->inserted->n ||
        parser->inserted->data[parser->next_inserted] != parser->raw.begin)
        return;
    parser->next_inserted++;
    Token before = parser->queued;
    assert(before.end > before.begin); /* nothing is missing before the first token */
    Span span = token_span(parser, before.begin, before.end);
    span.begin = span.end;
    uint32_t length = before.end - before.begin;
    diags_add(parser->diags, DIAG_SYNTAX, span, "expected ';' after '%.*s'", length > 40 ? 40 : (int)length,
        parser->text + before.begin);
    vec_push(&parser->queue, (Token){.kind = ';', .begin = before.end, .end = before.end});
}

static void fill(Parser *parser, uint32_t count) {
    if (parser->queue_head > QUEUE_SLACK) {
        parser->queue.n -= parser->queue_head;
        memmove(
            parser->queue.data, parser->queue.data + parser->queue_head, parser->queue.n * sizeof *parser->queue.data);
        parser->queue_head = 0;
    }
    while (parser->queue.n - parser->queue_head < count) {
        scan(parser);
        const Word *word = word_of(parser, &parser->raw);
        if (word && word->context == IGNORED) continue;
        push_inserted(parser);
        parser->queued = parser->raw;
        vec_push(&parser->queue, parser->raw);
    }
}

/* The raw token i places behind the current one. Scanning past the end yields 0 again and again. */
static const Token *peek(Parser *parser, uint32_t i) {
    fill(parser, i + 1);
    return &parser->queue.data[parser->queue_head + i];
}

static bool is_next(Parser *parser, uint32_t i, int kind) { return peek(parser, i)->kind == kind; }

static Token pop(Parser *parser) {
    fill(parser, 1);
    return parser->queue.data[parser->queue_head++];
}

/* A word that is a name if nothing makes it a keyword. */
static bool is_name(Parser *parser, uint32_t i) {
    const Token *token = peek(parser, i);
    if (token->kind != IDENT) return false;
    const Word *word = word_of(parser, token);
    return !word || word->context == CONTEXTUAL;
}

static int reserved_kind(Parser *parser, uint32_t i) {
    const Word *word = word_of(parser, peek(parser, i));
    return word && word->context == RESERVED ? word->kind : 0;
}

/* ---- is it a type? */

static bool is_type_keyword(int kind) {
    static const int kinds[] = {
        VOID, CHAR, SHORT, INT, LONG, SIGNED, UNSIGNED, BOOL, FLOAT, DOUBLE, STRUCT, ENUM, UNION, CONST, ATOMIC};
    for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i] == kind) return true;
    return false;
}

/* The place behind the parenthesis that closes the one at i; 0 when it is too far. */
static uint32_t behind_parenthesis(Parser *parser, uint32_t i) {
    uint32_t depth = 0;
    for (uint32_t end = i + LOOKAHEAD; i < end; i++) {
        int kind = peek(parser, i)->kind;
        if (kind == '(') depth++;
        if (kind == ')' && --depth == 0) return i + 1;
        if (kind == ';' || kind == '{' || kind == '}' || kind == 0) return 0;
    }
    return 0;
}

static bool starts_type(Parser *parser, uint32_t i, uint32_t nesting);

/* Do the parentheses at i, behind the name of a handle with an argument, hold a type? */
static bool holds_type(Parser *parser, uint32_t i, uint32_t nesting) {
    if (!is_next(parser, i, '(') || nesting >= TYPE_NESTING) return false;
    if (starts_type(parser, i + 1, nesting + 1)) return true;
    uint32_t behind = is_name(parser, i + 1) ? behind_parenthesis(parser, i) : 0;
    return behind && is_name(parser, behind); /* chan(unknown) c */
}

static bool starts_type(Parser *parser, uint32_t i, uint32_t nesting) {
    if (is_type_keyword(reserved_kind(parser, i))) return true;
    if (!is_name(parser, i)) return false;
    switch (typename_meaning(parser, peek(parser, i)->name)) {
    case MEANING_TYPEDEF:
    case MEANING_MESSAGE:
    case MEANING_BASIC: return !is_next(parser, i + 1, '.') && !is_next(parser, i + 1, '(');
    case MEANING_HANDLE: return !is_next(parser, i + 1, '(');
    case MEANING_HANDLE_OF: return holds_type(parser, i + 1, nesting);
    case MEANING_NONE:
    case MEANING_VALUE: break;
    }
    return false;
}

static bool starts_declaration(Parser *parser, uint32_t i) {
    return starts_type(parser, i, 0) || (is_name(parser, i) && is_name(parser, i + 1));
}

static bool is_same_line(const Parser *parser, const Token *a, const Token *b) {
    return memchr(parser->text + a->end, '\n', b->begin - a->end) == NULL;
}

static bool is_one_of(int kind, const int *kinds, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == kind) return true;
    return false;
}

/* A declaration may begin here. */
static bool may_declare(const Parser *parser) {
    static const int before[] = {0, ';', '{', '}', ':', ')', '(', ',', ASYNC, STATIC, EXTERN, TYPEDEF, CONST, SCOPED,
        PARAM, POLL, ATOMIC, ARM_CASE};
    return is_one_of(parser->prev, before, sizeof before / sizeof *before);
}

/* `unknown name` where a declaration may begin: read as a type that sema will not find. */
static bool is_unknown_type(Parser *parser, const Token *token) {
    static const int behind[] = {';', '=', ',', '[', '(', ')', ':'};
    if (!may_declare(parser) || !is_name(parser, 0)) return false;
    return is_same_line(parser, token, peek(parser, 0)) &&
           is_one_of(peek(parser, 1)->kind, behind, sizeof behind / sizeof *behind);
}

static bool is_type_word(int kind) {
    return kind == TYPE_NAME || kind == HANDLE || (is_type_keyword(kind) && kind != CONST && kind != ATOMIC);
}

/* A name in a place where it may be a type. */
static int classify_name(Parser *parser, const Token *token) {
    if (is_type_word(parser->prev)) return IDENT;
    if (is_next(parser, 0, '.') || is_next(parser, 0, ':')) return IDENT;
    bool is_called = is_next(parser, 0, '(');
    switch (typename_meaning(parser, token->name)) {
    case MEANING_TYPEDEF:
    case MEANING_MESSAGE:
    case MEANING_BASIC: return is_called && !is_next(parser, 1, '*') ? IDENT : TYPE_NAME;
    case MEANING_HANDLE: return is_called ? IDENT : HANDLE;
    case MEANING_HANDLE_OF:
        if (holds_type(parser, 0, 0)) return HANDLE_OF;
        if (may_declare(parser) && (is_next(parser, 0, '<') || is_type_keyword(reserved_kind(parser, 0))))
            return TYPE_NAME; /* chan<int>, chan int */
        return !is_called && is_unknown_type(parser, token) ? TYPE_NAME : IDENT;
    case MEANING_NONE:
        if (parser->last.kind == '(' && parser->before_last.kind == HANDLE_OF) return TYPE_NAME;
        return is_unknown_type(parser, token) ? TYPE_NAME : IDENT;
    case MEANING_VALUE: break;
    }
    return IDENT;
}

/* ---- contextual words */

static bool is_top_level(const Parser *parser) { return parser->brackets.n == 0; }

static bool is_fault(Parser *parser, uint32_t i) {
    const char *text = names_text(parser->names, peek(parser, i)->name);
    return strcmp(text, "crash") == 0 || strcmp(text, "restart") == 0;
}

/* `ltl p:` or `ltl p fair(weak):` */
static bool heads_property(Parser *parser) {
    if (!is_top_level(parser) || !is_name(parser, 0)) return false;
    return is_next(parser, 1, ':') || (is_name(parser, 1) && is_next(parser, 2, '(') && is_name(parser, 3));
}

/* Do its neighbours make the word a keyword? */
static bool is_keyword_here(Parser *parser, const Token *token, int kind) {
    bool is_free = typename_meaning(parser, token->name) == MEANING_NONE;
    int prev = parser->prev;
    switch (kind) {
    case MESSAGE: return is_name(parser, 0) && is_next(parser, 1, '{');
    case PROTOCOL: return is_top_level(parser) && is_name(parser, 0) && is_next(parser, 1, '(');
    case SESSION: return is_top_level(parser) && is_name(parser, 0) && is_next(parser, 1, '=');
    case PROPERTY_LTL_WORD:
    case PROPERTY_CTL_WORD:
    case PROPERTY_INVARIANT_WORD: return heads_property(parser);
    case PARAM: return is_top_level(parser) && starts_declaration(parser, 0);
    case SCOPED: return is_free && starts_declaration(parser, 0);
    case POLL: return is_top_level(parser) && !is_next(parser, 0, '(') && starts_declaration(parser, 0);
    case SCOPE:
    case ATOMIC_BLOCK: return is_next(parser, 0, '{') && prev != STRUCT && prev != ENUM;
    case DROP: return prev == '}' && is_next(parser, 0, '{');
    case BIASED: return reserved_kind(parser, 0) == SELECT;
    case DAEMON: return (prev == SPAWN || prev == ')') && is_name(parser, 0);
    case AS: return prev == ')' && is_name(parser, 0) && is_next(parser, 1, '.');
    case WITH: return is_name(parser, 0) && is_fault(parser, 0);
    case STATIC_ASSERT: return is_free && is_next(parser, 0, '(');
    default: return is_free && !is_next(parser, 0, '('); /* none, true, false */
    }
}

static Letters letters_of(int kind) {
    return kind == PROPERTY_LTL_WORD ? LETTERS_LTL : kind == PROPERTY_CTL_WORD ? LETTERS_CTL : LETTERS_INVARIANT;
}

/* ---- the operators of properties */

typedef struct Letter {
    const char *text;
    int kind;
    Op op;
    Letters where;
} Letter;

static const Letter letter_table[] = {
    {"X", TEMPORAL, OP_X, LETTERS_LTL},   {"F", TEMPORAL, OP_F, LETTERS_LTL},   {"G", TEMPORAL, OP_G, LETTERS_LTL},
    {"U", UNTIL, OP_U, LETTERS_LTL},      {"R", UNTIL, OP_R, LETTERS_LTL},      {"W", UNTIL, OP_W, LETTERS_LTL},
    {"M", UNTIL, OP_M, LETTERS_LTL},      {"AX", TEMPORAL, OP_AX, LETTERS_CTL}, {"EX", TEMPORAL, OP_EX, LETTERS_CTL},
    {"AF", TEMPORAL, OP_AF, LETTERS_CTL}, {"EF", TEMPORAL, OP_EF, LETTERS_CTL}, {"AG", TEMPORAL, OP_AG, LETTERS_CTL},
    {"EG", TEMPORAL, OP_EG, LETTERS_CTL}, {"A", PATH, OP_AU, LETTERS_CTL},      {"E", PATH, OP_EU, LETTERS_CTL},
    {"U", UNTIL, OP_U, LETTERS_CTL},
};

static bool starts_operand(Parser *parser) {
    return is_name(parser, 0) || is_next(parser, 0, '(') || is_next(parser, 0, NUMBER) || is_next(parser, 0, '!');
}

/* The letters of the other logic, and in an invariant those of both, are operators too, for sema to refuse, unless they name something of
   the program. */
static const Letter *letter_of(Parser *parser, const Token *token) {
    const char *text = names_text(parser->names, token->name);
    const Letter *foreign = NULL;
    for (uint32_t i = 0; i < sizeof letter_table / sizeof *letter_table; i++) {
        if (strcmp(letter_table[i].text, text) != 0) continue;
        if (letter_table[i].where == parser->letters) return &letter_table[i];
        foreign = &letter_table[i];
    }
    if (!foreign || typename_meaning(parser, token->name) != MEANING_NONE) return NULL;
    return parser->letters != LETTERS_INVARIANT || starts_operand(parser) ? foreign : NULL;
}

/* ---- protocols and sessions: taken whole, their own parser reads them */

static bool skip_group(Parser *parser, Token *whole, char open, char close) {
    uint32_t depth = 0;
    do {
        Token token = pop(parser);
        if (token.kind == 0) return false;
        if (token.kind == open) depth++;
        if (token.kind == close) depth--;
        whole->end = token.end;
    } while (depth > 0);
    return true;
}

static bool skip_session(Parser *parser, Token *whole) {
    uint32_t depth = 0;
    for (;;) {
        Token token = pop(parser);
        if (token.kind == 0) return false;
        whole->end = token.end;
        if (token.kind == '{' || token.kind == '(') depth++;
        if ((token.kind == '}' || token.kind == ')') && depth > 0) depth--;
        if (token.kind == ';' && depth == 0) return true;
    }
}

static Named skip_text(Parser *parser, Token *whole) {
    bool is_session = whole->kind == SESSION;
    Token token = pop(parser);
    Named named = {token.name, span_of(parser, &token)};
    bool is_closed = is_session ? skip_session(parser, whole)
                                : skip_group(parser, whole, '(', ')') && is_next(parser, 0, '{') &&
                                      skip_group(parser, whole, '{', '}');
    if (!is_closed)
        diags_add(parser->diags, DIAG_SYNTAX, named.at, "%s '%s' is not closed", is_session ? "session" : "protocol",
                  names_text(parser->names, named.name));
    return named;
}

/* ---- one token of the grammar */

static int classify_word(Parser *parser, Token *token, FRONTEND_YYSTYPE *value) {
    static const int name_follows[] = {'.', ARROW, STRUCT, ENUM, UNION, GOTO, '@', PROPERTY_LTL_WORD,
        PROPERTY_CTL_WORD};
    const Word *word = word_of(parser, token);
    if (word && word->context == RESERVED) return word->kind;
    if (is_one_of(parser->prev, name_follows, sizeof name_follows / sizeof *name_follows)) return IDENT;
    const Letter *letter = parser->letters ? letter_of(parser, token) : NULL;
    if (letter && (letter->kind != PATH || is_next(parser, 0, '['))) {
        value->op = letter->op;
        return letter->kind;
    }
    if (word && is_keyword_here(parser, token, word->kind)) return word->kind;
    if (parser->prev == CASE && is_next(parser, 0, '(')) return PATTERN;
    if (parser->prev == CASE && is_next(parser, 0, '.') && is_name(parser, 1) &&
        (is_next(parser, 2, '(') || is_next(parser, 2, ':')))
        return PATTERN;
    return classify_name(parser, token);
}

static bool is_in_select(const Parser *parser) {
    return parser->brackets.n > 0 && vec_last(&parser->brackets).is_select;
}

/* Punctuation that means something else in a property. */
static int classify_in_property(Parser *parser, Token *token, FRONTEND_YYSTYPE *value) {
    if (token->kind == ARROW) return IMPLIES;
    if (parser->letters == LETTERS_INVARIANT) return token->kind;
    if (token->kind == DIAMOND) return value->op = OP_F, TEMPORAL;
    if (token->kind != '[' || !is_next(parser, 0, ']')) return token->kind;
    token->end = pop(parser).end;
    return value->op = OP_G, TEMPORAL;
}

static Expr *literal_of(Parser *parser, const Token *token) {
    Span span = span_of(parser, token);
    const char *text = parser->text + token->begin;
    size_t length = token->end - token->begin;
    if (token->kind == NUMBER) return literal_number(parser, span, text, length);
    if (token->kind == CHARACTER) return literal_char(parser, span, text, length);
    return literal_string(parser, span, text, length);
}

static int report_unsupported(Parser *parser, const Token *token, int kind) {
    Span span = span_of(parser, token);
    if (kind == FLOAT || kind == DOUBLE) {
        diags_add(parser->diags, DIAG_FLOATING_POINT, span, "the dialect has no floating point");
        return kind;
    }
    diags_add(parser->diags, DIAG_NOT_C, span, "the dialect has no unions");
    diags_note(parser->diags, span, "`message NAME { label(T a); ... };` is a tagged union");
    return STRUCT;
}

/* The token before was the last of a property, or of what it was lost in: only now, so that the actions that the `;` sets off still know
   that this is a property. Braces inside it are those of values, `(pair){ 1, 2 }.a`. */
static bool ends_property(const Parser *parser, const Token *token) {
    switch (parser->prev) {
    case ';': return true;
    case '{': return parser->brackets.n <= 1 && parser->before_last.kind != ')';
    case '}': return parser->brackets.n == 0 && token->kind != '.';
    default: return false;
    }
}

static int classify(Parser *parser, Token *token, FRONTEND_YYSTYPE *value) {
    int kind = token->kind;
    if (parser->letters && ends_property(parser, token)) parser->letters = LETTERS_NONE;
    switch (kind) {
    case IDENT:
        kind = classify_word(parser, token, value);
        if (kind == UNION || kind == FLOAT || kind == DOUBLE) return report_unsupported(parser, token, kind);
        if ((kind == CASE || kind == DEFAULT) && is_in_select(parser)) return kind == CASE ? ARM_CASE : ARM_DEFAULT;
        if (kind == PROPERTY_LTL_WORD || kind == PROPERTY_CTL_WORD || kind == PROPERTY_INVARIANT_WORD)
            parser->letters = letters_of(kind);
        if (kind == MESSAGE) typename_declare(parser, peek(parser, 0)->name, MEANING_MESSAGE);
        if (kind == PROTOCOL || kind == SESSION) {
            token->kind = kind;
            value->named = skip_text(parser, token);
        } else if (kind != TEMPORAL && kind != UNTIL && kind != PATH) {
            value->name = token->name;
        }
        return kind;
    case NUMBER:
    case CHARACTER:
    case STRING: value->expr = literal_of(parser, token); return kind;
    case BAD_LITERAL:
        value->expr = expr_new(parser, EXPR_ERROR, span_of(parser, token), span_of(parser, token));
        return kind;
    default: return parser->letters ? classify_in_property(parser, token, value) : kind;
    }
}

/* ---- brackets, scopes and nesting */

static void open_bracket(Parser *parser, const Token *token, int kind) {
    bool is_brace = kind == '{';
    if (is_brace) typename_open(parser);
    vec_push(&parser->brackets, (Bracket){.open = (char)kind, .is_for = kind == '(' && parser->prev == FOR,
                                          .is_select = is_brace && parser->prev == SELECT, .begin = token->begin});
    if (parser->brackets.n <= AST_MAX_DEPTH) return;
    check_depth(parser, AST_MAX_DEPTH + 1, span_of(parser, token));
    parser->gave_up = true;
}

static void pop_bracket(Parser *parser) {
    if (vec_pop(&parser->brackets).open == '{') typename_close(parser);
}

/* Brackets that were left open inside a brace are closed with it. */
static void close_bracket(Parser *parser, int kind) {
    char open = kind == ')' ? '(' : kind == ']' ? '[' : '{';
    uint32_t i = parser->brackets.n;
    while (i > 0 && parser->brackets.data[i - 1].open != open && parser->brackets.data[i - 1].open != '{') i--;
    if (open == '{')
        while (i > 0 && parser->brackets.data[i - 1].open != '{') i--;
    if (i == 0 || parser->brackets.data[i - 1].open != open) return;
    while (parser->brackets.n >= i) pop_bracket(parser);
}

static void track(Parser *parser, const Token *token, int kind) {
    if (kind == '(' || kind == '[' || kind == '{') open_bracket(parser, token, kind);
    if (kind == ')' || kind == ']' || kind == '}') close_bracket(parser, kind);
}

const Bracket *token_bracket(const Parser *parser) {
    return parser->brackets.n > 0 ? &vec_last(&parser->brackets) : NULL;
}

/* ---- recovery: behind the statement or brace group of the error */

static void close_parentheses(Parser *parser) {
    while (parser->brackets.n > 0 && vec_last(&parser->brackets).open != '{') pop_bracket(parser);
}

/* Drops everything up to the brace that closes the group at the top of the brackets. */
static int skip_braces(Parser *parser, Token *token) {
    uint32_t depth = 1;
    while (depth > 0) {
        *token = pop(parser);
        if (token->kind == 0) return 0;
        if (token->kind == '{') depth++;
        if (token->kind == '}') depth--;
    }
    track(parser, token, '}');
    return SKIPPED;
}

/* Is the token one where parsing can go on? `kind` was tracked already. */
static int recover_at(Parser *parser, Token *token, int kind) {
    if (kind == 0 || kind == '}') return kind;
    if (kind == '{') return skip_braces(parser, token);
    if (kind != ';') return -1;
    for (uint32_t i = parser->brackets.n; i > 0 && parser->brackets.data[i - 1].open != '{'; i--)
        if (parser->brackets.data[i - 1].is_for) return -1;
    close_parentheses(parser);
    return ';';
}

void token_recover(Parser *parser) {
    int kind = parser->prev;
    parser->recovering = kind != ';' && kind != '}' && kind != 0;
    if (kind == ';') {
        Token unused;
        parser->recovering = recover_at(parser, &unused, kind) != ';';
    }
}

static int skip_to_recovery(Parser *parser, Token *token, FRONTEND_YYSTYPE *value) {
    if (parser->prev == '{') return skip_braces(parser, token); /* the error was the brace */
    for (;;) {
        *token = pop(parser);
        int kind = classify(parser, token, value);
        track(parser, token, kind);
        if (parser->gave_up) return 0;
        parser->prev = kind;
        int found = recover_at(parser, token, kind);
        if (found >= 0) return found;
    }
}

bool token_starts_line(const Parser *parser) {
    return parser->before_last.end > 0 && parser->last.begin >= parser->before_last.end &&
           !is_same_line(parser, &parser->before_last, &parser->last);
}

int frontend_yylex(FRONTEND_YYSTYPE *value, Span *span, Parser *parser) {
    Token token = parser->last;
    int kind = 0;
    if (parser->gave_up) {
        token.begin = token.end;
    } else if (parser->recovering) {
        kind = skip_to_recovery(parser, &token, value);
        parser->recovering = false;
    } else {
        token = pop(parser);
        kind = classify(parser, &token, value);
        track(parser, &token, kind);
    }
    if (parser->gave_up) kind = 0;
    token.kind = kind;
    parser->before_last = parser->last;
    parser->last = token;
    parser->prev = kind;
    *span = span_of(parser, &token);
    return kind;
}

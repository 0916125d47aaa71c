/* The tokens of protocols. */
#include "session/build.h"
#include "parse.tab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int session_yylex(SESSION_YYSTYPE *value, Span *span, ProtocolParser *parser);

enum { NO_TOKEN = -1 };

typedef struct Keyword { const char *text; int token; } Keyword;
static const Keyword keywords[] = {
    {"protocol", PROTOCOL}, {"role", ROLE}, {"choice", CHOICE}, {"at", AT}, {"or", OR}, {"rec", REC}, {"continue", CONTINUE}, {"par", PAR},
    {"and", AND}, {"do", DO}, {"unreliable", UNRELIABLE}, {"crash", CRASH}, {"where", WHERE}, {"let", LET}, {"within", WITHIN}, {"for", FOR},
    {"if", IF}, {"else", ELSE}, {"int", INT},
};

/* The longest first. */
typedef struct Sign { const char *text; int token; } Sign;
static const Sign signs[] = {
    {"<<=", SHL_BY}, {">>=", SHR_BY}, {"->", ARROW}, {"++", INCREMENT}, {"--", DECREMENT}, {"+=", ADD_TO}, {"-=", SUB_FROM}, {"*=", MUL_BY},
    {"/=", DIV_BY}, {"||", OR_OR}, {"&&", AND_AND}, {"==", EQUAL}, {"!=", DIFFERS}, {"<=", AT_MOST}, {">=", AT_LEAST}, {"<<", SHIFT_LEFT},
    {">>", SHIFT_RIGHT},
};

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static char peek(const ProtocolParser *parser, uint32_t ahead) {
    return parser->at + ahead < parser->end ? parser->text[parser->at + ahead] : '\0';
}

static void skip_comment(ProtocolParser *parser) {
    uint32_t begin = parser->at;
    if (peek(parser, 1) == '/') {
        while (parser->at < parser->end && parser->text[parser->at] != '\n') parser->at++;
        return;
    }
    for (parser->at += 2; parser->at < parser->end; parser->at++)
        if (peek(parser, 0) == '*' && peek(parser, 1) == '/') {
            parser->at += 2;
            return;
        }
    parser->failed = true;
    diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, (Span){parser->file, begin, begin + 2}, "comment is not closed");
}

static void skip_blanks(ProtocolParser *parser) {
    for (;;) {
        while (parser->at < parser->end && isspace((unsigned char)parser->text[parser->at])) parser->at++;
        if (peek(parser, 0) != '/' || (peek(parser, 1) != '/' && peek(parser, 1) != '*')) return;
        skip_comment(parser);
    }
}

/* After these a word is a name, whatever it is: a label may be called `for`. */
static bool is_name_next(const ProtocolParser *parser) {
    static const int before[] = {':', ARROW, '.', ROLE, AT, REC, CONTINUE, PROTOCOL, INT};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (parser->prev == before[i]) return true;
    return false;
}

/* A role that is called as a keyword is: what follows is an arrow. */
static bool is_sender(ProtocolParser *parser) {
    uint32_t at = parser->at;
    while (at < parser->end && isspace((unsigned char)parser->text[at])) at++;
    return at + 1 < parser->end && parser->text[at] == '-' && parser->text[at + 1] == '>';
}

static int word_token(ProtocolParser *parser, SESSION_YYSTYPE *value, uint32_t begin) {
    while (is_word(peek(parser, 0))) parser->at++;
    const char *text = parser->text + begin;
    size_t length = parser->at - begin;
    bool is_name = is_name_next(parser) || is_sender(parser);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords && !is_name; i++)
        if (strlen(keywords[i].text) == length && memcmp(keywords[i].text, text, length) == 0) return keywords[i].token;
    value->name = names_add(parser->protocols->names, text, length);
    return IDENT;
}

static int number_token(ProtocolParser *parser, SESSION_YYSTYPE *value, uint32_t begin) {
    while (is_word(peek(parser, 0))) parser->at++;
    char digits[32];
    size_t length = parser->at - begin;
    char *end = digits;
    if (length < sizeof digits) {
        memcpy(digits, parser->text + begin, length);
        digits[length] = '\0';
        value->number = strtoll(digits, &end, 0);
    }
    if (end == digits || *end || value->number > INT32_MAX) {
        parser->failed = true;
        diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, (Span){parser->file, begin, parser->at}, "a number that is malformed, or larger than %d", INT32_MAX);
        value->number = 0;
    }
    return NUMBER;
}

static int sign_token(ProtocolParser *parser) {
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i].text);
        if (parser->at + length > parser->end || memcmp(parser->text + parser->at, signs[i].text, length) != 0) continue;
        parser->at += (uint32_t)length;
        return signs[i].token;
    }
    return NO_TOKEN;
}

static int next_token(ProtocolParser *parser, SESSION_YYSTYPE *value, uint32_t begin) {
    char c = peek(parser, 0);
    if (parser->at >= parser->end) return 0;
    if (isdigit((unsigned char)c)) return number_token(parser, value, begin);
    if (is_word(c)) return word_token(parser, value, begin);
    int sign = sign_token(parser);
    if (sign != NO_TOKEN) return sign;
    parser->at++;
    if (c && strchr("{}()[],;:.=?|^&<>+-*/%!~", c)) return (unsigned char)c;
    parser->failed = true;
    diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, (Span){parser->file, begin, parser->at}, "a character that has no place in a protocol");
    return NO_TOKEN;
}

int session_yylex(SESSION_YYSTYPE *value, Span *span, ProtocolParser *parser) {
    uint32_t begin;
    int token;
    do {
        skip_blanks(parser);
        begin = parser->at;
        token = next_token(parser, value, begin);
    } while (token == NO_TOKEN);
    *span = (Span){parser->file, begin, parser->at};
    parser->prev = token;
    return token;
}

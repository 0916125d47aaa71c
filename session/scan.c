/* The tokens of protocols. */
#include "session/build.h"
#include "parse.tab.h"

#include <ctype.h>
#include <string.h>

int session_yylex(SESSION_YYSTYPE *value, Span *span, ProtocolParser *parser);

enum { NO_TOKEN = -1 };

typedef struct Keyword { const char *text; int token; } Keyword;
static const Keyword keywords[] = {
    {"protocol", PROTOCOL}, {"role", ROLE}, {"choice", CHOICE}, {"at", AT}, {"or", OR}, {"rec", REC}, {"continue", CONTINUE}, {"par", PAR},
    {"and", AND}, {"do", DO},
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

static int word_token(ProtocolParser *parser, SESSION_YYSTYPE *value, uint32_t begin) {
    while (is_word(peek(parser, 0))) parser->at++;
    const char *text = parser->text + begin;
    size_t length = parser->at - begin;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i].text) == length && memcmp(keywords[i].text, text, length) == 0) return keywords[i].token;
    if (length == 5 && memcmp(text, "where", 5) == 0) { /* up to the end of the element */
        while (parser->at < parser->end && parser->text[parser->at] != ';') parser->at++;
        return CONDITION;
    }
    value->name = names_add(parser->protocols->names, text, length);
    return IDENT;
}

static int next_token(ProtocolParser *parser, SESSION_YYSTYPE *value, uint32_t begin) {
    char c = peek(parser, 0);
    if (parser->at >= parser->end) return 0;
    if (is_word(c)) return word_token(parser, value, begin);
    parser->at++;
    if (c == '-' && peek(parser, 0) == '>') {
        parser->at++;
        return ARROW;
    }
    if (strchr("{}()[],;:.", c) && c) return (unsigned char)c;
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
    return token;
}

/* The grammar of protocols.
   file     = { protocol }
   protocol = "protocol" NAME "(" role { "," role } ")" block
   block    = "{" { element } "}"
   element  = NAME "->" NAME ":" label ";" | "choice" "at" NAME block { "or" block } | "rec" NAME block | "continue" NAME ";"
            | "par" block { "and" block } | "do" NAME "(" NAME { "," NAME } ")" ";"
   label    = NAME [ "(" [ payload { "," payload } ] ")" ] */
%require "3.8"
%define api.pure full
%define api.prefix {session_yy}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%param {ProtocolParser *parser}
%expect 0

%code requires {
#include "session/parser.h"
}

%code {
#include "session/build.h"

int session_yylex(SESSION_YYSTYPE *value, Span *span, ProtocolParser *parser);
static void session_yyerror(Span *span, ProtocolParser *parser, const char *message);
#define YYMAXDEPTH 20000
#define YYLLOC_DEFAULT(Current, Rhs, N)                                             \
    do {                                                                            \
        if (N) (Current) = span_join(YYRHSLOC(Rhs, 1), YYRHSLOC(Rhs, N));           \
        else (Current) = (Span){YYRHSLOC(Rhs, 0).file, YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end}; \
    } while (0)
}

%union {
    Name name;
    Word word;
    GlobalType *global;
    GlobalList globals;
    WordList words;
}

%token <name> IDENT "a name"
%token <name> CONDITION "a condition"
%token PROTOCOL "'protocol'" ROLE "'role'" CHOICE "'choice'" AT "'at'" OR "'or'" REC "'rec'" CONTINUE "'continue'" PAR "'par'" AND "'and'" DO "'do'"
%token ARROW "'->'"

%type <word> name
%type <global> block elements element
%type <globals> arms branches
%type <words> names
%type <name> label payloads payload type

%%

file: %empty | file protocol | file error

protocol: PROTOCOL name { build_begin(parser, $2, @1); } '(' roles ')' block { build_end(parser, $7, @$); }

roles: role | roles ',' role
role: ROLE name { build_role(parser, $2); }
  | ROLE name '[' name ']' { build_refuse(parser, @$, "indexed roles"); build_role(parser, $2); }

block: open elements '}' { parser->depth--; $$ = $2; }

open: '{' { build_deeper(parser, @1); }

elements: %empty { $$ = NULL; }
  | element elements { $$ = build_then($1, $2); }

element: name ARROW name ':' label ';' { $$ = build_message(parser, $1, $3, $5, @$); }
  | name ARROW name ':' label CONDITION ';' { build_refuse(parser, @6, "a condition on a payload"); $$ = build_message(parser, $1, $3, $5, @$); }
  | CHOICE AT name arms { $$ = build_choice(parser, $3, $4, @$); }
  | REC name { build_open(parser, $2); } block { $$ = build_rec(parser, $4, @$); }
  | CONTINUE name ';' { $$ = build_continue(parser, $2, @$); }
  | PAR branches { $$ = build_par(parser, $2, @$); }
  | DO name '(' names ')' ';' { $$ = build_do(parser, $2, $4, @$); }
  | error ';' { parser->failed = true; $$ = NULL; yyerrok; }

arms: block { $$ = build_list(parser, (GlobalList){0}, $1); }
  | arms OR block { $$ = build_list(parser, $1, $3); }

branches: block { $$ = build_list(parser, (GlobalList){0}, $1); }
  | branches AND block { $$ = build_list(parser, $1, $3); }

names: name { $$ = build_words(parser, (WordList){0}, $1); }
  | names ',' name { $$ = build_words(parser, $1, $3); }

label: name { $$ = $1.name; }
  | name '(' ')' { $$ = $1.name; }
  | name '(' payloads ')' { $$ = build_label(parser, $1.name, $3); }

payloads: payload | payloads ',' payload { $$ = build_payloads(parser, $1, $3); }

/* A type, and a name that may be left out. */
payload: type
  | type name
  | name '.' name name { build_refuse(parser, @$, "a role as a payload"); $$ = $4.name; }

type: name { $$ = $1.name; }

name: IDENT { $$ = (Word){$1, @1}; }

%%

static int expected_token(const yypcontext_t *context) {
    yysymbol_kind_t expected[2];
    return yypcontext_expected_tokens(context, expected, 2) == 1 ? (int)expected[0] : -1;
}

static int yyreport_syntax_error(const yypcontext_t *context, ProtocolParser *parser) {
    Span at = *yypcontext_location(context);
    int expected = expected_token(context);
    const char *found = yysymbol_name(yypcontext_token(context));
    parser->failed = true;
    if (expected >= 0) diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, at, "expected %s, not %s", yysymbol_name((yysymbol_kind_t)expected), found);
    else diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, at, "%s has no place here", found);
    return 0;
}

static void session_yyerror(Span *span, ProtocolParser *parser, const char *message) {
    parser->failed = true;
    diags_add(parser->diags, DIAG_PROTOCOL_SYNTAX, *span, "%s", message);
}

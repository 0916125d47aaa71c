/* The grammar of protocols.
   file     = { protocol }
   protocol = "protocol" NAME "(" param { "," param } ")" block
   param    = [ "unreliable" ] "role" NAME [ "[" expr "]" ] | "int" NAME [ "=" expr ]
   block    = "{" { element } "}"
   element  = role "->" role ":" label [ "where" expr ] [ "let" let { "," let } ] [ "within" "[" expr "," expr "]" ] ";"
            | "crash" role "->" role ";" | "choice" "at" role arm { "or" arm } | "rec" NAME block | "continue" NAME ";"
            | "par" arm { "and" arm } | "do" NAME "(" arg { "," arg } ")" ";" | for block | "if" "(" expr ")" block [ "else" ( block | if ) ]
   role     = NAME [ "[" expr "]" ]
   arm      = [ for ] block
   for      = "for" "(" "int" NAME "=" expr ";" expr ";" NAME ( "++" | "--" | ( "+=" | "-=" | "*=" | "/=" | "<<=" | ">>=" ) expr ) ")"
   label    = NAME [ "(" [ payload { "," payload } ] ")" ]
   payload  = TYPE [ NAME ] | NAME "." NAME NAME
   let      = NAME "=" expr
   arg      = expr | NAME "[" expr ":" expr "]"
   expr     : C's, without assignments, calls and the comma */
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
#define OPERATOR(operation, span_, ...) build_expr(parser, (ProtocolExpr){.op = PROTOCOL_##operation, .span = span_, __VA_ARGS__})
#define BINARY(operation, span_, left, right) OPERATOR(operation, span_, .a = left, .b = right)
}

%union {
    Name name;
    int64_t number;
    Word word;
    RoleRef role;
    Syntax *syntax;
    SyntaxArm arm;
    ArmList arms;
    const SyntaxFor *loop;
    SyntaxFor step;
    const ProtocolExpr *expr;
    ExprList exprs;
    PayloadList payloads;
    Payload payload;
    Label label;
    LetList lets;
    SyntaxLet let;
    SyntaxWindow window;
    bool flag;
}

%token <name> IDENT "a name"
%token <number> NUMBER "a number"
%token PROTOCOL "'protocol'" ROLE "'role'" CHOICE "'choice'" AT "'at'" OR "'or'" REC "'rec'" CONTINUE "'continue'" PAR "'par'" AND "'and'" DO "'do'"
%token UNRELIABLE "'unreliable'" CRASH "'crash'" WHERE "'where'" LET "'let'" WITHIN "'within'" FOR "'for'" IF "'if'" ELSE "'else'" INT "'int'"
%token ARROW "'->'" INCREMENT "'++'" DECREMENT "'--'" ADD_TO "'+='" SUB_FROM "'-='" MUL_BY "'*='" DIV_BY "'/='" SHL_BY "'<<='" SHR_BY "'>>='"
%token OR_OR "'||'" AND_AND "'&&'" EQUAL "'=='" DIFFERS "'!='" AT_MOST "'<='" AT_LEAST "'>='" SHIFT_LEFT "'<<'" SHIFT_RIGHT "'>>'"

%right '?' ':'
%left OR_OR
%left AND_AND
%left '|'
%left '^'
%left '&'
%left EQUAL DIFFERS
%left '<' '>' AT_MOST AT_LEAST
%left SHIFT_LEFT SHIFT_RIGHT
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY

%type <word> name
%type <role> role
%type <syntax> block elements element conditional otherwise
%type <arms> arms branches
%type <arm> arm
%type <loop> for
%type <step> step
%type <expr> expr size default condition
%type <exprs> args
%type <label> label
%type <payloads> payloads
%type <payload> payload
%type <word> type
%type <lets> updates lets
%type <let> let
%type <window> window
%type <flag> unreliable

%%

file: %empty | file protocol | file error

protocol: PROTOCOL name { build_begin(parser, $2, @1); } '(' params ')' block { build_end(parser, $7, @$); }

params: param | params ',' param
param: unreliable ROLE name size { build_param(parser, (SyntaxParam){$3.name, $3.span, true, $1, $4}); }
  | INT name default { build_param(parser, (SyntaxParam){.name = $2.name, .span = $2.span, .size = $3}); }
unreliable: %empty { $$ = false; } | UNRELIABLE { $$ = true; }
size: %empty { $$ = NULL; } | '[' expr ']' { $$ = $2; }
default: %empty { $$ = NULL; } | '=' expr { $$ = $2; }

block: open elements '}' { parser->depth--; $$ = $2; }

open: '{' { build_deeper(parser, @1); }

elements: %empty { $$ = NULL; }
  | element elements { $$ = build_then($1, $2); }

element: role ARROW role ':' label condition updates window ';'
    { $$ = build_element(parser, (Syntax){.kind = SYNTAX_MESSAGE, .span = @$, .at = @1, .from = $1, .to = $3, .label = $5.name,
          .payloads = $5.payloads.items, .npayloads = $5.payloads.n, .where = $6, .lets = $7.items, .nlets = $7.n, .window = $8}); }
  | CRASH role ARROW role ';' { $$ = build_element(parser, (Syntax){.kind = SYNTAX_CRASH, .span = @$, .at = @2, .from = $2, .to = $4}); }
  | CHOICE AT role arms
    { $$ = build_element(parser, (Syntax){.kind = SYNTAX_CHOICE, .span = @$, .at = @3, .from = $3, .arms = $4.items, .narms = $4.n}); }
  | REC name { build_open(parser, $2); } block { $$ = build_rec(parser, $4, @$); }
  | CONTINUE name ';' { $$ = build_continue(parser, $2, @$); }
  | PAR branches { $$ = build_block(parser, SYNTAX_PAR, $2, @$, @1); }
  | DO name '(' args ')' ';'
    { $$ = build_element(parser, (Syntax){.kind = SYNTAX_DO, .span = @$, .at = @2, .name = $2.name, .args = $4.items, .nargs = $4.n}); }
  | for block { $$ = build_block(parser, SYNTAX_FOR, build_arm(parser, (ArmList){0}, (SyntaxArm){$1, $2}), @$, @1); }
  | conditional
  | error ';' { parser->failed = true; $$ = NULL; yyerrok; }

conditional: IF '(' expr ')' block otherwise {
    ArmList arms = build_arm(parser, build_arm(parser, (ArmList){0}, (SyntaxArm){NULL, $5}), (SyntaxArm){NULL, $6});
    $$ = build_block(parser, SYNTAX_IF, arms, @$, @1);
    $$->where = $3; }
otherwise: %empty { $$ = NULL; }
  | ELSE block { $$ = $2; }
  | ELSE { build_deeper(parser, @1); } conditional { parser->depth--; $$ = $3; }

arms: arm { $$ = build_arm(parser, (ArmList){0}, $1); }
  | arms OR arm { $$ = build_arm(parser, $1, $3); }

branches: arm { $$ = build_arm(parser, (ArmList){0}, $1); }
  | branches AND arm { $$ = build_arm(parser, $1, $3); }

arm: block { $$ = (SyntaxArm){NULL, $1}; }
  | for block { $$ = (SyntaxArm){$1, $2}; }

for: FOR '(' INT name '=' expr ';' expr ';' step ')' {
    SyntaxFor loop = {$4.name, $4.span, $6, $8, $10.by, $10.step};
    if ($10.index != $4.name) {
        parser->failed = true;
        diags_add(parser->diags, DIAG_PROTOCOL, @10, "the loop's own variable '%s' must go on here", names_text(parser->protocols->names, $4.name));
    }
    $$ = build_for(parser, loop); }

step: name INCREMENT { $$ = (SyntaxFor){.index = $1.name, .by = OPERATOR(NUMBER, @2, .value = 1), .step = PROTOCOL_ADD}; }
  | name DECREMENT { $$ = (SyntaxFor){.index = $1.name, .by = OPERATOR(NUMBER, @2, .value = 1), .step = PROTOCOL_SUB}; }
  | name ADD_TO expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_ADD}; }
  | name SUB_FROM expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_SUB}; }
  | name MUL_BY expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_MUL}; }
  | name DIV_BY expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_DIV}; }
  | name SHL_BY expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_SHL}; }
  | name SHR_BY expr { $$ = (SyntaxFor){.index = $1.name, .by = $3, .step = PROTOCOL_SHR}; }

args: expr { $$ = build_arg(parser, (ExprList){0}, $1); }
  | args ',' expr { $$ = build_arg(parser, $1, $3); }

role: name { $$ = (RoleRef){$1.name, $1.span, NULL}; }
  | name '[' expr ']' { $$ = (RoleRef){$1.name, @$, $3}; }

label: name { $$ = (Label){.name = $1.name}; }
  | name '(' ')' { $$ = (Label){.name = $1.name}; }
  | name '(' payloads ')' { $$ = (Label){$1.name, $3}; }

payloads: payload { $$ = build_payload(parser, (PayloadList){0}, $1); }
  | payloads ',' payload { $$ = build_payload(parser, $1, $3); }

/* A type, and a name that may be left out; or a role of another protocol. */
payload: type { $$ = (Payload){.type = $1.name, .span = @1}; }
  | type name { $$ = (Payload){.type = $1.name, .name = $2.name, .span = @$}; }
  | name '.' name name
    { $$ = (Payload){build_qualified(parser, $1.name, $3.name), $4.name, $1.name, $3.name, @$}; }

type: name
  | INT { $$ = (Word){names_of(parser->protocols->names, "int"), @1}; }

condition: %empty { $$ = NULL; } | WHERE expr { $$ = $2; }
updates: %empty { $$ = (LetList){0}; } | LET lets { $$ = $2; }
lets: let { $$ = build_let(parser, (LetList){0}, $1); }
  | lets ',' let { $$ = build_let(parser, $1, $3); }
let: name '=' expr { $$ = (SyntaxLet){$1.name, $1.span, $3}; }
window: %empty { $$ = (SyntaxWindow){0}; }
  | WITHIN '[' expr ',' expr ']' { $$ = (SyntaxWindow){$3, $5, @$}; }

expr: NUMBER { $$ = OPERATOR(NUMBER, @$, .value = $1); }
  | name { $$ = OPERATOR(NAME, @$, .name = $1.name); }
  | name '[' expr ']' { $$ = OPERATOR(MEMBER, @$, .name = $1.name, .a = $3); }
  | name '[' expr ':' expr ']' { $$ = OPERATOR(SLICE, @$, .name = $1.name, .a = $3, .b = $5); }
  | '(' expr ')' { $$ = $2; }
  | '-' expr %prec UNARY { $$ = OPERATOR(NEGATE, @$, .a = $2); }
  | '!' expr %prec UNARY { $$ = OPERATOR(NOT, @$, .a = $2); }
  | '~' expr %prec UNARY { $$ = OPERATOR(FLIP, @$, .a = $2); }
  | expr '+' expr { $$ = BINARY(ADD, @$, $1, $3); }
  | expr '-' expr { $$ = BINARY(SUB, @$, $1, $3); }
  | expr '*' expr { $$ = BINARY(MUL, @$, $1, $3); }
  | expr '/' expr { $$ = BINARY(DIV, @$, $1, $3); }
  | expr '%' expr { $$ = BINARY(REM, @$, $1, $3); }
  | expr SHIFT_LEFT expr { $$ = BINARY(SHL, @$, $1, $3); }
  | expr SHIFT_RIGHT expr { $$ = BINARY(SHR, @$, $1, $3); }
  | expr '&' expr { $$ = BINARY(BAND, @$, $1, $3); }
  | expr '|' expr { $$ = BINARY(BOR, @$, $1, $3); }
  | expr '^' expr { $$ = BINARY(BXOR, @$, $1, $3); }
  | expr EQUAL expr { $$ = BINARY(EQ, @$, $1, $3); }
  | expr DIFFERS expr { $$ = BINARY(NE, @$, $1, $3); }
  | expr '<' expr { $$ = BINARY(LT, @$, $1, $3); }
  | expr AT_MOST expr { $$ = BINARY(LE, @$, $1, $3); }
  | expr '>' expr { $$ = BINARY(GT, @$, $1, $3); }
  | expr AT_LEAST expr { $$ = BINARY(GE, @$, $1, $3); }
  | expr AND_AND expr { $$ = BINARY(AND, @$, $1, $3); }
  | expr OR_OR expr { $$ = BINARY(OR, @$, $1, $3); }
  | expr '?' expr ':' expr { $$ = OPERATOR(COND, @$, .a = $1, .b = $3, .c = $5); }

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

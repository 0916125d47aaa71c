/* The grammar of formulas. Binary temporal operators bind weaker than unary ones and stronger than & and |. */
%require "3.8"
%define api.pure full
%define api.prefix {ltl_yy}
%define api.location.type {Span}
%define api.value.type {Formula}
%define parse.error custom
%define parse.lac full
%locations
%param {LtlParser *parser}
%expect 0

%code requires {
#include "ltl/parser.h"
}

%code {
#include "ltl/parse.h"

#include <stdarg.h>
#include <string.h>

static int ltl_yylex(LTL_YYSTYPE *value, Span *span, LtlParser *parser);
static void ltl_yyerror(Span *span, LtlParser *parser, const char *message);
static Formula make(LtlParser *parser, FormulaOp op, Formula left, Formula right, Span span);

enum { MAX_SYNTAX_ERRORS = 10, MAX_BYTES = 1 << 20 };
#define YYMAXDEPTH 20000
#define YYLLOC_DEFAULT(Current, Rhs, N)                                                             \
    do {                                                                                            \
        if (N) (Current) = span_join(YYRHSLOC(Rhs, 1), YYRHSLOC(Rhs, N));                           \
        else (Current) = (Span){YYRHSLOC(Rhs, 0).file, YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end}; \
    } while (0)
#define UNARY(op, f, span) make(parser, FORMULA_##op, f, f, span)
#define BINARY(op, f, g, span) make(parser, FORMULA_##op, f, g, span)
}

%token ATOM "a name" CONSTANT "a constant"
%token IFF "'<->'" IMPLIES "'->'" XOR "'^'" OR "'|'" AND "'&'" UNTIL "'U'" RELEASE "'R'" WEAK "'W'" STRONG "'M'"
%token NEXT "'X'" EVENTUALLY "'F'" ALWAYS "'G'"

%right IFF
%right IMPLIES
%left XOR
%left OR
%left AND
%right UNTIL RELEASE WEAK STRONG
%precedence '!' NEXT EVENTUALLY ALWAYS

%%

text: formula                        { parser->result = $1; }
    | error                          { parser->result = FORMULA_TRUE; }
    ;

formula: ATOM
    | CONSTANT
    | '(' formula ')'                { $$ = $2; }
    | '(' error ')'                  { $$ = FORMULA_TRUE; }
    | '!' formula                    { $$ = UNARY(NOT, $2, @$); }
    | NEXT formula                   { $$ = UNARY(NEXT, $2, @$); }
    | EVENTUALLY formula             { $$ = UNARY(EVENTUALLY, $2, @$); }
    | ALWAYS formula                 { $$ = UNARY(ALWAYS, $2, @$); }
    | formula UNTIL formula          { $$ = BINARY(UNTIL, $1, $3, @2); }
    | formula RELEASE formula        { $$ = BINARY(RELEASE, $1, $3, @2); }
    | formula WEAK formula           { $$ = BINARY(WEAK, $1, $3, @2); }
    | formula STRONG formula         { $$ = BINARY(STRONG, $1, $3, @2); }
    | formula AND formula            { $$ = BINARY(AND, $1, $3, @2); }
    | formula OR formula             { $$ = BINARY(OR, $1, $3, @2); }
    | formula XOR formula            { $$ = BINARY(XOR, $1, $3, @2); }
    | formula IMPLIES formula        { $$ = BINARY(IMPLIES, $1, $3, @2); }
    | formula IFF formula            { $$ = BINARY(IFF, $1, $3, @2); }
    ;

%%

static int ltl_yylex(LTL_YYSTYPE *value, Span *span, LtlParser *parser) {
    int kind = parser->gave_up ? 0 : ltl_lex_next(parser->scanner, value);
    if (kind == 0) parser->token.begin = parser->token.end;
    *span = parser->token;
    return kind;
}

/* One message, and the rest of the text is not looked at. */
static void give_up(LtlParser *parser, DiagCode code, Span span, const char *message) {
    if (!parser->gave_up) diags_add(parser->diags, code, span, "%s", message);
    parser->gave_up = true;
}

static void ltl_yyerror(Span *span, LtlParser *parser, const char *message) {
    (void)message; /* only "memory exhausted": the stack is bounded */
    give_up(parser, DIAG_NESTING, *span, "brackets and operators are nested too deep");
}

static Formula make(LtlParser *parser, FormulaOp op, Formula left, Formula right, Span span) {
    if (parser->gave_up) return FORMULA_TRUE;
    uint32_t a = formula_depth(parser->formulas, left), b = formula_depth(parser->formulas, right);
    if ((a > b ? a : b) < FORMULA_DEPTH) return formula_written(parser->formulas, op, left, right);
    give_up(parser, DIAG_NESTING, span, "the formula is nested too deep");
    return FORMULA_TRUE;
}

Formula ltl_parser_atom(LtlParser *parser, const char *name, size_t length, Span span) {
    uint32_t atom = formulas_atom(parser->formulas, name, length);
    if (atom < FORMULA_ATOMS) return formula_of_atom(parser->formulas, atom);
    give_up(parser, DIAG_TOO_LARGE, span, "more than 64 different names");
    return FORMULA_TRUE;
}

static int yyreport_syntax_error(const yypcontext_t *context, LtlParser *parser) {
    if (parser->gave_up) return 0;
    Span span = *yypcontext_location(context);
    yysymbol_kind_t found = yypcontext_token(context), expected[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    bool operand = false, close = false;
    for (int i = 0; i < n; i++) {
        operand = operand || expected[i] == YYSYMBOL_ATOM;
        close = close || expected[i] == YYTRANSLATE(')');
    }
    const char *what = operand ? "a formula" : close ? "an operator or ')'" : "an operator or the end";
    if (found == YYSYMBOL_YYEOF) diags_add(parser->diags, DIAG_SYNTAX, span, "expected %s, found the end", what);
    else
        diags_add(parser->diags, DIAG_SYNTAX, span, "expected %s, found '%.*s'", what,
            (int)(span.end - span.begin < 40 ? span.end - span.begin : 40), parser->text + span.begin);
    if (diags_errors(parser->diags) > MAX_SYNTAX_ERRORS) parser->gave_up = true;
    return 0;
}

bool formula_parse(Formulas *formulas, const Sources *sources, Diags *diags, Span span, Formula *result) {
    size_t length;
    LtlParser parser = {.formulas = formulas, .diags = diags, .span = span};
    parser.text = sources_text(sources, span.file, &length);
    uint32_t errors = diags_errors(diags);
    if (span.end - span.begin > MAX_BYTES) {
        diags_add(diags, DIAG_TOO_LARGE, (Span){span.file, span.begin, span.begin}, "the formula is longer than 1 MiB");
        return false;
    }
    parser.scanner = ltl_lex_open(&parser);
    ltl_yyparse(&parser);
    ltl_lex_close(parser.scanner);
    *result = parser.result;
    return diags_errors(diags) == errors;
}

/* The grammar of the dialect (LALR(1), no conflicts). Contextual words arrive as keywords only where their neighbours
   make them so (token.c); temporal operators only inside properties. Actions build the tree (build_*.c); the lists grow
   in its arena. */
%require "3.8"
%define api.pure full
%define api.prefix {frontend_yy}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%param {Parser *parser}
%expect 0

%code requires {
#include "frontend/syntax/parser.h"

#include <string.h>
}

%code {
int frontend_yylex(FRONTEND_YYSTYPE *value, Span *span, Parser *parser);
static void frontend_yyerror(Span *span, Parser *parser, const char *message);

/* Nesting is bounded by AST_MAX_DEPTH long before; this leaves room for what one level may stack up. */
#define YYMAXDEPTH 100000
#define YYLLOC_DEFAULT(Current, Rhs, N)                                             \
    do {                                                                            \
        if (N) (Current) = span_join(YYRHSLOC(Rhs, 1), YYRHSLOC(Rhs, N));           \
        else (Current) = (Span){YYRHSLOC(Rhs, 0).file, YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end}; \
    } while (0)
#define COPY(T, ...) ((T *)arena_copy(parser->arena, &(__VA_ARGS__), sizeof(T)))
#define FLAG(word, n) ((Specs){.span = (n), .word = true})
#define BASIC(word, n) ((Specs){.span = (n), .basic[word] = 1})

static void only_in_property(Parser *parser, Span span, const char *what);
static void no_pointers(Parser *parser, Span span);
static List list_then(Parser *parser, List list, void *item);
static void add_decls(Parser *parser, List decls);
static Stmt *decl_stmt(Parser *parser, List decls, Span span);
static List list_joined(Parser *parser, List list, List more);
static List items_of(const Stmt *block);
static Head head_of(Parser *parser, Specs specs, Declarator declarator);
static Declarator *with_rest(Parser *parser, Declarator declarator, Declarator rest, Span span);
static Decl *unnamed_param(Parser *parser, Specs specs, List dims, Span span);
static Decl *static_assert_decl(Parser *parser, Expr *condition, Expr *text, Span span, Span at);
static Expr *task_index(Parser *parser, Op op, Expr *task, Span span, Span at);
static Expr *at_label(Parser *parser, Expr *task, Named label, Span span, Span at);
static Stmt *pattern_label(Parser *parser, Name message, Name label, List binds, bool has_args, Span span, Span at);
static Stmt *end_label(Parser *parser, Stmt *label, List rest);
static TypeSyntax *struct_type(Parser *parser, Name tag, List members, bool has_body, Span span);
static TypeSyntax *enum_type(Parser *parser, Name tag, List items, bool has_body, Span span);
static Decl *message_decl(Parser *parser, Name name, List labels, Span span, Span at);
static LabelSyntax *label_of(Parser *parser, Name name, List fields, Span at);
static FaultKind fault_of(Parser *parser, Name name);
static ArmTail tail_join(Parser *parser, ArmTail a, ArmTail b, Span span);
static Declarator bad_declarator(Parser *parser, Declarator declarator, Span span);
static Expr *bool_literal(Parser *parser, bool value, Span span);
static Decl *property(Parser *parser, PropertyKind kind, Named name, Named fair, Expr *formula, Span span);
static Named fair_word(Parser *parser, Named word, Named fairness);
}

%union {
    Name name;
    Named named;
    Op op;
    Expr *expr;
    Stmt *stmt;
    Decl *decl;
    TypeSyntax *type;
    InitItem *item;
    EnumItem *enum_item;
    LabelSyntax *label;
    SelectArm *arm;
    List list;
    Specs specs;
    Declarator declarator;
    Head head;
    Declarators declarators;
    ArmTail tail;
    Spawn spawn;
    PropertyKind property;
    bool flag;
}

%token <name> IDENT "a name" TYPE_NAME "a type name" HANDLE "a handle type"
%token <name> HANDLE_OF "a handle type with an argument" PATTERN "a label"
%token <expr> NUMBER "a number" CHARACTER "a character" STRING "a string" BAD_LITERAL "a literal"
%token SKIPPED "a skipped block" UNSUPPORTED "a word of C that the dialect leaves out"
%token BREAK "'break'" CASE "'case'" CHAR "'char'" CONST "'const'" CONTINUE "'continue'" DEFAULT "'default'"
%token DO "'do'" DOUBLE "'double'"
%token ELSE "'else'" ENUM "'enum'" EXTERN "'extern'" FLOAT "'float'" FOR "'for'" GOTO "'goto'" IF "'if'"
%token INT "'int'" LONG "'long'"
%token RETURN "'return'" SHORT "'short'" SIGNED "'signed'" SIZEOF "'sizeof'" STATIC "'static'"
%token STRUCT "'struct'" SWITCH "'switch'"
%token TYPEDEF "'typedef'" UNION "'union'" UNSIGNED "'unsigned'" VOID "'void'" WHILE "'while'"
%token ATOMIC "'_Atomic'" BOOL "'_Bool'"
%token STATIC_ASSERT "'_Static_assert'" ASYNC "'async'" AWAIT "'await'" SPAWN "'spawn'" SELECT "'select'"
%token DEFER "'defer'"
%token MESSAGE "'message'" PARAM "'param'" SCOPED "'scoped'" POLL "'poll'" SCOPE "'scope'"
%token ATOMIC_BLOCK "'atomic'" DROP "'drop'"
%token <named> PROTOCOL "'protocol'" SESSION "'session'"
%token PROPERTY_LTL_WORD "'ltl'" PROPERTY_CTL_WORD "'ctl'" PROPERTY_INVARIANT_WORD "'invariant'"
%token BIASED "'biased'" DAEMON "'daemon'" AS "'as'" WITH "'with'" ARM_CASE "'case' " ARM_DEFAULT "'default' "
%token <name> NONE "'none'" TRUE_WORD "'true'" FALSE_WORD "'false'"
%token ARROW "'->'" IFF "'<->'" IMPLIES "'->' " DIAMOND "'<>'" INC "'++'" DEC "'--'" ELLIPSIS "'...'" BECOMES "':='"
%token SHL_ASSIGN "'<<='" SHR_ASSIGN "'>>='" ADD_ASSIGN "'+='" SUB_ASSIGN "'-='" MUL_ASSIGN "'*='"
%token DIV_ASSIGN "'/='" MOD_ASSIGN "'%='"
%token AND_ASSIGN "'&='" OR_ASSIGN "'|='" XOR_ASSIGN "'^='" SHL "'<<'" SHR "'>>'" LE "'<='" GE "'>='"
%token EQ "'=='" NE "'!='" ANDAND "'&&'" OROR "'||'"
%token <op> TEMPORAL "a temporal operator" UNTIL "a binary temporal operator" PATH "a path quantifier"

%right IFF
%right IMPLIES
%right '?' ':'
%left OROR
%left ANDAND
%right UNTIL
%precedence TEMPORAL
%left '|'
%left '^'
%left '&'
%left EQ NE
%left '<' '>' LE GE
%left SHL SHR
%left '+' '-'
%left '*' '/' '%'
%precedence THEN
%precedence ELSE

%type <expr> expression assignment binary temporal cast unary postfix primary argument spawn initializer
%type <expr> init_braces expression_opt spawn_executor role_index
%type <op> assign_op unary_op
%type <list> strings arguments argument_list init_items dims dims1 parameters parameter_list members
%type <list> enumerators block_items block_end label_end arms
%type <list> labels pattern_args pattern_list external_decls declaration arm_body
%type <spawn> spawn_role spawn_fault
%type <flag> spawn_daemon biased
%type <item> init_item
%type <type> type_name struct enum other_type
%type <specs> specs heads head type_specs basics basic others qualifier qualifiers member_specs
%type <declarator> declarator init_rest
%type <head> first_declarator
%type <declarators> declarators member_declarators
%type <named> any_name property_fair
%type <enum_item> enumerator
%type <decl> parameter function pattern_bind
%type <stmt> statement compound block_item label_colon labeled_decl function_body
%type <label> label
%type <arm> arm
%type <tail> arm_tail arm_tails
%type <property> property_word

%%

/* program = { declaration | function | message | property | protocol | session } */
program: %empty | program external;

external:
    external_decls                      { add_decls(parser, $1); }
  | ';'
  | error ';'                           { yyerrok; }
  | error SKIPPED                       { yyerrok; }
  | error '}'                           { yyerrok; }
  ;

external_decls:
    declaration
  | function                            { $$ = list_of(parser, $1); }
  | MESSAGE any_name '{' labels '}' ';' { $$ = list_of(parser, message_decl(parser, $2.name, $4, @$, $2.at)); }
  | MESSAGE any_name '{' error '}' ';'
                                        { yyerrok;
                                          $$ = list_of(parser, message_decl(parser, $2.name, (List){0}, @$, $2.at)); }
  | property_word any_name property_fair ':' binary ';'
                                        { $$ = list_of(parser, property(parser, $1, $2, $3, $5, @$)); }
  | PROTOCOL                            { $$ = list_of(parser, decl_named(parser, DECL_PROTOCOL, $1.name, @1, $1.at)); }
  | SESSION                             { $$ = list_of(parser, decl_named(parser, DECL_SESSION, $1.name, @1, $1.at)); }
  ;

property_word:
    PROPERTY_LTL_WORD                   { $$ = PROPERTY_LTL; }
  | PROPERTY_CTL_WORD                   { $$ = PROPERTY_CTL; }
  | PROPERTY_INVARIANT_WORD             { $$ = PROPERTY_INVARIANT; }
  ;

/* property = ( "ltl" | "ctl" | "invariant" ) name [ "fair" "(" ( "weak" | "none" | "strong" ) ")" ] ":" formula ";" */
property_fair:
    %empty                              { $$ = (Named){0}; }
  | any_name '(' any_name ')'           { $$ = fair_word(parser, $1, $3); }
  ;

/* labels = { name "(" parameters ")" ";" } */
labels:
    label                               { $$ = list_of(parser, $1); }
  | labels label                        { $$ = list_then(parser, $1, $2); }
  ;

label: any_name '(' parameters ')' ';'  { $$ = label_of(parser, $1.name, $3, $1.at); };

any_name:
    IDENT                               { $$ = (Named){$1, @1}; }
  | TYPE_NAME                           { $$ = (Named){$1, @1}; }
  | HANDLE                              { $$ = (Named){$1, @1}; }
  | HANDLE_OF                           { $$ = (Named){$1, @1}; }
  | NONE                                { $$ = (Named){$1, @1}; }
  | TRUE_WORD                           { $$ = (Named){$1, @1}; }
  | FALSE_WORD                          { $$ = (Named){$1, @1}; }
  ;

/* ---- declarations */

/* declaration = specifiers [ declarator [ ":" bits ] [ "=" initializer ] { "," ... } ] ";" | static_assert */
declaration:
    specs ';'                           { $$ = decls_of(parser, &$1, (List){0}, @$); }
  | declarators ';'                     { $$ = decls_of(parser, &$1.specs, $1.list, @$); }
  | STATIC_ASSERT '(' binary ')' ';'    { $$ = list_of(parser, static_assert_decl(parser, $3, NULL, @$, @1)); }
  | STATIC_ASSERT '(' binary ',' strings ')' ';'
                                        { Expr *text = literal_join(parser, $5, @5);
                                          $$ = list_of(parser, static_assert_decl(parser, $3, text, @$, @1)); }
  ;

first_declarator: specs declarator      { $$ = head_of(parser, $1, $2); };

declarators:
    first_declarator init_rest
                                        { Declarator *d = with_rest(parser, $1.declarator, $2, @$);
                                          $$ = (Declarators){$1.specs, list_of(parser, d)}; }
  | declarators ',' declarator          { decl_register(parser, &$1.specs, &$3); }[named]
    init_rest                           { Declarator *d = with_rest(parser, $3, $5, span_join(@3, @5));
                                          $$ = (Declarators){$1.specs, list_then(parser, $1.list, d)}; }
  ;

init_rest:
    %empty                              { $$ = (Declarator){0}; }
  | '=' initializer                     { $$ = (Declarator){.init = $2}; }
  | ':' binary                          { $$ = (Declarator){.bits = $2}; }
  | ':' binary '=' initializer          { $$ = (Declarator){.bits = $2, .init = $4}; }
  ;

/* declarator = name { "[" [ length ] "]" } | name "(" parameters ")" */
declarator:
    any_name dims                       { $$ = (Declarator){.name = $1.name, .at = $1.at, .dims = $2, .span = @$}; }
  | any_name '(' parameters ')'
                                        { $$ = (Declarator){.name = $1.name, .at = $1.at, .is_func = true,
                                          .params = $3, .span = @$}; }
  | '*' declarator                      { $$ = bad_declarator(parser, $2, @1); }
  | '*' CONST declarator                { $$ = bad_declarator(parser, $3, @1); }
  | '(' '*' declarator ')' '(' parameters ')' { $$ = bad_declarator(parser, $3, @2); }
  ;

dims: %empty                            { $$ = (List){0}; } | dims1;

dims1:
    dims '[' ']'                        { $$ = list_then(parser, $1, NULL); }
  | dims '[' assignment ']'             { $$ = list_then(parser, $1, $3); }
  ;

parameters:
    %empty                              { $$ = (List){0}; }
  | parameter_list                      { $$ = params_of(parser, $1); }
  | parameter_list ',' ELLIPSIS
                                        { diags_add(parser->diags, DIAG_NOT_C, @3, "the dialect has no `...`");
                                          $$ = params_of(parser, $1); }
  ;

parameter_list:
    parameter                           { $$ = list_of(parser, $1); }
  | parameter_list ',' parameter        { $$ = list_then(parser, $1, $3); }
  ;

parameter:
    member_specs                        { $$ = unnamed_param(parser, $1, (List){0}, @$); }
  | member_specs dims1                  { $$ = unnamed_param(parser, $1, $2, @$); }
  | member_specs declarator             { $$ = decl_param(parser, &$1, &$2, @$); }
  | member_specs declarator ':' binary  { $2.bits = $4; $$ = decl_param(parser, &$1, &$2, @$); }
  | member_specs '*'                    { no_pointers(parser, @2); $$ = unnamed_param(parser, $1, (List){0}, @$); }
  ;

/* specifiers = { storage | "async" | "poll" | qualifier } type { qualifier } */
specs:
    type_specs
  | heads type_specs                    { $$ = specs_join($1, $2, @$); }
  ;

heads: head | heads head                { $$ = specs_join($1, $2, @$); };

head:
    TYPEDEF                             { $$ = FLAG(is_typedef, @1); }
  | EXTERN                              { $$ = FLAG(is_extern, @1); }
  | STATIC                              { $$ = FLAG(is_static, @1); }
  | SCOPED                              { $$ = FLAG(is_scoped, @1); }
  | PARAM                               { $$ = FLAG(is_param, @1); }
  | POLL                                { $$ = FLAG(is_poll, @1); }
  | ASYNC                               { $$ = FLAG(is_async, @1); }
  | qualifier
  ;

qualifier:
    CONST                               { $$ = FLAG(is_const, @1); }
  | ATOMIC                              { $$ = FLAG(is_atomic, @1); }
  ;

qualifiers: qualifier | qualifiers qualifier { $$ = specs_join($1, $2, @$); };

member_specs:
    type_specs
  | qualifiers type_specs               { $$ = specs_join($1, $2, @$); }
  ;

type_specs: basics | others;

basics:
    basic
  | basics basic                        { $$ = specs_join($1, $2, @$); }
  | basics qualifier                    { $$ = specs_join($1, $2, @$); }
  ;

basic:
    VOID                                { $$ = BASIC(BASIC_VOID, @1); }
  | CHAR                                { $$ = BASIC(BASIC_CHAR, @1); }
  | SHORT                               { $$ = BASIC(BASIC_SHORT, @1); }
  | INT                                 { $$ = BASIC(BASIC_INT, @1); }
  | LONG                                { $$ = BASIC(BASIC_LONG, @1); }
  | SIGNED                              { $$ = BASIC(BASIC_SIGNED, @1); }
  | UNSIGNED                            { $$ = BASIC(BASIC_UNSIGNED, @1); }
  | BOOL                                { $$ = BASIC(BASIC_BOOL, @1); }
  | FLOAT                               { $$ = BASIC(BASIC_FLOAT, @1); }
  | DOUBLE                              { $$ = BASIC(BASIC_FLOAT, @1); }
  ;

others:
    other_type                          { $$ = specs_of_type($1, @1); }
  | others qualifier                    { $$ = specs_join($1, $2, @$); }
  ;

other_type:
    TYPE_NAME                           { $$ = type_of_name(parser, $1, @1); }
  | HANDLE                              { $$ = type_handle(parser, $1, NULL, @1); }
  | HANDLE_OF '(' type_name ')'         { $$ = type_handle(parser, $1, $3, @$); }
  | ATOMIC '(' type_name ')'            { $$ = $3; $$->is_atomic = true; }
  | struct
  | enum
  ;

type_name:
    member_specs dims                   { $$ = type_array(parser, specs_type(parser, &$1), &$2); }
  | type_name '*'                       { no_pointers(parser, @2); $$ = $1; }
  ;

/* struct = "struct" [ name ] "{" { specifiers declarators ";" } "}" | "struct" name */
struct:
    STRUCT any_name                     { $$ = struct_type(parser, $2.name, (List){0}, false, @$); }
  | STRUCT any_name '{' members '}'     { $$ = struct_type(parser, $2.name, $4, true, @$); }
  | STRUCT '{' members '}'              { $$ = struct_type(parser, 0, $3, true, @$); }
  ;

members:
    %empty                              { $$ = (List){0}; }
  | members member_specs ';'            { $$ = $1; members_add(parser, &$$, &$2, (List){0}); }
  | members member_declarators ';'      { $$ = $1; members_add(parser, &$$, &$2.specs, $2.list); }
  | members error ';'                   { yyerrok; $$ = $1; }
  ;

member_declarators:
    member_specs declarator init_rest   { $$ = (Declarators){$1, list_of(parser, with_rest(parser, $2, $3, @$))}; }
  | member_declarators ',' declarator init_rest
                                        { Declarator *d = with_rest(parser, $3, $4, @3);
                                          $$ = (Declarators){$1.specs, list_then(parser, $1.list, d)}; }
  ;

/* enum = "enum" [ name ] "{" name [ "=" value ] { "," ... } [ "," ] "}" | "enum" name */
enum:
    ENUM any_name                       { $$ = enum_type(parser, $2.name, (List){0}, false, @$); }
  | ENUM any_name '{' enumerators comma '}' { $$ = enum_type(parser, $2.name, $4, true, @$); }
  | ENUM '{' enumerators comma '}'      { $$ = enum_type(parser, 0, $3, true, @$); }
  | ENUM any_name '{' error '}'         { yyerrok; $$ = enum_type(parser, $2.name, (List){0}, true, @$); }
  | ENUM '{' error '}'                  { yyerrok; $$ = enum_type(parser, 0, (List){0}, true, @$); }
  ;

comma: %empty | ',';

enumerators:
    enumerator                          { $$ = list_of(parser, $1); }
  | enumerators ',' enumerator          { $$ = list_then(parser, $1, $3); }
  ;

enumerator:
    any_name                            { EnumItem e = {$1.name, NULL, $1.at}; $$ = COPY(EnumItem, e); }
  | any_name '=' binary                 { EnumItem e = {$1.name, $3, $1.at}; $$ = COPY(EnumItem, e); }
  ;

/* initializer = assignment | "{" [ { designator } "=" ] initializer { "," ... } "}" */
initializer: assignment | init_braces;

init_braces:
    '{' '}'                             { $$ = expr_init(parser, (List){0}, @$); }
  | '{' init_items comma '}'            { $$ = expr_init(parser, $2, @$); }
  | '{' error '}'                       { yyerrok; $$ = expr_new(parser, EXPR_ERROR, @$, @1); }
  ;

init_items:
    init_item                           { $$ = list_of(parser, $1); }
  | init_items ',' init_item            { $$ = list_then(parser, $1, $3); }
  ;

init_item:
    initializer                         { $$ = init_item(parser, 0, NULL, $1, @$); }
  | '.' any_name '=' initializer        { $$ = init_item(parser, $2.name, NULL, $4, @$); }
  | '[' binary ']' '=' initializer      { $$ = init_item(parser, 0, $2, $5, @$); }
  ;

/* ---- functions */

/* function = specifiers name "(" parameters ")" compound [ "drop" compound ] */
function:
    first_declarator function_body      { $$ = decl_func(parser, &$1.specs, &$1.declarator, $2, NULL, @$); }
  | first_declarator function_body DROP compound
                                        { $$ = decl_func(parser, &$1.specs, &$1.declarator, $2, $4, @$); }
  ;

function_body: '{' declare_params block_items block_end
                                        { $$ = stmt_block(parser, STMT_BLOCK, list_joined(parser, $3, $4), @$, @1); };

declare_params: %empty                  { declare_params(parser, parser->function); };

/* ---- statements */

compound: '{' block_items block_end     { $$ = stmt_block(parser, STMT_BLOCK, list_joined(parser, $2, $3), @$, @1); };

block_items:
    %empty                              { $$ = (List){0}; }
  | block_items block_item              { $$ = $2 ? list_then(parser, $1, $2) : $1; }
  ;

block_item:
    statement
  | declaration                         { $$ = decl_stmt(parser, $1, @$); }
  | labeled_decl
  | error ';'                           { yyerrok; $$ = NULL; }
  | error SKIPPED                       { yyerrok; $$ = NULL; }
  ;

labeled_decl:
    label_colon declaration             { $$ = stmt_label(parser, $1, decl_stmt(parser, $2, @2), @$); }
  | label_colon labeled_decl            { $$ = stmt_label(parser, $1, $2, @$); }
  ;

block_end:
    '}'                                 { $$ = (List){0}; }
  | label_end '}'
  | error '}'                           { yyerrok; $$ = (List){0}; }
  ;

/* labels before the closing brace label an empty statement */
label_end:
    label_colon                         { $$ = list_of(parser, end_label(parser, $1, (List){0})); }
  | label_colon label_end               { $$ = list_of(parser, end_label(parser, $1, $2)); }
  ;

label_colon:
    IDENT ':'                           { $$ = stmt_new(parser, STMT_LABEL, @$, @1); $$->name = $1; }
  | CASE binary ':'                     { $$ = stmt_new(parser, STMT_CASE, @$, @1); $$->expr = $2; }
  | CASE PATTERN pattern_args ':'       { $$ = pattern_label(parser, 0, $2, $3, true, @$, @2); }
  | CASE PATTERN '.' any_name ':'       { $$ = pattern_label(parser, $2, $4.name, (List){0}, false, @$, @4); }
  | CASE PATTERN '.' any_name pattern_args ':'
                                        { $$ = pattern_label(parser, $2, $4.name, $5, true, @$, @4); }
  | DEFAULT ':'                         { $$ = stmt_new(parser, STMT_DEFAULT, @$, @1); }
  ;

/* a pattern's arguments are fresh names, `_` for none */
pattern_args:
    '(' ')'                             { $$ = (List){0}; }
  | '(' pattern_list ')'                { $$ = $2; }
  ;

pattern_list:
    pattern_bind                        { $$ = list_of(parser, $1); }
  | pattern_list ',' pattern_bind       { $$ = list_then(parser, $1, $3); }
  ;

pattern_bind: any_name                  { bool is_hole = strcmp(names_text(parser->names, $1.name), "_") == 0;
                                          $$ = is_hole ? NULL : decl_named(parser, DECL_VAR, $1.name, @1, @1);
                                          if (!is_hole) typename_declare(parser, $1.name, MEANING_VALUE); };

expression_opt: %empty                  { $$ = NULL; } | expression;

statement:
    expression ';'                      { $$ = stmt_new(parser, STMT_EXPR, @$, $1->at); $$->expr = $1; }
  | ';'                                 { $$ = stmt_new(parser, STMT_EMPTY, @$, @1); }
  | compound
  | label_colon statement               { $$ = stmt_label(parser, $1, $2, @$); }
  | IF '(' expression ')' statement  %prec THEN
                                        { $$ = stmt_of(parser, STMT_IF, $3, $5, NULL, @$, @1); }
  | IF '(' expression ')' statement ELSE statement
                                        { $$ = stmt_of(parser, STMT_IF, $3, $5, $7, @$, @1); }
  | WHILE '(' expression ')' statement  { $$ = stmt_of(parser, STMT_WHILE, $3, $5, NULL, @$, @1); }
  | DO statement WHILE '(' expression ')' ';'
                                        { $$ = stmt_of(parser, STMT_DO, $5, $2, NULL, @$, @1); }
  | FOR '(' expression_opt ';' expression_opt ';' expression_opt ')' statement
                                        { $$ = stmt_of(parser, STMT_FOR, $5, $9, NULL, @$, @1);
                                          $$->init = $3; $$->step = $7; }
  | FOR '(' declaration expression_opt ';' expression_opt ')' statement
                                        { $$ = stmt_of(parser, STMT_FOR, $4, $8, NULL, @$, @1);
                                          $$->decls = (Decl **)$3.items; $$->ndecls = $3.n; $$->step = $6; }
  | SWITCH '(' expression ')' statement { $$ = stmt_switch(parser, $3, $5, @$, @1); }
  | GOTO any_name ';'                   { $$ = stmt_new(parser, STMT_GOTO, @$, $2.at); $$->name = $2.name; }
  | BREAK ';'                           { $$ = stmt_new(parser, STMT_BREAK, @$, @1); }
  | CONTINUE ';'                        { $$ = stmt_new(parser, STMT_CONTINUE, @$, @1); }
  | RETURN expression_opt ';'           { $$ = stmt_new(parser, STMT_RETURN, @$, @1); $$->expr = $2; }
  | DEFER statement                     { $$ = stmt_of(parser, STMT_DEFER, NULL, $2, NULL, @$, @1); }
  | SCOPE compound                      { $$ = stmt_block(parser, STMT_SCOPE, items_of($2), @$, @1); }
  | ATOMIC_BLOCK compound               { $$ = stmt_block(parser, STMT_ATOMIC, items_of($2), @$, @1); }
  | biased SELECT '{' arms '}'          { $$ = stmt_select(parser, $1, $4, @$, $1 ? @1 : @2); }
  | biased SELECT '{' error '}'         { yyerrok; $$ = stmt_select(parser, $1, (List){0}, @$, $1 ? @1 : @2); }
  ;

biased: %empty                          { $$ = false; } | BIASED { $$ = true; };

/* arm = "case" [ [ type ] place "=" ] "await" operation { tail } ":" body
   tail = "if" "(" guard ")" | "for" "(" int i = lo ";" condition ";" step ")" */
arms:
    %empty                              { $$ = (List){0}; }
  | arms arm                            { $$ = $2 ? list_then(parser, $1, $2) : $1; }
  ;

arm:
    ARM_CASE expression arm_tails ':' arm_body
                                        { $$ = arm_of(parser, $2, $3, $5, span_join(@1, @4)); }
  | ARM_CASE member_specs declarator    { decl_register(parser, &$2, &$3); }[named]
    '=' assignment arm_tails ':' arm_body
                                        { $$ = arm_fresh(parser, decl_of(parser, &$2, &$3), $6, $7, $9, span_join(@1,
                                          @8)); }
  | ARM_DEFAULT ':' arm_body            { $$ = arm_default(parser, $3, @1); }
  | ARM_CASE error ';' arm_body         { yyerrok; $$ = NULL; }
  | ARM_CASE error SKIPPED arm_body     { yyerrok; $$ = NULL; }
  ;

arm_body:
    block_items
  | block_items label_end               { $$ = list_joined(parser, $1, $2); }
  | block_items error                   { $$ = $1; }
  ;

arm_tails:
    %empty                              { $$ = (ArmTail){0}; }
  | arm_tails arm_tail                  { $$ = tail_join(parser, $1, $2, @2); }
  ;

arm_tail:
    IF '(' expression ')'               { $$ = (ArmTail){.guard = $3}; }
  | FOR '(' member_specs declarator '=' assignment ';' expression ';' expression ')'
                                        { $4.init = $6; $$ = arm_each(parser, $3, $4, $8, $10, @$); }
  | FOR '(' member_specs declarator '=' assignment ';' expression ')' /* i++ goes without saying */
                                        { $4.init = $6; $$ = arm_each(parser, $3, $4, $8, NULL, @$); }
  ;

/* ---- expressions */

expression:
    assignment
  | expression ',' assignment           { $$ = expr_of(parser, EXPR_COMMA, $1, $3, @$, @2); }
  ;

assignment:
    binary
  | binary '=' assignment               { $$ = expr_assign(parser, OP_NONE, $1, $3, @$, @2); }
  | binary assign_op assignment         { $$ = expr_assign(parser, $2, $1, $3, @$, @2); }
  | binary BECOMES assignment
                                        { diags_add(parser->diags, DIAG_SYNTAX, @2,
                                          "':=' is not C: declare with a type, assign with '='");
                                          $$ = expr_assign(parser, OP_NONE, $1, $3, @$, @2); }
  ;

assign_op:
    ADD_ASSIGN { $$ = OP_ADD; } | SUB_ASSIGN { $$ = OP_SUB; }
  | MUL_ASSIGN { $$ = OP_MUL; } | DIV_ASSIGN { $$ = OP_DIV; }
  | MOD_ASSIGN { $$ = OP_MOD; }
  | SHL_ASSIGN { $$ = OP_SHL; } | SHR_ASSIGN { $$ = OP_SHR; } | AND_ASSIGN { $$ = OP_AND; }
  | OR_ASSIGN  { $$ = OP_OR; }  | XOR_ASSIGN { $$ = OP_XOR; }
  ;

binary:
    cast
  | temporal
  | binary '*' binary                   { $$ = expr_binary(parser, OP_MUL, $1, $3, @$, @2); }
  | binary '/' binary                   { $$ = expr_binary(parser, OP_DIV, $1, $3, @$, @2); }
  | binary '%' binary                   { $$ = expr_binary(parser, OP_MOD, $1, $3, @$, @2); }
  | binary '+' binary                   { $$ = expr_binary(parser, OP_ADD, $1, $3, @$, @2); }
  | binary '-' binary                   { $$ = expr_binary(parser, OP_SUB, $1, $3, @$, @2); }
  | binary SHL binary                   { $$ = expr_binary(parser, OP_SHL, $1, $3, @$, @2); }
  | binary SHR binary                   { $$ = expr_binary(parser, OP_SHR, $1, $3, @$, @2); }
  | binary '<' binary                   { $$ = expr_binary(parser, OP_LT, $1, $3, @$, @2); }
  | binary '>' binary                   { $$ = expr_binary(parser, OP_GT, $1, $3, @$, @2); }
  | binary LE binary                    { $$ = expr_binary(parser, OP_LE, $1, $3, @$, @2); }
  | binary GE binary                    { $$ = expr_binary(parser, OP_GE, $1, $3, @$, @2); }
  | binary EQ binary                    { $$ = expr_binary(parser, OP_EQ, $1, $3, @$, @2); }
  | binary NE binary                    { $$ = expr_binary(parser, OP_NE, $1, $3, @$, @2); }
  | binary '&' binary                   { $$ = expr_binary(parser, OP_AND, $1, $3, @$, @2); }
  | binary '^' binary                   { $$ = expr_binary(parser, OP_XOR, $1, $3, @$, @2); }
  | binary '|' binary                   { $$ = expr_binary(parser, OP_OR, $1, $3, @$, @2); }
  | binary UNTIL binary                 { $$ = expr_binary(parser, $2, $1, $3, @$, @2); }
  | binary ANDAND binary                { $$ = expr_binary(parser, OP_LAND, $1, $3, @$, @2); }
  | binary OROR binary                  { $$ = expr_binary(parser, OP_LOR, $1, $3, @$, @2); }
  | binary '?' expression ':' binary    { $$ = expr_cond(parser, $1, $3, $5, @$, @2); }
  | binary IMPLIES binary               { $$ = expr_binary(parser, OP_IMPLIES, $1, $3, @$, @2); }
  | binary IFF binary
                                        { only_in_property(parser, @2, "'<->'"); $$ = expr_binary(parser, OP_IFF, $1,
                                          $3, @$, @2); }
  ;

/* F x == 1 is F (x == 1); ! may stand before a temporal operator */
temporal:
    TEMPORAL binary %prec TEMPORAL      { $$ = expr_unary(parser, $1, $2, @$, @1); }
  | '!' temporal                        { $$ = expr_unary(parser, OP_NOT, $2, @$, @1); }
  ;

cast:
    unary
  | '(' type_name ')' cast              { $$ = expr_typed(parser, EXPR_CAST, $2, $4, NULL, @$, @1); }
  ;

unary_op: '-' { $$ = OP_NEG; } | '+' { $$ = OP_PLUS; } | '~' { $$ = OP_BITNOT; };

unary:
    postfix
  | INC unary                           { $$ = expr_incdec(parser, OP_ADD, true, $2, @$, @1); }
  | DEC unary                           { $$ = expr_incdec(parser, OP_SUB, true, $2, @$, @1); }
  | unary_op cast                       { $$ = expr_unary(parser, $1, $2, @$, @1); }
  | '!' cast                            { $$ = expr_unary(parser, OP_NOT, $2, @$, @1); }
  | '&' cast                            { $$ = expr_of(parser, EXPR_ADDRESS, $2, NULL, @$, @1); }
  | '*' cast                            { no_pointers(parser, @1); $$ = $2; }
  | SIZEOF unary                        { $$ = expr_typed(parser, EXPR_SIZEOF, NULL, $2, NULL, @$, @1); }
  | SIZEOF '(' type_name ')'            { $$ = expr_typed(parser, EXPR_SIZEOF, $3, NULL, NULL, @$, @1); }
  | AWAIT cast                          { $$ = expr_of(parser, EXPR_AWAIT, $2, NULL, @$, @1); }
  | spawn
  ;

/* spawn = "spawn" [ "(" executor ")" ] [ "daemon" ] name "(" arguments ")" [ "as" name "." name [ "[" i "]" ] ]
           [ "with" fault "(" n ")" ] */
spawn: SPAWN spawn_executor spawn_daemon IDENT '(' arguments ')' spawn_role spawn_fault
                                        { Spawn s = $8; s.executor = $2; s.is_daemon = $3; s.fault = $9.fault;
                                          s.fault_count = $9.fault_count;
                                          s.call = expr_call(parser, expr_name(parser, $4, @4), $6, span_join(@4, @7));
                                          $$ = expr_spawn(parser, s, @$, @1); };

spawn_executor: %empty                  { $$ = NULL; } | '(' expression ')' { $$ = $2; };
spawn_daemon: %empty                    { $$ = false; } | DAEMON { $$ = true; };

spawn_role:
    %empty                              { $$ = (Spawn){0}; }
  | AS any_name '.' any_name role_index { $$ = (Spawn){.protocol = $2.name, .role = $4.name, .role_at = span_join(@2, @5), .role_index = $5}; }
  ;

role_index: %empty                      { $$ = NULL; @$ = yylsp[0]; } | '[' expression ']' { $$ = $2; };

spawn_fault:
    %empty                              { $$ = (Spawn){0}; }
  | WITH IDENT '(' expression ')'       { $$ = (Spawn){.fault = fault_of(parser, $2), .fault_count = $4}; }
  ;

postfix:
    primary
  | postfix '[' expression ']'          { $$ = expr_of(parser, EXPR_INDEX, $1, $3, @$, @2); }
  | postfix '[' '*' ']'                 { $$ = task_index(parser, OP_MUL, $1, @$, @2); }
  | postfix '[' '?' ']'                 { $$ = task_index(parser, OP_NONE, $1, @$, @2); }
  | postfix '(' arguments ')'           { $$ = expr_call(parser, $1, $3, @$); }
  | postfix '.' any_name                { $$ = expr_member(parser, $1, $3.name, @$, @3); }
  | postfix ARROW any_name
                                        { diags_add(parser->diags, DIAG_POINTER, @2,
                                          "the dialect has no pointers: write '.' for '->'");
                                          $$ = expr_member(parser, $1, $3.name, @$, @3); }
  | postfix '@' any_name                { $$ = at_label(parser, $1, $3, @$, @2); }
  | postfix INC                         { $$ = expr_incdec(parser, OP_ADD, false, $1, @$, @2); }
  | postfix DEC                         { $$ = expr_incdec(parser, OP_SUB, false, $1, @$, @2); }
  | '(' type_name ')' init_braces       { $$ = expr_typed(parser, EXPR_COMPOUND, $2, NULL, $4, @$, @1); }
  | PATH '[' binary ']'                 { $$ = expr_path(parser, $1, $3, @$, @1); }
  ;

arguments: %empty                       { $$ = (List){0}; } | argument_list;

argument_list:
    argument                            { $$ = list_of(parser, $1); }
  | argument_list ',' argument          { $$ = list_then(parser, $1, $3); }
  ;

argument:
    assignment
  | '*'                                 { $$ = task_index(parser, OP_MUL, NULL, @1, @1); }
  ;

primary:
    IDENT                               { $$ = expr_name(parser, $1, @1); }
  | NUMBER | CHARACTER | BAD_LITERAL
  | strings                             { $$ = literal_join(parser, $1, @1); }
  | NONE                                { $$ = expr_new(parser, EXPR_NONE, @1, @1); }
  | TRUE_WORD                           { $$ = bool_literal(parser, true, @1); }
  | FALSE_WORD                          { $$ = bool_literal(parser, false, @1); }
  | '(' expression ')'                  { $$ = $2; }
  ;

strings:
    STRING                              { $$ = list_of(parser, $1); }
  | strings STRING                      { $$ = list_then(parser, $1, $2); }
  ;

%%

static void only_in_property(Parser *parser, Span span, const char *what) {
    if (parser->letters == LETTERS_NONE)
        diags_add(parser->diags, DIAG_SYNTAX, span, "%s stands only in properties", what);
}

static void no_pointers(Parser *parser, Span span) {
    diags_add(parser->diags, DIAG_POINTER, span, "the dialect has no pointers");
    diags_note(
        parser->diags, span, "pass a handle, an array or a copy; `&v` is the destination of a receiving operation");
}

static List list_then(Parser *parser, List list, void *item) {
    list_add(parser, &list, item);
    return list;
}

static List list_joined(Parser *parser, List list, List more) {
    for (uint32_t i = 0; i < more.n; i++) list_add(parser, &list, more.items[i]);
    return list;
}

static List items_of(const Stmt *block) { return (List){(void **)block->items, block->nitems, block->nitems}; }

/* The name is declared before its initialiser or body is read. */
static Head head_of(Parser *parser, Specs specs, Declarator declarator) {
    decl_register(parser, &specs, &declarator);
    parser->function = COPY(Declarator, declarator);
    return (Head){specs, declarator};
}

static Declarator *with_rest(Parser *parser, Declarator declarator, Declarator rest, Span span) {
    declarator.bits = rest.bits;
    declarator.init = rest.init;
    declarator.span = span;
    return COPY(Declarator, declarator);
}

static Decl *unnamed_param(Parser *parser, Specs specs, List dims, Span span) {
    Declarator declarator = {.dims = dims, .at = specs.span, .span = specs.span};
    return decl_param(parser, &specs, &declarator, span);
}

static Decl *static_assert_decl(Parser *parser, Expr *condition, Expr *text, Span span, Span at) {
    Decl *decl = decl_named(parser, DECL_STATIC_ASSERT, 0, span, at);
    decl->formula = condition;
    decl->init = text;
    return decl;
}

/* worker[*], worker[?] and, without a task, the * of done(*). */
static Expr *task_index(Parser *parser, Op op, Expr *task, Span span, Span at) {
    only_in_property(parser, span, !task ? "'*' alone" : op == OP_MUL ? "'[*]'" : "'[?]'");
    Expr *expr = expr_of(parser, EXPR_INDEX, task, NULL, span, at);
    expr->op = op;
    return expr;
}

static Expr *at_label(Parser *parser, Expr *task, Named label, Span span, Span at) {
    only_in_property(parser, at, "'@'");
    Expr *expr = expr_of(parser, EXPR_ATOM, task, NULL, span, label.at);
    expr->name = label.name;
    return expr;
}

static void add_decls(Parser *parser, List decls) {
    for (uint32_t i = 0; i < decls.n; i++) list_add(parser, &parser->decls, decls.items[i]);
}

static Stmt *decl_stmt(Parser *parser, List decls, Span span) {
    Stmt *stmt = stmt_new(parser, STMT_DECL, span, ((Decl *)decls.items[0])->at);
    stmt->decls = (Decl **)decls.items;
    stmt->ndecls = decls.n;
    return stmt;
}

static Stmt *pattern_label(Parser *parser, Name message, Name label, List binds, bool has_args, Span span, Span at) {
    Stmt *stmt = stmt_new(parser, STMT_CASE, span, at);
    stmt->pattern_message = message;
    stmt->pattern = label;
    stmt->binds = (Decl **)binds.items;
    stmt->nbinds = binds.n;
    stmt->has_pattern_args = has_args;
    return stmt;
}

static Stmt *end_label(Parser *parser, Stmt *label, List rest) {
    Stmt *body =
        rest.n ? rest.items[0]
               : stmt_new(parser, STMT_EMPTY, (Span){label->span.file, label->span.end, label->span.end}, label->at);
    return stmt_label(parser, label, body, label->span);
}

static TypeSyntax *struct_type(Parser *parser, Name tag, List members, bool has_body, Span span) {
    TypeSyntax *type = type_new(parser, TS_STRUCT, span);
    type->name = tag;
    type->has_body = has_body;
    type->members = ARENA_ARRAY(parser->arena, MemberSyntax, members.n);
    type->nmembers = members.n;
    for (uint32_t i = 0; i < members.n; i++) type->members[i] = *(MemberSyntax *)members.items[i];
    return type;
}

static TypeSyntax *enum_type(Parser *parser, Name tag, List items, bool has_body, Span span) {
    TypeSyntax *type = type_new(parser, TS_ENUM, span);
    type->name = tag;
    type->has_body = has_body;
    type->enums = ARENA_ARRAY(parser->arena, EnumItem, items.n);
    type->nenums = items.n;
    for (uint32_t i = 0; i < items.n; i++) {
        type->enums[i] = *(EnumItem *)items.items[i];
        typename_declare(parser, type->enums[i].name, MEANING_VALUE);
    }
    return type;
}

static LabelSyntax *label_of(Parser *parser, Name name, List fields, Span at) {
    LabelSyntax *label = ARENA_NEW(parser->arena, LabelSyntax);
    *label = (LabelSyntax){name, at, (Decl **)fields.items, fields.n};
    return label;
}

static Decl *message_decl(Parser *parser, Name name, List labels, Span span, Span at) {
    Decl *decl = decl_named(parser, DECL_MESSAGE, name, span, at);
    decl->labels = ARENA_ARRAY(parser->arena, LabelSyntax, labels.n);
    decl->nlabels = labels.n;
    for (uint32_t i = 0; i < labels.n; i++) decl->labels[i] = *(LabelSyntax *)labels.items[i];
    return decl;
}

static FaultKind fault_of(Parser *parser, Name name) {
    return strcmp(names_text(parser->names, name), "crash") == 0 ? FAULT_CRASH
                                                                 : FAULT_RESTART; /* token.c lets no other pass */
}

static ArmTail tail_join(Parser *parser, ArmTail a, ArmTail b, Span span) {
    if ((a.guard && b.guard) || (a.each && b.each))
        diags_add(parser->diags, DIAG_SYNTAX, span, "an arm has one `if` and one `for` at most");
    if (b.guard) a.guard = b.guard;
    if (!b.each) return a;
    b.guard = a.guard;
    return b;
}

static Declarator bad_declarator(Parser *parser, Declarator declarator, Span span) {
    if (!declarator.is_bad) no_pointers(parser, span);
    declarator.is_bad = true;
    return declarator;
}

static Expr *bool_literal(Parser *parser, bool value, Span span) {
    Expr *expr = expr_new(parser, EXPR_INT, span, span);
    expr->value = value;
    expr->text = value ? "true" : "false";
    expr->text_length = value ? 4 : 5;
    expr->type = types_basic(parser->tree->types, TYPE_BOOL);
    return expr;
}

static Decl *property(Parser *parser, PropertyKind kind, Named name, Named fair, Expr *formula, Span span) {
    Decl *decl = decl_named(parser, DECL_PROPERTY, name.name, span, name.at);
    decl->property = kind;
    decl->formula = formula;
    decl->fair = fair.name;
    decl->fair_at = fair.at;
    return decl;
}

static Named fair_word(Parser *parser, Named word, Named fairness) {
    if (strcmp(names_text(parser->names, word.name), "fair") == 0) return fairness;
    diags_add(parser->diags, DIAG_SYNTAX, word.at,
        "expected ':' or 'fair(weak)', 'fair(none)', 'fair(strong)' after the name of the property");
    return (Named){0};
}

/* ---- syntax errors */

enum { MAX_EXPECTED = 4 };

/* What the user wrote, in quotes, or "end of file". */
static const char *found_text(Parser *parser) {
    const Token *token = &parser->last;
    if (token->kind == 0) return "the end of the file";
    Span span = token_span(parser, token->begin, token->end);
    if (span.begin == span.end) return "the end of the formula"; /* what is read after a property given beside the file */
    uint32_t length = token->end - token->begin;
    return arena_printf(parser->arena, "'%.*s%s'", length > 40 ? 40 : (int)length, parser->text + token->begin,
        length > 40 ? "..." : "");
}

static bool is_expected(const yysymbol_kind_t *expected, int n, yysymbol_kind_t kind) {
    for (int i = 0; i < n; i++)
        if (expected[i] == kind) return true;
    return false;
}

/* "a or b"; the aliases of tokens with two roles end in a blank. */
static const char *list_text(Parser *parser, const char *text, const char *name) {
    int length = (int)strlen(name);
    if (name[length - 1] == ' ') length--;
    return text ? arena_printf(parser->arena, "%s or %.*s", text, length, name)
                : arena_printf(parser->arena, "%.*s", length, name);
}

/* When much is possible, what would end the construct is what helps. */
static const char *closing_text(Parser *parser, const yysymbol_kind_t *expected, int n) {
    static const char closing[] = ";)]}:";
    const char *text = NULL;
    for (const char *c = closing; *c; c++)
        if (is_expected(expected, n, YYTRANSLATE((int)*c)))
            text = list_text(parser, text, yysymbol_name(YYTRANSLATE((int)*c)));
    return text;
}

/* What may stand there, in words; NULL when there is nothing short to say. */
static const char *expected_text(Parser *parser, const yysymbol_kind_t *expected, int n) {
    static const yysymbol_kind_t expression[] = {YYSYMBOL_IDENT, YYSYMBOL_NUMBER, YYSYMBOL_STRING, YYSYMBOL_AWAIT};
    bool is_expression = true;
    for (uint32_t i = 0; i < sizeof expression / sizeof *expression; i++)
        is_expression &= is_expected(expected, n, expression[i]);
    if (is_expression) return is_expected(expected, n, YYSYMBOL_WHILE) ? "a statement" : "an expression";
    if (is_expected(expected, n, YYSYMBOL_IDENT) && is_expected(expected, n, YYSYMBOL_NONE)) return "a name";
    if (is_expected(expected, n, YYSYMBOL_TYPE_NAME) && is_expected(expected, n, YYSYMBOL_INT)) return "a type";
    if (n > MAX_EXPECTED) return closing_text(parser, expected, n);
    const char *text = NULL;
    for (int i = 0; i < n; i++) text = list_text(parser, text, yysymbol_name(expected[i]));
    return text;
}

static void note_open_bracket(Parser *parser) {
    const Bracket *bracket = token_bracket(parser);
    if (parser->last.kind == 0 && bracket)
        diags_note(parser->diags, token_span(parser, bracket->begin, bracket->begin + 1), "this '%c' is not closed",
            bracket->open);
}

enum { MAX_INSERTED = 20, MAX_SYNTAX_ERRORS = 200 /* more than are shown: nobody reads on */ };

/* A missing `;` before a new line or a brace: the text is read again with it in place (and then reported), so that
   nothing is lost. */
static bool insert_semicolon(Parser *parser, const yysymbol_kind_t *expected, int n) {
    bool ends_statement = token_starts_line(parser) || parser->last.kind == '}';
    if (!ends_statement || !is_expected(expected, n, YYTRANSLATE(';'))) return false;
    if (is_expected(expected, n, YYSYMBOL_RETURN) || is_expected(expected, n, YYSYMBOL_TYPEDEF))
        return false; /* an empty statement */
    if (parser->inserted->n >= MAX_INSERTED) return false;
    uint32_t at = parser->last.begin;
    if (parser->inserted->n > 0 && vec_last(parser->inserted) >= at) return false;
    vec_push(parser->inserted, at);
    parser->restart = parser->gave_up = true;
    return true;
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *parser) {
    if (parser->gave_up) return 0;
    yysymbol_kind_t expected[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    for (int i = n - 1; i >= 0; i--)
        if (expected[i] == YYSYMBOL_SKIPPED) expected[i] = expected[--n];
    if (n > 0 && insert_semicolon(parser, expected, n)) return 0;
    const char *text = n > 0 ? expected_text(parser, expected, n) : NULL;
    Span span = *yypcontext_location(context);
    if (parser->last.kind == UNSUPPORTED)
        diags_add(parser->diags, DIAG_NOT_C, span, "%s is not in the dialect", found_text(parser));
    else if (text) diags_add(parser->diags, DIAG_SYNTAX, span, "expected %s, found %s", text, found_text(parser));
    else diags_add(parser->diags, DIAG_SYNTAX, span, "unexpected %s", found_text(parser));
    note_open_bracket(parser);
    if (diags_errors(parser->diags) > MAX_SYNTAX_ERRORS) parser->gave_up = true;
    token_recover(parser);
    return 0;
}

static void frontend_yyerror(Span *span, Parser *parser, const char *message) {
    (void)message; /* only "memory exhausted": the stack is bounded */
    check_depth(parser, AST_MAX_DEPTH + 1, *span);
}

#include "tests/unit/parsed.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* ---- what parses, and as what */

typedef struct Form {
    const char *text, *dump;
} Form;

/* Each text parses without a diagnostic to exactly this listing. */
static const Form forms[] = {
    {"unsigned x : 3 = 5;", "1: var x : u32\n  int 3\n  int 5\n"},
    {"int a[2][3];", "1: var a : array(array(i32))\n"},
    {"long long unsigned int a; signed char b; char c; short d; _Bool e;",
        "1: var a : u64\n1: var b : i8\n1: var c : char\n1: var d : i16\n1: var e : bool\n"},
    {"_Atomic int a; _Atomic(int) b; int const c;",
        "1: var a : _Atomic i32\n1: var b : _Atomic i32\n1: var c : const i32\n"},
    {"typedef struct { int x, y : 2; } p; p q;", "1: typedef p : struct  { x y:... }\n1: var q : p\n"},
    {"enum e { A, B = 2, };", "1: type e : enum e { A B=... }\n"},
    {"int a[3] = { [1] = 2, 3 }; ", "1: var a : array(i32)\n  init\n    [] =\n    int 1\n    int 2\n    int 3\n"},
    {"message m { a(int x); b(); }; chan(m) c;",
        "1: message m\n  label a\n    1: var x : i32\n  label b\n1: var c : chan(message m)\n"},
    {"message m { a(chan(m) back); };", "1: message m\n  label a\n    1: var back : chan(message m)\n"},
    {"chan(unknown) c; unknown d;", "1: var c : chan(unknown)\n1: var d : unknown\n"},
    {"future(future(bool)) f; task t; sender(int) s;",
        "1: var f : future(future(bool))\n1: var t : task\n1: var s : sender(i32)\n"},
    {"int x = 1 + 2 * 3 == 7 ? 4 : 5;",
        "1: var x : i32\n  cond\n    binary ==\n      binary +\n        int 1\n        binary *\n          int 2\n     "
        "     int 3\n      int 7\n    int 4\n    int 5\n"},
    {"int x = (int)y++ - -z;",
        "1: var x : i32\n  binary -\n    cast i32\n      incdec +\n        name y\n    unary -\n      name z\n"},
    {"int x = sizeof(int) + sizeof y;", "1: var x : i32\n  binary +\n    sizeof i32\n    sizeof\n      name y\n"},
    {"int x = 'a' + '\\n' + '\\x41' + '\\101';", "1: var x : i32\n  binary +\n    binary +\n      binary +\n        "
                                                 "int 97\n        int 10\n      int 65\n    int 65\n"},
    {"int x = 0x7f + 017 + 0b11 + 5ull;", "1: var x : i32\n  binary +\n    binary +\n      binary +\n        int 127\n "
                                          "       int 15\n      int 3\n    int 5\n"},
    {"_Static_assert(1, \"a\" \"b\");", "1: static-assert\n  string \"ab\"\n  int 1\n"},
    {"int scope, atomic, message, poll, ltl, none;", "1: var scope : i32\n1: var atomic : i32\n1: var message : "
                                                     "i32\n1: var poll : i32\n1: var ltl : i32\n1: var none : i32\n"},
    {"param int T; extern chan(int) c; scoped mutex m;",
        "1: param T : i32\n1: var extern c : chan(i32)\n1: var scoped m : mutex\n"},
    {"protocol P(role a) { a -> b: x(); } session S = !x. end;", "1: protocol P\n1: session S\n"},
    {"async int f(int a[], chan(int) c);", "1: func async f : i32\n  1: var a : array(i32)\n  1: var c : chan(i32)\n"},
    {"int a, b, c; void f(void) { a = b = c += 1; }",
        "1: var a : i32\n1: var b : i32\n1: var c : i32\n1: func f : void\n  1: block\n    1: expr\n      assign\n     "
        "   name a\n        assign\n          name b\n"
        "          assign +\n            name c\n            int 1\n"},
};

static void assert_form(const Form *form) {
    Parsed *parsed = parsed_text(form->text);
    assert_string_equal(parsed->errors, "");
    assert_string_equal(parsed->dump, form->dump);
    parsed_free(parsed);
}

static void declarations_and_expressions(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) assert_form(&forms[i]);
}

/* Each is the body of a function; the listing is that of the body. */
static const Form bodies[] = {
    {"idle: await recv(c, &v);", "label idle\n  1: expr\n    await\n      call\n        name recv\n        name c\n    "
                                 "    address\n          name v\n"},
    {"lab: int x; end: ", "label lab\n  1: decl\n    1: var x : i32\n1: label end\n  1: empty\n"},
    {"if (a) if (b) ; else x;", "if\n  name a\n  1: if\n    name b\n    1: empty\n    1: expr\n      name x\n"},
    {"for (;;) break;", "for\n  1: break\n"},
    {"for (int i = 0; i < 3; i++) continue;",
        "for\n  1: var i : i32\n    int 0\n  binary <\n    name i\n    int 3\n  incdec +\n    name i\n  1: continue\n"},
    {"switch (r) { case found(v): case m.missing: case m.a(_, x): break; default: }",
        "switch\n  name r\n  1: case found(v)\n    1: case m. missing\n      1: case m. a(_, x)\n        1: break\n  "
        "1: default\n    1: empty\n"},
    {"switch (r) case 1: ;", "switch\n  name r\n  1: case\n    int 1\n    1: empty\n"},
    {"defer { x; } scope { y; } atomic { z; }", "defer\n  1: block\n    1: expr\n      name x\n1: scope\n  1: expr\n   "
                                                " name y\n1: atomic\n  1: expr\n    name z\n"},
    {"select { case await p: x; case int v = await q if (g): case v = await r: default: ; }",
        "select\n  arm\n    name p\n    1: expr\n      name x\n  arm guarded\n    1: var v : i32\n    name q\n    name "
        "g\n  arm\n    name v\n    name r\n"
        "  arm default\n    1: empty\n"},
    {"biased select { case await recv(c[i], &v) for (int i = 0; i < 3; i++): }",
        "biased select\n  arm\n    call\n      name recv\n      index\n        name c\n        name i\n      address\n "
        "       name v\n    1: var i : i32\n      int 0\n"
        "    binary <\n      name i\n      int 3\n    incdec +\n      name i\n"},
    {"t = spawn (ex) daemon f(1) as P.r[2] with crash(3);",
        "expr\n  assign\n    name t\n    spawn (executor) daemon as P.r with crash\n      name ex\n      call\n        "
        "name f\n        int 1\n      int 2\n      int 3\n"},
    {"bool b = true && none == t;",
        "decl\n  1: var b : bool\n    binary &&\n      int 1\n      binary ==\n        none\n        name t\n"},
    {"int true = 2; x = true;", "decl\n  1: var true : i32\n    int 2\n1: expr\n  assign\n    name x\n    name true\n"},
    {"sender(int) sender = sender(c); (void)sender(3);",
        "decl\n  1: var sender : sender(i32)\n    call\n      name sender\n      name c\n1: expr\n  cast void\n    "
        "call\n      name sender\n      int 3\n"},
    {"{ typedef int T; T x; } T * x;", "block\n  1: decl\n    1: typedef T : i32\n  1: decl\n    1: var x : T\n1: "
                                       "expr\n  binary *\n    name T\n    name x\n"},
    {"goto idle; return; do ; while (0);", "goto idle\n1: return\n1: do\n  int 0\n  1: empty\n"},
    {"x = (p){ .a = 1 }.a;",
        "expr\n  assign\n    name x\n    member a\n      compound p\n        init\n          .a =\n          int 1\n"},
};

/* Leaves out the indentation that the function and its block add. */
static char *body_of(const char *dump) {
    static const char head[] = "  1: block\n    1: ";
    const char *begin = strstr(dump, head);
    assert_non_null(begin);
    char *result = calloc(strlen(dump) + 1, 1), *to = result;
    for (const char *p = begin + sizeof head - 1; *p;) {
        const char *end = strchr(p, '\n') + 1;
        memcpy(to, p, (size_t)(end - p));
        to += end - p;
        p = strncmp(end, "    ", 4) == 0 ? end + 4 : end;
    }
    return result;
}

static void statements(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char text[500];
        snprintf(text, sizeof text, "typedef struct { int a; } p; void f(void) { %s }", bodies[i].text);
        Parsed *parsed = parsed_text(text);
        char *body = body_of(parsed->dump);
        assert_string_equal(parsed->errors, "");
        assert_string_equal(body, bodies[i].dump);
        free(body);
        parsed_free(parsed);
    }
}

static const Form formulas[] = {
    {"ltl p: F x == 1;", "unary F\n  binary ==\n    name x\n    int 1\n"},
    {"ltl p: G (a -> F b) && c;",
        "binary &&\n  unary G\n    binary ->\n      name a\n      unary F\n        name b\n  name c\n"},
    {"ltl p: [] <> !X a;", "unary G\n  unary F\n    unary !\n      unary X\n        name a\n"},
    {"ltl p: a U b U c || d;",
        "binary ||\n  binary U\n    name a\n    binary U\n      name b\n      name c\n  name d\n"},
    {"ltl p: a -> b -> c <-> d;",
        "binary <->\n  binary ->\n    name a\n    binary ->\n      name b\n      name c\n  name d\n"},
    {"ltl p: w[*]@idle || w[2]@x || w[?]@y || done(*);",
        "binary ||\n  binary ||\n    binary ||\n      atom idle\n        index *\n          name w\n      atom x\n     "
        "   index\n          name w\n          int 2\n"
        "    atom y\n      index\n        name w\n  call\n    name done\n    index *\n"},
    {"ctl p: AG EF x && A[a U b];",
        "binary &&\n  unary AG\n    unary EF\n      name x\n  binary AU\n    name a\n    name b\n"},
    {"ctl p: E[!a U AX b];", "binary EU\n  unary !\n    name a\n  unary AX\n    name b\n"},
    {"ltl p fair(weak): G x;", "unary G\n  name x\n"},
    {"ltl G fair(none): !F x U E;", "binary U\n  unary !\n    unary F\n      name x\n  name E\n"},
    {"ctl p: G x -> <> y;", "binary ->\n  unary G\n    name x\n  unary F\n    name y\n"},
    {"ltl p: AG t@X;", "unary AG\n  atom X\n    name t\n"},
    {"ltl p: (struct s){ 1 }.a == 1 || F (b == (struct s){ 2 }.a && X c);",
        "binary ||\n  binary ==\n    member a\n      compound struct s\n        init\n          int 1\n    int 1\n  unary F\n    binary &&\n"
        "      binary ==\n        name b\n        member a\n          compound struct s\n            init\n              int 2\n"
        "      unary X\n        name c\n"},
    {"invariant p: X + len(c) <= 4;",
        "binary <=\n  binary +\n    name X\n    call\n      name len\n      name c\n  int 4\n"},
};

static void properties(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        Parsed *parsed = parsed_text(formulas[i].text);
        assert_string_equal(parsed->errors, "");
        assert_int_equal(parsed->tree->ndecls, 1);
        assert_int_equal(parsed->tree->decls[0]->kind, DECL_PROPERTY);
        char expected[500] = "", *to = expected;
        for (const char *p = formulas[i].dump; *p;) {
            const char *end = strchr(p, '\n') + 1;
            to += snprintf(to, sizeof expected - (size_t)(to - expected), "  %.*s", (int)(end - p), p);
            p = end;
        }
        assert_string_equal(strchr(parsed->dump, '\n') + 1, expected);
        parsed_free(parsed);
    }
}

/* ---- mistakes */

static const Form mistakes[] = {
    {"", "1:1 empty-file the file holds no program\n"},
    {"// only this\n", "1:1 empty-file the file holds no program\n"},
    {"int x\nint y;\n", "1:6 syntax expected ';' after 'x'\n"},
    {"void f(void) { a = 1\n b = 2 }\n", "1:21 syntax expected ';' after '1'\n2:7 syntax expected ';' after '2'\n"},
    {"void f(int a { x; }\nint y z;",
        "1:14 syntax expected ')' or ':', found '{'\n2:7 syntax expected ';' or ':', found 'z'\n"},
    {"void f(void) { g(1; h(2 3); if x { } }", "1:19 syntax expected ')', found ';'\n1:25 syntax expected ')', found "
                                               "'3'\n1:32 syntax expected '(', found 'x'\n"},
    {"int a[2] = { 1 2 }; int b;", "1:16 syntax expected '}', found '2'\n"},
    {"void f(void) { g(", "1:18 syntax expected an expression, found the end of the file\n"},
    {"int *p; int f(int *);", "1:5 pointer the dialect has no pointers\n1:19 pointer the dialect has no pointers\n"},
    {"int (*f)(int);", "1:6 pointer the dialect has no pointers\n"},
    {"int x = p->y + *q;",
        "1:10 pointer the dialect has no pointers: write '.' for '->'\n1:16 pointer the dialect has no pointers\n"},
    {"float x = 1.5;", "1:1 floating-point the dialect has no floating point\n1:11 floating-point the dialect has no "
                       "floating point\n"},
    {"int x = malloc(4);", "1:9 heap the dialect has no heap: 'malloc' is not there\n"},
    {"union u { int x; };", "1:1 not-in-dialect the dialect has no unions\n"},
    {"int x = _Generic(1, int: 2);", "1:9 not-in-dialect '_Generic' is not in the dialect\n"},
    {"int f(int n, ...);", "1:14 not-in-dialect the dialect has no `...`\n"},
    {"void f(void) { x := 3; }", "1:18 syntax ':=' is not C: declare with a type, assign with '='\n"},
    {"void f(void) { select { case recv(c, &v): ; case x += await p: ; } }",
        "1:30 syntax this arm does not await anything\n1:52 syntax an arm stores its result with `=`; no other "
        "assignment is allowed there\n"},
    {"int x = 08 + 0x + 1q + 99999999999999999999;",
        "1:9 lexical a digit of an octal number above 7\n1:14 lexical a number without digits\n1:19 lexical a number "
        "with an unknown suffix; u and l are known\n"
        "1:24 lexical a number of more than 64 bits\n"},
    {"int x = 'ab' + '' + '\\q' + 'a;",
        "1:9 lexical a character literal of more than one byte\n1:16 lexical an empty character literal\n"
        "1:21 lexical unknown escape sequence '\\q'\n1:28 lexical character literal is not closed\n1:31 syntax "
        "expected ';', found the end of the file\n"},
    {"int x; /* open", "1:8 lexical comment is not closed\n"},
    {"int x = \x80 3;", "1:9 lexical a character that no program holds\n"},
    {"int x = a@b;", "1:10 syntax '@' stands only in properties\n"},
    {"int x = a <-> b;", "1:11 syntax '<->' stands only in properties\n"},
    {"ctl p: A[x && y];", "1:10 syntax the brackets of A hold `p U q`\n"},
    {"chan<int> c;",
        "1:1 syntax 'chan' needs the type of what it carries: chan(T)\n1:5 syntax expected a name, found '<'\n"},
    {"chan c;", "1:1 syntax 'chan' needs the type of what it carries: chan(T)\n"},
    {"long char x; int typedef y;",
        "1:1 syntax these words make no type together\n1:18 syntax expected a name, found 'typedef'\n"},
    {"int; struct { int x; };",
        "1:1 syntax this declaration declares nothing\n1:6 syntax this declaration declares nothing\n"},
    {"async int x; scoped int f(void); typedef int T = 3;",
        "1:11 syntax only functions are `async`\n1:25 syntax only variables are `scoped`\n1:46 syntax a typedef has no "
        "initialiser\n"},
    {"protocol P(role a) { a -> b: x();", "1:10 syntax protocol 'P' is not closed\n"},
    {"} int x;", "1:1 syntax expected a type, found '}'\n"},
};

static void mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        Parsed *parsed = parsed_text(mistakes[i].text);
        assert_string_equal(parsed->errors, mistakes[i].dump);
        parsed_free(parsed);
    }
}

static void nothing_is_lost_behind_a_missing_semicolon(void **state) {
    (void)state;
    Parsed *parsed = parsed_text("int x\nvoid f(void) {\n int y = 1\n int z = 2\n}\n");
    assert_int_equal(diags_errors(parsed->diags), 3);
    assert_string_equal(parsed->dump, "1: var x : i32\n2: func f : void\n  2: block\n    3: decl\n      3: var y : "
                                      "i32\n        int 1\n    4: decl\n      4: var z : i32\n        int 2\n");
    parsed_free(parsed);
}

/* ---- nesting */

static char *repeated(
    const char *head, const char *unit, int n, const char *middle, const char *close, const char *tail) {
    size_t size = strlen(head) + strlen(middle) + strlen(tail) + (size_t)n * (strlen(unit) + strlen(close)) + 1;
    char *text = malloc(size), *to = text;
    assert_non_null(text);
    to = stpcpy(to, head);
    for (int i = 0; i < n; i++) to = stpcpy(to, unit);
    to = stpcpy(to, middle);
    for (int i = 0; i < n; i++) to = stpcpy(to, close);
    stpcpy(to, tail);
    return text;
}

typedef struct Nest {
    const char *head, *unit, *middle, *close, *tail;
} Nest;

static const Nest nests[] = {
    {"int x = ", "(", "1", ")", ";"},
    {"int x = ", "!", "1", "", ";"},
    {"int x = ", "1+", "1", "", ";"},
    {"int x = ", "f(", "1", ")", ";"},
    {"int x = ", "a ? b : ", "1", "", ";"},
    {"int x", "[1]", "", "", ";"},
    {"void f(void) {", "{", "", "}", "}"},
    {"void f(void) {", "if (1) ", ";", "", "}"},
    {"void f(void) {", "a: ", ";", "", "}"},
    {"void f(void) { x", " = x", ";", "", "}"},
    {"void f(void) {", "if (1) ; else ", ";", "", "}"},
    {"int x = ", "{", "1", "}", ";"},
};

static void nesting_is_bounded(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof nests / sizeof *nests; i++) {
        for (int n = 300; n <= 20000; n += 19700) {
            char *text = repeated(nests[i].head, nests[i].unit, n, nests[i].middle, nests[i].close, nests[i].tail);
            Parsed *parsed = parsed_text(text);
            if (n == 300) assert_string_equal(parsed->errors, "");
            else assert_non_null(strstr(parsed->errors, "nesting nested more than 1000 levels deep"));
            assert_int_equal(diags_errors(parsed->diags), n == 300 ? 0 : 1);
            parsed_free(parsed);
            free(text);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declarations_and_expressions),
        cmocka_unit_test(statements),
        cmocka_unit_test(properties),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(nothing_is_lost_behind_a_missing_semicolon),
        cmocka_unit_test(nesting_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

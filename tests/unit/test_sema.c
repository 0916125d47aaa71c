/* What sema writes into the tree for the passes after it. What it says to the user is tested in tests/golden/diag. */
#include "frontend/frontend.h"
#include "tests/unit/parsed.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

static const char prelude[] = "struct point { int x, y; unsigned z : 3; };\n"
                              "message reply { found(uint8_t value); missing(); };\n"
                              "chan(int) c = channel(1); chan(reply) answers = channel(0); mutex m;\n"
                              "int written, read_only = 3, by_receive, by_array[2], const_array[2];\n"
                              "int twice(int x) { return 2 * x; }\n"
                              "int sum(const int a[]) { return a[0]; }\n"
                              "void clear(int a[]) { a[0] = 0; }\n"
                              "async int fetch(int x) { await yield(); return x; }\n";

/* The checked program whose main has this body. */
static Parsed *checked(const char *body) {
    char text[4096];
    snprintf(text, sizeof text, "%sasync void main(void) {\n    int v; bool ok;\n%s\n}\n", prelude, body);
    Parsed *parsed = parsed_text(text);
    assert_string_equal(parsed->errors, "");
    bool is_good = frontend_check(parsed->tree, parsed->diags);
    if (!is_good) diags_render(parsed->diags, stderr, false);
    assert_true(is_good);
    return parsed;
}

/* The n-th statement of main after the prelude's declarations. */
static Stmt *stmt_at(const Parsed *parsed, uint32_t n) {
    const Decl *main_decl = parsed->tree->decls[parsed->tree->ndecls - 1];
    assert_true(n + 2 < main_decl->body->nitems);
    return main_decl->body->items[n + 2];
}

static Expr *expr_at(const Parsed *parsed, uint32_t n) { return stmt_at(parsed, n)->expr; }

static const char *text_of(const Parsed *parsed, const Expr *expr) {
    return types_text(parsed->tree->types, expr->type);
}

static void types_of_expressions(void **state) {
    (void)state;
    Parsed *p = checked(
        "v + 1u; ok + ok; v == 1; (struct point){ 1, 2 }.z + 1; 'a'; sizeof(int); c; v ? 1 : (uint8_t)2; 1 + 2 * 3;");
    const char *const wanted[] = {"unsigned", "int", "int", "int", "int", "uint64_t", "chan(int)", "int", "int"};
    for (uint32_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_string_equal(text_of(p, expr_at(p, i)), wanted[i]);
    assert_true(expr_at(p, 8)->is_const);
    assert_int_equal(expr_at(p, 8)->value, 7);
    assert_int_equal(expr_at(p, 5)->value, 4);
    parsed_free(p);
}

static void calls_stand_in_place_or_are_stored(void **state) {
    (void)state;
    Parsed *p =
        checked("await fetch(1); await recv(c, &v); recv(c, &v); block_on(fetch(2)); v = twice(v);\n"
                "future(int) f = fetch(3); future(bool) g = recv(c, &v); task t = spawn fetch(4); v = await t;");
    const Expr *in_place = expr_at(p, 0)->a, *operation = expr_at(p, 1)->a, *blocking = expr_at(p, 2);
    assert_true(!in_place->makes_future && in_place->symbol && strcmp(text_of(p, in_place), "future(int)") == 0);
    assert_true(!operation->makes_future && !operation->blocks && operation->builtin == BUILTIN_RECV);
    assert_string_equal(text_of(p, operation), "future(bool)");
    assert_true(blocking->blocks && strcmp(text_of(p, blocking), "bool") == 0);
    assert_true(expr_at(p, 3)->blocks && expr_at(p, 3)->args[0]->makes_future);
    assert_true(!expr_at(p, 4)->b->makes_future && expr_at(p, 4)->b->builtin == BUILTIN_NONE);
    assert_true(stmt_at(p, 5)->decls[0]->init->makes_future);
    assert_true(stmt_at(p, 6)->decls[0]->init->makes_future && !stmt_at(p, 6)->decls[0]->init->blocks);
    const Expr *join = expr_at(p, 8)->b;
    assert_string_equal(text_of(p, join), "int");
    assert_true(join->a->type->kind == TYPE_TASK && join->a->type->of == join->type);
    parsed_free(p);
}

static const Symbol *global(const Parsed *parsed, const char *name) {
    Name id = names_find(parsed->tree->names, name, strlen(name));
    for (uint32_t i = 0; i < parsed->tree->nsymbols; i++) {
        assert_int_equal(parsed->tree->symbols[i]->id, i);
        if (parsed->tree->symbols[i]->name == id && parsed->tree->symbols[i]->is_global)
            return parsed->tree->symbols[i];
    }
    fail_msg("no global %s", name);
    return NULL;
}

static void written_globals_are_known(void **state) {
    (void)state;
    Parsed *p = checked("written += read_only; await recv(c, &by_receive); clear(by_array); sum(const_array);");
    assert_true(global(p, "written")->is_written);
    assert_true(global(p, "by_receive")->is_written);
    assert_true(global(p, "by_array")->is_written);
    assert_false(global(p, "read_only")->is_written);
    assert_false(global(p, "const_array")->is_written);
    assert_false(global(p, "c")->is_written);
    parsed_free(p);
}

static void messages_and_switches(void **state) {
    (void)state;
    Parsed *p = checked("reply r = missing(); r = reply.found(3);\n"
                        "switch (r) { case found(x): v = x; break; case missing: break; }\n"
                        "switch (v) { case 2 + 1: for (;;) { if (ok) break; else continue; } default: break; }");
    assert_int_equal(stmt_at(p, 0)->decls[0]->init->label_index, 1);
    assert_int_equal(expr_at(p, 1)->b->label_index, 0);
    const Stmt *by_label = stmt_at(p, 2), *by_value = stmt_at(p, 3);
    assert_int_equal(by_label->items[0]->label_index, 0);
    assert_string_equal(types_text(p->tree->types, by_label->items[0]->binds[0]->symbol->type), "uint8_t");
    assert_ptr_equal(by_label->items[1]->target, by_label);
    assert_int_equal(by_label->items[2]->label_index, 1);
    assert_null(by_label->items[2]->expr);
    assert_int_equal(by_value->items[0]->case_value, 3);
    const Stmt *loop = by_value->items[0]->body, *branch = loop->body->items[0];
    assert_ptr_equal(branch->body->target, loop);
    assert_ptr_equal(branch->other->target, loop);
    parsed_free(p);
}

static void selects(void **state) {
    (void)state;
    Parsed *p = checked("future(int) f = fetch(1);\n"
                        "select { case await send(c, i) for (int i = 2; i <= 5; i++): break; case v = await f: break;\n"
                        "case await fetch(2): break; case await sleep(1): return; }");
    const Stmt *select = stmt_at(p, 1);
    assert_int_equal(select->arms[0].each_from, 2);
    assert_int_equal(select->arms[0].each_to, 6);
    assert_true(select->arms[0].operation->makes_future && !select->arms[0].operation->blocks);
    assert_true(select->arms[2].operation->makes_future);
    assert_string_equal(text_of(p, select->arms[1].operation), "future(int)");
    assert_ptr_equal(select->arms[0].body[0]->target, select);
    assert_true(select->arms[3].body[0]->never_completes && !select->never_completes);
    parsed_free(p);
}

static void initialisers_know_their_places(void **state) {
    (void)state;
    Parsed *p = checked("struct point a = { .z = 1, .x = 2, 3 }; int list[] = { [2] = 5, 6, [0] = 1 };\n"
                        "chan(int) both[2] = channel(3); struct point zero = { 0 };");
    const Expr *fields = stmt_at(p, 0)->decls[0]->init, *elements = stmt_at(p, 1)->decls[0]->init;
    const uint32_t by_name[] = {2, 0, 1}, by_index[] = {2, 3, 0};
    assert_memory_equal(fields->item_place, by_name, sizeof by_name);
    assert_memory_equal(elements->item_place, by_index, sizeof by_index);
    assert_int_equal(stmt_at(p, 1)->decls[0]->type->length, 4);
    const Decl *both = stmt_at(p, 2)->decls[0];
    assert_string_equal(text_of(p, both->init), "chan(int)");
    assert_int_equal(both->type->length, 2);
    parsed_free(p);
}

/* A param is a constant: the command line's value, else the file's, else its default. */
static void params_are_constants(void **state) {
    (void)state;
    static const char text[] = "//@ options -P T=2 --param=U=3 -PW=0x10\n"
                               "param int T; param uint8_t U = 9; param int V = 1 + 1; param int64_t W;\n"
                               "int a[T + U + V + W];\n"
                               "async void main(void) { a[0] = 1; }\n";
    static const char *const given[] = {"T=1", "T=-1", "T=5"};
    Parsed *p = parsed_file("params.ac", text, &(FrontendOptions){.settings = given, .nsettings = 3});
    assert_string_equal(p->errors, "");
    assert_true(frontend_check(p->tree, p->diags));
    assert_int_equal(p->tree->decls[4]->type->length, 5 + 3 + 2 + 16);
    parsed_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(params_are_constants),    cmocka_unit_test(types_of_expressions),
        cmocka_unit_test(calls_stand_in_place_or_are_stored),
        cmocka_unit_test(written_globals_are_known), cmocka_unit_test(messages_and_switches),
        cmocka_unit_test(selects),                 cmocka_unit_test(initialisers_know_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

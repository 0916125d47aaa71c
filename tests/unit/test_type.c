#include "frontend/type.h"
#include "tests/unit/unit.h"

typedef struct Fixture {
    Names *names;
    Types *types;
} Fixture;

static int setup(void **state) {
    static Fixture fixture;
    fixture.names = names_new();
    fixture.types = types_new(fixture.names);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    Fixture *fixture = *state;
    types_free(fixture->types);
    names_free(fixture->names);
    return 0;
}

static void equal_types_are_one(void **state) {
    Types *types = ((Fixture *)*state)->types;
    const Type *i32 = types_int(types, 32, true);
    assert_ptr_equal(i32, types_int(types, 32, true));
    assert_ptr_not_equal(i32, types_int(types, 32, false));
    assert_ptr_not_equal(types_int(types, 8, true), types_char(types));
    assert_ptr_equal(types_array(types, i32, 3), types_array(types, i32, 3));
    assert_ptr_not_equal(types_array(types, i32, 3), types_array(types, i32, 4));
    assert_ptr_equal(types_handle(types, TYPE_CHAN, i32), types_handle(types, TYPE_CHAN, i32));
    const Type *params[] = {i32, types_basic(types, TYPE_BOOL)};
    const Type *func = types_func(types, i32, params, 2);
    params[1] = i32; /* the type keeps its own */
    assert_ptr_not_equal(func, types_func(types, i32, params, 2));
    assert_ptr_not_equal(types_new_struct(types, 0), types_new_struct(types, 0));
    for (uint32_t i = 0; i < 500; i++) types_array(types, i32, i);
    for (uint32_t i = 0; i < 500; i++) assert_int_equal(types_array(types, i32, i)->length, i);
}

static void texts_are_as_written(void **state) {
    Fixture *fixture = *state;
    Types *types = fixture->types;
    const Type *i32 = types_int(types, 32, true), *u8 = types_int(types, 8, false);
    assert_string_equal(types_text(types, i32), "int");
    assert_string_equal(types_text(types, types_int(types, 32, false)), "unsigned");
    assert_string_equal(types_text(types, u8), "uint8_t");
    assert_string_equal(types_text(types, types_char(types)), "char");
    assert_string_equal(types_text(types, types_array(types, types_array(types, u8, 3), 2)), "uint8_t[2][3]");
    assert_string_equal(
        types_text(types, types_handle(types, TYPE_CHAN, types_handle(types, TYPE_FUTURE, i32))), "chan(future(int))");
    assert_string_equal(types_text(types, types_handle(types, TYPE_TASK, i32)), "task");
    assert_string_equal(types_text(types, types_new_message(types, names_of(fixture->names, "reply"))), "reply");
    assert_string_equal(types_text(types, types_new_struct(types, 0)), "unnamed struct");
    const Type *params[] = {i32, u8};
    assert_string_equal(types_text(types, types_func(types, i32, params, 2)), "int(int, uint8_t)");
    assert_string_equal(types_text(types, types_func(types, i32, NULL, 0)), "int(void)");
}

static void words_are_counted(void **state) {
    Types *types = ((Fixture *)*state)->types;
    const Type *i32 = types_int(types, 32, true);
    Field fields[2] = {{.type = i32}, {.type = types_array(types, i32, 3)}};
    Type *pair = types_new_struct(types, 0);
    pair->fields = fields;
    pair->nfields = 2;
    Label labels[2] = {{.fields = fields, .nfields = 2}, {.nfields = 0}};
    Type *message = types_new_message(types, 0);
    message->labels = labels;
    message->nlabels = 2;
    assert_int_equal(type_words(types_basic(types, TYPE_VOID)), 0);
    assert_int_equal(type_words(types_handle(types, TYPE_CHAN, pair)), 1);
    assert_int_equal(type_words(pair), 4);
    assert_int_equal(type_words(types_array(types, pair, 5)), 20);
    assert_int_equal(type_words(message), 5);
    assert_int_equal(type_words(types_array(types, types_array(types, i32, UINT32_MAX), 9)), UINT32_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(equal_types_are_one, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_as_written, setup, teardown),
        cmocka_unit_test_setup_teardown(words_are_counted, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Initialisers: braces against structs and arrays, constants of globals. */
#include "frontend/check/maker.h"
#include "frontend/check/sema.h"

/* ---- braces */

typedef struct Cursor { /* where the next item goes */
    const Type *type;
    uint32_t count; /* members or elements */
    uint32_t next;
    Expr *init;
    uint32_t item;
    bool *taken;    /* by place */
} Cursor;

enum { MAX_PLACES = 1 << 16 }; /* no usable type has more */

static bool find_member(Sema *s, Cursor *cursor, const InitItem *item) {
    const Type *type = cursor->type;
    if (type->kind != TYPE_STRUCT) {
        sema_report(s, INIT_DESIGNATOR, item->span, "'.%s' designates a member, but this is an array",
            sema_text(s, item->member));
        return false;
    }
    for (uint32_t i = 0; i < type->nfields; i++) {
        if (type->fields[i].name != item->member) continue;
        cursor->next = i;
        return true;
    }
    const char *near = suggest_text(s, suggest_field(s, type, item->member));
    sema_report(s, NO_MEMBER, item->span, "'%s' has no member '%s'%s", sema_type_text(s, type),
        sema_text(s, item->member), near);
    return false;
}

static bool find_index(Sema *s, Cursor *cursor, const InitItem *item) {
    if (cursor->type->kind != TYPE_ARRAY) {
        check_quietly(s, item->index);
        sema_report(s, INIT_DESIGNATOR, item->span, "'[...]' designates an element, but this is a struct");
        return false;
    }
    if (!check_constant(s, item->index, "the index of an initialiser")) return false;
    if (item->index->value >= 0 && item->index->value < cursor->count) {
        cursor->next = (uint32_t)item->index->value;
        return true;
    }
    sema_report(s, INIT_COUNT, item->index->span, "the index lies outside '%s'", sema_type_text(s, cursor->type));
    return false;
}

/* Moves to where the item goes; false when that is nowhere (reported). */
static bool find_place(Sema *s, Cursor *cursor, const InitItem *item) {
    if (item->member) return find_member(s, cursor, item);
    if (item->index) return find_index(s, cursor, item);
    if (cursor->next < cursor->count) return true;
    const char *text = sema_type_text(s, cursor->type);
    sema_report(s, INIT_COUNT, item->span, "too many initialisers for '%s'", text);
    return false;
}

static void take_place(Sema *s, const Cursor *cursor, const InitItem *item) {
    if (cursor->next >= MAX_PLACES) return;
    if (cursor->taken[cursor->next]) sema_report(s, INIT_TWICE, item->span, "this part is initialised twice");
    cursor->taken[cursor->next] = true;
}

static void check_item(Sema *s, const Cursor *cursor, Expr *value, const Symbol *root) {
    bool is_array = cursor->type->kind == TYPE_ARRAY;
    const Field *field = is_array ? NULL : &cursor->type->fields[cursor->next];
    check_init(s, value, is_array ? cursor->type->of : field->type, is_array ? 0 : field->bits, root);
}

/* C's `{ 0 }`: everything is zero, whatever the first part is. */
static bool is_zero(const Expr *init, const Type *type) {
    if (init->nitems != 1 || init->items[0].member || init->items[0].index) return false;
    const Expr *value = init->items[0].value;
    const Type *first = type->kind == TYPE_ARRAY ? type->of : type->nfields ? type->fields[0].type : NULL;
    return value->kind == EXPR_INT && value->value == 0 && first &&
           (first->kind == TYPE_ARRAY || first->kind == TYPE_STRUCT);
}

static void check_items(Sema *s, Expr *init, const Type *type, const Symbol *root) {
    Cursor cursor = {.type = type, .init = init, .count = type->kind == TYPE_ARRAY ? type->length : type->nfields};
    if (is_zero(init, type)) init->nitems = 0;
    cursor.taken = ARENA_ARRAY(s->arena, bool, cursor.count < MAX_PLACES ? cursor.count + 1u : MAX_PLACES);
    for (; cursor.item < init->nitems; cursor.item++) {
        InitItem *item = &init->items[cursor.item];
        if (!find_place(s, &cursor, item)) {
            check_quietly(s, item->value);
            init->item_place[cursor.item] = UINT32_MAX;
            if (!item->member && !item->index) return;
            continue;
        }
        take_place(s, &cursor, item);
        init->item_place[cursor.item] = cursor.next;
        check_item(s, &cursor, item->value, root);
        cursor.next++;
    }
}

/* `int x = { 1 };` */
static void check_scalar_braces(Sema *s, Expr *init, const Type *type, uint8_t bits, const Symbol *root) {
    if (init->nitems == 1 && !init->items[0].member && !init->items[0].index &&
        init->items[0].value->kind != EXPR_INIT) {
        check_init(s, init->items[0].value, type, bits, root);
        return;
    }
    for (uint32_t i = 0; i < init->nitems; i++) check_quietly(s, init->items[i].value);
    sema_report(s, INIT_COUNT, init->span, "'%s' is initialised with one value", sema_type_text(s, type));
}

static void check_braces(Sema *s, Expr *init, const Type *type, uint8_t bits, const Symbol *root) {
    init->type = type;
    init->item_place = ARENA_ARRAY(s->arena, uint32_t, init->nitems + 1u);
    if (type->kind == TYPE_ARRAY || type->kind == TYPE_STRUCT) {
        check_items(s, init, type, root);
    } else if (type->kind == TYPE_MESSAGE || type->kind == TYPE_ERROR) {
        for (uint32_t i = 0; i < init->nitems; i++) check_quietly(s, init->items[i].value);
        if (type->kind == TYPE_ERROR) return;
        const char *text = sema_type_text(s, type);
        sema_report(s, INIT_BRACES, init->span, "'%s' is a message: its value is written label(...)", text);
    } else {
        check_scalar_braces(s, init, type, bits, root);
    }
}

/* ---- an initialiser */

static bool is_constructor(Sema *s, const Expr *init) {
    if (init->kind != EXPR_CALL || !init->a || init->a->kind != EXPR_NAME) return false;
    return maker_is(sema_builtin(s, init->a->name)) && !scopes_find(&s->scopes, SCOPE_NAMES, init->a->name);
}

/* One constructor makes an object for each element; anything else needs braces. */
static void check_array_init(Sema *s, Expr *init, const Type *type, const Symbol *root) {
    const Type *of = type;
    while (of->kind == TYPE_ARRAY) of = of->of;
    if (type_is_handle(of) && is_constructor(s, init)) {
        check_init(s, init, of, 0, root);
        return;
    }
    check_quietly(s, init);
    if (init->kind == EXPR_ERROR) return;
    if (init->kind == EXPR_STRING) {
        sema_report(s, ARRAY_VALUE, init->span, "a string does not initialise an array; write { 'a', 'b', 0 }");
    } else {
        sema_report(s, INIT_BRACES, init->span, "an array is initialised with braces: { ... }");
    }
}

void check_init(Sema *s, Expr *init, const Type *type, uint8_t bits, const Symbol *root) {
    if (!init) return;
    if (init->kind == EXPR_INIT) {
        check_braces(s, init, type, bits, root);
    } else if (type->kind == TYPE_ARRAY) {
        check_array_init(s, init, type, root);
    } else {
        check_expr_to(s, init, type, bits, "the initialiser");
        check_task_stored_in(s, root, init);
        check_receive_stored(s, root, init);
    }
    if (!init->type) init->type = sema_error_type(s);
}

uint32_t check_init_length(Sema *s, Expr *init) {
    int64_t next = 0, length = 0;
    for (uint32_t i = 0; i < init->nitems; i++, next++) {
        const InitItem *item = &init->items[i];
        if (item->index) {
            if (!check_constant(s, item->index, "the index of an initialiser")) return 0;
            next = item->index->value;
        }
        if (next < 0 || next >= INT32_MAX) break;
        if (next >= length) length = next + 1;
    }
    if (length > 0) return (uint32_t)length;
    sema_report(s, ARRAY_LENGTH, init->span, "the length of an array is at least 1 and an int");
    return 0;
}

/* ---- constants */

/* A word among a constructor's arguments, or a call of one. */
static bool is_attribute(const Expr *expr) {
    if (expr->builtin == BUILTIN_NONE) return false;
    return expr->kind == EXPR_NAME || (expr->kind == EXPR_CALL && !maker_is(expr->builtin));
}

static void check_arguments_constant(Sema *s, const Expr *call) {
    for (uint32_t i = 0; i < call->nargs; i++)
        if (!is_attribute(call->args[i])) check_init_constant(s, call->args[i]);
}

/* The object whose end a global holds: a global too, declared before. */
static void check_source_constant(Sema *s, const Expr *source) {
    const Expr *place = source;
    while (place->kind == EXPR_INDEX && place->b->is_const) place = place->a;
    if (place->kind == EXPR_NAME && place->symbol && place->symbol->is_global) return;
    sema_report(s, NOT_CONSTANT, source->span, "the initialiser of a global takes an end of another global");
}

void check_init_constant(Sema *s, Expr *init) {
    if (!init || init->is_const || init->kind == EXPR_NONE || init->kind == EXPR_ERROR) return;
    if (init->kind == EXPR_INIT) {
        for (uint32_t i = 0; i < init->nitems; i++) check_init_constant(s, init->items[i].value);
    } else if (init->kind == EXPR_COMPOUND) {
        check_init_constant(s, init->b);
    } else if (init->kind == EXPR_CAST && !type_is_integer(init->type)) {
        check_init_constant(s, init->a);
    } else if (init->kind == EXPR_CALL && (init->label || maker_is(init->builtin))) {
        check_arguments_constant(s, init);
    } else if (init->kind == EXPR_CALL && check_end_is(init->builtin)) {
        check_source_constant(s, init->args[0]);
    } else {
        sema_report(s, NOT_CONSTANT, init->span, "the initialiser of a global is no constant");
    }
}

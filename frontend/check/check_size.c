/* sizeof, folded as on the usual 64-bit machine; a handle counts as a pointer. */
#include "frontend/check/sema.h"

typedef struct Size {
    uint64_t bytes, align;
} Size;

enum { HANDLE_BYTES = 8 };

static Size size_of(const Type *type);

static void add_field(Size *size, const Type *type) {
    Size field = size_of(type);
    size->bytes = (size->bytes + field.align - 1) / field.align * field.align + field.bytes;
    if (field.align > size->align) size->align = field.align;
}

static Size size_of_fields(Size size, const Field *fields, uint32_t nfields) {
    for (uint32_t i = 0; i < nfields; i++) add_field(&size, fields[i].type);
    size.bytes = (size.bytes + size.align - 1) / size.align * size.align;
    return size;
}

/* A tag and room for the largest label. */
static Size size_of_message(const Type *type) {
    Size most = {4, 4};
    for (uint32_t i = 0; i < type->nlabels; i++) {
        Size size = size_of_fields((Size){4, 4}, type->labels[i].fields, type->labels[i].nfields);
        if (size.bytes > most.bytes) most.bytes = size.bytes;
        if (size.align > most.align) most.align = size.align;
    }
    return most;
}

static Size size_of(const Type *type) {
    switch (type->kind) {
    case TYPE_BOOL: return (Size){1, 1};
    case TYPE_INT:
    case TYPE_ENUM: return (Size){type->bits / 8u, type->bits / 8u};
    case TYPE_ARRAY: return (Size){size_of(type->of).bytes * type->length, size_of(type->of).align};
    case TYPE_STRUCT: return size_of_fields((Size){0, 1}, type->fields, type->nfields);
    case TYPE_MESSAGE: return size_of_message(type);
    default: return (Size){HANDLE_BYTES, HANDLE_BYTES};
    }
}

static const Type *operand_type(Sema *s, Expr *expr) {
    if (expr->syntax) return check_type(s, expr->syntax);
    if (!expr->a) return sema_error_type(s);
    s->unevaluated++;
    const Type *type = check_expr(s, expr->a, NULL);
    s->unevaluated--;
    return type;
}

static bool has_size(const Type *type) {
    if (type->kind == TYPE_ARRAY) return type->length > 0 && has_size(type->of);
    if (type->kind == TYPE_STRUCT || type->kind == TYPE_MESSAGE) return type->complete;
    return type_is_integer(type) || type_is_handle(type);
}

void check_sizeof(Sema *s, Expr *expr) {
    const Type *type = operand_type(s, expr);
    expr->type = types_int(s->types, 64, false);
    if (type->kind == TYPE_ERROR) {
        check_failed(s, expr);
    } else if (expr->a && convert_place_bits(expr->a)) {
        sema_report(s, SIZE_UNKNOWN, expr->span, "what is declared with a bit width has no size");
        check_failed(s, expr);
    } else if (!has_size(type)) {
        sema_report(
            s, SIZE_UNKNOWN, expr->span, "the size of this is not known: its type is '%s'", sema_type_text(s, type));
        check_failed(s, expr);
    } else {
        fold_set(expr, (int64_t)size_of(type).bytes);
    }
}

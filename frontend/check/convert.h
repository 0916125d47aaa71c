/* C's conversions: promotions, the usual arithmetic conversions, and which value may go where. */
#ifndef UNKNOT_FRONTEND_CONVERT_H
#define UNKNOT_FRONTEND_CONVERT_H

#include "frontend/ast.h"

/* The declared width of the bit-field or of the variable `x : 3` that the expression names, 0 for any other. */
uint8_t convert_place_bits(const Expr *expr);
/* The type an integer operand has after the integer promotions (a bit-field narrower than int becomes int). */
const Type *convert_promote(Types *types, const Expr *expr);
/* The common type of two promoted integer types. */
const Type *convert_usual(Types *types, const Type *a, const Type *b);
/* The common type two integer operands are computed in, for every operator but shifts, && and ||. */
const Type *convert_operands(Types *types, const Expr *a, const Expr *b);
/* An integer's value after conversion to an integer type. */
int64_t convert_value(int64_t value, const Type *to);
/* Whether an integer of type `from` keeps its value in `to`, cut to `bits` bits unless 0. */
bool convert_fits(int64_t value, const Type *from, const Type *to, uint8_t bits);
/* Whether a value may be assigned: integers among each other, else the same type; `none` to any handle. */
bool convert_allows(const Type *from, const Type *to);
/* Whether a value of this type holds, somewhere inside, a handle (of that kind). */
bool convert_holds_handle(const Type *type);
bool convert_holds_kind(const Type *type, TypeKind kind);
/* Whether it holds an owned end, or any handle whose holders are counted. */
bool convert_holds_end(const Type *type);
bool convert_holds_counted(const Type *type);

#endif

/* Arithmetic on constants, exactly as C17 computes it at run time. */
#ifndef UNKNOT_FRONTEND_CONSTANT_H
#define UNKNOT_FRONTEND_CONSTANT_H

#include "frontend/ast.h"

typedef enum ConstantResult { CONSTANT_OK, CONSTANT_OVERFLOW, CONSTANT_DIVISION, CONSTANT_SHIFT } ConstantResult;

/* a op b, both already converted to `type`; for shifts b is the count as it is. Comparisons yield 0 or 1. */
ConstantResult constant_binary(Op op, const Type *type, int64_t a, int64_t b, int64_t *value);
ConstantResult constant_unary(Op op, const Type *type, int64_t a, int64_t *value);
/* "signed overflow", … */
const char *constant_result_text(ConstantResult result);

#endif

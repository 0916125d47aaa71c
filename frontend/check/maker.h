/* Constructors: which kind of handle each makes, and which kinds of variables make their object without one. */
#ifndef UNKNOT_FRONTEND_MAKER_H
#define UNKNOT_FRONTEND_MAKER_H

#include "frontend/ast.h"

bool maker_is(Builtin builtin);
/* The kind of handle a constructor makes. */
TypeKind maker_kind(Builtin builtin);
/* Without an initialiser a variable of this kind is a new object; of the others it is `none`. */
bool maker_is_implicit(TypeKind kind);
/* What a variable of this kind refers to can be tied to its scope. */
bool maker_is_object(TypeKind kind);
/* The type is such a kind or has a part that is. */
bool maker_holds_implicit(const Type *type);

#endif

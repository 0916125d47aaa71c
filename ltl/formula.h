/* Formulas of linear temporal logic, hash-consed: equal formulas are equal numbers. */
#ifndef UNKNOT_LTL_FORMULA_H
#define UNKNOT_LTL_FORMULA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint32_t Formula;
enum { FORMULA_FALSE = 0, FORMULA_TRUE = 1 };
enum { FORMULA_ATOMS = 64 /* as many names a store holds */, FORMULA_DEPTH = 1000 /* as deep a formula may nest */ };

/* What a formula is at its root. Left and right are the operands. */
typedef enum FormulaOp {
    FORMULA_CONSTANT,
    FORMULA_ATOM,
    FORMULA_NOT,
    FORMULA_NEXT,
    FORMULA_EVENTUALLY,
    FORMULA_ALWAYS,
    FORMULA_UNTIL,   /* left U right: right comes, and left holds before it */
    FORMULA_RELEASE, /* left R right: right holds up to and including a left, or for ever */
    FORMULA_WEAK,    /* left W right: left U right, or left for ever */
    FORMULA_STRONG,  /* left M right: left R right, and left comes */
    FORMULA_AND,     /* any number of operands from two on, in order of their numbers, in made formulas */
    FORMULA_OR,
    FORMULA_XOR,
    FORMULA_IMPLIES,
    FORMULA_IFF
} FormulaOp;

/* What can be seen from the form of a formula in negation normal form; never wrong, not always found. */
typedef enum FormulaTrait {
    FORMULA_IS_BOOLEAN = 1,    /* no temporal operator */
    FORMULA_IS_EVENTUAL = 2,   /* if it holds of some suffix it holds of the whole word */
    FORMULA_IS_UNIVERSAL = 4,  /* if it holds it holds of every suffix */
    FORMULA_IS_NORMAL = 8,     /* in negation normal form */
    FORMULA_IS_STEPLESS = 16,  /* no X */
    FORMULA_IS_SAFETY = 32,
    FORMULA_IS_GUARANTEE = 64,
    FORMULA_IS_OBLIGATION = 128
} FormulaTrait;

typedef struct Formulas Formulas;

Formulas *formulas_new(void);
void formulas_free(Formulas *formulas);
/* The number of an atom, or FORMULA_ATOMS when there is no room for a further name. */
uint32_t formulas_atom(Formulas *formulas, const char *name, size_t length);
uint32_t formulas_atom_count(const Formulas *formulas);
const char *formulas_atom_name(const Formulas *formulas, uint32_t atom);
uint32_t formulas_count(const Formulas *formulas);

FormulaOp formula_op(const Formulas *formulas, Formula f);
bool formula_is(const Formulas *formulas, Formula f, FormulaTrait trait);
uint32_t formula_arity(const Formulas *formulas, Formula f);
Formula formula_operand(const Formulas *formulas, Formula f, uint32_t index);
uint32_t formula_atom(const Formulas *formulas, Formula f);
uint32_t formula_depth(const Formulas *formulas, Formula f);

/* As written: nothing is simplified. */
Formula formula_written(Formulas *formulas, FormulaOp op, Formula left, Formula right);
Formula formula_of_atom(Formulas *formulas, uint32_t atom);

/* Made: constants are folded, X, F, G, U, R, W, M with constants or equal operands too, operands of & and | are sorted,
   flattened and without duplicates or contradictions. The operands must be in negation normal form. */
Formula formula_not_atom(Formulas *formulas, Formula f);
Formula formula_unary(Formulas *formulas, FormulaOp op, Formula f);
Formula formula_binary(Formulas *formulas, FormulaOp op, Formula left, Formula right);
Formula formula_and(Formulas *formulas, Formula left, Formula right);
Formula formula_or(Formulas *formulas, Formula left, Formula right);
/* FORMULA_AND or FORMULA_OR of any number of operands. */
Formula formula_many(Formulas *formulas, FormulaOp op, const Formula *operands, uint32_t count);

/* Negation normal form: ! at atoms only, no ->, <->, xor. */
Formula formula_normal(Formulas *formulas, Formula f);
Formula formula_negated(Formulas *formulas, Formula f);

/* Operators and atoms, as a tree. Saturates. */
uint64_t formula_size(const Formulas *formulas, Formula f);
/* Atoms that occur, as bits. */
uint64_t formula_support(const Formulas *formulas, Formula f);
/* Reads back as the same formula. */
void formula_print(const Formulas *formulas, Formula f, FILE *out);
/* A name as a formula writes it: in quotes where it must be. */
void formula_print_atom(const char *name, FILE *out);

#endif

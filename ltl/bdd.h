/* Boolean functions as reduced ordered decision diagrams: equal functions are equal numbers. */
#ifndef UNKNOT_LTL_BDD_H
#define UNKNOT_LTL_BDD_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t Bdd;
enum { BDD_FALSE = 0, BDD_TRUE = 1 };

/* The nodes of many functions; nothing is given back before bdds_free. Variables come in the order of their numbers. */
typedef struct Bdds Bdds;

Bdds *bdds_new(void);
void bdds_free(Bdds *bdds);
uint32_t bdds_count(const Bdds *bdds);
/* So many steps may `and`, `or`, `xor` and `not` take from here on (BDDS_UNLIMITED: as many as they need); then they give up: what they yield
   is of no use, and nothing made of it may be kept, until the next call. */
void bdds_budget(Bdds *bdds, uint64_t steps);
#define BDDS_UNLIMITED UINT64_MAX
bool bdds_gave_up(const Bdds *bdds);

Bdd bdd_literal(Bdds *bdds, uint32_t variable, bool positive);
Bdd bdd_not(Bdds *bdds, Bdd f);
Bdd bdd_and(Bdds *bdds, Bdd f, Bdd g);
Bdd bdd_or(Bdds *bdds, Bdd f, Bdd g);
Bdd bdd_xor(Bdds *bdds, Bdd f, Bdd g);
/* variable ? high : low, for functions of later variables only. */
Bdd bdd_node(Bdds *bdds, uint32_t variable, Bdd low, Bdd high);
/* Every assignment of f is one of g. */
bool bdd_implies(Bdds *bdds, Bdd f, Bdd g);
/* Some assignment is one of both. */
bool bdd_meets(Bdds *bdds, Bdd f, Bdd g);
/* f with every variable from `first` on quantified away. */
Bdd bdd_project(Bdds *bdds, Bdd f, uint32_t first);

/* The root of a function that is not constant. */
uint32_t bdd_variable(const Bdds *bdds, Bdd f);
Bdd bdd_low(const Bdds *bdds, Bdd f);
Bdd bdd_high(const Bdds *bdds, Bdd f);
/* The value under an assignment: bit v is variable v. For functions of the first 64 variables. */
bool bdd_value(const Bdds *bdds, Bdd f, uint64_t assignment);
/* An assignment of a function of the first 64 variables that is not false; what does not matter is 0. */
uint64_t bdd_assignment(const Bdds *bdds, Bdd f);
/* The variables among the first 64 that f depends on. */
uint64_t bdd_support(const Bdds *bdds, Bdd f);

typedef struct BddLiteral {
    uint32_t variable;
    bool positive;
} BddLiteral;

/* Calls `visit` for each cube of an irredundant sum of products of f (Minato, Morreale), until it returns false. */
typedef bool BddVisit(void *context, const BddLiteral *literals, uint32_t count);
void bdd_each_cube(Bdds *bdds, Bdd f, BddVisit *visit, void *context);

#endif

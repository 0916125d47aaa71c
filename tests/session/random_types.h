/* Small binary types for tests: made by chance, changed, written as text. They share no code with session/. */
#ifndef UNKNOT_TESTS_SESSION_RANDOM_TYPES_H
#define UNKNOT_TESTS_SESSION_RANDOM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATES = 40, BRANCHES = 3 };
typedef struct State { bool is_send; int n, to[BRANCHES]; char label[BRANCHES]; } State; /* n = 0: end */
typedef struct Type { int n; State states[STATES]; } Type; /* 0 is initial */

typedef struct Dice { uint64_t state; } Dice;
int dice_roll(Dice *dice, int n); /* 0 … n - 1 */

/* With few labels what is owed may grow and still be received. */
Type type_by_chance(Dice *dice, int n, int labels, bool ends);
/* Often a subtype: sendings brought forward, fewer of them, more receptions; sometimes spoilt. Fair: no fewer of them. */
Type type_variant(Dice *dice, const Type *super, bool is_fair);
/* U receives all, then sends all; T the other way round: a fair subtype, however often each does it; sometimes spoilt. */
void type_phases(Dice *dice, Type *t, Type *u);
Type type_dual(const Type *type);
int type_branch(const State *state, char label); /* -1: it has none */

typedef struct Text { char data[20000]; size_t n; bool is_long; } Text;
void type_write(Text *text, const Type *type);

#endif

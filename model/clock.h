/* The clock of discrete time: the timers that run or have fired, with the ticks each still needs. Time passes by steps of its own.
   Words: the fields below, then timers {fiber, arm, ticks left}, a set in order of (fiber, arm); one with 0 left has fired. Deadlines are
   relative, so that a timer started again and again is finite; the ticks so far are kept only for a program that calls now(). */
#ifndef UNKNOT_MODEL_CLOCK_H
#define UNKNOT_MODEL_CLOCK_H

#include "model/kind.h"
#include "model/world.h"

enum { CLOCK_NOW = 1, CLOCK_TIMERS };

uint32_t clock_new(World *world);
/* A timer of so many ticks (fewer than 1: it has fired at once). */
void clock_start(World *world, uint32_t slot, Waiter who, Word ticks);
/* False for one that was stopped. */
bool clock_has_fired(World *world, uint32_t slot, Waiter who);
/* The timer is gone, fired or not. */
void clock_stop(World *world, uint32_t slot, Waiter who);
/* Ticks so far; only where program->reads_clock. */
Word clock_now(World *world, uint32_t slot);
extern const KindMoves clock_moves;

void clock_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void clock_normalise(const Program *program, Word *words, uint32_t n);

#endif

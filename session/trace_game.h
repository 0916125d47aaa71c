/* The game of asynchronous subtyping, played on traces: a position is a state of T, a state of U, and the messages that U has received on the way
   there and T has not. In the literature (Bravetti, Carbone, Lange, Yoshida, Zavattaro, A sound algorithm for asynchronous session subtyping, CONCUR
   2019) a position is a state of T and an input tree with states of U at its leaves. T's moves do to each path of the tree what they do to the others,
   and every condition is one of all its paths: so the tree's position fails just when one of its traces does (Bocchi, King, Murgia, Asynchronous
   subtyping by trace relaxation, TACAS 2024). Internal to session/. */
#ifndef UNKNOT_SESSION_TRACE_GAME_H
#define UNKNOT_SESSION_TRACE_GAME_H

#include "session/binary.h"
#include "session/subtype.h"

/* Breadth first, so that a run that refutes is a shortest one. YES: every position was looked at; UNKNOWN: there are more than max_positions. */
Subtype trace_game_play(const Binary *pair, uint32_t max_positions);

#endif

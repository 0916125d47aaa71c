/* A proof of asynchronous subtyping where the game grows for ever: a regular language of what may be owed for each two states of T and U.

   A position of the trace game is (t, w, u): T is at t, U at u, and U has received the words w that T still owes to receive. A relaxation gives a
   language L(t, u) to each pair of states so that
     - the first position is in it: the empty word is in L(t0, u0);
     - it is closed: whenever w is in L(t, u), so are the positions that the moves of T lead to from (t, w, u);
     - none of its positions fails.
   All three are checked once more when the languages stand; how they were guessed does not matter then.

   Sound: let R hold (t, A) for each input context A with states u of U in its holes such that on each path of A, which receives w and ends in u, w is in
   L(t, u). R is an asynchronous subtyping relation (Chen, Dezani-Ciancaglini, Scalas, Yoshida, 2017, and definition 2.4 of Bravetti, Carbone, Lange,
   Yoshida, Zavattaro, CONCUR 2019), by cases on t, each of which is what "none fails" and "closed" say of every path of A:
     - t ends: the only path is empty and its u ends too, so A is a hole with `end`;
     - t receives: A has a first choice of inputs (its own, or, when the empty word is a path, that of its only state u); t has all of them, and what is
       left of A after each of them is in R with the state that t goes to;
     - t sends m: from each u of A every way meets a sending (so that out-unfolding is defined), which has m; the context A' of all the ways, with the
       states after m in its holes, is in R with the state that t goes to; and when A' is not a hole every way of that state meets a reception.
   Under fairness (FoSSaCS 2021, definition 8, the controllable subtyping relation) the last case has other conditions and the rest stays: a context may
   receive for ever, so that A is one with loops, and L(t, u) has the words of all its paths; from each u the ways through inputs meet no end, only
   sendings, and each has the messages that t has, all of them; of unread messages nothing is asked.
   As (t0, u0) is in R, T <= U. The converse is not claimed: there need not be such languages, or they may not be found.

   How they are guessed: the least closed languages, with those that grow widened (see regular_widen): abstract interpretation of one queue. It is the
   trace relaxation of Bocchi, King, Murgia (Asynchronous subtyping by trace relaxation, TACAS 2024), whose regular expressions widen what is owed
   along one loop; and where the witness trees of CONCUR 2019 repeat a part of an input tree, the language of its paths has a star. */
#ifndef UNKNOT_SESSION_RELAXATION_H
#define UNKNOT_SESSION_RELAXATION_H

#include "session/binary.h"
#include "session/regular.h"

/* What may be owed when T is at t, or about to take its edge `edge` (a sending, for which U goes on from u). */
typedef struct RelaxedPair {
    uint32_t t, u;
    uint32_t edge;  /* of T; UINT32_MAX: none */
    Regular owed;   /* letters: edges of U */
} RelaxedPair;

typedef struct Relaxation {
    bool holds;
    uint32_t depth; /* of the widening that succeeded; 0: nothing was widened, the languages are exactly what may be owed */
    bool backwards;
    RelaxedPair *pairs;
    uint32_t npairs;
} Relaxation;

/* Tries depths up to max_depth, the smallest first, then without widening; nothing when max_depth is 0. */
Relaxation relaxation_find(const Binary *pair, uint32_t max_depth);
void relaxation_fini(Relaxation *relaxation);

#endif

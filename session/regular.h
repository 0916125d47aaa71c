/* Regular languages of finite words, each as its minimal automaton; languages that are equal have equal automata. */
#ifndef UNKNOT_SESSION_REGULAR_H
#define UNKNOT_SESSION_REGULAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct RegularEdge { uint32_t letter, to; } RegularEdge;

/* Deterministic; every state is reached from the first, which is initial, and reaches an accepting one. Without states: no word at all. */
typedef struct Regular {
    uint32_t nstates, nedges;
    uint32_t *first;    /* [nstates + 1]: edges by source, then letter */
    RegularEdge *edges;
    bool *accepts;
    bool is_too_large;  /* nothing else holds then: a result needs more than REGULAR_MAX states */
} Regular;

enum { REGULAR_MAX = 256 };

Regular regular_none(void);
Regular regular_empty_word(void);
Regular regular_copy(const Regular *language);
Regular regular_union(const Regular *a, const Regular *b);
/* Its words followed by the letter. */
Regular regular_append(const Regular *language, uint32_t letter);
/* What is left of its words that begin with the edge of the initial state. */
Regular regular_after(const Regular *language, const RegularEdge *edge);
/* Each letter replaced by names[letter]. */
Regular regular_rename(const Regular *language, const uint32_t *names);
/* A larger language: states of the minimal automaton are merged that the next `depth` letters do not tell apart, or the last ones when `backwards`
   (the widening of Le Gall, Jeannet, Jéron, Verification of communication protocols using abstract interpretation of FIFO queues, AMAST 2006).
   Over finitely many letters it has finitely many results. */
Regular regular_widen(const Regular *language, uint32_t depth, bool backwards);
void regular_fini(Regular *language);

bool regular_is_equal(const Regular *a, const Regular *b);
bool regular_has_empty_word(const Regular *language);
bool regular_is_empty_word(const Regular *language); /* and nothing else */

/* As a regular expression; `text` gives a letter's name. */
typedef const char *(*RegularText)(const void *context, uint32_t letter);
void regular_print(const Regular *language, RegularText text, const void *context, FILE *out);

#endif

/* Random protocols, as text: well-formed, small. */
#ifndef UNKNOT_TESTS_SESSION_GENERATE_H
#define UNKNOT_TESTS_SESSION_GENERATE_H

#include <stddef.h>
#include <stdint.h>

/* The same seed, the same numbers. */
typedef struct Random { uint64_t state; } Random;
uint32_t random_below(Random *random, uint32_t n);

enum { GENERATE_MAX = 4096 };
/* "protocol P(role A, …) { … }", with two to four roles; parallel blocks in some if `with_par`. */
void generate_protocol(uint64_t seed, int with_par, char text[GENERATE_MAX]);

#endif

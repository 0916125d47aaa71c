/* Random well-typed programs of the dialect, small enough to be explored; the same seed gives the same program. */
#ifndef UNKNOT_TESTS_GENERATE_H
#define UNKNOT_TESTS_GENERATE_H

#include <stdint.h>
#include <stdio.h>

void generate(uint64_t seed, FILE *out);

#endif

/* generate SEED: the program of that seed on standard output. */
#include "tests/differential/generate.h"

#include <stdlib.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) generate(strtoull(argv[i], NULL, 10), stdout);
    return 0;
}

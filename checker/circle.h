/* Places of a program's code from which control can come back to the same place without passing a point. */
#ifndef UNKNOT_CHECKER_CIRCLE_H
#define UNKNOT_CHECKER_CIRCLE_H

#include "checker/bitset.h"
#include "model/program.h"

typedef struct Circles {
    Bitset *on_circle; /* per machine: pcs */
    uint32_t nmachines;
    bool any;
} Circles;

Circles circles_new(const Program *program);
void circles_free(Circles *circles);
static inline bool circles_has(const Circles *circles, uint32_t machine, uint32_t pc) {
    return bitset_has(&circles->on_circle[machine], pc);
}

#endif

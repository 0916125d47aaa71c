/* Formulas that hold because something in them never happens: the left side of an implication. */
#ifndef UNKNOT_CHECKER_VACUITY_H
#define UNKNOT_CHECKER_VACUITY_H

#include "checker/kripke.h"

/* A node of the property's formula that is a condition on one moment, without which the formula would say less, and that is true
   at no moment of any run; UINT32_MAX when there is none. */
uint32_t vacuity_find(const Kripke *kripke, const FairView *view, const Program *program, const Property *property);

#endif

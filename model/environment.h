/* The environment of `extern` channels: it may send any item, or receive, whenever the operation can fire. */
#ifndef UNKNOT_MODEL_ENVIRONMENT_H
#define UNKNOT_MODEL_ENVIRONMENT_H

#include "model/kind.h"

extern const KindMoves environment_moves;
/* More values than these are not tried. */
enum { ENVIRONMENT_VALUES = 65536 };

#endif

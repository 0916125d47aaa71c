/* What happens because of a reception. Internal to session/. */
#ifndef UNKNOT_SESSION_RIVALS_H
#define UNKNOT_SESSION_RIVALS_H

#include "session/configs.h"

/* True when, some time after role's machine made the reception `edge`, the message of its reception `other` is sent though nothing that led to the
   sending depends on the reception; also when there is too much to look at. */
bool rivals_find(const Configs *configs, uint32_t role, uint32_t edge, uint32_t other);

#endif

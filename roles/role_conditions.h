/* Conditions on payloads, as far as the message alone tells: `login(uint8_t user) where user < 4`. */
#ifndef UNKNOT_ROLES_ROLE_CONDITIONS_H
#define UNKNOT_ROLES_ROLE_CONDITIONS_H

#include "model/roles.h"
#include "session/global.h"

typedef enum RoleCondition { ROLE_CONDITION_HOLDS, ROLE_CONDITION_FAILS, ROLE_CONDITION_OPEN } RoleCondition;

/* Is what is sent allowed by the message's condition? OPEN: that depends on earlier messages, on the place in the protocol, or on time. */
RoleCondition role_condition(const GlobalAutomaton *global, uint32_t sender, uint32_t receiver, Name message, const ValueType *elem, const RoleComm *comm);
/* Some message of the protocol has a condition or a window. */
bool role_conditions_exist(const GlobalAutomaton *global);

#endif

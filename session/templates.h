/* Protocols as they are written, and what is made of each with the values it is given. Internal to session/. */
#ifndef UNKNOT_SESSION_TEMPLATES_H
#define UNKNOT_SESSION_TEMPLATES_H

#include "session/syntax.h"

/* What a call passes: a number, or the next n of its roles. */
typedef struct CallArg { Span span; bool is_number, is_family; int64_t value; uint32_t n; } CallArg;

typedef struct Templates Templates;
Templates *templates_new(void);
void templates_free(Templates *templates);
void templates_define(Templates *templates, Name name, int64_t value);
/* False: the name has no value. */
bool templates_value(const Templates *templates, Name name, int64_t *value);
const Template *templates_find(const Templates *templates, Name name);
/* Adds a protocol that was read, and what it is without being called if its numbers have values. */
void templates_add(Protocols *protocols, const Template *template, Diags *diags);

/* A protocol with a mistake is not added; calls of it are no mistakes of their own. */
void templates_refuse(Templates *templates, Name name);

/* A protocol with the values that a call gives it is made when it is first asked for. */
typedef enum CheckState { CHECK_NOT_YET, CHECK_UNDER_WAY, CHECK_GOOD, CHECK_BAD } CheckState;
typedef struct Callee { const Protocol *protocol; CheckState *checked; } Callee;
/* What a call calls; protocol NULL: there is no such protocol, or it takes other arguments; diagnosed. */
Callee templates_callee(const Protocols *protocols, const GlobalType *call, Diags *diags);
/* What is known of the check of a protocol. */
CheckState *templates_checked(const Protocols *protocols, const Protocol *protocol);

#endif

/* The protocols of a program: read and checked, projected, and held against the roles that its tasks take. */
#ifndef UNKNOT_ROLES_PROTOCOLS_H
#define UNKNOT_ROLES_PROTOCOLS_H

#include "model/program.h"
#include "session/project.h"

typedef struct HeldProtocol {
    const Protocol *protocol;
    GlobalAutomaton *global;
    Projection *projections; /* per role */
    bool is_projectable;
    bool is_taken;           /* some task plays one of its roles */
} HeldProtocol;

typedef struct ProgramProtocols {
    const Program *program; /* borrowed */
    Protocols *protocols;
    Names *names;
    HeldProtocol *held;     /* those without a mistake, in source order */
    uint32_t n;
} ProgramProtocols;

/* NULL: the program has none. Mistakes, roles that are not there and types that are not there go to diags. `flags`: -D of the preprocessor. */
ProgramProtocols *program_protocols_new(const Program *program, const char *const *flags, uint32_t nflags, Diags *diags);
void program_protocols_free(ProgramProtocols *protocols);
const HeldProtocol *program_protocols_find(const ProgramProtocols *protocols, const char *name);
/* The role that a use names, of an indexed one that with this number; UINT32_MAX: there is none. */
uint32_t program_protocols_role(const HeldProtocol *held, const Names *names, const RoleUse *use, uint32_t number);

/* ---- messages as they are written: "login(uint8_t, request)" */
/* Its label is this one. */
bool message_is_labelled(const char *message, const char *label);
bool message_has_payload(const char *message);
/* Its payloads are these types, one by one. */
bool message_carries(const Program *program, const char *message, const ValueType *const *types, uint32_t n);

#endif

/* Communicating machines: one automaton for each role, over sending to and receiving from another role. */
#ifndef UNKNOT_SESSION_CFSM_H
#define UNKNOT_SESSION_CFSM_H

#include "model/support/diag.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct CfsmEdge {
    uint32_t from, to; /* states */
    uint32_t peer;     /* role */
    Name message;      /* with the types of its payload */
    bool is_send;
} CfsmEdge;

typedef struct Cfsm {
    uint32_t nstates, initial;
    CfsmEdge *edges;   /* by source */
    uint32_t nedges;
    uint32_t *first;   /* [nstates + 1] */
    bool *is_final;    /* its role may be done here */
} Cfsm;

/* Machines that belong together: machine i is role i's. Owns its machines. */
typedef struct CfsmSystem {
    const Names *names; /* borrowed */
    Name *roles;
    Cfsm *machines;
    uint32_t n;
} CfsmSystem;

/* Makes a machine of edges in any order (copied); is_final may be NULL: states without edges are final. */
Cfsm cfsm_of(uint32_t nstates, uint32_t initial, const CfsmEdge *edges, uint32_t nedges, const bool *is_final);
void cfsm_fini(Cfsm *machine);
CfsmSystem *cfsm_system_new(const Names *names, uint32_t n);
void cfsm_system_free(CfsmSystem *system);

/* A machine that differs from this one by the names of states alone and is as small as can be (partition refinement: Moore). */
Cfsm cfsm_minimal(const Cfsm *machine);
/* A state in which an edge exists out of a final state; UINT32_MAX: none. */
uint32_t cfsm_restless(const Cfsm *machine);

/* Text form, one role a line: "A: 0 B!req(int) 1; 1 B?rep 0". The state that is named first is initial; one without edges, or that also
   stands alone, is final ("A: 0 B?more 0; 0"). A role without actions: "A: 0". Names go to `names`. NULL: diagnosed. */
CfsmSystem *cfsm_read(const Sources *sources, uint32_t file, Names *names, Diags *diags);
void cfsm_print(const CfsmSystem *system, uint32_t role, FILE *out);
void cfsm_dot(const CfsmSystem *system, uint32_t role, FILE *out);

#endif

/* What each instruction reads, writes and continues with: the facts data flow over a machine needs. */
#ifndef UNKNOT_MODEL_FLOW_H
#define UNKNOT_MODEL_FLOW_H

#include "model/program.h"

/* Calls visit(context, first slot, how many) for each range of slots the instruction reads, and for each it certainly overwrites. The defs of a
   WAIT depend on the arm taken: they are not among flow_defs, see flow_arm_defs. */
typedef void (*FlowVisitor)(void *context, uint32_t slot, uint32_t n);
void flow_uses(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context);
void flow_defs(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context);
void flow_arm_defs(const Arm *arm, FlowVisitor visit, void *context);
/* Every slot it may write, partial writes and all arms included. */
void flow_writes(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context);
/* Successor pcs within the machine; a WAIT's include its arms' targets, fallback and cancel code. */
typedef void (*FlowNext)(void *context, uint32_t pc);
void flow_next(const Machine *machine, uint32_t pc, FlowNext visit, void *context);
/* True when control does not simply go on to pc + 1. */
bool flow_ends_block(const Instr *instr);
/* True for the operations marked (S) in instr.def, flags aside; WAIT is judged by its arms. */
bool flow_is_access(const Program *program, const Machine *machine, const Instr *instr);

#endif

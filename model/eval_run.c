#include "model/flow.h"
#include "model/step.h"

#include <assert.h>

typedef Run (*Exec)(Step *, Act *, const Instr *);

/* ---- control */

static Run jump_to(Step *step, Act *act, const Instr *instr) {
    uint32_t target = (uint32_t)instr->imm;
    bool backward = target < act->pc;
    act->pc = target;
    return backward ? loop_jump(step, act, instr->span) : RUN_ON;
}

static Run condition(Step *step, const Act *act, const Instr *instr, bool *value) {
    Word word = act->frame[instr->a];
    if (word == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    *value = word != 0;
    return RUN_ON;
}

static Run finish(Step *step, Act *act, const Instr *instr, FiberStatus status) {
    act->result = instr->op == INSTR_END ? instr->a : NO_SLOT;
    if (act->fiber != NO_SLOT) {
        (void)step_event(step, status == FIBER_ENDED ? EVENT_END : EVENT_CANCEL, instr->span, act->fiber, NO_SLOT);
        fiber_finish(step->world, act->fiber, status, act->result);
    }
    return status == FIBER_ENDED ? RUN_ENDED : RUN_CANCELLED;
}

static Run control_exec(Step *step, Act *act, const Instr *instr) {
    bool holds = false;
    switch (instr->op) {
    case INSTR_JUMP: return jump_to(step, act, instr);
    case INSTR_BRANCH:
        if (condition(step, act, instr, &holds) != RUN_ON) return RUN_FAILED;
        return holds ? RUN_ON : jump_to(step, act, instr);
    case INSTR_END: return finish(step, act, instr, FIBER_ENDED);
    case INSTR_CANCELLED: return finish(step, act, instr, FIBER_CANCELLED);
    case INSTR_ASSERT:
        if (condition(step, act, instr, &holds) != RUN_ON) return RUN_FAILED;
        return holds ? RUN_ON : step_violation(step, VIOLATION_ASSERTION, "", instr->span, NO_SLOT, NULL);
    case INSTR_UNREACHABLE: return step_violation(step, VIOLATION_ASSERTION, "", instr->span, NO_SLOT, "unreachable() was reached");
    case INSTR_NO_RETURN: return step_undefined(step, "return", instr->span);
    case INSTR_ASSUME:
        if (condition(step, act, instr, &holds) != RUN_ON) return RUN_FAILED;
        return holds ? RUN_ON : step_cut(step);
    case INSTR_ATOMIC_BEGIN: act->accessed = false; return RUN_ON;
    case INSTR_PROGRESS: step->result.progress = true; return RUN_ON;
    default: assert(!"no control instruction"); return RUN_FAILED;
    }
}

/* ---- which part of eval executes what */

static const Exec execs[INSTR_COUNT] = {
    [INSTR_CONST] = data_exec, [INSTR_UNINIT] = data_exec, [INSTR_ZERO] = data_exec, [INSTR_MOVE] = data_exec, [INSTR_LOADX] = data_exec,
    [INSTR_STOREX] = data_exec, [INSTR_BOUNDS] = data_exec, [INSTR_ANY] = data_exec, [INSTR_PRINT] = data_exec, [INSTR_GLOAD] = data_exec,
    [INSTR_GSTORE] = data_exec,
    [INSTR_ADD] = arith_exec, [INSTR_SUB] = arith_exec, [INSTR_MUL] = arith_exec, [INSTR_DIV] = arith_exec, [INSTR_MOD] = arith_exec,
    [INSTR_SHL] = arith_exec, [INSTR_SHR] = arith_exec, [INSTR_AND] = arith_exec, [INSTR_OR] = arith_exec, [INSTR_XOR] = arith_exec,
    [INSTR_NEG] = arith_exec, [INSTR_BITNOT] = arith_exec, [INSTR_NOT] = arith_exec, [INSTR_EQ] = arith_exec, [INSTR_NE] = arith_exec,
    [INSTR_LT] = arith_exec, [INSTR_LE] = arith_exec, [INSTR_CONVERT] = arith_exec, [INSTR_NARROW] = arith_exec,
    [INSTR_JUMP] = control_exec, [INSTR_BRANCH] = control_exec, [INSTR_END] = control_exec, [INSTR_CANCELLED] = control_exec,
    [INSTR_ASSERT] = control_exec, [INSTR_UNREACHABLE] = control_exec, [INSTR_NO_RETURN] = control_exec, [INSTR_ASSUME] = control_exec,
    [INSTR_ATOMIC_BEGIN] = control_exec, [INSTR_PROGRESS] = control_exec, [INSTR_WAIT] = wait_arrive, [INSTR_GIVE_UP] = wait_settle,
    [INSTR_SPAWN] = task_exec, [INSTR_TAKE_ROLE] = task_exec, [INSTR_FUTURE] = task_exec, [INSTR_OP_FUTURE] = task_exec,
    [INSTR_COPY] = owned_exec, [INSTR_TAKE] = owned_exec, [INSTR_USE] = owned_exec, [INSTR_DROP] = owned_exec,
    [INSTR_WAKER] = task_exec, [INSTR_WAKE] = task_exec,
    [INSTR_ABORT] = task_exec, [INSTR_ABORTED] = task_exec, [INSTR_CRASHED] = task_exec, [INSTR_NOW] = data_exec, [INSTR_SCOPE_ABORT] = task_exec,
    [INSTR_NEW] = object_exec, [INSTR_KILL] = object_exec, [INSTR_TRY_SEND] = object_exec, [INSTR_TRY_RECV] = object_exec,
    [INSTR_TRY_RESERVE] = object_exec, [INSTR_SEND] = object_exec,
    [INSTR_MAKE_END] = object_exec, [INSTR_CLONE] = object_exec, [INSTR_SUBSCRIBE] = object_exec, [INSTR_LAGGED] = object_exec,
    [INSTR_PUBLISH] = object_exec, [INSTR_READ] = object_exec,
    [INSTR_CLOSE] = object_exec, [INSTR_LEN] = object_exec, [INSTR_CAP] = object_exec, [INSTR_FULL] = object_exec, [INSTR_EMPTY] = object_exec,
    [INSTR_CLOSED] = object_exec, [INSTR_TRY_LOCK] = object_exec, [INSTR_UNLOCK] = object_exec, [INSTR_TRY_ACQUIRE] = object_exec,
    [INSTR_RELEASE] = object_exec, [INSTR_HELD] = object_exec, [INSTR_HOLDER] = object_exec,
    [INSTR_TRY_READ_LOCK] = object_exec, [INSTR_TRY_WRITE_LOCK] = object_exec, [INSTR_SIGNAL] = object_exec, [INSTR_SIGNAL_ALL] = object_exec,
    [INSTR_NOTIFY_ONE] = object_exec, [INSTR_NOTIFY_ALL] = object_exec, [INSTR_GROUP_ADD] = object_exec, [INSTR_GROUP_DONE] = object_exec,
    [INSTR_ONCE_LEAVE] = object_exec,
    [INSTR_IS_AT] = atom_exec, [INSTR_IS_DONE] = atom_exec, [INSTR_IS_BLOCKED] = atom_exec, [INSTR_IS_ENABLED] = atom_exec,
    [INSTR_IS_ABORTED] = atom_exec, [INSTR_IS_CRASHED] = atom_exec, [INSTR_IS_TASK] = atom_exec,
};

/* ---- the loop */

/* True when the fiber rests before this instruction, a shared access that it has not been let through to. */
static bool must_rest(const Step *step, const Act *act, const Instr *instr, bool *is_access) {
    bool nothing = instr->op == INSTR_DROP && act->frame[instr->a] <= 0;
    *is_access = !nothing && flow_is_access(step->program, act->machine, instr);
    if (!*is_access || act->may_access || (instr->flags & (INSTR_ATOMIC | INSTR_JOINED))) return false;
    return !((instr->flags & INSTR_MAYBE_FIRST) && act->accessed);
}

static Run rest_before_access(Step *step, Act *act) {
    Word *words = world_write(step->world, act->fiber, NULL);
    words[FIBER_PC] = act->pc;
    words[FIBER_STATUS] = FIBER_UNDER_WAY;
    words[FIBER_INNER] = 0;
    assert(program_rests_at(step->program, act->machine, act->pc));
    fiber_reset(step->world, act->fiber, act->pc, step_no_reset(step));
    return RUN_ACCESS;
}

/* Nothing but futures are polled: what they do is looked at itself. */
static bool is_poll(const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op != ARM_FUTURE) return false;
    return true;
}

/* On several threads others could come between the accesses of a future that is polled on the spot: more than one is not followed. */
static bool hides_access(Step *step, const Act *act, const Instr *instr) {
    if (!step->program->threaded || step->unwinding || !flow_is_access(step->program, act->machine, instr)) return false;
    if (instr->flags & (INSTR_ATOMIC | INSTR_JOINED)) return false;
    if (instr->op == INSTR_WAIT && act->machine->points[instr->imm].fallback != NO_SLOT && is_poll(&act->machine->points[instr->imm])) return false;
    return ++step->spot_accesses > 1;
}

/* Nor is more than one of a cancellation: being cancelled is one step. */
static bool hides_unwinding(Step *step, const Act *act, const Instr *instr) {
    if (!step->program->threaded || !flow_is_access(step->program, act->machine, instr)) return false;
    return !(instr->flags & (INSTR_ATOMIC | INSTR_JOINED)) && ++step->unwind_accesses > 1;
}

static Run interpret(Step *step, Act *act) {
    for (;;) {
        assert(act->pc < act->machine->ncode);
        const Instr *instr = &act->machine->code[act->pc];
        if (step->rests && act->fiber != NO_SLOT) {
            bool is_access;
            if (must_rest(step, act, instr, &is_access)) return rest_before_access(step, act);
            act->accessed |= is_access;
            step->accesses += is_access;
        }
        if (step->on_the_spot && act->fiber != NO_SLOT && hides_access(step, act, instr))
            return step_limit(step, "on several threads, a future that is polled on the spot makes several accesses to what others see");
        if (step->unwinding && act->fiber != NO_SLOT && hides_unwinding(step, act, instr))
            return step_limit(step, "on several threads, what is cancelled makes several accesses to what others see");
        if (step->fuel-- == 0) return step_limit(step, "a step of more than 10,000,000 instructions");
        act->may_access = false;
        act->pc++;
        assert(execs[instr->op]);
        Run run = execs[instr->op](step, act, instr);
        if (run != RUN_ON) return run;
    }
}

static Run run_act(Step *step, Act *act) {
    if (++step->depth > EVAL_DEPTH) return step_limit(step, "futures nested too deeply");
    act->up = step->top;
    step->top = act;
    Run run = interpret(step, act);
    loop_free(act->loop);
    step->top = act->up;
    step->depth--;
    return run;
}

Run run_fiber(Step *step, uint32_t fiber, uint32_t pc, bool may_access) {
    Word *words = world_write(step->world, fiber, NULL);
    Act act = {.machine = fiber_machine(step->world, words), .fiber = fiber, .frame = words + FIBER_FRAME, .pc = pc, .may_access = may_access};
    return run_act(step, &act);
}

Run run_frame(Step *step, const Machine *machine, Word *frame, uint32_t *result) {
    Act act = {.machine = machine, .fiber = NO_SLOT, .frame = frame, .pc = machine->points[0].pc, .result = NO_SLOT};
    Run run = run_act(step, &act);
    *result = act.result;
    return run;
}

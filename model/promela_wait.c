/* Points in Promela: arriving, and going on. */
#include "model/promela_parts.h"

#include <assert.h>

/* What an arm does, as in `does` of the model; 0: cannot be said. */
static unsigned does_of(ArmOp op) {
    switch (op) {
    case ARM_SEND: return 1;
    case ARM_RECV: return 2;
    case ARM_LOCK: return 3;
    case ARM_SLEEP: return 4;
    case ARM_YIELD: return 5;
    case ARM_JOIN: return 6;
    default: return 0;
    }
}

static bool is_on_object(ArmOp op) { return op == ARM_SEND || op == ARM_RECV || op == ARM_LOCK; }

/* ---- arriving */

static void check_point(Promela *promela, const Point *point) {
    if (point->kind != POINT_AWAIT && point->kind != POINT_SELECT) promela_refuse(promela, point->span, "a wait that is no `await` and no `select`");
    if (point->combine != COMBINE_NONE) promela_refuse(promela, point->span, "all and race");
    if (point->is_biased) promela_refuse(promela, point->span, "a biased select");
    for (uint32_t i = 0; i < point->narms; i++) {
        const Arm *arm = &point->arms[i];
        if (!does_of(arm->op) || arm->owned) promela_refuse(promela, arm->span, "a wait that has no faithful translation");
        if (arm->op == ARM_JOIN && arm->result_n) promela_refuse(promela, arm->span, "the value of a task");
        if (arm->op == ARM_SEND && !arm->result_used) continue;
    }
}

/* Whether the operation could fire, coming new: in n_ how many partners wait. */
static void put_can_fire(Promela *promela, ArmOp op, const char *o) {
    switch (op) {
    case ARM_SEND:
        promela_text(promela, "(closed[%s] || (CAP(%s) > 0 && items[%s] < CAP(%s)) || (CAP(%s) == 0 && n_ > 0))", o, o, o, o, o);
        return;
    case ARM_RECV:
        promela_text(promela, "(items[%s] > 0 || closed[%s] || (CAP(%s) == 0 && n_ > 0))", o, o, o);
        return;
    case ARM_LOCK: promela_text(promela, "(owner[%s] == 0)", o); return;
    case ARM_JOIN: promela_text(promela, "(status[%s] == 3)", o); return;
    default: promela_text(promela, "false"); return;
    }
}

static void put_count(Promela *promela, ArmOp op, const char *o) {
    if (op == ARM_SEND) promela_text(promela, "count_others(%s, RECEIVERS(%s), t); ", o, o);
    if (op == ARM_RECV) promela_text(promela, "count_others(%s, SENDERS(%s), t); ", o, o);
}

static void put_value(Promela *promela, const Arm *arm) {
    for (uint32_t i = 0; arm->op == ARM_SEND && i < arm->value_n; i++) promela_text(promela, "v[%u] = f[%u]; ", i, arm->value + i);
}

static void put_queue(Promela *promela, const Arm *arm, uint32_t i) {
    char o[48];
    snprintf(o, sizeof o, "object[AT(t, %u)]", i);
    if (arm->op == ARM_SEND) {
        put_value(promela, arm);
        promela_text(promela, "wait_send(%s, AT(t, %u)); CLEAR_ITEM(v, 0); ", o, i);
    }
    if (arm->op == ARM_RECV || arm->op == ARM_LOCK) promela_text(promela, "put_in(RECEIVERS(%s), AT(t, %u)); ", o, i);
    promela_text(promela, "arm[AT(t, %u)] = 2; ", i);
}

/* Marks whether the arm takes part. */
static void put_enable(Promela *promela, const Arm *arm, uint32_t i) {
    promela_text(promela, "if :: true");
    if (arm->guard != NO_SLOT) promela_text(promela, " && f[%u] != 0", arm->guard);
    if (arm->obj != NO_SLOT) promela_text(promela, " && f[%u] != 0", arm->obj);
    promela_text(promela, " -> arm[AT(t, %u)] = 1; does[AT(t, %u)] = %u", i, i, does_of(arm->op));
    if (arm->obj != NO_SLOT)
        promela_text(promela, "; object[AT(t, %u)] = %s", i, arm->op == ARM_JOIN ? "f[" : "OBJ(f[");
    if (arm->obj != NO_SLOT) promela_text(promela, arm->op == ARM_JOIN ? "%u] - TASK0" : "%u])", arm->obj);
    promela_text(promela, " :: else -> arm[AT(t, %u)] = 0 fi; ", i);
}

static void put_place(Promela *promela, const Arm *arm, uint32_t i) {
    char o[48];
    snprintf(o, sizeof o, "object[AT(t, %u)]", i);
    promela_text(promela, "if :: arm[AT(t, %u)] != 0 -> ", i);
    put_count(promela, arm->op, o);
    promela_text(promela, "if :: ");
    put_can_fire(promela, arm->op, o);
    promela_text(promela, " -> arm[AT(t, %u)] = 1 :: else -> ", i);
    put_queue(promela, arm, i);
    promela_text(promela, "fi; n_ = 0 :: else fi; ");
}

static bool is_live(const Machine *machine, uint32_t pc, uint32_t slot) {
    const uint64_t *live = machine->live[pc];
    return !live || (live[slot / 64] >> slot % 64 & 1) != 0;
}

static void put_rest(Promela *promela, const Point *point) {
    const Machine *machine = promela->machine;
    for (uint32_t slot = 0; slot < machine->nslots; slot++)
        if (!is_live(machine, point->pc, slot)) promela_text(promela, "f[%u] = 0; ", slot);
    promela_text(promela, "status[t] = 2; at[t] = %u; idle[t] = %s", point->pc, point->is_idle ? "true" : "false");
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op == ARM_RECV) promela_text(promela, " || arm[AT(t, %u)] != 0", i);
    promela_text(promela, "; goto %s_rest", promela->prefix);
}

/* ---- firing */

static void put_result(Promela *promela, const Arm *arm) {
    if (arm->op == ARM_SEND && !arm->result_used) promela_text(promela, "assert(r_); ");
    if (arm->op == ARM_RECV && arm->dest != NO_SLOT && arm->dest_n) {
        promela_text(promela, "if :: r_ -> ");
        for (uint32_t i = 0; i < arm->dest_n; i++) promela_text(promela, "%sf[%u] = v[%u]", i ? "; " : "", arm->dest + i, i);
        promela_text(promela, " :: else fi; ");
    }
    if (arm->result != NO_SLOT && arm->op != ARM_JOIN) promela_text(promela, "f[%u] = r_; ", arm->result);
    promela_text(promela, "r_ = 0; CLEAR_ITEM(v, 0); ");
}

static void put_fire(Promela *promela, const Arm *arm, const char *o) {
    put_value(promela, arm);
    if (arm->op == ARM_SEND) promela_text(promela, "fire_send(%s, t); ", o);
    else if (arm->op == ARM_RECV) promela_text(promela, "fire_recv(%s, t); ", o);
    else if (arm->op == ARM_LOCK) promela_text(promela, "owner[%s] = t + 1; r_ = 1; ", o);
    else promela_text(promela, "r_ = 1; ");
    put_result(promela, arm);
}

static void put_leave(Promela *promela, const Point *point, uint32_t i) {
    if (point->narms == 1) promela_text(promela, "switch_off(AT(t, %u)); ", i);
    promela_text(promela, "goto %s_%u", promela->prefix, point->arms[i].target);
}

/* ---- a select with default */

static void put_now(Promela *promela, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) put_enable(promela, &point->arms[i], i);
    for (uint32_t i = 0; i < point->narms; i++) { /* an arm that cannot fire is switched off */
        char o[48];
        snprintf(o, sizeof o, "object[AT(t, %u)]", i);
        promela_text(promela, "if :: arm[AT(t, %u)] != 0 -> ", i);
        put_count(promela, point->arms[i].op, o);
        promela_text(promela, "if :: ");
        put_can_fire(promela, point->arms[i].op, o);
        promela_text(promela, " :: else -> switch_off(AT(t, %u)) fi; n_ = 0 :: else fi; ", i);
    }
    promela_text(promela, "if ");
    for (uint32_t i = 0; i < point->narms; i++) {
        char o[48];
        snprintf(o, sizeof o, "object[AT(t, %u)]", i);
        promela_text(promela, ":: arm[AT(t, %u)] != 0 -> ", i);
        put_fire(promela, &point->arms[i], o);
        put_leave(promela, point, i);
        promela_text(promela, " ");
    }
    promela_text(promela, ":: else -> goto %s_%u fi", promela->prefix, point->fallback);
}

void promela_arrive(Promela *promela, const Instr *instr) {
    const Point *point = &promela->machine->points[instr->imm];
    check_point(promela, point);
    if (point->fallback != NO_SLOT) {
        put_now(promela, point);
        return;
    }
    for (uint32_t i = 0; i < point->narms; i++) put_enable(promela, &point->arms[i], i);
    for (uint32_t i = 0; i < point->narms; i++) put_place(promela, &point->arms[i], i);
    put_rest(promela, point);
}

/* ---- going on */

/* A timer fires when all other arms have had to wait, and no shorter one runs. */
static void put_timer(Promela *promela, const Point *point, uint32_t timer) {
    for (uint32_t i = 0; i < point->narms; i++) {
        if (i == timer) continue;
        promela_text(promela, " && arm[AT(t, %u)] != 1", i);
        if (point->arms[i].op == ARM_SLEEP)
            promela_text(promela, " && !(arm[AT(t, %u)] == 2 && f[%u] < f[%u])", i, point->arms[i].value, point->arms[timer].value);
    }
}

static void put_able(Promela *promela, const Point *point, uint32_t i) {
    const Arm *arm = &point->arms[i];
    promela_text(promela, "(arm[AT(t, %u)] == 1 || (arm[AT(t, %u)] == 2", i, i);
    if (is_on_object(arm->op)) promela_text(promela, " && served[AT(t, %u)] != 0", i);
    if (arm->op == ARM_JOIN) promela_text(promela, " && status[object[AT(t, %u)]] == 3", i);
    if (arm->op == ARM_SLEEP) put_timer(promela, point, i);
    promela_text(promela, "))");
    for (uint32_t j = 0; j < point->narms; j++) /* another arm has changed hands already */
        if (j != i && (point->arms[j].op == ARM_SEND || point->arms[j].op == ARM_RECV))
            promela_text(promela, " && !(arm[AT(t, %u)] == 2 && served[AT(t, %u)] == 1)", j, j);
}

static void put_collect(Promela *promela, const Arm *arm, uint32_t i) {
    if (is_on_object(arm->op)) promela_text(promela, "r_ = (served[AT(t, %u)] == 1); ", i);
    else promela_text(promela, "r_ = 1; ");
    if (arm->op == ARM_RECV) promela_text(promela, "MOVE_ITEM(v, 0, hand, AT(t, %u) * WIDTH); ", i);
    put_result(promela, arm);
}

void promela_branches(Promela *promela, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) {
        const Arm *arm = &point->arms[i];
        char o[48];
        snprintf(o, sizeof o, "object[AT(t, %u)]", i);
        promela_text(promela, "      :: at[t] == %u && status[t] == 2 && ", point->pc);
        put_able(promela, point, i);
        promela_text(promela, " ->\n          if :: arm[AT(t, %u)] == 2 -> ", i);
        put_collect(promela, arm, i);
        put_leave(promela, point, i);
        if (!is_on_object(arm->op) && arm->op != ARM_JOIN) {
            promela_text(promela, " fi\n");
            continue;
        }
        promela_text(promela, "\n          :: else -> ");
        put_count(promela, arm->op, o);
        promela_text(promela, "if :: ");
        put_can_fire(promela, arm->op, o);
        promela_text(promela, " -> n_ = 0; ");
        put_fire(promela, arm, o);
        put_leave(promela, point, i);
        promela_text(promela, "\n             :: else -> n_ = 0; ");
        put_queue(promela, arm, i);
        promela_text(promela, "goto %s_rest fi\n          fi\n", promela->prefix);
    }
}

/* Steps that no task makes: time, faults, the environment of extern channels. */
#include "tests/differential/plain_run.h"

#include <assert.h>

enum { VALUES_MAX = 512 };

/* ---- time: timers that run */
static bool is_live(const PEntity *e) {
    return (e->kind == ENTITY_TASK || e->kind == ENTITY_FUTURE) && e->status != FIBER_ENDED && e->wait != NULL;
}
static bool is_timer(const PRun *r, const PEntity *e, int32_t k) {
    return e->wait->decided == 0 && e->wait->arms[k].state == ARM_QUEUED && plain_arm_op(r, e, k) == ARM_SLEEP;
}
static bool can_tick(const PRun *r) {
    if (!r->p->tree->is_discrete) return false;
    for (int32_t i = 1; i < r->s->n; i++)
        for (int32_t k = 0; is_live(&r->s->at[i]) && k < r->s->at[i].wait->narms; k++)
            if (is_timer(r, &r->s->at[i], k) && r->s->at[i].wait->arms[k].left > 0) return true;
    return false;
}
static void tick(PRun *r) {
    r->s->now = (uint32_t)(r->s->now + 1);
    for (int32_t i = 1; i < r->s->n; i++)
        for (int32_t k = 0; is_live(plain_at(r, i)) && k < plain_at(r, i)->wait->narms; k++)
            if (is_timer(r, plain_at(r, i), k) && plain_at(r, i)->wait->arms[k].left > 0)
                plain_at(r, i)->wait->arms[k].left--;
}

/* ---- values of a type, written one after the other */
typedef struct Values {
    PRun *r;
    PCells at;
    int32_t n;
} Values;

static int64_t size_of(const Type *type) {
    int64_t n = 1;
    switch (type->kind) {
    case TYPE_BOOL: return 2;
    case TYPE_INT: return type->bits > 8 ? VALUES_MAX : (int64_t)1 << type->bits;
    case TYPE_ENUM: return type->nenums;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < type->nfields && n < VALUES_MAX; i++) n *= size_of(type->fields[i].type);
        return n;
    case TYPE_MESSAGE:
        n = 0;
        for (uint32_t i = 0; i < type->nlabels; i++) {
            int64_t m = 1;
            for (uint32_t k = 0; k < type->labels[i].nfields && m < VALUES_MAX; k++)
                m *= size_of(type->labels[i].fields[k].type);
            n += m;
        }
        return n;
    default: return VALUES_MAX;
    }
}
static void write_value(PRun *r, const Type *type, int64_t i, PCells *to);
static void write_fields(PRun *r, const Field *fields, uint32_t n, int64_t i, PCells *to) {
    for (uint32_t k = 0; k < n; k++) {
        write_value(r, fields[k].type, i % size_of(fields[k].type), to);
        i /= size_of(fields[k].type);
    }
}
static void write_message(PRun *r, const Type *type, int64_t i, PCells *to) {
    int32_t first = to->n;
    for (uint32_t l = 0; l < type->nlabels; l++) {
        int64_t m = 1;
        for (uint32_t k = 0; k < type->labels[l].nfields; k++) m *= size_of(type->labels[l].fields[k].type);
        if (i >= m) {
            i -= m;
            continue;
        }
        plain_push(r->arena, to, cell_int(l));
        write_fields(r, type->labels[l].fields, type->labels[l].nfields, i, to);
        break;
    }
    while (to->n - first < plain_cells(type)) plain_push(r->arena, to, cell_int(0));
}
static void write_value(PRun *r, const Type *type, int64_t i, PCells *to) {
    switch (type->kind) {
    case TYPE_STRUCT: write_fields(r, type->fields, type->nfields, i, to); return;
    case TYPE_MESSAGE: write_message(r, type, i, to); return;
    case TYPE_ENUM: plain_push(r->arena, to, cell_int(type->enum_values[i])); return;
    case TYPE_INT: plain_push(r->arena, to, cell_int(plain_wrap(i, type))); return;
    default: plain_push(r->arena, to, cell_int(i));
    }
}

/* ---- the environment of extern channels */
static PArm item_for(PRun *r, int32_t ref) {
    const Type *item = plain_at(r, ref)->item;
    int64_t n = size_of(item);
    PArm arm = {.ref = ref};
    if (n >= VALUES_MAX) plain_limit(r, "an extern channel of too many values");
    write_value(r, item, plain_choose(r, (int32_t)n), &arm.value);
    return arm;
}
static void send_from_outside(PRun *r, int32_t ref) {
    PArm arm = item_for(r, ref);
    plain_fire(r, 0, ARM_SEND, &arm);
}
static void receive_outside(PRun *r, int32_t ref) {
    PArm arm = {.ref = ref};
    plain_fire(r, 0, ARM_RECV, &arm);
}
static void list_extern(PRun *r, int32_t ref, PEnvs *list) {
    PArm arm = {.ref = ref};
    const PEntity *ch = plain_at(r, ref);
    if (!ch->is_extern || ch->closed) return;
    if (plain_can_fire(r, 0, ARM_SEND, &arm, 0)) plain_push(r->arena, list, (PEnv){ENV_SEND, ref, 0});
    if (plain_can_fire(r, 0, ARM_RECV, &arm, 0)) plain_push(r->arena, list, (PEnv){ENV_RECV, ref, 0});
}

/* ---- faults */
static void crash(PRun *r, int32_t task) {
    PEntity *t = plain_at(r, task);
    r->s->kills[t->fault - 1]--;
    plain_crash(r, task);
    t = plain_at(r, task);
    if (t->restarts) {
        t->status = FIBER_AT_START;
        plain_push_frame(r->p, t, r->arena, t->func, t->args.at);
    } else {
        plain_end_fiber(r, task);
        plain_at(r, task)->crashed = true;
        plain_at(r, task)->value.n = 0;
    }
    plain_drop_lost(r);
}
static bool can_crash(const PRun *r, const PEntity *e) {
    if (e->kind != ENTITY_TASK || e->status == FIBER_ENDED || e->fault == 0) return false;
    return r->s->kills[e->fault - 1] > 0 && !(e->restarts && e->status == FIBER_AT_START);
}
static void list_faults(PRun *r, int32_t i, PEnvs *list) {
    const PEntity *e = plain_at(r, i);
    if (e->kind == ENTITY_CONDVAR && e->spurious)
        for (int32_t k = 0; k < e->queue.n; k++) plain_push(r->arena, list, (PEnv){ENV_SPURIOUS, i, k});
    if (can_crash(r, e)) plain_push(r->arena, list, (PEnv){ENV_CRASH, i, 0});
}

/* ---- all of them */
void plain_env_list(PRun *r, bool somebody_moves, PEnvs *list) {
    list->n = 0;
    if (can_tick(r) && !(r->p->tree->is_urgent && somebody_moves)) plain_push(r->arena, list, (PEnv){ENV_TICK, 0, 0});
    for (int32_t i = 1; i < r->s->n; i++) {
        list_faults(r, i, list);
        if (plain_at(r, i)->kind == ENTITY_CHANNEL) list_extern(r, i, list);
    }
}
bool plain_env_is_fault(PEnvKind kind) { return kind == ENV_CRASH || kind == ENV_SPURIOUS; }
void plain_env_do(PRun *r, const PEnv *env) {
    switch (env->kind) {
    case ENV_TICK: tick(r); return;
    case ENV_CRASH: crash(r, env->a); return;
    case ENV_SPURIOUS: plain_spurious(r, plain_at(r, env->a), env->b); return;
    case ENV_SEND: send_from_outside(r, env->a); return;
    case ENV_RECV: receive_outside(r, env->a); return;
    }
}

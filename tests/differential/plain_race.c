/* Data races: two tasks on threads are about to access one variable that is not _Atomic, one of them to write it. */
#include "tests/differential/plain_search.h"

typedef struct Access { int32_t cell, n; bool writes, in_atomic; } Access; /* n == 0: none */

static Access access_at(PCell place, int32_t n, bool writes, const PEntity *e) {
    if (place.tag != CELL_PLACE || place.ref != 0) return (Access){0};
    return (Access){(int32_t)place.v, n, writes, e->atomic > 0};
}
/* A blocking receive that was served stores its item when it goes on. */
static Access store_of_blocked(const PProgram *p, const PEntity *e) {
    const PArm *arm = &e->wait->arms[0];
    bool stores = plain_wait_op(p, e->wait, 0) == ARM_RECV && arm->state == ARM_SERVED && arm->result;
    return stores ? access_at(arm->place, arm->value.n, true, e) : (Access){0};
}
/* So does one that is about to fire on the spot. */
static Access store_of_receive(const PProgram *p, const PState *s, const PEntity *e, const PIns *ins) {
    const PFrame *f = &e->frames[e->nframes - 1];
    const PSiteArm *arm = &p->sites.data[ins->a].arms[0];
    if (arm->op != ARM_RECV || arm->dest_type == NULL) return (Access){0};
    PCell handle = f->stack.at[f->stack.n - 2], place = f->stack.at[f->stack.n - 1];
    const PEntity *from = &s->at[handle.ref], *ch = from->core != 0 && from->items.n == 0 ? &s->at[from->core] : from;
    bool fires = handle.tag == CELL_REF && handle.ref != 0 && (ch->items.n > 0 || ch->senders.n > 0);
    return fires ? access_at(place, plain_cells(arm->dest_type), true, e) : (Access){0};
}
static Access next_access(const PProgram *p, const PState *s, int32_t task) {
    const PEntity *t = &s->at[task];
    if (t->kind != ENTITY_TASK || t->running == 0) return (Access){0};
    const PEntity *e = &s->at[t->running];
    if (e->status == FIBER_BLOCKED) return store_of_blocked(p, e);
    if (e->status != FIBER_GOING) return (Access){0};
    const PFrame *f = &e->frames[e->nframes - 1];
    const PIns *ins = &p->code.data[f->pc];
    PCell place;
    if (ins->op == I_BLOCK || ins->op == I_TRY) return store_of_receive(p, s, e, ins);
    if (ins->op == I_LOAD || ins->op == I_MOVE) place = f->stack.at[f->stack.n - 1 - f->progress];
    else if (ins->op == I_STORE) place = f->stack.at[f->stack.n - ins->a - 1];
    else return (Access){0}; /* an operation, or one of an _Atomic */
    place.v += f->progress;
    return access_at(place, 1, ins->op == I_STORE, e);
}
static const Symbol *symbol_at(const PProgram *p, int32_t cell) {
    for (uint32_t i = 0; i < p->nglobals; i++)
        if (cell >= p->global_first[i] && cell < p->global_first[i] + plain_cells(p->global_symbol[i]->type))
            return p->global_symbol[i];
    return NULL;
}
typedef VEC(Access) Accesses;

/* What a task is about to access: inside `atomic` all that the block does. */
static void list_accesses(PSearch *x, uint32_t node, int32_t task, Accesses *list) {
    const PState *s = x->nodes.data[node].s;
    PRun *r = &x->run;
    Access first = next_access(x->p, s, task);
    vec_clear(list);
    if (first.n > 0) vec_push(list, first);
    if (s->at[task].kind != ENTITY_TASK || s->at[task].running == 0 || s->at[s->at[task].running].atomic == 0) return;
    vec_clear(&r->choices);
    do {
        arena_reset(&x->scratch);
        r->s = plain_copy(x->p, s, &x->scratch, NULL, 0);
        r->task = task;
        plain_step(r);
        for (uint32_t i = 0; i < r->accesses.n; i++)
            vec_push(list, (Access){r->accesses.data[i].cell, 1, r->accesses.data[i].writes, true});
    } while (plain_next_choices(r));
}
static void compare(PSearch *x, Access a, Access b) {
    if (!(a.writes || b.writes) || (a.in_atomic && b.in_atomic)) return;
    for (int32_t cell = a.cell; cell < a.cell + a.n; cell++) {
        const Symbol *symbol = symbol_at(x->p, cell);
        if (cell < b.cell || cell >= b.cell + b.n || symbol == NULL || x->p->atomic[cell]) continue;
        plain_add_finding(x->result, "race", names_text(x->p->tree->names, symbol->name), 0, "");
    }
}
void plain_find_races(PSearch *x) {
    Accesses mine = {0}, theirs = {0};
    for (uint32_t i = 0; x->options->races && i < x->nodes.n; i++) {
        int32_t n = x->nodes.data[i].s->n;
        for (int32_t a = 1; a < n; a++) {
            list_accesses(x, i, a, &mine);
            for (int32_t b = 1; b < a && mine.n > 0; b++) {
                list_accesses(x, i, b, &theirs);
                for (uint32_t k = 0; k < mine.n * theirs.n; k++)
                    compare(x, mine.data[k / theirs.n], theirs.data[k % theirs.n]);
            }
        }
    }
    vec_fini(&mine);
    vec_fini(&theirs);
}

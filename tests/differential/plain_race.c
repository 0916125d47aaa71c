/* Data races: two tasks on threads are about to access one variable that is not _Atomic, one of them to write it. */
#include "tests/differential/plain_search.h"

typedef struct Access { int32_t cell; bool writes, in_atomic; } Access; /* cell < 0: none */

static Access next_access(const PProgram *p, const PState *s, int32_t task) {
    const PEntity *t = &s->at[task];
    Access none = {.cell = -1};
    if (t->kind != ENTITY_TASK || t->running == 0 || s->at[t->running].status != FIBER_GOING) return none;
    const PEntity *e = &s->at[t->running];
    const PFrame *f = &e->frames[e->nframes - 1];
    const PIns *ins = &p->code.data[f->pc];
    PCell place;
    if (ins->op == I_LOAD || ins->op == I_MOVE) place = f->stack.at[f->stack.n - 1 - f->progress];
    else if (ins->op == I_STORE) place = f->stack.at[f->stack.n - ins->a - 1];
    else return none; /* an operation, or one of an _Atomic */
    if (place.tag != CELL_PLACE || place.ref != 0) return none;
    return (Access){(int32_t)place.v + f->progress, ins->op == I_STORE, e->atomic > 0};
}
static const Symbol *symbol_at(const PProgram *p, int32_t cell) {
    for (uint32_t i = 0; i < p->nglobals; i++)
        if (cell >= p->global_first[i] && cell < p->global_first[i] + plain_cells(p->global_symbol[i]->type))
            return p->global_symbol[i];
    return NULL;
}
static void compare(PSearch *x, Access a, Access b) {
    if (a.cell < 0 || a.cell != b.cell || !(a.writes || b.writes) || (a.in_atomic && b.in_atomic)) return;
    const Symbol *symbol = symbol_at(x->p, a.cell);
    if (symbol == NULL || symbol->is_atomic) return;
    plain_add_finding(x->result, "race", names_text(x->p->tree->names, symbol->name), 0, "");
}
void plain_find_races(PSearch *x) {
    if (!x->options->races) return;
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        const PState *s = x->nodes.data[i].s;
        for (int32_t a = 1; a < s->n; a++)
            for (int32_t b = 1; b < a; b++) compare(x, next_access(x->p, s, a), next_access(x->p, s, b));
    }
}

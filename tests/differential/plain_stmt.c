/* Stack code for statements, functions and whole files. */
#include "tests/differential/plain_compile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void stmt(PCompile *c, const Stmt *s);

/* ---- blocks */
static void enter(PCompile *c, PBlock *b, Span span) {
    *b = (PBlock){.outer = c->block, .id = ++c->next_block, .scope_slot = -1};
    c->block = b;
    plain_emit(c, I_MARK, span)->a = b->id;
}
static void leave(PCompile *c, Span span) {
    plain_emit(c, I_LEAVE, span)->a = c->block->id;
    c->block = c->block->outer;
}
static Span last_of(Span span) {
    return (Span){span.file, span.end > span.begin ? span.end - 1 : span.begin, span.end};
}
static void leave_early(PCompile *c, const PBlock *to, Span span) {
    const PBlock *b = c->block, *outermost = NULL;
    for (; b != NULL && b != to; b = b->outer) outermost = b;
    if (outermost == NULL) return;
    PIns *ins = plain_emit(c, I_LEAVE, span);
    ins->a = outermost->id;
    ins->b = 1;
}
static void declare(PCompile *c, const Decl *d) {
    PIns *ins = plain_emit(c, I_DECL, d->span);
    ins->a = plain_slot(c, d->symbol);
    ins->b = d->symbol->is_param && d->symbol->type->kind == TYPE_ARRAY ? 1 : plain_cells(d->symbol->type);
    ins->c = d->is_scoped;
    ins->ordinal = ++c->ordinal;
}
static void decl(PCompile *c, const Decl *d) {
    if (d->kind != DECL_VAR || d->symbol == NULL) return;
    if (d->is_static) plain_refuse(c, "a static local");
    plain_emit(c, I_LOCAL, d->span)->a = plain_slot(c, d->symbol);
    plain_init(c, d->init, d->symbol->type, d->symbol->bits, false, d->span);
    plain_emit(c, I_STORE, d->span)->a = plain_cells(d->symbol->type);
    declare(c, d);
}
static void items(PCompile *c, Stmt *const *list, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) stmt(c, list[i]);
}
static void block(PCompile *c, const Stmt *s) {
    PBlock b;
    enter(c, &b, s->span);
    items(c, s->items, s->nitems);
    leave(c, last_of(s->span));
}
/* A statement that is a block of its own even without braces (C17 6.8.4, 6.8.5). */
static void sub(PCompile *c, const Stmt *s) {
    if (s == NULL) return;
    if (s->kind != STMT_DEFER && s->kind != STMT_DECL) {
        stmt(c, s);
        return;
    }
    PBlock b;
    enter(c, &b, s->span);
    stmt(c, s);
    leave(c, last_of(s->span));
}
static void scope(PCompile *c, const Stmt *s) {
    PBlock b;
    enter(c, &b, s->span);
    b.is_scope = true;
    b.scope_slot = c->f->slots++;
    plain_emit(c, I_SCOPE, s->span)->a = b.scope_slot;
    items(c, s->items, s->nitems);
    leave(c, last_of(s->span));
}
static void atomic(PCompile *c, const Stmt *s) {
    PBlock b;
    enter(c, &b, s->span);
    plain_emit(c, I_ATOMIC, s->span);
    items(c, s->items, s->nitems);
    leave(c, last_of(s->span));
}
static void defer(PCompile *c, const Stmt *s) {
    int32_t at = plain_here(c);
    PIns *ins = plain_emit(c, I_DEFER, s->span);
    ins->ordinal = ++c->ordinal;
    int32_t over = plain_here(c);
    plain_emit(c, I_JUMP, s->span);
    plain_patch(c, at);
    sub(c, s->body);
    plain_emit(c, I_DEFERRET, s->span);
    plain_patch(c, over);
}

/* ---- loops and jumps */
static void open_target(PCompile *c, PTarget *t, const Stmt *s) {
    *t = (PTarget){.stmt = s, .block = c->block, .outer = c->target};
    c->target = t;
}
static void patch_all(PCompile *c, const int32_t *list, uint32_t n, int32_t to) {
    for (uint32_t i = 0; i < n; i++) c->p->code.data[list[i]].a = to;
}
static void close_target(PCompile *c, PTarget *t, int32_t continues) {
    patch_all(c, t->breaks.data, t->breaks.n, plain_here(c));
    patch_all(c, t->continues.data, t->continues.n, continues);
    vec_fini(&t->breaks);
    vec_fini(&t->continues);
    c->target = t->outer;
}
static int32_t jump_if(PCompile *c, const Expr *e, PInsKind op) {
    plain_expr(c, e);
    int32_t at = plain_here(c);
    plain_emit(c, op, e->span);
    return at;
}
static void loop_while(PCompile *c, const Stmt *s) {
    PTarget t;
    open_target(c, &t, s);
    int32_t top = plain_here(c);
    int32_t out = jump_if(c, s->expr, I_JZ);
    sub(c, s->body);
    plain_emit(c, I_JUMP, s->span)->a = top;
    plain_patch(c, out);
    close_target(c, &t, top);
}
static void loop_do(PCompile *c, const Stmt *s) {
    PTarget t;
    open_target(c, &t, s);
    int32_t top = plain_here(c);
    sub(c, s->body);
    int32_t test = plain_here(c);
    int32_t back = jump_if(c, s->expr, I_JNZ);
    c->p->code.data[back].a = top;
    close_target(c, &t, test);
}
static void loop_for(PCompile *c, const Stmt *s) {
    PBlock b;
    enter(c, &b, s->span);
    for (uint32_t i = 0; i < s->ndecls; i++) decl(c, s->decls[i]);
    if (s->init != NULL) plain_discard(c, s->init);
    PTarget t;
    open_target(c, &t, s);
    int32_t top = plain_here(c), out = -1;
    if (s->expr != NULL) out = jump_if(c, s->expr, I_JZ);
    sub(c, s->body);
    int32_t step = plain_here(c);
    if (s->step != NULL) plain_discard(c, s->step);
    plain_emit(c, I_JUMP, s->span)->a = top;
    if (out >= 0) plain_patch(c, out);
    close_target(c, &t, step);
    leave(c, last_of(s->span));
}
static PTarget *target_of(PCompile *c, const Stmt *s) {
    PTarget *t = c->target;
    if (s->target != NULL)
        while (t != NULL && t->stmt != s->target) t = t->outer;
    if (t == NULL) plain_refuse(c, "a jump without a target");
    return t;
}
static void jump_out(PCompile *c, const Stmt *s) {
    PTarget *t = target_of(c, s);
    if (t == NULL) return;
    leave_early(c, t->block, s->span);
    int32_t at = plain_here(c);
    plain_emit(c, I_JUMP, s->span);
    if (s->kind == STMT_BREAK) vec_push(&t->breaks, at);
    else vec_push(&t->continues, at);
}
/* Blocks die with the C frame that compiles them: ids of the chain are kept instead. */
static PBlock *keep_blocks(PCompile *c, const PBlock *b) {
    if (b == NULL) return NULL;
    PBlock *copy = arena_copy(&c->p->arena, b, sizeof *b);
    copy->outer = keep_blocks(c, b->outer);
    return copy;
}
static void jump_to(PCompile *c, const Stmt *s) {
    PJump j = {.label = s->target, .block = keep_blocks(c, c->block), .leave = plain_here(c)};
    plain_emit(c, I_LEAVE, s->span)->b = 1;
    j.trim = plain_here(c);
    plain_emit(c, I_TRIM, s->span);
    j.jump = plain_here(c);
    plain_emit(c, I_JUMP, s->span);
    vec_push(&c->jumps, j);
}
static void label(PCompile *c, const Stmt *s) {
    PLabel l = {.stmt = s, .block = keep_blocks(c, c->block), .at = plain_here(c), .ordinal = c->ordinal};
    vec_push(&c->labels, l);
    if (strcmp(names_text(c->tree->names, s->name), "progress") == 0) {
        plain_emit(c, I_PROGRESS, s->span);
        c->p->has_progress = true;
    }
    stmt(c, s->body);
    PRange r = {.from = l.at, .to = plain_here(c), .func = -1, .name = s->name};
    vec_push(&c->p->labels, r);
}
static bool encloses(const PBlock *b, int32_t id) {
    for (; b != NULL; b = b->outer)
        if (b->id == id) return true;
    return false;
}
static void resolve_jump(PCompile *c, const PJump *j) {
    const PLabel *l = NULL;
    for (uint32_t i = 0; i < c->labels.n; i++)
        if (c->labels.data[i].stmt == j->label) l = &c->labels.data[i];
    if (l == NULL || !encloses(j->block, l->block->id)) {
        plain_refuse(c, "a goto into a block");
        return;
    }
    const PBlock *outermost = NULL;
    for (const PBlock *b = j->block; b->id != l->block->id; b = b->outer) outermost = b;
    PIns *leave_ins = &c->p->code.data[j->leave];
    if (outermost != NULL) leave_ins->a = outermost->id;
    else *leave_ins = (PIns){.op = I_JUMP, .a = j->trim, .line = leave_ins->line};
    c->p->code.data[j->trim].ordinal = l->ordinal;
    c->p->code.data[j->jump].a = l->at;
}

/* ---- switch */
typedef struct Case { const Stmt *stmt; int32_t test; } Case;
typedef VEC(Case) Cases;

static void find_cases(const Stmt *s, Cases *found) {
    for (; s != NULL && (s->kind == STMT_CASE || s->kind == STMT_DEFAULT || s->kind == STMT_LABEL); s = s->body)
        if (s->kind != STMT_LABEL) vec_push(found, (Case){.stmt = s, .test = -1});
}
static bool is_label_case(const Stmt *s, const Type *type) {
    return type->kind == TYPE_MESSAGE && s->kind == STMT_CASE;
}
static void emit_test(PCompile *c, Case *k, const Type *type) {
    if (k->stmt->kind == STMT_DEFAULT) return;
    k->test = plain_here(c);
    PIns *ins = plain_emit(c, type->kind == TYPE_MESSAGE ? I_MATCH : I_CASE, k->stmt->span);
    if (type->kind == TYPE_MESSAGE) {
        ins->b = (int32_t)k->stmt->label_index;
        ins->v = plain_cells(type);
    }
    if (type->kind != TYPE_MESSAGE) ins->v = k->stmt->case_value;
}
/* The fresh variables of `case label(x, y):`, then the message goes; ends are gone from the variable that held it. */
static void bind(PCompile *c, const Stmt *s, const Type *type, const Expr *from) {
    const Label *l = &type->labels[s->label_index];
    int32_t at = 1;
    for (uint32_t i = 0; i < s->nbinds; i++) {
        int32_t n = plain_cells(l->fields[i].type);
        if (s->binds[i] != NULL) {
            PIns *ins = plain_emit(c, I_BIND, s->span);
            ins->a = at;
            ins->b = n;
            ins->c = plain_slot(c, s->binds[i]->symbol);
            ins->v = plain_cells(type);
            declare(c, s->binds[i]);
            if (from != NULL && plain_holds_end(l->fields[i].type)) {
                plain_place(c, from);
                plain_emit(c, I_OFFSET, s->span)->a = at;
                plain_emit(c, I_TAKEN, s->span)->a = n;
            }
        }
        at += n;
    }
    plain_emit(c, I_POP, s->span)->a = plain_cells(type);
}
static void switch_body(PCompile *c, const Stmt *s, const Cases *cases, int32_t *at_default) {
    const Type *type = s->expr->type;
    uint32_t next = 0;
    for (uint32_t i = 0; i < s->nitems; i++) {
        const Stmt *item = s->items[i];
        for (; item->kind == STMT_CASE || item->kind == STMT_DEFAULT; item = item->body) {
            assert(cases->data[next].stmt == item);
            Case k = cases->data[next++];
            if (is_label_case(item, type)) {
                int32_t over = plain_here(c);
                plain_emit(c, I_JUMP, item->span);
                plain_patch(c, k.test);
                bind(c, item, type, plain_is_place(s->expr) ? s->expr : NULL);
                plain_patch(c, over);
            } else if (k.test >= 0) {
                plain_patch(c, k.test);
            } else {
                *at_default = plain_here(c);
            }
        }
        stmt(c, item);
    }
}
static void switch_on(PCompile *c, const Stmt *s) {
    Cases cases = {0};
    for (uint32_t i = 0; i < s->nitems; i++) find_cases(s->items[i], &cases);
    plain_expr(c, s->expr);
    PBlock b;
    PTarget t;
    open_target(c, &t, s);
    enter(c, &b, s->span);
    for (uint32_t i = 0; i < cases.n; i++) emit_test(c, &cases.data[i], s->expr->type);
    plain_emit(c, I_POP, s->span)->a = plain_cells(s->expr->type);
    int32_t otherwise = plain_here(c), at_default = -1;
    plain_emit(c, I_JUMP, s->span);
    switch_body(c, s, &cases, &at_default);
    c->p->code.data[otherwise].a = at_default >= 0 ? at_default : plain_here(c);
    leave(c, last_of(s->span));
    close_target(c, &t, 0);
    vec_fini(&cases);
}

/* ---- select */
typedef struct Copy { const SelectArm *arm; int64_t i; } Copy; /* one arm, or one value of an arm's `for` */
typedef VEC(Copy) Copies;

static void set_each(PCompile *c, const Copy *k) {
    if (k->arm->each == NULL) return;
    PIns *ins = plain_emit(c, I_SET, k->arm->span);
    ins->a = plain_slot(c, k->arm->each->symbol);
    ins->v = k->i;
}
static void clear_each(PCompile *c, const Copy *k) {
    if (k->arm->each == NULL) return;
    PIns *ins = plain_emit(c, I_CLEAR, k->arm->span);
    ins->a = plain_slot(c, k->arm->each->symbol);
    ins->b = 1;
}
static void arm_guard(PCompile *c, const Copy *k) {
    if (k->arm->guard != NULL) {
        set_each(c, k);
        plain_expr(c, k->arm->guard);
        clear_each(c, k);
    } else {
        plain_emit(c, I_PUSH, k->arm->span)->v = 1;
    }
    plain_emit(c, I_TRUTH, k->arm->span);
}
/* A task whose function is not known is joined for what is expected. */
static void expect(PSiteArm *arm) {
    if (arm->op != ARM_JOIN || arm->result_type != NULL) return;
    arm->result_type = arm->into;
    arm->result = plain_cells(arm->into);
}
static void arm_operands(PCompile *c, const Copy *k, PSiteArm *arm, int32_t depth) {
    /* the guard lies `depth` cells below the top */
    PIns *ins = plain_emit(c, I_PART, k->arm->span);
    ins->v = -depth; /* a copy of that cell */
    int32_t off = plain_here(c);
    plain_emit(c, I_JZ, k->arm->span);
    set_each(c, k);
    if (k->arm->dest != NULL) plain_place(c, k->arm->dest);
    plain_operands(c, k->arm->operation, arm);
    clear_each(c, k);
    arm->has_place = k->arm->dest != NULL;
    arm->cells += arm->has_place;
    int32_t end = plain_here(c);
    plain_emit(c, I_JUMP, k->arm->span);
    plain_patch(c, off);
    plain_emit(c, I_UNSET, k->arm->span)->a = arm->cells;
    plain_patch(c, end);
    if (k->arm->dest != NULL) {
        arm->into = k->arm->dest->type;
        arm->into_bits = plain_place_bits(k->arm->dest);
        expect(arm);
    } else if (k->arm->dest_decl != NULL) {
        arm->into = k->arm->dest_decl->symbol->type;
        arm->into_bits = k->arm->dest_decl->symbol->bits;
        arm->slot = plain_slot(c, k->arm->dest_decl->symbol);
        expect(arm);
    }
}
static void arm_body(PCompile *c, const Copy *k) {
    PBlock b;
    enter(c, &b, k->arm->span);
    if (k->arm->each != NULL) {
        set_each(c, k);
        declare(c, k->arm->each);
    }
    if (k->arm->dest_decl != NULL) declare(c, k->arm->dest_decl);
    items(c, k->arm->body, k->arm->nbody);
    leave(c, last_of(k->arm->span));
}
static const SelectArm *list_arms(const Stmt *s, Copies *copies) {
    const SelectArm *otherwise = NULL;
    for (uint32_t i = 0; i < s->narms; i++) {
        const SelectArm *a = &s->arms[i];
        if (a->is_default) otherwise = a;
        else if (a->each == NULL) vec_push(copies, (Copy){.arm = a});
        else
            for (int64_t k = a->each_from; k < a->each_to; k++) vec_push(copies, (Copy){.arm = a, .i = k});
    }
    return otherwise;
}
static void select_bodies(PCompile *c, const Stmt *s, const Copies *copies, const SelectArm *otherwise, int32_t site) {
    PTarget t;
    open_target(c, &t, s);
    for (uint32_t i = 0; i < copies->n + (otherwise != NULL); i++) {
        Copy k = i < copies->n ? copies->data[i] : (Copy){.arm = otherwise};
        if (i < copies->n) c->p->sites.data[site].arms[i].body = plain_here(c);
        else c->p->sites.data[site].otherwise = plain_here(c);
        arm_body(c, &k);
        vec_push(&t.breaks, plain_here(c));
        plain_emit(c, I_JUMP, s->span);
    }
    close_target(c, &t, 0);
}
static void select_on(PCompile *c, const Stmt *s) {
    Copies copies = {0};
    const SelectArm *otherwise = list_arms(s, &copies);
    PSite site = {.narms = (int32_t)copies.n,
        .is_select = true,
        .is_biased = s->is_biased,
        .has_default = otherwise != NULL,
        .line = sources_line_of(c->tree->sources, s->span)};
    site.arms = ARENA_ARRAY(&c->p->arena, PSiteArm, copies.n);
    for (uint32_t i = 0; i < copies.n; i++) arm_guard(c, &copies.data[i]);
    int32_t above = 0;
    for (uint32_t i = 0; i < copies.n; i++) {
        arm_operands(c, &copies.data[i], &site.arms[i], above + (int32_t)(copies.n - i));
        above += site.arms[i].cells;
    }
    for (int32_t i = 0; i < site.narms; i++) /* polled on the spot: an access */
        site.has_object |= site.has_default && site.arms[i].op == ARM_FUTURE;
    int32_t id = plain_add_site(c, site);
    plain_emit(c, I_WAIT, s->span)->a = id;
    select_bodies(c, s, &copies, otherwise, id);
    vec_fini(&copies);
}

/* ---- the rest */
static void if_else(PCompile *c, const Stmt *s) {
    int32_t no = jump_if(c, s->expr, I_JZ);
    sub(c, s->body);
    if (s->other == NULL) {
        plain_patch(c, no);
        return;
    }
    int32_t end = plain_here(c);
    plain_emit(c, I_JUMP, s->span);
    plain_patch(c, no);
    sub(c, s->other);
    plain_patch(c, end);
}
static void give_back(PCompile *c, const Stmt *s) {
    int32_t n = 0;
    if (s->expr != NULL) {
        const Type *result = c->f->decl->symbol->type->of;
        plain_expr_to(c, s->expr, result, 0);
        n = plain_cells(result);
    }
    leave_early(c, NULL, s->span);
    plain_emit(c, I_RET, s->span)->a = n;
}
/* `return pending;`: the body's blocks end, the parameters stay. */
static void give_back_nothing(PCompile *c, const Stmt *s) {
    const PBlock *params = c->block;
    while (params->outer != NULL) params = params->outer;
    leave_early(c, params, s->span);
    plain_emit(c, I_PENDING, s->span)->a = c->body;
}
static void stmt(PCompile *c, const Stmt *s) {
    if (s == NULL) return;
    switch (s->kind) {
    case STMT_EMPTY: return;
    case STMT_EXPR: plain_discard(c, s->expr); return;
    case STMT_DECL:
        for (uint32_t i = 0; i < s->ndecls; i++) decl(c, s->decls[i]);
        return;
    case STMT_BLOCK: block(c, s); return;
    case STMT_IF: if_else(c, s); return;
    case STMT_WHILE: loop_while(c, s); return;
    case STMT_DO: loop_do(c, s); return;
    case STMT_FOR: loop_for(c, s); return;
    case STMT_SWITCH: switch_on(c, s); return;
    case STMT_LABEL: label(c, s); return;
    case STMT_GOTO: jump_to(c, s); return;
    case STMT_BREAK: case STMT_CONTINUE: jump_out(c, s); return;
    case STMT_RETURN:
        if (s->is_pending) give_back_nothing(c, s);
        else give_back(c, s);
        return;
    case STMT_SELECT: select_on(c, s); return;
    case STMT_DEFER: defer(c, s); return;
    case STMT_SCOPE: scope(c, s); return;
    case STMT_ATOMIC: atomic(c, s); return;
    default: plain_refuse(c, "a case that is no item of its switch");
    }
}

/* ---- functions */
static int32_t new_func(PCompile *c, const char *name, const Decl *d) {
    PFunc f = {.name = name, .decl = d, .entry = -1};
    vec_push(&c->p->funcs, f);
    return (int32_t)c->p->funcs.n - 1;
}
static void params(PCompile *c, const Decl *d) {
    PFunc *f = c->f;
    f->nparams = (int32_t)d->nparams;
    f->param_slot = ARENA_ARRAY(&c->p->arena, int32_t, d->nparams + 1);
    f->param_cells = ARENA_ARRAY(&c->p->arena, int32_t, d->nparams + 1);
    for (uint32_t i = 0; i < d->nparams; i++) {
        const Symbol *s = d->params[i]->symbol;
        f->param_slot[i] = plain_slot(c, s);
        f->param_cells[i] = s->type->kind == TYPE_ARRAY ? 1 : plain_cells(s->type);
        f->arg_cells += f->param_cells[i];
    }
}
static void begin_func(PCompile *c, int32_t index, PFunc *copy) {
    *copy = c->p->funcs.data[index];
    copy->entry = plain_here(c);
    c->f = copy;
    c->block = NULL;
    c->target = NULL;
    vec_clear(&c->jumps);
    vec_clear(&c->labels);
}
static void end_func(PCompile *c, int32_t index) {
    c->f->end = plain_here(c);
    PFunc *f = &c->p->funcs.data[index];
    c->f->is_named = f->is_named; /* may have changed meanwhile */
    c->f->observed = f->observed;
    *f = *c->f;
}
/* What runs if a poll function is given up. */
static void drop_block(PCompile *c, const Decl *d) {
    if (d->drop == NULL) return;
    int32_t over = plain_here(c);
    plain_emit(c, I_JUMP, d->span);
    c->f->drop = plain_here(c);
    stmt(c, d->drop);
    plain_emit(c, I_DEFERRET, d->span);
    plain_patch(c, over);
}
static void function(PCompile *c, int32_t index) {
    PFunc copy;
    begin_func(c, index, &copy);
    const Decl *d = copy.decl;
    params(c, d);
    const Type *result = d->symbol->type->of;
    c->f->result = plain_cells(result);
    PBlock b;
    enter(c, &b, d->span);
    for (uint32_t i = 0; i < d->nparams; i++) declare(c, d->params[i]);
    uint32_t first = c->p->labels.n;
    c->f->is_poll = d->func == FUNC_POLL;
    c->p->has_wakes |= c->f->is_poll;
    c->f->drop = -1;
    c->body = plain_here(c);
    if (c->f->is_poll) {
        block(c, d->body);
        drop_block(c, d);
    } else {
        items(c, d->body->items, d->body->nitems);
    }
    for (uint32_t i = first; i < c->p->labels.n; i++) c->p->labels.data[i].func = index;
    bool falls_off = (result->kind != TYPE_VOID && !copy.is_main) || d->func == FUNC_POLL;
    leave(c, last_of(d->body->span));
    if (falls_off) plain_emit(c, I_NORET, d->at);
    else plain_emit(c, I_RET, last_of(d->body->span));
    for (uint32_t i = 0; i < c->jumps.n; i++) resolve_jump(c, &c->jumps.data[i]);
    end_func(c, index);
}
static void initialisers(PCompile *c, int32_t index) {
    PFunc copy;
    begin_func(c, index, &copy);
    for (uint32_t i = 0; i < c->tree->ndecls; i++) {
        const Decl *d = c->tree->decls[i];
        if (d->kind != DECL_VAR) continue;
        c->is_extern = d->is_extern;
        plain_emit(c, I_GLOBAL, d->span)->a = plain_slot(c, d->symbol);
        plain_init(c, d->init, d->symbol->type, d->symbol->bits, true, d->span);
        plain_emit(c, I_STORE, d->span)->a = plain_cells(d->symbol->type);
    }
    c->is_extern = false;
    plain_emit(c, I_RET, (Span){0});
    end_func(c, index);
}
static void invariant(PCompile *c, const Decl *d) {
    const char *text = names_text(c->tree->names, d->name);
    int32_t index = new_func(c, text, NULL);
    PFunc copy;
    begin_func(c, index, &copy);
    plain_expr(c, d->formula);
    plain_emit(c, I_TRUTH, d->span);
    plain_emit(c, I_RET, d->span)->a = 1;
    end_func(c, index);
    vec_push(&c->p->invariants, index);
    vec_push(&c->p->invariant_names, text);
}

/* ---- formulas */
static int32_t atom_func(PCompile *c, const char *name, const Expr *e, bool is_condition) {
    int32_t index = new_func(c, name, NULL), n = 1;
    PFunc copy;
    begin_func(c, index, &copy);
    if (is_condition) {
        plain_expr(c, e);
        plain_emit(c, I_TRUTH, e->span);
    } else {
        plain_expr(c, e->args[0]);
        if (e->nargs > 1) {
            plain_expr_to(c, e->args[1], e->args[0]->type->of, 0);
            n += plain_cells(e->args[0]->type->of);
        }
    }
    plain_emit(c, I_RET, e->span)->a = n;
    end_func(c, index);
    return index;
}
static void task_event(PCompile *c, PAtom *atom, const Expr *task) {
    const Expr *name = task->kind == EXPR_INDEX ? task->a : task;
    atom->task = plain_func(c, name->symbol);
    if (task->kind == EXPR_INDEX && task->b != NULL) atom->number = (int32_t)task->b->value;
    PFunc *f = &c->p->funcs.data[atom->task];
    if (atom->number >= f->observed) f->observed = atom->number + 1;
}
static void atom(PCompile *c, const char *name, const Expr *e) {
    PAtom atom = {.expr = e, .event = BUILTIN_NONE, .func = -1, .task = -1, .number = -1};
    Builtin b = e->kind == EXPR_CALL ? e->builtin : BUILTIN_NONE;
    if (e->is_const) return;
    if (c->p->atoms.n == 64) {
        plain_refuse(c, "more than 64 atoms");
        return;
    }
    switch (b) {
    case BUILTIN_SENT: case BUILTIN_RECEIVED: case BUILTIN_WOKEN: case BUILTIN_POLLED: case BUILTIN_SPAWNED: atom.event = b; break;
    default: break;
    }
    if (atom.event == BUILTIN_WOKEN) c->p->has_woken = true;
    if (atom.event != BUILTIN_NONE && atom.event != BUILTIN_SENT && atom.event != BUILTIN_RECEIVED) task_event(c, &atom, e->args[0]);
    else atom.func = atom_func(c, name, e, atom.event == BUILTIN_NONE);
    vec_push(&c->p->atoms, atom);
}
static void atoms(PCompile *c, const char *name, const Expr *e) {
    bool is_unary = e->kind == EXPR_UNARY && (e->op == OP_NOT || e->op >= OP_X);
    bool is_binary = e->kind == EXPR_BINARY && (e->op == OP_LAND || e->op == OP_LOR || e->op >= OP_IMPLIES);
    if (!is_unary && !is_binary) {
        atom(c, name, e);
        return;
    }
    atoms(c, name, e->a);
    if (is_binary) atoms(c, name, e->b);
}
static void formula(PCompile *c, const Decl *d) {
    const char *name = names_text(c->tree->names, d->name);
    atoms(c, name, d->formula);
    vec_push(&c->p->formulas, (PFormula){name, d});
}

/* ---- files */
int32_t plain_func(PCompile *c, const Symbol *symbol) {
    if (c->func[symbol->id] >= 0) return c->func[symbol->id];
    const Decl *d = symbol->decl;
    int32_t index = new_func(c, names_text(c->tree->names, d->name), d);
    c->func[symbol->id] = index;
    return index;
}
static void list_functions(PCompile *c) {
    Name name_main = names_find(c->tree->names, "main", 4);
    for (uint32_t i = 0; i < c->tree->ndecls; i++) {
        const Decl *d = c->tree->decls[i];
        if (d->kind != DECL_FUNC || d->body == NULL) continue;
        int32_t index = plain_func(c, d->symbol);
        if (d->name != name_main) continue;
        c->p->main = index;
        c->p->funcs.data[index].is_main = true;
    }
}
static int32_t find_atomics(PProgram *p, const Type *type, bool is_atomic, int32_t at) {
    if (type->kind == TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; i++)
            at = find_atomics(p, type->fields[i].type, is_atomic || type->fields[i].is_atomic, at);
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++) at = find_atomics(p, type->of, is_atomic, at);
    } else {
        for (int32_t i = plain_cells(type); i > 0; i--) p->atomic[at++] = is_atomic;
    }
    return at;
}
static void find_shared(PCompile *c) {
    PProgram *p = c->p;
    p->shared = ARENA_ARRAY(&p->arena, bool, p->globals + 1);
    p->atomic = ARENA_ARRAY(&p->arena, bool, p->globals + 1);
    p->global_first = ARENA_ARRAY(&p->arena, int32_t, c->tree->nsymbols + 1);
    p->global_symbol = ARENA_ARRAY(&p->arena, const Symbol *, c->tree->nsymbols + 1);
    for (uint32_t i = 0; i < c->tree->nsymbols; i++) {
        const Symbol *s = c->tree->symbols[i];
        if (s == NULL || s->kind != SYMBOL_VAR || !s->is_global || c->slot[s->id] < 0) continue;
        find_atomics(p, s->type, s->is_atomic, c->slot[s->id]);
        p->global_first[p->nglobals] = c->slot[s->id];
        p->global_symbol[p->nglobals++] = s;
        for (int32_t k = 0; k < plain_cells(s->type); k++) p->shared[c->slot[s->id] + k] = s->is_written;
    }
}
/* `worker[1]` in an expectation makes the numbers of worker's tasks part of the state. */
static void expected_numbers(PCompile *c) {
    for (uint32_t i = 0; i < c->tree->nexpectations; i++)
        for (uint32_t j = 0; j < c->tree->expectations[i].nargs; j++) {
            const char *text = c->tree->expectations[i].args[j], *open = strchr(text, '[');
            if (open == NULL) continue;
            for (uint32_t k = 0; k < c->p->funcs.n; k++) {
                PFunc *f = &c->p->funcs.data[k];
                int32_t upto = (int32_t)strtol(open + 1, NULL, 10) + 1;
                bool same = strlen(f->name) == (size_t)(open - text) &&
                            strncmp(f->name, text, (size_t)(open - text)) == 0;
                if (same && upto > f->observed) f->observed = upto;
            }
        }
}
static void compile_all(PCompile *c) {
    list_functions(c);
    c->p->init = new_func(c, "initialisers", NULL);
    initialisers(c, c->p->init);
    for (uint32_t i = 0; i < c->p->funcs.n; i++) /* calls of call_once add to them */
        if (c->p->funcs.data[i].decl != NULL) function(c, (int32_t)i);
    for (uint32_t i = 0; i < c->tree->ndecls; i++) {
        const Decl *d = c->tree->decls[i];
        if (d->kind == DECL_PROPERTY && d->property == PROPERTY_INVARIANT) invariant(c, d);
        else if (d->kind == DECL_PROPERTY && (d->property == PROPERTY_LTL || d->property == PROPERTY_CTL)) formula(c, d);
        else if (d->kind == DECL_PROPERTY)
            plain_refuse(c, "a property it does not know");
    }
    find_shared(c);
    expected_numbers(c);
}
PProgram *plain_compile(const Tree *tree) {
    PProgram *p = calloc(1, sizeof *p);
    arena_init(&p->arena);
    p->tree = tree;
    p->main = -1;
    PCompile c = {.p = p, .tree = tree};
    c.slot = ARENA_ARRAY(&p->arena, int32_t, tree->nsymbols + 1);
    c.func = ARENA_ARRAY(&p->arena, int32_t, tree->nsymbols + 1);
    for (uint32_t i = 0; i < tree->nsymbols; i++) c.slot[i] = c.func[i] = -1;
    compile_all(&c);
    if (p->main < 0) plain_refuse(&c, "no main");
    vec_fini(&c.jumps);
    vec_fini(&c.labels);
    vec_fini(&c.defers);
    return p;
}
void plain_program_free(PProgram *p) {
    vec_fini(&p->code);
    vec_fini(&p->sites);
    vec_fini(&p->funcs);
    vec_fini(&p->labels);
    vec_fini(&p->kills);
    vec_fini(&p->invariants);
    vec_fini(&p->invariant_names);
    vec_fini(&p->atoms);
    vec_fini(&p->formulas);
    arena_fini(&p->arena);
    free(p);
}

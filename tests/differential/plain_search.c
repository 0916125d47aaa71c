/* Breadth-first over plain states; what is found on the way. */
#include "tests/differential/plain_search.h"

#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>

void plain_add_finding(PlainResult *result, const char *kind, const char *detail, uint32_t line, const char *stuck) {
    for (uint32_t i = 0; i < result->nfindings; i++) {
        const PlainFinding *f = &result->findings[i];
        if (strcmp(f->kind, kind) == 0 && strcmp(f->detail, detail) == 0 && f->line == line &&
            strcmp(f->stuck, stuck) == 0)
            return;
    }
    PlainFinding *all = ARENA_ARRAY(&result->arena, PlainFinding, result->nfindings + 1);
    if (result->nfindings > 0) memcpy(all, result->findings, result->nfindings * sizeof *all);
    all[result->nfindings++] = (PlainFinding){arena_strdup(&result->arena, kind), arena_strdup(&result->arena, detail),
        line, arena_strdup(&result->arena, stuck)};
    result->findings = all;
}

/* ---- the table of states */
static uint32_t *find_slot(PSearch *x, const PWords *text) {
    uint64_t h = hash_bytes(text->data, text->n * sizeof *text->data);
    for (uint32_t i = (uint32_t)h & (x->slots - 1);; i = (i + 1) & (x->slots - 1)) {
        uint32_t node = x->table[i];
        if (node == 0) return &x->table[i];
        const PWords *other = &x->texts.data[node - 1];
        if (other->n == text->n && memcmp(other->data, text->data, text->n * sizeof *text->data) == 0)
            return &x->table[i];
    }
}
static void grow(PSearch *x) {
    if (x->slots > 2 * x->nodes.n) return;
    free(x->table);
    x->slots = x->slots == 0 ? 1024 : x->slots * 4;
    x->table = calloc(x->slots, sizeof *x->table);
    for (uint32_t i = 0; i < x->texts.n; i++) *find_slot(x, &x->texts.data[i]) = i + 1;
}
/* Node of the run's state; *map leads from its entities to the node's. UINT32_MAX: given up. */
static uint32_t intern(PSearch *x, int32_t **map) {
    PState *s = x->run.s;
    PWords text = {0};
    int32_t *to = arena_alloc(&x->keep, (size_t)(s->n + 1) * sizeof *to), count;
    plain_forget_values(x->p, s);
    if (!plain_canon(x->p, s, &text, to, &count)) {
        x->why = "too many alike";
        vec_fini(&text);
        return UINT32_MAX;
    }
    if (map != NULL) *map = to;
    grow(x);
    uint32_t *slot = find_slot(x, &text);
    if (*slot != 0) {
        vec_fini(&text);
        return *slot - 1;
    }
    if (x->nodes.n >= x->options->max_states) x->why = "too many states";
    vec_push(&x->texts, text);
    vec_push(&x->nodes, (PNode){.s = plain_copy(x->p, s, &x->keep, to, count)});
    *slot = x->nodes.n;
    return x->nodes.n - 1;
}

/* ---- choices */
bool plain_next_choices(PRun *r) {
    while (r->choices.n > 0) {
        PChoice *last = &vec_last(&r->choices);
        if (++last->taken < last->of) return true;
        (void)vec_pop(&r->choices);
    }
    return false;
}
static void violation(PSearch *x) {
    const PRun *r = &x->run;
    if (strcmp(r->kind, "never-yields") == 0) plain_add_finding(x->result, r->kind, "", 0, r->detail);
    else plain_add_finding(x->result, r->kind, r->detail, r->line, "");
}

/* ---- initial states */
/* Whether a function that can run, or one that it leads to, spawns on an executor that it names. */
static bool names_executor(const PSearch *x, int32_t func, bool *seen) {
    const PFunc *f = &x->p->funcs.data[func];
    bool found = false;
    seen[func] = true;
    for (int32_t i = f->entry; i < f->end; i++) {
        const PIns *ins = &x->p->code.data[i];
        bool leads = ins->op == I_CALL || ins->op == I_FUTURE || ins->op == I_SPAWN;
        found |= ins->op == I_SPAWN && (ins->c & 2) != 0;
        if (leads && !seen[ins->a]) found |= names_executor(x, ins->a, seen);
    }
    return found;
}
static void find_threads(PSearch *x) {
    x->run.threaded = names_executor(x, x->p->main, arena_alloc(&x->scratch, x->p->funcs.n));
    for (int32_t i = 1; i < x->run.s->n; i++)
        if (x->run.s->at[i].kind == ENTITY_EXECUTOR && x->run.s->at[i].n >= 2) x->run.threaded = true;
}
static PState *empty_state(PSearch *x) {
    PState *s = ARENA_NEW(&x->scratch, PState);
    s->globals = ARENA_ARRAY(&x->scratch, PCell, x->p->globals + 1);
    s->spawned = ARENA_ARRAY(&x->scratch, int32_t, x->p->funcs.n + 1);
    s->kills = ARENA_ARRAY(&x->scratch, int64_t, x->p->kills.n + 1);
    for (uint32_t i = 0; i < x->p->kills.n; i++) s->kills[i] = x->p->kills.data[i];
    s->cap = 8;
    s->at = ARENA_ARRAY(&x->scratch, PEntity, s->cap);
    s->n = 1;
    return s;
}
static void initial(PSearch *x) {
    PRun *r = &x->run;
    vec_clear(&r->choices);
    do {
        arena_reset(&x->scratch);
        r->s = empty_state(x);
        PEnd end = plain_call(r, x->p->init, NULL);
        if (end == END_VIOLATION) violation(x);
        if (end == END_LIMIT) x->why = r->detail;
        if (end != END_STEP) continue;
        find_threads(x);
        int32_t main = plain_new_entity(r->s, &x->scratch, ENTITY_TASK);
        r->s->at[main].func = x->p->main;
        r->s->at[main].number = r->s->spawned[x->p->main]++;
        plain_push_frame(x->p, &r->s->at[main], &x->scratch, x->p->main, NULL);
        intern(x, NULL);
    } while (plain_next_choices(r) && x->why == NULL);
    x->ninitial = x->nodes.n;
}

/* ---- expanding */
static void take_edge(PSearch *x, uint32_t node, PMove kind, bool is_crash) {
    const PRun *r = &x->run;
    int32_t *map = NULL;
    uint64_t events = plain_after(x, node, is_crash);
    uint32_t to = intern(x, &map);
    if (to == UINT32_MAX) return;
    PEdge e = {.from = node,
        .to = to,
        .actor = r->task,
        .mover = r->mover,
        .kind = kind,
        .is_fault = r->is_fault,
        .progress = r->progress,
        .lost = r->lost,
        .delivered = r->delivered,
        .events = events,
        .map = map};
    vec_push(&x->edges, e);
}
static void end_of_step(PSearch *x, uint32_t node, PMove kind, bool is_crash, PEnd end) {
    if (end == END_VIOLATION) {
        violation(x);
        x->nodes.data[node].violates = true;
    }
    if (end == END_LIMIT) x->why = x->run.detail;
    if (end == END_STEP) take_edge(x, node, kind, is_crash);
}
static void expand_task(PSearch *x, uint32_t node, int32_t task) {
    PRun *r = &x->run;
    vec_clear(&r->choices);
    do {
        arena_reset(&x->scratch);
        r->s = plain_copy(x->p, x->nodes.data[node].s, &x->scratch, NULL, 0);
        r->task = task;
        plain_before(x);
        end_of_step(x, node, MOVE_TASK, false, plain_step(r));
    } while (plain_next_choices(r) && x->why == NULL);
}
static PMove move_of(PEnvKind kind) {
    switch (kind) {
    case ENV_TICK: return MOVE_TICK;
    case ENV_SEND: case ENV_RECV: return MOVE_EXTERN;
    default: return MOVE_FAULT;
    }
}
static void expand_env(PSearch *x, uint32_t node, bool somebody_moves) {
    PRun *r = &x->run;
    PEnvs list = {0}, copy;
    arena_reset(&x->scratch);
    r->s = plain_copy(x->p, x->nodes.data[node].s, &x->scratch, NULL, 0);
    plain_env_list(r, somebody_moves, &list);
    copy = (PEnvs){arena_copy(&x->keep, list.at, (size_t)list.n * sizeof *list.at), list.n, list.n};
    for (int32_t i = 0; i < copy.n; i++) {
        x->nodes.data[node].can_tick |= copy.at[i].kind == ENV_TICK;
        x->nodes.data[node].env_able |= !plain_env_is_fault(copy.at[i].kind);
        vec_clear(&r->choices);
        do {
            arena_reset(&x->scratch);
            r->s = plain_copy(x->p, x->nodes.data[node].s, &x->scratch, NULL, 0);
            r->task = 0;
            plain_before(x);
            end_of_step(x, node, move_of(copy.at[i].kind), copy.at[i].kind == ENV_CRASH, plain_env_step(r, &copy.at[i]));
        } while (plain_next_choices(r) && x->why == NULL);
    }
}
static bool find_able(PSearch *x, uint32_t node, int32_t task) {
    bool lacks = false;
    arena_reset(&x->scratch);
    x->run.s = plain_copy(x->p, x->nodes.data[node].s, &x->scratch, NULL, 0);
    x->run.task = task;
    x->run.still = 0;
    bool able = plain_able(&x->run, task, &lacks, x->nodes.data[node].own);
    x->nodes.data[node].able[task] = able;
    x->nodes.data[node].lacks[task] = lacks;
    return able;
}
static void expand(PSearch *x, uint32_t node) {
    const PState *s = x->nodes.data[node].s;
    PNode *n = &x->nodes.data[node];
    n->able = arena_alloc(&x->keep, (size_t)s->n + 1);
    n->lacks = arena_alloc(&x->keep, (size_t)s->n + 1);
    n->own = arena_alloc(&x->keep, (size_t)s->n + 1);
    n->first = x->edges.n;
    bool over = x->options->main_ends_run && s->main_ended;
    bool moves = false;
    for (int32_t t = 1; t < s->n && !over && x->why == NULL; t++) {
        if (s->at[t].kind != ENTITY_TASK || !find_able(x, node, t)) continue;
        moves = true;
        expand_task(x, node, t);
    }
    if (!over && x->why == NULL) expand_env(x, node, moves);
    x->nodes.data[node].nedges = x->edges.n - x->nodes.data[node].first;
}
static void check_invariants(PSearch *x, uint32_t node) {
    for (uint32_t i = 0; i < x->p->invariants.n; i++) {
        PCell value = {0};
        arena_reset(&x->scratch);
        vec_clear(&x->run.choices);
        x->run.s = plain_copy(x->p, x->nodes.data[node].s, &x->scratch, NULL, 0);
        PEnd end = plain_call(&x->run, x->p->invariants.data[i], &value);
        if (end == END_LIMIT) x->why = x->run.detail;
        if (end != END_STEP || value.v == 0)
            plain_add_finding(x->result, "violated", x->p->invariant_names.data[i], 0, "");
    }
}
static int by_target(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}
static uint64_t distinct_targets(const PSearch *x, const PNode *n) {
    uint32_t *to = malloc((n->nedges + 1) * sizeof *to);
    uint64_t count = 0;
    for (uint32_t i = 0; i < n->nedges; i++) to[i] = x->edges.data[n->first + i].to;
    qsort(to, n->nedges, sizeof *to, by_target);
    for (uint32_t i = 0; i < n->nedges; i++) count += i == 0 || to[i] != to[i - 1];
    free(to);
    return count;
}
void plain_search(PSearch *x) {
    arena_init(&x->keep);
    arena_init(&x->scratch);
    x->run.p = x->p;
    x->run.options = x->options;
    x->run.arena = &x->scratch;
    initial(x);
    for (uint32_t i = 0; i < x->nodes.n && x->why == NULL; i++) {
        check_invariants(x, i);
        plain_look(x, i);
        expand(x, i);
    }
    x->result->states = x->nodes.n;
    x->result->transitions = 0;
    for (uint32_t i = 0; i < x->nodes.n && x->why == NULL; i++)
        x->result->transitions += distinct_targets(x, &x->nodes.data[i]);
}
void plain_search_fini(PSearch *x) {
    for (uint32_t i = 0; i < x->texts.n; i++) vec_fini(&x->texts.data[i]);
    vec_fini(&x->texts);
    vec_fini(&x->nodes);
    vec_fini(&x->edges);
    vec_fini(&x->run.choices);
    vec_fini(&x->run.mark);
    vec_fini(&x->run.accesses);
    free(x->table);
    arena_fini(&x->keep);
    arena_fini(&x->scratch);
}

/* ---- the whole */
static int by_finding(const void *a, const void *b) {
    const PlainFinding *x = a, *y = b;
    int c = strcmp(x->kind, y->kind);
    if (c == 0) c = strcmp(x->detail, y->detail);
    if (c == 0) c = strcmp(x->stuck, y->stuck);
    return c != 0 ? c : x->line < y->line ? -1 : x->line > y->line;
}
/* Never yields on several threads is a matter of who moves in a cycle: a second search in which every task keeps its
   number. */
static void search_spinning(PProgram *p, const PlainOptions *options, PlainResult *result) {
    for (uint32_t i = 0; i < p->funcs.n; i++) p->funcs.data[i].observed = INT32_MAX;
    PlainOptions wide = *options;
    wide.max_states *= 4;
    PlainResult dummy = {0};
    PSearch x = {.p = p, .options = &wide, .result = &dummy};
    plain_search(&x);
    uint64_t states = result->states, transitions = result->transitions;
    x.result = result;
    if (x.why == NULL) plain_find_spinning(&x);
    result->states = states;
    result->transitions = transitions;
    if (x.why != NULL) {
        result->verdict = PLAIN_SKIPPED;
        result->why = "never-yields could not be judged";
    }
    arena_fini(&dummy.arena);
    plain_search_fini(&x);
}
PlainResult *plain_explore(const Tree *tree, const PlainOptions *options) {
    PlainResult *result = calloc(1, sizeof *result);
    arena_init(&result->arena);
    PProgram *p = plain_compile(tree);
    result->why = p->unsupported;
    bool threaded = false;
    if (p->unsupported == NULL) {
        PSearch x = {.p = p, .options = options, .result = result};
        plain_search(&x);
        threaded = x.run.threaded;
        if (x.why == NULL) {
            plain_find_deadlocks(&x);
            plain_find_partial(&x);
            plain_find_livelock(&x);
            plain_find_nontermination(&x);
            plain_check_formulas(&x);
            if (threaded) plain_find_races(&x);
        }
        if (options->dump != NULL) plain_dump(&x, options->dump);
        result->why = x.why;
        plain_search_fini(&x);
    }
    if (result->why == NULL && threaded) search_spinning(p, options, result);
    if (result->why != NULL) result->verdict = PLAIN_SKIPPED;
    plain_program_free(p);
    if (result->nfindings > 0) qsort(result->findings, result->nfindings, sizeof *result->findings, by_finding);
    return result;
}
void plain_result_free(PlainResult *result) {
    arena_fini(&result->arena);
    free(result);
}

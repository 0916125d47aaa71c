/* Who calls whom: recursion, functions without a body, and what calls do where nothing may wait. */
#include "frontend/check/sema.h"

enum { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

typedef struct Frame {
    FuncInfo *info;
    uint32_t next; /* call */
} Frame;
typedef VEC(Frame) Path;

/* ---- recursion */

/* The calls from the function that is on the path already to the last one. */
static void report_cycle(Sema *s, const Path *path, const FuncInfo *again) {
    uint32_t first = path->n;
    while (path->data[first - 1].info != again) first--;
    const Frame *last = &path->data[path->n - 1];
    const CallSite *closing = &last->info->calls.data[last->next - 1];
    const char *name = sema_text(s, again->symbol->name);
    sema_report(s, RECURSION, closing->at,
        first == path->n ? "'%s' calls itself" : "'%s' calls itself through other functions", name);
    for (uint32_t i = first - 1; i < path->n && first < path->n; i++) {
        const Frame *frame = &path->data[i];
        const CallSite *call = &frame->info->calls.data[frame->next - 1];
        const char *caller = sema_text(s, frame->info->symbol->name);
        sema_note(s, call->at, "'%s' calls '%s' here", caller, sema_text(s, call->callee->name));
    }
}

/* What a plain function does when it is called, its callers do. */
static void inherit(FuncInfo *caller, const FuncInfo *callee) {
    if (callee->symbol->decl->func != FUNC_PLAIN) return;
    if (!caller->waits) caller->waits = callee->waits;
    if (!caller->affects) caller->affects = callee->affects;
}

static void push(Path *path, FuncInfo *info) {
    info->visit = VISIT_OPEN;
    if (info->wait_what) info->waits = info;
    if (info->effect_what) info->affects = info;
    vec_push(path, (Frame){info, 0});
}

static void step(Sema *s, Path *path) {
    Frame *frame = &vec_last(path);
    FuncInfo *info = frame->info;
    if (frame->next == info->calls.n) {
        info->visit = VISIT_DONE;
        (void)vec_pop(path);
        if (path->n) inherit(vec_last(path).info, info);
        return;
    }
    FuncInfo *callee = sema_info(s, info->calls.data[frame->next++].callee);
    if (callee->visit == VISIT_OPEN) report_cycle(s, path, callee);
    else if (callee->visit == VISIT_NEW) push(path, callee);
    else inherit(info, callee);
}

static void walk_calls(Sema *s) {
    Path path = {0};
    for (uint32_t i = 0; i < s->symbols.n; i++) {
        if (s->symbols.data[i]->kind != SYMBOL_FUNC) continue;
        FuncInfo *info = sema_info(s, s->symbols.data[i]);
        if (info->visit == VISIT_NEW) push(&path, info);
        while (path.n) step(s, &path);
    }
    vec_fini(&path);
}

/* ---- functions that are called but never defined */

static bool is_undefined(const Symbol *symbol) {
    return symbol->decl && !symbol->decl->body;
}

static void report_undefined(Sema *s, const Symbol *symbol) {
    sema_report(s, UNDEFINED_FUNCTION, symbol->span, "'%s' is declared and used, but it has no body",
        sema_text(s, symbol->name));
}

static void check_bodies(Sema *s) {
    for (uint32_t i = 0; i < s->symbols.n; i++) {
        const Symbol *symbol = s->symbols.data[i];
        if (symbol->kind != SYMBOL_FUNC || !is_undefined(symbol) || symbol->uses == 0) continue;
        if (symbol->name == names_of(s->names, "main")) continue;
        report_undefined(s, symbol);
    }
}

/* ---- calls where nothing may wait, and calls from properties */

static void check_waits(Sema *s, const CallSite *site) {
    const FuncInfo *callee = sema_info(s, site->callee);
    if (!site->inside || !callee->waits || callee->symbol->decl->func != FUNC_PLAIN) return;
    const char *place = site->inside[0] == 'd' ? "a 'defer'" : "an 'atomic' block";
    sema_report(s, WAITS_INSIDE, site->at, "%s may not wait, but '%s' does", place, sema_text(s, site->callee->name));
    sema_note(s, callee->waits->wait_at, "'%s' waits here", callee->waits->wait_what);
}

static void check_property_call(Sema *s, const CallSite *site) {
    const FuncInfo *callee = sema_info(s, site->callee);
    const char *name = sema_text(s, site->callee->name);
    if (!callee->affects && !callee->array_at.file) return;
    sema_report(s, SIDE_EFFECT, site->at, "a property cannot call '%s', which has a side effect", name);
    if (!callee->affects) sema_note(s, callee->array_at, "it may write to the array it is passed, here");
    else
        sema_note(s, callee->affects->effect_at, "'%s' %s here", sema_text(s, callee->affects->symbol->name),
            callee->affects->effect_what);
}

static void check_task_name(Sema *s, const CallSite *site) {
    const FuncInfo *info = sema_info(s, site->callee);
    if (info->spawned_at.file || site->callee->name == names_of(s->names, "main")) return;
    sema_report(s, TASK_NAME, site->at, "'%s' names no task: it is never spawned", sema_text(s, site->callee->name));
    sema_note(s, site->callee->span, "'%s' is declared here", sema_text(s, site->callee->name));
}

void callgraph_check(Sema *s) {
    walk_calls(s);
    check_bodies(s);
    for (uint32_t i = 0; i < s->infos.n; i++) {
        const FuncInfo *info = s->infos.data[i];
        for (uint32_t k = 0; info && k < info->calls.n; k++) check_waits(s, &info->calls.data[k]);
    }
    for (uint32_t i = 0; i < s->property_calls.n; i++) check_property_call(s, &s->property_calls.data[i]);
    for (uint32_t i = 0; i < s->task_names.n; i++) check_task_name(s, &s->task_names.data[i]);
}

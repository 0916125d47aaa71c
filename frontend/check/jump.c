/* Where break, continue and goto lead, and what they may not cross. */
#include "frontend/check/sema.h"

static void refuse_leaving(Sema *s, const Stmt *stmt, const Region *defer) {
    sema_report(s, JUMP_DEFER, stmt->at, "a 'defer' cannot be left by a jump");
    sema_note(s, defer->span, "the 'defer' is here");
}

static bool takes_break(RegionKind kind) { return kind == REGION_LOOP || kind == REGION_SWITCH || kind == REGION_ARM; }

void jump_break(Sema *s, Stmt *stmt) {
    const Region *region = s->region;
    while (region && !takes_break(region->kind) && region->kind != REGION_DEFER_BODY) region = region->outer;
    if (!region) sema_report(s, JUMP_TARGET, stmt->at, "'break' stands only in a loop, a switch or a select");
    else if (region->kind == REGION_DEFER_BODY) refuse_leaving(s, stmt, region);
    else stmt->target = region->stmt;
}

void jump_continue(Sema *s, Stmt *stmt) {
    const Region *region = s->region;
    while (region && region->kind != REGION_LOOP && region->kind != REGION_DEFER_BODY) region = region->outer;
    if (!region) sema_report(s, JUMP_TARGET, stmt->at, "'continue' stands only in a loop");
    else if (region->kind == REGION_DEFER_BODY) refuse_leaving(s, stmt, region);
    else stmt->target = region->stmt;
}

void jump_return(Sema *s, const Stmt *stmt) {
    const Region *defer = sema_region(s, REGION_DEFER_BODY);
    if (defer) refuse_leaving(s, stmt, defer);
}

/* ---- labels */

/* `idle:` and `progress:` mark statements; several may be marked. */
static bool is_mark(const Sema *s, Name name) {
    return name == names_of(s->names, "idle") || name == names_of(s->names, "progress");
}

static const JumpPlace *find_label(const Sema *s, Name name) {
    for (uint32_t i = 0; i < s->func->labels.n; i++)
        if (s->func->labels.data[i].stmt->name == name) return &s->func->labels.data[i];
    return NULL;
}

void jump_label(Sema *s, Stmt *stmt) {
    const JumpPlace *other = find_label(s, stmt->name);
    if (other && !is_mark(s, stmt->name)) {
        sema_report(s, REDEFINITION, stmt->at, "duplicate label '%s'", sema_text(s, stmt->name));
        sema_note(s, other->stmt->at, "'%s' is here", sema_text(s, stmt->name));
        return;
    }
    vec_push(&s->func->labels, (JumpPlace){stmt, s->region});
}

void jump_goto(Sema *s, Stmt *stmt) { vec_push(&s->func->gotos, (JumpPlace){stmt, s->region}); }

/* ---- what a jump crosses */

static const char *guard_text(RegionKind kind) {
    switch (kind) {
    case REGION_ARM: return "into the arm of a select";
    case REGION_CASE: return "into a case with variables of its own";
    case REGION_SCOPE: return "into a 'scope'";
    case REGION_ATOMIC: return "into an 'atomic' block";
    case REGION_DEFER_BODY: return "into the statement of a 'defer'";
    case REGION_DEFER: return "past a 'defer'";
    case REGION_HANDLE: return "past the declaration of a handle";
    default: return NULL;
    }
}

static bool is_within(const Region *region, const Region *outer) {
    for (; region; region = region->outer)
        if (region == outer) return true;
    return outer == NULL;
}

/* The innermost region that holds both. */
static const Region *common_region(const Region *from, const Region *to) {
    while (to && !is_within(from, to)) to = to->outer;
    return to;
}

static void check_jump(Sema *s, const Stmt *stmt, const Region *from, const Region *to) {
    const Region *common = common_region(from, to);
    for (; from != common; from = from->outer) {
        if (from->kind != REGION_DEFER_BODY) continue;
        refuse_leaving(s, stmt, from);
        return;
    }
    for (; to != common; to = to->outer) {
        const char *text = guard_text(to->kind);
        if (!text) continue;
        sema_report(s, JUMP_INTO, stmt->at, "this jumps %s", text);
        sema_note(s, to->span, "it is here");
        return;
    }
}

void jump_case(Sema *s, const Stmt *stmt, const Region *head) {
    for (const Region *region = s->region; region && region != head; region = region->outer) {
        if (region->kind != REGION_DEFER && region->kind != REGION_HANDLE) continue;
        sema_report(s, JUMP_INTO, stmt->at, "this case is reached %s; write braces around the case before",
            guard_text(region->kind));
        sema_note(s, region->span, "it is here");
        return;
    }
}

static void refuse_label(Sema *s, const Stmt *stmt) {
    VEC(const char *) candidates = {0};
    for (uint32_t i = 0; i < s->func->labels.n; i++)
        vec_push(&candidates, sema_text(s, s->func->labels.data[i].stmt->name));
    const char *near = diag_nearest(sema_text(s, stmt->name), candidates.data, candidates.n);
    vec_fini(&candidates);
    sema_report(s, UNKNOWN_LABEL, stmt->at, "there is no label '%s' in this function%s", sema_text(s, stmt->name),
        suggest_text(s, near));
}

void jump_resolve(Sema *s) {
    for (uint32_t i = 0; i < s->func->gotos.n; i++) {
        JumpPlace from = s->func->gotos.data[i];
        const JumpPlace *to = find_label(s, from.stmt->name);
        if (!to) {
            refuse_label(s, from.stmt);
            continue;
        }
        from.stmt->target = to->stmt;
        check_jump(s, from.stmt, from.region, to->region);
    }
}

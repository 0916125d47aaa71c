/* Operations: their signatures, as a table. */
#include "frontend/maker.h"
#include "frontend/sema.h"

#include <string.h>

/* Parameters, one letter each:
   c channel, v value of its items, d destination for an item, m mutex, w rwlock, u mutex or rwlock, s semaphore,
   k condvar, n notify, p barrier, g waitgroup, O once, o what can be closed, t task, i integer, b condition;
   what follows `?` may be left out. An operation with several rows is told by how many arguments it has. */
typedef struct Signature {
    Builtin builtin;
    const char *params;
    TypeKind result; /* BOOL, INT or VOID */
    bool waits;
    const char *effect; /* NULL: none, so that a property's functions may use it */
    const char *usage;
} Signature;

static const Signature signatures[] = {
    {BUILTIN_SEND, "cv", TYPE_BOOL, true, "sends", "send(channel, value)"},
    {BUILTIN_RECV, "cd", TYPE_BOOL, true, "receives", "recv(channel, &variable)"},
    {BUILTIN_TRY_SEND, "cv", TYPE_BOOL, false, "sends", "try_send(channel, value)"},
    {BUILTIN_TRY_RECV, "cd", TYPE_BOOL, false, "receives", "try_recv(channel, &variable)"},
    {BUILTIN_CLOSE, "o", TYPE_VOID, false, "closes a channel", "close(channel)"},
    {BUILTIN_LEN, "c", TYPE_INT, false, NULL, "len(channel)"},
    {BUILTIN_CAP, "c", TYPE_INT, false, NULL, "cap(channel)"},
    {BUILTIN_LOCK, "m", TYPE_VOID, true, "locks", "lock(mutex)"},
    {BUILTIN_TRY_LOCK, "m", TYPE_BOOL, false, "locks", "try_lock(mutex)"},
    {BUILTIN_UNLOCK, "u", TYPE_VOID, false, "unlocks", "unlock(mutex) or unlock(rwlock)"},
    {BUILTIN_READ_LOCK, "w", TYPE_VOID, true, "locks", "read_lock(rwlock)"},
    {BUILTIN_WRITE_LOCK, "w", TYPE_VOID, true, "locks", "write_lock(rwlock)"},
    {BUILTIN_TRY_READ_LOCK, "w", TYPE_BOOL, false, "locks", "try_read_lock(rwlock)"},
    {BUILTIN_TRY_WRITE_LOCK, "w", TYPE_BOOL, false, "locks", "try_write_lock(rwlock)"},
    {BUILTIN_WAIT, "km", TYPE_VOID, true, "waits", "wait(condvar, mutex) or wait(waitgroup)"},
    {BUILTIN_WAIT, "g", TYPE_VOID, true, "waits", "wait(waitgroup) or wait(condvar, mutex)"},
    {BUILTIN_SIGNAL, "k", TYPE_VOID, false, "signals", "signal(condvar)"},
    {BUILTIN_SIGNAL_ALL, "k", TYPE_VOID, false, "signals", "signal_all(condvar)"},
    {BUILTIN_NOTIFIED, "n", TYPE_VOID, true, "waits", "notified(notify)"},
    {BUILTIN_NOTIFY_ONE, "n", TYPE_VOID, false, "notifies", "notify_one(notify)"},
    {BUILTIN_NOTIFY_ALL, "n", TYPE_VOID, false, "notifies", "notify_all(notify)"},
    {BUILTIN_ARRIVE, "p", TYPE_VOID, true, "waits", "arrive(barrier)"},
    {BUILTIN_ADD, "gi", TYPE_VOID, false, "adds to a waitgroup", "add(waitgroup, count)"},
    {BUILTIN_DONE, "g", TYPE_VOID, false, "takes from a waitgroup", "done(waitgroup)"},
    {BUILTIN_ONCE_ENTER, "O", TYPE_BOOL, true, "waits", "call_once(once, f())"},
    {BUILTIN_ONCE_LEAVE, "O", TYPE_VOID, false, "ends a call_once", "call_once(once, f())"},
    {BUILTIN_ACQUIRE, "s?i", TYPE_BOOL, true, "acquires", "acquire(semaphore) or acquire(semaphore, count)"},
    {BUILTIN_TRY_ACQUIRE, "s?i", TYPE_BOOL, false, "acquires",
        "try_acquire(semaphore) or try_acquire(semaphore, count)"},
    {BUILTIN_RELEASE, "s?i", TYPE_VOID, false, "releases", "release(semaphore) or release(semaphore, count)"},
    {BUILTIN_SLEEP, "i", TYPE_VOID, true, "sleeps", "sleep(duration)"},
    {BUILTIN_YIELD, "", TYPE_VOID, true, "yields", "yield()"},
    {BUILTIN_ABORT, "t", TYPE_VOID, false, "aborts a task", "abort(task)"},
    {BUILTIN_ABORTED, "t", TYPE_BOOL, false, NULL, "aborted(task)"},
    {BUILTIN_CRASHED, "t", TYPE_BOOL, false, NULL, "crashed(task)"},
    {BUILTIN_NOW, "", TYPE_INT, false, "reads the clock", "now()"},
    {BUILTIN_ANY, "ii", TYPE_INT, false, "chooses", "any(low, high)"},
    {BUILTIN_ANY_BOOL, "", TYPE_BOOL, false, "chooses", "any_bool()"},
    {BUILTIN_ASSUME, "b", TYPE_VOID, false, "assumes", "assume(condition)"},
    {BUILTIN_ASSERT, "b", TYPE_VOID, false, "asserts", "assert(condition)"},
    {BUILTIN_UNREACHABLE, "", TYPE_VOID, false, "asserts", "unreachable()"},
};

/* Of several rows the one with that many arguments, or the first. */
static const Signature *signature_of(Builtin builtin, uint32_t nargs) {
    const Signature *found = NULL;
    for (uint32_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const Signature *row = &signatures[i];
        if (row->builtin == builtin && (!found || strlen(row->params) == nargs)) found = row;
    }
    return found;
}

static void check_rest_quietly(Sema *s, Expr *expr, uint32_t from) {
    for (uint32_t i = from; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
}

static const char *argument_text(Sema *s, const Expr *expr, uint32_t index) {
    return arena_printf(s->arena, "argument %u of '%s'", index + 1, sema_builtin_text(expr->builtin));
}

static void report_argument(Sema *s, const Expr *expr, uint32_t index, const char *wanted) {
    Expr *arg = expr->args[index];
    const char *text = sema_type_text(s, arg->type);
    if (arg->type->kind == TYPE_FUTURE && strcmp(wanted, "task") != 0)
        sema_report(s, MISSING_AWAIT, arg->span, "%s is a future, but a %s is expected; is 'await' missing?",
            argument_text(s, expr, index), wanted);
    else
        sema_report(s, TYPE_MISMATCH, arg->span, "%s has the type '%s', but a %s is expected",
            argument_text(s, expr, index), text, wanted);
}

/* A handle argument; `none` fits as well. */
static void check_handle(Sema *s, Expr *expr, uint32_t index, TypeKind kind, TypeKind other, const char *wanted) {
    const Type *type = check_expr(s, expr->args[index], NULL);
    if (type->kind == kind || type->kind == other || type->kind == TYPE_NONE || type->kind == TYPE_ERROR) return;
    report_argument(s, expr, index, wanted);
}

/* The item type of the channel that is the first argument, NULL when it is not known. */
static const Type *item_of(const Expr *expr) {
    const Type *type = expr->args[0]->type;
    return type && type->kind == TYPE_CHAN ? type->of : NULL;
}

static void check_item(Sema *s, Expr *expr, uint32_t index) {
    const Type *item = item_of(expr);
    if (!item) check_quietly(s, expr->args[index]);
    else if (convert_holds_kind(item, TYPE_FUTURE))
        sema_not_yet(s, expr->args[index]->span, "sending a future over a channel");
    else check_expr_to(s, expr->args[index], item, 0, "the item sent");
}

/* `&v`: the variable an item is received into. */
static void check_destination(Sema *s, Expr *expr, uint32_t index) {
    Expr *arg = expr->args[index];
    const Type *item = item_of(expr);
    if (arg->kind != EXPR_ADDRESS || !arg->a) {
        check_quietly(s, arg);
        if (arg->kind != EXPR_ERROR)
            sema_report(s, DESTINATION, arg->span, "%s is where the item goes: write & and a variable",
                argument_text(s, expr, index));
        return;
    }
    bool is_good = check_place(s, arg->a);
    const Type *type = arg->a->type;
    arg->type = type;
    if (!is_good || !item || type == item || (type->kind == TYPE_TASK && item->kind == TYPE_TASK)) {
        if (is_good && type->kind == TYPE_TASK) check_task_stored_in(s, check_place_root(arg->a), NULL);
        return;
    }
    sema_report(s, DESTINATION, arg->span, "the items have the type '%s', but the variable has the type '%s'",
        sema_type_text(s, item), sema_type_text(s, type));
}

static void check_argument(Sema *s, Expr *expr, uint32_t index, char letter) {
    Expr *arg = expr->args[index];
    switch (letter) {
    case 'c': check_handle(s, expr, index, TYPE_CHAN, TYPE_CHAN, "channel"); break;
    case 'm': check_handle(s, expr, index, TYPE_MUTEX, TYPE_MUTEX, "mutex"); break;
    case 'w': check_handle(s, expr, index, TYPE_RWLOCK, TYPE_RWLOCK, "rwlock"); break;
    case 'u': check_handle(s, expr, index, TYPE_MUTEX, TYPE_RWLOCK, "mutex or rwlock"); break;
    case 'k': check_handle(s, expr, index, TYPE_CONDVAR, TYPE_CONDVAR, "condvar"); break;
    case 'n': check_handle(s, expr, index, TYPE_NOTIFY, TYPE_NOTIFY, "notify"); break;
    case 'p': check_handle(s, expr, index, TYPE_BARRIER, TYPE_BARRIER, "barrier"); break;
    case 'g': check_handle(s, expr, index, TYPE_WAITGROUP, TYPE_WAITGROUP, "waitgroup"); break;
    case 'O': check_handle(s, expr, index, TYPE_ONCE, TYPE_ONCE, "once"); break;
    case 's': check_handle(s, expr, index, TYPE_SEMAPHORE, TYPE_SEMAPHORE, "semaphore"); break;
    case 'o': check_handle(s, expr, index, TYPE_CHAN, TYPE_SEMAPHORE, "channel or semaphore"); break;
    case 't': check_handle(s, expr, index, TYPE_TASK, TYPE_TASK, "task"); break;
    case 'v': check_item(s, expr, index); break;
    case 'd': check_destination(s, expr, index); break;
    case 'b': check_condition(s, arg); break;
    default: check_expr_to(s, arg, sema_int(s), 0, argument_text(s, expr, index)); break;
    }
}

static bool check_count(Sema *s, Expr *expr, const char *params, const char *usage) {
    const char *optional = strchr(params, '?');
    uint32_t most = (uint32_t)strlen(params) - (optional ? 1u : 0u);
    uint32_t least = optional ? (uint32_t)(optional - params) : most;
    if (expr->nargs >= least && expr->nargs <= most) return true;
    check_rest_quietly(s, expr, 0);
    sema_report(s, ARGUMENT_COUNT, expr->at, "wrong number of arguments (%u): write %s", expr->nargs, usage);
    check_failed(s, expr);
    return false;
}

static void check_any(Sema *s, const Expr *expr) {
    const Expr *low = expr->args[0], *high = expr->args[1];
    if (s->unevaluated || !low->is_const || !high->is_const || low->value <= high->value) return;
    sema_report(s, EMPTY_RANGE, expr->span, "any(%lld, %lld) has no value to choose: the run is cut here",
        (long long)low->value, (long long)high->value);
}

static void refuse_wait(Sema *s, Expr *expr, const char *name) {
    sema_report(s, NOT_A_FUTURE, expr->at, "'%s' never waits: it cannot be awaited", name);
    check_failed(s, expr);
}

static const Type *result_of(Sema *s, const Signature *op) {
    if (op->builtin == BUILTIN_NOW) return types_int(s->types, 32, false);
    return op->result == TYPE_INT ? sema_int(s) : types_basic(s->types, op->result);
}

static void check_now(Sema *s, const Expr *expr) {
    if (s->tree->is_discrete) return;
    sema_report(s, ABSTRACT_NOW, expr->at, "there is no clock to read in abstract time; check with --time discrete");
}

static void check_signature(Sema *s, Expr *expr, const Signature *op, const Type *expected, Use use) {
    const char *params = op->params;
    if (!check_count(s, expr, params, op->usage)) return;
    uint32_t index = 0;
    for (const char *p = params; *p && index < expr->nargs; p++)
        if (*p != '?') check_argument(s, expr, index++, *p);
    if (op->builtin == BUILTIN_ANY) check_any(s, expr);
    const Type *result = result_of(s, op);
    if (op->builtin == BUILTIN_NOW) check_now(s, expr);
    if (op->waits) check_call_future(s, expr, result, expected, use, true);
    else expr->type = result;
    if (op->effect && !expr->makes_future) sema_effect(s, expr->at, op->effect);
    if (!op->waits && (use == USE_AWAIT || use == USE_ARM)) refuse_wait(s, expr, sema_builtin_text(op->builtin));
}

/* block_on(f): the value of a future or a task, without giving the thread back. */
static void check_block_on(Sema *s, Expr *expr, Use use) {
    if (!check_count(s, expr, "f", "block_on(future or task)")) return;
    const Type *any = types_handle(s->types, TYPE_FUTURE, sema_void(s));
    const Type *type = check_expr(s, expr->args[0], any);
    if (type->kind == TYPE_FUTURE) expr->type = type->of;
    else if (type->kind == TYPE_TASK) expr->type = check_task_join(s, expr->args[0], use != USE_DISCARD);
    else {
        if (type->kind != TYPE_ERROR) report_argument(s, expr, 0, "future or task");
        check_failed(s, expr);
        return;
    }
    expr->blocks = true;
    sema_effect(s, expr->at, "waits");
    if (check_may_wait(s, expr->at, "block_on") && s->func && !s->func->wait_what && !s->unevaluated) {
        s->func->wait_at = expr->at;
        s->func->wait_what = "block_on";
    }
    if (use == USE_AWAIT || use == USE_ARM) refuse_wait(s, expr, "block_on");
}

/* ---- where an operation may stand */

static bool is_atom(Builtin builtin) {
    switch (builtin) {
    case BUILTIN_LEN:
    case BUILTIN_CAP:
    case BUILTIN_FULL:
    case BUILTIN_EMPTY:
    case BUILTIN_CLOSED:
    case BUILTIN_HELD:
    case BUILTIN_HOLDER:
    case BUILTIN_DONE:
    case BUILTIN_BLOCKED:
    case BUILTIN_ENABLED:
    case BUILTIN_ABORTED:
    case BUILTIN_CRASHED: return true;
    default: return false;
    }
}

static bool is_property_only(Builtin builtin) {
    return is_atom(builtin) && builtin != BUILTIN_LEN && builtin != BUILTIN_CAP && builtin != BUILTIN_DONE &&
           builtin != BUILTIN_ABORTED && builtin != BUILTIN_CRASHED;
}

/* False (reported) when the operation has no place here. */
static bool may_stand(Sema *s, Expr *expr, Builtin builtin) {
    const char *text = sema_builtin_text(builtin);
    if (!sema_builtin_is_known(builtin)) {
        sema_not_yet(s, expr->at, arena_printf(s->arena, "'%s'", text));
    } else if (s->in_property) {
        sema_report(s, SIDE_EFFECT, expr->at, "'%s' in a property, which has no side effects", text);
    } else if (is_property_only(builtin)) {
        sema_report(s, PROPERTY_ONLY, expr->at, "'%s' stands only in a property", text);
    } else if ((s->in_global || s->in_constant) && !(s->in_global && maker_is(builtin))) {
        sema_report(s, NOT_CONSTANT, expr->at, "'%s' is no constant", text);
    } else {
        return true;
    }
    check_rest_quietly(s, expr, 0);
    check_failed(s, expr);
    return false;
}

static void refuse_attribute(Sema *s, Expr *expr, const char *text) {
    check_rest_quietly(s, expr, 0);
    sema_report(s, CONSTRUCTOR, expr->at, "'%s' is an attribute: it stands in channel(capacity, %s)", text, text);
    check_failed(s, expr);
}

void check_op(Sema *s, Expr *expr, Builtin builtin, const Type *expected, Use use) {
    expr->builtin = builtin;
    const Signature *op = signature_of(builtin, expr->nargs);
    if (s->in_property && is_atom(builtin)) check_atom(s, expr, builtin);
    else if (!may_stand(s, expr, builtin)) return;
    else if (op) check_signature(s, expr, op, expected, use);
    else if (maker_is(builtin)) check_make(s, expr, builtin, expected);
    else if (builtin == BUILTIN_BLOCK_ON) check_block_on(s, expr, use);
    else if (builtin == BUILTIN_CALL_ONCE) check_once(s, expr, expected, use);
    else if (builtin == BUILTIN_PRINTF) check_printf(s, expr);
    else refuse_attribute(s, expr, sema_builtin_text(builtin));
}

/* Operations: their signatures, as a table. */
#include "frontend/check/maker.h"
#include "frontend/check/sema.h"

#include <string.h>

/* Parameters, one letter each:
   c what has a length, S what is sent to, T the same without permits, R what is received from, C channel or its sender,
   v value of its items, d destination for an item, W watch, r receiver, e end, E end but a permit, m mutex, w rwlock,
   u mutex or rwlock, s semaphore, k condvar, n notify, p barrier, g waitgroup, O once, o what can be closed, t task, q waker,
   i integer, b condition; what follows `?` may be left out. An operation with several rows is told by how many
   arguments it has. */
typedef struct Signature {
    Builtin builtin;
    const char *params;
    TypeKind result; /* BOOL, INT, VOID, WAKER; what depends on the first argument: PERMIT, WATCH (an item), NONE (its type) */
    bool waits;
    const char *effect; /* NULL: none, so that a property's functions may use it */
    const char *usage;
} Signature;

static const Signature signatures[] = {
    {BUILTIN_SEND, "Sv", TYPE_BOOL, true, "sends", "send(channel, value)"},
    {BUILTIN_RECV, "Rd", TYPE_BOOL, true, "receives", "recv(channel, &variable)"},
    {BUILTIN_TRY_SEND, "Tv", TYPE_BOOL, false, "sends", "try_send(channel, value)"},
    {BUILTIN_TRY_RECV, "Rd", TYPE_BOOL, false, "receives", "try_recv(channel, &variable)"},
    {BUILTIN_RESERVE, "C", TYPE_PERMIT, true, "reserves", "reserve(channel)"},
    {BUILTIN_TRY_RESERVE, "C", TYPE_PERMIT, false, "reserves", "try_reserve(channel)"},
    {BUILTIN_CLONE, "E", TYPE_NONE, false, "clones an end", "clone(end)"},
    {BUILTIN_DROP, "e", TYPE_VOID, false, "drops an end", "drop(end)"},
    {BUILTIN_LAGGED, "r", TYPE_BOOL, false, NULL, "lagged(receiver)"},
    {BUILTIN_CHANGED, "W", TYPE_BOOL, true, "receives", "changed(watch)"},
    {BUILTIN_PUBLISH, "Wv", TYPE_BOOL, false, "publishes", "publish(watch, value)"},
    {BUILTIN_READ, "W", TYPE_WATCH, false, NULL, "read(watch)"},
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
    {BUILTIN_PARK, "", TYPE_VOID, true, "parks", "park()"},
    {BUILTIN_WAKE, "q", TYPE_VOID, false, "wakes", "wake(waker)"},
    {BUILTIN_WAKER, "", TYPE_WAKER, false, "asks for its waker", "waker()"},
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

/* Which handles a parameter takes, and what it is called; `none` fits as well. */
typedef struct HandleRow {
    char letter;
    const char *wanted;
    TypeKind kinds[7]; /* ERROR: no more */
} HandleRow;
static const HandleRow handle_rows[] = {
    {'c', "channel", {TYPE_CHAN, TYPE_SENDER, TYPE_RECEIVER, TYPE_ONESHOT, TYPE_BROADCAST}},
    {'S', "channel", {TYPE_CHAN, TYPE_SENDER, TYPE_ONESHOT, TYPE_BROADCAST, TYPE_PERMIT}},
    {'T', "channel", {TYPE_CHAN, TYPE_SENDER, TYPE_ONESHOT, TYPE_BROADCAST}},
    {'R', "channel", {TYPE_CHAN, TYPE_RECEIVER, TYPE_ONESHOT}},
    {'C', "channel", {TYPE_CHAN, TYPE_SENDER}},
    {'r', "receiver", {TYPE_RECEIVER}},
    {'e', "sender, receiver or permit", {TYPE_SENDER, TYPE_RECEIVER, TYPE_PERMIT}},
    {'E', "sender or receiver", {TYPE_SENDER, TYPE_RECEIVER}},
    {'W', "watch", {TYPE_WATCH}},
    {'m', "mutex", {TYPE_MUTEX}},
    {'w', "rwlock", {TYPE_RWLOCK}},
    {'u', "mutex or rwlock", {TYPE_MUTEX, TYPE_RWLOCK}},
    {'k', "condvar", {TYPE_CONDVAR}},
    {'n', "notify", {TYPE_NOTIFY}},
    {'p', "barrier", {TYPE_BARRIER}},
    {'g', "waitgroup", {TYPE_WAITGROUP}},
    {'O', "once", {TYPE_ONCE}},
    {'s', "semaphore", {TYPE_SEMAPHORE}},
    {'o', "channel or semaphore",
        {TYPE_CHAN, TYPE_SEMAPHORE, TYPE_SENDER, TYPE_RECEIVER, TYPE_ONESHOT, TYPE_BROADCAST, TYPE_WATCH}},
    {'t', "task", {TYPE_TASK}},
    {'q', "waker", {TYPE_WAKER}},
};

static bool takes(const HandleRow *row, TypeKind kind) {
    for (uint32_t i = 0; i < sizeof row->kinds / sizeof *row->kinds && row->kinds[i] != TYPE_ERROR; i++)
        if (row->kinds[i] == kind) return true;
    return kind == TYPE_NONE || kind == TYPE_ERROR;
}

/* An operation uses an end where a variable holds it: one made on the spot would be gone with the operation. */
static void check_end_is_held(Sema *s, const Expr *expr, const Expr *arg) {
    if (!type_is_counted(arg->type) || check_place_root(arg)) return;
    sema_report(s, END_LOST, arg->span, "'%s' uses an end that no variable holds: it would be gone with the operation",
        sema_builtin_text(expr->builtin));
}

/* False: the letter stands for no handle. */
static bool check_handle(Sema *s, Expr *expr, uint32_t index, char letter) {
    for (uint32_t i = 0; i < sizeof handle_rows / sizeof *handle_rows; i++) {
        const HandleRow *row = &handle_rows[i];
        if (row->letter != letter) continue;
        const Type *type = check_expr(s, expr->args[index], NULL);
        if (!takes(row, type->kind)) report_argument(s, expr, index, row->wanted);
        else if (letter != 'e') check_end_is_held(s, expr, expr->args[index]);
        return true;
    }
    return false;
}

/* The type of the items of the object that is the first argument, NULL when it is not known. */
static const Type *item_of(const Expr *expr) {
    const Type *type = expr->args[0]->type;
    return type && type_is_handle(type) && type->kind != TYPE_TASK && type->kind != TYPE_FUTURE ? type->of : NULL;
}

static void check_item(Sema *s, Expr *expr, uint32_t index) {
    const Type *item = item_of(expr);
    if (!item) check_quietly(s, expr->args[index]);
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
    if (check_handle(s, expr, index, letter)) return;
    switch (letter) {
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

static void check_now(Sema *s, const Expr *expr) {
    if (s->tree->is_discrete) return;
    sema_report(s, ABSTRACT_NOW, expr->at, "there is no clock to read in abstract time; check with --time discrete");
}

/* What depends on the first argument is unknown for `none`. */
static const Type *result_of(Sema *s, const Expr *expr, const Signature *op) {
    const Type *first = expr->nargs ? expr->args[0]->type : NULL;
    if (op->builtin == BUILTIN_NOW) return types_int(s->types, 32, false);
    switch (op->result) {
    case TYPE_INT: return sema_int(s);
    case TYPE_NONE: return type_is_end(first) ? first : sema_error_type(s);
    case TYPE_WATCH: return item_of(expr) ? item_of(expr) : sema_error_type(s);
    case TYPE_PERMIT: return item_of(expr) ? types_handle(s->types, TYPE_PERMIT, item_of(expr)) : sema_error_type(s);
    default: return types_basic(s->types, op->result);
    }
}

/* A permit's send never waits, a broadcast's only if it is awaited. */
static bool may_wait(const Expr *expr, const Signature *op, const Type *expected, Use use) {
    if (op->builtin != BUILTIN_SEND) return op->waits;
    TypeKind to = expr->args[0]->type->kind;
    bool is_future = use == USE_AWAIT || use == USE_ARM || (expected && expected->kind == TYPE_FUTURE);
    return to != TYPE_PERMIT && (to != TYPE_BROADCAST || is_future);
}

static void check_signature(Sema *s, Expr *expr, const Signature *op, const Type *expected, Use use) {
    const char *params = op->params;
    if (!check_count(s, expr, params, op->usage)) return;
    uint32_t index = 0;
    for (const char *p = params; *p && index < expr->nargs; p++)
        if (*p != '?') check_argument(s, expr, index++, *p);
    if (op->builtin == BUILTIN_ANY) check_any(s, expr);
    const Type *result = result_of(s, expr, op);
    if (op->builtin == BUILTIN_NOW) check_now(s, expr);
    bool waits = may_wait(expr, op, expected, use);
    if (waits) check_call_future(s, expr, result, expected, use, true);
    else expr->type = result;
    if (op->effect && !expr->makes_future) sema_effect(s, expr->at, op->effect);
    if (!waits && (use == USE_AWAIT || use == USE_ARM)) refuse_wait(s, expr, sema_builtin_text(op->builtin));
}

/* block_on(f): the value of a future or a task, without giving the thread back. */
static void check_block_on(Sema *s, Expr *expr, Use use) {
    if (!check_count(s, expr, "f", "block_on(future or task)")) return;
    const Type *any = types_handle(s->types, TYPE_FUTURE, sema_void(s));
    const Type *type = check_expr(s, expr->args[0], any);
    if (type->kind == TYPE_FUTURE) expr->type = type->of;
    else if (type->kind == TYPE_TASK) expr->type = check_task_join(s, expr->args[0], NULL, use != USE_DISCARD);
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

/* ---- ends of what exists already */

bool check_end_is(Builtin builtin) {
    return builtin == BUILTIN_SENDER || builtin == BUILTIN_RECEIVER || builtin == BUILTIN_SUBSCRIBE;
}

static void check_end(Sema *s, Expr *expr, Builtin builtin, Use use) {
    static const HandleRow of_channel = {'-', "channel", {TYPE_CHAN, TYPE_ONESHOT}};
    static const HandleRow of_source = {'-', "broadcast or watch", {TYPE_BROADCAST, TYPE_WATCH}};
    const HandleRow *row = builtin == BUILTIN_SUBSCRIBE ? &of_source : &of_channel;
    if (!check_count(s, expr, "c", arena_printf(s->arena, "%s(%s)", sema_builtin_text(builtin), row->wanted))) return;
    const Type *type = check_expr(s, expr->args[0], NULL);
    sema_effect(s, expr->at, "makes an end");
    if (!takes(row, type->kind)) report_argument(s, expr, 0, row->wanted);
    else check_end_is_held(s, expr, expr->args[0]);
    if (!takes(row, type->kind) || !type->of) {
        check_failed(s, expr);
        return;
    }
    TypeKind kind = builtin == BUILTIN_SENDER ? TYPE_SENDER : type->kind == TYPE_WATCH ? TYPE_WATCH : TYPE_RECEIVER;
    expr->type = types_handle(s->types, kind, type->of);
    if (use == USE_AWAIT || use == USE_ARM) refuse_wait(s, expr, sema_builtin_text(builtin));
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
    if (s->in_property) {
        sema_report(s, SIDE_EFFECT, expr->at, "'%s' in a property, which has no side effects", text);
    } else if (is_property_only(builtin)) {
        sema_report(s, PROPERTY_ONLY, expr->at, "'%s' stands only in a property", text);
    } else if ((s->in_global || s->in_constant) && !(s->in_global && (maker_is(builtin) || check_end_is(builtin)))) {
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

static void refuse_ready(Sema *s, Expr *expr) {
    check_rest_quietly(s, expr, 0);
    sema_report(s, RETURN_VALUE, expr->at, "'ready(...)' stands only in the 'return ready(...);' of a poll function");
    check_failed(s, expr);
}

void check_op(Sema *s, Expr *expr, Builtin builtin, const Type *expected, Use use) {
    expr->builtin = builtin;
    const Signature *op = signature_of(builtin, expr->nargs);
    if (check_event_is(builtin)) check_event(s, expr);
    else if (s->in_property && is_atom(builtin)) check_atom(s, expr, builtin);
    else if (!may_stand(s, expr, builtin)) return;
    else if (op) check_signature(s, expr, op, expected, use);
    else if (maker_is(builtin)) check_make(s, expr, builtin, expected);
    else if (check_end_is(builtin)) check_end(s, expr, builtin, use);
    else if (builtin == BUILTIN_BLOCK_ON) check_block_on(s, expr, use);
    else if (builtin == BUILTIN_CALL_ONCE) check_once(s, expr, expected, use);
    else if (builtin == BUILTIN_POLL) check_poll(s, expr);
    else if (builtin == BUILTIN_ALL || builtin == BUILTIN_RACE) check_combine(s, expr, expected, use);
    else if (builtin == BUILTIN_READY) refuse_ready(s, expr);
    else if (builtin == BUILTIN_PRINTF) check_printf(s, expr);
    else refuse_attribute(s, expr, sema_builtin_text(builtin));
}

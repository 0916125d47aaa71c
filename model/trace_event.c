#include "model/trace_event.h"

#include "model/kind.h"
#include "model/subscription.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_TEXT = 256, LINE_TEXT = 1024 };

static const char *name_of(const TraceTexts *texts, uint32_t slot) {
    return slot < texts->nnames ? texts->names[slot] : "none";
}

/* ---- values */

/* value_print shows a handle as #N; here it gets its name. */
static const char *name_handles(const TraceTexts *texts, const char *text) {
    if (!strchr(text, '#')) return arena_strdup(texts->arena, text);
    char out[LINE_TEXT];
    size_t n = 0;
    while (*text && n + 1 < sizeof out) {
        if (*text == '#' && isdigit((unsigned char)text[1])) {
            char *end;
            unsigned long handle = strtoul(text + 1, &end, 10);
            int written = snprintf(out + n, sizeof out - n, "%s", name_of(texts, (uint32_t)handle - 1));
            n += (size_t)written < sizeof out - n ? (size_t)written : sizeof out - n - 1;
            text = end;
        } else {
            out[n++] = *text++;
        }
    }
    out[n] = '\0';
    return arena_strdup(texts->arena, out);
}

const char *trace_value_text(const TraceTexts *texts, const ValueType *type, const Word *words) {
    char text[VALUE_TEXT];
    value_print(text, sizeof text, type, words);
    return name_handles(texts, text);
}

/* An event keeps only the leading words of a value; the others are shown as unknown. */
static const char *event_value(const TraceTexts *texts, const ValueType *type, const Event *event) {
    if (type->words == 0 || event->nvalues == 0) return "";
    Word *words = ARENA_ARRAY(texts->arena, Word, type->words);
    for (uint32_t i = 0; i < type->words; i++) words[i] = i < event->nvalues ? event->values[i] : WORD_UNINIT;
    return trace_value_text(texts, type, words);
}

static const ValueType *elem_of(const TraceTexts *texts, uint32_t slot) {
    if (slot >= texts->world->n) return NULL;
    CompKind kind = world_kind(texts->world, slot);
    uint32_t n;
    if (kind == COMP_SUBSCRIPTION) return elem_of(texts, subscription_source(texts->world, slot));
    if (kind != COMP_CHANNEL && kind != COMP_BROADCAST && kind != COMP_WATCH) return NULL;
    return texts->program->sites[world_read(texts->world, slot, &n)[KIND_SITE]].elem;
}

static const ValueType *result_of(const TraceTexts *texts, uint32_t slot) {
    if (slot >= texts->world->n || world_kind(texts->world, slot) != COMP_FIBER) return NULL;
    uint32_t n;
    return texts->program->machines[world_read(texts->world, slot, &n)[FIBER_MACHINE]]->result;
}

static const char *item_text(const TraceTexts *texts, const Event *event) {
    const ValueType *elem = elem_of(texts, event->object);
    return elem ? event_value(texts, elem, event) : "";
}

/* ---- operations */

static const char *call(const TraceTexts *texts, const char *operation, const Event *event, const char *value) {
    return arena_printf(
        texts->arena, "%s(%s%s%s)", operation, name_of(texts, event->object), value[0] ? ", " : "", value);
}

static const char *with_result(const TraceTexts *texts, const char *text, const char *result) {
    return result[0] ? arena_printf(texts->arena, "%s = %s", text, result) : text;
}

static const char *count_text(const TraceTexts *texts, const Event *event) {
    if (event->nvalues == 0 || event->values[0] == 1) return "";
    return arena_printf(texts->arena, "%" PRId64, event->values[0]);
}

static const char *join_text(const TraceTexts *texts, const Event *event) {
    const char *text = arena_printf(texts->arena, "await %s", name_of(texts, event->object));
    const ValueType *type = result_of(texts, event->object);
    return type ? with_result(texts, text, event_value(texts, type, event)) : text;
}

/* The operation of an arm; `fired`: with its result. */
static const char *arm_text(const TraceTexts *texts, const Event *event, bool fired) {
    const char *failed = fired && !event->ok ? "false" : "";
    switch ((ArmOp)event->op) {
    case ARM_SEND: return with_result(texts, call(texts, "send", event, item_text(texts, event)), failed);
    case ARM_RECV:
        return with_result(texts, call(texts, "recv", event, ""),
            failed[0] ? failed
            : fired   ? item_text(texts, event)
                      : "");
    case ARM_RESERVE: return with_result(texts, call(texts, "reserve", event, ""), failed[0] ? "none" : "");
    case ARM_CHANGED: return with_result(texts, call(texts, "changed", event, ""), failed);
    case ARM_LOCK: return call(texts, "lock", event, "");
    case ARM_ACQUIRE: return with_result(texts, call(texts, "acquire", event, count_text(texts, event)), failed);
    case ARM_SLEEP: return fired ? "sleep is over" : "sleep";
    case ARM_YIELD: return "goes on";
    case ARM_JOIN: return join_text(texts, event);
    case ARM_FUTURE: return join_text(texts, event);
    case ARM_SCOPE_END: return "the scope's tasks have ended";
    case ARM_PENDING: return fired ? "is polled again" : "pending";
    case ARM_PARK: return fired ? "is woken" : "park()";
    case ARM_READ_LOCK: return call(texts, "read_lock", event, "");
    case ARM_WRITE_LOCK: return call(texts, "write_lock", event, "");
    case ARM_WAIT:
    case ARM_WAIT_GROUP: return call(texts, "wait", event, "");
    case ARM_NOTIFIED: return call(texts, "notified", event, "");
    case ARM_ARRIVE: return call(texts, "arrive", event, "");
    case ARM_ONCE: return with_result(texts, call(texts, "call_once", event, ""), !fired ? "" : event->ok ? "runs it" : "it is done");
    case ARM_OPS: break;
    }
    return NULL;
}

static const char *truth(bool value) { return value ? "true" : "false"; }

static const char *op_text(const TraceTexts *texts, const Event *event) {
    switch ((InstrOp)event->op) {
    case INSTR_TRY_SEND:
        return with_result(texts, call(texts, "try_send", event, item_text(texts, event)), truth(event->ok));
    case INSTR_TRY_RECV:
        return with_result(texts, call(texts, "try_recv", event, ""), event->ok ? item_text(texts, event) : "false");
    case INSTR_SEND:
        return with_result(texts, call(texts, "send", event, item_text(texts, event)), event->ok ? "" : "false");
    case INSTR_PUBLISH:
        return with_result(texts, call(texts, "publish", event, item_text(texts, event)), event->ok ? "" : "false");
    case INSTR_READ: return with_result(texts, call(texts, "read", event, ""), item_text(texts, event));
    case INSTR_TRY_RESERVE: return with_result(texts, call(texts, "try_reserve", event, ""), event->ok ? "" : "none");
    case INSTR_DROP:
        return arena_printf(texts->arena, "the last %s of %s is gone", event->ok ? "sender" : "receiver",
            name_of(texts, event->object));
    case INSTR_CLOSE: return call(texts, "close", event, "");
    case INSTR_TRY_LOCK: return with_result(texts, call(texts, "try_lock", event, ""), truth(event->ok));
    case INSTR_UNLOCK: return call(texts, "unlock", event, "");
    case INSTR_TRY_ACQUIRE:
        return with_result(texts, call(texts, "try_acquire", event, count_text(texts, event)), truth(event->ok));
    case INSTR_RELEASE: return call(texts, "release", event, count_text(texts, event));
    case INSTR_TRY_READ_LOCK: return with_result(texts, call(texts, "try_read_lock", event, ""), truth(event->ok));
    case INSTR_TRY_WRITE_LOCK: return with_result(texts, call(texts, "try_write_lock", event, ""), truth(event->ok));
    case INSTR_SIGNAL: return call(texts, "signal", event, "");
    case INSTR_SIGNAL_ALL: return call(texts, "signal_all", event, "");
    case INSTR_NOTIFY_ONE: return call(texts, "notify_one", event, "");
    case INSTR_NOTIFY_ALL: return call(texts, "notify_all", event, "");
    case INSTR_GROUP_ADD: return call(texts, "add", event, arena_printf(texts->arena, "%" PRId64, event->values[0]));
    case INSTR_GROUP_DONE: return call(texts, "done", event, "");
    case INSTR_ONCE_LEAVE:
        return arena_printf(texts->arena, "%s %s", name_of(texts, event->object), event->ok ? "is done" : "is left undone");
    case INSTR_ABORT: return call(texts, "abort", event, "");
    case INSTR_WAKE: return with_result(texts, call(texts, "wake", event, ""), event->ok || event->object == NO_SLOT ? "" : "lost: nothing there waits to be woken");
    case INSTR_SCOPE_ABORT: return "asks the scope's tasks to end";
    default: return NULL;
    }
}

/* ---- spawn, printf, any */

static const char *spawn_text(const TraceTexts *texts, const Event *event, const Word *args) {
    uint32_t n;
    if (event->fiber >= texts->world->n || world_kind(texts->world, event->fiber) != COMP_FIBER) return "spawn";
    const Machine *machine = texts->program->machines[world_read(texts->world, event->fiber, &n)[FIBER_MACHINE]];
    char text[LINE_TEXT];
    int length = snprintf(text, sizeof text, "spawn %s(", machine->name);
    for (uint32_t i = 0; args && i < machine->nlocals && length >= 0 && (size_t)length < sizeof text; i++) {
        const Local *local = &machine->locals[i];
        if (local->slot >= machine->nparams || local->from != 0) continue;
        const char *value = trace_value_text(texts, local->type, args + local->slot);
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%s", local->slot ? ", " : "", value);
    }
    return arena_printf(texts->arena, "%s)", text);
}

/* One conversion of a printf format, at `text` behind the percent sign; returns how long it is. */
static size_t put_conversion(const char *text, const Event *event, uint32_t *next, FILE *out) {
    size_t length = strspn(text, "-+ #0123456789.hlzjt");
    char conversion = text[length];
    if (conversion == '%') fputc('%', out);
    else if (*next >= event->nvalues) fputc('?', out);
    else if (conversion == 'c')
        fputc(isprint((int)(event->values[*next] & 0x7f)) ? (int)event->values[*next] & 0x7f : '?', out);
    else if (conversion == 'x') fprintf(out, "%" PRIx64, event->values[*next]);
    else fprintf(out, "%" PRId64, event->values[*next]);
    if (conversion != '%') ++*next;
    return length + (conversion != '\0');
}

static const char *print_text(const TraceTexts *texts, const Event *event) {
    const char *format = event->object < texts->program->nformats ? texts->program->formats[event->object] : "";
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return "printf";
    uint32_t next = 0;
    for (const char *p = format; *p;) {
        if (*p == '%') {
            p += 1 + put_conversion(p + 1, event, &next, out);
        } else {
            if (*p != '\n' || p[1]) fputc(*p == '\n' ? ' ' : *p, out);
            p++;
        }
    }
    fclose(out);
    const char *result = arena_printf(texts->arena, "prints \"%s\"", text ? text : "");
    free(text);
    return result;
}

/* ---- events */

/* "… of f" when it was not the task itself but a future it polls. */
static const char *of_future(const TraceTexts *texts, const char *text, const Event *event, uint32_t task) {
    if (!text || event->fiber == task || event->fiber == NO_SLOT) return text;
    return arena_printf(texts->arena, "%s in %s", text, name_of(texts, event->fiber));
}

const char *trace_event_text(const TraceTexts *texts, const Event *event, uint32_t task, const Word *args) {
    switch (event->kind) {
    case EVENT_FIRE: return of_future(texts, arm_text(texts, event, true), event, task);
    case EVENT_OP: return of_future(texts, op_text(texts, event), event, task);
    case EVENT_SPAWN: return spawn_text(texts, event, args); /* its fiber is the new task */
    case EVENT_PRINT: return print_text(texts, event);
    case EVENT_ANY: return event->nvalues ? arena_printf(texts->arena, "any = %" PRId64, event->values[0]) : NULL;
    case EVENT_CRASH: return event->ok ? "is killed, to start anew" : "is killed";
    case EVENT_TICK:
        return event->nvalues ? arena_printf(texts->arena, "time passes: now() = %" PRId64, event->values[0]) : "time passes";
    case EVENT_CANCEL:
        return event->fiber == task ? "is cancelled"
                                    : arena_printf(texts->arena, "drops %s", name_of(texts, event->fiber));
    case EVENT_END:
        return event->fiber == task ? "ends"
                                    : arena_printf(texts->arena, "%s is finished", name_of(texts, event->fiber));
    case EVENT_START:
    case EVENT_WRITE:
    case EVENT_HAND:
    case EVENT_FAULT:
    case EVENT_QUEUE: break;
    }
    return NULL;
}

/* A task by its name, a future with the task whose it is: "turn of saver". */
static const char *waiter_name(const TraceTexts *texts, uint32_t slot) {
    const char *name = name_of(texts, slot);
    uint32_t owner = slot < texts->nnames ? texts->owners[slot] : NO_SLOT;
    return owner == NO_SLOT ? name : arena_printf(texts->arena, "%s of %s", name, name_of(texts, owner));
}

static const char *hand_note(const TraceTexts *texts, const Event *event) {
    const char *who = waiter_name(texts, event->fiber), *object = name_of(texts, event->object);
    switch ((ArmOp)event->op) {
    case ARM_LOCK: return arena_printf(texts->arena, "%s goes to %s", object, who);
    case ARM_READ_LOCK: return arena_printf(texts->arena, "%s goes to %s, to read", object, who);
    case ARM_WRITE_LOCK: return arena_printf(texts->arena, "%s goes to %s, to write", object, who);
    case ARM_WAIT: return arena_printf(texts->arena, "%s wakes %s", object, who);
    case ARM_NOTIFIED: return arena_printf(texts->arena, "%s notifies %s", object, who);
    case ARM_ACQUIRE: return arena_printf(texts->arena, "permits of %s go to %s", object, who);
    case ARM_RESERVE: return arena_printf(texts->arena, "a slot of %s is kept for %s", object, who);
    case ARM_SEND: return arena_printf(texts->arena, "%s has sent to %s", who, object);
    case ARM_RECV: return arena_printf(texts->arena, "%s has received from %s", who, object);
    default: return arena_printf(texts->arena, "%s can go on", who);
    }
}

static const char *fault_note(const TraceTexts *texts, const Event *event) {
    const char *channel = name_of(texts, event->object);
    switch ((NetworkFault)event->op) {
    case NETWORK_LOST: return arena_printf(texts->arena, "the item is lost in %s", channel);
    case NETWORK_DUPLICATED: return arena_printf(texts->arena, "%s keeps a copy", channel);
    case NETWORK_REORDERED: return arena_printf(texts->arena, "%s delivers out of order", channel);
    }
    return NULL;
}

const char *trace_event_note(const TraceTexts *texts, const Event *event, uint32_t task) {
    if (event->kind == EVENT_HAND) return hand_note(texts, event);
    if (event->kind == EVENT_FAULT) return fault_note(texts, event);
    if (event->kind != EVENT_QUEUE) return NULL;
    if (event->op == ARM_SLEEP) return of_future(texts, "sleeps", event, task);
    if (event->op == ARM_SCOPE_END) return of_future(texts, "waits for the scope's tasks", event, task);
    if (event->op == ARM_YIELD) return of_future(texts, "yields", event, task);
    if (event->op == ARM_PENDING) return of_future(texts, "is pending", event, task);
    if (event->op == ARM_PARK) return of_future(texts, "parks", event, task);
    const char *text = arm_text(texts, event, false);
    return text ? of_future(texts, arena_printf(texts->arena, "has to wait: %s", text), event, task) : NULL;
}

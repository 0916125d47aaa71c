#include "frontend/check/maker.h"

#include "frontend/check/convert.h"

#include <assert.h>

static const struct {
    Builtin builtin;
    TypeKind kind;
} makers[] = {
    {BUILTIN_CHANNEL, TYPE_CHAN},
    {BUILTIN_WATCHED, TYPE_WATCH},
    {BUILTIN_PERMITS, TYPE_SEMAPHORE},
    {BUILTIN_THREADS, TYPE_EXECUTOR},
    {BUILTIN_BARGING, TYPE_MUTEX},
    {BUILTIN_UNOWNED, TYPE_MUTEX},
    {BUILTIN_FIFO, TYPE_RWLOCK},
    {BUILTIN_PHASE_FAIR, TYPE_RWLOCK},
    {BUILTIN_PREFER_READERS, TYPE_RWLOCK},
    {BUILTIN_SPURIOUS, TYPE_CONDVAR},
    {BUILTIN_PARTIES, TYPE_BARRIER},
};
enum { MAKERS = sizeof makers / sizeof *makers };

static const TypeKind implicit[] = {
    TYPE_MUTEX, TYPE_RWLOCK, TYPE_CONDVAR, TYPE_NOTIFY, TYPE_WAITGROUP, TYPE_ONCE, TYPE_ONESHOT};
enum { IMPLICIT = sizeof implicit / sizeof *implicit };

bool maker_is(Builtin builtin) {
    for (int i = 0; i < MAKERS; i++)
        if (makers[i].builtin == builtin) return true;
    return false;
}

TypeKind maker_kind(Builtin builtin) {
    for (int i = 0; i < MAKERS; i++)
        if (makers[i].builtin == builtin) return makers[i].kind;
    assert(!"no constructor");
    return TYPE_ERROR;
}

bool maker_is_implicit(TypeKind kind) {
    for (int i = 0; i < IMPLICIT; i++)
        if (implicit[i] == kind) return true;
    return false;
}

bool maker_is_object(TypeKind kind) {
    for (int i = 0; i < MAKERS; i++)
        if (makers[i].kind == kind) return kind != TYPE_EXECUTOR;
    return kind == TYPE_BROADCAST || maker_is_implicit(kind);
}

bool maker_holds_implicit(const Type *type) {
    for (int i = 0; i < IMPLICIT; i++)
        if (convert_holds_kind(type, implicit[i])) return true;
    return false;
}

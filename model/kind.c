#include "model/kind.h"

#include "model/barrier.h"
#include "model/broadcast.h"
#include "model/channel.h"
#include "model/clock.h"
#include "model/environment.h"
#include "model/condvar.h"
#include "model/executor.h"
#include "model/fiber.h"
#include "model/mutex.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/rwlock.h"
#include "model/scope.h"
#include "model/semaphore.h"
#include "model/subscription.h"
#include "model/waitgroup.h"
#include "model/watch.h"

#include <assert.h>

static_assert((int)CHANNEL_SITE == KIND_SITE && (int)MUTEX_SITE == KIND_SITE && (int)SEMAPHORE_SITE == KIND_SITE && (int)SCOPE_SITE == KIND_SITE,
              "one place for all");
static_assert((int)RWLOCK_SITE == KIND_SITE && (int)CONDVAR_SITE == KIND_SITE && (int)NOTIFY_SITE == KIND_SITE && (int)BARRIER_SITE == KIND_SITE &&
                  (int)WAITGROUP_SITE == KIND_SITE && (int)ONCE_SITE == KIND_SITE,
              "one place for all");

static const KindRow rows[] = {
    [COMP_FREE] = {NULL},
    [COMP_GLOBAL] = {.handles = world_global_handles},
    [COMP_FIBER] = {.handles = fiber_handles, .normalise = fiber_normalise},
    [COMP_OPFUTURE] = {.handles = opfuture_handles},
    [COMP_CHANNEL] = {"channel", true, channel_handles, channel_normalise, channel_element, channel_has_waiters, &environment_moves},
    [COMP_BROADCAST] = {"broadcast", true, broadcast_handles, broadcast_normalise},
    [COMP_WATCH] = {"watch", true, watch_handles, watch_normalise},
    [COMP_SUBSCRIPTION] = {"subscription", .handles = subscription_handles},
    [COMP_MUTEX] = {"mutex", true, mutex_handles, mutex_normalise, mutex_element, mutex_has_waiters},
    [COMP_SEMAPHORE] = {"semaphore", true, semaphore_handles, semaphore_normalise, NULL, semaphore_has_waiters},
    [COMP_EXECUTOR] = {"executor"},
    [COMP_SCOPE] = {"scope", true, scope_handles, scope_normalise},
    [COMP_BUDGET] = {NULL},
    [COMP_CLOCK] = {"clock", false, clock_handles, clock_normalise, .moves = &clock_moves},
    [COMP_RWLOCK] = {"rwlock", true, rwlock_handles, rwlock_normalise, rwlock_element, rwlock_has_waiters},
    [COMP_CONDVAR] = {"condvar", true, condvar_handles, condvar_normalise, condvar_element, condvar_has_waiters, &condvar_moves},
    [COMP_NOTIFY] = {"notify", true, notify_handles, notify_normalise, NULL, notify_has_waiters},
    [COMP_BARRIER] = {"barrier", true, barrier_handles, barrier_normalise, NULL, barrier_has_waiters},
    [COMP_WAITGROUP] = {"waitgroup", true, waitgroup_handles, waitgroup_normalise, NULL, waitgroup_has_waiters},
    [COMP_ONCE] = {"once", true, once_handles, once_normalise, NULL, once_has_waiters},
    [COMP_DEAD] = {.has_site = true},
};

const KindRow *kind_row(CompKind kind) {
    assert(kind < sizeof rows / sizeof *rows);
    return &rows[kind];
}

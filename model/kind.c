#include "model/kind.h"

#include "model/channel.h"
#include "model/clock.h"
#include "model/environment.h"
#include "model/executor.h"
#include "model/fiber.h"
#include "model/mutex.h"
#include "model/scope.h"
#include "model/semaphore.h"

#include <assert.h>

static_assert((int)CHANNEL_SITE == KIND_SITE && (int)MUTEX_SITE == KIND_SITE && (int)SEMAPHORE_SITE == KIND_SITE && (int)SCOPE_SITE == KIND_SITE,
              "one place for all");

static const KindRow rows[] = {
    [COMP_FREE] = {NULL},
    [COMP_GLOBAL] = {.handles = world_global_handles},
    [COMP_FIBER] = {.handles = fiber_handles, .normalise = fiber_normalise},
    [COMP_OPFUTURE] = {.handles = opfuture_handles},
    [COMP_CHANNEL] = {"channel", true, channel_handles, channel_normalise, channel_element, channel_has_waiters, &environment_moves},
    [COMP_MUTEX] = {"mutex", true, mutex_handles, mutex_normalise, mutex_element, mutex_has_waiters},
    [COMP_SEMAPHORE] = {"semaphore", true, semaphore_handles, semaphore_normalise, NULL, semaphore_has_waiters},
    [COMP_EXECUTOR] = {"executor"},
    [COMP_SCOPE] = {"scope", true, scope_handles, scope_normalise},
    [COMP_BUDGET] = {NULL},
    [COMP_CLOCK] = {"clock", false, clock_handles, clock_normalise, .moves = &clock_moves},
    [COMP_DEAD] = {.has_site = true},
};

const KindRow *kind_row(CompKind kind) {
    assert(kind < sizeof rows / sizeof *rows);
    return &rows[kind];
}

/* Generated programs: what fails. */
#include "tests/differential/gen.h"

#include <stddef.h>

/* `with crash(1)` and the like, after a spawn's call. */
void gen_spawn_fault(Gen *g, const Func *f) {
    if (!g->has_faults || !gen_chance(g, 35)) return;
    for (int i = 0; i < f->nparams; i++)
        if (f->params[i] >= VAR_SENDER) return; /* given away with the first start */
    gen_put(g, " with %s(%d)", gen_chance(g, 55) ? "crash" : "restart", gen_chance(g, 85) ? 1 : 2);
}
/* Attributes of a channel. */
const char *gen_channel_faults(Gen *g, int room) {
    static const char *const faults[] = {", lossy", ", lossy(1)", ", lossy, fair", ", reordering", ", duplicating",
        ", lossy(1), duplicating, reordering"};
    if (!g->has_faults || !gen_chance(g, 40)) return "";
    return faults[gen_below(g, room > 0 ? 6 : 3)];
}

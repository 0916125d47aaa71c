/* What the kinds of components have in common: one row each. */
#ifndef UNKNOT_MODEL_KIND_H
#define UNKNOT_MODEL_KIND_H

#include "model/world.h"

typedef struct KindRow {
    const char *name; /* of an object, as shown; NULL for what is none */
    bool has_site;    /* an object made at a site, whose number is word KIND_SITE */
    /* Each may be NULL: no handles inside, no sets, no elements of several handles, nobody waits on it. */
    void (*handles)(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
    void (*normalise)(const Program *program, Word *words, uint32_t n);
    uint32_t (*element)(const Program *program, const Word *words, uint32_t index);
    bool (*has_waiters)(World *world, uint32_t slot); /* somebody waits, or was served and has not gone on */
} KindRow;
enum { KIND_SITE = 1 };

const KindRow *kind_row(CompKind kind);

#endif

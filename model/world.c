#include "model/world.h"
#include "model/happened.h"

#include "model/kind.h"
#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct WorldScratch {
    VEC(Word) buffers[SCRATCH_USES];
    VEC(Orphan) orphans;
    VEC(Word) spared;
};

static void *allocate(size_t bytes) {
    void *memory = calloc(1, bytes ? bytes : 1);
    if (!memory) fatal("out of memory");
    return memory;
}

/* ---- the base: where globals live, and the values of const ones */

static bool init_chooses(const Program *program) {
    const Machine *init = program->nmachines ? program->machines[MACHINE_INIT] : NULL;
    for (uint32_t pc = 0; init && pc < init->ncode; pc++)
        if (init->code[pc].op == INSTR_ANY) return true;
    return false;
}

static void make_base(World *world) {
    const Program *program = world->program;
    size_t words = 0;
    for (uint32_t i = 0; i < program->nglobals; i++) words += program->globals[i].type->words;
    size_t pointers = sizeof(Word *) * program->nglobals, values = sizeof(Word) * words;
    char *base = allocate(pointers + values + sizeof(uint32_t) * program->nglobals);
    world->base = base;
    world->const_globals = (Word **)(void *)base;
    world->global_slot = (uint32_t *)(void *)(base + pointers + values);
    Word *value = (Word *)(void *)(base + pointers);
    bool none_const = init_chooses(program);
    uint32_t slot = 0;
    for (uint32_t i = 0; i < program->nglobals; i++) {
        bool is_const = program->globals[i].is_const && !none_const;
        world->const_globals[i] = is_const ? value : NULL;
        world->global_slot[i] = is_const ? NO_SLOT : slot++;
        value += program->globals[i].type->words;
    }
}

void world_init(World *world, const Program *program) {
    memset(world, 0, sizeof *world);
    world->program = program;
    world->history_slot = world->clock_slot = world->budget_slot = NO_SLOT;
    world->scratch = allocate(sizeof *world->scratch);
    make_base(world);
}

void world_fini(World *world) {
    for (uint32_t i = 0; i < world->cap; i++) free(world->comps[i].words);
    free(world->comps);
    for (int i = 0; i < SCRATCH_USES; i++) vec_fini(&world->scratch->buffers[i]);
    vec_fini(&world->scratch->orphans);
    vec_fini(&world->scratch->spared);
    free(world->scratch);
    happened_free(world->happened);
    free(world->base);
    memset(world, 0, sizeof *world);
}

void world_borrow(World *world, const World *from) {
    assert(world->program == from->program);
    world->const_globals = from->const_globals;
    world->global_slot = from->global_slot;
    world->nfixed = from->nfixed;
    world->history_slot = from->history_slot;
    world->clock_slot = from->clock_slot;
    world->budget_slot = from->budget_slot;
    world->default_executor = from->default_executor;
}

static void copy_consts(World *to, const World *from) {
    for (uint32_t i = 0; i < to->program->nglobals; i++) {
        assert(!to->const_globals[i] == !from->const_globals[i]);
        if (to->const_globals[i] && to->const_globals[i] != from->const_globals[i])
            memcpy(to->const_globals[i], from->const_globals[i], sizeof(Word) * to->program->globals[i].type->words);
    }
}

void world_copy(World *to, const World *from) {
    assert(to->program == from->program && !to->load);
    if ((void *)to->const_globals == to->base) copy_consts(to, from);
    to->nfixed = from->nfixed;
    to->history_slot = from->history_slot;
    to->clock_slot = from->clock_slot;
    to->budget_slot = from->budget_slot;
    to->default_executor = from->default_executor;
    world_reset(to, from->n);
    for (uint32_t i = 0; i < from->n; i++) {
        assert(from->comps[i].loaded);
        world_set(to, i, from->comps[i].words, from->comps[i].n);
        to->comps[i].changed = from->comps[i].changed;
    }
}

/* ---- components */

static void reserve_comps(World *world, uint32_t n) {
    if (n <= world->cap) return;
    uint32_t cap = world->cap ? world->cap : 16;
    while (cap < n) cap *= 2;
    Comp *comps = realloc(world->comps, sizeof(Comp) * cap);
    if (!comps) fatal("out of memory");
    memset(comps + world->cap, 0, sizeof(Comp) * (cap - world->cap));
    world->comps = comps;
    world->cap = cap;
}

static void reserve_words(Comp *comp, uint32_t n) {
    if (n <= comp->cap) return;
    uint32_t cap = comp->cap ? comp->cap : 8;
    while (cap < n) cap *= 2;
    Word *words = realloc(comp->words, sizeof(Word) * cap);
    if (!words) fatal("out of memory");
    comp->words = words;
    comp->cap = cap;
}

void world_reset(World *world, uint32_t n) {
    reserve_comps(world, n);
    for (uint32_t i = 0; i < n; i++) world->comps[i].loaded = world->comps[i].changed = false;
    world->n = n;
}

static Comp *loaded(World *world, uint32_t slot) {
    assert(slot < world->n);
    if (!world->comps[slot].loaded) {
        assert(world->load);
        world->load(world, slot);
        assert(world->comps[slot].loaded);
    }
    return &world->comps[slot];
}

const Word *world_read(World *world, uint32_t slot, uint32_t *n) {
    const Comp *comp = loaded(world, slot);
    if (n) *n = comp->n;
    return comp->words;
}

Word *world_write(World *world, uint32_t slot, uint32_t *n) {
    Comp *comp = loaded(world, slot);
    comp->changed = true;
    if (n) *n = comp->n;
    return comp->words;
}

void world_set(World *world, uint32_t slot, const Word *words, uint32_t n) {
    assert(slot < world->n && n > 0);
    Comp *comp = &world->comps[slot];
    reserve_words(comp, n);
    memmove(comp->words, words, sizeof(Word) * n);
    comp->n = n;
    comp->loaded = comp->changed = true;
}

uint32_t world_add(World *world, const Word *words, uint32_t n) {
    uint32_t slot = world->n;
    reserve_comps(world, slot + 1);
    world->n = slot + 1;
    world_set(world, slot, words, n);
    return slot;
}

CompKind world_kind(World *world, uint32_t slot) { return comp_kind(loaded(world, slot)->words); }

Word *world_resize(World *world, uint32_t slot, uint32_t n) {
    Comp *comp = loaded(world, slot);
    reserve_words(comp, n);
    if (n > comp->n) memset(comp->words + comp->n, 0, sizeof(Word) * (n - comp->n));
    comp->n = n;
    comp->changed = true;
    return comp->words;
}

Word *world_insert(World *world, uint32_t slot, uint32_t at, uint32_t count) {
    uint32_t n = loaded(world, slot)->n;
    assert(at <= n);
    Word *words = world_resize(world, slot, n + count);
    memmove(words + at + count, words + at, sizeof(Word) * (n - at));
    memset(words + at, 0, sizeof(Word) * count);
    return words;
}

void world_remove(World *world, uint32_t slot, uint32_t at, uint32_t count) {
    Comp *comp = loaded(world, slot);
    assert(at + count <= comp->n && count < comp->n);
    memmove(comp->words + at, comp->words + at + count, sizeof(Word) * (comp->n - at - count));
    comp->n -= count;
    comp->changed = true;
}

const Word *world_global(World *world, uint32_t global) {
    assert(global < world->program->nglobals);
    if (world->const_globals[global]) return world->const_globals[global];
    return world_read(world, world->global_slot[global], NULL) + 1;
}

/* ---- scratch */

void world_orphan(World *world, uint8_t kind, Word word) {
    assert(word_is_counted(kind));
    if (word > 0) vec_push(&world->scratch->orphans, (Orphan){kind, word});
}

void world_orphan_words(World *world, const uint8_t *kinds, const Word *words, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (word_is_counted(kinds[i])) world_orphan(world, kinds[i], words[i]);
}

bool world_take_orphan(World *world, Orphan *orphan) {
    struct WorldScratch *scratch = world->scratch;
    if (!scratch->orphans.n) return false;
    *orphan = scratch->orphans.data[0];
    scratch->orphans.n--;
    memmove(scratch->orphans.data, scratch->orphans.data + 1, sizeof(Orphan) * scratch->orphans.n);
    return true;
}

void world_spare(World *world, Word mutex) { vec_push(&world->scratch->spared, mutex); }
void world_forget_spared(World *world) { vec_clear(&world->scratch->spared); }

bool world_take_spared(World *world, Word mutex) {
    struct WorldScratch *scratch = world->scratch;
    for (uint32_t i = 0; i < scratch->spared.n; i++) {
        if (scratch->spared.data[i] != mutex) continue;
        scratch->spared.data[i] = scratch->spared.data[--scratch->spared.n];
        return true;
    }
    return false;
}

Word *world_scratch(World *world, ScratchUse use, uint32_t n) {
    vec_reserve(&world->scratch->buffers[use], n ? n : 1);
    return world->scratch->buffers[use].data;
}

/* ---- handles of components */

void world_global_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    uint32_t number = (uint32_t)(words[0] >> 8);
    if (!number) return;
    const ValueType *type = program->globals[number - 1].type;
    assert(n == type->words + 1);
    for (uint32_t i = 1; i < n; i++)
        if (type->word_kinds[i - 1] != WORD_DATA && words[i] > 0) visit(context, i, words[i], true);
}

void comp_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    const KindRow *kind = kind_row(comp_kind(words));
    if (kind->handles) kind->handles(program, words, n, visit, context);
}

uint32_t comp_element(const Program *program, const Word *words, uint32_t index) {
    const KindRow *kind = kind_row(comp_kind(words));
    return kind->element ? kind->element(program, words, index) : 0;
}

void comp_normalise(const Program *program, Word *words, uint32_t n) {
    const KindRow *kind = kind_row(comp_kind(words));
    if (kind->normalise) kind->normalise(program, words, n);
}

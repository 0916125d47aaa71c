/* The nodes and edges of one task: its code runs as far as one course is certain; where it is not, or where others could see something, is a node. */
#include "model/walking.h"

#include "model/flow.h"
#include "model/liveness.h"
#include "model/step.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSTRUCTIONS = 1000000, MAX_VALUES = 8, MAX_WAYS = 64 };

typedef struct Walker {
    Walking *walking;
    const Program *program;
    const Machine *machine;
    uint32_t task;    /* NO_SLOT: the code that makes the global objects */
    uint32_t n;       /* slots */
    uint64_t *live;
    uint32_t live_words;
    VEC(WalkNode) nodes;
    VEC(Word) words;  /* n per node */
    VEC(bool) known;
    uint32_t *table, mask; /* of nodes plus one */
    VEC(WalkEdge) edges;
    VEC(WalkWait) waits;
    Frame frame;      /* of the course at hand */
    Arena arena;
    bool stopped;     /* refused, or to be done again */
} Walker;

typedef enum Went { WENT_ON, WENT_TO_NODE, WENT_WRONG, WENT_CUT } Went;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static void refuse(Walker *walker, Span at, const char *why) {
    walking_refuse(walker->walking, at, why);
    walker->stopped = true;
}

static void set(Walker *walker, uint32_t slot, Word word) {
    walker->frame.words[slot] = word;
    walker->frame.known[slot] = true;
}
static void forget(Walker *walker, uint32_t slot, uint32_t n) {
    for (uint32_t i = slot; i < slot + n; i++) {
        walker->frame.words[i] = 0;
        walker->frame.known[i] = false;
    }
}
static bool is_known(const Walker *walker, uint32_t slot) { return walker->frame.known[slot]; }
static Word word_at(const Walker *walker, uint32_t slot) { return walker->frame.words[slot]; }
static bool is_handle_slot(const Walker *walker, uint32_t slot) { return walker->machine->slot_kinds[slot] != WORD_DATA; }

static void copy(Walker *walker, uint32_t to, uint32_t from, uint32_t n) {
    memmove(walker->frame.words + to, walker->frame.words + from, sizeof(Word) * n);
    memmove(walker->frame.known + to, walker->frame.known + from, sizeof(bool) * n);
}

/* ---- nodes */

static bool is_live(const Walker *walker, uint32_t pc, uint32_t slot) {
    return walker->live[(size_t)pc * walker->live_words + slot / 64] >> (slot % 64) & 1;
}

static uint32_t *place_of(const Walker *walker, uint32_t pc, const Word *words, const bool *known) {
    uint64_t hash = hash_combine(pc, hash_combine(hash_bytes(words, sizeof *words * walker->n), hash_bytes(known, sizeof *known * walker->n)));
    for (uint32_t at = (uint32_t)hash & walker->mask;; at = (at + 1) & walker->mask) {
        uint32_t *place = &walker->table[at];
        if (!*place) return place;
        size_t base = (size_t)(*place - 1) * walker->n;
        if (walker->nodes.data[*place - 1].pc == pc && memcmp(walker->words.data + base, words, sizeof *words * walker->n) == 0 &&
            memcmp(walker->known.data + base, known, sizeof *known * walker->n) == 0)
            return place;
    }
}

static void grow(Walker *walker) {
    free(walker->table);
    walker->mask = walker->mask ? walker->mask * 2 + 1 : 255;
    walker->table = allocate((size_t)walker->mask + 1, sizeof *walker->table);
    for (uint32_t i = 0; i < walker->nodes.n; i++) {
        size_t base = (size_t)i * walker->n;
        if (!walker->nodes.data[i].is_violated && !walker->nodes.data[i].is_cut)
            *place_of(walker, walker->nodes.data[i].pc, walker->words.data + base, walker->known.data + base) = i + 1;
    }
}

/* Slots that no code reads any more, or that are no longer followed, are the same in all nodes. */
static void settle_frame(Walker *walker, uint32_t pc) {
    const bool *dropped = walker->walking->dropped[walker->machine->id];
    for (uint32_t slot = 0; slot < walker->n; slot++)
        if (!is_live(walker, pc, slot) || (dropped[slot] && !is_handle_slot(walker, slot))) forget(walker, slot, 1);
}

static uint32_t add_node(Walker *walker, WalkNode node) {
    for (uint32_t i = 0; i < walker->n; i++) {
        vec_push(&walker->words, walker->frame.words[i]);
        vec_push(&walker->known, walker->frame.known[i]);
    }
    vec_push(&walker->nodes, node);
    return walker->nodes.n - 1;
}

static uint32_t node_at(Walker *walker, uint32_t pc) {
    settle_frame(walker, pc);
    if (!walker->mask || walker->nodes.n * 2 > walker->mask) grow(walker);
    uint32_t *place = place_of(walker, pc, walker->frame.words, walker->frame.known);
    if (*place) return *place - 1;
    *place = walker->nodes.n + 1;
    return add_node(walker, (WalkNode){.pc = pc, .at = walker->machine->code[pc].span, .has_ended = walker->machine->code[pc].op == INSTR_END});
}

static void load(Walker *walker, uint32_t node) {
    memcpy(walker->frame.words, walker->words.data + (size_t)node * walker->n, sizeof(Word) * walker->n);
    memcpy(walker->frame.known, walker->known.data + (size_t)node * walker->n, sizeof(bool) * walker->n);
}

/* ---- instructions whose course is certain */

static bool may_be_undefined(const Instr *instr, bool c_known) {
    bool is_signed = itype_signed(instr->type) && itype_bits(instr->type) > 0;
    switch (instr->op) {
    case INSTR_ADD: case INSTR_SUB: case INSTR_MUL: case INSTR_NEG: return is_signed;
    case INSTR_DIV: case INSTR_MOD: return !c_known || is_signed;
    case INSTR_SHL: return is_signed || !c_known;
    case INSTR_SHR: return !c_known;
    case INSTR_NARROW: return true;
    default: return false;
    }
}

static Went wrong(Walker *walker, WalkGapKind kind, Span at) {
    walking_gap(walker->walking, kind, at);
    return WENT_WRONG;
}

static Went compute(Walker *walker, const Instr *instr) {
    bool binary = arith_is_binary((InstrOp)instr->op), c_known = !binary || is_known(walker, instr->c);
    Word b = word_at(walker, instr->b), c = binary ? word_at(walker, instr->c) : 0, result;
    if (!is_known(walker, instr->b) || !c_known) {
        if (may_be_undefined(instr, c_known)) walking_gap(walker->walking, WALK_GAP_UNDEFINED, instr->span);
        forget(walker, instr->a, 1);
        return WENT_ON;
    }
    if (b == WORD_UNINIT || c == WORD_UNINIT || !arith_compute((InstrOp)instr->op, instr->type, b, c, &result))
        return wrong(walker, WALK_GAP_UNDEFINED, instr->span);
    set(walker, instr->a, result);
    return WENT_ON;
}

static Went bounds(Walker *walker, const Instr *instr) {
    if (!is_known(walker, instr->b)) {
        walking_gap(walker->walking, WALK_GAP_UNDEFINED, instr->span);
        forget(walker, instr->a, 1);
        return WENT_ON;
    }
    Word index = word_at(walker, instr->b);
    if (index == WORD_UNINIT || index < 0 || index >= instr->imm) return wrong(walker, WALK_GAP_UNDEFINED, instr->span);
    set(walker, instr->a, index * (Word)instr->d);
    return WENT_ON;
}

static Went load_indexed(Walker *walker, const Instr *instr) {
    if (is_known(walker, instr->c)) copy(walker, instr->a, instr->b + (uint32_t)word_at(walker, instr->c), (uint32_t)instr->imm);
    else if (is_handle_slot(walker, instr->a)) return WENT_TO_NODE;
    else forget(walker, instr->a, (uint32_t)instr->imm);
    return WENT_ON;
}

static Went store_indexed(Walker *walker, const Instr *instr) {
    if (is_known(walker, instr->c)) copy(walker, instr->a + (uint32_t)word_at(walker, instr->c), instr->b, (uint32_t)instr->imm);
    else forget(walker, instr->a, instr->d);
    return WENT_ON;
}

static Went load_global(Walker *walker, const Instr *instr) {
    const Global *global = &walker->program->globals[instr->b];
    const Frame *constants = &walker->walking->constants[instr->b];
    bool is_certain = instr->c == NO_SLOT || is_known(walker, instr->c);
    uint32_t word = (uint32_t)instr->imm + (is_certain && instr->c != NO_SLOT ? (uint32_t)word_at(walker, instr->c) : 0);
    if (is_handle_slot(walker, instr->a)) {
        const Values *values = is_certain ? &walker->walking->globals[instr->b][word] : NULL;
        if (!values || values->any || values->words.n > 1) return WENT_TO_NODE;
        set(walker, instr->a, values->words.n ? values->words.data[0] : 0);
    } else if (is_certain && constants->known[word]) {
        set(walker, instr->a, constants->words[word]);
    } else {
        forget(walker, instr->a, 1);
    }
    (void)global;
    return WENT_ON;
}

static Went store_global(Walker *walker, const Instr *instr) {
    const Global *global = &walker->program->globals[instr->b];
    Values *values = walker->walking->globals[instr->b];
    bool is_certain = instr->c == NO_SLOT || is_known(walker, instr->c), is_first = walker->task == NO_SLOT;
    uint32_t word = (uint32_t)instr->imm + (is_certain && instr->c != NO_SLOT ? (uint32_t)word_at(walker, instr->c) : 0);
    if (!is_handle_slot(walker, instr->a)) {
        if (!is_first || !is_certain) return WENT_ON;
        walker->walking->constants[instr->b].words[word] = word_at(walker, instr->a);
        walker->walking->constants[instr->b].known[word] &= is_known(walker, instr->a);
        return WENT_ON;
    }
    if (!is_first) walking_note(walker->walking, instr->span, "a handle in a shared variable is taken to be there before it is used");
    for (uint32_t w = is_certain ? word : 0; w < (is_certain ? word + 1 : global->type->words); w++)
        if (global->type->word_kinds[w] != WORD_DATA) known_add(walker->walking, &values[w], word_at(walker, instr->a), is_known(walker, instr->a));
    return WENT_ON;
}

/* The task that was just spawned plays a role. */
static Went take_role(Walker *walker, const Instr *instr) {
    if (!is_known(walker, instr->a) || !handle_is_task(word_at(walker, instr->a))) return WENT_ON;
    WalkTask *task = &walker->walking->tasks.data[word_at(walker, instr->a) - handle_of_task(0)];
    task->role = (uint32_t)instr->imm;
    task->has_index = instr->b != NO_SLOT;
    if (!task->has_index) return WENT_ON;
    if (!is_known(walker, instr->b)) {
        refuse(walker, instr->span, "which of the roles this is cannot be followed");
        return WENT_CUT;
    }
    task->index = word_at(walker, instr->b);
    return WENT_ON;
}

static Went check(Walker *walker, const Instr *instr) {
    if (!is_known(walker, instr->a)) walking_gap(walker->walking, WALK_GAP_ASSERTION, instr->span);
    else if (word_at(walker, instr->a) == 0 || word_at(walker, instr->a) == WORD_UNINIT) return wrong(walker, WALK_GAP_ASSERTION, instr->span);
    return WENT_ON;
}

static Went take(Walker *walker, const Instr *instr) {
    if (is_known(walker, instr->b) && word_at(walker, instr->b) == WORD_MOVED) return wrong(walker, WALK_GAP_MISUSE, instr->span);
    copy(walker, instr->a, instr->b, 1);
    set(walker, instr->b, WORD_MOVED);
    return WENT_ON;
}

/* An object that others use, but which is not followed: its answer is anything. */
static Went aside(Walker *walker, const Instr *instr, uint32_t result, uint32_t n, WalkGapKind kind) {
    walking_gap(walker->walking, kind, instr->span);
    if (result != NO_SLOT) forget(walker, result, n);
    return WENT_ON;
}

static Went drop(Walker *walker, const Instr *instr) {
    bool is_nothing = is_known(walker, instr->a) && (word_at(walker, instr->a) == 0 || word_at(walker, instr->a) == WORD_MOVED);
    uint8_t kind = walker->machine->slot_kinds[instr->a];
    if (!is_nothing && (kind == WORD_SENDER || kind == WORD_RECEIVER)) return WENT_TO_NODE;
    set(walker, instr->a, 0);
    return WENT_ON;
}

static Went execute_other(Walker *walker, const Instr *instr) {
    switch (instr->op) {
    case INSTR_LEN: case INSTR_CAP: case INSTR_FULL: case INSTR_EMPTY: case INSTR_CLOSED: case INSTR_LAGGED: case INSTR_ABORTED: case INSTR_CRASHED:
        forget(walker, instr->b, 1);
        return WENT_ON;
    case INSTR_NOW: forget(walker, instr->a, 1); return WENT_ON;
    case INSTR_PUBLISH: return aside(walker, instr, instr->c, 1, WALK_GAP_LOCK);
    case INSTR_READ: return aside(walker, instr, instr->b, (uint32_t)instr->imm, WALK_GAP_LOCK);
    case INSTR_SUBSCRIBE: copy(walker, instr->b, instr->a, 1); return aside(walker, instr, NO_SLOT, 0, WALK_GAP_LOCK);
    case INSTR_TRY_LOCK: case INSTR_TRY_ACQUIRE: case INSTR_TRY_READ_LOCK: case INSTR_TRY_WRITE_LOCK:
        return aside(walker, instr, instr->c, 1, WALK_GAP_LOCK);
    case INSTR_UNLOCK: case INSTR_RELEASE: case INSTR_SIGNAL: case INSTR_SIGNAL_ALL: case INSTR_NOTIFY_ONE: case INSTR_NOTIFY_ALL: case INSTR_GROUP_ADD:
    case INSTR_GROUP_DONE: case INSTR_ONCE_LEAVE: case INSTR_WAKE:
        return aside(walker, instr, NO_SLOT, 0, WALK_GAP_MISUSE);
    case INSTR_WAKER: forget(walker, instr->a, 1); return WENT_ON;
    case INSTR_FUTURE: case INSTR_OP_FUTURE: refuse(walker, instr->span, "a future is not followed"); return WENT_CUT;
    case INSTR_ABORT: case INSTR_SCOPE_ABORT: refuse(walker, instr->span, "what an abort leaves behind is not followed"); return WENT_CUT;
    case INSTR_TRY_RESERVE: refuse(walker, instr->span, "a slot that is kept is not followed"); return WENT_CUT;
    default: refuse(walker, instr->span, "this is not followed"); return WENT_CUT;
    }
}

static Went execute(Walker *walker, const Instr *instr) {
    switch (instr->op) {
    case INSTR_CONST: set(walker, instr->a, instr->imm); return WENT_ON;
    case INSTR_UNINIT:
        for (Word i = 0; i < instr->imm; i++) set(walker, instr->a + (uint32_t)i, WORD_UNINIT);
        return WENT_ON;
    case INSTR_ZERO:
        for (Word i = 0; i < instr->imm; i++) set(walker, instr->a + (uint32_t)i, 0);
        return WENT_ON;
    case INSTR_MOVE: copy(walker, instr->a, instr->b, (uint32_t)instr->imm); return WENT_ON;
    case INSTR_LOADX: return load_indexed(walker, instr);
    case INSTR_STOREX: return store_indexed(walker, instr);
    case INSTR_BOUNDS: return bounds(walker, instr);
    case INSTR_ADD: case INSTR_SUB: case INSTR_MUL: case INSTR_DIV: case INSTR_MOD: case INSTR_SHL: case INSTR_SHR: case INSTR_AND: case INSTR_OR:
    case INSTR_XOR: case INSTR_NEG: case INSTR_BITNOT: case INSTR_NOT: case INSTR_EQ: case INSTR_NE: case INSTR_LT: case INSTR_LE:
    case INSTR_CONVERT: case INSTR_NARROW:
        return compute(walker, instr);
    case INSTR_ASSERT: return check(walker, instr);
    case INSTR_UNREACHABLE: return wrong(walker, WALK_GAP_ASSERTION, instr->span);
    case INSTR_NO_RETURN: return wrong(walker, WALK_GAP_UNDEFINED, instr->span);
    case INSTR_ASSUME: return is_known(walker, instr->a) && word_at(walker, instr->a) == 0 ? WENT_CUT : WENT_ON;
    case INSTR_PRINT: case INSTR_PROGRESS: case INSTR_ATOMIC_BEGIN: case INSTR_GIVE_UP: case INSTR_USE: return WENT_ON;
    case INSTR_KILL: return aside(walker, instr, NO_SLOT, 0, WALK_GAP_UNDEFINED);
    case INSTR_GLOAD: return load_global(walker, instr);
    case INSTR_GSTORE: return store_global(walker, instr);
    case INSTR_TAKE_ROLE: return take_role(walker, instr);
    case INSTR_COPY: copy(walker, instr->a, instr->b, 1); return WENT_ON;
    case INSTR_TAKE: return take(walker, instr);
    case INSTR_DROP: return drop(walker, instr);
    case INSTR_ANY: case INSTR_END: case INSTR_WAIT: case INSTR_SPAWN: case INSTR_NEW: case INSTR_TRY_SEND: case INSTR_TRY_RECV: case INSTR_SEND:
    case INSTR_CLOSE: case INSTR_MAKE_END: case INSTR_CLONE:
        return WENT_TO_NODE;
    default: return execute_other(walker, instr);
    }
}

/* Runs the frame from pc on to the next node. */
static uint32_t run(Walker *walker, uint32_t pc) {
    for (uint32_t i = 0; i < MAX_INSTRUCTIONS && !walker->stopped; i++) {
        const Instr *instr = &walker->machine->code[pc];
        if (instr->op == INSTR_JUMP) {
            pc = (uint32_t)instr->imm;
            continue;
        }
        if (instr->op == INSTR_BRANCH) {
            if (!is_known(walker, instr->a)) return node_at(walker, pc);
            if (word_at(walker, instr->a) == WORD_UNINIT) {
                walking_gap(walker->walking, WALK_GAP_UNDEFINED, instr->span);
                return add_node(walker, (WalkNode){.pc = pc, .at = instr->span, .is_violated = true});
            }
            pc = word_at(walker, instr->a) == 0 ? (uint32_t)instr->imm : pc + 1;
            continue;
        }
        Went went = execute(walker, instr);
        if (went == WENT_TO_NODE) return node_at(walker, pc);
        if (went == WENT_WRONG) return add_node(walker, (WalkNode){.pc = pc, .at = instr->span, .is_violated = true});
        if (went == WENT_CUT) return add_node(walker, (WalkNode){.pc = pc, .at = instr->span, .is_cut = true});
        pc++;
    }
    if (!walker->stopped) refuse(walker, walker->machine->code[pc].span, "more than 1,000,000 instructions without a wait");
    return 0;
}

/* ---- edges */

typedef struct Way { uint32_t from; Span span; } Way;

static void go(Walker *walker, Way way, WalkAction action, uint32_t object, uint32_t label, uint32_t pc) {
    uint32_t to = run(walker, pc);
    if (!walker->stopped) vec_push(&walker->edges, (WalkEdge){way.from, to, action, object, label, way.span});
}

static void go_silently(Walker *walker, Way way, uint32_t pc) { go(walker, way, WALK_SILENT, 0, 0, pc); }

static void expand_branch(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    walking_note(walker->walking, instr->span, "a branch on data that is not followed: both ways are taken");
    load(walker, way.from);
    set(walker, instr->a, 0);
    go_silently(walker, way, (uint32_t)instr->imm);
    load(walker, way.from);
    go_silently(walker, way, pc + 1);
}

static void expand_any(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    load(walker, way.from);
    Word low = word_at(walker, instr->b), high = word_at(walker, instr->c);
    bool is_small = is_known(walker, instr->b) && is_known(walker, instr->c) && low <= high && (uint64_t)high - (uint64_t)low < MAX_VALUES;
    if (!is_small) {
        forget(walker, instr->a, 1);
        go_silently(walker, way, pc + 1);
        return;
    }
    for (Word value = low; value <= high; value++) {
        load(walker, way.from);
        set(walker, instr->a, value);
        go_silently(walker, way, pc + 1);
    }
}

/* One of several handles: those that may stand in any of these places. */
static void expand_values(Walker *walker, Way way, const Instr *instr, uint32_t pc, const Values *values, uint32_t nvalues) {
    VEC(Word) tried = {0};
    walking_note(walker->walking, instr->span, "which handle is taken is not followed: each that may be there");
    for (uint32_t v = 0; v < nvalues && !walker->stopped; v++) {
        if (values[v].any) refuse(walker, instr->span, "a handle that is not known is taken here");
        for (uint32_t i = 0; i < values[v].words.n; i++) {
            bool again = false;
            for (uint32_t k = 0; k < tried.n; k++) again |= tried.data[k] == values[v].words.data[i];
            if (again) continue;
            vec_push(&tried, values[v].words.data[i]);
            load(walker, way.from);
            set(walker, instr->a, values[v].words.data[i]);
            go_silently(walker, way, pc + 1);
        }
    }
    vec_fini(&tried);
}

static void expand_load(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    const Global *global = &walker->program->globals[instr->b];
    bool is_certain = instr->c == NO_SLOT || is_known(walker, instr->c);
    uint32_t word = (uint32_t)instr->imm + (is_certain && instr->c != NO_SLOT ? (uint32_t)word_at(walker, instr->c) : 0);
    const Values *values = walker->walking->globals[instr->b];
    if (is_certain) expand_values(walker, way, instr, pc, values + word, 1);
    else expand_values(walker, way, instr, pc, values, global->type->words);
}

/* An element of a local array of handles, with an index that is not known. */
static void expand_loadx(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    uint32_t n = (uint32_t)instr->imm;
    walking_note(walker->walking, instr->span, "which element is taken is not followed: each of them");
    for (uint32_t offset = 0; offset + n <= instr->d; offset += n) {
        load(walker, way.from);
        copy(walker, instr->a, instr->b + offset, n);
        go_silently(walker, way, pc + 1);
    }
}

/* ---- objects and tasks */

static Maker maker_at(const Walker *walker, uint32_t node) {
    size_t base = (size_t)node * walker->n;
    return (Maker){walker->task, walker->nodes.data[node].pc, walker->words.data + base, walker->known.data + base, walker->n};
}

static void expand_new(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    uint32_t index = known_object(walker->walking, maker_at(walker, way.from), (uint32_t)instr->imm, instr->span);
    const Site *site = &walker->program->sites[instr->imm];
    WalkObject *object = &walker->walking->objects.data[index];
    if (site->kind == OBJECT_CHANNEL) {
        object->is_known = site->is_oneshot || site->is_unbounded || (instr->b != NO_SLOT && is_known(walker, instr->b));
        if (site->is_oneshot) object->capacity = 1;
        if (!object->is_known) walking_gap(walker->walking, WALK_GAP_MISUSE, instr->span);
        else if (!site->is_oneshot && !site->is_unbounded) object->capacity = (uint32_t)word_at(walker, instr->b);
        if (site->is_extern) refuse(walker, instr->span, "what the environment sends is not followed");
        if (site->is_lossy || site->is_duplicating || site->is_reordering) walking_gap(walker->walking, WALK_GAP_FAULT, instr->span);
    }
    set(walker, instr->a, handle_of_object(index));
    go_silently(walker, way, pc + 1);
}

static void expand_spawn(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    const Machine *machine = walker->program->machines[instr->imm];
    WalkTask like = {.machine = machine, .parent = walker->task, .spawn = instr->span, .is_daemon = (instr->type & 1) != 0, .scope = NO_SLOT, .role = NO_SLOT};
    if (instr->type >> 1) walking_gap(walker->walking, WALK_GAP_FAULT, instr->span);
    if (instr->d != NO_SLOT && is_known(walker, instr->d) && handle_is_object(word_at(walker, instr->d))) like.scope = (uint32_t)word_at(walker, instr->d) - 1;
    Frame arguments = {walker->frame.words + instr->b, walker->frame.known + instr->b};
    uint32_t task = known_task(walker->walking, maker_at(walker, way.from), like, arguments);
    if (instr->a != NO_SLOT) set(walker, instr->a, handle_of_task(task));
    go(walker, way, WALK_SPAWN, task, 0, pc + 1);
}

/* ---- channels */

/* The channel of a handle: false when there is none to follow (and `none`: nothing ever happens there). */
static bool channel_of(Walker *walker, uint32_t slot, Span at, uint32_t *object, bool *is_none) {
    *is_none = false;
    if (!is_known(walker, slot)) {
        refuse(walker, at, "which channel this is cannot be followed");
        return false;
    }
    *is_none = word_at(walker, slot) == 0;
    if (*is_none || !handle_is_object(word_at(walker, slot))) return false;
    *object = (uint32_t)word_at(walker, slot) - 1;
    return walker->program->sites[walker->walking->objects.data[*object].site].kind == OBJECT_CHANNEL;
}

static const ValueType *elem_of(const Walker *walker, uint32_t object) { return walker->program->sites[walker->walking->objects.data[object].site].elem; }

typedef struct Exchange { uint32_t object, value, dest, result, target; bool may_fail; } Exchange; /* slots; pcs */

static void set_result(Walker *walker, uint32_t slot, Word value) {
    if (slot != NO_SLOT) set(walker, slot, value);
}

/* It yields false: one that never waits may at any time, others when the channel may be closed. */
static void expand_failure(Walker *walker, Way way, const Exchange *exchange, WalkAction action) {
    if (!exchange->may_fail && !walker->walking->objects.data[exchange->object].may_close) return;
    if (!exchange->may_fail && action == WALK_SEND_FAILS) walking_gap(walker->walking, WALK_GAP_CLOSED, way.span);
    load(walker, way.from);
    set_result(walker, exchange->result, 0);
    go(walker, way, exchange->may_fail ? WALK_SILENT : action, exchange->object, 0, exchange->target);
}

static void note_wait(Walker *walker, Way way, const Exchange *exchange, bool is_send, uint32_t label) {
    vec_push(&walker->waits, (WalkWait){way.from, exchange->object, label, is_send});
}

/* What a send may be refused for. */
static void check_send(Walker *walker, Way way, const Exchange *exchange, const ValueType *elem) {
    if (walker->program->sites[walker->walking->objects.data[exchange->object].site].is_oneshot) walking_gap(walker->walking, WALK_GAP_MISUSE, way.span);
    for (uint32_t i = 0; i < elem->words; i++)
        if (is_known(walker, exchange->value + i) && word_at(walker, exchange->value + i) == WORD_UNINIT) walking_gap(walker->walking, WALK_GAP_UNDEFINED, way.span);
}

static void expand_send(Walker *walker, Way way, const Exchange *exchange) {
    const ValueType *elem = elem_of(walker, exchange->object);
    check_send(walker, way, exchange, elem);
    bool has_labels = elem->kind == VALUE_MESSAGE;
    uint32_t labels = has_labels ? elem->nlabels : 1;
    load(walker, way.from);
    bool is_certain = !has_labels || is_known(walker, exchange->value);
    uint32_t certain = has_labels && is_certain ? (uint32_t)word_at(walker, exchange->value) : 0;
    if (!exchange->may_fail) note_wait(walker, way, exchange, true, is_certain ? certain : NO_SLOT);
    if (!is_certain) walking_note(walker->walking, way.span, "which message is sent depends on data that is not followed: each that the type has");
    for (uint32_t label = is_certain ? certain : 0; label < (is_certain ? certain + 1 : labels) && label < labels; label++) {
        load(walker, way.from);
        if (has_labels) set(walker, exchange->value, label);
        known_send(walker->walking, exchange->object, label, elem, (Frame){walker->frame.words + exchange->value, walker->frame.known + exchange->value});
        set_result(walker, exchange->result, 1);
        go(walker, way, WALK_SEND, exchange->object, label, exchange->target);
    }
    expand_failure(walker, way, exchange, WALK_SEND_FAILS);
}

/* An item of this kind is received: words that hold handles are each of those that somebody sends; `pick`: of each word which. */
static void receive(Walker *walker, Way way, const Exchange *exchange, const Item *item, const uint32_t *pick) {
    const ValueType *elem = elem_of(walker, exchange->object);
    load(walker, way.from);
    for (uint32_t w = 0; w < elem->words; w++) {
        if (exchange->dest == NO_SLOT) break;
        if (elem->word_kinds[w] == WORD_DATA) forget(walker, exchange->dest + w, 1);
        else if (item->words[w].words.n) set(walker, exchange->dest + w, item->words[w].words.data[pick[w]]);
        else forget(walker, exchange->dest + w, 1);
    }
    if (exchange->dest != NO_SLOT && elem->kind == VALUE_MESSAGE) set(walker, exchange->dest, item->label);
    set_result(walker, exchange->result, 1);
    go(walker, way, WALK_RECV, exchange->object, item->label, exchange->target);
}

/* The next choice of handles; false after the last. */
static bool next_pick(const Item *item, uint32_t *pick) {
    for (uint32_t w = 0; w < item->n; w++) {
        if (++pick[w] < item->words[w].words.n) return true;
        pick[w] = 0;
    }
    return false;
}

static void expand_recv(Walker *walker, Way way, const Exchange *exchange) {
    const Item *item;
    if (!exchange->may_fail) note_wait(walker, way, exchange, false, NO_SLOT);
    for (uint32_t i = 0; (item = known_item(walker->walking, exchange->object, i)) && !walker->stopped; i++) {
        uint32_t *pick = allocate(item->n, sizeof *pick), ways = 0;
        Item here = *item; /* the list may grow */
        do {
            receive(walker, way, exchange, &here, pick);
        } while (next_pick(&here, pick) && ++ways < MAX_WAYS && !walker->stopped);
        if (ways >= MAX_WAYS) refuse(walker, way.span, "too many handles may be received here");
        if (ways) walking_note(walker->walking, way.span, "which handle is received is not followed: each that is sent");
        free(pick);
    }
    expand_failure(walker, way, exchange, WALK_RECV_OVER);
}

static void expand_try(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    Exchange exchange = {.value = instr->b, .dest = instr->b, .result = instr->c, .target = pc + 1, .may_fail = true};
    bool is_none;
    if (channel_of(walker, instr->a, instr->span, &exchange.object, &is_none)) {
        if (instr->op == INSTR_TRY_SEND) expand_send(walker, way, &exchange);
        else expand_recv(walker, way, &exchange);
        return;
    }
    if (walker->stopped) return;
    if (!is_none) walking_gap(walker->walking, WALK_GAP_LOCK, instr->span);
    if (instr->op == INSTR_TRY_RECV) forget(walker, instr->b, (uint32_t)instr->imm);
    forget(walker, instr->c, 1);
    go_silently(walker, way, pc + 1);
}

/* To a broadcast, or a permit. */
static void expand_push(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    if (walker->machine->slot_kinds[instr->a] == WORD_PERMIT) {
        refuse(walker, instr->span, "a slot that is kept is not followed");
        return;
    }
    walking_gap(walker->walking, WALK_GAP_LOCK, instr->span);
    if (instr->c != NO_SLOT) forget(walker, instr->c, 1);
    go_silently(walker, way, pc + 1);
}

static void expand_handle(Walker *walker, Way way, const Instr *instr, uint32_t pc) {
    uint32_t object;
    bool is_none;
    bool is_channel = channel_of(walker, instr->a, instr->span, &object, &is_none);
    if (walker->stopped) return;
    uint32_t end = instr->op == INSTR_DROP ? instr->a : instr->b;
    bool is_sender = instr->op != INSTR_CLOSE && walker->machine->slot_kinds[end] == WORD_SENDER;
    WalkAction action = instr->op == INSTR_CLOSE ? WALK_CLOSE
                        : instr->op == INSTR_DROP ? (is_sender ? WALK_DROP_SENDER : WALK_DROP_RECEIVER)
                                                  : (is_sender ? WALK_NEW_SENDER : WALK_NEW_RECEIVER);
    if (instr->op == INSTR_DROP) set(walker, instr->a, 0);
    else if (instr->op != INSTR_CLOSE) copy(walker, instr->b, instr->a, 1);
    if (is_channel) {
        if (action == WALK_CLOSE) walking_gap(walker->walking, WALK_GAP_MISUSE, way.span); /* perhaps a second time */
        bool closes = action == WALK_CLOSE || action == WALK_DROP_SENDER || action == WALK_DROP_RECEIVER;
        walker->walking->learned |= closes && !walker->walking->objects.data[object].may_close;
        walker->walking->objects.data[object].may_close |= closes;
        go(walker, way, action, object, 0, pc + 1);
        return;
    }
    walking_gap(walker->walking, WALK_GAP_LOCK, instr->span);
    go_silently(walker, way, pc + 1);
}

/* ---- waits */

/* An arm whose guard is not known: with it and without it. */
static bool split_guard(Walker *walker, Way way, const Point *point, uint32_t pc) {
    for (uint32_t i = 0; i < point->narms; i++) {
        uint32_t guard = point->arms[i].guard;
        if (guard == NO_SLOT || is_known(walker, guard)) continue;
        walking_note(walker->walking, point->arms[i].span, "a guard that depends on data that is not followed: with the arm and without it");
        for (Word value = 0; value < 2; value++) {
            load(walker, way.from);
            set(walker, guard, value);
            go_silently(walker, way, pc);
        }
        return true;
    }
    return false;
}

static void expand_join(Walker *walker, Way way, const Arm *arm) {
    bool is_task = is_known(walker, arm->obj) && handle_is_task(word_at(walker, arm->obj));
    uint32_t task = is_task ? (uint32_t)(word_at(walker, arm->obj) - handle_of_task(0)) : 0;
    if (is_known(walker, arm->obj) && word_at(walker, arm->obj) == 0) return;
    if (!is_task) walking_gap(walker->walking, WALK_GAP_LOCK, arm->span);
    if (arm->result != NO_SLOT) forget(walker, arm->result, arm->result_n);
    go(walker, way, is_task ? WALK_JOIN : WALK_SILENT, task, 0, arm->target);
}

static void expand_other_arm(Walker *walker, Way way, const Arm *arm) {
    if (arm->op == ARM_FUTURE) {
        refuse(walker, arm->span, "a future is not followed");
        return;
    }
    if (arm->op == ARM_RESERVE) {
        refuse(walker, arm->span, "a slot that is kept is not followed");
        return;
    }
    if (arm->op != ARM_SLEEP && arm->op != ARM_YIELD) walking_gap(walker->walking, WALK_GAP_LOCK, arm->span);
    if (arm->dest != NO_SLOT) forget(walker, arm->dest, arm->dest_n);
    if (arm->result != NO_SLOT) forget(walker, arm->result, arm->result_n);
    if (arm->op == ARM_LOCK || arm->op == ARM_SLEEP || arm->op == ARM_YIELD) set_result(walker, arm->result, 1);
    go_silently(walker, way, arm->target);
}

static void expand_arm(Walker *walker, Way way, const Arm *arm) {
    load(walker, way.from);
    if (arm->guard != NO_SLOT && word_at(walker, arm->guard) == 0) return;
    Exchange exchange = {.value = arm->value, .dest = arm->dest, .result = arm->result, .target = arm->target};
    bool is_none;
    way.span = arm->span;
    if (arm->op == ARM_SEND || arm->op == ARM_RECV) {
        if (channel_of(walker, arm->obj, arm->span, &exchange.object, &is_none)) {
            if (arm->op == ARM_SEND) expand_send(walker, way, &exchange);
            else expand_recv(walker, way, &exchange);
        } else if (!walker->stopped && !is_none) {
            expand_other_arm(walker, way, arm);
        }
    } else if (arm->op == ARM_JOIN) {
        expand_join(walker, way, arm);
    } else if (arm->op == ARM_SCOPE_END && is_known(walker, arm->obj) && handle_is_object(word_at(walker, arm->obj))) {
        go(walker, way, WALK_JOIN_ALL, (uint32_t)word_at(walker, arm->obj) - 1, 0, arm->target);
    } else {
        expand_other_arm(walker, way, arm);
    }
}

static bool is_place(const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) {
        ArmOp op = point->arms[i].op;
        if (op == ARM_RECV || op == ARM_CHANGED || op == ARM_NOTIFIED || op == ARM_PARK || op == ARM_PENDING) return true;
    }
    return point->is_idle;
}

static void expand_wait(Walker *walker, Way way, const Point *point, uint32_t pc) {
    if (point->combine != COMBINE_NONE) {
        refuse(walker, point->span, "futures side by side are not followed");
        return;
    }
    if (split_guard(walker, way, point, pc)) return;
    if (point->kind == POINT_BLOCK) walking_gap(walker->walking, WALK_GAP_BLOCKING, point->span);
    walker->nodes.data[way.from].at = point->span;
    walker->nodes.data[way.from].waits = point->fallback == NO_SLOT;
    walker->nodes.data[way.from].may_stay = is_place(point);
    for (uint32_t i = 0; i < point->narms && !walker->stopped; i++) expand_arm(walker, way, &point->arms[i]);
    if (point->fallback == NO_SLOT || walker->stopped) return;
    load(walker, way.from);
    go_silently(walker, way, point->fallback);
}

static void expand(Walker *walker, uint32_t node) {
    uint32_t pc = walker->nodes.data[node].pc;
    const Instr *instr = &walker->machine->code[pc];
    Way way = {node, instr->span};
    if (walker->nodes.data[node].is_violated || walker->nodes.data[node].is_cut) return;
    load(walker, node);
    switch (instr->op) {
    case INSTR_END: return;
    case INSTR_BRANCH: expand_branch(walker, way, instr, pc); return;
    case INSTR_ANY: expand_any(walker, way, instr, pc); return;
    case INSTR_GLOAD: expand_load(walker, way, instr, pc); return;
    case INSTR_LOADX: expand_loadx(walker, way, instr, pc); return;
    case INSTR_NEW: expand_new(walker, way, instr, pc); return;
    case INSTR_SPAWN: expand_spawn(walker, way, instr, pc); return;
    case INSTR_TRY_SEND: case INSTR_TRY_RECV: expand_try(walker, way, instr, pc); return;
    case INSTR_SEND: expand_push(walker, way, instr, pc); return;
    case INSTR_CLOSE: case INSTR_MAKE_END: case INSTR_CLONE: case INSTR_DROP: expand_handle(walker, way, instr, pc); return;
    default: expand_wait(walker, way, &walker->machine->points[instr->imm], pc); return;
    }
}

/* ---- a task that has too many nodes: what differs most among them is no longer followed */

static uint32_t count_words(const Walker *walker, uint32_t slot) {
    enum { ENOUGH = 64 };
    Word seen[ENOUGH];
    uint32_t n = 0;
    for (uint32_t node = 0; node < walker->nodes.n && n < ENOUGH; node++) {
        size_t at = (size_t)node * walker->n + slot;
        if (!walker->known.data[at]) continue;
        uint32_t i = 0;
        while (i < n && seen[i] != walker->words.data[at]) i++;
        if (i == n) seen[n++] = walker->words.data[at];
    }
    return n;
}

static void drop_one(Walker *walker) {
    uint32_t best = NO_SLOT, most = 1;
    for (uint32_t slot = 0; slot < walker->machine->nslots; slot++) {
        if (is_handle_slot(walker, slot)) continue;
        uint32_t n = count_words(walker, slot);
        if (n <= most) continue;
        most = n;
        best = slot;
    }
    if (best == NO_SLOT) {
        refuse(walker, walker->machine->span, "this task has too many states of its own");
        return;
    }
    walker->walking->dropped[walker->machine->id][best] = true;
    walker->walking->again = walker->stopped = true;
}

/* ---- */

static void begin(Walker *walker) {
    forget(walker, 0, walker->n);
    if (walker->task == NO_SLOT || !walker->machine->nparams) return;
    const Frame *arguments = &walker->walking->arguments.data[walker->task];
    memcpy(walker->frame.words, arguments->words, sizeof(Word) * walker->machine->nparams);
    memcpy(walker->frame.known, arguments->known, sizeof(bool) * walker->machine->nparams);
}

static int by_source(const void *a, const void *b) {
    const WalkEdge *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->span.begin != y->span.begin) return x->span.begin < y->span.begin ? -1 : 1;
    if (x->action != y->action) return x->action < y->action ? -1 : 1;
    if (x->object != y->object) return x->object < y->object ? -1 : 1;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

static void keep(Walker *walker) {
    WalkTask *task = &walker->walking->tasks.data[walker->task];
    free(task->nodes);
    free(task->edges);
    free(task->first);
    task->nnodes = walker->nodes.n;
    task->nedges = walker->edges.n;
    if (task->nedges) qsort(walker->edges.data, task->nedges, sizeof *walker->edges.data, by_source);
    task->nodes = walker->nodes.data;
    task->edges = walker->edges.data;
    free(task->waits);
    task->waits = walker->waits.data;
    task->nwaits = walker->waits.n;
    task->first = allocate(task->nnodes + 1u, sizeof *task->first);
    for (uint32_t e = 0; e < task->nedges; e++) task->first[task->edges[e].from + 1]++;
    for (uint32_t i = 0; i < task->nnodes; i++) task->first[i + 1] += task->first[i];
}

void walk_task(Walking *walking, uint32_t task) {
    const Machine *machine = task == NO_SLOT ? walking->program->machines[MACHINE_INIT] : walking->tasks.data[task].machine;
    uint32_t nslots = machine->nslots ? machine->nslots : 1; /* one that nobody uses, so that no frame is empty */
    Walker walker = {.walking = walking, .program = walking->program, .machine = machine, .task = task, .n = nslots};
    arena_init(&walker.arena);
    walker.frame = (Frame){ARENA_ARRAY(&walker.arena, Word, walker.n + 1u), ARENA_ARRAY(&walker.arena, bool, walker.n + 1u)};
    walker.live = liveness_everywhere(walking->program, machine, &walker.arena, &walker.live_words);
    begin(&walker);
    uint32_t start = run(&walker, machine->points[0].pc);
    assert(walker.stopped || start == 0);
    (void)start;
    for (uint32_t i = 0; i < walker.nodes.n && !walker.stopped; i++) {
        expand(&walker, i);
        if (walker.nodes.n > walking->max_nodes && !walker.stopped) drop_one(&walker);
    }
    if (!walker.stopped && task != NO_SLOT) {
        keep(&walker);
    } else {
        vec_fini(&walker.nodes);
        vec_fini(&walker.edges);
        vec_fini(&walker.waits);
    }
    vec_fini(&walker.words);
    vec_fini(&walker.known);
    free(walker.table);
    arena_fini(&walker.arena);
}

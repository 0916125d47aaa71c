/* Initial values: objects made by constructors and declarations, initialisers, globals. */
#include "frontend/lower/lower.h"
#include "model/environment.h"
#include "frontend/check/maker.h"

#include <assert.h>

/* ---- sites */

uint32_t lower_site(Builder *b, const void *key, Site site) {
    Lower *lower = b->lower;
    for (uint32_t i = 0; i < lower->site_keys.n; i++)
        if (lower->site_keys.data[i].key == key) return lower->site_keys.data[i].site;
    vec_push(&lower->sites, site);
    vec_push(&lower->site_keys, (SiteKey){key, lower->sites.n - 1});
    return lower->sites.n - 1;
}

static void new_object(Builder *b, uint32_t slot, uint32_t site, uint32_t count) {
    lower_emit(b, (Instr){.op = INSTR_NEW, .a = slot, .b = count, .c = NO_SLOT, .d = NO_SLOT, .imm = site});
}

/* What handles of a kind refer to. */
static ObjectKind object_of(Builder *b, TypeKind kind, Span span) {
    switch (kind) {
    case TYPE_CHAN:
    case TYPE_ONESHOT: return OBJECT_CHANNEL;
    case TYPE_BROADCAST: return OBJECT_BROADCAST;
    case TYPE_WATCH: return OBJECT_WATCH;
    case TYPE_MUTEX: return OBJECT_MUTEX;
    case TYPE_SEMAPHORE: return OBJECT_SEMAPHORE;
    case TYPE_EXECUTOR: return OBJECT_EXECUTOR;
    case TYPE_RWLOCK: return OBJECT_RWLOCK;
    case TYPE_CONDVAR: return OBJECT_CONDVAR;
    case TYPE_NOTIFY: return OBJECT_NOTIFY;
    case TYPE_BARRIER: return OBJECT_BARRIER;
    case TYPE_WAITGROUP: return OBJECT_WAITGROUP;
    case TYPE_ONCE: return OBJECT_ONCE;
    default: lower_not_yet(b->lower, span, "this object"); return OBJECT_MUTEX;
    }
}

static RwlockPolicy policy_of(Builtin builtin) {
    if (builtin == BUILTIN_PHASE_FAIR) return RWLOCK_PHASE_FAIR;
    return builtin == BUILTIN_PREFER_READERS ? RWLOCK_PREFER_READERS : RWLOCK_FIFO;
}

/* The environment tries every item. */
static void check_values(Builder *b, const Expr *call, const ValueType *item) {
    if (value_count(item) <= ENVIRONMENT_VALUES || b->lower->failed) return;
    diags_add(b->lower->diags, DIAG_EXTERN_VALUES, call->span,
        "the environment may send any '%s', and that is more than %d values to try", item->name, ENVIRONMENT_VALUES);
    diags_note(b->lower->diags, call->span, "a smaller type makes it possible: bool, uint8_t, an enum, bit-fields in a struct");
    b->lower->failed = true;
}

static void take_fault(Site *site, const Expr *attribute) {
    switch (attribute->builtin) {
    case BUILTIN_LOSSY:
        site->is_lossy = true;
        site->losses = attribute->kind == EXPR_CALL ? (uint32_t)attribute->args[0]->value : 0;
        break;
    case BUILTIN_DUPLICATING: site->is_duplicating = true; break;
    case BUILTIN_REORDERING: site->is_reordering = true; break;
    case BUILTIN_FAIR: site->is_fair = true; break;
    default: break;
    }
}

/* The key tells objects of one constructor in different variables apart no further: one constructor expression is one site. */
void lower_make(Builder *b, const Expr *call, uint32_t slot) {
    if (b->lower->failed) return;
    Site site = {.kind = object_of(b, call->type->kind, call->span),
        .name = b->object_name ? b->object_name : "",
        .span = call->span,
        .is_scoped = b->object_scoped,
        .is_extern = b->object_extern};
    site.is_barging = call->builtin == BUILTIN_BARGING;
    site.is_unowned = call->builtin == BUILTIN_UNOWNED;
    site.policy = policy_of(call->builtin);
    site.is_spurious = call->builtin == BUILTIN_SPURIOUS;
    if (call->type->of) site.elem = lower_type(b->lower, call->type->of);
    site.is_unbounded = call->nargs > 0 && call->args[0]->builtin == BUILTIN_UNBOUNDED;
    if (site.is_extern) check_values(b, call, site.elem);
    for (uint32_t i = 0; i < call->nargs; i++) {
        site.is_fifo |= call->args[i]->builtin == BUILTIN_FIFO;
        site.is_unowned |= call->args[i]->builtin == BUILTIN_UNOWNED;
        take_fault(&site, call->args[i]);
    }
    uint32_t index = lower_site(b, call, site), mark = lower_mark(b), count = NO_SLOT;
    if (site.kind == OBJECT_WATCH) {
        count = lower_temp(b, call->type->of);
        lower_expr_to(b, call->args[0], call->type->of, 0, count);
    } else if (call->nargs > 0 && site.kind != OBJECT_MUTEX && !site.is_unbounded) {
        count = lower_temp_word(b, WORD_DATA);
        lower_expr_to(b, call->args[0], types_int(b->lower->tree->types, 32, true), 0, count);
    }
    Span outer = lower_at(b, call->span);
    new_object(b, slot, index, count);
    lower_at(b, outer);
    lower_release(b, mark);
}

/* ---- variables without initialiser */

static uint32_t default_object(Builder *b, const Type *type, const void *key, const char *name, Span span) {
    Site site = {.kind = object_of(b, type->kind, span), .name = name, .span = span, .is_scoped = b->object_scoped};
    site.is_oneshot = type->kind == TYPE_ONESHOT;
    if (type->of) site.elem = lower_type(b->lower, type->of);
    return lower_site(b, key, site);
}

static void fill(Builder *b, InstrOp op, uint32_t slot, uint32_t n) {
    if (n) lower_emit(b, (Instr){.op = (uint8_t)op, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = n});
}

/* Data is uninitialised, handles are none. */
static void default_plain(Builder *b, const Type *type, uint32_t slot) {
    const ValueType *value = lower_type(b->lower, type);
    for (uint32_t i = 0, run = 0; i < value->words; i = run) {
        bool is_data = value->word_kinds[i] == WORD_DATA;
        while (run < value->words && (value->word_kinds[run] == WORD_DATA) == is_data) run++;
        fill(b, is_data ? INSTR_UNINIT : INSTR_ZERO, slot + i, run - i);
    }
}

static void default_named(Builder *b, const Type *type, uint32_t slot, const void *key, const char *name, Span span) {
    if (!maker_holds_implicit(type)) {
        default_plain(b, type, slot);
    } else if (maker_is_implicit(type->kind)) {
        new_object(b, slot, default_object(b, type, key, name, span), NO_SLOT);
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++)
            default_named(b, type->of, slot + i * type_words(type->of), key, name, span);
    } else if (type->kind == TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; i++) {
            const Field *field = &type->fields[i];
            default_named(
                b, field->type, slot + lower_field_offset(type, i), field, lower_name(b->lower, field->name), span);
        }
    } else {
        default_plain(b, type, slot);
    }
}

void lower_default(Builder *b, const Type *type, uint32_t slot, const void *key, Span span) {
    default_named(b, type, slot, key, b->object_name ? b->object_name : "", span);
}

/* ---- initialisers */

/* Where an item of braces goes. */
typedef struct Part {
    const Type *type;
    uint8_t bits;
    uint32_t offset;
} Part;

static Part part_of(const Type *type, uint32_t place) {
    if (type->kind == TYPE_ARRAY) return (Part){type->of, 0, place * type_words(type->of)};
    return (Part){type->fields[place].type, type->fields[place].bits, lower_field_offset(type, place)};
}

static bool is_aggregate(const Type *type) { return type->kind == TYPE_ARRAY || type->kind == TYPE_STRUCT; }

void lower_init(Builder *b, const Expr *init, const Type *type, uint8_t bits, uint32_t slot) {
    if (init->kind == EXPR_INIT && is_aggregate(type)) {
        fill(b, INSTR_ZERO, slot, type_words(type));
        Cleanup *before = b->cleanups;
        lower_cleanup_drop(b, type, slot);
        for (uint32_t i = 0; i < init->nitems; i++) {
            Part part = part_of(type, init->item_place[i]);
            lower_init(b, init->items[i].value, part.type, part.bits, slot + part.offset);
        }
        b->cleanups = before;
    } else if (init->kind == EXPR_INIT) {
        assert(init->nitems == 1);
        lower_init(b, init->items[0].value, type, bits, slot);
    } else if (type->kind == TYPE_ARRAY) { /* one constructor for each element */
        for (uint32_t i = 0; i < type->length; i++)
            lower_init(b, init, type->of, bits, slot + i * type_words(type->of));
    } else {
        uint32_t mark = lower_mark(b);
        lower_expr_to(b, init, type, bits, slot);
        lower_release(b, mark);
    }
}

/* ---- globals: what is known goes into Global.init, objects are made by the init code */

typedef struct GlobalInit {
    Builder *b;
    uint32_t global;
    const Symbol *symbol;
    Word *words;
} GlobalInit;

static void store_made(GlobalInit *g, const Type *type, uint32_t offset, uint32_t slot) {
    Place place = {.is_global = true,
        .base = g->global,
        .offset = offset,
        .index = NO_SLOT,
        .words = type_words(g->symbol->type),
        .type = type};
    lower_store(g->b, &place, slot, false);
}

static void global_default(GlobalInit *g, const Type *type, uint32_t offset, const void *key, const char *name) {
    if (!maker_holds_implicit(type)) return;
    uint32_t mark = lower_mark(g->b);
    if (maker_is_implicit(type->kind)) {
        uint32_t slot = lower_temp(g->b, type);
        new_object(g->b, slot, default_object(g->b, type, key, name, g->symbol->span), NO_SLOT);
        store_made(g, type, offset, slot);
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++)
            global_default(g, type->of, offset + i * type_words(type->of), key, name);
    } else if (type->kind == TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->nfields; i++) {
            const Field *field = &type->fields[i];
            global_default(
                g, field->type, offset + lower_field_offset(type, i), field, lower_name(g->b->lower, field->name));
        }
    }
    lower_release(g->b, mark);
}

static void global_value(GlobalInit *g, const Expr *init, const Type *type, uint32_t offset) {
    if (init->kind == EXPR_NONE) return;
    if (init->kind == EXPR_COMPOUND) {
        global_value(g, init->b, type, offset);
    } else if (init->kind == EXPR_CAST && !init->is_const) {
        global_value(g, init->a, type, offset);
    } else if (init->kind == EXPR_INIT) {
        for (uint32_t i = 0; i < init->nitems; i++) {
            Part part = is_aggregate(type) ? part_of(type, init->item_place[i]) : (Part){type, 0, 0};
            global_value(g, init->items[i].value, part.type, offset + part.offset);
        }
    } else if (type->kind == TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++) global_value(g, init, type->of, offset + i * type_words(type->of));
    } else if (init->is_const && type_is_integer(type)) {
        g->words[offset] = convert_value(init->value, type);
    } else if (init->label) {
        g->words[offset] = init->label_index;
        for (uint32_t i = 0; i < init->nargs; i++)
            global_value(
                g, init->args[i], init->label->fields[i].type, offset + lower_label_offset(type, init->label_index, i));
    } else {
        uint32_t mark = lower_mark(g->b), slot = lower_temp(g->b, type);
        lower_expr_to(g->b, init, type, 0, slot);
        store_made(g, type, offset, slot);
        lower_release(g->b, mark);
    }
}

void lower_global(Builder *b, const Decl *decl) {
    const Symbol *symbol = decl->symbol;
    uint32_t index = b->lower->global_of.data[symbol->id];
    GlobalInit g = {.b = b, .global = index, .symbol = symbol, .words = b->lower->program->globals[index].init};
    Span outer = lower_at(b, decl->at);
    b->object_name = lower_name(b->lower, decl->name);
    b->object_extern = decl->is_extern;
    if (decl->init) global_value(&g, decl->init, decl->type, 0);
    else global_default(&g, decl->type, 0, decl, b->object_name);
    b->object_name = "";
    b->object_extern = false;
    lower_at(b, outer);
}

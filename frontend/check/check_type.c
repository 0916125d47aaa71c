/* Types as written become types. */
#include "frontend/check/sema.h"

enum { MAX_WORDS = 1 << 16, MAX_LENGTH = INT32_MAX };

/* ---- what a type may be used for */

bool check_type_fits_memory(Sema *s, const Type *type, Span span) {
    if (type_words(type) <= MAX_WORDS) return true;
    sema_report(s, TOO_BIG, span, "a value of this type takes more than %d words", MAX_WORDS);
    return false;
}

static bool is_complete(const Type *type) {
    if (type->kind == TYPE_ARRAY) return is_complete(type->of);
    return (type->kind != TYPE_STRUCT && type->kind != TYPE_MESSAGE) || type->complete;
}

static const Type *refuse_incomplete(Sema *s, const Type *type, Span span, const char *what) {
    const char *text = sema_type_text(s, type);
    sema_report(s, INCOMPLETE_TYPE, span, "%s cannot have the type '%s', which is not complete here", what, text);
    return sema_error_type(s);
}

const Type *check_type_usable(Sema *s, const Type *type, Span span, const char *what) {
    if (type->kind == TYPE_VOID) {
        sema_report(s, VOID_VALUE, span, "%s cannot have the type 'void'", what);
        return sema_error_type(s);
    }
    if (!is_complete(type)) return refuse_incomplete(s, type, span, what);
    if (convert_holds_kind(type, TYPE_EXECUTOR)) {
        sema_report(s, EXECUTOR_PLACE, span, "an executor is a global variable; %s cannot be one", what);
        return sema_error_type(s);
    }
    return check_type_fits_memory(s, type, span) ? type : sema_error_type(s);
}

const Type *check_type_of_value(Sema *s, TypeSyntax *syntax, const char *what) {
    const Type *type = check_type(s, syntax);
    return check_type_usable(s, type, syntax ? syntax->span : (Span){0}, what);
}

/* ---- names and tags */

/* `colour c;` where `enum colour` is meant. */
static const char *tag_text(Sema *s, Name name) {
    const Symbol *tag = scopes_find(&s->scopes, SCOPE_TAGS, name);
    if (!tag || tag->type->kind == TYPE_ERROR) return NULL;
    return arena_printf(s->arena, "%s %s", tag->type->kind == TYPE_ENUM ? "enum" : "struct", sema_text(s, name));
}

static const Type *unknown_type(Sema *s, const TypeSyntax *syntax) {
    const char *tag = tag_text(s, syntax->name);
    const char *near = suggest_text(s, tag ? tag : suggest_name(s, syntax->name, SUGGEST_TYPE));
    sema_report(s, UNKNOWN_TYPE, syntax->span, "unknown type name '%s'%s", sema_text(s, syntax->name), near);
    return sema_error_type(s);
}

static const Type *named_type(Sema *s, const TypeSyntax *syntax) {
    Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, syntax->name);
    if (!symbol) return unknown_type(s, syntax);
    symbol->uses++;
    if (symbol->kind == SYMBOL_TYPE) return symbol->type;
    sema_report(s, UNKNOWN_TYPE, syntax->span, "'%s' is not a type", sema_text(s, syntax->name));
    sema_note(s, symbol->span, "'%s' is declared here", sema_text(s, syntax->name));
    return sema_error_type(s);
}

static bool is_tag_kind(Sema *s, const Symbol *symbol, const TypeSyntax *syntax) {
    TypeKind kind = syntax->kind == TS_ENUM ? TYPE_ENUM : TYPE_STRUCT;
    if (symbol->type->kind == kind || symbol->type->kind == TYPE_ERROR) return true;
    sema_report(s, TAG_KIND, syntax->span, "'%s' is a tag of another kind", sema_text(s, syntax->name));
    sema_note(s, symbol->span, "'%s' is declared here", sema_text(s, syntax->name));
    return false;
}

/* `struct x` or `enum x` without a body. */
static const Type *tagged_type(Sema *s, const TypeSyntax *syntax) {
    const Symbol *symbol = scopes_find(&s->scopes, SCOPE_TAGS, syntax->name);
    if (symbol) return is_tag_kind(s, symbol, syntax) ? symbol->type : sema_error_type(s);
    const char *near = suggest_text(s, suggest_tag(s, syntax->name));
    const char *word = syntax->kind == TS_ENUM ? "enum" : "struct";
    sema_report(s, UNKNOWN_TYPE, syntax->span, "unknown type '%s %s'%s", word, sema_text(s, syntax->name), near);
    return sema_error_type(s);
}

static void declare_tag(Sema *s, const TypeSyntax *syntax, const Type *type) {
    if (syntax->name) sema_declare(s, SCOPE_TAGS, sema_new_symbol(s, SYMBOL_TYPE, syntax->name, type, syntax->span));
}

/* ---- enums */

static int64_t enum_value(Sema *s, const EnumItem *item, int64_t next) {
    if (!item->value) {
        if (next <= INT32_MAX) return next;
        sema_report(s, ENUM_RANGE, item->span, "the value of '%s' does not fit in int", sema_text(s, item->name));
        return 0;
    }
    if (!check_constant(s, item->value, "the value of an enum constant")) return next;
    if (convert_fits(item->value->value, item->value->type, sema_int(s), 0)) return item->value->value;
    sema_report(s, ENUM_RANGE, item->value->span, "the value of '%s' does not fit in int", sema_text(s, item->name));
    return 0;
}

/* A type without a tag takes the name of the typedef around it. */
static Name name_of(Sema *s, const TypeSyntax *syntax) {
    Name name = syntax->name ? syntax->name : s->typedef_name;
    s->typedef_name = 0;
    return name;
}

static const Type *define_enum(Sema *s, TypeSyntax *syntax) {
    Type *type = types_new_enum(s->types, name_of(s, syntax));
    declare_tag(s, syntax, type);
    Name *names = ARENA_ARRAY(s->arena, Name, syntax->nenums + 1u);
    int64_t *values = ARENA_ARRAY(s->arena, int64_t, syntax->nenums + 1u);
    int64_t next = 0;
    for (uint32_t i = 0; i < syntax->nenums; i++) {
        const EnumItem *item = &syntax->enums[i];
        Symbol *symbol = sema_new_symbol(s, SYMBOL_ENUM_CONST, item->name, sema_int(s), item->span);
        symbol->value = values[i] = enum_value(s, item, next);
        names[i] = item->name;
        next = values[i] + 1;
        sema_declare(s, SCOPE_NAMES, symbol);
    }
    type->enum_names = names;
    type->enum_values = values;
    type->nenums = syntax->nenums;
    return type;
}

/* ---- structs */

static bool is_duplicate(Sema *s, const Field *fields, uint32_t nfields, const MemberSyntax *member) {
    for (uint32_t i = 0; member->name && i < nfields; i++) {
        if (fields[i].name != member->name) continue;
        sema_report(s, REDEFINITION, member->span, "duplicate member '%s'", sema_text(s, member->name));
        sema_note(s, fields[i].span, "'%s' is declared here", sema_text(s, member->name));
        return true;
    }
    return false;
}

static Field make_field(Sema *s, const MemberSyntax *member) {
    const Type *type = check_type_of_value(s, member->type, "a member");
    bool is_const = check_type_is_const(s, member->type), is_atomic = check_type_is_atomic(s, member->type);
    return (Field){member->name, type, check_bits(s, member->bits, type), member->span, is_const, is_atomic};
}

/* The type of a definition: the one a forward declaration made, or a new one. */
static Type *new_struct(Sema *s, const TypeSyntax *syntax) {
    Type *type = types_new_struct(s->types, name_of(s, syntax));
    Symbol *symbol = syntax->name ? scopes_find_here(&s->scopes, SCOPE_TAGS, syntax->name) : NULL;
    if (!symbol || symbol->type->kind != TYPE_STRUCT || symbol->type->complete) {
        declare_tag(s, syntax, type);
        return type;
    }
    for (uint32_t i = 0; i < s->open_structs.n; i++)
        if (s->open_structs.data[i] == symbol->type) type = s->open_structs.data[i];
    return type;
}

static const Type *define_struct(Sema *s, TypeSyntax *syntax) {
    Type *type = new_struct(s, syntax);
    syntax->resolved = type;
    Field *fields = ARENA_ARRAY(s->arena, Field, syntax->nmembers + 1u);
    uint32_t nfields = 0;
    for (uint32_t i = 0; i < syntax->nmembers; i++) {
        const MemberSyntax *member = &syntax->members[i];
        if (!is_duplicate(s, fields, nfields, member)) fields[nfields++] = make_field(s, member);
    }
    if (syntax->nmembers == 0) sema_report(s, EMPTY_STRUCT, syntax->span, "a struct has at least one member");
    type->fields = fields;
    type->nfields = nfields;
    type->complete = true;
    if (check_type_fits_memory(s, type, syntax->span)) return type;
    type->nfields = 0;
    return type;
}

/* `struct x;` announces a struct. */
static const Type *announce_struct(Sema *s, const TypeSyntax *syntax) {
    Type *type = types_new_struct(s->types, syntax->name);
    vec_push(&s->open_structs, type);
    declare_tag(s, syntax, type);
    return type;
}

/* ---- handles */

/* Whoever reads such an object gets a copy of the item. */
static bool copies_items(TypeKind kind) { return kind == TYPE_BROADCAST || kind == TYPE_WATCH; }

static const Type *channel_type(Sema *s, const TypeSyntax *syntax, const Type *of) {
    Span span = syntax->of->span;
    if (of->kind == TYPE_VOID) {
        sema_report(s, VOID_VALUE, span, "an item of a channel cannot have the type 'void'");
    } else if (of->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, span, "an item of a channel cannot be an array; put it into a struct");
    } else if (copies_items(syntax->basic) && convert_holds_counted(of)) {
        sema_report(s, ITEM_COPIED, span, "every receiver gets a copy of the item, but '%s' cannot be copied",
            sema_type_text(s, of));
    } else if (convert_holds_kind(of, TYPE_EXECUTOR)) {
        sema_report(s, EXECUTOR_PLACE, span, "an executor is a global variable; an item of a channel cannot be one");
    } else {
        return types_handle(s->types, syntax->basic, of);
    }
    return sema_error_type(s);
}

static const Type *future_type(Sema *s, const TypeSyntax *syntax, const Type *of) {
    if (of->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, syntax->of->span, "a future's value cannot be an array; put it into a struct");
        return sema_error_type(s);
    }
    if (of->kind != TYPE_VOID) of = check_type_usable(s, of, syntax->of->span, "a future's value");
    return of->kind == TYPE_ERROR ? of : types_handle(s->types, TYPE_FUTURE, of);
}

static bool has_items(TypeKind kind) {
    switch (kind) {
    case TYPE_CHAN:
    case TYPE_SENDER:
    case TYPE_RECEIVER:
    case TYPE_ONESHOT:
    case TYPE_BROADCAST:
    case TYPE_WATCH:
    case TYPE_PERMIT: return true;
    default: return false;
    }
}

static const Type *handle_type(Sema *s, const TypeSyntax *syntax) {
    if (!has_items(syntax->basic) && syntax->basic != TYPE_FUTURE) return types_handle(s->types, syntax->basic, NULL);
    if (!syntax->of) return sema_error_type(s);
    const Type *of = check_type(s, syntax->of);
    if (of->kind == TYPE_ERROR) return of;
    return syntax->basic == TYPE_FUTURE ? future_type(s, syntax, of) : channel_type(s, syntax, of);
}

/* ---- arrays */

static uint32_t array_length(Sema *s, Expr *length) {
    if (!check_constant(s, length, "the length of an array")) return 0;
    bool fits = convert_fits(length->value, length->type, sema_int(s), 0);
    if (fits && length->value > 0 && length->value <= MAX_LENGTH) return (uint32_t)length->value;
    sema_report(s, ARRAY_LENGTH, length->span, "the length of an array is at least 1 and an int");
    return 0;
}

const Type *check_type_open_array(Sema *s, TypeSyntax *syntax, uint32_t length) {
    const Type *of = check_type(s, syntax->of);
    if (of->kind == TYPE_VOID || !is_complete(of)) of = check_type_usable(s, of, syntax->of->span, "an element");
    return of->kind == TYPE_ERROR ? of : types_array(s->types, of, length);
}

static const Type *array_type(Sema *s, TypeSyntax *syntax) {
    if (!syntax->length) {
        sema_report(s, ARRAY_LENGTH, syntax->span, "this array needs a length");
        check_type_open_array(s, syntax, 0);
        return sema_error_type(s);
    }
    const Type *type = check_type_open_array(s, syntax, 1);
    uint32_t length = array_length(s, syntax->length);
    if (length == 0 || type->kind == TYPE_ERROR) return sema_error_type(s);
    return types_array(s->types, type->of, length);
}

/* ---- all of them */

static const Type *basic_type(Sema *s, const TypeSyntax *syntax) {
    if (syntax->basic != TYPE_INT) return types_basic(s->types, syntax->basic);
    return syntax->is_char ? types_char(s->types) : types_int(s->types, syntax->bits, syntax->is_signed);
}

static const Type *new_type(Sema *s, TypeSyntax *syntax) {
    switch (syntax->kind) {
    case TS_BASIC: return basic_type(s, syntax);
    case TS_NAME:
    case TS_MESSAGE_NAME: return named_type(s, syntax);
    case TS_ENUM: return syntax->has_body ? define_enum(s, syntax) : tagged_type(s, syntax);
    case TS_STRUCT: return syntax->has_body ? define_struct(s, syntax) : tagged_type(s, syntax);
    case TS_HANDLE: return handle_type(s, syntax);
    case TS_ARRAY: return array_type(s, syntax);
    case TS_TYPEOF: sema_not_yet(s, syntax->span, "'typeof'"); break;
    }
    return sema_error_type(s);
}

/* Typedefs nest types deeper than the parser sees. */
static uint32_t deeper(Sema *s, const Type *type, uint32_t depth) {
    uint32_t found = type->id < s->type_depths.n ? s->type_depths.data[type->id] + 1u : 1;
    return found > depth ? found : depth;
}

static uint32_t depth_of(Sema *s, const Type *type) {
    uint32_t depth = type->of ? deeper(s, type->of, 0) : 0;
    if (type->kind == TYPE_STRUCT)
        for (uint32_t i = 0; i < type->nfields; i++) depth = deeper(s, type->fields[i].type, depth);
    if (type->kind != TYPE_MESSAGE) return depth;
    for (uint32_t i = 0; i < type->nlabels; i++)
        for (uint32_t k = 0; k < type->labels[i].nfields; k++) depth = deeper(s, type->labels[i].fields[k].type, depth);
    return depth;
}

bool check_type_nesting(Sema *s, const Type *type, Span span) {
    if (type->id < s->type_depths.n && s->type_depths.data[type->id]) return true;
    uint32_t depth = depth_of(s, type);
    if (depth > AST_MAX_DEPTH) {
        sema_report(s, TOO_BIG, span, "this type is nested too deeply");
        return false;
    }
    if (type->id >= s->type_depths.n) vec_resize(&s->type_depths, type->id + 1);
    s->type_depths.data[type->id] = (uint16_t)depth;
    return true;
}

const Type *check_type(Sema *s, TypeSyntax *syntax) {
    if (!syntax) return sema_error_type(s);
    if (syntax->resolved) return syntax->resolved;
    const Type *type = new_type(s, syntax);
    syntax->resolved = check_type_nesting(s, type, syntax->span) ? type : sema_error_type(s);
    return syntax->resolved;
}

void check_type_announce(Sema *s, TypeSyntax *syntax) {
    bool is_new = syntax && syntax->kind == TS_STRUCT && !syntax->has_body && syntax->name &&
                  !scopes_find_here(&s->scopes, SCOPE_TAGS, syntax->name);
    if (is_new) syntax->resolved = announce_struct(s, syntax);
    else check_type(s, syntax);
}

/* ---- qualifiers, looked for through typedefs and arrays */

static const Symbol *typedef_of(Sema *s, const TypeSyntax *syntax) {
    if (syntax->kind != TS_NAME && syntax->kind != TS_MESSAGE_NAME) return NULL;
    const Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, syntax->name);
    return symbol && symbol->kind == SYMBOL_TYPE ? symbol : NULL;
}

bool check_type_is_atomic(Sema *s, const TypeSyntax *syntax) {
    if (!syntax) return false;
    const Symbol *symbol = typedef_of(s, syntax);
    return syntax->is_atomic || (symbol && symbol->is_atomic) ||
           (syntax->kind == TS_ARRAY && check_type_is_atomic(s, syntax->of));
}

bool check_type_is_const(Sema *s, const TypeSyntax *syntax) {
    if (!syntax) return false;
    const Symbol *symbol = typedef_of(s, syntax);
    return syntax->is_const || (symbol && symbol->is_const) ||
           (syntax->kind == TS_ARRAY && check_type_is_const(s, syntax->of));
}

/* ---- bit-fields */

uint8_t check_bits(Sema *s, Expr *bits, const Type *type) {
    if (!bits || !check_constant(s, bits, "a bit width")) return 0;
    if (type->kind == TYPE_ERROR) return 0;
    if (!type_is_integer(type)) {
        sema_report(s, BIT_WIDTH, bits->span, "only an integer has a bit width, not '%s'", sema_type_text(s, type));
        return 0;
    }
    int64_t most = type->kind == TYPE_BOOL ? 1 : type->bits;
    if (bits->value >= 1 && bits->value <= most) return (uint8_t)bits->value;
    sema_report(
        s, BIT_WIDTH, bits->span, "a bit width of '%s' lies between 1 and %d", sema_type_text(s, type), (int)most);
    return 0;
}

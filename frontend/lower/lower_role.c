/* Protocols, and the roles that tasks take where they are spawned. */
#include "frontend/lower/lower.h"
#include "frontend/walk.h"

/* ---- texts */

/* Of `session NAME = type;` the type alone. */
static Span type_span(const Lower *lower, const Decl *decl) {
    Span span = decl->span;
    const char *text = sources_text(lower->tree->sources, span.file, NULL);
    span.begin = decl->at.end;
    while (span.begin < span.end && text[span.begin] != '=') span.begin++;
    if (span.begin < span.end) span.begin++;
    while (span.end > span.begin && text[span.end - 1] != ';') span.end--;
    if (span.end > span.begin) span.end--;
    return span;
}

static void add_text(Lower *lower, const Decl *decl) {
    bool is_session = decl->kind == DECL_SESSION;
    lower->program->protocols[lower->program->nprotocols++] =
        (ProtocolText){lower_name(lower, decl->name), is_session, is_session ? type_span(lower, decl) : decl->span};
}

static void add_texts(Lower *lower) {
    const Tree *tree = lower->tree;
    uint32_t n = 0;
    for (uint32_t i = 0; i < tree->ndecls; i++) n += tree->decls[i]->kind == DECL_PROTOCOL || tree->decls[i]->kind == DECL_SESSION;
    lower->program->protocols = ARENA_ARRAY(lower->arena, ProtocolText, n + 1u);
    for (uint32_t i = 0; i < tree->ndecls; i++)
        if (tree->decls[i]->kind == DECL_PROTOCOL || tree->decls[i]->kind == DECL_SESSION) add_text(lower, tree->decls[i]);
}

/* ---- names of types */

static const Type *named_type(const Decl *decl) {
    bool is_name = decl->kind == DECL_TYPEDEF || decl->kind == DECL_MESSAGE || decl->kind == DECL_TYPE;
    return is_name && decl->name && decl->symbol ? decl->symbol->type : NULL;
}

static void add_types(Lower *lower) {
    const Tree *tree = lower->tree;
    Program *program = lower->program;
    program->type_names = ARENA_ARRAY(lower->arena, TypeName, tree->ndecls + 1u);
    for (uint32_t i = 0; i < tree->ndecls; i++) {
        const Type *type = named_type(tree->decls[i]);
        if (type) program->type_names[program->ntype_names++] = (TypeName){lower_name(lower, tree->decls[i]->name), lower_type(lower, type)};
    }
}

/* ---- numbers */

static void add_numbers(Lower *lower) {
    const Tree *tree = lower->tree;
    Program *program = lower->program;
    program->number_names = ARENA_ARRAY(lower->arena, NumberName, tree->ndecls + tree->nmacros + 1u);
    for (uint32_t i = 0; i < tree->nmacros; i++)
        program->number_names[program->nnumber_names++] = (NumberName){lower_name(lower, tree->macros[i].name), tree->macros[i].value};
    for (uint32_t i = 0; i < tree->ndecls; i++) {
        const Symbol *symbol = tree->decls[i]->kind == DECL_PARAM ? tree->decls[i]->symbol : NULL;
        if (symbol) program->number_names[program->nnumber_names++] = (NumberName){lower_name(lower, tree->decls[i]->name), symbol->value};
    }
}

/* ---- roles */

static bool note_spawn(Walk *walk, Expr *expr) {
    Lower *lower = walk->context;
    const Spawn *spawn = expr->kind == EXPR_SPAWN ? expr->spawn : NULL;
    if (!spawn || !spawn->protocol) return true;
    vec_push(&lower->roles, (RoleUse){.protocol = lower_name(lower, spawn->protocol),
                                .role = lower_name(lower, spawn->role),
                                .is_indexed = spawn->role_index != NULL,
                                .span = spawn->role_at,
                                .machine = NO_SLOT});
    vec_push(&lower->role_keys, expr);
    return true;
}

void lower_protocols(Lower *lower) {
    add_texts(lower);
    if (!lower->program->nprotocols) return;
    add_types(lower);
    add_numbers(lower);
    Walk walk = {.expr = note_spawn, .context = lower};
    walk_tree(&walk, lower->tree);
}

uint32_t lower_role_number(Builder *b, const Expr *expr) {
    Expr *index = expr->spawn->role_index;
    if (!index) return NO_SLOT;
    uint32_t slot = lower_temp(b, index->type);
    lower_expr_into(b, index, slot);
    return slot;
}

void lower_take_role(Builder *b, const Expr *expr, uint32_t task, uint32_t number, uint32_t machine) {
    if (!expr->spawn->protocol) return;
    uint32_t role = 0;
    while (b->lower->role_keys.data[role] != expr) role++;
    b->lower->roles.data[role].machine = machine;
    Span before = lower_at(b, expr->spawn->role_at);
    lower_emit(b, (Instr){.op = INSTR_TAKE_ROLE, .a = task, .b = number, .imm = role});
    b->span = before;
}

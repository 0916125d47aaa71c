/* Messages: tagged unions. */
#include "frontend/check/sema.h"

static bool is_taken(Sema *s, Name name, Span span, Name other, Span other_span, const char *what) {
    if (name == 0 || name != other) return false;
    sema_report(s, REDEFINITION, span, "duplicate %s '%s'", what, sema_text(s, name));
    sema_note(s, other_span, "'%s' is declared here", sema_text(s, name));
    return true;
}

static const Type *field_type(Sema *s, const Decl *decl) {
    const Type *type = check_type_of_value(s, decl->syntax, "a field of a message");
    if (type->kind != TYPE_ARRAY) return type;
    sema_report(s, ARRAY_VALUE, decl->at, "a field of a message cannot be an array; put it into a struct");
    return sema_error_type(s);
}

static Label make_label(Sema *s, const LabelSyntax *syntax) {
    Label label = {.name = syntax->name, .span = syntax->span, .nfields = syntax->nfields};
    label.fields = ARENA_ARRAY(s->arena, Field, syntax->nfields + 1u);
    for (uint32_t i = 0; i < syntax->nfields; i++) {
        Decl *decl = syntax->fields[i];
        decl->type = field_type(s, decl);
        if (decl->bits) sema_not_yet(s, decl->at, "a bit width in a message");
        label.fields[i] = (Field){.name = decl->name, .type = decl->type, .span = decl->at};
        for (uint32_t k = 0; k < i; k++)
            if (is_taken(s, decl->name, decl->at, label.fields[k].name, label.fields[k].span, "field")) break;
    }
    return label;
}

static void add_labels(Sema *s, Type *type, const Decl *decl) {
    type->labels = ARENA_ARRAY(s->arena, Label, decl->nlabels + 1u);
    for (uint32_t i = 0; i < decl->nlabels; i++) {
        const LabelSyntax *syntax = &decl->labels[i];
        bool is_double = false;
        for (uint32_t k = 0; k < type->nlabels && !is_double; k++)
            is_double = is_taken(s, syntax->name, syntax->span, type->labels[k].name, type->labels[k].span, "label");
        Label label = make_label(s, syntax);
        if (!is_double) type->labels[type->nlabels++] = label;
    }
}

void check_message(Sema *s, Decl *decl) {
    Type *type = types_new_message(s->types, decl->name);
    decl->type = type;
    decl->symbol = sema_new_symbol(s, SYMBOL_TYPE, decl->name, type, decl->at);
    sema_declare(s, SCOPE_NAMES, decl->symbol);
    add_labels(s, type, decl);
    if (decl->nlabels == 0) sema_report(s, EMPTY_STRUCT, decl->at, "a message has at least one label");
    type->complete = true;
    if (!check_type_nesting(s, type, decl->at) || !check_type_fits_memory(s, type, decl->at)) type->nlabels = 0;
    vec_push(&s->messages, type);
}

/* Properties: invariants are conditions on one state; formulas over time are refused by name. */
#include "frontend/check/sema.h"

static void check_name_is_free(Sema *s, const Decl *decl) {
    for (uint32_t i = 0; i < s->tree->ndecls && s->tree->decls[i] != decl; i++) {
        const Decl *other = s->tree->decls[i];
        if (other->kind != DECL_PROPERTY || other->name != decl->name || decl->name == 0) continue;
        sema_report(s, REDEFINITION, decl->at, "redefinition of the property '%s'", sema_text(s, decl->name));
        sema_note(s, other->at, "'%s' is declared here", sema_text(s, decl->name));
        return;
    }
}

void check_property(Sema *s, Decl *decl) {
    check_name_is_free(s, decl);
    if (decl->property != PROPERTY_INVARIANT) {
        sema_not_yet(s, decl->at, decl->property == PROPERTY_LTL ? "'ltl'" : "'ctl'");
        return;
    }
    vec_clear(&s->reported);
    s->in_property = true;
    check_condition(s, decl->formula);
    s->in_property = false;
}

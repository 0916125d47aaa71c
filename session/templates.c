#include "session/templates.h"
#include "session/expand.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* A template with values for its numbers. */
typedef struct Instance {
    const Template *template;
    const int64_t *values;
    Protocol *protocol;
    CheckState checked;
} Instance;

struct Templates {
    Arena arena; /* of what is made when it is asked for */
    VEC(const Template *) all;
    VEC(Bound) defined;
    VEC(Name) refused;
    VEC(Instance *) instances;
};

enum { MAX_INSTANCES = 1000 };

Templates *templates_new(void) {
    Templates *templates = calloc(1, sizeof *templates);
    if (!templates) fatal("out of memory");
    arena_init(&templates->arena);
    return templates;
}

void templates_free(Templates *templates) {
    vec_fini(&templates->all);
    vec_fini(&templates->defined);
    vec_fini(&templates->refused);
    vec_fini(&templates->instances);
    arena_fini(&templates->arena);
    free(templates);
}

void templates_define(Templates *templates, Name name, int64_t value) {
    vec_push(&templates->defined, (Bound){name, value});
}

bool templates_value(const Templates *templates, Name name, int64_t *value) {
    for (uint32_t i = templates->defined.n; i-- > 0;) {
        if (templates->defined.data[i].name != name) continue;
        *value = templates->defined.data[i].value;
        return true;
    }
    return false;
}

const Template *templates_find(const Templates *templates, Name name) {
    for (uint32_t i = 0; i < templates->all.n; i++)
        if (templates->all.data[i]->name == name) return templates->all.data[i];
    return NULL;
}

void templates_refuse(Templates *templates, Name name) { vec_push(&templates->refused, name); }

static bool is_refused(const Templates *templates, Name name) {
    for (uint32_t i = 0; i < templates->refused.n; i++)
        if (templates->refused.data[i] == name) return true;
    return false;
}

/* ---- instances */

static uint32_t count_numbers(const Template *template) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < template->nparams; i++) n += !template->params[i].is_role;
    return n;
}

/* `values`: kept when the instance is new. */
static Instance *find_instance(
    const Protocols *protocols, const Template *template, const int64_t *values, Span asked, Diags *diags) {
    Templates *templates = protocols->templates;
    size_t size = sizeof *values * count_numbers(template);
    for (uint32_t i = 0; i < templates->instances.n; i++) {
        Instance *instance = templates->instances.data[i];
        if (instance->template == template && (!size || memcmp(instance->values, values, size) == 0)) return instance;
    }
    if (templates->instances.n == MAX_INSTANCES) {
        diags_add(diags, DIAG_PROTOCOL, asked,
            "more than %d protocols that differ in their numbers: does this call itself without an end?",
            MAX_INSTANCES);
        return NULL;
    }
    Instance *instance = ARENA_NEW(&templates->arena, Instance);
    *instance = (Instance){.template = template, .values = values};
    vec_push(&templates->instances, instance);
    instance->protocol = expand_template(protocols, &templates->arena, template, values, diags);
    return instance;
}

/* The numbers of a protocol that nobody calls: what was defined for them, else their defaults. 0 or the name of the one that has none. */
static Name own_values(
    const Protocols *protocols, const Template *template, int64_t *values, bool *good, Diags *diags) {
    uint32_t n = 0;
    *good = true;
    for (uint32_t i = 0; i < template->nparams && *good; i++) {
        const SyntaxParam *param = &template->params[i];
        if (param->is_role) continue;
        if (!templates_value(protocols->templates, param->name, &values[n])) {
            if (!param->size) return param->name;
            *good = expand_number(protocols, template, values, n, param->size, &values[n], diags);
        }
        n++;
    }
    return 0;
}

void templates_add(Protocols *protocols, const Template *template, Diags *diags) {
    Templates *templates = protocols->templates;
    bool good;
    vec_push(&templates->all, template);
    int64_t *values = ARENA_ARRAY(&templates->arena, int64_t, template->nparams + 1u);
    Name unset = own_values(protocols, template, values, &good, diags);
    if (unset) {
        ProtocolUnset *grown = ARENA_ARRAY(&protocols->arena, ProtocolUnset, protocols->nunset + 1u);
        if (protocols->nunset) memcpy(grown, protocols->unset, sizeof *grown * protocols->nunset);
        grown[protocols->nunset++] = (ProtocolUnset){template->name, unset, template->at};
        protocols->unset = grown;
        return;
    }
    Instance *instance = good ? find_instance(protocols, template, values, template->at, diags) : NULL;
    if (!instance || !instance->protocol) return;
    Protocol **grown = ARENA_ARRAY(&protocols->arena, Protocol *, protocols->n + 1u);
    if (protocols->n) memcpy(grown, protocols->all, sizeof(Protocol *) * protocols->n);
    grown[protocols->n++] = instance->protocol;
    protocols->all = grown;
}

/* ---- calls */

static uint32_t count_roles(const Template *template) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < template->nparams; i++) n += template->params[i].is_role;
    return n;
}

static bool count_fits(const Protocols *protocols, const Template *template, const GlobalType *call, Diags *diags) {
    if (call->ngroups == template->nparams) return true;
    const char *name = names_text(protocols->names, template->name);
    bool plain = count_roles(template) == template->nparams;
    diags_add(diags, DIAG_PROTOCOL, call->at, "'%s' has %u %s, not %u", name, template->nparams,
        plain ? "roles" : "parameters", call->ngroups);
    diags_note(diags, template->at, "it is declared here");
    return false;
}

static bool arg_fits(const Protocols *protocols, const Template *template, const SyntaxParam *param, const CallArg *arg,
    int64_t size, Diags *diags) {
    const char *name = names_text(protocols->names, param->name);
    if (!param->is_role && !arg->is_number)
        diags_add(diags, DIAG_PROTOCOL, arg->span, "'%s' is a number, not a role", name);
    else if (param->is_role && arg->is_number)
        diags_add(diags, DIAG_PROTOCOL, arg->span, "'%s' is a role, not a number", name);
    else if (param->is_role && !param->size && arg->is_family)
        diags_add(diags, DIAG_PROTOCOL, arg->span, "'%s' is one role, not a family", name);
    else if (param->is_role && param->size && !arg->is_family)
        diags_add(diags, DIAG_PROTOCOL, arg->span,
            "'%s' is a family of roles: pass a family, or a part of one, 'w[0 : n]'", name);
    else if (param->is_role && param->size && arg->n != size)
        diags_add(diags, DIAG_PROTOCOL, arg->span, "'%s' has %lld members, not %u", name, (long long)size, arg->n);
    else return true;
    diags_note(diags, param->span, "parameter of '%s'", names_text(protocols->names, template->name));
    return false;
}

/* The numbers that the call passes; false: diagnosed. */
static bool call_values(
    const Protocols *protocols, const Template *template, const GlobalType *call, int64_t *values, Diags *diags) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < template->nparams; i++) {
        const SyntaxParam *param = &template->params[i];
        const CallArg *arg = &call->groups[i];
        int64_t size = 0;
        if (param->is_role && param->size && !expand_number(protocols, template, values, n, param->size, &size, diags))
            return false;
        if (!arg_fits(protocols, template, param, arg, size, diags)) return false;
        if (!param->is_role) values[n++] = arg->value;
    }
    return true;
}

Callee templates_callee(const Protocols *protocols, const GlobalType *call, Diags *diags) {
    const Template *template = templates_find(protocols->templates, call->name);
    if (!template) {
        if (!is_refused(protocols->templates, call->name))
            diags_add(
                diags, DIAG_PROTOCOL, call->at, "there is no protocol '%s'", names_text(protocols->names, call->name));
        return (Callee){0};
    }
    int64_t *values = ARENA_ARRAY(&protocols->templates->arena, int64_t, template->nparams + 1u);
    if (!count_fits(protocols, template, call, diags) || !call_values(protocols, template, call, values, diags))
        return (Callee){0};
    Instance *instance = find_instance(protocols, template, values, call->at, diags);
    return instance ? (Callee){instance->protocol, &instance->checked} : (Callee){0};
}

CheckState *templates_checked(const Protocols *protocols, const Protocol *protocol) {
    Templates *templates = protocols->templates;
    for (uint32_t i = 0; i < templates->instances.n; i++)
        if (templates->instances.data[i]->protocol == protocol) return &templates->instances.data[i]->checked;
    return NULL;
}

#include "roles/protocols.h"
#include "roles/condition.h"
#include "roles/protocol_numbers.h"

#include "model/support/fatal.h"
#include "session/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n > 0 ? n : 1, size);
    if (data == NULL) fatal("out of memory");
    return data;
}

/* ---- types that payloads name */

typedef struct Basic {
    const char *text;
    ValueKind kind;
    uint8_t bits;
    bool is_signed;
} Basic;
static const Basic basics[] = {
    {"bool", VALUE_BOOL, 1, false},     {"char", VALUE_CHAR, 8, true},      {"int", VALUE_INT, 32, true},       {"unsigned", VALUE_INT, 32, false},
    {"int8_t", VALUE_INT, 8, true},     {"int16_t", VALUE_INT, 16, true},   {"int32_t", VALUE_INT, 32, true},   {"int64_t", VALUE_INT, 64, true},
    {"uint8_t", VALUE_INT, 8, false},   {"uint16_t", VALUE_INT, 16, false}, {"uint32_t", VALUE_INT, 32, false}, {"uint64_t", VALUE_INT, 64, false},
};

typedef struct Piece { const char *text; size_t length; } Piece;

static bool is_word(Piece word, const char *text) { return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0; }

static const Basic *basic_of(Piece word) {
    for (size_t i = 0; i < sizeof basics / sizeof *basics; i++)
        if (is_word(word, basics[i].text)) return &basics[i];
    return NULL;
}

static const ValueType *named_type(const Program *program, Piece word) {
    for (uint32_t i = 0; i < program->ntype_names; i++)
        if (is_word(word, program->type_names[i].name)) return program->type_names[i].type;
    return NULL;
}

/* Two types are one: numbers by their width, all others by their name. */
static bool is_same_type(const ValueType *a, const ValueType *b) {
    if (a->kind != b->kind) return false;
    return a->kind == VALUE_INT ? a->bits == b->bits && a->is_signed == b->is_signed : strcmp(a->name, b->name) == 0;
}

static bool is_type(const Program *program, Piece word, const ValueType *type) {
    bool is_role = memchr(word.text, '.', word.length) != NULL; /* an end of another conversation: what it is made of is not said */
    if (is_role) return type->kind == VALUE_HANDLE || type->kind == VALUE_STRUCT;
    const ValueType *named = named_type(program, word);
    if (named != NULL) return is_same_type(named, type);
    const Basic *basic = basic_of(word);
    if (basic != NULL) return type->kind == basic->kind && (basic->kind != VALUE_INT || (type->bits == basic->bits && type->is_signed == basic->is_signed));
    return is_word(word, type->name); /* "chan(int)": as the program shows it */
}

/* ---- messages */

/* The next payload of a message from `at` on; false: there are no more. Commas inside parentheses belong to it. */
static bool next_payload(const char **at, Piece *word) {
    while (**at == ' ' || **at == ',') (*at)++;
    if (**at == '\0' || **at == ')') return false;
    int depth = 0;
    word->text = *at;
    for (; **at != '\0'; (*at)++) {
        if (depth == 0 && (**at == ',' || **at == ')')) break;
        depth += **at == '(' ? 1 : **at == ')' ? -1 : 0;
    }
    word->length = (size_t)(*at - word->text);
    return true;
}

static const char *payloads_of(const char *message) {
    const char *open = strchr(message, '(');
    return open != NULL ? open + 1 : "";
}

bool message_is_labelled(const char *message, const char *label) {
    size_t length = strcspn(message, "(");
    return strlen(label) == length && memcmp(message, label, length) == 0;
}

bool message_has_payload(const char *message) {
    Piece word;
    const char *at = payloads_of(message);
    return next_payload(&at, &word);
}

bool message_carries(const Program *program, const char *message, const ValueType *const *types, uint32_t n) {
    Piece word;
    const char *at = payloads_of(message);
    uint32_t i = 0;
    for (; next_payload(&at, &word); i++)
        if (i >= n || !is_type(program, word, types[i])) return false;
    return i == n;
}

/* ---- roles */

uint32_t program_protocols_role(const HeldProtocol *held, const Names *names, const RoleUse *use, uint32_t number) {
    char text[256];
    snprintf(text, sizeof text, use->is_indexed ? "%s[%u]" : "%s", use->role, number);
    for (uint32_t i = 0; i < held->protocol->nroles; i++)
        if (strcmp(names_text(names, held->protocol->roles[i].name), text) == 0) return i;
    return UINT32_MAX;
}

const HeldProtocol *program_protocols_find(const ProgramProtocols *protocols, const char *name) {
    for (uint32_t i = 0; i < protocols->n; i++)
        if (strcmp(names_text(protocols->names, protocols->held[i].protocol->name), name) == 0) return &protocols->held[i];
    return NULL;
}

/* "worker" names the family of worker[0], worker[1], … */
static bool is_family(const char *role, const char *name) {
    size_t length = strlen(name);
    return strncmp(role, name, length) == 0 && role[length] == '[';
}

static bool takes_role(const RoleUse *use, const char *role) {
    return use->is_indexed ? is_family(role, use->role) : strcmp(role, use->role) == 0;
}

static void check_use(const ProgramProtocols *protocols, const RoleUse *use, Diags *diags) {
    const HeldProtocol *held = program_protocols_find(protocols, use->protocol);
    if (held == NULL) return; /* it has mistakes of its own */
    const char *near[PROTOCOL_MAX_ROLES];
    uint32_t n = held->protocol->nroles < PROTOCOL_MAX_ROLES ? held->protocol->nroles : PROTOCOL_MAX_ROLES;
    bool family = false, single = false;
    for (uint32_t i = 0; i < held->protocol->nroles; i++) {
        const char *role = names_text(protocols->names, held->protocol->roles[i].name);
        if (i < n) near[i] = role;
        if (takes_role(use, role)) return;
        family |= is_family(role, use->role);
        single |= strcmp(role, use->role) == 0;
    }
    diags_add(diags, DIAG_ROLE, use->span, "the protocol '%s' has no role '%s%s'", use->protocol, use->role, use->is_indexed ? "[…]" : "");
    const char *hint = diag_nearest(use->role, near, n);
    if (family) diags_note(diags, held->protocol->at, "'%s' is a family of roles: say which one, as in '%s.%s[0]'", use->role, use->protocol, use->role);
    else if (single) diags_note(diags, held->protocol->at, "'%s' is a single role, without a number", use->role);
    else if (hint != NULL) diags_note(diags, held->protocol->at, "did you mean '%s'?", hint);
    else diags_note(diags, held->protocol->at, "the protocol is here");
}

static void check_untaken(const ProgramProtocols *protocols, const HeldProtocol *held, Diags *diags) {
    const Program *program = protocols->program;
    for (uint32_t i = 0; held->is_taken && i < held->protocol->nroles; i++) {
        const char *role = names_text(protocols->names, held->protocol->roles[i].name), *name = names_text(protocols->names, held->protocol->name);
        bool taken = false;
        for (uint32_t k = 0; k < program->nroles; k++)
            taken |= strcmp(program->roles[k].protocol, name) == 0 && takes_role(&program->roles[k], role);
        if (taken) continue;
        diags_add(diags, DIAG_ROLE_UNTAKEN, held->protocol->roles[i].span, "no task takes the role '%s' of '%s'", role, name);
        diags_note(diags, held->protocol->roles[i].span, "what others send to it and receive from it counts only if the channel tells: spawn a task `as %s.%s`", name, role);
    }
}

/* ---- one protocol */

static void check_types(const ProgramProtocols *protocols, const GlobalEdge *edge, Diags *diags) {
    Piece word;
    const char *at = payloads_of(names_text(protocols->names, edge->message));
    while (next_payload(&at, &word)) {
        bool is_role = memchr(word.text, '.', word.length) != NULL, is_handle = memchr(word.text, '(', word.length) != NULL;
        if (is_role || is_handle || named_type(protocols->program, word) != NULL || basic_of(word) != NULL) continue;
        diags_add(diags, DIAG_PROTOCOL, edge->span, "the program has no type '%.*s'", (int)word.length, word.text);
        return;
    }
}

static bool take_protocol(ProgramProtocols *protocols, const Protocol *protocol, Diags *diags) {
    HeldProtocol held = {.protocol = protocol, .is_projectable = true};
    if (!protocol_check(protocols->protocols, protocol, diags)) return false;
    held.global = global_of(protocols->protocols, protocol, diags);
    if (held.global == NULL) return false;
    for (uint32_t e = 0; e < held.global->nedges; e++) check_types(protocols, &held.global->edges[e], diags);
    (void)condition_check(held.global, diags);
    held.projections = allocate(protocol->nroles, sizeof *held.projections);
    for (uint32_t role = 0; role < protocol->nroles; role++) {
        held.projections[role] = project_role(held.global, role);
        held.is_projectable &= held.projections[role].fault == PROJECT_OK;
    }
    const char *name = names_text(protocols->names, protocol->name);
    for (uint32_t i = 0; i < protocols->program->nroles; i++)
        held.is_taken |= protocols->program->roles[i].machine != NO_SLOT && strcmp(protocols->program->roles[i].protocol, name) == 0;
    protocols->held[protocols->n++] = held;
    return true;
}

static void read_text(ProgramProtocols *protocols, const ProtocolText *text, Diags *diags) {
    Cfsm machine;
    if (!text->is_session) protocols_parse(protocols->protocols, protocols->program->sources, text->span, diags);
    else if (local_read(protocols->program->sources, text->span, protocols->names, diags, &machine)) cfsm_fini(&machine);
}

/* A protocol that has a number without a value is none whose roles could be taken. */
static void check_unset(const ProgramProtocols *protocols, const ProtocolUnset *unset, Diags *diags) {
    const char *name = names_text(protocols->names, unset->protocol), *number = names_text(protocols->names, unset->number);
    for (uint32_t i = 0; i < protocols->program->nroles; i++) {
        if (strcmp(protocols->program->roles[i].protocol, name) != 0) continue;
        diags_add(diags, DIAG_ROLE, protocols->program->roles[i].span, "'%s' of the protocol '%s' has no value", number, name);
        diags_note(diags, unset->at, "give it a default, or the program a `param %s`", number);
        return;
    }
}

ProgramProtocols *program_protocols_new(const Program *program, const char *const *flags, uint32_t nflags, Diags *diags) {
    if (program->nprotocols == 0) return NULL;
    ProgramProtocols *protocols = allocate(1, sizeof *protocols);
    protocols->program = program;
    protocols->names = names_new();
    protocols->protocols = protocols_new(protocols->names);
    for (uint32_t i = 0; i < program->nprotocols; i++)
        if (!i || program->protocols[i].span.file != program->protocols[i - 1].span.file)
            protocol_numbers_macros(protocols->protocols, program->sources, program->protocols[i].span.file, flags, nflags);
    for (uint32_t i = 0; i < program->nnumber_names; i++)
        protocols_define(protocols->protocols, names_of(protocols->names, program->number_names[i].name), program->number_names[i].value);
    for (uint32_t i = 0; i < program->nprotocols; i++) read_text(protocols, &program->protocols[i], diags);
    protocols->held = allocate(protocols->protocols->n, sizeof *protocols->held);
    for (uint32_t i = 0; i < protocols->protocols->n; i++) take_protocol(protocols, protocols->protocols->all[i], diags);
    for (uint32_t i = 0; i < protocols->protocols->nunset; i++) check_unset(protocols, &protocols->protocols->unset[i], diags);
    for (uint32_t i = 0; i < program->nroles; i++) check_use(protocols, &program->roles[i], diags);
    for (uint32_t i = 0; i < protocols->n; i++) check_untaken(protocols, &protocols->held[i], diags);
    return protocols;
}

void program_protocols_free(ProgramProtocols *protocols) {
    if (protocols == NULL) return;
    for (uint32_t i = 0; i < protocols->n; i++) {
        for (uint32_t role = 0; role < protocols->held[i].protocol->nroles; role++) projection_fini(&protocols->held[i].projections[role]);
        free(protocols->held[i].projections);
        global_free(protocols->held[i].global);
    }
    free(protocols->held);
    protocols_free(protocols->protocols);
    names_free(protocols->names);
    free(protocols);
}

/* What can be said of a protocol's text alone. */
#include "session/templates.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

/* What follows the element at hand, from the inside out. */
typedef struct Rest { const GlobalType *next; const struct Rest *outer; } Rest;

typedef struct Head { uint32_t sender, receiver; Name message; Span span; } Head;
typedef VEC(Head) Heads;

typedef struct Check {
    const Protocols *protocols;
    const Protocol *protocol;
    Diags *diags;
    VEC(const GlobalType *) open; /* loops and calls whose first messages are being looked for */
    uint32_t looked;              /* elements that were looked at for first messages: empty arms multiply */
    uint32_t depth;               /* of blocks, through calls */
    bool failed;
} Check;

#define mistake(check, span, ...) ((check)->failed = true, diags_add((check)->diags, DIAG_PROTOCOL, (span), __VA_ARGS__))

static const char *role_text(const Check *check, uint32_t role) {
    return names_text(check->protocols->names, check->protocol->roles[role].name);
}

/* ---- code that is never reached */

static bool completes(Check *check, const GlobalType *global);

static bool element_completes(Check *check, const GlobalType *global) {
    bool any = false, all = true;
    for (uint32_t i = 0; i < global->narms; i++) {
        bool arm = completes(check, global->arms[i]);
        any |= arm;
        all &= arm;
    }
    switch (global->kind) {
    case GLOBAL_CONTINUE: return false;
    case GLOBAL_CHOICE: case GLOBAL_REC: return any;
    case GLOBAL_PAR: return all;
    case GLOBAL_MESSAGE: case GLOBAL_DO: break;
    }
    return true;
}

static bool completes(Check *check, const GlobalType *global) {
    for (; global; global = global->next) {
        if (element_completes(check, global)) continue;
        if (global->next) {
            mistake(check, global->next->span, "this is never reached");
            diags_note(check->diags, global->span, "%s", global->kind == GLOBAL_CHOICE ? "every arm jumps back" : "this never ends");
        }
        return false;
    }
    return true;
}

/* ---- first messages */

static void find_heads(Check *check, const GlobalType *global, const uint32_t *roles, const Rest *rest, Heads *heads);

static bool is_open(const Check *check, const GlobalType *global) {
    for (uint32_t i = 0; i < check->open.n; i++)
        if (check->open.data[i] == global) return true;
    return false;
}

/* Looks into a loop or a call; coming back to it without a message in between is a mistake. */
static void enter(Check *check, const GlobalType *opener, const GlobalType *body, const uint32_t *roles, Span at, const Rest *rest, Heads *heads) {
    if (is_open(check, opener)) {
        if (!check->failed) mistake(check, at, "this goes round without a message");
        return;
    }
    vec_push(&check->open, opener);
    find_heads(check, body, roles, rest, heads);
    (void)vec_pop(&check->open);
}

static void call_heads(Check *check, const GlobalType *call, const uint32_t *roles, const Rest *rest, Heads *heads) {
    Callee callee = templates_callee(check->protocols, call, check->diags);
    if (!callee.protocol) {
        check->failed = true;
        return;
    }
    uint32_t *mapped = calloc(callee.protocol->nroles + 1u, sizeof *mapped);
    if (!mapped) fatal("out of memory");
    for (uint32_t i = 0; i < callee.protocol->nroles; i++) mapped[i] = roles ? roles[call->args[i]] : call->args[i];
    enter(check, call, callee.protocol->body, mapped, call->span, rest, heads);
    free(mapped);
}

/* The messages that may come first in the block from `global` on, and in what follows where it may be empty. `roles`: NULL outside calls. */
static void find_heads(Check *check, const GlobalType *global, const uint32_t *roles, const Rest *rest, Heads *heads) {
    if (!global) {
        if (rest) find_heads(check, rest->next, roles, rest->outer, heads);
        return;
    }
    enum { MAX_LOOKED = 300000, MAX_OPEN = 600 };
    Rest inner = {global->next, rest};
    if (check->failed) return;
    if (check->looked++ > MAX_LOOKED || check->open.n > MAX_OPEN) {
        check->failed = true;
        diags_add(check->diags, DIAG_PROTOCOL_LIMIT, global->span, "too many ways for a choice to begin");
        return;
    }
    switch (global->kind) {
    case GLOBAL_MESSAGE:
        vec_push(heads, (Head){roles ? roles[global->from] : global->from, roles ? roles[global->to] : global->to, global->message, global->span});
        return;
    case GLOBAL_CHOICE: case GLOBAL_PAR:
        for (uint32_t i = 0; i < global->narms; i++) find_heads(check, global->arms[i], roles, &inner, heads);
        return;
    case GLOBAL_REC: enter(check, global, global->arms[0], roles, global->at, &inner, heads); return;
    case GLOBAL_CONTINUE: enter(check, global->target, global->target->arms[0], roles, global->span, NULL, heads); return;
    case GLOBAL_DO: call_heads(check, global, roles, &inner, heads); return;
    }
}

/* ---- choices */

static void check_arms(Check *check, const GlobalType *choice, const Heads *heads, uint32_t narms) {
    for (uint32_t a = 0; a < narms; a++) {
        for (uint32_t i = 0; i < heads[a].n; i++) {
            const Head *head = &heads[a].data[i];
            if (head->sender == choice->from) continue;
            mistake(check, head->span, "'%s' sends first here, but '%s' chooses", role_text(check, head->sender), role_text(check, choice->from));
            diags_note(check->diags, choice->at, "the choice is made here: whoever makes it sends the first message of each arm");
            break;
        }
        for (uint32_t b = 0; b < a; b++)
            for (uint32_t i = 0; i < heads[a].n; i++)
                for (uint32_t k = 0; k < heads[b].n; k++) {
                    const Head *x = &heads[a].data[i], *y = &heads[b].data[k];
                    if (x->sender != y->sender || x->receiver != y->receiver || x->message != y->message) continue;
                    mistake(check, x->span, "two arms begin with the same message to '%s'", role_text(check, x->receiver));
                    diags_note(check->diags, y->span, "the other one is here: nobody can tell them apart");
                }
    }
}

static void check_choice(Check *check, const GlobalType *choice, const Rest *rest) {
    Heads *heads = calloc(choice->narms + 1u, sizeof *heads);
    if (!heads) fatal("out of memory");
    Rest inner = {choice->next, rest};
    for (uint32_t i = 0; i < choice->narms; i++) {
        find_heads(check, choice->arms[i], NULL, &inner, &heads[i]);
        if (!heads[i].n && !check->failed) mistake(check, choice->at, "an arm of this choice is empty: nobody would be told");
    }
    check_arms(check, choice, heads, choice->narms);
    for (uint32_t i = 0; i < choice->narms; i++) vec_fini(&heads[i]);
    free(heads);
}

/* ---- all elements */

static bool check_protocol(const Protocols *protocols, const Protocol *protocol, uint32_t depth, Diags *diags);

/* The callee's own mistakes are told where it stands, once. */
static void check_call(Check *check, const GlobalType *call) {
    Callee callee = templates_callee(check->protocols, call, check->diags);
    if (!callee.protocol || (*callee.checked != CHECK_UNDER_WAY && !check_protocol(check->protocols, callee.protocol, check->depth + 1, check->diags)))
        check->failed = true;
}

/* A role that is handed over is one of a protocol that there is. */
static void check_payloads(Check *check, const GlobalType *message) {
    for (uint32_t i = 0; i < message->npayloads; i++) {
        const Payload *payload = &message->payloads[i];
        if (!payload->protocol) continue;
        const Template *other = templates_find(check->protocols->templates, payload->protocol);
        const char *name = names_text(check->protocols->names, payload->protocol), *role = names_text(check->protocols->names, payload->role);
        bool has_role = false;
        for (uint32_t k = 0; other && k < other->nparams; k++) has_role |= other->params[k].is_role && other->params[k].name == payload->role;
        if (!other) mistake(check, payload->span, "there is no protocol '%s'", name);
        else if (!has_role) {
            mistake(check, payload->span, "'%s' has no role '%s'", name, role);
            diags_note(check->diags, other->at, "it is declared here");
        }
    }
}

static void check_block(Check *check, const GlobalType *global, const Rest *rest) {
    enum { MAX_DEPTH = 5000 };
    if (check->depth++ > MAX_DEPTH && !check->failed) {
        check->failed = true;
        diags_add(check->diags, DIAG_PROTOCOL_LIMIT, check->protocol->at, "calls nested too deeply");
    }
    for (; global && check->depth <= MAX_DEPTH; global = global->next) {
        Rest inner = {global->next, rest};
        for (uint32_t i = 0; i < global->narms; i++) check_block(check, global->arms[i], &inner);
        Heads heads = {0};
        if (global->kind == GLOBAL_CHOICE) check_choice(check, global, rest);
        if (global->kind == GLOBAL_REC) enter(check, global, global->arms[0], NULL, global->at, &inner, &heads);
        if (global->kind == GLOBAL_DO && !check->failed) check_call(check, global);
        check_payloads(check, global);
        vec_fini(&heads);
    }
    check->depth--;
}

static bool check_protocol(const Protocols *protocols, const Protocol *protocol, uint32_t depth, Diags *diags) {
    Check check = {.protocols = protocols, .protocol = protocol, .diags = diags, .depth = depth};
    CheckState *state = templates_checked(protocols, protocol);
    Heads heads = {0};
    if (*state == CHECK_GOOD || *state == CHECK_BAD) return *state == CHECK_GOOD;
    *state = CHECK_UNDER_WAY;
    (void)completes(&check, protocol->body);
    if (!check.failed) check_block(&check, protocol->body, NULL);
    if (!check.failed) find_heads(&check, protocol->body, NULL, NULL, &heads); /* a call of itself as the first thing */
    vec_fini(&heads);
    vec_fini(&check.open);
    *state = check.failed ? CHECK_BAD : CHECK_GOOD;
    return !check.failed;
}

bool protocol_check(const Protocols *protocols, const Protocol *protocol, Diags *diags) { return check_protocol(protocols, protocol, 0, diags); }

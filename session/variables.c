#include "session/variables.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

static const PayloadType types[] = {
    {"bool", 0, 1, true},
    {"char", INT8_MIN, INT8_MAX, false},
    {"int8_t", INT8_MIN, INT8_MAX, false},
    {"int16_t", INT16_MIN, INT16_MAX, false},
    {"int32_t", INT32_MIN, INT32_MAX, false},
    {"int", INT32_MIN, INT32_MAX, false},
    {"int64_t", INT64_MIN, INT64_MAX, false},
    {"uint8_t", 0, UINT8_MAX, false},
    {"uint16_t", 0, UINT16_MAX, false},
    {"uint32_t", 0, UINT32_MAX, false},
    {"unsigned", 0, UINT32_MAX, false},
};

const PayloadType *variables_type(const Variables *variables, Name type) {
    const char *name = names_text(variables->global->names, type);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return NULL;
}

uint32_t variables_find(const Variables *variables, uint32_t scope, Name name) {
    for (uint32_t i = 0; i < variables->all.n; i++)
        if (variables->all.data[i].name == name && variables->all.data[i].scope == scope) return i;
    return VARIABLES_NONE;
}

bool variables_is_bound(const Variables *variables, uint32_t state, uint32_t variable) {
    return variables_has(variables->bound + (size_t)state * variables->words, variable);
}

/* ---- which there are */

static void add_names(Variables *variables, const ProtocolExpr *expr, uint32_t scope) {
    if (!expr) return;
    if (expr->op == PROTOCOL_NAME && variables_find(variables, scope, expr->name) == VARIABLES_NONE)
        vec_push(&variables->all, (Variable){.name = expr->name, .scope = scope, .span = expr->span});
    add_names(variables, expr->a, scope);
    add_names(variables, expr->b, scope);
    add_names(variables, expr->c, scope);
}

static void add_edge(Variables *variables, const GlobalEdge *edge) {
    add_names(variables, edge->origin->where, edge->scope);
    for (uint32_t i = 0; i < edge->origin->nlets; i++) {
        const ProtocolLet *let = &edge->origin->lets[i];
        add_names(variables, let->value, edge->scope);
        if (variables_find(variables, edge->scope, let->name) == VARIABLES_NONE)
            vec_push(&variables->all, (Variable){.name = let->name, .scope = edge->scope, .span = let->span});
    }
}

/* One type for all places where it is sent; false: some are truth values, others numbers, or it cannot be compared. */
static bool join_type(Variables *variables, const Payload *payload, Variable *variable, Diags *diags) {
    const PayloadType *type = payload->protocol ? NULL : variables_type(variables, payload->type);
    const char *name = names_text(variables->global->names, payload->name);
    if (!type) {
        diags_add(diags, DIAG_PROTOCOL, payload->span,
            "a condition cannot speak of '%s': '%s' is none of the integers of up to 32 bits, int64_t and bool", name,
            names_text(variables->global->names, payload->type));
        return false;
    }
    if (variable->is_sent && variable->is_truth != type->is_truth) {
        diags_add(diags, DIAG_PROTOCOL, payload->span, "'%s' is a truth value here and a number there", name);
        diags_note(diags, variable->span, "it is sent here, too");
        return false;
    }
    variable->type = variable->is_sent && variable->type != type ? NULL : type;
    variable->is_truth = type->is_truth;
    if (!variable->is_sent) variable->span = payload->span;
    variable->is_sent = true;
    return true;
}

static bool find_types(Variables *variables, Diags *diags) {
    for (uint32_t e = 0; e < variables->global->nedges; e++) {
        const GlobalEdge *edge = &variables->global->edges[e];
        for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
            uint32_t index = variables_find(variables, edge->scope, edge->origin->payloads[i].name);
            if (index != VARIABLES_NONE &&
                !join_type(variables, &edge->origin->payloads[i], &variables->all.data[index], diags))
                return false;
        }
    }
    for (uint32_t e = 0; e < variables->global->nedges; e++) { /* what a let makes is any integer */
        const GlobalEdge *edge = &variables->global->edges[e];
        for (uint32_t i = 0; i < edge->origin->nlets; i++)
            variables->all.data[variables_find(variables, edge->scope, edge->origin->lets[i].name)].type = NULL;
    }
    return true;
}

/* ---- where they have a value */

static void bind(const Variables *variables, const GlobalEdge *edge, uint32_t *set) {
    for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
        uint32_t variable = variables_find(variables, edge->scope, edge->origin->payloads[i].name);
        if (variable != VARIABLES_NONE) set[variable / 32] |= 1u << (variable % 32);
    }
}

static void bind_lets(const Variables *variables, const GlobalEdge *edge, uint32_t *set) {
    for (uint32_t i = 0; i < edge->origin->nlets; i++) {
        uint32_t variable = variables_find(variables, edge->scope, edge->origin->lets[i].name);
        set[variable / 32] |= 1u << (variable % 32);
    }
}

static bool is_in(const Variables *variables, const ProtocolExpr *expr, uint32_t scope, const uint32_t *set) {
    if (!expr) return true;
    if (expr->op == PROTOCOL_NAME) return variables_has(set, variables_find(variables, scope, expr->name));
    return is_in(variables, expr->a, scope, set) && is_in(variables, expr->b, scope, set) &&
           is_in(variables, expr->c, scope, set);
}

/* What the role knows after the message: its own are as in `set`, what others sent or made anew it does not know. */
static void learn(const Variables *variables, const GlobalEdge *edge, uint32_t role, uint32_t *set) {
    bool takes_part = edge->sender == role || edge->receiver == role;
    uint32_t lost[64] = {0};
    bind(variables, edge, takes_part ? set : lost);
    for (uint32_t i = 0; i < edge->origin->nlets; i++) {
        const ProtocolLet *let = &edge->origin->lets[i];
        uint32_t variable = variables_find(variables, edge->scope, let->name);
        bool is_known = takes_part && is_in(variables, let->value, edge->scope, set);
        if (is_known) set[variable / 32] |= 1u << (variable % 32);
        else set[variable / 32] &= ~(1u << (variable % 32));
    }
    for (uint32_t w = 0; w < variables->words && !takes_part; w++) set[w] &= ~lost[w];
}

typedef struct Flow {
    const Variables *variables;
    uint32_t role;
    bool is_binding;
} Flow; /* is_binding: not what a role knows, but what has a value */

/* The largest sets that hold in all courses. */
static uint32_t *flow(const Flow *how) {
    const Variables *variables = how->variables;
    const GlobalAutomaton *global = variables->global;
    uint32_t words = variables->words;
    uint32_t *sets = malloc(sizeof *sets * ((size_t)global->nstates * words + 1u)),
             *next = calloc(words + 1u, sizeof *next);
    VEC(uint32_t) queue = {0};
    if (!sets || !next) fatal("out of memory");
    memset(sets, 0xff, sizeof *sets * (size_t)global->nstates * words);
    memset(sets + (size_t)global->initial * words, 0, sizeof *sets * words);
    for (uint32_t s = global->nstates; s-- > 0;) vec_push(&queue, s);
    while (queue.n) {
        uint32_t state = vec_pop(&queue);
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            uint32_t *target = sets + (size_t)edge->to * words;
            bool is_new = false;
            memcpy(next, sets + (size_t)state * words, sizeof *next * words);
            if (how->is_binding) bind(variables, edge, next), bind_lets(variables, edge, next);
            else learn(variables, edge, how->role, next);
            for (uint32_t w = 0; w < words; w++) {
                is_new |= (target[w] & next[w]) != target[w];
                target[w] &= next[w];
            }
            if (is_new) vec_push(&queue, edge->to);
        }
    }
    vec_fini(&queue);
    free(next);
    return sets;
}

uint32_t *variables_known(const Variables *variables, uint32_t role) { return flow(&(Flow){variables, role, false}); }

bool variables_all_in(
    const Variables *variables, const ProtocolExpr *expr, uint32_t scope, const uint32_t *set, const GlobalEdge *edge) {
    uint32_t copy[64];
    memcpy(copy, set, sizeof *copy * variables->words);
    if (edge) bind(variables, edge, copy);
    return is_in(variables, expr, scope, copy);
}

/* ---- what conditions are */

typedef enum Kind { KIND_NUMBER, KIND_TRUTH, KIND_WRONG } Kind;

typedef struct Typing {
    const Variables *variables;
    const GlobalEdge *edge;
    uint32_t *set;
    Diags *diags;
} Typing;

static Kind wrong(const Typing *typing, const ProtocolExpr *expr, const char *what) {
    diags_add(typing->diags, DIAG_PROTOCOL, expr->span, "%s", what);
    return KIND_WRONG;
}

static Kind kind_of(const Typing *typing, const ProtocolExpr *expr);

static Kind kind_of_name(const Typing *typing, const ProtocolExpr *expr) {
    const Variables *variables = typing->variables;
    uint32_t index = variables_find(variables, typing->edge->scope, expr->name);
    const char *name = names_text(variables->global->names, expr->name);
    if (variables_has(typing->set, index)) return variables->all.data[index].is_truth ? KIND_TRUTH : KIND_NUMBER;
    if (!variables->all.data[index].is_sent)
        diags_add(typing->diags, DIAG_PROTOCOL, expr->span, "'%s' is in no message that comes before", name);
    else {
        diags_add(typing->diags, DIAG_PROTOCOL, expr->span,
            "'%s' may have no value here: a course leads here in which it was not sent", name);
        diags_note(typing->diags, variables->all.data[index].span, "it is sent here");
    }
    return KIND_WRONG;
}

static bool are(const Typing *typing, const ProtocolExpr *expr, Kind kind) {
    const char *what = kind == KIND_TRUTH ? "a truth value is expected here: a comparison, or a bool"
                                          : "a number is expected here, not a truth value";
    for (const ProtocolExpr *part = expr->a; part; part = part == expr->a ? expr->b : NULL) {
        Kind found = kind_of(typing, part);
        if (found == KIND_WRONG) return false;
        if (found != kind) return wrong(typing, part, what) == kind;
    }
    return true;
}

static Kind kind_of_cond(const Typing *typing, const ProtocolExpr *expr) {
    Kind a = kind_of(typing, expr->a), b = kind_of(typing, expr->b), c = kind_of(typing, expr->c);
    if (a == KIND_WRONG || b == KIND_WRONG || c == KIND_WRONG) return KIND_WRONG;
    if (a != KIND_TRUTH) return wrong(typing, expr->a, "a truth value is expected here: a comparison, or a bool");
    return b == c ? b : wrong(typing, expr->c, "one side is a truth value, the other a number");
}

static Kind kind_of(const Typing *typing, const ProtocolExpr *expr) {
    switch (expr->op) {
    case PROTOCOL_NUMBER: return KIND_NUMBER;
    case PROTOCOL_NAME: return kind_of_name(typing, expr);
    case PROTOCOL_AND:
    case PROTOCOL_OR:
    case PROTOCOL_NOT: return are(typing, expr, KIND_TRUTH) ? KIND_TRUTH : KIND_WRONG;
    case PROTOCOL_COND: return kind_of_cond(typing, expr);
    case PROTOCOL_EQ:
    case PROTOCOL_NE: {
        Kind a = kind_of(typing, expr->a), b = kind_of(typing, expr->b);
        if (a == KIND_WRONG || b == KIND_WRONG) return KIND_WRONG;
        return a == b ? KIND_TRUTH : wrong(typing, expr, "a truth value is compared with a number");
    }
    case PROTOCOL_LT:
    case PROTOCOL_LE:
    case PROTOCOL_GT:
    case PROTOCOL_GE: return are(typing, expr, KIND_NUMBER) ? KIND_TRUTH : KIND_WRONG;
    default: return are(typing, expr, KIND_NUMBER) ? KIND_NUMBER : KIND_WRONG;
    }
}

static bool check_edge(const Variables *variables, const GlobalEdge *edge, Diags *diags) {
    uint32_t set[64];
    Typing typing = {variables, edge, set, diags};
    memcpy(set, variables->bound + (size_t)edge->from * variables->words, sizeof *set * variables->words);
    bind(variables, edge, set);
    Kind kind = edge->origin->where ? kind_of(&typing, edge->origin->where) : KIND_TRUTH;
    if (kind == KIND_NUMBER)
        kind = wrong(&typing, edge->origin->where, "a condition is a comparison, or a bool; this is a number");
    for (uint32_t i = 0; i < edge->origin->nlets && kind != KIND_WRONG; i++) {
        const ProtocolLet *let = &edge->origin->lets[i];
        uint32_t index = variables_find(variables, edge->scope, let->name);
        Kind value = kind_of(&typing, let->value);
        kind = value;
        if (value == KIND_TRUTH) kind = wrong(&typing, let->value, "a let makes a number");
        else if (variables->all.data[index].is_truth)
            kind = wrong(&typing, let->value, "a let makes a number, not a truth value");
        set[index / 32] |= 1u << (index % 32);
    }
    return kind != KIND_WRONG;
}

bool variables_init(Variables *variables, const GlobalAutomaton *global, Diags *diags) {
    enum { MAX_VARIABLES = 2000 };
    *variables = (Variables){.global = global};
    for (uint32_t e = 0; e < global->nedges && variables->all.n <= MAX_VARIABLES; e++)
        add_edge(variables, &global->edges[e]);
    if (variables->all.n > MAX_VARIABLES) {
        diags_add(
            diags, DIAG_PROTOCOL_LIMIT, global->protocol->at, "conditions speak of more than %d values", MAX_VARIABLES);
        return false;
    }
    variables->words = variables->all.n / 32 + 1;
    if (!find_types(variables, diags)) return false;
    variables->bound = flow(&(Flow){variables, 0, true});
    bool good = true;
    for (uint32_t e = 0; e < global->nedges; e++) {
        bool is_first = true; /* parallel branches multiply edges */
        for (uint32_t k = 0; k < e && is_first && (global->edges[e].origin->where || global->edges[e].origin->nlets);
             k++)
            is_first = global->edges[k].origin != global->edges[e].origin ||
                       global->edges[k].scope != global->edges[e].scope;
        if (is_first) good &= check_edge(variables, &global->edges[e], diags);
    }
    return good;
}

void variables_fini(Variables *variables) {
    vec_fini(&variables->all);
    free(variables->bound);
}

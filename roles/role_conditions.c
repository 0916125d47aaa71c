#include "roles/role_conditions.h"

#include <string.h>

/* The values of a message by the names of its payloads. */
typedef struct Values {
    const GlobalType *origin;
    const ValueType *const *types; /* of the payloads */
    uint32_t ntypes;
    const RoleComm *comm;
    bool is_open;
} Values;

static int64_t value_of(Values *values, Name name) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < values->origin->npayloads && i < values->ntypes; i++) {
        bool is_scalar = values->types[i]->kind <= VALUE_ENUM;
        if (values->origin->payloads[i].name == name && is_scalar && at < values->comm->nvalues) return values->comm->values[at];
        at += values->types[i]->words;
    }
    values->is_open = true;
    return 0;
}

static int64_t evaluate(Values *values, const ProtocolExpr *expr);

static int64_t divide(Values *values, ProtocolOp op, int64_t a, int64_t b) {
    if (b == 0 || (b == -1 && a == INT64_MIN)) {
        values->is_open = true;
        return 0;
    }
    return op == PROTOCOL_DIV ? a / b : a % b;
}

static int64_t shift(Values *values, ProtocolOp op, int64_t a, int64_t b) {
    if (b < 0 || b > 62) {
        values->is_open = true;
        return 0;
    }
    return op == PROTOCOL_SHL ? (int64_t)((uint64_t)a << b) : a >> b;
}

static int64_t combine(Values *values, const ProtocolExpr *expr, int64_t a, int64_t b) {
    int64_t result = 0;
    switch (expr->op) {
    case PROTOCOL_ADD: values->is_open |= __builtin_add_overflow(a, b, &result); return result;
    case PROTOCOL_SUB: values->is_open |= __builtin_sub_overflow(a, b, &result); return result;
    case PROTOCOL_MUL: values->is_open |= __builtin_mul_overflow(a, b, &result); return result;
    case PROTOCOL_DIV:
    case PROTOCOL_REM: return divide(values, expr->op, a, b);
    case PROTOCOL_SHL:
    case PROTOCOL_SHR: return shift(values, expr->op, a, b);
    case PROTOCOL_BAND: return a & b;
    case PROTOCOL_BOR: return a | b;
    case PROTOCOL_BXOR: return a ^ b;
    case PROTOCOL_EQ: return a == b;
    case PROTOCOL_NE: return a != b;
    case PROTOCOL_LT: return a < b;
    case PROTOCOL_LE: return a <= b;
    case PROTOCOL_GT: return a > b;
    case PROTOCOL_GE: return a >= b;
    default: values->is_open = true; return 0; /* members and slices are numbers no longer */
    }
}

static int64_t evaluate(Values *values, const ProtocolExpr *expr) {
    switch (expr->op) {
    case PROTOCOL_NUMBER: return expr->value;
    case PROTOCOL_NAME: return value_of(values, expr->name);
    case PROTOCOL_NEGATE: return combine(values, &(ProtocolExpr){.op = PROTOCOL_SUB}, 0, evaluate(values, expr->a));
    case PROTOCOL_NOT: return !evaluate(values, expr->a);
    case PROTOCOL_FLIP: return ~evaluate(values, expr->a);
    case PROTOCOL_AND: return evaluate(values, expr->a) && evaluate(values, expr->b);
    case PROTOCOL_OR: return evaluate(values, expr->a) || evaluate(values, expr->b);
    case PROTOCOL_COND: return evaluate(values, expr->a) ? evaluate(values, expr->b) : evaluate(values, expr->c);
    case PROTOCOL_MEMBER:
    case PROTOCOL_SLICE: values->is_open = true; return 0;
    default: break;
    }
    int64_t a = evaluate(values, expr->a), b = evaluate(values, expr->b);
    return combine(values, expr, a, b);
}

/* The types of the payloads in an item of this type. */
static uint32_t payload_types(const ValueType *elem, const RoleComm *comm, uint32_t npayloads, const ValueType **types, uint32_t room) {
    const ValueField *fields = elem->fields;
    uint32_t n = 0, nfields = elem->kind == VALUE_STRUCT && npayloads != 1 ? elem->nfields : 0;
    if (elem->kind == VALUE_MESSAGE && comm->label < elem->nlabels) {
        fields = elem->labels[comm->label].fields;
        nfields = elem->labels[comm->label].nfields;
    } else if (nfields == 0) {
        types[n++] = elem;
    }
    for (uint32_t i = 0; i < nfields && n < room; i++) types[n++] = fields[i].type;
    return n;
}

static RoleCondition judge(const GlobalType *origin, const ValueType *elem, const RoleComm *comm) {
    const ValueType *types[64];
    if (origin->window.is_given) return ROLE_CONDITION_OPEN;
    if (!origin->where) return ROLE_CONDITION_HOLDS;
    Values values = {.origin = origin, .types = types, .ntypes = payload_types(elem, comm, origin->npayloads, types, 64), .comm = comm};
    bool holds = evaluate(&values, origin->where) != 0;
    return values.is_open ? ROLE_CONDITION_OPEN : holds ? ROLE_CONDITION_HOLDS : ROLE_CONDITION_FAILS;
}

RoleCondition role_condition(const GlobalAutomaton *global, uint32_t sender, uint32_t receiver, Name message, const ValueType *elem, const RoleComm *comm) {
    bool holds = false, fails = false;
    for (uint32_t e = 0; e < global->nedges; e++) {
        const GlobalEdge *edge = &global->edges[e];
        if (edge->sender != sender || edge->receiver != receiver || edge->message != message) continue;
        RoleCondition here = judge(edge->origin, elem, comm);
        if (here == ROLE_CONDITION_OPEN) return here;
        holds |= here == ROLE_CONDITION_HOLDS;
        fails |= here == ROLE_CONDITION_FAILS;
    }
    return !fails ? ROLE_CONDITION_HOLDS : holds ? ROLE_CONDITION_OPEN : ROLE_CONDITION_FAILS;
}

bool role_conditions_exist(const GlobalAutomaton *global) {
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].origin->where || global->edges[e].origin->window.is_given) return true;
    return false;
}

/* Instructions as Promela statements. */
#include "model/promela_parts.h"

#include <assert.h>
#include <stdlib.h>

/* $a … $d: frame slots; $i: the constant; $G: the global's word; $s: the task; $L: where a jump leads. NULL: cannot be said. */
typedef struct CodeRow {
    const char *text;
    bool wraps; /* the result in a is cut to instr.type */
} CodeRow;

static const CodeRow rows[INSTR_COUNT] = {
    [INSTR_CONST] = {"$a = $i", false},
    [INSTR_BOUNDS] = {"assert(0 <= $b && $b < $i); $a = $b * $D", false},
    [INSTR_ADD] = {"$a = $b + $c", true},
    [INSTR_SUB] = {"$a = $b - $c", true},
    [INSTR_MUL] = {"$a = $b * $c", true},
    [INSTR_DIV] = {"assert($c != 0); $a = $b / $c", true},
    [INSTR_MOD] = {"assert($c != 0); $a = $b % $c", true},
    [INSTR_SHL] = {"$a = $b << $c", true},
    [INSTR_SHR] = {"$a = $b >> $c", true},
    [INSTR_AND] = {"$a = $b & $c", false},
    [INSTR_OR] = {"$a = $b | $c", false},
    [INSTR_XOR] = {"$a = $b ^ $c", true},
    [INSTR_NEG] = {"$a = -$b", true},
    [INSTR_BITNOT] = {"$a = ~$b", true},
    [INSTR_NOT] = {"$a = ($b == 0)", false},
    [INSTR_EQ] = {"$a = ($b == $c)", false},
    [INSTR_NE] = {"$a = ($b != $c)", false},
    [INSTR_LT] = {"$a = ($b < $c)", false},
    [INSTR_LE] = {"$a = ($b <= $c)", false},
    [INSTR_NARROW] = {"$a = $b", false},
    [INSTR_JUMP] = {"goto $L", false},
    [INSTR_BRANCH] = {"if :: $a == 0 -> goto $L :: else fi", false},
    [INSTR_ASSERT] = {"assert($a)", false},
    [INSTR_UNREACHABLE] = {"assert(false)", false},
    [INSTR_NO_RETURN] = {"assert(false)", false},
    [INSTR_ANY] = {"assert($b <= $c); m_ = $c; $a = $b; do :: $a < m_ -> $a++ :: break od; m_ = 0", false},
    [INSTR_PRINT] = {"skip", false},
    [INSTR_PROGRESS] = {"skip", false},
    [INSTR_ATOMIC_BEGIN] = {"skip", false},
    [INSTR_GLOAD] = {"$a = $G", false},
    [INSTR_GSTORE] = {"$G = $a", false},
    [INSTR_CLOSE] = {"do_close(OBJ($a))", false},
    [INSTR_LEN] = {"$b = items[OBJ($a)]", false},
    [INSTR_CAP] = {"$b = CAP(OBJ($a))", false},
    [INSTR_EMPTY] = {"$b = (items[OBJ($a)] == 0)", false},
    [INSTR_FULL] = {"$b = (items[OBJ($a)] >= CAP(OBJ($a)))", false},
    [INSTR_CLOSED] = {"$b = closed[OBJ($a)]", false},
    [INSTR_TRY_LOCK] = {"$c = (owner[OBJ($a)] == 0); if :: $c -> owner[OBJ($a)] = $s + 1 :: else fi", false},
    [INSTR_UNLOCK] = {"do_unlock(OBJ($a), $s)", false},
    [INSTR_HELD] = {"$b = (owner[OBJ($a)] != 0)", false},
    [INSTR_HOLDER] = {"if :: owner[OBJ($a)] == 0 -> $b = 0 :: else -> $b = TASK0 + owner[OBJ($a)] - 1 fi", false},
};

static void put_global(Promela *promela, const Instr *instr) {
    promela_text(promela, "g[%u", promela->global_base[instr->b] + (uint32_t)instr->imm);
    if (instr->c != NO_SLOT) promela_text(promela, " + %s[%u]", promela->frame, instr->c);
    promela_text(promela, "]");
}

static void put_template(Promela *promela, const Instr *instr, const char *text) {
    for (; *text; text++) {
        if (*text != '$') {
            promela_text(promela, "%c", *text);
            continue;
        }
        switch (*++text) {
        case 'a': promela_text(promela, "%s[%u]", promela->frame, instr->a); break;
        case 'b': promela_text(promela, "%s[%u]", promela->frame, instr->b); break;
        case 'c': promela_text(promela, "%s[%u]", promela->frame, instr->c); break;
        case 'i': promela_text(promela, "%lld", (long long)instr->imm); break;
        case 'D': promela_text(promela, "%u", instr->d); break;
        case 's': promela_text(promela, "t"); break;
        case 'L': promela_text(promela, "%s_%lld", promela->prefix, (long long)instr->imm); break;
        case 'G': put_global(promela, instr); break;
        default: assert(!"a letter of the templates");
        }
    }
}

/* Cuts the result to the type's bits; 32 signed bits are Promela's own. */
static void wrap(Promela *promela, uint32_t slot, uint8_t type) {
    if (itype_bits(type) >= 32) return;
    const char *frame = promela->frame;
    if (itype_bits(type) == 1 && !itype_signed(type)) promela_text(promela, "; %s[%u] = (%s[%u] != 0)", frame, slot, frame, slot);
    else promela_text(promela, "; %s[%u] = %s(%s[%u], %u)", frame, slot, itype_signed(type) ? "SIGNED" : "UNSIGNED", frame, slot, itype_bits(type));
}

static void check_type(Promela *promela, const Instr *instr) {
    bool is_order = instr->op == INSTR_EQ || instr->op == INSTR_NE || instr->op == INSTR_AND || instr->op == INSTR_OR;
    bool has_type = rows[instr->op].wraps || instr->op == INSTR_LT || instr->op == INSTR_LE || instr->op == INSTR_CONVERT;
    if (is_order || !has_type) return;
    unsigned bits = itype_bits(instr->type);
    if (bits > 32 || (bits == 32 && !itype_signed(instr->type))) promela_refuse(promela, instr->span, "arithmetic that does not fit Promela's int");
}

static void move(Promela *promela, uint32_t to, const char *from, uint32_t slot, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        promela_text(promela, "%s%s[%u] = %s[%u]", i ? "; " : "", promela->frame, to + i, from, slot + i);
    if (!n) promela_text(promela, "skip");
}

/* ---- conditions on tasks */

static bool is_at(const Machine *machine, uint32_t label, uint32_t index) {
    return machine->labels[index].name == machine->labels[label].name;
}

/* What is asked of the task r_. */
static void put_asked(Promela *promela, const Instr *instr) {
    if (instr->op == INSTR_IS_DONE) {
        promela_text(promela, "(status[r_] == 3)");
        return;
    }
    const Machine *machine = promela->program->machines[instr->imm];
    promela_text(promela, "(status[r_] == 2 && (false");
    for (uint32_t i = 0; instr->c != NO_SLOT && i < machine->nlabels; i++)
        if (is_at(machine, instr->c, i)) promela_text(promela, " || at[r_] == %u", machine->labels[i].pc);
    promela_text(promela, "))");
}

static void put_quantifier(Promela *promela, const Instr *instr) {
    bool every = instr->imm < 0, some = instr->b == UINT32_MAX;
    promela_text(promela, "r_ = 0; all_ = true; some_ = false; found_ = false; do :: r_ < tasks -> if :: ");
    if (every) promela_text(promela, "!daemon[r_]");
    else promela_text(promela, "machine[r_] == %lld", (long long)instr->imm);
    if (!every && instr->b && !some) promela_text(promela, " && number[r_] == %u", instr->b);
    promela_text(promela, " -> found_ = true; if :: ");
    put_asked(promela, instr);
    promela_text(promela, " -> some_ = true :: else -> all_ = false fi :: else fi; r_++ :: else -> break od; ");
    promela_text(promela, "%s[%u] = (found_ && %s)", promela->frame, instr->a, some ? "some_" : "all_");
    if (every) promela_text(promela, " || !found_");
    promela_text(promela, "; r_ = 0; all_ = false; some_ = false; found_ = false");
}

static void put_is_task(Promela *promela, const Instr *instr) {
    const char *frame = promela->frame;
    promela_text(promela, "if :: %s[%u] >= TASK0 -> %s[%u] = (machine[%s[%u] - TASK0] == %lld", frame, instr->d, frame, instr->a, frame, instr->d, (long long)instr->imm);
    if (instr->b && instr->b != UINT32_MAX) promela_text(promela, " && number[%s[%u] - TASK0] == %u", frame, instr->d, instr->b);
    promela_text(promela, ") :: else -> %s[%u] = 0 fi", frame, instr->a);
}

/* ---- tasks and channels on the spot */

static void put_spawn(Promela *promela, const Instr *instr) {
    const Machine *machine = promela->program->machines[instr->imm];
    if (instr->c != NO_SLOT) promela_refuse(promela, instr->span, "a task on an executor of its own");
    if (instr->d != NO_SLOT) promela_refuse(promela, instr->span, "a scope");
    if (instr->type > 1) promela_refuse(promela, instr->span, "a task that may be killed");
    if (instr->a != NO_SLOT) promela_text(promela, "%s[%u] = TASK0 + tasks; ", promela->frame, instr->a);
    promela_text(promela, "new_task(%lld, %s); run m%lld(tasks - 1", (long long)instr->imm, instr->type & 1 ? "true" : "false", (long long)instr->imm);
    for (uint32_t i = 0; i < machine->nparams; i++) promela_text(promela, ", %s[%u]", promela->frame, instr->b + i);
    promela_text(promela, ")");
}

static void put_try(Promela *promela, const Instr *instr) {
    const char *frame = promela->frame;
    bool sends = instr->op == INSTR_TRY_SEND;
    for (uint32_t i = 0; sends && i < (uint32_t)instr->imm; i++) promela_text(promela, "v[%u] = %s[%u]; ", i, frame, instr->b + i);
    promela_text(promela, "%s(OBJ(%s[%u]), t); ", sends ? "try_send" : "try_recv", frame, instr->a);
    promela_text(promela, "%s[%u] = r_; ", frame, instr->c);
    if (!sends) {
        promela_text(promela, "if :: r_ -> ");
        move(promela, instr->b, "v", 0, (uint32_t)instr->imm);
        promela_text(promela, " :: else fi; ");
    }
    promela_text(promela, "r_ = 0; CLEAR_ITEM(v, 0)");
}

static void put_give_up(Promela *promela, const Instr *instr) {
    const Point *point = &promela->machine->points[instr->imm];
    for (uint32_t i = 0; i < point->narms; i++)
        if (i == instr->a) promela_text(promela, "switch_off(AT(t, %u)); ", i);
        else promela_text(promela, "give_up(AT(t, %u)); ", i);
    promela_text(promela, "skip");
}

static void put_array(Promela *promela, const Instr *instr) {
    const char *frame = promela->frame;
    for (uint32_t i = 0; i < (uint32_t)instr->imm; i++)
        if (instr->op == INSTR_LOADX)
            promela_text(promela, "v_[%u] = %s[%u + %s[%u]]; ", i, frame, instr->b + i, frame, instr->c);
        else
            promela_text(promela, "%s[%u + %s[%u]] = %s[%u]; ", frame, instr->a + i, frame, instr->c, frame, instr->b + i);
    for (uint32_t i = 0; instr->op == INSTR_LOADX && i < (uint32_t)instr->imm; i++)
        promela_text(promela, "%s[%u] = v_[%u]; v_[%u] = 0; ", frame, instr->a + i, i, i);
    promela_text(promela, "skip");
}

static void put_block(Promela *promela, const Instr *instr) {
    bool is_move = instr->op == INSTR_MOVE;
    for (uint32_t i = 0; i < (uint32_t)instr->imm; i++) {
        promela_text(promela, "%s[%u] = ", promela->frame, instr->a + i);
        if (is_move) promela_text(promela, "%s[%u]; ", promela->frame, instr->b + i);
        else promela_text(promela, "0; ");
    }
    promela_text(promela, "skip");
}

static void put_end(Promela *promela, const Instr *instr) {
    if (promela->frame[0] == 'p') {
        promela_text(promela, "r_ = (p[%u] != 0); goto %s_rest", instr->a, promela->prefix);
        return;
    }
    for (uint32_t i = 0; i < promela->machine->nslots; i++) promela_text(promela, "f[%u] = 0; ", i);
    promela_text(promela, "status[t] = 3; at[t] = 0; idle[t] = false; goto %s_rest", promela->prefix);
}

static void put_instr(Promela *promela, const Instr *instr) {
    switch (instr->op) {
    case INSTR_MOVE: case INSTR_UNINIT: case INSTR_ZERO: put_block(promela, instr); return;
    case INSTR_LOADX: case INSTR_STOREX: put_array(promela, instr); return;
    case INSTR_CONVERT:
        promela_text(promela, "%s[%u] = %s[%u]", promela->frame, instr->a, promela->frame, instr->b);
        wrap(promela, instr->a, instr->type);
        return;
    case INSTR_SPAWN: put_spawn(promela, instr); return;
    case INSTR_TRY_SEND: case INSTR_TRY_RECV: put_try(promela, instr); return;
    case INSTR_WAIT: promela_arrive(promela, instr); return;
    case INSTR_GIVE_UP: put_give_up(promela, instr); return;
    case INSTR_END: put_end(promela, instr); return;
    case INSTR_IS_AT: case INSTR_IS_DONE: put_quantifier(promela, instr); return;
    case INSTR_IS_TASK: put_is_task(promela, instr); return;
    default: break;
    }
    const CodeRow *row = &rows[instr->op];
    if (!row->text) {
        promela_refuse(promela, instr->span, "an operation without a faithful translation");
        return;
    }
    put_template(promela, instr, row->text);
    if (row->wraps) wrap(promela, instr->a, instr->type);
}

/* ---- which instructions are there, and which are jumped to */

typedef struct Reach {
    const Machine *machine;
    bool *seen, *target;
    uint32_t *stack, n;
} Reach;

static void reach(Reach *reach_, uint32_t pc, bool jumped) {
    reach_->target[pc] |= jumped;
    if (reach_->seen[pc]) return;
    reach_->seen[pc] = true;
    reach_->stack[reach_->n++] = pc;
}

static void follow(Reach *r, uint32_t pc) {
    const Instr *instr = &r->machine->code[pc];
    if (instr->op == INSTR_JUMP || instr->op == INSTR_BRANCH) reach(r, (uint32_t)instr->imm, true);
    if (instr->op == INSTR_WAIT) {
        const Point *point = &r->machine->points[instr->imm];
        for (uint32_t i = 0; i < point->narms; i++) reach(r, point->arms[i].target, true);
        if (point->fallback != NO_SLOT) reach(r, point->fallback, true);
    }
    bool goes_on = instr->op != INSTR_JUMP && instr->op != INSTR_WAIT && instr->op != INSTR_END && instr->op != INSTR_UNREACHABLE &&
                   instr->op != INSTR_NO_RETURN;
    if (goes_on) reach(r, pc + 1, false);
}

void promela_code(Promela *promela, uint32_t entry) {
    const Machine *machine = promela->machine;
    Reach r = {.machine = machine, .seen = calloc(machine->ncode + 1u, 1), .target = calloc(machine->ncode + 1u, 1),
        .stack = calloc(machine->ncode + 1u, sizeof(uint32_t))};
    if (!r.seen || !r.target || !r.stack) abort();
    reach(&r, entry, true);
    while (r.n > 0) follow(&r, r.stack[--r.n]);
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        if (!r.seen[pc]) continue;
        const Instr *instr = &machine->code[pc];
        check_type(promela, instr);
        if (r.target[pc]) promela_text(promela, "    %s_%u: ", promela->prefix, pc);
        else promela_text(promela, "    ");
        put_instr(promela, instr);
        promela_text(promela, ";\n");
    }
    free(r.seen);
    free(r.target);
    free(r.stack);
}

#include "ltl/formula.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/intern.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct Node {
    uint8_t op;
    uint8_t traits;
    uint16_t depth;
    uint32_t arity; /* of an atom: its number */
    const Formula *operands;
} Node;

struct Formulas {
    Arena arena;
    VEC(Node) nodes;
    Formula *slots; /* open addressing; 0 is free */
    uint32_t mask;
    Names *names;           /* atom i has name i + 1 */
    VEC(Formula) normal[2]; /* memo of formula_normal, plain and negated; 0 is unknown, else 1 more */
};

enum { FIRST_SLOTS = 1 << 9 };
enum { ALL_TRAITS = 255 };

static void add_constant(Formulas *formulas) {
    vec_push(&formulas->nodes, (Node){.op = FORMULA_CONSTANT, .traits = ALL_TRAITS, .depth = 1});
}

Formulas *formulas_new(void) {
    Formulas *formulas = calloc(1, sizeof *formulas);
    if (!formulas) fatal("out of memory");
    arena_init(&formulas->arena);
    formulas->names = names_new();
    formulas->slots = calloc(FIRST_SLOTS, sizeof *formulas->slots);
    if (!formulas->slots) fatal("out of memory");
    formulas->mask = FIRST_SLOTS - 1;
    add_constant(formulas);
    add_constant(formulas);
    return formulas;
}

void formulas_free(Formulas *formulas) {
    if (!formulas) return;
    vec_fini(&formulas->nodes);
    vec_fini(&formulas->normal[0]);
    vec_fini(&formulas->normal[1]);
    names_free(formulas->names);
    arena_fini(&formulas->arena);
    free(formulas->slots);
    free(formulas);
}

uint32_t formulas_atom(Formulas *formulas, const char *name, size_t length) {
    assert(length > 0);
    Name known = names_find(formulas->names, name, length);
    if (known) return known - 1;
    if (formulas_atom_count(formulas) == FORMULA_ATOMS) return FORMULA_ATOMS;
    return names_add(formulas->names, name, length) - 1;
}

uint32_t formulas_atom_count(const Formulas *formulas) { return names_count(formulas->names) - 1; }
const char *formulas_atom_name(const Formulas *formulas, uint32_t atom) {
    return names_text(formulas->names, atom + 1);
}
uint32_t formulas_count(const Formulas *formulas) { return formulas->nodes.n; }

/* ---- looking at one */

static const Node *node_of(const Formulas *formulas, Formula f) {
    assert(f < formulas->nodes.n);
    return &formulas->nodes.data[f];
}

FormulaOp formula_op(const Formulas *formulas, Formula f) { return (FormulaOp)node_of(formulas, f)->op; }
bool formula_is(const Formulas *formulas, Formula f, FormulaTrait trait) {
    return node_of(formulas, f)->traits & trait;
}
uint32_t formula_arity(const Formulas *formulas, Formula f) {
    const Node *node = node_of(formulas, f);
    return node->op == FORMULA_ATOM ? 0 : node->arity;
}
Formula formula_operand(const Formulas *formulas, Formula f, uint32_t index) {
    assert(index < formula_arity(formulas, f));
    return node_of(formulas, f)->operands[index];
}
uint32_t formula_atom(const Formulas *formulas, Formula f) {
    assert(formula_op(formulas, f) == FORMULA_ATOM);
    return node_of(formulas, f)->arity;
}
uint32_t formula_depth(const Formulas *formulas, Formula f) { return node_of(formulas, f)->depth; }

/* ---- traits */

static uint32_t keep_if(uint32_t traits, uint32_t trait, bool holds) {
    return holds ? traits | trait : traits & ~trait;
}

/* Of U, R, W, M with operands of traits a and b. */
static uint32_t binary_traits(FormulaOp op, uint32_t a, uint32_t b) {
    uint32_t both = a & b, traits = both & (FORMULA_IS_NORMAL | FORMULA_IS_STEPLESS);
    bool least = op == FORMULA_UNTIL || op == FORMULA_STRONG;
    traits |= (op == FORMULA_UNTIL ? b : both) & FORMULA_IS_EVENTUAL;
    traits |= (op == FORMULA_STRONG ? both : b) & FORMULA_IS_UNIVERSAL;
    traits |= both & (least ? FORMULA_IS_GUARANTEE : FORMULA_IS_SAFETY);
    bool obligation = both & FORMULA_IS_OBLIGATION;
    switch (op) { /* where one side repeats for ever it must be closed under that */
    case FORMULA_UNTIL: obligation = obligation && (b & FORMULA_IS_GUARANTEE); break;
    case FORMULA_STRONG: obligation = obligation && (a & FORMULA_IS_GUARANTEE); break;
    case FORMULA_WEAK: obligation = obligation && (a & FORMULA_IS_SAFETY); break;
    default: obligation = obligation && (b & FORMULA_IS_SAFETY); break;
    }
    return keep_if(traits, FORMULA_IS_OBLIGATION, obligation || (traits & (FORMULA_IS_SAFETY | FORMULA_IS_GUARANTEE)));
}

static uint32_t not_traits(FormulaOp operand) {
    if (operand == FORMULA_ATOM) return ALL_TRAITS & ~(uint32_t)(FORMULA_IS_EVENTUAL | FORMULA_IS_UNIVERSAL);
    return FORMULA_IS_STEPLESS;
}

/* Traits of a node whose operands all have `all`; a and b are those of the first and the second. */
static uint32_t traits_of(FormulaOp op, uint32_t all, uint32_t a, uint32_t b) {
    const uint32_t forms = FORMULA_IS_NORMAL | FORMULA_IS_STEPLESS, kinds = FORMULA_IS_EVENTUAL | FORMULA_IS_UNIVERSAL;
    switch (op) {
    case FORMULA_CONSTANT: return ALL_TRAITS;
    case FORMULA_ATOM: return ALL_TRAITS & ~kinds;
    case FORMULA_NEXT: return all & ~(uint32_t)(FORMULA_IS_BOOLEAN | FORMULA_IS_STEPLESS);
    case FORMULA_EVENTUALLY:
        return (all & (forms | FORMULA_IS_UNIVERSAL | FORMULA_IS_GUARANTEE)) | FORMULA_IS_EVENTUAL |
               (all & FORMULA_IS_GUARANTEE ? FORMULA_IS_OBLIGATION : 0);
    case FORMULA_ALWAYS:
        return (all & (forms | FORMULA_IS_EVENTUAL | FORMULA_IS_SAFETY)) | FORMULA_IS_UNIVERSAL |
               (all & FORMULA_IS_SAFETY ? FORMULA_IS_OBLIGATION : 0);
    case FORMULA_AND:
    case FORMULA_OR: return all;
    case FORMULA_UNTIL:
    case FORMULA_RELEASE:
    case FORMULA_WEAK:
    case FORMULA_STRONG: return binary_traits(op, a, b);
    default: return all & (FORMULA_IS_BOOLEAN | FORMULA_IS_STEPLESS);
    }
}

/* ---- making nodes */

static uint64_t hash_of(FormulaOp op, const Formula *operands, uint32_t arity) {
    uint64_t hash = hash_combine((uint64_t)op, arity);
    if (op != FORMULA_ATOM)
        for (uint32_t i = 0; i < arity; i++) hash = hash_combine(hash, operands[i]);
    return hash;
}

static bool is_node(const Node *node, FormulaOp op, const Formula *operands, uint32_t arity) {
    if (node->op != op || node->arity != arity) return false;
    return op == FORMULA_ATOM || memcmp(node->operands, operands, arity * sizeof *operands) == 0;
}

static void grow(Formulas *formulas) {
    uint32_t count = (formulas->mask + 1) * 2;
    free(formulas->slots);
    formulas->slots = calloc(count, sizeof *formulas->slots);
    if (!formulas->slots) fatal("out of memory");
    formulas->mask = count - 1;
    for (Formula f = 2; f < formulas->nodes.n; f++) {
        const Node *node = &formulas->nodes.data[f];
        uint32_t i = (uint32_t)hash_of((FormulaOp)node->op, node->operands, node->arity) & formulas->mask;
        while (formulas->slots[i]) i = (i + 1) & formulas->mask;
        formulas->slots[i] = f;
    }
}

static Formula add_node(Formulas *formulas, FormulaOp op, const Formula *operands, uint32_t arity) {
    uint32_t n = op == FORMULA_ATOM ? 0 : arity, all = ALL_TRAITS, depth = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Node *operand = node_of(formulas, operands[i]);
        all &= operand->traits;
        if (operand->depth > depth) depth = operand->depth;
    }
    uint32_t a = n > 0 ? node_of(formulas, operands[0])->traits : 0;
    uint32_t b = n > 1 ? node_of(formulas, operands[1])->traits : 0;
    uint32_t traits = op == FORMULA_NOT ? not_traits(formula_op(formulas, operands[0])) | (all & FORMULA_IS_BOOLEAN)
                                        : traits_of(op, all, a, b);
    if (op == FORMULA_NOT && !(all & FORMULA_IS_STEPLESS)) traits &= ~(uint32_t)FORMULA_IS_STEPLESS;
    const Formula *kept = n > 0 ? arena_copy(&formulas->arena, operands, n * sizeof *operands) : NULL;
    vec_push(&formulas->nodes, (Node){(uint8_t)op, (uint8_t)traits, (uint16_t)(depth + 1), arity, kept});
    if (formulas->nodes.n * 2 > formulas->mask) grow(formulas);
    return formulas->nodes.n - 1;
}

static Formula intern(Formulas *formulas, FormulaOp op, const Formula *operands, uint32_t arity) {
    for (uint32_t i = (uint32_t)hash_of(op, operands, arity);; i++) {
        Formula *slot = &formulas->slots[i & formulas->mask];
        if (*slot == 0) {
            *slot = formulas->nodes.n;
            return add_node(formulas, op, operands, arity);
        }
        if (is_node(&formulas->nodes.data[*slot], op, operands, arity)) return *slot;
    }
}

static bool is_unary(FormulaOp op) { return op >= FORMULA_NOT && op <= FORMULA_ALWAYS; }

Formula formula_of_atom(Formulas *formulas, uint32_t atom) {
    assert(atom < FORMULA_ATOMS);
    return intern(formulas, FORMULA_ATOM, NULL, atom);
}

Formula formula_written(Formulas *formulas, FormulaOp op, Formula left, Formula right) {
    assert(op >= FORMULA_NOT);
    return intern(formulas, op, (Formula[]){left, right}, is_unary(op) ? 1 : 2);
}

/* ---- made formulas */

Formula formula_not_atom(Formulas *formulas, Formula f) {
    if (f <= FORMULA_TRUE) return FORMULA_TRUE - f;
    if (formula_op(formulas, f) == FORMULA_NOT) return formula_operand(formulas, f, 0);
    assert(formula_op(formulas, f) == FORMULA_ATOM);
    return intern(formulas, FORMULA_NOT, &f, 1);
}

Formula formula_unary(Formulas *formulas, FormulaOp op, Formula f) {
    if (f <= FORMULA_TRUE) return f;
    if (op != FORMULA_NEXT && formula_op(formulas, f) == op) return f;
    return intern(formulas, op, &f, 1);
}

/* The made form where constants or equal sides decide it. */
static bool fold_binary(Formulas *formulas, FormulaOp op, Formula a, Formula b, Formula *result) {
    bool until = op == FORMULA_UNTIL || op == FORMULA_WEAK;
    if (b <= FORMULA_TRUE) {
        bool open = op == FORMULA_WEAK || op == FORMULA_STRONG; /* what the left side does still matters */
        if (open && op == FORMULA_WEAK && b == FORMULA_FALSE) *result = formula_unary(formulas, FORMULA_ALWAYS, a);
        else if (open && op == FORMULA_STRONG && b == FORMULA_TRUE)
            *result = formula_unary(formulas, FORMULA_EVENTUALLY, a);
        else *result = b;
        return true;
    }
    if (a == b) return *result = a, true;
    if (a > FORMULA_TRUE) return false;
    if (until) {
        if (a == FORMULA_FALSE) *result = b;
        else *result = op == FORMULA_WEAK ? FORMULA_TRUE : formula_unary(formulas, FORMULA_EVENTUALLY, b);
    } else {
        if (a == FORMULA_TRUE) *result = b;
        else *result = op == FORMULA_STRONG ? FORMULA_FALSE : formula_unary(formulas, FORMULA_ALWAYS, b);
    }
    return true;
}

Formula formula_binary(Formulas *formulas, FormulaOp op, Formula left, Formula right) {
    Formula result;
    if (fold_binary(formulas, op, left, right, &result)) return result;
    return intern(formulas, op, (Formula[]){left, right}, 2);
}

static int by_number(const void *a, const void *b) {
    Formula f = *(const Formula *)a, g = *(const Formula *)b;
    return (f > g) - (f < g);
}

typedef VEC(Formula) FormulaList;

static bool holds_number(const FormulaList *list, Formula f) {
    return list->n > 0 && bsearch(&f, list->data, list->n, sizeof f, by_number) != NULL;
}

/* Sorts, and drops duplicates; true when a literal stands with its opposite. */
static bool settle(Formulas *formulas, FormulaList *list) {
    if (list->n > 1) qsort(list->data, list->n, sizeof *list->data, by_number);
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->n; i++)
        if (n == 0 || list->data[n - 1] != list->data[i]) list->data[n++] = list->data[i];
    list->n = n;
    for (uint32_t i = 0; i < n; i++)
        if (formula_op(formulas, list->data[i]) == FORMULA_NOT &&
            holds_number(list, formula_operand(formulas, list->data[i], 0)))
            return true;
    return false;
}

static void flatten(Formulas *formulas, FormulaOp op, const Formula *operands, uint32_t count, FormulaList *list) {
    Formula neutral = op == FORMULA_AND ? FORMULA_TRUE : FORMULA_FALSE;
    for (uint32_t i = 0; i < count; i++) {
        const Node *node = node_of(formulas, operands[i]);
        if (node->op == op)
            for (uint32_t j = 0; j < node->arity; j++) vec_push(list, node->operands[j]);
        else if (operands[i] != neutral) vec_push(list, operands[i]);
    }
}

Formula formula_many(Formulas *formulas, FormulaOp op, const Formula *operands, uint32_t count) {
    assert(op == FORMULA_AND || op == FORMULA_OR);
    Formula neutral = op == FORMULA_AND ? FORMULA_TRUE : FORMULA_FALSE, dominant = FORMULA_TRUE - neutral;
    FormulaList list = {0};
    flatten(formulas, op, operands, count, &list);
    bool decided = settle(formulas, &list) || holds_number(&list, dominant);
    Formula result;
    if (decided) result = dominant;
    else if (list.n == 0) result = neutral;
    else result = list.n == 1 ? list.data[0] : intern(formulas, op, list.data, list.n);
    vec_fini(&list);
    return result;
}

Formula formula_and(Formulas *formulas, Formula left, Formula right) {
    return formula_many(formulas, FORMULA_AND, (Formula[]){left, right}, 2);
}
Formula formula_or(Formulas *formulas, Formula left, Formula right) {
    return formula_many(formulas, FORMULA_OR, (Formula[]){left, right}, 2);
}

/* ---- negation normal form */

static FormulaOp dual(FormulaOp op) {
    switch (op) {
    case FORMULA_EVENTUALLY: return FORMULA_ALWAYS;
    case FORMULA_ALWAYS: return FORMULA_EVENTUALLY;
    case FORMULA_UNTIL: return FORMULA_RELEASE;
    case FORMULA_RELEASE: return FORMULA_UNTIL;
    case FORMULA_WEAK: return FORMULA_STRONG;
    case FORMULA_STRONG: return FORMULA_WEAK;
    case FORMULA_AND: return FORMULA_OR;
    case FORMULA_OR: return FORMULA_AND;
    default: return op;
    }
}

static Formula normal(Formulas *formulas, Formula f, bool negated);

static Formula normal_many(Formulas *formulas, Formula f, bool negated) {
    FormulaOp op = formula_op(formulas, f);
    FormulaList list = {0};
    for (uint32_t i = 0; i < formula_arity(formulas, f); i++)
        vec_push(&list, normal(formulas, formula_operand(formulas, f, i), negated));
    Formula result = formula_many(formulas, negated ? dual(op) : op, list.data, list.n);
    vec_fini(&list);
    return result;
}

/* (a & b) | (!a & !b), where `same`; else (a & !b) | (!a & b) */
static Formula normal_iff(Formulas *formulas, Formula f, bool same) {
    Formula a = formula_operand(formulas, f, 0), b = formula_operand(formulas, f, 1);
    Formula first = formula_and(formulas, normal(formulas, a, false), normal(formulas, b, !same));
    return formula_or(formulas, first, formula_and(formulas, normal(formulas, a, true), normal(formulas, b, same)));
}

static Formula normal_new(Formulas *formulas, Formula f, bool negated) {
    FormulaOp op = formula_op(formulas, f);
    if (op == FORMULA_CONSTANT) return negated ? FORMULA_TRUE - f : f;
    if (op == FORMULA_ATOM) return negated ? formula_not_atom(formulas, f) : f;
    Formula a = formula_operand(formulas, f, 0);
    switch (op) {
    case FORMULA_NOT: return normal(formulas, a, !negated);
    case FORMULA_NEXT:
    case FORMULA_EVENTUALLY:
    case FORMULA_ALWAYS: return formula_unary(formulas, negated ? dual(op) : op, normal(formulas, a, negated));
    case FORMULA_AND:
    case FORMULA_OR: return normal_many(formulas, f, negated);
    case FORMULA_XOR: return normal_iff(formulas, f, negated);
    case FORMULA_IFF: return normal_iff(formulas, f, !negated);
    default: break;
    }
    Formula b = formula_operand(formulas, f, 1);
    if (op == FORMULA_IMPLIES) {
        Formula left = normal(formulas, a, !negated), right = normal(formulas, b, negated);
        return negated ? formula_and(formulas, left, right) : formula_or(formulas, left, right);
    }
    return formula_binary(
        formulas, negated ? dual(op) : op, normal(formulas, a, negated), normal(formulas, b, negated));
}

static Formula normal(Formulas *formulas, Formula f, bool negated) {
    if (formulas->normal[negated].n <= f) vec_resize(&formulas->normal[negated], f + 1);
    Formula known = formulas->normal[negated].data[f];
    if (known) return known - 1;
    Formula result = normal_new(formulas, f, negated);
    formulas->normal[negated].data[f] = result + 1;
    return result;
}

Formula formula_normal(Formulas *formulas, Formula f) { return normal(formulas, f, false); }
Formula formula_negated(Formulas *formulas, Formula f) { return normal(formulas, f, true); }

/* ---- measures */

static uint64_t size_of(const Formulas *formulas, Formula f, uint64_t *known) {
    if (known[f]) return known[f];
    const Node *node = node_of(formulas, f);
    uint32_t n = formula_arity(formulas, f);
    uint64_t size = n > 2 ? n - 1 : 1; /* so many binary operators */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t more = size_of(formulas, node->operands[i], known);
        size = size > UINT64_MAX - more ? UINT64_MAX : size + more;
    }
    return known[f] = size;
}

uint64_t formula_size(const Formulas *formulas, Formula f) {
    uint64_t *known = calloc((size_t)f + 1, sizeof *known); /* operands come before what holds them */
    if (!known) fatal("out of memory");
    uint64_t size = size_of(formulas, f, known);
    free(known);
    return size;
}

static uint64_t support_of(const Formulas *formulas, Formula f, uint8_t *seen) {
    if (seen[f]) return 0;
    seen[f] = 1;
    const Node *node = node_of(formulas, f);
    if (node->op == FORMULA_ATOM) return UINT64_C(1) << node->arity;
    uint64_t support = 0;
    for (uint32_t i = 0; i < node->arity; i++) support |= support_of(formulas, node->operands[i], seen);
    return support;
}

uint64_t formula_support(const Formulas *formulas, Formula f) {
    uint8_t *seen = calloc((size_t)f + 1, 1);
    if (!seen) fatal("out of memory");
    uint64_t support = support_of(formulas, f, seen);
    free(seen);
    return support;
}

/* ---- printing */

static const char *const texts[] = {
    [FORMULA_CONSTANT] = "",
    [FORMULA_ATOM] = "",
    [FORMULA_NOT] = "!",
    [FORMULA_NEXT] = "X",
    [FORMULA_EVENTUALLY] = "F",
    [FORMULA_ALWAYS] = "G",
    [FORMULA_UNTIL] = " U ",
    [FORMULA_RELEASE] = " R ",
    [FORMULA_WEAK] = " W ",
    [FORMULA_STRONG] = " M ",
    [FORMULA_AND] = " && ",
    [FORMULA_OR] = " || ",
    [FORMULA_XOR] = " ^ ",
    [FORMULA_IMPLIES] = " -> ",
    [FORMULA_IFF] = " <-> ",
};

/* A name that needs no quotes: see the scanner. */
static bool is_plain(const char *name) {
    if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEHIJKLMNOPQRSTUVWYZ_", name[0])) return false;
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.")]) return false;
    const char *const words[] = {"U", "R", "W", "M", "true", "false", "xor"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0) return false;
    return true;
}

void formula_print_atom(const char *name, FILE *out) {
    if (is_plain(name)) {
        fputs(name, out);
        return;
    }
    fputc('"', out);
    for (; *name; name++) {
        if (*name == '"' || *name == '\\') fputc('\\', out);
        fputc(*name, out);
    }
    fputc('"', out);
}

static void print_operand(const Formulas *formulas, Formula f, FILE *out) {
    bool bare = formula_op(formulas, f) <= FORMULA_ALWAYS;
    if (!bare) fputc('(', out);
    formula_print(formulas, f, out);
    if (!bare) fputc(')', out);
}

void formula_print(const Formulas *formulas, Formula f, FILE *out) {
    FormulaOp op = formula_op(formulas, f);
    if (op == FORMULA_CONSTANT) fputs(f == FORMULA_TRUE ? "true" : "false", out);
    else if (op == FORMULA_ATOM) formula_print_atom(formulas_atom_name(formulas, formula_atom(formulas, f)), out);
    else if (is_unary(op)) {
        fputs(texts[op], out);
        if (formula_op(formulas, formula_operand(formulas, f, 0)) <= FORMULA_ATOM && op != FORMULA_NOT) fputc(' ', out);
        print_operand(formulas, formula_operand(formulas, f, 0), out);
    } else {
        for (uint32_t i = 0; i < formula_arity(formulas, f); i++) {
            if (i > 0) fputs(texts[op], out);
            print_operand(formulas, formula_operand(formulas, f, i), out);
        }
    }
}

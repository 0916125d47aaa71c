/* Families of pairs that grow with n, answered soon: subtype_families. T and U are made as machines; 0 is their peer and they start at 0. */
#include "session/subtype.h"

#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>

enum { A = 1, B, C, X, Y };
typedef VEC(CfsmEdge) Edges;

static void add(Edges *edges, uint32_t from, bool is_send, Name message, uint32_t to) { vec_push(edges, (CfsmEdge){from, to, 0, message, is_send}); }

static Cfsm machine(Edges *edges, uint32_t nstates) {
    Cfsm made = cfsm_of(nstates, 0, edges->data, edges->n, NULL);
    vec_clear(edges);
    return made;
}

typedef struct Case { Cfsm t, u; } Case;

/* rec X. n times !x, then n times &{?a, ?b}: it lets n through. U: rec X. &{?a. !x. X, ?b. !x. X} */
static Case buffer(Edges *edges, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) add(edges, i, true, X, i + 1);
    for (uint32_t i = n; i < 2 * n; i++)
        for (Name message = A; message <= B; message++) add(edges, i, false, message, (i + 1) % (2 * n));
    Cfsm t = machine(edges, 2 * n);
    for (Name message = A; message <= B; message++) add(edges, 0, false, message, 1);
    add(edges, 1, true, X, 0);
    return (Case){t, machine(edges, 2)};
}

/* The same, and T receives once more than U lets it before it sends. */
static Case starved(Edges *edges, uint32_t n) {
    Case made = buffer(edges, n);
    for (uint32_t i = 0; i < n; i++) add(edges, i, true, X, i + 1);
    for (uint32_t i = n; i <= 2 * n; i++)
        for (Name message = A; message <= B; message++) add(edges, i, false, message, (i + 1) % (2 * n + 1));
    cfsm_fini(&made.t);
    made.t = machine(edges, 2 * n + 1);
    return made;
}

/* rec X. ?a. !x. X against rec X. n times ?a, then !x. X: ever more is owed. */
static Case debtor(Edges *edges, uint32_t n) {
    add(edges, 0, false, A, 1);
    add(edges, 1, true, X, 0);
    Cfsm t = machine(edges, 2);
    for (uint32_t i = 0; i < n; i++) add(edges, i, false, A, i + 1);
    add(edges, n, true, X, 0);
    return (Case){t, machine(edges, n + 1)};
}

/* n sendings, and before each U may take a or b: 2 to the n ways. T sends them first, and takes what comes until c. */
static Case branching(Edges *edges, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) add(edges, i, true, X, i + 1);
    for (Name message = A; message <= B; message++) add(edges, n, false, message, n);
    add(edges, n, false, C, n + 1);
    Cfsm t = machine(edges, n + 2);
    for (uint32_t i = 0; i < n; i++) {
        for (Name message = A; message <= B; message++) add(edges, 2 * i, false, message, 2 * i + 1);
        add(edges, 2 * i + 1, true, X, 2 * i + 2);
    }
    add(edges, 2 * n, false, C, 2 * n + 1);
    return (Case){t, machine(edges, 2 * n + 2)};
}

/* rec X. ?a. n times !x. X against rec X. ?a. (n - 1) times !x. X: T soon owes nothing that U could send for. */
static Case spender(Edges *edges, uint32_t n) {
    add(edges, 0, false, A, 1);
    for (uint32_t i = 1; i <= n; i++) add(edges, i, true, X, (i + 1) % (n + 1));
    Cfsm t = machine(edges, n + 1);
    add(edges, 0, false, A, 1);
    for (uint32_t i = 1; i < n; i++) add(edges, i, true, X, (i + 1) % n);
    return (Case){t, machine(edges, n)};
}

static const struct {
    const char *name;
    Case (*make)(Edges *edges, uint32_t n);
    uint32_t sizes[4];
    SubtypeVerdict verdict;
} families[] = {
    {"buffer", buffer, {1, 4, 16, 100}, SUBTYPE_YES},
    {"starved", starved, {1, 3, 8, 10}, SUBTYPE_NO},
    {"debtor", debtor, {2, 10, 40, 400}, SUBTYPE_YES},
    {"branching", branching, {1, 5, 20, 100}, SUBTYPE_YES},
    {"spender", spender, {2, 5, 20, 100}, SUBTYPE_YES},
};

int main(void) {
    static const char *const verdicts[] = {"yes", "no", "unknown"};
    Edges edges = {0};
    uint32_t failed = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (uint32_t i = 0; i < 4; i++) {
            Case made = families[f].make(&edges, families[f].sizes[i]);
            Subtype result = subtype_async(&made.t, &made.u, SUBTYPE_DEFAULTS);
            bool good = result.verdict == families[f].verdict;
            printf("%-10s %4u  %s by %s, depth %u, %u positions%s\n", families[f].name, families[f].sizes[i], verdicts[result.verdict],
                result.basis == SUBTYPE_BY_GAME ? "the game" : "a relaxation", result.relaxation.depth, result.positions, good ? "" : "  WRONG");
            failed += !good;
            subtype_fini(&result);
            cfsm_fini(&made.t);
            cfsm_fini(&made.u);
        }
    vec_fini(&edges);
    return failed != 0;
}

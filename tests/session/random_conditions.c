/* Random protocols with conditions on truth values and a counter, from outside: random_conditions COUNT SEED. What is decided of the conditions must
   agree with a search through all values: is each met, is something always possible, and does what a sender has seen decide its own. */
#include "checker/smt.h"
#include "session/conditions.h"

#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing one */

typedef struct Writer {
    uint64_t random;
    char text[4000];
    size_t n;
    unsigned nmessages, depth, nloops;
    bool counts;
} Writer;

static unsigned draw(Writer *writer, unsigned n) {
    writer->random = writer->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(writer->random >> 33) % n;
}

static void put(Writer *writer, const char *text) {
    size_t length = strlen(text);
    if (writer->n + length >= sizeof writer->text) return;
    memcpy(writer->text + writer->n, text, length + 1);
    writer->n += length;
}

static void put_variable(Writer *writer, const char *own) {
    static const char *const names[] = {"a", "b", "c"};
    put(writer, own && draw(writer, 3) == 0 ? own : names[draw(writer, 3)]);
}

static void put_condition(Writer *writer, const char *own) {
    static const char *const counts[] = {"n > 0", "n == 2", "n < 2", "n != 1"};
    static const char *const joins[] = {" == ", " != ", " && ", " || "};
    if (writer->counts && draw(writer, 4) == 0) {
        put(writer, counts[draw(writer, 4)]);
        return;
    }
    put(writer, draw(writer, 2) ? "!" : "");
    put_variable(writer, own);
    if (draw(writer, 2)) return;
    put(writer, joins[draw(writer, 4)]);
    put_variable(writer, own);
}

static void put_message(Writer *writer, unsigned from, unsigned label, bool guarded) {
    static const char *const roles[] = {"A", "B", "C"}, *const names[] = {"a", "b", "c"};
    const char *own = draw(writer, 2) ? names[draw(writer, 3)] : NULL;
    char text[100];
    snprintf(text, sizeof text, "%s -> %s: m%u%s%s%s", roles[from], roles[(from + 1 + draw(writer, 2)) % 3], label,
        own ? "(bool " : "", own ? own : "", own ? ")" : "");
    put(writer, text);
    if (guarded) {
        put(writer, " where ");
        put_condition(writer, own);
    }
    if (writer->counts && draw(writer, 4) == 0) put(writer, draw(writer, 2) ? " let n = 0" : " let n = (n + 1) % 3");
    put(writer, "; ");
}

static void put_block(Writer *writer, unsigned length, bool in_loop) {
    for (unsigned i = 0; i < length; i++) {
        unsigned kind = draw(writer, 6), from = draw(writer, 3);
        if (kind < 4 || writer->depth == 2) {
            put_message(writer, from, writer->nmessages++ % 5, draw(writer, 3) == 0);
            continue;
        }
        char name[40];
        bool loop = kind == 5 && !in_loop;
        writer->depth++;
        snprintf(name, sizeof name, "choice at %c { ", "ABC"[from]);
        if (loop) put(writer, "rec X { ");
        put(writer, name);
        put_message(writer, from, 10 + writer->nmessages++ % 3, draw(writer, 2));
        put_block(writer, draw(writer, 2), in_loop || loop);
        if (loop) put(writer, "continue X; ");
        put(writer, "} or { ");
        put_message(writer, from, 20 + writer->nmessages++ % 3, draw(writer, 2));
        put_block(writer, draw(writer, 2), in_loop || loop);
        put(writer, loop ? "} } " : "} ");
        writer->depth--;
    }
}

static void write_protocol(Writer *writer) {
    static const char *const starts[] = {
        "A -> B: s0(bool a, bool b, bool c) let n = 0; ", "A -> B: s0(bool a); A -> C: s1(bool b, bool c) let n = 1; "};
    put(writer, "protocol P(role A, role B, role C) { ");
    writer->counts = draw(writer, 2);
    put(writer, starts[draw(writer, 2)]);
    put_block(writer, 2 + draw(writer, 3), false);
    put(writer, "}");
}

/* ---- all values: a, b, c and n */

typedef struct Config {
    uint32_t state;
    int64_t values[4];
} Config;
typedef VEC(Config) Configs;

typedef struct Brute {
    const GlobalAutomaton *global;
    Configs all;
    bool is_unmet, is_stuck, is_guessed, is_large;
} Brute;

static unsigned index_of(const Brute *brute, Name name) {
    const char *text = names_text(brute->global->names, name);
    return text[0] == 'n' ? 3 : (unsigned)(text[0] - 'a');
}

static int64_t value_of(const Brute *brute, const ProtocolExpr *expr, const int64_t *values) {
    if (expr->op == PROTOCOL_NUMBER) return expr->value;
    if (expr->op == PROTOCOL_NAME) return values[index_of(brute, expr->name)];
    int64_t a = value_of(brute, expr->a, values), b = expr->b ? value_of(brute, expr->b, values) : 0;
    switch (expr->op) {
    case PROTOCOL_NOT: return !a;
    case PROTOCOL_ADD: return a + b;
    case PROTOCOL_REM: return a % b;
    case PROTOCOL_EQ: return a == b;
    case PROTOCOL_NE: return a != b;
    case PROTOCOL_LT: return a < b;
    case PROTOCOL_GT: return a > b;
    case PROTOCOL_AND: return a && b;
    case PROTOCOL_OR: return a || b;
    default: abort();
    }
}

/* The message with the choice-th values for its payload. False: its condition does not hold. */
static bool step(const Brute *brute, const Config *from, const GlobalEdge *edge, unsigned choice, Config *to) {
    *to = *from;
    to->state = edge->to;
    for (uint32_t i = 0; i < edge->origin->npayloads; i++)
        to->values[index_of(brute, edge->origin->payloads[i].name)] = choice >> i & 1;
    if (edge->origin->where && !value_of(brute, edge->origin->where, to->values)) return false;
    for (uint32_t i = 0; i < edge->origin->nlets; i++)
        to->values[3] = value_of(brute, edge->origin->lets[i].value, to->values);
    return true;
}

static void add(Configs *configs, const Config *config) {
    for (uint32_t i = 0; i < configs->n; i++)
        if (configs->data[i].state == config->state &&
            memcmp(configs->data[i].values, config->values, sizeof config->values) == 0)
            return;
    vec_push(configs, *config);
}

static void search(Brute *brute) {
    const GlobalAutomaton *global = brute->global;
    bool *met = calloc(global->nedges + 1u, sizeof *met);
    add(&brute->all, &(Config){.state = global->initial});
    for (uint32_t i = 0; i < brute->all.n; i++) {
        Config from = brute->all.data[i], to;
        bool any = global->is_final[from.state];
        for (uint32_t e = global->first[from.state]; e < global->first[from.state + 1]; e++)
            for (unsigned choice = 0; choice < 1u << global->edges[e].origin->npayloads; choice++) {
                if (!step(brute, &from, &global->edges[e], choice, &to)) continue;
                met[e] = any = true;
                add(&brute->all, &to);
            }
        brute->is_stuck |= !any;
    }
    for (uint32_t e = 0; e < global->nedges; e++) { /* what is never reached is not spoken of */
        bool is_reached = false;
        for (uint32_t i = 0; i < brute->all.n; i++) is_reached |= brute->all.data[i].state == global->edges[e].from;
        brute->is_unmet |= global->edges[e].origin->where && is_reached && !met[e];
    }
    free(met);
}

/* ---- what a role has seen: a set of configurations that it cannot tell apart */

static bool concerns(const GlobalEdge *edge, uint32_t role) { return edge->sender == role || edge->receiver == role; }
static bool is_same(const GlobalEdge *a, const GlobalEdge *b) {
    return a->sender == b->sender && a->receiver == b->receiver && a->message == b->message;
}

static void close_over(const Brute *brute, uint32_t role, Configs *set) {
    const GlobalAutomaton *global = brute->global;
    for (uint32_t i = 0; i < set->n; i++) {
        Config from = set->data[i], to;
        for (uint32_t e = global->first[from.state]; e < global->first[from.state + 1]; e++)
            for (unsigned choice = 0;
                 choice < 1u << global->edges[e].origin->npayloads && !concerns(&global->edges[e], role); choice++)
                if (step(brute, &from, &global->edges[e], choice, &to)) add(set, &to);
    }
}

/* The action with these values: where it leads to; when it can be in one configuration and not in another, somebody guesses. */
static Configs after(Brute *brute, uint32_t role, const Configs *set, const GlobalEdge *action, unsigned choice) {
    const GlobalAutomaton *global = brute->global;
    Configs next = {0};
    bool can = false, cannot = false;
    for (uint32_t i = 0; i < set->n; i++)
        for (uint32_t e = global->first[set->data[i].state]; e < global->first[set->data[i].state + 1]; e++) {
            Config to;
            if (!is_same(&global->edges[e], action)) continue;
            bool good = step(brute, &set->data[i], &global->edges[e], choice, &to);
            can |= good;
            cannot |= !good;
            if (good) add(&next, &to);
        }
    brute->is_guessed |= can && cannot && action->sender == role;
    close_over(brute, role, &next);
    return next;
}

static int compare(const void *a, const void *b) { return memcmp(a, b, sizeof(Config)); }

static void follow_role(Brute *brute, uint32_t role) {
    const GlobalAutomaton *global = brute->global;
    enum { MAX_SETS = 400 };
    VEC(Configs) sets = {0};
    Configs first = {0};
    add(&first, &(Config){.state = global->initial});
    close_over(brute, role, &first);
    vec_push(&sets, first);
    for (uint32_t s = 0; s < sets.n && sets.n < MAX_SETS; s++)
        for (uint32_t e = 0; e < global->nedges; e++)
            for (unsigned choice = 0;
                 choice < 1u << global->edges[e].origin->npayloads && concerns(&global->edges[e], role); choice++) {
                Configs next = after(brute, role, &sets.data[s], &global->edges[e], choice);
                if (next.n) qsort(next.data, next.n, sizeof(Config), compare);
                bool is_known = !next.n;
                for (uint32_t k = 0; k < sets.n && !is_known; k++)
                    is_known = sets.data[k].n == next.n &&
                               memcmp(sets.data[k].data, next.data, sizeof(Config) * next.n) == 0;
                if (is_known) vec_fini(&next);
                else vec_push(&sets, next);
            }
    brute->is_large |= sets.n >= MAX_SETS;
    for (uint32_t s = 0; s < sets.n; s++) vec_fini(&sets.data[s]);
    vec_fini(&sets);
}

/* ---- */

typedef struct Count {
    unsigned held, violated, unknown, large, formless, failed;
} Count;

static void compare_both(const GlobalAutomaton *global, Diags *diags, const char *text, Count *count) {
    Brute brute = {.global = global};
    Smt *smt = smt_new();
    Solver solver = smt_solver(smt);
    ConditionsVerdict verdict = conditions_check(global, &solver, diags);
    search(&brute);
    for (uint32_t role = 0; role < 3; role++) follow_role(&brute, role);
    bool is_bad = brute.is_unmet || brute.is_stuck || brute.is_guessed;
    count->held += verdict == CONDITIONS_HOLD;
    count->violated += verdict == CONDITIONS_VIOLATED;
    count->unknown += verdict == CONDITIONS_UNKNOWN;
    count->large += brute.is_large && !is_bad;
    if ((verdict == CONDITIONS_HOLD && is_bad) || (verdict == CONDITIONS_VIOLATED && !is_bad && !brute.is_large)) {
        count->failed++;
        printf("%s\n  brute force: %s%s%s\n", text, brute.is_unmet ? "never met " : "", brute.is_stuck ? "stuck " : "",
            brute.is_guessed ? "guessed" : "");
        diags_render(diags, stdout, false);
    }
    vec_fini(&brute.all);
    smt_free(smt);
}

static void check(uint64_t seed, Count *count) {
    Writer writer = {.random = seed};
    write_protocol(&writer);
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Protocols *all = protocols_new(NULL);
    protocols_parse(
        all, sources, (Span){sources_add(sources, "protocol", writer.text, writer.n), 0, (uint32_t)writer.n}, diags);
    GlobalAutomaton *global = all->n == 1 && protocol_check(all, all->all[0], diags)
                                  ? global_of(all, all->all[0], diags)
                                  : NULL;
    if (global) compare_both(global, diags, writer.text, count);
    else count->formless++;
    if (!global && getenv("VERBOSE")) diags_render(diags, stdout, false);
    global_free(global);
    protocols_free(all);
    diags_free(diags);
    sources_free(sources);
}

int main(int argc, char **argv) {
    Count count = {0};
    if (argc != 3) return fprintf(stderr, "usage: random_conditions COUNT SEED\n"), 2;
    uint64_t n = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    for (uint64_t i = 0; i < n; i++) check((seed + i) << 20 | 1, &count);
    printf("%u hold, %u violated, %u unknown (%u too large for brute force), %u not well-formed; %u failed\n",
        count.held, count.violated, count.unknown, count.large, count.formless, count.failed);
    return count.failed != 0 || !count.held || !count.violated;
}

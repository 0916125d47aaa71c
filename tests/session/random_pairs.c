/* Random pairs of small binary types, judged by subtype_async and by brute force that shares no code with it: random_pairs COUNT [SEED].
   T <= U just when T with dual(U), through two queues, is never stuck, never finds a message that it does not expect at the head of its queue, and leaves
   no message unread for ever. That is explored with short queues. A yes must have no counterexample there, nor on long random walks, whose positions
   must also be in the languages of the relaxation; a no must not be of a pair that was explored to its end, and its run must replay. */
#include "session/local.h"
#include "session/subtype.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATES = 40, BRANCHES = 3 };
typedef struct State { bool is_send; int n, to[BRANCHES]; char label[BRANCHES]; } State; /* n = 0: end */
typedef struct Type { int n; State states[STATES]; } Type; /* 0 is initial */

static uint64_t seed = 1;
static int roll(int n) { /* xorshift64* */
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (int)((seed * UINT64_C(2685821657736338717) >> 33) % (unsigned)n);
}

/* ---- types by chance */

/* With few labels what is owed may grow and still be received. */
static Type random_type(int n, int labels, bool ends) {
    Type type = {.n = n};
    for (int s = 0; s < n; s++) {
        State *state = &type.states[s];
        *state = (State){.is_send = roll(2), .n = ends && s && !roll(4) ? 0 : 1 + (labels > 1 && !roll(3))};
        int first = roll(labels);
        for (int i = 0; i < state->n; i++) {
            state->label[i] = (state->is_send ? "xy" : "ab")[(first + i) % labels];
            state->to[i] = roll(4) && s + 1 < n ? s + 1 : roll(n);
        }
    }
    return type;
}

static int branch(const State *state, char label) {
    for (int i = 0; i < state->n; i++)
        if (state->label[i] == label) return i;
    return -1;
}

/* Where a sending goes that all branches of a reception begin with: to the reception, with what comes after the sending. */
static bool put_after(Type *type, const State *reception, char label) {
    State later = *reception;
    for (int i = 0; i < reception->n; i++) {
        const State *next = &type->states[reception->to[i]];
        int at = next->is_send ? branch(next, label) : -1;
        if (at < 0) return false;
        later.to[i] = next->to[at];
    }
    type->states[type->n] = later;
    return true;
}

/* Such sendings come before the reception: a subtype, a fair one when they are all that is sent there. */
static void anticipate(Type *type, int s, bool all) {
    State old = type->states[s], sender = {.is_send = true};
    if (old.is_send || !old.n || type->n + 2 >= STATES) return;
    for (const char *label = "xy"; *label; label++) {
        if ((!all && sender.n && roll(2)) || !put_after(type, &old, *label)) continue;
        sender.label[sender.n] = *label;
        sender.to[sender.n++] = type->n++;
    }
    if (sender.n) type->states[s] = sender;
}

/* Another state that does the same, for some of those that lead to it: the same type. */
static void unroll(Type *type, int s) {
    if (type->n >= STATES - 1) return;
    type->states[type->n] = type->states[s];
    for (int i = 0; i < type->n; i++)
        for (int b = 0; b < type->states[i].n; b++)
            if (type->states[i].to[b] == s && roll(2)) type->states[i].to[b] = type->n;
    type->n++;
}

static void drop_branch(State *state) {
    if (state->n < 2) return;
    state->n--;
}

static void add_branch(const Type *type, State *state) {
    if (!state->n || state->n >= BRANCHES) return;
    char label = (state->is_send ? "xyz" : "abc")[roll(3)];
    if (branch(state, label) >= 0) return;
    state->label[state->n] = label;
    state->to[state->n++] = roll(type->n);
}

static void change(Type *type) {
    State *state = &type->states[roll(type->n)];
    int what = roll(4);
    if (what == 0 && state->n) state->to[roll(state->n)] = roll(type->n);
    else if (what == 1 && state->n == 1) state->label[0] = (state->is_send ? "xyz" : "abc")[roll(3)];
    else if (what == 2) drop_branch(state);
    else if (what == 3) add_branch(type, state);
}

/* Often a subtype: sendings brought forward, fewer of them, more receptions; sometimes spoilt. */
static Type variant(const Type *super, bool is_fair) {
    Type type = *super;
    for (int i = 1 + roll(9); i > 0; i--) {
        int s = roll(type.n);
        if (roll(3)) anticipate(&type, s, is_fair);
        else if (roll(2)) unroll(&type, s);
        else if (type.states[s].is_send && !is_fair) drop_branch(&type.states[s]);
        else if (!type.states[s].is_send) add_branch(&type, &type.states[s]);
    }
    for (int i = roll(4) == 0 ? 1 + roll(2) : 0; i > 0; i--) change(&type);
    return type;
}

static Type dual(const Type *type) {
    Type other = *type;
    for (int s = 0; s < other.n; s++) other.states[s].is_send = !other.states[s].is_send;
    return other;
}

/* ---- as text */

typedef struct Text { char data[20000]; size_t n; bool is_long; } Text;

static void put(Text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->data + text->n, sizeof text->data - text->n, format, args);
    va_end(args);
    text->is_long |= n < 0 || (size_t)n >= sizeof text->data - text->n;
    if (!text->is_long) text->n += (size_t)n;
}

static void write(Text *text, const Type *type, int s, uint64_t open) {
    const State *state = &type->states[s];
    if (text->is_long) return;
    if (open >> s & 1) {
        put(text, "X%d", s);
        return;
    }
    if (!state->n) {
        put(text, "end");
        return;
    }
    put(text, "rec X%d.%c{", s, state->is_send ? '+' : '&');
    for (int i = 0; i < state->n; i++) {
        put(text, "%s%c%c.", i ? "," : "", state->is_send ? '!' : '?', state->label[i]);
        write(text, type, state->to[i], open | UINT64_C(1) << s);
    }
    put(text, "}");
}

/* ---- T with dual(U) through queues of at most BOUND messages */

enum { BOUND = 5, CONFIGS = 4000, SLOTS = 8192 };
typedef struct Side { const Type *type; bool may_shun[STATES]; } Side; /* may_shun: can go on for ever, or end, without a reception */
typedef struct Config { int state[2]; int n[2]; char queue[2][BOUND + 1]; } Config; /* queue[i]: what side i has to receive */
typedef struct Step { int from, to; } Step;
typedef struct Explored {
    Side sides[2];
    bool is_fair;
    int n, at, nsteps;
    Config configs[CONFIGS];
    Step steps[CONFIGS * 2 * BRANCHES];
    bool ends[CONFIGS]; /* both are over, or can go on to where they are */
    int slots[SLOTS];
    bool is_cut, is_bad;
} Explored;

static void find_shun(Side *side) {
    const Type *type = side->type;
    for (int s = 0; s < type->n; s++) side->may_shun[s] = true;
    for (int round = 0; round < type->n; round++)
        for (int s = 0; s < type->n; s++) {
            const State *state = &type->states[s];
            bool may = !state->n;
            for (int i = 0; i < state->n && state->is_send; i++) may |= side->may_shun[state->to[i]];
            side->may_shun[s] = may;
        }
}

static void visit(Explored *all, const Config *config) {
    if (all->n >= CONFIGS) {
        all->is_cut = true;
        return;
    }
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *config; i++) hash = (hash ^ ((const unsigned char *)config)[i]) * 1099511628211u;
    int at = (int)(hash % SLOTS);
    while (all->slots[at] && memcmp(&all->configs[all->slots[at] - 1], config, sizeof *config) != 0) at = (at + 1) % SLOTS;
    if (!all->slots[at]) {
        all->configs[all->n++] = *config;
        all->slots[at] = all->n;
    }
    all->steps[all->nsteps++] = (Step){all->at, all->slots[at] - 1};
}

static bool step_send(Explored *all, const Config *config, int side) {
    const State *state = &all->sides[side].type->states[config->state[side]];
    for (int i = 0; i < state->n; i++) {
        Config next = *config;
        if (next.n[!side] == BOUND) {
            all->is_cut = true;
            return true;
        }
        next.queue[!side][next.n[!side]++] = state->label[i];
        next.state[side] = state->to[i];
        visit(all, &next);
    }
    return state->n > 0;
}

static bool step_receive(Explored *all, const Config *config, int side) {
    const State *state = &all->sides[side].type->states[config->state[side]];
    if (!config->n[side]) return false;
    int i = branch(state, config->queue[side][0]);
    all->is_bad |= i < 0;
    if (i < 0) return false;
    Config next = *config;
    memmove(next.queue[side], next.queue[side] + 1, BOUND);
    next.n[side]--;
    next.state[side] = state->to[i];
    visit(all, &next);
    return true;
}

/* With fairness: each configuration can go on to the end of both. */
static bool always_may_end(Explored *all) {
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = all->nsteps; i-- > 0;) {
            const Step *step = &all->steps[i];
            if (!all->ends[step->to] || all->ends[step->from]) continue;
            all->ends[step->from] = changed = true;
        }
    }
    for (int c = 0; c < all->n; c++)
        if (!all->ends[c]) return false;
    return true;
}

static void explore_from(Explored *all, int c) {
    Config config = all->configs[c];
    bool moves = false, is_over = !config.n[0] && !config.n[1];
    all->at = c;
    for (int side = 0; side < 2; side++) {
        const State *state = &all->sides[side].type->states[config.state[side]];
        moves |= state->is_send ? step_send(all, &config, side) : step_receive(all, &config, side);
        is_over &= !state->n;
        all->is_bad |= !all->is_fair && config.n[side] && all->sides[side].may_shun[config.state[side]];
    }
    all->ends[c] = is_over;
    all->is_bad |= !moves && !is_over;
}

static void explore(Explored *all, const Type *t, const Type *u, bool is_fair) {
    Type partner = dual(u);
    memset(all, 0, sizeof *all);
    all->is_fair = is_fair;
    all->sides[0].type = t;
    all->sides[1].type = &partner;
    find_shun(&all->sides[0]);
    find_shun(&all->sides[1]);
    Config start;
    memset(&start, 0, sizeof start);
    visit(all, &start);
    for (int c = 0; c < all->n && !all->is_bad; c++) explore_from(all, c);
    if (is_fair && !all->is_bad && !all->is_cut) all->is_bad = !always_may_end(all);
}

/* ---- with fairness: the partner of U that keeps to the inputs after which both can always end; false: there is none */

static bool may_stay(const Type *type, const bool *in, int s) {
    const State *state = &type->states[s];
    int inside = 0;
    for (int i = 0; i < state->n; i++) inside += in[state->to[i]];
    return in[s] && (!state->n || (state->is_send ? inside == state->n : inside > 0));
}

static bool may_end(const Type *type, const bool *in, int s, uint64_t *seen) {
    if (!in[s] || *seen >> s & 1) return false;
    *seen |= UINT64_C(1) << s;
    if (!type->states[s].n) return true;
    for (int i = 0; i < type->states[s].n; i++)
        if (may_end(type, in, type->states[s].to[i], seen)) return true;
    return false;
}

static bool keep_controllable(Type *type) {
    bool in[STATES], changed = true;
    for (int s = 0; s < type->n; s++) in[s] = true;
    while (changed) {
        changed = false;
        for (int s = 0; s < type->n; s++) {
            uint64_t seen = 0;
            bool good = in[s] && may_stay(type, in, s) && may_end(type, in, s, &seen);
            changed |= in[s] && !good;
            in[s] = good;
        }
    }
    for (int s = 0; s < type->n; s++) {
        State *state = &type->states[s], old = *state;
        if (state->is_send) continue;
        state->n = 0;
        for (int i = 0; i < old.n; i++) {
            if (!in[old.to[i]]) continue;
            state->label[state->n] = old.label[i];
            state->to[state->n++] = old.to[i];
        }
    }
    return in[0];
}

/* ---- a long walk through the game, U's way by chance; and whether what is owed is in the languages */

enum { OWED = 3000 };
typedef struct Walk { const Cfsm *t, *u; uint32_t at, other, n, letters[OWED]; const Relaxation *relaxation; } Walk;

static uint32_t degree(const Cfsm *machine, uint32_t s) { return machine->first[s + 1] - machine->first[s]; }
static bool is_sending(const Cfsm *machine, uint32_t s) { return degree(machine, s) && machine->edges[machine->first[s]].is_send; }
static const CfsmEdge *by_chance(const Cfsm *machine, uint32_t s) { return &machine->edges[machine->first[s] + (uint32_t)roll((int)degree(machine, s))]; }

static const CfsmEdge *with_message(const Cfsm *machine, uint32_t s, const CfsmEdge *like) {
    for (uint32_t e = machine->first[s]; e < machine->first[s + 1]; e++)
        if (machine->edges[e].message == like->message && machine->edges[e].is_send == like->is_send) return &machine->edges[e];
    return NULL;
}

static bool accepts(const Regular *language, const uint32_t *letters, uint32_t n) {
    uint32_t s = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t e = language->first[s];
        while (e < language->first[s + 1] && language->edges[e].letter != letters[i]) e++;
        if (e == language->first[s + 1]) return false;
        s = language->edges[e].to;
    }
    return language->accepts[s];
}

static bool is_covered(const Walk *walk) {
    for (uint32_t i = 0; i < walk->relaxation->npairs; i++) {
        const RelaxedPair *pair = &walk->relaxation->pairs[i];
        if (pair->edge == UINT32_MAX && pair->t == walk->at && pair->u == walk->other) return accepts(&pair->owed, walk->letters, walk->n);
    }
    return false;
}

static bool walk_receive(Walk *walk) {
    if (!walk->n && (is_sending(walk->u, walk->other) || !degree(walk->u, walk->other))) return false;
    const CfsmEdge *next = walk->n ? &walk->u->edges[walk->letters[0]] : by_chance(walk->u, walk->other);
    const CfsmEdge *mine = with_message(walk->t, walk->at, next);
    if (!mine) return false;
    walk->at = mine->to;
    if (!walk->n) walk->other = next->to;
    else memmove(walk->letters, walk->letters + 1, sizeof(uint32_t) * --walk->n);
    return true;
}

static bool walk_send(Walk *walk) {
    const CfsmEdge *sent = by_chance(walk->t, walk->at), *other;
    for (int steps = 0; !is_sending(walk->u, walk->other); steps++) {
        if (!degree(walk->u, walk->other) || steps > 200 || walk->n == OWED) return false;
        const CfsmEdge *next = by_chance(walk->u, walk->other);
        walk->letters[walk->n++] = (uint32_t)(next - walk->u->edges);
        walk->other = next->to;
    }
    other = with_message(walk->u, walk->other, sent);
    if (!other) return false;
    walk->at = sent->to;
    walk->other = other->to;
    return true;
}

static bool walk_holds(const Cfsm *t, const Cfsm *u, const Relaxation *relaxation) {
    Walk walk = {.t = t, .u = u, .at = t->initial, .other = u->initial, .relaxation = relaxation};
    for (int steps = 0; steps < 300; steps++) {
        if (relaxation->holds && !is_covered(&walk)) return false;
        if (!degree(t, walk.at)) return !walk.n && !degree(u, walk.other);
        if (!(is_sending(t, walk.at) ? walk_send(&walk) : walk_receive(&walk))) return false;
    }
    return true;
}

/* ---- a run that refutes: T does it, with a tree of the inputs of U; each step but the last is allowed */

typedef struct Tree Tree;
struct Tree { int state, n; char label[BRANCHES]; Tree *to[BRANCHES]; }; /* n = 0: a leaf at a state of U */
typedef struct Replay { const Type *u; Side t; Tree trees[20000]; int n; bool fails; } Replay;

static Tree *leaf(Replay *replay, int state) {
    if (replay->n >= 20000) fprintf(stderr, "the replay is too long\n"), exit(1);
    replay->trees[replay->n] = (Tree){.state = state};
    return &replay->trees[replay->n++];
}

static Tree *open_leaf(Replay *replay, int state) {
    const State *at = &replay->u->states[state];
    Tree *tree = leaf(replay, state);
    if (at->is_send) return tree;
    tree->n = at->n;
    for (int i = 0; i < at->n; i++) {
        tree->label[i] = at->label[i];
        tree->to[i] = leaf(replay, at->to[i]);
    }
    return tree;
}

static Tree *tree_after(Replay *replay, Tree *tree, char sent, int depth) {
    if (!tree->n) {
        const State *at = &replay->u->states[tree->state];
        int i = at->n && at->is_send ? branch(at, sent) : -1;
        if (i >= 0) return leaf(replay, at->to[i]);
        replay->fails |= at->is_send || !at->n || depth > replay->u->n;
        if (replay->fails) return tree;
        tree = open_leaf(replay, tree->state);
        depth++;
    }
    Tree *result = leaf(replay, 0);
    result->n = tree->n;
    for (int i = 0; i < tree->n && !replay->fails; i++) {
        result->label[i] = tree->label[i];
        result->to[i] = tree_after(replay, tree->to[i], sent, tree->to[i]->n ? 0 : depth);
    }
    return result;
}

static Tree *tree_without(Replay *replay, Tree *tree, const State *mine, char received) {
    if (!tree->n) tree = open_leaf(replay, tree->state);
    replay->fails |= !tree->n;
    Tree *next = NULL;
    for (int i = 0; i < tree->n; i++) {
        replay->fails |= branch(mine, tree->label[i]) < 0;
        if (tree->label[i] == received) next = tree->to[i];
    }
    return next;
}

/* At the end of the run: a reception that T lacks, or one too early, or too late. */
static bool fails_there(Replay *replay, int state, Tree *tree) {
    const State *mine = &replay->t.type->states[state];
    if (!mine->n) return tree->n || replay->u->states[tree->state].n;
    if (mine->is_send) return false; /* the run would have its edge */
    (void)tree_without(replay, tree, mine, 0);
    return replay->fails;
}

static bool replays(Replay *replay, const Type *t, const Type *u, const Subtype *result, const Names *names) {
    int state = 0;
    replay->u = u;
    replay->t.type = t;
    replay->n = 0;
    replay->fails = false;
    find_shun(&replay->t);
    Tree *tree = leaf(replay, 0);
    for (uint32_t i = 0; i < result->nrun; i++) {
        const State *mine = &t->states[state];
        char label = names_text(names, result->run[i].message)[0];
        int at = branch(mine, label);
        if (at < 0 || mine->is_send != result->run[i].is_send) return printf("that is no run of it\n"), false;
        tree = mine->is_send ? tree_after(replay, tree, label, 0) : tree_without(replay, tree, mine, label);
        state = mine->to[at];
        if (!replay->fails && mine->is_send && tree->n) replay->fails |= replay->t.may_shun[state];
        if (replay->fails) return i + 1 == result->nrun;
        if (!tree) return printf("the other does not receive that\n"), false;
    }
    return fails_there(replay, state, tree);
}

/* ---- one pair */

typedef struct Tally { uint32_t yes, relaxed, deep, dual, alone, no, open, cut, failed; } Tally;

static bool read_type(Sources *sources, Names *names, Diags *diags, const Text *text, Cfsm *machine) {
    uint32_t file = sources_add(sources, "type", text->data, text->n);
    return local_read(sources, (Span){file, 0, (uint32_t)text->n}, names, diags, machine);
}

/* A fair yes: no counterexample with the partner. A no is of a relation that is smaller than what the partner can tell: nothing is known of it here. */
static bool is_fairly_right(const Type *t, const Type *u, const Subtype *result, Tally *tally) {
    static Explored all;
    Type used = *u;
    bool has_partner = keep_controllable(&used);
    if (has_partner) explore(&all, t, &used, true);
    tally->cut += has_partner && all.is_cut && !all.is_bad;
    tally->open += result->verdict == SUBTYPE_UNKNOWN;
    tally->no += result->verdict == SUBTYPE_NO;
    if (result->verdict != SUBTYPE_YES) return has_partner;
    tally->yes += has_partner;
    tally->alone += !has_partner;
    tally->relaxed += result->basis == SUBTYPE_BY_RELAXATION;
    tally->deep += result->relaxation.depth > 1;
    return has_partner ? result->basis != SUBTYPE_BY_NO_PARTNER && !all.is_bad : result->basis == SUBTYPE_BY_NO_PARTNER;
}

static bool is_right(const Type *t, const Type *u, const Cfsm *sub, const Cfsm *super, const Subtype *result, const Names *names, Tally *tally) {
    static Explored all;
    static Replay replay;
    Type dual_t = dual(t), dual_u = dual(u);
    bool good = true;
    explore(&all, t, u, false);
    tally->cut += all.is_cut && !all.is_bad;
    if (result->verdict == SUBTYPE_YES) {
        tally->yes++;
        tally->relaxed += result->basis == SUBTYPE_BY_RELAXATION;
        tally->deep += result->relaxation.depth > 1;
        tally->dual += result->is_dual;
        good = !all.is_bad;
        Cfsm other_sub = local_dual(super), other_super = local_dual(sub);
        for (int i = 0; i < 4 && good; i++) good = result->is_dual ? walk_holds(&other_sub, &other_super, &result->relaxation) : walk_holds(sub, super, &result->relaxation);
        cfsm_fini(&other_sub);
        cfsm_fini(&other_super);
    } else if (result->verdict == SUBTYPE_NO) {
        tally->no++;
        good = (all.is_bad || all.is_cut) && (result->is_dual ? replays(&replay, &dual_u, &dual_t, result, names) : replays(&replay, t, u, result, names));
    } else {
        tally->open++;
    }
    return good;
}

/* With a game of three positions nearly everything is up to the relaxations. */
static void judge(const Type *t, const Type *u, SubtypeOptions options, bool is_fair, Tally *tally) {
    static const char *const verdicts[] = {"yes", "no", "unknown"};
    static Text a, b;
    a = b = (Text){0};
    write(&a, t, 0, 0);
    write(&b, u, 0, 0);
    if (a.is_long || b.is_long) return;
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    Cfsm sub = {0}, super = {0};
    if (!read_type(sources, names, diags, &a, &sub) || !read_type(sources, names, diags, &b, &super)) fprintf(stderr, "cannot read %s or %s\n", a.data, b.data), exit(1);
    Subtype result = is_fair ? subtype_fair(&sub, &super, options) : subtype_async(&sub, &super, options);
    if (is_fair ? !is_fairly_right(t, u, &result, tally) : !is_right(t, u, &sub, &super, &result, names, tally)) {
        tally->failed++;
        printf("wrong%s: %s (%s)\n  %s\n  %s\n", is_fair ? ", fair" : "", verdicts[result.verdict], result.why ? result.why : "", a.data, b.data);
    }
    subtype_fini(&result);
    cfsm_fini(&sub);
    cfsm_fini(&super);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
}

static Tally judge_many(int count, bool is_fair) {
    Tally tally = {0};
    for (int i = 0; i < count; i++) {
        int labels = 1 + roll(2);
        Type u = random_type(2 + roll(11), labels, is_fair || roll(2));
        Type t = roll(3) ? variant(&u, is_fair) : random_type(2 + roll(11), labels, is_fair || roll(2));
        judge(&t, &u, (SubtypeOptions){.max_positions = i % 2 ? 2000 : 3, .max_depth = 4, .use_dual = i % 4 > 1}, is_fair, &tally);
    }
    printf("%s: %u yes (%u by a relaxation, %u of them of more than depth 1, %u from the partner's side), %u without partners, %u no, %u unknown; %u not explored to the end; %u wrong\n",
        is_fair ? "fair" : "plain", tally.yes, tally.relaxed, tally.deep, tally.dual, tally.alone, tally.no, tally.open, tally.cut, tally.failed);
    return tally;
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 0;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) * 2 + 1 : 1;
    Tally plain = judge_many(count, false), fair = judge_many(count, true);
    return plain.failed || fair.failed || plain.yes < plain.no / 10 || fair.yes < fair.no / 10 || plain.open > plain.no || fair.open > fair.no;
}

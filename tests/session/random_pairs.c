/* Random pairs of small binary types, judged by subtype_async and by brute force that shares no code with it: random_pairs COUNT [SEED].
   T <= U just when T with dual(U), through two queues, is never stuck, never finds a message that it does not expect at the head of its queue, and leaves
   no message unread for ever. That is explored with short queues. A yes must have no counterexample there, nor on long random walks, whose positions
   must also be in the languages of the relaxation; a no must not be of a pair that was explored to its end, and its run must replay. */
#include "session/local.h"
#include "session/subtype.h"
#include "session/subtype_multi.h"
#include "tests/session/random_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- T with type_dual(U) through queues of at most BOUND messages */

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
    int i = type_branch(state, config->queue[side][0]);
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
    Type partner = type_dual(u);
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

/* ---- T with dual(U) by rendezvous: when both are done or one sends what the other takes, in all that they can come to */

static bool can_meet(const State *t, const State *u) { /* u: of U, whose dual is the partner */
    if (!t->n || !u->n) return !t->n && !u->n;
    if (t->is_send != u->is_send) return false;
    const State *sender = t->is_send ? t : u, *receiver = t->is_send ? u : t;
    for (int i = 0; i < sender->n; i++)
        if (type_branch(receiver, sender->label[i]) < 0) return false;
    return true;
}

static bool always_meet(const Type *t, const Type *u, int a, int b, bool seen[STATES][STATES]) {
    const State *mine = &t->states[a], *other = &u->states[b];
    if (seen[a][b]) return true;
    seen[a][b] = true;
    if (!can_meet(mine, other)) return false;
    for (int i = 0; i < mine->n; i++) {
        int at = type_branch(other, mine->label[i]);
        if (at >= 0 && !always_meet(t, u, mine->to[i], other->to[at], seen)) return false;
    }
    return true;
}

/* ---- a long walk through the game, U's way by chance; and whether what is owed is in the languages */

enum { OWED = 3000 };
typedef struct Walk { Dice *dice; const Cfsm *t, *u; uint32_t at, other, n, letters[OWED]; const Relaxation *relaxation; } Walk;

static uint32_t degree(const Cfsm *machine, uint32_t s) { return machine->first[s + 1] - machine->first[s]; }
static bool is_sending(const Cfsm *machine, uint32_t s) { return degree(machine, s) && machine->edges[machine->first[s]].is_send; }
static const CfsmEdge *by_chance(Dice *dice, const Cfsm *machine, uint32_t s) {
    return &machine->edges[machine->first[s] + (uint32_t)dice_roll(dice, (int)degree(machine, s))];
}

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
    const CfsmEdge *next = walk->n ? &walk->u->edges[walk->letters[0]] : by_chance(walk->dice, walk->u, walk->other);
    const CfsmEdge *mine = with_message(walk->t, walk->at, next);
    if (!mine) return false;
    walk->at = mine->to;
    if (!walk->n) walk->other = next->to;
    else memmove(walk->letters, walk->letters + 1, sizeof(uint32_t) * --walk->n);
    return true;
}

static bool walk_send(Walk *walk) {
    const CfsmEdge *sent = by_chance(walk->dice, walk->t, walk->at), *other;
    for (int steps = 0; !is_sending(walk->u, walk->other); steps++) {
        if (!degree(walk->u, walk->other) || steps > 200 || walk->n == OWED) return false;
        const CfsmEdge *next = by_chance(walk->dice, walk->u, walk->other);
        walk->letters[walk->n++] = (uint32_t)(next - walk->u->edges);
        walk->other = next->to;
    }
    other = with_message(walk->u, walk->other, sent);
    if (!other) return false;
    walk->at = sent->to;
    walk->other = other->to;
    return true;
}

static bool walk_holds(Dice *dice, const Cfsm *t, const Cfsm *u, const Relaxation *relaxation) {
    Walk walk = {.dice = dice, .t = t, .u = u, .at = t->initial, .other = u->initial, .relaxation = relaxation};
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
        int i = at->n && at->is_send ? type_branch(at, sent) : -1;
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
        replay->fails |= type_branch(mine, tree->label[i]) < 0;
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
        int at = type_branch(mine, label);
        if (at < 0 || mine->is_send != result->run[i].is_send) return printf("that is no run of it\n"), false;
        tree = mine->is_send ? tree_after(replay, tree, label, 0) : tree_without(replay, tree, mine, label);
        state = mine->to[at];
        if (!replay->fails && mine->is_send && tree->n) replay->fails |= replay->t.may_shun[state];
        if (replay->fails) return i + 1 == result->nrun;
        if (!tree) return printf("the other does not receive that\n"), false;
    }
    return fails_there(replay, state, tree);
}

/* ---- a run that refutes with fairness: what may be owed, word by word, while U goes on by itself; some word must fail */

enum { WORD = 12, TRACES = 4000 };
typedef struct Trace { int u, n; char word[WORD + 1]; } Trace;
typedef struct Follow { const Type *t, *u; int n; Trace traces[TRACES], before[TRACES]; bool fails, is_cut; } Follow;

static void keep_trace(Follow *follow, const Trace *trace) {
    for (int i = 0; i < follow->n; i++) {
        const Trace *other = &follow->traces[i];
        if (other->u == trace->u && other->n == trace->n && memcmp(other->word, trace->word, (size_t)trace->n) == 0) return;
    }
    follow->is_cut |= follow->n == TRACES;
    if (follow->n < TRACES) follow->traces[follow->n++] = *trace;
}

static void follow_send(Follow *follow, const State *mine, char sent, Trace trace) {
    const State *at = &follow->u->states[trace.u];
    follow->fails |= !at->n;
    if (at->is_send) {
        for (int i = 0; i < at->n; i++) follow->fails |= type_branch(mine, at->label[i]) < 0;
        int i = type_branch(at, sent);
        follow->fails |= at->n && i < 0;
        if (i >= 0) trace.u = at->to[i];
        if (i >= 0) keep_trace(follow, &trace);
        return;
    }
    follow->is_cut |= trace.n == WORD;
    for (int i = 0; i < at->n && trace.n < WORD && !follow->fails; i++) {
        Trace next = trace;
        next.word[next.n++] = at->label[i];
        next.u = at->to[i];
        follow_send(follow, mine, sent, next);
    }
}

/* `received` 0: only whether it fails. */
static void follow_receive(Follow *follow, const State *mine, char received, Trace trace) {
    const State *at = &follow->u->states[trace.u];
    if (trace.n) {
        follow->fails |= type_branch(mine, trace.word[0]) < 0;
        bool goes_on = trace.word[0] == received;
        memmove(trace.word, trace.word + 1, WORD);
        trace.n--;
        if (goes_on) keep_trace(follow, &trace);
        return;
    }
    follow->fails |= !at->n || at->is_send;
    for (int i = 0; i < at->n && !at->is_send; i++) {
        follow->fails |= type_branch(mine, at->label[i]) < 0;
        trace.u = at->to[i];
        if (at->label[i] == received) keep_trace(follow, &trace);
    }
}

static void follow_step(Follow *follow, const State *mine, char label) {
    int n = follow->n;
    memcpy(follow->before, follow->traces, sizeof *follow->traces * (size_t)n);
    follow->n = 0;
    for (int i = 0; i < n && !follow->fails; i++) {
        Trace *trace = &follow->before[i];
        if (mine->is_send && mine->n) follow_send(follow, mine, label, *trace);
        else if (mine->n) follow_receive(follow, mine, label, *trace);
        else follow->fails |= trace->n || follow->u->states[trace->u].n;
    }
}

static bool follows(Follow *follow, const Type *t, const Type *u, const Subtype *result, const Names *names) {
    int state = 0;
    follow->t = t;
    follow->u = u;
    follow->n = 0;
    follow->fails = follow->is_cut = false;
    keep_trace(follow, &(Trace){0});
    for (uint32_t i = 0; i < result->nrun && !follow->fails; i++) {
        const State *mine = &t->states[state];
        char label = names_text(names, result->run[i].message)[0];
        int at = type_branch(mine, label);
        if (at < 0 || mine->is_send != result->run[i].is_send) return printf("that is no run of it\n"), false;
        follow_step(follow, mine, label);
        state = mine->to[at];
    }
    if (!follow->fails && !(t->states[state].is_send && t->states[state].n)) follow_step(follow, &t->states[state], 0);
    return follow->fails;
}

/* ---- one pair */

typedef struct Tally { uint32_t yes, relaxed, deep, dual, sync, multi, alone, no, unfollowed, open, cut, failed; } Tally;
typedef struct Asked { const Type *t, *u; const Names *names; Cfsm sub, super; } Asked; /* sub and super: t and u as they are read */

static bool read_type(Sources *sources, Names *names, Diags *diags, const Text *text, Cfsm *machine) {
    uint32_t file = sources_add(sources, "type", text->data, text->n);
    return local_read(sources, (Span){file, 0, (uint32_t)text->n}, names, diags, machine);
}

/* A fair yes: no counterexample with the partner. A no is of a relation that is smaller than what partners can tell: its run is followed. */
static bool is_fairly_right(const Asked *asked, const Subtype *result, Tally *tally) {
    static Explored all;
    static Follow follow;
    Type used = *asked->u;
    bool has_partner = keep_controllable(&used);
    if (has_partner) explore(&all, asked->t, &used, true);
    tally->cut += has_partner && all.is_cut && !all.is_bad;
    tally->open += result->verdict == SUBTYPE_UNKNOWN;
    tally->no += result->verdict == SUBTYPE_NO;
    if (result->verdict == SUBTYPE_NO) {
        bool fails = follows(&follow, asked->t, &used, result, asked->names);
        tally->unfollowed += !fails && follow.is_cut;
        return has_partner && (fails || follow.is_cut);
    }
    if (result->verdict == SUBTYPE_UNKNOWN) return has_partner;
    tally->yes += has_partner;
    tally->alone += !has_partner;
    tally->relaxed += result->basis == SUBTYPE_BY_RELAXATION;
    tally->deep += result->relaxation.depth > 1;
    return has_partner ? result->basis != SUBTYPE_BY_NO_PARTNER && !all.is_bad : result->basis == SUBTYPE_BY_NO_PARTNER;
}

static bool walks_hold(Dice *dice, const Cfsm *sub, const Cfsm *super, const Subtype *result) {
    Cfsm other_sub = local_dual(super), other_super = local_dual(sub);
    bool good = true;
    for (int i = 0; i < 4 && good; i++)
        good = result->is_dual ? walk_holds(dice, &other_sub, &other_super, &result->relaxation) : walk_holds(dice, sub, super, &result->relaxation);
    cfsm_fini(&other_sub);
    cfsm_fini(&other_super);
    return good;
}

/* With rendezvous the question is decided, and a yes is one with queues too; the search for several partners is another way to ask it. */
static bool is_consistent(const Asked *asked, const Subtype *result, Tally *tally) {
    bool seen[STATES][STATES] = {{false}};
    Subtype sync = subtype_sync(&asked->sub, &asked->super), multi = subtype_multi(&asked->sub, &asked->super, (MultiOptions){.max_visits = 5000});
    bool good = (sync.verdict == SUBTYPE_YES) == always_meet(asked->t, asked->u, 0, 0, seen);
    good &= sync.verdict != SUBTYPE_YES || result->verdict != SUBTYPE_NO;
    tally->sync += sync.verdict == SUBTYPE_YES;
    bool differs = multi.verdict != SUBTYPE_UNKNOWN && result->verdict != SUBTYPE_UNKNOWN && multi.verdict != result->verdict;
    if (differs) printf("the search for several partners says %s\n", multi.verdict == SUBTYPE_YES ? "yes" : multi.why);
    tally->multi += multi.verdict != SUBTYPE_UNKNOWN;
    subtype_fini(&sync);
    subtype_fini(&multi);
    return good && !differs;
}

static bool is_right(const Asked *asked, Dice *dice, const Subtype *result, Tally *tally) {
    static Explored all;
    static Replay replay;
    const Type *t = asked->t, *u = asked->u;
    Type dual_t = type_dual(t), dual_u = type_dual(u);
    if (!is_consistent(asked, result, tally)) return false;
    explore(&all, t, u, false);
    tally->cut += all.is_cut && !all.is_bad;
    if (result->verdict == SUBTYPE_YES) {
        tally->yes++;
        tally->relaxed += result->basis == SUBTYPE_BY_RELAXATION;
        tally->deep += result->relaxation.depth > 1;
        tally->dual += result->is_dual;
        return !all.is_bad && walks_hold(dice, &asked->sub, &asked->super, result);
    }
    tally->no += result->verdict == SUBTYPE_NO;
    tally->open += result->verdict == SUBTYPE_UNKNOWN;
    if (result->verdict == SUBTYPE_UNKNOWN) return true;
    if (!all.is_bad && !all.is_cut) return false;
    return result->is_dual ? replays(&replay, &dual_u, &dual_t, result, asked->names) : replays(&replay, t, u, result, asked->names);
}

static void judge(Asked *asked, Dice *dice, SubtypeOptions options, bool is_fair, Tally *tally) {
    static const char *const verdicts[] = {"yes", "no", "unknown"};
    static Text a, b;
    a = b = (Text){0};
    type_write(&a, asked->t);
    type_write(&b, asked->u);
    if (a.is_long || b.is_long) return;
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    asked->names = names;
    if (!read_type(sources, names, diags, &a, &asked->sub) || !read_type(sources, names, diags, &b, &asked->super))
        fprintf(stderr, "cannot read %s or %s\n", a.data, b.data), exit(1);
    Subtype result = is_fair ? subtype_fair(&asked->sub, &asked->super, options) : subtype_async(&asked->sub, &asked->super, options);
    if (is_fair ? !is_fairly_right(asked, &result, tally) : !is_right(asked, dice, &result, tally)) {
        tally->failed++;
        printf("wrong%s: %s (%s)\n  %s\n  %s\n", is_fair ? ", fair" : "", verdicts[result.verdict], result.why ? result.why : "", a.data, b.data);
    }
    subtype_fini(&result);
    cfsm_fini(&asked->sub);
    cfsm_fini(&asked->super);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
}

/* With a game of three positions nearly everything is up to the relaxations. */
static Tally judge_many(int count, Dice *dice, bool is_fair) {
    Tally tally = {0};
    for (int i = 0; i < count; i++) {
        int labels = 1 + dice_roll(dice, 2);
        Type u = type_by_chance(dice, 2 + dice_roll(dice, 11), labels, is_fair || dice_roll(dice, 2)), t;
        if (dice_roll(dice, 3)) t = type_variant(dice, &u, is_fair);
        else t = type_by_chance(dice, 2 + dice_roll(dice, 11), labels, is_fair || dice_roll(dice, 2));
        if (dice_roll(dice, 5) == 0) type_phases(dice, &t, &u);
        judge(&(Asked){.t = &t, .u = &u}, dice, (SubtypeOptions){.max_positions = i % 2 ? 2000 : 3, .max_depth = 4, .use_dual = i % 4 > 1}, is_fair, &tally);
    }
    if (!is_fair) printf("with rendezvous %u yes; the search for several partners decides %u\n", tally.sync, tally.multi);
    printf("%s: %u yes (%u by a relaxation, %u of them of more than depth 1, %u from the partner's side), %u without partners, %u no (%u not followed), %u unknown; "
           "%u not explored to the end; %u wrong\n",
        is_fair ? "fair" : "plain", tally.yes, tally.relaxed, tally.deep, tally.dual, tally.alone, tally.no, tally.unfollowed, tally.open, tally.cut, tally.failed);
    return tally;
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 0;
    Dice dice = {argc > 2 ? strtoull(argv[2], NULL, 10) * 2 + 1 : 1};
    Tally plain = judge_many(count, &dice, false), fair = judge_many(count, &dice, true);
    return plain.failed || fair.failed || plain.yes < plain.no / 10 || fair.yes < fair.no / 10 || plain.open > plain.no || fair.open > fair.no ||
           fair.unfollowed > fair.no / 10;
}

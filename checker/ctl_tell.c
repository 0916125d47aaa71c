#include "checker/ctl_tell.h"

#include "checker/idle.h"
#include "checker/truths.h"
#include "checker/witness.h"

#include <assert.h>
#include <string.h>

typedef struct Telling {
    Search *search;
    const Property *property;
    const BranchingAnswer *answer;
    const char *kind, *fault;
} Telling;

static const CtlBranch *branch_at(const Telling *telling, uint32_t number) {
    return &telling->answer->tree.branches.data[number];
}

/* ---- words */

/* Part of the formula as written, in one line. */
static const char *text_of(const Telling *telling, Arena *arena, uint32_t part) {
    Span span = telling->property->nodes[part].span;
    size_t length;
    const char *text = sources_text(telling->search->program->sources, span.file, &length);
    uint32_t end = span.end <= length ? span.end : (uint32_t)length, n = 0;
    char *copy = ARENA_ARRAY(arena, char, (end > span.begin ? end - span.begin : 0) + 1);
    for (uint32_t i = span.begin; i < end; i++) {
        bool blank = strchr(" \t\r\n", text[i]) != NULL;
        if (blank && (n == 0 || copy[n - 1] == ' ')) continue;
        copy[n++] = blank ? ' ' : text[i];
    }
    copy[n] = '\0';
    return copy;
}

/* What a run shows, or of which no run is a proof; the first operand, then the second one. */
typedef struct Words {
    TemporalOp op;
    const char *when_true, *when_false;
} Words;
static const Words words[] = {
    {TEMPORAL_EX, "a step after which `%s` is true", "no step from here makes `%s` true"},
    {TEMPORAL_AX, "every step from here makes `%s` true", "a step after which `%s` is false"},
    {TEMPORAL_EF, "a run to a state where `%s` is true", "no run from here ever makes `%s` true"},
    {TEMPORAL_AG, "`%s` is true for ever on every run from here", "a run to a state where `%s` is false"},
    {TEMPORAL_EG, "a run on which `%s` is true for ever", "no run from here keeps `%s` true for ever"},
    {TEMPORAL_AF, "every run from here makes `%s` true", "a run on which `%s` is never true"},
    {TEMPORAL_EU, "a run that keeps `%s` true until `%s` is", "no run from here keeps `%s` true until `%s` is"},
    {TEMPORAL_AU, "every run from here keeps `%s` true until `%s` is", "a run that does not keep `%s` true until `%s` is"},
};

static const char *plain_words(const Telling *telling, Arena *arena, uint32_t part, bool truth) {
    return arena_printf(arena, "`%s` is %s", text_of(telling, arena, part), truth ? "true" : "false");
}

static const char *words_of(const Telling *telling, Arena *arena, uint32_t part, bool truth) {
    const TemporalNode *node = &telling->property->nodes[part];
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].op != node->op) continue;
        const char *pattern = truth ? words[i].when_true : words[i].when_false, *hole = strstr(pattern, "%s");
        const char *first = text_of(telling, arena, node->a), *rest = hole + 2, *second = strstr(rest, "%s");
        const char *head = arena_printf(arena, "%.*s%s", (int)(hole - pattern), pattern, first);
        if (second == NULL) return arena_printf(arena, "%s%s", head, rest);
        return arena_printf(arena, "%s%.*s%s%s", head, (int)(second - rest), rest,
            text_of(telling, arena, node->b), second + 2);
    }
    return plain_words(telling, arena, part, truth);
}

static const char *fact_text(const Telling *telling, Arena *arena, const CtlFact *fact) {
    if (fact->reached == 0) return plain_words(telling, arena, fact->part, fact->truth);
    const char *text = words_of(telling, arena, fact->part, fact->truth);
    unsigned long long reached = fact->reached;
    return arena_printf(arena, "%s (%llu state%s can be reached)", text, reached, reached == 1 ? "" : "s");
}

/* ---- runs */

static bool make_step(Telling *telling, Witness *witness, CtlStep step) {
    const EdgeLabel *label = edges_label(&telling->search->edges, step.label);
    return witness_step(witness, telling->answer->states.data[step.node], label->actor, label);
}

/* The run up to where the branch begins. */
static bool go_to(Telling *telling, Witness *witness, uint32_t number) {
    const CtlBranch *branch = branch_at(telling, number);
    if (branch->parent == UINT32_MAX) return witness_start(witness, telling->answer->states.data[branch->node]);
    bool followed = go_to(telling, witness, branch->parent);
    const CtlBranch *parent = branch_at(telling, branch->parent);
    for (uint32_t i = 0; i < branch->at && followed; i++) followed = make_step(telling, witness, parent->steps.data[i]);
    return followed;
}

static void tell_facts(const Telling *telling, Trace *trace, const CtlBranch *branch) {
    trace->facts = ARENA_ARRAY(&trace->arena, TraceFact, branch->facts.n + 1);
    for (uint32_t i = 0; i < branch->facts.n; i++) {
        const CtlFact *fact = &branch->facts.data[i];
        trace->facts[trace->nfacts++] = (TraceFact){trace->shared + fact->at, fact->part, fact->truth,
            fact_text(telling, &trace->arena, fact)};
    }
}

/* The claim of a run, whose own steps are from `shared` on. */
static void tell_claim(const Telling *telling, Trace *trace, const CtlBranch *branch) {
    const Property *property = telling->property;
    trace->kind = telling->kind;
    trace->name = arena_strdup(&trace->arena, property->name);
    trace->formula = arena_strdup(&trace->arena, property->text);
    trace->message = words_of(telling, &trace->arena, branch->part, branch->truth);
    trace->rested = branch->rested;
    trace->is_claim = branch->is_shown;
    trace->part = branch->part;
    trace->truth = branch->truth;
    trace->nloop = branch->nloop;
    trace->stutters = branch->stutters;
    trace->is_moment = branch->stutters && !branch->is_infinite;
    Fairness fairness = property->has_fairness ? property->fairness : telling->search->options->fairness;
    trace->fairness = fairness_text(fairness);
}

static Trace *tell_branch(Telling *telling, uint32_t number);

static void tell_children(Telling *telling, Trace *trace, uint32_t number) {
    uint32_t n = telling->answer->tree.branches.n;
    trace->branches = ARENA_ARRAY(&trace->arena, TraceBranch, n + 1);
    for (uint32_t i = number + 1; i < n; i++) {
        const CtlBranch *child = branch_at(telling, i);
        if (child->parent != number) continue;
        Trace *run = tell_branch(telling, i);
        if (run == NULL) return;
        const char *text = words_of(telling, &trace->arena, child->part, child->truth);
        trace->branches[trace->nbranches++] = (TraceBranch){run->shared, text, run};
    }
}

static Trace *tell_run(Telling *telling, Witness *witness, uint32_t number, World *world) {
    const CtlBranch *branch = branch_at(telling, number);
    bool followed = go_to(telling, witness, number);
    uint32_t shared = witness->moves.n, loop = branch->steps.n - branch->nloop, prefix = 0, *task_slots;
    for (uint32_t i = 0; i < branch->steps.n && followed; i++) {
        if (i == loop) prefix = witness->moves.n;
        followed = make_step(telling, witness, branch->steps.data[i]);
    }
    Trace *trace = followed ? trace_build(witness, world, &task_slots) : NULL;
    if (trace == NULL) return NULL;
    trace->shared = shared - 1; /* the first move is the start */
    tell_claim(telling, trace, branch);
    if (trace->nloop > 0) idle_explain(trace, witness, prefix, task_slots);
    truths_tell(trace, witness, telling->property);
    tell_facts(telling, trace, branch);
    return trace;
}

static Trace *tell_branch(Telling *telling, uint32_t number) {
    Witness witness;
    World world;
    witness_init(&witness, telling->search);
    world_init(&world, telling->search->program);
    Trace *trace = tell_run(telling, &witness, number, &world);
    world_fini(&world);
    witness_fini(&witness);
    if (trace == NULL) telling->fault = "a run of the tree that the search found was not found again";
    else tell_children(telling, trace, number);
    return trace;
}

Trace *ctl_tell(
    Search *search, const Property *property, const BranchingAnswer *answer, const char *kind, const char **fault) {
    Telling telling = {search, property, answer, kind, NULL};
    Trace *trace = tell_branch(&telling, 0);
    *fault = telling.fault;
    if (trace == NULL) return NULL;
    const CtlBranch *root = branch_at(&telling, 0);
    bool told = root->is_shown || (root->facts.n == 1 && trace->nbranches == 0);
    const char *why = told ? words_of(&telling, &trace->arena, root->part, root->truth) : "as the runs below show";
    const char *verdict = strcmp(kind, "violated") == 0 ? "is violated" : "holds";
    trace->message = arena_printf(&trace->arena, "ctl %s %s: %s", property->name, verdict, why);
    return trace;
}

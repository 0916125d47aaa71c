#include "checker/properties.h"

#include "checker/branching.h"
#include "checker/crew.h"
#include "checker/product.h"
#include "checker/vacuity.h"
#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

typedef struct Properties {
    Search *search;
    Hits *hits;
    Kripke kripke;
    Crew crew;
} Properties;

bool properties_wanted(const Program *program) { return program->nproperties > 0; }

static void leave_open(PropertyResult *result, const char *why) {
    result->verdict = VERDICT_UNKNOWN;
    result->why = why;
}

/* ---- what is told of a property besides its verdict */

/* Atoms with one value at every moment. An event does not happen at the first one. */
static void note_constants(const Properties *properties, const Property *property, PropertyResult *result) {
    const Kripke *kripke = &properties->kripke;
    for (uint32_t a = 0; a < property->natoms; a++) {
        const Atom *atom = &properties->search->program->atoms[property->atoms[a]];
        bool is_event = atom->kind != ATOM_STATE;
        bool ever = ((is_event ? kripke->events : kripke->ever) >> atom->bit & 1) != 0;
        bool always = !is_event && (kripke->always >> atom->bit & 1) != 0;
        if (ever && !always) continue;
        result->constant |= UINT64_C(1) << a;
        if (always) result->constant_true |= UINT64_C(1) << a;
    }
}

static void note_vacuity(const Properties *properties, const Property *property, PropertyResult *result) {
    const Program *program = properties->search->program;
    if (property->nnodes == 0) return;
    uint32_t node = vacuity_find(&properties->kripke, &properties->crew.view, program, property);
    if (node == UINT32_MAX) return;
    Span span = property->nodes[node].span;
    size_t length;
    const char *text = sources_text(program->sources, span.file, &length);
    char *copy = calloc(span.end - span.begin + 1u, 1);
    if (copy == NULL) fatal("out of memory");
    if (span.end <= length) memcpy(copy, text + span.begin, span.end - span.begin);
    result->vacuous = copy;
}

static const char many_arms[] = "of a select with more than 64 arms fairness follows only the first 64 (--fairness none needs none)";

/* What holds of no run at all should say so. */
static void note_runless(Properties *properties, const Property *property, PropertyResult *result) {
    static const BuchiCube all;
    static const BuchiEdge stay = {.ncubes = 1};
    static const uint32_t first[] = {0, 1};
    static const Buchi any = {.nstates = 1, .edges = &stay, .first = first, .cubes = &all, .strength = BUCHI_WEAK};
    if (properties->kripke.goes_on) return;
    ProductQuery query = {.kripke = &properties->kripke,
        .view = &properties->crew.view,
        .atoms = properties->search->program->atoms,
        .property = property,
        .wrong = &any,
        .fairness = result->fairness};
    ProductAnswer answer;
    product_check(&query, &answer);
    result->runless = answer.finished && !answer.found;
    product_answer_fini(&answer);
}

/* ---- one property */

static void add_hit(Properties *properties, uint32_t index, const ProductAnswer *answer) {
    const Edges *edges = properties->kripke.edges;
    Hit hit = {.kind = FINDING_PROPERTY, .index = index, .stutters = answer->stutters};
    hit.state = vec_last(&answer->prefix).state;
    for (uint32_t i = 0; i < answer->prefix.n; i++) {
        const EdgeLabel *label = i == 0 ? NULL : edges_label(edges, answer->prefix.data[i].label);
        vec_push(&hit.prefix, (HitStep){answer->prefix.data[i].state, label ? label->actor : NO_SLOT, label});
    }
    for (uint32_t i = 0; i < answer->loop.n; i++) {
        const EdgeLabel *label = edges_label(edges, answer->loop.data[i].label);
        vec_push(&hit.loop, (HitStep){answer->loop.data[i].state, label->actor, label});
    }
    vec_push(properties->hits, hit);
}

static void judge(Properties *properties, uint32_t index, const Buchi *wrong, PropertyResult *result) {
    Search *search = properties->search;
    const Property *property = &search->program->properties[index];
    ProductQuery query = {.kripke = &properties->kripke,
        .view = &properties->crew.view,
        .atoms = search->program->atoms,
        .property = property,
        .wrong = wrong,
        .fairness = result->fairness,
        .plain = search->options->plain_automata};
    ProductAnswer answer;
    product_check(&query, &answer);
    result->states = answer.states;
    bool is_doubtful = answer.loop.n > 0 && query.fairness != FAIRNESS_NONE && properties->kripke.has_far_arms;
    if (answer.found && is_doubtful) {
        leave_open(result, many_arms);
    } else if (answer.found) {
        result->verdict = VERDICT_VIOLATED;
        result->stutters = answer.stutters;
        add_hit(properties, index, &answer);
    } else if (!answer.finished || !search->complete) {
        leave_open(result, search->why != NULL ? search->why : "the product with its automaton is too large");
    } else {
        result->verdict = VERDICT_HOLDS;
        note_runless(properties, property, result);
        if (!result->runless) note_vacuity(properties, property, result);
    }
    product_answer_fini(&answer);
}

/* A tree of runs, which the hit takes. */
static void add_tree(Properties *properties, uint32_t index, BranchingAnswer *answer, bool is_witness) {
    Hit hit = {.kind = FINDING_PROPERTY, .index = index, .is_witness = is_witness, .state = STORE_NONE};
    hit.branching = calloc(1, sizeof *hit.branching);
    if (hit.branching == NULL) fatal("out of memory");
    *hit.branching = *answer;
    vec_push(properties->hits, hit);
}

static void judge_branching(Properties *properties, uint32_t index, PropertyResult *result) {
    Search *search = properties->search;
    BranchingQuery query = {.kripke = &properties->kripke,
        .view = &properties->crew.view,
        .atoms = search->program->atoms,
        .property = &search->program->properties[index],
        .fairness = result->fairness,
        .misses_start = search->misses_start,
        .wants_witness = search->options->witnesses};
    BranchingAnswer answer;
    branching_check(&query, &answer);
    result->states = answer.nnodes;
    result->verdict = answer.verdict;
    if (answer.verdict == VERDICT_UNKNOWN)
        leave_open(result, search->why != NULL ? search->why : "the graph of states and events is too large");
    if (answer.verdict == VERDICT_HOLDS && search->complete) {
        note_runless(properties, query.property, result);
        if (!result->runless) note_vacuity(properties, query.property, result);
    }
    bool shows_runs = answer.tree.branches.n > 1 || (answer.tree.branches.n > 0 && answer.tree.branches.data[0].is_shown);
    if (answer.verdict == VERDICT_VIOLATED || shows_runs)
        add_tree(properties, index, &answer, answer.verdict == VERDICT_HOLDS);
    else branching_answer_fini(&answer);
}

static bool relies_on_undefined(const Properties *properties, const Property *property) {
    const Search *search = properties->search;
    uint64_t undefined = ts_undefined(search->worker);
    for (uint32_t a = 0; a < property->natoms; a++) {
        const Atom *atom = &search->program->atoms[property->atoms[a]];
        if (atom->kind == ATOM_STATE && (undefined >> atom->bit & 1)) return true;
    }
    return false;
}

static void check_one(Properties *properties, uint32_t index, PropertyResult *result) {
    const Search *search = properties->search;
    const EngineOptions *options = search->options;
    const Buchi *wrong = options->wrong != NULL ? options->wrong[index] : NULL;
    const Property *property = &search->program->properties[index];
    result->is_safety = wrong != NULL && wrong->strength == BUCHI_GUARANTEE;
    if (relies_on_undefined(properties, property)) {
        leave_open(result, "a condition in it is undefined behaviour in some state");
    } else if (wrong == NULL && property->logic != LOGIC_CTL) {
        const char *why = options->unmade != NULL ? options->unmade[index] : NULL;
        leave_open(result, why != NULL ? why : "there is no automaton of it");
    } else if (search->hurries) {
        leave_open(result, search->why);
    } else {
        if (search->complete) note_constants(properties, property, result);
        bool is_branching = property->logic == LOGIC_CTL;
        if (is_branching && properties->kripke.has_far_arms && result->fairness != FAIRNESS_NONE)
            leave_open(result, many_arms);
        else if (is_branching) judge_branching(properties, index, result);
        else judge(properties, index, wrong, result);
    }
}

static void leave_all_open(const Search *search, PropertyResult *results, const char *why) {
    for (uint32_t p = 0; p < search->program->nproperties; p++)
        leave_open(&results[p], why);
}

void properties_check(Search *search, Hits *hits, PropertyResult *results) {
    const Program *program = search->program;
    if (!properties_wanted(program)) return;
    if (search->hurries || search->edges.n == 0) {
        leave_all_open(search, results, search->why != NULL ? search->why : "the program does not begin to run");
        return;
    }
    Properties properties = {.search = search, .hits = hits};
    crew_init(&properties.crew, search);
    if (kripke_init(&properties.kripke, search, &properties.crew.view)) {
        for (uint32_t p = 0; p < program->nproperties; p++) check_one(&properties, p, &results[p]);
    } else {
        leave_all_open(search, results, search->why);
    }
    search_note_memory(search, kripke_memory(&properties.kripke));
    kripke_fini(&properties.kripke);
    crew_fini(&properties.crew);
}

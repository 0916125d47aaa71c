#include "tools/checks.h"

#include <assert.h>
#include <string.h>

typedef struct Row {
    FindingKind kind;
    const char *label;
} Row;
static const Row rows[] = {
#define CHECK(kind, label) {FINDING_##kind, label},
#include "tools/checks.def"
#undef CHECK
};
enum { NROWS = sizeof rows / sizeof *rows };

static bool applies(const Job *job, FindingKind kind) {
    switch (kind) {
    case FINDING_LIVELOCK: return job->program->has_progress;
    case FINDING_NONTERMINATION: return job->options.termination != 0;
    case FINDING_RACE: return job->options.races;
    case FINDING_LOST_WAKEUP: return job->program->has_wakes;
    default: return true;
    }
}

static uint32_t count_rows(const Job *job) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < NROWS; i++) count += applies(job, rows[i].kind);
    return count;
}

/* The index-th row that applies. */
static const Row *row_at(const Job *job, uint32_t index) {
    const Row *row = rows;
    while (!applies(job, row->kind) || index-- > 0) row++;
    return row;
}

uint32_t checks_count(const Job *job) {
    return count_rows(job) + job->program->ninvariants + job->program->nproperties + job->conformance.rows.n;
}

bool checks_left_open(const Job *job) {
    for (uint32_t i = 0; i < job->program->nproperties; i++)
        if (job->result->properties[i].verdict == VERDICT_UNKNOWN) return true;
    for (uint32_t i = 0; i < job->conformance.rows.n; i++)
        if (job->conformance.rows.data[i].verdict == VERDICT_UNKNOWN) return true;
    return !job->result->complete;
}

/* ---- properties */

static bool speaks_of_one_moment(const Property *property, uint32_t node) {
    const TemporalNode *at = &property->nodes[node];
    if (at->op == TEMPORAL_TRUE || at->op == TEMPORAL_FALSE || at->op == TEMPORAL_ATOM) return true;
    if (at->op > TEMPORAL_IFF) return false;
    return speaks_of_one_moment(property, at->a) && (at->op == TEMPORAL_NOT || speaks_of_one_moment(property, at->b));
}

/* G of a condition, and it holds: that the condition's atoms never change may be the point. */
static bool is_kept_invariant(const Property *property, const PropertyResult *result) {
    if (property->nnodes == 0 || result->verdict != VERDICT_HOLDS) return false;
    const TemporalNode *top = &property->nodes[property->nnodes - 1];
    return (top->op == TEMPORAL_G || top->op == TEMPORAL_AG) && speaks_of_one_moment(property, top->a);
}

bool checks_is_idle_atom(const Job *job, uint32_t property, uint32_t atom) {
    const PropertyResult *result = &job->result->properties[property];
    if (!job->result->complete || (result->constant >> atom & 1) == 0) return false;
    return !is_kept_invariant(&job->program->properties[property], result);
}

static Check check_property(const Job *job, uint32_t index) {
    const Property *property = &job->program->properties[index];
    const PropertyResult *result = &job->result->properties[index];
    const char *label = property->logic == LOGIC_LTL ? "ltl" : property->logic == LOGIC_CTL ? "ctl" : "automaton";
    return (Check){.kind = FINDING_PROPERTY, .name = property->name, .label = label,
        .fairness = result->is_safety ? "" : fairness_text(result->fairness), .verdict = result->verdict,
        .why = result->verdict == VERDICT_UNKNOWN ? result->why : NULL, .witness = result->witness,
        .vacuous = result->verdict == VERDICT_HOLDS ? result->vacuous : NULL,
        .property = result,
        .number = index};
}

/* ---- all checks */

static Verdict judge(const Job *job, const Check *check) {
    const EngineResult *result = job->result;
    for (uint32_t i = 0; i < result->nfindings; i++) {
        const Finding *finding = &result->findings[i];
        if (finding->kind != check->kind) continue;
        if (check->kind != FINDING_INVARIANT || strcmp(finding->name, check->name) == 0) return VERDICT_VIOLATED;
    }
    return result->complete || (result->holds >> check->kind & 1) ? VERDICT_HOLDS : VERDICT_UNKNOWN;
}

static Check conformance_at(const Job *job, uint32_t index) {
    const ConformanceRow *row = &job->conformance.rows.data[index];
    return (Check){.kind = row->kind, .name = row->name, .fairness = "", .label = row->label, .is_named = true, .verdict = row->verdict,
        .why = row->verdict == VERDICT_UNKNOWN ? row->note : NULL, .note = row->note};
}

Check checks_at(const Job *job, uint32_t index) {
    assert(index < checks_count(job));
    uint32_t ninvariants = job->program->ninvariants, before = count_rows(job) + ninvariants, nproperties = job->program->nproperties;
    if (index >= before + nproperties) return conformance_at(job, index - before - nproperties);
    if (index >= before) return check_property(job, index - before);
    Check check = {.kind = FINDING_INVARIANT, .name = "", .fairness = "", .label = "invariant"};
    uint32_t nrows = count_rows(job);
    if (index < nrows) {
        const Row *row = row_at(job, index);
        check.kind = row->kind;
        check.label = row->label;
        bool fair = row->kind == FINDING_LIVELOCK || row->kind == FINDING_NONTERMINATION || (row->kind == FINDING_NEVER_YIELDS && job->program->threaded);
        if (fair) check.fairness = job->result->fairness;
    } else {
        check.name = job->program->invariants[index - nrows].name;
    }
    check.verdict = judge(job, &check);
    return check;
}

const char *check_verdict_text(const Check *check) {
    if (check->kind != FINDING_NONCONFORMING || check->verdict == VERDICT_UNKNOWN) return verdict_text(check->verdict);
    return check->verdict == VERDICT_HOLDS ? "conforms" : "does not conform";
}

const char *verdict_text(Verdict verdict) {
    switch (verdict) {
    case VERDICT_HOLDS: return "holds";
    case VERDICT_VIOLATED: return "violated";
    case VERDICT_UNKNOWN: break;
    }
    return "unknown";
}

const char *finding_subject(const Finding *finding) {
    if ((finding->kind == FINDING_IGNORED_CLOSE || finding->kind == FINDING_UNBOUNDED || finding->kind == FINDING_RACE) && finding->trace && finding->trace->object[0])
        return finding->trace->object;
    return finding->name ? finding->name : "";
}

uint32_t finding_actor(const Finding *finding) {
    const Trace *trace = finding->trace;
    return trace && trace->nsteps ? trace->steps[trace->nsteps - 1].task : UINT32_MAX;
}

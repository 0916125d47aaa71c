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

uint32_t checks_count(const Job *job) { return count_rows(job) + job->program->ninvariants; }

static Verdict judge(const Job *job, const Check *check) {
    const EngineResult *result = job->result;
    for (uint32_t i = 0; i < result->nfindings; i++) {
        const Finding *finding = &result->findings[i];
        if (finding->kind != check->kind) continue;
        if (check->kind != FINDING_INVARIANT || strcmp(finding->name, check->name) == 0) return VERDICT_VIOLATED;
    }
    return result->complete ? VERDICT_HOLDS : VERDICT_UNKNOWN;
}

Check checks_at(const Job *job, uint32_t index) {
    assert(index < checks_count(job));
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

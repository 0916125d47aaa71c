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

uint32_t checks_count(const Job *job) { return NROWS + job->program->ninvariants; }

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
    Check check = {.kind = FINDING_INVARIANT, .name = "", .label = "invariant"};
    if (index < NROWS) {
        check.kind = rows[index].kind;
        check.label = rows[index].label;
    } else {
        check.name = job->program->invariants[index - NROWS].name;
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
    if (finding->kind == FINDING_IGNORED_CLOSE && finding->trace && finding->trace->object[0])
        return finding->trace->object;
    return finding->name ? finding->name : "";
}

uint32_t finding_actor(const Finding *finding) {
    const Trace *trace = finding->trace;
    return trace && trace->nsteps ? trace->steps[trace->nsteps - 1].task : UINT32_MAX;
}

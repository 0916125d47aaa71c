/* Every pair of types of a file against what is known of it: pairs FILE. An entry is a line "#@ NAME async=… sync=… game=…", then T and U, a line each. */
#include "session/local.h"
#include "session/subtype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[] = {"yes", "no", "unknown"};

typedef struct Pair { Sources *sources; Names *names; Diags *diags; Cfsm t, u; } Pair;

static bool read_type(Pair *pair, const char *text, Cfsm *machine) {
    uint32_t file = sources_add(pair->sources, "type", text, strlen(text));
    bool good = local_read(pair->sources, (Span){file, 0, (uint32_t)strlen(text)}, pair->names, pair->diags, machine);
    if (!good) diags_render(pair->diags, stdout, false);
    return good;
}

/* T <= U holds just when dual(U) <= dual(T) does: one game may close where the other does not. */
static SubtypeVerdict decide(const Cfsm *t, const Cfsm *u) {
    enum { POSITIONS = 2000 };
    Cfsm dual_t = local_dual(t), dual_u = local_dual(u);
    Subtype one = subtype_async(t, u, POSITIONS), two = subtype_async(&dual_u, &dual_t, POSITIONS);
    SubtypeVerdict verdict = one.verdict == SUBTYPE_UNKNOWN ? two.verdict : one.verdict;
    if (one.verdict != two.verdict && one.verdict != SUBTYPE_UNKNOWN && two.verdict != SUBTYPE_UNKNOWN) printf("the two games disagree\n"), exit(1);
    subtype_fini(&one);
    subtype_fini(&two);
    cfsm_fini(&dual_t);
    cfsm_fini(&dual_u);
    return verdict;
}

static bool judge(const char *known, const char *t, const char *u) {
    Pair pair = {.sources = sources_new(), .names = names_new()};
    pair.diags = diags_new(pair.sources);
    bool good = false;
    if (read_type(&pair, t, &pair.t) && read_type(&pair, u, &pair.u)) {
        Subtype sync = subtype_sync(&pair.t, &pair.u);
        SubtypeVerdict async = decide(&pair.t, &pair.u);
        char ours[64];
        bool grows = strstr(known, "game=grows") != NULL;
        snprintf(ours, sizeof ours, " async=%s sync=%s ", verdicts[async], verdicts[sync.verdict]);
        good = strstr(known, ours) || (grows && async == SUBTYPE_UNKNOWN);
        if (!good) printf("%s\n  ours: %s (%s)\n", known, ours, sync.why ? sync.why : "");
        subtype_fini(&sync);
    }
    cfsm_fini(&pair.t);
    cfsm_fini(&pair.u);
    diags_free(pair.diags);
    names_free(pair.names);
    sources_free(pair.sources);
    return good;
}

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    char known[512], t[2048], u[2048];
    uint32_t passed = 0, failed = 0;
    if (!file) return fprintf(stderr, "usage: pairs FILE\n"), 2;
    while (fgets(known, sizeof known, file)) {
        if (strncmp(known, "#@ ", 3) != 0) continue;
        if (!fgets(t, sizeof t, file) || !fgets(u, sizeof u, file)) break;
        if (judge(known, t, u)) passed++;
        else failed++;
    }
    fclose(file);
    printf("%u passed, %u failed\n", passed, failed);
    return failed || !passed;
}

/* Every pair of types of a file against what is known of it: pairs FILE. An entry is a line "#@ NAME async=… sync=… game=…", then T and U, a line each;
   fair=… and reverse=… are what fair subtyping says of the two, and of U and T.
   Each is asked with every setting: what a setting leaves open another may decide, but no two may differ. */
#include "session/local.h"
#include "session/reorder.h"
#include "session/subtype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[] = {"yes", "no", "unknown"};

/* The game alone is the first, everything is the last. */
static const struct { const char *name; SubtypeOptions options; } settings[] = {
    {"game", {.max_positions = 2000}},
    {"game from both sides", {.max_positions = 2000, .use_dual = true}},
    {"relaxation", {.max_positions = 2000, .max_depth = 6}},
    {"short game", {.max_positions = 3, .max_depth = 6}},
    {"everything", {.max_positions = 20000, .max_depth = 6, .use_dual = true}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

typedef struct Pair { Sources *sources; Names *names; Diags *diags; Cfsm t, u; } Pair;
typedef struct Count { uint32_t yes, no, open, positive, negative; } Count; /* per setting: positives proved, negatives refuted, of how many */

static bool read_type(Pair *pair, const char *text, Cfsm *machine) {
    uint32_t file = sources_add(pair->sources, "type", text, strlen(text));
    bool good = local_read(pair->sources, (Span){file, 0, (uint32_t)strlen(text)}, pair->names, pair->diags, machine);
    if (!good) diags_render(pair->diags, stdout, false);
    return good;
}

static bool is_known(const char *known, const char *field, const char *value) {
    char text[64];
    snprintf(text, sizeof text, " %s=%s", field, value);
    const char *at = strstr(known, text);
    return at && strchr(" \n", at[strlen(text)]);
}

static void count(Count *counts, const char *known, SubtypeVerdict verdict) {
    bool is_positive = is_known(known, "async", "yes");
    counts->positive += is_positive;
    counts->negative += !is_positive;
    counts->open += verdict == SUBTYPE_UNKNOWN;
    counts->yes += is_positive && verdict == SUBTYPE_YES;
    counts->no += !is_positive && verdict == SUBTYPE_NO;
}

static bool judge_async(const char *known, const Pair *pair, Count *counts) {
    bool good = true;
    for (uint32_t i = 0; i < SETTINGS; i++) {
        Subtype result = subtype_async(&pair->t, &pair->u, settings[i].options);
        bool right = result.verdict == SUBTYPE_UNKNOWN || is_known(known, "async", verdicts[result.verdict]);
        if (i == 0) right &= (result.verdict == SUBTYPE_UNKNOWN) == is_known(known, "game", "grows");
        if (!right) printf("%s  ours, %s: %s\n", known, settings[i].name, verdicts[result.verdict]);
        good &= right;
        count(&counts[i], known, result.verdict);
        subtype_fini(&result);
    }
    return good;
}

static bool judge_fair(const char *known, const char *field, const Cfsm *t, const Cfsm *u) {
    char text[32];
    snprintf(text, sizeof text, " %s=", field);
    if (!strstr(known, text)) return true;
    Subtype result = subtype_fair(t, u, SUBTYPE_DEFAULTS), game = subtype_fair(t, u, (SubtypeOptions){.max_positions = 2000});
    bool good = is_known(known, field, verdicts[result.verdict]) && (game.verdict == SUBTYPE_UNKNOWN || game.verdict == result.verdict);
    if (!good) printf("%s  ours, %s: %s, the game %s\n", known, field, verdicts[result.verdict], verdicts[game.verdict]);
    subtype_fini(&result);
    subtype_fini(&game);
    return good;
}

/* The search for a run that nothing explains: never where there is none. */
static bool judge_runs(const char *known, const Pair *pair, Count *counts) {
    SubtypeVerdict verdict = reorder_refutes(&pair->t, &pair->u, NULL) ? SUBTYPE_NO : SUBTYPE_UNKNOWN;
    count(counts, known, verdict);
    bool right = verdict == SUBTYPE_UNKNOWN || is_known(known, "async", "no");
    if (!right) printf("%s  ours, runs: no\n", known);
    return right;
}

static bool judge(const char *known, const char *t, const char *u, Count *counts) {
    Pair pair = {.sources = sources_new(), .names = names_new()};
    pair.diags = diags_new(pair.sources);
    bool good = false;
    if (read_type(&pair, t, &pair.t) && read_type(&pair, u, &pair.u)) {
        Subtype sync = subtype_sync(&pair.t, &pair.u);
        good = is_known(known, "sync", verdicts[sync.verdict]);
        if (!good) printf("%s  ours, sync: %s (%s)\n", known, verdicts[sync.verdict], sync.why ? sync.why : "");
        subtype_fini(&sync);
        good &= judge_async(known, &pair, counts);
        good &= judge_fair(known, "fair", &pair.t, &pair.u) && judge_fair(known, "reverse", &pair.u, &pair.t);
        good &= judge_runs(known, &pair, &counts[SETTINGS]);
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
    Count counts[SETTINGS + 1] = {0}; /* the last one: of runs */
    if (!file) return fprintf(stderr, "usage: pairs FILE\n"), 2;
    while (fgets(known, sizeof known, file)) {
        if (strncmp(known, "#@ ", 3) != 0) continue;
        if (!fgets(t, sizeof t, file) || !fgets(u, sizeof u, file)) break;
        if (judge(known, t, u, counts)) passed++;
        else failed++;
    }
    fclose(file);
    for (uint32_t i = 0; i <= SETTINGS; i++)
        printf("%-22s %u of %u proved, %u of %u refuted, %u unknown\n", i < SETTINGS ? settings[i].name : "runs", counts[i].yes, counts[i].positive, counts[i].no, counts[i].negative, counts[i].open);
    printf("%u passed, %u failed\n", passed, failed);
    const Count *all = &counts[SETTINGS - 1];
    return failed || !passed || all->no < all->negative || all->yes * 10 < all->positive * 9 || counts[SETTINGS].no * 2 < counts[SETTINGS].negative;
}

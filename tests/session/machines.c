/* Every system of machines of a file against what is known of it: machines FILE. An entry is a line "#@ NAME csa=… directed=… kmc=… safe=…" and the
   machines after it, up to an empty line. */
#include "session/compat.h"
#include "session/configs.h"
#include "session/culprits.h"

#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *yes(bool value) { return value ? "yes" : "no"; }

/* Least k for which the system is k-exhaustive and the preconditions hold. */
static const char *kmc_text(const Compat *compat, char buffer[16]) {
    snprintf(buffer, 16, "%u", compat->k);
    if (compat->basis == COMPAT_EXHAUSTIVE) return buffer;
    return !compat->is_csa || !compat->inputs_independent ? "n/a" : "none";
}

enum { BOUND = 6, MAX_CONFIGURATIONS = 200000 };

/* The longest queue; UINT32_MAX when some grow beyond the bound. */
static uint32_t longest_queue(const CfsmSystem *system) {
    uint32_t longest = UINT32_MAX;
    for (uint32_t k = 1; k <= BOUND && longest == UINT32_MAX; k++) {
        Configs configs;
        configs_explore(&configs, system, k, MAX_CONFIGURATIONS);
        if (configs.complete && !configs.blocks) longest = configs.longest;
        configs_fini(&configs);
    }
    return longest;
}

/* Culprits as they are known, but without blanks. */
static void put_culprits(const CfsmSystem *system, uint32_t k, char *out, size_t size) {
    char *text = NULL;
    size_t length = 0;
    Culprits culprits = culprits_find(system, k, MAX_CONFIGURATIONS);
    FILE *stream = open_memstream(&text, &length);
    if (!stream) exit(2);
    culprits_print(system, &culprits, stream);
    fclose(stream);
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < size; i++)
        if (text[i] != ' ') out[n++] = text[i];
    out[n] = '\0';
    free(text);
    culprits_fini(&culprits);
}

static void judge(const char *text, size_t length, char *ours, size_t size) {
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    uint32_t file = sources_add(sources, "machines", text, length);
    CfsmSystem *system = cfsm_read(sources, file, names, diags);
    char buffer[16];
    if (!system) {
        diags_render(diags, stdout, false);
        snprintf(ours, size, "unreadable");
    } else {
        Compat compat = compat_check(system, COMPAT_DEFAULTS);
        const char *safe = compat.verdict == COMPAT_UNKNOWN ? "unknown" : yes(compat.verdict == COMPAT_SAFE);
        snprintf(ours, size, "csa=%s directed=%s kmc=%s safe=%s rts=%u/%u ", yes(compat.is_csa), yes(compat.is_directed), kmc_text(&compat, buffer),
                 safe, compat.reduced, compat.reduced_steps);
        CompatSync sync = compat_sync(system, COMPAT_DEFAULTS);
        size_t used = strlen(ours);
        snprintf(ours + used, size - used, "sync=%s,%s,%s ", yes(sync.labels_match), yes(sync.deadlock_free), yes(sync.live));
        char why[256] = "";
        uint32_t longest = longest_queue(system), k = longest == UINT32_MAX ? compat.basis == COMPAT_EXHAUSTIVE ? compat.k : 4 : longest ? longest : 1;
        if (compat.verdict == COMPAT_UNSAFE) put_culprits(system, k, why, sizeof why);
        used = strlen(ours);
        if (longest == UINT32_MAX) snprintf(ours + used, size - used, "bounded=no ");
        else snprintf(ours + used, size - used, "bounded=%u ", longest);
        used = strlen(ours);
        snprintf(ours + used, size - used, "why=%s ", why);
        if (getenv("VERBOSE")) printf("%s(%u configurations, basis %d)\n", ours, compat.configurations, (int)compat.basis);
        compat_fini(&compat);
    }
    cfsm_system_free(system);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
}

static bool agrees(const char *known, const char *ours) {
    static const char *const fields[] = {"csa=", "directed=", "kmc=", "safe=", "rts=", "sync=", "bounded=", "why="};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *want = strstr(known, fields[i]), *got = strstr(ours, fields[i]);
        if (!want) continue; /* only where it is exhaustive is the size of the reduced graph known */
        if (!got || strncmp(want, got, strcspn(got, " ") + 1) != 0) return false;
    }
    return true;
}

static char *read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    VEC(char) text = {0};
    for (int c; (c = fgetc(file)) != EOF;) vec_push(&text, (char)c);
    vec_push(&text, '\0');
    fclose(file);
    return text.data;
}

int main(int argc, char **argv) {
    char *all = argc == 2 ? read_all(argv[1]) : NULL;
    uint32_t passed = 0, failed = 0;
    if (!all) return fprintf(stderr, "usage: machines FILE\n"), 2;
    for (const char *at = strstr(all, "#@ "); at; at = strstr(at + 3, "#@ ")) {
        const char *line_end = strchr(at, '\n'), *next = strstr(line_end, "\n\n");
        char known[512], ours[512];
        snprintf(known, sizeof known, "%.*s ", (int)(line_end - at), at);
        judge(line_end, next ? (size_t)(next - line_end) : strlen(line_end), ours, sizeof ours);
        bool ok = agrees(known, ours);
        passed += ok;
        failed += !ok;
        if (!ok) printf("%.*s\n  known: %s\n  ours:  %s\n", (int)strcspn(at + 3, " "), at + 3, known, ours);
    }
    printf("%u passed, %u failed\n", passed, failed);
    free(all);
    return failed || !passed;
}

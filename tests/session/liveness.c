/* Every system of machines of a file against the flavours of liveness that it is known to have: liveness FILE. An entry is a line "#@ NAME sync=… async=…"
   and the machines after it, up to an empty line. */
#include "session/liveness.h"

#include "model/support/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(const CfsmSystem *system, bool sync, char text[LIVENESS_COUNT + 1]) {
    Liveness liveness = liveness_check(system, (LivenessOptions){.sync = sync, .bound = 4, .max_configurations = 100000});
    for (uint32_t p = 0; p < LIVENESS_COUNT; p++) text[p] = liveness.holds[p] ? 'y' : 'n';
    text[LIVENESS_COUNT] = '\0';
    if (liveness.why) strcpy(text, "?");
}

static bool judge(Sources *sources, Names *names, Diags *diags, const char *head, const char *text, size_t length) {
    char name[64], known[64], ours[64], sync[LIVENESS_COUNT + 1], async[LIVENESS_COUNT + 1];
    if (sscanf(head, "#@ %63s %63[^\n]", name, known) != 2) return false;
    CfsmSystem *system = cfsm_read(sources, sources_add(sources, name, text, length), names, diags);
    if (!system) return false;
    put(system, true, sync);
    put(system, false, async);
    snprintf(ours, sizeof ours, "sync=%s async=%s", sync, async);
    if (strcmp(known, ours) != 0) printf("%s\n  known: %s\n  ours:  %s\n", name, known, ours);
    cfsm_system_free(system);
    return strcmp(known, ours) == 0;
}

int main(int argc, char **argv) {
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    size_t length;
    char *all = argc == 2 ? read_file(diags, argv[1], &length) : NULL;
    uint32_t passed = 0, failed = 0;
    if (!all) return fprintf(stderr, "usage: liveness FILE\n"), 2;
    for (const char *at = strstr(all, "#@ "); at; at = strstr(at + 3, "#@ ")) {
        const char *line_end = strchr(at, '\n'), *next = strstr(line_end, "\n\n");
        char head[128];
        snprintf(head, sizeof head, "%.*s", (int)(line_end - at), at);
        if (judge(sources, names, diags, head, line_end, next ? (size_t)(next - line_end) : strlen(line_end))) passed++;
        else failed++;
    }
    diags_render(diags, stdout, false);
    printf("%u passed, %u failed\n", passed, failed);
    free(all);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
    return failed || !passed;
}

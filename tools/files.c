#include "tools/files.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

static bool is_program(const char *name) {
    size_t length = strlen(name);
    return length > 3 && name[0] != '.' && strcmp(name + length - 3, ".ac") == 0;
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static bool take(FTS *walk, FTSENT *entry, Arena *arena, Files *files) {
    switch (entry->fts_info) {
    case FTS_F:
        if (entry->fts_level == 0 || is_program(entry->fts_name)) vec_push(files, arena_strdup(arena, entry->fts_path));
        return true;
    case FTS_D:
        if (entry->fts_level > 0 && entry->fts_name[0] == '.') fts_set(walk, entry, FTS_SKIP);
        return true;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        fprintf(stderr, "unknot: cannot read %s: %s\n", entry->fts_path, strerror(entry->fts_errno));
        return false;
    default: return true;
    }
}

bool files_find(const char *path, Arena *arena, Files *files) {
    char *copy = arena_strdup(arena, path);
    size_t length = strlen(copy);
    while (length > 1 && copy[length - 1] == '/') copy[--length] = '\0';
    char *const paths[] = {copy, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (!walk) {
        fprintf(stderr, "unknot: cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    bool good = true;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk)) good = take(walk, entry, arena, files) && good;
    fts_close(walk);
    return good;
}

#include "model/support/intern.h"

#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry {
    const char *text;
    size_t length;
    uint64_t hash;
} Entry;

struct Names {
    Arena arena;
    VEC(Entry) entries;
    Name *slots; /* open addressing; 0 is free, and the empty name is never looked up */
    uint32_t mask;
};

enum { FIRST_SLOTS = 256 };

static Name *new_slots(uint32_t count) {
    Name *slots = calloc(count, sizeof *slots);
    if (!slots) fatal("out of memory");
    return slots;
}

Names *names_new(void) {
    Names *names = calloc(1, sizeof *names);
    if (!names) fatal("out of memory");
    arena_init(&names->arena);
    names->slots = new_slots(FIRST_SLOTS);
    names->mask = FIRST_SLOTS - 1;
    vec_push(&names->entries, (Entry){"", 0, 0});
    return names;
}

void names_free(Names *names) {
    if (!names) return;
    vec_fini(&names->entries);
    arena_fini(&names->arena);
    free(names->slots);
    free(names);
}

/* The slot that holds the text, or the free one where it belongs. */
static Name *slot_of(const Names *names, const char *text, size_t length, uint64_t hash) {
    for (uint32_t i = (uint32_t)hash & names->mask;; i = (i + 1) & names->mask) {
        Name *slot = &names->slots[i];
        if (*slot == 0) return slot;
        const Entry *entry = &names->entries.data[*slot];
        if (entry->hash == hash && entry->length == length && memcmp(entry->text, text, length) == 0) return slot;
    }
}

static void grow(Names *names) {
    uint32_t count = (names->mask + 1) * 2;
    free(names->slots);
    names->slots = new_slots(count);
    names->mask = count - 1;
    for (Name name = 1; name < names->entries.n; name++) {
        const Entry *entry = &names->entries.data[name];
        *slot_of(names, entry->text, entry->length, entry->hash) = name;
    }
}

Name names_add(Names *names, const char *text, size_t length) {
    if (length == 0) return 0;
    uint64_t hash = hash_bytes(text, length);
    Name *slot = slot_of(names, text, length, hash);
    if (*slot) return *slot;
    char *copy = arena_alloc(&names->arena, length + 1);
    memcpy(copy, text, length);
    Name name = names->entries.n;
    *slot = name;
    vec_push(&names->entries, (Entry){copy, length, hash});
    if (names->entries.n > names->mask / 2) grow(names);
    return name;
}

Name names_of(Names *names, const char *text) { return names_add(names, text, strlen(text)); }

Name names_find(const Names *names, const char *text, size_t length) {
    return length == 0 ? 0 : *slot_of(names, text, length, hash_bytes(text, length));
}

const char *names_text(const Names *names, Name name) {
    assert(name < names->entries.n);
    return names->entries.data[name].text;
}

uint32_t names_count(const Names *names) { return names->entries.n; }

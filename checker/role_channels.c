#include "checker/role_channels.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n) {
    void *data = malloc(sizeof(uint32_t) * (n > 0 ? n : 1));
    if (data == NULL) fatal("out of memory");
    return data;
}

static uint32_t root_of(RoleChannels *channels, uint32_t i) {
    while (channels->parent[i] != i) {
        channels->parent[i] = channels->parent[channels->parent[i]];
        i = channels->parent[i];
    }
    return i;
}

static void unite(RoleChannels *channels, uint32_t a, uint32_t b) {
    a = root_of(channels, a);
    b = root_of(channels, b);
    if (a < b) channels->parent[b] = a;
    else channels->parent[a] = b;
}

/* Every step says where what moves has gone. */
static void follow(RoleChannels *channels, Search *search, uint32_t state) {
    uint32_t from = channels->first[state], slots = channels->first[state + 1] - from;
    EdgeIter iter = edges_of(&search->edges, state);
    while (edges_next(&iter)) {
        const EdgeLabel *label = edges_label(&search->edges, iter.label);
        if ((label->flags & LABEL_NOWHERE) != 0) continue;
        for (uint32_t i = 0; i < slots; i++) {
            uint32_t to = labels_move(&search->edges.labels, label, channels->fixed + i);
            uint32_t there = channels->first[iter.target + 1] - channels->first[iter.target];
            if (to != LABEL_NOBODY && to >= channels->fixed && to - channels->fixed < there)
                unite(channels, from + i, channels->first[iter.target] + to - channels->fixed);
        }
    }
}

void role_channels_init(RoleChannels *channels, Search *search) {
    uint32_t states = search->store.n;
    *channels = (RoleChannels){.fixed = search->fixed, .first = allocate(states + 1u)};
    channels->first[0] = 0;
    for (uint32_t state = 0; state < states; state++) {
        uint32_t n = search_state(search, state);
        channels->first[state + 1] = channels->first[state] + (n > search->fixed ? n - search->fixed : 0);
    }
    uint32_t slots = channels->first[states];
    channels->parent = allocate(slots);
    channels->number = allocate((size_t)slots + channels->fixed);
    for (uint32_t i = 0; i < slots; i++) channels->parent[i] = i;
    memset(channels->number, 0xff, sizeof *channels->number * ((size_t)slots + channels->fixed));
    for (uint32_t state = 0; state < search->edges.n; state++) follow(channels, search, state);
}

void role_channels_fini(RoleChannels *channels) {
    free(channels->first);
    free(channels->parent);
    free(channels->number);
}

uint32_t role_channels_at(RoleChannels *channels, uint32_t state, uint32_t slot, bool *is_new) {
    uint32_t at = slot < channels->fixed ? slot : channels->fixed + root_of(channels, channels->first[state] + slot - channels->fixed);
    *is_new = channels->number[at] == NO_SLOT;
    if (*is_new) channels->number[at] = channels->n++;
    return channels->number[at];
}

#include "model/support/arena.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 64 * 1024 };

struct ArenaBlock {
    ArenaBlock *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char data[];
};

void arena_init(Arena *arena) { arena->head = NULL; }

static void free_blocks(ArenaBlock *block) {
    while (block) {
        ArenaBlock *next = block->next;
        free(block);
        block = next;
    }
}

void arena_fini(Arena *arena) {
    free_blocks(arena->head);
    arena->head = NULL;
}

void arena_reset(Arena *arena) {
    if (!arena->head) return;
    free_blocks(arena->head->next);
    arena->head->next = NULL;
    arena->head->used = 0;
}

static ArenaBlock *new_block(size_t bytes) {
    size_t size = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
    ArenaBlock *block = malloc(sizeof *block + size);
    if (!block) fatal("out of memory");
    block->next = NULL;
    block->used = 0;
    block->size = size;
    return block;
}

void *arena_alloc(Arena *arena, size_t bytes) {
    const size_t align = _Alignof(max_align_t);
    if (bytes > SIZE_MAX / 2) fatal("out of memory");
    size_t rounded = (bytes + align - 1) / align * align;
    if (!arena->head || arena->head->size - arena->head->used < rounded) {
        ArenaBlock *block = new_block(rounded);
        block->next = arena->head;
        arena->head = block;
    }
    ArenaBlock *block = arena->head;
    void *result = block->data + block->used;
    block->used += rounded;
    assert(block->used <= block->size);
    return memset(result, 0, rounded);
}

void *arena_copy(Arena *arena, const void *data, size_t bytes) {
    void *copy = arena_alloc(arena, bytes);
    if (bytes) memcpy(copy, data, bytes);
    return copy;
}

char *arena_strdup(Arena *arena, const char *text) { return arena_copy(arena, text, strlen(text) + 1); }

char *arena_printf(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

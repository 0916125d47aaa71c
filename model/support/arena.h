/* A region of memory that is given back all at once. */
#ifndef UNKNOT_SUPPORT_ARENA_H
#define UNKNOT_SUPPORT_ARENA_H

#include <stddef.h>

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
    ArenaBlock *head; /* newest block first */
} Arena;

void arena_init(Arena *arena);
void arena_fini(Arena *arena);
/* Forgets everything but keeps the newest block for reuse. */
void arena_reset(Arena *arena);
/* Zeroed, aligned for any type; never NULL (out of memory is fatal). */
void *arena_alloc(Arena *arena, size_t bytes);
void *arena_copy(Arena *arena, const void *data, size_t bytes);
char *arena_strdup(Arena *arena, const char *text);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(n)))

#endif

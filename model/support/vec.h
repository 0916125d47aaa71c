/* Growable arrays: VEC(T) is a struct with `data`, `n` and `cap`; zero-initialise it, vec_fini it. */
#ifndef UNKNOT_SUPPORT_VEC_H
#define UNKNOT_SUPPORT_VEC_H

#include <stddef.h>
#include <stdint.h>

#define VEC(T)        \
    struct {          \
        T *data;      \
        uint32_t n;   \
        uint32_t cap; \
    }

/* Ids into a vec stay valid when it grows, pointers do not. */
#define vec_push(v, ...)                                                                                \
    do {                                                                                                \
        vec_reserve_((void **)&(v)->data, &(v)->cap, (v)->n + 1u, sizeof *(v)->data);                   \
        (v)->data[(v)->n++] = (__VA_ARGS__);                                                            \
    } while (0)
#define vec_reserve(v, count) vec_reserve_((void **)&(v)->data, &(v)->cap, (count), sizeof *(v)->data)
/* Sets the length; new elements are zero. */
#define vec_resize(v, count) vec_resize_((void **)&(v)->data, &(v)->n, &(v)->cap, (count), sizeof *(v)->data)
#define vec_last(v) ((v)->data[(v)->n - 1u])
#define vec_pop(v) ((v)->data[--(v)->n])
#define vec_clear(v) ((void)((v)->n = 0))
#define vec_fini(v) vec_fini_((void **)&(v)->data, &(v)->n, &(v)->cap)

void vec_reserve_(void **data, uint32_t *cap, uint32_t count, size_t size);
void vec_resize_(void **data, uint32_t *n, uint32_t *cap, uint32_t count, size_t size);
void vec_fini_(void **data, uint32_t *n, uint32_t *cap);

#endif

#include "model/support/vec.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void vec_reserve_(void **data, uint32_t *cap, uint32_t count, size_t size) {
    assert(size > 0);
    if (count <= *cap) return;
    uint64_t wanted = (uint64_t)*cap * 2;
    if (wanted < 8) wanted = 8;
    if (wanted < count) wanted = count;
    if (wanted > UINT32_MAX) wanted = UINT32_MAX;
    void *grown = wanted > SIZE_MAX / size ? NULL : realloc(*data, (size_t)wanted * size);
    if (!grown) fatal("out of memory");
    *data = grown;
    *cap = (uint32_t)wanted;
}

void vec_resize_(void **data, uint32_t *n, uint32_t *cap, uint32_t count, size_t size) {
    vec_reserve_(data, cap, count, size);
    if (count > *n) memset((char *)*data + (size_t)*n * size, 0, (size_t)(count - *n) * size);
    *n = count;
}

void vec_fini_(void **data, uint32_t *n, uint32_t *cap) {
    free(*data);
    *data = NULL;
    *n = *cap = 0;
}

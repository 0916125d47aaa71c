#include "model/support/hash.h"

/* Bytes are taken little-endian whatever the machine's order is. */
static uint64_t load(const unsigned char *p, size_t n) {
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) word |= (uint64_t)p[i] << (8 * i);
    return word;
}

uint64_t hash_bytes(const void *data, size_t bytes) {
    const unsigned char *p = data;
    uint64_t hash = hash_mix(0x243f6a8885a308d3u ^ (uint64_t)bytes);
    for (; bytes >= 8; bytes -= 8, p += 8) hash = hash_combine(hash, load(p, 8));
    return bytes ? hash_combine(hash, load(p, bytes)) : hash;
}

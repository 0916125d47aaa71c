/* Mixing and hashing of words. Same input, same value on every machine. */
#ifndef UNKNOT_SUPPORT_HASH_H
#define UNKNOT_SUPPORT_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A bijection on 64 bits (Stafford's variant 13 of the MurmurHash3 finalizer). */
static inline uint64_t hash_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}
static inline uint64_t hash_combine(uint64_t a, uint64_t b) { return hash_mix(a * 0x9e3779b97f4a7c15u + b + 0x632be59bd9b4e019u); }

uint64_t hash_bytes(const void *data, size_t bytes);

#endif

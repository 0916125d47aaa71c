#include "frontend/syntax/positions.h"

#include <assert.h>

void positions_fini(Positions *positions) { vec_fini(&positions->runs); }

/* A run that goes on where the last one would be anyway is not stored. */
static bool goes_on(const Run *last, uint32_t begin, Span span) {
    return !last->is_fixed && last->span.file == span.file && span.begin - last->span.begin == begin - last->begin;
}

void positions_add(Positions *positions, uint32_t begin, Span span, bool is_fixed) {
    if (positions->runs.n > 0) {
        const Run *last = &vec_last(&positions->runs);
        assert(begin >= last->begin);
        if (!is_fixed && goes_on(last, begin, span)) return;
    }
    vec_push(&positions->runs, (Run){begin, is_fixed, span});
}

Span positions_span(const Positions *positions, uint32_t begin, uint32_t end) {
    uint32_t low = 0, high = positions->runs.n;
    if (high == 0) return (Span){0};
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (positions->runs.data[middle].begin <= begin) low = middle;
        else high = middle;
    }
    const Run *run = &positions->runs.data[low];
    if (run->is_fixed || begin < run->begin) return run->span;
    uint32_t shift = begin - run->begin;
    Span span = {run->span.file, run->span.begin + shift, run->span.begin + shift + (end - begin)};
    bool goes_over = low + 1 < positions->runs.n && positions->runs.data[low + 1].begin < end; /* a text taken whole, with macros in it */
    Span last = goes_over ? positions_span(positions, end - 1, end) : span;
    if (last.file == span.file && last.end > span.begin) span.end = last.end;
    return span;
}

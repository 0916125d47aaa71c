#include "model/records.h"

#include <assert.h>

int records_find(const Word *words, Records records, Word fiber, Word arm) {
    for (uint32_t i = 0; i < records.n; i++) {
        const Word *record = words + records_word(records, i);
        if (record[0] == fiber && record[1] == arm) return (int)i;
    }
    return -1;
}

uint32_t records_open(World *world, uint32_t slot, Records records, bool sorted, Word fiber, Word arm) {
    const Word *words = world_read(world, slot, NULL);
    assert(records_find(words, records, fiber, arm) < 0);
    uint32_t index = records.n;
    while (sorted && index > 0) {
        const Word *before = words + records_word(records, index - 1);
        if (before[0] < fiber || (before[0] == fiber && before[1] < arm)) break;
        index--;
    }
    uint32_t at = records_word(records, index);
    Word *opened = world_insert(world, slot, at, records.width);
    opened[at] = fiber;
    opened[at + 1] = arm;
    return at;
}

uint32_t records_add(World *world, uint32_t slot, uint32_t count, Records records, bool sorted, Word fiber, Word arm) {
    uint32_t at = records_open(world, slot, records, sorted, fiber, arm);
    world_write(world, slot, NULL)[count]++;
    return at;
}

void records_remove(World *world, uint32_t slot, uint32_t count, Records records, uint32_t index) {
    world_write(world, slot, NULL)[count]--;
    world_remove(world, slot, records_word(records, index), records.width);
}

bool records_leave(World *world, uint32_t slot, uint32_t count, Records records, Waiter who) {
    int index = records_find(world_read(world, slot, NULL), records, who.fiber, who.arm);
    if (index >= 0) records_remove(world, slot, count, records, (uint32_t)index);
    return index >= 0;
}

uint32_t records_record_of(Records records, uint32_t index) {
    uint32_t offset = index - records.at;
    return index < records.at || offset >= records.n * records.width ? 0 : records.at + offset / records.width * records.width;
}

static bool is_before(const Word *a, const Word *b, uint32_t width) {
    for (uint32_t i = 0; i < width; i++)
        if (a[i] != b[i]) return a[i] < b[i];
    return false;
}

static void swap(Word *a, Word *b, uint32_t width) {
    for (uint32_t i = 0; i < width; i++) {
        Word word = a[i];
        a[i] = b[i];
        b[i] = word;
    }
}

void records_sort(Word *words, Records records) {
    for (uint32_t i = 1; i < records.n; i++)
        for (uint32_t j = i; j > 0; j--) {
            Word *here = words + records_word(records, j), *before = words + records_word(records, j - 1);
            if (!is_before(here, before, records.width)) break;
            swap(here, before, records.width);
        }
}

void records_visit(const Word *words, Records records, uint32_t field, bool ordered, HandleVisitor visit, void *context) {
    for (uint32_t i = 0; i < records.n; i++) {
        uint32_t index = records_word(records, i) + field;
        if (words[index]) visit(context, index, words[index], ordered);
    }
}

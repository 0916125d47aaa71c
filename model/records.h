/* Lists of equally wide records inside a component's words: the queues and sets of objects. A record begins with who waits. */
#ifndef UNKNOT_MODEL_RECORDS_H
#define UNKNOT_MODEL_RECORDS_H

#include "model/world.h"

typedef struct Records {
    uint32_t at;    /* first word in the component */
    uint32_t n;     /* how many */
    uint32_t width; /* words of each */
} Records;

/* Position of the record that begins with (fiber, arm), or -1. */
int records_find(const Word *words, Records records, Word fiber, Word arm);
/* Opens a record of zeros at the end of a list, or (sorted) where (fiber, arm) belongs; gives its first word's index. */
uint32_t records_open(World *world, uint32_t slot, Records records, bool sorted, Word fiber, Word arm);
/* Lists whose length stands in word `count` of the component: a record is opened as above, taken out, or taken out where (fiber, arm) stands
   (false: it does not). */
uint32_t records_add(World *world, uint32_t slot, uint32_t count, Records records, bool sorted, Word fiber, Word arm);
void records_remove(World *world, uint32_t slot, uint32_t count, Records records, uint32_t index);
bool records_leave(World *world, uint32_t slot, uint32_t count, Records records, Waiter who);
static inline uint32_t records_word(Records records, uint32_t index) { return records.at + index * records.width; }
/* The first word of the record that holds the word at `index`, 0 when it is in none of these. */
uint32_t records_record_of(Records records, uint32_t index);
/* Orders a set by its words. */
void records_sort(Word *words, Records records);
/* Visits word `field` of each record in turn, when it is not 0. */
void records_visit(const Word *words, Records records, uint32_t field, bool ordered, HandleVisitor visit, void *context);

#endif

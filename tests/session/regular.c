/* Operations on regular languages against sets of words: what an automaton accepts, of all words up to some length, is compared. */
#include "session/regular.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 2, LENGTH = 8, WORDS = 1 << (LENGTH + 1), POOL = 24 };

/* Words over two letters are numbered: 1 followed by the letters as bits. `length`: up to which the set is known. */
typedef struct Known { Regular language; int length; bool words[WORDS]; } Known;

static uint64_t state = 88172645463325252u;
static uint32_t roll(uint32_t n) { /* xorshift64 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 20) % n;
}

static int length_of(uint32_t word) {
    int n = 0;
    while (word > 1) word >>= 1, n++;
    return n;
}

static bool accepts(const Regular *language, uint32_t word) {
    uint32_t s = 0;
    if (!language->nstates) return false;
    for (int i = length_of(word) - 1; i >= 0; i--) {
        uint32_t letter = word >> i & 1, e = language->first[s];
        while (e < language->first[s + 1] && language->edges[e].letter != letter) e++;
        if (e == language->first[s + 1]) return false;
        s = language->edges[e].to;
    }
    return language->accepts[s];
}

static bool is_right(const Known *known) {
    for (uint32_t word = 1; word < WORDS; word++)
        if (length_of(word) <= known->length && known->words[word] != accepts(&known->language, word)) return false;
    return true;
}

/* All words of one of two states and none of the other: they differ, or the automaton is not the smallest. */
static bool is_minimal(const Regular *language) {
    for (uint32_t a = 0; a < language->nstates; a++)
        for (uint32_t b = 0; b < a; b++) {
            Regular one = regular_after(language, &(RegularEdge){0, a}), two = regular_after(language, &(RegularEdge){0, b});
            bool differ = !regular_is_equal(&one, &two) && one.nstates && two.nstates;
            regular_fini(&one);
            regular_fini(&two);
            if (!differ) return false;
        }
    return true;
}

static void set(Known *to, Regular language, int length, bool (*member)(const Known *a, const Known *b, uint32_t word, uint32_t letter), const Known *a,
                const Known *b, uint32_t letter) {
    static bool words[WORDS];
    for (uint32_t word = 1; word < WORDS; word++) words[word] = length_of(word) <= length && member(a, b, word, letter);
    memcpy(to->words, words, sizeof words);
    regular_fini(&to->language);
    to->language = language;
    to->length = length;
}

static bool in_union(const Known *a, const Known *b, uint32_t word, uint32_t letter) { return (void)letter, a->words[word] || b->words[word]; }
static bool in_append(const Known *a, const Known *b, uint32_t word, uint32_t letter) { return (void)b, word > 1 && (word & 1) == letter && a->words[word >> 1]; }
static bool in_after(const Known *a, const Known *b, uint32_t word, uint32_t letter) {
    int n = length_of(word);
    return (void)b, a->words[(word ^ 1u << n) | letter << n | 2u << n];
}
static bool in_rename(const Known *a, const Known *b, uint32_t word, uint32_t letter) { /* both letters become this one */
    if (((void)b, word) != ((letter ? ~0u : 0u) & ((1u << length_of(word)) - 1)) + (1u << length_of(word))) return false;
    for (uint32_t other = 1u << length_of(word); other < 2u << length_of(word); other++)
        if (a->words[other]) return true;
    return false;
}
static bool in_language(const Known *a, const Known *b, uint32_t word, uint32_t letter) { return (void)b, (void)letter, accepts(&a->language, word); }

static bool is_within(const Known *a, const Regular *larger) {
    for (uint32_t word = 1; word < WORDS; word++)
        if (length_of(word) <= a->length && a->words[word] && !accepts(larger, word)) return false;
    return true;
}

static bool widen(Known *to, const Known *a) {
    Known wide = {.language = regular_widen(&a->language, 1 + roll(3), roll(2))};
    bool good = is_within(a, &wide.language);
    set(to, regular_copy(&wide.language), LENGTH, in_language, &wide, &wide, 0);
    regular_fini(&wide.language);
    return good;
}

static bool step(Known *pool) {
    Known *to = &pool[roll(POOL)], *a = &pool[roll(POOL)], *b = &pool[roll(POOL)];
    uint32_t letter = roll(LETTERS);
    int least = a->length < b->length ? a->length : b->length;
    switch (roll(7)) {
    case 0:
    case 1: set(to, regular_union(&a->language, &b->language), least, in_union, a, b, 0); break;
    case 2:
    case 3: set(to, regular_append(&a->language, letter), a->length < LENGTH ? a->length + 1 : LENGTH, in_append, a, b, letter); break;
    case 4:
        if (!a->language.nedges || !a->length || a->language.first[1] == 0) break;
        letter = a->language.edges[0].letter;
        set(to, regular_after(&a->language, &a->language.edges[0]), a->length - 1, in_after, a, b, letter);
        break;
    case 5: set(to, regular_rename(&a->language, (uint32_t[]){letter, letter}), a->length, in_rename, a, b, letter); break;
    default: return widen(to, a);
    }
    return is_right(to) && is_minimal(&to->language);
}

static const char *letter_text(const void *context, uint32_t letter) { return (void)context, letter ? "b" : "a"; }

/* What is printed, of languages that are easy to name. */
static bool prints(void) {
    Regular empty = regular_empty_word(), a = regular_append(&empty, 0), ab = regular_append(&a, 1), both = regular_union(&ab, &empty);
    Regular aa = regular_append(&a, 0), aaa = regular_append(&aa, 0), few = regular_union(&a, &aa), more = regular_union(&few, &aaa), star = regular_widen(&more, 1, true);
    const Regular *all[] = {&empty, &ab, &both, &few, &star};
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    if (!out) return false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        regular_print(all[i], letter_text, NULL, out);
        fputs("; ", out);
    }
    fclose(out);
    printf("%s\n", text);
    Regular *made[] = {&empty, &a, &ab, &both, &aa, &aaa, &few, &more, &star};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) regular_fini(made[i]);
    return strcmp(text, "ε; a b; (a b)?; a a?; a a*; ") == 0;
}

int main(void) {
    static Known pool[POOL];
    bool good = prints();
    for (uint32_t i = 0; i < POOL; i++) {
        pool[i] = (Known){.language = i % 2 ? regular_empty_word() : regular_none(), .length = LENGTH};
        pool[i].words[1] = i % 2;
    }
    for (uint32_t i = 0; i < 2000 && good; i++) good = step(pool);
    for (uint32_t i = 0; i < POOL; i++) {
        printf("%u ", pool[i].language.nstates);
        regular_fini(&pool[i].language);
    }
    printf("states; %s\n", good ? "all as known" : "WRONG");
    return !good;
}

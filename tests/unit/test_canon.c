/* Canonical forms: worlds that differ in the order of their movable slots alone are one state. */
#include "model/channel.h"
#include "model/canon.h"
#include "model/comps.h"
#include "model/memo.h"
#include "model/support/hash.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { NFIXED = 2, MAX = 16, MAX_WORDS = 40 };

/* ---- a program of two machines, with one global of two handles and one channel of handles */

static const ValueType nothing = {.kind = VALUE_VOID, .name = "void"};
static uint8_t frame_kinds[4] = {WORD_DATA, WORD_HANDLE, WORD_HANDLE, WORD_DATA};
static uint32_t key_slots[1] = {0};
static Machine machines[3] = {
    {.name = "init", .result = &nothing}, {.name = "main", .result = &nothing, .id = 1, .nslots = 4, .slot_kinds = frame_kinds},
    {.name = "worker", .result = &nothing, .id = 2, .nslots = 4, .slot_kinds = frame_kinds, .key_slots = key_slots, .key_slots_n = 1}};
static Machine *machine_list[3] = {&machines[0], &machines[1], &machines[2]};
static uint8_t handle_kinds[2] = {WORD_HANDLE, WORD_HANDLE};
static ValueType pair = {.kind = VALUE_ARRAY, .name = "pair", .words = 2, .word_kinds = handle_kinds};
static ValueType handle = {.kind = VALUE_HANDLE, .name = "task", .words = 1, .word_kinds = handle_kinds};
static Global globals[1] = {{.name = "g", .type = &pair}};
static Site sites[2] = {{.kind = OBJECT_CHANNEL, .name = "c", .elem = &handle}, {.kind = OBJECT_SCOPE, .name = "s"}};
static const Program program = {.machines = machine_list, .nmachines = 3, .globals = globals, .nglobals = 1, .sites = sites, .nsites = 2};

typedef struct Content {
    Word words[MAX_WORDS];
    uint32_t n;
} Content;

static uint64_t seed;
static uint32_t below(uint32_t n) {
    seed += 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash_mix(seed) % n);
}

static void push(Content *content, Word word) {
    assert_true(content->n < MAX_WORDS);
    content->words[content->n++] = word;
}

static Word any_handle(uint32_t n, uint32_t rarely) { return below(rarely) ? 0 : slot_handle(below(n)); }

static void make_task(Content *content, uint32_t n, bool is_main, uint32_t variety) {
    Word header[FIBER_FRAME] = {COMP_FIBER};
    header[FIBER_MACHINE] = is_main ? 1 : 2;
    header[FIBER_STATUS] = !is_main && !below(5) ? FIBER_ENDED : FIBER_AT_POINT;
    header[FIBER_FLAGS] = FIBER_IS_TASK;
    memcpy(content->words, header, sizeof header);
    content->n = FIBER_FRAME;
    if (header[FIBER_STATUS] == FIBER_ENDED) return;
    push(content, below(variety));
    push(content, any_handle(n, 2));
    push(content, any_handle(n, 3));
    push(content, below(variety));
}

/* The fields of model/channel.h, then the items and receivers. */
static void make_channel(Content *content, uint32_t n) {
    uint32_t items = below(3), receivers = below(3);
    Word words[CHANNEL_BODY] = {COMP_CHANNEL, 0, 4, below(2)};
    words[CHANNEL_NITEMS] = items;
    words[CHANNEL_NRECEIVERS] = receivers;
    memcpy(content->words, words, sizeof words);
    content->n = CHANNEL_BODY;
    for (uint32_t i = 0; i < items; i++) push(content, any_handle(n, 1));
    for (uint32_t i = 0; i < receivers; i++) {
        push(content, slot_handle(NFIXED + below(n - NFIXED)));
        push(content, below(2));
    }
}

static void make_scope(Content *content, uint32_t n) {
    memcpy(content->words, (Word[]){COMP_SCOPE, 1}, 2 * sizeof(Word));
    content->n = 2;
    for (uint32_t i = below(3); i > 0; i--) push(content, slot_handle(NFIXED + below(n - NFIXED)));
}

static uint32_t make_world(Content *world, uint32_t variety) {
    uint32_t n = NFIXED + 1 + below(MAX - NFIXED - 1);
    world[0] = (Content){.words = {COMP_GLOBAL | 1 << 8, any_handle(n, 2), any_handle(n, 2)}, .n = 3};
    make_channel(&world[1], n);
    for (uint32_t i = NFIXED; i < n; i++) {
        uint32_t kind = below(6);
        if (i == NFIXED) make_task(&world[i], n, true, variety);
        else if (kind < 4) make_task(&world[i], n, false, variety);
        else if (kind < 5) make_channel(&world[i], n);
        else make_scope(&world[i], n);
    }
    return n;
}

typedef struct Renaming {
    Content *content;
    const uint32_t *to;
} Renaming;

static void rename_one(void *context, uint32_t index, Word word, bool ordered) {
    Renaming *renaming = context;
    (void)ordered;
    if (word > 0) renaming->content->words[index] = slot_handle(renaming->to[handle_slot(word)]);
}

static void permute(const Content *world, uint32_t n, Content *out) {
    uint32_t to[MAX];
    for (uint32_t i = 0; i < n; i++) to[i] = i;
    for (uint32_t i = n - 1; i > NFIXED; i--) {
        uint32_t k = NFIXED + below(i - NFIXED + 1), t = to[i];
        to[i] = to[k];
        to[k] = t;
    }
    for (uint32_t i = 0; i < n; i++) {
        Content *content = &out[to[i]];
        *content = world[i];
        Renaming renaming = {content, to};
        comp_handles(&program, world[i].words, world[i].n, rename_one, &renaming);
    }
}

static uint32_t encode(Comps *comps, Canon *canon, const Content *world, uint32_t n, uint32_t *out, uint32_t *moves) {
    uint32_t contents[MAX];
    for (uint32_t i = 0; i < n; i++) {
        Content content = world[i];
        comp_normalise(&program, content.words, content.n);
        contents[i] = comps_intern(comps, content.words, content.n);
    }
    return canon_order(canon, contents, n, out, moves);
}

static void check_permutations(uint32_t variety, uint32_t worlds) {
    Comps *comps = comps_new(&program, NFIXED);
    Canon *canon = canon_new(comps, &program, true);
    uint32_t different = 0;
    for (uint32_t round = 0; round < worlds; round++) {
        Content world[MAX], other[MAX];
        uint32_t a[MAX], b[MAX], again[MAX], moves[MAX];
        uint32_t n = make_world(world, variety), na = encode(comps, canon, world, n, a, moves);
        permute(world, n, other);
        uint32_t nb = encode(comps, canon, other, n, b, moves);
        assert_int_equal(na, nb);
        different += memcmp(a, b, na * sizeof *a) != 0;
        assert_int_equal(na, canon_order(canon, a, na, again, moves)); /* a canonical form is its own */
        if (memcmp(a, b, na * sizeof *a) == 0) assert_memory_equal(a, again, na * sizeof *a);
    }
    canon_free(canon);
    comps_free(comps);
    assert_int_equal(different, 0);
}

static void test_permuted_worlds_are_one(void **state) {
    (void)state;
    seed = 1;
    check_permutations(4, 20000);
}

static void test_alike_tasks_are_one(void **state) {
    (void)state;
    seed = 2;
    check_permutations(1, 20000);
}

static void test_garbage_goes(void **state) {
    (void)state;
    Comps *comps = comps_new(&program, NFIXED);
    Canon *canon = canon_new(comps, &program, false);
    Content world[6] = {{.words = {COMP_GLOBAL | 1 << 8, slot_handle(4), 0}, .n = 3}, {.words = {COMP_SCOPE, 1}, .n = 2}};
    world[2] = world[3] = world[4] = (Content){.words = {COMP_SCOPE, 1}, .n = 2};
    world[5] = (Content){.words = {COMP_SCOPE, 1, slot_handle(2)}, .n = 3};
    uint32_t out[6], moves[6];
    assert_int_equal(encode(comps, canon, world, 6, out, moves), 3);
    assert_int_equal(moves[4], 2);
    assert_int_equal(moves[2], NO_SLOT);
    assert_int_equal(moves[5], NO_SLOT);
    assert_int_equal(comps_at(comps, out[0])->words[1], slot_handle(2));
    canon_free(canon);
    comps_free(comps);
}

static void test_slots_number_contents_densely(void **state) {
    (void)state;
    Comps *comps = comps_new(&program, NFIXED);
    for (uint32_t i = 0; i < 1000; i++) {
        Word words[2] = {COMP_DEAD, i};
        uint32_t content = comps_intern(comps, words, 2), slot = i % 7;
        assert_int_equal(content, i);
        assert_int_equal(comps_intern(comps, words, 2), i);
        assert_int_equal(comps_local(comps, slot, content), i / 7);
        assert_int_equal(comps_local(comps, slot, content), i / 7);
        assert_int_equal(comps_entry(comps, slot, i / 7)->content, content);
    }
    assert_int_equal(comps_width(comps, 0), 8);
    assert_int_equal(comps_width(comps, 99), 0);
    comps_free(comps);
}

static void test_memo_finds_what_was_added(void **state) {
    (void)state;
    Memo memo;
    memo_init(&memo);
    memo_reach(&memo, 1);
    seed = 3;
    for (uint32_t i = 0; i < 5000; i++) { /* the path depends on what is seen: slot 1 says which slot comes next */
        uint32_t ids[4] = {below(3), below(300), below(20), below(100000)};
        uint32_t path[3] = {1, 2 + ids[1] % 2, MEMO_LENGTH}, npath = ids[1] % 3 ? 2 : 3;
        uint32_t ref = memo_find(&memo, 0, ids[0], ids, 4);
        uint32_t leaf = (ids[0] * 300 + ids[1]) * 100 + ids[path[1]] % 100;
        if (ref == MEMO_NONE) memo_add(&memo, 0, ids[0], path, npath, ids, 4, leaf);
        ref = memo_find(&memo, 0, ids[0], ids, 4);
        assert_true(ref & MEMO_LEAF);
        if (path[1] == 2) assert_int_equal(ref & ~MEMO_LEAF, leaf);
    }
    memo_fini(&memo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_number_contents_densely), cmocka_unit_test(test_memo_finds_what_was_added),
        cmocka_unit_test(test_garbage_goes), cmocka_unit_test(test_permuted_worlds_are_one), cmocka_unit_test(test_alike_tasks_are_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "ltl/containment.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An edge of the product: pairs are numbered state * negation states + other state. */
typedef struct Step {
    uint32_t state, other; /* where it leads */
    Marks marks;
} Step;

typedef struct Frame {
    uint32_t pair, member, step; /* member: the state of the class whose steps are followed */
    Marks by;                    /* the step that led here */
} Frame;

typedef struct Merging {
    const Automaton *automaton, *negation;
    VEC(Step) steps;
    uint32_t *first;  /* pair -> its first step; one more at the end */
    uint32_t *leader; /* state -> the state that stands for its class */
    uint32_t *next;   /* state -> the next of its class, in a ring */
    Marks *marks;     /* leader -> of a state-based automaton: the mark of the class */
    Marks all;        /* marks of both automata */
    uint64_t effort;
    /* of one search: */
    uint32_t *number, *low; /* pair; 0 is unseen */
    Marks *seen_marks;      /* pair -> of its component so far, while it is a root */
    VEC(Frame) path;
    VEC(uint32_t) open;
    uint32_t count;
} Merging;

static void *array(size_t count, size_t size) {
    void *data = calloc(count ? count : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static void make_steps(Merging *m) {
    const Automaton *a = m->automaton, *b = m->negation;
    for (uint32_t s = 0; s < a->nstates; s++)
        for (uint32_t o = 0; o < b->nstates; o++) {
            m->first[s * b->nstates + o] = m->steps.n;
            for (const Edge *e = automaton_begin(a, s); e < automaton_end(a, s); e++)
                for (const Edge *f = automaton_begin(b, o); f < automaton_end(b, o); f++)
                    if (bdd_meets(a->bdds, e->label, f->label))
                        vec_push(&m->steps, (Step){e->to, f->to, e->marks | f->marks << a->nsets});
        }
    m->first[a->nstates * b->nstates] = m->steps.n;
}

/* ---- is the product empty? Tarjan's search over classes of pairs */

static void enter(Merging *m, uint32_t pair, Marks by) {
    m->number[pair] = m->low[pair] = ++m->count;
    m->seen_marks[pair] = 0;
    uint32_t other = pair % m->negation->nstates, state = pair / m->negation->nstates;
    vec_push(&m->path, (Frame){pair, state, m->first[state * m->negation->nstates + other], by});
    vec_push(&m->open, pair);
}

/* The pair is done. True when its component accepts. */
static bool leave(Merging *m) {
    Frame frame = vec_pop(&m->path);
    uint32_t pair = frame.pair;
    if (m->low[pair] == m->number[pair]) {
        if (m->seen_marks[pair] == (m->all | UINT64_C(1) << 63)) return true;
        uint32_t member;
        do {
            member = vec_pop(&m->open);
            m->low[member] = UINT32_MAX;
        } while (member != pair);
        return false;
    }
    uint32_t parent = vec_last(&m->path).pair;
    if (m->low[pair] < m->low[parent]) m->low[parent] = m->low[pair];
    m->seen_marks[parent] |= m->seen_marks[pair] | frame.by | UINT64_C(1) << 63;
    return false;
}

/* Follows the next step of the pair on top; false when it has none left. */
static bool follow(Merging *m) {
    Frame *frame = &vec_last(&m->path);
    uint32_t n = m->negation->nstates, other = frame->pair % n, leader = frame->pair / n;
    while (frame->step == m->first[frame->member * n + other + 1]) {
        frame->member = m->next[frame->member];
        if (frame->member == leader) return false;
        frame->step = m->first[frame->member * n + other];
    }
    Step step = m->steps.data[frame->step++];
    uint32_t pair = m->leader[step.state] * n + step.other, from = frame->pair;
    Marks marks = step.marks | m->marks[leader];
    m->effort = m->effort > 0 ? m->effort - 1 : 0;
    if (m->number[pair] == 0) {
        enter(m, pair, marks);
    } else if (m->low[pair] != UINT32_MAX) { /* in a component that is still open: this step closes a cycle in it */
        if (m->number[pair] < m->low[from]) m->low[from] = m->number[pair];
        m->seen_marks[from] |= marks | UINT64_C(1) << 63;
    }
    return true;
}

static bool is_empty(Merging *m) {
    uint32_t n = m->negation->nstates;
    memset(m->number, 0, (size_t)m->automaton->nstates * n * sizeof *m->number);
    vec_clear(&m->path);
    vec_clear(&m->open);
    m->count = 0;
    enter(m, m->leader[m->automaton->initial] * n + m->negation->initial, 0);
    while (m->path.n > 0)
        if (!follow(m) && leave(m)) return false;
    return true;
}

/* ---- merging */

/* Makes one class of those of p and q, led by p; done a second time it parts them. */
static void link_classes(Merging *m, uint32_t p, uint32_t q) {
    uint32_t swap = m->next[p];
    m->next[p] = m->next[q];
    m->next[q] = swap;
}

static bool try_merge(Merging *m, uint32_t p, uint32_t q) {
    Marks before = m->marks[p];
    link_classes(m, p, q);
    for (uint32_t s = m->next[p]; s != p; s = m->next[s]) m->leader[s] = p;
    m->marks[p] |= m->marks[q];
    if (is_empty(m)) return true;
    link_classes(m, p, q);
    m->marks[p] = before;
    m->leader[q] = q;
    for (uint32_t s = m->next[q]; s != q; s = m->next[s]) m->leader[s] = q;
    return false;
}

static Automaton *quotient(const Merging *m) {
    const Automaton *a = m->automaton;
    Automaton *result = automaton_new(a->bdds, a->nstates, a->nsets);
    result->is_state_based = a->is_state_based;
    result->initial = m->leader[a->initial];
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        uint32_t from = m->leader[e->from];
        automaton_add_edge(result, from, e->label, e->marks | m->marks[from], m->leader[e->to]);
    }
    automaton_trim(result);
    return result;
}

static void merging_init(Merging *m, const Automaton *automaton, const Automaton *negation, uint64_t effort) {
    size_t n = automaton->nstates, pairs = n * negation->nstates;
    *m = (Merging){.automaton = automaton, .negation = negation, .effort = effort};
    uint32_t nsets = automaton->nsets + negation->nsets;
    m->all = (UINT64_C(1) << nsets) - 1;
    m->first = array(pairs + 1, sizeof *m->first);
    m->leader = array(n, sizeof *m->leader);
    m->next = array(n, sizeof *m->next);
    m->marks = array(n, sizeof *m->marks);
    m->number = array(pairs, sizeof *m->number);
    m->low = array(pairs, sizeof *m->low);
    m->seen_marks = array(pairs, sizeof *m->seen_marks);
    for (uint32_t s = 0; s < n; s++) {
        m->leader[s] = m->next[s] = s;
        if (automaton->is_state_based) m->marks[s] = automaton_accepts_at(automaton, s);
    }
    make_steps(m);
}

static void merging_fini(Merging *m) {
    vec_fini(&m->steps);
    vec_fini(&m->path);
    vec_fini(&m->open);
    free(m->first);
    free(m->leader);
    free(m->next);
    free(m->marks);
    free(m->number);
    free(m->low);
    free(m->seen_marks);
}

Automaton *containment_merge(const Automaton *automaton, const Automaton *negation, uint64_t effort) {
    uint64_t product = (uint64_t)automaton->edges.n * negation->edges.n;
    if (automaton->nsets + negation->nsets >= AUTOMATON_SETS - 1 || product > effort) return automaton_copy(automaton);
    Merging m;
    merging_init(&m, automaton, negation, effort);
    for (uint32_t p = 0; p < automaton->nstates; p++)
        for (uint32_t q = p + 1; q < automaton->nstates && m.effort > 0; q++)
            if (m.leader[p] == p && m.leader[q] == q) try_merge(&m, p, q);
    Automaton *result = quotient(&m);
    merging_fini(&m);
    return result;
}

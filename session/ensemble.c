#include "session/ensemble.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

typedef struct Channel { uint32_t object, at, capacity; bool is_bounded_here; } Channel; /* at: of its words in a configuration */

/* Words of a channel: flags, owned senders, owned receivers, how many items, their labels. */
enum { CHANNEL_FLAGS, CHANNEL_SENDERS, CHANNEL_RECEIVERS, CHANNEL_LENGTH, CHANNEL_ITEMS };
enum { FLAG_CLOSED = 1, FLAG_HAS_SENDERS = 2, FLAG_HAS_RECEIVERS = 4 };
enum { ABSENT = UINT32_MAX };

typedef struct Arc { uint32_t from, to; EnsembleStep step; } Arc;

typedef struct Explore {
    const WalkProgram *walks;
    uint32_t width, n;       /* words of a configuration; configurations */
    Channel *channels;
    uint32_t nchannels;
    uint32_t *channel_of;    /* per object, UINT32_MAX: none */
    VEC(uint32_t) words;
    VEC(Arc) arcs;           /* by source */
    VEC(uint32_t) first, found; /* found: the arc through which a configuration was found first */
    uint32_t *table, mask;
    uint32_t *next;          /* the configuration being made */
    bool overflows;          /* a channel without a bound of its own was full */
} Explore;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- configurations */

static void lay_out(Explore *explore, EnsembleOptions options) {
    const WalkProgram *walks = explore->walks;
    explore->width = walks->ntasks;
    explore->channels = allocate(walks->nobjects, sizeof *explore->channels);
    explore->channel_of = allocate(walks->nobjects, sizeof *explore->channel_of);
    for (uint32_t i = 0; i < walks->nobjects; i++) {
        const WalkObject *object = &walks->objects[i];
        explore->channel_of[i] = UINT32_MAX;
        if (walks->program->sites[object->site].kind != OBJECT_CHANNEL) continue;
        bool own = object->is_known && object->capacity != UINT32_MAX && object->capacity <= 64;
        Channel channel = {i, explore->width, own ? object->capacity : options.bound, !own};
        explore->channel_of[i] = explore->nchannels;
        explore->channels[explore->nchannels++] = channel;
        explore->width += CHANNEL_ITEMS + channel.capacity;
    }
    explore->next = allocate(explore->width, sizeof *explore->next);
}

static const uint32_t *config_at(const Explore *explore, uint32_t i) { return explore->words.data + (size_t)i * explore->width; }

static uint32_t *place_of(const Explore *explore, const uint32_t *words) {
    uint32_t at = (uint32_t)hash_bytes(words, sizeof *words * explore->width) & explore->mask;
    while (explore->table[at] && memcmp(config_at(explore, explore->table[at] - 1), words, sizeof *words * explore->width) != 0) at = (at + 1) & explore->mask;
    return &explore->table[at];
}

static void grow(Explore *explore) {
    free(explore->table);
    explore->mask = explore->mask ? explore->mask * 2 + 1 : 4095;
    explore->table = allocate((size_t)explore->mask + 1, sizeof *explore->table);
    for (uint32_t i = 0; i < explore->n; i++) *place_of(explore, config_at(explore, i)) = i + 1;
}

static uint32_t config_of(Explore *explore, uint32_t arc) {
    if (!explore->mask || explore->n * 2 > explore->mask) grow(explore);
    uint32_t *place = place_of(explore, explore->next);
    if (*place) return *place - 1;
    for (uint32_t i = 0; i < explore->width; i++) vec_push(&explore->words, explore->next[i]);
    vec_push(&explore->found, arc);
    *place = ++explore->n;
    return explore->n - 1;
}

/* ---- steps */

static const WalkNode *node_of(const Explore *explore, const uint32_t *words, uint32_t task) {
    return words[task] == ABSENT ? NULL : &explore->walks->tasks[task].nodes[words[task]];
}

static bool is_closed(const uint32_t *channel) {
    return (channel[CHANNEL_FLAGS] & FLAG_CLOSED) || ((channel[CHANNEL_FLAGS] & FLAG_HAS_SENDERS) && channel[CHANNEL_SENDERS] == 0);
}
static bool is_deaf(const uint32_t *channel) { return (channel[CHANNEL_FLAGS] & FLAG_HAS_RECEIVERS) && channel[CHANNEL_RECEIVERS] == 0; }

static void begin(Explore *explore, uint32_t from) { memcpy(explore->next, config_at(explore, from), sizeof *explore->next * explore->width); }

static void finish(Explore *explore, uint32_t from, EnsembleStep step) {
    const WalkProgram *walks = explore->walks;
    explore->next[step.task] = walks->tasks[step.task].edges[step.edge].to;
    if (step.partner != UINT32_MAX) explore->next[step.partner] = walks->tasks[step.partner].edges[step.partner_edge].to;
    uint32_t to = config_of(explore, explore->arcs.n);
    vec_push(&explore->arcs, (Arc){from, to, step});
}

/* A send and a reception that meet: one of the two must have waited. */
static void meet(Explore *explore, uint32_t from, uint32_t task, uint32_t index) {
    const WalkProgram *walks = explore->walks;
    const WalkEdge *send = &walks->tasks[task].edges[index];
    bool waits = node_of(explore, config_at(explore, from), task)->waits;
    for (uint32_t other = 0; other < walks->ntasks; other++) {
        const WalkNode *node = node_of(explore, config_at(explore, from), other);
        if (other == task || !node || (!waits && !node->waits)) continue;
        uint32_t at = config_at(explore, from)[other];
        const WalkTask *partner = &walks->tasks[other];
        for (uint32_t e = partner->first[at]; e < partner->first[at + 1]; e++) {
            const WalkEdge *reception = &partner->edges[e];
            if (reception->action != WALK_RECV || reception->object != send->object || reception->label != send->label) continue;
            begin(explore, from);
            finish(explore, from, (EnsembleStep){task, index, other, e});
        }
    }
}

static void send(Explore *explore, uint32_t from, uint32_t task, uint32_t index, const Channel *channel, uint32_t label) {
    const uint32_t *words = config_at(explore, from) + channel->at;
    if (is_closed(words) || is_deaf(words)) return;
    if (channel->capacity == 0) {
        meet(explore, from, task, index);
    } else if (words[CHANNEL_LENGTH] < channel->capacity) {
        begin(explore, from);
        uint32_t *next = explore->next + channel->at;
        next[CHANNEL_ITEMS + next[CHANNEL_LENGTH]++] = label + 1;
        finish(explore, from, (EnsembleStep){task, index, UINT32_MAX, 0});
    } else if (channel->is_bounded_here) {
        explore->overflows = true;
    }
}

static void receive(Explore *explore, uint32_t from, uint32_t task, uint32_t index, const Channel *channel, uint32_t label) {
    const uint32_t *words = config_at(explore, from) + channel->at;
    if (!words[CHANNEL_LENGTH] || words[CHANNEL_ITEMS] != label + 1) return;
    begin(explore, from);
    uint32_t *next = explore->next + channel->at, n = --next[CHANNEL_LENGTH];
    memmove(next + CHANNEL_ITEMS, next + CHANNEL_ITEMS + 1, sizeof *next * n);
    next[CHANNEL_ITEMS + n] = 0;
    finish(explore, from, (EnsembleStep){task, index, UINT32_MAX, 0});
}

static void count_end(uint32_t *channel, WalkAction action) {
    bool is_sender = action == WALK_NEW_SENDER || action == WALK_DROP_SENDER;
    uint32_t *count = &channel[is_sender ? CHANNEL_SENDERS : CHANNEL_RECEIVERS];
    if (action == WALK_NEW_SENDER || action == WALK_NEW_RECEIVER) {
        channel[CHANNEL_FLAGS] |= is_sender ? FLAG_HAS_SENDERS : FLAG_HAS_RECEIVERS;
        ++*count;
    } else if (*count) {
        --*count;
    }
    if (!is_deaf(channel)) return;
    memset(channel + CHANNEL_ITEMS, 0, sizeof *channel * channel[CHANNEL_LENGTH]);
    channel[CHANNEL_LENGTH] = 0;
}

static bool all_ended(const Explore *explore, const uint32_t *words, uint32_t scope) {
    for (uint32_t t = 0; t < explore->walks->ntasks; t++) {
        const WalkNode *node = node_of(explore, words, t);
        if (explore->walks->tasks[t].scope == scope && node && !node->has_ended) return false;
    }
    return true;
}

/* Anything but an exchange of an item: what it needs, and what it changes. */
static bool may_go(const Explore *explore, const uint32_t *words, const WalkEdge *edge, const uint32_t *channel) {
    switch (edge->action) {
    case WALK_SEND_FAILS: return is_closed(channel) || is_deaf(channel);
    case WALK_RECV_OVER: return is_closed(channel) && !channel[CHANNEL_LENGTH];
    case WALK_JOIN: return node_of(explore, words, edge->object) && node_of(explore, words, edge->object)->has_ended;
    case WALK_JOIN_ALL: return all_ended(explore, words, edge->object);
    default: return true;
    }
}

static void change(Explore *explore, const WalkEdge *edge, uint32_t *channel) {
    if (edge->action == WALK_SPAWN) explore->next[edge->object] = 0;
    else if (edge->action == WALK_CLOSE) channel[CHANNEL_FLAGS] |= FLAG_CLOSED;
    else if (edge->action >= WALK_NEW_SENDER) count_end(channel, edge->action);
}

static bool is_of_channel(WalkAction action) {
    return action != WALK_SILENT && action != WALK_SPAWN && action != WALK_JOIN && action != WALK_JOIN_ALL;
}

static void step(Explore *explore, uint32_t from, uint32_t task, uint32_t index) {
    const WalkEdge *edge = &explore->walks->tasks[task].edges[index];
    const Channel *channel = is_of_channel(edge->action) ? &explore->channels[explore->channel_of[edge->object]] : NULL;
    if (edge->action == WALK_SEND) {
        send(explore, from, task, index, channel, edge->label);
    } else if (edge->action == WALK_RECV) {
        if (channel->capacity) receive(explore, from, task, index, channel, edge->label);
    } else {
        const uint32_t *words = config_at(explore, from);
        if (!may_go(explore, words, edge, channel ? words + channel->at : NULL)) return;
        begin(explore, from);
        change(explore, edge, channel ? explore->next + channel->at : NULL);
        finish(explore, from, (EnsembleStep){task, index, UINT32_MAX, 0});
    }
}

static void expand(Explore *explore, uint32_t from) {
    vec_push(&explore->first, explore->arcs.n);
    for (uint32_t t = 0; t < explore->walks->ntasks; t++) {
        uint32_t at = config_at(explore, from)[t];
        if (at == ABSENT) continue;
        const WalkTask *task = &explore->walks->tasks[t];
        for (uint32_t e = task->first[at]; e < task->first[at + 1]; e++) step(explore, from, t, e);
    }
}

static bool run_all(Explore *explore, uint32_t max) {
    for (uint32_t t = 0; t < explore->walks->ntasks; t++) explore->next[t] = t ? ABSENT : 0;
    (void)config_of(explore, UINT32_MAX);
    uint32_t i = 0;
    for (; i < explore->n && explore->n <= max; i++) expand(explore, i);
    vec_push(&explore->first, explore->arcs.n);
    return i == explore->n;
}

/* ---- what can no longer be mended */

typedef struct Backwards { uint32_t *first, *order; bool *reached; uint32_t *stack, n; } Backwards;

static void goal(Backwards *back, uint32_t config) {
    if (back->reached[config]) return;
    back->reached[config] = true;
    back->stack[back->n++] = config;
}

static void reach(Backwards *back, const Explore *explore) {
    while (back->n) {
        uint32_t to = back->stack[--back->n];
        for (uint32_t i = back->first[to]; i < back->first[to + 1]; i++) goal(back, explore->arcs.data[back->order[i]].from);
    }
}

static Backwards backwards_of(const Explore *explore) {
    Backwards back = {allocate(explore->n + 2u, sizeof(uint32_t)), allocate(explore->arcs.n, sizeof(uint32_t)), allocate(explore->n, sizeof(bool)),
        allocate(explore->n, sizeof(uint32_t)), 0};
    for (uint32_t a = 0; a < explore->arcs.n; a++) back.first[explore->arcs.data[a].to + 2]++;
    for (uint32_t i = 2; i < explore->n + 2; i++) back.first[i] += back.first[i - 1];
    for (uint32_t a = 0; a < explore->arcs.n; a++) back.order[back.first[explore->arcs.data[a].to + 1]++] = a;
    return back;
}

static void backwards_fini(Backwards *back) {
    free(back->first);
    free(back->order);
    free(back->reached);
    free(back->stack);
}

/* What comes after a violation, or is cut, says nothing. */
static bool is_open(const Explore *explore, uint32_t config) {
    for (uint32_t t = 0; t < explore->walks->ntasks; t++) {
        const WalkNode *node = node_of(explore, config_at(explore, config), t);
        if (node && (node->is_violated || node->is_cut)) return true;
    }
    return false;
}

typedef struct Fault { EnsembleFault kind; uint32_t task, object, config; } Fault;

static void look_for_task(const Explore *explore, Backwards *back, uint32_t task, Fault *fault) {
    memset(back->reached, 0, sizeof *back->reached * explore->n);
    for (uint32_t a = 0; a < explore->arcs.n; a++) {
        const Arc *arc = &explore->arcs.data[a];
        if (arc->step.task == task || arc->step.partner == task) goal(back, arc->from);
    }
    for (uint32_t c = 0; c < explore->n; c++)
        if (is_open(explore, c)) goal(back, c);
    reach(back, explore);
    for (uint32_t c = 0; c < explore->n && c < fault->config; c++) {
        const WalkNode *node = node_of(explore, config_at(explore, c), task);
        if (back->reached[c] || !node || node->has_ended || (explore->walks->tasks[task].is_daemon && node->may_stay)) continue;
        *fault = (Fault){ENSEMBLE_WAITING, task, 0, c};
    }
}

static void look_for_item(const Explore *explore, Backwards *back, const Channel *channel, Fault *fault) {
    memset(back->reached, 0, sizeof *back->reached * explore->n);
    for (uint32_t c = 0; c < explore->n; c++)
        if (config_at(explore, c)[channel->at + CHANNEL_LENGTH] == 0 || is_open(explore, c)) goal(back, c);
    for (uint32_t a = 0; a < explore->arcs.n; a++) {
        const Arc *arc = &explore->arcs.data[a];
        const WalkEdge *edge = &explore->walks->tasks[arc->step.task].edges[arc->step.edge];
        if (edge->action == WALK_RECV && edge->object == channel->object) goal(back, arc->from);
    }
    reach(back, explore);
    for (uint32_t c = 0; c < explore->n && c < fault->config; c++)
        if (!back->reached[c]) *fault = (Fault){ENSEMBLE_UNREAD, 0, channel->object, c};
}

/* A task that waits for ever goes before an item that nobody takes. */
static Fault find_fault(const Explore *explore) {
    Fault fault = {.config = UINT32_MAX};
    Backwards back = backwards_of(explore);
    for (uint32_t t = 0; t < explore->walks->ntasks; t++) look_for_task(explore, &back, t, &fault);
    for (uint32_t i = 0; i < explore->nchannels && fault.kind == ENSEMBLE_NONE; i++) look_for_item(explore, &back, &explore->channels[i], &fault);
    backwards_fini(&back);
    return fault;
}

/* ---- */

/* On from the configuration at fault to a nearest one where nothing moves at all, if there is one: what is stuck shows better there. */
static uint32_t end_of(const Explore *explore, uint32_t from, uint32_t *via) {
    VEC(uint32_t) queue = {0};
    uint32_t end = from;
    memset(via, 0xff, sizeof *via * explore->n);
    vec_push(&queue, from);
    for (uint32_t i = 0; i < queue.n && end == from; i++) {
        uint32_t at = queue.data[i];
        if (explore->first.data[at] == explore->first.data[at + 1]) end = at;
        for (uint32_t a = explore->first.data[at]; a < explore->first.data[at + 1]; a++) {
            uint32_t to = explore->arcs.data[a].to;
            if (to == from || via[to] != UINT32_MAX) continue;
            via[to] = a;
            vec_push(&queue, to);
        }
    }
    vec_fini(&queue);
    return end;
}

static uint32_t length_to(const Explore *explore, uint32_t config, const uint32_t *via) {
    uint32_t n = 0;
    for (uint32_t at = config; via[at] != UINT32_MAX; at = explore->arcs.data[via[at]].from) n++;
    return n;
}

static void tell(const Explore *explore, const Fault *fault, Ensemble *ensemble) {
    uint32_t *via = allocate(explore->n, sizeof *via), end = end_of(explore, fault->config, via);
    uint32_t before = length_to(explore, fault->config, explore->found.data), after = length_to(explore, end, via);
    ensemble->verdict = ENSEMBLE_UNSAFE;
    ensemble->fault = fault->kind;
    ensemble->task = fault->task;
    ensemble->object = fault->object;
    ensemble->nrun = before + after;
    ensemble->run = allocate(ensemble->nrun, sizeof *ensemble->run);
    for (uint32_t at = end, i = before + after; via[at] != UINT32_MAX; at = explore->arcs.data[via[at]].from) ensemble->run[--i] = explore->arcs.data[via[at]].step;
    for (uint32_t at = fault->config, i = before; explore->found.data[at] != UINT32_MAX; at = explore->arcs.data[explore->found.data[at]].from)
        ensemble->run[--i] = explore->arcs.data[explore->found.data[at]].step;
    ensemble->nodes = allocate(explore->walks->ntasks, sizeof *ensemble->nodes);
    memcpy(ensemble->nodes, config_at(explore, end), sizeof *ensemble->nodes * explore->walks->ntasks);
    free(via);
}

/* What cannot be explored as it is. */
static const char *obstacle(const WalkProgram *walks) {
    for (uint32_t t = 0; t < walks->ntasks; t++)
        if (walks->tasks[t].is_many) return "a task is spawned again and again";
    for (uint32_t i = 0; i < walks->nobjects; i++)
        if (walks->objects[i].is_many && walks->program->sites[walks->objects[i].site].kind == OBJECT_CHANNEL) return "a channel is made again and again";
    return NULL;
}

static void note_taken(const Explore *explore, Ensemble *ensemble) {
    ensemble->ntaken = explore->walks->ntasks;
    ensemble->taken = allocate(ensemble->ntaken, sizeof *ensemble->taken);
    for (uint32_t t = 0; t < ensemble->ntaken; t++) ensemble->taken[t] = allocate(explore->walks->tasks[t].nedges, sizeof **ensemble->taken);
    for (uint32_t a = 0; a < explore->arcs.n; a++) {
        const EnsembleStep *step = &explore->arcs.data[a].step;
        ensemble->taken[step->task][step->edge] = true;
        if (step->partner != UINT32_MAX) ensemble->taken[step->partner][step->partner_edge] = true;
    }
}

static void explore_all(const WalkProgram *walks, EnsembleOptions options, Ensemble *ensemble) {
    Explore explore = {.walks = walks};
    lay_out(&explore, options);
    bool complete = run_all(&explore, options.max_configurations);
    ensemble->configurations = explore.n;
    ensemble->verdict = ENSEMBLE_UNKNOWN;
    if (!complete) {
        ensemble->why = "too many configurations";
    } else if (explore.overflows) {
        ensemble->why = "a channel without a bound grows past the bound tried";
    } else {
        note_taken(&explore, ensemble);
        Fault fault = find_fault(&explore);
        if (fault.kind != ENSEMBLE_NONE) tell(&explore, &fault, ensemble);
        else ensemble->verdict = ENSEMBLE_SAFE;
        for (uint32_t c = 0; c < explore.n && ensemble->verdict == ENSEMBLE_SAFE; c++)
            for (uint32_t t = 0; t < walks->ntasks; t++) {
                const WalkNode *node = node_of(&explore, config_at(&explore, c), t);
                if (!node || !node->is_violated) continue;
                ensemble->verdict = ENSEMBLE_UNKNOWN;
                ensemble->why = "a task may go wrong on the way";
            }
    }
    vec_fini(&explore.words);
    vec_fini(&explore.arcs);
    vec_fini(&explore.first);
    vec_fini(&explore.found);
    free(explore.table);
    free(explore.channels);
    free(explore.channel_of);
    free(explore.next);
}

Ensemble ensemble_check(const WalkProgram *walks, EnsembleOptions options) {
    Ensemble ensemble = {.verdict = ENSEMBLE_UNKNOWN, .why = obstacle(walks)};
    if (!ensemble.why) explore_all(walks, options, &ensemble);
    return ensemble;
}

void ensemble_fini(Ensemble *ensemble) {
    for (uint32_t t = 0; t < ensemble->ntaken; t++) free(ensemble->taken[t]);
    free(ensemble->taken);
    free(ensemble->run);
    free(ensemble->nodes);
    *ensemble = (Ensemble){0};
}

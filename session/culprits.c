#include "session/culprits.h"

#include "session/backwards.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a configuration is */

static bool is_done(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    return machine->is_final[words[role]] || machine->first[words[role]] == machine->first[words[role] + 1];
}

static bool only_receives(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    for (uint32_t e = machine->first[words[role]]; e < machine->first[words[role] + 1]; e++)
        if (machine->edges[e].is_send) return false;
    return machine->first[words[role]] < machine->first[words[role] + 1];
}

static bool is_known(const Cfsm *machine, uint32_t state, uint32_t peer, Name message) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (!machine->edges[e].is_send && machine->edges[e].peer == peer && machine->edges[e].message == message) return true;
    return false;
}

static bool is_jammed(const Configs *configs, const uint32_t *words, uint32_t role) {
    const Cfsm *machine = configs_machine(configs, role);
    if (!only_receives(configs, words, role)) return false;
    for (uint32_t e = machine->first[words[role]]; e < machine->first[words[role] + 1]; e++) {
        uint32_t peer = machine->edges[e].peer, queue = configs_queue(configs, peer, role);
        if (!configs_length(configs, words, queue) || is_known(machine, words[role], peer, configs_head(configs, words, queue))) return false;
    }
    return true;
}

static void look_at(const Configs *configs, uint32_t config, Culprits *out) {
    const uint32_t *words = configs_at(configs, config);
    bool all_done = true, empty = true;
    for (uint32_t role = 0; role < configs->system->n; role++) {
        all_done &= is_done(configs, words, role);
        out->unspecified |= is_jammed(configs, words, role);
    }
    for (uint32_t queue = 0; queue < configs->nqueues; queue++) empty &= configs_length(configs, words, queue) == 0;
    bool moves = configs->first.data[config] < configs->first.data[config + 1];
    out->deadlock |= !moves && !all_done;
    out->orphan |= !moves && all_done && !empty;
}

/* ---- what never comes any more */

static void aim_at(Backwards *back, uint32_t role, uint32_t peer) {
    const Configs *configs = back->configs;
    backwards_clear(back);
    for (uint32_t e = 0; e < configs->edges.n; e++) {
        const ConfigEdge *edge = &configs->edges.data[e];
        const CfsmEdge *action = &configs_machine(configs, edge->role)->edges[edge->edge];
        if (edge->role == role && !action->is_send && (peer == role || action->peer == peer)) backwards_goal(back, edge->from);
    }
    backwards_reach(back, UINT32_MAX);
}

static bool may_be_stuck(Backwards *back, uint32_t role) {
    const Configs *configs = back->configs;
    aim_at(back, role, role);
    for (uint32_t c = 0; c < configs->n; c++)
        if (!back->reached[c] && only_receives(configs, configs_at(configs, c), role)) return true;
    return false;
}

typedef struct Unread { VEC(UnreadMessage) all; } Unread;

static void add_unread(Unread *unread, UnreadMessage message) {
    for (uint32_t i = 0; i < unread->all.n; i++) {
        const UnreadMessage *other = &unread->all.data[i];
        if (other->from == message.from && other->to == message.to && other->message == message.message) return;
    }
    vec_push(&unread->all, message);
}

static void find_unread(Backwards *back, uint32_t from, uint32_t to, Unread *unread) {
    const Configs *configs = back->configs;
    uint32_t queue = configs_queue(configs, from, to);
    if (queue == UINT32_MAX) return;
    aim_at(back, to, from);
    for (uint32_t c = 0; c < configs->n; c++) {
        const uint32_t *words = configs_at(configs, c);
        if (configs_length(configs, words, queue) && !back->reached[c]) add_unread(unread, (UnreadMessage){from, to, configs_head(configs, words, queue)});
    }
}

static void sort_by_text(const Names *names, UnreadMessage *messages, uint32_t n) {
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t k = i; k > 0; k--) {
            UnreadMessage *a = &messages[k - 1], *b = &messages[k], other = *a;
            if (a->from != b->from || a->to != b->to || strcmp(names_text(names, a->message), names_text(names, b->message)) <= 0) break;
            *a = *b;
            *b = other;
        }
}

Culprits culprits_find(const CfsmSystem *system, uint32_t k, uint32_t max_configurations) {
    Culprits out = {.stuck = calloc(system->n + 1u, sizeof *out.stuck)};
    Configs configs;
    Backwards back;
    Unread unread = {0};
    if (!out.stuck) fatal("out of memory");
    configs_explore(&configs, system, k, max_configurations);
    out.complete = configs.complete;
    if (out.complete) {
        backwards_init(&back, &configs);
        for (uint32_t c = 0; c < configs.n; c++) look_at(&configs, c, &out);
        for (uint32_t role = 0; role < system->n; role++) out.stuck[role] = may_be_stuck(&back, role);
        for (uint32_t from = 0; from < system->n; from++)
            for (uint32_t to = 0; to < system->n; to++) find_unread(&back, from, to, &unread);
        backwards_fini(&back);
    }
    configs_fini(&configs);
    sort_by_text(system->names, unread.all.data, unread.all.n);
    out.unread = unread.all.data;
    out.nunread = unread.all.n;
    return out;
}

void culprits_fini(Culprits *culprits) {
    free(culprits->stuck);
    free(culprits->unread);
    *culprits = (Culprits){0};
}

/* ---- */

static const char *role_text(const CfsmSystem *system, uint32_t role) { return names_text(system->names, system->roles[role]); }

void culprits_print(const CfsmSystem *system, const Culprits *culprits, FILE *out) {
    const char *gap = "";
    const struct { bool holds; const char *text; } kinds[] = {
        {culprits->deadlock, "deadlock"}, {culprits->orphan, "orphan"}, {culprits->unspecified, "unspecified-reception"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i].holds) continue;
        fprintf(out, "%s%s", gap, kinds[i].text);
        gap = "; ";
    }
    const char *lead = "stuck: ";
    for (uint32_t role = 0; role < system->n; role++) {
        if (!culprits->stuck[role]) continue;
        fprintf(out, "%s%s%s", lead[0] == 's' ? gap : "", lead, role_text(system, role));
        lead = ",";
        gap = "; ";
    }
    lead = "unread: ";
    for (uint32_t i = 0; i < culprits->nunread; i++) {
        const UnreadMessage *message = &culprits->unread[i];
        fprintf(out, "%s%s%s->%s:%s", lead[0] == 'u' ? gap : "", lead, role_text(system, message->from), role_text(system, message->to),
                names_text(system->names, message->message));
        lead = ",";
    }
}

/* The configurations of communicating machines with bounded queues, as an explicit graph. Internal to session/. */
#ifndef UNKNOT_SESSION_CONFIGS_H
#define UNKNOT_SESSION_CONFIGS_H

#include "session/cfsm.h"

#include "model/support/vec.h"

typedef struct ConfigEdge { uint32_t from, to, role, edge; } ConfigEdge;

typedef struct Configs {
    const CfsmSystem *system;
    uint32_t k;               /* capacity of each queue */
    uint32_t width;           /* words of a configuration: states, then lengths of queues, then k messages of each */
    uint32_t nqueues;
    uint32_t *queue_of;       /* [role * n + peer]: the queue from role to peer, UINT32_MAX when it is never used */
    VEC(uint32_t) words;
    VEC(ConfigEdge) edges;    /* by source */
    VEC(uint32_t) first;      /* [n + 1] */
    VEC(ConfigEdge) found;    /* through which edge it was found first; its `from` is UINT32_MAX for the initial one */
    uint32_t n;
    uint32_t longest;         /* queue */
    bool blocks;              /* some send had no room */
    bool complete;
    uint32_t *table, mask;
} Configs;

/* Explores all configurations with at most k messages a queue, breadth first, or until there are more than `max`. */
void configs_explore(Configs *configs, const CfsmSystem *system, uint32_t k, uint32_t max);
/* The reduced graph of the same (Lange, Yoshida, Algorithm 1): what machines can do is split by machine, receptions first, and each machine's
   share is explored alone, one after the other, before the configuration is looked at anew. */
void configs_reduce(Configs *configs, const CfsmSystem *system, uint32_t k, uint32_t max);
void configs_fini(Configs *configs);

static inline const uint32_t *configs_at(const Configs *configs, uint32_t i) { return configs->words.data + (size_t)i * configs->width; }
static inline uint32_t configs_queue(const Configs *configs, uint32_t role, uint32_t peer) { return configs->queue_of[role * configs->system->n + peer]; }
static inline uint32_t configs_length(const Configs *configs, const uint32_t *words, uint32_t queue) { return words[configs->system->n + queue]; }
/* The message that is next in a queue that is not empty. */
static inline Name configs_head(const Configs *configs, const uint32_t *words, uint32_t queue) {
    return words[configs->system->n + configs->nqueues + (size_t)queue * configs->k];
}
/* The edges of role's machine in this configuration. */
static inline const Cfsm *configs_machine(const Configs *configs, uint32_t role) { return &configs->system->machines[role]; }

#endif

#include "roles/role_links.h"

#include "model/support/fatal.h"
#include "roles/role_conditions.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const RoleLinks *links, Name name) { return names_text(links->protocols->names, name); }

/* ---- who is at the other end */

/* The role that a machine plays in this protocol; UINT32_MAX: it plays in another one. */
static uint32_t role_in(const RoleLinks *links, uint32_t machine) {
    const RoleMachine *other = &links->graph->machines[machine];
    const RoleUse *use = &links->graph->program->roles[other->use];
    if (strcmp(use->protocol, text_of(links, links->held->protocol->name)) != 0) return UINT32_MAX;
    return program_protocols_role(links->held, links->protocols->names, use, other->number);
}

static void add_mate(RoleLinks *links, uint32_t role) {
    if (role == UINT32_MAX || role == links->role) return;
    for (uint32_t i = 0; i < links->mates.n; i++)
        if (links->mates.data[i] == role) return;
    vec_push(&links->mates, role);
}

/* Those that send what this one receives, or the other way round; `label` NO_SLOT: anything there. True: somebody does, in this protocol or not. */
static bool find_traffic(RoleLinks *links, uint32_t channel, uint32_t label, bool is_send) {
    bool any = false;
    links->has_outsiders = false;
    vec_clear(&links->mates);
    for (uint32_t i = 0; i < links->graph->ntraffic; i++) {
        const RoleTraffic *traffic = &links->graph->traffic[i];
        if (traffic->channel != channel || traffic->is_send == is_send || (label != NO_SLOT && traffic->label != label)) continue;
        links->has_outsiders |= traffic->machine == links->machine; /* it may meet itself there */
        if (traffic->machine == links->machine) continue;
        any = true;
        uint32_t role = traffic->machine != NO_SLOT ? role_in(links, traffic->machine) : UINT32_MAX;
        links->has_outsiders |= role == UINT32_MAX;
        add_mate(links, role);
    }
    return any;
}

/* Those that stand before the channel to do the other half. */
static void find_waiting(RoleLinks *links, uint32_t channel, bool is_send) {
    vec_clear(&links->mates);
    for (uint32_t m = 0; m < links->graph->nmachines; m++)
        for (uint32_t i = 0; m != links->machine && i < links->graph->machines[m].nwaits; i++) {
            const RoleWait *wait = &links->graph->machines[m].waits[i];
            if (wait->channel == channel && wait->is_send != is_send) add_mate(links, role_in(links, m));
        }
}

/* ---- which message it is */

static bool is_between(const GlobalEdge *edge, uint32_t role, uint32_t peer, bool is_send) {
    return is_send ? edge->sender == role && edge->receiver == peer : edge->receiver == role && edge->sender == peer;
}

/* An item of a message type: the label and the types of its fields. */
static bool is_label(const RoleLinks *links, const ValueType *elem, uint32_t label, const char *message) {
    if (label >= elem->nlabels || !message_is_labelled(message, elem->labels[label].name)) return false;
    const ValueLabel *what = &elem->labels[label];
    const ValueType *types[64];
    for (uint32_t i = 0; i < what->nfields && i < 64; i++) types[i] = what->fields[i].type;
    return what->nfields <= 64 && message_carries(links->graph->program, message, types, what->nfields);
}

/* The item as the payload: one of its type, or its fields. */
static bool is_payload(const RoleLinks *links, const ValueType *elem, const char *message) {
    const ValueType *types[64] = {elem};
    if (message_carries(links->graph->program, message, types, 1)) return true;
    if (elem->kind != VALUE_STRUCT || elem->nfields > 64) return false;
    for (uint32_t i = 0; i < elem->nfields; i++) types[i] = elem->fields[i].type;
    return message_carries(links->graph->program, message, types, elem->nfields);
}

static bool is_named_so(const RoleLinks *links, const RoleChannel *channel, const char *message) {
    return channel->name[0] != '\0' && message_is_labelled(message, channel->name) &&
           (!message_has_payload(message) || is_payload(links, channel->elem, message));
}

/* Of an item that is no message: that of the channel's name, or the only one that carries it. 0: none. */
static Name plain_message(const RoleLinks *links, const RoleChannel *channel, uint32_t peer, bool is_send) {
    const GlobalAutomaton *global = links->held->global;
    Name carried = 0;
    bool several = false;
    for (uint32_t e = 0; e < global->nedges; e++) {
        const GlobalEdge *edge = &global->edges[e];
        if (!is_between(edge, links->role, peer, is_send)) continue;
        const char *message = text_of(links, edge->message);
        if (is_named_so(links, channel, message)) return edge->message;
        if (!is_payload(links, channel->elem, message)) continue;
        several |= carried != 0 && carried != edge->message;
        carried = edge->message;
    }
    return several ? 0 : carried;
}

/* The message of the protocol; `any_roles`: one that two other roles exchange will do. */
static Name labelled_message(const RoleLinks *links, const ValueType *elem, uint32_t label, uint32_t peer, bool is_send, bool any_roles) {
    const GlobalAutomaton *global = links->held->global;
    for (uint32_t e = 0; e < global->nedges; e++)
        if ((any_roles || is_between(&global->edges[e], links->role, peer, is_send)) &&
            is_label(links, elem, label, text_of(links, global->edges[e].message)))
            return global->edges[e].message;
    return 0;
}

static Name message_between(const RoleLinks *links, const RoleComm *comm, uint32_t peer) {
    const RoleChannel *channel = &links->graph->channels[comm->channel];
    return channel->elem->kind == VALUE_MESSAGE ? labelled_message(links, channel->elem, comm->label, peer, comm->is_send, false)
                                                : plain_message(links, channel, peer, comm->is_send);
}

/* One that the protocol does not have there: as it is shown. */
static Name foreign_message(RoleLinks *links, const RoleComm *comm, uint32_t peer) {
    const RoleChannel *channel = &links->graph->channels[comm->channel];
    const ValueType *elem = channel->elem;
    Arena arena;
    arena_init(&arena);
    const char *text = channel->name[0] ? arena_printf(&arena, "%s(%s)", channel->name, elem->name) : arena_printf(&arena, "(%s)", elem->name);
    Name name = 0;
    if (elem->kind == VALUE_MESSAGE && comm->label < elem->nlabels) {
        name = labelled_message(links, elem, comm->label, peer, comm->is_send, true);
        const ValueLabel *label = &elem->labels[comm->label];
        text = arena_strdup(&arena, label->name);
        for (uint32_t i = 0; i < label->nfields; i++) text = arena_printf(&arena, "%s%s%s", text, i ? ", " : "(", label->fields[i].type->name);
        if (label->nfields) text = arena_printf(&arena, "%s)", text);
    }
    if (name == 0) name = names_of(links->protocols->names, text);
    arena_fini(&arena);
    return name;
}

/* ---- communications */

/* The role has another channel with this one, in the same direction. */
static bool is_linked_elsewhere(const RoleLinks *links, uint32_t role, const RoleComm *comm) {
    for (uint32_t i = 0; i < links->graph->ntraffic; i++) {
        const RoleTraffic *own = &links->graph->traffic[i];
        if (own->machine != links->machine || own->is_send != comm->is_send || own->channel == comm->channel) continue;
        for (uint32_t k = 0; k < links->graph->ntraffic; k++) {
            const RoleTraffic *other = &links->graph->traffic[k];
            bool is_half = other->channel == own->channel && other->is_send != own->is_send && other->machine != NO_SLOT;
            if (is_half && role_in(links, other->machine) == role) return true;
        }
    }
    return false;
}

/* Nobody is seen at the other end: whom the protocol has there for such a message; rather one that has no other channel. */
static void find_by_message(RoleLinks *links, const RoleComm *comm) {
    for (int elsewhere = 0; elsewhere <= 1; elsewhere++) {
        vec_clear(&links->mates);
        for (uint32_t role = 0; role < links->held->protocol->nroles; role++)
            if (role != links->role && message_between(links, comm, role) != 0 && (elsewhere || !is_linked_elsewhere(links, role, comm))) add_mate(links, role);
        if (links->mates.n > 0) return;
    }
}

/* True: they are guessed. */
static bool find_mates(RoleLinks *links, const RoleComm *comm) {
    vec_clear(&links->mates);
    if (links->graph->channels[comm->channel].is_extern) return false;
    if (find_traffic(links, comm->channel, comm->label, comm->is_send)) return false;
    if (find_traffic(links, comm->channel, NO_SLOT, comm->is_send)) return false;
    find_waiting(links, comm->channel, comm->is_send);
    if (links->mates.n > 0) return false;
    find_by_message(links, comm);
    return true;
}

/* What is sent against its condition is another message, which the protocol does not have. */
static void judge_values(RoleLinks *links, uint32_t index, RoleAct *act) {
    const RoleComm *comm = &links->graph->comms[index];
    switch (role_condition(links->held->global, links->role, act->peer, act->message, links->graph->channels[comm->channel].elem, comm)) {
    case ROLE_CONDITION_HOLDS: return;
    case ROLE_CONDITION_OPEN: links->is_open = true; return;
    case ROLE_CONDITION_FAILS: break;
    }
    Arena arena;
    arena_init(&arena);
    const char *message = text_of(links, act->message);
    links->against[index] = true;
    act->message = names_of(links->protocols->names, arena_printf(&arena, "%.*s against its condition", (int)strcspn(message, "("), message));
    arena_fini(&arena);
}

static void link_comm(RoleLinks *links, uint32_t index) {
    const RoleComm *comm = &links->graph->comms[index];
    uint32_t before = links->acts.n;
    if (comm->is_closed) return;
    links->guessed[index] = find_mates(links, comm);
    bool may_stray = links->mates.n > 0 && links->has_outsiders && !links->guessed[index];
    for (uint32_t i = 0; i < links->mates.n; i++) {
        Name message = message_between(links, comm, links->mates.data[i]);
        may_stray |= message == 0 && links->mates.n > 1 && !links->guessed[index];
        if (message != 0) vec_push(&links->acts, (RoleAct){links->mates.data[i], message, comm->is_send});
    }
    links->may_stray |= may_stray;
    if (links->acts.n == before && links->mates.n > 0)
        vec_push(&links->acts, (RoleAct){links->mates.data[0], foreign_message(links, comm, links->mates.data[0]), comm->is_send});
    for (uint32_t i = before; i < links->acts.n && comm->is_send; i++) judge_values(links, index, &links->acts.data[i]);
    if ((links->acts.n <= before + 1 && !may_stray) || links->is_ambiguous || links->guessed[index]) return;
    links->is_ambiguous = true;
    links->ambiguous = comm->span;
}

void role_links_init(RoleLinks *links, const RoleGraph *graph, ProgramProtocols *protocols, uint32_t machine, const RoleMachine *own, const HeldProtocol *held,
                     uint32_t role) {
    *links = (RoleLinks){.graph = graph, .protocols = protocols, .machine = machine, .own = own, .held = held, .role = role};
    links->first = calloc(graph->ncomms + 2u, sizeof *links->first);
    links->guessed = calloc(graph->ncomms + 1u, sizeof *links->guessed);
    bool *used = calloc(graph->ncomms + 1u, sizeof *used);
    links->against = calloc(graph->ncomms + 1u, sizeof *links->against);
    if (links->first == NULL || links->guessed == NULL || links->against == NULL || used == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < own->nsteps; i++)
        if (own->steps[i].comm != NO_SLOT) used[own->steps[i].comm] = true;
    for (uint32_t i = 0; i < graph->ncomms; i++) {
        links->first[i] = links->acts.n;
        if (used[i]) link_comm(links, i);
    }
    links->first[graph->ncomms] = links->acts.n;
    free(used);
}

void role_links_fini(RoleLinks *links) {
    vec_fini(&links->mates);
    vec_fini(&links->acts);
    free(links->first);
    free(links->guessed);
    free(links->against);
}

static bool is_mate(const RoleLinks *links, uint32_t role) {
    for (uint32_t i = 0; i < links->mates.n; i++)
        if (links->mates.data[i] == role) return true;
    return false;
}

bool role_links_may_be(RoleLinks *links, uint32_t channel, uint32_t label, RoleAct act) {
    if (channel == NO_SLOT) return true;
    if (links->graph->channels[channel].is_extern) return false;
    if (find_traffic(links, channel, NO_SLOT, act.is_send) && !is_mate(links, act.peer)) return false;
    const ValueType *elem = links->graph->channels[channel].elem;
    RoleComm comm = {.channel = channel, .is_send = act.is_send};
    uint32_t from = label == NO_SLOT ? 0 : label, to = label == NO_SLOT ? elem->nlabels : label + 1;
    if (elem->kind != VALUE_MESSAGE) return message_between(links, &comm, act.peer) == act.message;
    for (comm.label = from; comm.label < to; comm.label++)
        if (message_between(links, &comm, act.peer) == act.message) return true;
    return false;
}

bool role_links_attempt(RoleLinks *links, uint32_t channel, uint32_t label, RoleAct *act) {
    if (channel == NO_SLOT || label == NO_SLOT) return false;
    RoleComm comm = {.channel = channel, .label = label, .is_send = true};
    if (find_mates(links, &comm) || links->mates.n != 1) return false;
    Name message = message_between(links, &comm, links->mates.data[0]);
    if (message == 0) message = foreign_message(links, &comm, links->mates.data[0]);
    *act = (RoleAct){links->mates.data[0], message, true};
    return true;
}

bool role_links_has(RoleLinks *links, uint32_t channel, bool is_send) {
    if (channel == NO_SLOT) return true;
    if (links->graph->channels[channel].is_extern) return false;
    if (find_traffic(links, channel, NO_SLOT, is_send)) return links->mates.n > 0;
    find_waiting(links, channel, is_send);
    return links->mates.n > 0;
}

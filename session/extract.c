#include "session/extract.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A set of nodes that are one state of the machine. */
typedef struct Group { uint32_t first, n; } Group;

typedef struct Making {
    const WalkTask *task;
    uint32_t number;      /* of the task */
    VEC(uint32_t) members;
    VEC(Group) groups;    /* states; those of intermediate sends have none (n = 0) */
    VEC(CfsmEdge) edges;
    VEC(bool) is_final;
} Making;

typedef struct Extracting {
    const WalkProgram *walks;
    Names *names;
    Extract *out;
    uint32_t *role_of;    /* per task: its role, UINT32_MAX: none */
    bool *has_one_sender; /* per object: it has one owned end to send by, and one task gives that up */
    uint32_t *nobody_of;  /* per object: the role of nobody who receives there, UINT32_MAX: none */
    VEC(Name) roles;
    VEC(uint32_t) tasks;
    uint32_t *mark, stamp; /* per node of the task at hand */
    VEC(uint32_t) stack;
    Making *making;
    uint32_t role;
} Extracting;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- names */

static void put_name(FILE *out, const char *text) {
    for (const char *at = text; *at; at++) {
        if (isalnum((unsigned char)*at) || *at == '_') fputc(*at, out);
        else if (*at != ')' && *at != ']') fputc('_', out);
    }
}

static Name finish_name(Names *names, FILE *out, char **text) {
    if (fclose(out) != 0) fatal("out of memory");
    Name name = names_of(names, *text);
    free(*text);
    return name;
}

static FILE *begin_name(char **text, size_t *size) {
    FILE *out = open_memstream(text, size);
    if (!out) fatal("out of memory");
    return out;
}

Name extract_task_name(const WalkProgram *walks, uint32_t task, Names *names) {
    const WalkTask *it = &walks->tasks[task];
    uint32_t alike = 0;
    for (uint32_t t = 0; t < walks->ntasks; t++) alike += strcmp(walks->tasks[t].machine->name, it->machine->name) == 0;
    if (alike == 1) return names_of(names, it->machine->name);
    char *text;
    size_t size;
    FILE *out = begin_name(&text, &size);
    fprintf(out, "%s_%u", it->machine->name, it->number);
    return finish_name(names, out, &text);
}

static const char *site_name(const WalkProgram *walks, uint32_t object) {
    const char *name = walks->program->sites[walks->objects[object].site].name;
    return name && *name ? name : "item";
}

Name extract_message(const WalkProgram *walks, uint32_t object, uint32_t label, Names *names) {
    const ValueType *elem = walks->program->sites[walks->objects[object].site].elem;
    char *text;
    size_t size;
    FILE *out = begin_name(&text, &size);
    if (elem->kind == VALUE_MESSAGE) {
        const ValueLabel *what = &elem->labels[label];
        fputs(what->name, out);
        for (uint32_t i = 0; i < what->nfields; i++) {
            fputs(i ? ", " : "(", out);
            put_name(out, what->fields[i].type->name);
        }
        if (what->nfields) fputc(')', out);
    } else {
        fprintf(out, "%s(", site_name(walks, object));
        put_name(out, elem->name);
        fputc(')', out);
    }
    return finish_name(names, out, &text);
}

static Name over_message(const Extracting *at, uint32_t object) {
    char *text;
    size_t size;
    FILE *out = begin_name(&text, &size);
    fprintf(out, "%s_over", site_name(at->walks, object));
    return finish_name(at->names, out, &text);
}

/* ---- roles */

static bool task_has(const WalkTask *task, WalkAction action, uint32_t object, uint32_t label) {
    for (uint32_t e = 0; e < task->nedges; e++)
        if (task->edges[e].action == action && task->edges[e].object == object && (label == NO_SLOT || task->edges[e].label == label)) return true;
    return false;
}

/* The task says that nothing more comes: it closes the channel, or gives up the only owned end to send by. */
static bool is_closing(const Extracting *at, const WalkEdge *edge) {
    return edge->action == WALK_CLOSE || (edge->action == WALK_DROP_SENDER && at->has_one_sender[edge->object]);
}

static bool may_close(const Extracting *at, uint32_t task, uint32_t object) {
    const WalkTask *it = &at->walks->tasks[task];
    for (uint32_t e = 0; e < it->nedges; e++)
        if (it->edges[e].object == object && is_closing(at, &it->edges[e])) return true;
    return false;
}

static void find_single_senders(Extracting *at) {
    const WalkProgram *walks = at->walks;
    for (uint32_t object = 0; object < walks->nobjects; object++) {
        uint32_t made = 0, last = UINT32_MAX;
        bool one = true;
        for (uint32_t t = 0; t < walks->ntasks; t++)
            for (uint32_t e = 0; e < walks->tasks[t].nedges; e++) {
                const WalkEdge *edge = &walks->tasks[t].edges[e];
                if (edge->object != object) continue;
                made += edge->action == WALK_NEW_SENDER;
                if (edge->action != WALK_DROP_SENDER) continue;
                one &= last == UINT32_MAX || last == t;
                last = t;
            }
        at->has_one_sender[object] = made == 1 && one;
    }
}

/* Somebody else is told when this edge is taken: there is a partner for it. */
static bool is_told(const Extracting *at, uint32_t task, const WalkEdge *edge) {
    for (uint32_t t = 0; t < at->walks->ntasks; t++) {
        if (t == task) continue;
        if (is_closing(at, edge) && task_has(&at->walks->tasks[t], WALK_RECV_OVER, edge->object, NO_SLOT)) return true;
        if (edge->action == WALK_RECV_OVER && may_close(at, t, edge->object)) return true;
    }
    return false;
}

static uint32_t add_role(Extracting *at, Name name, uint32_t task) {
    vec_push(&at->roles, name);
    vec_push(&at->tasks, task);
    return at->roles.n - 1;
}

/* Does it say anything to another task? (Closing a channel that nobody drains says nothing.) */
static bool says_something(const Extracting *at, uint32_t task) {
    for (uint32_t e = 0; e < at->walks->tasks[task].nedges; e++) {
        const WalkEdge *edge = &at->walks->tasks[task].edges[e];
        if (edge->action == WALK_SEND || edge->action == WALK_RECV || is_told(at, task, edge)) return true;
    }
    return false;
}

static bool is_received(const Extracting *at, uint32_t sender, const WalkEdge *edge) {
    for (uint32_t t = 0; t < at->walks->ntasks; t++)
        if (t != sender && task_has(&at->walks->tasks[t], WALK_RECV, edge->object, edge->label)) return true;
    return false;
}

static void find_roles(Extracting *at) {
    const WalkProgram *walks = at->walks;
    for (uint32_t t = 0; t < walks->ntasks; t++) {
        bool is_role = says_something(at, t);
        at->role_of[t] = is_role ? add_role(at, extract_task_name(walks, t, at->names), t) : UINT32_MAX;
    }
    for (uint32_t t = 0; t < walks->ntasks; t++)
        for (uint32_t e = 0; e < walks->tasks[t].nedges; e++) {
            const WalkEdge *edge = &walks->tasks[t].edges[e];
            if (edge->action != WALK_SEND || is_received(at, t, edge) || at->nobody_of[edge->object] != UINT32_MAX) continue;
            char *text;
            size_t size;
            FILE *out = begin_name(&text, &size);
            fprintf(out, "nobody_at_%s_%u", site_name(walks, edge->object), walks->objects[edge->object].number);
            at->nobody_of[edge->object] = add_role(at, finish_name(at->names, out, &text), UINT32_MAX);
        }
}

/* ---- states: what a task may come to stand at without a communication */

static bool is_visible(const Extracting *at, const WalkEdge *edge) {
    return edge->action == WALK_SEND || edge->action == WALK_RECV || is_told(at, at->making->number, edge);
}

static void reach(Extracting *at, uint32_t node) {
    if (at->mark[node] == at->stamp) return;
    at->mark[node] = at->stamp;
    vec_push(&at->stack, node);
}

static void close_silently(Extracting *at) {
    const WalkTask *task = at->making->task;
    for (uint32_t i = 0; i < at->stack.n; i++)
        for (uint32_t e = task->first[at->stack.data[i]]; e < task->first[at->stack.data[i] + 1]; e++)
            if (!is_visible(at, &task->edges[e])) reach(at, task->edges[e].to);
}

/* It has something to say of its own, or is where nothing more comes. */
static bool is_settled(const Extracting *at, uint32_t node) {
    const WalkTask *task = at->making->task;
    bool visible = false, silent = false;
    for (uint32_t e = task->first[node]; e < task->first[node + 1]; e++) {
        if (is_visible(at, &task->edges[e])) visible = true;
        else silent = true;
    }
    return visible || !silent;
}

/* All its actions, those behind silent steps too, are sends, and it waits for nothing else. */
static bool only_sends(const Extracting *at, uint32_t node) {
    const WalkTask *task = at->making->task;
    bool any = false;
    for (uint32_t e = task->first[node]; e < task->first[node + 1]; e++) {
        if (!is_visible(at, &task->edges[e]) && task->edges[e].action != WALK_SEND_FAILS) return false;
        if (is_visible(at, &task->edges[e]) && task->edges[e].action != WALK_SEND && !is_closing(at, &task->edges[e])) return false;
        any |= is_visible(at, &task->edges[e]);
    }
    return any || task->nodes[node].has_ended;
}

static int by_number(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static uint32_t group_of(Making *making, uint32_t *nodes, uint32_t n) {
    if (n) qsort(nodes, n, sizeof *nodes, by_number);
    for (uint32_t g = 0; g < making->groups.n; g++)
        if (n && making->groups.data[g].n == n && memcmp(making->members.data + making->groups.data[g].first, nodes, sizeof *nodes * n) == 0) return g;
    vec_push(&making->groups, (Group){making->members.n, n});
    for (uint32_t i = 0; i < n; i++) vec_push(&making->members, nodes[i]);
    bool is_final = false;
    for (uint32_t i = 0; i < n; i++) is_final |= making->task->nodes[nodes[i]].has_ended;
    vec_push(&making->is_final, is_final);
    return making->groups.n - 1;
}

static bool only_receives(const Extracting *at, uint32_t node) {
    const WalkTask *task = at->making->task;
    for (uint32_t e = task->first[node]; e < task->first[node + 1]; e++)
        if (!is_visible(at, &task->edges[e]) || (task->edges[e].action != WALK_RECV && task->edges[e].action != WALK_RECV_OVER)) return false;
    return task->first[node] < task->first[node + 1];
}

static bool takes(const WalkTask *task, uint32_t node, const WalkEdge *like) {
    for (uint32_t e = task->first[node]; e < task->first[node + 1]; e++)
        if (task->edges[e].action == like->action && task->edges[e].object == like->object && task->edges[e].label == like->label) return true;
    return false;
}

/* Both take the same messages: whether the task stands at one or the other matters later only. */
static bool take_the_same(const WalkTask *task, uint32_t a, uint32_t b) {
    for (uint32_t e = task->first[a]; e < task->first[a + 1]; e++)
        if (!takes(task, b, &task->edges[e])) return false;
    for (uint32_t e = task->first[b]; e < task->first[b + 1]; e++)
        if (!takes(task, a, &task->edges[e])) return false;
    return true;
}

/* Those of nodes[from..n) that take the same messages as the first become one state; the others move to the end. How many they are. */
static uint32_t gather_alike(const Extracting *at, uint32_t *nodes, uint32_t from, uint32_t n) {
    uint32_t alike = 1;
    for (uint32_t i = from + 1; i < n && only_receives(at, nodes[from]); i++) {
        if (!only_receives(at, nodes[i]) || !take_the_same(at->making->task, nodes[from], nodes[i])) continue;
        uint32_t other = nodes[from + alike];
        nodes[from + alike++] = nodes[i];
        nodes[i] = other;
    }
    return alike;
}

/* The states in which the task may be when the nodes on the stack are reached: all that only send are one (the choice is the task's own), and so are
   all that take the same; others stand for themselves, since what they take differs. */
static void settle(Extracting *at, uint32_t *states, uint32_t *n) {
    VEC(uint32_t) sends = {0};
    close_silently(at);
    *n = 0;
    uint32_t total = at->stack.n, *settled = allocate(total, sizeof *settled), nsettled = 0;
    for (uint32_t i = 0; i < total; i++)
        if (is_settled(at, at->stack.data[i])) settled[nsettled++] = at->stack.data[i];
    uint32_t nothers = 0;
    for (uint32_t i = 0; i < nsettled; i++) {
        if (only_sends(at, settled[i])) vec_push(&sends, settled[i]);
        else settled[nothers++] = settled[i];
    }
    for (uint32_t i = 0, alike; i < nothers; i += alike) {
        alike = gather_alike(at, settled, i, nothers);
        states[(*n)++] = group_of(at->making, &settled[i], alike);
    }
    if (sends.n) states[(*n)++] = group_of(at->making, sends.data, sends.n);
    vec_fini(&sends);
    free(settled);
}

/* ---- edges */

typedef struct Act { uint32_t peer; Name message; bool is_send; } Act;
typedef VEC(Act) Acts;

static void add_act(Acts *acts, Act act) {
    for (uint32_t i = 0; i < acts->n; i++)
        if (acts->data[i].peer == act.peer && acts->data[i].message == act.message && acts->data[i].is_send == act.is_send) return;
    vec_push(acts, act);
}

/* Who is at the other end of an edge. For a close: all of them, one after the other. */
static void acts_of(const Extracting *at, const WalkEdge *edge, Acts *acts) {
    const WalkProgram *walks = at->walks;
    bool closing = is_closing(at, edge), is_end = closing || edge->action == WALK_RECV_OVER;
    Name message = is_end ? over_message(at, edge->object) : extract_message(walks, edge->object, edge->label, at->names);
    acts->n = 0;
    for (uint32_t t = 0; t < walks->ntasks; t++) {
        if (t == at->making->number) continue;
        bool meets = closing                           ? task_has(&walks->tasks[t], WALK_RECV_OVER, edge->object, NO_SLOT)
                     : edge->action == WALK_RECV_OVER ? may_close(at, t, edge->object)
                                                       : task_has(&walks->tasks[t], edge->action == WALK_SEND ? WALK_RECV : WALK_SEND, edge->object, edge->label);
        if (meets) add_act(acts, (Act){at->role_of[t], message, closing || edge->action == WALK_SEND});
    }
    if (edge->action == WALK_SEND && !acts->n && at->nobody_of[edge->object] != UINT32_MAX)
        add_act(acts, (Act){at->nobody_of[edge->object], message, true});
}

static void add_edge(Making *making, uint32_t from, Act act, uint32_t to) {
    CfsmEdge edge = {.from = from, .to = to, .peer = act.peer, .message = act.message, .is_send = act.is_send};
    for (uint32_t i = 0; i < making->edges.n; i++) {
        const CfsmEdge *other = &making->edges.data[i];
        if (other->from == from && other->to == to && other->peer == act.peer && other->message == act.message && other->is_send == act.is_send) return;
    }
    vec_push(&making->edges, edge);
}

/* A state between the messages that tell several receivers of one end. */
static uint32_t add_between(Making *making) { return group_of(making, NULL, 0); }

static void add_chain(Making *making, uint32_t from, const Acts *acts, uint32_t to) {
    for (uint32_t i = 0; i < acts->n; i++) {
        uint32_t next = i + 1 < acts->n ? add_between(making) : to;
        add_edge(making, from, acts->data[i], next);
        from = next;
    }
}

typedef struct Visible { Act act; uint32_t node; const WalkEdge *close; } Visible; /* node: where the action leads; close: it is such an edge */
typedef VEC(Visible) VisibleList;

/* What the task may do from a state on, behind silent steps too. */
static void collect(Extracting *at, uint32_t from, VisibleList *visible) {
    const Making *making = at->making;
    const WalkTask *task = making->task;
    Acts acts = {0};
    at->stamp++;
    vec_clear(&at->stack);
    vec_clear(visible);
    for (uint32_t i = 0; i < making->groups.data[from].n; i++) reach(at, making->members.data[making->groups.data[from].first + i]);
    close_silently(at);
    for (uint32_t i = 0; i < at->stack.n; i++)
        for (uint32_t e = task->first[at->stack.data[i]]; e < task->first[at->stack.data[i] + 1]; e++) {
            const WalkEdge *edge = &task->edges[e];
            if (!is_visible(at, edge)) continue;
            acts_of(at, edge, &acts);
            bool is_close = is_closing(at, edge);
            for (uint32_t k = 0; k < acts.n && (k == 0 || !is_close); k++) vec_push(visible, (Visible){acts.data[k], edge->to, is_close ? edge : NULL});
        }
    vec_fini(&acts);
}

static bool is_same(const Visible *a, const Visible *b) {
    return a->close == b->close && a->act.peer == b->act.peer && a->act.message == b->act.message && a->act.is_send == b->act.is_send;
}

/* The edges of one action: its targets joined, then told apart as far as they differ in what they take. */
static void lead(Extracting *at, uint32_t from, const VisibleList *visible, uint32_t index, uint32_t *states) {
    const Visible *first = &visible->data[index];
    for (uint32_t i = 0; i < index; i++)
        if (is_same(&visible->data[i], first)) return;
    uint32_t n;
    Acts acts = {0};
    at->stamp++;
    vec_clear(&at->stack);
    for (uint32_t i = index; i < visible->n; i++)
        if (is_same(&visible->data[i], first)) reach(at, visible->data[i].node);
    settle(at, states, &n);
    if (first->close) acts_of(at, first->close, &acts);
    else add_act(&acts, first->act);
    for (uint32_t i = 0; i < n; i++) add_chain(at->making, from, &acts, states[i]);
    vec_fini(&acts);
}

/* The state in which the task begins; where that is open, all it may begin with. */
static void begin(Extracting *at, uint32_t *states) {
    Making *making = at->making;
    uint32_t n;
    at->stamp++;
    vec_clear(&at->stack);
    reach(at, 0);
    settle(at, states, &n);
    if (n == 1) return;
    at->out->is_blurred |= n > 1;
    making->members.n = making->groups.n = making->is_final.n = 0;
    uint32_t start = 0;
    (void)group_of(making, &start, 1);
}

static Cfsm machine_of(Extracting *at, uint32_t number) {
    const WalkTask *task = &at->walks->tasks[number];
    Making making = {.task = task, .number = number};
    VisibleList visible = {0};
    uint32_t *states = allocate(task->nnodes + 1u, sizeof *states);
    at->making = &making;
    at->mark = allocate(task->nnodes, sizeof *at->mark);
    at->stamp = 0;
    begin(at, states);
    for (uint32_t g = 0; g < making.groups.n; g++) {
        if (!making.groups.data[g].n) continue;
        collect(at, g, &visible);
        for (uint32_t i = 0; i < visible.n; i++) lead(at, g, &visible, i, states);
    }
    bool *is_final = allocate(making.groups.n, sizeof *is_final);
    for (uint32_t g = 0; g < making.groups.n; g++) is_final[g] = making.is_final.data[g];
    for (uint32_t g = 0; g < making.groups.n && task->is_daemon; g++)
        for (uint32_t i = 0; i < making.groups.data[g].n; i++) is_final[g] |= task->nodes[making.members.data[making.groups.data[g].first + i]].may_stay;
    Cfsm machine = cfsm_of(making.groups.n, 0, making.edges.data, making.edges.n, is_final), small = cfsm_minimal(&machine);
    cfsm_fini(&machine);
    free(is_final);
    free(states);
    free(at->mark);
    vec_fini(&visible);
    vec_fini(&making.members);
    vec_fini(&making.groups);
    vec_fini(&making.edges);
    vec_fini(&making.is_final);
    return small;
}

/* ---- */

/* The end of a channel comes when the last of several owned ends is given up: no machine says that. */
static bool drops_ends(const Extracting *at) {
    const WalkProgram *walks = at->walks;
    for (uint32_t t = 0; t < walks->ntasks; t++)
        for (uint32_t e = 0; e < walks->tasks[t].nedges; e++)
            if (walks->tasks[t].edges[e].action == WALK_DROP_SENDER && !at->has_one_sender[walks->tasks[t].edges[e].object]) return true;
    return false;
}

/* Two objects through which one task sends what another receives. */
static bool has_many_links(const WalkProgram *walks) {
    uint32_t *object = allocate((size_t)walks->ntasks * walks->ntasks, sizeof *object);
    bool many = false;
    for (uint32_t t = 0; t < walks->ntasks; t++)
        for (uint32_t e = 0; e < walks->tasks[t].nedges; e++) {
            const WalkEdge *edge = &walks->tasks[t].edges[e];
            for (uint32_t u = 0; u < walks->ntasks && edge->action == WALK_SEND; u++) {
                if (u == t || !task_has(&walks->tasks[u], WALK_RECV, edge->object, edge->label)) continue;
                uint32_t *known = &object[(size_t)t * walks->ntasks + u];
                many |= *known && *known != edge->object + 1;
                *known = edge->object + 1;
            }
        }
    free(object);
    return many;
}

Extract extract_machines(const WalkProgram *walks, Names *names) {
    Extract out = {.has_many_links = has_many_links(walks)};
    Extracting at = {.walks = walks, .names = names, .out = &out};
    at.role_of = allocate(walks->ntasks, sizeof *at.role_of);
    at.nobody_of = allocate(walks->nobjects, sizeof *at.nobody_of);
    memset(at.nobody_of, 0xff, sizeof *at.nobody_of * walks->nobjects);
    at.has_one_sender = allocate(walks->nobjects, sizeof *at.has_one_sender);
    find_single_senders(&at);
    out.is_blurred = drops_ends(&at);
    find_roles(&at);
    out.system = cfsm_system_new(names, at.roles.n);
    out.tasks = at.tasks.data;
    for (uint32_t role = 0; role < at.roles.n; role++) {
        out.system->roles[role] = at.roles.data[role];
        if (at.tasks.data[role] == UINT32_MAX) out.system->machines[role] = cfsm_of(1, 0, NULL, 0, NULL);
        else out.system->machines[role] = machine_of(&at, at.tasks.data[role]);
    }
    free(at.role_of);
    free(at.nobody_of);
    free(at.has_one_sender);
    vec_fini(&at.roles);
    vec_fini(&at.stack);
    return out;
}

void extract_fini(Extract *extract) {
    cfsm_system_free(extract->system);
    free(extract->tasks);
    *extract = (Extract){0};
}

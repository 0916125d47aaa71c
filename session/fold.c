#include "session/fold.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NODES = 20000, MAX_ELEMENTS = 5000, MAX_NESTING = 60 };

typedef struct Node { uint32_t state, sender, receiver; } Node; /* of the product; who acted last, UINT32_MAX: nobody yet */

typedef struct Fold {
    const Rendezvous *product;
    const CfsmSystem *system;
    FoldOrder order;
    uint32_t *label;   /* per edge of the product: (sender, receiver, message), numbered */
    uint32_t *example; /* per label: an edge */
    uint32_t nlabels;
    FILE *out;
    uint32_t nrecs, nelements, depth;
    Folded *result;
} Fold;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static const GlobalEdge *edges_of(const Fold *fold) { return fold->product->global.edges; }
static uint32_t first_of(const Fold *fold, uint32_t state) { return fold->product->global.first[state]; }

static void fail(Fold *fold, FoldFault fault, uint32_t state, uint32_t a, uint32_t b) {
    if (fold->result->fault == FOLD_OK) *fold->result = (Folded){.fault = fault, .state = state, .edges = {a, b}};
}

static void number_labels(Fold *fold) {
    const GlobalAutomaton *global = &fold->product->global;
    fold->label = allocate(global->nedges, sizeof *fold->label);
    fold->example = allocate(global->nedges, sizeof *fold->example);
    for (uint32_t e = 0; e < global->nedges; e++) {
        uint32_t l = 0;
        for (; l < fold->nlabels; l++) {
            const GlobalEdge *a = &global->edges[fold->example[l]], *b = &global->edges[e];
            if (a->sender == b->sender && a->receiver == b->receiver && a->message == b->message) break;
        }
        if (l == fold->nlabels) fold->example[fold->nlabels++] = e;
        fold->label[e] = l;
    }
}

/* ---- who goes first: a role all of whose messages can be sent, and which nobody else gets into the way of */

static bool is_apart(const GlobalEdge *a, const GlobalEdge *b) {
    return a->sender != b->sender && a->sender != b->receiver && a->receiver != b->sender && a->receiver != b->receiver;
}

/* Among the labels in `in`, has the machine an edge here that is none of the sender's messages to it? (What it takes from others, what it sends.) */
static bool listens_elsewhere(const Fold *fold, uint32_t state, uint32_t role, uint32_t sender, const bool *in) {
    const Cfsm *machine = &fold->system->machines[role];
    uint32_t at = rendezvous_at(fold->product, state, role);
    for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        if (!edge->is_send && edge->peer == sender) continue;
        for (uint32_t l = 0; l < fold->nlabels; l++) {
            const GlobalEdge *known = &edges_of(fold)[fold->example[l]];
            uint32_t from = edge->is_send ? role : edge->peer, to = edge->is_send ? edge->peer : role;
            if (in[l] && known->sender == from && known->receiver == to && known->message == edge->message) return true;
        }
    }
    return false;
}

/* How many of the sender's messages among `in` its machine has here, and whether it does nothing else. */
static uint32_t count_sends(const Fold *fold, uint32_t state, uint32_t sender, const bool *in, bool *only) {
    const Cfsm *machine = &fold->system->machines[sender];
    uint32_t at = rendezvous_at(fold->product, state, sender), n = 0;
    *only = true;
    for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        bool known = false;
        for (uint32_t l = 0; l < fold->nlabels && !known; l++) {
            const GlobalEdge *example = &edges_of(fold)[fold->example[l]];
            uint32_t from = edge->is_send ? sender : edge->peer, to = edge->is_send ? edge->peer : sender;
            known = in[l] && example->sender == from && example->receiver == to && example->message == edge->message;
        }
        if (known && edge->is_send) n++;
        else if (known) *only = false;
    }
    return n;
}

static bool may_go_first(const Fold *fold, uint32_t state, uint32_t sender, const bool *in, bool strictly) {
    const GlobalEdge *edges = edges_of(fold);
    uint32_t first = first_of(fold, state), last = first_of(fold, state + 1), enabled = 0;
    for (uint32_t e = first; e < last; e++) {
        if (!in[fold->label[e]] || edges[e].sender != sender) continue;
        enabled++;
        for (uint32_t k = first; k < last; k++)
            if (in[fold->label[k]] && edges[k].sender != sender && !is_apart(&edges[e], &edges[k])) return false;
        if (strictly && listens_elsewhere(fold, state, edges[e].receiver, sender, in)) return false;
    }
    bool only;
    return enabled && count_sends(fold, state, sender, in, &only) == enabled && (only || !strictly);
}

/* UINT32_MAX: nobody. */
static uint32_t choose(const Fold *fold, Node node, const bool *in) {
    uint32_t n = fold->system->n;
    for (uint32_t strictly = 1; strictly < 2; strictly--) {
        uint32_t start = 0;
        if (fold->order == FOLD_ANSWERS) {
            if (node.receiver != UINT32_MAX && may_go_first(fold, node.state, node.receiver, in, strictly)) return node.receiver;
            if (node.sender != UINT32_MAX && may_go_first(fold, node.state, node.sender, in, strictly)) return node.sender;
        }
        if (fold->order == FOLD_TURNS && node.sender != UINT32_MAX) start = node.sender + 1;
        for (uint32_t i = 0; i < n; i++)
            if (may_go_first(fold, node.state, (start + i) % n, in, strictly)) return (start + i) % n;
    }
    return UINT32_MAX;
}

/* ---- independent runs: labels that neither cause nor exclude one another, wherever they come */

typedef struct Shuffle { uint32_t *class; VEC(uint32_t) states; bool *seen; } Shuffle;

static uint32_t root_of(const Shuffle *shuffle, uint32_t label) {
    while (shuffle->class[label] != label) label = shuffle->class[label];
    return label;
}

static void unite(Shuffle *shuffle, uint32_t a, uint32_t b) {
    uint32_t x = root_of(shuffle, a), y = root_of(shuffle, b);
    if (x < y) shuffle->class[y] = x;
    else shuffle->class[x] = y;
}

static uint32_t target_by(const Fold *fold, uint32_t state, uint32_t label) {
    for (uint32_t e = first_of(fold, state); e < first_of(fold, state + 1); e++)
        if (fold->label[e] == label) return edges_of(fold)[e].to;
    return UINT32_MAX;
}

/* Both may come here in any order, with the same outcome? */
static bool commute(const Fold *fold, uint32_t a, uint32_t b) {
    const GlobalEdge *edges = edges_of(fold);
    uint32_t one = target_by(fold, edges[a].to, fold->label[b]);
    return one != UINT32_MAX && one == target_by(fold, edges[b].to, fold->label[a]);
}

static void relate(Fold *fold, Shuffle *shuffle, uint32_t state, const bool *in) {
    const GlobalEdge *edges = edges_of(fold);
    uint32_t first = first_of(fold, state), last = first_of(fold, state + 1);
    for (uint32_t a = first; a < last; a++) {
        if (!in[fold->label[a]]) continue;
        for (uint32_t b = a + 1; b < last; b++)
            if (in[fold->label[b]] && !commute(fold, a, b)) unite(shuffle, fold->label[a], fold->label[b]);
        for (uint32_t k = first_of(fold, edges[a].to); k < first_of(fold, edges[a].to + 1); k++)
            if (in[fold->label[k]] && target_by(fold, state, fold->label[k]) == UINT32_MAX) unite(shuffle, fold->label[a], fold->label[k]);
    }
}

/* Classes of labels of what may still happen; how many. */
static uint32_t split(Fold *fold, uint32_t state, const bool *in, Shuffle *shuffle) {
    *shuffle = (Shuffle){.class = allocate(fold->nlabels, sizeof(uint32_t)), .seen = allocate(fold->product->global.nstates, sizeof(bool))};
    bool *comes = allocate(fold->nlabels, sizeof *comes);
    for (uint32_t l = 0; l < fold->nlabels; l++) shuffle->class[l] = l;
    vec_push(&shuffle->states, state);
    shuffle->seen[state] = true;
    for (uint32_t i = 0; i < shuffle->states.n; i++) {
        uint32_t at = shuffle->states.data[i];
        relate(fold, shuffle, at, in);
        for (uint32_t e = first_of(fold, at); e < first_of(fold, at + 1); e++) {
            if (!in[fold->label[e]]) continue;
            comes[fold->label[e]] = true;
            uint32_t to = edges_of(fold)[e].to;
            if (shuffle->seen[to]) continue;
            shuffle->seen[to] = true;
            vec_push(&shuffle->states, to);
        }
    }
    uint32_t n = 0;
    for (uint32_t l = 0; l < fold->nlabels; l++) {
        n += comes[l] && root_of(shuffle, l) == l;
        if (!comes[l]) shuffle->class[l] = UINT32_MAX;
    }
    free(comes);
    return n;
}

static void shuffle_fini(Shuffle *shuffle) {
    free(shuffle->class);
    free(shuffle->seen);
    vec_fini(&shuffle->states);
}

/* ---- the graph that is written: one order of what may come in any. An edge's message is its label; a place where runs are shuffled has one
   edge whose message is nlabels plus the product's state. */

typedef struct Graph { VEC(Node) nodes; VEC(CfsmEdge) edges; } Graph;

static uint32_t node_of(Graph *graph, Node node) {
    for (uint32_t i = 0; i < graph->nodes.n; i++) {
        const Node *other = &graph->nodes.data[i];
        if (other->state == node.state && other->sender == node.sender && other->receiver == node.receiver) return i;
    }
    vec_push(&graph->nodes, node);
    return graph->nodes.n - 1;
}

static bool is_shuffled(Fold *fold, uint32_t state, const bool *in) {
    Shuffle shuffle;
    uint32_t n = split(fold, state, in, &shuffle);
    shuffle_fini(&shuffle);
    return n > 1;
}

static void add_edge(Graph *graph, uint32_t from, uint32_t label, Node to) {
    vec_push(&graph->edges, (CfsmEdge){.from = from, .to = node_of(graph, to), .peer = label, .message = label, .is_send = true});
}

static void blame(Fold *fold, uint32_t state, const bool *in) {
    uint32_t first = first_of(fold, state), last = first_of(fold, state + 1);
    for (uint32_t a = first; a < last; a++)
        for (uint32_t b = a + 1; b < last; b++)
            if (in[fold->label[a]] && in[fold->label[b]] && edges_of(fold)[a].sender != edges_of(fold)[b].sender &&
                !is_apart(&edges_of(fold)[a], &edges_of(fold)[b])) {
                fail(fold, FOLD_CHOOSERS, state, a, b);
                return;
            }
    while (!in[fold->label[first]]) first++;
    fail(fold, FOLD_UNREADY, state, first, first);
}

static void expand(Fold *fold, Graph *graph, uint32_t index, const bool *in) {
    Node node = graph->nodes.data[index];
    const GlobalEdge *edges = edges_of(fold);
    bool any = false;
    for (uint32_t e = first_of(fold, node.state); e < first_of(fold, node.state + 1); e++) any |= in[fold->label[e]];
    if (!any || node.state == UINT32_MAX) return;
    bool parallel = fold->order == FOLD_PARALLEL && is_shuffled(fold, node.state, in);
    uint32_t sender = parallel ? UINT32_MAX : choose(fold, node, in);
    if (sender == UINT32_MAX && !parallel) parallel = is_shuffled(fold, node.state, in);
    if (parallel) {
        add_edge(graph, index, fold->nlabels + node.state, (Node){UINT32_MAX, 0, 0});
        return;
    }
    if (sender == UINT32_MAX) {
        blame(fold, node.state, in);
        return;
    }
    bool keeps = fold->order == FOLD_FIXED || fold->order == FOLD_PARALLEL; /* who acted last says nothing */
    for (uint32_t e = first_of(fold, node.state); e < first_of(fold, node.state + 1); e++) {
        if (!in[fold->label[e]] || edges[e].sender != sender) continue;
        Node next = {edges[e].to, keeps ? UINT32_MAX : sender, keeps || fold->order == FOLD_TURNS ? UINT32_MAX : edges[e].receiver};
        add_edge(graph, index, fold->label[e], next);
    }
}

static Cfsm graph_of(Fold *fold, uint32_t state, const bool *in) {
    Graph graph = {0};
    (void)node_of(&graph, (Node){state, UINT32_MAX, UINT32_MAX});
    for (uint32_t i = 0; i < graph.nodes.n && fold->result->fault == FOLD_OK; i++) {
        if (graph.nodes.data[i].state != UINT32_MAX) expand(fold, &graph, i, in);
        if (graph.nodes.n > MAX_NODES) fail(fold, FOLD_LARGE, state, 0, 0);
    }
    bool failed = fold->result->fault != FOLD_OK;
    Cfsm machine = cfsm_of(graph.nodes.n, 0, failed ? NULL : graph.edges.data, failed ? 0 : graph.edges.n, NULL), small = cfsm_minimal(&machine);
    cfsm_fini(&machine);
    vec_fini(&graph.nodes);
    vec_fini(&graph.edges);
    return small;
}

/* ---- writing a graph as a tree with jumps back */

typedef struct Open { uint32_t node, name; } Open;

typedef struct Writer {
    Fold *fold;
    const Cfsm *graph;
    const bool *in;
    VEC(Open) open;  /* enclosing loops */
    uint32_t *mark, stamp;
} Writer;

static void put_region(Fold *fold, uint32_t state, const bool *in);

static void indent(const Fold *fold) {
    for (uint32_t i = 0; i < fold->depth; i++) fputs("    ", fold->out);
}

static bool is_open(const Writer *writer, uint32_t node) {
    for (uint32_t i = 0; i < writer->open.n; i++)
        if (writer->open.data[i].node == node) return true;
    return false;
}

static bool is_end(const Writer *writer, uint32_t node) { return writer->graph->first[node] == writer->graph->first[node + 1]; }

/* What is reached from the successors of `node` up to `stop`, enclosing loops and `without`, in order of distance. */
static void flood(Writer *writer, uint32_t node, uint32_t stop, uint32_t without, uint32_t **order, uint32_t *n) {
    const Cfsm *graph = writer->graph;
    VEC(uint32_t) queue = {0};
    writer->stamp++;
    for (uint32_t i = 0; i == 0 || i <= queue.n; i++) {
        uint32_t at = i == 0 ? node : queue.data[i - 1];
        if (i > 0 && (at == stop || is_open(writer, at))) continue;
        for (uint32_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            uint32_t to = graph->edges[e].to;
            if (to == without || writer->mark[to] == writer->stamp) continue;
            writer->mark[to] = writer->stamp;
            vec_push(&queue, to);
        }
    }
    *order = queue.data;
    *n = queue.n;
}

static bool is_loop(Writer *writer, uint32_t node, uint32_t stop) {
    uint32_t *order, n;
    flood(writer, node, stop, UINT32_MAX, &order, &n);
    free(order);
    return writer->mark[node] == writer->stamp;
}

/* Where the arms of the choice at `node` meet again: the first place that all ways from it to `stop` or to an end pass; UINT32_MAX: nowhere,
   or only one arm comes there. The enclosing loops include `node` if it is one. */
static uint32_t join_of(Writer *writer, uint32_t node, uint32_t stop) {
    uint32_t *order, n, join = UINT32_MAX;
    flood(writer, node, stop, UINT32_MAX, &order, &n);
    for (uint32_t i = 0; i < n && join == UINT32_MAX; i++) {
        if (is_open(writer, order[i]) || order[i] == node || order[i] == stop || is_end(writer, order[i])) continue;
        uint32_t *rest, nrest;
        bool passes = true;
        flood(writer, node, stop, order[i], &rest, &nrest);
        for (uint32_t k = 0; k < nrest; k++) passes &= rest[k] != stop && !is_end(writer, rest[k]);
        free(rest);
        if (passes) join = order[i];
    }
    free(order);
    uint32_t arms = 0;
    for (uint32_t e = writer->graph->first[node]; e < writer->graph->first[node + 1] && join != UINT32_MAX; e++) {
        uint32_t *reached, nreached, to = writer->graph->edges[e].to;
        bool comes = to == join;
        if (!comes && !is_open(writer, to) && to != stop) {
            flood(writer, to, stop, UINT32_MAX, &reached, &nreached);
            comes = writer->mark[join] == writer->stamp;
            free(reached);
        }
        arms += comes;
    }
    return arms > 1 ? join : UINT32_MAX;
}

static void put_message(Fold *fold, uint32_t label) {
    const GlobalEdge *edge = &edges_of(fold)[fold->example[label]];
    const CfsmSystem *system = fold->system;
    indent(fold);
    fprintf(fold->out, "%s -> %s: %s;\n", names_text(system->names, system->roles[edge->sender]), names_text(system->names, system->roles[edge->receiver]),
            names_text(system->names, edge->message));
    if (++fold->nelements > MAX_ELEMENTS) fail(fold, FOLD_LARGE, 0, 0, 0);
}

static void put_rest(Writer *writer, uint32_t node, uint32_t stop);

static void put_arms(Writer *writer, uint32_t node, uint32_t stop) {
    Fold *fold = writer->fold;
    const Cfsm *graph = writer->graph;
    uint32_t chooser = edges_of(fold)[fold->example[graph->edges[graph->first[node]].message]].sender;
    indent(fold);
    fprintf(fold->out, "choice at %s {\n", names_text(fold->system->names, fold->system->roles[chooser]));
    for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        if (e > graph->first[node]) {
            indent(fold);
            fputs("} or {\n", fold->out);
        }
        fold->depth++;
        put_message(fold, graph->edges[e].message);
        put_rest(writer, graph->edges[e].to, stop);
        fold->depth--;
    }
    indent(fold);
    fputs("}\n", fold->out);
}

/* One block for each class of labels. */
static void put_shuffled(Writer *writer, uint32_t state) {
    Fold *fold = writer->fold;
    Shuffle shuffle;
    const char *lead = "par {\n";
    (void)split(fold, state, writer->in, &shuffle);
    bool *in = allocate(fold->nlabels, sizeof *in);
    for (uint32_t class = 0; class < fold->nlabels; class++) {
        if (shuffle.class[class] != class) continue;
        for (uint32_t l = 0; l < fold->nlabels; l++) in[l] = shuffle.class[l] != UINT32_MAX && root_of(&shuffle, l) == class;
        indent(fold);
        fputs(lead, fold->out);
        lead = "} and {\n";
        fold->depth++;
        put_region(fold, state, in);
        fold->depth--;
    }
    indent(fold);
    fputs("}\n", fold->out);
    free(in);
    shuffle_fini(&shuffle);
}

/* The element at `node`; returns where the block goes on. */
static uint32_t put_element(Writer *writer, uint32_t node, uint32_t stop) {
    Fold *fold = writer->fold;
    const CfsmEdge *edges = writer->graph->edges + writer->graph->first[node];
    uint32_t n = writer->graph->first[node + 1] - writer->graph->first[node];
    if (edges[0].message >= fold->nlabels) {
        put_shuffled(writer, edges[0].message - fold->nlabels);
        return UINT32_MAX;
    }
    if (n == 1) {
        put_message(fold, edges[0].message);
        return edges[0].to;
    }
    uint32_t join = join_of(writer, node, stop);
    put_arms(writer, node, join == UINT32_MAX ? stop : join);
    return join;
}

static void put_loop(Writer *writer, uint32_t node, uint32_t stop) {
    Fold *fold = writer->fold;
    uint32_t name = ++fold->nrecs;
    vec_push(&writer->open, (Open){node, name});
    indent(fold);
    if (name == 1) fputs("rec Loop {\n", fold->out);
    else fprintf(fold->out, "rec Loop%u {\n", name);
    fold->depth++;
    uint32_t next = put_element(writer, node, stop);
    if (next != UINT32_MAX) put_rest(writer, next, stop);
    fold->depth--;
    indent(fold);
    fputs("}\n", fold->out);
    (void)vec_pop(&writer->open);
}

static void put_jump(Writer *writer, uint32_t node) {
    uint32_t i = 0;
    while (writer->open.data[i].node != node) i++;
    indent(writer->fold);
    if (writer->open.data[i].name == 1) fputs("continue Loop;\n", writer->fold->out);
    else fprintf(writer->fold->out, "continue Loop%u;\n", writer->open.data[i].name);
}

static void put_rest(Writer *writer, uint32_t node, uint32_t stop) {
    Fold *fold = writer->fold;
    if (fold->depth > MAX_NESTING) fail(fold, FOLD_LARGE, 0, 0, 0);
    while (node != UINT32_MAX && node != stop && fold->result->fault == FOLD_OK && !is_end(writer, node)) {
        if (is_open(writer, node)) {
            put_jump(writer, node);
            return;
        }
        if (is_loop(writer, node, stop)) {
            put_loop(writer, node, stop);
            return;
        }
        node = put_element(writer, node, stop);
    }
}

/* What may happen from a state of the product on by the labels in `in`. */
static void put_region(Fold *fold, uint32_t state, const bool *in) {
    Cfsm graph = graph_of(fold, state, in);
    Writer writer = {.fold = fold, .graph = &graph, .in = in, .mark = allocate(graph.nstates, sizeof(uint32_t))};
    if (fold->result->fault == FOLD_OK) put_rest(&writer, graph.initial, UINT32_MAX);
    vec_fini(&writer.open);
    free(writer.mark);
    cfsm_fini(&graph);
}

/* "w[2]" is the third member of w: SIZE_MAX, when the role is of no family. */
static size_t member_of(const char *name, size_t *family) {
    const char *open = strchr(name, '[');
    char *end;
    if (!open || !isdigit((unsigned char)open[1])) return SIZE_MAX;
    unsigned long index = strtoul(open + 1, &end, 10);
    if (strcmp(end, "]") != 0) return SIZE_MAX;
    *family = (size_t)(open - name);
    return index;
}

bool fold_is_role(const CfsmSystem *system, uint32_t role) {
    const char *name = names_text(system->names, system->roles[role]);
    size_t family = strlen(name), other = 0, member = member_of(name, &family);
    for (size_t i = 0; i < family; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_') return false;
    if (!family || isdigit((unsigned char)name[0]) || (member != SIZE_MAX && member > role)) return false;
    if (member == 0 || member == SIZE_MAX) return true;
    const char *before = names_text(system->names, system->roles[role - 1]);
    return member_of(before, &other) == member - 1 && other == family && strncmp(before, name, family) == 0;
}

/* Roles w[0] to w[n - 1] in a row are a family of n. */
static void put_roles(Fold *fold) {
    const CfsmSystem *system = fold->system;
    for (uint32_t i = 0, n; i < system->n; i += n) {
        const char *name = names_text(system->names, system->roles[i]);
        size_t family = 0, other = 0;
        n = 1;
        fprintf(fold->out, "%srole ", i ? ", " : "");
        if (member_of(name, &family) != 0) {
            fputs(name, fold->out);
            continue;
        }
        for (; i + n < system->n; n++) {
            const char *next = names_text(system->names, system->roles[i + n]);
            if (member_of(next, &other) != n || other != family || strncmp(next, name, family) != 0) break;
        }
        fprintf(fold->out, "%.*s[%u]", (int)family, name, n);
    }
}

Folded fold_text(const Rendezvous *product, const CfsmSystem *system, const char *name, FoldOrder order) {
    Folded result = {.fault = FOLD_OK};
    Fold fold = {.product = product, .system = system, .order = order, .depth = 1, .result = &result};
    char *text = NULL;
    size_t size;
    fold.out = open_memstream(&text, &size);
    if (!fold.out) fatal("out of memory");
    number_labels(&fold);
    bool *in = allocate(fold.nlabels, sizeof *in);
    memset(in, 1, fold.nlabels);
    fprintf(fold.out, "protocol %s(", name);
    put_roles(&fold);
    fputs(") {\n", fold.out);
    put_region(&fold, 0, in);
    fputs("}\n", fold.out);
    if (fclose(fold.out) != 0) fatal("out of memory");
    free(in);
    free(fold.label);
    free(fold.example);
    if (result.fault == FOLD_OK) result.text = text;
    else free(text);
    return result;
}

#include "checker/lts.h"

#include "model/fiber.h"
#include "model/support/fatal.h"
#include "model/support/intern.h"

#include <stdlib.h>
#include <string.h>

enum { LABEL_MOST = 32 };

/* Labels are texts that repeat a lot: each is kept once. */
typedef struct Recording {
    Search *search;
    Graph *graph;
    World world;
    Names *names;
    const char **texts; /* by Name, in the graph's arena */
    uint32_t ntexts;
    TsSuccessors successors;
    VEC(GraphEdge) edges;
} Recording;

static const char *keep(Recording *recording, const char *text) {
    Name name = names_of(recording->names, text);
    while (recording->ntexts <= name) {
        uint32_t n = recording->ntexts == 0 ? 64 : recording->ntexts * 2;
        recording->texts = realloc(recording->texts, sizeof *recording->texts * n);
        if (recording->texts == NULL) fatal("out of memory");
        memset(recording->texts + recording->ntexts, 0, sizeof *recording->texts * (n - recording->ntexts));
        recording->ntexts = n;
    }
    if (recording->texts[name] == NULL) recording->texts[name] = arena_strdup(&recording->graph->arena, text);
    return recording->texts[name];
}

/* What stands in the source, its first line, cut when long. */
static const char *source_text(Arena *arena, const Sources *sources, Span span) {
    size_t length, n = 0;
    const char *text = span.file == 0 ? "" : sources_text(sources, span.file, &length);
    size_t most = span.end - span.begin < LABEL_MOST ? span.end - span.begin : LABEL_MOST;
    while (n < most && text[span.begin + n] != '\n' && text[span.begin + n] != '{') n++;
    while (n > 0 && text[span.begin + n - 1] == ' ') n--;
    const char *more = n < span.end - span.begin ? "…" : "";
    return span.file == 0 ? "" : arena_printf(arena, "%.*s%s", (int)n, text + span.begin, more);
}

/* "left:12 lock(b)": the function, and where its step begins. */
static const char *edge_label(Recording *recording, const TsEdge *edge) {
    uint32_t n;
    const Sources *sources = recording->search->program->sources;
    const Word *words = world_read(&recording->world, edge->actor, &n);
    if (comp_kind(words) != COMP_FIBER)
        return keep(recording, edge->by_fault ? "fault" : comp_kind(words) == COMP_CLOCK ? "time passes" : "environment");
    const Machine *machine = fiber_machine(&recording->world, words);
    bool starts = words[FIBER_STATUS] == FIBER_AT_START,
         is_point = starts || words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED;
    Span span =
        is_point ? machine_point_at(machine, (uint32_t)words[FIBER_PC])->span : machine->code[words[FIBER_PC]].span;
    Arena scratch;
    arena_init(&scratch);
    const char *what = starts ? "starts" : source_text(&scratch, sources, span);
    const char *text =
        keep(recording, arena_printf(&scratch, "%s:%u %s%s", machine->name, sources_line_of(sources, span), what,
                            edge->by_fault ? " (fault)" : ""));
    arena_fini(&scratch);
    return text;
}

static void append_task(Arena *arena, const char **label, World *world, const Program *program, const Word *words) {
    const Machine *machine = fiber_machine(world, words);
    Span span = machine->code[words[FIBER_PC]].span;
    const char *where = arena_printf(arena, "%u", sources_line_of(program->sources, span));
    if (words[FIBER_STATUS] == FIBER_AT_START) where = "start";
    if (fiber_is_over(words)) where = words[FIBER_STATUS] == FIBER_ENDED ? "end" : "aborted";
    *label = arena_printf(arena, "%s%s%s:%s", *label, **label == '\0' ? "" : "\n", machine->name, where);
}

/* One line for each task: its function and where it rests. */
static const char *state_label(Recording *recording) {
    Arena scratch;
    arena_init(&scratch);
    const char *label = "";
    for (uint32_t slot = 0; slot < recording->world.n; slot++) {
        uint32_t n;
        const Word *words = world_read(&recording->world, slot, &n);
        if (comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0)
            append_task(&scratch, &label, &recording->world, recording->search->program, words);
    }
    label = keep(recording, label);
    arena_fini(&scratch);
    return label;
}

static bool is_known(const Recording *recording, uint32_t first, GraphEdge edge) {
    for (uint32_t i = first; i < recording->edges.n; i++)
        if (recording->edges.data[i].to == edge.to && recording->edges.data[i].label == edge.label) return true;
    return false;
}

static void record_state(Recording *recording, uint32_t state) {
    Search *search = recording->search;
    uint32_t n = search_state(search, state), first = recording->edges.n;
    ts_world(search->worker, search->ids, n, &recording->world);
    recording->graph->states[state].label = state_label(recording);
    recording->graph->states[state].is_initial = state < search->edges.nroots;
    if (state >= search->edges.n) return;
    n = search_state(search, state);
    ts_successors(search->worker, search->ids, n, &recording->successors);
    for (uint32_t e = 0; e < recording->successors.nedges; e++) {
        const TsEdge *edge = &recording->successors.edges[e];
        if (edge->kind != TS_EDGE) continue;
        uint32_t to = store_find_ids(&search->store, recording->successors.ids + edge->offset, edge->n);
        GraphEdge new_edge = {.from = state, .to = to, .label = edge_label(recording, edge)};
        if (to != STORE_NONE && !is_known(recording, first, new_edge)) vec_push(&recording->edges, new_edge);
    }
}

Graph *lts_record(Search *search, const Hits *hits) {
    Graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) fatal("out of memory");
    arena_init(&graph->arena);
    graph->nstates = search->store.n;
    graph->states = ARENA_ARRAY(&graph->arena, GraphState, graph->nstates + 1);
    Recording recording = {.search = search, .graph = graph, .names = names_new()};
    world_init(&recording.world, search->program);
    for (uint32_t state = 0; state < graph->nstates; state++) record_state(&recording, state);
    for (uint32_t i = 0; i < hits->n; i++)
        if (hits->data[i].state != STORE_NONE) graph->states[hits->data[i].state].is_bad = true;
    graph->nedges = recording.edges.n;
    graph->edges = arena_copy(&graph->arena, recording.edges.data, sizeof(GraphEdge) * recording.edges.n);
    world_fini(&recording.world);
    names_free(recording.names);
    free(recording.texts);
    ts_successors_fini(&recording.successors);
    vec_fini(&recording.edges);
    return graph;
}

void lts_free(Graph *graph) {
    if (graph == NULL) return;
    arena_fini(&graph->arena);
    free(graph);
}

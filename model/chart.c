#include "model/chart.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

Chart *chart_new(const char *title) {
    Chart *chart = calloc(1, sizeof *chart);
    if (!chart) fatal("out of memory");
    arena_init(&chart->arena);
    chart->title = arena_strdup(&chart->arena, title);
    return chart;
}

void chart_free(Chart *chart) {
    if (!chart) return;
    vec_fini(&chart->lanes);
    vec_fini(&chart->messages);
    vec_fini(&chart->notes);
    arena_fini(&chart->arena);
    free(chart);
}

uint32_t chart_lane(Chart *chart, const char *name) {
    vec_push(&chart->lanes, arena_strdup(&chart->arena, name));
    return chart->lanes.n - 1;
}

uint32_t chart_send(Chart *chart, uint32_t from, uint32_t to, const char *text) {
    vec_push(&chart->messages, (ChartMessage){from, to, arena_strdup(&chart->arena, text), chart->rows++, CHART_NEVER, false});
    return chart->messages.n - 1;
}

void chart_take(Chart *chart, uint32_t message) { chart->messages.data[message].taken = chart->rows++; }

void chart_note(Chart *chart, uint32_t lane, const char *text, bool is_fault) {
    vec_push(&chart->notes, (ChartNote){lane, chart->rows++, arena_strdup(&chart->arena, text), is_fault});
}

/* ---- of a program's run */

/* "inbox[1]" of "send(inbox[1], get(1))" or "recv(inbox[1]) = get(1)"; the length, 0: it is no such operation. */
static size_t operand_of(const char *text, const char *operation, const char **operand) {
    size_t n = strlen(operation), length = 0;
    if (strncmp(text, operation, n) != 0 || text[n] != '(') return 0;
    *operand = text + n + 1;
    for (int depth = 1; (*operand)[length]; length++) {
        depth += (*operand)[length] == '(' ? 1 : (*operand)[length] == ')' ? -1 : 0;
        if (!depth || (depth == 1 && (*operand)[length] == ',')) return length;
    }
    return 0;
}

typedef struct Sent { uint32_t message; const char *channel; size_t length; } Sent;
typedef VEC(Sent) SentList;

/* Which lane takes the item that this step sends: that of the reception that is its, by the order of the channel. */
static uint32_t receiver_of(const Trace *trace, uint32_t step, const char *channel, size_t length, uint32_t ahead) {
    for (uint32_t i = step + 1; i < trace->nsteps; i++) {
        const char *other;
        if (operand_of(trace->steps[i].text, "recv", &other) != length || memcmp(other, channel, length) != 0 || !strstr(trace->steps[i].text, " = ")) continue;
        if (ahead-- == 0) return trace->steps[i].task;
    }
    return UINT32_MAX;
}

static uint32_t first_sent(const SentList *sent, const char *channel, size_t length, uint32_t *ahead) {
    uint32_t found = UINT32_MAX;
    *ahead = 0;
    for (uint32_t i = 0; i < sent->n; i++) {
        if (sent->data[i].message == CHART_NEVER || sent->data[i].length != length || memcmp(sent->data[i].channel, channel, length) != 0) continue;
        if (found == UINT32_MAX) found = i;
        ++*ahead;
    }
    return found;
}

static void put_step(Chart *chart, const Trace *trace, uint32_t index, SentList *sent) {
    const TraceStep *step = &trace->steps[index];
    const char *channel;
    uint32_t ahead;
    size_t length = operand_of(step->text, "send", &channel);
    if (length) {
        (void)first_sent(sent, channel, length, &ahead);
        uint32_t to = receiver_of(trace, index, channel, length, ahead);
        if (to != UINT32_MAX) {
            vec_push(sent, (Sent){chart_send(chart, step->task, to, step->text), channel, length});
            return;
        }
    }
    length = operand_of(step->text, "recv", &channel);
    uint32_t first = length ? first_sent(sent, channel, length, &ahead) : UINT32_MAX;
    if (first != UINT32_MAX && strstr(step->text, " = ")) {
        chart_take(chart, sent->data[first].message);
        chart->messages.data[sent->data[first].message].text = arena_strdup(&chart->arena, step->text);
        sent->data[first].message = CHART_NEVER;
        return;
    }
    chart_note(chart, step->task, step->text, false);
}

Chart *chart_of_trace(const Trace *trace) {
    Chart *chart = chart_new(trace->message);
    SentList sent = {0};
    for (uint32_t i = 0; i < trace->ntasks; i++) (void)chart_lane(chart, trace->tasks[i].name);
    for (uint32_t i = 0; i < trace->nsteps; i++) put_step(chart, trace, i, &sent);
    for (uint32_t i = 0; i < trace->nwaits; i++)
        if (trace->waits[i].task < trace->ntasks) chart_note(chart, trace->waits[i].task, trace->waits[i].text, true);
    vec_fini(&sent);
    return chart;
}

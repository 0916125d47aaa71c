/* Sequence charts: a lane a task (or role), time downwards, an arrow a message from where it is sent to where it is taken. */
#ifndef UNKNOT_MODEL_CHART_H
#define UNKNOT_MODEL_CHART_H

#include "model/support/arena.h"
#include "model/support/vec.h"
#include "model/trace.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CHART_NEVER UINT32_MAX

typedef struct ChartMessage {
    uint32_t from, to;     /* lanes */
    const char *text;
    uint32_t sent, taken;  /* rows; CHART_NEVER: it is never taken */
    bool is_fault;
} ChartMessage;

typedef struct ChartNote {
    uint32_t lane, row;
    const char *text;
    bool is_fault;
} ChartNote;

typedef struct Chart {
    Arena arena;
    const char *title;
    VEC(const char *) lanes;
    VEC(ChartMessage) messages; /* in the order in which they are sent */
    VEC(ChartNote) notes;
    uint32_t rows;
} Chart;

/* Texts are copied. */
Chart *chart_new(const char *title);
void chart_free(Chart *chart);
uint32_t chart_lane(Chart *chart, const char *name);
/* Each of these is a row of its own. A message is known by its number. */
uint32_t chart_send(Chart *chart, uint32_t from, uint32_t to, const char *text);
void chart_take(Chart *chart, uint32_t message);
void chart_note(Chart *chart, uint32_t lane, const char *text, bool is_fault);
/* The run of a program: its operations as notes, items of channels as messages. */
Chart *chart_of_trace(const Trace *trace);

/* Each prints all of it. */
void chart_mermaid(const Chart *chart, FILE *out);
void chart_svg(const Chart *chart, FILE *out);
void chart_dot(const Chart *chart, FILE *out);

#endif

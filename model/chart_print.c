/* Sequence charts as Mermaid, SVG and DOT. */
#include "model/chart.h"

#include "model/support/dot_label.h"

#include <string.h>

/* What happens in a row: one of these. */
typedef struct Row { const ChartMessage *sent, *taken; const ChartNote *note; } Row;

static Row row_at(const Chart *chart, uint32_t index) {
    Row row = {0};
    for (uint32_t i = 0; i < chart->messages.n; i++) {
        if (chart->messages.data[i].sent == index) row.sent = &chart->messages.data[i];
        if (chart->messages.data[i].taken == index) row.taken = &chart->messages.data[i];
    }
    for (uint32_t i = 0; i < chart->notes.n; i++)
        if (chart->notes.data[i].row == index) row.note = &chart->notes.data[i];
    return row;
}

/* Taken as it is sent: the reception is no row of its own in what shows straight arrows. */
static bool is_straight(const ChartMessage *message) { return message->taken == message->sent + 1; }

/* ---- Mermaid: arrows are straight, so a message that is taken later gets a note there */

static void mermaid_text(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == ';' || *text == '#') fprintf(out, "#%d;", *text);
        else fputc(*text == '\n' ? ' ' : *text, out);
    }
}

void chart_mermaid(const Chart *chart, FILE *out) {
    fputs("sequenceDiagram\n", out);
    for (uint32_t i = 0; i < chart->lanes.n; i++) {
        fprintf(out, "    participant L%u as ", i);
        mermaid_text(out, chart->lanes.data[i]);
        fputc('\n', out);
    }
    for (uint32_t i = 0; i < chart->rows; i++) {
        Row row = row_at(chart, i);
        bool is_fault = (row.sent && row.sent->is_fault) || (row.note && row.note->is_fault);
        if (row.taken && is_straight(row.taken)) continue;
        if (is_fault) fputs("    rect rgb(255, 215, 215)\n", out);
        if (row.sent) fprintf(out, "    L%u%sL%u: ", row.sent->from, row.sent->taken == CHART_NEVER ? "-x" : is_straight(row.sent) ? "->>" : "-)", row.sent->to);
        else if (row.taken) fprintf(out, "    Note over L%u: takes ", row.taken->to);
        else fprintf(out, "    Note over L%u: ", row.note->lane);
        mermaid_text(out, row.sent ? row.sent->text : row.taken ? row.taken->text : row.note->text);
        fputc('\n', out);
        if (is_fault) fputs("    end\n", out);
    }
}

/* ---- SVG */

enum { SVG_TOP = 70, SVG_ROW = 30, SVG_MARGIN = 90, SVG_CHAR = 7 };

static void svg_text(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '<') fputs("&lt;", out);
        else if (*text == '>') fputs("&gt;", out);
        else if (*text == '&') fputs("&amp;", out);
        else fputc(*text, out);
    }
}

static uint32_t longer(uint32_t a, size_t b) { return b > a ? (uint32_t)b : a; }

/* So that no text runs over the next lane's. */
static uint32_t lane_width(const Chart *chart) {
    uint32_t most = 12;
    for (uint32_t i = 0; i < chart->lanes.n; i++) most = longer(most, strlen(chart->lanes.data[i]) + 4);
    for (uint32_t i = 0; i < chart->messages.n; i++) most = longer(most, strlen(chart->messages.data[i].text) + 4);
    for (uint32_t i = 0; i < chart->notes.n; i++) most = longer(most, strlen(chart->notes.data[i].text) * 2 / 3 + 4);
    return most * SVG_CHAR;
}

static uint32_t lane_x(uint32_t width, uint32_t lane) { return SVG_MARGIN + width / 3 + lane * width; }
static uint32_t row_y(uint32_t row) { return SVG_TOP + SVG_ROW + row * SVG_ROW; }

static void svg_lane(const Chart *chart, uint32_t lane, uint32_t width, FILE *out) {
    uint32_t x = lane_x(width, lane), w = (uint32_t)strlen(chart->lanes.data[lane]) * (SVG_CHAR + 1) + 24;
    fprintf(out, "<line x1=\"%u\" y1=\"%d\" x2=\"%u\" y2=\"%u\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>\n", x, SVG_TOP, x, row_y(chart->rows));
    fprintf(out, "<rect x=\"%u\" y=\"%d\" width=\"%u\" height=\"28\" rx=\"4\" fill=\"#e8eef8\" stroke=\"#456\"/>\n", x - w / 2, SVG_TOP - 28, w);
    fprintf(out, "<text x=\"%u\" y=\"%d\" text-anchor=\"middle\" font-weight=\"bold\">", x, SVG_TOP - 9);
    svg_text(out, chart->lanes.data[lane]);
    fputs("</text>\n", out);
}

/* One that is never taken ends in the middle, with a cross. */
static void svg_message(const ChartMessage *message, uint32_t width, FILE *out) {
    const char *colour = message->is_fault ? "#c00" : message->taken == CHART_NEVER ? "#b60" : "#222";
    bool lost = message->taken == CHART_NEVER;
    uint32_t x1 = lane_x(width, message->from), x2 = lane_x(width, message->to), y1 = row_y(message->sent);
    uint32_t y2 = lost ? y1 + SVG_ROW / 2 : is_straight(message) ? y1 : row_y(message->taken);
    uint32_t end = lost ? (x1 + x2 * 3) / 4 : x2;
    fprintf(out, "<line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"%s\" stroke-width=\"1.5\"%s/>\n", x1, y1, end, y2, colour,
            lost ? "" : message->is_fault ? " marker-end=\"url(#redhead)\"" : " marker-end=\"url(#head)\"");
    if (lost) fprintf(out, "<path d=\"M%u %u l10 10 m0 -10 l-10 10\" stroke=\"%s\" stroke-width=\"2\"/>\n", end - 5, y2 - 5, colour);
    fprintf(out, "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\" fill=\"%s\">", (x1 + end) / 2, (y1 + y2) / 2 - 5, colour);
    svg_text(out, message->text);
    fputs("</text>\n", out);
}

static void svg_note(const ChartNote *note, uint32_t width, FILE *out) {
    uint32_t w = (uint32_t)strlen(note->text) * SVG_CHAR + 16, x = lane_x(width, note->lane), y = row_y(note->row);
    uint32_t left = x > w / 2 + 4 ? x - w / 2 : 4;
    fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"22\" fill=\"%s\" stroke=\"%s\"/>\n", left, y - 15, w, note->is_fault ? "#ffe0e0" : "#fffbe0",
            note->is_fault ? "#c00" : "#aa8");
    fprintf(out, "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\" fill=\"%s\">", left + w / 2, y, note->is_fault ? "#c00" : "#222");
    svg_text(out, note->text);
    fputs("</text>\n", out);
}

void chart_svg(const Chart *chart, FILE *out) {
    uint32_t width = lane_width(chart), right = lane_x(width, chart->lanes.n ? chart->lanes.n - 1 : 0) + width / 2 + SVG_MARGIN;
    for (uint32_t i = 0; i < chart->notes.n; i++)
        right = longer(right, lane_x(width, chart->notes.data[i].lane) + strlen(chart->notes.data[i].text) * SVG_CHAR / 2 + 24);
    right = longer(right, strlen(chart->title) * (SVG_CHAR + 1) + 24);
    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" font-family=\"sans-serif\" font-size=\"12\">\n", right, row_y(chart->rows) + SVG_ROW);
    fputs("<defs><marker id=\"head\" markerWidth=\"9\" markerHeight=\"7\" refX=\"9\" refY=\"3.5\" orient=\"auto\"><path d=\"M0 0 L9 3.5 L0 7 z\" fill=\"#222\"/></marker>\n", out);
    fputs("<marker id=\"redhead\" markerWidth=\"9\" markerHeight=\"7\" refX=\"9\" refY=\"3.5\" orient=\"auto\"><path d=\"M0 0 L9 3.5 L0 7 z\" fill=\"#c00\"/></marker></defs>\n", out);
    fputs("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"12\" y=\"22\" font-size=\"14\">", out);
    svg_text(out, chart->title);
    fputs("</text>\n", out);
    for (uint32_t i = 0; i < chart->lanes.n; i++) svg_lane(chart, i, width, out);
    for (uint32_t i = 0; i < chart->messages.n; i++) svg_message(&chart->messages.data[i], width, out);
    for (uint32_t i = 0; i < chart->notes.n; i++) svg_note(&chart->notes.data[i], width, out);
    fputs("</svg>\n", out);
}

/* ---- DOT: a chain of points a lane, each row a rank of its own */

static void dot_chain(const Chart *chart, uint32_t lane, FILE *out) {
    fprintf(out, "  l%u [shape=box, style=filled, fillcolor=\"#e8eef8\", group=g%u, label=\"", lane, lane);
    dot_label(out, chart->lanes.data[lane]);
    fputs("\"];\n", out);
    for (uint32_t row = 0; row <= chart->rows; row++) fprintf(out, "  p%u_%u [shape=point, width=0.03, group=g%u, label=\"\"];\n", lane, row, lane);
    fprintf(out, "  l%u", lane);
    for (uint32_t row = 0; row <= chart->rows; row++) fprintf(out, " -> p%u_%u", lane, row);
    fputs(" [arrowhead=none, style=dotted, weight=100];\n", out);
}

static void dot_message(const ChartMessage *message, uint32_t rows, FILE *out) {
    const char *colour = message->is_fault ? "red" : message->taken == CHART_NEVER ? "orange" : "black";
    uint32_t row = message->taken == CHART_NEVER ? rows : is_straight(message) ? message->sent : message->taken;
    fprintf(out, "  p%u_%u -> p%u_%u [constraint=false, color=%s, fontcolor=%s%s, label=\"", message->from, message->sent, message->to, row, colour, colour,
            message->taken == CHART_NEVER ? ", style=dashed, arrowhead=tee" : "");
    dot_label(out, message->text);
    fputs("\"];\n", out);
}

void chart_dot(const Chart *chart, FILE *out) {
    fputs("digraph chart {\n  nodesep=1.2; ranksep=0.25; node [fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\", fontsize=11];\n  label=\"", out);
    dot_label(out, chart->title);
    fputs("\"; labelloc=t; fontname=\"sans-serif\";\n", out);
    for (uint32_t lane = 0; lane < chart->lanes.n; lane++) dot_chain(chart, lane, out);
    for (uint32_t row = 0; row <= chart->rows; row++) {
        fputs("  { rank=same;", out);
        for (uint32_t lane = 0; lane < chart->lanes.n; lane++) fprintf(out, " p%u_%u;", lane, row);
        fputs(" }\n", out);
    }
    for (uint32_t i = 0; i < chart->messages.n; i++) dot_message(&chart->messages.data[i], chart->rows, out);
    for (uint32_t i = 0; i < chart->notes.n; i++) {
        const ChartNote *note = &chart->notes.data[i];
        fprintf(out, "  p%u_%u [shape=note, style=filled, fillcolor=\"%s\", label=\"", note->lane, note->row, note->is_fault ? "#ffe0e0" : "#fffbe0");
        dot_label(out, note->text);
        fputs("\"];\n", out);
    }
    fputs("}\n", out);
}

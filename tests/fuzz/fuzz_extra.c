/* Feeds bytes to the reader of properties that are given beside a program, and what is right through to the model. The first byte says as what:
   an ltl or a ctl formula, or the proposition of an automaton. */
#include "frontend/frontend.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char program_text[] =
    "typedef struct { int a; bool b; } pair; message note { low(uint8_t n); none_left(); }; enum e { RED, GREEN };\n"
    "chan(int) c = channel(1), d[2] = {channel(1), channel(2)}; chan(note) notes = channel(1); chan(pair) pairs = "
    "channel(1);\n"
    "mutex m; int x, t[3]; pair p; enum e light; int twice(int v) { return 2 * v; } int next(void) { return ++x; }\n"
    "async void worker(int id) { int v; here: await recv(c, &v); await lock(m); t[id] = v; unlock(m); await "
    "send(notes, low(1)); }\n"
    "async void main(void) { spawn worker(0); spawn worker(1); await send(c, 1); light = GREEN; x = 2; p.a = 1; }\n"
    "ltl answered: G (sent(c) -> F received(c));\n";

static void add(Tree *tree, Diags *diags, uint8_t how, Span span) {
    if (how % 3 < 2) {
        frontend_add_formula(tree, diags, how % 3 == 1, "extra", span);
        return;
    }
    ExtraAutomaton extra = {.name = "extra", .span = span, .is_never = true, .propositions = &span, .npropositions = 1};
    frontend_add_automaton(tree, diags, &extra);
}

static void show(const Diags *diags, const Program *program) {
    FILE *out = fopen("/dev/null", "w");
    if (!out) abort();
    diags_render(diags, out, false);
    if (program) program_dump(program, out);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Tree *tree = frontend_parse_text(sources, diags, "program.ac", program_text, sizeof program_text - 1);
    Span span = {sources_add(sources, "--extra", (const char *)data + 1, size - 1), 0, (uint32_t)(size - 1)};
    add(tree, diags, data[0], span);
    Program *program = diags_errors(diags) == 0 && frontend_check(tree, diags) ? frontend_lower(tree, diags) : NULL;
    show(diags, program);
    program_free(program);
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
    return 0;
}

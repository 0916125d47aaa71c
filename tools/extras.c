#include "tools/extras.h"

#include "ltl/hoa_read.h"
#include "model/support/fatal.h"
#include "model/support/read.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- formulas */

static void add_formula(const PropertyOption *given, uint32_t number, Tree *tree, Diags *diags) {
    bool is_ctl = strcmp(given->how, "--ctl") == 0;
    size_t length = strlen(given->text);
    Span span = {sources_add(tree->sources, given->how, given->text, length), 0, (uint32_t)length};
    frontend_add_formula(tree, diags, is_ctl, arena_printf(&tree->arena, "%s%u", given->how + 2, number), span);
}

/* ---- automata */

/* `x == 1` in "AP: 1 "x == 1"": where the name of an atom stands; the whole text when it is written in another way. */
static Span place_of(const Sources *sources, Span file, const char *name) {
    const char *text = sources_text(sources, file.file, &(size_t){0});
    size_t length = strlen(name);
    for (uint32_t i = file.begin; i + length + 2 <= file.end; i++)
        if (text[i] == '"' && memcmp(text + i + 1, name, length) == 0 && text[i + 1 + length] == '"')
            return (Span){file.file, i + 1, i + 1 + (uint32_t)length};
    return (Span){0};
}

/* A name that is escaped in the file is a source of its own. */
static Span proposition(Tree *tree, Span file, const char *name) {
    Span span = place_of(tree->sources, file, name);
    if (span.file) return span;
    size_t length = strlen(name);
    return (Span){
        sources_add(tree->sources, sources_name(tree->sources, file.file), name, length), 0, (uint32_t)length};
}

/* The only automaton of the file. */
static bool read_automaton(Extra *extra, const Sources *sources, Diags *diags, Span file) {
    Span rest = file;
    HoaResult result = hoa_read(extra->formulas, extra->bdds, sources, diags, &rest, &extra->automaton);
    if (result == HOA_WRONG) return false;
    if (result != HOA_AUTOMATON) {
        diags_add(diags, DIAG_SYNTAX, (Span){file.file, file.begin, file.begin}, "the file holds no automaton");
        return false;
    }
    Automaton *more = NULL;
    HoaResult next = hoa_read(extra->formulas, extra->bdds, sources, diags, &rest, &more);
    automaton_free(more);
    if (next == HOA_AUTOMATON)
        diags_add(diags, DIAG_SYNTAX, (Span){file.file, rest.begin, rest.begin},
            "the file of a property holds one automaton");
    return next == HOA_END;
}

/* "specs/no-loss.hoa" as a name: no_loss */
static const char *name_of(const char *path, Arena *arena) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    char *name = arena_printf(arena, "%s%.*s", isdigit((unsigned char)base[0]) ? "_" : "", (int)length, base);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    return name;
}

static const char *path_of(const char *given, const char *program, Arena *arena) {
    const char *slash = strrchr(program, '/');
    if (given[0] == '/' || !slash || access(given, R_OK) == 0) return given;
    const char *beside = arena_printf(arena, "%.*s/%s", (int)(slash - program), program, given);
    return access(beside, R_OK) == 0 ? beside : given;
}

static Extra *new_extra(Extras *extras, const char *name) {
    Extra *extra = calloc(1, sizeof *extra);
    if (!extra) fatal("out of memory");
    *extra = (Extra){.name = name, .formulas = formulas_new(), .bdds = bdds_new()};
    vec_push(&extras->automata, extra);
    return extra;
}

static void add_automaton(Extras *extras, const PropertyOption *given, const char *program, Tree *tree, Diags *diags) {
    const char *path = path_of(given->text, program, &tree->arena);
    size_t length;
    char *text = read_file(diags, path, &length);
    if (!text) return;
    Span file = {sources_add(tree->sources, path, text, length), 0, (uint32_t)length};
    free(text);
    Extra *extra = new_extra(extras, name_of(path, &tree->arena));
    if (!read_automaton(extra, tree->sources, diags, file)) return;
    uint32_t n = formulas_atom_count(extra->formulas);
    Span *propositions = ARENA_ARRAY(&tree->arena, Span, n + 1u);
    for (uint32_t i = 0; i < n; i++) propositions[i] = proposition(tree, file, formulas_atom_name(extra->formulas, i));
    ExtraAutomaton property = {.name = extra->name,
        .span = {file.file, 0, 0},
        .is_never = strcmp(given->how, "--never") == 0,
        .propositions = propositions,
        .npropositions = n};
    frontend_add_automaton(tree, diags, &property);
}

/* ---- all of them */

void extras_add(Extras *extras, const Options *options, const char *path, Tree *tree, Diags *diags) {
    uint32_t ltl = 0, ctl = 0;
    for (uint32_t i = 0; i < options->properties.n; i++) {
        const PropertyOption *given = &options->properties.data[i];
        if (strcmp(given->how, "--ltl") == 0) add_formula(given, ++ltl, tree, diags);
        else if (strcmp(given->how, "--ctl") == 0) add_formula(given, ++ctl, tree, diags);
        else add_automaton(extras, given, path, tree, diags);
    }
}

void extras_fini(Extras *extras) {
    for (uint32_t i = 0; i < extras->automata.n; i++) {
        Extra *extra = extras->automata.data[i];
        automaton_free(extra->automaton);
        bdds_free(extra->bdds);
        formulas_free(extra->formulas);
        free(extra);
    }
    vec_fini(&extras->automata);
}

const Automaton *extras_automaton(const Extras *extras, const char *name) {
    for (uint32_t i = 0; i < extras->automata.n; i++)
        if (strcmp(extras->automata.data[i]->name, name) == 0) return extras->automata.data[i]->automaton;
    return NULL;
}

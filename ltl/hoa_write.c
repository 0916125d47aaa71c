#include "ltl/hoa.h"
#include "ltl/strength.h"
#include "model/support/dot_label.h"

#include <stdlib.h>

typedef struct Label {
    FILE *out;
    const Formulas *atoms;          /* NULL: atoms are numbers */
    uint32_t number[FORMULA_ATOMS]; /* of the atoms that occur */
    uint32_t cubes;
} Label;

static bool write_cube(void *context, const BddLiteral *literals, uint32_t count) {
    Label *label = context;
    if (label->cubes++ > 0) fputs(" | ", label->out);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) fputs(label->atoms ? " & " : "&", label->out);
        if (!literals[i].positive) fputc('!', label->out);
        uint32_t atom = literals[i].variable;
        if (label->atoms) formula_print_atom(formulas_atom_name(label->atoms, atom), label->out);
        else fprintf(label->out, "%u", label->number[atom]);
    }
    return true;
}

static void write_label(Label *label, Bdds *bdds, Bdd f) {
    label->cubes = 0;
    if (f <= BDD_TRUE) fputs(label->atoms ? (f ? "true" : "false") : (f ? "t" : "f"), label->out);
    else bdd_each_cube(bdds, f, write_cube, label);
}

void hoa_write_label(Bdds *bdds, Bdd f, const Formulas *atoms, FILE *out) {
    Label label = {.out = out, .atoms = atoms};
    write_label(&label, bdds, f);
}

static void write_quoted(const char *text, FILE *out) {
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_atoms(const Automaton *automaton, const Formulas *atoms, Label *label) {
    uint64_t support = automaton_support(automaton);
    uint32_t n = 0;
    fprintf(label->out, "AP: %d", __builtin_popcountll(support));
    for (uint32_t a = 0; a < FORMULA_ATOMS; a++) {
        if (!(support >> a & 1)) continue;
        label->number[a] = n++;
        fputc(' ', label->out);
        write_quoted(formulas_atom_name(atoms, a), label->out);
    }
    fputc('\n', label->out);
}

static void write_acceptance(const Automaton *automaton, FILE *out) {
    uint32_t n = automaton->nsets;
    if (n == 0) fputs("acc-name: all\nAcceptance: 0 t\n", out);
    else if (n == 1) fputs("acc-name: Buchi\nAcceptance: 1 Inf(0)\n", out);
    else {
        fprintf(out, "acc-name: generalized-Buchi %u\nAcceptance: %u", n, n);
        for (uint32_t i = 0; i < n; i++) fprintf(out, "%sInf(%u)", i > 0 ? "&" : " ", i);
        fputc('\n', out);
    }
}

static void write_marks(Marks marks, FILE *out) {
    if (!marks) return;
    fputs(" {", out);
    for (const char *gap = ""; marks; marks &= marks - 1, gap = " ") fprintf(out, "%s%d", gap, __builtin_ctzll(marks));
    fputc('}', out);
}

static void write_properties(const Automaton *automaton, bool stutter_invariant, FILE *out) {
    Strength strength = strength_of(automaton);
    fprintf(out, "properties: trans-labels explicit-labels %s%s%s%s%s%s\n--BODY--\n",
        automaton->is_state_based ? "state-acc" : "trans-acc", automaton_is_complete(automaton) ? " complete" : "",
        automaton_is_deterministic(automaton) ? " deterministic" : "", strength >= STRENGTH_WEAK ? " weak" : "",
        strength == STRENGTH_TERMINAL ? " terminal" : "", stutter_invariant ? " stutter-invariant" : "");
}

void hoa_write(const Automaton *automaton, const Formulas *atoms, const char *name, bool stutter_invariant, FILE *out) {
    Label label = {.out = out};
    bool by_state = automaton->is_state_based;
    fputs("HOA: v1\n", out);
    if (name) {
        fputs("name: ", out);
        write_quoted(name, out);
        fputc('\n', out);
    }
    fprintf(out, "tool: \"unknot\" \"%s\"\nStates: %u\nStart: %u\n", UNKNOT_VERSION, automaton->nstates,
        automaton->initial);
    write_atoms(automaton, atoms, &label);
    write_acceptance(automaton, out);
    write_properties(automaton, stutter_invariant, out);
    for (uint32_t s = 0; s < automaton->nstates; s++) {
        fprintf(out, "State: %u", s);
        if (by_state) write_marks(automaton_accepts_at(automaton, s), out);
        fputc('\n', out);
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++) {
            fputc('[', out);
            write_label(&label, automaton->bdds, e->label);
            fprintf(out, "] %u", e->to);
            if (!by_state) write_marks(e->marks, out);
            fputc('\n', out);
        }
    }
    fputs("--END--\n", out);
}

/* ---- DOT */

static void write_dot_edge(const Automaton *automaton, const Edge *e, const Formulas *atoms, FILE *out) {
    char *text = NULL;
    size_t length;
    FILE *label = open_memstream(&text, &length);
    if (!label) return;
    hoa_write_label(automaton->bdds, e->label, atoms, label);
    if (!automaton->is_state_based) write_marks(e->marks, label);
    fclose(label);
    fprintf(out, "  %u -> %u [label=\"", e->from, e->to);
    dot_label(out, text);
    fputs("\"];\n", out);
    free(text);
}

void hoa_write_dot(const Automaton *automaton, const Formulas *atoms, const char *name, FILE *out) {
    fputs("digraph \"automaton\" {\n  rankdir=LR;\n  node [shape=circle];\n", out);
    if (name) {
        fputs("  label=\"", out);
        dot_label(out, name);
        fputs("\";\n", out);
    }
    fprintf(out, "  start [shape=point];\n  start -> %u;\n", automaton->initial);
    for (uint32_t s = 0; s < automaton->nstates; s++) {
        bool accepts = automaton->is_state_based && automaton_accepts_at(automaton, s);
        fprintf(out, "  %u%s;\n", s, accepts ? " [shape=doublecircle]" : "");
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++)
            write_dot_edge(automaton, e, atoms, out);
    }
    fputs("}\n", out);
}

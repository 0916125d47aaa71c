/* `unknot ltl FORMULA` */
#include "ltl/emptiness.h"
#include "ltl/hoa.h"
#include "ltl/hoa_read.h"
#include "ltl/ltl.h"
#include "ltl/parse.h"
#include "ltl/product.h"
#include "ltl/stutter.h"
#include "ltl/word_read.h"
#include "tools/commands.h"
#include "tools/formula_spans.h"
#include "tools/output.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STUTTER_STATES = 1 << 22 };

/* One formula at work, or two. */
typedef struct Work {
    const Options *options;
    const Sources *sources;
    Diags *diags;
    Formulas *formulas;
    Bdds *bdds;
    FILE *out;
    uint64_t states, edges; /* so far */
} Work;

static void work_begin(Work *work) {
    work->formulas = formulas_new();
    work->bdds = bdds_new();
}
static void work_end(Work *work) {
    bdds_free(work->bdds);
    formulas_free(work->formulas);
}

static bool read_formula(Work *work, Span span, Formula *f) {
    if (!formula_parse(work->formulas, work->sources, work->diags, span, f)) return false;
    if (work->options->negate) *f = formula_written(work->formulas, FORMULA_NOT, *f, *f);
    return true;
}

static Automaton *translate(Work *work, Formula f, LtlKind kind) {
    LtlOptions all = ltl_options_all();
    Automaton *automaton = ltl_translate(work->formulas, work->bdds, f, kind, &all);
    if (!automaton) fputs("unknot: no verdict: the automaton is too large\n", stderr);
    return automaton;
}

/* ---- automata */

static char *text_of(const Work *work, Formula f) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) return NULL;
    formula_print(work->formulas, f, out);
    fclose(out);
    return text;
}

static void write_stats(Work *work, const Automaton *automaton, const char *name) {
    fprintf(work->out, "%u states, %u edges, %u set%s%s%s: %s\n", automaton->nstates, automaton->edges.n,
        automaton->nsets, automaton->nsets == 1 ? "" : "s",
        automaton_is_deterministic(automaton) ? ", deterministic" : "",
        automaton_is_complete(automaton) ? ", complete" : "", name);
}

static void write_automaton(Work *work, const Automaton *automaton, const char *name, bool stutter_invariant) {
    work->states += automaton->nstates;
    work->edges += automaton->edges.n;
    if (work->options->stats) write_stats(work, automaton, name);
    else if (work->options->dot) hoa_write_dot(automaton, work->formulas, name, work->out);
    else hoa_write(automaton, work->formulas, name, stutter_invariant, work->out);
}

static LtlKind kind_of(const Options *options) { return options->tgba ? LTL_GENERALISED : LTL_BUCHI; }

static int translate_one(Work *work, Formula f) {
    Automaton *automaton = translate(work, f, kind_of(work->options));
    if (!automaton) return EXIT_NO_VERDICT;
    char *name = text_of(work, f);
    write_automaton(work, automaton, name, formula_is(work->formulas, f, FORMULA_IS_STEPLESS));
    free(name);
    automaton_free(automaton);
    return EXIT_HOLDS;
}

/* The automata of a HOA file, made small and written again. */
static int reduce_all(Work *work, Span span) {
    int code = EXIT_HOLDS;
    LtlOptions all = ltl_options_all();
    for (HoaResult result = HOA_ABORTED; result != HOA_END;) {
        Automaton *automaton;
        work_begin(work);
        result = hoa_read(work->formulas, work->bdds, work->sources, work->diags, &span, &automaton);
        if (result == HOA_WRONG) code = EXIT_WRONG_INPUT;
        if (automaton) {
            automaton = ltl_reduce(automaton, kind_of(work->options), &all);
            write_automaton(work, automaton, sources_name(work->sources, span.file), false);
        }
        automaton_free(automaton);
        work_end(work);
    }
    return code;
}

/* ---- answers */

static void write_word(Work *work, const char *what, LassoWord word) {
    fprintf(work->out, "  %s: ", what);
    word_print(work->formulas, word, work->out);
    fputc('\n', work->out);
}

static int check_word(Work *work, Formula f) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    const char *text = work->options->check_word;
    uint32_t file = sources_add(sources, "word", text, strlen(text));
    WordText read;
    int code = EXIT_WRONG_INPUT;
    if (word_read(work->formulas, sources, diags, (Span){file, 0, (uint32_t)strlen(text)}, &read)) {
        bool holds = word_satisfies(work->formulas, (LassoWord){read.letters.data, read.prefix, read.letters.n}, f);
        fprintf(work->out, "the formula %s of the word\n", holds ? "holds" : "does not hold");
        code = holds ? EXIT_HOLDS : EXIT_VIOLATED;
    }
    diags_render(diags, stderr, options_colour(work->options, stderr));
    word_text_fini(&read);
    diags_free(diags);
    sources_free(sources);
    return code;
}

static int check_stutter(Work *work, Formula f) {
    Automaton *automaton = translate(work, f, LTL_GENERALISED);
    Automaton *negation = automaton ? translate(work, formula_negated(work->formulas, f), LTL_GENERALISED) : NULL;
    StutterWord in = {0}, out = {0};
    StutterAnswer answer = STUTTER_UNKNOWN;
    if (negation) answer = stutter_check(automaton, negation, MOST_STUTTER_STATES, &in, &out);
    const char *const texts[] = {"stutter-invariant", "stutter-sensitive", "no verdict"};
    fprintf(work->out, "%s\n", texts[answer]);
    if (answer == STUTTER_SENSITIVE) {
        write_word(work, "it holds of", (LassoWord){in.letters.data, in.prefix, in.letters.n});
        write_word(work, "and not of", (LassoWord){out.letters.data, out.prefix, out.letters.n});
    }
    stutter_word_fini(&in);
    stutter_word_fini(&out);
    automaton_free(automaton);
    automaton_free(negation);
    return answer == STUTTER_INVARIANT ? EXIT_HOLDS : answer == STUTTER_SENSITIVE ? EXIT_VIOLATED : EXIT_NO_VERDICT;
}

/* f implies g, or a word shows that it does not. */
static int check_implication(Work *work, Formula f, Formula g, const char *what) {
    Automaton *a = translate(work, f, LTL_GENERALISED);
    Automaton *b = a ? translate(work, formula_negated(work->formulas, g), LTL_GENERALISED) : NULL;
    int code = EXIT_NO_VERDICT;
    if (b) {
        Automaton *product = product_of(a, b);
        Lasso lasso;
        code = emptiness_check(product, &lasso) ? EXIT_HOLDS : EXIT_VIOLATED;
        if (code == EXIT_VIOLATED) {
            uint64_t *letters = calloc(lasso.edges.n, sizeof *letters);
            if (letters) write_word(work, what, lasso_word(product, &lasso, letters));
            free(letters);
            lasso_fini(&lasso);
        }
        automaton_free(product);
    }
    automaton_free(a);
    automaton_free(b);
    return code;
}

static int check_equivalence(Work *work, Formula f, Formula g) {
    int there = check_implication(work, f, g, "the first holds, and the second does not, of");
    int back = check_implication(work, g, f, "the second holds, and the first does not, of");
    int code = job_worse(there, back);
    if (code == EXIT_HOLDS) fputs("equivalent\n", work->out);
    if (code == EXIT_VIOLATED)
        fprintf(work->out, "%s\n",
            there == EXIT_HOLDS  ? "not equivalent: the first implies the second"
            : back == EXIT_HOLDS ? "not equivalent: the second implies the first"
                                 : "not equivalent: neither implies the other");
    return code;
}

/* ---- all of them */

static int run_one(Work *work, Span span) {
    Formula f;
    work_begin(work);
    int code = EXIT_WRONG_INPUT;
    if (read_formula(work, span, &f)) {
        if (work->options->check_word) code = check_word(work, f);
        else if (work->options->stutter) code = check_stutter(work, f);
        else code = translate_one(work, f);
    }
    work_end(work);
    return code;
}

static int run_two(Work *work, Span first, Span second) {
    Formula f, g;
    work_begin(work);
    int code = EXIT_WRONG_INPUT;
    if (read_formula(work, first, &f) && read_formula(work, second, &g)) code = check_equivalence(work, f, g);
    work_end(work);
    return code;
}

static int run_all(Work *work, const FormulaSpans *spans) {
    if (work->options->equiv) return run_two(work, spans->data[0], spans->data[1]);
    const char *path = work->options->formula_file;
    if (path && formula_spans_is_hoa(path)) return reduce_all(work, spans->data[0]);
    int code = EXIT_HOLDS;
    for (uint32_t i = 0; i < spans->n; i++) code = job_worse(code, run_one(work, spans->data[i]));
    if (work->options->stats && spans->n > 1)
        fprintf(work->out, "%u formulas: %llu states, %llu edges\n", spans->n, (unsigned long long)work->states,
            (unsigned long long)work->edges);
    return code;
}

static int wrong_options(const Options *options) {
    bool from_file = options->formula_file != NULL;
    uint32_t wanted = from_file ? 0 : options->equiv ? 2 : 1;
    if (options->ba && options->tgba) return command_wrong("--ba and --tgba exclude one another");
    if (options->hoa + options->dot + options->stats > 1)
        return command_wrong("--hoa, --dot and --stats exclude one another");
    if (options->equiv + options->stutter + (options->check_word != NULL) > 1)
        return command_wrong("--equiv, --stutter and --check-word exclude one another");
    bool from_automata = from_file && formula_spans_is_hoa(options->formula_file);
    if (from_automata && (options->negate || options->stutter || options->check_word))
        return command_wrong("--negate, --stutter and --check-word take formulas, not automata");
    if (from_file && options->equiv) return command_wrong("--equiv takes its two formulas from the command line");
    if (options->operands.n != wanted)
        return command_wrong("ltl needs %s; see `unknot help ltl`", from_file ? "no formula besides those of the file"
                                                                    : options->equiv ? "two formulas"
                                                                                     : "one formula");
    return EXIT_HOLDS;
}

int command_ltl(const Options *options, CommandLine line) {
    (void)line;
    int code = wrong_options(options);
    if (code != EXIT_HOLDS) return code;
    Sources *sources = sources_new();
    Work work = {.options = options, .sources = sources, .diags = diags_new(sources)};
    FormulaSpans spans = {0};
    if (formula_spans_find(options, sources, &spans)) {
        Output output;
        output_begin(&output, options->out);
        work.out = output.stream;
        code = run_all(&work, &spans);
        if (!output_end(&output)) code = job_worse(code, EXIT_WRONG_INPUT);
        diags_render(work.diags, stderr, options_colour(options, stderr));
    } else {
        code = EXIT_WRONG_INPUT;
    }
    vec_fini(&spans);
    diags_free(work.diags);
    sources_free(sources);
    return code;
}

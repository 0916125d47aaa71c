/* `unknot ltl FORMULA` */
#include "ltl/hoa.h"
#include "ltl/hoa_read.h"
#include "ltl/language.h"
#include "ltl/parse.h"
#include "ltl/word_read.h"
#include "tools/commands.h"
#include "tools/formula_spans.h"
#include "tools/output.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_STUTTER_STATES = 1 << 22,
    MOST_CLAIM_STATES = 1 << 18 /* when stuttering is only a property to be written */
};

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

static int say_too_large(void) {
    fputs("unknot: no verdict: the automaton is too large\n", stderr);
    return EXIT_NO_VERDICT;
}

static Automaton *translate(Work *work, Formula f, LtlKind kind) {
    LtlOptions all = ltl_options_all();
    Automaton *automaton = ltl_translate(work->formulas, work->bdds, f, kind, &all);
    if (!automaton) say_too_large();
    return automaton;
}

static Language language_of(Work *work, Formula f) {
    LtlOptions all = ltl_options_all();
    return language_of_formula(work->formulas, work->bdds, f, &all);
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

static bool writes_hoa(const Options *options) { return !options->stats && !options->dot; }

static void write_automaton(Work *work, const Automaton *automaton, const char *name, bool stutter_invariant) {
    work->states += automaton->nstates;
    work->edges += automaton->edges.n;
    if (work->options->stats) write_stats(work, automaton, name);
    else if (work->options->dot) hoa_write_dot(automaton, work->formulas, name, work->out);
    else hoa_write(automaton, work->formulas, name, stutter_invariant, work->out);
}

static LtlKind kind_of(const Options *options) { return options->tgba ? LTL_GENERALISED : LTL_BUCHI; }

/* Worth deciding only where it is written. */
static bool claims_stutter(Work *work, const Automaton *automaton, Formula f) {
    if (!writes_hoa(work->options) || formula_is(work->formulas, f, FORMULA_IS_STEPLESS)) return true;
    LtlOptions all = ltl_options_all();
    Formula negated = formula_negated(work->formulas, f);
    Automaton *complement = ltl_translate(work->formulas, work->bdds, negated, LTL_GENERALISED, &all);
    bool claims =
        complement && stutter_check(automaton, complement, MOST_CLAIM_STATES, NULL, NULL) == STUTTER_INVARIANT;
    automaton_free(complement);
    return claims;
}

static int translate_one(Work *work, Formula f) {
    Automaton *automaton = translate(work, f, kind_of(work->options));
    if (!automaton) return EXIT_NO_VERDICT;
    char *name = text_of(work, f);
    write_automaton(work, automaton, name, claims_stutter(work, automaton, f));
    free(name);
    automaton_free(automaton);
    return EXIT_HOLDS;
}

/* ---- automata that are read */

/* One of the file: *span goes behind it. NULL: there was none (HOA_ABORTED, HOA_END), or it was wrong. */
static Automaton *read_automaton(Work *work, Span *span, HoaResult *result) {
    Automaton *automaton;
    *result = hoa_read(work->formulas, work->bdds, work->sources, work->diags, span, &automaton);
    return automaton;
}

/* Takes the automaton; writes it, or its complement, made small. */
static int reduce_one(Work *work, Automaton *automaton, const char *name) {
    const Options *options = work->options;
    LtlOptions all = ltl_options_all();
    Language language = {.automaton = automaton};
    if (options->complement || writes_hoa(options)) language = language_of_automaton(automaton);
    bool invariant = language_stutters(&language, MOST_CLAIM_STATES, NULL, NULL) == STUTTER_INVARIANT;
    int code = EXIT_HOLDS;
    Automaton **wanted = options->complement ? &language.complement : &language.automaton;
    if (*wanted) {
        *wanted = ltl_reduce(*wanted, kind_of(options), &all);
        write_automaton(work, *wanted, name, invariant);
    } else {
        code = say_too_large();
    }
    language_fini(&language);
    return code;
}

/* The automata of a HOA file, made small and written again. */
static int reduce_all(Work *work, Span span) {
    int code = EXIT_HOLDS;
    for (HoaResult result = HOA_ABORTED; result != HOA_END;) {
        work_begin(work);
        Automaton *automaton = read_automaton(work, &span, &result);
        if (result == HOA_WRONG) code = job_worse(code, EXIT_WRONG_INPUT);
        if (automaton) code = job_worse(code, reduce_one(work, automaton, sources_name(work->sources, span.file)));
        work_end(work);
    }
    return code;
}

/* ---- answers */

static void write_word(Work *work, const char *what, const OwnWord *word) {
    fprintf(work->out, "  %s: ", what);
    word_print(work->formulas, word_of(word), work->out);
    fputc('\n', work->out);
}

static int check_word(Work *work, Formula f) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    const char *text = work->options->check_word;
    uint32_t file = sources_add(sources, "word", text, strlen(text));
    OwnWord read;
    int code = EXIT_WRONG_INPUT;
    if (word_read(work->formulas, sources, diags, (Span){file, 0, (uint32_t)strlen(text)}, &read)) {
        bool holds = word_satisfies(work->formulas, word_of(&read), f);
        fprintf(work->out, "the formula %s of the word\n", holds ? "holds" : "does not hold");
        code = holds ? EXIT_HOLDS : EXIT_VIOLATED;
    }
    diags_render(diags, stderr, options_colour(work->options, stderr));
    word_fini(&read);
    diags_free(diags);
    sources_free(sources);
    return code;
}

static int check_stutter(Work *work, Formula f) {
    Language language = language_of(work, f);
    OwnWord in = {0}, out = {0};
    StutterAnswer answer = language_stutters(&language, MOST_STUTTER_STATES, &in, &out);
    const char *const texts[] = {"stutter-invariant", "stutter-sensitive", "no verdict"};
    fprintf(work->out, "%s\n", texts[answer]);
    if (answer == STUTTER_SENSITIVE) {
        write_word(work, "it holds of", &in);
        write_word(work, "and not of", &out);
    }
    word_fini(&in);
    word_fini(&out);
    language_fini(&language);
    return answer == STUTTER_INVARIANT ? EXIT_HOLDS : answer == STUTTER_SENSITIVE ? EXIT_VIOLATED : EXIT_NO_VERDICT;
}

/* a implies b, or a word shows that it does not. */
static int check_implication(Work *work, const Language *a, const Language *b, const char *what) {
    OwnWord word = {0};
    LanguageAnswer answer = language_includes(b, a, &word);
    if (answer == LANGUAGE_NO) write_word(work, what, &word);
    word_fini(&word);
    if (answer == LANGUAGE_UNKNOWN) return say_too_large();
    return answer == LANGUAGE_YES ? EXIT_HOLDS : EXIT_VIOLATED;
}

/* Takes both. */
static int check_equivalence(Work *work, Language a, Language b) {
    int there = check_implication(work, &a, &b, "the first holds, and the second does not, of");
    int back = check_implication(work, &b, &a, "the second holds, and the first does not, of");
    int code = job_worse(there, back);
    if (code == EXIT_HOLDS) fputs("equivalent\n", work->out);
    if (code == EXIT_VIOLATED)
        fprintf(work->out, "%s\n",
            there == EXIT_HOLDS  ? "not equivalent: the first implies the second"
            : back == EXIT_HOLDS ? "not equivalent: the second implies the first"
            : there == back      ? "not equivalent: neither implies the other"
                                 : "not equivalent");
    language_fini(&a);
    language_fini(&b);
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
    if (read_formula(work, first, &f) && read_formula(work, second, &g))
        code = check_equivalence(work, language_of(work, f), language_of(work, g));
    work_end(work);
    return code;
}

/* The automaton of a file, and a formula or a second automaton there. */
static int compare_automata(Work *work, Span file, const Span *formula) {
    work_begin(work);
    HoaResult result;
    Automaton *first = read_automaton(work, &file, &result), *second = NULL;
    Formula f;
    int code = EXIT_WRONG_INPUT;
    if (formula ? first && read_formula(work, *formula, &f)
                : first && (second = read_automaton(work, &file, &result)) != NULL)
        code = check_equivalence(
            work, language_of_automaton(first), second ? language_of_automaton(second) : language_of(work, f));
    else if (!formula && result != HOA_WRONG) code = command_wrong("--equiv needs two automata, or one and a formula");
    if (code == EXIT_WRONG_INPUT) automaton_free(first);
    work_end(work);
    return code;
}

static int run_all(Work *work, const FormulaSpans *spans) {
    const Options *options = work->options;
    bool from_automata = options->formula_file && formula_spans_is_hoa(options->formula_file);
    if (from_automata && options->equiv)
        return compare_automata(work, spans->data[0], spans->n > 1 ? &spans->data[1] : NULL);
    if (from_automata) return reduce_all(work, spans->data[0]);
    if (options->equiv) return run_two(work, spans->data[0], spans->data[1]);
    int code = EXIT_HOLDS;
    for (uint32_t i = 0; i < spans->n; i++) code = job_worse(code, run_one(work, spans->data[i]));
    if (options->stats && spans->n > 1)
        fprintf(work->out, "%u formulas: %llu states, %llu edges\n", spans->n, (unsigned long long)work->states,
            (unsigned long long)work->edges);
    return code;
}

static int wrong_operands(const Options *options, bool from_automata) {
    uint32_t n = options->operands.n;
    if (from_automata && options->equiv)
        return n <= 1 ? EXIT_HOLDS : command_wrong("--equiv compares an automaton with one formula, or with a second one");
    uint32_t wanted = options->formula_file ? 0 : options->equiv ? 2 : 1;
    if (n == wanted) return EXIT_HOLDS;
    return command_wrong("ltl needs %s; see `unknot help ltl`",
        wanted == 0   ? "no formula besides those of the file"
        : wanted == 2 ? "two formulas"
                      : "one formula");
}

static int wrong_options(const Options *options) {
    bool from_file = options->formula_file != NULL;
    bool from_automata = from_file && formula_spans_is_hoa(options->formula_file);
    if (options->ba && options->tgba) return command_wrong("--ba and --tgba exclude one another");
    if (options->hoa + options->dot + options->stats > 1)
        return command_wrong("--hoa, --dot and --stats exclude one another");
    if (options->equiv + options->stutter + options->complement + (options->check_word != NULL) > 1)
        return command_wrong("--equiv, --stutter, --complement and --check-word exclude one another");
    if (from_automata && (options->negate || options->stutter || options->check_word))
        return command_wrong("--negate, --stutter and --check-word take formulas, not automata");
    if (!from_automata && options->complement)
        return command_wrong("--complement takes automata (-F FILE.hoa); --negate is for formulas");
    if (from_file && !from_automata && options->equiv)
        return command_wrong("--equiv takes its two formulas from the command line");
    return wrong_operands(options, from_automata);
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

#include "ltl/hoa_read.h"

#include "ltl/hoa_acceptance.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 1 << 20, MOST_DEPTH = 500, NONE = UINT32_MAX };

typedef enum TokenKind { TOKEN_END, TOKEN_WORD, TOKEN_HEADER, TOKEN_INT, TOKEN_TEXT, TOKEN_MARK, TOKEN_SIGN } TokenKind;

typedef struct Token {
    TokenKind kind;
    uint32_t begin, end; /* of a text: without quotes; of a header: without colon */
    uint32_t value;      /* of a number */
    char sign;
} Token;

typedef struct Alias {
    uint32_t begin, end;
    Bdd value;
} Alias;

typedef struct Hoa {
    Formulas *formulas;
    Bdds *bdds;
    Diags *diags;
    const char *text;
    Span span; /* what is left behind `token` */
    Token token;
    bool failed;
    uint32_t depth;
    bool has_states, has_acceptance, has_ap;
    uint32_t nstates, nsets;
    VEC(uint32_t) starts;
    VEC(uint32_t) atoms;
    VEC(uint32_t) alias_at; /* places of aliases, which are read when all names are known */
    VEC(Alias) aliases;
    Alternatives acceptance;
    VEC(Edge) edges;
    VEC(bool) defined; /* state -> it had its line */
} Hoa;

/* ---- tokens */

static bool fail(Hoa *hoa, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(Hoa *hoa, const char *format, ...) {
    if (hoa->failed) return false;
    char message[200];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    diags_add(hoa->diags, DIAG_SYNTAX, (Span){hoa->span.file, hoa->token.begin, hoa->token.end}, "%s", message);
    hoa->failed = true;
    return false;
}

static void skip_comment(Hoa *hoa) {
    uint32_t depth = 0;
    do {
        const char *c = hoa->text + hoa->span.begin;
        bool two = hoa->span.begin + 1 < hoa->span.end;
        if (two && c[0] == '/' && c[1] == '*') depth++, hoa->span.begin += 2;
        else if (two && c[0] == '*' && c[1] == '/') depth--, hoa->span.begin += 2;
        else hoa->span.begin++;
    } while (depth > 0 && hoa->span.begin < hoa->span.end);
}

static void skip_blanks(Hoa *hoa) {
    while (hoa->span.begin < hoa->span.end) {
        const char *c = hoa->text + hoa->span.begin;
        if (isspace((unsigned char)*c)) hoa->span.begin++;
        else if (*c == '/' && hoa->span.begin + 1 < hoa->span.end && c[1] == '*') skip_comment(hoa);
        else return;
    }
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '-'; }

static void read_number(Hoa *hoa) {
    uint64_t value = 0;
    uint32_t *at = &hoa->span.begin;
    for (; *at < hoa->span.end && isdigit((unsigned char)hoa->text[*at]); ++*at)
        if (value <= UINT32_MAX) value = value * 10 + (uint64_t)(hoa->text[*at] - '0');
    hoa->token.kind = TOKEN_INT;
    hoa->token.end = *at;
    hoa->token.value = (uint32_t)value;
    if (value >= UINT32_MAX) fail(hoa, "the number is too large");
}

static void read_word(Hoa *hoa) {
    uint32_t *at = &hoa->span.begin;
    while (*at < hoa->span.end && is_word(hoa->text[*at])) ++*at;
    hoa->token.end = *at;
    hoa->token.kind = TOKEN_WORD;
    if (*at < hoa->span.end && hoa->text[*at] == ':') hoa->token.kind = TOKEN_HEADER, ++*at;
}

static void read_text(Hoa *hoa) {
    uint32_t *at = &hoa->span.begin;
    hoa->token.begin = ++*at;
    while (*at < hoa->span.end && hoa->text[*at] != '"')
        *at += hoa->text[*at] == '\\' && *at + 1 < hoa->span.end ? 2 : 1;
    hoa->token.end = *at < hoa->span.end ? *at : hoa->span.end;
    hoa->token.kind = TOKEN_TEXT;
    if (*at >= hoa->span.end) {
        hoa->span.begin = hoa->span.end;
        fail(hoa, "the text is not closed");
    } else {
        ++*at;
    }
}

static void advance(Hoa *hoa) {
    skip_blanks(hoa);
    uint32_t at = hoa->span.begin;
    hoa->token = (Token){.kind = TOKEN_END, .begin = at, .end = at};
    if (at >= hoa->span.end) return;
    const char *c = hoa->text + at;
    uint32_t left = hoa->span.end - at;
    const char *const marks[] = {"--BODY--", "--END--", "--ABORT--"};
    for (int i = 0; i < 3; i++) {
        uint32_t n = (uint32_t)strlen(marks[i]);
        if (left < n || memcmp(c, marks[i], n) != 0) continue;
        hoa->token = (Token){.kind = TOKEN_MARK, .begin = at, .end = at + n, .sign = marks[i][2]};
        hoa->span.begin += n;
        return;
    }
    if (isdigit((unsigned char)*c)) read_number(hoa);
    else if (isalpha((unsigned char)*c) || *c == '_') read_word(hoa);
    else if (*c == '"') read_text(hoa);
    else {
        hoa->token = (Token){.kind = TOKEN_SIGN, .begin = at, .end = at + 1, .sign = *c};
        hoa->span.begin++;
    }
}

static bool is_sign(const Hoa *hoa, char sign) { return hoa->token.kind == TOKEN_SIGN && hoa->token.sign == sign; }
static bool is_mark(const Hoa *hoa, char sign) { return hoa->token.kind == TOKEN_MARK && hoa->token.sign == sign; }
static bool token_is(const Hoa *hoa, const char *text) {
    uint32_t n = hoa->token.end - hoa->token.begin;
    return n == strlen(text) && memcmp(hoa->text + hoa->token.begin, text, n) == 0;
}
static bool take_sign(Hoa *hoa, char sign) {
    if (!is_sign(hoa, sign)) return false;
    advance(hoa);
    return true;
}
static bool expect_sign(Hoa *hoa, char sign) {
    if (hoa->failed) return false;
    return take_sign(hoa, sign) || fail(hoa, "expected '%c'", sign);
}
static bool expect_number(Hoa *hoa, uint32_t *value) {
    if (hoa->token.kind != TOKEN_INT) return fail(hoa, "expected a number");
    *value = hoa->token.value;
    advance(hoa);
    return !hoa->failed;
}

/* ---- labels: | of & of ! of atoms, aliases, t, f and brackets */

static Bdd read_label(Hoa *hoa);

static Bdd read_alias_use(Hoa *hoa) {
    advance(hoa);
    uint32_t n = hoa->token.end - hoa->token.begin;
    for (uint32_t i = hoa->aliases.n; i-- > 0;) {
        const Alias *alias = &hoa->aliases.data[i];
        if (alias->end - alias->begin != n || memcmp(hoa->text + alias->begin, hoa->text + hoa->token.begin, n) != 0)
            continue;
        advance(hoa);
        return alias->value;
    }
    fail(hoa, "this alias is not known");
    return BDD_FALSE;
}

static Bdd read_atom(Hoa *hoa) {
    uint32_t atom = 0;
    if (!expect_number(hoa, &atom)) return BDD_FALSE;
    if (atom < hoa->atoms.n) return bdd_literal(hoa->bdds, hoa->atoms.data[atom], true);
    fail(hoa, "there is no atom %u", atom);
    return BDD_FALSE;
}

static Bdd read_factor(Hoa *hoa) {
    if (hoa->failed || ++hoa->depth > MOST_DEPTH) {
        fail(hoa, "the label is nested too deep");
        return BDD_FALSE;
    }
    Bdd result;
    if (take_sign(hoa, '!')) {
        result = bdd_not(hoa->bdds, read_factor(hoa));
    } else if (take_sign(hoa, '(')) {
        result = read_label(hoa);
        expect_sign(hoa, ')');
    } else if (is_sign(hoa, '@')) {
        result = read_alias_use(hoa);
    } else if (hoa->token.kind == TOKEN_WORD && (token_is(hoa, "t") || token_is(hoa, "f"))) {
        result = token_is(hoa, "t") ? BDD_TRUE : BDD_FALSE;
        advance(hoa);
    } else {
        result = read_atom(hoa);
    }
    hoa->depth--;
    return result;
}

static Bdd read_term(Hoa *hoa) {
    Bdd result = read_factor(hoa);
    while (!hoa->failed && take_sign(hoa, '&')) result = bdd_and(hoa->bdds, result, read_factor(hoa));
    return result;
}

static Bdd read_label(Hoa *hoa) {
    Bdd result = read_term(hoa);
    while (!hoa->failed && take_sign(hoa, '|')) result = bdd_or(hoa->bdds, result, read_term(hoa));
    return result;
}

/* Passes over a label whose names are not known yet. */
static void skip_label(Hoa *hoa) {
    while (hoa->token.kind == TOKEN_INT || (hoa->token.kind == TOKEN_WORD && hoa->span.begin < hoa->span.end) ||
           (hoa->token.kind == TOKEN_SIGN && strchr("!&|()@", hoa->token.sign)))
        advance(hoa);
}

static bool read_aliases(Hoa *hoa) {
    Span kept = hoa->span;
    Token token = hoa->token;
    for (uint32_t i = 0; i < hoa->alias_at.n && !hoa->failed; i++) {
        hoa->span.begin = hoa->alias_at.data[i];
        advance(hoa); /* the name */
        Alias alias = {hoa->token.begin, hoa->token.end, BDD_FALSE};
        advance(hoa);
        alias.value = read_label(hoa);
        vec_push(&hoa->aliases, alias);
    }
    if (hoa->failed) return false;
    hoa->span = kept;
    hoa->token = token;
    return true;
}

/* ---- acceptance */

static void read_condition(Hoa *hoa, Alternatives *result);

static void read_set(Hoa *hoa, bool fin, Alternatives *result) {
    advance(hoa);
    uint32_t set = 0;
    if (!expect_sign(hoa, '(')) return;
    bool missing = take_sign(hoa, '!');
    if (!expect_number(hoa, &set)) return;
    if (set >= hoa->nsets) fail(hoa, "there is no acceptance set %u", set);
    if (!expect_sign(hoa, ')') || hoa->failed) return;
    Marks mark = UINT64_C(1) << set;
    Alternative alternative = {0};
    Marks *field = fin ? (missing ? &alternative.fin_missing : &alternative.fin)
                       : (missing ? &alternative.inf_missing : &alternative.inf);
    *field = mark;
    vec_push(result, alternative);
}

static void read_condition_factor(Hoa *hoa, Alternatives *result) {
    if (hoa->failed || ++hoa->depth > MOST_DEPTH) {
        fail(hoa, "the acceptance condition is nested too deep");
    } else if (take_sign(hoa, '(')) {
        read_condition(hoa, result);
        expect_sign(hoa, ')');
    } else if (hoa->token.kind == TOKEN_WORD && (token_is(hoa, "Inf") || token_is(hoa, "Fin"))) {
        read_set(hoa, token_is(hoa, "Fin"), result);
    } else if (hoa->token.kind == TOKEN_WORD && (token_is(hoa, "t") || token_is(hoa, "f"))) {
        if (token_is(hoa, "t")) vec_push(result, (Alternative){0});
        advance(hoa);
    } else {
        fail(hoa, "expected Inf, Fin, t, f or '('");
    }
    hoa->depth--;
}

static void read_condition_term(Hoa *hoa, Alternatives *result) {
    read_condition_factor(hoa, result);
    while (!hoa->failed && take_sign(hoa, '&')) {
        Alternatives more = {0};
        read_condition_factor(hoa, &more);
        if (!alternatives_and(result, &more)) fail(hoa, "the acceptance condition has too many alternatives");
        vec_fini(&more);
    }
}

static void read_condition(Hoa *hoa, Alternatives *result) {
    read_condition_term(hoa, result);
    while (!hoa->failed && take_sign(hoa, '|')) {
        Alternatives more = {0};
        read_condition_term(hoa, &more);
        if (!alternatives_or(result, &more)) fail(hoa, "the acceptance condition has too many alternatives");
        vec_fini(&more);
    }
}

/* ---- header */

static void read_atoms(Hoa *hoa) {
    uint32_t count = 0;
    if (hoa->has_ap) fail(hoa, "AP: is given twice");
    hoa->has_ap = true;
    if (!expect_number(hoa, &count)) return;
    for (; count > 0 && !hoa->failed; count--) {
        if (hoa->token.kind != TOKEN_TEXT || hoa->token.begin == hoa->token.end) {
            fail(hoa, "expected a name in quotes");
            return;
        }
        char *name = calloc(hoa->token.end - hoa->token.begin + 1, 1);
        if (!name) fatal("out of memory");
        uint32_t n = 0;
        for (uint32_t i = hoa->token.begin; i < hoa->token.end; i++) {
            if (hoa->text[i] == '\\' && i + 1 < hoa->token.end) i++;
            name[n++] = hoa->text[i];
        }
        uint32_t atom = strlen(name) == n ? formulas_atom(hoa->formulas, name, n) : FORMULA_ATOMS;
        if (atom == FORMULA_ATOMS) fail(hoa, "more than 64 different names, or a name that holds NUL");
        vec_push(&hoa->atoms, atom);
        free(name);
        advance(hoa);
    }
}

static void read_start(Hoa *hoa) {
    uint32_t state = 0;
    if (!expect_number(hoa, &state)) return;
    vec_push(&hoa->starts, state);
    if (is_sign(hoa, '&')) fail(hoa, "this automaton is alternating: several initial states at once are not supported");
}

static void read_acceptance(Hoa *hoa) {
    if (hoa->has_acceptance) fail(hoa, "Acceptance: is given twice");
    hoa->has_acceptance = true;
    if (!expect_number(hoa, &hoa->nsets)) return;
    if (hoa->nsets > AUTOMATON_SETS) fail(hoa, "more than 64 acceptance sets");
    read_condition(hoa, &hoa->acceptance);
}

static void read_alias(Hoa *hoa) {
    if (!is_sign(hoa, '@')) fail(hoa, "expected '@' and a name");
    vec_push(&hoa->alias_at, hoa->span.begin);
    advance(hoa);
    advance(hoa);
    skip_label(hoa);
}

static void skip_header(Hoa *hoa, char first) {
    if (isupper((unsigned char)first)) fail(hoa, "this header is not known, and its capital says that it matters");
    while (!hoa->failed && hoa->token.kind != TOKEN_HEADER && hoa->token.kind != TOKEN_MARK &&
           hoa->token.kind != TOKEN_END)
        advance(hoa);
}

static void read_header(Hoa *hoa) {
    Token header = hoa->token;
    if (header.kind != TOKEN_HEADER) {
        fail(hoa, "expected a header or --BODY--");
        return;
    }
    bool states = token_is(hoa, "States"), start = token_is(hoa, "Start"), ap = token_is(hoa, "AP");
    bool acceptance = token_is(hoa, "Acceptance"), alias = token_is(hoa, "Alias");
    advance(hoa);
    if (states) {
        hoa->has_states = true;
        if (expect_number(hoa, &hoa->nstates) && hoa->nstates > MOST_STATES)
            fail(hoa, "more states than are supported");
    } else if (start) read_start(hoa);
    else if (ap) read_atoms(hoa);
    else if (acceptance) read_acceptance(hoa);
    else if (alias) read_alias(hoa);
    else skip_header(hoa, hoa->text[header.begin]);
}

/* ---- body */

static uint32_t use_state(Hoa *hoa, uint32_t state) {
    if (state >= hoa->nstates && hoa->has_states) fail(hoa, "there is no state %u", state);
    else if (state >= MOST_STATES) fail(hoa, "more states than are supported");
    else if (state >= hoa->nstates) hoa->nstates = state + 1;
    return hoa->failed ? 0 : state;
}

static Bdd read_label_opt(Hoa *hoa, bool *has) {
    *has = take_sign(hoa, '[');
    if (!*has) return BDD_TRUE;
    Bdd label = read_label(hoa);
    expect_sign(hoa, ']');
    return label;
}

static Marks read_marks(Hoa *hoa) {
    Marks marks = 0;
    if (!take_sign(hoa, '{')) return 0;
    while (!hoa->failed && hoa->token.kind == TOKEN_INT) {
        if (hoa->token.value >= hoa->nsets) fail(hoa, "there is no acceptance set %u", hoa->token.value);
        else marks |= UINT64_C(1) << hoa->token.value;
        advance(hoa);
    }
    expect_sign(hoa, '}');
    return marks;
}

/* The letter that the i-th edge without label stands for. */
static Bdd implied_label(Hoa *hoa, uint32_t index) {
    Bdd label = BDD_TRUE;
    if (hoa->atoms.n < 32 && index >> hoa->atoms.n) fail(hoa, "more edges than letters");
    for (uint32_t i = 0; i < hoa->atoms.n; i++) {
        Bdd literal = bdd_literal(hoa->bdds, hoa->atoms.data[i], i < 32 && (index >> i & 1));
        label = bdd_and(hoa->bdds, label, literal);
    }
    return label;
}

static void read_edges(Hoa *hoa, uint32_t from, bool state_label, Bdd label, Marks marks) {
    bool labelled = false;
    for (uint32_t i = 0; !hoa->failed && (is_sign(hoa, '[') || hoa->token.kind == TOKEN_INT); i++) {
        bool has;
        uint32_t to = 0;
        Bdd own = read_label_opt(hoa, &has);
        if (has && state_label) fail(hoa, "the state has a label: its edges have none");
        if (i > 0 && has != labelled) fail(hoa, "all edges of a state have labels, or none has");
        labelled = has;
        if (!has) own = state_label ? label : implied_label(hoa, i);
        if (!expect_number(hoa, &to)) return;
        if (is_sign(hoa, '&')) fail(hoa, "this automaton is alternating: an edge to several states is not supported");
        Marks all = marks | read_marks(hoa);
        to = use_state(hoa, to);
        if (!hoa->failed && own != BDD_FALSE) vec_push(&hoa->edges, (Edge){from, to, own, all});
    }
}

static void read_state(Hoa *hoa) {
    if (hoa->token.kind != TOKEN_HEADER || !token_is(hoa, "State")) {
        fail(hoa, "expected a state or --END--");
        return;
    }
    advance(hoa);
    bool has_label;
    Bdd label = read_label_opt(hoa, &has_label);
    uint32_t number = 0;
    if (!expect_number(hoa, &number)) return;
    number = use_state(hoa, number);
    if (number >= hoa->defined.n) vec_resize(&hoa->defined, number + 1);
    if (hoa->defined.data[number]) fail(hoa, "state %u is given twice", number);
    hoa->defined.data[number] = true;
    if (hoa->token.kind == TOKEN_TEXT) advance(hoa);
    Marks marks = read_marks(hoa);
    read_edges(hoa, number, has_label, label, marks);
}

/* ---- all of it */

/* One initial state: one of its own that does what any of several can do; without any it can do nothing. */
static Automaton *raw_automaton(Hoa *hoa) {
    for (uint32_t i = 0; i < hoa->starts.n; i++) use_state(hoa, hoa->starts.data[i]);
    if (hoa->failed) return NULL;
    bool own = hoa->starts.n != 1;
    Automaton *raw = automaton_new(hoa->bdds, hoa->nstates + own, hoa->nsets);
    raw->initial = own ? hoa->nstates : hoa->starts.data[0];
    VEC(bool) is_start = {0};
    vec_resize(&is_start, hoa->nstates + 1);
    for (uint32_t k = 0; own && k < hoa->starts.n; k++) is_start.data[hoa->starts.data[k]] = true;
    for (uint32_t i = 0; i < hoa->edges.n; i++) {
        Edge e = hoa->edges.data[i];
        automaton_add_edge(raw, e.from, e.label, e.marks, e.to);
        if (is_start.data[e.from]) automaton_add_edge(raw, raw->initial, e.label, e.marks, e.to);
    }
    vec_fini(&is_start);
    automaton_settle(raw);
    return raw;
}

static void find_state_based(Automaton *automaton) {
    bool same = automaton->nsets == 1;
    for (uint32_t s = 0; s < automaton->nstates; s++)
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++)
            same = same && e->marks == automaton_begin(automaton, s)->marks;
    automaton->is_state_based = same;
}

static Automaton *finish(Hoa *hoa) {
    Automaton *raw = raw_automaton(hoa), *result = NULL;
    if (raw) result = alternatives_convert(raw, &hoa->acceptance);
    if (raw && !result) fail(hoa, "the automaton is too large without Fin");
    if (result) find_state_based(result);
    automaton_free(raw);
    return result;
}

/* Moves on to the next automaton. */
static void recover(Hoa *hoa) {
    while (hoa->token.kind != TOKEN_END && !is_mark(hoa, 'E') && !is_mark(hoa, 'A')) advance(hoa);
}

static void hoa_fini(Hoa *hoa) {
    vec_fini(&hoa->starts);
    vec_fini(&hoa->atoms);
    vec_fini(&hoa->alias_at);
    vec_fini(&hoa->aliases);
    vec_fini(&hoa->acceptance);
    vec_fini(&hoa->edges);
    vec_fini(&hoa->defined);
}

static HoaResult read_all(Hoa *hoa, Automaton **result) {
    advance(hoa);
    if (hoa->token.kind == TOKEN_END) return HOA_END;
    if (hoa->token.kind != TOKEN_HEADER || !token_is(hoa, "HOA")) fail(hoa, "expected HOA: v1");
    advance(hoa);
    if (!hoa->failed && !token_is(hoa, "v1")) fail(hoa, "only version v1 of the format is supported");
    advance(hoa);
    while (!hoa->failed && hoa->token.kind != TOKEN_MARK) read_header(hoa);
    if (is_mark(hoa, 'A') && !hoa->failed) return HOA_ABORTED;
    if (!is_mark(hoa, 'B')) fail(hoa, "expected --BODY--");
    if (!hoa->has_acceptance) fail(hoa, "the header has no Acceptance:");
    if (!hoa->failed) read_aliases(hoa);
    if (!hoa->failed) advance(hoa);
    while (!hoa->failed && hoa->token.kind != TOKEN_MARK) read_state(hoa);
    if (is_mark(hoa, 'A') && !hoa->failed) return HOA_ABORTED;
    if (!is_mark(hoa, 'E')) fail(hoa, "expected --END--");
    if (!hoa->failed) *result = finish(hoa);
    if (hoa->failed) recover(hoa);
    return hoa->failed ? HOA_WRONG : HOA_AUTOMATON;
}

HoaResult hoa_read(
    Formulas *formulas, Bdds *bdds, const Sources *sources, Diags *diags, Span *span, Automaton **result) {
    size_t length;
    Hoa hoa = {.formulas = formulas, .bdds = bdds, .diags = diags, .span = *span};
    hoa.text = sources_text(sources, span->file, &length);
    *result = NULL;
    HoaResult outcome = read_all(&hoa, result);
    span->begin = hoa.span.begin;
    hoa_fini(&hoa);
    return outcome;
}

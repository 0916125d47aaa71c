#include "session/local.h"

#include "model/support/vec.h"

#include <ctype.h>
#include <string.h>

/* ---- reading: a state for each action, `rec` and variables are empty steps that are followed at the end */

typedef struct Binder { Name name; uint32_t state; } Binder;

typedef struct Reader {
    const char *text;
    uint32_t file, at, end, depth;
    Names *names;
    Diags *diags;
    VEC(CfsmEdge) edges;
    VEC(uint32_t) same; /* per state: the state that it stands for; itself, unless it is a variable or a `rec` */
    VEC(Binder) binders;
    bool failed;
} Reader;

enum { MAX_DEPTH = 500 };

static uint32_t new_state(Reader *reader) {
    uint32_t state = reader->same.n;
    vec_push(&reader->same, state);
    return state;
}

static uint32_t refuse(Reader *reader, const char *what) {
    uint32_t end = reader->at < reader->end ? reader->at + 1 : reader->at;
    if (!reader->failed) diags_add(reader->diags, DIAG_PROTOCOL_SYNTAX, (Span){reader->file, reader->at, end}, "%s", what);
    reader->failed = true;
    return 0;
}

static char peek(Reader *reader) {
    while (reader->at < reader->end && isspace((unsigned char)reader->text[reader->at])) reader->at++;
    return reader->at < reader->end ? reader->text[reader->at] : '\0';
}

static bool accept(Reader *reader, char c) {
    if (peek(reader) != c) return false;
    reader->at++;
    return true;
}

static void expect(Reader *reader, char c, const char *what) {
    if (!accept(reader, c)) refuse(reader, what);
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static Name word(Reader *reader) {
    (void)peek(reader);
    uint32_t from = reader->at;
    while (reader->at < reader->end && is_word(reader->text[reader->at])) reader->at++;
    if (reader->at == from) refuse(reader, "a name is expected here");
    return names_add(reader->names, reader->text + from, reader->at - from);
}

/* label, label(types), (types) */
static Name message(Reader *reader) {
    (void)peek(reader);
    uint32_t from = reader->at;
    while (reader->at < reader->end && is_word(reader->text[reader->at])) reader->at++;
    if (reader->at < reader->end && reader->text[reader->at] == '(') {
        while (reader->at < reader->end && reader->text[reader->at] != ')') reader->at++;
        expect(reader, ')', "')' is missing");
    }
    if (reader->at == from) refuse(reader, "a message is expected here");
    return names_add(reader->names, reader->text + from, reader->at - from);
}

static uint32_t type(Reader *reader);

static void add_action(Reader *reader, uint32_t state, bool is_send, Name label, char separator) {
    expect(reader, separator, separator == '.' ? "'.' is expected here" : "':' is expected here");
    CfsmEdge edge = {.from = state, .is_send = is_send, .message = label};
    for (uint32_t i = 0; i < reader->edges.n; i++) {
        const CfsmEdge *other = &reader->edges.data[i];
        if (other->from == state && other->message == label) refuse(reader, "two branches begin with the same message");
    }
    uint32_t index = reader->edges.n;
    vec_push(&reader->edges, edge);
    uint32_t to = type(reader);
    reader->edges.data[index].to = to;
}

/* `!` or `?` in front of the message, or the branch's label alone. */
static void add_branch(Reader *reader, uint32_t state, bool is_send) {
    if (accept(reader, is_send ? '!' : '?')) add_action(reader, state, is_send, message(reader), '.');
    else if (peek(reader) == (is_send ? '?' : '!')) refuse(reader, is_send ? "an internal choice only sends" : "an external choice only receives");
    else add_action(reader, state, is_send, message(reader), ':');
}

static uint32_t choice(Reader *reader, bool is_send) {
    uint32_t state = new_state(reader);
    expect(reader, '{', "'{' is expected here");
    do {
        add_branch(reader, state, is_send);
    } while (!reader->failed && accept(reader, ','));
    expect(reader, '}', "',' or '}' is expected here");
    return state;
}

static uint32_t recursion(Reader *reader) {
    uint32_t state = new_state(reader);
    Name name = word(reader);
    expect(reader, '.', "'.' is expected here");
    vec_push(&reader->binders, (Binder){name, state});
    uint32_t body = type(reader);
    reader->same.data[state] = body;
    (void)vec_pop(&reader->binders);
    if (reader->same.data[state] == state) refuse(reader, "this goes round without a message");
    return state;
}

static uint32_t variable(Reader *reader, Name name) {
    for (uint32_t i = reader->binders.n; i-- > 0;)
        if (reader->binders.data[i].name == name) return reader->binders.data[i].state;
    return refuse(reader, "no enclosing `rec` has this name");
}

static uint32_t type_here(Reader *reader) {
    if (accept(reader, '+')) return choice(reader, true);
    if (accept(reader, '&')) return choice(reader, false);
    char c = peek(reader);
    if (c == '!' || c == '?') {
        uint32_t state = new_state(reader);
        reader->at++;
        add_action(reader, state, c == '!', message(reader), '.');
        return state;
    }
    Name name = word(reader);
    if (reader->failed) return 0;
    if (name == names_of(reader->names, "end")) return new_state(reader);
    return name == names_of(reader->names, "rec") ? recursion(reader) : variable(reader, name);
}

static uint32_t type(Reader *reader) {
    if (reader->failed) return 0;
    if (++reader->depth > MAX_DEPTH) return refuse(reader, "nested too deeply");
    uint32_t state = type_here(reader);
    reader->depth--;
    return state;
}

static uint32_t real(const Reader *reader, uint32_t state) {
    for (uint32_t i = 0; reader->same.data[state] != state && i < reader->same.n; i++) state = reader->same.data[state];
    return state;
}

bool local_read(const Sources *sources, Span span, Names *names, Diags *diags, Cfsm *machine) {
    size_t length;
    Reader reader = {.file = span.file, .at = span.begin, .names = names, .diags = diags};
    reader.text = sources_text(sources, span.file, &length);
    reader.end = span.end < length ? span.end : (uint32_t)length;
    uint32_t start = type(&reader);
    if (!reader.failed && peek(&reader)) refuse(&reader, "the type has ended before this");
    for (uint32_t i = 0; i < reader.edges.n && !reader.failed; i++) reader.edges.data[i].to = real(&reader, reader.edges.data[i].to);
    if (!reader.failed) {
        start = real(&reader, start);
        if (reader.same.data[start] != start) refuse(&reader, "this goes round without a message");
    }
    if (!reader.failed) {
        Cfsm raw = cfsm_of(reader.same.n, start, reader.edges.data, reader.edges.n, NULL);
        *machine = cfsm_minimal(&raw);
        cfsm_fini(&raw);
    }
    vec_fini(&reader.edges);
    vec_fini(&reader.same);
    vec_fini(&reader.binders);
    return !reader.failed;
}

Cfsm local_dual(const Cfsm *machine) {
    VEC(CfsmEdge) edges = {0};
    for (uint32_t e = 0; e < machine->nedges; e++) {
        CfsmEdge edge = machine->edges[e];
        edge.is_send = !edge.is_send;
        vec_push(&edges, edge);
    }
    Cfsm dual = cfsm_of(machine->nstates, machine->initial, edges.data, edges.n, machine->is_final);
    vec_fini(&edges);
    return dual;
}

/* ---- printing: a `rec` where a state is come back to */

typedef struct Printer {
    const Cfsm *machine;
    const Names *names;
    FILE *out;
    VEC(uint32_t) open, looped; /* states being printed; those that are come back to */
    bool dry;                   /* only to find them */
} Printer;

static bool holds(const uint32_t *data, uint32_t n, uint32_t state) {
    for (uint32_t i = 0; i < n; i++)
        if (data[i] == state) return true;
    return false;
}

static void say(const Printer *printer, const char *text) {
    if (!printer->dry) fputs(text, printer->out);
}

static void print_state(Printer *printer, uint32_t state) {
    const Cfsm *machine = printer->machine;
    uint32_t first = machine->first[state], last = machine->first[state + 1];
    bool looped = holds(printer->looped.data, printer->looped.n, state);
    if (holds(printer->open.data, printer->open.n, state)) {
        if (!looped) vec_push(&printer->looped, state);
        if (!printer->dry) fprintf(printer->out, "X%u", state);
        return;
    }
    if (first == last) {
        say(printer, "end");
        return;
    }
    vec_push(&printer->open, state);
    if (looped && !printer->dry) fprintf(printer->out, "rec X%u. ", state);
    bool is_send = machine->edges[first].is_send;
    if (last - first > 1) say(printer, is_send ? "+{ " : "&{ ");
    for (uint32_t e = first; e < last; e++) {
        if (!printer->dry) fprintf(printer->out, "%s%c%s. ", e > first ? ", " : "", is_send ? '!' : '?', names_text(printer->names, machine->edges[e].message));
        print_state(printer, machine->edges[e].to);
    }
    if (last - first > 1) say(printer, " }");
    (void)vec_pop(&printer->open);
}

void local_print(const Cfsm *machine, const Names *names, FILE *out) {
    Printer printer = {.machine = machine, .names = names, .out = out, .dry = true};
    print_state(&printer, machine->initial);
    printer.dry = false;
    print_state(&printer, machine->initial);
    fputc('\n', out);
    vec_fini(&printer.open);
    vec_fini(&printer.looped);
}

#include "tools/options.h"

#include "model/support/diag.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum OptionKind {
    KIND_FLAG,
    KIND_COUNT,
    KIND_SIZE,
    KIND_SECONDS,
    KIND_TEXT,
    KIND_CPP,
    KIND_SETTING,
    KIND_PROPERTY,
    KIND_READY,
    KIND_TIME,
    KIND_CHOICE,
    KIND_COLOR
} OptionKind;

typedef struct Option {
    const char *name;
    char letter;
    const char *argument;
    OptionKind kind;
    size_t field;
    uint32_t where;
    const char *help;
} Option;

static const Option table[] = {
#define OPTION(id, name, letter, argument, kind, field, where, help)                                                   \
    {name, letter, argument, KIND_##kind, offsetof(Options, field), where, help},
#include "tools/options.def"
#undef OPTION
};
enum { NOPTIONS = sizeof table / sizeof *table };

typedef struct Later {
    const char *name;
    char letter;
} Later;
static const Later later[] = {
#define LATER(name, letter) {name, letter},
#include "tools/options_later.def"
#undef LATER
};
enum { NLATER = sizeof later / sizeof *later };

typedef struct CommandInfo {
    const char *name, *operands, *line, *more;
} CommandInfo;
static const CommandInfo commands[] = {
    {"", "", "", ""},
#define COMMAND(id, name, operands, line, more) {name, operands, line, more},
#include "tools/commands.def"
#undef COMMAND
};

void options_init(Options *options) {
    *options = (Options){0};
    arena_init(&options->arena);
}

void options_fini(Options *options) {
    vec_fini(&options->cpp);
    vec_fini(&options->settings);
    vec_fini(&options->properties);
    vec_fini(&options->operands);
    arena_fini(&options->arena);
}

bool options_colour(const Options *options, FILE *out) {
    if (options->color != COLOR_AUTO) return options->color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    return isatty(fileno(out)) && !(no_color && no_color[0]);
}

Command options_command(const char *name) {
    for (int i = 1; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return (Command)i;
    return COMMAND_NONE;
}

const char *options_command_name(Command command) { return commands[command].name; }

/* ---- values */

static bool fail(Options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(Options *options, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(options->error, sizeof options->error, format, args);
    va_end(args);
    return false;
}

static uint64_t scale_of(char suffix, uint64_t kilo) {
    switch (suffix) {
    case 'k':
    case 'K': return kilo;
    case 'm':
    case 'M': return kilo * kilo;
    case 'g':
    case 'G': return kilo * kilo * kilo;
    default: return 0;
    }
}

/* A positive whole number with an optional suffix. */
static bool read_count(const char *text, uint64_t kilo, uint64_t *value) {
    if (!isdigit((unsigned char)text[0])) return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    uint64_t scale = 1;
    if (*end) {
        scale = scale_of(*end, kilo);
        end++;
        if (kilo == 1024 && (*end == 'B' || *end == 'b')) end++;
    }
    if (errno || *end || scale == 0 || number == 0 || number > UINT64_MAX / scale) return false;
    *value = number * scale;
    return true;
}

static bool read_seconds(const char *text, double *value) {
    char *end;
    if (!isdigit((unsigned char)text[0]) && text[0] != '.') return false;
    double seconds = strtod(text, &end);
    if (*end == 's') end++;
    if (end == text || *end || !isfinite(seconds) || seconds <= 0) return false;
    *value = seconds;
    return true;
}

static bool read_color(const char *text, ColorMode *mode) {
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(words[i], text) == 0) {
            *mode = (ColorMode)i;
            return true;
        }
    return false;
}

static bool read_ready(const char *text, bool *run_on) {
    *run_on = strcmp(text, "run-on") == 0;
    return *run_on || strcmp(text, "suspend") == 0;
}

/* One of the words that the argument lists: which, from 1. */
static bool read_choice(const char *words, const char *text, uint32_t *choice) {
    size_t length = strlen(text);
    uint32_t number = 1;
    for (const char *word = words; length > 0; number++) {
        size_t n = strcspn(word, "|");
        if (n == length && strncmp(word, text, n) == 0) {
            *choice = number;
            return true;
        }
        if (word[n] == '\0') return false;
        word += n + 1;
    }
    return false;
}

/* NAME=VALUE */
static bool is_setting(const char *text) {
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_') n++;
    return n > 0 && !isdigit((unsigned char)text[0]) && text[n] == '=' && text[n + 1];
}

static bool read_time(const char *text, bool *discrete) {
    *discrete = strcmp(text, "discrete") == 0;
    return *discrete || strcmp(text, "abstract") == 0;
}

static bool set(Options *options, const Option *option, const char *value) {
    void *field = (char *)options + option->field;
    bool good = true;
    switch (option->kind) {
    case KIND_FLAG: *(bool *)field = true; break;
    case KIND_TEXT: *(const char **)field = value; break;
    case KIND_CPP: vec_push(&options->cpp, arena_printf(&options->arena, "-%c%s", option->letter, value)); break;
    case KIND_SETTING:
        good = is_setting(value);
        if (good) vec_push(&options->settings, value);
        break;
    case KIND_PROPERTY: vec_push(&options->properties, ((PropertyOption){option->name, value})); break;
    case KIND_COUNT: good = read_count(value, 1000, field); break;
    case KIND_SIZE: good = read_count(value, 1024, field); break;
    case KIND_SECONDS: good = read_seconds(value, field); break;
    case KIND_READY: good = read_ready(value, field); break;
    case KIND_TIME: good = read_time(value, field); break;
    case KIND_CHOICE: good = read_choice(option->argument, value, field); break;
    case KIND_COLOR: good = read_color(value, field); break;
    }
    if (good && option->argument && !value[0]) good = false;
    return good || fail(options, "%s needs %s, not `%s`", option->name, option->argument, value);
}

/* ---- words */

/* Rows of one name are told apart by where they may stand. */
static const Option *find_long(const char *name, size_t length, uint32_t where) {
    const Option *elsewhere = NULL;
    for (size_t i = 0; i < NOPTIONS; i++) {
        if (strlen(table[i].name) != length || strncmp(table[i].name, name, length) != 0) continue;
        if (table[i].where & where) return &table[i];
        elsewhere = &table[i];
    }
    return elsewhere;
}

static const Option *find_short(char letter, uint32_t where) {
    const Option *elsewhere = NULL;
    for (size_t i = 0; i < NOPTIONS; i++) {
        if (!letter || table[i].letter != letter) continue;
        if (table[i].where & where) return &table[i];
        elsewhere = &table[i];
    }
    return elsewhere;
}

static bool is_later(const char *word, size_t length) {
    for (size_t i = 0; i < NLATER; i++) {
        if (strlen(later[i].name) == length && strncmp(later[i].name, word, length) == 0) return true;
        if (word[1] != '-' && later[i].letter && later[i].letter == word[1]) return true;
    }
    return false;
}

static bool unknown(Options *options, const char *word, size_t length, uint32_t where) {
    if (is_later(word, length)) return fail(options, "%.*s is not supported by this version", (int)length, word);
    const char *names[NOPTIONS];
    uint32_t n = 0;
    for (size_t i = 0; i < NOPTIONS; i++)
        if ((table[i].where & where) && table[i].help[0]) names[n++] = table[i].name;
    char *name = arena_alloc(&options->arena, length + 1);
    memcpy(name, word, length);
    const char *near = diag_nearest(name, names, n);
    if (near) return fail(options, "there is no option %s; did you mean %s?", name, near);
    return fail(options, "there is no option %s", name);
}

static bool misplaced(Options *options, const Option *option, uint32_t where) {
    if (where == IN_FILE) return fail(options, "%s has no meaning in a file", option->name);
    return fail(options, "%s is no option of this command", option->name);
}

/* The option at words[*at] with its value, which may be the next word. */
static bool parse_option(Options *options, const char *const *words, uint32_t nwords, uint32_t *at, uint32_t where) {
    const char *word = words[*at], *value = NULL;
    bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const Option *option = is_long ? find_long(word, length, where) : find_short(word[1], where);
    if (!option) return unknown(options, word, is_long ? length : 2, where);
    if (!(option->where & where)) return misplaced(options, option, where);
    if (equals) value = equals + 1;
    else if (!is_long && word[2]) value = word + 2;
    if (!option->argument) return value ? fail(options, "%s takes no value", option->name) : set(options, option, "");
    if (!value && *at + 1 == nwords) return fail(options, "%s needs %s", option->name, option->argument);
    if (!value) value = words[++*at];
    return set(options, option, value);
}

bool options_parse(Options *options, const char *const *words, uint32_t nwords, uint32_t where) {
    bool only_operands = false;
    for (uint32_t i = 0; i < nwords; i++) {
        const char *word = words[i];
        options->error_word = i;
        if (only_operands || word[0] != '-' || !word[1]) {
            if (where == IN_FILE) return fail(options, "`%s` is no option", word);
            vec_push(&options->operands, word);
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (!parse_option(options, words, nwords, &i, where)) {
            return false;
        }
    }
    return true;
}

/* ---- help */

static void put_option_name(const Option *option, char *text, size_t size) {
    char letter[8] = "    ";
    if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(text, size, "%s%s%s%s", letter, option->name, option->argument ? " " : "",
        option->argument ? option->argument : "");
}

static void help_program(FILE *out) {
    fputs("unknot finds deadlocks in async C programs, and explains them\n\nusage: unknot COMMAND [OPTION...] "
          "OPERAND...\n\ncommands:\n",
        out);
    for (int i = 1; i < COMMANDS; i++)
        fprintf(out, "  %-8s %-26s %s\n", commands[i].name, commands[i].operands, commands[i].line);
    fputs("\n`unknot help COMMAND` explains one with its options\n"
          "exit codes: 0 everything holds, 1 something is violated, 2 wrong input or command line, 3 no verdict, 4 "
          "internal fault\n",
        out);
}

void options_help(Command command, FILE *out) {
    if (command == COMMAND_NONE) {
        help_program(out);
        return;
    }
    const CommandInfo *info = &commands[command];
    bool any = false;
    for (size_t i = 0; i < NOPTIONS; i++) any |= (table[i].where & (1u << command)) != 0;
    fprintf(out, "usage: unknot %s %s%s\n\n%s\n", info->name, any ? "[OPTION...] " : "", info->operands, info->line);
    if (info->more[0]) fprintf(out, "\n%s\n", info->more);
    if (any) fputs("\noptions:\n", out);
    for (size_t i = 0; i < NOPTIONS; i++) {
        if (!(table[i].where & (1u << command)) || !table[i].help[0]) continue;
        char name[64];
        put_option_name(&table[i], name, sizeof name);
        fprintf(out, "  %-34s %s%s\n", name, table[i].help, table[i].where & IN_FILE ? " *" : "");
    }
    if (command == COMMAND_CHECK)
        fputs("\n* may also stand in a program, as `//@ options --max-states 1000`; the command line wins\n", out);
}

static void markdown_cell(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|') fputc('\\', out);
        fputc(*text, out);
    }
}

void options_markdown(FILE *out) {
    fputs("| command | what it does |\n| --- | --- |\n", out);
    for (int i = 1; i < COMMANDS; i++) {
        fprintf(out, "| `unknot %s%s", commands[i].name, commands[i].operands[0] ? " " : "");
        markdown_cell(out, commands[i].operands);
        fprintf(out, "` | %s |\n", commands[i].line);
    }
    fputs("\n| option | commands | meaning |\n| --- | --- | --- |\n", out);
    for (size_t i = 0; i < NOPTIONS; i++) {
        if (!table[i].help[0]) continue;
        fputs("| `", out);
        if (table[i].letter) fprintf(out, "-%c`, `", table[i].letter);
        fputs(table[i].name, out);
        if (table[i].argument) fputc(' ', out);
        if (table[i].argument) markdown_cell(out, table[i].argument);
        fputs("` | ", out);
        const char *comma = "";
        for (int c = 1; c < COMMANDS; c++)
            if (table[i].where & (1u << c)) {
                fprintf(out, "%s%s", comma, commands[c].name);
                comma = ", ";
            }
        fprintf(out, "%s | %s |\n", table[i].where & IN_FILE ? ", `//@ options`" : "", table[i].help);
    }
}

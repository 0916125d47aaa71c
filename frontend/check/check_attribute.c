/* Attributes of channels: words and calls among the arguments of `channel`. */
#include "frontend/check/sema.h"

static bool takes_count(Builtin word) { return word == BUILTIN_LOSSY; }

static bool is_attribute(Builtin word) {
    return word == BUILTIN_FIFO || word == BUILTIN_LOSSY || word == BUILTIN_DUPLICATING ||
           word == BUILTIN_REORDERING || word == BUILTIN_FAIR;
}

/* lossy(2): how often at most. */
static void check_count(Sema *s, const Expr *arg, Builtin word) {
    const char *text = sema_builtin_text(word);
    if (!takes_count(word) || arg->nargs != 1) {
        for (uint32_t i = 0; i < arg->nargs; i++) check_quietly(s, arg->args[i]);
        sema_report(s, CONSTRUCTOR, arg->span,
            takes_count(word) ? "write %s or %s(count)" : "'%s' is a word, it takes no arguments", text, text);
        return;
    }
    Expr *count = arg->args[0];
    if (!check_constant(s, count, "how many are lost")) return;
    if (count->value < 1 || count->value > INT32_MAX)
        sema_report(s, BAD_COUNT, count->span, "'%s(count)' loses at least 1 item, not %lld", text,
            (long long)count->value);
}

static void refuse(Sema *s, Expr *arg) {
    check_quietly(s, arg);
    check_failed(s, arg);
    sema_report(s, CONSTRUCTOR, arg->span,
        "this is no attribute of a channel: fifo, lossy, lossy(count), duplicating, reordering and fair are");
}

static bool has(const Expr *channel, Builtin word) {
    for (uint32_t i = 0; i < channel->nargs; i++)
        if (channel->args[i]->builtin == word && channel->args[i]->type) return true;
    return false;
}

/* What belongs together, and what cannot. */
static void check_whole(Sema *s, const Expr *channel, const Type *item) {
    const Expr *room = channel->nargs ? channel->args[0] : NULL;
    bool duplicates = has(channel, BUILTIN_DUPLICATING);
    if (has(channel, BUILTIN_FAIR) && !has(channel, BUILTIN_LOSSY))
        sema_report(s, CONSTRUCTOR, channel->at, "'fair' says how losses are spread: write 'lossy, fair'");
    if (duplicates && room && room->is_const && room->value == 0)
        sema_report(s, CONSTRUCTOR, channel->at,
            "a channel without room cannot keep what it duplicates: 'duplicating' needs a capacity");
    if (duplicates && item && convert_holds_counted(item))
        sema_report(s, CONSTRUCTOR, channel->at, "a '%s' has one owner: a channel that carries it duplicates nothing",
            sema_type_text(s, item));
}

void check_attributes(Sema *s, Expr *channel, const Type *item) {
    for (uint32_t i = 1; i < channel->nargs; i++) {
        Expr *arg = channel->args[i];
        Builtin word = check_make_word(s, arg);
        if (!is_attribute(word)) {
            refuse(s, arg);
            continue;
        }
        if (has(channel, word))
            sema_report(s, CONSTRUCTOR, arg->span, "'%s' stands twice", sema_builtin_text(word));
        arg->builtin = word;
        arg->type = sema_void(s);
        if (arg->kind == EXPR_CALL) check_count(s, arg, word);
    }
    check_whole(s, channel, item);
}

#include "tests/session/random_types.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int dice_roll(Dice *dice, int n) { /* xorshift64* */
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (int)((dice->state * UINT64_C(2685821657736338717) >> 33) % (unsigned)n);
}

/* ---- types by chance */

Type type_by_chance(Dice *dice, int n, int labels, bool ends) {
    Type type = {.n = n};
    for (int s = 0; s < n; s++) {
        State *state = &type.states[s];
        *state = (State){.is_send = dice_roll(dice, 2), .n = ends && s && !dice_roll(dice, 4) ? 0 : 1 + (labels > 1 && !dice_roll(dice, 3))};
        int first = dice_roll(dice, labels);
        for (int i = 0; i < state->n; i++) {
            state->label[i] = (state->is_send ? "xy" : "ab")[(first + i) % labels];
            state->to[i] = dice_roll(dice, 4) && s + 1 < n ? s + 1 : dice_roll(dice, n);
        }
    }
    return type;
}

int type_branch(const State *state, char label) {
    for (int i = 0; i < state->n; i++)
        if (state->label[i] == label) return i;
    return -1;
}

/* Where a sending goes that all branches of a reception begin with: to the reception, with what comes after the sending. */
static bool put_after(Type *type, const State *reception, char label) {
    State later = *reception;
    for (int i = 0; i < reception->n; i++) {
        const State *next = &type->states[reception->to[i]];
        int at = next->is_send ? type_branch(next, label) : -1;
        if (at < 0) return false;
        later.to[i] = next->to[at];
    }
    type->states[type->n] = later;
    return true;
}

/* Such sendings come before the reception: a subtype, a fair one when they are all that is sent there. */
static void anticipate(Dice *dice, Type *type, int s, bool all) {
    State old = type->states[s], sender = {.is_send = true};
    if (old.is_send || !old.n || type->n + 2 >= STATES) return;
    for (const char *label = "xy"; *label; label++) {
        if ((!all && sender.n && dice_roll(dice, 2)) || !put_after(type, &old, *label)) continue;
        sender.label[sender.n] = *label;
        sender.to[sender.n++] = type->n++;
    }
    if (sender.n) type->states[s] = sender;
}

/* Another state that does the same, for some of those that lead to it: the same type. */
static void unroll(Dice *dice, Type *type, int s) {
    if (type->n >= STATES - 1) return;
    type->states[type->n] = type->states[s];
    for (int i = 0; i < type->n; i++)
        for (int b = 0; b < type->states[i].n; b++)
            if (type->states[i].to[b] == s && dice_roll(dice, 2)) type->states[i].to[b] = type->n;
    type->n++;
}

static void drop_branch(State *state) {
    if (state->n < 2) return;
    state->n--;
}

static void add_branch(Dice *dice, const Type *type, State *state) {
    if (!state->n || state->n >= BRANCHES) return;
    char label = (state->is_send ? "xyz" : "abc")[dice_roll(dice, 3)];
    if (type_branch(state, label) >= 0) return;
    state->label[state->n] = label;
    state->to[state->n++] = dice_roll(dice, type->n);
}

static void change(Dice *dice, Type *type) {
    State *state = &type->states[dice_roll(dice, type->n)];
    int what = dice_roll(dice, 4);
    if (what == 0 && state->n) state->to[dice_roll(dice, state->n)] = dice_roll(dice, type->n);
    else if (what == 1 && state->n == 1) state->label[0] = (state->is_send ? "xyz" : "abc")[dice_roll(dice, 3)];
    else if (what == 2) drop_branch(state);
    else if (what == 3) add_branch(dice, type, state);
}

Type type_variant(Dice *dice, const Type *super, bool is_fair) {
    Type type = *super;
    for (int i = 1 + dice_roll(dice, 9); i > 0; i--) {
        int s = dice_roll(dice, type.n);
        if (dice_roll(dice, 3)) anticipate(dice, &type, s, is_fair);
        else if (dice_roll(dice, 2)) unroll(dice, &type, s);
        else if (type.states[s].is_send && !is_fair) drop_branch(&type.states[s]);
        else if (!type.states[s].is_send) add_branch(dice, &type, &type.states[s]);
    }
    for (int i = dice_roll(dice, 4) == 0 ? 1 + dice_roll(dice, 2) : 0; i > 0; i--) change(dice, &type);
    return type;
}

/* Only receptions, or only sendings, and an end. */
static Type random_phase(Dice *dice, bool is_send) {
    Type type = type_by_chance(dice, 2 + dice_roll(dice, 3), 2, true);
    for (int s = 0; s < type.n; s++) {
        State *state = &type.states[s];
        for (int i = 0; i < state->n; i++) state->label[i] = (is_send ? "xy" : "ab")[strchr("xa", state->label[i]) == NULL];
        state->is_send = is_send;
    }
    type.states[type.n - 1].n = 0;
    return type;
}

/* One phase, and where it ends the other. */
static Type sequence(const Type *first, const Type *second) {
    Type both = *first;
    for (int s = 0; s < second->n; s++) {
        State *state = &both.states[both.n + s];
        *state = second->states[s];
        for (int i = 0; i < state->n; i++) state->to[i] += both.n;
    }
    for (int s = 0; s < first->n; s++)
        if (!first->states[s].n) both.states[s] = both.states[first->n];
    both.n += second->n;
    return both;
}

void type_phases(Dice *dice, Type *t, Type *u) {
    Type inputs = random_phase(dice, false), outputs = random_phase(dice, true);
    *u = sequence(&inputs, &outputs);
    *t = sequence(&outputs, &inputs);
    if (dice_roll(dice, 3) == 0) change(dice, t);
}

Type type_dual(const Type *type) {
    Type other = *type;
    for (int s = 0; s < other.n; s++) other.states[s].is_send = !other.states[s].is_send;
    return other;
}

/* ---- as text */

static void put(Text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->data + text->n, sizeof text->data - text->n, format, args);
    va_end(args);
    text->is_long |= n < 0 || (size_t)n >= sizeof text->data - text->n;
    if (!text->is_long) text->n += (size_t)n;
}

static void write_state(Text *text, const Type *type, int s, uint64_t open) {
    const State *state = &type->states[s];
    if (text->is_long) return;
    if (open >> s & 1) {
        put(text, "X%d", s);
        return;
    }
    if (!state->n) {
        put(text, "end");
        return;
    }
    put(text, "rec X%d.%c{", s, state->is_send ? '+' : '&');
    for (int i = 0; i < state->n; i++) {
        put(text, "%s%c%c.", i ? "," : "", state->is_send ? '!' : '?', state->label[i]);
        write_state(text, type, state->to[i], open | UINT64_C(1) << s);
    }
    put(text, "}");
}

void type_write(Text *text, const Type *type) { write_state(text, type, 0, 0); }

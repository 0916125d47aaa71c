/* What can be said of a protocol's courses without knowing values: crashes, conversations that are handed over, windows of time. Internal to session/. */
#ifndef UNKNOT_SESSION_COURSES_H
#define UNKNOT_SESSION_COURSES_H

#include "session/global.h"

/* All of them. False: diagnosed. */
bool courses_check(const GlobalAutomaton *global, Diags *diags);

/* Whoever hears from a role that may crash has an arm for that, and hears nothing more after it (Barwell, Hou, Yoshida, Zhou, Designing asynchronous
   multiparty protocols with crash-stop failures, ECOOP 2023). */
bool crashes_check(const GlobalAutomaton *global, Diags *diags);
/* The end of a conversation that was handed over is no longer with who did it. */
bool handovers_check(const GlobalAutomaton *global, Diags *diags);
/* Every window can be met by who has met those before it. */
bool windows_check(const GlobalAutomaton *global, Diags *diags);

#endif

/* Ctrl-C and SIGTERM as a flag that the search looks at; a second one ends the program as usual. */
#ifndef UNKNOT_TOOLS_INTERRUPT_H
#define UNKNOT_TOOLS_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Installs the handlers; the flag is the same for the whole process. */
const volatile sig_atomic_t *interrupt_begin(void);
bool interrupt_came(void);

#endif

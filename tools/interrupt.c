#include "tools/interrupt.h"

#include <stddef.h>

/* A signal handler can reach nothing but a global. */
static volatile sig_atomic_t came;

static void note(int signal_number) {
    (void)signal_number;
    came = 1;
}

const volatile sig_atomic_t *interrupt_begin(void) {
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &came;
}

bool interrupt_came(void) { return came != 0; }

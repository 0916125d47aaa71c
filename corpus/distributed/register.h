// Two clients of a register, each puts a value and then gets, and the question whether what they read is linearizable. The program
// that includes this defines operate(me, is_put, value), which yields what was read.
#define CLIENTS 2
#define OPERATIONS (2 * CLIENTS)        // of client c: 2c puts c + 1, 2c + 1 gets

typedef struct { bool is_put; uint8_t value; chan(uint8_t) back; } request;
bool over[OPERATIONS];
bool before[OPERATIONS][OPERATIONS];    // [i][j]: i was over when j began
uint8_t got[OPERATIONS];

async uint8_t operate(int me, bool is_put, uint8_t value);

bool explains(int a, int b, int c, int d) {
    int order[OPERATIONS] = { a, b, c, d };
    uint8_t value = 0;
    for (int i = 0; i < OPERATIONS; i++) {
        for (int j = i + 1; j < OPERATIONS; j++)
            if (before[order[j]][order[i]]) return false;
        if (order[i] % 2 == 0) value = (uint8_t)(order[i] / 2 + 1);
        else if (got[order[i]] != value) return false;
    }
    return true;
}

bool linearizable(void) {
    return explains(0, 1, 2, 3) || explains(0, 2, 1, 3) || explains(0, 2, 3, 1) || explains(2, 0, 1, 3) || explains(2, 0, 3, 1) ||
           explains(2, 3, 0, 1);
}

async void client(int me) {
    for (int k = 0; k < 2; k++) {
        int op = 2 * me + k;
        await yield();
        for (int i = 0; i < OPERATIONS; i++) before[i][op] = over[i];
        got[op] = await operate(me, k == 0, (uint8_t)(me + 1));
        over[op] = true;
    }
}

async void clients(void) {
    scope {
        for (int i = 0; i < CLIENTS; i++) spawn client(i);
    }
    assert(linearizable());
}

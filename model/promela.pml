/* What tasks, channels and locks are made of. The constants before this say how many there are:
   TASKS, ARMS (of the widest select), WIDTH (words of the widest item), ROOM (of the largest channel), OBJECTS. */
#define PLACES (TASKS * ARMS)
#define AT(task, arm) ((task) * ARMS + (arm))
#define OBJ(handle) ((handle) - 1)
#define TASK0 (OBJECTS + 1)              /* handle of the first task */

byte status[TASKS];                      /* 0 none, 1 at its start, 2 at a point, 3 ended */
byte machine[TASKS];
byte number[TASKS];                      /* from 1, per machine */
short at[TASKS];                         /* where it rests */
bool daemon[TASKS], idle[TASKS];         /* may be left waiting; where it is */
byte tasks;

byte arm[PLACES];                        /* 0 off, 1 could fire on arrival, 2 waits */
byte does[PLACES];                       /* 1 send, 2 recv, 3 lock, 4 sleep, 5 yield, 6 join */
byte object[PLACES];
byte served[PLACES];                       /* a partner has completed it: 1 with an item or a lock, 2 since it is closed */
int hand[PLACES * WIDTH];                /* what it sends, or was given */

int buffer[OBJECTS * ROOM * WIDTH];
byte items[OBJECTS];
bool closed[OBJECTS];
byte owner[OBJECTS];                     /* of a lock: the task and one */
byte queue[2 * OBJECTS * PLACES];        /* who waits, of a lock: receivers */
byte count[2 * OBJECTS];
#define RECEIVERS(o) (o)
#define SENDERS(o) (OBJECTS + (o))

int v[WIDTH];                            /* the item under way */
int i_, j_, k_, m_, n_, r_;              /* scratch, 0 between steps */
bool all_, some_, found_;

/* n_: those in the queue that are not the task's own (of a fifo channel one at most); k_: the place in the queue of one of them, any. */
inline count_others(o, q, task) {
    n_ = 0; i_ = 0;
    do
    :: i_ < count[q] -> n_ = n_ + (queue[(q) * PLACES + i_] / ARMS != task); i_++
    :: else -> break
    od;
    if :: FIFO(o) && n_ > 1 -> n_ = 1 :: else fi; i_ = 0
}

inline choose_other(q, task) {
    j_ = 0;
    do :: j_ + 1 < n_ -> j_++ :: break od;
    i_ = 0;
    do
    :: queue[(q) * PLACES + i_] / ARMS != task && j_ == 0 -> k_ = i_; break
    :: queue[(q) * PLACES + i_] / ARMS != task && j_ > 0 -> j_--; i_++
    :: else -> i_++
    od;
    i_ = 0; j_ = 0; n_ = 0
}

/* m_: the place of the waiter that leaves the queue, which stood at k_. */
inline take_out(q) {
    m_ = queue[(q) * PLACES + k_];
    do
    :: k_ + 1 < count[q] -> queue[(q) * PLACES + k_] = queue[(q) * PLACES + k_ + 1]; k_++
    :: else -> break
    od;
    count[q] = count[q] - 1; queue[(q) * PLACES + count[q]] = 0; k_ = 0
}

inline put_in(q, place) {
    queue[(q) * PLACES + count[q]] = place; count[q] = count[q] + 1
}

/* The place, if it is in the queue, leaves it. */
inline leave_queue(q, place) {
    k_ = 0;
    do
    :: k_ < count[q] && queue[(q) * PLACES + k_] != place -> k_++
    :: else -> break
    od;
    if :: k_ < count[q] -> take_out(q); m_ = 0 :: else -> k_ = 0 fi
}

#define MOVE_ITEM(to, t0, from, f0) i_ = 0; do :: i_ < WIDTH -> to[(t0) + i_] = from[(f0) + i_]; i_++ :: else -> break od; i_ = 0
#define CLEAR_ITEM(to, t0) i_ = 0; do :: i_ < WIDTH -> to[(t0) + i_] = 0; i_++ :: else -> break od; i_ = 0

inline switch_off(place) { arm[place] = 0; does[place] = 0; object[place] = 0; served[place] = 0; CLEAR_ITEM(hand, (place) * WIDTH) }

/* The select of m_ has taken part in a hand-over: its other arms are given up (an arm on a lock stays, and cannot win). */
inline decide() {
    j_ = (m_ / ARMS) * ARMS; r_ = 0;
    do
    :: r_ < ARMS ->
        if
        :: j_ + r_ != m_ && arm[j_ + r_] != 0 && (does[j_ + r_] == 1 || does[j_ + r_] == 2 || does[j_ + r_] == 4) ->
            n_ = m_;
            if
            :: arm[j_ + r_] == 2 && does[j_ + r_] == 1 -> leave_queue(SENDERS(object[j_ + r_]), j_ + r_)
            :: arm[j_ + r_] == 2 && does[j_ + r_] == 2 -> leave_queue(RECEIVERS(object[j_ + r_]), j_ + r_)
            :: else
            fi;
            switch_off(j_ + r_); m_ = n_; n_ = 0
        :: else
        fi;
        r_++
    :: else -> break
    od;
    j_ = 0; r_ = 0; m_ = 0
}

inline push(o) { MOVE_ITEM(buffer, ((o) * ROOM + items[o]) * WIDTH, v, 0); items[o] = items[o] + 1 }
inline shift(o) {
    MOVE_ITEM(v, 0, buffer, (o) * ROOM * WIDTH); items[o] = items[o] - 1; j_ = 0;
    do
    :: j_ < items[o] -> MOVE_ITEM(buffer, ((o) * ROOM + j_) * WIDTH, buffer, ((o) * ROOM + j_ + 1) * WIDTH); j_++
    :: else -> break
    od;
    CLEAR_ITEM(buffer, ((o) * ROOM + items[o]) * WIDTH); j_ = 0
}

/* r_: whether it is done. v is the item. */
inline fire_send(o, task) {
    if
    :: closed[o] -> r_ = 0
    :: else ->
        count_others(o, RECEIVERS(o), task);
        if
        :: n_ > 0 ->
            choose_other(RECEIVERS(o), task); take_out(RECEIVERS(o));
            MOVE_ITEM(hand, m_ * WIDTH, v, 0); served[m_] = 1; decide()
        :: else -> push(o)
        fi;
        r_ = 1
    fi
}

inline fire_recv(o, task) {
    count_others(o, SENDERS(o), task);
    if
    :: items[o] == 0 && n_ == 0 -> r_ = 0
    :: items[o] == 0 && n_ > 0 ->
        choose_other(SENDERS(o), task); take_out(SENDERS(o));
        MOVE_ITEM(v, 0, hand, m_ * WIDTH); CLEAR_ITEM(hand, m_ * WIDTH); served[m_] = 1; decide(); r_ = 1
    :: items[o] > 0 && n_ == 0 -> shift(o); r_ = 1
    :: else ->
        shift(o); count_others(o, SENDERS(o), task); choose_other(SENDERS(o), task); take_out(SENDERS(o));
        /* its item goes to the end of the buffer */
        MOVE_ITEM(buffer, ((o) * ROOM + items[o]) * WIDTH, hand, m_ * WIDTH); items[o] = items[o] + 1;
        CLEAR_ITEM(hand, m_ * WIDTH); served[m_] = 1; decide(); r_ = 1
    fi
}

inline wait_send(o, place) { MOVE_ITEM(hand, (place) * WIDTH, v, 0); put_in(SENDERS(o), place) }

inline do_close(o) {
    assert(!closed[o]); closed[o] = true;
    do
    :: items[o] == 0 && count[RECEIVERS(o)] > 0 -> k_ = 0; take_out(RECEIVERS(o)); served[m_] = 2
    :: count[SENDERS(o)] > 0 -> k_ = 0; take_out(SENDERS(o)); served[m_] = 2; CLEAR_ITEM(hand, m_ * WIDTH)
    :: else -> break
    od;
    m_ = 0
}

inline pass_on(o) {
    owner[o] = 0;
    if
    :: count[RECEIVERS(o)] > 0 -> k_ = 0; take_out(RECEIVERS(o)); served[m_] = 1; owner[o] = m_ / ARMS + 1; m_ = 0
    :: else
    fi
}
inline do_unlock(o, task) { assert(owner[o] == (task) + 1); pass_on(o) }

/* The arm was not taken. */
inline give_up(place) {
    if
    :: arm[place] == 2 && does[place] == 1 -> leave_queue(SENDERS(object[place]), place)
    :: arm[place] == 2 && does[place] == 2 -> leave_queue(RECEIVERS(object[place]), place)
    :: arm[place] == 2 && does[place] == 3 && served[place] == 1 -> pass_on(object[place])
    :: arm[place] == 2 && does[place] == 3 && served[place] == 0 -> leave_queue(RECEIVERS(object[place]), place)
    :: else
    fi;
    switch_off(place)
}

inline new_task(m, is_daemon) {
    assert(tasks < TASKS);
    i_ = 0;
    do :: i_ < tasks -> number[tasks] = number[tasks] + (machine[i_] == m); i_++ :: else -> break od;
    i_ = 0; number[tasks] = number[tasks] + 1;
    machine[tasks] = m; status[tasks] = 1; daemon[tasks] = is_daemon; tasks++
}

/* r_: whether it fired. */
inline try_send(o, task) {
    count_others(o, RECEIVERS(o), task);
    if
    :: closed[o] || (CAP(o) > 0 && items[o] < CAP(o)) || (CAP(o) == 0 && n_ > 0) -> n_ = 0; fire_send(o, task)
    :: else -> n_ = 0; r_ = 0
    fi
}
inline try_recv(o, task) {
    count_others(o, SENDERS(o), task);
    if
    :: items[o] > 0 || closed[o] || (CAP(o) == 0 && n_ > 0) -> n_ = 0; fire_recv(o, task)
    :: else -> n_ = 0; r_ = 0
    fi
}

/* Words of few bits, as C converts them. */
#define UNSIGNED(x, bits) ((x) & ((1 << (bits)) - 1))
#define SIGNED(x, bits) (((UNSIGNED(x, bits)) ^ (1 << ((bits) - 1))) - (1 << ((bits) - 1)))

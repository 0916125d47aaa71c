/* Peterson's filter lock for N processes: every read and write of a shared variable is a step of its own or part of one test. */
#ifndef N
#define N 4
#endif
byte level[N], last[N], inside;
active [N] proctype user() {
	byte k, j;
again:	k = 1;
	do
	:: k < N ->
		level[_pid] = k;
		last[k] = _pid;
		j = 0;
		do
		:: j == N -> break
		:: j < N && j == _pid -> j++
		:: j < N && j != _pid -> (level[j] < k || last[k] != _pid); j++
		od;
		k++
	:: else -> break
	od;
	inside++;
cs:	assert(inside == 1);
	inside--;
	level[_pid] = 0;
	goto again
}

ltl served { [] (level[0] == 1 -> <> user[0]@cs) }

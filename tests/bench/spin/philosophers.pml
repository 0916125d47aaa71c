/* N philosophers, the last one left-handed; taking and putting a fork are steps of their own. */
#ifndef N
#define N 12
#endif
bool held[N];
proctype philosopher(byte a; byte b) {
	do
	:: atomic { !held[a] -> held[a] = true };
	   atomic { !held[b] -> held[b] = true };
	   held[b] = false;
	   held[a] = false
	od
}
init {
	byte i;
	atomic {
		for (i : 0 .. N-2) { run philosopher(i, i+1) }
		run philosopher(0, N-1)
	}
}

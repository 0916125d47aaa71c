/* The election of corpus/bench/leader.ac: each node forwards what it hears once it has lost, and compares two neighbours while it has not. */
#ifndef N
#define N 7
#endif
mtype = { first, second, winner };
chan ring[N] = [2 * N] of { mtype, byte };
byte leaders;

proctype node(byte me; byte id) {
	chan from = ring[me];
	chan to = ring[(me + 1) % N];
	bool alive = true, known = false;
	byte nr, max = id, left = 0;
	to!first(id);
end:	do
	:: from?first(nr) ->
		if
		:: !alive -> to!first(nr)
		:: alive && nr != max -> to!second(nr); left = nr
		:: alive && nr == max -> assert(nr == N); known = true; to!winner(nr)
		fi
	:: from?second(nr) ->
		if
		:: !alive -> to!second(nr)
		:: alive && left > nr && left > max -> max = left; to!first(left)
		:: alive && (left <= nr || left <= max) -> alive = false
		fi
	:: from?winner(nr) ->
		if
		:: nr == id -> leaders++; assert(leaders == 1)
		:: nr != id
		fi;
		if
		:: !known -> to!winner(nr)
		:: known
		fi;
		break
	od
}

init {
	byte i;
	atomic { for (i : 0 .. N - 1) { run node(i, (N + 2 - i) % N + 1) } }
}

ltl elected { <> (leaders == 1) }

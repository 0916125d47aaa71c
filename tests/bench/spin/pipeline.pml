/* P producers, a queue, W workers, a queue, a sink that checks the sum; everybody ends. */
#ifndef P
#define P 3
#endif
#ifndef W
#define W 3
#endif
#ifndef ITEMS
#define ITEMS 3
#endif
chan jobs = [2] of { byte };
chan done = [2] of { byte };
byte sum, producers = P;
active [P] proctype producer() {
	byte i;
	do
	:: i < ITEMS -> jobs!(i+1); i++
	:: else -> break
	od;
	producers--
}
active [W] proctype worker() {
	byte v;
	do
	:: jobs?v -> done!v
	:: producers == 0 && empty(jobs) -> done!0; break
	od
}
active proctype sink() {
	byte v, ends;
	do
	:: ends < W -> done?v;
		if
		:: v == 0 -> ends++
		:: else -> sum = sum + v
		fi
	:: else -> break
	od;
	assert(sum == P * ITEMS * (ITEMS+1) / 2)
}

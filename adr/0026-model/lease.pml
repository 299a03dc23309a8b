/*
 * Reads at level leader (ADR-0018, ADR-0022): while a leader may answer on the strength
 * of its lease, nobody has been elected after it.
 *
 * Time passes in ticks that are the same for all. A request is accepted when it is sent
 * or never, which is what makes a lease longest; its answer takes as long as it likes or
 * is lost, and so does a TimeoutNow. So cuts, pauses and dead nodes need no rules of their own.
 * Logs are left out: a voter may find any candidate's log too old, or not. So are opinions:
 * they decide when somebody campaigns, and here everybody may at any time.
 */
#ifndef N
#define N 3 /* nodes, all of them voters; 3 or 4 */
#endif
#ifndef TERMS
#define TERMS 3
#endif
#ifndef RESTARTS
#define RESTARTS 2
#endif
#ifndef PROMISE
#define PROMISE 1 /* ticks for which a voter that has heard its leader refuses others */
#endif
#define MAJORITY (N / 2 + 1)
#define NOBODY N
#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2

byte term[N], role[N], votes[N];
bool voted[N];
byte follows[N];    /* whom a voter believes to lead in its term */
byte heard[N];      /* ticks since then; PROMISE: long ago */
byte quiet[N];      /* ticks in which a voter that has just started gives no vote */
bool suspects[N];   /* a candidate's election was called by opinion, not by a transfer */
byte denier[N], denied[N]; /* who has told a voter last that it does not lead, and up to which term */
bool handing[N];    /* a leader has begun to hand over in its term */
byte handed[N];     /* the term of a TimeoutNow that is on its way to a node; 0: none */
typedef row { byte to[N] }
row sent[N];        /* ticks since a leader's request to a node began, and 1, while the answer is on its way; 0: none */
row proof[N];       /* ticks since the newest request began that a leader knows a node to have accepted */
byte newest;        /* the newest term in which anybody was elected */
byte restarts;

#define FOLLOWING(j) (follows[j] != NOBODY && heard[j] < PROMISE && !(denier[j] == follows[j] && denied[j] >= term[j]))

/* The safeguards, each with the switch that leaves it out. */
#ifdef LEASE_OUTLASTS_PROMISE
#define LEASE (PROMISE + 1)
#else
#define LEASE PROMISE /* ticks from the start of a request that a majority has accepted */
#endif
#ifdef EVIDENCE_AT_ANSWER
#define BEGAN(i, j) 0
#define KEPT (LEASE + 1)
#else
#define BEGAN(i, j) (sent[i].to[j] - 1)
#define KEPT LEASE
#endif
#ifdef NO_QUIET
#define AFTER_START 0
#else
#define AFTER_START PROMISE
#endif
#ifdef SUSPICION_OF_ONE
#define FREE(i, j) true
#else
#define FREE(i, j) !(suspects[i] && FOLLOWING(j)) /* a voter that hears its leader refuses */
#endif
#ifdef STALE_OPINION
#define FREE_NOW(i) true
#else
#define FREE_NOW(i) !FOLLOWING(i) /* opinions are old: who campaigns looks again, since its own vote counts, too */
#endif
#ifdef LEASE_DURING_TRANSFER
#define VOID(i) false
#else
#define VOID(i) handing[i] /* from TimeoutNow to the end of the term */
#endif
#ifdef OLD_TRANSFER
#define OF_NOW(i) true
#else
#define OF_NOW(i) (handed[i] >= term[i]) /* a TimeoutNow from before the term of today is no reason to leave a leader */
#endif
#ifdef DENIAL_BY_CANDIDATE
#define CANNOT_LEAD(i) (role[i] != LEADER)
#else
#define CANNOT_LEAD(i) (role[i] == FOLLOWER) /* a candidate may yet win the term for which it denies */
#endif

/* resign: what a node keeps of an election or a lead ends. */
inline resign(r) {
	role[r] = FOLLOWER; votes[r] = 0; suspects[r] = false; handing[r] = false; k = 0;
	do
	:: k < N -> sent[r].to[k] = 0; proof[r].to[k] = LEASE; k++
	:: else -> break
	od;
	k = 0
}

inline follow(v, upto, whom, since) { resign(v); voted[v] = (term[v] == upto && voted[v]); term[v] = upto; follows[v] = whom; heard[v] = since }

inline campaign(c, suspicion) {
	follow(c, term[c] + 1, NOBODY, PROMISE);
	voted[c] = true; role[c] = CANDIDATE; votes[c] = 1 << c; suspects[c] = suspicion
}

/* unsucceeded: nobody whose lease is valid has a successor. */
inline unsucceeded() {
	x = 0;
	do
	:: x < N ->
		n = 1; k = 0;
		do
		:: k < N -> n = n + (proof[x].to[k] < LEASE -> 1 : 0); k++
		:: else -> break
		od;
		assert(!(role[x] == LEADER && !VOID(x) && n >= MAJORITY && term[x] < newest)); /* a stale read */
		x++
	:: else -> break
	od;
	x = 0; n = 0; k = 0
}

inline tick() {
	x = 0;
	do
	:: x < N ->
		heard[x] = (heard[x] < PROMISE -> heard[x] + 1 : PROMISE);
		quiet[x] = (quiet[x] > 0 -> quiet[x] - 1 : 0);
		k = 0;
		do
		:: k < N ->
			proof[x].to[k] = (proof[x].to[k] < LEASE -> proof[x].to[k] + 1 : LEASE);
			sent[x].to[k] = (sent[x].to[k] > 0 && sent[x].to[k] < KEPT -> sent[x].to[k] + 1 : 0); /* an older one proves nothing */
			k++
		:: else -> break
		od;
		x++
	:: else -> break
	od;
	x = 0; k = 0
}

/* What node i does that concerns node j: votes, requests of a leader and their answers, a
 * TimeoutNow on its way, and a question, with which i tells j that it does not lead. */
#define CONCERNING(j) \
	:: d_step { i != j && role[i] == CANDIDATE && quiet[j] == 0 && FREE(i, j) && (term[j] < term[i] || term[j] == term[i] && !voted[j]) -> \
		if :: term[j] < term[i] -> follow(j, term[i], NOBODY, PROMISE) :: else fi; voted[j] = true; votes[i] = votes[i] | (1 << j) } \
	:: d_step { i != j && role[i] == CANDIDATE && quiet[j] == 0 && FREE(i, j) && term[j] < term[i] -> follow(j, term[i], NOBODY, PROMISE) } \
	:: d_step { i != j && role[i] == LEADER && term[j] <= term[i] -> follow(j, term[i], i, 0); sent[i].to[j] = 1 } \
	:: d_step { i != j && sent[i].to[j] > 0 -> \
		if :: BEGAN(i, j) < proof[i].to[j] -> proof[i].to[j] = BEGAN(i, j) :: else fi; sent[i].to[j] = 0; unsucceeded() } \
	:: d_step { i != j && role[i] == LEADER && handed[j] == 0 -> \
		handed[j] = term[i]; handing[i] = true; k = 0; do :: k < N -> proof[i].to[k] = LEASE; k++ :: else -> break od; k = 0 } \
	:: d_step { i != j && CANNOT_LEAD(i) && !FOLLOWING(i) -> denier[j] = i; denied[j] = term[i] }

inline setup() {
	i = 0;
	do
	:: i < N -> follow(i, 1, NOBODY, PROMISE); voted[i] = true; denier[i] = NOBODY; i++
	:: else -> break
	od;
	i = 0; role[0] = LEADER; follows[0] = 0; newest = 1
}

proctype node(byte i) {
	byte k, n, x;
	do
	CONCERNING(0)
	CONCERNING(1)
	CONCERNING(2)
#if N > 3
	CONCERNING(3)
#endif
	:: d_step { role[i] != LEADER && term[i] < TERMS && quiet[i] == 0 && FREE_NOW(i) -> campaign(i, true) }
	:: d_step { role[i] != LEADER && term[i] < TERMS && handed[i] > 0 && OF_NOW(i) -> campaign(i, false); handed[i] = 0 }
	:: d_step { handed[i] > 0 -> handed[i] = 0 }
	:: d_step { role[i] == CANDIDATE ->
		n = 0;
		do
		:: k < N -> n = n + ((votes[i] >> k) & 1); k++
		:: else -> break
		od;
		if
		:: n >= MAJORITY -> resign(i); role[i] = LEADER; follows[i] = i; newest = (term[i] > newest -> term[i] : newest); unsucceeded()
		:: else
		fi;
		k = 0; n = 0 }
	:: d_step { restarts < RESTARTS -> follow(i, term[i], NOBODY, PROMISE); denier[i] = NOBODY; denied[i] = 0; quiet[i] = AFTER_START; restarts++ }
	od
}

init {
	byte i, k, n, x;
	d_step { setup() }
	atomic {
		run node(0);
		run node(1);
		run node(2);
#if N > 3
		run node(3)
#endif
	}
	do
	:: d_step { tick() }
	od
}

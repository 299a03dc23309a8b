/*
 * A whole folder that is an older copy (ADR-0026). The replica cannot know it, and what was
 * acknowledged may be lost. Checked: that does not go unnoticed. Whoever takes the newest
 * leader's log and has applied something else stops for ever; so two replicas that both have
 * heard that leader, and still serve, have applied the same.
 *
 * Steps and messages as in members.pml; the members do not change.
 */
#ifndef N
#define N 3
#endif
#ifndef TERMS
#define TERMS 3
#endif
#ifndef ROLLBACKS
#define ROLLBACKS 2
#endif
#ifndef LENGTH
#define LENGTH 4
#endif
#define NOBODY N
#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2

typedef replica {
	byte role, term, vote, votes;
	byte length, log[LENGTH]; /* an entry is its term and who made it */
	byte commit, match[N];    /* of a leader */
	byte applied, shown[LENGTH]; /* what it has applied, and shown to whoever reads */
	bool stopped;
	byte leads;               /* of a leader: what tells its lead from all others */
	byte heard;               /* the leader, and its term, with which all that it has applied was compared */
}
replica r[N];
byte rollbacks;
hidden byte k, w, x;

#define ENTRY(t, who) ((t) * 16 + rollbacks * 4 + (who)) /* a leader that was rolled back may lead the same term again */
#define TERM(e) ((e) / 16)
#define LAST(i) (r[i].length == 0 -> 0 : TERM(r[i].log[r[i].length - 1]))
#define BIT(set, m) (((set) >> (m)) & 1)
#define SIZE(set) (BIT(set, 0) + BIT(set, 1) + BIT(set, 2) + BIT(set, 3))
#define MAJORITY(set) (2 * SIZE(set) > N)

/* The safeguards, each with the switch that leaves it out. */
#ifdef CUT_SILENTLY
#define CUT_STOPS false
#else
#define CUT_STOPS true /* an append that would cut what was applied stops the replica */
#endif
#ifdef DIGEST_UNCOMPARED
#define DIGESTS_STOP false
#else
#define DIGESTS_STOP true /* and so does a leader whose digest of what was applied is another one */
#endif
#ifdef SNAPSHOT_UNCOMPARED
#define SNAPSHOT_STOPS false
#else
#define SNAPSHOT_STOPS true /* and a snapshot that does not hold what was applied */
#endif

inline stand(s) {
	r[s].role = FOLLOWER; r[s].votes = 0; r[s].commit = 0; r[s].leads = 0; k = 0;
	do
	:: k < N -> r[s].match[k] = 0; k++
	:: else -> break
	od;
	k = 0
}

inline hear(who, newer) { if :: r[who].term < newer -> stand(who); r[who].term = newer; r[who].vote = NOBODY :: else fi }

inline apply(p, upto) {
	k = r[p].applied;
	do
	:: k < upto -> if :: r[p].shown[k] == 0 -> r[p].shown[k] = r[p].log[k] :: else fi; k++
	:: else -> break
	od;
	if :: r[p].applied < upto -> r[p].applied = upto :: else fi;
	k = 0
}

inline advance(a) {
	x = r[a].length;
	do
	:: x > r[a].commit && TERM(r[a].log[x - 1]) == r[a].term ->
		w = 0; k = 0;
		do
		:: k < N -> w = w | ((k == a || r[a].match[k] >= x) << k); k++
		:: else -> break
		od;
		if
		:: MAJORITY(w) -> r[a].commit = x; apply(a, x)
		:: else -> x--
		fi
	:: else -> break
	od;
	x = 0; w = 0; k = 0
}

inline older(o, upto) {
	stand(o); rollbacks++; r[o].applied = 0; r[o].heard = 0; k = 0;
	do
	:: k < LENGTH -> r[o].shown[k] = 0; if :: k >= upto -> r[o].log[k] = 0 :: else fi; k++
	:: else -> break
	od;
	r[o].length = upto; r[o].term = LAST(o); r[o].vote = NOBODY; k = 0
}

inline append(l) { r[l].log[r[l].length] = r[l].leads; r[l].length++; advance(l) }

/* agreed: replicas that serve and have heard the same leader have shown the same. */
inline agreed(a) {
	x = 0;
	do
	:: x < N ->
		k = 0;
		do
		:: k < LENGTH ->
			assert(r[x].stopped || r[a].stopped || r[a].heard == 0 || r[x].heard != r[a].heard || r[x].shown[k] == 0 || r[a].shown[k] == 0 || r[x].shown[k] == r[a].shown[k]); /* a fork that nobody has noticed */
			k++
		:: else -> break
		od;
		x++
	:: else -> break
	od;
	k = 0; x = 0
}

/* take: node j takes leader i's whole log, as entries or in a snapshot. */
inline take(i, j, snapshot) {
	hear(j, r[i].term); stand(j); w = 0; x = 0;
	do
	:: w < r[i].length && w < r[j].length && TERM(r[j].log[w]) == TERM(r[i].log[w]) -> w++ /* Raft compares terms */
	:: else -> break
	od;
	do
	:: x < w && r[j].log[x] == r[i].log[x] -> x++ /* and digests tell contents */
	:: else -> break
	od;
	if
	:: !snapshot && CUT_STOPS && w < r[i].length && w < r[j].applied -> r[j].stopped = true
	:: !snapshot && DIGESTS_STOP && x < w && x < r[j].applied -> r[j].stopped = true
	:: snapshot && SNAPSHOT_STOPS && x < r[j].applied -> r[j].stopped = true
	:: else ->
		if
		:: w < r[i].length || snapshot ->
			k = (snapshot -> 0 : w);
			do
			:: k < r[i].length -> r[j].log[k] = r[i].log[k]; k++
			:: else -> break
			od;
			do
			:: k < r[j].length -> r[j].log[k] = 0; k++
			:: else -> break
			od;
			r[j].length = r[i].length
		:: else
		fi;
		if :: r[j].applied > r[j].length -> r[j].applied = r[j].length :: else fi;
		r[j].heard = (r[j].applied < r[i].commit || r[j].applied > r[i].length -> 0 : r[i].leads); /* what it applies now is compared by the next message */
		apply(j, r[i].commit); r[i].match[j] = r[i].length; advance(i); agreed(i); agreed(j)
	fi;
	if :: r[j].stopped -> assert(rollbacks > 0); stand(j) :: else fi; /* nobody stops for nothing */
	k = 0; w = 0; x = 0
}

#define CONCERNING(j) \
	:: d_step { i != j && !r[i].stopped && !r[j].stopped && r[i].role == CANDIDATE && r[j].term <= r[i].term && !BIT(r[i].votes, j) -> \
		hear(j, r[i].term); \
		if :: (r[j].vote == NOBODY || r[j].vote == i) && (LAST(i) > LAST(j) || LAST(i) == LAST(j) && r[i].length >= r[j].length) -> \
			r[j].vote = i; r[i].votes = r[i].votes | (1 << j) :: else fi } \
	:: d_step { i != j && !r[i].stopped && !r[j].stopped && r[i].role == LEADER && r[j].term <= r[i].term -> take(i, j, false) } \
	:: d_step { i != j && !r[i].stopped && !r[j].stopped && r[i].role == LEADER && r[j].term <= r[i].term && r[i].commit == r[i].length -> take(i, j, true) }

proctype node(byte i) {
	do
	CONCERNING(0)
	CONCERNING(1)
	CONCERNING(2)
#if N > 3
	CONCERNING(3)
#endif
	:: d_step { !r[i].stopped && r[i].role != LEADER && r[i].term < TERMS && r[i].length < LENGTH ->
		stand(i); r[i].term++; r[i].vote = i; r[i].role = CANDIDATE; r[i].votes = 1 << i }
	:: d_step { !r[i].stopped && r[i].role == CANDIDATE && MAJORITY(r[i].votes) -> stand(i); r[i].role = LEADER; r[i].leads = ENTRY(r[i].term, i); r[i].heard = r[i].leads; append(i); agreed(i) }
	:: d_step { !r[i].stopped && r[i].role == LEADER && r[i].length < LENGTH && r[i].commit == r[i].length -> append(i); agreed(i) }
	/* the folder becomes an older copy: a shorter log, the term of its end, no vote */
	:: d_step { !r[i].stopped && rollbacks < ROLLBACKS && r[i].length > 0 -> older(i, r[i].length - 1) }
	:: d_step { !r[i].stopped && rollbacks < ROLLBACKS && r[i].length > 1 -> older(i, 0) }
	od
}

init {
	d_step {
		x = 0;
		do
		:: x < N -> r[x].vote = NOBODY; x++
		:: else -> break
		od;
		x = 0
	}
	atomic {
		run node(0);
		run node(1);
		run node(2);
#if N > 3
		run node(3)
#endif
	}
}

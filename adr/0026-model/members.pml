/*
 * How a replica takes part that has just been founded, that has forgotten, or that joins
 * (ADR-0026). Checked: a term has one leader, no acknowledged entry is missing from the
 * log of a later leader, two leaders never commit different entries at an index, and a
 * replica that has lost nothing is never taken for one that has.
 *
 * A message is sent and answered in one step, at any time or never; so cuts, pauses and
 * dead nodes need no rules of their own, and what is late is what happens late. Every entry
 * is an election's or a change of members; whatever is committed counts as acknowledged.
 */
#ifndef N
#define N 3 /* replicas; the first three are the initial peers, a fourth one joins */
#endif
#ifndef TERMS
#define TERMS 3
#endif
#ifndef LOSSES
#define LOSSES 2
#endif
#ifndef LENGTH
#define LENGTH 6 /* entries of a log, the one that founds the shard included */
#endif
#ifndef LEAVES
#define LEAVES 0 /* how often an operator removes a member */
#endif
#define INITIAL 3
#define NOBODY N

/* Entries: what they do and to whom, and in the upper bits the term. */
#define NOTHING 0
#define REMOVE(m) (4 + (m))
#define ADD(m) (8 + (m))
#define PROMOTE(m) (12 + (m))
#define ENTRY(t, what) ((t) * 16 + (what))
#define TERM(e) ((e) / 16)
#define WHAT(e) ((e) % 16)

/* How a replica takes part. */
#define NEW 0     /* it has no state, and asks whether the shard is new */
#define OUT 1     /* it has forgotten, or is a stranger: it takes no part, and asks to be admitted */
#define FILLING 2 /* it was admitted: it takes entries, and no part in elections until it has the entry that admitted it */
#define IN 3
#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2

typedef replica {
	byte part, role, term, vote, votes;
	byte length, log[LENGTH];
	byte commit;                  /* of a leader */
	byte match[N];                /* of a leader: how far the others have confirmed */
	byte admits; bool added;      /* of a leader: whom it is admitting, and whether it has added it */
	byte need;                    /* of one that is filled: the entry that admitted it */
	byte markTerm, markLen, markNow; /* how far it has promised: the end of its log, and its term */
	byte blank, founders;         /* while NEW: who has said that it has no state; who may found, too */
}
replica r[N];
byte acked[LENGTH], ackedIn[LENGTH], ackedLen; /* what was acknowledged, and in which term */
byte leaderOf[TERMS + 1]; /* who was elected, and 1 */
byte losses, leaves;
bool begun;               /* somebody has campaigned; the initial peers are alike, so 0 is the first */
hidden byte voters, listed, own, k, w, x;

#define LAST(i) (r[i].length == 0 -> 0 : TERM(r[i].log[r[i].length - 1]))
#define OLDER(i) (LAST(i) < r[i].markTerm || LAST(i) == r[i].markTerm && r[i].length < r[i].markLen)

/* The safeguards, each with the switch that leaves it out. */
#ifdef TRUST_EMPTY_LOG
#define FORGOTTEN(i) false
#else
#ifdef NO_MARK_OF_VOTES
#define FORGOTTEN(i) (OLDER(i) || r[i].term < LAST(i))
#else
#define FORGOTTEN(i) (OLDER(i) || r[i].term < LAST(i) || r[i].term < r[i].markNow) /* asked at every start */
#endif
#endif
#ifdef NO_STRANGER
#define STRANGER IN
#else
#define STRANGER NEW
#endif
#ifdef FOUND_BY_MAJORITY
#define MAY_FOUND(n) (2 * ((n) + 1) > INITIAL)
#else
#define MAY_FOUND(n) ((n) == INITIAL - 1)
#endif
#ifdef NO_REMOVAL_FIRST
#define REMOVED_FIRST false
#else
#define REMOVED_FIRST true
#endif
#define SETTLED(i) (r[i].commit == r[i].length) /* the newest change is committed, and so is an entry of this term */
#ifdef REMOVAL_UNCOMMITTED
#define COMMITTED(i) true
#else
#define COMMITTED(i) SETTLED(i)
#endif
#ifdef FILLING_FORGOTTEN
#define STILL_FILLING(i) false
#else
#define STILL_FILLING(i) true /* a replica that starts again while it is filled has to be filled still */
#endif
#ifdef VOTE_WHEN_ADMITTED
#define MAY_VOTE(j, listedByItself) (r[j].part >= FILLING)
#else
#ifdef VOTE_WHEN_LISTED
#define MAY_VOTE(j, listedByItself) (r[j].part == IN || r[j].part == FILLING && listedByItself)
#else
#define MAY_VOTE(j, listedByItself) (r[j].part == IN)
#endif
#endif
#ifdef LEADER_UNMARKED
#define MARKS_OWN false
#else
#define MARKS_OWN true /* a leader counts its own disk, so that is a promise, too */
#endif
#ifdef MARK_ONLY_GROWS
#define MARKS(i) (LAST(i) > r[i].markTerm || LAST(i) == r[i].markTerm && r[i].length > r[i].markLen)
#else
#define MARKS(i) true /* a leader may replace what was promised to one before it: then the mark goes back */
#endif

#ifdef ADMITTED_WITHOUT_TERM
#define TAKES_TERM false
#else
#define TAKES_TERM true /* it has forgotten whom it left, and a leader of long ago may still believe in itself */
#endif

#define BIT(set, m) (((set) >> (m)) & 1)

/* members: who has a vote (voters) and who is listed at all (listed), by the first upto entries of a log. */
inline members(m, upto) {
	voters = 0; listed = 0; k = 0;
	do
	:: k < upto ->
		w = WHAT(r[m].log[k]);
		if
		:: k == 0 -> voters = 7; listed = 7
		:: k > 0 && w >= 12 -> voters = voters | (1 << (w % 4))
		:: k > 0 && w >= 8 && w < 12 -> listed = listed | (1 << (w % 4))
		:: k > 0 && w >= 4 && w < 8 -> voters = voters & (15 - (1 << (w % 4))); listed = listed & (15 - (1 << (w % 4)))
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0; w = 0
}
#define SIZE(set) (BIT(set, 0) + BIT(set, 1) + BIT(set, 2) + BIT(set, 3))
#define MAJORITY(set, of) (2 * SIZE((set) & (of)) > SIZE(of))

inline mark(p) {
	if :: MARKS(p) -> r[p].markTerm = LAST(p); r[p].markLen = r[p].length :: else fi
}

inline stand(s) { /* down: what is not on disk is gone */
	r[s].role = FOLLOWER; r[s].votes = 0; r[s].commit = 0; r[s].admits = NOBODY; r[s].added = false; k = 0;
	do
	:: k < N -> r[s].match[k] = 0; k++
	:: else -> break
	od;
	k = 0
}

inline hear(who, newer) { if :: r[who].term < newer -> stand(who); r[who].term = newer; r[who].vote = NOBODY; r[who].markNow = newer :: else fi }

/* advance: a leader commits what a majority of the voters has confirmed. */
inline advance(a) {
	members(a, r[a].length); x = r[a].length;
	do
	:: x > r[a].commit && TERM(r[a].log[x - 1]) == r[a].term ->
		w = 0; k = 0;
		do
		:: k < N -> w = w | ((k == a || r[a].match[k] >= x) << k); k++
		:: else -> break
		od;
		if
		:: MAJORITY(w, voters) ->
			k = 0;
			do
			:: k < x ->
				if
				:: k < ackedLen -> assert(acked[k] == r[a].log[k]) /* two leaders have committed different entries */
				:: else -> acked[k] = r[a].log[k]; ackedIn[k] = r[a].term; ackedLen = k + 1
				fi;
				k++
			:: else -> break
			od;
			r[a].commit = x
		:: else -> x--
		fi
	:: else -> break
	od;
	voters = 0; listed = 0; x = 0; w = 0; k = 0
}

inline append(l, what) {
	r[l].log[r[l].length] = ENTRY(r[l].term, what); r[l].length++;
	if :: MARKS_OWN -> mark(l) :: else fi;
	advance(l)
}

inline elected(e) {
	assert(leaderOf[r[e].term] == 0 || leaderOf[r[e].term] == e + 1); /* a term has one leader */
	leaderOf[r[e].term] = e + 1; k = 0;
	do
	:: k < ackedLen -> assert(ackedIn[k] >= r[e].term || k < r[e].length && acked[k] == r[e].log[k]); k++ /* an acknowledged entry is lost */
	:: else -> break
	od;
	k = 0; stand(e); r[e].role = LEADER; append(e, NOTHING)
}

/* take: node j takes the first upto entries of leader i's log and confirms them. */
inline take(i, j, upto) {
	hear(j, r[i].term); stand(j); x = 0; k = 0;
	do
	:: k < upto && k < r[j].length && r[j].log[k] == r[i].log[k] -> k++
	:: else -> break
	od;
	if
	:: k < upto -> /* what differs is cut */
		do
		:: k < upto -> r[j].log[k] = r[i].log[k]; k++
		:: else -> break
		od;
		x = r[j].length; r[j].length = upto;
		do
		:: k < x -> r[j].log[k] = 0; k++
		:: else -> break
		od
	:: else
	fi;
	k = 0; x = 0;
	mark(j); assert(!OLDER(j));
	if :: r[j].part == FILLING && upto >= r[j].need -> r[j].part = IN; r[j].need = 0 :: else fi;
	if :: r[i].match[j] < upto -> r[i].match[j] = upto; advance(i) :: else fi
}

/* out: a replica turns to the leader. Nobody waits any longer for it to found the shard. */
inline decided(d, how) {
	r[d].part = how; r[d].blank = 0; k = 0;
	do
	:: k < N -> r[k].founders = r[k].founders & (15 - (1 << d)); k++
	:: else -> break
	od;
	k = 0
}

/* lose: a disk has lost something, and its replica starts again. What others believe of it stays. */
inline lose(z) {
	losses++; stand(z); r[z].need = 0; k = 0;
	do
	:: k < N -> if :: r[k].admits == z -> r[k].admits = NOBODY; r[k].added = false :: else fi; k++
	:: else -> break
	od;
	k = 0
}
inline cut(c, upto) {
	k = upto;
	do
	:: k < r[c].length -> r[c].log[k] = 0; k++
	:: else -> break
	od;
	r[c].length = upto; k = 0
}

/* While somebody still asks whether the shard is new, two disks may be all that held anything of it. */
#define MAY_LOSE (losses < LOSSES && (losses == 0 || r[0].part != NEW && r[1].part != NEW && r[2].part != NEW))

/* What replica i does that concerns replica j. */
#define CONCERNING(j) \
	:: d_step { i != j && r[i].part == NEW && j < INITIAL && !BIT(r[i].blank, j) -> /* it asks whether j has any state */ \
		if :: r[j].part == NEW || BIT(r[j].founders, i) -> r[i].blank = r[i].blank | (1 << j) :: else -> decided(i, OUT) fi } \
	:: d_step { i != j && r[i].role == CANDIDATE && r[j].part >= FILLING && r[j].term <= r[i].term && !BIT(r[i].votes, j) -> /* it asks j for its vote */ \
		members(j, r[j].length); own = BIT(voters, j); members(i, r[i].length); \
		if :: BIT(voters, j) && MAY_VOTE(j, own) -> \
			hear(j, r[i].term); \
			if :: (r[j].vote == NOBODY || r[j].vote == i) && (LAST(i) > LAST(j) || LAST(i) == LAST(j) && r[i].length >= r[j].length) -> \
				r[j].vote = i; r[i].votes = r[i].votes | (1 << j) :: else fi \
		:: else fi; voters = 0 } \
	:: d_step { i != j && r[i].role == LEADER && r[j].part >= FILLING && r[j].term <= r[i].term && r[i].match[j] < r[i].length -> /* it sends j its log */ \
		members(i, r[i].length); if :: BIT(listed, j) -> take(i, j, r[i].length) :: else fi; voters = 0 } \
	:: d_step { i != j && r[i].role == LEADER && r[j].part >= FILLING && r[j].term <= r[i].term && r[i].match[j] < r[i].length -> /* or some of it */ \
		members(i, r[i].length); w = r[i].match[j] + 1; if :: BIT(listed, j) -> own = w; take(i, j, own) :: else fi; voters = 0 } \
	:: d_step { i != j && r[i].role == LEADER && r[j].part == OUT && r[i].admits == NOBODY -> r[i].admits = j } /* j asks it to be admitted */ \
	:: d_step { i != j && r[i].role == LEADER && r[i].admits == j && !r[i].added && COMMITTED(i) && r[i].length < LENGTH -> \
		members(i, r[i].length); \
		if :: BIT(listed, j) && REMOVED_FIRST -> append(i, REMOVE(j)) \
		:: BIT(listed, j) && !REMOVED_FIRST -> r[i].added = true \
		:: else -> append(i, ADD(j)); r[i].added = true fi; voters = 0 } \
	:: d_step { i != j && r[i].role == LEADER && r[i].admits == j && r[i].added && COMMITTED(i) -> \
		r[j].part = FILLING; r[j].need = r[i].length; if :: TAKES_TERM -> hear(j, r[i].term) :: else fi; r[i].admits = NOBODY; r[i].added = false } /* j hears that it was */ \
	:: d_step { i != j && r[i].role == LEADER && SETTLED(i) && r[i].length < LENGTH -> /* j gets a vote; how far it has come is a matter of prudence */ \
		members(i, r[i].length); if :: BIT(listed, j) && !BIT(voters, j) -> append(i, PROMOTE(j)) :: else fi; voters = 0 } \
	:: d_step { i != j && leaves < LEAVES && r[i].role == LEADER && SETTLED(i) && r[i].length < LENGTH && r[j].part == IN -> /* an operator removes j */ \
		members(i, r[i].length); if :: BIT(listed, j) -> append(i, REMOVE(j)); leaves++ :: else fi; voters = 0 }

proctype node(byte i) {
	do
	CONCERNING(0)
	CONCERNING(1)
	CONCERNING(2)
#if N > 3
	CONCERNING(3)
#endif
	:: d_step { r[i].part == NEW && MAY_FOUND(SIZE(r[i].blank)) -> own = r[i].blank; decided(i, IN); r[i].founders = own; r[i].length = 1; mark(i) }
	:: d_step { r[i].part >= FILLING && r[i].role != LEADER && r[i].term < TERMS && r[i].length > 0 && r[i].length < LENGTH && (begun || i == 0) -> /* it campaigns */
		members(i, r[i].length); own = BIT(voters, i);
		if
		:: own && MAY_VOTE(i, own) ->
			begun = true; stand(i); r[i].term++; r[i].markNow = r[i].term; r[i].vote = i; r[i].role = CANDIDATE; r[i].votes = 1 << i
		:: else
		fi;
		voters = 0 }
	:: d_step { r[i].role == CANDIDATE ->
		members(i, r[i].length);
		if
		:: MAJORITY(r[i].votes, voters) -> elected(i)
		:: else
		fi;
		voters = 0 }
	:: d_step { r[i].part == FILLING && r[i].length > 0 && !STILL_FILLING(i) -> r[i].part = IN; r[i].need = 0 }
	/* The disk loses everything; or the end of its log; or its newest terms and votes. */
	:: d_step { MAY_LOSE && r[i].part != NEW ->
		lose(i); cut(i, 0); r[i].term = 0; r[i].vote = NOBODY; r[i].markTerm = 0; r[i].markLen = 0; r[i].markNow = 0; r[i].founders = 0;
		decided(i, (i < INITIAL -> STRANGER : OUT)) }
	:: d_step { MAY_LOSE && r[i].part >= FILLING && r[i].length > 0 -> lose(i); cut(i, r[i].length - 1); if :: FORGOTTEN(i) -> decided(i, OUT) :: else fi }
	:: d_step { MAY_LOSE && r[i].part >= FILLING && r[i].length > 1 -> lose(i); cut(i, 0); if :: FORGOTTEN(i) -> decided(i, OUT) :: else fi }
	:: d_step { MAY_LOSE && r[i].part >= FILLING && r[i].term > 0 -> lose(i); r[i].term = 0; r[i].vote = NOBODY; if :: FORGOTTEN(i) -> decided(i, OUT) :: else fi }
	:: d_step { MAY_LOSE && r[i].part >= FILLING && r[i].vote != NOBODY -> lose(i); r[i].term = LAST(i); r[i].vote = NOBODY; if :: FORGOTTEN(i) -> decided(i, OUT) :: else fi }
	od
}

init {
	d_step {
		own = 0;
		do
		:: own < N ->
			stand(own); r[own].vote = NOBODY; r[own].part = (own < INITIAL -> NEW : OUT);
#ifdef FOUNDED
			if :: own < INITIAL -> r[own].part = IN; r[own].length = 1; r[own].markLen = 1 :: else fi;
#endif
			own++
		:: else -> break
		od;
		own = 0
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

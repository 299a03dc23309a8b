package fault

// Faults that take from a node what it had stored. Its process ends before, and it
// is back at Until. A cluster bears them at a minority of its members at a time, so
// whoever carries out a schedule begins one only when the victim of the one before
// is a voter of all shards again, in the eyes of all.
const (
	BitFlip   Kind = "bit-flip"   // a bit of a log changes
	ZeroTail  Kind = "zero-tail"  // the newest part of a shard's log is zeros
	CutLog    Kind = "cut-log"    // a shard's log ends in its middle
	LoseShard Kind = "lose-shard" // a shard's folder is gone; terms and votes, which are kept elsewhere, are not
	Wipe      Kind = "wipe"       // all is gone
	RollBack  Kind = "roll-back"  // what it had at At is put back at Until; it runs between the two
	Swap      Kind = "swap"       // it and another node, which ends too, get each other's data
)

// LosingKinds are all of them.
var LosingKinds = []Kind{BitFlip, ZeroTail, CutLog, LoseShard, Wipe, RollBack, Swap}

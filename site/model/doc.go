// Package model computes the numbers of a design, so that its text cannot
// drift from them.
//
// A model is a set of named values. An input is typed in, with a unit, a range
// and a provenance: cited (somebody published it), measured (a run recorded it)
// or assumed (we chose it). A formula is computed from other values by an
// expression. Evidence is what an experiment wrote down: a JSON file with the
// commit, machine, seed and date of the run. Units are checked like types:
// adding seconds to bytes, or declaring a cost per day for a sum of costs per
// month without the conversion, is a finding and not a number.
//
// Text refers to a value by a destination:
//
//	model:sends.peak                                  a value of the model
//	model:room.deliveries?room.online=100k            the same formula, another input
//	model:cost.total?sockets.per_gateway=low          an input at the end of its range
//	model:cost.total?joint=p95                        with all inputs drawn together, what 95 % of the results stay below
//	model:flip.order                                  the value of an input at which a decision flips
//	evidence:kill-leader#window.p99_ms                a value of an experiment
//
// An expression has numbers, names, + - * /, parentheses and ceil, floor, log2,
// max, min, pow, round, sqrt. The name unit.TB is one terabyte, unit.node one
// node, and evidence.kill_leader.window.p99_ms a value of an experiment.
//
// # What must hold
//
// An assertion is a comparison that the design promises to keep, and a decision
// record has comparisons of the same kind for when it is to be taken up again:
//
//	asserts:
//	  zone.order: {what: "No machine is overloaded with a zone lost.", assert: sequencers.lost_load <= 100}
//	flips:
//	  flip.order: {what: "the order at a tenth of the bill", input: sequencer.rate, while: cost.exact.share <= 10}
//
// Both sides have one dimension. A number alone is read in the unit in which the
// other side is written: beside a percentage, 100 is 100 %. An assertion that one
// changed input breaks is a finding with both values. A flip looks for the nearest
// value of its input at which the comparison ceases to hold.
//
// # In a reader's browser
//
// What has been read and checked is a [Model.Sheet], which a program in the reader's
// browser computes under other inputs. [Model.Play] writes the inputs that may be
// changed: those with low and high. Numbers on a page carry their name as data-value,
// so that a script finds them.
//
// # How a value is written
//
// One rule, so that text and value can be compared letter by letter. A whole
// number below 10,000 is written in full with a comma at the thousands. Any
// other number is rounded to three significant digits (or as many as its
// "show" says), without trailing zeros, and from 10,000 upwards scaled by
// k, M, bn or tn. A value of 1,000 to 9,999 is rounded to a whole number. The
// unit follows after a space, except that amounts of USD begin with $:
//
//	694 k msg/s    4,096    7.5 %    $1.17 M/month    0.25 ms
//
// A text agrees with a value if it is that, or the number alone, or the number
// and then words that are not units: "694 k", "20 bn messages". See [Model.Agree].
//
// A [Model] does not change after [Load] and is safe for concurrent use.
package model

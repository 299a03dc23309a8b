// Package sheet computes a model whose formulas have been read and checked.
//
// A [Sheet] is a list of cells in an order in which each needs only those before
// it. An input has a value and perhaps a range, a formula has [Code]. Units are
// checked before a sheet is made, so that a cell is a plain number in base units
// and a [Unit] says how it is written.
//
// The same sheet is computed in two places. The build draws it thousands of times
// for ranges and percentiles, and a reader's browser computes it again when an
// input is changed (cmd/model-wasm). So the package needs nothing that makes a
// program large: no parser, no reflection, no formatting but its own.
//
// A scenario is what a reader has changed, as it stands in an address:
//
//	users.daily:1bn,shard.replicas:5,message.row:high
//
// A Sheet does not change once it is made and is safe for concurrent use.
package sheet

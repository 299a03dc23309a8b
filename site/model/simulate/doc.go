// Package simulate plays what a formula over means cannot say: how uneven the load
// of shards is when rooms are not alike, how full the fullest machine is before and
// after a zone is lost, and what devices do to gateways when they all come back.
//
// Everything is a function of its arguments and a seed, so that a figure in the
// text can be made again. What is modelled stands beside each type; nothing here
// runs the system.
package simulate

// Package fault says what can be broken, as data, and holds the seams through
// which it is broken.
//
// A [Fault] breaks something at one node: its links to the others ([Links]), its
// disk ([Disk]) or its clock ([Clock]). A [Schedule] is a whole run: a cluster,
// a load, and faults with the moments at which they begin and end. One format
// drives nodes in memory, in virtual time, and child processes.
//
// A fault is real for the one who suffers it: a cut link refuses new connections
// and severs those that exist, a lost message is not delivered, a hung disk does
// not return. Nothing above the seam knows that it was asked for.
//
// A [Gate] is for nodes without a process that could be stopped: shut, it stops all
// that such a node could be noticed by.
//
// Every fault counts how often it really struck, its hits: messages dropped or
// delayed, connections refused, writes held, readings of the clock skewed. A
// fault without a hit has proved nothing, and whoever runs a schedule must not
// call that a pass.
//
// What is random in a fault follows from its seed. That makes a run repeatable
// only as far as the order of the questions is: goroutines ask in an order that
// no seed decides.
package fault

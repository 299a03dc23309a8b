// Package workload uses a cluster as people would, and writes down everything.
//
// A load is a number of sessions. Each sends one message after the other, to
// conversations of its choice, and reads now and then, at a level of its choice;
// what it chooses follows from the seed. With a rate, messages are due at fixed
// times, whether answers come or not, and latency counts from the moment at
// which a message was due. So a stall is felt by all the messages that fell into
// it, and not by the few that were under way: measuring from the sending would
// leave out the waiting that matters most.
//
// A session waits for the outcome of a message before it sends the next. If it
// must give one up without knowing, it goes on under another name, since it may
// not rely on the order of what follows; see package history.
package workload

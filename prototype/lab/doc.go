// Package lab is an experiment that runs while somebody looks at it: a cluster
// under load, faults on request, and what clients and replicas see of them.
//
// A [Lab] observes the nodes of a [Cluster], sends messages to one conversation,
// reads everything back, and makes a [frame.Frame] several times a second. A frame is
// a value: complete, never changed after it was made, and enough to draw the
// whole dashboard from. Who draws is not this package's business.
//
// What a lab promises about its figures:
//
//   - an acknowledgement counts when the client has it, and latency runs from the
//     moment at which the message was due, so a stall is not hidden by senders
//     that wait;
//   - unknown is an outcome of its own: such a message is sent again with the
//     same id until the cluster says where it is;
//   - lost, duplicated and reordered are judged by reading back, linearizably,
//     what was acknowledged before the reading began, and by comparing every
//     message that a replica shows with what the others showed at that seq;
//   - a window is the time between the last acknowledgement of the old term and
//     the first of the new one, as the clients saw it. The split into noticing,
//     electing and acknowledging comes from asking the nodes and is as coarse as
//     that: see [FastPoll].
//
// Less formally: break it, and see what it cost.
//
// What may be asked for is package action, what is to be seen is package frame, and the
// stories to watch are package scenarios. What clients were told and what they read is
// judged by package judging, and this package runs: it alone knows the cluster, time and
// goroutines.
//
// Threads: one goroutine per node observes it, one per sender sends, one reads
// back, one makes frames. All of them write into one record under one lock; no
// lock is held while something waits for the cluster.
package lab

// Package history is what clients saw: each attempt to do something, when it
// began, and how and when it ended.
//
// A history is a list of events in the order in which they were noted, one JSON
// object a line. An operation has an invoke event, and at most one completion:
//
//   - ok: it took effect, and this is what the client was told;
//   - fail: it certainly did not take effect, and never will;
//   - info: nobody knows. It may take effect later, or have done so already.
//
// An operation without a completion is as good as info: the client died first.
//
// Times are nanoseconds since the recorder was made, by the monotonic clock. An
// invoke is noted before the request leaves and a completion after the answer
// has arrived, so that if one operation's completion is before another's invoke,
// the first really had ended when the second began. The converse may not hold:
// what seems to overlap may not have.
//
// An attempt is an operation of its own: a message that is sent three times has
// three, with the same message id. What the cluster refused because it came out
// of order in its session has failed like anything else that was refused. So a history can show that an answer was
// false, as when a send "certainly failed" and its retry is told that it is a
// duplicate.
package history

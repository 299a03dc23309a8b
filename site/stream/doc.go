// Package stream carries the events of many topics over one connection.
//
// A browser opens six connections to a host over HTTP/1.1, for all its tabs
// together, and an event stream holds one of them for as long as a page is open. So
// a page asks for all topics that it follows in one request, and tabs share that
// request (static/js/stream.js):
//
//	GET /_/stream?reload=&lab=&review/adr/0001-use-a-log=57
//
// A topic begins with the name of its source; what follows the slash is for the
// source to read. The value is where the reader is: the number of the last event
// that it has, or nothing for "from now on". The answer is a stream of Server-Sent
// Events. Each is named after its topic; the first line of its data is the name of
// the event, the rest is the data:
//
//	event: lab                      id: review/adr/0001-use-a-log=58
//	data: frame                     event: review/adr/0001-use-a-log
//	data: <div id="lab-frame" …     data: change
//	                                data: {"n":58,"type":"comment.added",…}
//
// Guarantees:
//
//   - Events of one topic come in order. An event with a number comes once, and none
//     is left out; one without a number replaces what came before it.
//   - The id of an event lists the numbers of all topics that have them, in the form
//     of the query, so Last-Event-ID resumes each topic where it was.
//   - A topic that its reader may not follow, or that is over, ends with an event
//     "end" that says why, as a status of HTTP and a sentence. The other topics go on.
//   - No event waits in memory for a slow reader. A source is asked for the next one
//     when the last was written, so it sends what is newest by then, or reads on in
//     its log. Who takes longer than [writeTimeout] for one event is cut off.
//   - Streams are counted by person and by network, see [Gate].
//   - Large events are compressed once for all readers, see [encoder].
package stream

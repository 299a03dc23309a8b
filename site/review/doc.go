// Package review is the reviews of a site: what people say about its pages, and the
// exact text that each was about.
//
// A [Service] is the one way in. Whoever writes goes through the same steps: the
// page is brought up to date with the log, access.Can says whether they may, the
// request is made into an event against the state as it is, the words are sealed,
// what decides is signed, the event is appended, and the state says what became of
// it. An import enters at the same log. Nothing else writes.
//
// The rooms below, each of which knows those after it at most:
//
//	httpapi, webhook   what other programs and browsers ask, and are told
//	review             this package
//	repo               the same events as files in version control
//	display            what a page shows
//	store              log, keys and texts: durable, and redactable
//	document           the page that is reviewed
//	standing           what verdicts are worth
//	state              what a set of events adds up to
//	event              what can be said
//	access, anchor, decider, entry, merge, refusal, signature, strictjson
//
// A verdict is signed, and since the id of an event stands for everything below it,
// so is all that its author had before them.
package review

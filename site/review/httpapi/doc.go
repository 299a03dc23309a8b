// Package httpapi answers for reviews over HTTP: a JSON API, plain forms for
// browsers without scripts, a stream of events, feeds, and the whole log for the
// program's own commands.
//
// The way of every request is the same: find the page and the person, bound the
// body, read it strictly, let package review do it, and answer with what is there
// then. Each route names what somebody must be allowed to use it; nothing that is
// asked for with GET changes anything; a refusal is a problem document, RFC 9457,
// or, for a form, a page that still has what was typed.
package httpapi

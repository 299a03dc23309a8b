// Package serve shows a source tree in a browser while it is being written.
//
// It keeps one tree and replaces it when a source changes: the changed file is
// parsed, everything is joined anew, and browsers are told to fetch their page
// again, which is rendered when they do. A source that cannot be read is shown as
// a page with file, line and excerpt; the server stays up whatever the sources
// say.
//
// Every answer carries a strict Content-Security-Policy and the usual security
// headers. Requests for other hosts are refused, so that a page elsewhere cannot
// reach a server on this machine by a name of its own, and so are state-changing
// requests from other origins.
package serve

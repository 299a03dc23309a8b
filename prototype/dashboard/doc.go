// Package dashboard shows a lab: frames as HTML, a stream of them, and the
// actions that a reader takes.
//
// A page holds [Live] once. Where scripts run, the page opens the stream and
// replaces the part with the id "lab-frame" by each frame that comes; where they
// do not, Live is a snapshot and its buttons are ordinary forms. There is no
// inline style or script, so a strict Content-Security-Policy holds. Every
// element that keeps a state in the browser has an id, so that focus survives.
//
// Addresses are relative to the page that holds Live: "events" is the stream and
// "actions/{action}" the actions; see [Handler].
package dashboard

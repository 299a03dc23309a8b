// Package dashboard shows a lab: frames as HTML, a stream of them, and the
// actions that a reader takes.
//
// A page holds [Live] once. Where scripts run, the page follows the frames and
// replaces the part with the id "lab-frame" by each that comes; where they do not,
// Live is a snapshot and its buttons are ordinary forms. There is no inline style or
// script, so a strict Content-Security-Policy holds. Every element that keeps a state
// in the browser has an id, so that focus survives.
//
// Whoever serves the page carries the frames, from [Dashboard.Follow]: those that
// follow one another share most of their markup, so all but the first are sent as what
// has changed. Programs can read whole frames at "events". That address and
// "actions/{action}" are relative to the page that holds Live; see [Handler].
package dashboard

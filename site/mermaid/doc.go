// Package mermaid translates diagrams that are written in Mermaid into D2, which the
// site draws: flowcharts, state diagrams and sequence diagrams of the usual kind.
//
// What an author says of colours and styles is left out, since a page has its own. What
// a diagram says and the translation cannot is an error, never a diagram that says less
// than its text. Labels are texts and nothing else: markup in them is taken off, and
// nothing in them can mean something to D2.
//
// The work is bounded: a text has a size, and a diagram a number of parts.
package mermaid

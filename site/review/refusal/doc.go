// Package refusal is the one form in which somebody is told that something was not
// done: the status of HTTP, a code for programs that never changes, and a sentence
// for people.
package refusal

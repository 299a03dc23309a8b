// Package searchtest is a second reader of search indexes, in Go. It follows the same
// files as static/js/search and ranks alike, so that tests can ask questions without a
// browser and count what each asks for; a browser test compares the two.
//
// It is plain on purpose: it reads whole files and keeps everything.
package searchtest

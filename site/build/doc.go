// Package build turns a source tree into pages, and pages into an output tree.
//
// The stages: scan finds the sources, parse reads each by itself and in
// parallel, index joins them (definitions, terms, decisions, links and who
// refers to whom), render writes one page with the index at hand. [Builder.Load]
// does the first three and reuses every document whose file has not changed;
// rendering is done when a page is asked for, which is what makes an edit visible
// within milliseconds on a site of thousands of pages.
//
// Nothing in the output depends on the clock, on the order in which goroutines
// run, or on the machine: the same tree gives the same bytes.
package build

// Package site says what a documentation site is: pages, decisions, the
// outline of a page, references between pages, and findings about them.
//
// It is the vocabulary that the other site packages share and nothing else: no
// file system, no Markdown, no HTTP. A text becomes a [Page] in package
// markdown, pages become a tree of files in package build, and package verify
// judges both. Values of this package are built by one goroutine and read by
// many; nothing here locks.
//
// Less formally: if two packages under site need to talk, they talk in the
// types of this one.
package site

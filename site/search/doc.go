// Package search makes the index with which a reader's browser finds sections of
// pages, without a server. It knows pages and not Markdown.
//
// # The files
//
// An index is small files, because a reader fetches only what one question needs.
// The catalogue (index.idx) says which files there are and what every page is; all
// others lie in a folder that is called by a hash of their content, and never change:
//
//	t…  terms from one word to the next, with the sections in which they stand
//	f…  the same words without sections, for what is mistyped near its end
//	b…  the same words backwards, for what is mistyped near its beginning
//	h…  titles, addresses and headings of some pages
//	x…  the texts of some sections, from which excerpts are shown
//
// Every file is gzip inside, whatever its host says or does, so that its size does
// not depend on the host. Numbers are of variable length, texts have their length
// before them. [Catalogue] and [TermFile] have the order of their parts; static/js/search is
// the reader in the browser and package searchtest one in Go.
//
// # What a question costs
//
// A word asks for one file of terms: a beginning of a word whose words fill more than
// one file has a list of its own, in the file in which it would stand itself
// ([maxPrefix]). A list is cut to the sections in which the word says most
// ([MaxPostings]). A mistyped word asks for one or two of the files of words: one typo
// leaves the first or the second half of a word as it was. A name of code (WhenDurable,
// raft_apply) is one word where it is listed as one, and a word that is hardly listed may
// be two that are written as one.
//
// Pagefind, on the pages of this repository, has a loader of 47 kB and a program of
// 60 kB, and fetches 190 kB in 7 files. Here the loader and the program together are
// held below 15 kB, and a question below 100 kB, also typed letter by letter; on 5,000
// pages, below 150 kB.
//
// # Guarantees
//
// The same pages give the same bytes. A page is read by itself ([Prepare]) and its
// result can be kept until the page changes; joining the results ([Build]) looks at no
// text again.
package search

// Package changes says what changed on the pages of a site, and when, as a reader would.
//
// What a repository's log tells of each text ([past.History]) becomes pages: one list of
// all changes, a history of each page, and a difference for each of the newest revisions.
// At which addresses they stand follows from the log alone, so [New] is cheap; what they
// say is worked out when somebody reads them ([Changes.Fill]), from texts that one process
// of git hands out, and is kept in words, since the two texts of a change never differ.
//
// The package knows pages, revisions and blocks. Who builds the site reads texts for it,
// whatever they were written in. A text of another day is read by the rules of today and
// is as foreign as any: a difference is plain text and never markup.
package changes

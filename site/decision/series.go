package decision

import (
	"path"
	"regexp"
	"slices"
)

// SeriesKind is a kind of folder of records.
type SeriesKind struct {
	Prefix string // of its identifiers: "ADR-" of "ADR-0007"
	Name   string // of its log
	Word   string // in addresses
	folder *regexp.Regexp
}

// seriesKinds by the name of their folder; any folder is of the last kind.
var seriesKinds = []SeriesKind{
	{"RFC-", "RFCs", "rfc", regexp.MustCompile(`(?i)^rfcs?$`)},
	{"KEP-", "KEPs", "kep", regexp.MustCompile(`(?i)^keps?$`)},
	{"ADR-", "Decisions", "adr", regexp.MustCompile(``)},
}

// SeriesOf is the kind of the records in a folder.
func SeriesOf(folder string) SeriesKind {
	name := path.Base(folder)
	return seriesKinds[slices.IndexFunc(seriesKinds, func(k SeriesKind) bool { return k.folder.MatchString(name) })]
}

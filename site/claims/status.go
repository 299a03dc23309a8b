package claims

import (
	"regexp"
	"slices"

	"lockstep/site"
)

// ofDecisions are the words for the status of a decision; the others are for entries of
// the ledger. A decision that is called built has code, whatever its status.
var ofDecisions = []string{"proposed", "accepted", "rejected", "deprecated", "superseded"}

const statusWord = `(proposed|accepted|rejected|deprecated|superseded|designed|built|implemented|measured)`

var (
	// saidAfter follows an identifier, and perhaps the title of its entry in quotes or the
	// rest of a link: "ADR-0004 is accepted", "F-relay (built)", "FM-7 is only designed".
	saidAfter = regexp.MustCompile(`^(?:[^\pL\d.;:|]{0,3}(?:is|are|stays|remains)(?: (?:now|still|already|just|only|merely|both))?( not| no longer)? (?:only )?|[^\pL\d.;:|]{0,2}\()` + statusWord + `(?:[.,;:)|]|$| and | but | yet | by | since | as of )`)
	// saidBefore stands before one: "the accepted ADR-0004".
	saidBefore = regexp.MustCompile(`(?:^|[^\pL-])` + statusWord + ` $`)
)

// statuses finds words about an entry that its status denies. The words of links to
// the entry's own status are compared with it elsewhere.
func (k *Checker) statuses(p print) {
	if p.of.Status == nil {
		return
	}
	for _, m := range site.FindReferences([]byte(p.text)) {
		status := p.of.Status(m.ID)
		if status == "" {
			continue
		}
		said, at, not := "", span{}, false
		if s := saidAfter.FindStringSubmatchIndex(p.text[m.End:]); s != nil {
			at, not = span{m.End + s[4], m.End + s[5]}, s[2] >= 0
			said = p.text[at.start:at.end]
		} else if s := saidBefore.FindStringSubmatchIndex(p.text[:m.Start]); s != nil {
			at = span{s[2], s[3]}
			said = p.text[at.start:at.end]
		}
		if said == "" || slices.Contains(ofDecisions, said) != slices.Contains(ofDecisions, status) || agrees(said, status) != not || k.covered(p, at) {
			continue
		}
		if not {
			said = "not " + said
		}
		k.find(p.of.File, p.line(at.start), "denied-status", "write "+status+", or change the status where the entry is kept"+k.orAllow(),
			"%s is said to be %s, and its status is %s", m.ID, said, status)
	}
}

// agrees says whether a word is true of a status. What is measured is built as well.
func agrees(said, status string) bool {
	return said == status || said == "implemented" && status != "designed" || said == "built" && status == "measured"
}

package claims

import (
	"regexp"
	"strings"

	"lockstep/site"
)

// identified is an address whose last part begins with an identifier:
// "../adr/0026-strangers.md", "09-failure-modes.md#fm-7-wiped", or one of the
// ledger: "ledger:F-gateway.status".
var identified = regexp.MustCompile(`(?i)(?:^ledger:|#[a-z]{1,8}-?\d+(?:$|-)|(?:^|/)\d{4}-[^/]*$)`)

// waits finds statements that put something off without naming what. A name
// leads to an entry, which somebody keeps; a phrase stays when its cause is gone.
func (k *Checker) waits(p print) {
	k.tally.Waiting++
	at := k.waiting.FindStringIndex(p.plain)
	if at == nil || k.covered(p, span{at[0], at[1]}) {
		return
	}
	if named(p) {
		return
	}
	k.find(p.of.File, p.line(at[0]), "waiting-phrase", "name the entry that it waits for, such as FM-7 or ADR-0026"+k.orAllow(),
		"%q puts something off and names no entry", p.text[at[0]:at[1]])
}

func named(p print) bool {
	if len(site.FindReferences([]byte(p.text))) > 0 {
		return true
	}
	for _, piece := range p.Pieces {
		if identified.MatchString(piece.Dest) || strings.HasPrefix(piece.Dest, "ledger:") {
			return true
		}
	}
	return false
}

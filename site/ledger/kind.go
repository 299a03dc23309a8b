package ledger

import (
	"maps"
	"slices"
)

// kind is what entries of one sort must say.
type kind struct {
	singular string
	needs    []string // keys that each entry has
	may      []string // keys that it may have
	owes     []string // keys that it has, or a reason without_… for their absence
	columns  []column // of its table
	asked    bool     // an entry is asked, and has an answer with its ground instead of a status with its tests
}

// column shows what stands under a key; state is the badge with its grounds.
type column struct{ key, head string }

var kinds = map[string]kind{
	"failure-modes": {
		singular: "failure mode", needs: []string{"detection", "scope", "mitigation"}, may: []string{"what", "run"}, owes: []string{"alert", "runbook"},
		columns: []column{{"id", "Id"}, {"name", "Failure"}, {"mitigation", "Mitigation"}, {"state", "State"}},
	},
	"features": {
		singular: "feature", needs: []string{"where"}, may: []string{"what"},
		columns: []column{{"name", "Part"}, {"where", "Where"}, {"state", "State"}},
	},
	"requirements": {
		singular: "requirement", needs: []string{"what"}, may: []string{"held"},
		columns: []column{{"id", "Id"}, {"name", "Requirement"}, {"what", "Precisely"}, {"state", "Held by"}},
	},
	"promises": {
		singular: "promise", needs: []string{"component", "what"}, may: []string{"held"}, owes: []string{"shown", "alert", "runbook"},
		columns: []column{{"id", "Id"}, {"name", "Promise"}, {"what", "Precisely"}, {"state", "Held by"}},
	},
	"questions": {
		singular: "question", needs: []string{"answer"}, asked: true,
		columns: []column{{"id", "Id"}, {"answer", "Question and answer"}},
	},
	"criticisms": {
		singular: "criticism", owes: []string{"answer"}, asked: true,
		columns: []column{{"id", "Id"}, {"answer", "Criticism, and where it is answered"}},
	},
}

// common are the keys that entries of every kind may have, or of those that are asked.
var (
	common = []string{"name", "status", "why", "tests", "measured", "open"}
	ofAsk  = []string{"name", "open"}
)

func kindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

func (k kind) keys() []string {
	own := common
	if k.asked {
		own = ofAsk
	}
	keys := slices.Concat(own, k.needs, k.may, k.owes)
	for _, key := range k.owes {
		keys = append(keys, without(key))
	}
	return keys
}

func without(key string) string { return "without_" + key }

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
}

// column shows what stands under a key; state is the badge with its grounds.
type column struct{ key, head string }

var kinds = map[string]kind{
	"failure-modes": {
		singular: "failure mode", needs: []string{"detection", "scope", "mitigation"}, may: []string{"what"}, owes: []string{"alert", "runbook"},
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
		singular: "promise", needs: []string{"what"}, may: []string{"held"},
		columns: []column{{"id", "Id"}, {"name", "Promise"}, {"what", "Precisely"}, {"state", "Held by"}},
	},
}

// common are the keys that entries of every kind may have.
var common = []string{"name", "status", "why", "tests", "measured", "open"}

func kindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

func (k kind) keys() []string {
	keys := slices.Concat(common, k.needs, k.may, k.owes)
	for _, key := range k.owes {
		keys = append(keys, without(key))
	}
	return keys
}

func without(key string) string { return "without_" + key }

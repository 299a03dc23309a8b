package claims

import (
	"regexp"
	"slices"
	"strings"

	"lockstep/site/markdown"
)

var quantileName = regexp.MustCompile(`^(?:p\d+|median|mean|max|min)(?:_[a-z]+)?$`)

// quantile is a link to a quantile of a distribution that was counted.
type quantile struct {
	run, above, name string // of "evidence:torture#a.window.p50_ms": torture, a, window
	statement, line  int
	count            float64
}

// quantiles finds quantiles of differently many values beside each other: in one
// sentence or row, or, if they are parts of the same thing, in one paragraph or
// table. Whoever compares them must see how many values stand behind each.
func (k *Checker) quantiles(t Text, e Evidence) {
	for i := 0; i < len(t.Statements); {
		end := i + 1
		for end < len(t.Statements) && t.Statements[end].Block == t.Statements[i].Block {
			end++
		}
		k.block(t, t.Statements[i:end], e)
		i = end
	}
}

func (k *Checker) block(t Text, statements []markdown.Statement, e Evidence) {
	var all []quantile
	shown := map[string]map[float64]bool{} // values that the block states, by run
	for i, s := range statements {
		for _, piece := range s.Pieces {
			dest := t.Number(piece.Dest)
			run, at, ok := strings.Cut(strings.TrimPrefix(dest, "evidence:"), "#")
			if !ok || !strings.HasPrefix(dest, "evidence:") {
				continue
			}
			if q, ok := quantileOf(run, at, e); ok {
				q.statement, q.line = i, piece.Line
				all = append(all, q)
			} else if value, _, err := e.Number(dest); err == nil {
				if shown[run] == nil {
					shown[run] = map[float64]bool{}
				}
				shown[run][value] = true
			}
		}
	}
	told := map[string]bool{}
	for _, q := range all {
		if shown[q.run][q.count] || told[q.run+"#"+q.path()] || !slices.ContainsFunc(all, q.unlike) {
			continue
		}
		told[q.run+"#"+q.path()] = true
		_, n, _ := e.Number("evidence:" + q.run + "#" + q.path() + ".count")
		k.find(t.File, q.line, "unlike-counts", "say of how many: ["+n+"](evidence:"+q.run+"#"+q.path()+".count)",
			"a quantile of %s values of %s stands beside one of another number of values", n, q.path())
	}
}

func quantileOf(run, at string, e Evidence) (quantile, bool) {
	elements := strings.Split(at, ".")
	n := len(elements)
	if n < 2 || !quantileName.MatchString(elements[n-1]) {
		return quantile{}, false
	}
	q := quantile{run: run, above: strings.Join(elements[:n-2], "."), name: elements[n-2]}
	count, _, err := e.Number("evidence:" + run + "#" + q.path() + ".count")
	q.count = count
	return q, err == nil
}

func (q quantile) path() string { return strings.TrimPrefix(q.above+"."+q.name, ".") }

// unlike says whether another quantile, which a reader compares with this one, is
// of another number of values.
func (q quantile) unlike(o quantile) bool {
	return o.run == q.run && o.count != q.count && (o.statement == q.statement || o.above == q.above)
}

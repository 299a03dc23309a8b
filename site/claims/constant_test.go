package claims

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/markdown"
)

// TestConstant plants a wrong number, a wrong constant and a wrong reference: an
// allowance that names a constant holds as long as the code says the same.
func TestConstant(t *testing.T) {
	code := map[string]Constant{
		"node.Beat":  {30e6, true, "node/beat.go:7"},
		"node.Idle":  {90e9, true, "node/beat.go:8"},
		"node.Batch": {512 << 10, false, "node/batch.go:3"},
		"node.Back":  {-30e9, true, "node/beat.go:9"},
		"node.Half":  {0.5e9, true, "node/beat.go:10"},
		"node.Rate":  {400, false, "node/rate.go:2"},
	}
	look := func(reference string) (Constant, error) {
		c, ok := code[reference]
		if !ok {
			return c, errors.New("node has no constant " + reference)
		}
		return c, nil
	}
	for _, tt := range []struct{ says, code, want, mend string }{ // want "" for what is sound
		{"a beat every 30 ms", "node.Beat", "", ""},
		{"a beat every 40 ms", "node.Beat", `docs/x.md:3: the text says "40 ms", and node.Beat is 30 ms (node/beat.go:7) [wrong-constant]`, "write 30 ms here and in docs/claims.yaml"},
		{"a batch of 512 KiB", "node.Batch", "", ""},
		{"a batch of 512 kB", "node.Batch", `docs/x.md:3: the text says "512 kB", and node.Batch is 524.288 kB`, "put the constant back"},
		{"idle for 90 seconds", "node.Idle", "", ""},
		{"idle for two minutes", "node.Idle", `"two minutes", and node.Idle is 1.5 minutes`, "put the constant back"},
		{"set back by 30 s", "node.Back", "", ""},
		{"after half a second", "node.Half", "", ""},
		{"400 messages a second", "node.Rate", "", ""},
		{"a beat every 30 ms, idle after 90 s", "node.Beat, node.Idle", "", ""},
		{"a beat every 30 ms, idle after 80 s", "node.Beat, node.Idle", `"80 s", and node.Idle is 90 s`, "put the constant back"},
		{"a beat every 30 ms, idle after 90 s", "node.Beat", "docs/claims.yaml:1: \"a beat every 30 ms, idle after 90 s\" has 2 numbers, and code names 1 constants [constant]", "one constant for each number"},
		{"a beat every 30 ms", "node.Beet", "docs/claims.yaml:1: node has no constant node.Beet [constant]", "folder.Name"},
		{"a beat every 30 ms", "node.Batch", `"30 ms" is compared with node.Batch, which is of another kind`, "that the text repeats"},
		{"some 80 %", "node.Rate", `the number "80 %" cannot be compared with a constant`, "in digits"},
	} {
		c := all()
		c.Allow = "docs/claims.yaml"
		k, _ := New(c, fmt.Appendf(nil, "- {file: docs/x.md, text: %q, reason: it is set in the code, code: %q}\n", tt.says, tt.code))
		k.Hold(look)
		d := markdown.New(markdown.Options{}).Parse("docs/x.md", []byte("# T\n\nThere is "+tt.says+".\n"), site.KindDocument)
		k.Judge(Text{File: "docs/x.md", Statements: d.Statements(), Number: func(string) string { return "" },
			Source: func(string) (string, bool) { return "", false }, Defined: func(string, int) string { return "" }}, recorded{})
		findings, tally := k.Finish()
		switch {
		case tt.want == "" && (len(findings) > 0 || tally.Held == 0):
			t.Errorf("%q: %v, %d held", tt.says, findings, tally.Held)
		case tt.want != "" && (len(findings) != 1 || !strings.Contains(findings[0].String(), tt.want) || !strings.Contains(findings[0].Mend, tt.mend)):
			t.Errorf("%q: %v, want %s, mend %q", tt.says, findings, tt.want, tt.mend)
		}
	}
}

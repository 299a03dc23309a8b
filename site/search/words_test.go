package search

import (
	"strings"
	"testing"
)

// TestWords: what is typed and what is written come to the same words.
func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Kill the leader's lease.":   "kill the leader lease",
		"ADR-0007":                   "adr+7=adr7",
		"adr0007 ADR7":               "adr7 adr7",
		"kill-leader, raft_apply":    "kill+leader=killleader raft+apply=raftapply",
		"Machine.Apply WhenDurable":  "machine apply when+durable=whendurable",
		"HTTPServer, IDs and p99":    "http+server=httpserver ids and p99",
		"1,024 0.05 00 2026-11-27":   "1 24 0 5 0 2026+11+27=20261127",
		"Über Zoë naïve Straße Łódź": "uber zoe naive strasse lodz",
		"ＡＤＲ－７ ﬁne":                  "adr 7 fine",
		"決定論 ログ":                     "決定|定論|論 ログ|グ",
		"ガード":                        "ガー|ード|ド",
		"합의 알고리즘":                    "합의|의 알고|고리|리즘|즘",
		"Raftの合意":                    "raft|の合|合意|意",
		"❤️ → don’t":                 "dont",
		"a-b-c-d-e-f-g":              "a+b+c+d+e+f+g",
		strings.Repeat("x", 60):      strings.Repeat("x", 40),
	} {
		var got []string
		for _, w := range Words(text) {
			s := strings.Join(w.Parts, "+")
			if w.Whole != "" {
				s += "=" + w.Whole
			}
			got = append(got, s)
		}
		want = strings.ReplaceAll(want, "|", "+")
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

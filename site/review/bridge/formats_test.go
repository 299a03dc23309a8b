package bridge

import (
	"errors"
	"testing"
	"time"

	"lockstep/formattest"
)

// TestFormats_marks: what the bridge has posted to a forge is known by its mark to every
// later version, which posts nothing twice, and edits what has changed.
func TestFormats_marks(t *testing.T) {
	for name, kind := range map[string]string{"mark-comment.txt": "comment", "mark-state.txt": "state", "mark-said.txt": "said", "mark-verdict.txt": "verdict"} {
		want := mark{Kind: kind, Page: "adr/0001 <log>", ID: "verdict::x-1", Text: hashed("größer")}
		formattest.Hold(t, name, want, func(data []byte) (mark, error) {
			m, ok := markOf(string(data))
			if !ok {
				return m, errors.New("it is no mark")
			}
			return m, nil
		}, func(m mark) []byte { return []byte(marked(m, "größer\n")) })
	}
}

// TestFormats_ids: what came from a forge has the id by which it is known again.
func TestFormats_ids(t *testing.T) {
	p := Pull{Scheme: "github", Host: "github.com", Repo: "583231", Number: 7}
	id := p.idOf("42")
	for _, tt := range []struct{ what, got, want string }{
		{"a comment", id, "github.583231.7.42.3aeb00"},
		{"an edit", editOf(id, "größer", time.Date(2026, 11, 28, 10, 30, 0, 120_000_000, time.FixedZone("", 3600))), "github.583231.7.42.3aeb00.eed5bc4"},
		{"an account", p.AccountID(Account{ID: "583231", Login: "octocat"}), "github:github.com/583231"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s has the id %s, and had %s. %s", tt.what, tt.got, tt.want, formattest.Frozen)
		}
	}
	if back, ok := p.forgeID(id, "github:github.com/583231"); !ok || back != "42" {
		t.Errorf("%s is of the comment %q: %v. %s", id, back, ok, formattest.Frozen)
	}
}

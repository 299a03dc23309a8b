package client

import (
	"regexp"
	"testing"
	"time"

	"lockstep/prototype/api"
)

// TestIDFor: the example of RFC 9562, as far as it is not random, and a different
// id for each name.
func TestIDFor(t *testing.T) {
	made := time.UnixMilli(0x017F22E279B0)
	form := regexp.MustCompile(`^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	a, b := IDFor(made, "s1-1"), IDFor(made, "s1-2")
	if !form.MatchString(a) || !form.MatchString(b) || a == b || a != IDFor(made, "s1-1") {
		t.Errorf("%s, %s", a, b)
	}
	form = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if one, other := NewID(), NewID(); one == other || !form.MatchString(one) || !form.MatchString(other) {
		t.Errorf("two new ids: %s, %s", one, other)
	}
}

// TestParseAnswer_conflict: a problem that names a seq is a problem.
func TestParseAnswer_conflict(t *testing.T) {
	_, err := parseAnswer([]byte(`{"type":"urn:lockstep:id-conflict","title":"The id stands for another message","status":409,"detail":"d","outcome":"fail","seq":7,"sha256":"00"}`), "m1")
	if err == nil || err.Outcome != api.Fail || !err.final() {
		t.Errorf("%v", err)
	}
}

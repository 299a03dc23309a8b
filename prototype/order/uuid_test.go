package order

import (
	"regexp"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestCreated holds the reading of ids against a pattern, with ids that differ from
// a UUIDv7 in a character or in their length: replicas must agree on each.
func TestCreated(t *testing.T) {
	form := regexp.MustCompile(`^([0-9a-fA-F]{8})-([0-9a-fA-F]{4})-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$`)
	rapid.Check(t, func(t *rapid.T) {
		id := []byte(uuid(rapid.Int64Range(0, 1<<48-1).Draw(t, "made"), rapid.Uint64().Draw(t, "rest")))
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			id[rapid.IntRange(0, len(id)-1).Draw(t, "place")] = rapid.SampledFrom([]byte("079abcfgAFG-/:@` \x00\xff")).Draw(t, "character")
		}
		text := string(id) + rapid.SampledFrom([]string{"", "", "", "0"}).Draw(t, "more")
		made, ok := created(text)
		parts := form.FindStringSubmatch(text)
		if ok != (parts != nil) {
			t.Fatalf("%q carries a time: %t, want %t", text, ok, parts != nil)
		}
		if !ok {
			return
		}
		if want, _ := strconv.ParseInt(parts[1]+parts[2], 16, 64); made != want {
			t.Fatalf("%q was made at %d, want %d", text, made, want)
		}
	})
}

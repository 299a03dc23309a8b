package httpapi_test

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestVerdict_comment: a verdict that only comments stands beside an approval or a
// request for changes, and takes the place of neither.
func TestVerdict_comment(t *testing.T) {
	for _, first := range []string{"approve", "request-changes"} {
		w := newWorld(t)
		put := func(verdict string) (said []string, state string) {
			body, _ := json.Marshal(map[string]string{"verdict": verdict, "body": "Well.", "revision": w.revision()})
			out := w.must(200, "Ada", "PUT", base+"/verdict", string(body))
			for _, v := range out["verdicts"].([]any) {
				said = append(said, v.(map[string]any)["verdict"].(string))
			}
			return said, out["approvers"].([]any)[0].(map[string]any)["state"].(string)
		}
		put(first)
		before := map[string]string{"approve": "approved", "request-changes": "request-changes"}[first]
		if said, state := put("comment"); !slices.Equal(said, []string{first, "comment"}) || state != before {
			t.Errorf("a comment after %s: %v, and the decider stands as %s", first, said, state)
		}
		if said, state := put("comment"); !slices.Equal(said, []string{first, "comment"}) || state != before {
			t.Errorf("a second comment after %s: %v, %s", first, said, state)
		}
		other := map[string]string{"approve": "request-changes", "request-changes": "approve"}[first]
		if said, _ := put(other); !slices.Equal(said, []string{other, "comment"}) {
			t.Errorf("%s after %s: %v", other, first, said)
		}
		w.must(200, "Ada", "PUT", base+"/verdict", `{"verdict":"withdraw"}`)
		if said, state := put("comment"); !slices.Equal(said, []string{"comment"}) || state != "waiting" {
			t.Errorf("a comment after all was withdrawn: %v, %s", said, state)
		}
	}
}

package serve

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/site/search"
	"lockstep/site/search/searchtest"
)

// TestServe_search: what was edited is found at once, by files that browsers keep, and
// the files from before the edit are gone, so that a reader learns of it.
func TestServe_search(t *testing.T) {
	dir, address := start(t)
	var last string
	open := func() *searchtest.Reader {
		t.Helper()
		r, err := searchtest.Open(func(name string) []byte {
			response, text := ask(t, http.MethodGet, address+search.Folder+name, nil)
			if response.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s", name, response.Status)
			}
			if cache := response.Header.Get("Cache-Control"); strings.Contains(cache, "immutable") == (name == search.CatalogueName) {
				t.Errorf("%s is kept by %q", name, cache)
			}
			if name != search.CatalogueName {
				last = name
			}
			return []byte(text)
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if answers := open().Ask("first text"); len(answers) != 1 || answers[0].Path != "/a/" {
		t.Fatalf("%d pages are found", len(answers))
	}
	catalogue := func() string {
		_, text := ask(t, http.MethodGet, address+search.Folder+search.CatalogueName, nil)
		return text
	}
	before, was := last, catalogue()
	save(t, dir, "content/a.md", "# A\n\nA quokka.\n")
	for deadline := time.Now().Add(10 * time.Second); catalogue() == was; {
		if time.Now().After(deadline) {
			t.Fatal("the index is as it was before the edit")
		}
	}
	if answers := open().Ask("quokka"); len(answers) != 1 || answers[0].Path != "/a/" {
		t.Errorf("after the edit %d pages are found", len(answers))
	}
	if response, _ := ask(t, http.MethodGet, address+search.Folder+before, nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("a file from before the edit: %s", response.Status)
	}
	for _, name := range []string{"", "../lockstep.yaml", "nothing.idx"} {
		if response, _ := ask(t, http.MethodGet, address+search.Folder+name, nil); response.StatusCode == http.StatusOK {
			t.Errorf("%q is served", name)
		}
	}
}

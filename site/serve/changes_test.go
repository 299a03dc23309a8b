package serve

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestServe_changes: a served site compares any two revisions of a page, by a form that
// needs no script; what is no revision is refused, and foreign words stay words.
func TestServe_changes(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "docs/index.md", "# Home\n")
	for i, text := range []string{"one", "two", "three"} {
		save(t, dir, "docs/a.md", "# A\n\nThe text is "+text+".\n")
		for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-qm", text}} {
			if i > 0 && args[0] == "init" {
				continue
			}
			cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=a@example.org"}, args...)...)
			cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %v: %v\n%s", args, err, out)
			}
		}
	}
	address := startIn(t, dir)
	_, page := ask(t, "GET", address+"/changes/a/", nil)
	options := regexp.MustCompile(`<option value="([0-9a-f]{10})"`).FindAllStringSubmatch(page, -1)
	if len(options) != 6 || !strings.Contains(page, `<form class="compare" method="get" action="./"`) {
		t.Fatalf("the form has %d revisions:\n%s", len(options), page)
	}
	answer, page := ask(t, "GET", address+"/changes/a/?from="+options[2][1]+"&to=now", nil)
	if !strings.Contains(page, "The text is <del>one</del><ins>three</ins>.") || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the difference of the first and the last text:\n%s", page)
	}
	for _, name := range []string{"HEAD", "--help", "<script>", ""} {
		answer, page := ask(t, "GET", address+"/changes/a/?from="+url.QueryEscape(name)+"&to=now", nil)
		if answer.StatusCode != http.StatusNotFound || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%q: %d %s\n%s", name, answer.StatusCode, answer.Header.Get("Content-Type"), page)
		}
	}
	if answer, feed := ask(t, "GET", address+"/changes/feed.xml", nil); answer.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" || !strings.Contains(feed, "<title>A: new; text changed</title>") {
		t.Errorf("the feed: %v\n%s", answer.Header, feed)
	}
}

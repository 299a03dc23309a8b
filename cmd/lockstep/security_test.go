package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockstep/site/review/access"
)

// TestSecurity_rules: the tests exist that SECURITY.md names.
func TestSecurity_rules(t *testing.T) {
	page, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", "../..", "grep", "-hoE", `^func (Test|Fuzz)[A-Za-z_]+`, "--", "*_test.go").Output()
	if err != nil {
		t.Skipf("not a repository: %v", err)
	}
	exists := make(map[string]bool)
	for _, line := range strings.Fields(string(out)) {
		exists[line] = true
	}
	rows := regexp.MustCompile(`(?m)^\| (S\d+) .*\| ([^|]+) \|$`).FindAllStringSubmatch(string(page), -1)
	if all := regexp.MustCompile(`(?m)^\| S\d`).FindAllString(string(page), -1); len(rows) != len(all) || len(rows) < 34 {
		t.Errorf("%d of %d rules are of the right form; want all, and at least 34", len(rows), len(all))
	}
	numbers := make(map[string]bool)
	for _, row := range rows {
		if numbers[row[1]] {
			t.Errorf("there are two rules %s", row[1])
		}
		numbers[row[1]] = true
		names := regexp.MustCompile(`\b(Test|Fuzz)\w+`).FindAllString(row[2], -1)
		if len(names) == 0 && row[1] != "S20" && row[1] != "S28" {
			t.Errorf("%s names no test", row[1])
		}
		for _, name := range names {
			if !exists[name] {
				t.Errorf("%s: there is no %s", row[1], name)
			}
		}
	}
}

// TestRawHTML: one function brings HTML into a page unescaped, and it takes only
// what site.HTML is; that is made by renderers, and by nothing that handles
// requests.
func TestRawHTML(t *testing.T) {
	var calls []string
	for _, line := range grep(t, `templ\.Raw\(|templ\.ComponentFunc\(`, "*.templ", "*.go") {
		if !strings.Contains(line, "_test.go:") {
			calls = append(calls, line)
		}
	}
	if len(calls) != 1 || !strings.HasPrefix(calls[0], "site/view/view.go:") {
		t.Errorf("what is not escaped comes into a page at %q", calls)
	}
	for _, line := range grep(t, `site\.HTML\(`, "*.go") {
		file, _, _ := strings.Cut(line, ":")
		switch filepath.Dir(file) {
		case "site/markdown", "site/diagram", "site/chart", "site/columns", "site/formula", "site/model", "site/edition", "site/run":
		default:
			if file != "cmd/lockstep/serve_lab.go" && file != "cmd/lockstep/security_test.go" { // a view of templ, rendered
				t.Errorf("HTML is made at %s", line)
			}
		}
	}
	if scripts := grep(t, `insertAdjacentHTML|document\.write|eval\(|new Function`, "static/js/*.js"); len(scripts) > 0 {
		t.Errorf("scripts make HTML or code of strings: %q", scripts)
	}
}

func grep(t *testing.T, pattern string, files ...string) []string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", "../..", "grep", "-nE", pattern, "--"}, files...)...).Output()
	if err != nil && len(out) == 0 {
		return nil // nothing was found
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestHeaders: where browsers come by https they are told never to do otherwise.
func TestHeaders(t *testing.T) {
	s := startServer(t, reviewedSite(t), "--review-invites", "--review-url", "https://review.example.org")
	answer, err := http.Get(s.address + "/adr/0001-use-a-log/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("Strict-Transport-Security"); got == "" {
		t.Error("no Strict-Transport-Security")
	}
	if got := answer.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") && !strings.Contains(got, "no-cache") {
		t.Errorf("a page that shows who is signed in may be kept: %q", got)
	}
}

// TestReview_logs: with everything logged and much refused, the log holds nothing
// that people wrote, and nothing that lets anybody in.
func TestReview_logs(t *testing.T) {
	t.Setenv("LOCKSTEP_WEBHOOK_SECRET", "secret-canary-of-the-webhook")
	dir := reviewedSite(t)
	store, err := access.OpenStore(filepath.Join(dir, "var", "review", "access"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, dir, "--review-invites", "--verbose", "--review-webhook", "https://127.0.0.1:1/hook-canary", "--review-webhook-private")
	invite, _, err := store.Invite("Ada Canary", "ada-canary@example.org", access.Maintainer, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := store.NewToken("CI", access.Reviewer, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := noRedirect.Post(s.address+"/invite/"+invite, "application/x-www-form-urlencoded", nil)
	if err != nil || answer.StatusCode != 303 {
		t.Fatal(answer.StatusCode, err)
	}
	answer.Body.Close()
	session := answer.Cookies()[0].Value
	for _, request := range []struct{ method, path, body string }{
		{"POST", "/threads", `{"id":"a","body":"body-canary"}`},
		{"POST", "/threads", `{"id":"b","body":"body-canary","unknown":"field-canary"}`},
		{"POST", "/threads", `{"id":"c","body":"body-canary","anchor":{"quote":"quote-canary"}}`},
		{"POST", "/threads", `not json body-canary`},
		{"POST", "/threads/none/comments", `{"id":"d","body":"body-canary"}`},
		{"PATCH", "/comments/a", `{"body":"body-canary two"}`},
		{"DELETE", "/comments/a", ``},
		{"PUT", "/verdict", `{"verdict":"approve","revision":"revision-canary","body":"body-canary"}`},
		{"GET", "?secret=query-canary", ``},
	} {
		for _, with := range []string{"", "Bearer " + token, "Bearer " + token + "x"} {
			r, err := http.NewRequestWithContext(t.Context(), request.method, s.address+"/api/reviews/adr/0002-trim-it"+request.path, strings.NewReader(request.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Cookie", answer.Cookies()[0].Name+"="+session)
			if with != "" {
				r.Header.Set("Authorization", with)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
		}
	}
	wait(t, "the webhook fails, and is logged", func() bool {
		said, err := os.ReadFile(s.log)
		return err == nil && bytes.Contains(said, []byte("webhook"))
	})
	said, err := os.ReadFile(s.log)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"canary", invite, token, session} {
		if bytes.Contains(said, []byte(secret)) {
			t.Errorf("the log has %q:\n%s", secret, said)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestReview_base plays a pull request that rewrites what a reviewer blocks and has
// approved, and one that says so, as continuous integration sees them.
func TestReview_base(t *testing.T) {
	dir := reviewedSite(t)
	s := startServer(t, dir)
	api := s.address + "/api/reviews/adr/0002-trim-it"
	must := func(want int, method, url, body string) []byte {
		t.Helper()
		status, data, err := sendJSON(t.Context(), method, url, body)
		if err != nil || status != want {
			t.Fatalf("%s %s: %d %s %v, want %d", method, url, status, data, err, want)
		}
		return data
	}
	var now struct{ Revision string }
	if err := json.Unmarshal(must(200, "GET", api, ""), &now); err != nil {
		t.Fatal(err)
	}
	must(200, "PUT", api+"/verdict", `{"verdict":"approve","revision":"`+now.Revision+`"}`)
	must(201, "POST", api+"/threads", `{"id":"b1","body":"When?","intent":"blocking","anchor":{"quote":"We trim them."}}`)
	if out, err := command(t, "review", "export", "--dir", dir); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "begin")
	runGit(t, dir, "branch", "-q", "before")
	check := func(args ...string) (string, bool) {
		t.Helper()
		out, err := command(t, append([]string{"review", "check", "--dir", dir, "--base", "before"}, args...)...)
		return out, err == nil
	}
	if out, sound := check(); !sound {
		t.Errorf("nothing has changed: %s", out)
	}

	path := filepath.Join(dir, "adr/0002-trim-it.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("We trim them."), []byte("They stay as they are, for ever and ever."), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "commit", "-q", "-a", "-m", "Never trim")
	out, sound := check()
	if sound || !strings.Contains(out, "adr/0002-trim-it.md:14: the change touches a text that Ada has approved [review-approval-touched]") ||
		!strings.Contains(out, `Ada blocks it with "When?", and after this change the thread no longer stands at its words`) || !strings.Contains(out, "Changes-approved: adr/0002-trim-it") {
		t.Errorf("a change that says nothing: sound %v\n%s", sound, out)
	}

	out, _ = check("--format", "github")
	if !strings.Contains(out, "::error file=adr/0002-trim-it.md,line=14,title=review-approval-touched::the change touches a text that Ada has approved%0Amend: ") {
		t.Errorf("github:\n%s", out)
	}
	var sarif struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID    string
				Level     string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	out, _ = check("--format", "sarif")
	if err := json.Unmarshal([]byte(out), &sarif); err != nil || sarif.Version != "2.1.0" || len(sarif.Runs) != 1 || len(sarif.Runs[0].Results) != 2 ||
		sarif.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI != "adr/0002-trim-it.md" {
		t.Errorf("sarif: %v\n%s", err, out)
	}
	var issues []struct {
		CheckName   string `json:"check_name"`
		Fingerprint string
		Location    struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	out, _ = check("--format", "gitlab")
	if err := json.Unmarshal([]byte(out), &issues); err != nil || len(issues) != 2 || issues[0].Location.Path != "adr/0002-trim-it.md" || issues[0].Location.Lines.Begin < 1 || issues[0].Fingerprint == issues[1].Fingerprint {
		t.Errorf("gitlab: %v\n%s", err, out)
	}
	if out, sound := check("--format", "morse"); sound || !strings.Contains(out, "plain, json, github, sarif, gitlab") {
		t.Errorf("an unknown format: %s", out)
	}

	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "Say so\n\nChanges-approved: adr/0002-trim-it")
	if out, sound := check(); sound || strings.Contains(out, "review-approval-touched") || !strings.Contains(out, "review-blocker-misplaced") {
		t.Errorf("it says so, and the blocker is open: %s", out)
	}
	wait(t, "the server has read the text again", func() bool {
		_, data, err := sendJSON(t.Context(), "GET", api, "")
		return err == nil && !bytes.Contains(data, []byte(now.Revision+`","asOf`))
	})
	must(200, "POST", api+"/threads/b1/resolve", `{"kind":"answered","reason":"Never."}`)
	if out, err := command(t, "review", "export", "--dir", dir); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	if out, sound := check(); !sound {
		t.Errorf("it says so, and the blocker is resolved: %s", out)
	}
	if out, err := command(t, "review", "check", "--dir", dir, "--base", "nowhere"); err == nil || !strings.Contains(out, "git fetch") {
		t.Errorf("a base that is not there: %v %s", err, out)
	}
	if status := runGit(t, dir, "status", "--porcelain", "--", "adr/0002-trim-it.md"); status != "" {
		t.Errorf("the check has changed the repository: %s", status)
	}
}

// TestFindingFormats: text that would end a command, or a property, does not.
func TestFindingFormats(t *testing.T) {
	var out bytes.Buffer
	evil := []site.Finding{{File: "a,b:c 100%.md", Rule: "x:y", Message: "one\n::set-output name=x::y", Mend: "two\r\n"}, {File: "b.md", Line: 7, Rule: "r", Message: "m", Severity: site.Warning}}
	if err := writeGitHub(&out, evil); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac 100%25.md,line=1,title=x%3Ay::one%0A::set-output name=x::y%0Amend: two%0D%0A\n::warning file=b.md,line=7,title=r::m\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	for name, print := range findingFormats {
		out.Reset()
		if err := print(&out, nil); err != nil {
			t.Errorf("%s: no findings: %v", name, err)
		}
		if name == "plain" || name == "github" {
			continue
		}
		var v any
		if err := json.Unmarshal(out.Bytes(), &v); err != nil {
			t.Errorf("%s: no findings give %q: %v", name, out.String(), err)
		}
	}
}

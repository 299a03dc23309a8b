package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"lockstep/site/review/bridge/bridgetest"
)

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

const logPatch = "@@ -8,1 +8,4 @@\n ## Context\n+\n+We need one order, for everybody.\n+\n"

// pullOf is a server with a pull request of what a site has committed.
func pullOf(t *testing.T, dir string) *bridgetest.Server {
	t.Helper()
	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-qm", "Begin")
	return bridgetest.GitHub(t, gitIn(t, dir, "rev-parse", "HEAD"), []bridgetest.File{{Path: "adr/0001-use-a-log.md", Old: "adr/0001-use-a-log.md", Patch: logPatch}})
}

const pullURL = "https://github.com/owner/name/pull/7"

// TestReview_forge: somebody who stays at the forge comments on a line; it is on the
// built page; a maintainer answers on the served page; the answer is at the forge.
func TestReview_forge(t *testing.T) {
	dir := reviewedSite(t)
	// What the decision-makers have not said is not the matter here.
	if err := os.WriteFile(filepath.Join(dir, "lockstep.yaml"), []byte("title: Site\nreview:\n  approvals: none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	forge := pullOf(t, dir)
	t.Setenv("GITHUB_TOKEN", bridgetest.Token)
	bridge := func() string {
		t.Helper()
		out, err := command(t, "review", "bridge", pullURL, "--api", forge.URL, "--dir", dir)
		if err != nil {
			t.Fatalf("bridge: %v %s", err, out)
		}
		return out
	}
	forge.Say(bridgetest.Octo, "adr/0001-use-a-log.md", 10, "For <b>everybody</b>, really?")
	if out := bridge(); !strings.Contains(out, "1 carried to the pages, 0 to the forge") {
		t.Fatalf("the first run said %s", out)
	}
	if status := gitIn(t, dir, "status", "--porcelain", "-uall"); !strings.Contains(status, "adr/reviews/0001-use-a-log/events/") || strings.Contains(status, "var/") {
		t.Errorf("it left in the repository: %s", status)
	}

	site := filepath.Join(t.TempDir(), "site")
	if out, err := command(t, "build", "--dir", dir, "--out", site); err != nil {
		t.Fatalf("build: %v %s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(site, "adr", "0001-use-a-log", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"octocat at github.com", "&lt;b&gt;everybody&lt;/b&gt;, really?"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the built page does not say %q", want)
		}
	}
	if strings.Contains(string(page), "<b>everybody") {
		t.Error("the built page has the markup of a comment")
	}

	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-qm", "Carry the review")
	if out, err := command(t, "review", "import", "--dir", dir); err != nil {
		t.Fatalf("import: %v %s", err, out)
	}
	s := startServer(t, dir)
	answer, err := http.Get(s.address + "/api/reviews/adr/0001-use-a-log")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	var shown struct {
		Threads []struct{ ID string }
	}
	if err := json.Unmarshal(data, &shown); err != nil || len(shown.Threads) != 1 {
		t.Fatalf("the served page has %s, %v", data, err)
	}
	status, data, err := sendJSON(t.Context(), http.MethodPost, s.address+"/api/reviews/adr/0001-use-a-log/threads/"+shown.Threads[0].ID+"/comments", `{"id":"answer-1","body":"For everybody."}`)
	if err != nil || status >= 300 {
		t.Fatalf("answer: %d %s %v", status, data, err)
	}
	// The server holds the log; the head of the pull request is the same but for reviews.
	if out := bridge(); !strings.Contains(out, "0 carried to the pages, 1 to the forge") {
		t.Fatalf("the second run said %s", out)
	}
	posted := forge.Posted()
	if len(posted) != 1 || posted[0].Path != "adr/0001-use-a-log.md" || !strings.Contains(posted[0].Body, "**Ada** on the page") || !strings.HasSuffix(posted[0].Body, "For everybody.") {
		t.Fatalf("the forge has %+v", posted)
	}
	forge.Answer(bridgetest.Octo, posted[0], "Thank you.")
	if out := bridge(); !strings.Contains(out, "in the log in") {
		t.Errorf("the third run said %s", out)
	}
	writes := forge.Writes()
	if out := bridge(); !strings.Contains(out, "0 carried to the pages, 0 to the forge; 0 not carried") || forge.Writes() != writes {
		t.Errorf("a run with nothing to do said %s", out)
	}
}

// TestReview_bridge_action: the token of an action says of no user, and its marks are
// known by the account of actions.
func TestReview_bridge_action(t *testing.T) {
	dir := reviewedSite(t)
	forge := pullOf(t, dir)
	forge.Nameless = true
	t.Setenv("GITHUB_TOKEN", bridgetest.Token)
	t.Setenv("GITHUB_ACTIONS", "")
	args := []string{"review", "bridge", pullURL, "--api", forge.URL, "--dir", dir}
	if code, out := say(t, "", args...); code != 1 || !strings.Contains(out, "--account github:github.com/NUMBER") {
		t.Errorf("a token of nobody: %d %s", code, out)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	if code, out := say(t, "", args...); code != 0 {
		t.Errorf("in an action: %d %s", code, out)
	}
}

// TestReview_bridge_token: the token is in no output, whatever goes wrong, and in no
// argument.
func TestReview_bridge_token(t *testing.T) {
	dir := reviewedSite(t)
	forge := pullOf(t, dir)
	const wrong = "ghp_wrongsecretvalue"
	t.Setenv("FORGE_TOKEN", wrong)
	for _, args := range [][]string{
		{pullURL, "--api", forge.URL, "--token-env", "FORGE_TOKEN"},
		{pullURL, "--api", "http://forge.example.org", "--token-env", "FORGE_TOKEN"},
		{pullURL, "--api", "http://127.0.0.1:1", "--token-env", "FORGE_TOKEN"},
	} {
		code, out := say(t, "", append(append([]string{"review", "bridge"}, args...), "--dir", dir)...)
		if code == 0 || strings.Contains(out, wrong) {
			t.Errorf("%q: %d %s", args, code, out)
		}
	}
	cmd, _, err := newRootCommand().Find([]string{"review", "bridge"})
	if err != nil || cmd.Flag("token") != nil {
		t.Errorf("there is a flag for the token itself, %v", err)
	}
}

// TestReview_bridge_usage: an address that cannot be meant is a usage error.
func TestReview_bridge_usage(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "")
	for _, args := range [][]string{
		nil, {"x", "y"}, {"12"}, {"https://github.com/owner/name"}, {"https://github.com/owner/name/pull/0"}, {"https://ada:pw@github.com/owner/name/pull/7"},
		{"file:///owner/name/pull/7"}, {pullURL}, {pullURL, "--site", "nowhere"}, {"--workflow", "../github"}, {"--workflow", "svn"},
	} {
		code, out := say(t, "", append([]string{"review", "bridge"}, args...)...)
		if code != 2 || !strings.Contains(out, "try: ") {
			t.Errorf("%q: %d %s", args, code, out)
		}
	}
	for address, want := range map[string]pullAddress{
		pullURL + "/files": {"github", "github.com", "owner/name", 7},
		"https://GitLab.example.org/a/b/c/-/merge_requests/3#note_1": {"gitlab", "gitlab.example.org", "a/b/c", 3},
		"https://codeberg.org/owner/name/pulls/9":                    {"gitea", "codeberg.org", "owner/name", 9},
	} {
		if got, err := parsePull(address); err != nil || got != want {
			t.Errorf("%s is %+v, %v", address, got, err)
		}
	}
}

// TestReview_workflows: the files for the automation of forges can be read as YAML,
// call verbs and flags that are there, and have no token in an argument of ours.
func TestReview_workflows(t *testing.T) {
	call := regexp.MustCompile(`(?m)^\s*lockstep (.*)$`)
	for _, kind := range []string{"github", "gitlab", "gitea"} {
		code, text := say(t, "", "review", "bridge", "--workflow", kind)
		if code != 0 {
			t.Fatalf("--workflow %s: %d", kind, code)
		}
		var parsed map[string]any
		if err := yaml.Unmarshal([]byte(text), &parsed); err != nil || len(parsed) == 0 {
			t.Errorf("%s.yml: %v", kind, err)
		}
		if found := regexp.MustCompile(`://\S*TOKEN`).FindString(text); found != "" {
			t.Errorf("%s.yml has a token in an address: %s", kind, found)
		}
		calls := call.FindAllStringSubmatch(text, -1)
		if len(calls) != 1 {
			t.Errorf("%s.yml calls lockstep %d times", kind, len(calls))
		}
		for _, c := range calls {
			args := strings.Fields(c[1])
			cmd, rest, err := newRootCommand().Find(args)
			if err != nil || cmd.Name() != "bridge" {
				t.Errorf("%s.yml calls %q: %v", kind, c[1], err)
				continue
			}
			for _, arg := range rest {
				if name, ok := strings.CutPrefix(arg, "--"); ok && cmd.Flag(name) == nil {
					t.Errorf("%s.yml uses the flag %s, which is not there", kind, arg)
				}
				if strings.Contains(arg, "$") && strings.Contains(arg, "TOKEN") {
					t.Errorf("%s.yml puts a token into an argument: %s", kind, arg)
				}
			}
		}
	}
}

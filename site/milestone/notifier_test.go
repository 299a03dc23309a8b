package milestone_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/milestone"
)

const notifier = "testdata/notifier"

// design copies the finished example, without the history of this repository.
func design(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(notifier)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t *testing.T, dir string) *build.Tree {
	t.Helper()
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// edit is a change of one file: every old becomes new, or the file goes away.
type edit struct{ file, old, new string }

func (e edit) do(t *testing.T, dir string) {
	t.Helper()
	name := filepath.Join(dir, filepath.FromSlash(e.file))
	if e.old == "" {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(e.old).ReplaceAllString(string(data), e.new)
	if text == string(data) {
		t.Fatalf("%s has no %q", e.file, e.old)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNotifier: the finished example passes every check, and lockstep check as well.
func TestNotifier(t *testing.T) {
	tree := load(t, design(t))
	if len(tree.Findings) > 0 {
		t.Errorf("findings: %v", tree.Findings)
	}
	for _, m := range tree.Milestones() {
		for _, c := range m.Checks {
			if !c.Stands() {
				t.Errorf("%s: %s: %s, %v", m.ID, c.ID, c.Verdict(), c.Findings)
			}
			if c.Have == 0 {
				t.Errorf("%s stands and has counted nothing: %s", c.ID, c.Count())
			}
		}
	}
}

const (
	problem      = "content/design/01-problem.md"
	requirements = "content/design/02-requirements.md"
	partitioning = "content/design/04-partitioning.md"
	objectives   = "content/design/08-objectives.md"
	prototype    = "content/design/10-prototype.md"
	modes        = "content/ledger/failure-modes.yaml"
	required     = "content/ledger/requirements.yaml"
	model        = "content/model/1-notices.yaml"
	divide       = "adr/0002-divide-by-event.md"
	run          = "content/evidence/faults.json"
)

// TestNotifier_without: with one thing removed exactly the check that asks for it
// fails, and says in which line and what to do. At is a text of that line, after the
// edit; "" for a finding about a whole file or folder.
func TestNotifier_without(t *testing.T) {
	const linked = `\[([^\]]+)\]\((model|evidence):[^)]+\)`
	tried := make(map[string]bool)
	for _, tt := range []struct {
		check    string
		edits    []edit
		file, at string
		says     string
	}{
		{"problem-stated", []edit{{problem, `(?s)(only looks hard\n).*`, "$1"}}, problem, "## What is hard", "is empty"},
		{"problem-stated", []edit{{problem, `part: .*`, "part: tension"}}, "content/design", "", "no chapter has the part problem"},
		{"side-taken", []edit{{problem, ` \(ADR-0001\)`, ""}}, problem, "## The tension", "names no decision"},
		{"requirements-held", []edit{{required, `(?m)^ +(held: SLO-3|why).*\n`, ""}}, required, "R-3:", "nothing would show that R-3 is missed"},
		{"limits-said", []edit{{requirements, `part: .*`, "part: requirements"}}, "content/design", "", "no chapter has the part non-goals"},
		{"limits-said", []edit{{requirements, `(?s)(## Non-goals\n\n).*`, "$1> A good answer: what is left out.\n"}}, requirements, "> A good answer", "still holds its guidance"},
		{"load-computed", []edit{{"content/design/03-scale.md", linked, "$1"}}, "content/design/03-scale.md", "part: scale", "no computed number"},
		{"partitions-argued", []edit{{partitioning, `(?m)^An event belongs.*$`, "> A good answer: the key."}}, partitioning, "> A good answer", "still holds its guidance"},
		{"hotspots-argued", []edit{{partitioning, linked, "$1"}}, partitioning, "## Hotspots", "no computed number"},
		{"paths-promise", []edit{{"content/design/05-consistency.md", `at most once`, ""}}, "content/design/05-consistency.md", "| send a notice", "cell 2 of the path"},
		{"paths-promise", []edit{{"content/design/05-consistency.md", `(?m)^\|.*\n`, ""}}, "content/design/05-consistency.md", "part: consistency", "lists no path"},
		{"caches-argued", []edit{{"content/design/06-caching.md", `(?m)^part: .*\n`, ""}}, "content/design", "", "no chapter has the part caching"},
		{"failures-tried", []edit{{modes, `(?m)^ +why: only.*\n`, ""}}, modes, "FM-5:", "nothing has tried FM-5"},
		{"failures-tried", []edit{{modes, `(?s).*`, "kind: failure-modes\n"}}, "content/design/07-failure-modes.md", "part: failure-modes", "no failure mode is in the ledger"},
		{"failures-seen", []edit{{modes, `(?m)^ +alert: SLO-2\n`, ""}}, modes, "FM-4:", "FM-4 wakes nobody"},
		{"failures-handled", []edit{{modes, `(?m)^ +runbook: .*decide.*\n`, ""}}, modes, "FM-4:", "FM-4 leads to no page"},
		{"failures-handled", []edit{{"content/runbook/doubt.md", "", ""}}, modes, "FM-5:", "FM-5 leads to no page"},
		{"objectives-whole", []edit{{objectives, `99 %`, ""}}, objectives, "SLO-2", "cell 4 of the objective"},
		{"failures-seen", []edit{{modes, `alert: SLO-2`, "alert: SLO-9"}}, modes, "FM-4:", "the alert of FM-4 is defined nowhere"},
		{"cost-computed", []edit{{"content/design/09-cost.md", linked, "$1"}}, "content/design/09-cost.md", "part: cost", "no computed number"},
		{"promises-kept", []edit{{model, `value: 16`, "value: 1"}}, model, "assert: keys.size", "keys.fit does not hold"},
		{"promises-kept", []edit{{model, `(?s)asserts:.*`, ""}}, "lockstep.yaml", "", "asserts nothing"},
		{"options-weighed", []edit{{divide, `(?m)^\* By .*\n`, ""}}, divide, "---", "weighs no alternative"},
		{"price-named", []edit{{divide, `(?m)^\* Bad.*\n`, ""}}, divide, "---", "names nothing that it costs"},
		{"revisit-said", []edit{{divide, `(?s)revisit:.*?---`, "---"}}, divide, "---", "when to take it up again"},
		{"triggers-answered", []edit{{divide, `count > 40`, "count > 4"}}, divide, "when: workers.count", "is to be taken up again"},
		{"decisions-used", []edit{{"content/index.md", ` \(ADR-0002\)`, ""}, {partitioning, ` \(ADR-0002\)`, ""}}, divide, "---", "no text outside of the records"},
		{"whole-doubted", []edit{{"content/design/11-alternatives.md", `(?m)^part: .*\n`, ""}}, "content/design", "", "no chapter has the part alternatives"},
		{"risk-named", []edit{{prototype, `R-1|FM-6|\(ADR-0001\)`, "it"}}, prototype, "part: ", "names nothing that the prototype could refute"},
		{"runs-quoted", []edit{{prototype, linked, "$1"}}, prototype, "part: ", "quotes no recorded run"},
		{"runs-quoted", []edit{{run, "", ""}}, "lockstep.yaml", "", "no run is recorded"},
		{"runs-repeatable", []edit{{run, `(?m)^ +"command".*\n`, ""}}, run, "{", "the command that records it"},
		{"runs-current", []edit{{run, `"judges": \[[^\]]*\],\n`, ""}}, run, "{", "which code the run faults judges"},
		{"promise-measured", []edit{{modes, `status: measured`, "status: built"}, {required, `status: measured`, "status: built"}}, modes, "FM-1:", "no recorded run holds"},
		{"reach-said", []edit{{prototype, `part: .*`, "part: prototype"}}, "content/design", "", "no chapter has the part threats"},
	} {
		t.Run(tt.check+"/"+tt.says, func(t *testing.T) {
			tried[tt.check] = true
			dir := design(t)
			for _, e := range tt.edits {
				e.do(t, dir)
			}
			var failing []string
			var found []site.Finding
			for _, m := range load(t, dir).Milestones() {
				for _, c := range m.Checks {
					if len(c.Findings) > 0 {
						failing = append(failing, c.ID)
						found = append(found, c.Findings...)
					}
				}
			}
			if got := strings.Join(failing, " "); got != tt.check {
				t.Fatalf("these fail: %q, want %q: %v", got, tt.check, found)
			}
			for _, f := range found {
				if f.File == tt.file && lineHas(t, dir, f, tt.at) && strings.Contains(f.Message, tt.says) && f.Mend != "" {
					return
				}
			}
			t.Errorf("findings %v, want one in %s at %q that says %q", found, tt.file, tt.at, tt.says)
		})
	}
	for _, m := range milestone.Judge(&milestone.Facts{}) {
		for _, c := range m.Checks {
			if !tried[c.ID] {
				t.Errorf("nothing makes %s fail", c.ID)
			}
		}
	}
}

func lineHas(t *testing.T, dir string, f site.Finding, text string) bool {
	t.Helper()
	if text == "" || f.Line == 0 {
		return text == "" && f.Line == 0
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.File)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(strings.Split(string(data), "\n")[f.Line-1], text)
}

// TestNotifier_age: a run stands while its code is as it was, and no longer.
func TestNotifier_age(t *testing.T) {
	dir := design(t)
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "design")
	edit{run, `"commit": ".*"`, `"commit": "` + git("rev-parse", "HEAD") + `"`}.do(t, dir)
	current := func() site.Check { return findCheck(t, load(t, dir), "runs-current") }
	if c := current(); !c.Stands() || c.Count() != "1 of 1 run" {
		t.Errorf("a fresh run: %s, %s, %v", c.Verdict(), c.Count(), c.Findings)
	}
	edit{"prototype/notify.go", `margin = 60`, `margin = 0`}.do(t, dir)
	if c := current(); len(c.Findings) != 1 || c.Findings[0].File != run || !strings.Contains(c.Findings[0].Message, "prototype/notify.go has changed") {
		t.Errorf("a run of other code: %s, %v", c.Verdict(), c.Findings)
	}
	if c := findCheck(t, load(t, design(t)), "runs-current"); !strings.Contains(c.Note, "cannot be told") {
		t.Errorf("without history: %q", c.Count())
	}
}

func findCheck(t *testing.T, tree *build.Tree, id string) site.Check {
	t.Helper()
	for _, m := range tree.Milestones() {
		for _, c := range m.Checks {
			if c.ID == id {
				return c
			}
		}
	}
	t.Fatalf("there is no check %s", id)
	return site.Check{}
}

// TestNotifier_evidence: the figures of the example are those that its prototype
// gives, and its own tests hold.
func TestNotifier_evidence(t *testing.T) {
	cmd := exec.Command("go", "test", "./prototype")
	cmd.Dir = notifier
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("its tests: %v: %s", err, out)
	}
	recorded, err := os.ReadFile(filepath.Join(notifier, run))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(recorded, &want); err != nil {
		t.Fatal(err)
	}
	command := strings.Fields(want["command"].(string))
	cmd = exec.Command(command[0], append(command[1:], "-out", "-")...)
	cmd.Dir = notifier
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", command, err, stderr.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"commit", "machine", "date"} {
		delete(want, where)
		delete(got, where)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the recorded run and another with the same seed differ:\n%s", diff)
	}
}

//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A depot whose belt jams: its state is a folder, and what was done stands in a log.
const depot = `content: docs
rehearse:
  start: mkdir state && echo start >>log && echo "STATE=$PWD/state"
  stop: rm -r state && echo stop >>log
  causes:
    jam: {strike: "touch state/jam && echo strike >>log && echo BELT=7", mend: "rm -f state/jam && echo mend >>log"}
    stuck: {strike: "touch state/stuck", mend: "true"}
    broken: {strike: "echo no hammer; exit 3"}
`

const jam = "# Belts\n\n## It jams\n\n" +
	"```sh rehearse=confirm cause=jam\ntest -e $STATE/jam && echo \"belt $BELT stands\"   # exit 0, says \"belt 7 stands\"\n```\n\n" +
	"```sh rehearse=mitigate\necho push >>log\n```\n\n" +
	"```sh rehearse=repaired\ntest ! -e $STATE/jam && echo oil >>log\n```\n"

const over = "\n## Over\n\n```sh rehearse=done\necho ask >>log; test ! -e $STATE/jam   # exit 0, within 5s\n```\n"

// rehearsing runs the verb on a repository with one runbook.
func rehearsing(t *testing.T, ctx context.Context, text string, args ...string) (code int, dir, out, stderr string) {
	t.Helper()
	dir = repository(t, "lockstep.yaml", depot, "docs/belts.md", text)
	var stdout, errors bytes.Buffer
	code = run(ctx, append([]string{"rehearse", "--dir", dir}, args...), nil, &stdout, &errors)
	return code, dir, stdout.String(), errors.String()
}

// TestRehearse: the commands of a repository start its service, bring the cause about
// and take it away; blocks are carried out between them, with what these have said.
func TestRehearse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rehearsal.json")
	code, dir, out, stderr := rehearsing(t, t.Context(), jam+over, "--out", file)
	if code != 0 || !regexp.MustCompile(`(?m)^belts#it-jams   seen +\d+\.\d s   mitigated +\d+\.\d s   over +\d+\.\d s$`).MatchString(out) {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	if got, want := strings.Fields(get(t, dir, "log")), "start strike push mend oil ask stop"; strings.Join(got, " ") != want {
		t.Errorf("done was %s, want %s", got, want)
	}
	var e struct {
		Experiment, Commit, Date string
		Judges                   []string
		Entries                  map[string]map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(get(t, file)), &e); err != nil {
		t.Fatal(err)
	}
	if e.Experiment != "rehearsal" || e.Commit != "unknown" || e.Date == "" || e.Judges == nil || len(e.Entries["belts"]["it-jams"]) != 4 {
		t.Errorf("the evidence is %+v", e)
	}
}

// TestRehearse_undone: without a block that says so it is over when the cause is seen no
// more, and not before.
func TestRehearse_undone(t *testing.T) {
	if code, dir, out, stderr := rehearsing(t, t.Context(), jam); code != 0 || !strings.HasSuffix(get(t, dir, "log"), "oil\nstop\n") {
		t.Errorf("exit code %d\n%s%s%s", code, out, stderr, get(t, dir, "log"))
	}
}

// TestRehearse_fails: what differs is said with its line; the service is started anew for
// the next entry, and the exit code is 1.
func TestRehearse_fails(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, says string }{
		"another code":         {"echo push >>log", "(echo sorry; exit 4)", "docs/belts.md:10: belts#it-jams, mitigate: (echo sorry; exit 4)\n  expected exit 0\n  came     exit 4\n    sorry\n"},
		"other words":          {"echo push >>log", "echo push # says \"pull\"", "  expected exit 0, says \"pull\"\n  came     exit 0\n    push\n"},
		"no end":               {"echo push >>log", "echo wait; sleep 60 # within 300ms", "  came     no end within 300ms\n    wait\n"},
		"it never comes":       {"says \"belt 7 stands\"", "says \"belt 8 stands\", within 300ms", "docs/belts.md:6: belts#it-jams, confirm: "},
		"it was there before":  {"test -e $STATE/jam && echo \"belt $BELT stands\"   # exit 0, says \"belt 7 stands\"", "true # exit 0, within 300ms", "docs/belts.md:5: belts#it-jams: what confirms the cause holds for 300ms before"},
		"it cannot be struck":  {"cause=jam", "cause=broken", "docs/belts.md:3: the strike of broken ends with 3: echo no hammer; exit 3\n    no hammer\n"},
		"it is not over":       {"test ! -e $STATE/jam   # exit 0, within 5s", "false # exit 0, within 300ms", "docs/belts.md:20: belts#it-jams, done: "},
		"an expectation fails": {"# exit 0, within 5s", "# exit 1, within 300ms", "  expected exit 1, within 300ms\n  came     exit 0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(jam+over, tt.from, tt.to, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			code, dir, out, stderr := rehearsing(t, ctx, text+"\n## Sound\n\n```sh rehearse=confirm\ntest -d $STATE\n```\n```sh rehearse=done\ntrue\n```\n")
			if code != 1 || !strings.Contains(out, "belts#it-jams   failed\n") || !strings.Contains(out, tt.says) || !strings.Contains(out, "1 of 2 entries failed") {
				t.Errorf("exit code %d, want %q in\n%s%s", code, tt.says, out, stderr)
			}
			if !strings.Contains(out, "belts#sound     seen") || strings.Count(get(t, dir, "log"), "start\n") != 2 {
				t.Errorf("the next entry was not carried out at a new service:\n%s%s", out, get(t, dir, "log"))
			}
			if _, err := os.Stat(filepath.Join(dir, "state")); err == nil {
				t.Error("the service was not stopped")
			}
		})
	}
}

// TestRehearse_remains: a cause that is seen after it was taken away is a failure.
func TestRehearse_remains(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("cause=jam", "cause=stuck", "/jam", "/stuck", "says \"belt 7 stands\"", "says \"stands\", within 300ms").Replace(jam)
	text = text[:strings.Index(text, "```sh rehearse=repaired")]
	if code, _, out, _ := rehearsing(t, t.Context(), text); code != 1 || !strings.Contains(out, "docs/belts.md:5: belts#it-jams: what confirms the cause holds 300ms after") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestRehearse_interrupted: an interrupt ends what runs, takes the cause away, stops the
// service and says what was left undone.
func TestRehearse_interrupted(t *testing.T) {
	text := strings.Replace(jam, "echo push >>log", "sleep 600 & echo $! >left; (trap '' TERM INT; echo $$ >here; sleep 600)", 1) + "\n## Other\n\n```sh rehearse=confirm\ntrue\n```\n" + over
	ctx, cancel := context.WithCancel(t.Context())
	dir := repository(t, "lockstep.yaml", depot, "docs/belts.md", text)
	var stdout, stderr bytes.Buffer
	code := make(chan int)
	go func() { code <- run(ctx, []string{"rehearse", "--dir", dir}, nil, &stdout, &stderr) }()
	var pids []int
	for _, name := range []string{"here", "left"} {
		pids = append(pids, awaitPID(t, filepath.Join(dir, name)))
	}
	cancel()
	if got := <-code; got != exitInterrupted {
		t.Errorf("exit code %d", got)
	}
	if want := "left undone: belts#it-jams, belts#other\nlockstep: interrupted: "; !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("it says %q, want %q", stderr.String(), want)
	}
	if log := get(t, dir, "log"); log != "start\nstrike\nmend\nstop\n" {
		t.Errorf("done was\n%s", log)
	}
	for _, pid := range pids {
		awaitGone(t, pid)
	}
}

// TestRehearse_leaves: what a command has left running is there for the next one, and
// gone at the end.
func TestRehearse_leaves(t *testing.T) {
	code, dir, out, stderr := rehearsing(t, t.Context(), "# A\n\n```sh rehearse=mitigate\nsleep 600 & echo $! >left\nkill -0 $(cat left)\n```\n")
	if code != 0 {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	awaitGone(t, awaitPID(t, filepath.Join(dir, "left")))
}

func awaitPID(t *testing.T, file string) int {
	t.Helper()
	for late := time.After(20 * time.Second); ; {
		data, _ := os.ReadFile(file)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil {
			return pid
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			t.Fatalf("%s does not come", file)
		}
	}
}

func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for late := time.After(20 * time.Second); syscall.Kill(pid, 0) == nil; {
		if state, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); strings.Contains(string(state), ") Z ") {
			return // whoever is to take note of its end has not done so
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			t.Fatalf("process %d is still there", pid)
		}
	}
}

// TestRehearse_output: of a command that prints without end a beginning is kept.
func TestRehearse_output(t *testing.T) {
	var s shortened
	for range 3 {
		s.Write(bytes.Repeat([]byte("a"), outputLimit/2))
	}
	if got := s.String(); len(got) > outputLimit+100 || !strings.HasSuffix(got, "\n(524288 bytes more were not kept)") {
		t.Errorf("%d bytes are kept, and the end is %q", len(got), got[len(got)-50:])
	}
}

// TestRehearse_refuses: what cannot be meant is said before anything is started.
func TestRehearse_refuses(t *testing.T) {
	for name, tt := range map[string]struct {
		text, args string
		code       int
		says       string
	}{
		"no entry at all":       {"# A\n", "", exitUsage, "no text has an entry"},
		"no such entry":         {jam, "belts#it-jam", exitUsage, "there is no entry \"belts#it-jam\"\ntry: lockstep rehearse belts#it-jams"},
		"a cause nobody knows":  {strings.Replace(jam, "cause=jam", "cause=rust", 1), "", exitFailure, "docs/belts.md:3: nothing brings the cause \"rust\" about; there are broken, jam, stuck, and"},
		"evidence of some":      {jam, "belts --out x.json", exitUsage, "--out records all entries"},
		"an expectation":        {strings.Replace(jam, "# exit 0", "# exit zero", 1), "", exitFailure, "docs/belts.md:6: what is said of the command cannot be read"},
		"two of the same name":  {jam + "\n" + jam[len("# Belts\n\n"):], "", exitFailure, "docs/belts.md:17: two entries are called belts#it-jams: the other is at docs/belts.md:3"},
		"only a list":           {jam, "--list", 0, "belts#it-jams   jam     docs/belts.md:3"},
		"only a list of a page": {jam + over, "--list belts", 0, "belts#it-jams"},
	} {
		code, dir, out, stderr := rehearsing(t, t.Context(), tt.text, strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(out+stderr, tt.says) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s%s", name, code, tt.code, tt.says, out, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
			t.Errorf("%s: the service was started", name)
		}
	}
}

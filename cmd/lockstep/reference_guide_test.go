package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
	"lockstep/site/search/searchtest"
)

// TestGuide runs the commands of the guide as they stand on the page, in a repository
// of another team, and compares what they print with what the page shows.
func TestGuide(t *testing.T) {
	guide, ok := reference.Find("guide")
	if !ok {
		t.Fatal("there is no guide")
	}
	g := newGuideRun(t)
	blocks := reference.Examples(guide.Text)
	for i, block := range blocks {
		if block.Language != "sh" {
			continue
		}
		want := ""
		if i+1 < len(blocks) && blocks[i+1].Language == "text" {
			want = blocks[i+1].Text
		}
		got := ""
		switch {
		case block.Path == "in a clone of Lockstep":
			got = g.install(t, block.Text)
		case strings.HasPrefix(block.Text, "lockstep serve"):
			got = g.serve(t, block.Text)
		default:
			got = g.run(t, block.Text)
		}
		if diff := cmp.Diff(anyMachine(want), g.anyPlace(anyMachine(got))); want != "" && diff != "" {
			t.Errorf("the guide shows (-) and the command prints (+):\n%s\n%s", block.Text, diff)
		}
	}
	if len(g.asked) == 0 {
		t.Error("the guide never serves the site")
	}
	if out, err := asAda(g.binary, g.dir, "git", "ls-tree", "-r", "--name-only", "origin/main").Output(); err != nil || !strings.Contains(string(out), "docs/decisions/reviews/0002-labels-at-the-door/events/") {
		t.Errorf("the review was not pushed: %v\n%s", err, out)
	}
	g.search(t)
}

// guideRun is where the reader of the guide stands.
type guideRun struct {
	home, binary, dir string
	asked             string // the page that the server gave
}

// newGuideRun lays the repository of the team where git finds it by its address.
func newGuideRun(t *testing.T) *guideRun {
	t.Helper()
	home := t.TempDir()
	g := &guideRun{home: home, binary: filepath.Join(home, "bin", "lockstep"), dir: home}
	seed := filepath.Join(home, "seed")
	if err := os.CopyFS(seed, os.DirFS("testdata/parcels")); err != nil {
		t.Fatal(err)
	}
	adasHome(t, g.binary, "[url \""+filepath.ToSlash(home)+"/forge/\"]\n\tinsteadOf = https://git.example.org/\n")
	for _, line := range []string{"git init -q", "git add -A", "git commit -q -m 'Write down how the depot works'", "git clone -q --bare . ../forge/depot/parcels"} {
		if out, err := asAda(g.binary, seed, "sh", "-c", line).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return g
}

func (g *guideRun) install(t *testing.T, script string) string {
	t.Helper()
	command := exec.Command("sh", "-ec", script)
	command.Dir = "../.."
	command.Env = append(os.Environ(), "GOBIN="+filepath.Dir(g.binary), "GOFLAGS=-buildvcs=false")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// run is a block in the terminal, whose folder the next one begins in.
func (g *guideRun) run(t *testing.T, script string) string {
	t.Helper()
	at := filepath.Join(g.home, "at")
	out, err := asAda(g.binary, g.dir, "sh", "-c", script+"\ncode=$?\npwd >"+at+"\nexit $code").CombinedOutput()
	if now, readErr := os.ReadFile(at); readErr == nil {
		g.dir = strings.TrimSpace(string(now))
	}
	if err != nil && !strings.Contains(string(out), "problems") {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// serve opens what the server prints, as the guide says, and ends it.
func (g *guideRun) serve(t *testing.T, line string) (printed string) {
	t.Helper()
	command := asAda(g.binary, g.dir, g.binary, strings.Fields(line)[1:]...)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		command.Process.Signal(syscall.SIGINT)
		io.Copy(io.Discard, out)
		command.Wait()
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		printed += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	address := regexp.MustCompile(`http://\S+`).FindString(printed)
	answer, err := reviewer.Get(address)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if g.asked = string(page); err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(g.asked, "How parcels find their way") {
		t.Errorf("%s gives %d, %v:\n%s", address, answer.StatusCode, err, page)
	}
	return printed
}

// search asks the built site what the guide tells its reader to type.
func (g *guideRun) search(t *testing.T) {
	t.Helper()
	index := filepath.Join(g.dir, "public", "search-index")
	r, err := searchtest.Open(func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(index, name))
		if err != nil {
			t.Error(err)
		}
		return data
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := r.Ask("scan"); len(found) == 0 || found[0].Path != "/adr/0002-labels-at-the-door/" {
		t.Errorf("the guide says to type scan, which finds %v", found)
	}
}

// anyMachine takes out of a text what differs from run to run.
func anyMachine(text string) string {
	for _, p := range []struct{ is, as string }{
		{`http://127\.0\.0\.1:\d+/start/\S+`, "http://127.0.0.1:PORT/start/SECRET"},
		{`\b[A-Z2-7]{26}\b`, "THREAD"},
		{`\d+ files, [\d.]+ [kMG]B in [\d.µ]+m?s`, "N files, SIZE in TIME"},
	} {
		text = regexp.MustCompile(p.is).ReplaceAllString(text, p.as)
	}
	return text
}

// anyPlace names the folder of this run as the guide does.
func (g *guideRun) anyPlace(text string) string {
	return strings.ReplaceAll(text, g.home, "/home/ada")
}

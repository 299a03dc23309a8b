package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockstep/site/review/entry"
	"lockstep/site/review/repo"
	"lockstep/site/review/standing"
)

// reviewing is a repository, its server, and the commands on it.
type reviewing struct {
	t   *testing.T
	dir string
	s   *server
}

func (r *reviewing) serve() { r.s = startServer(r.t, r.dir) }

func (r *reviewing) stop() {
	r.s.cmd.Process.Signal(syscall.SIGINT)
	<-r.s.ended
}

func (r *reviewing) send(want int, method, path, body string) []byte {
	r.t.Helper()
	status, data, err := sendJSON(r.t.Context(), method, r.s.address+"/api/reviews/adr/0001-use-a-log"+path, body)
	if err != nil || status != want {
		r.t.Fatalf("%s %s: %d %s %v, want %d", method, path, status, data, err, want)
	}
	return data
}

func (r *reviewing) state() (v struct {
	Head, Revision string
	AsOf, Blockers int
	Verdicts       []struct{ Verdict, Signature, SignedAs string }
	Approvers      []struct{ Name, State, By string }
}) {
	r.t.Helper()
	if err := json.Unmarshal(r.send(200, "GET", "", ""), &v); err != nil {
		r.t.Fatal(err)
	}
	return v
}

func (r *reviewing) approve() {
	r.t.Helper()
	r.send(200, "PUT", "/verdict", fmt.Sprintf(`{"verdict":"approve","revision":%q}`, r.state().Revision))
}

func (r *reviewing) say(want string, fails bool, args ...string) string {
	r.t.Helper()
	out, err := command(r.t, append(args, "--dir", r.dir)...)
	if (err != nil) != fails || !strings.Contains(out, want) {
		r.t.Fatalf("%v: %v\n%s\nwant %q", args, err, out, want)
	}
	return out
}

func (r *reviewing) commit(message string) {
	r.t.Helper()
	r.say("", false, "review", "export")
	runGit(r.t, r.dir, "add", "-A", "adr")
	runGit(r.t, r.dir, "commit", "-q", "--allow-empty", "-m", message)
}

// TestReview_two_clones: one clone has a blocker and the other an approval. Git
// merges them both ways without a conflict, and after an import both servers show
// both, have one head, and export nothing new.
func TestReview_two_clones(t *testing.T) {
	a := &reviewing{t: t, dir: reviewedSite(t)}
	runGit(t, a.dir, "add", "adr", "README.md")
	runGit(t, a.dir, "commit", "-q", "-m", "begin")
	b := &reviewing{t: t, dir: filepath.Join(t.TempDir(), "b")}
	runGit(t, a.dir, "clone", "-q", a.dir, b.dir)
	for _, c := range []string{"user.name=Ada", "user.email=ada@example.org"} {
		key, value, _ := strings.Cut(c, "=")
		runGit(t, b.dir, "config", key, value)
	}
	a.serve()
	b.serve()
	a.send(201, "POST", "/threads", `{"id":"x","body":"No.","intent":"blocking"}`)
	b.approve()
	a.commit("a blocker")
	b.commit("an approval")
	for _, c := range []*reviewing{a, b} {
		other := a
		if c == a {
			other = b
		}
		runGit(t, c.dir, "fetch", "-q", other.dir, "HEAD")
		runGit(t, c.dir, "merge", "-q", "--no-edit", "FETCH_HEAD")
		c.say(" events added, ", false, "review", "import")
		c.say("0 events added, ", false, "review", "import")
	}
	one, other := a.state(), b.state()
	if one.Head != other.Head || one.AsOf != other.AsOf || one.Blockers != 1 || other.Blockers != 1 || len(one.Verdicts) != 1 || len(other.Verdicts) != 1 {
		t.Errorf("the clones show\n%+v\n%+v", one, other)
	}
	for _, c := range []*reviewing{a, b} {
		c.say("Ada blocks it", true, "review", "check")
		c.say("", false, "review", "export") // writes anew what is derived
		c.say(" 0 files written", false, "review", "export")
		if changed := runGit(t, c.dir, "status", "--porcelain", "adr"); changed != "" {
			t.Errorf("an export after the import changed\n%s", changed)
		}
	}
	if x, y := runGit(t, a.dir, "rev-parse", "HEAD:adr/reviews"), runGit(t, b.dir, "rev-parse", "HEAD:adr/reviews"); x != y {
		t.Errorf("the folders of reviews differ: %s %s", x, y)
	}
}

// TestReview_signed: what a person decides on their own machine is signed with the
// key of their commits, and everything else that a file says is seen for what it
// is, by check, verify and the page.
func TestReview_signed(t *testing.T) {
	r := &reviewing{t: t, dir: reviewedSite(t)}
	key := filepath.Join(t.TempDir(), "id_ed25519")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v %s", err, out)
	}
	runGit(t, r.dir, "config", "gpg.format", "ssh")
	runGit(t, r.dir, "config", "user.signingkey", key+".pub")
	r.serve()
	r.send(201, "POST", "/threads", `{"id":"x","body":"No.","intent":"blocking"}`)
	r.send(200, "POST", "/threads/x/resolve", `{"kind":"answered"}`)
	r.approve()
	r.say("adr/reviews/allowed_signers: written", false, "review", "signer", "--add")
	r.say("has the line already", false, "review", "signer", "--add")
	wait(t, "the server has read who may sign", func() bool { return r.state().Verdicts[0].Signature == "signed" })
	r.send(201, "POST", "/threads", `{"id":"y","body":"And this.","intent":"blocking"}`)
	r.stop()
	r.commit("a review")
	verified := r.say("verified: 1 pages", false, "review", "verify")
	for _, want := range []string{"approve by Ada (local:ada@example.org): signed by ada@example.org, SHA256:", "resolved a blocking thread by Ada"} {
		if !strings.Contains(verified, want) {
			t.Errorf("verify says\n%s\nwant %q", verified, want)
		}
	}
	page := func() string {
		public := filepath.Join(t.TempDir(), "public")
		out, err := command(t, "build", "--dir", r.dir, "--out", public)
		data, readErr := os.ReadFile(filepath.Join(public, "adr/0001-use-a-log/index.html"))
		if readErr != nil {
			t.Fatalf("build: %v %s", err, out)
		}
		return string(data)
	}
	if html := page(); !strings.Contains(html, "approves this very text") || !strings.Contains(html, "signed by ada@example.org") {
		t.Errorf("the page does not say who signed")
	}

	folder := filepath.Join(r.dir, "adr/reviews/0001-use-a-log", repo.EventsFolder)
	blocker, approval := eventFiles(t, folder, `"y"`), eventFiles(t, folder, "review.submitted")
	restore := func() { runGit(t, r.dir, "checkout", "-q", "--", "adr") }

	// A blocker that nothing stands on is taken away, and the approval stands.
	os.Remove(blocker)
	r.say("the event was deleted", true, "review", "check")
	runGit(t, r.dir, "commit", "-q", "-a", "-m", "tidy up")
	r.say("the event was deleted", true, "check")
	runGit(t, r.dir, "checkout", "-q", "HEAD^", "--", "adr")
	runGit(t, r.dir, "commit", "-q", "-a", "-m", "restore it")

	// The signature is taken away.
	data, err := os.ReadFile(approval)
	if err != nil {
		t.Fatal(err)
	}
	line, err := entry.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	write := func(file string, l entry.Line) {
		data, err := entry.Encode(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bare := line
	bare.Signature = ""
	write(approval, bare)
	r.say("the approval of Ada is not signed with a listed key", true, "review", "check")
	os.Rename(filepath.Join(r.dir, "var"), filepath.Join(r.dir, "var.away"))
	r.say("approve by Ada (local:ada@example.org): unsigned", true, "review", "verify")
	if html := page(); strings.Contains(html, "approves this very text") || !strings.Contains(html, "unsigned: anybody") {
		t.Error("the page takes an unsigned approval for one")
	}
	bare.Signature = line.Signature[:80]
	write(approval, bare)
	r.say("broken signature", true, "review", "check")
	r.say("broken signature", true, "review", "verify")
	restore()

	// An approval is made by hand, on everything that is there.
	forged := line
	forged.Event = json.RawMessage(strings.Replace(strings.Replace(string(line.Event), `"id":"verdict`, `"id":"forged`, 1), "local:ada@example.org", "oidc:https://idp#mallory", 1))
	forged.Signature = ""
	write(filepath.Join(folder, forged.ID()+".json"), forged)
	os.Remove(approval)
	for _, command := range []string{"check", "verify"} {
		r.say("", true, "review", command)
	}
	os.Remove(filepath.Join(folder, forged.ID()+".json"))
	restore()

	// The reviews are a link to nothing.
	reviews := filepath.Join(r.dir, "adr/reviews")
	os.Rename(reviews, reviews+".away")
	os.Symlink("nowhere", reviews)
	for _, args := range [][]string{{"review", "check"}, {"review", "verify"}, {"review", "import", "--data", t.TempDir()}, {"check"}} {
		r.say("it is a link", true, args...)
	}
	os.Remove(reviews)
	r.say("the event was deleted", true, "review", "check")
	os.Rename(reviews+".away", reviews)

	// Without any of this it is as it was, but for the blocker.
	if said := r.say("Ada blocks it", true, "review", "check"); strings.Count(said, "\tmend:") != 1 {
		t.Errorf("check says\n%s", said)
	}
	r.say("5 events added, 0 were there", false, "review", "import", "--data", t.TempDir())
}

// eventFiles is the one file of a folder that has a text in it.
func eventFiles(t *testing.T, folder, text string) (file string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), text) {
			if file != "" {
				t.Fatalf("%s and %s have %s", file, path, text)
			}
			file = path
		}
	}
	if file == "" {
		t.Fatalf("no event has %s", text)
	}
	return file
}

// TestReview_deciders: the repository says which ids a decision-maker has, and then
// a name decides nothing.
func TestReview_deciders(t *testing.T) {
	r := &reviewing{t: t, dir: reviewedSite(t)}
	r.serve()
	r.approve()
	if a := r.state().Approvers[0]; a.State != standing.Unverified || a.By != "local:ada@example.org" {
		t.Errorf("by name alone: %+v", a)
	}
	config := func(text string) {
		if err := os.WriteFile(filepath.Join(r.dir, "lockstep.yaml"), []byte("adr: [adr]\nhome: README.md\n"+text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.say("", false, "review", "export")
	for _, tt := range []struct{ config, want string }{
		{"review:\n  deciders:\n    Ada: [ada@example.org]\n", "sound: the reviews of 1 pages"},
		{"review:\n  deciders:\n    Ada: [\"oidc:https://idp#1\"]\n", "Ada has not approved it"},
		{"review:\n  deciders:\n    Bob: [bob@example.org]\n", "Ada has no id in review: deciders"},
		{"review:\n  signatures: listed\n", "allowed_signers: it is missing"},
		{"review:\n  signaturs: listed\n", `the key "signaturs" has no meaning here`},
		{"review:\n  deciders:\n    Ada: [x@example.org]\n    Bob: [x@example.org]\n", "one person would be two"},
	} {
		config(tt.config)
		args := []string{"review", "check"}
		if strings.Contains(tt.want, "no meaning") || strings.Contains(tt.want, "would be two") {
			args = []string{"check"}
		}
		r.say(tt.want, !strings.Contains(tt.want, "sound"), args...)
	}
	config("review:\n  deciders:\n    Ada: [ada@example.org]\n")
	wait(t, "the server has read who decides", func() bool { return r.state().Approvers[0].State == standing.Approved })
}

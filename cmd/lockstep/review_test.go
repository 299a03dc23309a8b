package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/httpapi"
)

// reviewedSite is a repository of its own with two decisions.
func reviewedSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"README.md": "# Site\n\nHello.\n",
		"adr/0001-use-a-log.md": "---\nstatus: accepted\ndate: 2026-01-02\ndecision-makers: [Ada]\n---\n# Use a log\n\n## Context\n\nWe need one order, for everybody.\n\n" +
			"## Decision\n\nWe keep one log per shard.\n\n## Consequences\n\n- Good, because it is simple.\n- Bad, because a log grows.\n",
		"adr/0002-trim-it.md": "---\nstatus: proposed\ndate: 2026-01-03\ndecision-makers: [Ada]\n---\n# Trim it\n\n## Context\n\nLogs grow.\n\n## Decision\n\nWe trim them.\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "Ada"}, {"config", "user.email", "ada@example.org"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	return dir
}

// server is a process of `lockstep serve`.
type server struct {
	cmd     *exec.Cmd
	address string
	at      chan string
	log     string // file with what it says on standard error
	ended   chan struct{}
}

// startPaths are what servers have printed for the browser of whoever started them,
// by their addresses.
var startPaths sync.Map

// printedStart keeps the path of a server, or that it has none: another may have had
// its port before.
func printedStart(address string, path any) {
	if path == nil || path == "/" {
		startPaths.Delete(address)
	} else {
		startPaths.Store(address, path)
	}
}

// reviewer is a browser, as far as cookies go.
var reviewer = &http.Client{Jar: func() http.CookieJar { jar, _ := cookiejar.New(nil); return jar }()}

// begin opens the address that a server has printed, if people need not sign in.
func begin(t *testing.T, address string) {
	t.Helper()
	path, ok := startPaths.Load(address)
	if !ok {
		return
	}
	answer, err := reviewer.Get(address + path.(string))
	if err != nil || answer.StatusCode != 200 || answer.Request.URL.Path != "/" {
		t.Fatalf("open %s: %v %v", path, answer, err)
	}
	answer.Body.Close()
}

var servedAt = regexp.MustCompile(`is at (http://[^/\s]+)/(start/\S+)?\s`)

func startServer(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := launchServer(t, dir, args...)
	s.await(t)
	return s
}

// launchServer does not wait until it answers.
func launchServer(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	binary := program(t)
	cmd := exec.Command(binary, append([]string{"serve", "--dir", dir, "--addr", "127.0.0.1:0", "--no-cluster"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.CreateTemp(t.TempDir(), "serve-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: cmd, log: log.Name(), at: make(chan string, 1), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		var said []byte
		buf := make([]byte, 4096)
		for {
			n, err := out.Read(buf)
			said = append(said, buf[:n]...)
			if m := servedAt.FindSubmatch(said); m != nil && len(s.at) == 0 {
				printedStart(string(m[1]), "/"+string(m[2]))
				select {
				case s.at <- string(m[1]):
				default:
				}
			}
			if err != nil {
				cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		<-s.ended
		if said, err := os.ReadFile(s.log); t.Failed() && err == nil && len(said) > 0 {
			t.Logf("%s said:\n%s", s.address, said)
		}
	})
	return s
}

// await waits for the address.
func (s *server) await(t *testing.T) {
	t.Helper()
	select {
	case s.address = <-s.at:
		begin(t, s.address)
	case <-s.ended:
		t.Fatal("serve ended before it printed its address")
	case <-time.After(60 * time.Second):
		t.Fatal("serve printed no address within a minute")
	}
}

// programs are what each test has built.
var programs sync.Map

// program is the program, built once a test.
func program(t *testing.T) string {
	t.Helper()
	if path, ok := programs.Load(t.Name()); ok {
		return path.(string)
	}
	path := buildLockstep(t)
	programs.Store(t.Name(), path)
	return path
}

func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(program(t), args...).CombinedOutput()
	return string(out), err
}

func sendJSON(ctx context.Context, method, url, body string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := reviewer.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return answer.StatusCode, data, err
}

// TestReview_kill: comments that were acknowledged are there after SIGKILL, at
// any moment, under load, again and again.
func TestReview_kill(t *testing.T) {
	dir := reviewedSite(t)
	acknowledged := make(map[string]string)
	var mu sync.Mutex
	for round := range 4 {
		s := startServer(t, dir)
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		before := len(acknowledged)
		for w := range 8 {
			writers.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					id := fmt.Sprintf("r%d-w%d-%d", round, w, i)
					body := "comment " + id
					status, _, err := sendJSON(ctx, "POST", s.address+"/api/reviews/adr/0001/threads", fmt.Sprintf(`{"id":%q,"body":%q}`, id, body))
					if err == nil && status == 201 {
						mu.Lock()
						acknowledged[id] = body
						mu.Unlock()
					}
				}
			})
		}
		wait(t, "enough comments", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(acknowledged) >= before+40+10*round
		})
		s.cmd.Process.Signal(syscall.SIGKILL)
		<-s.ended
		stop()
		writers.Wait()
	}
	s := startServer(t, dir)
	_, data, err := sendJSON(t.Context(), "GET", s.address+"/api/reviews/adr/0001", "")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Threads []struct {
			ID       string
			Comments []struct{ Body string }
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	there := make(map[string]string)
	for _, th := range all.Threads {
		if _, twice := there[th.ID]; twice {
			t.Errorf("%s is there twice", th.ID)
		}
		there[th.ID] = th.Comments[0].Body
	}
	lost := 0
	for id, body := range acknowledged {
		if there[id] != body {
			lost++
		}
	}
	t.Logf("%d acknowledged, %d there, %d lost", len(acknowledged), len(there), lost)
	if lost > 0 || len(acknowledged) < 160 {
		t.Errorf("%d of %d acknowledged comments are lost", lost, len(acknowledged))
	}
}

// wait waits for a condition, or fails after a minute.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// TestReview_verbs plays a review from the first comment to the accepted decision,
// with the server running and without.
func TestReview_verbs(t *testing.T) {
	dir := reviewedSite(t)
	s := startServer(t, dir)
	api := s.address + "/api/reviews/adr/0001-use-a-log"
	must := func(want int, method, url, body string) []byte {
		t.Helper()
		status, data, err := sendJSON(t.Context(), method, url, body)
		if err != nil || status != want {
			t.Fatalf("%s %s: %d %s %v, want %d", method, url, status, data, err, want)
		}
		return data
	}
	must(201, "POST", api+"/threads", `{"id":"t1","body":"canary @everyone [skip ci] ![x](https://evil.example/x.png)","intent":"blocking","anchor":{"quote":"one log per shard"}}`)
	must(201, "POST", api+"/threads", `{"id":"t2","body":"secret-canary"}`)
	must(200, "DELETE", api+"/comments/t2", "")

	say := func(want string, fails bool, args ...string) string {
		t.Helper()
		out, err := command(t, append(append([]string{"review"}, args...), "--dir", dir)...)
		if (err != nil) != fails || !strings.Contains(out, want) {
			t.Fatalf("review %v: %v\n%s\nwant %q", args, err, out, want)
		}
		return out
	}
	say("1 pages, 7 files written", false, "export")
	say("1 pages, 0 files written, 7 as they were", false, "export")
	say("Ada blocks it", true, "check")
	say("verified: 1 pages", false, "verify")
	say("adr/0001-use-a-log.md:14", false, "list", "--open")
	summary, err := os.ReadFile(filepath.Join(dir, "adr/reviews/0001-use-a-log/REVIEW.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, active := range []string{"@everyone", "[skip ci]", "![x]"} {
		if bytes.Contains(summary, []byte(active)) {
			t.Errorf("REVIEW.md has %q:\n%s", active, summary)
		}
	}
	canary := func(where string) {
		t.Helper()
		filepath.WalkDir(where, func(path string, e fs.DirEntry, err error) error {
			if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("secret-canary")) {
				t.Errorf("%s still has a redacted text", path)
			}
			return nil
		})
	}
	canary(dir)

	// What the page shows.
	page := must(200, "GET", s.address+"/adr/0001-use-a-log/", "")
	if !bytes.Contains(page, []byte(`id="t-t1"`)) || !bytes.Contains(page, []byte("The text was redacted")) {
		t.Errorf("the page does not show its review:\n%s", page)
	}

	must(200, "POST", api+"/threads/t1/resolve", `{"kind":"answered"}`)
	var now struct{ Revision string }
	if err := json.Unmarshal(must(200, "GET", api, ""), &now); err != nil {
		t.Fatal(err)
	}
	say("", false, "export")
	say("Ada has not approved it", true, "check")
	must(200, "PUT", api+"/verdict", fmt.Sprintf(`{"verdict":"approve","body":"Yes.","revision":%q}`, now.Revision))
	say("", false, "export")
	say("sound: the reviews of 1 pages", false, "check")
	public := filepath.Join(t.TempDir(), "public")
	if out, err := command(t, "build", "--dir", dir, "--out", public); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	file, err := os.ReadFile(filepath.Join(public, "adr/0001-use-a-log/index.html"))
	if err != nil || !bytes.Contains(file, []byte(`id="t-t1"`)) || !bytes.Contains(file, []byte("approves this very text")) || bytes.Contains(file, []byte("<form method")) {
		t.Errorf("the page as a file does not show its review, or has forms: %v\n%s", err, file)
	}
	backup := filepath.Join(t.TempDir(), "backup.jsonl")
	say("events in", false, "backup", backup)

	text, err := os.ReadFile(filepath.Join(dir, "adr/0001-use-a-log.md"))
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(text, []byte("one log per shard"), []byte("two logs per shard"), 1)
	os.WriteFile(filepath.Join(dir, "adr/0001-use-a-log.md"), edited, 0o644)
	say("Ada approved an older text", true, "check")
	os.WriteFile(filepath.Join(dir, "adr/0001-use-a-log.md"), text, 0o644)

	// A suggestion becomes an edit.
	wait(t, "the server has read the text again", func() bool {
		_, data, err := sendJSON(t.Context(), "GET", api, "")
		var then struct{ Revision string }
		return err == nil && json.Unmarshal(data, &then) == nil && then.Revision == now.Revision
	})
	must(201, "POST", api+"/threads", `{"id":"s1","body":"Better so.","suggestion":"We keep one log for each shard.","anchor":{"quote":"We keep one log per shard."}}`)
	say("no thread \"none\"", true, "apply", "adr/0001", "none")
	say("suggests no edit", true, "apply", "adr/0001", "t1")
	for _, args := range [][]string{{"add", "-A"}, {"commit", "-q", "-m", "begin"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	say("0001-use-a-log.md:14: written", false, "apply", "--commit", "adr/0001", "s1")
	said, err := exec.Command("git", "-C", dir, "log", "-1", "--format=%H %s", "--name-only").Output()
	hash, rest, _ := strings.Cut(string(said), " ")
	if err != nil || rest != "Apply what Ada suggested for Use a log\n\nadr/0001-use-a-log.md\n" {
		t.Errorf("the commit: %v %q", err, said)
	}
	if thread := must(200, "GET", api+"/threads/s1", ""); !bytes.Contains(thread, []byte(`"kind":"applied"`)) || !bytes.Contains(thread, []byte(hash)) {
		t.Errorf("the thread does not name the commit %s: %s", hash, thread)
	}
	say("is resolved as applied", true, "apply", "adr/0001", "s1")
	say("0 events added", false, "import") // with the server running
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.ended
	if text, _ := os.ReadFile(filepath.Join(dir, "adr/0001-use-a-log.md")); !bytes.Contains(text, []byte("We keep one log for each shard.\n")) {
		t.Errorf("the edit is not there:\n%s", text)
	}
	say("pinned", false, "list")

	// Another machine has the same heads.
	say("", false, "export")
	heads := say("verified", false, "verify")
	elsewhere := t.TempDir()
	say("events added, 0 were there", false, "import", "--data", elsewhere)
	say("0 events added", false, "import", "--data", elsewhere)
	if got := say("verified", false, "verify", "--data", elsewhere); got != heads {
		t.Errorf("imported:\n%s\nwant\n%s", got, heads)
	}
	restored := t.TempDir()
	say("events added", false, "restore", backup, "--data", restored)
	say("has the reviews of 1 page already", true, "restore", backup, "--data", restored)
	canary(elsewhere)
	canary(restored)

	// A store that has changed on disk is not served.
	keys := filepath.Join(elsewhere, "review", "keys")
	data, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	data[40] ^= 1
	os.WriteFile(keys, data, 0o600)
	say("mend: move", true, "verify", "--data", elsewhere)
	if out, err := command(t, "serve", "--dir", dir, "--data", elsewhere, "--addr", "127.0.0.1:0", "--no-cluster"); err == nil || !strings.Contains(out, "lockstep review restore") {
		t.Errorf("a damaged store is served: %v\n%s", err, out)
	}
}

// TestReview_doors: beyond this machine there is no review without a sign-in.
func TestReview_doors(t *testing.T) {
	dir := reviewedSite(t)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "nobody would know who comments"},
		{[]string{"--review-invites"}, "without https"},
		{[]string{"--review-invites", "--review-url", "http://x.example"}, "without https"},
		{[]string{"--review-proxy-header", "X-User"}, "no address of the proxy"},
		{[]string{"--review-proxy-header", "X-User", "--review-proxy-from", "10.0.0.0/99"}, "neither an address nor a range"},
		{[]string{"--review-proxy-header", "X-User", "--review-proxy-from", "10.0.0.0/8", "--review-proxy-role", "king"}, "no role"},
		{[]string{"--reviews", "of"}, "on or off"},
	} {
		out, err := command(t, append([]string{"serve", "--dir", dir, "--addr", "0.0.0.0:0", "--no-cluster"}, tt.args...)...)
		if err == nil || !strings.Contains(out, tt.want) {
			t.Errorf("%v: %v %s, want %q", tt.args, err, out, tt.want)
		}
	}
}

// TestReview_matrix asks every route, in every role, from every kind of origin,
// through a real listener, and compares with what access.Can and the rules of
// origins say.
func TestReview_matrix(t *testing.T) {
	dir := reviewedSite(t)
	data := filepath.Join(dir, "var")
	store, err := access.OpenStore(filepath.Join(data, "review", "access"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, dir, "--review-invites")
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	cookies := map[string]string{"nobody": ""}
	for _, role := range []access.Role{access.Reader, access.Commenter, access.Reviewer, access.Maintainer} {
		token, _, err := store.Invite(role.String(), "", role, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := noRedirect.Post(s.address+"/invite/"+token, "application/x-www-form-urlencoded", nil)
		if err != nil || answer.StatusCode != 303 {
			t.Fatalf("sign in as %s: %v %v", role, answer.StatusCode, err)
		}
		answer.Body.Close()
		cookies[role.String()] = answer.Cookies()[0].String()
	}
	api := httpapi.New(httpapi.Options{})
	origins := map[string]struct {
		headers map[string]string
		refused bool // for what changes something
	}{
		"same origin":    {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": s.address}, false},
		"typed":          {map[string]string{"Sec-Fetch-Site": "none"}, false},
		"no browser":     {nil, false},
		"another site":   {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, true},
		"a sub-domain":   {map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://x.localhost"}, true},
		"an old browser": {map[string]string{"Origin": "https://evil.example"}, true},
		"a sandbox":      {map[string]string{"Origin": "null"}, true},
		"another port":   {map[string]string{"Origin": "http://127.0.0.1:1"}, true},
	}
	head := func() string {
		var v struct{ Head string }
		_, data, err := sendJSON(t.Context(), "GET", s.address+"/api/reviews/adr/0002", "")
		if err != nil || json.Unmarshal(data, &v) != nil {
			t.Fatalf("%s %v", data, err)
		}
		return v.Head
	}
	asked := 0
	roles := []string{"nobody", "reader", "commenter", "reviewer", "maintainer"}
	for _, route := range api.Routes() {
		if !slices.Contains(access.Verbs, route.Verb) {
			t.Errorf("%s %s names no verb", route.Method, route.Pattern)
		}
		path := strings.NewReplacer("{kind}", "adr", "{slug}", "0002", "{thread}", "no-thread", "{comment}", "no-comment").Replace(route.Pattern)
		if strings.HasSuffix(path, "/events") {
			continue // a stream; it writes nothing
		}
		for _, role := range roles {
			for name, origin := range origins {
				before := head()
				body, kind := `{`, "application/json"
				if route.Form {
					body, kind = "%zz", "application/x-www-form-urlencoded"
				}
				var content io.Reader = strings.NewReader(body)
				if route.Method == "GET" {
					content = nil
				}
				r, err := http.NewRequestWithContext(t.Context(), route.Method, s.address+path, content)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", kind)
				r.Header.Set("Accept", "application/json")
				if cookies[role] != "" {
					r.Header.Set("Cookie", strings.SplitN(cookies[role], ";", 2)[0])
				}
				for k, v := range origin.headers {
					r.Header.Set(k, v)
				}
				answer, err := noRedirect.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				asked++
				who := access.Actor{}
				if role != "nobody" {
					parsed, _ := access.ParseRole(role)
					who = access.Actor{ID: "x", Role: parsed}
				}
				status := answer.StatusCode
				allowed := access.Can(who, route.Verb, access.Object{Author: "somebody else"}) == nil
				what := fmt.Sprintf("%s %s as %s from %s: %d", route.Method, route.Pattern, role, name, status)
				switch {
				case status >= 500:
					t.Error(what)
				case route.Method == "GET" && status != 200 && status != 404:
					t.Error(what)
				case route.Method != "GET" && origin.refused && status != 403:
					t.Error(what + ", want 403")
				case route.Method != "GET" && !origin.refused && role == "nobody" && route.Verb != access.Read && status != 401:
					t.Error(what + ", want 401")
				case route.Method != "GET" && !origin.refused && role != "nobody" && !allowed && status < 400:
					t.Error(what + ", and that is not allowed")
				}
				for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
					if got := answer.Header.Get(header); got != want {
						t.Errorf("%s: %s is %q", what, header, got)
					}
				}
				if csp := answer.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe-inline") {
					t.Errorf("%s: policy %q", what, csp)
				}
				if after := head(); after != before && (route.Method == "GET" || origin.refused || !allowed) {
					t.Errorf("%s: it changed the log", what)
				}
			}
		}
	}
	t.Logf("%d requests", asked)
	if asked < 700 {
		t.Errorf("only %d requests", asked)
	}
	// The log of commands on this machine is for nobody else.
	answer, err := http.Get(s.address + httpapi.OperatorPath)
	if err != nil || answer.StatusCode != 401 {
		t.Errorf("the dump without its token: %v %v", answer.StatusCode, err)
	}
	answer.Body.Close()
	// A program's token does what its role may, and no longer than it is good.
	said, err := command(t, "review", "token", "--dir", dir, "--name", "CI", "--role", "commenter")
	token, rest, _ := strings.Cut(said, "\n")
	id := regexp.MustCompile(`revoke ([0-9a-f]{12})`).FindStringSubmatch(rest)
	if err != nil || len(id) != 2 {
		t.Fatalf("token: %v %s", err, said)
	}
	with := func(method, path, body string) int {
		r, _ := http.NewRequestWithContext(t.Context(), method, s.address+"/api/reviews/adr/0002"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", strings.SplitN(cookies["maintainer"], ";", 2)[0]) // which must not count
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if got := with("POST", "/threads", `{"id":"by-token","body":"red"}`); got != 201 {
		t.Errorf("a comment with a token: %d", got)
	}
	if got := with("PUT", "/verdict", `{"verdict":"approve","revision":"x"}`); got != 403 {
		t.Errorf("an approval with a commenter's token: %d", got)
	}
	if list, err := command(t, "review", "invites", "--dir", dir); err != nil || !strings.Contains(list, "CI") || strings.Contains(list, token) {
		t.Errorf("invites: %v %s", err, list)
	}
	if out, err := command(t, "review", "revoke", id[1], "--dir", dir); err != nil {
		t.Errorf("revoke: %v %s", err, out)
	}
	if got := with("POST", "/threads", `{"id":"by-token-2","body":"red"}`); got != 401 {
		t.Errorf("a comment with a revoked token: %d", got)
	}
	// A name of another site that leads here is refused.
	r, _ := http.NewRequest("POST", s.address+"/api/reviews/adr/0002/threads", strings.NewReader(`{"id":"x","body":"x"}`))
	r.Host = "evil.example"
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host's name: %v %v", answer.StatusCode, err)
	}
}

// TestReview_busy: while 200 people read live and 20 write, a page is there at
// once.
func TestReview_busy(t *testing.T) {
	if testing.Short() {
		t.Skip("a load test")
	}
	dir := reviewedSite(t)
	s := startServer(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	transport := &http.Transport{MaxIdleConnsPerHost: 300, DialContext: (&net.Dialer{}).DialContext}
	client := &http.Client{Transport: transport}
	var readers, writers sync.WaitGroup
	var mu sync.Mutex
	events, following := 0, 0
	for range 200 {
		readers.Go(func() {
			r, _ := http.NewRequestWithContext(ctx, "GET", s.address+"/api/reviews/adr/0001/events", nil)
			answer, err := client.Do(r)
			if err != nil {
				return
			}
			defer answer.Body.Close()
			mu.Lock()
			following++
			mu.Unlock()
			buf := make([]byte, 4096)
			for {
				n, err := answer.Body.Read(buf)
				mu.Lock()
				events += bytes.Count(buf[:n], []byte("event: change"))
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wait(t, "200 readers", func() bool { mu.Lock(); defer mu.Unlock(); return following == 200 })
	written := 0
	for w := range 20 {
		writers.Go(func() {
			pace := time.NewTicker(2 * time.Second)
			defer pace.Stop()
			for i := 0; i < 5; i++ {
				body := fmt.Sprintf(`{"id":"w%d-%d","body":"A comment."}`, w, i)
				if status, _, err := sendJSON(ctx, "POST", s.address+"/api/reviews/adr/0001/threads", body); err == nil && status == 201 {
					mu.Lock()
					written++
					mu.Unlock()
				}
				select {
				case <-pace.C:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	var took []time.Duration
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
measuring:
	for {
		begin := time.Now()
		answer, err := client.Get(s.address + "/adr/0001-use-a-log/")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		took = append(took, time.Since(begin))
		select {
		case <-done:
			break measuring
		case <-time.After(20 * time.Millisecond):
		}
	}
	wait(t, "everybody saw every comment", func() bool { mu.Lock(); defer mu.Unlock(); return events >= 200*written })
	stop()
	readers.Wait()
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("%d comments, %d notices to 200 readers; %d pages, p50 %v, p99 %v", written, events, len(took), took[len(took)/2], p99)
	if written != 100 {
		t.Errorf("%d of 100 comments were accepted", written)
	}
	limit := 50 * time.Millisecond
	if raceDetector {
		limit = time.Second // all packages are tested at once then, on the same processors
	}
	if p99 > limit {
		t.Errorf("p99 of the page is %v, want at most %v", p99, limit)
	}
}

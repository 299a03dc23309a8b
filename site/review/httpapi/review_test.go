package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/httpapi"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

const text = `# Use a log

## Context

We need one order. Every member sees the same messages in the same order.

## Decision

We keep one log per shard, since a log is the simplest thing that has an order.

The words recur here. And the words recur here.
`

// world is a site of one page with a server for its reviews. Requests name who
// sends them in the header Who.
type world struct {
	t      *testing.T
	memory *store.Memory
	keys   store.Keys
	server *httptest.Server
	s      *review.Service
	api    *httpapi.API

	apply func(context.Context, review.SourceEdit) (string, error)

	mu   sync.Mutex
	text string
}

func (w *world) Identify(r *http.Request) (access.Actor, error) {
	who := r.Header.Get("Who")
	if who == "" {
		return access.Actor{}, access.ErrSignIn
	}
	role := access.Reviewer
	switch who {
	case "Max":
		role = access.Maintainer
	case "Rita":
		role = access.Reader
	case "Carl":
		role = access.Commenter
	case "Olga": // signed in at a provider, two hours ago
		return access.Actor{ID: "test:Olga", Name: who, Role: role, Anew: true, Since: time.Now().Add(-2 * time.Hour)}, nil
	}
	return access.Actor{ID: "test:" + who, Name: who, Role: role}, nil
}

func (w *world) Document(page string) (subject.Page, bool) {
	if page != "adr/0001-log" {
		return subject.Page{}, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	d := markdown.New(markdown.Options{}).Parse("adr/0001-log.md", []byte(w.text), site.KindDecision)
	lines := strings.Split(w.text, "\n")
	return subject.Page{Name: page, Path: "/adr/0001-log/", Title: d.Title, Revision: d.Revision(), Blocks: d.Blocks(), Approvers: []string{"Ada"},
		Lines: func(first, last int) string {
			if first < 1 || last > len(lines) || first > last {
				return ""
			}
			return strings.Join(lines[first-1:last], "\n")
		}}, true
}

func (w *world) Documents() []subject.Page {
	d, _ := w.Document("adr/0001-log")
	return []subject.Page{d}
}

func (w *world) edit(old, now string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !strings.Contains(w.text, old) {
		w.t.Fatalf("the text has no %q", old)
	}
	w.text = strings.Replace(w.text, old, now, 1)
}

func newWorld(t *testing.T) *world {
	memory := store.NewMemory()
	keys, err := store.OpenKeyFile(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keys.Close() })
	w := &world{t: t, memory: memory, keys: keys, text: text}
	w.start()
	return w
}

func (w *world) start() {
	revisions, err := store.OpenRevisions("")
	if err != nil {
		w.t.Fatal(err)
	}
	w.s, err = review.Open(w.t.Context(), review.Options{Log: w.memory, Keys: w.keys, Revisions: revisions, Apply: w.apply})
	if err != nil {
		w.t.Fatal(err)
	}
	w.api = httpapi.New(httpapi.Options{Service: w.s, Pages: w, Who: w})
	w.server = httptest.NewServer(w.api.Handler())
	w.t.Cleanup(w.server.Close)
}

const base = "/api/reviews/adr/0001-log"

// do sends JSON and gives the status and the answer.
func (w *world) do(who, method, path, body string) (int, map[string]any) {
	w.t.Helper()
	status, data := w.raw(who, method, path, body)
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		w.t.Fatalf("%s %s: %d %s: %v", method, path, status, data, err)
	}
	return status, out
}

func (w *world) raw(who, method, path, body string) (int, []byte) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Who", who)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, data
}

func (w *world) must(want int, who, method, path, body string) map[string]any {
	w.t.Helper()
	status, out := w.do(who, method, path, body)
	if status != want {
		w.t.Fatalf("%s %s %s: %d %v, want %d", method, path, body, status, out, want)
	}
	return out
}

func (w *world) revision() string {
	d, _ := w.Document("adr/0001-log")
	return d.Revision
}

func thread(t *testing.T, review map[string]any, id string) map[string]any {
	t.Helper()
	for _, th := range review["threads"].([]any) {
		if th := th.(map[string]any); th["id"] == id {
			return th
		}
	}
	t.Fatalf("no thread %s in %v", id, review)
	return nil
}

func TestThreads(t *testing.T) {
	w := newWorld(t)
	open := `{"id":"t1","body":"Why **one**?","intent":"question","anchor":{"quote":"one log per shard"}}`
	first := w.must(201, "Bob", "POST", base+"/threads", open)
	again := w.must(200, "Bob", "POST", base+"/threads", open)
	if first["id"] != "t1" || again["id"] != "t1" || len(again["comments"].([]any)) != 1 {
		t.Fatalf("the same id gives %v and %v", first, again)
	}
	if anchor := first["anchor"].(map[string]any); anchor["kind"] != "passage" || anchor["state"] != "exact" || anchor["quote"] != "one log per shard" {
		t.Errorf("anchor: %v", anchor)
	}
	if c := first["comments"].([]any)[0].(map[string]any); c["html"] != "<p>Why <strong>one</strong>?</p>\n" || c["author"] != "Bob" || c["edited"] != nil {
		t.Errorf("comment: %v", c)
	}
	w.must(409, "Ada", "POST", base+"/threads", open) // another's id
	w.must(201, "Ada", "POST", base+"/threads/t1/comments", `{"id":"c2","body":"Because."}`)
	w.must(200, "Ada", "POST", base+"/threads/t1/comments", `{"id":"c2","body":"Because."}`)
	w.must(404, "Ada", "POST", base+"/threads/t9/comments", `{"id":"c3","body":"Because."}`)
	edited := w.must(200, "Ada", "PATCH", base+"/comments/c2", `{"body":"Because it is simple."}`)
	if edited["body"] != "Because it is simple." || edited["edited"] == nil || len(edited["before"].([]any)) != 1 {
		t.Errorf("edited: %v", edited)
	}
	w.must(403, "Bob", "PATCH", base+"/comments/c2", `{"body":"Mine now."}`)
	w.must(400, "Bob", "POST", base+"/threads/t1/resolve", `{"kind":"declined"}`)
	resolved := w.must(200, "Bob", "POST", base+"/threads/t1/resolve", `{"kind":"answered","reason":"Thanks."}`)
	if resolved["status"] != "resolved" {
		t.Errorf("resolved: %v", resolved)
	}
	w.must(409, "Bob", "POST", base+"/threads/t1/resolve", `{"kind":"answered"}`)
	w.must(200, "Bob", "POST", base+"/threads/t1/reopen", "")
	all := w.must(200, "", "GET", base, "")
	if th := thread(t, all, "t1"); th["status"] != "open" || len(th["comments"].([]any)) != 2 {
		t.Errorf("after all: %v", th)
	}
}

func TestThreads_anchors(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, anchor string
		status       int
		kind         string
	}{
		{"page", `null`, 201, "page"},
		{"unique quote", `{"quote":"simplest thing"}`, 201, "passage"},
		{"quote that stands twice", `{"quote":"words recur here"}`, 409, ""},
		{"quote that stands nowhere", `{"quote":"the simplest lie"}`, 409, ""},
		{"block", `{"block":1}`, 201, "block"},
		{"quote in another block", `{"block":0,"quote":"simplest thing"}`, 409, ""},
		{"block that is not there", `{"block":99}`, 409, ""},
		{"revision that was never shown", `{"quote":"simplest thing","revision":"` + strings.Repeat("0", 64) + `"}`, 409, ""},
		{"revision of now", `{"quote":"simplest thing","revision":"` + w.revision() + `"}`, 201, "passage"},
		{"unknown field", `{"quote":"simplest thing","offset":3}`, 400, ""},
	} {
		status, out := w.do("Bob", "POST", base+"/threads", fmt.Sprintf(`{"id":%q,"body":"x","anchor":%s}`, strings.ReplaceAll(tt.name, " ", "-"), tt.anchor))
		if status != tt.status {
			t.Errorf("%s: %d %v, want %d", tt.name, status, out, tt.status)
		} else if status == 201 && out["anchor"].(map[string]any)["kind"] != tt.kind {
			t.Errorf("%s: %v, want a %s", tt.name, out["anchor"], tt.kind)
		}
	}
}

func TestAnchor_states(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"q","body":"x","anchor":{"quote":"Every member sees the same messages in the same order."}}`)
	state := func() string {
		return thread(t, w.must(200, "", "GET", base, ""), "q")["anchor"].(map[string]any)["state"].(string)
	}
	if got := state(); got != "exact" {
		t.Errorf("unchanged: %s", got)
	}
	w.edit("# Use a log\n", "# Use a log\n\nA new paragraph at the top.\n")
	if got := state(); got != "exact" {
		t.Errorf("text above: %s", got)
	}
	w.edit("Every member sees the same messages in the same order.", "Every single member sees the same messages in the same order.")
	if got := state(); got != "edited" {
		t.Errorf("a word more: %s", got)
	}
	w.edit("We need one order. Every single member sees the same messages in the same order.", "Nothing like it.")
	if got := state(); got == "exact" || got == "moved" || got == "edited" {
		t.Errorf("deleted: %s", got)
	}
	w.edit("Nothing like it.", "We need one order. Every member sees the same messages in the same order.")
	if got := state(); got != "exact" {
		t.Errorf("back again: %s", got)
	}
}

func TestVerdict(t *testing.T) {
	w := newWorld(t)
	approve := func(revision string) string { return `{"verdict":"approve","body":"","revision":"` + revision + `"}` }
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"b","body":"No.","intent":"blocking"}`)
	w.must(409, "Ada", "PUT", base+"/verdict", approve(w.revision()))
	w.must(200, "Bob", "POST", base+"/threads/b/resolve", `{"kind":"answered"}`)
	w.must(400, "Ada", "PUT", base+"/verdict", `{"verdict":"approve"}`)
	w.must(409, "Ada", "PUT", base+"/verdict", approve(strings.Repeat("a", 64)))
	out := w.must(200, "Ada", "PUT", base+"/verdict", approve(w.revision()))
	if v := out["verdicts"].([]any); len(v) != 1 || v[0].(map[string]any)["stale"] != false {
		t.Fatalf("verdicts: %v", v)
	}
	if a := out["approvers"].([]any)[0].(map[string]any); a["state"] != "approved" {
		t.Errorf("approver: %v", a)
	}
	before := w.revision()
	w.edit("simplest", "plainest")
	out = w.must(200, "", "GET", base, "")
	if v := out["verdicts"].([]any); v[0].(map[string]any)["stale"] != true {
		t.Errorf("after an edit: %v", v)
	}
	w.must(409, "Ada", "PUT", base+"/verdict", approve(before))
	w.must(403, "Carl", "PUT", base+"/verdict", approve(w.revision()))
	if out := w.must(401, "Olga", "PUT", base+"/verdict", approve(w.revision())); out["code"] != "sign-in-again" {
		t.Errorf("an approval two hours after the sign-in: %v", out)
	}
	w.must(200, "Olga", "PUT", base+"/verdict", `{"verdict":"request-changes","revision":"`+w.revision()+`"}`)
	w.must(200, "Olga", "PUT", base+"/verdict", `{"verdict":"withdraw"}`)
	w.must(200, "Ada", "PUT", base+"/verdict", `{"verdict":"withdraw"}`)
	if out = w.must(200, "", "GET", base, ""); len(out["verdicts"].([]any)) != 0 {
		t.Errorf("withdrawn: %v", out["verdicts"])
	}
}

// TestVerdict_race: an approval and a blocking thread at once have exactly one
// order, and no approval stands after a blocking thread that was open.
func TestVerdict_race(t *testing.T) {
	for i := range 20 {
		w := newWorld(t)
		var wait sync.WaitGroup
		var approved, blocked int
		wait.Go(func() {
			approved, _ = w.do("Ada", "PUT", base+"/verdict", `{"verdict":"approve","revision":"`+w.revision()+`"}`)
		})
		wait.Go(func() {
			blocked, _ = w.do("Bob", "POST", base+"/threads", fmt.Sprintf(`{"id":"b%d","body":"No.","intent":"blocking"}`, i))
		})
		wait.Wait()
		if blocked != 201 || approved != 200 && approved != 409 {
			t.Fatalf("approve: %d, block: %d", approved, blocked)
		}
		lines, err := w.s.Lines(t.Context(), "adr/0001-log")
		if err != nil {
			t.Fatal(err)
		}
		order := ""
		for _, line := range lines {
			var e event.Event
			json.Unmarshal(line.Event, &e)
			order += string(e.Type) + " "
		}
		before, _, submitted := strings.Cut(order, "review.submitted")
		first := submitted && !strings.Contains(before, "thread.opened")
		if first != (approved == 200) {
			t.Errorf("approved: %d, and the log has %s", approved, order)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	for _, tt := range []struct {
		name, who, method, path, body string
		status                        int
	}{
		{"nobody", "", "POST", "/threads", `{"id":"n","body":"x"}`, 401},
		{"a reader", "Rita", "POST", "/threads", `{"id":"n","body":"x"}`, 403},
		{"no such page", "Bob", "POST", "/../0009-none/threads", `{"id":"n","body":"x"}`, 404},
		{"empty", "Bob", "POST", "/threads", `{"id":"n","body":" \n"}`, 400},
		{"no JSON", "Bob", "POST", "/threads", `{"id":"n"`, 400},
		{"two values", "Bob", "POST", "/threads", `{"id":"n","body":"x"} {}`, 400},
		{"a brace more", "Bob", "POST", "/threads", `{"id":"n","body":"x"}}`, 400},
		{"invalid UTF-8", "Bob", "POST", "/threads", "{\"id\":\"n\",\"body\":\"x\xff\"}", 400},
		{"half a character", "Bob", "POST", "/threads", `{"id":"n","body":"\ud800"}`, 400},
		{"unknown field", "Bob", "POST", "/threads", `{"id":"n","body":"x","author":"Ada"}`, 400},
		{"bad id", "Bob", "POST", "/threads", `{"id":"../x","body":"x"}`, 400},
		{"bad intent", "Bob", "POST", "/threads", `{"id":"n","body":"x","intent":"shout"}`, 400},
		{"control character", "Bob", "POST", "/threads", `{"id":"n","body":"x\u0000"}`, 400},
		{"marks", "Bob", "POST", "/threads", `{"id":"n","body":"x` + strings.Repeat(`\u0301`, 50) + `"}`, 400},
		{"long comment", "Bob", "POST", "/threads", `{"id":"n","body":"` + strings.Repeat("x", event.MaxBody+1) + `"}`, 413},
		{"long request", "Bob", "POST", "/threads", `{"id":"n","body":"` + strings.Repeat("x", httpapi.MaxRequest) + `"}`, 413},
		{"stale version", "Bob", "POST", "/threads/t1/resolve", `{"kind":"answered","version":99}`, 409},
	} {
		path := base + tt.path
		if strings.HasPrefix(tt.path, "/..") {
			path = "/api/reviews/adr" + tt.path[3:]
		}
		if status, out := w.do(tt.who, tt.method, path, tt.body); status != tt.status || out["detail"] == "" {
			t.Errorf("%s: %d %v, want %d", tt.name, status, out, tt.status)
		}
	}
	r, _ := http.NewRequest("POST", w.server.URL+base+"/threads", strings.NewReader(`{"id":"n","body":"x"}`))
	r.Header.Set("Who", "Bob")
	r.Header.Set("Content-Type", "text/plain")
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != 415 {
		t.Errorf("text/plain: %v %v, want 415", answer.StatusCode, err)
	}
	if all := w.must(200, "", "GET", base, ""); len(all["threads"].([]any)) != 1 {
		t.Errorf("a refusal left something: %v", all["threads"])
	}
}

func TestRedact(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"canary-one"}`)
	w.must(200, "Bob", "PATCH", base+"/comments/t1", `{"body":"canary-two"}`)
	w.must(200, "Bob", "DELETE", base+"/comments/t1", "")
	w.must(409, "Bob", "PATCH", base+"/comments/t1", `{"body":"back"}`)
	w.must(200, "Bob", "DELETE", base+"/comments/t1", "")
	for range 2 { // also after a restart
		_, data := w.raw("", "GET", base, "")
		lines, err := w.s.Lines(t.Context(), "adr/0001-log")
		if err != nil {
			t.Fatal(err)
		}
		var export bytes.Buffer
		event.WriteLines(&export, lines)
		for what, data := range map[string][]byte{"the answer": data, "the export": export.Bytes()} {
			if bytes.Contains(data, []byte("canary")) {
				t.Errorf("%s still has the text: %s", what, data)
			}
		}
		if !bytes.Contains(data, []byte(`"redacted":true`)) {
			t.Errorf("no tombstone: %s", data)
		}
		w.start()
	}
}

func TestExport_import(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"<b>one & \u2028two</b>","anchor":{"quote":"simplest thing"}}`)
	w.must(201, "Ada", "POST", base+"/threads/t1/comments", `{"id":"c1","body":"secret"}`)
	w.must(200, "Ada", "DELETE", base+"/comments/c1", "")
	w.must(200, "Bob", "POST", base+"/threads/t1/resolve", `{"kind":"declined","reason":"so"}`)
	export := func(w *world) []byte {
		lines, err := w.s.Lines(t.Context(), "adr/0001-log")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := event.WriteLines(&b, lines); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := export(w)
	lines, err := event.ReadLines(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	other := newWorld(t)
	for i, want := range []int{len(lines), 0} {
		if done, err := other.s.Import(t.Context(), lines); err != nil || done.Added != want {
			t.Fatalf("import %d: %d added, %v; want %d", i+1, done.Added, err, want)
		}
	}
	if second := export(other); !bytes.Equal(first, second) {
		t.Errorf("exported again:\n%s\nwant\n%s", second, first)
	}
	a, b := w.must(200, "", "GET", base, ""), other.must(200, "", "GET", base, "")
	if a["head"] != b["head"] || a["asOf"] != b["asOf"] {
		t.Errorf("heads %v and %v", a["head"], b["head"])
	}
	for _, tt := range []struct{ name, old, now string }{
		{"another text", "one & ", "two & "},
		{"a line less", string(bytes.SplitAfter(first, []byte("\n"))[1]), ""},
		{"no JSON", `{"page"`, `{page`},
	} {
		if !bytes.Contains(first, []byte(tt.old)) {
			t.Fatalf("%s: no %q in %s", tt.name, tt.old, first)
		}
		if _, err := event.ReadLines(bytes.NewReader(bytes.Replace(first, []byte(tt.old), []byte(tt.now), 1))); err == nil {
			t.Errorf("%s: accepted", tt.name)
		} else {
			t.Log(err)
		}
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	follow := func(last string) *bufio.Scanner {
		r, _ := http.NewRequestWithContext(ctx, "GET", w.server.URL+base+"/events", nil)
		r.Header.Set("Last-Event-ID", last)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		return bufio.NewScanner(answer.Body)
	}
	next := func(s *bufio.Scanner) string {
		for s.Scan() {
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatalf("the stream ended: %v", s.Err())
		return ""
	}
	resumed := follow("0")
	for _, want := range []string{"doc.published", "thread.opened"} {
		if got := next(resumed); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	w.must(201, "Ada", "POST", base+"/threads/t1/comments", `{"id":"c1","body":"y"}`)
	if got := next(resumed); !strings.Contains(got, `"comment":"c1"`) {
		t.Errorf("live: %s", got)
	}
	if got := next(follow("2")); !strings.Contains(got, `"comment":"c1"`) {
		t.Errorf("resumed: %s", got)
	}
}

func TestFeeds(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"a <script>alert(1)</script> & *so*","anchor":{"quote":"simplest thing"}}`)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t2","body":"gone"}`)
	w.must(200, "Bob", "DELETE", base+"/comments/t2", "")
	for _, path := range []string{"/reviews/feed.xml", "/reviews/adr/0001-log/feed.xml", "/reviews/adr/0001-log/threads/t1/feed.xml"} {
		status, data := w.raw("", "GET", path, "")
		var f struct {
			Entries []struct {
				Title   string `xml:"title"`
				Author  string `xml:"author>name"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(data, &f); status != 200 || err != nil || len(f.Entries) != 1 {
			t.Errorf("%s: %d %v\n%s", path, status, err, data)
			continue
		}
		if e := f.Entries[0]; e.Author != "Bob" || !strings.Contains(e.Title, "simplest thing") || strings.Contains(e.Content, "<script") || !strings.Contains(e.Content, "<em>so</em>") {
			t.Errorf("%s: %+v", path, e)
		}
	}
	if status, _ := w.raw("", "GET", "/reviews/adr/0001-log/threads/none/feed.xml", ""); status != 404 {
		t.Errorf("no such thread: %d", status)
	}
}

// TestForms fills in the forms that the page has, as a browser without scripts
// does, twice each.
func TestForms(t *testing.T) {
	w := newWorld(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	who := "Max"
	post := func(path string, fields url.Values) (int, string, string) {
		r, _ := http.NewRequest("POST", w.server.URL+"/reviews/adr/0001-log"+path, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Who", who)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		data, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, answer.Header.Get("Location"), string(data)
	}
	for _, tt := range []struct {
		path   string
		fields url.Values
		want   string
	}{
		{"/threads", url.Values{"id": {"t1"}, "body": {"Why?"}, "block": {"1"}, "intent": {"question"}, "revision": {w.revision()}}, "#t-t1"},
		{"/threads/t1/comments", url.Values{"id": {"c1"}, "body": {"So."}}, "#c-c1"},
		{"/comments/c1/edit", url.Values{"body": {"So it is."}}, "#c-c1"},
		{"/threads/t1/resolve", url.Values{"id": {"r1"}, "kind": {"answered"}}, "#t-t1"},
		{"/threads/t1/reopen", url.Values{"id": {"o1"}}, "#t-t1"},
		{"/threads/t1/relink", url.Values{"id": {"l1"}, "quote": {"simplest thing"}}, "#t-t1"},
		{"/comments/c1/redact", nil, "#c-c1"},
		{"/verdict", url.Values{"verdict": {"approve"}, "revision": {w.revision()}}, "#review"},
	} {
		for range 2 {
			if status, location, body := post(tt.path, tt.fields); status != 303 || location != "/adr/0001-log/"+tt.want {
				t.Errorf("%s: %d %q %s", tt.path, status, location, body)
			}
		}
	}
	// The last approval is typed.
	last := func(confirm string) (int, string, string) {
		return post("/verdict", url.Values{"verdict": {"approve"}, "revision": {w.revision()}, "confirm": {confirm}, "body": {"Good."}})
	}
	who = "Ada"
	if status, _, body := last(""); status != 400 || !strings.Contains(body, "last approval") || !strings.Contains(body, "Good.") {
		t.Errorf("the last approval by a click: %d %s", status, body)
	}
	if status, _, body := last(" Approve "); status != 303 {
		t.Errorf("the last approval: %d %s", status, body)
	}
	if status, _, body := last(""); status != 303 {
		t.Errorf("approved once more: %d %s", status, body)
	}
	who = "Max"
	all := w.must(200, "", "GET", base, "")
	th := thread(t, all, "t1")
	if n := len(th["comments"].([]any)); n != 2 || len(all["threads"].([]any)) != 1 || th["anchor"].(map[string]any)["quote"] != "simplest thing" {
		t.Errorf("after all: %v", all)
	}
	status, _, body := post("/threads", url.Values{"body": {"Kept <b>text</b>"}, "quote": {"nowhere"}})
	if status != 409 || !strings.Contains(body, "Kept &lt;b&gt;text") || strings.Contains(body, "<b>") {
		t.Errorf("refused: %d %s", status, body)
	}
}

func FuzzReadLines(f *testing.F) {
	f.Add([]byte(`{"page":"adr/x","n":1,"event":{"id":"a","type":"thread.opened","time":"2026-01-01T00:00:00Z","actor":{"id":"x","name":"X","role":"r"},"anchor":{"canon":1,"revision":""}}}`))
	f.Add([]byte("<<<<<<< ours\n{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := event.ReadLines(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := event.WriteLines(&again, lines); err != nil {
			t.Fatal(err)
		}
		second, err := event.ReadLines(bytes.NewReader(again.Bytes()))
		if err != nil || len(second) != len(lines) {
			t.Fatalf("written and read again: %v\n%s", err, again.Bytes())
		}
		state.Of(lines)
	})
}

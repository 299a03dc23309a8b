package serve

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"lockstep/site"
	"lockstep/site/build"
)

// start serves a small tree through a real listener.
func start(t *testing.T) (dir, address string) {
	t.Helper()
	dir = t.TempDir()
	save(t, dir, "lockstep.yaml", "strict: true\ntitle: Example\ncontent: [content]\nadr: [adr]\n")
	save(t, dir, "content/index.md", "# Home\n\nSee [a](a.md).\n\n![p](p.svg)\n")
	save(t, dir, "content/p.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")
	save(t, dir, "content/secret.txt", "not linked")
	save(t, dir, "content/a.md", "# A\n\nFirst text.\n")
	save(t, dir, "adr/0007-x.md", "---\nstatus: accepted\n---\n# X\n")
	return dir, startIn(t, dir)
}

// startIn serves a folder and gives its address.
func startIn(t *testing.T, dir string) string {
	t.Helper()
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lab := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "lab ", r.URL.Path) })
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler), Lab: lab, Live: func() site.HTML { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

func save(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask makes one request and follows no redirect.
func ask(t testing.TB, method, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		if k == "Host" {
			r.Host = v
		} else {
			r.Header.Set(k, v)
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestServe(t *testing.T) {
	_, address := start(t)
	for _, tt := range []struct {
		name, method, path string
		header             map[string]string
		status             int
		want               string // in the body, or the Location
	}{
		{"home", "GET", "/", nil, 200, ">Home</h1>"},
		{"page", "GET", "/a/", nil, 200, "First text."},
		{"missing slash", "GET", "/a", nil, 301, "/a/"},
		{"index", "GET", "/a/index.html", nil, 301, "/a/"},
		{"decision by number", "GET", "/adr/7", nil, 301, "/adr/0007-x/"},
		{"decision by padded number", "GET", "/adr/0007/", nil, 301, "/adr/0007-x/"},
		{"feed", "GET", "/adr/feed.xml", nil, 200, "<feed"},
		{"not found", "GET", "/nope/", nil, 404, "There is no such page"},
		{"misspelled", "GET", "/adr/0007-xx/", nil, 404, `<a href="/adr/0007-x/">`},
		{"as Markdown", "GET", "/a/index.md", nil, 200, "First text."},
		{"Markdown of no page", "GET", "/nope/index.md", nil, 404, "There is no such page"},
		{"for programs that read", "GET", "/llms.txt", nil, 200, "(a/index.md)"},
		{"icon", "GET", "/favicon.ico", nil, 200, "PNG"},
		{"picture of nothing", "GET", "/static/cards/0123456789abcdef.png", nil, 404, ""},
		{"another host's path", "GET", "//example.com/a", nil, 307, "/example.com/a"},
		{"out of the tree", "GET", "/files/../lockstep.yaml", nil, 307, "/lockstep.yaml"},
		{"a file that no page shows", "GET", "/files/content/secret.txt", nil, 404, ""},
		{"write", "POST", "/a/", nil, 405, ""},
		{"lab", "POST", "/lab/actions/kill", nil, 200, "lab /lab/actions/kill"},
		{"lab from another site", "POST", "/lab/actions/kill", map[string]string{"Origin": "https://evil.example"}, 403, ""},
		{"lab from another site, by fetch metadata", "POST", "/lab/actions/kill", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, ""},
		{"another name for this machine", "GET", "/", map[string]string{"Host": "evil.example"}, 421, ""},
		{"a name that ends like this machine's", "GET", "/", map[string]string{"Host": "evillocalhost"}, 421, ""},
		{"a name that ends like it, with a port", "GET", "/", map[string]string{"Host": "evillocalhost:80"}, 421, ""},
		{"a name that begins like it", "GET", "/", map[string]string{"Host": "localhost.evil.example"}, 421, ""},
		{"an address within a name", "GET", "/", map[string]string{"Host": "127.0.0.1.evil.example"}, 421, ""},
		{"localhost", "GET", "/", map[string]string{"Host": "localhost:1234"}, 200, ""},
		{"a name of this machine", "GET", "/", map[string]string{"Host": "docs.localhost:1234"}, 200, ""},
	} {
		resp, body := ask(t, tt.method, address+tt.path, tt.header)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: %s, want %d", tt.name, resp.Status, tt.status)
		}
		if location := resp.Header.Get("Location"); location != "" {
			body = location
			if location != tt.want {
				t.Errorf("%s leads to %q, want %q", tt.name, location, tt.want)
			}
		}
		if !strings.Contains(body, tt.want) {
			t.Errorf("%s: the answer lacks %q", tt.name, tt.want)
		}
		csp := resp.Header.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", tt.name, resp.Header)
		}
	}
}

// TestServe_play: a page with inputs of the model may compile WebAssembly, and does no
// more than that; another page may not.
func TestServe_play(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\nmodel: [model]\n")
	save(t, dir, "content/index.md", "# Home\n")
	save(t, dir, "model/m.yaml", "inputs:\n  a: {what: an input, value: 1, low: 0.5, high: 2, provenance: assumed}\nformulas:\n  b: {what: twice that, formula: a * 2}\n")
	address := startIn(t, dir)
	answer, body := ask(t, "GET", address+"/model/m/", nil)
	if !strings.Contains(body, "data-play=") {
		t.Skip("the model for the browser is not built: run make build")
	}
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self' 'wasm-unsafe-eval';") || strings.Contains(policy, "inline") {
		t.Errorf("the policy of a page with inputs is %s", policy)
	}
	for _, path := range []string{"/", "/adr/", "/model/sheet.txt"} {
		if answer, _ := ask(t, "GET", address+path, nil); strings.Contains(answer.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("the policy of %s is %s", path, answer.Header.Get("Content-Security-Policy"))
		}
	}
	if answer, body := ask(t, "GET", address+"/model/sheet.txt?1", nil); answer.StatusCode != 200 || !strings.HasPrefix(body, "input\ta\t") || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("the model for the browser: %s, %q", answer.Status, body)
	}
}

// TestServe_meant: no spelling of an address leads to another host, whatever pages
// there are.
func TestServe_meant(t *testing.T) {
	everything := func(string) bool { return true }
	short := map[string]string{"/adr/7/": "/adr/0007-x/", "/away/": "//evil.example/", "/away.html": "//evil.example/", "/old.html": "/a/"}
	for _, tt := range []struct {
		path string
		has  func(string) bool
		want string
	}{
		{"/a", everything, "/a/"},
		{"/a/index.html", everything, "/a/"},
		{"//evil.example/", everything, ""},
		{"//evil.example", everything, ""},
		{`/\evil.example/`, everything, ""},
		{"/adr/7", func(string) bool { return false }, "/adr/0007-x/"},
		{"/away", func(string) bool { return false }, ""},
		{"/away.html", everything, ""},
		{"/old.html", everything, "/a/"},
		{"/nope", func(string) bool { return false }, ""},
	} {
		if got := meant(tt.path, tt.has, short); got != tt.want {
			t.Errorf("%s leads to %q, want %q", tt.path, got, tt.want)
		}
	}
}

func TestServe_caching(t *testing.T) {
	_, address := start(t)
	resp, body := ask(t, "GET", address+"/a/", nil)
	if resp, _ := ask(t, "GET", address+"/a/", map[string]string{"If-None-Match": resp.Header.Get("ETag")}); resp.StatusCode != http.StatusNotModified {
		t.Errorf("a page that the browser has: %s", resp.Status)
	}
	start := strings.Index(body, "static/css/site.")
	path := body[start : start+strings.IndexByte(body[start:], '"')]
	resp, _ = ask(t, "GET", address+"/"+path, map[string]string{"Accept-Encoding": "gzip"})
	if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("stylesheet: %s %v", resp.Status, resp.Header)
	}
	if resp, _ := ask(t, "HEAD", address+"/a/", nil); resp.StatusCode != 200 || resp.ContentLength <= 0 {
		t.Errorf("HEAD: %s, %d bytes", resp.Status, resp.ContentLength)
	}
}

func TestEncoding(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "br",
		"gzip":                    "gzip",
		"br;q=0, gzip;q=0.5":      "gzip",
		"GZIP":                    "gzip",
		"br; q=0.000":             "",
		"*":                       "br",
		"*, br;q=0":               "gzip",
		"identity":                "",
		"":                        "",
		"brotli":                  "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", accept)
		if got := encoding(r); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, got, want)
		}
	}
}

// TestServe_encodings: what arrives is the same in each encoding, and a document
// page keeps its budget.
func TestServe_encodings(t *testing.T) {
	_, address := start(t)
	_, plain := ask(t, "GET", address+"/a/", map[string]string{"Accept-Encoding": "identity"})
	for name, reader := range map[string]func(io.Reader) io.Reader{
		"br": func(r io.Reader) io.Reader { return brotli.NewReader(r) },
		"gzip": func(r io.Reader) io.Reader {
			z, err := gzip.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		resp, packed := ask(t, "GET", address+"/a/", map[string]string{"Accept-Encoding": name})
		data, err := io.ReadAll(reader(strings.NewReader(packed)))
		if err != nil || string(data) != plain || resp.Header.Get("Content-Encoding") != name || len(packed) >= len(plain) {
			t.Errorf("%s: %d bytes of %d, %v, %v", name, len(packed), len(plain), resp.Header, err)
		}
		if !strings.Contains(resp.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: Vary %q", name, resp.Header.Get("Vary"))
		}
	}
}

// TestServe_version: a page says which version of the sources it shows, so that one that
// listens only after a save knows that it is old.
func TestServe_version(t *testing.T) {
	dir, address := start(t)
	version := func() string {
		_, body := ask(t, "GET", address+"/a/", nil)
		_, after, _ := strings.Cut(body, `data-version="`)
		name, _, _ := strings.Cut(after, `"`)
		return name
	}
	first := version()
	save(t, dir, "content/a.md", "# A\n\nAnother text.\n")
	for deadline := time.Now().Add(10 * time.Second); ; {
		if now := version(); now != first && now != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the page says %q before and after a save", first)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", address+eventsPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for scanner := bufio.NewScanner(resp.Body); scanner.Scan(); {
		if told, ok := strings.CutPrefix(scanner.Text(), "data: "); ok && told == version() {
			return
		}
	}
	t.Errorf("the stream tells of no version that the page has, %q", version())
}

// TestServe_reload: a save is told to the browser, and the page then shows it;
// an error in the source shows where it is, and goes away with it.
func TestServe_reload(t *testing.T) {
	dir, address := start(t)
	resp, err := http.Get(address + eventsPath)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := make(chan string, 100)
	go func() {
		for scanner := bufio.NewScanner(resp.Body); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	awaitReload := func() {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for {
			select {
			case line := <-lines:
				if line == "event: reload" {
					return
				}
			case <-deadline:
				t.Fatal("no reload within 10 s")
			}
		}
	}
	if line := <-lines; !strings.HasPrefix(line, "retry:") {
		t.Fatalf("the stream begins with %q", line)
	}
	for _, step := range []struct {
		text   string
		status int
		want   string
	}{
		{"# A\n\nSecond text.\n", 200, "Second text."},
		{"# A\n\nSee [b](b.md).\n", 200, "content/a.md:3"},
		{"# A\n\nThird text.\n", 200, "Third text."},
		{"---\ntitle: a: b\n---\n", 200, "content/a.md:2"},
		{"# A\n\nLast text.\n", 200, "Last text."},
	} {
		save(t, dir, "content/a.md", step.text)
		// A save may be seen as several changes, so the page is asked until it
		// shows the last one.
		for deadline := time.Now().Add(10 * time.Second); ; {
			awaitReload()
			resp, body := ask(t, "GET", address+"/a/", nil)
			body = strings.ReplaceAll(strings.ReplaceAll(body, "<code>", ""), "</code>", "")
			if resp.StatusCode == step.status && strings.Contains(body, step.want) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("after %q: %s, the page lacks %q", step.text, resp.Status, step.want)
			}
		}
		if resp, _ := ask(t, "GET", address+"/", nil); resp.StatusCode >= 500 && step.status == 200 {
			t.Errorf("another page: %s", resp.Status)
		}
	}
}

// TestServe_new_folder: texts in a folder that did not exist are seen, and so is
// what an editor does that saves by renaming.
func TestServe_new_folder(t *testing.T) {
	dir, address := start(t)
	eventually := func(path string, status int, want string) {
		t.Helper()
		var resp *http.Response
		var body string
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
			if resp, body = ask(t, "GET", address+path, nil); resp.StatusCode == status && strings.Contains(body, want) {
				return
			}
		}
		t.Fatalf("%s: %s, want %d with %q", path, resp.Status, status, want)
	}
	save(t, dir, "content/part/deep/new.md", "# New\n\nFirst.\n")
	eventually("/part/deep/new/", 200, "First.")
	save(t, dir, "content/part/deep/new.md.tmp", "# New\n\nRenamed into place.\n")
	if err := os.Rename(filepath.Join(dir, "content/part/deep/new.md.tmp"), filepath.Join(dir, "content/part/deep/new.md")); err != nil {
		t.Fatal(err)
	}
	eventually("/part/deep/new/", 200, "Renamed into place.")
	if err := os.RemoveAll(filepath.Join(dir, "content/part")); err != nil {
		t.Fatal(err)
	}
	eventually("/part/deep/new/", 404, "")
	save(t, dir, "lockstep.yaml", "strict: true\ntitle: Another name\ncontent: [content]\nadr: [adr]\n")
	eventually("/a/", 200, "Another name")
	save(t, dir, "more/part/x.md", "# X\n\nBefore.\n")
	save(t, dir, "lockstep.yaml", "strict: true\ntitle: Another name\ncontent: [content, more]\nadr: [adr]\n")
	eventually("/part/x/", 200, "Before.")
	save(t, dir, "more/part/x.md", "# X\n\nFrom a folder that a configuration brought.\n")
	eventually("/part/x/", 200, "From a folder that a configuration brought.")
}

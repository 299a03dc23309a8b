package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/frame"
)

// laboratory is startLab behind a server, and a reader who has the page open.
type laboratory struct {
	*labParts
	t      *testing.T
	server *httptest.Server
}

func openLab(t *testing.T, binary, dir string) *laboratory {
	t.Helper()
	parts, err := startLab(t.Context(), labOptions{Data: dir, Logger: slog.New(slog.DiscardHandler), Executable: binary})
	if err != nil {
		t.Fatal(err)
	}
	l := &laboratory{parts, t, httptest.NewServer(parts.Handler)}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		l.server.Close()
	})
	return l
}

var testid = regexp.MustCompile(`data-testid="([a-z-]+)">([^<]*)<`)

// figures are the values on the page by their data-testid.
func (l *laboratory) figures() map[string]string {
	figures := map[string]string{}
	for _, found := range testid.FindAllStringSubmatch(string(l.Live()), -1) {
		figures[found[1]] = found[2]
	}
	return figures
}

func figure(text string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(strings.TrimSuffix(text, " ms"), ",", ""))
	return n
}

// until waits for the page to say what is wanted.
func (l *laboratory) until(what string, is func(map[string]string) bool) map[string]string {
	l.t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		figures := l.figures()
		if is(figures) {
			return figures
		}
		select {
		case <-tick.C:
		case <-deadline:
			l.t.Fatalf("%s: not within a minute: %v\n%s", what, figures, l.Live())
		}
	}
}

func (l *laboratory) act(action, fields string) (status int, body string) {
	l.t.Helper()
	request, err := http.NewRequest(http.MethodPost, l.server.URL+"/lab/actions/"+action, strings.NewReader(fields))
	if err != nil {
		l.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// TestLab breaks three real processes through the page's own buttons.
func TestLab(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "lockstep")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	dir := filepath.Join(t.TempDir(), "lab")
	l := openLab(t, binary, dir)
	if page := string(l.Live()); !strings.Contains(page, "The cluster is starting") {
		t.Errorf("before the cluster is up the page says:\n%s", page)
	}

	// Somebody looks, so the load runs.
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.server.URL+"/lab/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, stream.Body)
	l.until("load", func(f map[string]string) bool { return figure(f["acknowledged"]) > 50 })
	manyReaders(t, l)
	packedReader(t, l)

	for _, strike := range []string{"kill-leader", "pause-leader", "cut-leader"} {
		before := l.until("leader", func(f map[string]string) bool { return f["leader"] != "none" })
		failures := strings.Count(string(l.Live()), `id="failure-`)
		if status, body := l.act(strike, ""); status != http.StatusOK {
			t.Fatalf("%s: %d %s", strike, status, body)
		}
		after := l.until(strike, func(f map[string]string) bool {
			page := string(l.Live())
			return f["leader"] != "none" && f["leader"] != before["leader"] && figure(f["last-window"]) > 0 &&
				strings.Count(page, `id="failure-`) > failures && !strings.Contains(page, `class="open"`)
		})
		t.Logf("%s: from %s to %s, window %s", strike, before["leader"], after["leader"], after["last-window"])
		l.until("writes", func(f map[string]string) bool {
			return figure(f["acknowledged"]) > figure(after["acknowledged"])+50
		})
		// A killed node may be back by itself already, then there is nothing to heal.
		if status, body := l.act("heal", ""); status != http.StatusOK && status != http.StatusConflict {
			t.Fatalf("heal: %d %s", status, body)
		}
		l.until("all back", func(map[string]string) bool { return strings.Contains(string(l.Live()), "All 3 nodes take part") })
	}
	if status, body := l.act("heal", ""); status != http.StatusConflict || !strings.Contains(body, "nothing is broken") {
		t.Errorf("heal again: %d %s", status, body)
	}
	if status, body := l.act("restart", "node=n9"); status != http.StatusConflict || !strings.Contains(body, "n9") {
		t.Errorf("restart a stranger: %d %s", status, body)
	}
	if status, body := l.act("stop", ""); status != http.StatusOK {
		t.Errorf("stop: %d %s", status, body)
	}
	f := l.until("everything read back", func(f map[string]string) bool {
		return strings.Contains(string(l.Live()), "of "+f["acknowledged"]+" read back")
	})
	for _, id := range []string{"lost", "duplicated", "reordered"} {
		if f[id] != "0" {
			t.Errorf("%s = %s", id, f[id])
		}
	}

	// What is judged is forgotten, so that a server can go on for days.
	for range 2 {
		l.until("a verdict", func(map[string]string) bool {
			status, _ := l.act("judge", "")
			return status == http.StatusOK
		})
	}
	l.until("what was judged before", func(map[string]string) bool {
		return strings.Contains(string(l.Live()), "had been judged before, for good")
	})

	// A second server on the same folder must leave the first alone, and say so.
	second := openLab(t, binary, dir)
	second.until("reason", func(map[string]string) bool { return strings.Contains(string(second.Live()), "in use") })
	if status, _ := second.act("kill-leader", ""); status != http.StatusServiceUnavailable {
		t.Errorf("kill without a cluster: %d", status)
	}

	members, err := cluster.ReadMembers(dir)
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	for _, m := range members {
		if connection, err := http.Get("http://" + m.HTTP + "/healthz"); err == nil {
			connection.Body.Close()
			t.Errorf("%s (pid %d) outlives the laboratory", m.ID, m.PID)
		}
	}
	if err := emptyLab(dir); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 || filepath.Base(left[0]) != "lock" {
		t.Errorf("an emptied laboratory holds %v", left)
	}
}

// TestLabNodeEnv: nodes take what the laboratory says that they retain, which is as much
// as its judge may come to read again in one lane, and more.
func TestLabNodeEnv(t *testing.T) {
	for _, variable := range labNodeEnv() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	var out, errs strings.Builder
	code := run(t.Context(), []string{"node", "--print-config"}, strings.NewReader(""), &out, &errs)
	want := regexp.MustCompile(fmt.Sprintf(`(?m)^retain: '%d' +# LOCKSTEP_NODE_RETAIN$`, labRetain))
	if code != 0 || !want.MatchString(out.String()) {
		t.Errorf("exit code %d, no %s in\n%s%s", code, want, out.String(), errs.String())
	}
	if lanes := len(frame.Lanes); labRetain <= labHeld/lanes {
		t.Errorf("nodes retain %d messages; the judge of one lane of %d may read %d", labRetain, lanes, labHeld/lanes)
	}
}

// TestEmptyLab removes a laboratory's data and nobody else's.
func TestEmptyLab(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"n1/raft.db", "notes.txt", "n1-mine/file"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := emptyLab(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"n1": false, "notes.txt": true, "n1-mine/file": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}

func TestAllowFaults(t *testing.T) {
	for _, tt := range []struct {
		remote, forwarded string
		everybody, want   bool
	}{
		{"127.0.0.1:999", "", false, true},
		{"[::1]:999", "", false, true},
		{"192.0.2.7:999", "", false, false},
		{"127.0.0.1:999", "192.0.2.7", false, false},
		{"garbage", "", false, false},
		{"192.0.2.7:999", "", true, true},
	} {
		r := httptest.NewRequest(http.MethodPost, "/lab/actions/heal", nil)
		r.RemoteAddr = tt.remote
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if err := allowFaults(tt.everybody)(r); (err == nil) != tt.want {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

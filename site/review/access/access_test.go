package access

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCan is the table of who may do what, to their own things and to others'.
func TestCan(t *testing.T) {
	const table = `
read            yes yes yes yes yes | yes yes yes yes yes
open-thread     no  no  yes yes yes | no  no  yes yes yes
reply           no  no  yes yes yes | no  no  yes yes yes
suggest         no  no  yes yes yes | no  no  yes yes yes
edit-comment    no  no  yes yes yes | no  no  no  no  no
redact-comment  no  no  yes yes yes | no  no  no  no  yes
resolve         no  no  yes yes yes | no  no  no  yes yes
reopen          no  no  yes yes yes | no  no  no  yes yes
relink          no  no  yes yes yes | no  no  no  yes yes
apply           no  no  no  no  yes | no  no  no  no  yes
verdict         no  no  no  yes yes | no  no  no  yes yes
invite          no  no  no  no  yes | no  no  no  no  yes`
	seen := 0
	for line := range strings.Lines(strings.TrimSpace(table)) {
		words := strings.Fields(strings.ReplaceAll(line, "|", ""))
		verb := Verb(words[0])
		seen++
		for i, want := range words[1:] {
			who, object := Actor{}, Object{Author: "test:other"}
			if i%5 > 0 {
				who = Actor{ID: "test:me", Role: Role(i%5 - 1)}
			}
			if i < 5 {
				object.Author = who.ID
			}
			if err := Can(who, verb, object); (err == nil) != (want == "yes") {
				t.Errorf("%s by %v (%d) to %+v: %v, want %s", verb, who.Role, i, object, err, want)
			} else if err != nil && !errors.Is(err, ErrForbidden) && !errors.Is(err, ErrSignIn) {
				t.Errorf("%s: %v is neither ErrForbidden nor ErrSignIn", verb, err)
			}
		}
	}
	if seen != len(Verbs) {
		t.Errorf("the table has %d verbs of %d", seen, len(Verbs))
	}
	if Can(Actor{ID: "x", Role: Maintainer}, "fly", Object{}) == nil {
		t.Error("a verb that nobody knows is allowed")
	}
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// doorway is a door behind a real listener, with a page that says who is there.
func doorway(t *testing.T) (*Sessions, *clock, *httptest.Server, string) {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	store, err := OpenStore(dir, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	d := &Sessions{Store: store}
	mux := http.NewServeMux()
	mux.Handle("/", d.Handler())
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		who, err := d.Identify(r)
		fmt.Fprintf(w, "%s %s %v", who.ID, who.Role, err)
	})
	server := httptest.NewServer(http.NewCrossOriginProtection().Handler(mux))
	t.Cleanup(server.Close)
	return d, c, server, dir
}

func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func ask(t *testing.T, client *http.Client, method, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var b strings.Builder
	if _, err := fmt.Fprint(&b, answer.Header.Get("Location")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64<<10)
	n, _ := answer.Body.Read(buf)
	return answer.StatusCode, b.String() + string(buf[:n])
}

// TestInvitation_page: a link leads to the page that it was made for.
func TestInvitation_page(t *testing.T) {
	d, _, server, _ := doorway(t)
	for path, want := range map[string]string{"/adr/0001-log/": "/adr/0001-log/", "": "/reviews/"} {
		token, _, err := d.Store.InviteTo(path, "Ada", "", Reviewer, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if status, to := ask(t, browser(t), "POST", server.URL+"/invite/"+token); status != 303 || to != want {
			t.Errorf("made for %q, it leads to %q (%d)", path, to, status)
		}
	}
}

func TestInvitation(t *testing.T) {
	d, c, server, dir := doorway(t)
	token, invited, err := d.Store.Invite("Ada <b>", "", Reviewer, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, _ error) error {
		if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data)+path, token) {
			t.Errorf("%s holds the token", path)
		}
		return nil
	})
	link := server.URL + "/invite/" + token
	first := browser(t)
	for range 3 { // looking does not use it up
		if status, page := ask(t, first, "GET", link); status != 200 || strings.Contains(page, "<b>") {
			t.Fatalf("look: %d %s", status, page)
		}
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	in := 0
	clients := []*http.Client{first, browser(t), browser(t), browser(t)}
	for _, client := range clients {
		wait.Go(func() {
			if status, _ := ask(t, client, "POST", link); status == 303 {
				mu.Lock()
				in++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if in != 1 {
		t.Fatalf("%d browsers came in with one link", in)
	}
	var inside *http.Client
	for _, client := range clients {
		if _, who := ask(t, client, "GET", server.URL+"/who"); strings.HasPrefix(who, "invite:"+invited.ID+" reviewer") {
			inside = client
		}
	}
	if inside == nil {
		t.Fatal("nobody is inside")
	}
	c.add(11 * time.Hour)
	if _, who := ask(t, inside, "GET", server.URL+"/who"); !strings.HasPrefix(who, "invite:") {
		t.Errorf("after 11 h: %s", who)
	}
	c.add(13 * time.Hour)
	if _, who := ask(t, inside, "GET", server.URL+"/who"); strings.HasPrefix(who, "invite:") {
		t.Errorf("idle for 13 h: %s", who)
	}

	expired, _, _ := d.Store.Invite("Bob", "", Commenter, time.Hour)
	c.add(2 * time.Hour)
	if status, _ := ask(t, browser(t), "POST", server.URL+"/invite/"+expired); status != 410 {
		t.Errorf("expired: %d", status)
	}
	gone, i, _ := d.Store.Invite("Eve", "", Commenter, time.Hour)
	eve := browser(t)
	ask(t, eve, "POST", server.URL+"/invite/"+gone)
	if err := d.Store.Revoke(i.ID); err != nil {
		t.Fatal(err)
	}
	if _, who := ask(t, eve, "GET", server.URL+"/who"); strings.HasPrefix(who, "invite:") {
		t.Errorf("revoked: %s", who)
	}
	if status, _ := ask(t, browser(t), "POST", server.URL+"/invite/"+strings.Repeat("A", 43)); status != 410 {
		t.Errorf("made up: %d", status)
	}
}

// TestSession_fixation: a session that somebody else put into the browser is not
// the one that a person gets.
func TestSession_fixation(t *testing.T) {
	d, c, server, _ := doorway(t)
	one, _, _ := d.Store.Invite("Mallory", "", Commenter, time.Hour)
	two, _, _ := d.Store.Invite("Ada", "", Reviewer, time.Hour)
	client := browser(t)
	ask(t, client, "POST", server.URL+"/invite/"+one)
	base, _ := http.NewRequest("GET", server.URL, nil)
	before := client.Jar.Cookies(base.URL)[0].Value
	ask(t, client, "POST", server.URL+"/invite/"+two)
	if after := client.Jar.Cookies(base.URL)[0].Value; after == before {
		t.Error("the session stayed the same")
	}
	if _, err := d.Store.Session(before); err == nil {
		t.Error("the old session still works")
	}
	if status, _ := ask(t, client, "POST", server.URL+"/sign-out"); status != 303 {
		t.Errorf("sign-out: %d", status)
	}
	if _, who := ask(t, client, "GET", server.URL+"/who"); strings.HasPrefix(who, "invite:") {
		t.Errorf("signed out: %s", who)
	}
	token, _ := d.Store.begin(Actor{ID: "x", Name: "X", Role: Reader}, "")
	for range 8 * 24 / 6 {
		d.Store.Session(token)
		c.add(6 * time.Hour)
	}
	if _, err := d.Store.Session(token); err == nil {
		t.Error("a session in use lasts longer than seven days")
	}
}

// TestToken: a token works until it expires, from the header alone, and the disk
// does not give it away.
func TestToken(t *testing.T) {
	d, c, _, _ := doorway(t)
	token, made, err := d.Store.NewToken("CI", Commenter, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	request := func(header, value string) *http.Request {
		r, _ := http.NewRequest("GET", "http://x/", nil)
		r.Header.Set(header, value)
		return r
	}
	who, err := d.Identify(request("Authorization", "Bearer "+token))
	if err != nil || who.ID != "token:"+made.ID || who.Name != "CI" || who.Role != Commenter {
		t.Errorf("%+v %v", who, err)
	}
	if Can(who, GiveVerdict, Object{}) == nil || Can(who, OpenThread, Object{}) != nil {
		t.Error("a commenter's token may judge, or may not comment")
	}
	for _, r := range []*http.Request{request("Authorization", "Bearer "+made.ID), request("Authorization", "Bearer "), request("Cookie", d.cookie()+"="+token)} {
		if who, err := d.Identify(r); err == nil && strings.HasPrefix(who.ID, "token:") {
			t.Errorf("%v: %+v", r.Header, who)
		}
	}
	filepath.WalkDir(d.Store.dir, func(path string, e fs.DirEntry, err error) error {
		if data, err := os.ReadFile(path); strings.Contains(path, token) || err == nil && strings.Contains(string(data), token) {
			t.Errorf("%s gives the token away", path)
		}
		return nil
	})
	c.add(time.Hour)
	if _, err := d.Identify(request("Authorization", "Bearer "+token)); err == nil {
		t.Error("it works after it has expired")
	}
}

func TestProxy(t *testing.T) {
	for _, bad := range [][]string{nil, {"10.0.0.0/33"}, {"10.0.0"}, {"0.0.0.0/0"}, {"::/0"}, {"10.0.0.0/8", "typo"}} {
		if _, err := NewProxy("X-Forwarded-User", bad, Reviewer); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	if _, err := NewProxy("X User", []string{"10.0.0.1"}, Reviewer); err == nil {
		t.Error("a header with a space is accepted")
	}
	p, err := NewProxy("x-forwarded-user", []string{"10.0.0.0/8", "::1"}, Reviewer)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from   string
		header []string
		want   string
	}{
		{"10.1.2.3:99", []string{"ada"}, "proxy:ada"},
		{"[::1]:99", []string{"ada"}, "proxy:ada"},
		{"[::ffff:10.1.2.3]:99", []string{"ada"}, "proxy:ada"},
		{"11.1.2.3:99", []string{"ada"}, ""},
		{"10.1.2.3:99", nil, ""},
		{"10.1.2.3:99", []string{"ada", "root"}, ""},
		{"10.1.2.3:99", []string{" "}, ""},
		{"nonsense", []string{"ada"}, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-User"] = tt.from, tt.header
		r.Header.Set("X-Forwarded-For", "10.0.0.1")
		if who, _ := p.Identify(r); who.ID != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.from, tt.header, who.ID, tt.want)
		}
	}
}

func TestLocal(t *testing.T) {
	l := Local{Name: "Ada", Email: "Ada@Example.org"}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:5"
	if who, err := l.Identify(r); err != nil || who.ID != "local:ada@example.org" || !who.Local {
		t.Errorf("%+v %v", who, err)
	}
	r.RemoteAddr = "192.0.2.1:5"
	if who, err := l.Identify(r); err == nil {
		t.Errorf("from elsewhere: %+v", who)
	}
	for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		for _, value := range []string{"192.0.2.1", "127.0.0.1", ""} {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = "127.0.0.1:5"
			r.Header.Set(header, value)
			if who, err := l.Identify(r); err == nil {
				t.Errorf("through a proxy on this machine, %s: %q: %+v", header, value, who)
			}
		}
	}
}

// TestLocal_start: a browser that has opened the printed address is known, also to the
// next run of the server, and no other is.
func TestLocal_start(t *testing.T) {
	file := filepath.Join(t.TempDir(), "start")
	open := func(port string) *Sessions {
		start, err := OpenStart(file, port)
		if err != nil {
			t.Fatal(err)
		}
		return &Sessions{Local: &Local{Name: "Ada", Start: start}}
	}
	get := func(s *Sessions, path string, cookies []*http.Cookie) *http.Response {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "127.0.0.1:5"
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Result()
	}
	known := func(s *Sessions, cookies []*http.Cookie) bool {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:5"
		for _, c := range cookies {
			r.AddCookie(c)
		}
		_, err := s.Identify(r)
		return err == nil
	}
	first := open("8080")
	answer := get(first, first.Local.Start.Path(), nil)
	cookies := answer.Cookies()
	if answer.StatusCode != 303 || answer.Header.Get("Location") != "/" || len(cookies) != 1 || !cookies[0].HttpOnly {
		t.Fatalf("%d %v %v", answer.StatusCode, answer.Header, cookies)
	}
	second := open("8080")
	if !known(first, cookies) || !known(second, cookies) {
		t.Error("the browser that has opened it is not known, or not after a restart")
	}
	if known(first, nil) || known(first, []*http.Cookie{{Name: cookies[0].Name, Value: ""}}) || known(first, []*http.Cookie{{Name: cookies[0].Name, Value: first.Local.Start.token}}) {
		t.Error("a browser is known that has not opened it")
	}
	if answer := get(second, first.Local.Start.Path(), nil); answer.StatusCode != 403 || len(answer.Cookies()) > 0 {
		t.Errorf("the address of an earlier run: %d", answer.StatusCode)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the secret: %v %v", info.Mode(), err)
	}
	file = filepath.Join(t.TempDir(), "start")
	if known(open("8080"), cookies) {
		t.Error("the cookie is good for another server")
	}
}

type someone string

func (s someone) Identify(r *http.Request) (Actor, error) {
	return Actor{ID: r.Header.Get("Who"), Name: string(s)}, nil
}

func TestLimits(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	l := &Limits{Who: someone("x"), Now: c.Now, Person: Rate{1, 3}, Network: Rate{100, 1000}, Everybody: Rate{1e6, 1e6}, MaxBuckets: 1000}
	h := l.Limit(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	status := func(method, who, from string) (int, string) {
		r := httptest.NewRequest(method, "/", nil)
		r.RemoteAddr = from + ":1"
		r.Header.Set("Who", who)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Retry-After")
	}
	for i := range 3 {
		if code, _ := status("POST", "ada", "192.0.2.1"); code != 204 {
			t.Fatalf("write %d: %d", i, code)
		}
	}
	if code, after := status("POST", "ada", "198.51.100.1"); code != 429 || after != "1" {
		t.Errorf("one too many, from another address: %d, Retry-After %q", code, after)
	}
	if code, _ := status("GET", "ada", "192.0.2.1"); code != 204 {
		t.Errorf("reading: %d", code)
	}
	if code, _ := status("POST", "bob", "192.0.2.1"); code != 204 {
		t.Errorf("somebody else: %d", code)
	}
	c.add(time.Second)
	if code, _ := status("POST", "ada", "192.0.2.1"); code != 204 {
		t.Errorf("a second later: %d", code)
	}
	if network(netip.MustParseAddr("2001:db8:1:2::3")) != network(netip.MustParseAddr("2001:db8:1:ffff::9")) {
		t.Error("an IPv6 /48 is not one network")
	}
}

// TestLimits_memory: a million names cost no more than MaxBuckets of them.
func TestLimits_memory(t *testing.T) {
	l := DefaultLimits(someone("x"))
	l.Everybody = Rate{1e9, 1e9}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := httptest.NewRequest("POST", "/", nil)
	for i := range 1_000_000 {
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.1:1", i>>8&255, i&255)
		r.Header.Set("Who", fmt.Sprint(i))
		l.wait(r)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 || len(l.buckets.byKey) > l.MaxBuckets {
		t.Errorf("%d buckets, %d bytes", len(l.buckets.byKey), grown)
	}
	runtime.KeepAlive(l)
}

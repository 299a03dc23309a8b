//go:build !js

package httpapi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
)

// authority signs certificates for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, file: filepath.Join(t.TempDir(), "ca.pem")}
	a.cert = &x509.Certificate{Subject: pkix.Name{CommonName: rand.Text()}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	made := a.issue(time.Hour, a.cert)
	a.cert, a.key = made.Leaf, made.PrivateKey.(*ecdsa.PrivateKey)
	a.write(a.file, "CERTIFICATE", made.Certificate[0])
	return a
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// issue signs what is valid for so long.
func (a *authority) issue(lives time.Duration, c *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-2*time.Hour), time.Now().Add(lives)
	signs := a.key
	if signs == nil {
		signs = key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, signs)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// client is a certificate that has these names: uri:, dns: or cn: and the name.
func (a *authority) client(lives time.Duration, names ...string) tls.Certificate {
	a.t.Helper()
	c := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for _, name := range names {
		switch kind, name, _ := strings.Cut(name, ":"); kind {
		case "uri":
			u, err := url.Parse(name)
			if err != nil {
				a.t.Fatal(err)
			}
			c.URIs = append(c.URIs, u)
		case "dns":
			c.DNSNames = append(c.DNSNames, name)
		default:
			c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: []int{2, 5, 4, 3}, Value: name})
		}
	}
	return a.issue(lives, c)
}

// secureAPI is an API behind the listener that lockstep node has for it with
// --http-client-ca.
type secureAPI struct {
	*httptest.Server
	t       *testing.T
	node    *node.Node
	clients *authority
	path    string
	access  *access.File
}

// certLines has a line for a certificate of each kind and role, and one token.
const certLines = "read the-read cert:uri:spiffe://example.org/reader\nwrite the-write cert:dns:Writer.example\noperate the-operate cert:cn:operator\n"

func secure(t *testing.T) *secureAPI {
	t.Helper()
	s := &secureAPI{t: t, clients: newAuthority(t), path: filepath.Join(t.TempDir(), "access"), node: openAlone(t, nil)}
	s.lines(certLines)
	var err error
	if s.access, err = access.Open(s.path, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	nodes, dir := newAuthority(t), t.TempDir()
	own := nodes.issue(time.Hour, &x509.Certificate{DNSNames: []string{"n1"}})
	secret, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	files := node.TLSFiles{Cert: filepath.Join(dir, "n1.pem"), Key: filepath.Join(dir, "n1.key"), CA: nodes.file, ClientCA: s.clients.file}
	nodes.write(files.Cert, "CERTIFICATE", own.Certificate[0])
	nodes.write(files.Key, "PRIVATE KEY", secret)
	network, err := node.OpenTLS(files, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewUnstartedServer(nil)
	s.Config = answers(t, s.node, func(c *Config) { c.Access, c.AllowFaults = s.access, true }).Server()
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	s.Listener = tls.NewListener(s.Listener, network.ServerConfig())
	s.Start()
	s.URL = strings.Replace(s.URL, "http:", "https:", 1)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// lines writes the access file, with the token "read" beside.
func (s *secureAPI) lines(certificates string) {
	s.t.Helper()
	line, err := access.Line(access.Read, "the-token", "read")
	if err == nil {
		err = os.WriteFile(s.path, []byte(certificates+line+"\n"), 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// by is a transport that shows certificates; it shows them whatever the node asks for.
func (s *secureAPI) by(shows ...tls.Certificate) *http.Transport {
	to := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, // it is the node's that is asked for elsewhere
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &append(shows, tls.Certificate{})[0], nil
		}}}
	s.t.Cleanup(to.CloseIdleConnections)
	return to
}

func (s *secureAPI) ask(ctx context.Context, to *http.Transport, method, path, body, token string) (*http.Response, error) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return to.RoundTrip(r)
}

// said asks for what has an end, and gives its status, and the problem if it is one.
func (s *secureAPI) said(to *http.Transport, method, path, body, token string) (status int, p api.Problem) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	answer, err := s.ask(ctx, to, method, path, body, token)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		if err := json.NewDecoder(answer.Body).Decode(&p); err != nil {
			s.t.Fatal(err)
		}
	} else if !strings.HasSuffix(path, "/events") {
		io.Copy(io.Discard, answer.Body)
	}
	return answer.StatusCode, p
}

// TestCertificate_matrix: every route answers to the certificates of the roles that include
// its own, and to no other; who is nobody is told how to mend that.
func TestCertificate_matrix(t *testing.T) {
	s := secure(t)
	fill := strings.NewReplacer("{conversation}", "room", "{member}", "n9", "{shard}", "0")
	for _, tt := range []struct {
		who   string
		role  access.Role
		says  string // to one who is nobody
		shows []tls.Certificate
	}{
		{"reader", access.Read, "", []tls.Certificate{s.clients.client(time.Hour, "uri:spiffe://example.org/reader", "dns:writer.example", "cn:operator")}},
		{"writer", access.Write, "", []tls.Certificate{s.clients.client(time.Hour, "dns:WRITER.example", "cn:operator")}},
		{"operator", access.Operate, "", []tls.Certificate{s.clients.client(time.Hour, "cn:operator")}},
		{"none", access.Nobody, "this needs a token with the role ", nil},
		{"unknown", access.Nobody, "has no line ROLE NAME cert:cn:somebody", []tls.Certificate{s.clients.client(time.Hour, "cn:somebody")}},
		{"of another kind", access.Nobody, "has no line ROLE NAME cert:dns:operator", []tls.Certificate{s.clients.client(time.Hour, "dns:operator")}},
		{"of two names", access.Nobody, "it has 2 DNS names", []tls.Certificate{s.clients.client(time.Hour, "dns:writer.example", "dns:other.example")}},
	} {
		to := s.by(tt.shows...)
		for route, need := range needs {
			method, path, _ := strings.Cut(fill.Replace(route), " ")
			status, p := s.said(to, method, path, "{}", "")
			want := 0 // the route's own answer
			switch {
			case need == access.Nobody, path == "/metrics": // at this machine
			case tt.role == access.Nobody:
				want = 401
			case tt.role < need:
				want = 403
			}
			refused := p.Type == "urn:lockstep:unauthorized" || p.Type == "urn:lockstep:role" || p.Type == "urn:lockstep:operator"
			if refused != (want != 0) || refused && status != want {
				t.Errorf("%s by %s: %d %+v, want %d", route, tt.who, status, p, want)
			}
			if want == 401 && !strings.Contains(p.Detail, tt.says) || want == 403 && !strings.Contains(p.Detail, "the certificate of the-"+tt.role.String()+" has the role") {
				t.Errorf("%s by %s: %q", route, tt.who, p.Detail)
			}
		}
	}
}

// TestCertificate_refused: a certificate that is not good ends the connection before
// anything is asked.
func TestCertificate_refused(t *testing.T) {
	s := secure(t)
	for name, shown := range map[string]tls.Certificate{
		"another authority": newAuthority(t).client(time.Hour, "cn:operator"),
		"expired":           s.clients.client(-time.Hour, "cn:operator"),
		"for servers":       s.clients.issue(time.Hour, &x509.Certificate{Subject: pkix.Name{CommonName: "operator"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}),
	} {
		if answer, err := s.ask(t.Context(), s.by(shown), "GET", "/v1/status", "", ""); err == nil {
			answer.Body.Close()
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
}

// TestCertificate_beside: tokens go on where certificates are asked for, and who shows both
// is who the token says, or nobody. Quotas tell them apart.
func TestCertificate_beside(t *testing.T) {
	s := secure(t)
	writer := s.clients.client(time.Hour, "dns:writer.example")
	for _, tt := range []struct {
		shows []tls.Certificate
		token string
		want  int
	}{{nil, "read", 200}, {nil, "wrong", 401}, {[]tls.Certificate{writer}, "", 200}, {[]tls.Certificate{writer}, "wrong", 401}} {
		if status, p := s.said(s.by(tt.shows...), "GET", "/v1/status", "", tt.token); status != tt.want {
			t.Errorf("%d certificates and the token %q: %d %+v", len(tt.shows), tt.token, status, p)
		}
	}
	if status, p := s.said(s.by(writer), "POST", "/v1/conversations/room/messages", "{}", "read"); status != 403 || !strings.Contains(p.Detail, "the token of the-token") {
		t.Errorf("a writer's certificate and a reader's token: %d %+v", status, p)
	}
	for want, shown := range map[string]*access.Grant{"certificate the-write": s.access.Certificate("dns:writer.example"), "token the-token": s.access.Grant("read")} {
		if got := clientOf(context.WithValue(t.Context(), askerKey{}, &asker{Grant: shown}), "10.0.0.1:1"); got != want {
			t.Errorf("for quotas it is %q, want %q", got, want)
		}
	}
	if s.access.Grant("dns:writer.example") != nil || s.access.Grant("cert:dns:writer.example") != nil {
		t.Error("what a certificate is called is a token")
	}
}

// TestCertificate_unverified: what a listener has not verified is as good as nothing.
func TestCertificate_unverified(t *testing.T) {
	s := secure(t)
	r := httptest.NewRequest("GET", "/v1/status", nil)
	r.Host = "localhost"
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{s.clients.client(time.Hour, "cn:operator").Leaf}}
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, r)
	if w.Code != 401 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestCertificate_revoked: what was begun with a certificate ends when its line is taken
// out: followers at once, streams of messages at their next line.
func TestCertificate_revoked(t *testing.T) {
	s := secure(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	events, err := s.ask(ctx, s.by(s.clients.client(time.Hour, "uri:spiffe://example.org/reader")), "GET", "/v1/conversations/room/events", "", "")
	if err != nil || events.StatusCode != 200 {
		t.Fatalf("%v: %v", events, err)
	}
	defer events.Body.Close()
	to := s.by(s.clients.client(time.Hour, "dns:writer.example"))
	say := saying(t, ctx, to, s.URL, "")
	if p := say("1"); p.Status != 0 {
		t.Fatalf("before: %+v", p)
	}
	s.lines("operate the-operate cert:cn:operator\n")
	s.access.Reload()
	if _, err := io.Copy(io.Discard, events.Body); err != nil {
		t.Errorf("the follower: %v", err)
	}
	if p := say("2"); p.Status != 401 || !strings.Contains(p.Detail, "the certificate of the-write was taken out") {
		t.Errorf("the line after: %+v", p)
	}
	if status, _ := s.said(to, "GET", "/v1/status", "", ""); status != 401 {
		t.Errorf("a request after: %d", status)
	}
	if status, _ := s.said(s.by(s.clients.client(time.Hour, "cn:operator")), "GET", "/v1/status", "", ""); status != 200 {
		t.Errorf("whose line stayed: %d", status)
	}
}

// TestCertificate_expires: on a connection that was made in time a follower is sent away
// when the certificate ends, and a request after that is refused and ends the connection,
// so that the next one can show a new certificate.
func TestCertificate_expires(t *testing.T) {
	s := secure(t)
	shown := s.clients.client(6*time.Second, "dns:writer.example")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	events, err := s.ask(ctx, s.by(shown), "GET", "/v1/conversations/room/events", "", "")
	if err != nil || events.StatusCode != 200 {
		t.Fatalf("%v: %v", events, err)
	}
	defer events.Body.Close()
	say := saying(t, ctx, s.by(shown), s.URL, "")
	to := s.by(shown)
	reused := false
	again := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused }})
	if answer, err := s.ask(again, to, "GET", "/v1/status", "", ""); err != nil || answer.StatusCode != 200 {
		t.Fatalf("%v: %v", answer, err)
	} else {
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	if _, err := io.Copy(io.Discard, events.Body); err != nil {
		t.Errorf("the follower: %v", err)
	}
	if early := time.Until(shown.Leaf.NotAfter); early > 0 {
		t.Errorf("the follower ended %s before the certificate", early)
	} else if early < -3*time.Second {
		t.Errorf("the follower ended %s after the certificate", -early)
	}
	answer, err := s.ask(again, to, "GET", "/v1/status", "", "")
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if answer.StatusCode != 401 || !reused || !answer.Close || !strings.Contains(string(said), "has expired at") {
		t.Errorf("after the end, on the same connection %t: %s %s, closed %t", reused, answer.Status, said, answer.Close)
	}
	if p := say("1"); p.Status != 401 {
		t.Errorf("a line after the end: %+v", p)
	}
}

//go:build !js

package node

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority signs certificates for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, cert: cert, key: key, file: filepath.Join(t.TempDir(), "ca.pem")}
	writePEM(t, a.file, "CERTIFICATE", der)
	return a
}

// issue writes a certificate for a node into a folder.
func (a *authority) issue(dir, id string, until time.Time) TLSFiles {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: id}, DNSNames: []string{id},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-2 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	files := TLSFiles{Cert: filepath.Join(dir, id+".pem"), Key: filepath.Join(dir, id+".key"), CA: a.file}
	writePEM(a.t, files.Cert, "CERTIFICATE", der)
	writePEM(a.t, files.Key, "PRIVATE KEY", secret)
	return files
}

func writePEM(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lines is a log that a test reads while others write it.
type lines struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

func openTLS(t *testing.T, files TLSFiles) (*TLS, *lines) {
	t.Helper()
	log := &lines{}
	network, err := OpenTLS(files, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return network, log
}

// meet lets a caller say something to the node n1, and gives what n1 makes of it:
// the error of its read, or of Verify for the id that is claimed.
func meet(t *testing.T, server *TLS, claimed string, call func(address string) (net.Conn, error)) (served, called error) {
	t.Helper()
	listener, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	outcome := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			outcome <- err
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err = io.ReadFull(conn, make([]byte, 5)); err == nil {
			err = server.Verify(conn, claimed)
		}
		outcome <- err
	}()
	conn, err := call(listener.Addr().String())
	if err == nil {
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err = conn.Write([]byte("hello"))
	}
	if err != nil {
		called = err
	}
	return <-outcome, called
}

func TestTLS_peers(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	ours, others := newAuthority(t), newAuthority(t)
	strange := others.issue(t.TempDir(), "n2", soon)
	strange.CA = ours.file // it believes us; we do not believe it
	dial := func(files TLSFiles) func(string) (net.Conn, error) {
		return func(address string) (net.Conn, error) {
			network, _ := openTLS(t, files)
			return network.Dial(address, 10*time.Second)
		}
	}
	for _, test := range []struct {
		name, claims string
		call         func(string) (net.Conn, error)
		want         string // in the error and in the log; "" is admitted
	}{
		{"good", "n2", dial(ours.issue(t.TempDir(), "n2", soon)), ""},
		{"wrong id", "n3", dial(ours.issue(t.TempDir(), "n2", soon)), "claims to be"},
		{"wrong authority", "n2", dial(strange), "authority that --tls-ca does not hold"},
		{"expired", "n2", dial(ours.issue(t.TempDir(), "n2", time.Now().Add(-time.Hour))), "expired"},
		{"plain TCP", "n2", func(address string) (net.Conn, error) { return net.Dial("tcp", address) }, "does not speak TLS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, log := openTLS(t, ours.issue(t.TempDir(), "n1", soon))
			err, called := meet(t, server, test.claims, test.call)
			if test.want == "" {
				if err != nil || called != nil {
					t.Fatalf("a good peer is refused: %v, %v", err, called)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one about %q", err, test.want)
			}
			if !strings.Contains(log.String(), test.want) {
				t.Errorf("the operator reads %q, want something about %q", log.String(), test.want)
			}
		})
	}
}

func TestTLS_caller_checks_the_server(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	ours, others := newAuthority(t), newAuthority(t)
	server, _ := openTLS(t, others.issue(t.TempDir(), "n1", soon))
	caller, _ := openTLS(t, ours.issue(t.TempDir(), "n2", soon))
	_, err := meet(t, server, "n2", func(address string) (net.Conn, error) { return caller.Dial(address, 10*time.Second) })
	if err == nil || !strings.Contains(err.Error(), "authority") {
		t.Errorf("a server of another authority is believed: %v", err)
	}
}

func TestTLS_reads_changed_files(t *testing.T) {
	ours := newAuthority(t)
	dir := t.TempDir()
	files := ours.issue(dir, "n1", time.Now().Add(time.Hour))
	network, _ := openTLS(t, files)
	before, _ := network.current()
	ours.issue(dir, "n1", time.Now().Add(2*time.Hour))
	network.looked, network.stamp = time.Time{}, [4]fileStamp{}
	if after, _ := network.current(); bytes.Equal(before.Certificate[0], after.Certificate[0]) {
		t.Error("the old certificate is still in use")
	}
	if err := os.WriteFile(files.Cert, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	network.looked = time.Time{}
	if after, _ := network.current(); len(after.Certificate) == 0 {
		t.Error("a broken file took the certificate away")
	}
}

// TestTLS_clients: the API asks for certificates of the authorities that the file has now:
// one that was taken out verifies nobody any more. No connection is resumed.
func TestTLS_clients(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	nodes, old, next := newAuthority(t), newAuthority(t), newAuthority(t)
	dir := t.TempDir()
	files := nodes.issue(dir, "n1", soon)
	files.ClientCA = old.file
	network, log := openTLS(t, files)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fmt.Fprint(w, len(r.TLS.VerifiedChains)); r.TLS.DidResume {
			io.WriteString(w, " resumed")
		}
	})}
	go server.Serve(tls.NewListener(listener, network.ServerConfig()))
	t.Cleanup(func() { server.Close() })
	asks := func(shown TLSFiles) *http.Client {
		pair, err := tls.LoadX509KeyPair(shown.Cert, shown.Key)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
			RootCAs: roots(t, nodes.file), ServerName: "n1", ClientSessionCache: tls.NewLRUClientSessionCache(4),
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil },
		}}}
	}
	ask := func(c *http.Client) string {
		answer, err := c.Get("https://" + listener.Addr().String())
		if err != nil {
			return "refused"
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(said)
	}
	ofOld, ofNext := asks(old.issue(t.TempDir(), "app", soon)), asks(next.issue(t.TempDir(), "app", soon))
	if a, again, b := ask(ofOld), ask(ofOld), ask(ofNext); a != "1" || again != "1" || b != "refused" {
		t.Fatalf("before: %s, %s, %s", a, again, b)
	}
	changed := soon
	replace := func(text []byte) {
		changed = changed.Add(time.Second)
		if err := errors.Join(os.WriteFile(files.ClientCA, text, 0o600), os.Chtimes(files.ClientCA, changed, changed)); err != nil {
			t.Fatal(err)
		}
		network.mu.Lock()
		network.looked = time.Time{}
		network.mu.Unlock()
	}
	before, _ := network.current()
	nodes.issue(dir, "n1", soon.Add(time.Hour))
	replace([]byte("nonsense"))
	if renewed, _ := network.current(); bytes.Equal(renewed.Certificate[0], before.Certificate[0]) {
		t.Error("a broken file for clients keeps the node from its own new certificate")
	}
	if a := ask(ofOld); a != "1" || !strings.Contains(log.String(), "cannot be used") {
		t.Errorf("a broken file: %s, %s", a, log)
	}
	text, err := os.ReadFile(next.file)
	if err != nil {
		t.Fatal(err)
	}
	replace(text)
	if a, b := ask(ofOld), ask(ofNext); a != "refused" || b != "1" {
		t.Errorf("after: %s, %s", a, b)
	}
}

func roots(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pool, _, err := readAuthorities(file)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

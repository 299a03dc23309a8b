//go:build unix

package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newClients makes an authority, and certificates of clients with it, by the verb.
func newClients(t *testing.T, names ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"certs", "--out", dir, "--client", strings.Join(names, ",")}, nil, &out, &out); code != 0 {
		t.Fatalf("certs: exit code %d: %s", code, out.String())
	}
	return dir
}

// TestAccess_certificates: at a real node each verb does what the role of its certificate
// allows, a token still counts beside, and a line that is taken out is worth nothing after
// SIGHUP.
func TestAccess_certificates(t *testing.T) {
	certs, clients, strangers := t.TempDir(), newClients(t, "grafana", "app", "ops", "nobody"), newClients(t, "ops")
	var out bytes.Buffer
	if code := run(t.Context(), []string{"certs", "--out", certs, "n1=127.0.0.1"}, nil, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	ca := filepath.Join(certs, "ca.pem")
	access := filepath.Join(t.TempDir(), "access")
	lines := "read grafana cert:cn:grafana\noperate ops cert:cn:ops\n"
	if err := os.WriteFile(access, []byte(lines+"write app cert:cn:app\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, _ := newToken(t, access, "read", "watch")
	secure := []string{"--access", access, "--http-tls", "--http-client-ca", filepath.Join(clients, "ca.pem"),
		"--tls-cert", filepath.Join(certs, "n1.pem"), "--tls-key", filepath.Join(certs, "n1.key"), "--tls-ca", ca}
	n := startNode(t, "127.0.0.1", "https", secure...)
	ask := func(dir, name string, code int, says string, verb ...string) {
		t.Helper()
		args := append(verb, "--target", n.target, "--tls-ca", ca)
		if dir != "" {
			args = append(args, "--tls-cert", filepath.Join(dir, name+".pem"), "--tls-key", filepath.Join(dir, name+".key"))
		}
		out, err := exec.Command(program(t), args...).CombinedOutput()
		got := 0
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			got = ended.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if got != code || !strings.Contains(string(out), says) {
			t.Errorf("%q by %s: exit code %d, want %d and %q:\n%s", verb, name, got, code, says, out)
		}
	}
	backup := t.TempDir()
	ask(clients, "grafana", 0, "leader", "status")
	ask(clients, "grafana", 1, "this needs the role write, and the certificate of grafana has the role read", "send", "room", "hello")
	ask(clients, "app", 0, "room 1 epoch", "send", "room", "hello")
	ask(clients, "app", 1, " acknowledged, 0 not; 0 comparisons", "probe", "--for", "500ms", "--every", "20ms", "--addr", "")
	ask(clients, "ops", 0, "messages are new", "backup", backup)
	ask(clients, "ops", 0, "n1", "members")
	ask(clients, "nobody", 1, "no line ROLE NAME cert:cn:nobody", "status")
	ask(strangers, "ops", 1, "this needs a token with the role read", "status")
	ask("", "nobody", 1, "this needs a token with the role read", "status")
	ask("", "a token", 0, "leader", "status", "--token-file", reader)
	ask(strangers, "ops", 0, "leader", "status", "--token-file", reader)
	ended := t.TempDir()
	authority, key, err := openAuthority(clients)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writeCertificate(ended, "ops", certificate("ops", -time.Minute), authority, key); err != nil {
		t.Fatal(err)
	}
	wait(t, "status says that its certificate has expired", func() bool {
		said, err := exec.Command(program(t), "status", "--target", n.target, "--tls-ca", ca,
			"--tls-cert", filepath.Join(ended, "ops.pem"), "--tls-key", filepath.Join(ended, "ops.key")).CombinedOutput()
		return err != nil && strings.Contains(string(said), "does not accept the certificate of --tls-cert: tls: expired certificate")
	})
	t.Setenv(caVariable, ca)
	t.Setenv(certVariable, filepath.Join(clients, "grafana.pem"))
	t.Setenv(keyVariable, filepath.Join(clients, "grafana.key"))
	ask("", "grafana by the environment", 0, "leader", "status")

	if err := os.WriteFile(access, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := n.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	wait(t, "the file is read again", func() bool { return strings.Contains(n.log(), "the access file was read again") })
	ask(clients, "app", 1, "no line ROLE NAME cert:cn:app", "send", "room", "hello")
	ask(clients, "grafana", 0, "leader", "status")
}

// TestAccess_certificateFlags: flags for certificates that lead to nothing are refused
// before anything is made or asked.
func TestAccess_certificateFlags(t *testing.T) {
	clients := newClients(t, "ops")
	cert, key := filepath.Join(clients, "ops.pem"), filepath.Join(clients, "ops.key")
	data := filepath.Join(t.TempDir(), "n1")
	node := []string{"node", "--id", "n1", "--data", data, "--peers", "n1=127.0.0.1:1/127.0.0.1:2", "--http-client-ca", filepath.Join(clients, "ca.pem")}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{node, "--http-client-ca needs --http-tls"},
		{append(node, "--access", "access"), "--http-client-ca needs --http-tls"},
		{append(node, "--http-tls", "--tls-cert", cert, "--tls-key", key, "--tls-ca", cert), "and --access"},
		{append(node, "--http-tls", "--access", "access"), "--http-tls needs --tls-cert"},
		{[]string{"status", "--tls-cert", cert}, "--tls-cert and --tls-key belong together"},
		{[]string{"drain", "--target", "https://127.0.0.1:1", "--tls-key", key}, "--tls-cert and --tls-key belong together"},
		{[]string{"members", "--tls-cert", cert, "--tls-key", cert}, "--tls-cert, --tls-key: "},
		{[]string{"certs", "--out", clients}, "or a client by --client"},
		{[]string{"certs", "--out", clients, "--client", "../ops"}, "is no name"},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), tt.args, nil, &out, &out); code != exitUsage || !strings.Contains(out.String(), tt.says) {
			t.Errorf("%q: exit code %d, %s", tt.args, code, out.String())
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a node that is refused makes the folder of its data")
	}
}

// TestAccess_certificateReplaced: a verb that runs for long goes on with the certificate
// that its files have now, at a new connection; what cannot be read changes nothing.
func TestAccess_certificateReplaced(t *testing.T) {
	one, two := newClients(t, "ops"), newClients(t, "ops")
	cert, key := filepath.Join(one, "ops.pem"), filepath.Join(one, "ops.key")
	own, err := openCertificate(cert, key, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(r.TLS.PeerCertificates[0].Raw) }))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	defer s.Close()
	secure := s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	secure.GetClientCertificate = own.forNode
	c := &http.Client{Transport: &renewing{own: own, connect: func() *http.Transport { return &http.Transport{TLSClientConfig: secure} }}}
	shown := func() string {
		t.Helper()
		answer, err := c.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(said)
	}
	first := shown()
	if err := os.Rename(filepath.Join(two, "ops.pem"), cert); err != nil {
		t.Fatal(err)
	}
	if shown() != first {
		t.Error("a certificate without its key is shown")
	}
	if err := os.Rename(filepath.Join(two, "ops.key"), key); err != nil {
		t.Fatal(err)
	}
	if shown() == first {
		t.Error("the new certificate is not shown")
	}
}

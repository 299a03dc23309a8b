package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"lockstep/prototype/node"
)

func TestCerts_nodes_accept_each_other(t *testing.T) {
	dir := t.TempDir()
	// The second call finds the authority of the first one.
	for _, who := range []string{"n1=127.0.0.1", "n2=host.example"} {
		if code := run(t.Context(), []string{"certs", "--out", dir, who}, nil, io.Discard, io.Discard); code != 0 {
			t.Fatalf("certs %s: exit code %d", who, code)
		}
	}
	open := func(id string) *node.TLS {
		network, err := node.OpenTLS(node.TLSFiles{Cert: filepath.Join(dir, id+".pem"), Key: filepath.Join(dir, id+".key"), CA: filepath.Join(dir, "ca.pem")},
			slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return network
	}
	n1, n2 := open("n1"), open("n2")
	listener, err := n1.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	admitted := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			err = n1.Verify(conn, "n2")
			conn.Close()
		}
		admitted <- err
	}()
	conn, err := n2.Dial(listener.Addr().String(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := n2.Verify(conn, "n1"); err != nil {
		t.Error(err)
	}
	if err := <-admitted; err != nil {
		t.Error(err)
	}
	if code := run(t.Context(), []string{"certs", "--out", dir, "n1=127.0.0.1"}, nil, io.Discard, io.Discard); code == 0 {
		t.Error("a certificate was overwritten")
	}
}

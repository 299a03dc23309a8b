package access

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// TestSubject: a certificate is called by the one name that counts, or nothing.
func TestSubject(t *testing.T) {
	common := func(names ...string) (n pkix.Name) {
		for _, name := range names {
			n.Names = append(n.Names, pkix.AttributeTypeAndValue{Type: []int{2, 5, 4, 3}, Value: name})
		}
		return n
	}
	uri := func(text string) *url.URL {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	spiffe := uri("spiffe://example.org/app")
	for _, tt := range []struct {
		c          x509.Certificate
		want, says string
	}{
		{x509.Certificate{URIs: []*url.URL{spiffe}, DNSNames: []string{"a", "b"}, Subject: common("c")}, "uri:spiffe://example.org/app", ""},
		{x509.Certificate{DNSNames: []string{"App.Example"}, Subject: common("c")}, "dns:app.example", ""},
		{x509.Certificate{IPAddresses: []net.IP{{10, 0, 0, 1}}, EmailAddresses: []string{"a@b"}, Subject: common("Ops")}, "cn:Ops", ""},
		{x509.Certificate{Subject: common("uri:spiffe://example.org/app")}, "cn:uri:spiffe://example.org/app", ""},
		{x509.Certificate{URIs: []*url.URL{spiffe, spiffe}}, "", "2 URIs"},
		{x509.Certificate{DNSNames: []string{"a", "b"}, Subject: common("c")}, "", "2 DNS names"},
		{x509.Certificate{Subject: common("a", "b")}, "", "2 Common Names"},
		{x509.Certificate{DNSNames: []string{"*.example"}}, "", "star"},
		{x509.Certificate{URIs: []*url.URL{uri("app")}}, "", "scheme"},
		{x509.Certificate{Subject: common("Ann Smith")}, "", "spaces"},
		{x509.Certificate{Subject: common("ops\x1b[2J")}, "", "control"},
		{x509.Certificate{Subject: common("")}, "", "empty"},
		{x509.Certificate{}, "", "called nothing"},
	} {
		got, err := Subject(&tt.c)
		if got != tt.want || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v %v %v is called %q, %v; want %q, %q", tt.c.URIs, tt.c.DNSNames, tt.c.Subject.Names, got, err, tt.want, tt.says)
		}
	}
}

// TestFile_certificates: a line for a certificate stands beside those for tokens, and ends
// what it granted when it is taken out; its third word is no token.
func TestFile_certificates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access")
	const ops, app = "operate ops cert:cn:ops\n", "write app cert:dns:App.example\n"
	write(t, path, ops+app+line(t, Write, "app", "the token"))
	f, err := Open(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	kept, gone := f.Certificate("cn:ops"), f.Certificate("dns:app.example")
	if kept == nil || kept.Role != Operate || kept.By() != "certificate" || gone == nil || gone.Name != "app" {
		t.Fatalf("%+v, %+v", kept, gone)
	}
	if g := f.Grant("the token"); g == nil || g.By() != "token" {
		t.Errorf("the token beside: %+v", g)
	}
	for _, nobody := range []string{"", "cn:app", "cn:Ops", "dns:ops", "ops"} {
		if g := f.Certificate(nobody); g != nil {
			t.Errorf("%q is %+v", nobody, g)
		}
	}
	for _, word := range []string{"cert:cn:ops", "cn:ops", "ops"} {
		if f.Grant(word) != nil {
			t.Errorf("%q is a token", word)
		}
	}
	write(t, path, ops+"read app cert:dns:app.example\n")
	f.Reload()
	if f.Certificate("cn:ops") != kept || kept.Valid.Err() != nil {
		t.Error("what is in both did not stay")
	}
	if g := f.Certificate("dns:app.example"); g == nil || g.Role != Read || !errors.Is(context.Cause(gone.Valid), ErrRevoked) {
		t.Error("a lesser role did not end the greater one")
	}
	for _, tt := range []struct{ text, says string }{
		{ops + "operate other cert:cn:ops\n", ":2: this certificate is in line 1 already"},
		{ops + "write app cert:dns:a\nwrite app cert:dns:A\n", ":3: this certificate is in line 2 already"},
		{ops + "read ops cert:dns:ops\n", ":2: ops has the role operate above"},
		{"read a cert:canary\n", ":1: the third word names no certificate"},
		{"read a cert:email:canary\n", ":1: the third word names no certificate: its kind is none of uri, dns and cn"},
		{"read a cert:dns:*.canary\n", "star"},
		{"read a cert:uri:canary\n", "scheme"},
		{"read a cert:cn:\n", "empty"},
		{"read a cert:cn:Ann canary\n", "three words"},
	} {
		write(t, path, tt.text)
		if _, err := Open(path, quiet); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.says)
		}
	}
}

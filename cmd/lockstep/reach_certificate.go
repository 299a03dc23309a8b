package main

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"slices"
	"sync"
	"time"
)

// ownCertificate is what a verb shows to nodes that ask for certificates. Its files are
// looked at once in a while, so that a verb that runs for long goes on when its certificate
// is replaced; what cannot be read changes nothing. Its methods may be called from any
// goroutine.
type ownCertificate struct {
	cert, key string
	every     time.Duration

	mu     sync.Mutex
	looked time.Time
	pair   *tls.Certificate
}

// openCertificate gives nil if there is none.
func openCertificate(cert, key string, every time.Duration) (*ownCertificate, error) {
	switch {
	case cert == "" && key == "":
		return nil, nil
	case cert == "" || key == "":
		return nil, usageError{"--tls-cert and --tls-key belong together", "lockstep certs --help"}
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, usageError{"--tls-cert, --tls-key: " + err.Error(), "lockstep certs --help"}
	}
	return &ownCertificate{cert: cert, key: key, every: every, looked: time.Now(), pair: &pair}, nil
}

// current is another pointer when the certificate is another one.
func (o *ownCertificate) current() *tls.Certificate {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.looked) >= o.every {
		o.looked = time.Now()
		if pair, err := tls.LoadX509KeyPair(o.cert, o.key); err == nil && !slices.EqualFunc(pair.Certificate, o.pair.Certificate, bytes.Equal) {
			o.pair = &pair
		}
	}
	return o.pair
}

// forNode shows the certificate only to a node that names its authority: another one would
// end the connection, and a token may be enough for it.
func (o *ownCertificate) forNode(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	pair := o.current()
	if asked.SupportsCertificate(pair) != nil {
		return new(tls.Certificate), nil
	}
	return pair, nil
}

// renewing uses no connection any more at which an earlier certificate was shown: a node
// refuses requests there once that has expired.
type renewing struct {
	own     *ownCertificate
	connect func() *http.Transport

	mu    sync.Mutex
	shows *tls.Certificate
	next  *http.Transport
}

func (r *renewing) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	if shows := r.own.current(); shows != r.shows {
		if r.next != nil {
			r.next.CloseIdleConnections()
		}
		r.shows, r.next = shows, r.connect()
	}
	next := r.next
	r.mu.Unlock()
	return next.RoundTrip(request)
}

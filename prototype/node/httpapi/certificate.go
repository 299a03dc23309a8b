//go:build !js

package httpapi

import (
	"crypto/x509"
	"net/http"
	"slices"
	"time"

	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/outcome"
)

// certified is who asks by the certificate of the connection; nil if it has none that was
// verified. The handshake is long ago on a connection that stays, so every request looks
// at the time again.
func (a *API) certified(r *http.Request) (*asker, *outcome.Error) {
	if !hasCertificate(r) {
		return nil, nil
	}
	asks := &asker{}
	for _, chain := range r.TLS.VerifiedChains {
		if end := endOf(chain); end.After(asks.until) {
			asks.until = end
		}
	}
	if asks.expired() {
		return nil, expiredCertificate(asks.until)
	}
	subject, err := access.Subject(r.TLS.VerifiedChains[0][0])
	if err != nil {
		return nil, unauthorized("this node cannot tell whose the certificate of the request is: %v", err)
	}
	if asks.Grant = a.cfg.Access.Certificate(subject); asks.Grant == nil {
		return nil, unauthorized("the certificate of the request is good, and nobody's: the access file of this node has no line ROLE NAME cert:%s", outcome.Clip(subject))
	}
	return asks, nil
}

func (a *asker) expired() bool { return !a.until.IsZero() && time.Now().After(a.until) }

func expiredCertificate(at time.Time) *outcome.Error {
	return unauthorized("the certificate of the request, or one between it and its authority, has expired at %s: show a new one at a new connection", at.UTC().Format(time.RFC3339))
}

// hasCertificate does not count one that nobody has verified.
func hasCertificate(r *http.Request) bool { return r.TLS != nil && len(r.TLS.VerifiedChains) > 0 }

// endOf is when the first certificate of a chain expires.
func endOf(chain []*x509.Certificate) time.Time {
	return slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) }).NotAfter
}

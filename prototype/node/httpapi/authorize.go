//go:build !js

package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/outcome"
)

// Reasons of refusals that are about who asks.
const (
	reasonUnauthorized outcome.Reason = "unauthorized" // nobody knows who asks
	reasonRole         outcome.Reason = "role"         // he is known, and may not
)

type askerKey struct{}

// asker is who asks, as the request has shown.
type asker struct {
	*access.Grant
	until time.Time // the certificate's end; zero for a token
}

func askerOf(ctx context.Context) *asker {
	a, _ := ctx.Value(askerKey{}).(*asker)
	return a
}

// grantOf is what a request is granted by its token or certificate; nil if it has none.
func grantOf(ctx context.Context) *access.Grant {
	if a := askerOf(ctx); a != nil {
		return a.Grant
	}
	return nil
}

// authorize lets those to a route who may ask for it. Without an access file everybody
// may, and the routes for operators decide by themselves.
func (a *API) authorize(route route) http.HandlerFunc {
	if a.cfg.Access == nil || route.role == access.Nobody {
		return route.handle
	}
	return func(w http.ResponseWriter, r *http.Request) {
		asks, err := a.asks(r)
		switch {
		case !showsToken(r) && (isLocalOperator(r) || route.openHere && AtThisMachine(r)):
			// He needs nothing, and a certificate is shown unasked.
			route.handle(w, r)
		case err != nil:
			a.refuseAsker(w, r, err)
		case isLocalOperator(r):
			route.handle(w, r)
		case asks == nil:
			a.refuseAsker(w, r, unauthorized("this needs a token with the role %s, and the request has none: send Authorization: Bearer TOKEN, or give lockstep --token-file; or show a certificate of --http-client-ca, by lockstep --tls-cert", route.role))
		case asks.Role < route.role:
			a.refuseAsker(w, r, &outcome.Error{Outcome: api.Fail, Reason: reasonRole,
				Detail: fmt.Sprintf("this needs the role %s, and the %s of %s has the role %s", route.role, asks.By(), asks.Name, asks.Role)})
		default:
			route.handle(w, r.WithContext(context.WithValue(r.Context(), askerKey{}, asks)))
		}
	}
}

// asks is who asks by the token of a request, or else by the certificate of its
// connection; nil if it has neither. A token that is not known is refused whatever the
// certificate says, and what is said of it never has a part of it.
func (a *API) asks(r *http.Request) (*asker, *outcome.Error) {
	if !showsToken(r) {
		return a.certified(r)
	}
	given := r.Header.Values("Authorization")
	scheme, token, _ := strings.Cut(given[0], " ")
	if len(given) == 1 && strings.EqualFold(scheme, "Bearer") {
		if grant := a.cfg.Access.Grant(strings.TrimSpace(token)); grant != nil {
			return &asker{Grant: grant}, nil
		}
	}
	return nil, unknownToken()
}

func showsToken(r *http.Request) bool { return len(r.Header.Values("Authorization")) > 0 }

func unauthorized(format string, args ...any) *outcome.Error {
	return &outcome.Error{Outcome: api.Fail, Reason: reasonUnauthorized, Detail: fmt.Sprintf(format, args...)}
}

func unknownToken() *outcome.Error {
	return unauthorized("this node does not know the token of the request: it is mistyped, was taken back, or is for another cluster; lockstep token new makes one")
}

// refuseAsker answers at once. A body that is still on its way is not waited for: whoever
// streams messages would be told only when the stream has ended.
func (a *API) refuseAsker(w http.ResponseWriter, r *http.Request, err *outcome.Error) {
	if r.ContentLength < 0 {
		http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Connection", "close")
	}
	if !showsToken(r) && hasCertificate(r) {
		// Who has got a new certificate shows it at a new connection alone.
		w.Header().Set("Connection", "close")
	}
	challenge := `Bearer realm="lockstep"`
	switch {
	case err.Reason == reasonRole:
		challenge += `, error="insufficient_scope"`
	case showsToken(r):
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	a.meter.askers[err.Reason].Inc()
	fail(w, r, err)
}

// stillGranted is the error for a request whose token or certificate was taken back, or
// has expired, since it began.
func (a *API) stillGranted(ctx context.Context) *outcome.Error {
	asks := askerOf(ctx)
	if asks == nil {
		return nil
	}
	a.cfg.Access.Look()
	switch {
	case asks.expired():
		return expiredCertificate(asks.until)
	case asks.Valid.Err() == nil:
		return nil
	case asks.By() == "token":
		return unknownToken()
	default:
		return unauthorized("the certificate of %s was taken out of the access file", asks.Name)
	}
}

// whileGranted is the context of a request for as long as its token or certificate is
// valid.
func whileGranted(r *http.Request) (ctx context.Context, end func()) {
	asks := askerOf(r.Context())
	if asks == nil {
		return r.Context(), func() {}
	}
	ctx, cancel := context.WithCancel(r.Context())
	if !asks.until.IsZero() {
		ctx, cancel = context.WithDeadline(r.Context(), asks.until)
	}
	stop := context.AfterFunc(asks.Valid, cancel)
	return ctx, func() { stop(); cancel() }
}

//go:build !js

package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"lockstep/prototype/api"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/outcome"
)

// Reasons of refusals that are about who asks.
const (
	reasonUnauthorized outcome.Reason = "unauthorized" // nobody knows who asks
	reasonRole         outcome.Reason = "role"         // he is known, and may not
)

type grantKey struct{}

// grantOf is what the token of a request grants; nil if it has none.
func grantOf(ctx context.Context) *access.Grant {
	g, _ := ctx.Value(grantKey{}).(*access.Grant)
	return g
}

// authorize lets those to a route who may ask for it. Without an access file everybody
// may, and the routes for operators decide by themselves.
func (a *API) authorize(route route) http.HandlerFunc {
	if a.cfg.Access == nil || route.role == access.Nobody {
		return route.handle
	}
	return func(w http.ResponseWriter, r *http.Request) {
		grant, err := a.grant(r)
		switch {
		case err != nil:
			a.refuseAsker(w, r, err)
		case isLocalOperator(r), grant == nil && route.openHere && AtThisMachine(r):
			route.handle(w, r)
		case grant == nil:
			a.refuseAsker(w, r, &outcome.Error{Outcome: api.Fail, Reason: reasonUnauthorized,
				Detail: fmt.Sprintf("this needs a token with the role %s, and the request has none: send Authorization: Bearer TOKEN, or give lockstep --token-file", route.role)})
		case grant.Role < route.role:
			a.refuseAsker(w, r, &outcome.Error{Outcome: api.Fail, Reason: reasonRole,
				Detail: fmt.Sprintf("this needs the role %s, and the token of %s has the role %s", route.role, grant.Name, grant.Role)})
		default:
			route.handle(w, r.WithContext(context.WithValue(r.Context(), grantKey{}, grant)))
		}
	}
}

// grant is what the token of a request grants; nil if it has none. What is said of a token
// that is not known never has a part of it.
func (a *API) grant(r *http.Request) (*access.Grant, *outcome.Error) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		return nil, nil
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	if len(given) == 1 && strings.EqualFold(scheme, "Bearer") {
		if grant := a.cfg.Access.Grant(strings.TrimSpace(token)); grant != nil {
			return grant, nil
		}
	}
	return nil, unknownToken()
}

func unknownToken() *outcome.Error {
	return &outcome.Error{Outcome: api.Fail, Reason: reasonUnauthorized,
		Detail: "this node does not know the token of the request: it is mistyped, was taken back, or is for another cluster; lockstep token new makes one"}
}

// refuseAsker answers at once. A body that is still on its way is not waited for: whoever
// streams messages would be told only when the stream has ended.
func (a *API) refuseAsker(w http.ResponseWriter, r *http.Request, err *outcome.Error) {
	if r.ContentLength < 0 {
		http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Connection", "close")
	}
	challenge := `Bearer realm="lockstep"`
	switch {
	case err.Reason == reasonRole:
		challenge += `, error="insufficient_scope"`
	case r.Header.Get("Authorization") != "":
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	a.meter.askers[err.Reason].Inc()
	fail(w, r, err)
}

// stillGranted is the error for a request whose token was taken back since it began.
func (a *API) stillGranted(ctx context.Context) *outcome.Error {
	g := grantOf(ctx)
	if g == nil {
		return nil
	}
	if a.cfg.Access.Look(); g.Valid.Err() != nil {
		return unknownToken()
	}
	return nil
}

// whileGranted is the context of a request for as long as its token is valid.
func whileGranted(r *http.Request) (ctx context.Context, end func()) {
	g := grantOf(r.Context())
	if g == nil {
		return r.Context(), func() {}
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(g.Valid, cancel)
	return ctx, func() { stop(); cancel() }
}

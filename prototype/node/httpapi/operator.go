//go:build !js

package httpapi

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"lockstep/prototype/api"
	"lockstep/prototype/node/httpapi/access"
)

// viaProxy are headers that proxies add, beside those that begin with X-Forwarded.
var viaProxy = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Original-Forwarded-For",
	"X-Envoy-External-Address", "True-Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip"}

// AtThisMachine says whether a program at the machine that answers made the
// request. What a proxy passed on counts as from elsewhere, even if it says that
// it came from here: anybody may write these headers. A proxy that adds none of
// them cannot be told from a program at this machine.
func AtThisMachine(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains(viaProxy, name) {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	if err != nil || ip == nil {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ip.IsLoopback() || ok && local.IP.Equal(ip)
}

// isLocalOperator says whether somebody asks who sits at this machine. Pages in
// his browser are kept out by guard; the header is a second lock, since a page of
// another origin cannot send it unasked, and guard grants it to none.
func isLocalOperator(r *http.Request) bool {
	return AtThisMachine(r) && r.Header.Get("Lockstep-Operator") != ""
}

// operator lets only those change the cluster, or list all that is in it, who sit at
// this machine or have a token or a certificate for it.
func (a *API) operator(w http.ResponseWriter, r *http.Request) bool {
	if g := grantOf(r.Context()); isLocalOperator(r) || g != nil && g.Role >= access.Operate {
		return true
	}
	writeProblem(w, api.Problem{Type: "urn:lockstep:operator", Title: "Only an operator may do this", Status: http.StatusForbidden,
		Detail:   "use lockstep leave, lockstep drain or lockstep backup at the machine of the node, not through a proxy (the header Lockstep-Operator must be set); or start the node with --access, and use a token or a certificate of the role operate",
		Instance: r.URL.Path, Outcome: api.Fail})
	return false
}

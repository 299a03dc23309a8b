//go:build !js

package httpapi

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/roster"
)

// guard stands before every route. The API asks nobody who he is without an access file,
// and a browser at the node's machine reaches it, so two things are looked at that a page cannot choose.
// Host is the name by which the page reached the node: where a name of somebody
// else leads here (DNS rebinding), the browser takes the node for a part of that
// site. Origin is the site whose page sends the request.
//
// Its methods may be called from any goroutine.
type guard struct {
	hosts   []string // this node's own and Config.AllowHosts, as parseHost gives them
	origins []string // Config.AllowOrigins, as parseOrigin gives them
	next    http.Handler
}

// newGuard is for a configuration that was validated.
func newGuard(cfg Config, self roster.Peer, next http.Handler) *guard {
	g := &guard{next: next}
	if host, _, err := net.SplitHostPort(self.HTTP); err == nil && host != "" {
		name, _ := splitHost(net.JoinHostPort(host, "")) // the port may be the name of a service
		g.hosts = append(g.hosts, name)
	}
	for _, text := range cfg.AllowHosts {
		if host, err := parseHost(text); err == nil {
			g.hosts = append(g.hosts, host)
		}
	}
	for _, text := range cfg.AllowOrigins {
		if origin, err := parseOrigin(text); err == nil {
			g.origins = append(g.origins, origin)
		}
	}
	return g
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	refuse := func(status int, kind, title, detail string) {
		writeProblem(w, api.Problem{Type: "urn:lockstep:" + kind, Title: title, Status: status, Detail: detail, Instance: outcome.Clip(r.URL.Path), Outcome: api.Fail})
	}
	switch {
	case !g.knows(r):
		refuse(http.StatusMisdirectedRequest, "host", "This node is not called so",
			"the request is for the host "+outcome.Quoted(r.Host)+"; the node answers to localhost, to its own addresses, and to what it was started with as --allow-host")
	case !g.trusts(r):
		refuse(http.StatusForbidden, "origin", "Pages of this origin may not ask this node",
			"the request is from the origin "+outcome.Quoted(r.Header.Get("Origin"))+" (Sec-Fetch-Site "+outcome.Quoted(r.Header.Get("Sec-Fetch-Site"))+"); the node answers pages of its own origin, and of those that it was started with as --allow-origin")
	case fromPage(r) && r.ContentLength != 0 && !isJSON(r):
		// What a page may send to another site without asking first is never JSON.
		refuse(http.StatusUnsupportedMediaType, "media-type", "This content type is not understood",
			"send application/json or application/x-ndjson, and say so in Content-Type")
	case g.shares(w, r):
		w.WriteHeader(http.StatusNoContent)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// knows says whether the request is for this node by one of its names. The port is
// compared only where --allow-host names one: a forwarded port is another one than
// the node's, and a page has no say in it.
func (g *guard) knows(r *http.Request) bool {
	name, port := splitHost(r.Host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if slices.Contains(g.hosts, name) || port != "" && slices.Contains(g.hosts, name+":"+port) {
		return name != ""
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ip.IsLoopback() || ok && local.AddrPort().Addr().Unmap().WithZone("") == ip
}

// trusts says whether no page sent the request, or one whose origin may. Browsers
// leave Origin out where a page loads a picture or a script, and then
// Sec-Fetch-Site tells; a link that somebody follows is no such case.
func (g *guard) trusts(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	for _, text := range origins {
		origin, err := parseOrigin(text)
		if err != nil || origin != ownOrigin(r) && !slices.Contains(g.origins, origin) {
			return false
		}
	}
	if len(origins) > 0 {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

func ownOrigin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	name, port := splitHost(r.Host)
	return originOf(scheme, name, port)
}

func fromPage(r *http.Request) bool {
	return len(r.Header.Values("Origin")) > 0 || r.Header.Get("Sec-Fetch-Site") != ""
}

func isJSON(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (media == "application/json" || media == "application/x-ndjson")
}

// shares lets the browser show the answer to a page of an allowed origin, and says
// whether the request is its question beforehand. The header Lockstep-Operator is
// not among those that such a page may send.
func (g *guard) shares(w http.ResponseWriter, r *http.Request) (asked bool) {
	origin := r.Header.Get("Origin")
	if origin == "" || len(g.origins) == 0 {
		return false
	}
	if parsed, err := parseOrigin(origin); err != nil || !slices.Contains(g.origins, parsed) {
		return false
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Add("Vary", "Origin")
	header.Set("Access-Control-Expose-Headers", "Retry-After, "+leaderHeader)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Last-Event-ID")
	return true
}

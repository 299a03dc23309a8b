//go:build !js

package httpapi

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/outcome"
)

// route is one of the API's resources and what may be done with it.
type route struct {
	method, path string
	handle       http.HandlerFunc
	role         access.Role // that who asks needs, where there is an access file
	openHere     bool        // programs at this machine need none
}

func (a *API) routes() []route {
	return []route{
		{"POST", "/v1/conversations/{conversation}/messages", a.postMessages, access.Write, false},
		{"GET", "/v1/conversations/{conversation}/messages", a.getMessages, access.Read, false},
		{"POST", "/v1/conversations/{conversation}/sessions", a.postSession, access.Write, false},
		{"POST", "/v1/reads", a.postReads, access.Read, false},
		{"GET", "/v1/conversations/{conversation}/events", a.getEvents, access.Read, false},
		{"GET", "/v1/conversations/{conversation}/digest", a.getDigest, access.Read, false},
		{"GET", "/v1/status", a.getStatus, access.Read, false},
		{"GET", "/v1/shards/{shard}/conversations", a.getConversations, access.Operate, false},
		{"GET", "/v1/members", a.getMembers, access.Read, false},
		{"DELETE", "/v1/members/{member}", a.deleteMember, access.Operate, false},
		{"POST", "/v1/drain", a.postDrain, access.Operate, false},
		{"DELETE", "/v1/drain", a.deleteDrain, access.Operate, false},
		{"GET", "/v1/faults", a.getFaults, access.Operate, false},
		{"POST", "/v1/faults", a.postFault, access.Operate, false},
		{"DELETE", "/v1/faults", a.deleteFaults, access.Operate, false},
		// A supervisor asks whether to restart a node, or to send clients there.
		{"GET", "/healthz", a.getHealth, access.Nobody, true},
		{"GET", "/readyz", a.getReady, access.Nobody, true},
		{"GET", "/metrics", metrics(a.node.Metrics()).ServeHTTP, access.Read, true},
	}
}

// mux leads to the routes. Every error is a problem (RFC 9457) whose member "outcome"
// says whether the request certainly had no effect.
func (a *API) mux() *http.ServeMux {
	mux := http.NewServeMux()
	allowed := map[string][]string{}
	for _, route := range a.routes() {
		mux.HandleFunc(route.method+" "+route.path, a.authorize(route))
		allowed[route.path] = append(allowed[route.path], route.method)
	}
	for path, methods := range allowed {
		allow := strings.Join(methods, ", ")
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allow)
			writeProblem(w, api.Problem{Type: "urn:lockstep:method", Title: "This method is not for this resource",
				Status: http.StatusMethodNotAllowed, Detail: "allowed: " + allow, Instance: r.URL.Path, Outcome: api.Fail})
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, api.Problem{Type: "urn:lockstep:not-found", Title: "There is no such resource",
			Status: http.StatusNotFound, Detail: "the API begins at /v1/status and /v1/conversations/{conversation}/messages", Instance: r.URL.Path, Outcome: api.Fail})
	})
	return mux
}

// Server is an HTTP server with limits that fit the API: of a connection's time,
// of its headers, and of the number of connections. Streams move the times as they
// get on. Headers that are late or too large, and connections beyond
// Config.MaxConnections, are refused before any route is asked.
func (a *API) Server() *http.Server {
	return &http.Server{
		Handler: a.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ConnState: limitConnections(a.cfg.MaxConnections), DisableGeneralOptionsHandler: true,
	}
}

// limitConnections gives a hook that closes a connection beyond the limit, after
// it was told to come again.
func limitConnections(limit int) func(net.Conn, http.ConnState) {
	var open atomic.Int64
	return func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			if open.Add(1) <= int64(limit) {
				return
			}
			if _, encrypted := c.(*tls.Conn); !encrypted {
				c.SetWriteDeadline(time.Now().Add(time.Second))
				io.WriteString(c, tooManyConnections)
			}
			c.Close()
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
}

var tooManyConnections = func() string {
	body, _ := json.Marshal(problemOf(&outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonOverloaded, Detail: "this node has as many connections as it may: come again, or ask another node"}, ""))
	return fmt.Sprintf("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}()

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
}

// getStatus lists the quorum lane, or the lane that is asked for, or all.
func (a *API) getStatus(w http.ResponseWriter, r *http.Request) {
	status := a.node.Status()
	lazy := status.Lazy
	switch name := r.URL.Query().Get("lane"); name {
	case "", node.LaneQuorum:
	case node.LaneLazy:
		if err := a.node.HasLane(name); err != nil {
			fail(w, r, err)
			return
		}
		status.Shards = []api.ShardStatus{*lazy}
	case node.LaneLeader, node.LaneClock:
		status.Shards = a.node.LaneStatus(name)
	case "all":
		if lazy != nil {
			status.Shards = append(status.Shards, *lazy)
		}
		status.Shards = append(append(status.Shards, a.node.LaneStatus(node.LaneLeader)...), a.node.LaneStatus(node.LaneClock)...)
	default:
		fail(w, r, outcome.Invalid("there is no lane %q; there are %s, and all", name, strings.Join(node.Lanes, ", ")))
		return
	}
	writeJSON(w, status)
}

func (a *API) getHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{"node": a.settings.ID, "status": "ok"})
}

func (a *API) getReady(w http.ResponseWriter, r *http.Request) {
	if err := a.node.Readiness(); err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, map[string]string{"node": a.settings.ID, "status": "ready"})
}

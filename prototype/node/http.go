//go:build !js

package node

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
)

// route is one of the API's resources and what may be done with it.
type route struct {
	method, path string
	handle       http.HandlerFunc
}

func (n *Node) routes() []route {
	return []route{
		{"POST", "/v1/conversations/{conversation}/messages", n.postMessages},
		{"GET", "/v1/conversations/{conversation}/messages", n.getMessages},
		{"POST", "/v1/conversations/{conversation}/sessions", n.postSession},
		{"POST", "/v1/reads", n.postReads},
		{"GET", "/v1/conversations/{conversation}/events", n.getEvents},
		{"GET", "/v1/conversations/{conversation}/digest", n.getDigest},
		{"GET", "/v1/status", n.getStatus},
		{"GET", "/v1/members", n.getMembers},
		{"DELETE", "/v1/members/{member}", n.deleteMember},
		{"POST", "/v1/drain", n.postDrain},
		{"DELETE", "/v1/drain", n.deleteDrain},
		{"GET", "/v1/faults", n.getFaults},
		{"POST", "/v1/faults", n.postFault},
		{"DELETE", "/v1/faults", n.deleteFaults},
		{"GET", "/healthz", n.getHealth},
		{"GET", "/readyz", n.getReady},
		{"GET", "/metrics", n.meter.handler().ServeHTTP},
	}
}

// Handler is the HTTP API of the node. Every error is a problem (RFC 9457)
// whose member "outcome" says whether the request certainly had no effect.
func (n *Node) Handler() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string][]string{}
	for _, route := range n.routes() {
		mux.HandleFunc(route.method+" "+route.path, route.handle)
		allowed[route.path] = append(allowed[route.path], route.method)
	}
	for path, methods := range allowed {
		allow := strings.Join(methods, ", ")
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allow)
			writeProblem(w, api.Problem{Type: "urn:lockstep:method", Title: "This method is not for this resource",
				Status: http.StatusMethodNotAllowed, Detail: "allowed: " + allow, Instance: r.URL.Path, Outcome: Fail})
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, api.Problem{Type: "urn:lockstep:not-found", Title: "There is no such resource",
			Status: http.StatusNotFound, Detail: "the API begins at /v1/status and /v1/conversations/{conversation}/messages", Instance: r.URL.Path, Outcome: Fail})
	})
	return newGuard(n.cfg, n.roster.self, mux)
}

// Server is an HTTP server with limits that fit the API: of a connection's time,
// of its headers, and of the number of connections. Streams move the times as they
// get on. Headers that are late or too large, and connections beyond
// Config.MaxConnections, are refused before any route is asked.
func (n *Node) Server() *http.Server {
	return &http.Server{
		Handler: n.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ConnState: limitConnections(n.cfg.MaxConnections), DisableGeneralOptionsHandler: true,
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
	body, _ := json.Marshal(problemOf(&Error{Outcome: Fail, Reason: ReasonOverloaded, Detail: "this node has as many connections as it may: come again, or ask another node"}, ""))
	return fmt.Sprintf("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}()

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
}

// getStatus lists the quorum lane, or the lane that is asked for, or all.
func (n *Node) getStatus(w http.ResponseWriter, r *http.Request) {
	status := n.Status()
	lazy := status.Lazy
	switch name := r.URL.Query().Get("lane"); name {
	case "", LaneQuorum:
	case LaneLazy:
		if err := n.hasLane(name); err != nil {
			fail(w, r, err)
			return
		}
		status.Shards = []ShardStatus{*lazy}
	case LaneLeader, LaneClock:
		status.Shards = n.lanes.status(name)
	case "all":
		if lazy != nil {
			status.Shards = append(status.Shards, *lazy)
		}
		status.Shards = append(append(status.Shards, n.lanes.status(LaneLeader)...), n.lanes.status(LaneClock)...)
	default:
		fail(w, r, invalid("there is no lane %q; there are %s, and all", name, strings.Join(Lanes, ", ")))
		return
	}
	writeJSON(w, status)
}

func (n *Node) getHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{"node": n.cfg.ID, "status": "ok"})
}

func (n *Node) getReady(w http.ResponseWriter, r *http.Request) {
	if err := n.unready(); err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, map[string]string{"node": n.cfg.ID, "status": "ready"})
}

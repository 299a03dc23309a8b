//go:build !js

package cluster

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Transport carries HTTP requests to the nodes of this process, without sockets:
// http://n1/v1/status asks n1. A node that is down refuses the connection. Like
// clients of real nodes, these are not touched by faults between nodes. A paused
// node takes a request and is silent until it is resumed; it sees the request then,
// even if its client has gone.
func (m *Memory) Transport() http.RoundTripper { return &memoryTransport{cluster: m} }

type memoryTransport struct {
	cluster  *Memory
	mu       sync.Mutex
	handlers map[*node.Node]http.Handler
}

// handler is that of a node; a node that was started again is another one.
func (t *memoryTransport) handler(n *node.Node) (http.Handler, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.handlers == nil {
		t.handlers = make(map[*node.Node]http.Handler)
	}
	if t.handlers[n] == nil {
		cfg := node.DefaultAPIConfig()
		cfg.AllowFaults = true
		a, err := node.NewAPI(n, cfg)
		if err != nil {
			return nil, err
		}
		t.handlers[n] = a.Handler()
	}
	return t.handlers[n], nil
}

func (t *memoryTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	l := t.cluster.life(request.URL.Host)
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "fabric", Addr: pipeAddr(request.URL.Host), Err: errRefused}
	}
	handler, err := t.handler(l.node)
	if err != nil {
		return nil, err
	}
	ctx := request.Context()
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	served := request.Clone(ctx)
	served.RequestURI, served.RemoteAddr = request.URL.RequestURI(), "client:0"
	if served.Body == nil {
		served.Body = http.NoBody
	}
	served.Body = gatedBody{served.Body, l.gate}
	body, w := io.Pipe()
	answer := &memoryAnswer{gate: l.gate, header: make(http.Header), body: w, ready: make(chan struct{})}
	go func() {
		defer func() {
			if cause := recover(); cause != nil { // as a server does, and as http.ErrAbortHandler asks for
				w.CloseWithError(io.ErrUnexpectedEOF)
				answer.abort()
				return
			}
		}()
		answer.pass()
		handler.ServeHTTP(answer, served)
		answer.WriteHeader(http.StatusOK)
		answer.pass()
		w.Close()
	}()
	// A reader must not outwait its context, nor a handler its reader.
	context.AfterFunc(ctx, func() { body.CloseWithError(ctx.Err()) })
	select {
	case <-answer.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if answer.aborted {
		return nil, errors.New("the connection was closed")
	}
	return &http.Response{
		Status: strconv.Itoa(answer.status) + " " + http.StatusText(answer.status), StatusCode: answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.sent, Body: body, ContentLength: -1, Request: request,
	}, nil
}

// memoryAnswer is the server's end of an answer.
type memoryAnswer struct {
	gate    *fault.Gate
	header  http.Header
	body    *io.PipeWriter
	once    sync.Once
	ready   chan struct{} // closed when the fields below are set
	status  int
	sent    http.Header
	aborted bool
}

func (a *memoryAnswer) Header() http.Header { return a.header }

// pass waits while the node is paused, and aborts the handler, whose goroutine it
// must be, when it has been killed.
func (a *memoryAnswer) pass() {
	if a.gate.Pass(context.Background()) != nil {
		panic(http.ErrAbortHandler)
	}
}

func (a *memoryAnswer) WriteHeader(status int) {
	if a.gate.Pass(context.Background()) != nil {
		return // nobody hears a node that was killed
	}
	a.once.Do(func() {
		a.status, a.sent = status, a.header.Clone()
		close(a.ready)
	})
}

func (a *memoryAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if err := a.gate.Pass(context.Background()); err != nil {
		return 0, err
	}
	return a.body.Write(p)
}

// gatedBody is a request's body as a node that can be paused reads it.
type gatedBody struct {
	io.ReadCloser
	gate *fault.Gate
}

func (b gatedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if ended := b.gate.Pass(context.Background()); ended != nil {
		return 0, ended
	}
	return n, err
}

// FlushError sends the header; what is written goes out at once anyway.
func (a *memoryAnswer) FlushError() error {
	a.WriteHeader(http.StatusOK)
	return a.gate.Pass(context.Background())
}

func (a *memoryAnswer) abort() {
	a.once.Do(func() {
		a.aborted = true
		close(a.ready)
	})
}

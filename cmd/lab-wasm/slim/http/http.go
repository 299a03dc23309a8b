// Package http stands in for net/http in the laboratory's program for the browser,
// where nobody serves and nobody asks. It has what dependencies name, templ above
// all, and nothing that works.
//
// .ci/lab puts it, and its siblings, in the place of the real packages while it
// compiles (go build -overlay). Without that the program is the same, and a fifth
// larger: the linker cannot tell that a server's start-up code is for nobody.
package http

import (
	"context"
	"net/url"
)

const StatusInternalServerError = 500

type Header map[string][]string

func (Header) Set(string, string) {}

type ResponseWriter interface {
	Header() Header
	Write([]byte) (int, error)
	WriteHeader(int)
}

type Request struct{ URL *url.URL }

func (*Request) Context() context.Context { return context.Background() }

func (r *Request) WithContext(context.Context) *Request { return r }

type Handler interface {
	ServeHTTP(ResponseWriter, *Request)
}

type Flusher interface{ Flush() }

func Error(ResponseWriter, string, int) {}

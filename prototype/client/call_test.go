package client

import (
	"io"
	"net/http"
	"testing"
)

// endless answers with a string that does not end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 4*maxAnswer {
		return 0, io.ErrUnexpectedEOF // the test fails, and ends
	}
	for i := range p {
		p[i] = 'x'
	}
	if e.read == 0 {
		copy(p, `"`)
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func (e *endless) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: e, Request: request, Header: http.Header{}}, nil
}

// TestCall_endless: an answer that does not end is given up, and not kept.
func TestCall_endless(t *testing.T) {
	body := &endless{}
	c := New(Config{Targets: Fixed("http://n1"), Transport: body})
	var into string
	if err := c.call(t.Context(), http.MethodGet, "http://n1/v1/status", "", nil, &into); err == nil {
		t.Error("an answer without an end was read to its end")
	}
	if body.read > 2*maxAnswer {
		t.Errorf("%d MiB were read", body.read>>20)
	}
}

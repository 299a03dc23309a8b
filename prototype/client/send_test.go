package client

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
)

// refusing answers the first request with a problem that asks for a second of
// patience, and the next one with an acknowledgement.
type refusing struct {
	reason string
	done   bool
}

func (r *refusing) RoundTrip(request *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"seq":1,"epoch":1}`
	if !r.done {
		status, body = http.StatusServiceUnavailable, `{"type":"urn:lockstep:`+r.reason+`","outcome":"fail"}`
	}
	r.done = true
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: request,
		Header: http.Header{"Content-Type": {"application/problem+json"}, "Retry-After": {"1"}}}, nil
}

// TestSend_retry_after: a client waits as it is told, but for a leader, who may be
// replaced in much less than a second, it asks again at once.
func TestSend_retry_after(t *testing.T) {
	for reason, waits := range map[string]bool{"overloaded": true, "no-leader": false, "disk-full": false} {
		synctest.Test(t, func(t *testing.T) {
			c, began := New(Config{Targets: Fixed("http://n1", "http://n2"), Transport: &refusing{reason: reason}}), time.Now()
			if _, err := c.Send(t.Context(), "room", api.Message{ID: "m", Sender: "ada", Body: "x"}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); (took >= time.Second) != waits {
				t.Errorf("after %s it was sent again in %s", reason, took)
			}
		})
	}
}

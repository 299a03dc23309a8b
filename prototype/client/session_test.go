package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"lockstep/prototype/api"
)

// slowFirst opens a session with a window of four, and acknowledges each of its
// numbers at once but the first, which waits until it is told to go on.
type slowFirst struct {
	goOn chan struct{}

	mu      sync.Mutex
	highest uint64
}

func (s *slowFirst) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := `{"session":9,"window":4}`
	if !strings.HasSuffix(request.URL.Path, "/sessions") {
		var m api.Message
		if err := json.NewDecoder(request.Body).Decode(&m); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.highest = max(s.highest, m.Number)
		s.mu.Unlock()
		if m.Number == 1 {
			<-s.goOn
		}
		answer = fmt.Sprintf(`{"seq":%d,"epoch":1}`, m.Number)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer)), Request: request, Header: http.Header{}}, nil
}

// TestSession_window: no number is sent a whole window behind one whose outcome is
// still unknown, however many between them have ended: the cluster would have
// forgotten where that one went.
func TestSession_window(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &slowFirst{goOn: make(chan struct{})}
		s, err := New(Config{Targets: Fixed("http://n1"), Transport: transport}).OpenSession(t.Context(), "room", "ann")
		if err != nil {
			t.Fatal(err)
		}
		var sending sync.WaitGroup
		for i := range 12 {
			sending.Go(func() {
				if _, err := s.Send(t.Context(), fmt.Sprint(i), "x"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if transport.highest != 4 {
			t.Errorf("number %d was sent while number 1 was under way, in a window of 4", transport.highest)
		}
		close(transport.goOn)
		sending.Wait()
		if transport.highest != 12 {
			t.Errorf("the last number was %d, want 12", transport.highest)
		}
	})
}

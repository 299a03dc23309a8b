package workload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// liar stands between clients and cluster and breaks one promise now and then.
type liar struct {
	next                        http.RoundTripper
	forge, deny, rename, stale  bool
	sends, reads, forged, tries atomic.Int64
}

func (l *liar) RoundTrip(request *http.Request) (*http.Response, error) {
	switch {
	case request.Method == http.MethodPost && l.sends.Add(1)%20 == 0:
		return l.send(request)
	case request.Method == http.MethodGet && strings.Contains(request.URL.RawQuery, "linearizable") && l.stale && l.reads.Add(1)%10 == 0:
		return l.read(request)
	}
	return l.next.RoundTrip(request)
}

func (l *liar) send(request *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	var m struct{ ID, Sender, Body string }
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	again := request.Clone(request.Context())
	again.Body = io.NopCloser(bytes.NewReader(data))
	switch {
	case l.forge:
		return answer(request, http.StatusOK, map[string]any{"seq": 100_000 + l.forged.Add(1), "id": m.ID, "epoch": 9}), nil
	case l.deny:
		response, err := l.next.RoundTrip(again)
		if err != nil {
			return nil, err
		}
		response.Body.Close()
		return answer(request, http.StatusServiceUnavailable, map[string]any{"outcome": "fail", "type": "urn:lockstep:no-leader"}), nil
	case l.rename:
		// The cluster forgets the id of the first copy: the same message under
		// another one.
		body := fmt.Sprintf(`{"id":%q,"sender":%q,"body":%q}`, fmt.Sprint(m.ID, "+", l.tries.Add(1)), m.Sender, m.Body)
		twin := request.Clone(request.Context())
		twin.Body, twin.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		response, err := l.next.RoundTrip(twin)
		if err != nil {
			return nil, err
		}
		response.Body.Close()
	}
	return l.next.RoundTrip(again)
}

// read shows a conversation without its newest messages.
func (l *liar) read(request *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	defer response.Body.Close()
	var view struct {
		Messages []map[string]any `json:"messages"`
		Last     int              `json:"last_seq"`
	}
	if err := json.NewDecoder(response.Body).Decode(&view); err != nil {
		return nil, err
	}
	if n := len(view.Messages); n > 1 && int(view.Messages[n-1]["seq"].(float64)) == view.Last {
		view.Messages, view.Last = view.Messages[:n-1], view.Last-1
	}
	return answer(request, http.StatusOK, view), nil
}

func answer(request *http.Request, status int, value any) *http.Response {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data)), Request: request}
}

// standstill holds requests back for a while.
type standstill struct {
	next     http.RoundTripper
	from, to time.Time
}

func (s *standstill) RoundTrip(request *http.Request) (*http.Response, error) {
	if now := time.Now(); now.After(s.from) && now.Before(s.to) {
		time.Sleep(s.to.Sub(now)) // virtual time
	}
	return s.next.RoundTrip(request)
}

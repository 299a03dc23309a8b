//go:build !js

package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// remote asks nodes over their HTTP API. It keeps connections, follows nothing
// and tries nothing twice: each attempt is one that the lab counts.
type remote struct{ client *http.Client }

func newRemote() remote {
	return remote{&http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 2 * len(senderNames),
			IdleConnTimeout:     time.Minute,
			DialContext:         (&net.Dialer{Timeout: askTimeout}).DialContext,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// problem is an answer as RFC 9457 has it, with the member "outcome".
type problem struct {
	Title   string `json:"title"`
	Detail  string `json:"detail"`
	Outcome string `json:"outcome"`
}

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 16 << 20

// call makes a request and decodes the answer. An answer that is not 200 is an
// error and, if it is one, a problem.
func (r remote) call(ctx context.Context, method, address, path string, body, into any) (problem, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return problem{}, err
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, reader)
	if err != nil {
		return problem{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := r.client.Do(request)
	if err != nil {
		return problem{}, err
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(io.LimitReader(response.Body, maxAnswer))
	if response.StatusCode == http.StatusOK {
		if into == nil {
			return problem{}, nil
		}
		return problem{}, decoder.Decode(into)
	}
	var p problem
	if err := decoder.Decode(&p); err != nil {
		return problem{}, fmt.Errorf("answer %s", response.Status)
	}
	return p, fmt.Errorf("%s: %s", p.Title, p.Detail)
}

// wireShard is a shard as a node's HTTP API tells of it.
type wireShard struct {
	Shard   int    `json:"shard"`
	Role    string `json:"role"`
	Term    uint64 `json:"term"`
	Leader  string `json:"leader"`
	Commit  uint64 `json:"commit_index"`
	Applied uint64 `json:"applied_index"`
	Lead    *struct {
		For      int64 `json:"for_us"`
		Election int64 `json:"election_us"`
		Barrier  int64 `json:"barrier_us"`
	} `json:"lead"`
}

func (s wireShard) status() ShardStatus {
	status := ShardStatus{Role: s.Role, Term: s.Term, Leader: s.Leader, Commit: s.Commit, Applied: s.Applied}
	if s.Lead != nil {
		status.led(s.Lead.For, s.Lead.Election, s.Lead.Barrier)
	}
	return status
}

func (r remote) status(ctx context.Context, address string) (Status, error) {
	var answer struct {
		Shards []wireShard `json:"shards"`
		Lazy   wireShard   `json:"lazy"`
	}
	if _, err := r.call(ctx, http.MethodGet, address, "/v1/status", nil, &answer); err != nil {
		return Status{}, fmt.Errorf("ask for status: %w", err)
	}
	s := Status{Shards: make([]ShardStatus, len(answer.Shards)), Lazy: answer.Lazy.status()}
	for _, shard := range answer.Shards {
		if shard.Shard < 0 || shard.Shard >= len(s.Shards) {
			return Status{}, fmt.Errorf("ask for status: shard %d of %d", shard.Shard, len(s.Shards))
		}
		s.Shards[shard.Shard] = shard.status()
	}
	return s, nil
}

func (r remote) read(ctx context.Context, address string, q ReadRequest) (Reading, error) {
	query := url.Values{"lane": {string(q.Lane)}, "after": {strconv.FormatUint(q.After, 10)}, "limit": {strconv.Itoa(q.Limit)}}
	if q.Level != "" {
		query.Set("read", string(q.Level))
	}
	if q.MinSeq > 0 {
		query.Set("min_seq", strconv.FormatUint(q.MinSeq, 10))
	}
	var answer struct {
		Messages []struct {
			Seq    uint64 `json:"seq"`
			ID     string `json:"id"`
			Sender string `json:"sender"`
			Body   string `json:"body"`
			Epoch  uint64 `json:"epoch"`
		} `json:"messages"`
		Last uint64 `json:"last_seq"`
	}
	if _, err := r.call(ctx, http.MethodGet, address, messages(q.Conversation)+"?"+query.Encode(), nil, &answer); err != nil {
		return Reading{}, fmt.Errorf("read %s: %w", q.Conversation, err)
	}
	reading := Reading{Last: answer.Last}
	for _, m := range answer.Messages {
		reading.Messages = append(reading.Messages, Message{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch})
	}
	return reading, nil
}

func (r remote) digest(ctx context.Context, address string, lane Lane, conversation string) (uint64, string, error) {
	var answer struct {
		Seq    uint64 `json:"seq"`
		Digest string `json:"digest"`
	}
	path := "/v1/conversations/" + url.PathEscape(conversation) + "/digest?" + url.Values{"lane": {string(lane)}}.Encode()
	if _, err := r.call(ctx, http.MethodGet, address, path, nil, &answer); err != nil {
		return 0, "", fmt.Errorf("ask for the digest of %s: %w", conversation, err)
	}
	return answer.Seq, answer.Digest, nil
}

func messages(conversation string) string {
	return "/v1/conversations/" + url.PathEscape(conversation) + "/messages"
}

// send makes one attempt. Only a connection that could not be made and a
// problem that says so itself mean that nothing was ordered.
func (r remote) send(ctx context.Context, address string, lane Lane, conversation string, m Message) Answer {
	body := map[string]string{"id": m.ID, "sender": m.Sender, "body": m.Body}
	var answer struct {
		Seq       uint64 `json:"seq"`
		Epoch     uint64 `json:"epoch"`
		Duplicate bool   `json:"duplicate"`
	}
	p, err := r.call(ctx, http.MethodPost, address, messages(conversation)+"?lane="+string(lane), body, &answer)
	if err == nil {
		return Answer{Outcome: Acknowledged, Seq: answer.Seq, Epoch: answer.Epoch, Duplicate: answer.Duplicate}
	}
	var dial *net.OpError
	if p.Outcome == "fail" || errors.As(err, &dial) && dial.Op == "dial" {
		return Answer{Outcome: Refused, Err: err}
	}
	return Answer{Outcome: Unknown, Err: err}
}

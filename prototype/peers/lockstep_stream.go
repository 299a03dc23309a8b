package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// lockstepPending is what may be in flight on all streams together: as much as
// JetStream's client has.
const lockstepPending = jetStreamPending

// lockstepStream is one request whose lines are messages, and whose answer has a
// line for each of them, in order, while the request is still being written.
type lockstepStream struct {
	out    chan streamed
	owed   chan streamed // written, or about to be, and not answered
	client *http.Client
}

type streamed struct {
	line []byte
	done func(error)
}

func openStream(url string) (*lockstepStream, error) {
	body, writer := io.Pipe()
	request, err := http.NewRequest(http.MethodPost, url+conversationPath, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	s := &lockstepStream{
		out: make(chan streamed, lockstepPending), owed: make(chan streamed, lockstepPending),
		client: &http.Client{Transport: &http.Transport{WriteBufferSize: 64 << 10}},
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("open a stream: %s", response.Status)
	}
	go s.write(writer)
	go s.read(response.Body)
	return s, nil
}

func (s *lockstepStream) send(m message, done func(error)) { s.out <- streamed{encode(m), done} }

// wait sends a message and waits for its answer. May be called from many
// goroutines.
func (s *lockstepStream) wait(ctx context.Context, m message) error {
	answer := make(chan error, 1)
	s.send(m, func(err error) { answer <- err })
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *lockstepStream) close() { close(s.out) }

// write flushes when no line waits, so that lines share packets under load and
// none is held back without it.
func (s *lockstepStream) write(to *io.PipeWriter) {
	buffered := bufio.NewWriterSize(to, 64<<10)
	for next := range s.out {
		s.owed <- next
		buffered.Write(next.line) // an error ends the answer as well, which is read
		buffered.WriteByte('\n')
		if len(s.out) == 0 {
			buffered.Flush()
		}
	}
	to.Close()
	close(s.owed)
}

func (s *lockstepStream) read(from io.ReadCloser) {
	defer s.client.CloseIdleConnections()
	defer from.Close()
	lines := bufio.NewScanner(from)
	for next := range s.owed {
		if !lines.Scan() {
			next.done(errors.Join(errors.New("the stream ended"), lines.Err()))
			continue
		}
		next.done(answered(lines.Bytes()))
	}
}

// answered reads a line of an answer. A result begins as nodes write it and is
// recognized by that, as nats.go recognizes an acknowledgement; all else is an
// error and may take its time.
func answered(line []byte) error {
	if bytes.HasPrefix(line, []byte(`{"conversation":"bench","seq":`)) {
		return nil
	}
	var problem struct{ Detail string }
	if err := json.Unmarshal(line, &problem); err != nil {
		return err
	}
	return errors.New(problem.Detail)
}

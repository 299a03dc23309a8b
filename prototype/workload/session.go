package workload

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/history"
)

// session is one sender. It belongs to one goroutine.
type session struct {
	load   *Load
	client *client.Client
	random *rand.Rand
	index  int
	life   int // how often it gave a message up without knowing
	number int // of the newest message of this life
	due    time.Time
	seen   map[string]uint64 // by conversation: newest seq that this session saw
}

func newSession(l *Load, index int, began time.Time) *session {
	s := &session{
		load: l, index: index, seen: make(map[string]uint64),
		random: rand.New(rand.NewPCG(l.cfg.Seed, uint64(index))),
		client: client.New(client.Config{
			Targets: client.Fixed(l.cfg.urls()...), First: index, AttemptTimeout: l.cfg.AttemptTimeout, Transport: l.cfg.Transport,
		}),
	}
	// The sessions take turns within an interval.
	s.due = began.Add(s.interval() * time.Duration(index) / time.Duration(l.cfg.Sessions))
	return s
}

// interval is the time between two messages of one session.
func (s *session) interval() time.Duration {
	if s.load.cfg.Rate == 0 {
		return 0
	}
	return time.Duration(float64(s.load.cfg.Sessions) / s.load.cfg.Rate * float64(time.Second))
}

func (s *session) run(ctx context.Context) {
	for s.wait(ctx) {
		conversation := s.load.cfg.Conversations[s.random.IntN(len(s.load.cfg.Conversations))]
		s.send(ctx, conversation)
		if s.random.Float64() < s.load.cfg.Reads {
			s.read(ctx, conversation)
		}
		if interval := s.interval(); interval > 0 {
			s.due = s.due.Add(interval)
		} else {
			s.due = time.Now()
		}
	}
}

// wait is false if the context ends before the next message is due.
func (s *session) wait(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	timer := time.NewTimer(time.Until(s.due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *session) name() string { return sessionName(s.load.cfg.Prefix, s.index, s.life) }

// send pursues one message, beyond the end of the load if need be: an attempt
// that was cut short by ourselves would be an unknown outcome of our making.
func (s *session) send(ctx context.Context, conversation string) {
	s.number++
	name := fmt.Sprintf("%s-%d", s.name(), s.number)
	m := api.Message{ID: client.IDFor(time.Now(), name), Sender: s.name()}
	m.Body = name + strings.Repeat(".", max(0, s.load.cfg.Body-len(name)))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.load.cfg.Patience)
	defer cancel()
	ctx = client.WithTrace(ctx, client.Trace{Begin: func(target string) func(api.Ack, error) {
		return s.attempt(conversation, m, target)
	}})
	ack, err := s.client.Send(ctx, conversation, m)
	if err == nil {
		s.seen[conversation] = max(s.seen[conversation], ack.Seq)
		s.load.acknowledged(conversation, s.due, ack)
		return
	}
	s.load.count(func(c *Counts) { c.GivenUp++ })
	if errors.Is(err, client.ErrUnknown) {
		s.life, s.number = s.life+1, 0
	}
}

// attempt notes one attempt in the history.
func (s *session) attempt(conversation string, m api.Message, target string) (ended func(api.Ack, error)) {
	recorder := s.load.cfg.Recorder
	op := recorder.Invoke(history.Event{Kind: history.Send, Node: s.load.cfg.name(target), Conversation: conversation, ID: m.ID, Sender: m.Sender, Body: m.Body})
	return func(ack api.Ack, err error) {
		switch client.OutcomeOf(err) {
		case api.OK:
			recorder.Complete(op, history.Event{Type: history.OK, Seq: ack.Seq, Epoch: ack.Epoch, Duplicate: ack.Duplicate})
		case api.Fail:
			recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
			s.load.count(func(c *Counts) { c.Refused++ })
		default:
			recorder.Complete(op, history.Event{Type: history.Info, Error: err.Error()})
			s.load.count(func(c *Counts) { c.Unknown++ })
		}
	}
}

// readLevels are what sessions choose from; strong reads are what can be wrong.
var readLevels = []api.Level{api.LevelLinearizable, api.LevelLinearizable, api.LevelLeader, api.LevelSession, api.LevelLocal}

// read reads what is new to the session, and a little of what is not.
func (s *session) read(ctx context.Context, conversation string) {
	const overlap, limit = 3, 20
	r := api.ReadRequest{Conversation: conversation, Level: readLevels[s.random.IntN(len(readLevels))], Limit: limit}
	if seen := s.seen[conversation]; seen > overlap {
		r.After = seen - overlap
	}
	if r.Level == api.LevelSession {
		r.MinSeq = s.seen[conversation]
	}
	view, err := readInto(ctx, s.load.cfg.Recorder, s.client, history.Event{Sender: s.name()}, r)
	s.load.count(func(c *Counts) {
		if err == nil {
			c.Reads++
		} else {
			c.ReadsRefused++
		}
	})
	if n := len(view.Messages); err == nil && n > 0 {
		s.seen[conversation] = max(s.seen[conversation], view.Messages[n-1].Seq)
	}
}

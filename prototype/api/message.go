package api

import (
	"time"

	"lockstep/prototype/history"
)

// Message is what a client sends. ID must be unique among the messages of its
// sender in the conversation: it is what makes a retry the same message. The same
// id with another body is refused.
type Message struct {
	ID     string `json:"id"`
	Sender string `json:"sender"`
	Body   string `json:"body"`
	// Session and Number, from 1, keep the order of a sender's messages through
	// retries; see [Session].
	Session uint64 `json:"session,omitempty"`
	Number  uint64 `json:"number,omitempty"`
}

// Ack is a message's place.
type Ack struct {
	Conversation string `json:"conversation"`
	Seq          uint64 `json:"seq"`
	ID           string `json:"id"`
	Epoch        uint64 `json:"epoch"`
	Duplicate    bool   `json:"duplicate"` // an earlier attempt had been ordered
}

// Session answers the opening of a session.
type Session struct {
	Conversation string `json:"conversation"`
	Session      uint64 `json:"session"`
	// Window is how many results are kept: once number n+Window is ordered, where n
	// went is forgotten, so that it may be sent only when n has been answered.
	Window int `json:"window"`
}

// Placed is a message in its place.
type Placed struct {
	Seq    uint64    `json:"seq"`
	ID     string    `json:"id"`
	Sender string    `json:"sender"`
	Body   string    `json:"body"`
	Epoch  uint64    `json:"epoch"`
	Time   time.Time `json:"time"`
}

// View is a consistent picture of a conversation: Last is its newest seq.
type View struct {
	Messages []Placed `json:"messages"`
	Last     uint64   `json:"last_seq"`
}

// Noted is the completion of a read that showed the view, for a history.
func (v View) Noted() history.Event {
	messages := make([]history.Message, len(v.Messages))
	for i, m := range v.Messages {
		messages[i] = history.Message{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch}
	}
	return history.Event{Type: history.OK, Last: v.Last, Messages: messages}
}

// Digest is a hash over a conversation up to a seq, as one replica has it.
type Digest struct {
	Seq    uint64 `json:"seq"`
	Digest string `json:"digest"`
}

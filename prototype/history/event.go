package history

// Type says what an event is.
type Type string

const (
	Invoke Type = "invoke"
	OK     Type = "ok"
	Fail   Type = "fail"
	Info   Type = "info"
)

// Kind says what an operation does.
type Kind string

const (
	Send Kind = "send"
	Read Kind = "read"
	// Digest asks one replica for the digest of a conversation: a value that two
	// replicas share if and only if they hold the same order up to that seq.
	Digest Kind = "digest"
)

// Event is the begin or the end of an operation. An invoke says what was asked,
// a completion what was answered; Op ties the two together.
type Event struct {
	Time int64 `json:"time"` // nanoseconds since the history began
	Op   int   `json:"op"`   // from 1
	Type Type  `json:"type"`

	// What was asked.
	Kind         Kind   `json:"kind,omitempty"`
	Node         string `json:"node,omitempty"` // that was asked
	Lane         string `json:"lane,omitempty"` // empty for quorum
	Conversation string `json:"conversation,omitempty"`
	ID           string `json:"id,omitempty"`      // of the message
	Sender       string `json:"sender,omitempty"`  // a session: of the message, or the one that reads
	Body         string `json:"body,omitempty"`    // of the message
	Level        string `json:"level,omitempty"`   // of the read
	After        uint64 `json:"after,omitempty"`   // of the read
	Limit        int    `json:"limit,omitempty"`   // of the read
	MinSeq       uint64 `json:"min_seq,omitempty"` // of the read at session level
	Upto         uint64 `json:"upto,omitempty"`    // of the digest; 0 for all there is
	// Final marks a read of one replica after all sends have ended, all faults
	// are mended and the replicas are at rest. Together the final reads of a
	// node and conversation are what it holds.
	Final bool `json:"final,omitempty"`

	// What was answered.
	Seq       uint64    `json:"seq,omitempty"` // of the message; the last one that a digest covers
	Epoch     uint64    `json:"epoch,omitempty"`
	Duplicate bool      `json:"duplicate,omitempty"`
	Last      uint64    `json:"last,omitempty"` // newest seq at the moment of the read
	Messages  []Message `json:"messages,omitempty"`
	// First is the oldest seq that a replica still holds, if a read was refused
	// because it asked for older ones.
	First  uint64 `json:"first,omitempty"`
	Digest string `json:"digest,omitempty"` // in hexadecimal
	Error  string `json:"error,omitempty"`
}

// Message is a message as a read showed it.
type Message struct {
	Seq    uint64 `json:"seq"`
	ID     string `json:"id"`
	Sender string `json:"sender"`
	Body   string `json:"body"`
	Epoch  uint64 `json:"epoch,omitempty"`
}

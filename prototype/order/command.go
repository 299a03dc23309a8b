package order

// Command asks for one message to be ordered, or for a session to be opened.
type Command struct {
	Conversation string
	ID           string // the sender's id for the message: what makes a retry the same message
	Sender       string
	Body         string

	// Session and Number, from 1, put the message in its session's order; see
	// [Machine]. Zero stands for a message without a session.
	Session uint64
	Number  uint64
	// Register opens a session for the sender; ID and Body are not used then.
	Register bool
}

// Batch is what one log entry carries: commands that a leader gathered, and the
// leader's clock when it did. Batching is what pays for the disk flush of the
// entry, see ADR-0005.
type Batch struct {
	Time int64 // milliseconds since the Unix epoch, by the leader's clock
	// Retain is how many messages of a conversation are kept at least; 0 keeps
	// all. It travels with the entry so that every replica forgets the same.
	Retain uint64
	// Rules, if not 0, are those that hold from this entry on; see [Rules]. Memory, if
	// not 0, is from now on the budget for ids, in bytes, under the second rules.
	Rules    Rules
	Memory   uint64
	Commands []Command
}

// Message is a command that has its place.
type Message struct {
	Seq    uint64
	ID     string
	Sender string
	Body   string
	Epoch  uint64 // the term of the leader that ordered it
	Time   int64  // milliseconds; never decreases within a conversation
}

// Bytes is what the message counts for where the bytes of messages are counted: those of its
// id, sender and body.
func (c *Command) Bytes() uint64 { return uint64(len(c.ID) + len(c.Sender) + len(c.Body)) }

// Bytes is that of the command that it was.
func (m *Message) Bytes() uint64 { return uint64(len(m.ID) + len(m.Sender) + len(m.Body)) }

// Result says what became of one command.
type Result struct {
	Seq       uint64
	Epoch     uint64 // of the first copy, if this is a duplicate
	Duplicate bool
	Session   uint64    `json:",omitempty"` // that was opened
	Rejected  Rejection `json:",omitempty"`
	// Hash is for a Conflict, whose Seq and Epoch are those of the first message:
	// SHA-256 of its body in hexadecimal, or "" if the message is no longer
	// retained.
	Hash string `json:",omitempty"`
}

// Rejection is why a command was certainly not ordered, by the decision of the
// log: every replica rejects the same.
type Rejection uint8

const (
	// OutOfOrder: an earlier number of the session has not been ordered.
	OutOfOrder Rejection = iota + 1
	// TooOld: the number was ordered so long ago that its result is forgotten.
	TooOld
	// SessionExpired: the session was never opened here, or has been forgotten.
	SessionExpired
	// TooManySenders: the conversation has as many senders as it may have.
	TooManySenders
	// TooManyConversations: the shard has as many as it may have.
	TooManyConversations
	// Conflict: the sender has used the id for a message with another body.
	Conflict
	// Forgotten: the id was made so long ago that it may have been ordered and
	// forgotten.
	Forgotten
	// FromTheFuture: the id was made too far ahead of the log's clock to be judged
	// by its time later.
	FromTheFuture
	// MemoryFull: an id without a time could not be remembered for the whole window.
	MemoryFull
)

func (r Rejection) String() string {
	switch r {
	case OutOfOrder:
		return "an earlier message of the session has not been ordered"
	case TooOld:
		return "the message was ordered too long ago to tell where"
	case SessionExpired:
		return "the session has expired"
	case TooManySenders:
		return "the conversation has no room for another sender"
	case TooManyConversations:
		return "the shard has no room for another conversation"
	case Conflict:
		return "the sender has used this id for a message with another body"
	case Forgotten:
		return "the id was made so long ago that the shard cannot tell whether it was ordered"
	case FromTheFuture:
		return "the time in the id is too far ahead of the shard's clock"
	case MemoryFull:
		return "the shard has no room to remember another id that carries no time"
	}
	return "not rejected"
}

package order

// Command asks for one message to be ordered.
type Command struct {
	Conversation string
	ID           string // the client's id: what makes a retry the same message
	Sender       string
	Body         string
}

// Batch is what one log entry carries: commands that a leader gathered, and the
// leader's clock when it did. Batching is what pays for the disk flush of the
// entry, see ADR-0005.
type Batch struct {
	Time     int64 // milliseconds since the Unix epoch, by the leader's clock
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

// Result says what became of one command.
type Result struct {
	Seq       uint64
	Epoch     uint64 // of the first copy, if this is a duplicate
	Duplicate bool
}

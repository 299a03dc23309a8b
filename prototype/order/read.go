package order

// View is a consistent picture of one conversation: Last is the newest seq at
// the moment at which Messages were taken, and First the oldest that is retained.
type View struct {
	Messages []Message
	Last     uint64
	First    uint64 // 1 if nothing was forgotten, also in an empty conversation
	Begun    bool   // there is something of it, be it a session alone
	Bytes    uint64 // of all messages that are retained; see [Message.Bytes]
}

// Read gives up to limit messages with seq above after. An unknown conversation
// is an empty one. If some of the messages above after were forgotten, View.First
// says so, and there are none.
func (m *Machine) Read(conversation string, after uint64, limit int) View {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c := m.conversations[conversation]
	if c == nil {
		return View{First: 1}
	}
	view := View{Last: c.last, First: c.base + 1, Begun: true, Bytes: c.bytes}
	if after >= c.last || after < c.base || limit <= 0 {
		return view
	}
	end := min(c.last, after+uint64(limit))
	view.Messages = make([]Message, 0, end-after)
	for seq := after + 1; seq <= end; {
		i := seq - c.base - 1
		n := min(chunkSize-i%chunkSize, end-seq+1)
		view.Messages = append(view.Messages, c.chunks[i/chunkSize].messages[i%chunkSize:i%chunkSize+n]...)
		seq += n
	}
	return view
}

// Digest covers the messages up to seq upto, or all of them if upto is 0 or
// beyond the end. It gives the seq that it covers, which is above upto if the
// digest there was forgotten with its messages.
func (m *Machine) Digest(conversation string, upto uint64) (seq uint64, digest Digest) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c := m.conversations[conversation]
	if c == nil {
		return 0, Digest{}
	}
	seq = c.last
	if upto > 0 {
		seq = max(min(upto, c.last), c.base)
	}
	return seq, c.digest(seq)
}

// Index is the index of the newest applied entry. Unlike the library's own
// count it never runs ahead of what a read sees.
func (m *Machine) Index() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.index
}

// Conversations counts those that have begun. Unlike Size it is quick, whatever they hold.
func (m *Machine) Conversations() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.conversations)
}

// Size counts conversations and retained messages.
func (m *Machine) Size() (conversations, messages int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, c := range m.conversations {
		messages += int(c.last - c.base)
	}
	return len(m.conversations), messages
}

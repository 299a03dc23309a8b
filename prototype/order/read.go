package order

// View is a consistent picture of one conversation: Last is the newest seq at
// the moment at which Messages were taken.
type View struct {
	Messages []Message // must not be changed
	Last     uint64
}

// Read gives up to limit messages with seq above after. An unknown conversation
// is an empty one.
func (m *Machine) Read(conversation string, after uint64, limit int) View {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c := m.conversations[conversation]
	if c == nil {
		return View{}
	}
	last := uint64(len(c.messages))
	if after >= last || limit <= 0 {
		return View{Last: last}
	}
	end := min(last, after+uint64(limit))
	return View{Messages: c.messages[after:end:end], Last: last}
}

// Digest covers the messages up to seq upto, or all of them if upto is 0 or
// beyond the end. It also gives the seq that it covers.
func (m *Machine) Digest(conversation string, upto uint64) (seq uint64, digest Digest) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c := m.conversations[conversation]
	if c == nil {
		return 0, Digest{}
	}
	seq = uint64(len(c.messages))
	if upto > 0 && upto < seq {
		seq = upto
	}
	return seq, c.digest(int(seq))
}

// Index is the index of the newest applied entry. Unlike the library's own
// count it never runs ahead of what a read sees.
func (m *Machine) Index() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.index
}

// Size counts conversations and messages.
func (m *Machine) Size() (conversations, messages int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, c := range m.conversations {
		messages += len(c.messages)
	}
	return len(m.conversations), messages
}

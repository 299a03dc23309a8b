package store

import (
	"context"
	"slices"
	"sync"
)

// Memory is a [Log] and [Keys] in memory: for tests, and for judging exported
// reviews.
type Memory struct {
	mu      sync.Mutex
	pages   map[string]*memoryPage
	keys    map[string]Key
	changed chan struct{}
}

type memoryPage struct {
	entries [][]byte
	numbers map[string]uint64
}

var (
	_ Log  = (*Memory)(nil)
	_ Keys = (*Memory)(nil)
)

// NewMemory is empty.
func NewMemory() *Memory {
	return &Memory{pages: make(map[string]*memoryPage), keys: make(map[string]Key), changed: make(chan struct{})}
}

// Append implements [Log].
func (m *Memory) Append(_ context.Context, page, id string, data []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pages[page]
	if p == nil {
		p = &memoryPage{numbers: make(map[string]uint64)}
		m.pages[page] = p
	}
	if n, ok := p.numbers[id]; ok {
		return n, nil
	}
	p.entries = append(p.entries, slices.Clone(data))
	p.numbers[id] = uint64(len(p.entries))
	close(m.changed)
	m.changed = make(chan struct{})
	return uint64(len(p.entries)), nil
}

// Read implements [Log].
func (m *Memory) Read(_ context.Context, page string, after uint64, limit int) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pages[page]
	if p == nil || after >= uint64(len(p.entries)) {
		return nil, nil
	}
	return slices.Clone(p.entries[after:min(after+uint64(limit), uint64(len(p.entries)))]), nil
}

// Watch implements [Log].
func (m *Memory) Watch(string) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// Pages implements [Log].
func (m *Memory) Pages(context.Context) (names []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.pages {
		names = append(names, name)
	}
	return names, nil
}

// Put implements [Keys].
func (m *Memory) Put(_ context.Context, id string, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[id] = k
	return nil
}

// Get implements [Keys].
func (m *Memory) Get(_ context.Context, id string) (Key, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	return k, ok, nil
}

// Destroy implements [Keys].
func (m *Memory) Destroy(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, id)
	return nil
}

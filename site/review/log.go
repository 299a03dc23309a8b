package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Log is an ordered log per page. The entries of a page have the numbers 1, 2,
// 3, … and never change.
//
// Append is called from many goroutines. It returns when the entry cannot be
// lost any more; an id that the page has already gives the number of the first
// entry with it, whatever the data. After an error it is unknown whether the
// entry is in the log, and it may be sent again.
//
// Read gives entries above after, oldest first, at most limit of them; it sees
// every entry whose Append had returned. Watch's channel is closed when the page
// may have more than when it was called. Pages lists those that have entries.
type Log interface {
	Append(ctx context.Context, page, id string, data []byte) (n uint64, err error)
	Read(ctx context.Context, page string, after uint64, limit int) ([][]byte, error)
	Watch(page string) <-chan struct{}
	Pages(ctx context.Context) ([]string, error)
}

// record is an entry as it lies in the log: the event, hashed as it is, and its
// body under its key. Each try to append has a key of its own, so that two hosts
// that try the same event never share one id with two keys.
type record struct {
	Event  json.RawMessage `json:"event"`
	Key    string          `json:"key,omitempty"` // which one, of this event's
	Sealed []byte          `json:"sealed,omitempty"`
	// Parents are those of an event that came from elsewhere or was signed. Any
	// other stands on everything before it in the log, so its parents are the same
	// wherever this log is read.
	Parents   []string `json:"parents,omitzero"`
	Signature string   `json:"signature,omitempty"`
}

// encode keeps the event byte for byte.
func (r record) encode() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		panic(fmt.Sprintf("encode record: %v", err)) // an event is valid JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func decodeRecord(data []byte) (e Event, r record, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return e, r, fmt.Errorf("decode entry: %w", err)
	}
	if err := json.Unmarshal(r.Event, &e); err != nil {
		return e, r, fmt.Errorf("decode event: %w", err)
	}
	return e, r, nil
}

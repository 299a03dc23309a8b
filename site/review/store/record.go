package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"lockstep/site/review/event"
)

// Record is an entry as it lies in the log: the event, hashed as it is, and its
// body under its key. Each try to append has a key of its own, so that two hosts
// that try the same event never share one id with two keys.
type Record struct {
	Event  json.RawMessage `json:"event"`
	Key    string          `json:"key,omitempty"` // which one, of this event's
	Sealed []byte          `json:"sealed,omitempty"`
	// Parents are those of an event that came from elsewhere or was signed. Any
	// other stands on everything before it in the log, so its parents are the same
	// wherever this log is read.
	Parents   []string `json:"parents,omitzero"`
	Signature string   `json:"signature,omitempty"`
}

// Encode keeps the event byte for byte.
func (r Record) Encode() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		panic(fmt.Sprintf("encode record: %v", err)) // an event is valid JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// DecodeRecord reads an entry.
func DecodeRecord(data []byte) (e event.Event, r Record, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return e, r, fmt.Errorf("decode entry: %w", err)
	}
	if err := json.Unmarshal(r.Event, &e); err != nil {
		return e, r, fmt.Errorf("decode event: %w", err)
	}
	return e, r, nil
}

// Seal puts a text into the record, under a key of its own that is on disk then.
func (r *Record) Seal(ctx context.Context, keys Keys, page, id, text string, salt [16]byte) error {
	key := newKey()
	key.Salt = salt
	r.Key = rand.Text()
	if err := keys.Put(ctx, r.KeyID(page, id), key); err != nil {
		return err
	}
	r.Sealed = seal(key, r.KeyID(page, id), text)
	return nil
}

// Open gives the body of an event; nil if there is no key for it any more.
func (r Record) Open(ctx context.Context, keys Keys, page string, e event.Event) (*event.Body, error) {
	id := r.KeyID(page, e.ID)
	key, ok, err := keys.Get(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	text, err := unseal(key, id, r.Sealed)
	if err != nil {
		return nil, err
	}
	body := &event.Body{Text: text, Salt: fmt.Sprintf("%x", key.Salt[:])}
	if !e.Opens(*body) {
		return nil, errors.New("the body is not the one that the event commits to")
	}
	return body, nil
}

// KeyID is the id of the key of an event's body.
func (r Record) KeyID(page, event string) string {
	if r.Key == "" {
		return page + " " + event
	}
	return page + " " + event + " " + r.Key
}

package offline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"lockstep/site/review/event"
)

// Said is a comment that somebody brings from elsewhere. Page and Body are needed.
type Said struct {
	Page    string       `json:"page"`
	Quote   string       `json:"quote"`    // a passage that stands once; "": the page, or what ReplyTo is about
	Body    string       `json:"body"`     // Markdown
	Author  string       `json:"author"`   // a name; nobody can prove it
	ReplyTo string       `json:"reply_to"` // an id of this file, or of a comment on the page
	ID      string       `json:"id"`       // makes it the same comment when it is read again
	Intent  event.Intent `json:"intent"`
	Time    time.Time    `json:"time"`
}

// Bounds of what is read.
const (
	maxSaid      = 16 << 20 // bytes
	maxSaidItems = 10_000
)

// ReadSaid reads comments as JSON: an array of objects, or one object after the
// other. A field that is not known is an error, and so is what is no UTF-8.
func ReadSaid(r io.Reader) (all []Said, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSaid+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxSaid:
		return nil, fmt.Errorf("it has more than %d bytes: split it", maxSaid)
	case !utf8.Valid(data):
		return nil, errors.New("it is not valid UTF-8")
	}
	data = bytes.TrimSpace(data)
	array := bytes.HasPrefix(data, []byte("["))
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if array {
		if _, err := d.Token(); err != nil {
			return nil, err
		}
	}
	for d.More() {
		var one Said
		if err := d.Decode(&one); err != nil {
			return nil, fmt.Errorf("comment %d: %w", len(all)+1, err)
		}
		if len(all) == maxSaidItems {
			return nil, fmt.Errorf("it has more than %d comments: split it", maxSaidItems)
		}
		for name, value := range map[string]string{"page": one.Page, "body": one.Body, "author": one.Author} {
			if strings.TrimSpace(value) == "" {
				return nil, fmt.Errorf("comment %d: %s is missing", len(all)+1, name)
			}
		}
		all = append(all, one)
	}
	if array {
		if _, err := d.Token(); err != nil {
			return nil, fmt.Errorf("its end is missing: %w", err)
		}
	}
	if rest := bytes.TrimSpace(data[d.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("something follows the comments")
	}
	if len(all) == 0 {
		return nil, errors.New("it has no comments")
	}
	return all, nil
}

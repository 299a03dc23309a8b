//go:build !js

package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"lockstep/prototype/lab/frame"
)

// drawn keeps the newest frame as markup, as an event, and as what has changed since
// the frame before: everybody who watches gets the same bytes, so two hundred readers
// cost one drawing.
type drawn struct {
	mu     sync.Mutex
	number uint64
	html   []byte
	before uint64 // number of the frame before
	old    []byte
	sent   []byte // made when somebody wants it
	change []byte
}

// draw is a frame as markup, and whether it is the newest. Nobody changes the bytes.
func (d *drawn) draw(f frame.Frame) (html []byte, newest bool, err error) {
	if d.html != nil && d.number == f.Number {
		return d.html, true, nil
	}
	var b bytes.Buffer
	if err := View(f).Render(context.Background(), &b); err != nil {
		return nil, false, err
	}
	if d.html != nil && f.Number < d.number { // one who is slow must not take the newest from the others
		return b.Bytes(), false, nil
	}
	d.before, d.old = d.number, d.html
	d.number, d.html, d.sent, d.change = f.Number, b.Bytes(), nil, nil
	return d.html, true, nil
}

// event is a frame as one event of the stream "events".
func (d *drawn) event(f frame.Frame) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	html, newest, err := d.draw(f)
	if err != nil {
		return nil, err
	}
	if newest && d.sent != nil {
		return d.sent, nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: frame\nid: %d\n", f.Number)
	(&lines{w: &b, start: true}).Write(html) // into memory
	b.WriteString("\n\n")
	if newest {
		d.sent = b.Bytes()
	}
	return b.Bytes(), nil
}

// next is what a reader needs who has the frame with the number last, or none if that
// is 0: the frame, or what has changed in it.
func (d *drawn) next(f frame.Frame, last uint64) (name string, data []byte, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	html, newest, err := d.draw(f)
	if err != nil || !newest || last == 0 || last != d.before || d.old == nil {
		return "frame", html, err
	}
	if d.change == nil {
		d.change = changeFrom(d.old, d.html)
	}
	if len(d.change) > len(html)/2 {
		return "frame", html, nil
	}
	return "patch", d.change, nil
}

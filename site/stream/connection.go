package stream

import (
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// writeTimeout is how long a reader may take for one event.
const writeTimeout = 10 * time.Second

// connection writes the events of all topics of one reader, one at a time.
type connection struct {
	packed bool // as gzip
	cut    func()

	mu   sync.Mutex
	w    http.ResponseWriter
	out  *http.ResponseController
	err  error             // after which nothing is written any more
	came map[string]string // numbers, by topic
	sum  uint32            // of the text
	size uint32
}

func newConnection(w http.ResponseWriter, packed bool, cut func()) *connection {
	return &connection{packed: packed, cut: cut, w: w, out: http.NewResponseController(w), came: make(map[string]string)}
}

// begin sends the headers.
func (c *connection) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.packed {
		c.w.Header().Set("Content-Encoding", "gzip")
		c.write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}) // RFC 1952: no name, no time
	}
	c.put([]byte("retry: 1000\n\n"), nil)
	return c.flush()
}

// event writes an event of a topic.
func (c *connection) event(topic string, e Event, p *part) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Number > 0 {
		c.came[topic] = strconv.FormatUint(e.Number, 10)
		ids := make(url.Values, len(c.came))
		for t, n := range c.came {
			ids.Set(t, n)
		}
		c.put([]byte("id: "+ids.Encode()+"\n"), nil)
	}
	c.put(p.text, p.packed)
	return c.flush()
}

// alive keeps proxies from closing a quiet stream.
func (c *connection) alive() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put([]byte(": alive\n\n"), nil)
	return c.flush()
}

// end completes the stream.
func (c *connection) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.packed {
		last := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0xff, 0xff}, c.sum)
		c.write(binary.LittleEndian.AppendUint32(last, c.size))
	}
}

// put writes text, packed as it is given or stored.
func (c *connection) put(text, packed []byte) {
	if !c.packed {
		c.write(text)
		return
	}
	if packed == nil {
		packed = stored(text)
	}
	c.sum = crc32.Update(c.sum, crc32.IEEETable, text)
	c.size += uint32(len(text))
	c.write(packed)
}

func (c *connection) write(data []byte) {
	if c.err != nil {
		return
	}
	c.out.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, c.err = c.w.Write(data); c.err != nil {
		c.cut()
	}
}

func (c *connection) flush() error {
	if c.err == nil {
		if c.err = c.out.Flush(); c.err != nil {
			c.cut()
		}
	}
	return c.err
}

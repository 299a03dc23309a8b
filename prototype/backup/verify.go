package backup

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"lockstep/prototype/order"
)

// place is where a run of messages of one conversation stands.
type place struct {
	file   string
	offset int64
	number int // of its line
}

// held is what the files have of a conversation.
type held struct {
	first, last uint64
	digest      order.Digest
	places      []place
}

// Verify reads the whole backup in a folder, and holds the digests of its messages
// against those that the cluster gave. It asks no cluster. The error names the first
// line that is damaged.
func Verify(dir string, progress func(stage string, done, of int)) (Manifest, error) {
	m, _, err := index(dir, progress)
	return m, err
}

func index(dir string, progress func(stage string, done, of int)) (Manifest, map[string]*held, error) {
	m, err := Read(dir)
	if err != nil {
		return m, nil, err
	}
	if len(m.Runs) == 0 {
		return m, nil, fmt.Errorf("%s holds no backup", dir)
	}
	if progress == nil {
		progress = func(string, int, int) {}
	}
	all, done := make(map[string]*held), 0
	files := 0
	for _, r := range m.Runs {
		files += len(r.Files)
	}
	for _, r := range m.Runs {
		for _, f := range r.Files {
			if err := f.check(dir, all); err != nil {
				return m, nil, err
			}
			done++
			progress("verify", done, files)
		}
	}
	for _, c := range m.Conversations {
		h := all[c.Name]
		if h == nil {
			h = &held{first: 1}
		}
		if h.last != c.Last || h.first != c.First || h.digest.String() != c.Digest {
			return m, nil, fmt.Errorf("%w: conversation %q has messages %d to %d with the digest %s, and the cluster had %d to %d with %s",
				ErrDamaged, c.Name, h.first, h.last, h.digest, c.First, c.Last, c.Digest)
		}
		h.places = slices.Clip(h.places)
	}
	if len(all) > len(m.Conversations) {
		for _, c := range m.Conversations {
			delete(all, c.Name)
		}
		return m, nil, fmt.Errorf("%w: conversation %q is in no manifest", ErrDamaged, slices.Min(slices.Collect(maps.Keys(all))))
	}
	return m, all, nil
}

// check reads a file and adds what it has.
func (f File) check(dir string, all map[string]*held) error {
	path := filepath.Join(dir, f.Name)
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer file.Close()
	var c *held
	r := reader{in: bufio.NewReaderSize(file, 1<<20)}
	for {
		at := r.offset
		l, err := r.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			c, err = l.extend(c, all, place{f.Name, at, r.number})
		}
		if err != nil {
			return fmt.Errorf("%w: %s:%d: %v", ErrDamaged, path, r.number, err)
		}
	}
	if r.offset != int64(f.Bytes) {
		return fmt.Errorf("%w: %s has %d bytes, and was written with %d", ErrDamaged, path, r.offset, f.Bytes)
	}
	return nil
}

// extend puts a line behind those before it; c is the conversation that they were of.
func (l line) extend(c *held, all map[string]*held, at place) (*held, error) {
	if l.Conversation != "" {
		digest, err := parseDigest(l.Digest)
		if err != nil {
			return nil, err
		}
		c = all[l.Conversation]
		if c == nil {
			c = &held{first: 1}
			all[l.Conversation] = c
		}
		switch {
		case l.After == c.last && digest != c.digest:
			return nil, fmt.Errorf("the digest of %q up to %d is %s, and %s in the lines before", l.Conversation, l.After, digest, c.digest)
		case l.After < c.last:
			return nil, fmt.Errorf("%q goes on behind %d, and %d messages stand before", l.Conversation, l.After, c.last)
		case l.After > c.last: // the cluster had dropped what is between
			*c = held{first: l.After + 1, last: l.After, digest: digest}
		}
		c.places = append(c.places, at)
		return c, nil
	}
	switch {
	case c == nil:
		return nil, fmt.Errorf("a message stands before any conversation")
	case l.Seq != c.last+1:
		return nil, fmt.Errorf("message %d follows %d", l.Seq, c.last)
	}
	c.last, c.digest = l.Seq, c.digest.Next(l.message())
	return c, nil
}

// reader reads lines, and knows where it is.
type reader struct {
	in     *bufio.Reader
	offset int64
	number int
}

func (r *reader) next() (line, error) {
	data, err := r.in.ReadBytes('\n')
	if err == io.EOF && len(data) == 0 {
		return line{}, io.EOF
	}
	r.number++
	r.offset += int64(len(data))
	if err != nil && err != io.EOF {
		return line{}, err
	}
	if err == io.EOF {
		return line{}, fmt.Errorf("it has no end")
	}
	return parseLine(bytes.TrimSuffix(data, []byte{'\n'}))
}

// messages gives those of a conversation above a seq, one after the other.
func (h *held) messages(dir string, after uint64, yield func(line) error) error {
	for i, p := range h.places {
		if err := p.messages(dir, after, yield); err != nil {
			return fmt.Errorf("%s, part %d: %w", p.file, i+1, err)
		}
	}
	return nil
}

func (p place) messages(dir string, after uint64, yield func(line) error) error {
	file, err := os.Open(filepath.Join(dir, p.file))
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(p.offset, io.SeekStart); err != nil {
		return err
	}
	r := reader{in: bufio.NewReaderSize(file, 64<<10)}
	for first := true; ; first = false {
		l, err := r.next()
		if err == io.EOF || err == nil && l.Conversation != "" && !first {
			return nil
		}
		if err != nil {
			return err
		}
		if l.Seq > after {
			if err := yield(l); err != nil {
				return err
			}
		}
	}
}

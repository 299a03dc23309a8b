// Package letter reads what somebody answered by mail: a message, or a mailbox of
// them, in which passages of a page are quoted and commented on below.
//
//	> We keep one log per shard.
//
//	Why not one per conversation?
//
// Nothing in a mail proves who wrote it. What is read is bounded, and what cannot be
// read for certain is an error with its reason: a message that is HTML alone, a
// charset that is not known, bytes that are none of their charset.
package letter

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is read.
const (
	MaxBytes    = 16 << 20 // of a mailbox
	maxMessage  = 1 << 20
	maxMessages = 1000
	maxDepth    = 6 // of parts within parts
	maxParts    = 100
)

// Letter is a message.
type Letter struct {
	ID        string // Message-ID, without its brackets; "" if there is none
	InReplyTo []string
	Name      string // as the sender calls themselves
	Address   string // as the sender says
	Subject   string
	Sent      time.Time
	Parts     []Part
}

// Part is a comment, and the passage above it that it is about; "" for none.
type Part struct{ Quote, Body string }

// Message is a message that was read, or why it was not.
type Message struct {
	N   int // in the mailbox, from 1
	Raw []byte
	Letter
	Err error
}

// Read reads a message or a mailbox.
func Read(r io.Reader) ([]Message, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > MaxBytes:
		return nil, fmt.Errorf("it has more than %d bytes: split it", MaxBytes)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("it is empty")
	}
	raws := split(data)
	if len(raws) > maxMessages {
		return nil, fmt.Errorf("it has %d messages; at most %d are read: split it", len(raws), maxMessages)
	}
	messages := make([]Message, 0, len(raws))
	for i, raw := range raws {
		m := Message{N: i + 1, Raw: raw}
		m.Letter, m.Err = parse(raw)
		messages = append(messages, m)
	}
	return messages, nil
}

var fromLine = regexp.MustCompile(`^From \S.* \d{4}\r?$`)

// split parts a mailbox at its lines "From …", which a blank line precedes. Lines
// that only look so were written ">From", and are again what they were.
func split(data []byte) (raws [][]byte) {
	if !bytes.HasPrefix(data, []byte("From ")) {
		return [][]byte{data}
	}
	var current []byte
	blank, begun := true, false
	for line := range bytes.Lines(data) {
		if blank && fromLine.Match(bytes.TrimRight(line, "\r\n")) {
			if begun {
				raws = append(raws, current)
			}
			current, begun, blank = nil, true, false
			continue
		}
		blank = len(bytes.TrimSpace(line)) == 0
		if quoted := bytes.TrimLeft(line, ">"); len(quoted) < len(line) && bytes.HasPrefix(quoted, []byte("From ")) {
			line = line[1:]
		}
		current = append(current, line...)
	}
	return append(raws, current)
}

func parse(raw []byte) (l Letter, err error) {
	if len(raw) > maxMessage {
		return l, fmt.Errorf("it has %d bytes; at most %d are read", len(raw), maxMessage)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, fmt.Errorf("it is no message of RFC 5322: %w", err)
	}
	words := &mime.WordDecoder{CharsetReader: charset}
	from, err := (&mail.AddressParser{WordDecoder: words}).Parse(m.Header.Get("From"))
	if err != nil {
		return l, fmt.Errorf("its sender cannot be read: %w", err)
	}
	l.Name, l.Address = oneLine(from.Name), strings.ToLower(from.Address)
	if l.Name == "" {
		l.Name, _, _ = strings.Cut(l.Address, "@")
	}
	l.Subject = m.Header.Get("Subject")
	if decoded, err := words.DecodeHeader(l.Subject); err == nil {
		l.Subject = decoded
	}
	l.Subject = oneLine(l.Subject)
	if l.Sent, err = m.Header.Date(); err != nil {
		return l, errors.New("it has no date")
	}
	l.ID = messageID(m.Header.Get("Message-ID"))
	for _, name := range []string{"In-Reply-To", "References"} {
		for id := range strings.FieldsSeq(m.Header.Get(name)) {
			if id = strings.Trim(id, "<>,"); id != "" && len(l.InReplyTo) < 20 {
				l.InReplyTo = append(l.InReplyTo, id)
			}
		}
	}
	text, err := (&reader{}).text(textproto.MIMEHeader(m.Header), m.Body, 0)
	if err != nil {
		return l, err
	}
	l.Parts = parts(text)
	if len(l.Parts) == 0 {
		return l, errors.New("it says nothing but what it quotes")
	}
	return l, nil
}

func messageID(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return strings.Trim(first, "<>")
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)), " ")
}

// reader reads the parts of one message.
type reader struct {
	parts int
	html  bool
}

var errOther = errors.New("no text")

// text is the first plain text of a message.
func (r *reader) text(h textproto.MIMEHeader, body io.Reader, depth int) (string, error) {
	if r.parts++; depth > maxDepth || r.parts > maxParts {
		return "", errors.New("it has too many parts, or parts within parts")
	}
	kind, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	if h.Get("Content-Type") == "" {
		kind, err = "text/plain", nil
	}
	if err != nil {
		return "", fmt.Errorf("its content type cannot be read: %w", err)
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		text, err := r.multi(body, parameters["boundary"], depth)
		if errors.Is(err, errOther) && depth == 0 {
			err = r.nothing()
		}
		return text, err
	case kind == "text/plain" && !strings.HasPrefix(h.Get("Content-Disposition"), "attachment"):
		return plain(h.Get("Content-Transfer-Encoding"), parameters["charset"], body)
	case kind == "text/html":
		r.html = true
	}
	if depth == 0 {
		return "", r.nothing()
	}
	return "", errOther
}

func (r *reader) nothing() error {
	if r.html {
		return errors.New("it is HTML alone, in which nobody can tell what is quoted: send it as plain text")
	}
	return errors.New("it has no plain text")
}

func (r *reader) multi(body io.Reader, boundary string, depth int) (string, error) {
	if boundary == "" {
		return "", errors.New("it has parts and does not say what is between them")
	}
	parts := multipart.NewReader(body, boundary)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", errOther
		}
		if err != nil {
			return "", fmt.Errorf("its parts cannot be read: %w", err)
		}
		text, err := r.text(part.Header, part, depth+1)
		if !errors.Is(err, errOther) {
			return text, err
		}
	}
}

// plain decodes a text.
func plain(encoding, set string, body io.Reader) (string, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "", "7bit", "8bit", "binary":
	default:
		return "", fmt.Errorf("its transfer encoding %q is not known", encoding)
	}
	decoded, err := charset(set, body)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(decoded)
	if err != nil {
		return "", fmt.Errorf("its text cannot be decoded: %w", err)
	}
	if !utf8.Valid(data) {
		return "", errors.New("its text has bytes that are none of its charset")
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n"), nil
}

// charset reads a text in the charsets that are known.
func charset(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1", "latin-1", "iso8859-1":
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		for _, c := range data {
			b.WriteRune(rune(c))
		}
		return strings.NewReader(b.String()), nil
	}
	return nil, fmt.Errorf("its charset %q is not known: send it as UTF-8", name)
}

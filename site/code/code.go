package code

import "bytes"

// Append adds source to dst as HTML, marked up as the language says. ok is false
// for a language that this package does not know; dst is then unchanged. It may
// be called by many goroutines at once.
func Append(dst []byte, language string, source []byte) (_ []byte, ok bool) {
	scan, ok := scanners[language]
	if !ok {
		return dst, false
	}
	p := NewPainter(dst)
	scan(p, source)
	return p.End(), true
}

// AppendPlain adds source to dst as HTML without any mark-up.
func AppendPlain(dst, source []byte) []byte { return escape(dst, source) }

// painting scans a source. It must hand every byte to the painter, in order.
type painting func(p *Painter, source []byte)

// scanners by the names that are written behind a fence, in lower case.
var scanners = make(map[string]painting)

func register(scan painting, names ...string) {
	for _, name := range names {
		scanners[name] = scan
	}
}

// Painter writes spans. Neighbours of one class share a span, and so do those
// with only white space between them: pages become a good deal smaller. What it
// is given must be the source, all of it and in order.
type Painter struct {
	out   []byte
	class string // of the open span, or ""
	space []byte // white space that has not been written yet
}

// NewPainter adds to dst.
func NewPainter(dst []byte) *Painter { return &Painter{out: dst} }

// Add writes text in a class; "" is plain.
func (p *Painter) Add(class string, text []byte) {
	if len(text) == 0 {
		return
	}
	if class != p.class {
		if p.class != "" {
			p.out = append(p.out, "</span>"...)
		}
		p.flush()
		if class != "" {
			p.out = append(append(append(p.out, `<span class="`...), class...), `">`...)
		}
		p.class = class
	}
	p.flush()
	p.out = escape(p.out, text)
}

// Blank writes white space, which belongs to no class.
func (p *Painter) Blank(text []byte) { p.space = append(p.space, text...) }

func (p *Painter) flush() {
	p.out = append(p.out, p.space...)
	p.space = p.space[:0]
}

// End closes what is open and returns everything.
func (p *Painter) End() []byte {
	if p.class != "" {
		p.out = append(p.out, "</span>"...)
	}
	p.flush()
	return p.out
}

func escape(dst, text []byte) []byte {
	from := 0
	for i, c := range text {
		entity := ""
		switch c {
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '&':
			entity = "&amp;"
		case '"':
			entity = "&#34;"
		case 0: // not allowed in HTML
			entity = "\uFFFD"
		default:
			continue
		}
		dst = append(append(dst, text[from:i]...), entity...)
		from = i + 1
	}
	return append(dst, text[from:]...)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord: bytes above ASCII are parts of words in every language here.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' || c >= 0x80
}

// lineEnd is the length of the rest of the line, without its end.
func lineEnd(s []byte) int {
	if i := bytes.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// blanks is the number of leading blanks and tabs.
func blanks(s []byte) (n int) {
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

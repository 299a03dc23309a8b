package code

import (
	"bytes"
	"strings"
)

// grammar is what most programming languages differ in, as far as a reader
// sees it.
type grammar struct {
	words        map[string]string // class by word
	ignoreCase   bool              // words are looked up in lower case
	wordChars    string            // more bytes that words are made of
	lineComments []string
	blockComment [2]string
	nested       bool // block comments nest
	quotes       []quote
	prefixes     string // letters that may stand before a quote: r"…", b'…'
	lifetimes    bool   // 'a is a name unless a second quote follows: Rust
	key          byte   // a word or string before this byte is a key
	calls        bool   // a word before "(" is a function
	regexps      bool   // /…/ where no operand can stand before it
	templates    bool   // `…${code}…`
	decorators   bool   // @name
	directives   bool   // #name at the start of a line
	sections     bool   // [name] at the start of a line
	hashes       bool   // r#"…"#
}

// quote is one way of writing a string.
type quote struct {
	mark  string
	raw   bool // a backslash means nothing
	lines bool // may go over lines; others end with their line, closed or not
}

// scan is one pass over the source. Before is the last word or byte that is not
// white space: it tells whether "/" divides, and what a name is.
func (g *grammar) scan(p *Painter, src []byte) {
	var before []byte
	for i := 0; i < len(src); {
		rest := src[i:]
		c := rest[0]
		lineStart := i == 0 || src[i-1] == '\n'
		if isSpace(c) {
			n := 1
			for n < len(rest) && isSpace(rest[n]) {
				n++
			}
			p.Blank(rest[:n])
			i += n
			continue
		}
		class, n := g.token(rest, before, lineStart)
		p.Add(class, rest[:n])
		if class != "c" {
			before = rest[:n]
		}
		i += n
	}
}

// token is the class and the length of what s begins with.
func (g *grammar) token(s, before []byte, lineStart bool) (class string, n int) {
	if n := g.comment(s); n > 0 {
		return "c", n
	}
	if n := g.text(s); n > 0 {
		return g.keyOr("s", s, n), n
	}
	c := s[0]
	switch {
	case hasPrefix(s, "..."):
		return "", 3 // so that what follows is no member
	case isDigit(c) || c == '.' && len(s) > 1 && isDigit(s[1]):
		return "m", max(number(s), g.wordLen(s))
	case g.isWord(c):
		return g.word(s, before)
	case g.decorators && c == '@' && len(s) > 1 && g.isWord(s[1]):
		return "na", 1 + g.wordLen(s[1:])
	case g.directives && c == '#' && lineStart:
		blank := 1 + blanks(s[1:])
		return "k", blank + g.wordLen(s[blank:])
	case g.sections && c == '[' && lineStart:
		if end := bytes.IndexByte(s[:lineEnd(s)], ']'); end > 0 {
			return "nc", end + 1
		}
	case g.regexps && c == '/' && !isOperand(before):
		if n := pattern(s); n > 0 {
			return "s", n
		}
	}
	return "", 1
}

func (g *grammar) isWord(c byte) bool { return isWord(c) || strings.IndexByte(g.wordChars, c) >= 0 }

func (g *grammar) wordLen(s []byte) (n int) {
	for n < len(s) && g.isWord(s[n]) {
		n++
	}
	return n
}

// comment is the length of the comment that s begins with, or 0.
func (g *grammar) comment(s []byte) int {
	for _, mark := range g.lineComments {
		if hasPrefix(s, mark) {
			return lineEnd(s)
		}
	}
	open, closing := g.blockComment[0], g.blockComment[1]
	if open == "" || !hasPrefix(s, open) {
		return 0
	}
	for depth, i := 1, len(open); ; {
		switch {
		case i >= len(s):
			return len(s)
		case hasPrefix(s[i:], closing):
			i += len(closing)
			if depth--; depth == 0 {
				return i
			}
		case g.nested && hasPrefix(s[i:], open):
			depth++
			i += len(open)
		default:
			i++
		}
	}
}

// text is the length of the string that s begins with, or 0.
func (g *grammar) text(s []byte) int {
	start := 0
	for start < 2 && start < len(s) && strings.IndexByte(g.prefixes, s[start]) >= 0 {
		start++
	}
	raw := start > 0 && (s[0] == 'r' || s[start-1] == 'r')
	if g.hashes && raw {
		if n := hashed(s[start:]); n > 0 {
			return start + n
		}
	}
	for _, q := range g.quotes {
		if !hasPrefix(s[start:], q.mark) {
			continue
		}
		if g.lifetimes && q.mark == "'" && !isRune(s[start:]) {
			return 0
		}
		return start + q.length(s[start:])
	}
	if g.templates && s[0] == '`' {
		return template(s)
	}
	return 0
}

func (q quote) length(s []byte) int {
	for i := len(q.mark); i < len(s); i++ {
		switch {
		case s[i] == '\\' && !q.raw && i+1 < len(s):
			if s[i+1] != '\n' || q.lines {
				i++
			}
		case s[i] == '\n' && !q.lines:
			return i
		case hasPrefix(s[i:], q.mark):
			return i + len(q.mark)
		}
	}
	return len(s)
}

// hashed is the length of "…" or #"…"# with any number of #.
func hashed(s []byte) int {
	n := 0
	for n < len(s) && s[n] == '#' {
		n++
	}
	if n == len(s) || s[n] != '"' {
		return 0
	}
	closing := append([]byte{'"'}, s[:n]...)
	if i := bytes.Index(s[n+1:], closing); i >= 0 {
		return n + 1 + i + len(closing)
	}
	return len(s)
}

// isRune tells 'x' and '\n' from the lifetime 'a.
func isRune(s []byte) bool {
	if len(s) < 3 || s[1] == '\\' {
		return len(s) > 1 && s[1] == '\\'
	}
	for i := 2; i < len(s) && i < 6; i++ {
		if s[i] == '\'' {
			return i == 2 || s[1] >= 0x80
		}
	}
	return false
}

// template is the length of `…${code}…`, in which code may hold templates.
func template(s []byte) int {
	for i, depth := 1, 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case depth == 0 && c == '`':
			return i + 1
		case depth == 0 && c == '$' && i+1 < len(s) && s[i+1] == '{':
			depth++
			i++
		case depth > 0 && c == '{':
			depth++
		case depth > 0 && c == '}':
			depth--
		case depth > 0 && c == '`':
			i += template(s[i:]) - 1
		}
	}
	return len(s)
}

// pattern is the length of the regular expression that s begins with, or 0.
func pattern(s []byte) int {
	inClass := false
	for i := 1; i < len(s) && s[i] != '\n'; i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			inClass = true
		case ']':
			inClass = false
		case '/':
			if inClass {
				continue
			}
			i++
			for i < len(s) && s[i] >= 'a' && s[i] <= 'z' {
				i++
			}
			return i
		}
	}
	return 0
}

// isOperand: after a value "/" divides, after anything else it begins a pattern.
func isOperand(before []byte) bool {
	if len(before) == 0 {
		return false
	}
	switch string(before) {
	case "return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new", "yield", "await":
		return false
	}
	last := before[len(before)-1]
	return isWord(last) || strings.IndexByte(")]}\"'`$", last) >= 0
}

// number is the length of a number: digits of any base, a fraction, an
// exponent, a unit. Two dots are a range and no number.
func number(s []byte) (n int) {
	for n < len(s) {
		c := s[n]
		switch {
		case isWord(c) && c < 0x80:
		case c == '.' && n+1 < len(s) && isDigit(s[n+1]):
		case (c == '+' || c == '-') && (s[n-1] == 'e' || s[n-1] == 'E') && !hasPrefix(s, "0x") && n+1 < len(s) && isDigit(s[n+1]):
		case (c == '+' || c == '-') && (s[n-1] == 'p' || s[n-1] == 'P') && hasPrefix(s, "0x"):
		default:
			return n
		}
		n++
	}
	return n
}

func hasPrefix(s []byte, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}

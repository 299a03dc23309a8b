package code

import "bytes"

// yaml paints YAML line by line. What it keeps from line to line is a block
// scalar, which goes on while lines are indented deeper than its key.
func yaml(p *Painter, src []byte) {
	block := -1 // indentation of the key whose block scalar is open
	for len(src) > 0 {
		n := min(lineEnd(src)+1, len(src))
		line := src[:n]
		indent := blanks(line)
		empty := len(bytes.TrimSpace(line)) == 0
		if block >= 0 && (empty || indent > block) {
			p.Blank(line[:indent])
			p.line("s", line[indent:])
			src = src[n:]
			continue
		}
		block = -1
		if empty {
			p.Blank(line)
			src = src[n:]
			continue
		}
		// A quoted scalar may go over lines, so it takes from src, not from line.
		y := yamlLine{p: p, s: src, indent: indent}
		n = y.paint()
		if y.block {
			block = y.indent
		}
		src = src[n:]
	}
}

// yamlLine is one line, and as many as its quoted scalars take.
type yamlLine struct {
	p      *Painter
	s      []byte
	at     int
	indent int // of its innermost key
	flow   int // depth of [ and {
	block  bool
}

func (y *yamlLine) take(class string, n int) {
	y.p.Add(class, y.s[y.at:y.at+n])
	y.at += n
}

func (y *yamlLine) paint() int {
	y.at = blanks(y.s)
	y.p.Blank(y.s[:y.at])
	start := true // a dash may stand here
	for y.at < len(y.s) {
		rest := y.s[y.at:]
		switch c := rest[0]; {
		case c == '\n':
			y.p.Blank(rest[:1])
			if y.at++; y.flow == 0 {
				return y.at
			}
			start = true
		case isSpace(c):
			y.p.Blank(rest[:1])
			y.at++
		case c == '#' && (y.at == 0 || isSpace(y.s[y.at-1])):
			y.take("c", lineEnd(rest))
		case start && c == '-' && (len(rest) == 1 || isSpace(rest[1])):
			y.indent = max(y.indent, y.at-lineStart(y.s, y.at))
			y.take("", 1)
		case c == '"':
			y.scalar("s", quote{mark: `"`, lines: true}.length(rest))
			start = false
		case c == '\'':
			y.scalar("s", quote{mark: `'`, raw: true, lines: true}.length(rest))
			start = false
		case c == '{' || c == '[':
			y.flow++
			y.take("", 1)
		case c == '}' || c == ']':
			y.flow = max(0, y.flow-1)
			y.take("", 1)
		case c == ',' || c == ':' || c == '?' && !start:
			y.take("", 1)
		case (c == '&' || c == '*') && len(rest) > 1 && isWord(rest[1]):
			y.take("nv", yamlToken(rest))
		case c == '!':
			y.take("kt", yamlToken(rest))
		case (c == '|' || c == '>') && y.flow == 0 && isIndicator(rest):
			y.take("", yamlToken(rest))
			y.block = true
		default:
			y.plain(rest)
			start = false
		}
	}
	return y.at
}

func lineStart(s []byte, at int) int { return bytes.LastIndexByte(s[:at], '\n') + 1 }

// yamlToken is the length up to white space or a flow mark.
func yamlToken(s []byte) (n int) {
	for n < len(s) && !isSpace(s[n]) && (n == 0 || s[n] != ',' && s[n] != ']' && s[n] != '}') {
		n++
	}
	return n
}

// isIndicator: "|", ">-", "|2+", followed by nothing but a comment.
func isIndicator(s []byte) bool {
	n := yamlToken(s)
	rest := bytes.TrimLeft(s[n:], " \t")
	return len(bytes.Trim(s[1:n], "+-0123456789")) == 0 && (len(rest) == 0 || rest[0] == '\n' || rest[0] == '#')
}

// plain paints a scalar without quotes, which ends at ": ", " #" or the line.
func (y *yamlLine) plain(s []byte) {
	n := 1
	for n < len(s) && s[n] != '\n' {
		if s[n] == ':' && (n+1 == len(s) || isSpace(s[n+1]) || y.flow > 0 && (s[n+1] == ',' || s[n+1] == '}')) {
			break
		}
		if s[n] == '#' && isSpace(s[n-1]) || y.flow > 0 && (s[n] == ',' || s[n] == ']' || s[n] == '}') {
			break
		}
		n++
	}
	n = len(bytes.TrimRight(s[:n], " \t\r"))
	switch text := s[:n]; {
	case y.isKey(n):
		y.scalar("nt", n)
	case isDigit(text[0]) && number(text) == n || text[0] == '-' && n > 1 && isDigit(text[1]) && number(text[1:]) == n-1:
		y.take("m", n)
	default:
		y.take(yamlWords[string(text)], n)
	}
}

var yamlWords = words([2]string{"k", "true false null yes no on off True False Yes No ~"})

func (y *yamlLine) isKey(n int) bool {
	rest := y.s[y.at+n:]
	rest = rest[blanks(rest):]
	return len(rest) > 0 && rest[0] == ':' && (len(rest) == 1 || isSpace(rest[1]) || y.flow > 0)
}

// scalar paints a scalar, in the class of keys if it is one.
func (y *yamlLine) scalar(class string, n int) {
	if y.isKey(n) {
		class = "nt"
		y.indent = max(y.indent, y.at-lineStart(y.s, y.at))
	}
	y.take(class, n)
}

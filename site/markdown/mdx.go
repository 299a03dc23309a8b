package markdown

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// MDX is Markdown with code of JavaScript in it: imports and exports, components,
// expressions in braces, comments within braces. What a reader is not shown is blanked
// out before the text is parsed, byte for byte, so that lines and offsets stay those of
// the file; the text in components stays.
type mdx struct {
	d    *Document
	src  []byte // changed in place
	file []byte // as it is
	// steps are how many bytes were looked at in search of an end. An end that is
	// missing is looked for again and again, so there is a limit.
	steps int
}

var (
	esmImport   = regexp.MustCompile(`^import\s+(?:[\w*{}\s,$]+?\s+from\s+)?["'][^"'\n]+["'];?[ \t]*(?://.*)?$`)
	esmBegin    = regexp.MustCompile(`^(?:import\s*(?:[\w*{"'$])|export\s+(?:default|const|let|var|function|async|class|\{|\*))`)
	component   = regexp.MustCompile(`^</?[A-Z][\w.]*(?:[\s/>]|$)`)
	fenceMarks  = regexp.MustCompile("^[ \t]*(?:[-*+>][ \t]+|\\d+[.)][ \t]+)*(`{3,}|~{3,})")
	plainString = regexp.MustCompile("^\\{[ \t]*(?:\"([^\"\\n{}]*)\"|'([^'\\n{}]*)'|`([^`\\n{}$]*)`)[ \t]*\\}")
)

// maxExpression is how long an expression or a tag may be, in bytes.
const maxExpression = 16 << 10

// within is what follows at an offset, as far as an end of it may be away.
func (m *mdx) within(at int) []byte {
	if m.steps > 64*len(m.file) {
		return nil
	}
	rest := m.src[at:min(len(m.src), at+maxExpression)]
	m.steps += len(rest)
	return rest
}

// blankMDX gives a text in which what is code of MDX is blank. Texts of Docusaurus that
// are called .md are MDX too; they are known by an import and a component.
func (d *Document) blankMDX(src []byte, named func(source string) bool) []byte {
	if !strings.EqualFold(path.Ext(d.Source), ".mdx") && (d.strict || !importsComponents(src)) && (named == nil || !named(d.Source)) {
		return src
	}
	d.isMDX = true
	m := &mdx{d: d, src: bytes.Clone(src), file: src}
	m.blank()
	if strings.EqualFold(path.Ext(d.Source), ".mdx") || !bytes.Equal(m.src, src) {
		d.speaks(dialectMDX)
	}
	return m.src
}

func importsComponents(src []byte) bool {
	if !bytes.Contains(src, []byte("import ")) {
		return false
	}
	imports, components := false, false
	blankBefore, fence := true, ""
	for line := range bytes.Lines(src) {
		line = bytes.TrimRight(line, "\r\n")
		switch fence = fenceAfter(fence, line); {
		case fence != "":
		case blankBefore && esmImport.Match(line):
			imports = true
			continue // another import may follow
		case component.Match(bytes.TrimLeft(line, " \t")):
			components = true
		}
		blankBefore = len(bytes.TrimSpace(line)) == 0
	}
	return imports && components
}

// fenceAfter is the fence that is open behind a line, or "".
func fenceAfter(open string, line []byte) string {
	m := fenceMarks.FindSubmatch(line)
	switch {
	case m == nil:
		return open
	case open == "":
		return string(m[1])
	case m[1][0] == open[0] && len(m[1]) >= len(open) && len(bytes.TrimSpace(line)) == len(m[1]):
		return ""
	}
	return open
}

func (m *mdx) blank() {
	fence, blankBefore := "", true
	for at := 0; at < len(m.src); {
		end := lineEnd(m.src, at)
		line := m.src[at:end]
		before := fence
		if fence = fenceAfter(fence, line); fence != "" || before != "" {
			at, blankBefore = end, false
			continue
		}
		if blankBefore && esmBegin.Match(line) {
			at = m.statement(at)
			continue
		}
		blankBefore = len(bytes.TrimSpace(line)) == 0
		at = m.line(at, end)
	}
}

// lineEnd is the offset behind the line that begins, or goes on, at an offset.
func lineEnd(src []byte, at int) int {
	if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(src)
}

// statement blanks out an import or an export, up to the blank line behind it. Blank
// lines between braces belong to it.
func (m *mdx) statement(at int) int {
	depth := 0
	for at < len(m.src) {
		end := lineEnd(m.src, at)
		line := m.src[at:end]
		if depth <= 0 && len(bytes.TrimSpace(line)) == 0 {
			return at
		}
		for _, c := range line {
			switch c {
			case '{', '(', '[':
				depth++
			case '}', ')', ']':
				depth--
			}
		}
		m.cover(at, end)
		at = end
	}
	return at
}

// cover blanks out bytes and leaves line breaks where they are.
func (m *mdx) cover(from, to int) {
	for i := from; i < to; i++ {
		if m.src[i] != '\n' {
			m.src[i] = ' '
		}
	}
}

// line blanks out comments, expressions and attributes in a line, and gives where to go
// on: what begins in a line may end in another.
func (m *mdx) line(at, end int) int {
	for i := at; i < end; {
		switch c := m.src[i]; {
		case c == '\\':
			i += 2
		case c == '`':
			i = m.codeSpan(i, end)
		case c == '{':
			if next := m.expression(i); next > end {
				return next
			} else if next > i {
				i = next
			} else {
				i++
			}
		case c == '<' && (component.Match(m.src[i:min(len(m.src), i+64)]) || bytes.HasPrefix(m.src[i:], []byte("<>")) || bytes.HasPrefix(m.src[i:], []byte("</>"))):
			if i = m.tag(i); i > end {
				return i
			}
		default:
			i++
		}
	}
	return end
}

// codeSpan is the offset behind a code span that begins and ends in the line.
func (m *mdx) codeSpan(at, end int) int {
	n := 0
	for at+n < end && m.src[at+n] == '`' {
		n++
	}
	for i := at + n; i < end; {
		if m.src[i] != '`' {
			i++
			continue
		}
		run := 0
		for i+run < end && m.src[i+run] == '`' {
			run++
		}
		if i += run; run == n {
			return i
		}
	}
	return at + n
}

// expression blanks out a comment, unwraps a text, and reports anything else. It gives
// the offset behind what it has understood, or that at which it began.
func (m *mdx) expression(at int) int {
	rest := m.within(at)
	if bytes.HasPrefix(rest, []byte("{/*")) {
		end := bytes.Index(rest, []byte("*/}"))
		if end < 0 {
			return at
		}
		m.steps -= len(rest) - end
		m.cover(at, at+end+3)
		return at + end + 3
	}
	if said := plainString.FindSubmatchIndex(rest); said != nil {
		from, to := max(said[2], said[4], said[6]), max(said[3], said[5], said[7])
		m.cover(at, at+from)
		m.cover(at+to, at+said[1])
		return at + said[1]
	}
	end := balanced(rest)
	if end > 0 {
		m.steps -= len(rest) - end
	}
	if end > 0 && !bytes.HasPrefix(rest, []byte("{#")) { // "{#id}" is the id of a heading
		m.d.once("expression", m.d.lineOffset+bytes.Count(m.file[:at], []byte("\n"))+1, "dialect", "write what it stands for",
			"the expression %s is shown as it is written", shorten(string(bytes.Join(bytes.Fields(rest[:end]), []byte(" "))), 60))
		return at + end
	}
	return at
}

// balanced is the length of what stands in braces, strings taken as such; 0 if it has no
// end.
func balanced(src []byte) int {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\'', '`':
			if end := bytes.IndexByte(src[i+1:], c); end >= 0 && (c == '`' || bytes.IndexByte(src[i+1:i+1+end], '\n') < 0) {
				i += 1 + end
			}
		}
	}
	return 0
}

// tag blanks out the attributes of a component whose values are expressions, and joins
// the lines of the tag, so that Markdown takes it for one. The tags of fragments, "<>"
// and "</>", go.
func (m *mdx) tag(at int) (end int) {
	for _, fragment := range []string{"<>", "</>"} {
		if bytes.HasPrefix(m.src[at:], []byte(fragment)) {
			m.cover(at, at+len(fragment))
			return at + len(fragment)
		}
	}
	limit := at + len(m.within(at))
	defer func() {
		if end > at+1 {
			m.steps -= limit - end
		}
	}()
	for i := at + 1; i < limit; i++ {
		switch c := m.src[i]; c {
		case '"', '\'':
			closing := bytes.IndexByte(m.src[i+1:limit], c)
			if closing < 0 {
				return at + 1
			}
			i += 1 + closing
		case '{':
			length := balanced(m.src[i:limit])
			if length == 0 {
				return at + 1
			}
			from := i
			for from > at && m.src[from-1] != ' ' && m.src[from-1] != '\n' && m.src[from-1] != '\t' {
				from--
			}
			m.spaces(from, i+length)
			i += length - 1
		case '<':
			return at + 1
		case '>':
			for j := at; j < i; j++ {
				if m.src[j] == '\n' {
					m.src[j] = ' '
				}
			}
			return i + 1
		}
	}
	return at + 1
}

// spaces covers bytes, line breaks too.
func (m *mdx) spaces(from, to int) {
	for i := from; i < to; i++ {
		m.src[i] = ' '
	}
}

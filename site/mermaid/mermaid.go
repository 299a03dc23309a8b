package mermaid

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
)

// Diagram is a translated diagram.
type Diagram struct {
	D2    string
	Title string // of the text, or what kind of diagram it is
	Alt   string // what the text says for those who cannot see it, perhaps ""
}

// The size of a diagram that is translated.
const (
	maxSource = 64 << 10 // bytes
	maxParts  = 400      // nodes and arrows
)

// ErrKind is for kinds of diagrams that are not translated.
var ErrKind = errors.New("only flowcharts, state diagrams and sequence diagrams are drawn")

var errLarge = fmt.Errorf("the diagram has more than %d parts, or %d bytes", maxParts, maxSource)

// Translate reads one diagram. An error names the line of its text, from 1.
func Translate(source string) (Diagram, error) {
	if len(source) > maxSource {
		return Diagram{}, errLarge
	}
	s := read(source)
	kind, rest, _ := strings.Cut(strings.TrimSpace(s.first), " ")
	var d2, name string
	var err error
	switch strings.TrimSuffix(kind, ";") {
	case "graph", "flowchart", "flowchart-elk":
		name = "Flowchart"
		d2, err = flowchart(rest, s.lines)
	case "stateDiagram", "stateDiagram-v2":
		name = "States"
		d2, err = states(s.lines)
	case "sequenceDiagram":
		name = "Sequence"
		d2, err = sequence(s.lines)
	default:
		err = ErrKind
	}
	if err != nil {
		return Diagram{}, err
	}
	if s.title == "" {
		s.title = name
	}
	return Diagram{D2: d2, Title: s.title, Alt: s.alt}, nil
}

// script is a text without what is no part of the diagram.
type script struct {
	first      string // which says the kind of diagram
	lines      []line
	title, alt string
}

type line struct {
	text   string
	number int // in the source, from 1
}

func (l line) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{l.number}, args...)...)
}

var (
	titleLine = regexp.MustCompile(`^(?:title|accTitle)\s*:?\s+(.*)$|^(?:title|accTitle)\s*:\s*(.*)$`)
	descrLine = regexp.MustCompile(`^accDescr\s*:\s*(.*)$`)
	directive = regexp.MustCompile(`^%%`)
	longDescr = regexp.MustCompile(`^accDescr\s*\{\s*(.*)$`)
)

// read takes comments, front matter, title and description out of a source.
func read(source string) (s script) {
	all := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	i := 0
	for i < len(all) && strings.TrimSpace(all[i]) == "" {
		i++
	}
	if i < len(all) && strings.TrimSpace(all[i]) == "---" { // title and configuration
		for i++; i < len(all) && strings.TrimSpace(all[i]) != "---"; i++ {
			if title, ok := strings.CutPrefix(all[i], "title:"); ok {
				s.title = plain(title)
			}
		}
		i++
	}
	var described []string
	within := ""
	for ; i < len(all); i++ {
		text := strings.TrimSpace(all[i])
		switch {
		case within == "%%{":
			if strings.Contains(text, "}%%") {
				within = ""
			}
		case within == "accDescr":
			if before, _, ended := strings.Cut(text, "}"); ended {
				text, within = before, ""
			}
			described = append(described, text)
		case text == "":
		case directive.MatchString(text):
			if strings.HasPrefix(text, "%%{") && !strings.Contains(text, "}%%") {
				within = "%%{"
			}
		case longDescr.MatchString(text):
			text = longDescr.FindStringSubmatch(text)[1]
			if before, _, ended := strings.Cut(text, "}"); ended {
				text = before
			} else {
				within = "accDescr"
			}
			described = append(described, text)
		case descrLine.MatchString(text):
			described = append(described, descrLine.FindStringSubmatch(text)[1])
		case titleLine.MatchString(text) && s.first != "":
			m := titleLine.FindStringSubmatch(text)
			s.title = plain(m[1] + m[2])
		case s.first == "":
			s.first, text, _ = strings.Cut(text, ";")
			if text = strings.TrimSpace(text); text != "" {
				s.lines = append(s.lines, line{text, i + 1})
			}
		default:
			number := i + 1
			if isFlowchart.MatchString(s.first) {
				text, i = quotedLines(all, i)
			}
			s.lines = append(s.lines, line{text, number})
		}
	}
	s.alt = plain(strings.Join(described, " "))
	return s
}

// quotedLines is a line, those behind it into which a label in quotes goes on, and the
// last of them. A quote that no line closes is a character.
func quotedLines(all []string, at int) (text string, last int) {
	text = strings.TrimSpace(all[at])
	joined := text
	for last = at; openLabel.MatchString(joined); {
		if last++; last == len(all) || last > at+longestLabel {
			return text, at
		}
		joined += "\n" + strings.TrimSpace(all[last])
	}
	return joined, last
}

var (
	isFlowchart = regexp.MustCompile(`^(flowchart|graph)\b`)
	openLabel   = regexp.MustCompile(`^[^"]*(?:"[^"]*"[^"]*)*[\[({|>]\s*"[^"]*$`)
)

// longestLabel is over how many lines a label may go on.
const longestLabel = 40

var (
	breaks = regexp.MustCompile(`(?i)\s*(?:<br\s*/?>|\\n)\s*`)
	// tags are of HTML; "<your name>" is text.
	tags     = regexp.MustCompile(`(?i)</?(?:a|b|big|center|code|div|em|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|q|s|small|span|strike|strong|su[bp]|table|tbody|t[dhrt]|u|ul|var)(?:[\s/][^<>]*)?>`)
	emphasis = regexp.MustCompile(`\*([^*\s](?:[^*\n]*[^*\s])?)\*`)
	numbered = regexp.MustCompile(`#(\d{1,6});`)
	named    = regexp.MustCompile(`#([A-Za-z]{2,12});`)
	icon     = regexp.MustCompile(`\bfa[bklrs]?:fa-[a-z0-9-]+\s*`)
)

// plain is a label as the text that it is: breaks as line breaks, no tags, entities
// decoded.
func plain(label string) string {
	label = strings.TrimSpace(label)
	if n := len(label); n >= 2 && label[0] == '"' && label[n-1] == '"' {
		label = label[1 : n-1]
	}
	if n := len(label); n >= 2 && label[0] == '`' && label[n-1] == '`' { // a label in Markdown
		label = emphasis.ReplaceAllString(strings.NewReplacer("**", "", "__", "").Replace(label[1:n-1]), "$1")
	}
	label = breaks.ReplaceAllString(label, "\n")
	label = icon.ReplaceAllString(label, "")
	label = tags.ReplaceAllString(label, "")
	label = numbered.ReplaceAllString(label, "&#$1;")
	label = named.ReplaceAllString(label, "&$1;")
	lines := strings.Split(html.UnescapeString(label), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// quoted is a text of D2 that means itself.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '"' || r == '\\' || r == '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

package formula

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"lockstep/site"
)

// The size of a formula that is translated.
const (
	maxLength = 8 << 10 // bytes
	maxDepth  = 40
)

// Translate writes a formula as MathML: as a line of its own, or within a line of text.
// Said is its text as it is shown, for who reads the page without its markup.
//
// GitHub undoes Markdown's escapes in a formula before it reads it, so texts say "\\{"
// where TeX has "\{". A formula that cannot be read as TeX is read in this way.
func Translate(tex string, ownLine bool) (math site.HTML, said string, err error) {
	if len(tex) > maxLength {
		return "", "", fmt.Errorf("the formula is longer than %d bytes", maxLength)
	}
	p := &parser{tokens: scan(tex)}
	body, err := p.list("")
	if err != nil {
		p = &parser{tokens: scan(unescape.Replace(tex))}
		again, unread := p.list("")
		if unread != nil {
			return "", "", err
		}
		body = again
	}
	var b strings.Builder
	b.WriteString("<math")
	if ownLine {
		b.WriteString(` display="block"`)
	}
	b.WriteString(` alttext="` + html.EscapeString(strings.Join(strings.Fields(tex), " ")) + `">`)
	b.WriteString(row(body))
	b.WriteString("</math>")
	return site.HTML(b.String()), html.UnescapeString(tags.ReplaceAllString(b.String(), "")), nil
}

// unescape undoes an escaped backslash. Two before a blank or a bar end a row.
var unescape = strings.NewReplacer(`\\\\`, `\\`, `\\ `, `\\ `, "\\\\\n", "\\\\\n", `\\|`, `\\|`, `\\`, `\`)

// tags are those of what is written here: attributes hold no ">".
var tags = regexp.MustCompile(`<[^>]*>`)

// token is a command with its backslash, or one character. White space is none.
type token struct {
	text  string
	space bool // white space stood before it
}

func scan(tex string) (tokens []token) {
	space := false
	for i := 0; i < len(tex); {
		switch c := tex[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			space = true
			i++
			continue
		case c == '%': // a comment
			for i < len(tex) && tex[i] != '\n' {
				i++
			}
			continue
		case c == '\\' && i+1 < len(tex):
			end := i + 1
			for end < len(tex) && isLetter(tex[end]) {
				end++
			}
			if end == i+1 {
				end += runeLen(tex[end:])
			} else if end < len(tex) && tex[end] == '*' {
				end++
			}
			tokens = append(tokens, token{tex[i:end], space})
			i = end
		default:
			n := runeLen(tex[i:])
			tokens = append(tokens, token{tex[i : i+n], space})
			i += n
		}
		space = false
	}
	return tokens
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

type parser struct {
	tokens []token
	at     int
	depth  int
}

var errEnd = errors.New("the formula ends too early")

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at].text
	}
	return ""
}

func (p *parser) next() string {
	t := p.peek()
	p.at++
	return t
}

// list reads atoms up to one of the ends, which it leaves; "" is the end of the formula.
func (p *parser) list(ends ...string) (nodes []string, err error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("its parts stand more than %d deep in one another", maxDepth)
	}
	defer func() { p.depth-- }()
	for {
		t := p.peek()
		for _, end := range ends {
			if t == end {
				return nodes, nil
			}
		}
		switch t {
		case "":
			return nil, errEnd
		case "}", "&", `\\`, `\right`, `\end`:
			return nil, fmt.Errorf("%s has no beginning", t)
		}
		node, err := p.scripted()
		if err != nil {
			return nil, err
		}
		if node != "" {
			nodes = append(nodes, node)
		}
	}
}

// atom is one thing of a formula: its markup, and whether what stands below and above
// it goes there in a line of its own.
type atom struct {
	markup string
	limits bool
}

// scripted reads an atom with what stands below, above and behind it.
func (p *parser) scripted() (string, error) {
	base := atom{markup: "<mrow></mrow>"}
	if t := p.peek(); t != "_" && t != "^" && t != "'" {
		var err error
		if base, err = p.atom(); err != nil {
			return "", err
		}
	}
	below, above, primes := "", "", ""
	for {
		switch p.peek() {
		case `\limits`:
			base.limits = true
			p.at++
			continue
		case `\nolimits`:
			base.limits = false
			p.at++
			continue
		case "'":
			primes += "′"
			p.at++
			continue
		case "_", "^":
			into := &below
			if p.next() == "^" {
				into = &above
			}
			if *into != "" {
				return "", errors.New("something has two indices, or two exponents")
			}
			script, err := p.argument()
			if err != nil {
				return "", err
			}
			*into = script
			continue
		}
		break
	}
	if primes != "" {
		primes = "<mo>" + primes + "</mo>"
		if above != "" {
			primes = "<mrow>" + primes + above + "</mrow>"
		}
		above = primes
	}
	kind := "msubsup"
	if base.limits {
		kind = "munderover"
	}
	switch {
	case below != "" && above != "":
		return "<" + kind + ">" + base.markup + below + above + "</" + kind + ">", nil
	case below != "":
		kind = map[bool]string{true: "munder", false: "msub"}[base.limits]
		return "<" + kind + ">" + base.markup + below + "</" + kind + ">", nil
	case above != "":
		kind = map[bool]string{true: "mover", false: "msup"}[base.limits]
		return "<" + kind + ">" + base.markup + above + "</" + kind + ">", nil
	}
	return base.markup, nil
}

// argument reads what a command applies to: a group in braces, or one atom.
func (p *parser) argument() (string, error) {
	if p.peek() == "{" {
		nodes, err := p.group()
		return row(nodes), err
	}
	if p.depth++; p.depth > maxDepth {
		return "", fmt.Errorf("its parts stand more than %d deep in one another", maxDepth)
	}
	defer func() { p.depth-- }()
	if t := p.peek(); isDigits(t) { // "\frac12" is a half
		p.at++
		return leaf("mn", t, ""), nil
	}
	a, err := p.atom()
	return a.markup, err
}

// group reads "{…}".
func (p *parser) group() ([]string, error) {
	if p.next() != "{" {
		return nil, errors.New("a command lacks what it applies to")
	}
	nodes, err := p.list("}")
	if err != nil {
		return nil, err
	}
	p.at++
	return nodes, nil
}

// raw reads "{…}" as text.
func (p *parser) raw() (string, error) {
	if p.next() != "{" {
		return "", errors.New("a command lacks what it applies to")
	}
	var b strings.Builder
	for depth := 0; ; {
		if p.at >= len(p.tokens) {
			return "", errEnd
		}
		t := p.tokens[p.at]
		p.at++
		if t.space {
			b.WriteByte(' ')
		}
		switch t.text {
		case "{":
			depth++
			continue
		case "}":
			if depth == 0 {
				return b.String(), nil
			}
			depth--
			continue
		case "$":
			return "", errors.New("there is a formula within text within the formula")
		}
		if text, ok := strings.CutPrefix(t.text, `\`); ok {
			if space, ok := spaces[t.text]; ok && space != "" {
				text = " "
			} else if strings.Trim(text, `%$&#_{}`) != "" {
				return "", unknown(t.text)
			}
			b.WriteString(text)
			continue
		}
		b.WriteString(t.text)
	}
}

func unknown(command string) error { return fmt.Errorf("the command %s is not known", command) }

// leaf writes a token of MathML.
func leaf(kind, text, attributes string) string {
	return "<" + kind + attributes + ">" + html.EscapeString(text) + "</" + kind + ">"
}

// row is one node for several.
func row(nodes []string) string {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return "<mrow>" + strings.Join(nodes, "") + "</mrow>"
}

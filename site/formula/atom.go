package formula

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// atom reads one thing: a letter, a number, a sign, a group, or a command with what it
// applies to.
func (p *parser) atom() (atom, error) {
	t := p.next()
	switch t {
	case "":
		return atom{}, errEnd
	case "{":
		p.at--
		nodes, err := p.group()
		return atom{markup: row(nodes)}, err
	case "~":
		return atom{markup: `<mspace width="0.33em"></mspace>`}, nil
	case "$", "#":
		return atom{}, fmt.Errorf("%s means nothing in a formula", t)
	}
	if strings.HasPrefix(t, `\`) && len(t) > 1 {
		return p.command(t)
	}
	r, _ := utf8.DecodeRuneInString(t)
	switch {
	case unicode.IsDigit(r):
		number := t
		for p.at < len(p.tokens) && !p.tokens[p.at].space && (isDigits(p.peek()) || p.peek() == "." && p.at+1 < len(p.tokens) && isDigits(p.tokens[p.at+1].text)) {
			number += p.next()
		}
		return atom{markup: leaf("mn", number, "")}, nil
	case unicode.IsLetter(r):
		return atom{markup: leaf("mi", t, "")}, nil
	case t == "-":
		return atom{markup: leaf("mo", "−", "")}, nil
	case strings.Contains("()[]|/", t):
		return atom{markup: leaf("mo", t, ` stretchy="false"`)}, nil
	}
	return atom{markup: leaf("mo", t, "")}, nil
}

func isDigits(t string) bool { return len(t) == 1 && t[0] >= '0' && t[0] <= '9' }

// command reads what a command applies to.
func (p *parser) command(name string) (atom, error) {
	one := func(format string) (atom, error) {
		argument, err := p.argument()
		return atom{markup: fmt.Sprintf(format, argument)}, err
	}
	two := func(format string) (atom, error) {
		first, err := p.argument()
		if err != nil {
			return atom{}, err
		}
		second, err := p.argument()
		return atom{markup: fmt.Sprintf(format, first, second)}, err
	}
	if s, ok := symbols[name]; ok {
		switch {
		case strings.HasPrefix(s, "!"): // a letter
			return atom{markup: leaf("mi", s[1:], "")}, nil
		case strings.HasPrefix(s, "?"): // upright
			return atom{markup: leaf("mi", s[1:], ` mathvariant="normal"`)}, nil
		}
		return atom{markup: leaf("mo", s, "")}, nil
	}
	if s, ok := large[name]; ok {
		return atom{markup: leaf("mo", s, ` movablelimits="true"`), limits: !strings.Contains(name, "int")}, nil
	}
	if under, ok := functions[name]; ok {
		text := strings.TrimPrefix(name, `\`)
		if said := spoken[name]; said != "" {
			text = said
		}
		if under {
			return atom{markup: leaf("mo", text, ` movablelimits="true" lspace="0.17em" rspace="0.17em"`), limits: true}, nil
		}
		return atom{markup: leaf("mi", text, "") + function}, nil
	}
	if width, ok := spaces[name]; ok {
		if width == "" {
			return atom{}, nil
		}
		return atom{markup: `<mspace width="` + width + `"></mspace>`}, nil
	}
	if accent, ok := accents[name]; ok {
		sign := leaf("mo", accent.sign, ` stretchy="`+strconv.FormatBool(accent.wide)+`"`)
		if accent.below {
			a, err := one(`<munder accentunder="true">%s` + sign + `</munder>`)
			a.limits = name == `\underbrace`
			return a, err
		}
		a, err := one(`<mover accent="true">%s` + sign + `</mover>`)
		a.limits = name == `\overbrace`
		return a, err
	}
	if alphabet, ok := alphabets[name]; ok {
		return p.styled(alphabet)
	}
	switch name {
	case `\frac`, `\dfrac`, `\tfrac`, `\cfrac`:
		return two("<mfrac>%s%s</mfrac>")
	case `\binom`, `\dbinom`, `\tbinom`:
		return two(`<mrow><mo>(</mo><mfrac linethickness="0">%s%s</mfrac><mo>)</mo></mrow>`)
	case `\overset`, `\stackrel`:
		a, err := two("%s\x00%s")
		above, base, _ := strings.Cut(a.markup, "\x00")
		return atom{markup: "<mover>" + base + above + "</mover>"}, err
	case `\underset`:
		a, err := two("%s\x00%s")
		below, base, _ := strings.Cut(a.markup, "\x00")
		return atom{markup: "<munder>" + base + below + "</munder>"}, err
	case `\sqrt`:
		if p.peek() != "[" {
			return one("<msqrt>%s</msqrt>")
		}
		p.at++
		degree, err := p.list("]")
		if err != nil {
			return atom{}, err
		}
		p.at++
		return one("<mroot>%s" + strings.ReplaceAll(row(degree), "%", "%%") + "</mroot>")
	case `\text`, `\textrm`, `\textnormal`, `\mbox`, `\textit`, `\textbf`, `\texttt`, `\textsf`:
		text, err := p.raw()
		return atom{markup: leaf("mtext", text, "")}, err
	case `\operatorname`, `\operatorname*`:
		text, err := p.raw()
		if name == `\operatorname*` {
			return atom{markup: leaf("mo", text, ` movablelimits="true" lspace="0.17em" rspace="0.17em"`), limits: true}, err
		}
		return atom{markup: leaf("mi", text, ` mathvariant="normal"`) + function}, err
	case `\left`:
		return p.fenced()
	case `\big`, `\Big`, `\bigg`, `\Bigg`, `\bigl`, `\bigr`, `\Bigl`, `\Bigr`, `\biggl`, `\biggr`, `\Biggl`, `\Biggr`, `\bigm`, `\Bigm`, `\middle`:
		return p.delimiter(map[byte]string{'b': "1.2em", 'B': "1.8em", 'm': ""}[name[1]])
	case `\begin`:
		return p.environment()
	case `\not`:
		negated, err := p.argument()
		return atom{markup: strings.Replace(negated, "</mo>", "\u0338</mo>", 1)}, err
	case `\pmod`:
		return one(`<mrow><mspace width="0.44em"></mspace><mo stretchy="false">(</mo><mi>mod</mi><mspace width="0.33em"></mspace>%s<mo stretchy="false">)</mo></mrow>`)
	case `\displaystyle`, `\textstyle`, `\scriptstyle`, `\nonumber`, `\notag`:
		return atom{}, nil
	case `\phantom`, `\hphantom`, `\vphantom`:
		return one("<mphantom>%s</mphantom>")
	case `\boxed`:
		return one(`<menclose notation="box">%s</menclose>`)
	case `\right`, `\end`, `\\`:
		return atom{}, fmt.Errorf("%s has no beginning", name)
	}
	return atom{}, unknown(name)
}

// function is the invisible sign between a function and what it applies to.
const function = "<mo>\u2061</mo>"

// delimiter reads a parenthesis of a size; a point is none.
func (p *parser) delimiter(size string) (atom, error) {
	sign, ok := delimiters[p.next()]
	if !ok {
		return atom{}, errors.New("a parenthesis is missing after its size")
	}
	if sign == "" {
		return atom{}, nil
	}
	attributes := ` stretchy="true"`
	if size != "" {
		attributes += ` minsize="` + size + `" maxsize="` + size + `"`
	}
	return atom{markup: leaf("mo", sign, attributes)}, nil
}

// fenced reads what stands between \left and \right.
func (p *parser) fenced() (atom, error) {
	left, err := p.delimiter("")
	if err != nil {
		return atom{}, err
	}
	nodes, err := p.list(`\right`)
	if err != nil {
		return atom{}, err
	}
	p.at++
	right, err := p.delimiter("")
	return atom{markup: "<mrow>" + left.markup + strings.Join(nodes, "") + right.markup + "</mrow>"}, err
}

// styled reads letters of another alphabet.
func (p *parser) styled(alphabet [3]rune) (atom, error) {
	braced := p.peek() == "{"
	if braced {
		p.at++
	}
	var nodes []string
	for {
		t := p.peek()
		r, _ := utf8.DecodeRuneInString(t)
		switch {
		case t == "":
			return atom{}, errEnd
		case braced && t == "}":
			p.at++
			return atom{markup: row(nodes)}, nil
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			p.at++
			letters := string(inAlphabet(r, alphabet))
			for alphabet == upright && braced && isWord(p.peek()) {
				letters += p.next()
			}
			nodes = append(nodes, leaf("mi", letters, ` mathvariant="normal"`))
		default:
			node, err := p.scripted()
			if err != nil {
				return atom{}, err
			}
			nodes = append(nodes, node)
		}
		if !braced {
			return atom{markup: row(nodes)}, nil
		}
	}
}

func isWord(t string) bool {
	r, _ := utf8.DecodeRuneInString(t)
	return t != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// inAlphabet is the same letter in an alphabet, which begins with A, a and 0. Some
// letters stand elsewhere, since they are older than the alphabets.
func inAlphabet(r rune, alphabet [3]rune) rune {
	var styled rune
	switch {
	case r >= 'A' && r <= 'Z' && alphabet[0] != 0:
		styled = alphabet[0] + r - 'A'
	case r >= 'a' && r <= 'z' && alphabet[1] != 0:
		styled = alphabet[1] + r - 'a'
	case r >= '0' && r <= '9' && alphabet[2] != 0:
		styled = alphabet[2] + r - '0'
	default:
		return r
	}
	if older, ok := olderLetters[styled]; ok {
		return older
	}
	return styled
}

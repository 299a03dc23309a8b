package diff

import (
	"strings"
	"unicode"

	"lockstep/site"
)

// Words compares two texts word by word. Letters of scripts that put no spaces between
// words are words of their own.
func Words(old, now string) []site.Span { return newMatcher().words(old, now) }

func (m *matcher) words(old, now string) []site.Span {
	if old == now {
		return same(old)
	}
	return tidy(m.spans(tokens(old), tokens(now)))
}

// lines compares code line by line; each row is a line.
func (m *matcher) lines(old, now string) (rows []site.PieceRow) {
	for _, s := range m.spans(strings.SplitAfter(old, "\n"), strings.SplitAfter(now, "\n")) {
		for _, line := range strings.SplitAfter(s.Text, "\n") {
			if line != "" {
				rows = append(rows, site.PieceRow{Op: s.Op, Cells: [][]site.Span{{{Op: s.Op, Text: line}}}})
			}
		}
	}
	return rows
}

func same(text string) []site.Span {
	if text == "" {
		return nil
	}
	return []site.Span{{Op: '=', Text: text}}
}

// spans joins what is common, and between it what is gone, then what is new.
func (m *matcher) spans(a, b []string) (spans []site.Span) {
	add := func(op byte, items []string) {
		text := strings.Join(items, "")
		if text == "" {
			return
		}
		if n := len(spans); n > 0 && spans[n-1].Op == op {
			spans[n-1].Text += text
			return
		}
		spans = append(spans, site.Span{Op: op, Text: text})
	}
	i, j, shared := 0, 0, []string(nil)
	for _, p := range append(m.common(a, b), [2]int{len(a), len(b)}) {
		if p[0] > i || p[1] > j {
			add('=', shared)
			shared = nil
			add('-', a[i:p[0]])
			add('+', b[j:p[1]])
		}
		if p[0] < len(a) {
			shared = append(shared, a[p[0]])
		}
		i, j = p[0]+1, p[1]+1
	}
	add('=', shared)
	return spans
}

// tidy takes a space or a stop between two changes for part of both, so that a sentence
// that was written anew is not read in shreds.
func tidy(spans []site.Span) (out []site.Span) {
	var gone, new strings.Builder
	flush := func() {
		for _, s := range []site.Span{{Op: '-', Text: gone.String()}, {Op: '+', Text: new.String()}} {
			if s.Text != "" {
				out = append(out, s)
			}
		}
		gone.Reset()
		new.Reset()
	}
	for i, s := range spans {
		switch {
		case s.Op == '-':
			gone.WriteString(s.Text)
		case s.Op == '+':
			new.WriteString(s.Text)
		case i > 0 && i < len(spans)-1 && len(s.Text) <= 2 && !strings.ContainsFunc(s.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
			gone.WriteString(s.Text)
			new.WriteString(s.Text)
		default:
			flush()
			out = append(out, s)
		}
	}
	flush()
	return out
}

// tokens cuts a text into words, runs of space, and single signs.
func tokens(text string) (out []string) {
	const (
		word = iota + 1
		space
		single
	)
	start, before := 0, 0
	for i, r := range text {
		class := single
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			class = word
		case (r == '.' || r == ',') && i > 0 && i+1 < len(text) && isDigit(text[i-1]) && isDigit(text[i+1]):
			class = word // within a number
		case unicode.IsMark(r) && before != 0:
			class = before // it belongs to the letter before it
			if before == single {
				continue
			}
		case unicode.IsSpace(r):
			class = space
		}
		if i > 0 && (class != before || class == single) {
			out = append(out, text[start:i])
			start = i
		}
		before = class
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

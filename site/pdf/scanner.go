package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

type (
	// Dict is a dictionary, by names without their slash.
	Dict map[string]any
	// Name is a name without its slash.
	Name string
	// Ref is the number of another object.
	Ref int
	// Operator is a bare word: an operator of a page's content, or true, false, null.
	Operator string
)

// scanner reads values: Dict, []any, Name, Ref, string, float64, Operator; nil at the end
// and where something is damaged.
type scanner struct {
	data []byte
	at   int
}

// Each calls do with every value of a page's content.
func Each(content []byte, do func(v any)) {
	s := scanner{data: content}
	for {
		before := s.at
		v := s.value(0)
		if s.at == before || v == nil && s.at >= len(content) {
			return
		}
		if v != nil {
			do(v)
		}
	}
}

const (
	blanks     = "\x00\t\n\f\r "
	delimiters = "()<>[]{}/%"
)

func (s *scanner) skip() {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case strings.IndexByte(blanks, c) >= 0:
			s.at++
		case c == '%':
			end := bytes.IndexAny(s.data[s.at:], "\r\n")
			if end < 0 {
				end = len(s.data) - s.at
			}
			s.at += end
		default:
			return
		}
	}
}

// word is what stands before the next blank or delimiter.
func (s *scanner) word() string {
	s.skip()
	start := s.at
	for s.at < len(s.data) && strings.IndexByte(blanks+delimiters, s.data[s.at]) < 0 {
		s.at++
	}
	return string(s.data[start:s.at])
}

func (s *scanner) value(depth int) any {
	s.skip()
	if s.at >= len(s.data) || depth > 60 {
		s.at = len(s.data)
		return nil
	}
	rest := s.data[s.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<<")):
		s.at += 2
		return s.dict(depth)
	case rest[0] == '[':
		s.at++
		list := []any{}
		for {
			s.skip()
			if s.at >= len(s.data) {
				return nil
			}
			if s.data[s.at] == ']' {
				s.at++
				return list
			}
			before := s.at
			v := s.value(depth + 1)
			if s.at == before {
				return nil
			}
			list = append(list, v)
		}
	case rest[0] == '/':
		s.at++
		return Name(unescaped(s.word()))
	case rest[0] == '(':
		return s.literal()
	case rest[0] == '<':
		end := bytes.IndexByte(rest, '>')
		if end < 0 {
			s.at = len(s.data)
			return nil
		}
		s.at += end + 1
		digits := string(bytes.Join(bytes.Fields(rest[1:end]), nil))
		if len(digits)%2 == 1 {
			digits += "0"
		}
		text, _ := hex.DecodeString(digits)
		return string(text)
	}
	word := s.word()
	if word == "" {
		s.at++ // a delimiter that opens nothing
		return nil
	}
	number, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return Operator(word)
	}
	if n, err := strconv.Atoi(word); err == nil && n >= 0 {
		ahead := *s
		if _, err := strconv.Atoi(ahead.word()); err == nil && ahead.word() == "R" {
			s.at = ahead.at
			return Ref(n)
		}
	}
	return number
}

func (s *scanner) dict(depth int) any {
	d := Dict{}
	for {
		s.skip()
		if s.at >= len(s.data) {
			return nil
		}
		if bytes.HasPrefix(s.data[s.at:], []byte(">>")) {
			s.at += 2
			return d
		}
		name, ok := s.value(depth + 1).(Name)
		if !ok {
			return nil
		}
		d[string(name)] = s.value(depth + 1)
	}
}

// literal reads a text in parentheses.
func (s *scanner) literal() any {
	var b strings.Builder
	for open := 0; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case '(':
			if open++; open > 1 {
				b.WriteByte(c)
			}
		case ')':
			if open--; open == 0 {
				s.at++
				return b.String()
			}
			b.WriteByte(c)
		case '\\':
			s.escape(&b)
		default:
			b.WriteByte(c)
		}
	}
	return nil
}

// escape reads what stands behind a backslash, and ends on its last byte.
func (s *scanner) escape(b *strings.Builder) {
	s.at++
	if s.at >= len(s.data) {
		return
	}
	if plain, ok := map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}[s.data[s.at]]; ok {
		b.WriteByte(plain)
		return
	}
	end := s.at
	for end < len(s.data) && end < s.at+3 && s.data[end] >= '0' && s.data[end] <= '7' {
		end++
	}
	if n, err := strconv.ParseUint(string(s.data[s.at:end]), 8, 9); err == nil {
		b.WriteByte(byte(n))
		s.at = end - 1
		return
	}
	b.WriteByte(s.data[s.at])
}

// unescaped is a name with its #xx replaced.
func unescaped(name string) string {
	if !strings.Contains(name, "#") {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			if c, err := strconv.ParseUint(name[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

package decision

import "strings"

// Fields are the keys of front matter, in lower case.
type Fields map[string]Field

// Field is what stands below one key.
type Field struct {
	Values []string // a list, or one value
	Items  []Item   // the entries of a list; nil if it is none
	Pairs  []Pair   // of a mapping; nil if it is none
	Line   int
}

// Item is an entry of a list: a text, or a mapping.
type Item struct {
	Text  string // "" for a mapping
	Pairs []Pair // nil for a text
	Line  int
}

// Pair is a key of a mapping, in lower case, and its value.
type Pair struct {
	Key    string
	Values []string // a list, or one value
	Line   int
}

// Value is the value as one text.
func (p Pair) Value() string { return strings.Join(p.Values, " ") }

// First is the first value of the first of the keys that has one, and its line.
func (f Fields) First(keys ...string) (string, int) {
	for _, key := range keys {
		if v, ok := f[key]; ok && len(v.Values) > 0 {
			return v.Values[0], v.Line
		}
	}
	return "", 0
}

// List are the values of the first of the keys that is there.
func (f Fields) List(keys ...string) []string {
	for _, key := range keys {
		if v, ok := f[key]; ok {
			return v.Values
		}
	}
	return nil
}

// Names takes "Ann, Bob" apart, as older templates write it.
func Names(values []string) (names []string) {
	for _, v := range values {
		for _, name := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' }) {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

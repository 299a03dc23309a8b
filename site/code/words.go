package code

import (
	"bytes"
	"strings"
)

// word classifies the word that s begins with.
func (g *grammar) word(s, before []byte) (class string, n int) {
	n = g.wordLen(s)
	word := string(s[:n])
	if g.ignoreCase {
		word = strings.ToLower(word)
	}
	class, known := g.words[word]
	member := len(before) == 1 && before[0] == '.'
	if known && !(member && class != "kt") {
		return g.keyOr(class, s, n), n
	}
	switch string(before) {
	case "func", "fn", "def", "fun", "function":
		return "nf", n
	case "class", "interface", "struct", "enum", "trait", "record", "message", "service", "module", "namespace", "package":
		if g.calls {
			return "nc", n
		}
	}
	if g.calls && n < len(s) && s[n] == '(' {
		return "nf", n
	}
	return g.keyOr("", s, n), n
}

// keyOr is the class of a key if the grammar's key byte follows, else class.
func (g *grammar) keyOr(class string, s []byte, n int) string {
	if g.key == 0 {
		return class
	}
	rest := s[n:]
	rest = rest[blanks(rest):]
	if len(rest) > 0 && rest[0] == g.key && !bytes.HasPrefix(rest, []byte{g.key, g.key}) && !bytes.HasPrefix(rest, []byte{g.key, '~'}) {
		return "nt"
	}
	return class
}

// words makes a table from lists, each headed by its class.
func words(lists ...[2]string) map[string]string {
	table := make(map[string]string)
	for _, list := range lists {
		for _, word := range strings.Fields(list[1]) {
			table[word] = list[0]
		}
	}
	return table
}

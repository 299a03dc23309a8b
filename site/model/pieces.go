package model

import (
	"regexp"
	"strings"
)

var namesIn = regexp.MustCompile(`[a-z][a-zA-Z0-9_]*(\.[a-zA-Z0-9_]+)*`)

// signs are how arithmetic is printed.
var signs = strings.NewReplacer("*", "×", "-", "−")

// pieces cuts the written formula at its names.
func (m *Model) pieces(e *expr) []piece {
	var list []piece
	rest := 0
	for _, at := range namesIn.FindAllStringIndex(e.text, -1) {
		name := e.text[at[0]:at[1]]
		if at[0] > 0 && (e.text[at[0]-1] >= '0' && e.text[at[0]-1] <= '9' || e.text[at[0]-1] == '.') {
			continue // the e of 1e6
		}
		href, value := "", ""
		if l, ok := m.evidence[name]; ok {
			href = "#" + l.anchor
			_, value = l.forms()
		} else if m.entries[name] != nil {
			href = "#" + name
			value, _ = m.Value("model:" + name)
		} else {
			continue
		}
		if at[0] > rest {
			list = append(list, piece{Text: signs.Replace(e.text[rest:at[0]])})
		}
		list = append(list, piece{Text: name, Href: href, Value: value})
		rest = at[1]
	}
	if rest < len(e.text) {
		list = append(list, piece{Text: signs.Replace(e.text[rest:])})
	}
	return list
}

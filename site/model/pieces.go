package model

import (
	"regexp"
	"strings"

	"lockstep/site"
)

var namesIn = regexp.MustCompile(`[a-z][a-zA-Z0-9_]*(\.[a-zA-Z0-9_]+)*`)

// signs are how arithmetic is printed.
var signs = strings.NewReplacer("*", "×", "-", "−")

// pieces cuts the written formula at its names, for the page at a path.
func (m *Model) pieces(at string, e *expr) []piece {
	var list []piece
	rest := 0
	for _, found := range namesIn.FindAllStringIndex(e.text, -1) {
		name := e.text[found[0]:found[1]]
		if found[0] > 0 && (e.text[found[0]-1] >= '0' && e.text[found[0]-1] <= '9' || e.text[found[0]-1] == '.') {
			continue // the e of 1e6
		}
		href, value := "", ""
		if l, ok := m.evidence[name]; ok {
			href = site.Rel(at, m.place(name))
			_, value = l.forms()
		} else if m.entries[name] != nil {
			href = site.Rel(at, m.place(name))
			value, _ = m.Value("model:" + name)
		} else {
			continue
		}
		if found[0] > rest {
			list = append(list, piece{Text: signs.Replace(e.text[rest:found[0]])})
		}
		list = append(list, piece{Text: name, Href: href, Value: value})
		rest = found[1]
	}
	if rest < len(e.text) {
		list = append(list, piece{Text: signs.Replace(e.text[rest:])})
	}
	return list
}

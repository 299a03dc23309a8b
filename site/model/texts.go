package model

import "lockstep/site/yamlfile"

// Text is what a file of the model says to people: a name, a note, what an assertion
// means.
type Text struct {
	File string
	Line int // on which it begins
	Text string
}

// Texts are those of all files, for whoever knows what they may speak of.
func (m *Model) Texts() []Text {
	if m == nil {
		return nil
	}
	return m.texts
}

// says are the keys below which a text for people stands.
var says = map[string]bool{"title": true, "about": true, "what": true, "note": true}

// listen notes the texts of a file.
func (m *Model) listen(file string, members []yamlfile.Member) {
	for _, member := range members {
		if says[member.Key] && !member.IsMap && member.Text != "" {
			m.texts = append(m.texts, Text{file, member.At, member.Text})
		}
		m.listen(file, member.Members)
	}
}

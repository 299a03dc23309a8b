package search

import (
	"strings"
	"unicode/utf8"

	"lockstep/site"
)

// textFile is the size from which a file of texts is full, before compression. A
// result asks for one such file.
const textFile = 3 << 10

// pack puts the texts of a page into files. No file holds texts of two pages, so an
// edit changes those of its page only.
func pack(p Page, sections []site.Section) (files []text) {
	var w writer
	n := 0
	flush := func() {
		if n > 0 {
			files = append(files, text{n, w.zipped()})
			w, n = writer{}, 0
		}
	}
	for i, s := range sections {
		shown := excerptText(s)
		if i == 0 && shown == "" {
			shown = p.Summary
		}
		if n > 0 && w.len()+len(shown) > textFile {
			flush()
		}
		w.text(shown)
		n++
	}
	flush()
	return files
}

// excerptText is the text of a section on one line, code after it.
func excerptText(s site.Section) string {
	all := s.Text
	if s.Code != "" {
		all += " " + s.Code
	}
	return oneLine(all, maxText)
}

// oneLine is a text without line breaks, cut between two characters.
func oneLine(s string, most int) string {
	if len(s) > 2*most {
		s = s[:2*most]
	}
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

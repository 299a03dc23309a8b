package view

import (
	"fmt"

	"lockstep/site"
)

// fewMentions are so few that they are shown at once.
const fewMentions = 6

type mentionedIn struct {
	name  string
	test  bool
	lines []site.CodeMention
}

// groupMentions puts the lines of a file together, code before tests.
func groupMentions(all []site.CodeMention) (files []mentionedIn) {
	for _, test := range []bool{false, true} {
		for _, m := range all {
			if m.Test != test {
				continue
			}
			if n := len(files); n == 0 || files[n-1].name != m.File {
				files = append(files, mentionedIn{name: m.File, test: test})
			}
			last := &files[len(files)-1]
			last.lines = append(last.lines, m)
		}
	}
	return files
}

// mentionWords says how many places name the decision.
func mentionWords(p *site.Page) string {
	files, tests := groupMentions(p.Code), 0
	for _, f := range files {
		if f.test {
			tests++
		}
	}
	verb := "name"
	if len(p.Code) == 1 {
		verb = "names"
	}
	words := fmt.Sprintf("%s in %s %s this record", count(len(p.Code), "line", "lines"), count(len(files), "file", "files"), verb)
	if tests > 0 {
		return words + fmt.Sprintf(", %s of tests among them.", count(tests, "file", "files"))
	}
	return words + "."
}

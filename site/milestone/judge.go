package milestone

import (
	"fmt"

	"lockstep/site"
)

// Rule is the name of every finding of this package.
const Rule = "milestone"

// check is a question and how the facts answer it.
type check struct {
	id, question string
	answer       func(f *Facts, a *answer)
}

// answer is what a check has found out so far.
type answer struct {
	facts *Facts
	site.Check
}

// Judge asks every question.
func Judge(f *Facts) (all []site.Milestone) {
	for _, step := range steps {
		m := site.Milestone{ID: step.id, Title: step.title, Aim: step.aim}
		for _, c := range step.checks {
			a := &answer{facts: f, Check: site.Check{ID: c.id, Question: c.question}}
			c.answer(f, a)
			m.Checks = append(m.Checks, a.Check)
		}
		all = append(all, m)
	}
	return all
}

func (a *answer) find(file string, line int, mend, format string, args ...any) {
	a.Findings = append(a.Findings, site.Finding{File: file, Line: line, Rule: Rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

// count says how many of those that were asked have an answer.
func (a *answer) count(have, of int, what string) { a.Have, a.Of, a.What = have, of, what }

func (a *answer) at(places ...site.Place) {
	for _, p := range places {
		if p.Path != "" {
			a.Answers = append(a.Answers, p)
		}
	}
}

// waits says that there is nothing to ask before another check stands.
func (a *answer) waits(what, other string) { a.What, a.Waits = what, other }

// part finds the chapters about something, counts their sections and says which are
// open.
func (a *answer) part(part string) []Chapter {
	chapters := a.facts.chapters(part)
	have, of := 0, 0
	for _, c := range chapters {
		of += c.Sections
		have += c.Sections - len(c.Open)
		a.at(c.Place)
		a.open(c.Open)
	}
	a.count(have, of, plural(of, "section"))
	if len(chapters) == 0 {
		mend := "write it, with part: " + part + " in its front matter"
		a.find(a.facts.Folder, 0, mend+"; lockstep init --design DIR writes a skeleton", "no chapter has the part %s", part)
	}
	return chapters
}

func (a *answer) open(all []Open) {
	for _, o := range all {
		if o.Empty {
			a.find(o.File, o.Line, "write what the chapter has to say about it, or remove the heading", "%q is empty", o.Heading)
		} else {
			a.find(o.File, o.Line, "answer it and remove the guidance: "+o.Says, "%q still holds its guidance and no answer", o.Heading)
		}
	}
}

// openIn are the open sections of records and of data, of those below a folder or
// in a file.
func (a *answer) openIn(files ...string) {
	for _, o := range a.facts.Open {
		for _, file := range files {
			if o.File == file {
				a.open([]Open{o})
			}
		}
	}
}

// numbers asks a part for numbers that follow something.
func (a *answer) numbers(part, what, mend string, of func(Chapter) int) {
	chapters := a.part(part)
	n := 0
	for _, c := range chapters {
		n += of(c)
	}
	a.count(n, 0, plural(n, what))
	if len(chapters) > 0 && n == 0 {
		a.find(chapters[0].File, chapters[0].Line, mend, "%s has no %s", chapters[0].Place.Title, what)
	}
}

// each asks every one of a list the same.
func each[T any](a *answer, all []T, what string, ask func(T) bool) {
	have := 0
	for _, one := range all {
		if ask(one) {
			have++
		}
	}
	a.count(have, len(all), plural(len(all), what))
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

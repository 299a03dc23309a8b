package model

import (
	"slices"
	"strings"
)

// Run is what a file of evidence says of itself.
type Run struct {
	ID, File string
	Commits  []string // that it was recorded at: its own, and those of its parts
	Judges   []string // folders and files whose behaviour it records, if it says so
	Command  string   // that records it, if it says so
}

// Runs lists the evidence, by file.
func (m *Model) Runs() (all []Run) {
	for _, r := range m.runs {
		run := Run{ID: r.id, File: r.file, Judges: r.judges}
		for _, l := range r.leaves {
			switch {
			case l.number:
			case l.path == "command":
				run.Command = l.text
			case (l.path == "commit" || strings.HasSuffix(l.path, ".commit")) && !slices.Contains(run.Commits, l.text):
				run.Commits = append(run.Commits, l.text)
			}
		}
		all = append(all, run)
	}
	return all
}

// RunTexts are what a run recorded, by path: texts, and "" for what is a number. It is nil
// if there is no such run.
func (m *Model) RunTexts(id string) map[string]string {
	for _, r := range m.runs {
		if r.id != id {
			continue
		}
		texts := make(map[string]string)
		for _, l := range r.leaves {
			texts[l.path] = l.text
		}
		return texts
	}
	return nil
}

// WithAges is the model with a word on each run that is older than the code that
// it judges, by the run's id, for the page.
func (m *Model) WithAges(ages map[string]string) *Model {
	aged := *m
	aged.ages = ages
	return &aged
}

// Age is the word on the run that dest belongs to, "" if there is none.
func (m *Model) Age(dest string) string {
	name, ok := strings.CutPrefix(dest, "evidence:")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(name, "#")
	return m.ages[id]
}

// textsOf is a list of texts in JSON, or nothing.
func textsOf(value any) (texts []string) {
	list, _ := value.([]any)
	for _, v := range list {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

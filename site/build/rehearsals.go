package build

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/rehearsal"
)

var rehearseKeys = []string{"start", "stop", "causes"}

// Rehearsals are the entries of runbooks among the texts of a repository, and how its
// configuration has them carried out. Findings say what cannot be meant.
func Rehearsals(dir string) (plan rehearsal.Plan, findings []site.Finding, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return plan, nil, fmt.Errorf("open source tree: %w", err)
	}
	defer root.Close()
	config, findings := readConfig(root.FS(), filepath.Base(dir))
	config.series = config.allSeries()
	plan.Commands = config.rehearseCommands()
	lines := make(map[string]string)
	for _, s := range readTexts(root, config).sources {
		text, err := root.ReadFile(s.file)
		if err != nil {
			return plan, nil, fmt.Errorf("read %s: %w", s.file, err)
		}
		if !bytes.Contains(text, []byte("rehearse=")) {
			continue
		}
		entries, problems := rehearsal.Read(s.file, text, markdown.Slug)
		for _, p := range problems {
			findings = append(findings, site.Finding{File: s.file, Line: p.Line, Rule: "rehearsal", Message: p.Message, Mend: p.Mend})
		}
		for _, e := range entries {
			place := fmt.Sprintf("%s:%d", e.File, e.Line)
			if other := lines[e.Name()]; other != "" {
				findings = append(findings, site.Finding{File: e.File, Line: e.Line, Rule: "rehearsal", Message: fmt.Sprintf("two entries are called %s: the other is at %s", e.Name(), other), Mend: "give one of the headings an id of its own: ## Heading {#other-id}"})
				continue
			}
			lines[e.Name()] = place
			plan.Entries = append(plan.Entries, e)
		}
	}
	return plan, findings, nil
}

// rehearseCommands are nil where the configuration names none.
func (c Config) rehearseCommands() *rehearsal.Commands {
	if c.Rehearse.Start == "" && c.Rehearse.Stop == "" && c.Rehearse.Causes == nil {
		return nil
	}
	return &c.Rehearse
}

// judgeRehearsals finds entries of runbooks whose commands are not those that a record of
// rehearsals has. Where nothing was ever recorded nothing is expected.
func (t *Tree) judgeRehearsals() {
	records := make(map[string]map[string]string) // texts of each run, by its file
	command := ""
	for _, run := range t.model.Runs() {
		if texts := t.model.RunTexts(run.ID); texts["experiment"] == "rehearsal" {
			records[run.File], command = texts, run.Command
		}
	}
	if len(records) == 0 {
		return
	}
	for _, s := range t.accounted.sources {
		for _, e := range t.builder.parsed[s.file].document.rehearsed {
			message := fmt.Sprintf("%s was never rehearsed", e.Name())
			for _, file := range slices.Sorted(maps.Keys(records)) {
				entry := "entries." + e.Page + "." + e.ID + "."
				commands, says := records[file][entry+"commands"]
				_, took := records[file][entry+"seen_s"]
				if commands == e.Digest(t.config.rehearseCommands()) {
					message = ""
					break
				}
				switch {
				case commands == e.Digest(nil): // it was written before the commands of causes counted
					message = fmt.Sprintf("%s does not say which commands brought %s about when %s was rehearsed", file, e.Cause, e.Name())
				case says:
					message = fmt.Sprintf("the commands of %s are not those that were rehearsed, which %s has", e.Name(), file)
				case took:
					message = fmt.Sprintf("%s does not say which commands of %s were rehearsed", file, e.Name())
				}
			}
			if message != "" {
				t.Findings = append(t.Findings, site.Finding{File: e.File, Line: e.Line, Rule: "rehearsal", Severity: site.Warning, Message: message, Mend: "rehearse it, and record that: " + command})
			}
		}
	}
}

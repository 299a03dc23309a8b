package slo

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"lockstep/site"
)

// Show writes what a block of the language slo asks for as Markdown, for a text that
// stands in source:
//
//	table: objectives     a row an objective
//	table: alerts         a row an indicator, with when its alerts fire and their runbook
//	table: metrics        a row a metric of the service
//
// The error says what is wrong with the request.
func (d *Definition) Show(m *Metrics, source, request string) ([]site.Passage, error) {
	w := writer{d: d, source: source}
	key, what, _ := strings.Cut(strings.TrimSpace(request), ":")
	switch what = strings.TrimSpace(what); {
	case key != "table":
	case what == "objectives":
		w.objectives()
		return w.passages, nil
	case what == "alerts":
		w.alerts()
		return w.passages, nil
	case what == "metrics" && m == nil:
		return nil, errors.New("the definition names no metrics: a file with what the service answers at /metrics")
	case what == "metrics":
		w.metrics(m)
		return w.passages, nil
	}
	return nil, fmt.Errorf("%q is not understood: write table: objectives, table: alerts or table: metrics", strings.TrimSpace(request))
}

type writer struct {
	d        *Definition
	source   string // the text that shows it
	passages []site.Passage
}

func (w *writer) own(format string, args ...any) {
	w.passages = append(w.passages, site.Passage{Text: fmt.Sprintf(format, args...)})
}

// at adds a text of the definition, as a cell of a table.
func (w *writer) at(f field) {
	text := strings.ReplaceAll(strings.Join(strings.Fields(f.text), " "), "|", `\|`)
	w.passages = append(w.passages, site.Passage{Text: text, File: w.d.File, Line: f.line})
}

func (w *writer) objectives() {
	w.own("\n| Id | Objective | What counts as good | Target | Measured at | Alert |\n|---|---|---|---|---|---|\n")
	for _, o := range w.d.Objectives {
		w.own("| ")
		w.at(field{o.ID, o.Line})
		w.own(" | ")
		w.at(field{o.Name, o.Line})
		w.own(" | ")
		w.at(o.texts["good"])
		w.own(" | ")
		w.target(o)
		w.own(" | ")
		w.at(o.texts["measured"])
		w.own(" | %s |\n", w.d.told(o))
	}
	w.own("\n")
}

func (w *writer) target(o *Objective) {
	if t := o.texts["target"]; t.text != "" {
		w.at(t)
		return
	}
	var said []string
	for _, i := range o.Indicators {
		if i.target.text == "" || slices.Contains(said, i.target.text) {
			continue
		}
		if len(said) > 0 {
			w.own("; ")
		}
		w.at(i.target)
		said = append(said, i.target.text)
	}
}

// told says how somebody hears of a breach.
func (d *Definition) told(o *Objective) string {
	var says []string
	add := func(s string) {
		if !slices.Contains(says, s) {
			says = append(says, s)
		}
	}
	for _, i := range o.Indicators {
		switch i.Kind {
		case Event:
			for _, a := range d.alerts(i) {
				add("each event, page (*" + a.rule.Alert + "*)")
			}
		case Cause:
			add("cause, ticket")
		case Invariant:
			add("any, page")
		case Pulse:
			add("silence, page")
		}
	}
	if len(o.windows) > 0 {
		if d.Pages(o) && slices.ContainsFunc(d.pairs(o), func(w Window) bool { return w.Severity == "page" }) {
			add("burn rate, page")
		} else {
			add("burn rate, ticket")
		}
	}
	if len(o.Indicators) == 0 {
		add("designed: " + o.Why)
	}
	return strings.Join(says, "; ")
}

// alerts writes a row an indicator: its pairs differ in numbers alone.
func (w *writer) alerts() {
	w.own("\n| Alert | Watches | Tells, when |\n|---|---|---|\n")
	for _, i := range w.d.indicators() {
		var says []string
		for _, a := range w.d.alerts(i) {
			when := a.fires
			if i.Kind == Ratio {
				when = w.d.burns(a.window, i, "")
			}
			says = append(says, a.rule.Labels["severity"]+": "+i.coded(when))
		}
		name := i.alert(Window{})
		if runbook := i.objective.Runbook; runbook != "" {
			name = fmt.Sprintf("[%s](%s)", name, site.Rel("/"+w.source, "/"+path.Join(path.Dir(w.d.File), runbook)))
		}
		w.own("| %s | ", name)
		w.at(field{i.watched(), i.Line})
		w.own(" | ")
		w.passages = append(w.passages, site.Passage{Text: strings.Join(says, "<br>"), File: w.d.File, Line: i.Line})
		w.own(" |\n")
	}
	w.own("\n")
}

// coded sets the selectors of an indicator as code in a cell of a table.
func (i *Indicator) coded(words string) string {
	for _, s := range []Selector{i.Gauge, i.Counter} {
		if s.Metric != "" {
			fence := "`"
			for strings.Contains(s.String(), fence) {
				fence += "`"
			}
			words = strings.ReplaceAll(words, s.String(), fence+strings.ReplaceAll(s.String(), "|", `\|`)+fence)
		}
	}
	return words
}

func (w *writer) metrics(m *Metrics) {
	w.own("\n| Metric | Kind | Labels | What it says |\n|---|---|---|---|\n")
	for _, name := range m.Names() {
		help, kind, labels := m.Help(name)
		for i, l := range labels {
			labels[i] = "`" + l + "`"
		}
		w.own("| `%s` | %s | %s | ", name, kind, strings.Join(labels, ", "))
		text := strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(help)
		w.passages = append(w.passages, site.Passage{Text: text, File: m.file, Line: max(m.lines[name], 1)})
		w.own(" |\n")
	}
	w.own("\n")
}

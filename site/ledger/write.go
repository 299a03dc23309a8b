package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// Show writes what a block of the language ledger asks for as Markdown, for a text
// that stands in source. The error says what is wrong with the request.
func (l *Ledger) Show(source, request string) ([]site.Passage, error) {
	var how, kind, part, only string
	for line := range strings.Lines(request) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); {
		case key == "part":
			part = value
		case key == "only":
			only = value
		case how == "" && slices.Contains([]string{"entries", "table", "tests"}, key):
			how, kind = key, value
		default:
			return nil, fmt.Errorf("%q is not understood: write entries, table or tests with a kind of entry, and perhaps part or only", line)
		}
	}
	if how == "" {
		return nil, errors.New("it asks for nothing: write entries, table or tests with a kind of entry")
	}
	w := &writer{source: source}
	var chosen []*Entry
	parts := []string{}
	for _, e := range l.Entries() {
		if e.kind != kind {
			continue
		}
		if !slices.Contains(parts, e.part) {
			parts = append(parts, e.part)
		}
		if (part == "" || e.part == part) && (only == "" || e.ID == only) {
			chosen = append(chosen, e)
		}
	}
	switch {
	case len(parts) == 0:
		return nil, fmt.Errorf("the ledger has no %s; the kinds are %s", kind, strings.Join(kindNames(), ", "))
	case len(chosen) == 0 && only != "":
		return nil, fmt.Errorf("%s have no entry %s", kind, only)
	case len(chosen) == 0:
		return nil, fmt.Errorf("%s have no part %q; the parts are %s", kind, part, strings.Join(parts, "; "))
	}
	switch how {
	case "entries":
		for _, e := range chosen {
			w.entry(e)
		}
	case "table":
		w.table(kinds[kind].columns, chosen)
	case "tests":
		w.tests(chosen)
	}
	return w.passages, nil
}

type writer struct {
	source   string // the text that shows the entries
	passages []site.Passage
}

// own adds markup that belongs to the text that shows the entries, and no words: a
// run of words counts as standing where its first letter does.
func (w *writer) own(text string) {
	w.passages = append(w.passages, site.Passage{Text: text})
}

// at adds text that stands on a line of an entry's file.
func (w *writer) at(e *Entry, line int, text string) {
	w.passages = append(w.passages, site.Passage{Text: text, File: e.File, Line: line})
}

// relative finds the addresses of links that have no scheme.
var relative = regexp.MustCompile(`\]\([^<)\s:]+[)\s]`)

// text adds a text of an entry, with its links turned to where the reader stands.
func (w *writer) text(e *Entry, m yamlfile.Member, indent string) {
	text := relative.ReplaceAllStringFunc(m.Text, func(link string) string {
		dest, end := link[2:len(link)-1], link[len(link)-1:]
		if strings.HasPrefix(dest, "#") || strings.HasPrefix(dest, "/") {
			return link
		}
		return "](" + site.Rel("/"+w.source, "/"+path.Join(path.Dir(e.File), dest)) + end
	})
	w.at(e, m.At, strings.ReplaceAll(text, "\n", "\n"+indent))
}

func (w *writer) badge(e *Entry) {
	w.at(e, e.Line, fmt.Sprintf("[%s](%s%s.badge)", e.Status(), Scheme, e.ID))
}

// entry writes a heading and a list.
func (w *writer) entry(e *Entry) {
	w.at(e, e.fields["name"].At, fmt.Sprintf("### %s: %s\n\n", e.ID, e.fields["name"].Text))
	if kinds[e.kind].asked {
		w.answer(e)
		return
	}
	w.badge(e)
	if e.has("what") {
		w.at(e, e.fields["what"].At, " ")
		w.text(e, e.fields["what"], "")
	}
	w.own("\n\n")
	for _, key := range slices.Concat(kinds[e.kind].needs, kinds[e.kind].may) {
		if key != "what" && key != "run" && e.has(key) {
			w.item(e, strings.ToUpper(key[:1])+key[1:], e.fields[key])
		}
	}
	switch {
	case e.has("why"):
		w.item(e, "Test", yamlfile.Member{Text: "none. " + e.fields["why"].Text, At: e.fields["why"].At})
	case len(e.tests) == 1:
		w.item(e, "Test", yamlfile.Member{Text: "`" + e.tests[0].Key + "`: " + e.tests[0].Text, At: e.tests[0].At})
	case len(e.tests) > 1:
		w.own("- **Tests:**\n")
		for _, t := range e.tests {
			w.own("  - ")
			w.at(e, t.At, "`"+t.Key+"`: ")
			w.text(e, t, "    ")
			w.own("\n")
		}
	}
	for _, key := range []string{"measured", "open"} {
		if e.has(key) {
			w.item(e, strings.ToUpper(key[:1])+key[1:], e.fields[key])
		}
	}
	for _, key := range kinds[e.kind].owes {
		label := strings.ToUpper(key[:1]) + key[1:]
		if e.has(key) {
			w.item(e, label, e.fields[key])
		} else if e.has(without(key)) {
			w.item(e, label, yamlfile.Member{Text: "none; " + e.fields[without(key)].Text, At: e.fields[without(key)].At})
		}
	}
	if shown := e.fields["run"]; e.has("run") {
		w.own("\n")
		w.at(e, shown.At, "~~~run "+strings.Join(strings.Fields(shown.Text), " ")+"\n~~~\n")
	}
	w.own("\n")
}

// answer writes what stands below the heading of an entry that is asked.
func (w *writer) answer(e *Entry) {
	if reason := e.fields[without("answer")]; reason.Text != "" {
		w.at(e, reason.At, "Not answered: ")
		w.text(e, reason, "")
	} else {
		w.text(e, e.fields["answer"], "")
	}
	if open := e.fields["open"]; open.Text != "" {
		w.own("\n\n")
		w.at(e, open.At, "**Open:** ")
		w.text(e, open, "")
	}
	w.own("\n\n")
}

func (w *writer) item(e *Entry, label string, m yamlfile.Member) {
	w.at(e, m.At, "- **"+label+":** ")
	w.text(e, m, "  ")
	w.own("\n")
}

func (w *writer) table(columns []column, entries []*Entry) {
	var head, rule strings.Builder
	for _, c := range columns {
		head.WriteString("| " + c.head + " ")
		rule.WriteString("|---")
	}
	w.own("\n" + head.String() + "|\n" + rule.String() + "|\n")
	for _, e := range entries {
		for _, c := range columns {
			w.own("| ")
			w.cell(e, c.key)
			w.own(" ")
		}
		w.own("|\n")
	}
	w.own("\n")
}

func (w *writer) cell(e *Entry, column string) {
	switch column {
	case "id":
		w.at(e, e.Line, e.ID)
		return
	case "answer":
		w.own("**")
		w.line(e, e.fields["name"])
		w.own("**<br>")
		if reason := e.fields[without(column)]; reason.Text != "" {
			w.at(e, reason.At, "Not answered: ")
			w.line(e, reason)
		} else {
			w.line(e, e.fields[column])
		}
		if e.has("open") {
			w.at(e, e.fields["open"].At, "<br>Open: ")
			w.line(e, e.fields["open"])
		}
		return
	case "state":
		w.badge(e)
		if e.has("held") {
			w.at(e, e.fields["held"].At, " ")
			w.line(e, e.fields["held"])
		}
		for i, t := range e.tests {
			w.own([]string{" ", ", "}[min(i, 1)])
			w.at(e, t.At, "`"+t.Key+"`")
		}
		for _, key := range []string{"why", "measured", "open"} {
			if e.has(key) {
				w.at(e, e.fields[key].At, map[string]string{"why": " ", "measured": "<br>", "open": "<br>Open: "}[key])
				w.line(e, e.fields[key])
			}
		}
		return
	}
	w.line(e, e.fields[column])
}

// line adds a text within the row of a table, which is one line.
func (w *writer) line(e *Entry, m yamlfile.Member) {
	m.Text = strings.ReplaceAll(strings.Join(strings.Fields(m.Text), " "), "|", `\|`)
	w.text(e, m, "")
}

// tests writes which tests try what: those that try the same stand in one row, and
// those that try most come first.
func (w *writer) tests(entries []*Entry) {
	tried, first := make(map[string][]*Entry), make(map[string]yamlfile.Member)
	var names []string
	for _, e := range entries {
		for _, t := range e.tests {
			if tried[t.Key] == nil {
				names, first[t.Key] = append(names, t.Key), t
			}
			tried[t.Key] = append(tried[t.Key], e)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(tried[b]), len(tried[a])) })
	w.own("\n| Test | Tries |\n|---|---|\n")
	for len(names) > 0 {
		same := tried[names[0]]
		var rest []string
		sep := "| "
		for _, name := range names {
			if !slices.Equal(tried[name], same) {
				rest = append(rest, name)
				continue
			}
			w.own(sep)
			w.at(same[0], first[name].At, "`"+name+"`")
			sep = ", "
		}
		sep = " | "
		for _, e := range same {
			w.own(sep)
			w.at(e, e.Line, e.ID)
			sep = ", "
		}
		w.own(" |\n")
		names = rest
	}
	w.own("\n")
}

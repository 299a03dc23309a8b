package repo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"lockstep/site"
	"lockstep/site/review/display"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// Files are the files of a page's review, by their names below its folder. The
// same events give the same bytes, in whatever order they came.
func Files(lines []entry.Line, d subject.Page, revisions *store.Revisions) (map[string][]byte, error) {
	lines, orphans := state.Canonical(lines)
	if len(orphans) > 0 {
		return nil, fmt.Errorf("an event that %.12s stands on is missing", orphans[0].ID())
	}
	sum, err := state.Of(lines)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, line := range sum.Lines() { // without the texts that were redacted
		if files[path.Join(EventsFolder, line.ID()+".json")], err = entry.Encode(line); err != nil {
			return nil, err
		}
	}
	// What the summary and the annotations say must not change with every edit of
	// the page, so they speak of the threads as they were opened.
	if files[AnnotationsFile], err = annotations(sum, d); err != nil {
		return nil, err
	}
	files[SummaryFile] = summary(sum, d)
	for _, revision := range sum.Revisions() {
		if doc := revisions.Get(revision); doc != nil {
			if files[path.Join(RevisionsFolder, revision+".jsonl")], err = encodeDoc(doc); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// annotations are the threads as W3C Web Annotations.
func annotations(s *state.State, d subject.Page) ([]byte, error) {
	type selector map[string]any
	type annotation map[string]any
	items := []annotation{}
	for _, t := range s.Threads() {
		var targets []any
		for _, part := range t.Anchor.Parts() {
			target := map[string]any{"source": d.Path}
			if b := part.Block; b != nil {
				sel := selector{"type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc3236", "value": b.ID}
				if q := part.Quote; q != nil {
					sel["refinedBy"] = selector{"type": "TextQuoteSelector", "exact": q.Exact, "prefix": q.Prefix, "suffix": q.Suffix}
				}
				target["selector"] = sel
				target["state"] = map[string]any{"type": "State", "value": "sha256:" + t.Anchor.Revision}
			}
			targets = append(targets, target)
		}
		var target any = targets
		if len(targets) == 1 {
			target = targets[0]
		}
		for i, c := range t.Comments {
			a := annotation{"type": "Annotation", "id": "urn:lockstep:" + d.Name + "#" + c.ID, "creator": map[string]any{"type": "Person", "name": c.Author.Name},
				"created": c.Created, "motivation": motivation(t, i), "target": target}
			if i > 0 {
				a["target"] = "urn:lockstep:" + d.Name + "#" + t.ID
			}
			if !c.Edited.IsZero() {
				a["modified"] = c.Edited
			}
			if !c.Redacted {
				a["body"] = map[string]any{"type": "TextualBody", "format": "text/markdown", "value": c.Body}
			}
			items = append(items, a)
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(map[string]any{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationCollection", "id": "urn:lockstep:" + d.Name,
		"total": len(items), "first": map[string]any{"type": "AnnotationPage", "items": items}})
	return b.Bytes(), err
}

func motivation(t *state.Thread, i int) string {
	switch {
	case i > 0:
		return "replying"
	case t.Suggest != nil:
		return "editing"
	case t.Intent == event.Question:
		return "questioning"
	}
	return "commenting"
}

// summary is the review for people who read the repository.
func summary(s *state.State, d subject.Page) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Review of %s\n\n", inert(d.Title))
	fmt.Fprintf(&b, "Written by `lockstep review export`; changes made here are lost. As of event #%d, head `%s`.\n\n", s.N, s.Head.String()[:16])
	b.WriteString("## Verdicts\n\n")
	if len(s.Verdicts()) == 0 {
		b.WriteString("None.\n\n")
	} else {
		b.WriteString("| Who | Verdict | Text | When |\n|---|---|---|---|\n")
		for _, v := range s.Verdicts() {
			fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", inert(v.By.Name), v.Verdict, v.Revision[:min(len(v.Revision), 10)], v.At.Format("2006-01-02"))
		}
		b.WriteByte('\n')
	}
	for _, part := range []struct {
		title string
		open  bool
	}{{"Open", true}, {"Resolved", false}} {
		fmt.Fprintf(&b, "## %s\n\n", part.title)
		none := true
		for _, t := range s.Threads() {
			if (t.End == nil) != part.open {
				continue
			}
			none = false
			summarise(&b, t)
		}
		if none {
			b.WriteString("None.\n\n")
		}
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}

func summarise(b *strings.Builder, t *state.Thread) {
	fmt.Fprintf(b, "### %s, %s", inert(t.Opener.Name), t.Intent)
	if e := t.End; e != nil {
		fmt.Fprintf(b, ", %s by %s", e.Kind, inert(e.By.Name))
	}
	b.WriteString("\n\n")
	var quoted []string
	for _, part := range t.Anchor.Parts() {
		if q := part.Quote; q != nil {
			quoted = append(quoted, "“"+inert(display.Beginning(q.Exact))+"”")
		} else if block := part.Block; block != nil {
			quoted = append(quoted, "the "+block.Kind+" “"+inert(display.Beginning(block.Text))+"”")
		}
	}
	if len(quoted) > 0 {
		fmt.Fprintf(b, "On %s:\n\n", strings.Join(quoted, " and "))
	}
	for _, c := range t.Comments {
		fmt.Fprintf(b, "**%s**, %s:\n\n", inert(c.Author.Name), c.Created.Format("2006-01-02"))
		if c.Redacted {
			b.WriteString("> (redacted)\n\n")
			continue
		}
		for line := range strings.SplitSeq(c.Body, "\n") {
			b.WriteString(strings.TrimRight("> "+inert(line), " ") + "\n")
		}
		b.WriteByte('\n')
	}
	if e := t.End; e != nil && e.Reason != "" {
		fmt.Fprintf(b, "Reason: %s\n\n", inert(strings.ReplaceAll(e.Reason, "\n", " ")))
	}
}

// inert is text that does nothing in Markdown, on whatever host shows it: no
// markup, no picture, no mention that notifies somebody, no word that steers a
// build.
func inert(text string) string {
	var b strings.Builder
	for _, r := range site.Visible(text) {
		switch r {
		case '\\', '`', '*', '_', '{', '}', '[', ']', '(', ')', '#', '+', '!', '<', '>', '|', '~', '&', '$', '=':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '-', '.':
			// Only at the beginning of a line do these mean something.
			if strings.TrimLeft(b.String(), " 0123456789") == "" {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		case '@':
			b.WriteString("@\u200d")
		case ':':
			b.WriteString(":\u200d")
		case '\n', '\t':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

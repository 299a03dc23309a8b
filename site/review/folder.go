package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
)

// FolderOf is the name of the folder of a page's review: the slug of a decision,
// the whole name of another page.
func FolderOf(page string) string {
	if slug, ok := strings.CutPrefix(page, "adr/"); ok {
		return slug
	}
	return strings.ReplaceAll(page, "/", ".")
}

// Show is what a page shows of a review that comes from files.
func Show(s *State, d Document, revisions *Revisions, a access.Actor) *site.Review {
	return viewer{d: d, revisions: revisions, placed: make(map[placement]anchor.Placement), rendered: make(map[string]site.HTML), reader: a.ID}.review(s)
}

// Files are the files of a page's review, by their names below its folder. The
// same events give the same bytes, in whatever order they came.
func Files(lines []Line, d Document, revisions *Revisions) (map[string][]byte, error) {
	lines, orphans := Canonical(lines)
	if len(orphans) > 0 {
		return nil, fmt.Errorf("an event that %.12s stands on is missing", orphans[0].ID())
	}
	state, err := StateOf(lines)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, line := range state.Lines() { // without the texts that were redacted
		if files[path.Join(EventsFolder, line.ID()+".json")], err = entry.Encode(line); err != nil {
			return nil, err
		}
	}
	// What the summary and the annotations say must not change with every edit of
	// the page, so they speak of the threads as they were opened.
	if files[AnnotationsFile], err = annotations(state, d); err != nil {
		return nil, err
	}
	files[SummaryFile] = summary(state, d)
	for _, revision := range state.revisions() {
		if doc := revisions.Get(revision); doc != nil {
			if files[path.Join(RevisionsFolder, revision+".jsonl")], err = encodeDoc(doc); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// revisions are those that somebody said something about, sorted.
func (s *State) revisions() (all []string) {
	for _, t := range s.threads {
		all = append(all, t.Anchor.Revision)
	}
	for _, v := range s.verdicts {
		all = append(all, v.Revision)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(r string) bool { return !isRevision(r) })
}

// annotations are the threads as W3C Web Annotations.
func annotations(s *State, d Document) ([]byte, error) {
	type selector map[string]any
	type annotation map[string]any
	items := []annotation{}
	for _, t := range s.threads {
		target := map[string]any{"source": d.Path}
		if b := t.Anchor.Block; b != nil {
			sel := selector{"type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc3236", "value": b.ID}
			if q := t.Anchor.Quote; q != nil {
				sel["refinedBy"] = selector{"type": "TextQuoteSelector", "exact": q.Exact, "prefix": q.Prefix, "suffix": q.Suffix}
			}
			target["selector"] = sel
			target["state"] = map[string]any{"type": "State", "value": "sha256:" + t.Anchor.Revision}
		}
		for i, c := range t.Comments {
			a := annotation{"type": "Annotation", "id": "urn:lockstep:" + d.Page + "#" + c.ID, "creator": map[string]any{"type": "Person", "name": c.Author.Name},
				"created": c.Created, "motivation": motivation(t, i), "target": target}
			if i > 0 {
				a["target"] = "urn:lockstep:" + d.Page + "#" + t.ID
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
	err := encoder.Encode(map[string]any{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationCollection", "id": "urn:lockstep:" + d.Page,
		"total": len(items), "first": map[string]any{"type": "AnnotationPage", "items": items}})
	return b.Bytes(), err
}

func motivation(t *Thread, i int) string {
	switch {
	case i > 0:
		return "replying"
	case t.Suggest != nil:
		return "editing"
	case t.Intent == Question:
		return "questioning"
	}
	return "commenting"
}

// summary is the review for people who read the repository.
func summary(s *State, d Document) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Review of %s\n\n", inert(d.Title))
	fmt.Fprintf(&b, "Written by `lockstep review export`; changes made here are lost. As of event #%d, head `%s`.\n\n", s.N, s.Head.String()[:16])
	b.WriteString("## Verdicts\n\n")
	if len(s.verdicts) == 0 {
		b.WriteString("None.\n\n")
	} else {
		b.WriteString("| Who | Verdict | Text | When |\n|---|---|---|---|\n")
		for _, v := range s.verdicts {
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
		for _, t := range s.threads {
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

func summarise(b *strings.Builder, t *Thread) {
	fmt.Fprintf(b, "### %s, %s", inert(t.Opener.Name), t.Intent)
	if e := t.End; e != nil {
		fmt.Fprintf(b, ", %s by %s", e.Kind, inert(e.By.Name))
	}
	b.WriteString("\n\n")
	if q := t.Anchor.Quote; q != nil {
		fmt.Fprintf(b, "On “%s”:\n\n", inert(beginning(q.Exact)))
	} else if block := t.Anchor.Block; block != nil {
		fmt.Fprintf(b, "On the %s “%s”:\n\n", block.Kind, inert(beginning(block.Text)))
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
	for _, r := range markdown.Visible(text) {
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

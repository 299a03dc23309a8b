// Package patch writes a suggested edit as git takes it: a mail with a unified diff,
// for those who have the repository and not the server's rights. The patch is of the
// source as it is now. Where the source no longer has what the edit was suggested for,
// there is none, since it would change something that nobody looked at.
package patch

import (
	"fmt"
	"strings"

	"lockstep/site"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// context is how many lines around the change a patch shows, as git's do.
const context = 3

// Of is a suggestion as a unified diff of its source as it is now, below the
// headers of a mail.
func Of(d subject.Page, t *state.Thread) (string, error) {
	first, last, err := standsAt(d, t.Suggest.Old)
	if err != nil {
		return "", err
	}
	before, after := around(d, first, last)
	was, is := linesOf(t.Suggest.Old), linesOf(t.Suggest.New)
	var b strings.Builder
	by := site.Visible(t.Opener.Name)
	fmt.Fprintf(&b, "From: %s <%s>\nDate: %s\nSubject: [PATCH] Edit %s as %s suggested\n\nReview-Thread: %s\n---\n", Plain(by), Plain(AddressOf(t.Opener)),
		t.Comments[0].Created.Format("Mon, 2 Jan 2006 15:04:05 -0700"), Plain(d.Title), Plain(by), t.ID)
	fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", d.Source, d.Source)
	fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", first-len(before), len(before)+len(was)+len(after), first-len(before), len(before)+len(is)+len(after))
	for _, part := range []struct {
		sign  string
		lines []string
	}{{" ", before}, {"-", was}, {"+", is}, {" ", after}} {
		for _, line := range part.lines {
			b.WriteString(part.sign + line + "\n")
		}
	}
	return b.String(), nil
}

// around is the context of lines in a source. Each range that is asked for holds lines
// of the block, so that an empty answer says that it goes beyond the end; what follows
// the last line break is no line.
func around(d subject.Page, first, last int) (before, after []string) {
	before = strings.Split(d.Lines(max(1, first-context), first), "\n")
	for n := 1; n <= context && d.Lines(first, last+n+1) != ""; n++ {
		after = strings.Split(d.Lines(first, last+n), "\n")[last-first+1:]
	}
	return before[:len(before)-1], after
}

// standsAt finds the lines of the source that a suggestion was made for. They are
// looked for among the blocks of the text as it is now.
func standsAt(d subject.Page, old string) (first, last int, err error) {
	if d.Lines != nil {
		for _, b := range d.Blocks {
			if b.Line == 0 || d.Lines(b.Line, b.End) != old || first == b.Line {
				continue
			}
			if first > 0 {
				return 0, 0, refusal.Conflict("twice", "the source has the text that the edit was suggested for more than once; edit by hand")
			}
			first, last = b.Line, b.End
		}
	}
	if first == 0 {
		return 0, 0, refusal.Conflict("changed", "the source no longer has the text that the edit was suggested for; look at the thread and edit by hand")
	}
	return first, last, nil
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// AddressOf is the address of a person for git: the one that they are known by, or
// their id, which says where they are known from.
func AddressOf(p event.Person) string {
	if address, ok := strings.CutPrefix(p.ID, "local:"); ok && address != "" {
		return address
	}
	return p.ID
}

// Plain is a text for the header of a mail and for git: on one line, and without the
// marks around an address.
func Plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' {
			return ' '
		}
		return r
	}, text))
}

package offline

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lockstep/site/review"
	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
	"lockstep/site/review/subject"
)

// Passage is a place of a text at which a quote stands.
type Passage struct {
	Request review.AnchorRequest
	Line    int    // of the source; 0 if that is not known
	Section string // the heading above it
	Before  string // what surrounds it in its block
	Quote   string
	After   string
}

// Find gives all places at which a quote stands. It may be quoted as a reader sees
// it or as it is written in Markdown. Of a quote of several paragraphs that do not
// stand in one block, the last that stands somewhere is found: what is said below a
// quote is about its end.
func Find(d subject.Page, quote string) []Passage {
	if found := findAll(d, quote); len(found) > 0 {
		return found
	}
	parts := strings.Split(strings.ReplaceAll(quote, "\r\n", "\n"), "\n\n")
	slices.Reverse(parts)
	for _, part := range parts {
		if found := findAll(d, part); len(found) > 0 {
			return found
		}
	}
	return nil
}

func findAll(d subject.Page, quote string) (found []Passage) {
	for _, form := range []string{quote, Plain(quote)} {
		for n, b := range d.Blocks {
			if b.Head && len(found) > 0 {
				continue // the head of the page repeats what the text says
			}
			form := form
			if b.Kind != "code" || !strings.Contains(b.Text, form) {
				form = strings.Join(strings.Fields(form), " ")
			}
			text, runes := []rune(b.Text), []rune(form)
			for _, at := range anchor.Occurrences(text, runes) {
				end := at + len(runes)
				p := Passage{Line: b.Line, Before: string(text[max(0, at-event.MaxContext):at]), Quote: form, After: string(text[end:min(len(text), end+event.MaxContext)])}
				if len(b.Section) > 0 {
					p.Section = b.Section[len(b.Section)-1]
				}
				p.Request = review.AnchorRequest{Block: review.BlockRef(strconv.Itoa(n)), Quote: form, Prefix: p.Before, Suffix: p.After}
				found = append(found, p)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

var (
	leading = regexp.MustCompile(`(?m)^[ \t]*(?:>[ \t]?|#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+)+`)
	link    = regexp.MustCompile(`!?\[([^\]\n]*)\](?:\([^()\s]*(?:[ \t]+"[^"\n]*")?\)|\[[^\]\n]*\])`)
	escape  = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
)

// Plain is Markdown without the most common marks, for comparing it with what a
// reader sees. What it does not know it leaves: the words then stand nowhere.
func Plain(text string) string {
	text = leading.ReplaceAllString(text, "")
	text = link.ReplaceAllString(text, "$1")
	text = strings.NewReplacer("**", "", "__", "", "~~", "", "`", "", "*", "").Replace(text)
	return escape.ReplaceAllString(text, "$1")
}

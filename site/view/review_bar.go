package view

import (
	"strings"

	"github.com/a-h/templ"

	"lockstep/site"
)

// submitWords call the button that opens the verdict: whoever has given one sees it.
func submitWords(r *site.Review) string {
	for _, v := range r.Verdicts {
		if v.AuthorID != r.You.ID || v.Stale || v.Earlier {
			continue
		}
		switch v.Verdict {
		case "approve":
			return "You approved"
		case "request-changes":
			return "You asked for changes"
		}
	}
	return "Submit review"
}

// key is what keys do in a review.
type key struct {
	keys []string
	does string
}

// keysOf are the keys that do something for whoever reads.
func keysOf(r *site.Review) []key {
	list := []key{{[]string{"n", "p"}, "next and previous thread, with its passage"}, {[]string{"j", "k"}, "next and previous paragraph"}}
	if r.Live && canWrite(r) {
		list = append(list, key{[]string{"c"}, "comment on the selection or the paragraph"}, key{[]string{"r"}, "reply to the thread"},
			key{[]string{"Ctrl", "Enter"}, "send what is written"})
	}
	if r.Live && canJudge(r) {
		list = append(list, key{[]string{"s"}, "submit a review"}, key{[]string{"a"}, "approve: Enter gives the approval"})
	}
	return append(list, key{[]string{"Esc"}, "close what is open; what is typed is kept"}, key{[]string{"?"}, "this list"})
}

func patchHref(r *site.Review, t site.Thread) templ.SafeURL {
	return templ.SafeURL("/reviews/" + r.Page + "/threads/" + t.ID + "/suggestion.patch")
}

// number and words are the parts of what a chip says: a narrow bar shows the number.
func (c chip) number() string {
	n, _, _ := strings.Cut(c.text, " ")
	return n
}

func (c chip) words() string {
	_, words, _ := strings.Cut(c.text, " ")
	return words
}

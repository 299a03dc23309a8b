package build

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// ReviewChanges judges a change by what was said about the texts before it: base is
// the tree before, t the one after. It finds open blockers that lose their place or
// are gone, events that are gone, and approved texts that are others now. Said tells
// of a page that the change says so.
func (t *Tree) ReviewChanges(base *Tree, said func(names []string) bool) []site.Finding {
	c := reviewChange{base: base, now: t, said: said}
	for _, before := range base.ReviewDocuments() {
		// The names that a file had before are known from the history, which the tree of
		// the base does not have.
		if now, ok := t.Document(before.Name); ok {
			before.Former = append(before.Former, now.Former...)
		}
		if was := base.ReviewOf(before); was != nil {
			c.page(before, was)
		}
	}
	site.SortFindings(c.findings)
	return c.findings
}

type reviewChange struct {
	base, now *Tree
	said      func(names []string) bool
	findings  []site.Finding
}

func (c *reviewChange) find(file string, line int, rule, mend, format string, args ...any) {
	c.findings = append(c.findings, site.Finding{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

func (c *reviewChange) page(before subject.Page, was *site.Review) {
	now, there := c.now.Document(before.Name)
	if !there {
		for _, t := range openBlockers(was) {
			c.find(before.Source, 0, "review-blocker-orphaned", "resolve the thread first, or name the page in the front matter of the one that takes its place: alias: "+before.Name,
				"the page is gone, and %s", blocks(t))
		}
		return
	}
	is := c.now.ReviewOf(now)
	if is == nil {
		is = &site.Review{}
	}
	for _, gone := range state.Removed(before.In(c.base.ReviewStates()), now.In(c.now.ReviewStates())) {
		c.find(now.Source, 0, "review-events-removed", "take the review of "+before.Name+" from the base, and resolve what is settled in the review itself",
			"the change takes out of the review what %s", gone)
	}
	for _, t := range openBlockers(was) {
		c.blocker(before, now, t, is)
	}
	c.approved(before, now, was, is)
}

// blocker compares where a blocking thread stood and where it stands.
func (c *reviewChange) blocker(before, now subject.Page, t site.Thread, is *site.Review) {
	i := slices.IndexFunc(is.Threads, func(other site.Thread) bool { return other.ID == t.ID })
	if i < 0 {
		c.find(now.Source, c.near(before, now, t), "review-blocker-deleted", "take the review of "+before.Name+" from the base, and resolve the thread in the review itself", "the change deletes an open thread: %s", blocks(t))
		return
	}
	then := is.Threads[i]
	if then.Status != "open" || looseness(then.State) <= looseness(t.State) {
		return
	}
	rule, what := "review-blocker-misplaced", "no longer stands at its words"
	if then.State == "orphan" {
		rule, what = "review-blocker-orphaned", "no longer stands anywhere"
	}
	c.find(now.Source, c.near(before, now, t), rule, "settle it with whoever opened it and resolve the thread, point it to the right place, or leave the words as they were",
		"%s, and after this change the thread %s: %s", blocks(t), what, then.Reason)
}

// looseness says how little of what was commented on a placement still names.
func looseness(state string) int {
	switch state {
	case "block":
		return 1
	case "section":
		return 2
	case "orphan":
		return 3
	}
	return 0
}

// near is the line of the text as it is now that a reader of the change sees: where
// the thread stood, as far as that is still there.
func (c *reviewChange) near(before, now subject.Page, t site.Thread) int {
	if t.Block < 0 || t.Block >= len(before.Blocks) {
		return 0
	}
	for n := t.Block; n >= 0; n-- {
		for _, b := range now.Blocks {
			if b.Hash == before.Blocks[n].Hash && b.Line > 0 {
				return b.Line
			}
		}
	}
	return 0
}

// approved finds approvals of the text as it was that are none of the text as it is.
// A change may say that it touches an approved text, take the status back, or bring
// the new approval with it.
func (c *reviewChange) approved(before, now subject.Page, was, is *site.Review) {
	if before.Revision == now.Revision || before.Accepted && !now.Accepted || c.said(append([]string{before.Name, now.Name, before.Source, now.Source}, now.Former...)) {
		return
	}
	for _, v := range was.Verdicts {
		if v.Verdict != string(event.Approve) || v.Stale {
			continue
		}
		if slices.ContainsFunc(is.Verdicts, func(n site.Verdict) bool { return n.AuthorID == v.AuthorID && n.Revision == now.Revision }) {
			continue
		}
		c.find(now.Source, firstChange(before, now), "review-approval-touched",
			"let them approve the new text, or set the status back to proposed, or say so in a commit of this change, on a line of its own at its end: Changes-approved: "+now.Name,
			"the change touches a text that %s has approved", v.Author)
	}
}

// firstChange is the line of the first block that is new, 0 if the words are the same.
func firstChange(before, now subject.Page) int {
	for i, b := range now.Blocks {
		if i >= len(before.Blocks) || before.Blocks[i].Hash != b.Hash {
			return b.Line
		}
	}
	return 0
}

func openBlockers(r *site.Review) (list []site.Thread) {
	for _, t := range r.Threads {
		if t.Status == "open" && t.Intent == string(event.Blocking) {
			list = append(list, t)
		}
	}
	return list
}

func blocks(t site.Thread) string {
	text := "with a comment that was redacted"
	if body := strings.TrimSpace(t.Comments[0].Body); body != "" {
		text = fmt.Sprintf("with %q", oneLine(body))
	}
	return t.Comments[0].Author + " blocks it " + text
}

package view

import (
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"lockstep/site"
)

// chip is a word about a review with its colour.
type chip struct{ text, class string }

// standing is where a review stands, the most pressing first.
func standing(r *site.Review) (chips []chip) {
	add := func(n int, one, many, class string) {
		if n > 0 {
			chips = append(chips, chip{count(n, one, many), class})
		}
	}
	open, approved, unsigned, broken, stale, earlier, against := 0, 0, 0, 0, 0, 0, 0
	for _, t := range r.Threads {
		if t.Status == "open" {
			open++
		}
	}
	for _, v := range r.Verdicts {
		switch {
		case v.Verdict == "request-changes":
			against++
		case v.Verdict == "approve" && v.Signature == "broken":
			broken++
		case v.Verdict == "approve" && v.Earlier:
			earlier++
		case v.Verdict == "approve" && v.Stale:
			stale++
		case v.Verdict == "approve" && v.Signature == "unsigned":
			unsigned++
		case v.Verdict == "approve":
			approved++
		}
	}
	add(r.Blockers, "open blocker", "open blockers", "bad")
	add(against, "change request", "change requests", "bad")
	add(broken, "broken signature", "broken signatures", "bad")
	add(unsigned, "unsigned approval", "unsigned approvals", "warn")
	add(stale, "approval of an older text", "approvals of an older text", "warn")
	add(earlier, "approval of an earlier form", "approvals of an earlier form", "warn")
	add(approved, "approval", "approvals", "ok")
	add(open, "open thread", "open threads", "plain")
	if len(chips) == 0 {
		chips = append(chips, chip{"nothing yet", "plain"})
	}
	return chips
}

func withStatus(r *site.Review, status string) (list []site.Thread) {
	for _, t := range r.Threads {
		if t.Status == status {
			list = append(list, t)
		}
	}
	return list
}

// unsettled are the decision-makers of whom no verdict counts, or of whom it is not
// known that it is theirs.
func unsettled(r *site.Review) (list []site.Approver) {
	for _, a := range r.Approvers {
		if approverWords(a) != "" {
			list = append(list, a)
		}
	}
	return list
}

func approverWords(a site.Approver) string {
	return map[string]string{
		"waiting":    "decides; no verdict yet",
		"unverified": "decides; the approval is by somebody of that name, unverified",
		"ambiguous":  "decides; several people go by that name",
		"unsigned":   "decides; the approval does not count: it is not signed with a listed key",
		"broken":     "decides; the approval does not count: its signature is broken",
		"unmapped":   "decides; nobody knows under which id",
	}[a.State]
}

func approverClass(a site.Approver) string {
	if a.State == "broken" || a.State == "unsigned" {
		return "against"
	}
	return "waiting"
}

// signatureWords says who signed a verdict.
func signatureWords(v site.Verdict) string {
	switch v.Signature {
	case "signed":
		return "signed by " + v.SignedAs
	case "unlisted":
		return "signed by a key that is not listed for them"
	case "broken":
		return "broken signature: " + v.Doubt
	}
	return "unsigned: anybody who can write to the repository could have written it"
}

func canWrite(r *site.Review) bool { return r.You.ID != "" && r.You.Role != "reader" }

func canJudge(r *site.Review) bool { return r.You.Role == "reviewer" || r.You.Role == "maintainer" }

func judged(r *site.Review) bool {
	for _, v := range r.Verdicts {
		if v.AuthorID == r.You.ID && r.You.ID != "" {
			return true
		}
	}
	return false
}

func emptyWords(r *site.Review) string {
	if r.Live && canWrite(r) {
		return "No open threads. Select words in the text to comment on them, or press c on a paragraph."
	}
	return "No open threads."
}

func verdictClass(v site.Verdict) string {
	switch {
	case v.Verdict == "approve" && v.Stale:
		return "stale"
	case v.Verdict == "approve" && v.Signature == "broken":
		return "against"
	case v.Verdict == "approve" && v.Signature == "unsigned":
		return "stale"
	case v.Verdict == "approve":
		return "approved"
	case v.Verdict == "request-changes":
		return "against"
	}
	return "neutral"
}

func verdictWords(v site.Verdict) string {
	if v.Earlier {
		return map[string]string{"approve": "approves an earlier form of this page, and must approve it anew: it did not bind markup, pictures, status and deciders",
			"request-changes": "requested changes to an earlier form of this page", "comment": "commented on an earlier form of this page"}[v.Verdict]
	}
	if v.Stale {
		return map[string]string{"approve": "approved an older text", "request-changes": "requested changes to an older text", "comment": "commented on an older text"}[v.Verdict]
	}
	if v.Verdict == "approve" && (v.Signature == "broken" || v.Signature == "unsigned") {
		return "is said to approve this text"
	}
	return map[string]string{"approve": "approves this very text", "request-changes": "requests changes", "comment": "comments"}[v.Verdict]
}

// unseenChange says whether a text has changed in what a comparison of words does
// not show.
func unseenChange(v site.Verdict) bool { return v.Stale && !v.Earlier && v.SameWords }

func threadLabel(t site.Thread) string {
	kind := t.Intent
	if kind == "comment" {
		kind = "thread"
	} else {
		kind += " thread"
	}
	about := "about the page"
	if t.Quote != "" {
		about = "on “" + t.Quote + "”"
	}
	who := ""
	if len(t.Comments) > 0 {
		who = " by " + t.Comments[0].Author
	}
	return fmt.Sprintf("%s %s%s %s", t.Status, kind, who, about)
}

func blockID(t site.Thread) string { return t.Element }

func blockHref(t site.Thread) templ.SafeURL { return templAnchor(t.Element) }

// templAnchor is a link within the page. Ids here are letters, digits and a few
// marks, by construction.
func templAnchor(id string) templ.SafeURL { return templ.SafeURL("#" + id) }

func formAction(r *site.Review, rest string) templ.SafeURL {
	return templ.SafeURL("/reviews/" + r.Page + "/" + rest)
}

// formID makes a form that is sent twice the same comment.
func formID(r *site.Review, part string) string {
	id := r.Nonce + "-" + part
	return id[:min(len(id), 72)]
}

func changeWords(c site.Comment) string {
	if c.Mine {
		return "Edit or redact"
	}
	return "Redact"
}

func blockName(b site.Block) string {
	const enough = 70
	text := []rune(b.Text)
	if len(text) > enough {
		text = append(text[:enough:enough], '…')
	}
	return strconv.Itoa(b.N+1) + ". " + b.Kind + ": " + string(text)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// moment is a time as people say it; a script shows it in the reader's zone.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

package build

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/event"
	"lockstep/site/review/repo"
	"lockstep/site/review/signature"
	"lockstep/site/review/standing"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// ReviewFolder is where the reviews of the site are exported to: beside the
// decisions, or in a folder of its own.
func (t *Tree) ReviewFolder() string { return t.config.reviewFolder() }

func (c Config) reviewFolder() string {
	if len(c.ADR) > 0 {
		return path.Join(c.ADR[0], "reviews")
	}
	return "reviews"
}

// reviews are the pages of a tree as reviewers see them, worked out when they
// are asked for, and what was exported of their reviews.
type reviews struct {
	mu        sync.Mutex
	documents map[*site.Page]subject.Page
	current   map[string]*site.Page   // by the name that it has
	byName    map[string]*site.Page   // by every name that leads to it
	exported  map[string]*state.State // by page
	revisions *store.Revisions
	trust     *standing.Trust
}

// Document gives a page as reviewers see it. A decision may also be called by its
// number or its id, and any page by the last element of its path if that is
// unique in its section.
func (t *Tree) Document(name string) (subject.Page, bool) {
	p := t.reviews.byName[strings.ToLower(name)]
	if p == nil {
		section, rest, _ := strings.Cut(name, "/")
		if full := t.Redirects()["/"+section+"/"+rest+"/"]; full != "" {
			p = t.byPath[full]
		}
	}
	if p == nil {
		return subject.Page{}, false
	}
	return t.documentOf(p), true
}

// Documents are all pages that can be reviewed, in reading order.
func (t *Tree) ReviewDocuments() (all []subject.Page) {
	for _, p := range t.Pages {
		if t.documents[p] != nil {
			all = append(all, t.documentOf(p))
		}
	}
	return all
}

func (t *Tree) documentOf(p *site.Page) subject.Page {
	t.reviews.mu.Lock()
	defer t.reviews.mu.Unlock()
	if d, ok := t.reviews.documents[p]; ok {
		return d
	}
	d := subject.Page{Name: subject.NameOf(p.Path), Path: p.Path, Title: p.Title, Source: p.Source, Trust: t.reviews.trust}
	d.Former = t.formerNames(p)
	d.Blocks, d.Revision = t.Blocks(p)
	if p.Decision != nil {
		d.Approvers = p.Decision.Deciders
		d.Accepted = p.Decision.Status == site.StatusAccepted
	}
	text := t.documents[p].text
	d.Lines = func(first, last int) string {
		lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
		if first < 1 || last > len(lines) || first > last {
			return ""
		}
		return strings.Join(lines[first-1:last], "\n")
	}
	t.reviews.documents[p] = d
	return d
}

// indexReviews names the pages and reads what was exported. A file that is not
// what it says is a finding: nobody should take it for a review.
func (t *Tree) indexReviews() {
	r := &reviews{documents: make(map[*site.Page]subject.Page), current: make(map[string]*site.Page, len(t.Pages)), byName: make(map[string]*site.Page, len(t.Pages)), exported: make(map[string]*state.State)}
	t.reviews = r
	r.revisions, _ = store.OpenRevisions("")
	short := make(map[string][]*site.Page, len(t.Pages))
	for _, p := range t.Pages {
		if t.documents[p] == nil {
			continue
		}
		name := subject.NameOf(p.Path)
		r.current[name], r.byName[name] = p, p
		section, _, _ := strings.Cut(name, "/")
		last := section + "/" + path.Base(p.Path)
		short[last] = append(short[last], p)
		if p.Decision != nil {
			short[section+"/"+strings.ToLower(p.Decision.ID)] = append(short[section+"/"+strings.ToLower(p.Decision.ID)], p)
		}
	}
	for name, pages := range short {
		if len(pages) == 1 && r.byName[name] == nil {
			r.byName[name] = pages[0]
		}
	}
	for _, p := range t.Pages {
		if t.documents[p] == nil {
			continue
		}
		for _, name := range t.formerNames(p) {
			if r.byName[name] == nil {
				r.byName[name] = p
			}
		}
	}
	r.trust = t.trust()
	t.readReviews()
	t.judgeReviews()
	if len(r.exported) > 0 && t.byPath["/reviews/"] == nil {
		t.add(ReviewsPage(display.OpenThreads(r.exported, t.ReviewDocuments())), nil)
	}
}

// readReviews reads what was exported. A file that is not what it says is a
// finding: nobody should take it for a review.
func (t *Tree) readReviews() {
	find := func(file, mend, format string, args ...any) {
		t.Findings = append(t.Findings, site.Finding{File: file, Rule: "review", Message: fmt.Sprintf(format, args...), Mend: mend})
	}
	pages, problems := repo.Read(t.builder.root.FS(), t.ReviewFolder())
	for _, p := range problems {
		find(p.File, p.Mend, "%s", p.Message)
	}
	present := make(map[string]bool)
	for _, p := range pages {
		state, err := state.Of(p.Lines)
		if err != nil {
			find(p.Dirs[0], "take the files from version control", "it is no exported review: %s", err)
			continue
		}
		for _, l := range p.Lines {
			present[l.ID()] = true
		}
		t.reviews.exported[p.Page] = state
		for _, doc := range p.Docs {
			t.reviews.revisions.Saw(doc)
		}
		for _, w := range t.reviews.trust.Words(state) {
			if w.State == signature.Broken {
				find(p.Dirs[0], "take the file from version control, or let them say it again", "%s by %s: %s", w.What, w.Who.Name, w.Is())
			}
		}
	}
	for _, gone := range deletedEvents(t.events, present) {
		find(gone, "git checkout it from the newest commit that has it; what was said is redacted, never deleted", "the event was deleted")
	}
}

// judgeReviews finds decisions that are accepted against their review.
func (t *Tree) judgeReviews() {
	for _, p := range t.Pages {
		if p.Decision == nil || p.Decision.Status != site.StatusAccepted {
			continue
		}
		sum := t.reviewOf(p)
		rule := t.config.Review.Approvals
		if sum == nil && rule != "all" {
			continue
		}
		if sum == nil {
			sum = state.New()
		}
		shown := display.Show(sum, t.documentOf(p), t.reviews.revisions, access.Actor{})
		for _, thread := range shown.Threads {
			if thread.Status == "open" && thread.Intent == string(event.Blocking) {
				t.find(p, 0, "review-blocker", "resolve the thread "+thread.ID+", or set the status back to proposed, and export the review again",
					"it is accepted, and %s blocks it: %q", thread.Comments[0].Author, oneLine(thread.Comments[0].Body))
			}
		}
		if rule == "none" {
			continue
		}
		for _, a := range shown.Approvers {
			if say, mend := approvalWords(a); say != "" {
				t.find(p, 0, "review-approval", mend, "it is accepted, and %s", say)
			}
		}
		if trust := t.reviews.trust; trust.Demanded {
			for _, w := range trust.Words(sum) {
				if w.What == standing.EndedBlocker && w.State != signature.Signed {
					t.find(p, 0, "review-signature", "let them reopen the thread and resolve it again on a server that signs, and export the review again", "it is accepted, and %s %s: %s", w.Who.Name, w.What, w.Is())
				}
			}
		}
	}
}

// approvalWords says what is wrong with where a decision-maker stands, and how to
// put it right.
func approvalWords(a site.Approver) (say, mend string) {
	again := "let them approve on a server that signs with a key listed in " + repo.SignersFile + ", and export the review again"
	switch a.State {
	case standing.Waiting:
		return a.Name + " has not approved it", "let them approve, and export the review again; review: approvals in " + ConfigName + " sets the rule"
	case standing.Stale:
		return a.Name + " approved an older text", "let them look at what changed since, and export the review again"
	case standing.Earlier:
		return a.Name + " approved an earlier form of it, which did not bind markup, pictures, status and deciders", "let them approve it anew, and export the review again; an approval is now bound to all that the page shows"
	case standing.Against:
		return a.Name + " requests changes", "settle it with them, and export the review again"
	case standing.Unsigned:
		return "the approval of " + a.Name + " is not signed with a listed key", again
	case standing.Forged:
		return "the signature under the approval of " + a.Name + " is broken", again
	case standing.Unmapped:
		return a.Name + " has no id in review: deciders", "list their address, their issuer and subject, or the fingerprint of their key in " + ConfigName
	case standing.Ambiguous:
		return "several people call themselves " + a.Name, "list the ids of the one who decides in review: deciders of " + ConfigName
	}
	return "", ""
}

func oneLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return line
}

// exportedReview is what a page without a server shows; nil if nothing was
// exported.
func (t *Tree) exportedReview(p *site.Page) *site.Review {
	state := t.reviewOf(p)
	if state == nil || t.documents[p] == nil {
		return nil
	}
	return display.Show(state, t.documentOf(p), t.reviews.revisions, access.Actor{})
}

// ReviewsPage is the page of all open threads.
func ReviewsPage(list *site.ReviewList) *site.Page {
	return &site.Page{Kind: site.KindReviews, Section: "reviews", Path: "/reviews/", Title: "Open threads", Reviews: list,
		Summary: "What people asked and nobody has settled yet, on all pages."}
}

// ReviewStates are the exported reviews by page.
func (t *Tree) ReviewStates() map[string]*state.State { return t.reviews.exported }

// ReviewOf is the exported review of a document; nil if there is none.
func (t *Tree) ReviewOf(d subject.Page) *site.Review {
	state := d.In(t.reviews.exported)
	if state == nil {
		return nil
	}
	return display.Show(state, d, t.reviews.revisions, access.Actor{})
}

// ReviewTrust is what the repository says about people who review.
func (t *Tree) ReviewTrust() *standing.Trust { return t.reviews.trust }

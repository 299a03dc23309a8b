package build

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
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
	documents map[*site.Page]review.Document
	byName    map[string]*site.Page
	exported  map[string]*review.State // by page
	revisions *review.Revisions
}

// Document gives a page as reviewers see it. A decision may also be called by its
// number or its id, and any page by the last element of its path if that is
// unique in its section.
func (t *Tree) Document(name string) (review.Document, bool) {
	p := t.reviews.byName[strings.ToLower(name)]
	if p == nil {
		section, rest, _ := strings.Cut(name, "/")
		if full := t.Redirects()["/"+section+"/"+rest+"/"]; full != "" {
			p = t.byPath[full]
		}
	}
	if p == nil {
		return review.Document{}, false
	}
	return t.documentOf(p), true
}

// Documents are all pages that can be reviewed, in reading order.
func (t *Tree) ReviewDocuments() (all []review.Document) {
	for _, p := range t.Pages {
		if t.documents[p] != nil {
			all = append(all, t.documentOf(p))
		}
	}
	return all
}

func (t *Tree) documentOf(p *site.Page) review.Document {
	t.reviews.mu.Lock()
	defer t.reviews.mu.Unlock()
	if d, ok := t.reviews.documents[p]; ok {
		return d
	}
	d := review.Document{Page: review.PageOf(p.Path), Path: p.Path, Title: p.Title, Source: p.Source}
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
	r := &reviews{documents: make(map[*site.Page]review.Document), byName: make(map[string]*site.Page), exported: make(map[string]*review.State)}
	t.reviews = r
	r.revisions, _ = review.OpenRevisions("")
	short := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		if t.documents[p] == nil {
			continue
		}
		name := review.PageOf(p.Path)
		r.byName[name] = p
		section, _, _ := strings.Cut(name, "/")
		short[section+"/"+path.Base(strings.Trim(p.Path, "/"))] = append(short[section+"/"+path.Base(strings.Trim(p.Path, "/"))], p)
		if p.Decision != nil {
			short[section+"/"+strings.ToLower(p.Decision.ID)] = append(short[section+"/"+strings.ToLower(p.Decision.ID)], p)
		}
	}
	for name, pages := range short {
		if len(pages) == 1 && r.byName[name] == nil {
			r.byName[name] = pages[0]
		}
	}
	folder := t.ReviewFolder()
	entries, _ := fs.ReadDir(t.builder.root.FS(), folder)
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		t.readReview(path.Join(folder, entry.Name()))
	}
	t.judgeReviews()
	if len(r.exported) > 0 && t.byPath["/reviews/"] == nil {
		t.add(ReviewsPage(review.OpenThreads(r.exported, t.ReviewDocuments())), nil)
	}
}

func (t *Tree) readReview(dir string) {
	file := path.Join(dir, review.EventsFile)
	find := func(line int, format string, args ...any) {
		t.Findings = append(t.Findings, site.Finding{File: file, Line: line, Rule: "review", Message: fmt.Sprintf(format, args...),
			Mend: "export the review again, or take the file from version control"})
	}
	data, err := t.builder.root.ReadFile(file)
	if err != nil {
		return // another folder
	}
	lines, err := review.ReadLines(bytes.NewReader(data))
	if err != nil || len(lines) == 0 {
		find(0, "it is no exported review: %v", err)
		return
	}
	if i := slices.IndexFunc(lines, func(l review.Line) bool { return l.Page != lines[0].Page }); i >= 0 {
		find(i+1, "it has events of %s and of %s", lines[0].Page, lines[i].Page)
		return
	}
	state, err := review.StateOf(lines)
	if err != nil {
		find(0, "it is no exported review: %s", err)
		return
	}
	t.reviews.exported[lines[0].Page] = state
	for _, doc := range review.ReadRevisions(t.builder.root.FS(), dir) {
		t.reviews.revisions.Saw(doc)
	}
}

// judgeReviews finds decisions that are accepted against their review.
func (t *Tree) judgeReviews() {
	for _, p := range t.Pages {
		if p.Decision == nil || p.Decision.Status != site.StatusAccepted {
			continue
		}
		state := t.reviews.exported[review.PageOf(p.Path)]
		rule := t.config.Review.Approvals
		if state == nil && rule != "all" {
			continue
		}
		if state == nil {
			state = review.NewState()
		}
		shown := review.Show(state, t.documentOf(p), t.reviews.revisions, access.Actor{})
		for _, thread := range shown.Threads {
			if thread.Status == "open" && thread.Intent == string(review.Blocking) {
				t.find(p, 0, "review-blocker", "resolve the thread "+thread.ID+", or set the status back to proposed, and export the review again",
					"it is accepted, and %s blocks it: %q", thread.Comments[0].Author, oneLine(thread.Comments[0].Body))
			}
		}
		if rule == "none" {
			continue
		}
		for _, a := range shown.Approvers {
			switch a.State {
			case "waiting":
				t.find(p, 0, "review-approval", "let them approve, and export the review again; review: approvals in "+ConfigName+" sets the rule", "it is accepted, and %s has not approved it", a.Name)
			case "stale":
				t.find(p, 0, "review-approval", "let them look at what changed since, and export the review again", "it is accepted, and %s approved an older text", a.Name)
			case "request-changes":
				t.find(p, 0, "review-approval", "settle it with them, and export the review again", "it is accepted, and %s requests changes", a.Name)
			}
		}
	}
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
	state := t.reviews.exported[review.PageOf(p.Path)]
	if state == nil || t.documents[p] == nil {
		return nil
	}
	return review.Show(state, t.documentOf(p), t.reviews.revisions, access.Actor{})
}

// ReviewsPage is the page of all open threads.
func ReviewsPage(list *site.ReviewList) *site.Page {
	return &site.Page{Kind: site.KindReviews, Section: "reviews", Path: "/reviews/", Title: "Open threads", Reviews: list,
		Summary: "What people asked and nobody has settled yet, on all pages."}
}

// ReviewStates are the exported reviews by page.
func (t *Tree) ReviewStates() map[string]*review.State { return t.reviews.exported }

// ReviewOf is the exported review of a document; nil if there is none.
func (t *Tree) ReviewOf(d review.Document) *site.Review {
	state := t.reviews.exported[d.Page]
	if state == nil {
		return nil
	}
	return review.Show(state, d, t.reviews.revisions, access.Actor{})
}

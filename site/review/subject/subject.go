package subject

import (
	"strings"

	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/standing"
	"lockstep/site/review/state"
)

// Page is one as reviewers see it now.
type Page struct {
	Name      string   // "adr/0007-shards"
	Former    []string // names that the page had before, the newest first
	Path      string   // "/adr/0007-shards/"
	Title     string
	Source    string // file of the repository
	Revision  string
	Blocks    []site.Block
	Approvers []string // the decision-makers of a decision
	Accepted  bool     // a decision that says that it is accepted
	Proposed  bool
	Trust     *standing.Trust // what the repository says about people; nil: nothing
	// Lines gives lines of the source, from 1, without the last line break; nil if
	// there is none.
	Lines func(first, last int) string
}

// Doc is its text, for anchors.
func (p Page) Doc() *anchor.Doc { return &anchor.Doc{Revision: p.Revision, Blocks: p.Blocks} }

// Names are the name that the page has and those that it had, the newest first.
func (p Page) Names() []string { return append([]string{p.Name}, p.Former...) }

// In adds up what a map has for the page, under the name that it has and those that
// it had; nil if there is nothing. Two branches may have reviewed one page under two
// names.
func (p Page) In(states map[string]*state.State) *state.State {
	var found []*state.State
	for _, name := range p.Names() {
		if s := states[name]; s != nil {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return state.Join(found...)
}

// Pages are the documents of the site as they are now. Document takes any
// spelling of a page that its site knows, and is called for every request;
// implementations keep what they have worked out.
type Pages interface {
	Document(page string) (Page, bool)
	Documents() []Page
}

// NameOf is the name under which a page is reviewed: its section and the rest of
// its path. A page at the root is in the section "page".
func NameOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case parts[0] == "":
		return "page/home"
	case len(parts) == 1:
		return "page/" + parts[0]
	}
	return parts[0] + "/" + strings.Join(parts[1:], "--")
}

// FolderOf is the name of the folder of a page's review: the slug of a decision,
// the whole name of another page.
func FolderOf(page string) string {
	if slug, ok := strings.CutPrefix(page, "adr/"); ok {
		return slug
	}
	return strings.ReplaceAll(page, "/", ".")
}

package build

import (
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
	"lockstep/site/git"
)

var revisionName = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// Between is a page that shows how a page differs between any two of its revisions. A
// revision is named by the commit that made it, or by "now" for the text as it is.
func (t *Tree) Between(p *site.Page, from, to string) (*site.Page, error) {
	before, first, err := t.revisionNamed(p, from)
	if err != nil {
		return nil, err
	}
	after, second, err := t.revisionNamed(p, to)
	if err != nil {
		return nil, err
	}
	path := t.changes.path
	if p.PastPath != "" {
		path = p.PastPath
	}
	defer t.changes.Open(t.builder.dir)()
	for _, blob := range []string{before, after} {
		if blob != "" {
			if _, err := t.changes.Read(blob, maxSource); err != nil {
				return nil, err
			}
		}
	}
	compared := t.difference(comparison{of: p, before: before, after: after, from: first, to: second})
	compared.History = path
	return &site.Page{Kind: site.KindDifference, Path: path, Title: p.Title + ": what changed", Compared: compared}, nil
}

// revisionNamed finds the text of a page that a commit made.
func (t *Tree) revisionNamed(p *site.Page, name string) (blob string, change site.Change, err error) {
	if t.documents[p] == nil {
		return "", change, fmt.Errorf("the page %s has no text of its own; compare the pages that it lists", p.Path)
	}
	if name == now {
		return "", asItIs, nil
	}
	if revisionName.MatchString(name) {
		for _, r := range t.history.Of[p.Source] {
			if strings.HasPrefix(r.Hash, name) && r.After != "" {
				return r.After, t.change(r), nil
			}
		}
	}
	return "", change, fmt.Errorf("%q is no revision of %s that is known here; its history lists them, and %q is the text as it is", name, p.Source, now)
}

// RevisionOf is the commit that made the text which a page has at a revision of the
// repository, in any words that git understands.
func (t *Tree) RevisionOf(p *site.Page, name string) (string, error) {
	if name == now {
		return now, nil
	}
	args := []string{"log", "-1", "--format=%H", "--end-of-options", name, "--", p.Source}
	for _, r := range t.history.Of[p.Source] {
		if r.Was != "" {
			args = append(args, r.Was)
		}
	}
	out, err := git.Ask(t.builder.dir, args...)
	if hash := strings.TrimSpace(string(out)); err == nil && hash != "" {
		return hash, nil
	}
	return "", fmt.Errorf("%q is no revision of the repository in which %s exists; try a commit, a tag, a branch, HEAD~3 or %s", name, p.Source, now)
}

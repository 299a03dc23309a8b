package changes

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/git"
)

func (c *Changes) difference(between comparison) *site.Difference {
	defer c.Hold()()
	d := &site.Difference{Of: between.of, From: between.from, To: between.to, History: between.of.PastPath}
	said, all := c.tell(between.of, between.before, between.after, true)
	d.To.Words = said.words()
	d.Pieces, d.Omitted = diff.Fold(all)
	reveal(d.Pieces)
	return d
}

// reveal shows what would hide something in a text: marks of direction, and characters
// without a width.
func reveal(pieces []site.Piece) {
	spans := func(spans []site.Span) {
		for i := range spans {
			spans[i].Text = site.Visible(spans[i].Text)
		}
	}
	for _, p := range pieces {
		spans(p.Spans)
		for _, r := range p.Rows {
			for _, cell := range r.Cells {
				spans(cell)
			}
		}
	}
}

var revisionName = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// Between is a page that shows how a page differs between any two of its revisions. A
// revision is named by the commit that made it, or by [Now] for the text as it is.
func (c *Changes) Between(p *site.Page, from, to string) (*site.Page, error) {
	before, first, err := c.named(p, from)
	if err != nil {
		return nil, err
	}
	after, second, err := c.named(p, to)
	if err != nil {
		return nil, err
	}
	defer c.Hold()()
	for _, blob := range []string{before, after} {
		if blob != "" {
			if _, err := c.blobs.Read(blob, c.site.MaxText); err != nil {
				return nil, err
			}
		}
	}
	compared := c.difference(comparison{of: p, before: before, after: after, from: first, to: second})
	compared.History = cmp.Or(p.PastPath, c.Path)
	return &site.Page{Kind: site.KindDifference, Path: compared.History, Title: p.Title + ": what changed", Compared: compared}, nil
}

// named finds the text of a page that a commit made.
func (c *Changes) named(p *site.Page, name string) (blob string, change site.Change, err error) {
	if _, ok := c.site.Text(p); !ok {
		return "", change, fmt.Errorf("the page %s has no text of its own; compare the pages that it lists", p.Path)
	}
	if name == Now {
		return "", asItIs, nil
	}
	if revisionName.MatchString(name) {
		for _, r := range c.site.Past.Of[p.Source] {
			if strings.HasPrefix(r.Hash, name) && r.After != "" {
				return r.After, c.change(r), nil
			}
		}
	}
	return "", change, fmt.Errorf("%q is no revision of %s that is known here; its history lists them, and %q is the text as it is", name, p.Source, Now)
}

// RevisionOf is the commit that made the text which a page has at a revision of the
// repository, in any words that git understands.
func (c *Changes) RevisionOf(p *site.Page, name string) (string, error) {
	if name == Now {
		return Now, nil
	}
	args := []string{"log", "-1", "--format=%H", "--end-of-options", name, "--", p.Source}
	for _, r := range c.site.Past.Of[p.Source] {
		if r.Was != "" {
			args = append(args, r.Was)
		}
	}
	out, err := git.Ask(c.site.Dir, args...)
	if hash := strings.TrimSpace(string(out)); err == nil && hash != "" {
		return hash, nil
	}
	return "", fmt.Errorf("%q is no revision of the repository in which %s exists; try a commit, a tag, a branch, HEAD~3 or %s", name, p.Source, Now)
}

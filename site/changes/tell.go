package changes

import (
	"sync"

	"lockstep/site"
	"lockstep/site/diff"
)

// Words keeps what was said of changes, for as long as texts are read alike. The texts of
// a change never differ, so it is worked out once.
type Words struct {
	mu sync.Mutex
	of map[[2]string]change
}

// said is what a revision did to its page.
func (c *Changes) said(e pageRevision) (what change) {
	switch {
	case e.page == nil:
		return change{facts: []string{"removed"}}
	case c.site.Past.Shallow && e.First:
		return change{facts: []string{"older than this clone"}}
	case e.Status == 'A' || e.Status == 'C':
		if d := e.page.Decision; d != nil && d.Status != site.StatusUnknown && c.site.Past.Of[e.File][0] == e.Revision {
			return change{facts: []string{"new, " + string(d.Status)}}
		}
		return change{facts: []string{"new"}}
	case e.Status == 'D':
		return change{facts: []string{"removed, and put back later"}}
	case e.Before != e.After && c.paths[e.Revision] == "":
		what.text = textChanged
	case e.Before != e.After:
		what, _ = c.tell(e.page, e.Before, e.After, false)
	}
	if e.Status == 'R' && e.Was != "" {
		what.facts = append([]string{"renamed from " + site.Visible(e.Was)}, what.facts...)
	}
	return what
}

// tell compares two texts of a page. The pieces are given if they are asked for. A text
// that cannot be read is a change of which no more is known.
func (c *Changes) tell(p *site.Page, before, after string, pieces bool) (change, []site.Piece) {
	words := c.site.Words
	words.mu.Lock()
	known, ok := words.of[[2]string{before, after}]
	words.mu.Unlock()
	if ok && !pieces && after != "" {
		return known, nil
	}
	old, err := c.read(p, before)
	if err != nil {
		return change{text: textChanged}, nil
	}
	new, err := c.read(p, after)
	if err != nil {
		return change{text: textChanged}, nil
	}
	all := diff.Compare(old.Text, new.Text)
	what := describe(old, new, all)
	if after != "" {
		words.mu.Lock()
		if words.of == nil {
			words.of = make(map[[2]string]change)
		}
		words.of[[2]string{before, after}] = what
		words.mu.Unlock()
	}
	return what, all
}

// read is a page as one revision has it, read as the page is read today.
func (c *Changes) read(p *site.Page, blob string) (Text, error) {
	text, _ := c.site.Text(p)
	if blob != "" {
		var err error
		if text, err = c.blobs.Read(blob, c.site.MaxText); err != nil {
			return Text{}, err
		}
	}
	return c.site.Read(p, text), nil
}

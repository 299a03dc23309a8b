package review

import (
	"cmp"
	"errors"
	"strings"

	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/subject"
)

// text is a revision of a page that this site has shown; nil if it has not.
func (s *Service) text(d subject.Page, revision string) *anchor.Doc {
	if revision == d.Revision {
		return d.Doc()
	}
	return s.o.Revisions.Get(revision)
}

// anchored makes the anchor of a request, against the revision that it names.
func (s *Service) anchored(d subject.Page, r *AnchorRequest) (*anchor.Anchor, error) {
	if r == nil {
		r = &AnchorRequest{}
	}
	for _, part := range []struct {
		name string
		text *string
		max  int
	}{{"quote", &r.Quote, event.MaxQuote * 4}, {"prefix", &r.Prefix, event.MaxContext * 4}, {"suffix", &r.Suffix, event.MaxContext * 4}} {
		text, err := event.Clean(part.name, *part.text, part.max)
		if err != nil {
			return nil, err
		}
		*part.text = text
	}
	doc := s.text(d, cmp.Or(r.Revision, d.Revision))
	if doc == nil {
		return nil, refusal.Conflict("unknown-revision", "this site has not shown that revision; load the page again")
	}
	block, err := r.Block.Find(doc)
	if err != nil {
		return nil, err
	}
	made, err := anchor.Make(doc, anchor.Request{Block: block, Quote: r.Quote, Prefix: r.Prefix, Suffix: r.Suffix})
	switch {
	case errors.Is(err, anchor.ErrAmbiguous):
		return nil, refusal.Conflict("ambiguous-quote", "the quote stands more than once in the text; name the block, or quote more")
	case errors.Is(err, anchor.ErrAbsent):
		return nil, refusal.Conflict("absent-quote", "the quote does not stand in the text")
	case err != nil:
		return nil, refusal.Invalid("%s", err)
	}
	return &made, nil
}

// suggestion pairs a proposed source with that of the block.
func suggestion(d subject.Page, a *anchor.Anchor, proposed string) (*event.Suggest, error) {
	proposed, err := event.Clean("suggestion", proposed, event.MaxSource)
	if err != nil {
		return nil, err
	}
	if a.Block == nil || a.Revision != d.Revision || d.Lines == nil {
		return nil, refusal.Invalid("a suggestion is about one block of the text as it is now")
	}
	if a.Block.Line == 0 {
		return nil, refusal.Invalid("this part of the text stands in another file, or its line is not known: say what to change in a comment")
	}
	old := d.Lines(a.Block.Line, a.Block.End)
	if old == strings.TrimRight(proposed, "\n") {
		return nil, refusal.Invalid("the suggestion is what the block says already")
	}
	return &event.Suggest{Old: old, New: strings.TrimRight(proposed, "\n")}, nil
}

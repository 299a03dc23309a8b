package serve

import (
	"context"
	"net/http"

	"lockstep/site/build"
	"lockstep/site/edition"
)

// joined is all pages of a tree as one document, and its stylesheet.
type joined struct{ document, heads []byte }

// joins says whether a path is part of the site as one document. A page of the site that
// has its address keeps it, and there is no such document.
func joins(tree *build.Tree, path string) bool {
	return tree.Site.Edition != "" && (path == edition.Path || path == edition.Heads)
}

// edition answers with the site as one document, or with its stylesheet.
func (s *Server) edition(w http.ResponseWriter, r *http.Request) {
	j, err := s.join(r.Context())
	switch {
	case r.Context().Err() != nil:
	case err != nil:
		s.options.Logger.Error("join pages", "error", err)
		s.broken(w, r, err)
	case r.URL.Path == edition.Heads:
		s.text(w, r, "text/css", j.heads)
	default:
		s.html(w, r, http.StatusOK, j.document, false)
	}
}

// turn is had by one at a time; who leaves does not wait for it.
type turn chan struct{}

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

// join makes the document of the tree as it is now when somebody asks for it, one at a
// time, and once for each tree. It rests while sources are read.
func (s *Server) join(ctx context.Context) (*joined, error) {
	if err := s.joining.take(ctx); err != nil {
		return nil, err
	}
	defer s.joining.give()
	st := s.state.Load()
	if st.err != nil || st.joined != nil {
		return st.joined, st.err
	}
	document, heads, err := st.tree.Edition(ctx, func(ctx context.Context) error {
		err := s.reading.take(ctx)
		if err == nil {
			s.reading.give()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	st.joined = &joined{document, heads}
	return st.joined, nil
}

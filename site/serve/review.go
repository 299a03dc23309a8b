package serve

import (
	"bytes"
	"net/http"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/review/subject"
	"lockstep/site/view"
)

// reviews gives the review of each page as whoever asks sees it; nil where nobody
// can comment.
func (s *Server) reviews(r *http.Request, tree *build.Tree) func(*site.Page) *site.Review {
	if s.options.Review == nil {
		return nil
	}
	return func(p *site.Page) *site.Review {
		if d, ok := tree.Document(subject.NameOf(p.Path)); ok && p.Source != "" {
			return s.options.Review(r, d)
		}
		return nil
	}
}

// reviewRegion answers with the review of a page alone, for those who have the
// page already.
func (s *Server) reviewRegion(w http.ResponseWriter, r *http.Request) {
	tree := s.state.Load().tree
	if tree == nil {
		http.Error(w, "The site cannot be read at the moment.", http.StatusServiceUnavailable)
		return
	}
	d, ok := tree.Document(r.PathValue("kind") + "/" + r.PathValue("slug"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	p := *tree.ByPath(d.Path)
	p.Blocks = d.Blocks
	if p.Review = s.options.Review(r, d); p.Review == nil {
		http.Error(w, "The review log does not answer.", http.StatusServiceUnavailable)
		return
	}
	var buf bytes.Buffer
	if err := view.Review(&tree.Site, &p).Render(r.Context(), &buf); err != nil {
		s.options.Logger.Error("render a review", "page", p.Path, "error", err)
		http.Error(w, "The review cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	body(w, r, http.StatusOK, buf.Bytes())
}

// reviewList answers with the open threads of all pages.
func (s *Server) reviewList(w http.ResponseWriter, r *http.Request) {
	st := s.state.Load()
	if st.err != nil {
		s.broken(w, r, st.err)
		return
	}
	list := s.options.OpenThreads(r)
	p := build.ReviewsPage(list)
	data, _, err := st.tree.Bytes(r.Context(), &st.tree.Site, p)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.html(w, r, http.StatusOK, data, false)
}

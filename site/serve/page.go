package serve

import (
	"net/http"
	"net/url"
	"strings"

	"lockstep/site"
	"lockstep/site/build"
)

// page answers with a page, a redirect to it, or 404.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Pages can only be read.", http.StatusMethodNotAllowed)
		return
	}
	st := s.state.Load()
	if st.err != nil {
		s.broken(w, r, st.err)
		return
	}
	p := st.tree.ByPath(r.URL.Path)
	if path, ok := strings.CutSuffix(r.URL.Path, "index.md"); ok {
		if of := st.tree.ByPath(path); of != nil && of.Markdown == r.URL.Path {
			s.text(w, r, "text/markdown", st.tree.Markdown(of))
			return
		}
	}
	if p == nil && r.URL.Path == st.tree.Changes.FeedPath() {
		s.text(w, r, "application/atom+xml", st.tree.Changes.Feed())
		return
	}
	if joins(st.tree, r.URL.Path) {
		s.edition(w, r)
		return
	}
	if p == nil {
		s.elsewhere(w, r, st.tree)
		return
	}
	if q := r.URL.Query(); p.Kind == site.KindPast && (q.Has("from") || q.Has("to")) {
		compared, err := st.tree.Changes.Between(p.Past.Of, q.Get("from"), q.Get("to"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		p = compared
	}
	if unreadable(p) {
		s.problems(w, r, st.tree, p)
		return
	}
	frame := st.tree.Site
	frame.Strict = st.tree.Strict() && len(p.Findings) < 4 // a long list stays folded
	frame.Problems = s.shown(p.Findings)
	data, findings, err := st.tree.BytesWith(r.Context(), &frame, p, s.reviews(r, st.tree))
	if findings = st.tree.Kept(findings); err == nil && len(findings) > 0 {
		// What only a rendering finds stands above the page too.
		frame.Problems = append(frame.Problems, s.shown(findings)...)
		data, _, err = st.tree.BytesWith(r.Context(), &frame, p, s.reviews(r, st.tree))
	}
	switch {
	case err != nil:
		s.options.Logger.Error("render", "page", p.Path, "error", err)
		s.broken(w, r, err)
	default:
		s.html(w, r, http.StatusOK, data, p.Plays, st.tree.Framers(p)...)
	}
}

// meant is the path of the page that another spelling stands for, "" if there is
// none. It is written into a header, where "//host/" would lead away, and browsers
// read "/\host/" like that too.
func meant(path string, has func(path string) bool, short map[string]string) string {
	if to := short[path]; to != "" { // of a file, which has no slash at its end
		path = to
	} else {
		path = strings.TrimSuffix(path, "index.html")
		if !strings.HasSuffix(path, "/") {
			path += "/"
		}
		if !has(path) {
			path = short[path]
		}
	}
	if strings.HasPrefix(path, "//") || strings.HasPrefix(path, `/\`) {
		return ""
	}
	return path
}

// elsewhere leads from other spellings of an address to the page.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request, tree *build.Tree) {
	to := meant(r.URL.Path, func(path string) bool { return tree.ByPath(path) != nil || joins(tree, path) }, tree.Redirects())
	if to != "" {
		http.Redirect(w, r, (&url.URL{Path: to, RawQuery: r.URL.RawQuery}).String(), http.StatusMovedPermanently)
		return
	}
	lost := tree.Site
	lost.Absolute = "/"
	page := tree.NotFound()
	page.Pages = site.Near(r.URL.Path, tree.Pages, 5)
	data, _, err := tree.Bytes(r.Context(), &lost, page)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.html(w, r, http.StatusNotFound, data, false)
}

package serve

import (
	"net/http"
	"strings"

	"lockstep/site/search"
)

// searchFile answers with a file of the search index, which is made of the tree as it
// is when somebody asks. All files but the catalogue lie in a folder that is called by
// their content, so a browser keeps them; one from before an edit is gone, and the
// reader asks for the catalogue again.
func (s *Server) searchFile(w http.ResponseWriter, r *http.Request) {
	st := s.state.Load()
	if st.tree == nil {
		http.NotFound(w, r)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, search.Folder)
	data := st.tree.SearchIndex().File(name)
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	if name == search.CatalogueName {
		w.Header().Set("Cache-Control", "private, no-cache")
	}
	send(w, r, http.StatusOK, data)
}

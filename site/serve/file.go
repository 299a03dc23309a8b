package serve

import (
	"net/http"
	"slices"
	"strings"

	"lockstep/site/build"
	"lockstep/site/card"
)

// asset answers with a static file. Its name holds its hash, so it never
// changes.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	if st := s.state.Load(); st.tree != nil {
		if picture := st.tree.Picture(r.URL.Path); picture != nil {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			send(w, r, http.StatusOK, picture)
			return
		}
	}
	a := build.AssetAt(r.URL.Path)
	if a == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType(a.Path))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if name := encoding(r); name != "" {
		if encoded := a.Encoded(name); encoded != nil {
			w.Header().Set("Content-Encoding", name)
			send(w, r, http.StatusOK, encoded)
			return
		}
	}
	send(w, r, http.StatusOK, a.Bytes())
}

// file answers with a file that some page shows or links to, and with no other.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	st := s.state.Load()
	if st.tree == nil {
		http.NotFound(w, r)
		return
	}
	file := strings.TrimPrefix(r.URL.Path, build.FilePath(""))
	if _, ok := slices.BinarySearch(st.tree.Files(), file); !ok {
		http.NotFound(w, r)
		return
	}
	data, err := s.options.Builder.ReadFile(file)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType(file))
	w.Header().Set("Cache-Control", "no-cache")
	body(w, r, http.StatusOK, data)
}

func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	if st := s.state.Load(); st.tree != nil {
		w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
		body(w, r, http.StatusOK, st.tree.Feed())
		return
	}
	http.NotFound(w, r)
}

func icon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "image/x-icon")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	send(w, r, http.StatusOK, card.Icon())
}

func (s *Server) llms(w http.ResponseWriter, r *http.Request) {
	if st := s.state.Load(); st.tree != nil {
		s.text(w, r, "text/plain", st.tree.LLMs())
		return
	}
	http.NotFound(w, r)
}

// objectives answers with a file that is made from the objectives, or with the page
// that a text may have at that address.
func (s *Server) objectives(w http.ResponseWriter, r *http.Request) {
	if st := s.state.Load(); st.tree != nil {
		if data := st.tree.ObjectiveFiles()[r.PathValue("name")]; data != nil {
			s.text(w, r, "text/plain", data)
			return
		}
	}
	s.page(w, r)
}

func (s *Server) text(w http.ResponseWriter, r *http.Request, kind string, data []byte) {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache")
	body(w, r, http.StatusOK, data)
}

// sheet answers with the model for the reader's browser.
func (s *Server) sheet(w http.ResponseWriter, r *http.Request) {
	if st := s.state.Load(); st.tree != nil && st.tree.Sheet() != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "private, no-cache")
		body(w, r, http.StatusOK, st.tree.Sheet())
		return
	}
	http.NotFound(w, r)
}

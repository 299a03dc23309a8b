package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/view"
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
	if p == nil {
		s.elsewhere(w, r, st.tree)
		return
	}
	if serious(st.tree, p) {
		s.problems(w, r, st.tree, p)
		return
	}
	data, findings, err := st.tree.Bytes(r.Context(), &st.tree.Site, p)
	switch {
	case err != nil:
		s.options.Logger.Error("render", "page", p.Path, "error", err)
		s.broken(w, r, err)
	case len(findings) > 0:
		broken := *p
		broken.Findings = append(append([]site.Finding{}, p.Findings...), findings...)
		s.problems(w, r, st.tree, &broken)
	default:
		s.html(w, r, http.StatusOK, data)
	}
}

// fatal findings leave no page to show; strict ones replace the page too, but
// only in a repository that was written for this generator: others should be
// readable as they are.
var (
	fatal  = []string{"front-matter", "encoding", "unreadable"}
	strict = []string{"raw-html", "duplicate-id", "dead-link", "dead-anchor", "unknown-reference", "wrong-number", "unknown-number", "unknown-front-matter", "unsafe-url", "empty-link", "link-mismatch"}
)

func serious(tree *build.Tree, p *site.Page) bool {
	return slices.ContainsFunc(p.Findings, func(f site.Finding) bool {
		return slices.Contains(fatal, f.Rule) || (!tree.Foreign() && slices.Contains(strict, f.Rule))
	})
}

// elsewhere leads from other spellings of an address to the page.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request, tree *build.Tree) {
	slashed := strings.TrimSuffix(r.URL.Path, "index.html")
	if !strings.HasSuffix(slashed, "/") {
		slashed += "/"
	}
	to := ""
	if tree.ByPath(slashed) != nil {
		to = slashed
	} else if full := tree.Redirects()[slashed]; full != "" {
		to = full
	}
	// Only a rooted path may be written into the header: "//host/" would lead
	// away.
	if to != "" && !strings.HasPrefix(to, "//") {
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, to, http.StatusPermanentRedirect)
		return
	}
	lost := tree.Site
	lost.Absolute = "/"
	data, _, err := tree.Bytes(r.Context(), &lost, tree.NotFound())
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.html(w, r, http.StatusNotFound, data)
}

// problems shows what is wrong with a source instead of its page.
func (s *Server) problems(w http.ResponseWriter, r *http.Request, tree *build.Tree, p *site.Page) {
	var problems []view.Problem
	for _, f := range p.Findings {
		problems = append(problems, view.Problem{Finding: f, Excerpt: s.excerpt(f)})
	}
	var buf bytes.Buffer
	if err := view.Problems(&tree.Site, p, problems).Render(r.Context(), &buf); err != nil {
		s.broken(w, r, err)
		return
	}
	s.html(w, r, http.StatusInternalServerError, buf.Bytes())
}

// excerpt is the lines around a finding.
func (s *Server) excerpt(f site.Finding) (lines []view.ExcerptLine) {
	data, err := s.options.Builder.ReadFile(f.File)
	if err != nil || f.Line == 0 {
		return nil
	}
	for i, text := range strings.Split(string(data), "\n") {
		if n := i + 1; n >= f.Line-3 && n <= f.Line+3 {
			lines = append(lines, view.ExcerptLine{Number: n, Text: text, At: n == f.Line})
		}
	}
	return lines
}

// broken is shown when there is no tree at all.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	var buf bytes.Buffer
	empty := view.Site{Title: "Lockstep", Asset: build.AssetPath, Reload: eventsPath, Absolute: "/"}
	p := &site.Page{Path: r.URL.Path, Source: "the site", Kind: site.KindNotFound}
	problem := view.Problem{Finding: site.Finding{File: ".", Rule: "build", Message: err.Error()}}
	if view.Problems(&empty, p, []view.Problem{problem}).Render(context.WithoutCancel(r.Context()), &buf) != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.html(w, r, http.StatusInternalServerError, buf.Bytes())
}

// html answers with a page, or with 304 if the browser has it.
func (s *Server) html(w http.ResponseWriter, r *http.Request, status int, data []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	if status == http.StatusOK {
		sum := sha256.Sum256(data)
		// Weak, since the same page goes out in several encodings.
		tag := `W/"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.Header().Set("Vary", "Accept-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body(w, r, status, data)
}

// asset answers with a static file. Its name holds its hash, so it never
// changes.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	a := build.AssetAt(r.URL.Path)
	if a == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType(a.Path))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	data := a.Data
	if name := encoding(r); name != "" {
		if encoded := a.Encoded(name); encoded != nil {
			w.Header().Set("Content-Encoding", name)
			data = encoded
		}
	}
	send(w, r, http.StatusOK, data)
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

// contentType knows what the site itself uses, whatever the machine's own table
// says; a file of the repository that is not a picture is shown as text or
// downloaded, never run.
func contentType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif":
		return mime.TypeByExtension(ext)
	case ".pdf":
		return "application/pdf"
	case ".html", ".htm", ".xhtml", ".xml":
		return "text/plain; charset=utf-8"
	case ".md", ".txt", ".yaml", ".yml", ".json", ".go", ".sh", ".toml", "":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

func body(w http.ResponseWriter, r *http.Request, status int, data []byte) {
	if len(data) >= worthwhile && encodable(w.Header().Get("Content-Type")) {
		if name := encoding(r); name != "" {
			w.Header().Set("Content-Encoding", name)
			data = build.Encode(name, data)
		}
	}
	send(w, r, status, data)
}

func send(w http.ResponseWriter, r *http.Request, status int, data []byte) {
	w.Header().Set("Vary", "Accept-Encoding")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

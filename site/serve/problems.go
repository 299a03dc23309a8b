package serve

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/view"
)

// unreadable says whether there is no text to show. Whatever else is wrong stands
// above the page: readers of the site are not who can mend it.
func unreadable(p *site.Page) bool {
	return slices.ContainsFunc(p.Findings, func(f site.Finding) bool { return f.Rule == "unreadable" })
}

// shown are the errors among findings, with the lines around them.
func (s *Server) shown(findings []site.Finding) (problems []view.Problem) {
	for _, f := range site.Errors(findings) {
		problems = append(problems, view.Problem{Finding: f, Excerpt: s.excerpt(f)})
	}
	return problems
}

// problems shows what is wrong with a source instead of its page.
func (s *Server) problems(w http.ResponseWriter, r *http.Request, tree *build.Tree, p *site.Page) {
	var buf bytes.Buffer
	if err := view.Problems(&tree.Site, p, s.shown(p.Findings)).Render(r.Context(), &buf); err != nil {
		s.broken(w, r, err)
		return
	}
	s.html(w, r, http.StatusInternalServerError, buf.Bytes(), false)
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
	empty := view.Site{Title: "Lockstep", Asset: build.AssetPath, Stream: streamPath, Absolute: "/"}
	p := &site.Page{Path: r.URL.Path, Source: "the site", Kind: site.KindNotFound}
	problem := view.Problem{Finding: site.Finding{File: ".", Rule: "build", Message: err.Error()}}
	if view.Problems(&empty, p, []view.Problem{problem}).Render(context.WithoutCancel(r.Context()), &buf) != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.html(w, r, http.StatusInternalServerError, buf.Bytes(), false)
}

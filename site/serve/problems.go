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

// fatal findings leave no page to show; strict ones replace the page too, but
// only in a repository that was written for this generator: others should be
// readable as they are.
var (
	fatal  = []string{"front-matter", "encoding", "unreadable"}
	strict = []string{"raw-html", "duplicate-id", "dead-link", "dead-anchor", "unknown-reference", "unknown-name", "wrong-number", "unknown-number", "unknown-front-matter", "unsafe-url", "empty-link", "link-mismatch"}
)

func serious(tree *build.Tree, p *site.Page) bool {
	return slices.ContainsFunc(p.Findings, func(f site.Finding) bool {
		return slices.Contains(fatal, f.Rule) || (tree.Strict() && slices.Contains(strict, f.Rule))
	})
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

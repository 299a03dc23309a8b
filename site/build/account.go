package build

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lockstep/site"
)

// Why a text has no page.
const (
	leadsAway = "a link out of the repository, or to no file"
	tooLarge  = "too large"
	aTemplate = "a template"
	// anotherName is for a link to a text that has a page.
	anotherName = "another name of a text that has a page"
	outside     = "outside the folders of texts"
	hidden      = "in a folder whose name begins with a dot"
	skippedDir  = "in a folder of code or output (" // and its name
	ofReview    = "a review, which is on the page that it is about"
	isJudged    = "judged and no page (beside)"
	onPurpose   = "left out on purpose (unpublished)"
)

// others are texts that are written in another language than Markdown.
var others = []string{".rst", ".adoc", ".asciidoc", ".org", ".textile"}

func otherText(name string) string {
	if ext := strings.ToLower(path.Ext(name)); slices.Contains(others, ext) {
		return ext
	}
	return ""
}

// closed folders hold what other programs fetched, often a hundred thousand files.
var closed = []string{".git", "node_modules"}

// Account says what became of every text of the repository.
func (t *Tree) Account() *site.Account {
	a := t.accounted.account()
	for _, p := range t.decisions {
		if p.Decision.Status == site.StatusUnknown && strings.TrimSpace(p.Decision.StatusText) == "" {
			a.NoStatus++
		}
	}
	for _, d := range t.documents {
		for _, dialect := range d.Dialects {
			a.Dialects[dialect]++
		}
	}
	return a
}

func (a *texts) account() *site.Account {
	files, shut := a.everywhere()
	return site.NewAccount(slices.Clone(files), slices.Clone(shut))
}

func (a *texts) walkAll() (files []site.Accounted, shut []string) {
	pages := make(map[string]string, len(a.sources))
	for _, s := range a.sources {
		pages[s.file] = s.asks()
	}
	fs.WalkDir(a.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if isOutput(a.root.FS(), p) {
				return fs.SkipDir
			}
			if slices.Contains(closed, d.Name()) {
				if d.Name() != ".git" {
					shut = append(shut, p)
				}
				return fs.SkipDir
			}
			return nil
		}
		f := site.Accounted{File: p, Page: pages[p], Other: otherText(p)}
		if f.Other == "" && !isMarkdown(p) {
			return nil
		}
		f.Within = slices.ContainsFunc(a.config.textFolders(), func(top string) bool { return top == "." || strings.HasPrefix(p, top+"/") })
		if f.Page == "" {
			f.Reason = a.reason(p, f.Other)
		}
		files = append(files, f)
		return nil
	})
	return files, shut
}

// textFolders are those whose every text is meant to be a page.
func (c Config) textFolders() []string { return slices.Concat(c.Content, c.ADR) }

// reason says why a file is no page.
func (a *texts) reason(file, other string) string {
	if covers(a.config.Unpublished, file) {
		return onPurpose
	}
	elements := strings.Split(file, "/")
	for i, e := range elements[:len(elements)-1] {
		if a.isReview(path.Join(elements[:i+1]...)) {
			return ofReview
		}
		if skipDir(e) && !slices.Contains(a.config.textFolders(), path.Join(elements[:i+1]...)) {
			if strings.HasPrefix(e, ".") {
				return hidden
			}
			return skippedDir + e + ")"
		}
	}
	switch {
	case a.beside[file]:
		return isJudged
	case other != "":
		return "written in a language that is not read (" + other + ")"
	case a.left[file] != "":
		return a.left[file]
	}
	return outside
}

// covers says whether a file is in a list of files and folders.
func covers(list []string, file string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		entry = strings.Trim(strings.TrimPrefix(entry, "./"), "/")
		return entry == file || strings.HasPrefix(file, entry+"/")
	})
}

// unpaged are findings for texts that stand among the pages and are none, where
// the configuration is strict.
func (a *texts) unpaged() (findings []site.Finding) {
	if !a.config.Strict {
		return nil
	}
	for _, f := range a.account().Files {
		if f.Within && f.Reason != "" && f.Reason != ofReview && f.Reason != anotherName && f.Reason != isJudged && f.Reason != onPurpose && f.Reason != tooLarge {
			findings = append(findings, site.Finding{File: f.File, Rule: "no-page", Message: fmt.Sprintf("it lies among the texts and has no page: it is %s", f.Reason),
				Mend: "make it Markdown in a folder that is read, move it, or list it under unpublished in " + ConfigName})
		}
	}
	return findings
}

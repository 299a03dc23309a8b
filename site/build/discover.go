package build

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"lockstep/site/decision"
)

// recordFolder is how folders of decision records are called. In them one record
// is enough.
var recordFolder = regexp.MustCompile(`(?i)^(?:adrs?|rfcs?|keps?|decisions?|decision[-_]records?|architecture[-_]decisions?|architecture[-_]decision[-_]records?)$`)

// skipped folders hold nothing that was written for readers.
var skipped = []string{"node_modules", "vendor", "third_party", "testdata", "target", "dist", "public"}

func skipDir(name string) bool {
	return (strings.HasPrefix(name, ".") && name != ".") || slices.Contains(skipped, name)
}

// Discover says where the texts of a repository lie that does not say so itself.
func Discover(dir string) (Config, error) {
	b, err := Open(dir, Options{})
	if err != nil {
		return Config{}, err
	}
	c := discover(b.root.FS(), filepath.Base(b.dir))
	if len(c.Content) > 0 && !hasText(b.root.FS(), slices.Concat(c.ADR, c.Content[:len(c.Content)-1]), c.Home) {
		c.Content = c.Content[:len(c.Content)-1] // there is nothing in the rest
	}
	return c, nil
}

// hasText says whether there is Markdown outside some folders, beside the home page.
func hasText(root fs.FS, except []string, home string) (found bool) {
	fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && (holdsNoTexts(root, p) || slices.Contains(except, p)):
			return fs.SkipDir
		case !d.IsDir() && isMarkdown(p) && p != home:
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// maxDepth bounds how deep folders of records are looked for.
const maxDepth = 8

// discover finds texts and decisions in a repository that does not say where they
// are. All its Markdown is content; the usual folder of texts comes first, and
// addresses leave it out.
func discover(root fs.FS, name string) Config {
	c := Config{Title: name, found: true}
	fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if holdsNoTexts(root, p) || strings.Count(p, "/") > maxDepth {
			return fs.SkipDir
		}
		if holdsKEPs(root, p) {
			c.ADR = append(c.ADR, p)
			return fs.SkipDir
		}
		if holdsDecisions(root, p) && c.numbersApart(root, p) {
			c.ADR = append(c.ADR, p)
		}
		return nil
	})
	slices.SortStableFunc(c.ADR, func(x, y string) int {
		return cmp.Or(cmp.Compare(strings.Count(x, "/"), strings.Count(y, "/")), cmp.Compare(x, y))
	})
	for _, folder := range []string{"docs", "doc", "content"} {
		if info, err := fs.Stat(root, folder); err == nil && info.IsDir() {
			c.Content = append(c.Content, folder)
			break
		}
	}
	c.Content = append(c.Content, ".")
	for _, readme := range []string{"README.md", "readme.md", "Readme.md"} {
		if info, err := fs.Stat(root, readme); err == nil && info.Mode().IsRegular() {
			c.Home = readme
			break
		}
	}
	return c
}

// holdsKEPs says whether a folder of groups has a folder whose kep.yaml describes
// the text beside it.
func holdsKEPs(root fs.FS, folder string) bool {
	if base := strings.ToLower(path.Base(folder)); base != "keps" && base != "kep" {
		return false
	}
	found, _ := fs.Glob(root, path.Join(folder, "*", "*", kepFile))
	return len(found) > 0
}

// holdsDecisions says whether a folder has records: in a folder that is called so,
// one text that has a number and speaks of a status; elsewhere, where chapters have
// numbers too, two that state theirs.
func holdsDecisions(root fs.FS, folder string) bool {
	entries, err := fs.ReadDir(root, folder)
	if err != nil {
		return false
	}
	usual := recordFolder.MatchString(path.Base(folder)) || folder == "doc/arch" || folder == "docs/arch"
	n := 0
	for _, e := range entries {
		if !isMarkdown(e.Name()) || !isRecord(e.Name()) {
			continue
		}
		data, err := fs.ReadFile(root, path.Join(folder, e.Name()))
		switch {
		case err != nil || len(data) > maxSource:
		case usual && bytes.Contains(bytes.ToLower(data), []byte("status")):
			return true
		case statusLine.Match(data):
			if n++; n == 2 {
				return true
			}
		}
	}
	return false
}

// numbersApart says whether the records of a folder have numbers of their own. Below the
// folder of another series they have if that uses most of the numbers too: otherwise they
// are a part of it, as an archive is, in which a number may stand twice by mistake.
func (c Config) numbersApart(root fs.FS, folder string) bool {
	above := ""
	for _, series := range c.ADR {
		if (Series{Folder: series}).holds(folder + "/") {
			above = series // those deeper come later
		}
	}
	if above == "" {
		return true
	}
	ids := identifiers(root, above)
	own := identifiers(root, folder)
	alone := slices.DeleteFunc(slices.Clone(own), func(id string) bool { return slices.Contains(ids, id) })
	return len(alone) < len(own)-len(alone)
}

// identifiers are those of the records in a folder, without those below it.
func identifiers(root fs.FS, folder string) (ids []string) {
	entries, _ := fs.ReadDir(root, folder)
	for _, e := range entries {
		if isMarkdown(e.Name()) && isRecord(e.Name()) {
			id, _, _ := decision.ID(e.Name())
			ids = append(ids, id)
		}
	}
	return ids
}

// isRecord says whether a file in a folder of decisions is one: it has a number
// or a date, and is not a template: "0000-template.md". One may be about templates.
func isRecord(name string) bool {
	_, number, ok := decision.ID(name)
	return ok && (number > 0 || !isTemplate(name))
}

func isTemplate(name string) bool { return strings.Contains(strings.ToLower(name), "template") }

func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx":
		return true
	}
	return false
}

func isIndex(name string) bool {
	switch strings.ToLower(stem(name)) {
	case "index", "readme", "_index":
		return true
	}
	return false
}

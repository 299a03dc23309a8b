package build

import (
	"bytes"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/site/markdown"
)

// usualADR are the places in which decision records are kept, most usual first.
var usualADR = []string{"docs/adr", "doc/adr", "docs/decisions", "docs/adrs", "docs/architecture/decisions", "doc/architecture/decisions",
	"docs/architecture/adr", "docs/ADR", "doc/decisions", "doc/arch", "docs/arch", "architecture/decisions", "adr", "adrs", "ADR", "decisions"}

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
	return discover(b.root.FS(), filepath.Base(b.dir)), nil
}

// discover finds texts and decisions in a repository that does not say where
// they are.
func discover(root fs.FS, name string) Config {
	c := Config{Title: name, Foreign: true}
	for _, folder := range usualADR {
		if holdsDecisions(root, folder, 1) && !containsFold(c.ADR, folder) {
			c.ADR = append(c.ADR, folder)
		}
	}
	if len(c.ADR) == 0 {
		fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil
			}
			if skipDir(d.Name()) || strings.Count(p, "/") > 4 {
				return fs.SkipDir
			}
			if holdsDecisions(root, p, 2) {
				c.ADR = append(c.ADR, p)
				return fs.SkipDir
			}
			return nil
		})
	}
	for _, folder := range []string{"docs", "doc", "content"} {
		if info, err := fs.Stat(root, folder); err == nil && info.IsDir() {
			c.Content = append(c.Content, folder)
			break
		}
	}
	for _, readme := range []string{"README.md", "readme.md", "Readme.md"} {
		if info, err := fs.Stat(root, readme); err == nil && info.Mode().IsRegular() {
			c.Home = readme
			break
		}
	}
	return c
}

// holdsDecisions says whether a folder has at least n files that look like
// decision records: by name, and by speaking of a status.
func holdsDecisions(root fs.FS, folder string, n int) bool {
	entries, err := fs.ReadDir(root, folder)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !isMarkdown(e.Name()) || !isRecord(e.Name()) {
			continue
		}
		data, err := fs.ReadFile(root, path.Join(folder, e.Name()))
		if err == nil && bytes.Contains(bytes.ToLower(data), []byte("status")) {
			if n--; n == 0 {
				return true
			}
		}
	}
	return false
}

// isRecord says whether a file in a folder of decisions is one: it has a number
// or a date, and is not a template.
func isRecord(name string) bool {
	_, _, ok := markdown.DecisionID(name)
	return ok && !isTemplate(name)
}

func isTemplate(name string) bool { return strings.Contains(strings.ToLower(name), "template") }

func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown":
		return true
	}
	return false
}

func isIndex(name string) bool {
	switch strings.ToLower(strings.TrimSuffix(name, path.Ext(name))) {
	case "index", "readme", "_index":
		return true
	}
	return false
}

// containsFold: a file system that ignores case shows one folder twice.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return strings.EqualFold(v, s) })
}

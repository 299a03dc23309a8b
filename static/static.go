// Package static holds the files that pages load: stylesheets, scripts, fonts,
// vendored libraries, and the programs for the browser if make has built them. They
// are embedded, so the one binary needs no files beside it. Nothing in them asks
// another host for anything.
package static

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed css js fonts vendor wasm icon.svg
var files embed.FS

// Files are all files, by their path: "css/site.css" is not among them, see
// [Stylesheet].
func Files() fs.FS { return files }

// The order matters: tokens first, print last.
var styles = []string{"tokens", "fonts", "base", "layout", "prose", "code", "diagram", "parts", "pages", "phone", "print"}

// Stylesheet is all stylesheets as one file, meant for css/site.css, in the
// order in which they must come. Comments are left out.
func Stylesheet() ([]byte, error) {
	var b strings.Builder
	for _, name := range styles {
		data, err := files.ReadFile("css/" + name + ".css")
		if err != nil {
			return nil, err
		}
		b.WriteString(withoutComments(string(data)))
	}
	return []byte(b.String()), nil
}

// Own are the stylesheets that only the pages load that show what they are for:
// css/search.css and the like.
var Own = []string{"changes", "search", "lab", "lab-first", "lab-many", "bugs", "log", "review", "milestones", "play", "run", "edition"}

// Style is one stylesheet by itself.
func Style(name string) ([]byte, error) {
	data, err := files.ReadFile("css/" + name + ".css")
	return []byte(withoutComments(string(data))), err
}

func withoutComments(css string) string {
	var b strings.Builder
	for {
		start := strings.Index(css, "/*")
		if start < 0 {
			b.WriteString(css)
			return b.String()
		}
		b.WriteString(css[:start])
		end := strings.Index(css[start:], "*/")
		if end < 0 {
			return b.String()
		}
		css = strings.TrimLeft(css[start+end+2:], "\n")
	}
}

package build

import (
	"bytes"
	"net/url"
	"path"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/rehearsal"
)

// document is a parsed text with what follows from it alone. All of it is worked
// out once and kept while the file stays as it was, since every edit anywhere
// joins all documents anew.
//
// The parsed text is not kept: a site of thousands of pages would fill the memory
// with what is looked at once. Rendering parses again.
type document struct {
	*markdown.Document
	text      []byte
	kind      site.Kind         // what it was read as
	addresses []address         // of its links, in their order
	placed    []int             // those that name a place in a file
	labels    map[string]string // of its headings, by id
	rehearsed []rehearsal.Entry // what it tells people to do, if that can be rehearsed
	mkdocsIDs func() map[string]string

	mu    sync.Mutex
	found *searchable // nil until somebody searches

	// statements parses the text once more, and only for texts that are judged.
	statements func() []markdown.Statement
}

func newDocument(parser *markdown.Parser, file string, text []byte, kind site.Kind) *document {
	d := parser.Parse(file, text, kind).Extract()
	full := &document{Document: d, text: text, kind: kind, addresses: make([]address, len(d.Links)), labels: make(map[string]string)}
	full.mkdocsIDs = sync.OnceValue(func() map[string]string { return mkdocsIDs(full.Document) })
	full.statements = sync.OnceValue(func() []markdown.Statement { return parser.Parse(file, text, kind).Statements() })
	if bytes.Contains(text, []byte("rehearse=")) {
		full.rehearsed, _ = rehearsal.Read(file, text, markdown.Slug) // what is wrong is found where a block is shown
	}
	for i, l := range d.Links {
		a := parseAddress(d.Source, l.Dest)
		full.addresses[i] = a
		if a.file != "" && a.fragment != "" {
			full.placed = append(full.placed, i)
		}
	}
	var label func([]site.Heading)
	label = func(headings []site.Heading) {
		for _, h := range headings {
			full.labels[h.ID] = h.Text
			label(h.Children)
		}
	}
	label(d.Outline)
	return full
}

// address is the destination of a link, taken apart. What is there is for the
// tree to say.
type address struct {
	external bool
	file     string // below the root, cleaned; "" is the page itself
	wiki     string // the name of a page, which is looked for by it
	rooted   bool   // written from the root of the repository or of the site
	fragment string
}

// parseAddress takes apart a destination as it is written in a source.
func parseAddress(source, dest string) address {
	if site.External(dest) {
		return address{external: true}
	}
	if name, ok := strings.CutPrefix(dest, markdown.WikiScheme); ok {
		name, fragment, _ := strings.Cut(name, "#")
		return address{wiki: strings.TrimSpace(name), fragment: markdown.Slug(fragment)}
	}
	if scheme, _, ok := strings.Cut(dest, ":"); ok && (scheme == "mailto" || scheme == "tel" || scheme == "data") {
		return address{external: true}
	}
	dest, fragment, _ := strings.Cut(dest, "#")
	dest, _, _ = strings.Cut(dest, "?")
	dest, fragment = unescaped(dest), unescaped(fragment)
	switch {
	case dest == "":
		return address{fragment: fragment}
	case strings.HasPrefix(dest, "/"):
		file := strings.TrimPrefix(path.Clean(dest), "/")
		if file == "" {
			file = "."
		}
		return address{file: file, rooted: true, fragment: fragment}
	}
	return address{file: path.Join(path.Dir(source), dest), fragment: fragment}
}

func unescaped(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

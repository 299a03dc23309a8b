package build

import (
	"cmp"

	"lockstep/site/names"
	"lockstep/site/origin"
)

// whence is where the sources of the tree are: what the configuration says counts more
// than what git does.
func (t *Tree) whence() origin.Origin {
	o := t.history.Origin
	o.Repository = cmp.Or(t.config.Repository, o.Repository)
	o.Pattern = t.config.Edit
	return o
}

// locate tells each page that has a file where readers see it, and change it.
func (t *Tree) locate() {
	for _, p := range t.Pages {
		file := cmp.Or(p.Source, p.Data)
		_, committed := t.history.Files[file]
		if file == "" || isMarkdown(file) && t.history.Known && !committed {
			continue // nobody else has it
		}
		p.EditURL = t.origin.Edit(file)
		if t.origin.Known() {
			p.SourceURL = t.origin.Built(file, 0)
		}
	}
}

// codeURL is where readers see a place in the code as it was built, or "" if the site
// does not know where its sources are shown.
func (t *Tree) codeURL(place names.Place) string {
	if !t.origin.Known() {
		return ""
	}
	return t.origin.Built(place.File, place.Line)
}

package build

import (
	"cmp"
	"strings"

	"lockstep/site/names"
	"lockstep/site/origin"
)

// readOrigin asks git where the repository came from, and to which branch changes go:
// the remote's own, else the one that is checked out. A commit that no branch of the
// remote has is not named, since nobody else could see it.
func readOrigin(root, commit string) origin.Origin {
	ask := func(args ...string) string {
		out, _ := asked(root, args...)
		return strings.TrimSpace(string(out))
	}
	o := origin.Origin{Repository: origin.Detect(ask("config", "--get", "remote.origin.url")), Commit: commit}
	o.Branch = strings.TrimPrefix(ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"), "origin/")
	o.Branch = cmp.Or(o.Branch, ask("symbolic-ref", "--quiet", "--short", "HEAD"))
	if ask("for-each-ref", "--count=1", "refs/remotes") != "" && ask("for-each-ref", "--count=1", "--contains", commit, "refs/remotes") == "" {
		o.Commit = ""
	}
	return o
}

// whence is where the sources of the tree are: what the configuration says counts more
// than what git does.
func (t *Tree) whence() origin.Origin {
	o := t.history.origin
	o.Repository = cmp.Or(t.config.Repository, o.Repository)
	o.Pattern = t.config.Edit
	return o
}

// locate tells each page that has a file where readers see it, and change it.
func (t *Tree) locate() {
	for _, p := range t.Pages {
		file := cmp.Or(p.Source, p.Data)
		_, committed := t.history.files[file]
		if file == "" || isMarkdown(file) && t.history.known && !committed {
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

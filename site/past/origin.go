package past

import (
	"cmp"
	"strings"

	"lockstep/site/git"
	"lockstep/site/origin"
)

// originOf asks git where the repository came from, and to which branch changes go:
// the remote's own, else the one that is checked out. A commit that no branch of the
// remote has is not named, since nobody else could see it.
func originOf(root, commit string) origin.Origin {
	ask := func(args ...string) string {
		out, _ := git.Ask(root, args...)
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

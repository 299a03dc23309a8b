package origin

import (
	"net/url"
	"slices"
	"strings"
)

// host is how one kind of code host builds the addresses of files.
type host struct {
	name   string   // a part of the name of hosts that run it
	others []string // hosts that run it under another name
	head   string   // between repository and file, as it is today; "" if there is no word for that
	branch string   // before the name of a branch
	commit string   // before a commit
	edit   string
	change string // before a commit, for what it changed
	line   string // before the number of a line, "#L" unless said
}

var hosts = []host{
	{name: "github", head: "/blob/HEAD", branch: "/blob/", commit: "/blob/", edit: "/edit/{branch}/{path}", change: "/commit/"},
	{name: "gitlab", head: "/-/blob/HEAD", branch: "/-/blob/", commit: "/-/blob/", edit: "/-/edit/{branch}/{path}", change: "/-/commit/"},
	{name: "bitbucket", head: "/src/HEAD", branch: "/src/", commit: "/src/", edit: "/src/{branch}/{path}?mode=edit&at={branch}", change: "/commits/", line: "#lines-"},
	{name: "forgejo", others: []string{"codeberg.org"}, branch: "/src/branch/", commit: "/src/commit/", edit: "/_edit/{branch}/{path}", change: "/commit/"},
	{name: "gitea", branch: "/src/branch/", commit: "/src/commit/", edit: "/_edit/{branch}/{path}", change: "/commit/"},
}

// hostOf is the kind of host at an address, or nil. A host is of a kind if one of the
// parts of its name is the kind's, so that nothing is taken from "notgithub.example".
func hostOf(address string) *host {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	name := strings.ToLower(u.Hostname())
	for i := range hosts {
		if slices.Contains(hosts[i].others, name) || slices.Contains(strings.Split(name, "."), hosts[i].name) {
			return &hosts[i]
		}
	}
	return nil
}

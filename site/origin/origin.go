// Package origin says where readers see the files of a repository on the web, and
// where they change one.
//
// A code host is known by the address from which git fetches: GitHub, GitLab,
// Bitbucket, Forgejo and Gitea (Codeberg among them), under their own names or as a
// host whose name says what runs there (gitlab.example.org). Of any other host nothing
// is guessed, until a configuration says where files are. Credentials that stand in an
// address never leave this package.
package origin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Origin is where a repository is on the web, as it was at one commit. The zero value
// knows nothing.
type Origin struct {
	Repository string // its address: what a remote gives, or what a configuration says
	Pattern    string // of addresses where a file is changed, with {path} and {branch}; "" for the host's own, "none" for nowhere
	Folder     string // of the source tree in the repository, "" for the root
	Branch     string // where changes go; "" if it is not known
	Commit     string // "" if there is none, or if the host has not seen it
}

// Known says whether readers can see files.
func (o Origin) Known() bool { return o.Repository != "" }

// File is where readers see a file or folder as it is today.
func (o Origin) File(file string) string { return o.at(file, false) }

// Built is where readers see a file as it was at the commit; a line of 0 is none.
func (o Origin) Built(file string, line int) string {
	address := o.at(file, true)
	if line > 0 {
		mark := "#L"
		if h := hostOf(o.Repository); h != nil && h.line != "" {
			mark = h.line
		}
		address += mark + strconv.Itoa(line)
	}
	return address
}

// Change is where readers see what a commit changed, or "" if that is not known: the host
// may not have it, or show it elsewhere.
func (o Origin) Change(commit string) string {
	h := hostOf(o.Repository)
	if h == nil || o.Commit == "" || o.deep() {
		return ""
	}
	return o.base() + h.change + commit
}

// Edit is where a reader changes a file, or "" if that is not known.
func (o Origin) Edit(file string) string {
	pattern := o.Pattern
	h := hostOf(o.Repository)
	switch {
	case pattern == "none" || pattern == "" && (h == nil || h.edit == "" || o.Branch == "" || o.deep()):
		return ""
	case pattern == "":
		pattern = o.base() + h.edit
		file = o.below(file)
	}
	return strings.NewReplacer("{branch}", escape(o.Branch), "{path}", escape(file)).Replace(pattern)
}

func (o Origin) at(file string, built bool) string {
	h := hostOf(o.Repository)
	if h == nil || o.deep() { // files are right below
		return o.base() + "/" + escape(file)
	}
	revision := h.head
	switch {
	case built && o.Commit != "":
		revision = h.commit + o.Commit
	case revision == "" && o.Branch != "":
		revision = h.branch + escape(o.Branch)
	case revision == "":
		revision = h.commit + o.Commit
	}
	return o.base() + revision + "/" + escape(o.below(file))
}

func (o Origin) base() string {
	return strings.TrimSuffix(strings.TrimSuffix(o.Repository, "/"), ".git")
}

func (o Origin) below(file string) string {
	if o.Folder == "" {
		return file
	}
	return strings.Trim(o.Folder, "/") + "/" + file
}

// deep says whether the address names a revision or a folder already.
func (o Origin) deep() bool {
	u, err := url.Parse(o.Repository)
	return err == nil && slices.ContainsFunc([]string{"/blob/", "/tree/", "/src/"}, func(s string) bool { return strings.Contains(u.Path, s) })
}

func escape(file string) string { return (&url.URL{Path: file}).EscapedPath() }

// Detect is the address of the repository that git fetches from a remote, without
// credentials and port, or "" if how its host shows files is not known.
func Detect(remote string) string {
	host, name := "", ""
	if u, err := url.Parse(remote); err == nil && u.Host != "" {
		host, name = u.Hostname(), u.Path
	} else if user, rest, ok := strings.Cut(remote, "@"); ok && !strings.Contains(user, "/") {
		host, name, _ = strings.Cut(rest, ":")
	}
	host = strings.ToLower(host)
	name = strings.TrimSuffix(strings.Trim(name, "/"), ".git")
	address := (&url.URL{Scheme: "https", Host: host, Path: "/" + name}).String()
	if name == "" || hostOf(address) == nil {
		return ""
	}
	return address
}

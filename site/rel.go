package site

import (
	"net/url"
	"strings"
)

// Rel is the relative URL that leads from the page at path from to the page or
// file at path to. Both are rooted; to may end in a fragment.
//
// Relative links are why a built tree works on any host, below any prefix and
// from a file system.
func Rel(from, to string) string {
	path, fragment, _ := strings.Cut(to, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	if path == from && fragment != "" {
		return fragment
	}
	base := strings.Split(strings.TrimPrefix(from[:strings.LastIndex(from, "/")+1], "/"), "/")
	goal := strings.Split(strings.TrimPrefix(path, "/"), "/")
	base = base[:len(base)-1] // what follows the last slash is not a directory
	same := 0
	for same < len(base) && same < len(goal)-1 && base[same] == goal[same] {
		same++
	}
	rel := strings.Repeat("../", len(base)-same) + strings.Join(goal[same:], "/")
	if rel == "" {
		rel = "./"
	}
	return rel + fragment
}

// Escape makes a path fit for a URL: names may hold spaces, question marks and letters
// of any script.
func Escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }

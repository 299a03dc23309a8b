package site

import "strings"

// Scheme is the scheme of an address in lower case, or "" if it is relative.
func Scheme(dest string) string {
	i := strings.IndexAny(dest, ":/?#")
	if i <= 0 || dest[i] != ':' {
		return ""
	}
	return strings.ToLower(dest[:i])
}

// External says whether an address leads to another host.
func External(dest string) bool {
	scheme := Scheme(dest)
	return scheme == "http" || scheme == "https" || strings.HasPrefix(dest, "//")
}

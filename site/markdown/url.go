package markdown

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// unescape decodes entities and backslash escapes as a browser will see them.
// A URL must be judged in this form: "javascript&colon;x" is a script.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 && bytes.IndexByte(b, '&') < 0 {
		return b
	}
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b)))
}

// safeURL says whether a URL may be written into a page: relative, or with a
// scheme that cannot run anything.
func safeURL(dest string, image bool) bool {
	// Browsers drop control characters and white space before they look for the
	// scheme, so "java\nscript:" is one too.
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, dest)
	scheme := site.Scheme(clean)
	switch scheme {
	case "", "http", "https", "mailto", "tel":
		return true
	case "data":
		for _, kind := range []string{"data:image/png;", "data:image/gif;", "data:image/jpeg;", "data:image/webp;"} {
			if image && strings.HasPrefix(strings.ToLower(clean), kind) {
				return true
			}
		}
	}
	return false
}

// destination is the decoded form of a link's address.
func destination(raw []byte) string { return string(bytes.TrimSpace(unescape(raw))) }

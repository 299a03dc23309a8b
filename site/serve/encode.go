package serve

import (
	"net/http"
	"strconv"
	"strings"
)

// worthwhile is the size from which text is compressed: below it, the headers
// weigh more.
const worthwhile = 1024

// encodable says whether a type is text. Pictures and fonts are compressed
// already.
func encodable(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind {
	case "image/svg+xml", "application/atom+xml", "application/wasm":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

// encoding is the best content encoding that the client takes: "br", "gzip" or
// "" for none.
func encoding(r *http.Request) string {
	for _, name := range []string{"br", "gzip"} {
		if accepts(r, name) {
			return name
		}
	}
	return ""
}

// accepts says whether the client takes a content encoding.
func accepts(r *http.Request, name string) bool {
	accepted := make(map[string]bool)
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		quality := 1.0
		if q, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q="); ok {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		accepted[strings.ToLower(strings.TrimSpace(name))] = quality > 0
	}
	ok, named := accepted[name]
	return ok || (!named && accepted["*"])
}

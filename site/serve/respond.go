package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"lockstep/site/build"
)

// html answers with a page, or with 304 if the browser has it. Plays tells that the
// page has inputs to change; framers are as for policy.
func (s *Server) html(w http.ResponseWriter, r *http.Request, status int, data []byte, plays bool, framers ...string) {
	w.Header().Set("Content-Security-Policy", policy(r.URL.Path, true, plays, framers...))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache")
	if status == http.StatusOK {
		sum := sha256.Sum256(data)
		// Weak, since the same page goes out in several encodings.
		tag := `W/"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.Header().Set("Vary", "Accept-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body(w, r, status, data)
}

// contentType knows what the site itself uses, whatever the machine's own table
// says; a file of the repository that is not a picture is shown as text or
// downloaded, never run.
func contentType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif":
		return mime.TypeByExtension(ext)
	case ".pdf":
		return "application/pdf"
	case ".html", ".htm", ".xhtml", ".xml":
		return "text/plain; charset=utf-8"
	case ".md", ".txt", ".yaml", ".yml", ".json", ".go", ".sh", ".toml", "":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

func body(w http.ResponseWriter, r *http.Request, status int, data []byte) {
	if len(data) >= worthwhile && encodable(w.Header().Get("Content-Type")) {
		if name := encoding(r); name != "" {
			w.Header().Set("Content-Encoding", name)
			data = build.Encode(name, data)
		}
	}
	send(w, r, status, data)
}

func send(w http.ResponseWriter, r *http.Request, status int, data []byte) {
	w.Header().Set("Vary", "Accept-Encoding")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

package serve

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// encoded keeps the compressed form of what does not change: assets.
var encoded sync.Map // [32]byte -> []byte

// encode compresses text for those who accept it. Pages change with every save,
// so the quickest level serves them best; the static tree has better ones.
func encode(r *http.Request, contentType string, data []byte) (_ []byte, encoding string) {
	if len(data) < 1024 || !accepts(r, "gzip") || strings.HasPrefix(contentType, "font/") || (strings.HasPrefix(contentType, "image/") && contentType != "image/svg+xml") {
		return data, ""
	}
	key := sha256.Sum256(data)
	if known, ok := encoded.Load(key); ok {
		return known.([]byte), "gzip"
	}
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, 5)
	w.Write(data)
	w.Close()
	if strings.HasPrefix(contentType, "text/css") || strings.HasPrefix(contentType, "text/javascript") {
		encoded.Store(key, buf.Bytes())
	}
	return buf.Bytes(), "gzip"
}

// accepts: "gzip" counts unless it is refused with q=0.
func accepts(r *http.Request, encoding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

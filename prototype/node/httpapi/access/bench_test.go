package access

import (
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkGrant is what an unknown token costs beside the largest file.
func BenchmarkGrant(b *testing.B) {
	var lines strings.Builder
	for range maxEntries {
		line, err := Line(Write, "app", NewToken())
		if err != nil {
			b.Fatal(err)
		}
		lines.WriteString(line + "\n")
	}
	path := filepath.Join(b.TempDir(), "access")
	if err := writeFile(path, lines.String()); err != nil {
		b.Fatal(err)
	}
	f, err := Open(path, quiet)
	if err != nil {
		b.Fatal(err)
	}
	wrong := NewToken()
	for b.Loop() {
		if f.Grant(wrong) != nil {
			b.Fatal("an unknown token is known")
		}
	}
}

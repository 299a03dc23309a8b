package static

import (
	"bytes"
	"io"
	"io/fs"
	"testing"

	"github.com/andybalholm/brotli"
)

// TestProgram: the laboratory for the browser, as make site compresses it, is what
// it was made from, and takes at most two megabytes on the wire.
func TestProgram(t *testing.T) {
	small, err := fs.ReadFile(Files(), "wasm/lab.wasm.br")
	if err != nil {
		t.Skip("not made: run make site")
	}
	if len(small) > 2_000_000 {
		t.Errorf("the program takes %d bytes, want at most %d", len(small), 2_000_000)
	}
	program, err := fs.ReadFile(Files(), "wasm/lab.wasm")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small)))
	if err != nil || !bytes.Equal(whole, program) {
		t.Errorf("the compressed program is not the program: %v", err)
	}
}

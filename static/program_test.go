package static

import (
	"bytes"
	"io"
	"io/fs"
	"testing"

	"github.com/andybalholm/brotli"
)

// TestPrograms: the laboratory, with its bugs and without, and the model for the browser,
// as make site compresses them, are what they were made from, and take on the wire what a
// reader on a phone can bear: two megabytes for a laboratory, half of one and a little for
// the model.
func TestPrograms(t *testing.T) {
	for name, most := range map[string]int{"lab": 2_000_000, "lab-bugs": 2_000_000, "model": 550_000} {
		small, err := fs.ReadFile(Files(), "wasm/"+name+".wasm.br")
		if err != nil {
			t.Skip("not made: run make site")
		}
		if len(small) > most {
			t.Errorf("%s takes %d bytes, want at most %d", name, len(small), most)
		}
		program, err := fs.ReadFile(Files(), "wasm/"+name+".wasm")
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small)))
		if err != nil || !bytes.Equal(whole, program) {
			t.Errorf("compressed, %s is not the program: %v", name, err)
		}
	}
}

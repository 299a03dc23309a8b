package git

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestBlobs: texts of old revisions come whole and in any order, from many readers at
// once; what is too large, is no text or is not there is an error, and what is asked after
// it is answered.
func TestBlobs(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	if _, err := Run(ctx, dir, "init", "-q"); err != nil {
		t.Fatal(err)
	}
	names := make(map[string]string)
	for _, text := range []string{"", "one\n", "no line break", "blob 3\nabc", strings.Repeat("long\n", 1000)} {
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		name, err := Line(ctx, dir, "hash-object", "-w", "--no-filters", file)
		if err != nil {
			t.Fatal(err)
		}
		names[name] = text
	}
	tree, err := Line(ctx, dir, "write-tree")
	if err != nil {
		t.Fatal(err)
	}
	var b Blobs
	if _, err := b.Read(tree, 100); err == nil {
		t.Error("a text is read while nobody has asked for git")
	}
	done, again := b.Open(dir), b.Open(dir)
	again()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for name, text := range names {
				got, err := b.Read(name, 1000)
				if len(text) > 1000 {
					if err == nil {
						t.Errorf("%d bytes are read where 1000 are the most", len(got))
					}
				} else if err != nil || string(got) != text {
					t.Errorf("%q, %v, want %q", got, err, text)
				}
				for _, wrong := range []string{tree, strings.Repeat("a", 40)} {
					if _, err := b.Read(wrong, 1000); err == nil {
						t.Errorf("%s is read as a text", wrong)
					}
				}
			}
		})
	}
	wait.Wait()
	done()
	if b.cmd != nil {
		t.Error("git runs on when nobody needs it")
	}
}

package build

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// TestMemory: what a build holds grows by a few times the text of a page, at its fullest
// moment, which is when the index of the search is written: no parsed text is kept, and no
// written page. A collector that may let the heap grow threefold, as the command does,
// then needs some 200 MB for 1,000 pages of 13 KB.
func TestMemory(t *testing.T) {
	held := func(pages int) (bytes int) {
		var once sync.Once
		b, err := Open(bigSite(t, pages), Options{Progress: func(stage string, _, _ int) {
			if stage == "index" {
				once.Do(func() { bytes = live() })
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		before := live()
		tree, err := b.Load()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tree.Write(context.Background(), filepath.Join(t.TempDir(), "out")); err != nil {
			t.Fatal(err)
		}
		return bytes - before
	}
	held(10) // stylesheets and scripts are compressed once in the life of a program
	few, many := held(20), held(200)
	const most = 64 << 10
	if perPage := (many - few) / 180; perPage > most || perPage < 13<<10 {
		t.Errorf("%d KB a page of 13 KB, want at most %d", perPage>>10, most>>10)
	} else {
		t.Logf("%d KB a page of 13 KB", perPage>>10)
	}
}

// live is what is in use behind a collection.
func live() int {
	runtime.GC()
	runtime.GC() // what pools give back
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

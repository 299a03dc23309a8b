package build

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"lockstep/site"
)

// writer writes files below a folder, from many goroutines.
type writer struct {
	dir        string
	before     string // the tree that this one replaces, "" if there is none
	compressed bool   // with copies that a host may send in place of the files
	files      atomic.Int64
	bytes      atomic.Int64
	mu         sync.Mutex
	made       map[string]bool
	findings   []site.Finding
}

// put writes a file at a rooted path, with its compressed copies.
func (w *writer) put(rooted string, data []byte) error {
	if err := w.file(rooted, data); err != nil || !w.compressed || !compressible(rooted) {
		return err
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	for ext, to := range map[string]func(*bytes.Buffer, []byte, effort){".br": brotliTo, ".gz": gzipTo} {
		buf.Reset()
		to(buf, data, quick)
		if err := w.copy(rooted+ext, smaller(data, buf.Bytes())); err != nil {
			return err
		}
	}
	return nil
}

// putAsset is put with copies that are made once in the life of the program.
func (w *writer) putAsset(a *Asset) error {
	if err := w.file(a.Path, a.Bytes()); err != nil || !w.compressed {
		return err
	}
	return errors.Join(w.copy(a.Path+".br", a.Encoded("br")), w.copy(a.Path+".gz", a.Encoded("gzip")))
}

func (w *writer) file(rooted string, data []byte) error {
	w.files.Add(1)
	w.bytes.Add(int64(len(data)))
	name := w.name(rooted)
	if err := w.mkdir(filepath.Dir(name)); err != nil {
		return fmt.Errorf("write %s: %w", rooted, err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", rooted, err)
	}
	return nil
}

// copy writes a compressed copy, if there is one.
func (w *writer) copy(rooted string, data []byte) error {
	if data == nil {
		return nil
	}
	if err := os.WriteFile(w.name(rooted), data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", rooted, err)
	}
	return nil
}

func (w *writer) name(rooted string) string {
	return filepath.Join(w.dir, filepath.FromSlash(strings.TrimPrefix(path.Clean(rooted), "/")))
}

func (w *writer) mkdir(dir string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.made[dir] {
		return nil
	}
	w.made[dir] = true
	return os.MkdirAll(dir, 0o755)
}

func (w *writer) find(findings []site.Finding) {
	if len(findings) > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.findings = append(w.findings, findings...)
	}
}

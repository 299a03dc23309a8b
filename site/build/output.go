package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"lockstep/site"
	"lockstep/site/view"
)

// marker is a file in every output tree. A folder without it was not written by
// this program and is not replaced.
const marker = ".lockstep-output"

// Result says what was written.
type Result struct {
	Pages, Files int
	Bytes        int64 // without the compressed copies
	Findings     []site.Finding
}

// ErrNotOurs is the error for an output folder that holds something else.
var ErrNotOurs = errors.New("the folder was not written by lockstep")

// maxFile bounds a file that is copied because a page links to it.
const maxFile = 32 << 20

// Write writes the whole tree to out. It is written beside out and takes its
// place when it is complete, so a failed or interrupted build leaves what was
// there.
func (t *Tree) Write(ctx context.Context, out string) (Result, error) {
	out, err := filepath.Abs(out)
	if err != nil {
		return Result{}, err
	}
	if err := replaceable(out); err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return Result{}, fmt.Errorf("create output folder: %w", err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(out), "."+filepath.Base(out)+"-")
	if err != nil {
		return Result{}, fmt.Errorf("create output folder: %w", err)
	}
	defer os.RemoveAll(temp)
	w := &writer{dir: temp, made: make(map[string]bool)}
	if err := t.write(ctx, w); err != nil {
		return Result{}, err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return Result{}, err
	}
	old := temp + "-old"
	if err := os.Rename(out, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Result{}, fmt.Errorf("replace output: %w", err)
	}
	if err := os.Rename(temp, out); err != nil {
		return Result{}, errors.Join(fmt.Errorf("replace output: %w", err), os.Rename(old, out))
	}
	os.RemoveAll(old)
	findings := append(append([]site.Finding{}, t.Findings...), w.findings...)
	site.SortFindings(findings)
	return Result{Pages: len(t.Pages), Files: int(w.files.Load()), Bytes: w.bytes.Load(), Findings: findings}, nil
}

func replaceable(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at output folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() == marker {
			return nil
		}
	}
	if len(entries) > 0 {
		return fmt.Errorf("write to %s: %w; name an empty or a new folder", out, ErrNotOurs)
	}
	return nil
}

// writer writes files below a folder, from many goroutines.
type writer struct {
	dir      string
	files    atomic.Int64
	bytes    atomic.Int64
	mu       sync.Mutex
	made     map[string]bool
	findings []site.Finding
}

// put writes a file at a rooted path, with its compressed copies.
func (w *writer) put(rooted string, data []byte) error {
	if err := w.file(rooted, data); err != nil || !compressible(rooted) {
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
	return errors.Join(w.file(a.Path, a.Data), w.copy(a.Path+".br", a.Encoded("br")), w.copy(a.Path+".gz", a.Encoded("gzip")))
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

// write puts every file of the site.
func (t *Tree) write(ctx context.Context, w *writer) error {
	var jobs []func() error
	for _, p := range t.Pages {
		jobs = append(jobs, func() error {
			data, findings, err := t.Bytes(ctx, &t.Site, p)
			if err != nil {
				return fmt.Errorf("render %s: %w", p.Path, err)
			}
			w.find(findings)
			return w.put(p.Path+"index.html", data)
		})
	}
	for short, full := range t.Redirects() {
		jobs = append(jobs, func() error { return w.put(short+"index.html", redirectPage(&t.Site, short, full)) })
	}
	for _, a := range Assets() {
		jobs = append(jobs, func() error { return w.putAsset(a) })
	}
	for _, file := range t.Files() {
		jobs = append(jobs, func() error { return t.copyFile(w, file) })
	}
	jobs = append(jobs, func() error { return t.writeExtras(ctx, w) })

	var done atomic.Int64
	var mu sync.Mutex
	var failed error
	parallel(len(jobs), func(i int) {
		err := ctx.Err()
		if err == nil {
			err = jobs[i]()
		}
		if err != nil {
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
		}
		t.builder.progress("write", int(done.Add(1)), len(jobs))
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return failed
}

func (t *Tree) copyFile(w *writer, file string) error {
	info, err := t.builder.root.Stat(file)
	if err == nil && info.Size() > maxFile {
		w.find([]site.Finding{{File: file, Rule: "too-large", Message: fmt.Sprintf("a page links to it, and it has %d bytes", info.Size()), Mend: "make it smaller, or set repository in " + ConfigName}})
		return nil
	}
	data, err := t.builder.root.ReadFile(file)
	if err != nil {
		return fmt.Errorf("copy %s: %w", file, err)
	}
	return w.put(FilePath(file), data)
}

// writeExtras puts what is not a page: 404, feed, site map.
func (t *Tree) writeExtras(ctx context.Context, w *writer) error {
	lost := t.Site
	lost.Absolute = basePath(t.Site.BaseURL)
	data, _, err := t.Bytes(ctx, &lost, t.NotFound())
	if err != nil {
		return fmt.Errorf("render 404: %w", err)
	}
	if err := w.put("/404.html", data); err != nil {
		return err
	}
	if err := w.put("/adr/feed.xml", t.Feed()); err != nil {
		return err
	}
	if err := w.put("/_redirects", t.redirectsFile()); err != nil {
		return err
	}
	robots := "User-agent: *\nAllow: /\n"
	if t.Site.BaseURL != "" {
		robots += "Sitemap: " + t.Site.BaseURL + "sitemap.xml\n"
	}
	if err := w.put("/robots.txt", []byte(robots)); err != nil {
		return err
	}
	if err := w.put("/sitemap.xml", t.Sitemap()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, marker), []byte("lockstep build replaces this folder as a whole.\n"), 0o644)
}

// basePath is the path of the base URL, for links that cannot be relative.
func basePath(base string) string {
	_, rest, ok := strings.Cut(base, "://")
	if !ok {
		return "/"
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// redirectPage works on a host that knows nothing of redirects.
func redirectPage(s *view.Site, short, full string) []byte {
	to := escapePath(site.Rel(short, full))
	canonical := to
	if s.BaseURL != "" {
		canonical = strings.TrimSuffix(s.BaseURL, "/") + escapePath(full)
	}
	return []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Moved</title>` +
		`<meta http-equiv="refresh" content="0; url=` + to + `"><link rel="canonical" href="` + canonical + `"></head>` +
		`<body><main><h1>Moved</h1><p>This decision is at <a href="` + to + `">its full address</a>.</p></main></body></html>` + "\n")
}

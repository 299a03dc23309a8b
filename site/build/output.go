package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"lockstep/site"
	"lockstep/site/edition"
	"lockstep/site/search"
)

// marker is a file in every output tree. A folder without it was not written by
// this program and is not replaced.
const marker = ".lockstep-output"

// isOutput says whether a folder is a tree that was written before. What lies in it was
// made from the texts, and is none of them.
func isOutput(root fs.FS, folder string) bool {
	_, err := fs.Stat(root, path.Join(folder, marker))
	return err == nil
}

// holdsNoTexts says whether nobody looks for texts in a folder: it has a name for code or
// output, or is a tree that was written before.
func holdsNoTexts(root fs.FS, folder string) bool {
	return skipDir(path.Base(folder)) || isOutput(root, folder)
}

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
	return t.writeTo(ctx, out, true)
}

// WriteToJudge is Write without the compressed copies, which take longest and which nobody
// judges.
func (t *Tree) WriteToJudge(ctx context.Context, out string) (Result, error) {
	return t.writeTo(ctx, out, false)
}

func (t *Tree) writeTo(ctx context.Context, out string, compressed bool) (Result, error) {
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
	w := &writer{dir: temp, before: out, compressed: compressed, made: make(map[string]bool)}
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
	findings := append(append([]site.Finding{}, t.Findings...), t.Kept(w.findings)...)
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

// write puts every file of the site.
func (t *Tree) write(ctx context.Context, w *writer) error {
	var jobs []func() error
	prepared := make([]*search.Prepared, len(t.Pages))
	written := make([]edition.Source, len(t.Pages))
	pages := make([]pageSum, len(t.Pages))
	for i, p := range t.Pages {
		jobs = append(jobs, func() (err error) {
			if text := t.Markdown(p); text != nil {
				if err := w.file(p.Markdown, text); err != nil {
					return err
				}
			}
			var data []byte
			data, prepared[i], err = t.writePage(ctx, w, p)
			if t.hasEdition() {
				written[i] = edition.Source{Page: p, HTML: data}
			}
			pages[i] = pageSum{len(data), sha256.Sum256(data)}
			return err
		})
	}
	defer t.Changes.Hold()()
	for _, p := range slices.Concat(t.aside, t.Changes.Pages) {
		jobs = append(jobs, func() error { _, _, err := t.writePage(ctx, w, p); return err })
	}
	for short, full := range t.Redirects() {
		jobs = append(jobs, func() error { return w.put(redirectFile(short), redirectPage(&t.Site, short, full)) })
	}
	for path := range t.pictures {
		jobs = append(jobs, func() error { return t.putPicture(w, path) })
	}
	wanted := t.wanted()
	for name, a := range Assets() {
		if wanted(name) {
			jobs = append(jobs, func() error { return w.putAsset(a) })
		}
	}
	for _, file := range t.Files() {
		jobs = append(jobs, func() error { return t.copyFile(w, file) })
	}
	jobs = append(jobs, func() error { return t.writeExtras(ctx, w) })
	if err := t.run(ctx, "write", jobs); err != nil {
		return err
	}
	index := t.joinSearch(prepared)
	jobs = append(jobs[:0], func() error {
		worker, err := t.serviceWorker(t.Pages, pages)
		return errors.Join(err, w.put(workerPath, worker))
	})
	for _, name := range index.Names() {
		jobs = append(jobs, func() error { return w.file(search.Folder+name, index.File(name)) })
	}
	if err := t.run(ctx, "index", jobs); err != nil || !t.hasEdition() {
		return err
	}
	return t.writeEdition(ctx, w, written)
}

// writePage writes a page, gives what it wrote, and reads the page for the search.
func (t *Tree) writePage(ctx context.Context, w *writer, p *site.Page) ([]byte, *search.Prepared, error) {
	var buf bytes.Buffer
	around := t.Site
	if t.keepsOffline() {
		around.Worker = workerPath
	}
	findings, parsed, err := t.render(ctx, &buf, &around, p, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("render %s: %w", p.Path, err)
	}
	w.find(findings)
	if err := w.put(p.Path+"index.html", buf.Bytes()); err != nil {
		return nil, nil, err
	}
	return buf.Bytes(), t.prepareParsed(p, parsed), nil
}

// run does jobs on all processors, and stops at the first error.
func (t *Tree) run(ctx context.Context, stage string, jobs []func() error) error {
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
		t.builder.progress(stage, int(done.Add(1)), len(jobs))
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

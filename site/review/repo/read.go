package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
)

// The files of an exported review, in the folder of its page. Each event is a file
// of its own, which is written once: so two branches that add events never touch
// one file, and git merges them without knowing what they are. A redaction takes
// the text out of a file; nothing else ever changes one.
const (
	EventsFolder    = "events"
	RevisionsFolder = "revisions"
	EventsFile      = "events.jsonl" // all of them, as they were before each had a file
)

// Files that can be derived from the events. They are not kept in version control:
// a merge of two of them would say what no event says.
const (
	AnnotationsFile = "annotations.jsonld"
	SummaryFile     = "REVIEW.md"
)

// IgnoreText is the ignore file of the folder of reviews.
const IgnoreText = "# Derived from the events: lockstep review export writes them anew.\n" + SummaryFile + "\n" + AnnotationsFile + "\n"

// SignersFile lists whom a key may speak for, in the folder of reviews.
const SignersFile = "allowed_signers"

// Problem is what is wrong with a file of an exported review.
type Problem struct{ File, Message, Mend string }

// Exported is what a repository has of the review of a page.
type Exported struct {
	Page  string
	Dirs  []string     // where its events lie
	Lines []entry.Line // in the order of the graph; those that cannot be used are left out
	Docs  []*anchor.Doc
}

// repository reads a folder of reviews.
type repository struct {
	root     fs.FS
	pages    map[string]*Exported
	files    map[string]string // by id, where an event lies
	problems []Problem
}

const takeAgain = "take it from version control as it was; an event is never changed, and a text is destroyed with lockstep review"

func (r *repository) wrong(file, mend, format string, args ...any) {
	r.problems = append(r.problems, Problem{file, fmt.Sprintf(format, args...), mend})
}

// Read reads a folder of reviews. Whatever is not as it was written is a
// problem, and so is whatever is not a file or folder of its own: a link could
// lead to something else tomorrow.
func Read(root fs.FS, folder string) ([]Exported, []Problem) {
	r := &repository{root: root, pages: make(map[string]*Exported), files: make(map[string]string)}
	info, err := fs.Lstat(root, folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		r.wrong(folder, "make it readable", "it cannot be read: %v", err)
		return nil, r.problems
	case !info.IsDir():
		r.wrong(folder, "put the folder itself there", "it is %s and no folder, so it says nothing about any page", kindOf(info.Mode()))
		return nil, r.problems
	}
	for _, e := range r.list(folder, "") {
		dir := path.Join(folder, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			r.page(dir)
		case !e.Type().IsRegular():
			r.wrong(dir, "put the file or folder itself there", "it is %s", kindOf(e.Type()))
		}
	}
	var all []Exported
	for _, page := range r.pages {
		r.complete(page)
		all = append(all, *page)
	}
	slices.SortFunc(all, func(a, b Exported) int { return strings.Compare(a.Page, b.Page) })
	return all, r.problems
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode.IsDir():
		return "a folder"
	case mode.IsRegular():
		return "a file"
	}
	return "something else"
}

// list reads a folder; what is expected, if anything, names a problem.
func (r *repository) list(dir, expected string) []fs.DirEntry {
	entries, err := fs.ReadDir(r.root, dir)
	if err != nil && (expected != "" || !errors.Is(err, fs.ErrNotExist)) {
		r.wrong(dir, takeAgain, "it cannot be read as %s: %v", expected, err)
	}
	return entries
}

// page reads the folder of one page. One that has nothing of ours in it belongs to
// somebody else.
func (r *repository) page(dir string) {
	ours := []string{EventsFolder, EventsFile, RevisionsFolder, AnnotationsFile, SummaryFile}
	entries := r.list(dir, "a folder of a review")
	has := make(map[string]fs.FileMode)
	for _, e := range entries {
		if slices.Contains(ours, e.Name()) {
			has[e.Name()] = e.Type()
		}
	}
	if len(has) == 0 {
		return
	}
	for _, name := range ours {
		mode, ok := has[name]
		folder := name == EventsFolder || name == RevisionsFolder
		if ok && (folder && !mode.IsDir() || !folder && !mode.IsRegular()) {
			r.wrong(path.Join(dir, name), takeAgain, "it is %s", kindOf(mode))
			delete(has, name)
		}
	}
	_, files := has[EventsFolder]
	_, list := has[EventsFile]
	if !files && !list {
		r.wrong(dir, takeAgain, "the folder %s is missing, so what was said is missing, too", EventsFolder)
		return
	}
	if list {
		r.oldFile(dir)
	}
	if files {
		r.events(dir)
	}
	if _, ok := has[RevisionsFolder]; ok {
		r.revisions(dir)
	}
}

// read reads a regular file within bounds.
func (r *repository) read(file string, e fs.DirEntry, limit int64) ([]byte, bool) {
	if !e.Type().IsRegular() {
		r.wrong(file, takeAgain, "it is %s", kindOf(e.Type()))
		return nil, false
	}
	if info, err := e.Info(); err == nil && info.Size() > limit {
		r.wrong(file, takeAgain, "it has %d bytes; at most %d are read", info.Size(), limit)
		return nil, false
	}
	data, err := fs.ReadFile(r.root, file)
	if err != nil {
		r.wrong(file, "make it readable", "it cannot be read: %v", err)
	}
	return data, err == nil
}

func (r *repository) events(dir string) {
	folder := path.Join(dir, EventsFolder)
	for _, e := range r.list(folder, "a folder of events") {
		file := path.Join(folder, e.Name())
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !entry.IDForm.MatchString(id) {
			r.wrong(file, "delete it, or move it elsewhere", "it is no event: the name of one is its id and .json")
			continue
		}
		data, ok := r.read(file, e, entry.MaxSize)
		if !ok {
			continue
		}
		if bytes.Contains(data, []byte("<<<<<<<")) && bytes.Contains(data, []byte(">>>>>>>")) {
			r.wrong(file, "take the side that has no text: the other was redacted", "a merge was not finished")
			continue
		}
		line, err := entry.Decode(data)
		switch {
		case err != nil:
			r.wrong(file, takeAgain, "it is no event: %v", err)
		case line.Parents == nil:
			r.wrong(file, takeAgain, "it does not say what it stands on")
		case line.ID() != id:
			r.wrong(file, takeAgain, "it was altered: what it says has the id %.12s…", line.ID())
		default:
			r.add(dir, file, line)
		}
	}
}

// oldFile reads the events of one file, each of which stands on the one before.
func (r *repository) oldFile(dir string) {
	file := path.Join(dir, EventsFile)
	data, err := fs.ReadFile(r.root, file)
	if err != nil {
		r.wrong(file, "make it readable", "it cannot be read: %v", err)
		return
	}
	lines, err := event.ReadLines(bytes.NewReader(data))
	if err != nil || len(lines) == 0 {
		r.wrong(file, takeAgain, "it is no exported review: %v", err)
		return
	}
	for _, line := range entry.Chain(lines) {
		r.add(dir, file, line)
	}
}

func (r *repository) add(dir, file string, line entry.Line) {
	if _, err := event.Admit(line); err != nil {
		r.wrong(file, takeAgain, "it is no event: %v", err)
		return
	}
	p := r.pages[line.Page]
	if p == nil {
		p = &Exported{Page: line.Page}
		r.pages[line.Page] = p
	}
	if !slices.Contains(p.Dirs, dir) {
		p.Dirs = append(p.Dirs, dir)
	}
	r.files[line.ID()] = file
	p.Lines = append(p.Lines, line)
}

// complete orders the events of a page and says what is missing.
func (r *repository) complete(p *Exported) {
	sorted, orphans := state.Canonical(p.Lines)
	have := make(map[string]bool, len(p.Lines))
	for _, l := range p.Lines {
		have[l.ID()] = true
	}
	for _, l := range orphans {
		for _, parent := range l.Parents {
			if !have[parent] {
				r.wrong(r.files[l.ID()], "restore the event "+parent+" from version control", "it stands on an event that is missing: %.12s…", parent)
			}
		}
	}
	p.Lines = sorted
	s, err := state.Sum(sorted)
	if err != nil {
		r.wrong(p.Dirs[0], takeAgain, "its events do not add up: %v", err)
		return
	}
	for _, id := range s.Missing() {
		r.wrong(r.files[id], takeAgain, "its text is missing, and nobody redacted it")
	}
	gone := make(map[string]bool)
	for _, id := range s.Redacted() {
		gone[id] = true
	}
	for _, l := range sorted {
		if l.Text != nil && gone[l.ID()] {
			r.wrong(r.files[l.ID()], "lockstep review export takes it out; the history of the repository still has it", "its text was redacted and is still here")
		}
	}
	r.kept(p, s)
}

// kept compares the texts that are kept with what the events say of them.
func (r *repository) kept(p *Exported, s *state.State) {
	kept := s.Kept()
	for _, dir := range p.Dirs {
		for _, doc := range ReadRevisions(r.root, dir) {
			if want := kept[doc.Revision]; want != nil && !slices.Contains(want, event.HashOf(doc)) {
				r.wrong(path.Join(dir, RevisionsFolder, doc.Revision+".jsonl"), takeAgain, "it was altered: it is not the text that was commented on")
				continue
			}
			p.Docs = append(p.Docs, doc)
		}
	}
	for _, revision := range s.Revisions() {
		if kept[revision] != nil && !slices.ContainsFunc(p.Docs, func(d *anchor.Doc) bool { return d.Revision == revision }) {
			r.wrong(path.Join(p.Dirs[0], RevisionsFolder, revision+".jsonl"), takeAgain, "the text that was commented on is missing or altered")
		}
	}
}

// maxRevision bounds the file of a revision, in bytes.
const maxRevision = 16 << 20

// revisions looks at the form of the files; what they say is compared with the
// events later.
func (r *repository) revisions(dir string) {
	folder := path.Join(dir, RevisionsFolder)
	for _, e := range r.list(folder, "a folder of revisions") {
		file := path.Join(folder, e.Name())
		revision, ok := strings.CutSuffix(e.Name(), ".jsonl")
		if !ok || !event.IsRevision(revision) {
			r.wrong(file, "delete it, or move it elsewhere", "it is no revision: the name of one is its hash and .jsonl")
			continue
		}
		if data, ok := r.read(file, e, maxRevision); ok && decodeDoc(revision, data) == nil {
			r.wrong(file, takeAgain, "it is no revision: a line is not a block")
		}
	}
}

// ReadRevisions reads the revisions of an exported review. One that cannot be
// read is left out: anchors then go by their own quote.
func ReadRevisions(root fs.FS, dir string) (docs []*anchor.Doc) {
	entries, _ := fs.ReadDir(root, path.Join(dir, RevisionsFolder))
	for _, e := range entries {
		revision, ok := strings.CutSuffix(e.Name(), ".jsonl")
		if !ok || !event.IsRevision(revision) || !e.Type().IsRegular() {
			continue
		}
		data, err := fs.ReadFile(root, path.Join(dir, RevisionsFolder, e.Name()))
		if err != nil {
			continue
		}
		if doc := decodeDoc(revision, data); doc != nil {
			docs = append(docs, doc)
		}
	}
	return docs
}

func decodeDoc(revision string, data []byte) *anchor.Doc {
	doc := &anchor.Doc{Revision: revision}
	for line := range bytes.Lines(data) {
		var block site.Block
		if json.Unmarshal(line, &block) != nil {
			return nil
		}
		doc.Blocks = append(doc.Blocks, block)
	}
	return doc
}

func encodeDoc(doc *anchor.Doc) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for _, block := range doc.Blocks {
		if err := encoder.Encode(block); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

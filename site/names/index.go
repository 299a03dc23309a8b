package names

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Index reads the code of one repository. Its methods are called by one goroutine at
// a time.
type Index struct {
	// Writes says whether a path is one that programs write and nobody commits, which
	// need not be there; nil for none.
	Writes func(path string) bool

	root  fs.FS
	kinds []*Kind
	code  []string // folders in whose files decisions are named
	skip  func(folder string) bool

	files map[string]*file
	table *Table
}

// file is what one file of the code says.
type file struct {
	size     int64
	changed  time.Time
	names    []definition
	commands *commandFile
	mentions []Mention
}

type definition struct {
	kind int
	name string
	line int
}

// maxFile is the size from which on a file is taken for data and not read.
const maxFile = 1 << 20

// NewIndex makes an index of the code below root. The kinds have been compiled. Code
// are the folders in which mentions of decisions are looked for. Skip says by its name
// which folder is not entered, unless a glob names it.
func NewIndex(root fs.FS, kinds []*Kind, code []string, skip func(folder string) bool) *Index {
	return &Index{root: root, kinds: kinds, code: code, skip: skip, files: make(map[string]*file)}
}

// Folders are those in which files are looked for, and not those below them.
func (x *Index) Folders() []string {
	folders := slices.Clone(x.code)
	for _, k := range x.kinds {
		for _, glob := range k.globs {
			folders = append(folders, fixed(glob))
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// Reads says whether a file, there or gone, is one that the index would read.
func (x *Index) Reads(name string) bool {
	if x.files[name] != nil {
		return true
	}
	return x.reads(name) && !x.skipped(name)
}

// Enters says whether files are looked for in a folder.
func (x *Index) Enters(folder string) bool { return !x.skipped(folder + "/x") }

func (x *Index) reads(name string) bool {
	return x.mentioning(name) || slices.ContainsFunc(x.kinds, func(k *Kind) bool { return k.reads(name) })
}

func (x *Index) mentioning(name string) bool {
	return isCode(name) && slices.ContainsFunc(x.code, func(folder string) bool {
		return folder == "." || strings.HasPrefix(name, folder+"/")
	})
}

// skipped: no folder in which files are looked for leads to the file.
func (x *Index) skipped(name string) bool {
	return !slices.ContainsFunc(x.Folders(), func(folder string) bool {
		rest, ok := strings.CutPrefix(path.Dir(name)+"/", folder+"/")
		if folder == "." {
			rest, ok = path.Dir(name), true
		}
		if !ok {
			return false
		}
		return !slices.ContainsFunc(strings.Split(strings.Trim(rest, "/"), "/"), x.skip)
	})
}

// Scan walks the folders, reads what is new or has changed, and gives the table.
func (x *Index) Scan() *Table {
	found := make(map[string]fs.FileInfo)
	for _, folder := range x.Folders() {
		fs.WalkDir(x.root, folder, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir() && name != folder && x.skip(d.Name()):
				return fs.SkipDir
			case d.IsDir() || !x.reads(name):
				return nil
			}
			if info, err := d.Info(); err == nil && info.Mode().IsRegular() && info.Size() <= maxFile {
				found[name] = info
			}
			return nil
		})
	}
	changed := len(found) != len(x.files)
	var stale []string
	for name, info := range found {
		if f := x.files[name]; f == nil || f.size != info.Size() || !f.changed.Equal(info.ModTime()) {
			stale = append(stale, name)
		}
	}
	maps.DeleteFunc(x.files, func(name string, _ *file) bool { _, ok := found[name]; return !ok })
	read := make([]*file, len(stale))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(stale)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(stale); i = int(next.Add(1)) - 1 {
				read[i] = x.read(stale[i], found[stale[i]])
			}
		})
	}
	wait.Wait()
	for i, name := range stale {
		x.files[name] = read[i]
	}
	if x.table == nil || changed || len(stale) > 0 {
		x.table = x.join()
	}
	return x.table
}

// Update reads one file again that has changed, has come or is gone, and says whether
// it defines or mentions anything else than before. Scan or Table gives the new table.
func (x *Index) Update(name string) (changed bool) {
	before := x.files[name]
	info, err := fs.Stat(x.root, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		delete(x.files, name)
		if before != nil {
			x.table = nil
		}
		return before != nil
	}
	now := x.read(name, info)
	x.files[name] = now
	if before != nil && reflect.DeepEqual(before.names, now.names) && reflect.DeepEqual(before.mentions, now.mentions) && reflect.DeepEqual(before.commands, now.commands) {
		return false
	}
	x.table = nil
	return true
}

// Table is what the files said when they were last read.
func (x *Index) Table() *Table {
	if x.table == nil {
		x.table = x.join()
	}
	return x.table
}

// read looks for all that a file defines and mentions.
func (x *Index) read(name string, info fs.FileInfo) *file {
	f := &file{size: info.Size(), changed: info.ModTime()}
	data, err := fs.ReadFile(x.root, name)
	if err != nil || bytes.IndexByte(data[:min(len(data), 1024)], 0) >= 0 {
		return f
	}
	for i, k := range x.kinds {
		if !k.reads(name) {
			continue
		}
		switch k.From {
		case GoTests:
			for _, d := range goTests(name, data) {
				f.names = append(f.names, definition{i, d.name, d.line})
			}
		case GoCommands:
			if f.commands == nil {
				f.commands = readCommands(name, data)
			}
		case "":
			if k.path != nil {
				if m := k.path.FindStringSubmatch(name); m != nil {
					f.names = append(f.names, definition{i, joined(m[1:]), 0})
				}
			}
			f.names = append(f.names, definitions(i, k, data)...)
		}
	}
	if x.mentioning(name) {
		f.mentions = mentions(name, data)
	}
	return f
}

// definitions are what the patterns of a kind find, line by line.
func definitions(kind int, k *Kind, data []byte) (all []definition) {
	line := 0
	for text := range bytes.Lines(data) {
		line++
		for _, define := range k.define {
			for _, m := range define.FindAllStringSubmatch(strings.TrimRight(string(text), "\r\n"), -1) {
				if name := joined(m[1:]); name != "" {
					all = append(all, definition{kind, name, line})
				}
			}
		}
	}
	return all
}

// joined are the groups of a match that are not empty, with spaces between.
func joined(groups []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(groups), func(s string) bool { return s == "" }), " ")
}

// join makes the table of all that the files say.
func (x *Index) join() *Table {
	t := &Table{root: x.root, writes: x.Writes, kinds: x.kinds, exact: make([]map[string]Place, len(x.kinds)), routes: make([][]route, len(x.kinds)), mentions: make(map[string][]Mention)}
	for i := range x.kinds {
		t.exact[i] = make(map[string]Place)
	}
	t.files = slices.Sorted(maps.Keys(x.files))
	var commands []*commandFile
	for _, name := range t.files {
		f := x.files[name]
		for _, d := range f.names {
			place := Place{name, d.line}
			if first, ok := t.exact[d.kind][d.name]; !ok || place.before(first) {
				t.exact[d.kind][d.name] = place
			}
		}
		if f.commands != nil {
			commands = append(commands, f.commands)
		}
		for _, m := range f.mentions {
			t.mentions[m.ID] = append(t.mentions[m.ID], m)
		}
	}
	for i := range t.exact {
		for _, name := range slices.Sorted(maps.Keys(t.exact[i])) {
			if strings.Contains(name, "/") {
				t.routes[i] = append(t.routes[i], newRoute(name, t.exact[i][name]))
			}
		}
	}
	t.programs, t.loose = joinCommands(commands)
	for _, all := range t.mentions {
		slices.SortStableFunc(all, func(a, b Mention) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	}
	return t
}

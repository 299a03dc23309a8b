package ledger

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// Ledger is what the files say. It does not change after Load. A nil Ledger has no
// entries.
type Ledger struct {
	entries []*Entry // in the order of the files
	byID    map[string]*Entry
	sum     [sha256.Size]byte
}

// Entry is one fact.
type Entry struct {
	ID   string
	File string
	Line int

	kind, part string
	fields     map[string]yamlfile.Member
	tests      []yamlfile.Member // by name, with what each tries
}

// Status is what stands under status.
func (e *Entry) Status() string { return e.fields["status"].Text }

// Kind is that of its file: "failure-modes".
func (e *Entry) Kind() string { return e.kind }

// Tests counts those that try it.
func (e *Entry) Tests() int { return len(e.tests) }

// TestNames are the names of those that try it.
func (e *Entry) TestNames() (names []string) {
	for _, t := range e.tests {
		names = append(names, t.Key)
	}
	return names
}

// Mentions are the identifiers in all that it says, without order.
func (e *Entry) Mentions() (ids []string) {
	texts := slices.Clone(e.tests)
	for _, f := range e.fields {
		texts = append(texts, f)
	}
	for _, text := range texts {
		for _, m := range site.FindReferences([]byte(text.Text)) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// Field is the text under a key and the line where it begins.
func (e *Entry) Field(key string) (text string, line int) {
	return e.fields[key].Text, e.fields[key].At
}

// Answer is what an entry that is asked says, and the line where that begins. It is
// false for what is not asked, or says that it has none.
func (e *Entry) Answer() (text string, line int, ok bool) {
	f := e.fields["answer"]
	return f.Text, f.At, kinds[e.kind].asked && f.Text != ""
}

func (e *Entry) has(key string) bool {
	if key == "tests" {
		return len(e.tests) > 0
	}
	return e.fields[key].Text != ""
}

// Entries lists what is known.
func (l *Ledger) Entries() []*Entry {
	if l == nil {
		return nil
	}
	return l.entries
}

// Same says whether two ledgers were read from the same files.
func (l *Ledger) Same(other *Ledger) bool {
	return l == other || l != nil && other != nil && l.sum == other.sum
}

// Load reads the YAML files right in the folders. Without folders there is no
// ledger, and nothing is wrong.
func Load(root fs.FS, folders []string) (*Ledger, []site.Finding) {
	if len(folders) == 0 {
		return nil, nil
	}
	l := &Ledger{byID: make(map[string]*Entry)}
	var findings []site.Finding
	sum := sha256.New()
	for _, folder := range folders {
		files, err := fs.ReadDir(root, folder)
		if err != nil {
			continue // whoever read the configuration has said so
		}
		for _, f := range files {
			if ext := path.Ext(f.Name()); f.IsDir() || ext != ".yaml" && ext != ".yml" {
				continue
			}
			r := reader{ledger: l, file: path.Join(folder, f.Name())}
			data, err := fs.ReadFile(root, r.file)
			if err != nil {
				r.find(0, "ledger-syntax", "make the file readable or remove it", "it cannot be read: %v", err)
			}
			fmt.Fprintf(sum, "%s %d\n%s", r.file, len(data), data)
			r.read(data)
			findings = append(findings, r.findings...)
		}
	}
	sum.Sum(l.sum[:0])
	return l, findings
}

// reader reads one file.
type reader struct {
	ledger   *Ledger
	file     string
	kind     string
	findings []site.Finding
}

func (r *reader) find(line int, rule, mend, format string, args ...any) {
	r.findings = append(r.findings, site.Finding{File: r.file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

const maxFile = 1 << 20

func (r *reader) read(data []byte) {
	if len(data) > maxFile {
		r.find(0, "ledger-syntax", "split it", "it has %d bytes; at most %d are read", len(data), maxFile)
		return
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return
	}
	top, wrong := yamlfile.ReadRepeated(data)
	if wrong != nil {
		r.find(wrong.Line, "ledger-syntax", "write mappings of texts: kind, and entries or parts", "it cannot be understood: %v", wrong)
		return
	}
	r.kind = strings.TrimSuffix(path.Base(r.file), path.Ext(r.file))
	line := 1
	for _, m := range top {
		if m.Key == "kind" {
			r.kind, line = m.Text, m.Line
		}
	}
	if _, ok := kinds[r.kind]; !ok {
		r.find(line, "ledger-kind", "write kind: with one of "+strings.Join(kindNames(), ", "), "there is no kind of entry %q", r.kind)
		return
	}
	for _, m := range top {
		switch {
		case m.Key == "kind":
		case m.Key == "entries" && m.IsMap:
			r.entries("", m.Members)
		case m.Key == "parts" && m.IsMap:
			for _, part := range m.Members {
				r.entries(part.Key, part.Members)
			}
		default:
			r.find(m.Line, "ledger-key", "the keys are kind, entries and parts; the last two are mappings", "%q is not a part of a ledger", m.Key)
		}
	}
}

// idPattern keeps ids fit for anchors and for the addresses of links.
var idPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$`)

func (r *reader) entries(part string, members []yamlfile.Member) {
	for _, m := range members {
		if !idPattern.MatchString(m.Key) || kinds[m.Key].singular != "" {
			r.find(m.Line, "ledger-id", "write letters and digits joined by hyphens: FM-1, F-relay", "%q is no id of an entry", m.Key)
			continue
		}
		if first := r.ledger.byID[m.Key]; first != nil {
			r.find(m.Line, "ledger-duplicate", "give one of them another id, or remove it", "%s is defined in %s:%d as well", m.Key, first.File, first.Line)
			continue
		}
		e := &Entry{ID: m.Key, File: r.file, Line: m.Line, kind: r.kind, part: part, fields: make(map[string]yamlfile.Member)}
		r.fill(e, m)
		r.judge(e)
		r.ledger.byID[e.ID] = e
		r.ledger.entries = append(r.ledger.entries, e)
	}
}

func (r *reader) fill(e *Entry, m yamlfile.Member) {
	known := kinds[e.kind].keys()
	for _, f := range m.Members {
		_, twice := e.fields[f.Key]
		switch {
		case !slices.Contains(known, f.Key):
			mend := "the keys of a " + kinds[e.kind].singular + " are " + strings.Join(known, ", ")
			if near := site.Nearest(f.Key, known); near != "" {
				mend = "did you mean " + near + "?"
			}
			r.find(f.Line, "ledger-key", mend, "%q is not a key of %s", f.Key, e.ID)
		case twice:
			r.find(f.Line, "ledger-key", "keep one of them", "%s says %s twice", e.ID, f.Key)
		case f.Key == "tests" && f.IsMap:
			e.tests = f.Members
			e.fields[f.Key] = f
		case f.IsMap || f.Key == "tests":
			r.find(f.Line, "ledger-key", "tests: is a mapping of names to what each tries, and everything else a text", "%s of %s has the wrong form", f.Key, e.ID)
		default:
			e.fields[f.Key] = f
		}
	}
}

package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
)

// run is what one experiment wrote down.
type run struct {
	file   string
	id     string // the file's name without its extension
	meta   map[string]string
	judges []string
	data   []byte  // the file
	leaves []*leaf // by path
	byPath map[string]*leaf
}

// leaf is one value of a run: a number with a unit, or a text such as a verdict.
type leaf struct {
	run    *run
	path   string // "window.p99_ms"
	anchor string // id on the model page, that of the run for what is not listed
	listed bool   // elements of lists are too many to show
	text   string // if it is not a number
	number bool
	value  quantity
	unit   unit
	digits int
}

// runMeta are the members without which nobody could repeat a run.
var runMeta = []string{"experiment", "commit", "machine", "seed", "date"}

// unitSuffixes give a unit to a number by the name of its member, for writers
// that keep plain JSON numbers.
var unitSuffixes = []struct{ suffix, unit string }{
	{"_ns", "ns"}, {"_us", "us"}, {"_ms", "ms"}, {"_s", "s"}, {"_seconds", "s"}, {"_bytes", "B"},
}

// readEvidence reads one file. Members may nest; a member {"value": 3, "unit":
// "ms"} is one value, and so is every other number, text and truth value.
func (m *Model) readEvidence(fsys fs.FS, file string) []site.Finding {
	finding := func(message, mend string) []site.Finding {
		return []site.Finding{{File: file, Rule: "evidence", Message: message, Mend: mend}}
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return finding(fmt.Sprintf("cannot read evidence: %v", err), "make the file readable or remove it")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var top map[string]any
	if err := decoder.Decode(&top); err != nil {
		f := finding(fmt.Sprintf("evidence is no JSON object: %v", err), "let the experiment write the file again")
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			f[0].Line = 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
		}
		return f
	}
	if _, err := decoder.Token(); err != io.EOF {
		return finding("evidence has text after its JSON object", "let the experiment write the file again")
	}
	r := &run{file: file, id: strings.TrimSuffix(path.Base(file), path.Ext(file)), meta: map[string]string{}, byPath: map[string]*leaf{}}
	var findings []site.Finding
	for _, name := range runMeta {
		if v, ok := top[name]; !ok || v == "" || v == nil {
			findings = append(findings, finding("evidence does not say its "+name, "an experiment states experiment, commit, machine, seed and date, or nobody can repeat it")...)
		} else if _, nested := v.(map[string]any); !nested {
			r.meta[name] = fmt.Sprint(v)
		}
	}
	r.data, r.judges = data, textsOf(top["judges"])
	findings = append(findings, r.add(nil, top)...)
	for _, other := range m.runs {
		if other.id == r.id {
			return append(findings, finding(fmt.Sprintf("evidence %q is in %s as well", r.id, other.file), "rename one of the two")...)
		}
	}
	m.runs = append(m.runs, r)
	for _, l := range r.leaves {
		m.evidence[operand(r.id, l.path)] = l
	}
	return findings
}

// operand is the name of evidence within a formula, where a hyphen would be a minus.
func operand(id, path string) string {
	return "evidence." + strings.ReplaceAll(id+"."+path, "-", "_")
}

func (r *run) add(at []string, node any) []site.Finding {
	switch n := node.(type) {
	case map[string]any:
		if value, ok := n["value"]; ok && len(at) > 0 {
			unitText, _ := n["unit"].(string)
			return r.addLeaf(at, value, unitText)
		}
		var findings []site.Finding
		for _, name := range slices.Sorted(maps.Keys(n)) {
			findings = append(findings, r.add(append(slices.Clone(at), name), n[name])...)
		}
		return findings
	case []any:
		var findings []site.Finding
		for i, element := range n {
			findings = append(findings, r.add(append(slices.Clone(at), strconv.Itoa(i)), element)...)
		}
		return findings
	case nil:
		return nil
	}
	last, unitText := "", ""
	if len(at) > 0 {
		last = at[len(at)-1]
	}
	for _, s := range unitSuffixes {
		if strings.HasSuffix(last, s.suffix) {
			unitText = s.unit
		}
	}
	return r.addLeaf(at, node, unitText)
}

func (r *run) addLeaf(at []string, value any, unitText string) []site.Finding {
	l := &leaf{run: r, path: strings.Join(at, "."), digits: 3}
	if l.listed = !slices.ContainsFunc(at, isIndex); l.listed {
		l.anchor = "evidence." + r.id + "." + strings.Join(strings.Fields(l.path), "_") // an id has no spaces
	} else {
		l.anchor = "evidence." + r.id
	}
	var err error
	if l.unit, err = parseUnit(unitText); err != nil {
		return []site.Finding{{File: r.file, Rule: "evidence", Message: fmt.Sprintf("%s: %v", l.path, err), Mend: "write a unit such as ms or msg/s"}}
	}
	switch v := value.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return []site.Finding{{File: r.file, Rule: "evidence", Message: fmt.Sprintf("%s is no finite number", l.path), Mend: "write a number that a float can hold"}}
		}
		l.number, l.value = true, quantity{f * l.unit.factor, l.unit.dims}
	default:
		l.text = fmt.Sprint(v)
	}
	r.leaves = append(r.leaves, l)
	r.byPath[l.path] = l
	return nil
}

func isIndex(element string) bool {
	_, err := strconv.Atoi(element)
	return err == nil
}

// leaf finds "kill-leader#lost". The path may leave out a leading "values.".
func (m *Model) leaf(name string) *leaf {
	id, path, _ := strings.Cut(name, "#")
	for _, r := range m.runs {
		if r.id != id {
			continue
		}
		if l := r.byPath[path]; l != nil {
			return l
		}
		return r.byPath["values."+path]
	}
	return nil
}

var wholeCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// shortCommit is a commit as prose names it; any other text stays as it is.
func shortCommit(text string) string {
	if wholeCommit.MatchString(text) {
		return text[:7]
	}
	return text
}

// forms gives the value as a number alone, "" if it is text, and with its unit.
func (l *leaf) forms() (number, full string) {
	if !l.number {
		return "", shortCommit(l.text)
	}
	return formatQuantity(l.value.value, l.digits, l.unit)
}

package model

import (
	"fmt"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]*[a-z][a-z0-9_]*)*$`)

// reader turns one file into a group and keeps what it finds wrong.
type reader struct {
	m        *Model
	g        *group
	findings []site.Finding
}

func (r *reader) find(line int, rule, mend, format string, args ...any) {
	r.findings = append(r.findings, site.Finding{File: r.g.file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

func (m *Model) readGroup(fsys fs.FS, file string) []site.Finding {
	base := path.Base(file)
	r := &reader{m: m, g: &group{file: file, id: strings.TrimSuffix(base, path.Ext(base))}}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		r.find(0, "model-syntax", "make the file readable or remove it", "cannot read the model: %v", err)
		return r.findings
	}
	top, wrong := yamlfile.Read(data)
	if wrong != nil {
		r.find(wrong.Line, "model-syntax", "write a mapping with title, about, inputs, formulas, asserts and flips", "%v", wrong)
		return r.findings
	}
	m.listen(file, top)
	r.g.title = r.g.id
	m.groups = append(m.groups, r.g)
	for _, part := range top {
		switch {
		case part.Key == "title" && !part.IsMap:
			r.g.title = part.Text
		case part.Key == "about" && !part.IsMap:
			r.g.about = part.Text
		case part.Key == "inputs" && part.IsMap:
			for _, member := range part.Members {
				r.add(member, r.input)
			}
		case part.Key == "formulas" && part.IsMap:
			for _, member := range part.Members {
				r.add(member, r.formula)
			}
		case part.Key == "asserts" && part.IsMap:
			for _, member := range part.Members {
				r.assertion(member)
			}
		case part.Key == "flips" && part.IsMap:
			for _, member := range part.Members {
				r.flip(member)
			}
		case (part.Key == "inputs" || part.Key == "formulas" || part.Key == "asserts" || part.Key == "flips") && part.Text == "":
		default:
			r.find(part.Line, "model-key", "the keys are title, about, inputs, formulas, asserts and flips", "%q is not a part of a model", part.Key)
		}
	}
	return r.findings
}

// add reads what inputs and formulas have in common and lets read do the rest.
func (r *reader) add(m yamlfile.Member, read func(*entry, map[string]yamlfile.Member) bool) {
	if !namePattern.MatchString(m.Key) || hasKeyword(m.Key) {
		r.find(m.Line, "model-name", "use lower-case words joined by dots, none of them a Go keyword, and not evidence or unit in front", "%q is no name", m.Key)
		return
	}
	if other := r.m.entries[m.Key]; other != nil {
		r.find(m.Line, "model-name", "rename one of the two", "%s is defined in %s:%d as well", m.Key, other.file, other.line)
		return
	}
	fields := map[string]yamlfile.Member{}
	for _, field := range m.Members {
		if field.IsMap {
			r.find(field.Line, "model-key", "write its value on the same line", "%s of %s is a mapping", field.Key, m.Key)
			return
		}
		fields[field.Key] = field
	}
	e := &entry{name: m.Key, group: r.g, file: r.g.file, line: m.Line, what: take(fields, "what"), note: take(fields, "note"), show: 3}
	good := true
	if e.what == "" {
		r.find(m.Line, "model-what", "add \"what:\" with a few words for people", "%s does not say what it is", m.Key)
	}
	var err error
	if f, ok := fields["unit"]; ok {
		if e.unit, err = parseUnit(f.Text); err != nil {
			r.find(f.Line, "model-unit", "write products and quotients of symbols: msg/s, USD/GB/month", "%s: %v", m.Key, err)
			good = false
		}
		delete(fields, "unit")
	} else {
		e.unit, _ = parseUnit("")
	}
	if f, ok := fields["show"]; ok {
		delete(fields, "show")
		switch n, err := strconv.Atoi(f.Text); {
		case f.Text == "exact":
			e.show = exact
		case err == nil && n >= 1 && n <= 9:
			e.show = n
		default:
			r.find(f.Line, "model-key", "write a number of significant digits, 1 to 9, or exact", "show: %s is not understood", f.Text)
		}
	}
	good = read(e, fields) && good
	for _, field := range m.Members {
		if _, left := fields[field.Key]; left {
			r.find(field.Line, "model-key", mendKey(field.Key), "%q is not a key of %s", field.Key, m.Key)
		}
	}
	if good {
		r.m.entries[e.name] = e
		r.g.entries = append(r.g.entries, e)
	}
}

func (r *reader) input(e *entry, fields map[string]yamlfile.Member) bool {
	number := func(key string) (v float64, written, ok bool) {
		f, written := fields[key]
		if !written {
			return 0, false, true
		}
		delete(fields, key)
		v, err := parseNumber(f.Text)
		if err != nil {
			r.find(f.Line, "model-number", "write digits, perhaps with k, M, bn or tn", "%s of %s: %v", key, e.name, err)
		}
		return v * e.unit.factor, true, err == nil
	}
	value, hasValue, ok1 := number("value")
	low, hasLow, ok2 := number("low")
	high, hasHigh, ok3 := number("high")
	e.value, e.low, e.high, e.ranged = value, low, high, hasLow && hasHigh
	e.provenance, e.source = Provenance(take(fields, "provenance")), take(fields, "source")
	r.date(e, fields)
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	if hasLow != hasHigh {
		r.find(e.line, "model-range", "give low and high, or neither", "%s has half a range", e.name)
	}
	switch e.provenance {
	case Cited:
		if e.source == "" {
			r.find(e.line, "model-provenance", "add source: the id of an entry of the sources", "%s is cited and names no source", e.name)
		}
	case Measured:
		if _, ok := strings.CutPrefix(e.source, "evidence:"); !ok {
			r.find(e.line, "model-provenance", "add source: evidence:file#name", "%s is measured and names no evidence", e.name)
		}
	case Assumed:
		if !e.ranged {
			r.find(e.line, "model-provenance", "add low and high: the range in which we would not be surprised", "%s is assumed and has no range", e.name)
		}
	default:
		r.find(e.line, "model-provenance", "add provenance: cited, measured or assumed", "%s does not say where it is from", e.name)
	}
	switch {
	case hasValue:
	case e.provenance == Measured:
		hasValue = r.measured(e)
	default:
		r.find(e.line, "model-number", "add value:", "%s has no value", e.name)
	}
	if hasValue && e.ranged && (e.value < e.low || e.value > e.high) {
		r.find(e.line, "model-range", "move the value into its range, or the range around the value", "%s lies outside low and high", e.name)
	}
	return hasValue
}

// measured takes the value of an input from the evidence that it names.
func (r *reader) measured(e *entry) bool {
	l := r.m.leaf(strings.TrimPrefix(e.source, "evidence:"))
	if l == nil || !l.number {
		r.find(e.line, "model-provenance", "run the experiment, or name a value that it wrote", "%s: there is no number at %s", e.name, e.source)
		return false
	}
	if !l.value.dims.equal(e.unit.dims) {
		// Plain JSON numbers carry no unit: the input gives them one.
		if len(l.value.dims) > 0 {
			r.find(e.line, "model-unit", "declare the unit of the measurement", "%s is in %q and its evidence in %s", e.name, e.unit.text, l.value.dims)
			return false
		}
		e.value = l.value.value * e.unit.factor
		return true
	}
	e.value = l.value.value
	return true
}

func (r *reader) formula(e *entry, fields map[string]yamlfile.Member) bool {
	f, ok := fields["formula"]
	delete(fields, "formula")
	e.sensitivity = take(fields, "sensitivity") == "true"
	if !ok || f.Text == "" {
		r.find(e.line, "model-formula", "add formula:, or move it to inputs", "%s has no formula", e.name)
		return false
	}
	var err error
	if e.expr, err = parseExpr(f.Text); err != nil {
		r.find(f.Line, "model-formula", "use numbers, names, + - * /, parentheses and ceil, floor, log2, max, min, pow, round, sqrt", "%s: %v", e.name, err)
		return false
	}
	return true
}

func (r *reader) date(e *entry, fields map[string]yamlfile.Member) {
	f, ok := fields["date"]
	delete(fields, "date")
	if !ok {
		return
	}
	e.date = f.Text
	if _, err := time.Parse(time.DateOnly, f.Text); err != nil {
		r.find(f.Line, "model-key", "write the date as 2006-01-02", "date of %s is not a day", e.name)
	}
}

func take(fields map[string]yamlfile.Member, key string) string {
	text := fields[key].Text
	delete(fields, key)
	return text
}

func hasKeyword(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	for word := range strings.SplitSeq(name, ".") {
		if token.IsKeyword(word) {
			return true
		}
	}
	return first == "evidence" || first == "unit" || functions[name].apply != nil
}

// entryKeys are those of inputs and formulas.
var entryKeys = []string{"what", "value", "unit", "low", "high", "provenance", "source", "note", "date", "formula", "show", "sensitivity"}

func mendKey(key string) string {
	if near := site.Nearest(key, entryKeys); near != "" && near != key {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "inputs have what, value, unit, low, high, provenance, source, note, date, show; formulas have what, formula, unit, show, note, sensitivity"
}

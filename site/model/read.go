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
	top, line, err := readYAML(data)
	if err != nil {
		r.find(line, "model-syntax", "write a mapping with title, about, inputs, formulas, asserts and flips", "%v", err)
		return r.findings
	}
	r.g.title = r.g.id
	m.groups = append(m.groups, r.g)
	for _, part := range top {
		switch {
		case part.key == "title" && !part.isMap:
			r.g.title = part.text
		case part.key == "about" && !part.isMap:
			r.g.about = part.text
		case part.key == "inputs" && part.isMap:
			for _, member := range part.members {
				r.add(member, r.input)
			}
		case part.key == "formulas" && part.isMap:
			for _, member := range part.members {
				r.add(member, r.formula)
			}
		case part.key == "asserts" && part.isMap:
			for _, member := range part.members {
				r.assertion(member)
			}
		case part.key == "flips" && part.isMap:
			for _, member := range part.members {
				r.flip(member)
			}
		case (part.key == "inputs" || part.key == "formulas" || part.key == "asserts" || part.key == "flips") && part.text == "":
		default:
			r.find(part.line, "model-key", "the keys are title, about, inputs, formulas, asserts and flips", "%q is not a part of a model", part.key)
		}
	}
	return r.findings
}

// add reads what inputs and formulas have in common and lets read do the rest.
func (r *reader) add(m member, read func(*entry, map[string]member) bool) {
	if !namePattern.MatchString(m.key) || hasKeyword(m.key) {
		r.find(m.line, "model-name", "use lower-case words joined by dots, none of them a Go keyword, and not evidence or unit in front", "%q is no name", m.key)
		return
	}
	if other := r.m.entries[m.key]; other != nil {
		r.find(m.line, "model-name", "rename one of the two", "%s is defined in %s:%d as well", m.key, other.file, other.line)
		return
	}
	fields := map[string]member{}
	for _, field := range m.members {
		if field.isMap {
			r.find(field.line, "model-key", "write its value on the same line", "%s of %s is a mapping", field.key, m.key)
			return
		}
		fields[field.key] = field
	}
	e := &entry{name: m.key, group: r.g, file: r.g.file, line: m.line, what: take(fields, "what"), note: take(fields, "note"), show: 3}
	good := true
	if e.what == "" {
		r.find(m.line, "model-what", "add \"what:\" with a few words for people", "%s does not say what it is", m.key)
	}
	var err error
	if f, ok := fields["unit"]; ok {
		if e.unit, err = parseUnit(f.text); err != nil {
			r.find(f.line, "model-unit", "write products and quotients of symbols: msg/s, USD/GB/month", "%s: %v", m.key, err)
			good = false
		}
		delete(fields, "unit")
	} else {
		e.unit, _ = parseUnit("")
	}
	if f, ok := fields["show"]; ok {
		delete(fields, "show")
		switch n, err := strconv.Atoi(f.text); {
		case f.text == "exact":
			e.show = exact
		case err == nil && n >= 1 && n <= 9:
			e.show = n
		default:
			r.find(f.line, "model-key", "write a number of significant digits, 1 to 9, or exact", "show: %s is not understood", f.text)
		}
	}
	good = read(e, fields) && good
	for _, field := range m.members {
		if _, left := fields[field.key]; left {
			r.find(field.line, "model-key", mendKey(field.key), "%q is not a key of %s", field.key, m.key)
		}
	}
	if good {
		r.m.entries[e.name] = e
		r.g.entries = append(r.g.entries, e)
	}
}

func (r *reader) input(e *entry, fields map[string]member) bool {
	number := func(key string) (v float64, written, ok bool) {
		f, written := fields[key]
		if !written {
			return 0, false, true
		}
		delete(fields, key)
		v, err := parseNumber(f.text)
		if err != nil {
			r.find(f.line, "model-number", "write digits, perhaps with k, M, bn or tn", "%s of %s: %v", key, e.name, err)
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

func (r *reader) formula(e *entry, fields map[string]member) bool {
	f, ok := fields["formula"]
	delete(fields, "formula")
	e.sensitivity = take(fields, "sensitivity") == "true"
	if !ok || f.text == "" {
		r.find(e.line, "model-formula", "add formula:, or move it to inputs", "%s has no formula", e.name)
		return false
	}
	var err error
	if e.expr, err = parseExpr(f.text); err != nil {
		r.find(f.line, "model-formula", "use numbers, names, + - * /, parentheses and ceil, floor, log2, max, min, pow, round, sqrt", "%s: %v", e.name, err)
		return false
	}
	return true
}

func (r *reader) date(e *entry, fields map[string]member) {
	f, ok := fields["date"]
	delete(fields, "date")
	if !ok {
		return
	}
	e.date = f.text
	if _, err := time.Parse(time.DateOnly, f.text); err != nil {
		r.find(f.line, "model-key", "write the date as 2006-01-02", "date of %s is not a day", e.name)
	}
}

func take(fields map[string]member, key string) string {
	text := fields[key].text
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

func mendKey(key string) string {
	known := []string{"what", "value", "unit", "low", "high", "provenance", "source", "note", "date", "formula", "show", "sensitivity"}
	if near := site.Nearest(key, known); near != "" && near != key {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "inputs have what, value, unit, low, high, provenance, source, note, date, show; formulas have what, formula, unit, show, note, sensitivity"
}

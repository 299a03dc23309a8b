package names

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
)

var (
	pathSpan   = regexp.MustCompile(`^[\w.{][\w.@,{}*?<>…+-]*(/[\w.@,{}*?<>…+-]*)+$`)
	lineSuffix = regexp.MustCompile(`(?::\d+(?:[-:]\d+)?|#L\d+(?:-L?\d+)?)$`)
	goSymbol   = regexp.MustCompile(`\.[A-Z]\w*(\.\w+)?$`)
)

// lookAtPath looks at a span that begins with a file or folder of the repository. One
// that begins with anything else may be a path elsewhere, and is none of ours.
func (t *Table) lookAtPath(from, span string) Answer {
	i := slices.IndexFunc(t.kinds, func(k *Kind) bool { return k.From == Paths })
	if i < 0 || !strings.Contains(span, "/") {
		return Answer{}
	}
	kind := t.kinds[i]
	written := strings.TrimPrefix(lineSuffix.ReplaceAllString(span, ""), "./")
	if slices.Contains(kind.Except, span) || slices.Contains(kind.Except, written) || !pathSpan.MatchString(written) || strings.Contains(written, "//") {
		return Answer{}
	}
	problem, begun := Answer{}, false
	bases := slices.Concat([]string{"."}, kind.Below)
	for i, base := range append(bases, from) {
		first, _, _ := strings.Cut(written, "/")
		if base == "" || strings.HasPrefix(first, "..") || first == ".git" || first == "." || !t.exists(path.Join(base, first)) {
			continue
		}
		begun = true
		place, missing := t.path(base, written)
		if missing == "" {
			return Answer{Name: true, Place: Place{File: place}}
		}
		// A text beside a folder of that name hardly means it: "client/server".
		if problem.Problem == "" && i < len(bases) {
			problem = Answer{Name: true, Problem: fmt.Sprintf("there is no %s %s in the repository", kind.Name, written), Mend: t.nearestPath(path.Join(base, missing))}
		}
	}
	if begun && t.writes != nil && t.writes(strings.TrimSuffix(written, "/")) {
		return Answer{} // it is there once a program has run
	}
	if begun {
		return problem
	}
	// What begins with nothing that is here is elsewhere, unless a letter or two
	// make it a path of ours.
	first, rest, _ := strings.Cut(strings.TrimSuffix(written, "/"), "/")
	for _, base := range bases {
		entries, _ := fs.ReadDir(t.root, base)
		var there []string
		for _, e := range entries {
			there = append(there, e.Name())
		}
		if other := site.Nearest(first, there); other != "" && len(first) > 3 && t.exists(path.Join(base, other, rest)) {
			return Answer{Name: true, Problem: fmt.Sprintf("there is no %s %s in the repository", kind.Name, written), Mend: "did you mean " + path.Join(base, other, rest) + "?"}
		}
	}
	return Answer{}
}

func (t *Table) exists(name string) bool {
	_, err := fs.Stat(t.root, name)
	return err == nil
}

// path finds what is written below a folder. The place is "" for a pattern that several
// files match. Missing is the first part that is not there.
func (t *Table) path(base, written string) (place, missing string) {
	var open []string // elements, with placeholders as globs
	for _, element := range strings.Split(strings.TrimSuffix(written, "/"), "/") {
		if element == "..." || element == "…" || element == "**" {
			break // anything below
		}
		if isPlaceholder(element) || strings.ContainsAny(element, "<>…") || strings.HasPrefix(element, "{") && !strings.Contains(element, ",") {
			element = "*"
		}
		open = append(open, element)
	}
	for _, glob := range braces(strings.Join(open, "/")) {
		switch {
		case strings.ContainsAny(glob, "*?["):
			if found, err := fs.Glob(t.root, path.Join(base, glob)); err != nil || len(found) == 0 {
				return "", glob
			}
			place = ""
		case t.exists(path.Join(base, glob)):
			place = path.Join(base, glob)
		case goSymbol.MatchString(glob) && t.exists(path.Join(base, goSymbol.ReplaceAllString(glob, ""))):
			place = path.Join(base, goSymbol.ReplaceAllString(glob, ""))
		default:
			return "", glob
		}
	}
	if strings.Contains(written, "{") {
		place = ""
	}
	return place, ""
}

// nearestPath looks beside the first element that is missing.
func (t *Table) nearestPath(missing string) string {
	dir, name := path.Split(missing)
	dir = path.Clean(dir)
	rest := ""
	for dir != "." && !t.exists(dir) {
		rest = path.Join(name, rest)
		dir, name = path.Dir(dir), path.Base(dir)
	}
	entries, _ := fs.ReadDir(t.root, dir)
	var there []string
	for _, e := range entries {
		there = append(there, e.Name())
	}
	if other := site.Nearest(name, there); other != "" && (rest == "" || t.exists(path.Join(dir, other, rest))) {
		return "did you mean " + path.Join(dir, other, rest) + "?"
	}
	if i := slices.IndexFunc(t.files, func(file string) bool { return path.Base(file) == path.Base(missing) }); i >= 0 {
		return "did you mean " + t.files[i] + "?"
	}
	return "correct the path; " + dir + " has no " + name
}

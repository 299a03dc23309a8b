package static

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Scripts are the scripts that pages load, by their path: "js/site.js". The modules
// in a folder that is called like a script, js/review/ beside js/review.js, become
// part of it, so that a page asks for one file. A module that several scripts share
// stays a file of its own beside them; browsers run it once for all. Comments on
// lines of their own are left out.
func Scripts() (map[string][]byte, error) {
	return scriptsOf(files)
}

func scriptsOf(fsys fs.FS) (map[string][]byte, error) {
	names, err := fs.Glob(fsys, "js/*.js")
	if err != nil {
		return nil, err
	}
	scripts := make(map[string][]byte)
	for _, name := range names {
		j := joiner{fsys: fsys, folder: strings.TrimSuffix(name, ".js"), exports: make(map[string][]string), owner: make(map[string]string), outside: make(map[string][]string)}
		if err := j.add(name, nil); err != nil {
			return nil, err
		}
		if err := j.complete(); err != nil {
			return nil, err
		}
		scripts[name] = j.bytes()
	}
	return scripts, nil
}

// joiner puts the modules of one script behind one another, each after those that it
// imports. They then share one scope, so no name may be declared in two of them.
type joiner struct {
	fsys    fs.FS
	folder  string              // the modules below it are parts of the script
	exports map[string][]string // of each module that is in
	owner   map[string]string   // by a name at the top of a module, the module
	outside map[string][]string // names that are imported from files beside the script
	text    strings.Builder
}

var (
	importLine = regexp.MustCompile(`^import \{ ([\w$, ]+) \} from "(\.{1,2}/[^"]+\.js)";$`)
	declaring  = regexp.MustCompile(`^(export )?(?:async function\*?|function\*?|class|const|let) ([\w$]+(?:, [\w$]+)*)`)
)

func (j *joiner) add(name string, importing []string) error {
	if slices.Contains(importing, name) {
		return fmt.Errorf("%s imports itself by way of %s: let one of them take a function instead", name, strings.Join(importing, ", "))
	}
	if _, done := j.exports[name]; done {
		return nil
	}
	data, err := fs.ReadFile(j.fsys, name)
	if err != nil {
		return fmt.Errorf("%s imports %s: %w", last(importing), name, err)
	}
	var body strings.Builder
	exports := []string{}
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "//") {
			continue
		}
		if m := importLine.FindStringSubmatch(line); m != nil {
			if err := j.join(name, path.Join(path.Dir(name), m[2]), strings.Split(m[1], ", "), append(importing, name)); err != nil {
				return err
			}
			continue
		}
		if strings.HasPrefix(line, "import ") {
			return fmt.Errorf("%s:%d: %q is not of the form import { a, b } from \"./module.js\"; on one line", name, i+1, line)
		}
		if m := declaring.FindStringSubmatch(line); m != nil {
			for declared := range strings.SplitSeq(m[2], ", ") {
				if other, twice := j.owner[declared]; twice {
					return fmt.Errorf("%s:%d: %s is declared in %s as well, and both become one file: call one of them something else", name, i+1, declared, other)
				}
				j.owner[declared] = name
				if m[1] != "" {
					exports = append(exports, declared)
				}
			}
			if j.inside(name) {
				line = strings.TrimPrefix(line, "export ")
			}
		} else if strings.HasPrefix(line, "export ") {
			return fmt.Errorf("%s:%d: %q exports what it does not declare on the same line", name, i+1, line)
		}
		body.WriteString(line + "\n")
	}
	j.exports[name] = exports
	j.text.WriteString(strings.TrimLeft(body.String(), "\n"))
	return nil
}

// join brings in what a module imports.
func (j *joiner) join(name, from string, names, importing []string) error {
	if !j.inside(from) {
		j.outside[from] = append(j.outside[from], names...)
		for _, n := range names {
			j.owner[n] = from
		}
		return nil
	}
	if err := j.add(from, importing); err != nil {
		return err
	}
	for _, n := range names {
		if !slices.Contains(j.exports[from], n) {
			return fmt.Errorf("%s imports %s from %s, which does not export it", name, n, from)
		}
	}
	return nil
}

func (j *joiner) inside(name string) bool { return strings.HasPrefix(name, j.folder+"/") }

// complete refuses a module that nothing imports: it would silently be missing.
func (j *joiner) complete() error {
	return fs.WalkDir(j.fsys, j.folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil && name == j.folder {
			return fs.SkipDir // most scripts have no modules
		}
		if err != nil || d.IsDir() {
			return err
		}
		if _, in := j.exports[name]; !in {
			return fmt.Errorf("%s is part of %s.js, but nothing imports it", name, j.folder)
		}
		return nil
	})
}

func (j *joiner) bytes() []byte {
	var b strings.Builder
	for _, from := range slices.Sorted(maps.Keys(j.outside)) {
		names := slices.Compact(slices.Sorted(slices.Values(j.outside[from])))
		b.WriteString("import { " + strings.Join(names, ", ") + " } from \"./" + strings.TrimPrefix(from, path.Dir(j.folder)+"/") + "\";\n")
	}
	return []byte(b.String() + j.text.String())
}

func last(names []string) string {
	if len(names) == 0 {
		return "a page"
	}
	return names[len(names)-1]
}

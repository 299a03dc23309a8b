package names

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// program is a program or a verb with what may follow it on a command line.
type program struct {
	name  string
	place Place
	takes bool
	verbs map[string]*program
	flags map[string]Place // by name without hyphens
	// open is set where flags are defined in a way that was not understood: then there
	// may be others.
	open bool
}

// joinCommands finds out which verb belongs to which program, and which flag to which
// verb, by following commands through the calls of functions.
func joinCommands(files []*commandFile) (programs map[string]*program, loose map[string]Place) {
	j := &joiner{byName: make(map[string][]*function), fields: make(map[string]map[string]string), variables: make(map[string]map[string]*command),
		constants: make(map[string]string), programs: make(map[*command]*program), children: make(map[*program]bool), persistent: make(map[*program]map[string]Place)}
	loose = make(map[string]Place)
	for _, file := range files {
		for name, line := range file.loose {
			loose[name] = Place{file.name, line}
		}
		maps.Copy(j.constants, file.constants)
		folder := path.Dir(file.name)
		for _, f := range file.functions {
			j.byName[f.name] = append(j.byName[f.name], f)
		}
		for name, fields := range file.fields {
			j.fields[folder+" "+name] = fields
		}
		if j.variables[folder] == nil {
			j.variables[folder] = make(map[string]*command)
		}
		maps.Copy(j.variables[folder], file.variables)
	}
	for _, file := range files {
		for _, f := range file.functions {
			j.follow(f)
		}
	}
	programs = make(map[string]*program)
	all := slices.SortedFunc(maps.Values(j.programs), func(a, b *program) int {
		return cmp.Or(cmp.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Line, b.place.Line))
	})
	for _, p := range all {
		if !j.children[p] && programs[p.name] == nil {
			programs[p.name] = p
			j.inherit(p, nil, 0)
		}
	}
	return programs, loose
}

type joiner struct {
	byName     map[string][]*function
	fields     map[string]map[string]string   // "folder type" -> field -> type
	variables  map[string]map[string]*command // of packages, by folder
	constants  map[string]string
	programs   map[*command]*program
	children   map[*program]bool
	persistent map[*program]map[string]Place
}

// maxDepth bounds how far calls are followed: code may call itself.
const maxDepth = 8

func (j *joiner) program(c *command) *program {
	p := j.programs[c]
	if p == nil {
		p = &program{name: c.use, place: c.place, takes: c.takes, verbs: make(map[string]*program), flags: make(map[string]Place)}
		if c.version {
			p.flags["version"] = c.place
		}
		j.programs[c] = p
	}
	return p
}

// variable is the command that a variable of a function or of its package holds.
func (j *joiner) variable(f *function, name string) *program {
	if c := f.commands[name]; c != nil {
		return j.program(c)
	}
	if c := j.variables[path.Dir(f.file.name)][name]; c != nil {
		return j.program(c)
	}
	return nil
}

func (j *joiner) follow(f *function) {
	for _, c := range f.made {
		j.program(c)
	}
	if plain := j.plain(f); plain != nil {
		j.flagsOn(f, "", plain, 0)
	}
	holders := slices.Collect(maps.Keys(f.commands))
	holders = append(holders, slices.Collect(maps.Keys(j.variables[path.Dir(f.file.name)]))...)
	for _, name := range holders {
		if p := j.variable(f, name); p != nil {
			j.flagsOn(f, name, p, 0)
		}
	}
	for _, a := range f.adds {
		parent := j.variable(f, a.parent)
		if parent == nil {
			continue
		}
		var made []*program
		for _, child := range a.children {
			if p := j.variable(f, child); p != nil {
				made = append(made, p)
			}
		}
		for _, c := range a.made {
			made = append(made, j.program(c))
		}
		for _, c := range a.calls {
			made = append(made, j.made(f, c, 0)...)
		}
		for _, p := range made {
			if p != parent {
				parent.verbs[p.name] = p
				j.children[p] = true
			}
		}
	}
}

// plain is the program of a package that defines flags with the package flag alone: it
// is called as its folder.
func (j *joiner) plain(f *function) *program {
	if !slices.ContainsFunc(f.flags, func(u flagUse) bool { return u.on == "" }) {
		return nil
	}
	folder := path.Dir(f.file.name)
	for c, p := range j.programs {
		if c.use == path.Base(folder) && path.Dir(c.place.File) == folder {
			return p
		}
	}
	return j.program(&command{use: path.Base(folder), takes: true, place: Place{f.file.name, 0}})
}

// flagsOn gives p the flags that a function defines on a variable, itself or through
// functions to which it hands the variable.
func (j *joiner) flagsOn(f *function, variable string, p *program, depth int) {
	for _, u := range f.flags {
		if u.on != variable {
			continue
		}
		if u.name == "" {
			u.name = j.constants[u.constant]
		}
		if u.name == "" {
			p.open = true
			continue
		}
		place := Place{f.file.name, u.line}
		p.flags[u.name] = place
		if u.persistent {
			if j.persistent[p] == nil {
				j.persistent[p] = make(map[string]Place)
			}
			j.persistent[p][u.name] = place
		}
	}
	if variable == "" || depth == maxDepth {
		return
	}
	for _, c := range f.calls {
		for at, arg := range c.args {
			if arg != variable {
				continue
			}
			called := j.called(f, c)
			if len(called) == 0 && addsFlags.MatchString(c.name) {
				p.open = true
			}
			for _, g := range called {
				if at < len(g.params) {
					j.flagsOn(g, g.params[at], p, depth+1)
				}
			}
		}
	}
}

// addsFlags is how functions of other modules are called that are handed a command to
// define flags on it.
var addsFlags = regexp.MustCompile(`(?i)flag|^(add|register|bind|install)`)

// made are the commands that a call gives: those that the function writes, or those of
// the functions that it calls.
func (j *joiner) made(f *function, c call, depth int) (all []*program) {
	if depth == maxDepth {
		return nil
	}
	for _, g := range j.called(f, c) {
		own := make(map[*command]bool)
		for _, made := range g.made {
			own[made] = true
		}
		for _, a := range g.adds {
			for _, child := range a.children {
				delete(own, g.commands[child])
			}
		}
		for _, made := range g.made {
			if own[made] {
				all = append(all, j.program(made))
			}
		}
		if len(g.made) == 0 {
			for _, inner := range g.calls {
				all = append(all, j.made(g, inner, depth+1)...)
			}
		}
	}
	return all
}

// called are the functions that a call may mean: the method of the variable's type
// where that is written in the package, and else all functions of the name, those in
// the same folder first.
func (j *joiner) called(f *function, c call) []*function {
	folder := path.Dir(f.file.name)
	var near, far []*function
	receiver := ""
	if len(c.through) > 0 {
		receiver = f.types[c.through[0]]
		for _, field := range c.through[1:] {
			receiver = j.fields[folder+" "+receiver][field]
		}
	}
	for _, g := range j.byName[c.name] {
		switch same := path.Dir(g.file.name) == folder; {
		case receiver != "" && g.receiver != receiver, len(c.through) == 0 && (g.receiver != "" || !same):
		case same:
			near = append(near, g)
		default:
			far = append(far, g)
		}
	}
	if len(near) > 0 && (receiver != "" || len(c.through) == 0) {
		return near
	}
	return append(near, far...)
}

// inherit gives verbs the flags that those above them hand down.
func (j *joiner) inherit(p *program, above map[string]Place, depth int) {
	down := maps.Clone(above)
	if down == nil {
		down = make(map[string]Place)
	}
	maps.Copy(down, j.persistent[p])
	for name, place := range down {
		if _, own := p.flags[name]; !own {
			p.flags[name] = place
		}
	}
	for _, verb := range p.verbs {
		if depth < maxDepth {
			verb.open = verb.open || p.open && len(j.persistent[p]) > 0
			j.inherit(verb, down, depth+1)
		}
	}
}

// Commands are the programs and verbs, sorted, each with its flags behind it, and … if
// it may have others.
func (t *Table) Commands() (all []string) {
	var list func(p *program, above string)
	list = func(p *program, above string) {
		words := append([]string{above + p.name}, slices.Sorted(maps.Keys(p.flags))...)
		if p.open {
			words = append(words, "…")
		}
		all = append(all, strings.Join(words, " "))
		for _, verb := range p.verbs {
			list(verb, above+p.name+" ")
		}
	}
	for _, p := range t.programs {
		list(p, "")
	}
	slices.Sort(all)
	return all
}

package names

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"lockstep/site"
)

// Table answers what a span of code in a text names.
type Table struct {
	root     fs.FS
	writes   func(path string) bool
	kinds    []*Kind
	exact    []map[string]Place // by kind
	routes   [][]route          // by kind
	programs map[string]*program
	loose    map[string]Place // flags of no known program
	mentions map[string][]Mention
	files    []string // that were read, sorted
}

// Answer says what a span is. The zero value is for what looks like no name.
type Answer struct {
	Name  bool  // it looks like a name
	Place Place // where the name is defined, if it is; the zero value if it is in several places or in none
	// Problem is why the name leads nowhere, and "" if it is sound. Mend is what may
	// have been meant.
	Problem, Mend string
}

// Mentions are the lines of the code that name a decision: "ADR-0007".
func (t *Table) Mentions(id string) []Mention { return t.mentions[id] }

// Size is how many names of a kind, by its place in the configuration, are defined.
func (t *Table) Size(kind int) int {
	if t.kinds[kind].From == GoCommands {
		return len(t.programs) + len(t.loose)
	}
	return len(t.exact[kind])
}

// Look says what a span names. From is the folder of the text, in which paths may
// begin.
func (t *Table) Look(from, span string) Answer {
	span = strings.TrimSpace(span)
	if span == "" || len(span) > maxSpan {
		return Answer{}
	}
	if commands := split(span); len(commands) > 1 {
		return t.lookAtAll(commands)
	}
	if a := t.look(from, span); a.Name {
		return a
	}
	return t.lookAtCommand(words(span))
}

// maxSpan bounds what is looked at: a span that is longer is a program.
const maxSpan = 1000

// LookAtShell says what is named in a block of commands. Each answer has the line of
// the block, from 0, on which its command begins.
func (t *Table) LookAtShell(block string) (lines []int, answers []Answer) {
	for line, text := range commandLines(block) {
		for _, command := range split(text) {
			a := t.lookAtCommand(words(command))
			if !a.Name {
				a = t.lookUp(command)
			}
			if a.Name {
				lines, answers = append(lines, line), append(answers, a)
			}
		}
	}
	return lines, answers
}

// LookForTest says whether a word of running text is a test.
func (t *Table) LookForTest(word string) Answer {
	for _, k := range t.kinds {
		if k.From == GoTests {
			return t.lookUp(word)
		}
	}
	return Answer{}
}

// LookForCommand says whether a label is a command: nothing else is looked for in it, since
// labels are words.
func (t *Table) LookForCommand(label string) Answer {
	if len(label) > maxSpan {
		return Answer{}
	}
	return t.lookAtCommand(words(label))
}

// lookAtAll: several commands in one span are as sound as the first that is not.
func (t *Table) lookAtAll(commands []string) Answer {
	var all Answer
	for _, command := range commands {
		a := t.lookAtCommand(words(command))
		if !a.Name {
			a = t.lookUp(command)
		}
		if a.Problem != "" {
			return a
		}
		all.Name = all.Name || a.Name
	}
	return all
}

func (t *Table) look(from, span string) Answer {
	if a := t.lookUp(span); a.Name {
		return a
	}
	if a := t.lookAtFlag(span); a.Name {
		return a
	}
	return t.lookAtPath(from, span)
}

// lookUp looks for a span among the kinds that define names by patterns, and among
// tests. Several kinds may look alike: one that defines the name is enough.
func (t *Table) lookUp(span string) Answer {
	var kinds, near []string
	name := ""
	for i, k := range t.kinds {
		if k.From != "" && k.From != GoTests {
			continue
		}
		n := k.named(span)
		if n == "" {
			continue
		}
		place, ok := t.find(i, n, span)
		if ok {
			return Answer{Name: true, Place: place}
		}
		others := t.likeIt(i, n)
		if strings.HasPrefix(n, "/") && !t.begins(i, n) && site.Nearest(n, others) == "" {
			continue // /etc/hosts is no route of a program that has none below /etc
		}
		name = n
		kinds = append(kinds, k.Name)
		near = append(near, others...)
	}
	if len(kinds) == 0 {
		return Answer{}
	}
	return t.missing(name, kinds, near)
}

// likeIt are the names of a kind in the form of a name: without the method, if it has
// none.
func (t *Table) likeIt(kind int, name string) (all []string) {
	for other := range t.exact[kind] {
		if strings.HasPrefix(name, "/") {
			_, other, _ = strings.Cut(other, "/")
			other = "/" + other
		}
		all = append(all, other)
	}
	return all
}

// begins says whether any route of a kind has the first element of a path.
func (t *Table) begins(kind int, name string) bool {
	first := newRoute(name, Place{}).elements[0]
	return slices.ContainsFunc(t.routes[kind], func(r route) bool { return r.elements[0] == first })
}

// find looks for a name of one kind.
func (t *Table) find(kind int, name, span string) (Place, bool) {
	if place, ok := t.exact[kind][name]; ok {
		return place, true
	}
	if prefix, ok := strings.CutSuffix(span, "…"); ok && t.kinds[kind].From == GoTests {
		for _, other := range slices.Sorted(maps.Keys(t.exact[kind])) {
			if strings.HasPrefix(other, prefix) {
				return t.exact[kind][other], true
			}
		}
	}
	if strings.Contains(name, "/") {
		written := newRoute(name, Place{})
		for _, r := range t.routes[kind] {
			if r.means(written) {
				return r.place, true
			}
		}
	}
	return Place{}, false
}

// missing is the answer for a name that none of the kinds defines.
func (t *Table) missing(name string, kinds, near []string) Answer {
	what := strings.Join(kinds, " or ")
	a := Answer{Name: true, Problem: fmt.Sprintf("the code has no %s %s", what, name)}
	if other := site.Nearest(name, near); other != "" {
		a.Mend = "did you mean " + other + "?"
	} else {
		a.Mend = "correct the name, or list it in lockstep.yaml under except of the kind " + what
	}
	return a
}

package names

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
)

var (
	flagName = regexp.MustCompile(`^--([a-zA-Z][\w.-]*)`)
	verbName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
)

func (t *Table) commandKind() *Kind {
	for _, k := range t.kinds {
		if k.From == GoCommands {
			return k
		}
	}
	return nil
}

// lookAtFlag looks at a span that begins with a flag: some program or verb has it.
func (t *Table) lookAtFlag(span string) Answer {
	kind := t.commandKind()
	m := flagName.FindStringSubmatch(span)
	if kind == nil || m == nil || slices.Contains(kind.Except, span) || slices.Contains(kind.Except, m[0]) || always(m[1]) {
		return Answer{}
	}
	all, open := maps.Clone(t.loose), false
	for _, name := range slices.Sorted(maps.Keys(t.programs)) {
		open = t.programs[name].gather(all) || open
	}
	if place, ok := all[m[1]]; ok {
		return Answer{Name: true, Place: place}
	}
	if open {
		return Answer{}
	}
	return flagMissing(m[1], "no program of the code has the flag --%s", all)
}

// always: what each program has.
func always(flag string) bool { return flag == "help" || flag == "h" }

func flagMissing(flag, format string, all map[string]Place) Answer {
	a := Answer{Name: true, Problem: fmt.Sprintf(format, flag), Mend: "correct the flag; --help lists those that there are"}
	if other := site.Nearest(flag, slices.Collect(maps.Keys(all))); other != "" {
		a.Mend = "did you mean --" + other + "?"
	}
	return a
}

// gather adds the flags of a program and its verbs, the first place of each, and says
// whether there may be others.
func (p *program) gather(all map[string]Place) (open bool) {
	open = p.open
	for name, place := range p.flags {
		if first, ok := all[name]; !ok || place.before(first) {
			all[name] = place
		}
	}
	for _, verb := range p.verbs {
		open = verb.gather(all) || open
	}
	return open
}

// lookAtCommand looks at the words of one command: a program of ours, or another that
// is given names of ours.
func (t *Table) lookAtCommand(words []string) Answer {
	kind := t.commandKind()
	words = bareCommand(words)
	if len(words) == 0 {
		return Answer{}
	}
	if len(words) > 2 && words[0] == "go" && words[1] == "run" && !strings.HasPrefix(words[2], "-") {
		if a := t.lookAtPath("", words[2]); a.Problem != "" {
			return a
		}
		words = words[2:]
	}
	switch p := t.programs[path.Base(words[0])]; {
	case p != nil && kind != nil && (len(words) > 1 || strings.Contains(words[0], "/")) && !slices.Contains(kind.Except, strings.Join(words, " ")):
		return p.look(words[1:])
	case words[0] == "go":
		return t.lookAtGo(words)
	case words[0] == "curl":
		return t.lookAtRequest(words)
	}
	return Answer{}
}

// look follows verbs and flags from left to right; the answer's place is that of the
// last one.
func (p *program) look(words []string) Answer {
	a, full, begun := Answer{Name: true, Place: p.place}, p.name, false
	for _, word := range words {
		if m := flagName.FindStringSubmatch(word); m != nil {
			begun = true
			place, ok := p.flags[m[1]]
			if !ok && p.open {
				return Answer{}
			}
			if !ok && !always(m[1]) {
				return flagMissing(m[1], full+" has no flag --%s", p.flags)
			}
			if ok {
				a.Place = place
			}
			continue
		}
		verb := p.verbs[word]
		switch {
		case verb != nil:
			p, full, a.Place, begun = verb, full+" "+word, verb.place, false
		case strings.HasPrefix(word, "-") || begun || p.takes || len(p.verbs) == 0 || !verbName.MatchString(word) || word == "help" || word == "completion":
			begun = true // the rest are values and arguments
		default:
			a = Answer{Name: true, Problem: fmt.Sprintf("%s has no verb %s", full, word), Mend: "correct the verb; " + full + " --help lists those that there are"}
			if other := site.Nearest(word, slices.Collect(maps.Keys(p.verbs))); other != "" {
				a.Mend = "did you mean " + full + " " + other + "?"
			}
			return a
		}
	}
	return a
}

// lookAtGo looks at the packages and the tests that the go command is given.
func (t *Table) lookAtGo(words []string) Answer {
	var all Answer
	for i, word := range words {
		var a Answer
		switch {
		case strings.HasPrefix(word, "./") && word != "./...":
			a = t.lookAtPath("", word)
		case i > 0 && patterns[words[i-1]] != "":
			a = t.lookAtTests(patterns[words[i-1]], word)
		}
		if a.Problem != "" {
			return a
		}
		all.Name = all.Name || a.Name
	}
	return all
}

// patterns are flags of go test that choose tests, and how those begin.
var patterns = map[string]string{"-run": "Test", "-bench": "Benchmark", "-fuzz": "Fuzz"}

// lookAtTests: a pattern that is given to go test finds a test with each choice.
func (t *Table) lookAtTests(prefix, pattern string) Answer {
	if strings.ContainsAny(pattern, "()[]$/") {
		return Answer{} // such as ^$, which is meant to find none
	}
	var known []string
	for i, k := range t.kinds {
		if k.From == GoTests {
			for name := range t.exact[i] {
				if strings.HasPrefix(name, prefix) || prefix == "Test" {
					known = append(known, name)
				}
			}
		}
	}
	if len(known) == 0 {
		return Answer{}
	}
	for _, choice := range strings.Split(strings.ReplaceAll(pattern, `\|`, "|"), "|") {
		re, err := regexp.Compile(choice)
		if err == nil && !slices.ContainsFunc(known, re.MatchString) {
			for i, name := range known {
				known[i] = strings.TrimPrefix(name, prefix)
			}
			return t.missing(choice, []string{strings.ToLower(prefix)}, known)
		}
	}
	return Answer{Name: true}
}

// request is the address of a program that runs here: its host is a placeholder or this
// machine.
var request = regexp.MustCompile(`^https?://(?:[A-Z$<{][^/.]*|localhost|127\.0\.0\.1|\[::1\])(?::[^/]*)?(/[^?#]*)`)

// lookAtRequest looks up the route that curl is sent to.
func (t *Table) lookAtRequest(words []string) Answer {
	method := ""
	for i, word := range words {
		if i > 0 && (words[i-1] == "-X" || words[i-1] == "--request") {
			method = word + " "
		}
	}
	for _, word := range words {
		if m := request.FindStringSubmatch(word); m != nil {
			return t.lookUp(method + m[1])
		}
	}
	return Answer{}
}

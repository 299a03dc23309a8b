package mermaid

import (
	"regexp"
	"strings"
)

var (
	stateAs     = regexp.MustCompile(`^state\s+"([^"]*)"\s+as\s+(\S+?)\s*(\{)?$`)
	stateOpen   = regexp.MustCompile(`^state\s+(\S+?)\s*\{$`)
	stateKind   = regexp.MustCompile(`^state\s+(\S+)\s+<<(\w+)>>$`)
	stateOnly   = regexp.MustCompile(`^state\s+(\S+)$`)
	transition  = regexp.MustCompile(`^(\[\*\]|[\pL\d_.-]+?)\s*(?::::[\w-]+)?\s*-->\s*(\[\*\]|[\pL\d_.-]+)\s*(?::::[\w-]+)?\s*(?::\s*(.*))?$`)
	description = regexp.MustCompile(`^([\pL\d_.-]+)\s*:\s*(.+)$`)
	stateNote   = regexp.MustCompile(`^note\s+(?:left|right)\s+of\s+`)
	stateAlone  = regexp.MustCompile(`^[\pL\d_.-]+$`)
)

func states(lines []line) (string, error) {
	g := newGraph("")
	for _, l := range lines {
		if err := g.state(l); err != nil {
			return "", err
		}
		if g.tooLarge() {
			return "", errLarge
		}
	}
	return g.d2()
}

func (g *graph) state(l line) error {
	open := func(id, label string) error {
		if len(g.within) >= maxDepth {
			return l.errorf("states stand more than %d deep in one another", maxDepth)
		}
		g.open(id, label)
		return nil
	}
	if m := stateAs.FindStringSubmatch(l.text); m != nil {
		if m[3] != "" {
			return open(m[2], plain(m[1]))
		}
		g.node(m[2]).label = plain(m[1])
		return nil
	}
	if m := stateOpen.FindStringSubmatch(l.text); m != nil {
		return open(m[1], m[1])
	}
	if m := stateKind.FindStringSubmatch(l.text); m != nil {
		n := g.node(m[1])
		if n.label = ""; m[2] == "choice" {
			n.shape = "diamond"
		}
		return nil
	}
	if m := transition.FindStringSubmatch(l.text); m != nil {
		from, to := g.end(m[1], "start"), g.end(m[2], "end")
		g.arrows = append(g.arrows, arrow{from: from, to: to, label: plain(m[3]), dst: true})
		return nil
	}
	switch m := description.FindStringSubmatch(l.text); {
	case l.text == "}":
		return g.close(l)
	case stateNote.MatchString(l.text):
		return l.errorf("notes are not drawn")
	case l.text == "--":
		return l.errorf("states side by side are not drawn")
	case m != nil:
		g.node(m[1]).label = plain(m[2])
		return nil
	case strings.HasPrefix(l.text, "direction "):
		if d := directions[strings.TrimSpace(strings.TrimPrefix(l.text, "direction "))]; d != "" && len(g.within) == 0 {
			g.direction = d
		}
		return nil
	case onlyStyle.MatchString(l.text):
		return nil
	case stateOnly.MatchString(l.text):
		g.node(stateOnly.FindStringSubmatch(l.text)[1])
		return nil
	case stateAlone.MatchString(l.text):
		g.node(l.text)
		return nil
	}
	return l.errorf("%q is not understood", shorten(l.text))
}

// end is a state, or where a group of states begins or ends.
func (g *graph) end(id, what string) *node {
	if id != "[*]" {
		return g.node(id)
	}
	group := ""
	if len(g.within) > 0 {
		group = g.within[len(g.within)-1].id
	}
	n := g.node(what + " of " + group)
	n.label, n.shape = what, "oval"
	return n
}

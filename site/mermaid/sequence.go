package mermaid

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// talk is what a sequence diagram says.
type talk struct {
	actors []string
	labels []string
	body   []byte
	blocks []string // the keywords that are open
	groups []group  // of them, those that are drawn
	count  int
	next   int // number of the next group
}

// group is a frame that is drawn around messages.
type group struct {
	label    string
	at, from int // where its line begins in the body, and what is in it
	first    string
	messages int
}

var (
	actorLine   = regexp.MustCompile(`^(?:create\s+)?(?:participant|actor)\s+(.+?)(?:\s+as\s+(.+))?$`)
	messageLine = regexp.MustCompile(`^(.+?)\s*(<<-->>|<<->>|-->>|->>|-->|->|--x|-x|--\)|-\))\s*([+-]?)\s*([^:]+?)\s*:\s*(.*)$`)
	noteLine    = regexp.MustCompile(`(?i)^note\s+(?:(?:left|right)\s+of|over)\s+([^:]+?)\s*:\s*(.*)$`)
	blockLine   = regexp.MustCompile(`^(loop|alt|opt|par|critical|break|rect|box)\b\s*(.*)$`)
	elseLine    = regexp.MustCompile(`^(else|and|option)\b\s*(.*)$`)
	silentLine  = regexp.MustCompile(`^(?:autonumber|activate|deactivate|destroy|links?|properties|details)\b`)
)

func sequence(lines []line) (string, error) {
	t := &talk{}
	for _, l := range lines {
		l.text = strings.TrimSuffix(l.text, ";")
		if err := t.line(l); err != nil {
			return "", err
		}
		if t.count+len(t.actors) > maxParts {
			return "", errLarge
		}
	}
	if len(t.blocks) > 0 {
		return "", fmt.Errorf("%s has no end", t.blocks[len(t.blocks)-1])
	}
	if t.count == 0 {
		return "", fmt.Errorf("the diagram has no messages")
	}
	var b strings.Builder
	b.WriteString("shape: sequence_diagram\n")
	for i := range t.actors {
		fmt.Fprintf(&b, "a%d: %s\n", i, quoted(t.labels[i]))
	}
	return b.String() + string(t.body), nil
}

// actor is the name of somebody in D2.
func (t *talk) actor(name string) string {
	name = strings.Trim(strings.TrimSpace(name), "+-")
	i := slices.Index(t.actors, name)
	if i < 0 {
		i = len(t.actors)
		t.actors = append(t.actors, name)
		t.labels = append(t.labels, plain(name))
	}
	return fmt.Sprintf("a%d", i)
}

// open begins a group. Its name is a number, and its label what it says.
func (t *talk) open(keyword, text string) {
	g := group{label: keyword, at: len(t.body)}
	if text = plain(text); text != "" {
		g.label += ": " + text
	}
	t.body = fmt.Appendf(t.body, "g%d: %s {\n", t.next, quoted(g.label))
	t.next++
	g.from = len(t.body)
	t.groups = append(t.groups, g)
}

// end closes the innermost group. D2 measures a frame by the messages in it, and one
// without any has no size; what it says becomes a note then.
func (t *talk) end() {
	g := t.groups[len(t.groups)-1]
	t.groups = t.groups[:len(t.groups)-1]
	if len(t.groups) > 0 {
		t.groups[len(t.groups)-1].messages += g.messages
	}
	if g.messages > 0 {
		t.body = append(t.body, "}\n"...)
		return
	}
	inside := string(t.body[g.from:])
	t.body = t.body[:g.at]
	if g.first == "" && len(t.actors) > 0 {
		g.first = "a0"
	}
	if g.first != "" {
		t.note(g.first, g.label)
	}
	t.body = append(t.body, inside...)
}

// note is a text beside the line of an actor.
func (t *talk) note(actor, text string) {
	t.body = fmt.Appendf(t.body, "%s.t%d: %s\n", actor, t.count, quoted(text))
	t.count++
	for i := range t.groups {
		if t.groups[i].first == "" {
			t.groups[i].first = actor
		}
	}
}

// framed says whether a block is drawn. The others only colour what is in them.
func framed(keyword string) bool { return keyword != "rect" && keyword != "box" }

func (t *talk) line(l line) error {
	if m := actorLine.FindStringSubmatch(l.text); m != nil {
		name := m[1]
		if before, _, ok := strings.Cut(name, "@{"); ok { // what kind of sign stands for it
			name = before
		}
		t.actor(name)
		if i := slices.Index(t.actors, strings.Trim(strings.TrimSpace(name), "+-")); m[2] != "" {
			t.labels[i] = plain(m[2])
		}
		return nil
	}
	if m := noteLine.FindStringSubmatch(l.text); m != nil {
		first, _, _ := strings.Cut(m[1], ",")
		t.note(t.actor(first), plain(m[2]))
		return nil
	}
	if m := blockLine.FindStringSubmatch(l.text); m != nil && !messageLine.MatchString(l.text) {
		if len(t.blocks) >= maxDepth {
			return l.errorf("groups stand more than %d deep in one another", maxDepth)
		}
		t.blocks = append(t.blocks, m[1])
		if framed(m[1]) {
			t.open(m[1], m[2])
		}
		return nil
	}
	if m := elseLine.FindStringSubmatch(l.text); m != nil && len(t.blocks) > 0 && !messageLine.MatchString(l.text) {
		if framed(t.blocks[len(t.blocks)-1]) {
			t.end()
		}
		t.blocks[len(t.blocks)-1] = m[1]
		t.open(m[1], m[2])
		return nil
	}
	if m := messageLine.FindStringSubmatch(l.text); m != nil {
		arrow := "->"
		if strings.HasPrefix(m[2], "<<") {
			arrow = "<->"
		}
		t.body = fmt.Appendf(t.body, "%s %s %s", t.actor(m[1]), arrow, t.actor(m[4]))
		if text := plain(m[5]); text != "" {
			t.body = append(t.body, ": "+quoted(text)...)
		}
		t.body = append(t.body, '\n')
		t.count++
		if len(t.groups) > 0 {
			t.groups[len(t.groups)-1].messages++
		}
		return nil
	}
	switch {
	case l.text == "end" && len(t.blocks) > 0:
		last := t.blocks[len(t.blocks)-1]
		t.blocks = t.blocks[:len(t.blocks)-1]
		if framed(last) {
			t.end()
		}
		return nil
	case silentLine.MatchString(l.text):
		return nil
	}
	return l.errorf("%q is not understood", shorten(l.text))
}

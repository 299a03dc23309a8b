package mermaid

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// graph is what a flowchart or a state diagram says.
type graph struct {
	direction string // of D2
	nodes     []*node
	byID      map[string]*node
	arrows    []arrow
	within    []*node // the groups that are open
}

// node is a box, or a group of boxes.
type node struct {
	id, label string
	shape     string // of D2, "" for a rectangle
	group     *node  // in which it stands
	isGroup   bool
	number    int
}

type arrow struct {
	from, to *node
	label    string
	src, dst bool // where it has heads
	style    string
}

var directions = map[string]string{"TB": "down", "TD": "down", "BT": "up", "LR": "right", "RL": "left"}

func newGraph(direction string) *graph {
	g := &graph{direction: directions[strings.ToUpper(strings.Trim(direction, " ;"))], byID: make(map[string]*node)}
	if g.direction == "" {
		g.direction = "down"
	}
	return g
}

// node is the node of that name, which is new where it is first mentioned. It stands
// in the first group that mentions it.
func (g *graph) node(id string) *node {
	n := g.byID[id]
	if n == nil {
		n = &node{id: id, label: id, number: len(g.nodes)}
		g.byID[id] = n
		g.nodes = append(g.nodes, n)
	}
	if len(g.within) > 0 && n.group == nil && !n.isGroup {
		n.group = g.within[len(g.within)-1]
	}
	return n
}

// open begins a group.
func (g *graph) open(id, label string) {
	n := g.byID[id]
	if n == nil || n.isGroup { // groups may be called alike
		n = &node{id: id, number: len(g.nodes)}
		g.byID[id] = n
		g.nodes = append(g.nodes, n)
	}
	n.label, n.isGroup, n.shape = label, true, ""
	if len(g.within) > 0 {
		n.group = g.within[len(g.within)-1]
	}
	g.within = append(g.within, n)
}

func (g *graph) close(l line) error {
	if len(g.within) == 0 {
		return l.errorf("there is an end without a beginning")
	}
	g.within = g.within[:len(g.within)-1]
	return nil
}

func (g *graph) tooLarge() bool { return len(g.nodes)+len(g.arrows) > maxParts }

// path is the name of a node in D2. Names are numbers, so nothing in a text is one.
func (n *node) path() string {
	name := fmt.Sprintf("n%d", n.number)
	for up, depth := n.group, 0; up != nil && depth < maxDepth; up, depth = up.group, depth+1 {
		name = fmt.Sprintf("n%d.", up.number) + name
	}
	return name
}

// maxDepth is how deep groups may stand in one another.
const maxDepth = 12

// d2 writes the graph.
func (g *graph) d2() (string, error) {
	if len(g.within) > 0 {
		return "", fmt.Errorf("the group %q has no end", g.within[len(g.within)-1].label)
	}
	if len(g.nodes) == 0 {
		return "", fmt.Errorf("the diagram has nothing in it")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "direction: %s\n", g.direction)
	for _, n := range g.nodes {
		fmt.Fprintf(&b, "%s: %s", n.path(), quoted(n.label))
		if n.shape != "" {
			fmt.Fprintf(&b, " {shape: %s}", n.shape)
		}
		b.WriteByte('\n')
	}
	for _, a := range g.arrows {
		heads := map[[2]bool]string{{false, true}: "->", {true, false}: "<-", {true, true}: "<->", {false, false}: "--"}[[2]bool{a.src, a.dst}]
		fmt.Fprintf(&b, "%s %s %s", a.from.path(), heads, a.to.path())
		if a.label != "" {
			b.WriteString(": " + quoted(a.label))
		}
		if a.style != "" {
			if a.label == "" {
				b.WriteByte(':')
			}
			fmt.Fprintf(&b, " {style.%s}", a.style)
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

var (
	subgraph   = regexp.MustCompile(`^subgraph\b\s*(.*)$`)
	titledID   = regexp.MustCompile(`^([^\s\["]+)\s*\[(.*)\]$`)
	onlyStyle  = regexp.MustCompile(`^(?:style|classDef|class|linkStyle|click|direction|href|callback)\b`)
	arrowSign  = regexp.MustCompile(`^\s*([<xo]?)(?:(-{2,})([>-]|[xo]\b)|(={2,})([>=]|[xo]\b)|(-\.+-)([>]|[xo]\b)?|(~{3,}))`)
	arrowText  = regexp.MustCompile(`^\s*([<xo]?)(--|==|-\.)\s*([^\s>.=-].*?)\s*(-{2,}(?:[>-]|[xo]\b)|={2,}(?:[>=]|[xo]\b)|\.+-(?:[>]|[xo]\b)?)`)
	arrowLabel = regexp.MustCompile(`^\s*\|([^|]*)\|`)
	nodeClass  = regexp.MustCompile(`^:::[\w-]+`)
	nodeData   = regexp.MustCompile(`^@\{([^{}]*)\}`)
	edgeID     = regexp.MustCompile(`^\s*[A-Za-z]\w*@(?:[-=~<]|x-|o-)`)
	dataShape  = regexp.MustCompile(`\bshape\s*:\s*"?([\w-]+)"?`)
	dataLabel  = regexp.MustCompile(`\blabel\s*:\s*(?:"([^"]*)"|'([^']*)'|([^,]*))`)
)

// goesOn is a line that ends with an arrow, which leads to the next line.
var goesOn = regexp.MustCompile(`(?:-->|---|==>|===|-\.->|&)\s*(?:\|[^|]*\|)?\s*$`)

func flowchart(direction string, lines []line) (string, error) {
	g := newGraph(direction)
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		for i+1 < len(lines) && goesOn.MatchString(l.text) {
			i++
			l.text += " " + lines[i].text
		}
		for _, statement := range statements(l.text) {
			if err := g.statement(line{statement, l.number}); err != nil {
				return "", err
			}
			if g.tooLarge() {
				return "", errLarge
			}
		}
	}
	return g.d2()
}

// statements cuts a line at semicolons that stand outside of labels.
func statements(text string) (all []string) {
	depth, quote, start := 0, false, 0
	for i, r := range text {
		switch r {
		case '"':
			quote = !quote
		case '[', '(', '{', '|':
			if r == '|' && depth > 0 {
				depth--
			} else {
				depth++
			}
		case ']', ')', '}':
			depth--
		case ';':
			if quote || depth > 0 {
				continue
			}
			all = append(all, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	if last := strings.TrimSpace(text[start:]); last != "" {
		all = append(all, last)
	}
	return all
}

func (g *graph) statement(l line) error {
	switch {
	case l.text == "" || onlyStyle.MatchString(l.text):
		return nil
	case l.text == "end":
		return g.close(l)
	case subgraph.MatchString(l.text):
		title := strings.TrimSpace(subgraph.FindStringSubmatch(l.text)[1])
		id := title
		if m := titledID.FindStringSubmatch(title); m != nil {
			id, title = m[1], m[2]
		}
		if len(g.within) >= maxDepth {
			return l.errorf("groups stand more than %d deep in one another", maxDepth)
		}
		g.open(id, plain(title))
		return nil
	}
	from, rest, err := g.several(l, l.text)
	if err != nil {
		return err
	}
	for strings.TrimSpace(rest) != "" {
		a, after, err := readArrow(l, rest)
		if err != nil {
			return err
		}
		to, after, err := g.several(l, after)
		if err != nil {
			return err
		}
		if len(from)*len(to) > maxParts {
			return errLarge
		}
		for _, f := range from {
			for _, t := range to {
				if a.style != invisible {
					g.arrows = append(g.arrows, arrow{from: f, to: t, label: a.label, src: a.src, dst: a.dst, style: a.style})
				}
			}
		}
		from, rest = to, after
	}
	return nil
}

// invisible is the style of arrows that only move boxes.
const invisible = "invisible"

// readArrow reads "-->", "-- text -->", "-->|text|" and their kin.
func readArrow(l line, text string) (a arrow, rest string, err error) {
	if m := edgeID.FindString(text); m != "" {
		text = text[strings.IndexByte(text, '@')+1:]
	}
	sign, head := "", ""
	if m := arrowSign.FindStringSubmatchIndex(text); m != nil {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		a.src = group(1) != ""
		sign, head = group(2)+group(4)+group(6)+group(8), group(3)+group(5)+group(7)
		rest = text[m[1]:]
	} else if m := arrowText.FindStringSubmatch(text); m != nil {
		a.src, sign, a.label = m[1] != "", m[2], plain(m[3])
		head = strings.TrimLeft(m[4], ".=")
		head = head[max(len(head)-1, 0):]
		rest = text[len(m[0]):]
	} else {
		return a, "", l.errorf("%q is no arrow that is understood", shorten(strings.TrimSpace(text)))
	}
	a.dst = head == ">" || head == "x" || head == "o"
	switch {
	case strings.HasPrefix(sign, "=="):
		a.style = "stroke-width: 4"
	case strings.HasPrefix(sign, "-."):
		a.style = "stroke-dash: 4"
	case strings.HasPrefix(sign, "~"):
		a.style = invisible
	}
	if m := arrowLabel.FindStringSubmatch(rest); m != nil {
		a.label, rest = plain(m[1]), rest[len(m[0]):]
	}
	return a, rest, nil
}

// several reads "A & B", each perhaps with its shape and label.
func (g *graph) several(l line, text string) (all []*node, rest string, err error) {
	for {
		n, after, err := g.one(l, text)
		if err != nil {
			return nil, "", err
		}
		all = append(all, n)
		next, more := strings.CutPrefix(strings.TrimLeft(after, " \t"), "&")
		if !more {
			return all, after, nil
		}
		text = next
	}
}

func (g *graph) one(l line, text string) (n *node, rest string, err error) {
	text = strings.TrimLeft(text, " \t")
	id := identifier(text)
	if id == "" {
		return nil, "", l.errorf("%q is no box that is understood", shorten(text))
	}
	n, rest = g.node(id), text[len(id):]
	if open, shape, end := shapeOf(rest); open != "" {
		label, after, ok := labelUpTo(rest[len(open):], end)
		if !ok {
			return nil, "", l.errorf("the label of %s has no end: %s", id, end[0])
		}
		rest = after
		if !n.isGroup {
			n.label, n.shape = plain(label), shape
		}
	} else if m := nodeData.FindStringSubmatch(rest); m != nil {
		rest = rest[len(m[0]):]
		if said := dataLabel.FindStringSubmatch(m[1]); said != nil {
			n.label = plain(said[1] + said[2] + said[3])
		}
		if said := dataShape.FindStringSubmatch(m[1]); said != nil {
			n.shape = namedShapes[said[1]]
		}
	}
	if m := nodeClass.FindString(rest); m != "" {
		rest = rest[len(m):]
	}
	return n, rest, nil
}

// identifier is the name with which a text begins. It may have hyphens and dots in it,
// where these do not begin an arrow.
func identifier(text string) string {
	end := 0
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '_' && r != '/' && r != '*' {
			next, _ := utf8.DecodeRuneInString(text[min(end+size, len(text)):])
			if r != '-' && r != '.' && r != ':' || end == 0 || !unicode.IsLetter(next) && !unicode.IsDigit(next) {
				break
			}
		}
		end += size
	}
	return text[:end]
}

// shapes by the marks around a label, the longest first.
var shapes = []struct {
	open, shape string
	end         []string
}{
	{"(((", "circle", []string{")))"}}, {"((", "circle", []string{"))"}}, {"([", "oval", []string{"])"}}, {"(", "", []string{")"}},
	{"[[", "", []string{"]]"}}, {"[(", "cylinder", []string{")]"}}, {"[/", "parallelogram", []string{"/]", `\]`}}, {`[\`, "parallelogram", []string{`\]`, "/]"}}, {"[", "", []string{"]"}},
	{"{{", "hexagon", []string{"}}"}}, {"{", "diamond", []string{"}"}}, {">", "step", []string{"]"}},
}

// namedShapes are those of A@{ shape: … }.
var namedShapes = map[string]string{"cyl": "cylinder", "cylinder": "cylinder", "database": "cylinder", "db": "cylinder", "diam": "diamond", "diamond": "diamond", "decision": "diamond",
	"circle": "circle", "circ": "circle", "stadium": "oval", "pill": "oval", "hex": "hexagon", "hexagon": "hexagon", "doc": "document", "document": "document", "docs": "document",
	"lean-r": "parallelogram", "lean-l": "parallelogram", "cloud": "cloud", "queue": "queue"}

func shapeOf(text string) (open, shape string, end []string) {
	for _, s := range shapes {
		if strings.HasPrefix(text, s.open) {
			return s.open, s.shape, s.end
		}
	}
	return "", "", nil
}

// labelUpTo cuts a text at the first of the ends that does not stand in quotes.
func labelUpTo(text string, ends []string) (label, rest string, ok bool) {
	from := 0
	if trimmed := strings.TrimLeft(text, " "); strings.HasPrefix(trimmed, `"`) {
		skipped := len(text) - len(trimmed)
		if i := strings.IndexByte(trimmed[1:], '"'); i >= 0 {
			from = skipped + i + 2
		}
	}
	at, length := -1, 0
	for _, end := range ends {
		if i := strings.Index(text[from:], end); i >= 0 && (at < 0 || from+i < at) {
			at, length = from+i, len(end)
		}
	}
	if at < 0 {
		return "", "", false
	}
	return text[:at], text[at+length:], true
}

func shorten(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

package model

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
	"lockstep/site/model/sheet"
)

// SheetPath is where a site keeps the model as a sheet, for the reader's browser.
const SheetPath = PagePath + "sheet.txt"

//go:embed play.html
var playHTML string

var playTemplate = template.Must(template.New("play").Parse(playHTML))

// Player is what computes the model in a reader's browser, by rooted paths. Sheet may
// have a query, so that a browser does not keep that of an earlier build.
type Player struct{ Exec, Wasm, Sheet string }

// WithPlayer is the model with a player. Without one its pages say that nothing
// computes it in the browser.
func (m *Model) WithPlayer(p *Player) *Model {
	playing := *m
	playing.player = p
	return &playing
}

// Playable says whether the model has an input that a reader may change.
func (m *Model) Playable() bool {
	if m == nil {
		return false
	}
	for _, e := range m.entries {
		if e.ranged && e.low < e.high {
			return true
		}
	}
	return false
}

// Condition is a comparison that stands elsewhere, such as the trigger of a decision.
type Condition struct {
	When  string
	Says  string
	Place string // rooted path
	Of    string // whose it is: "ADR-0007"
}

// Sheet is the model for a reader's browser, with its assertions and flips and with
// conditions that stand elsewhere. What cannot be computed is not in it.
func (m *Model) Sheet(conditions []Condition) *sheet.Sheet {
	p := &program{Sheet: &sheet.Sheet{}, cells: map[string]int{}}
	for _, g := range m.groups {
		for _, e := range g.entries {
			if m.entries[e.name] == e {
				p.operand(m, e.name) // what has an error is a finding already
			}
		}
	}
	for _, g := range m.groups {
		for _, f := range g.flips {
			if t, ok := p.test(m, f.test); ok && f.found {
				p.Flips = append(p.Flips, sheet.Flip{Name: f.name, Input: p.cells[f.input], Test: t})
			}
		}
		for _, a := range g.asserts {
			if t, ok := p.test(m, a.test); ok && !a.broken {
				t.Name, t.Kind, t.Says, t.Place = a.anchor(), sheet.Assert, cell(a.what), m.place(a.anchor())
				p.Tests = append(p.Tests, t)
			}
		}
	}
	for _, c := range conditions {
		test, err := parseComparison(c.When)
		if err != nil || len(m.inputsOf(test.names())) == 0 {
			continue // no input crosses it
		}
		if t, ok := p.test(m, test); ok {
			t.Kind, t.Says, t.Place, t.Of = sheet.Trigger, cell(c.Says), c.Place, cell(c.Of)
			p.Tests = append(p.Tests, t)
		}
	}
	return p.Sheet
}

// test is a comparison over the whole sheet.
func (p *program) test(m *Model, c *comparison) (sheet.Test, bool) {
	for _, name := range c.names() {
		if m.known(name) != nil {
			return sheet.Test{}, false
		}
	}
	left, err := p.expression(m, c.left.node)
	if err != nil {
		return sheet.Test{}, false
	}
	right, err := p.expression(m, c.right.node)
	t := m.test(c, left, right)
	if e := m.entries[c.left.text]; e != nil {
		t.Subject = cell(e.what)
	}
	return t, err == nil
}

// cell is a text without what ends a part of a line.
func cell(text string) string { return strings.Join(strings.Fields(text), " ") }

// playFirst is how many inputs are shown at once, and playResults how many results
// beside them.
const (
	playFirst   = 8
	playResults = 4
)

// Play reads which results and inputs a text wants to show, from lines such as
//
//	results: cost.total, cost.per_user
//	inputs: users.daily, sockets.per_gateway
//
// and writes them for the page at a path. Without inputs, those that move the results
// most come first. All others can be had as well.
func (m *Model) Play(at, source, title string) (site.HTML, error) {
	var results, first []string
	for i, text := range strings.Split(strings.TrimSpace(source), "\n") {
		key, list, ok := strings.Cut(text, ":")
		var names []string
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
		switch strings.TrimSpace(key) {
		case "results":
			results = append(results, names...)
		case "inputs":
			first = append(first, names...)
		default:
			ok = false
		}
		if !ok {
			return "", fmt.Errorf("line %d is %q: write results: or inputs:, and names of the model with commas between them", i+1, text)
		}
	}
	if len(results) == 0 {
		return "", fmt.Errorf("there are no results: write results: and names of formulas")
	}
	if len(results) > playResults {
		return "", fmt.Errorf("%d results: at most %d can be watched at once", len(results), playResults)
	}
	for _, name := range results {
		if e := m.entries[name]; e == nil || e.expr == nil {
			return "", fmt.Errorf("the result %w", m.missingName(name, "formula"))
		}
	}
	for _, name := range first {
		if e := m.entries[name]; e == nil || !e.ranged {
			return "", fmt.Errorf("the input %w", m.missingName(name, "input with low and high"))
		}
	}
	if len(first) == 0 {
		first = m.strongest(results)
	}
	return m.panel(at, title, results, first)
}

func (m *Model) missingName(name, want string) error {
	if like := strings.TrimPrefix(m.Suggest("model:"+name), "model:"); like != "" && like != name {
		return fmt.Errorf("%s is no %s of the model; the nearest name is %s", name, want, like)
	}
	return fmt.Errorf("%s is no %s of the model", name, want)
}

// strongest are the inputs that move results most: of each result in turn the next.
func (m *Model) strongest(results []string) (names []string) {
	swings, most := make([][]swing, len(results)), 0
	for i, name := range results {
		swings[i] = m.swings(name)
		most = max(most, len(swings[i]))
	}
	for rank := range most {
		for _, s := range swings {
			if rank < len(s) && len(names) < playFirst && !slices.Contains(names, s[rank].Input) {
				names = append(names, s[rank].Input)
			}
		}
	}
	return names
}

// playOf is the panel of a page of the model: the results that the group, or else the
// model, looks at most closely, and the inputs that move them or stand in the group.
func (m *Model) playOf(at string, group *group) (site.HTML, error) {
	var own, all, first []string
	for _, g := range m.groups {
		for _, e := range g.entries {
			switch {
			case m.entries[e.name] != e:
			case e.expr != nil && e.sensitivity:
				all = append(all, e.name)
				if g == group {
					own = append(own, e.name)
				}
			case e.ranged && g == group:
				first = append(first, e.name)
			}
		}
	}
	if len(own) > 0 {
		all = own
	}
	all = all[:min(len(all), playResults)]
	if len(own) > 0 || len(first) == 0 {
		first = m.strongest(all)
	}
	return m.panel(at, "Change the inputs", all, first[:min(len(first), playFirst)])
}

type panelView struct {
	Title   string
	Player  *Player // as seen from the page; nil if there is none
	Root    string
	Results []resultView
	First   []rowView
	Rest    []restView
	RestOf  int
}

type resultView struct{ Name, What, Number, Unit string }

type restView struct {
	Title string
	Rows  []rowView
}

// rowView is an input with its slider. Numbers are in the input's unit; those of the
// field are divided by Scale, which the unit beside it says.
type rowView struct {
	Name, What, Text, Base, Unit, Breaking, From, To string
	Value, Low, High, Min, Max, Scale                string
	Shown, Least, Most                               string
	Steps                                            int // of the slider, from low to high
	Logarithmic                                      bool
}

func (m *Model) panel(at, title string, results, first []string) (site.HTML, error) {
	if !m.Playable() {
		return "", nil
	}
	v := panelView{Title: title, Root: site.Rel(at, "/")}
	if v.Title == "" {
		v.Title = "Change the inputs"
	}
	if m.player != nil {
		v.Player = &Player{site.Rel(at, m.player.Exec), site.Rel(at, m.player.Wasm), site.Rel(at, m.player.Sheet)}
	}
	for _, name := range results {
		number, full, _ := m.forms("model:" + name)
		v.Results = append(v.Results, resultView{name, m.entries[name].what, unbroken(number), unbroken(strings.TrimPrefix(full, number))})
	}
	for _, name := range first {
		v.First = append(v.First, row(m.entries[name]))
	}
	for _, g := range m.groups {
		rest := restView{Title: g.title}
		for _, e := range g.entries {
			if m.entries[e.name] == e && e.ranged && e.low < e.high && !slices.Contains(first, e.name) {
				rest.Rows = append(rest.Rows, row(e))
			}
		}
		if len(rest.Rows) > 0 {
			v.Rest = append(v.Rest, rest)
			v.RestOf += len(rest.Rows)
		}
	}
	var body bytes.Buffer
	if err := playTemplate.Execute(&body, v); err != nil {
		return "", fmt.Errorf("write the inputs: %w", err)
	}
	return site.HTML(body.String()), nil
}

const (
	sliderSteps = 100
	// fewSteps: an input of so few whole values has a step for each.
	fewSteps = 60
	// wide is from where on a range is gone through in equal ratios.
	wide = 8
)

func row(e *entry) rowView {
	c := sheet.Cell{Unit: e.unit.written(e.show), Value: e.value, Low: e.low, High: e.high}
	least, most := c.Limits()
	in := func(v float64) float64 { return v / e.unit.factor }
	word, scale := sheet.Scale(in(e.value))
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', 12, 64) }
	short := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	v := rowView{Name: e.name, What: e.what, Steps: sliderSteps, Logarithmic: e.low > 0 && e.high/e.low >= wide,
		Value: text(in(e.value)), Low: text(in(e.low)), High: text(in(e.high)), Min: text(in(least)), Max: text(in(most)), Scale: text(scale),
		Shown: short(in(e.value) / scale), Least: short(in(least) / scale), Most: short(in(most) / scale), Unit: strings.TrimSpace(word + " " + e.unit.text)}
	if e.unit.text == "1" {
		v.Unit = word
	}
	v.Breaking = strings.NewReplacer("/", "/\u200b", "·", "·\u200b").Replace(v.Unit) // where a long unit may go on below
	v.Base, v.Text = c.Unit.Write(e.value)
	v.From, _ = c.Unit.Write(e.low)
	_, v.To = c.Unit.Write(e.high)
	span, whole := in(e.high)-in(e.low), true
	for _, x := range []float64{e.value, e.low, e.high} {
		whole = whole && sheet.Snap(in(x)) == math.Round(in(x)) && math.Abs(in(x)-math.Round(in(x))) < 1e-9
	}
	if whole && span <= fewSteps {
		v.Steps, v.Logarithmic = int(math.Round(span)), false
	}
	v.Text, v.Base, v.From, v.To = unbroken(v.Text), unbroken(v.Base), unbroken(v.From), unbroken(v.To)
	return v
}

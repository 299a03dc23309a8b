package sheet

import (
	"errors"
	"strconv"
	"strings"
)

// Text writes the sheet for a program elsewhere: a line for each cell, flip and
// test, with tabs between its parts.
func (s *Sheet) Text() string {
	var b strings.Builder
	for _, c := range s.Cells {
		if c.Code != nil {
			line(&b, "formula", c.Name, unitText(c.Unit), c.Code.String())
		} else {
			line(&b, "input", c.Name, unitText(c.Unit), float(c.Value), float(c.Low), float(c.High))
		}
	}
	for _, f := range s.Flips {
		line(&b, "flip", f.Name, strconv.Itoa(f.Input), testText(f.Test))
	}
	for _, t := range s.Tests {
		line(&b, "test", testText(t), t.Name, t.Kind, t.Subject, t.Says, t.Place, t.Of)
	}
	return b.String()
}

var oneLine = strings.NewReplacer("\n", " ", "\r", " ")

// line writes parts with tabs between them. A part that holds tabs is several.
func line(b *strings.Builder, parts ...string) {
	b.WriteString(oneLine.Replace(strings.Join(parts, "\t")))
	b.WriteByte('\n')
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func unitText(u Unit) string {
	return u.Text + "\t" + float(u.Factor) + "\t" + strconv.Itoa(u.Digits)
}

func testText(t Test) string { return t.Op + "\t" + sideText(t.Left) + "\t" + sideText(t.Right) }

func sideText(s Side) string {
	return s.Code.String() + "\t" + float(s.Scale) + "\t" + unitText(s.Unit)
}

// Read reads what Text writes.
func Read(text string) (*Sheet, error) {
	s := &Sheet{}
	n := 0
	for row := range strings.Lines(text) {
		n++
		if err := s.row(strings.Split(strings.TrimSuffix(row, "\n"), "\t")); err != nil {
			return nil, errors.New("line " + strconv.Itoa(n) + " of the model: " + err.Error())
		}
	}
	if len(s.Cells) == 0 {
		return nil, errors.New("the model has no values")
	}
	return s, nil
}

func (s *Sheet) row(parts []string) error {
	p := parser{parts: parts, cells: len(s.Cells)}
	switch p.text() {
	case "input":
		s.Cells = append(s.Cells, Cell{Name: p.text(), Unit: p.unit(), Value: p.float(), Low: p.float(), High: p.float()})
	case "formula":
		s.Cells = append(s.Cells, Cell{Name: p.text(), Unit: p.unit(), Code: p.code()})
	case "flip":
		f := Flip{Name: p.text(), Input: p.int(), Test: p.test()}
		if f.Input < 0 || f.Input >= len(s.Cells) {
			return errors.New("it flips no cell")
		}
		s.Flips = append(s.Flips, f)
	case "test":
		t := p.test()
		t.Name, t.Kind, t.Subject, t.Says, t.Place, t.Of = p.text(), p.text(), p.text(), p.text(), p.text(), p.text()
		s.Tests = append(s.Tests, t)
	default:
		return errors.New("it begins with no word that is known")
	}
	if p.err == nil && len(p.parts) > 0 {
		p.err = errors.New("it has too many parts")
	}
	return p.err
}

// parser takes the parts of a line one by one and keeps the first error.
type parser struct {
	parts []string
	cells int
	err   error
}

func (p *parser) text() string {
	if len(p.parts) == 0 {
		p.fail(errors.New("a part is missing"))
		return ""
	}
	first := p.parts[0]
	p.parts = p.parts[1:]
	return first
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *parser) float() float64 {
	v, err := strconv.ParseFloat(p.text(), 64)
	if err != nil {
		p.fail(err)
	}
	return v
}

func (p *parser) int() int {
	v, err := strconv.Atoi(p.text())
	if err != nil {
		p.fail(err)
	}
	return v
}

func (p *parser) unit() Unit { return Unit{Text: p.text(), Factor: p.float(), Digits: p.int()} }

func (p *parser) code() Code {
	c, err := parseCode(p.text(), p.cells)
	if err != nil {
		p.fail(err)
	}
	return c
}

func (p *parser) side() Side { return Side{Code: p.code(), Scale: p.float(), Unit: p.unit()} }

func (p *parser) test() Test { return Test{Op: p.text(), Left: p.side(), Right: p.side()} }

package formula

import (
	"errors"
	"strings"
)

// environments by their names: the signs around them, and how columns stand.
var environments = map[string]struct{ left, right, align string }{
	"matrix": {}, "smallmatrix": {}, "pmatrix": {left: "(", right: ")"}, "bmatrix": {left: "[", right: "]"}, "Bmatrix": {left: "{", right: "}"},
	"vmatrix": {left: "|", right: "|"}, "Vmatrix": {left: "‖", right: "‖"}, "cases": {left: "{", align: "left"}, "array": {},
	"aligned": {align: "pairs"}, "align": {align: "pairs"}, "align*": {align: "pairs"}, "split": {align: "pairs"}, "eqnarray": {align: "pairs"}, "eqnarray*": {align: "pairs"},
	"gathered": {}, "gather": {}, "gather*": {}, "equation": {}, "equation*": {},
}

// maxCells is how many cells a table of a formula may have.
const maxCells = 400

// environment reads "\begin{…} … \end{…}" as a table.
func (p *parser) environment() (atom, error) {
	name, err := p.raw()
	if err != nil {
		return atom{}, err
	}
	kind, ok := environments[name]
	if !ok {
		return atom{}, unknown(`\begin{` + name + `}`)
	}
	if name == "array" || name == "alignedat" {
		if _, err := p.raw(); err != nil { // how its columns stand
			return atom{}, err
		}
	}
	var b strings.Builder
	if kind.left != "" {
		b.WriteString("<mrow>" + leaf("mo", kind.left, ` stretchy="true"`))
	}
	b.WriteString("<mtable><mtr>")
	column, cells := 0, 0
	for {
		if cells++; cells > maxCells {
			return atom{}, errors.New("a table has too many cells")
		}
		for p.peek() == `\hline` {
			p.at++
		}
		nodes, err := p.list("&", `\\`, `\end`)
		if err != nil {
			return atom{}, err
		}
		align := ""
		switch {
		case kind.align == "left", kind.align == "pairs" && column%2 == 1:
			align = ` columnalign="left"`
		case kind.align == "pairs":
			align = ` columnalign="right"`
		}
		b.WriteString("<mtd" + align + ">" + strings.Join(nodes, "") + "</mtd>")
		switch p.next() {
		case "&":
			column++
			continue
		case `\\`:
			column = 0
			if p.peek() == "[" { // how far the next row is away
				if _, err := p.list("]"); err != nil {
					return atom{}, err
				}
				p.at++
			}
			b.WriteString("</mtr><mtr>")
			continue
		}
		break
	}
	if end, err := p.raw(); err != nil || end != name {
		return atom{}, errors.New(`\begin{` + name + "} has no end of its own")
	}
	b.WriteString("</mtr></mtable>")
	if kind.left != "" {
		if kind.right != "" {
			b.WriteString(leaf("mo", kind.right, ` stretchy="true"`))
		}
		b.WriteString("</mrow>")
	}
	return atom{markup: b.String()}, nil
}

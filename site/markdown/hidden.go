package markdown

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
)

var percents = regexp.MustCompile(`%+`)

// hidden reports the first text that Obsidian hides, between "%%" and "%%": its author does
// not know that the site shows it. Two signs count within one block, or each alone on its
// line, as blocks are hidden; others, "100%%" or "%%d", say nothing.
func (d *Document) hidden() {
	const none = -1
	open, alone := none, none // where it may begin, in this block and on a line of its own
	joined := func(at int) bool { return at >= 0 && at < len(d.src) && (isNamePart(d.src[at]) || d.src[at] == '\\') }
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Type() == ast.TypeBlock {
			open = none
		}
		if e, ok := n.(*element); n.Kind() == ast.KindCodeSpan || ok && (e.name == "code" || e.name == "pre") {
			return ast.WalkSkipChildren, nil
		}
		t, ok := n.(*ast.Text)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		value := t.Segment.Value(d.src)
		for _, m := range percents.FindAllIndex(value, -1) {
			if m[1]-m[0] != 2 {
				continue
			}
			at, begin, whole := t.Segment.Start+m[0], none, string(value) == "%%"
			if open != none && !joined(at+2) {
				begin = open
			} else if whole {
				begin = alone
			}
			if begin != none {
				d.find(d.lineAt(begin), "dialect", "Obsidian hides what stands between %% and %%; here it is shown", "write it between <!-- and -->, or as code between backticks")
				return ast.WalkStop, nil
			}
			if !joined(at - 1) {
				open = at
			}
			if whole {
				alone = at
			}
		}
		return ast.WalkContinue, nil
	})
}

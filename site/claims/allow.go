package claims

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// allowance says that a text in a file has a ground that no check can see: a
// requirement, a decision, a definition.
type allowance struct {
	File   string
	Text   string
	Reason string
	// Code names the constants that the numbers of the text repeat, in their order,
	// separated by commas: see [Checker.Hold].
	Code string
	line int
	used bool
	at   int // the line of its file on which the text was met first
}

// span is a part of a text.
type span struct{ start, end int }

// readAllowances reads a list of {file, text, reason}.
func (k *Checker) readAllowances(name string, data []byte) (all []*allowance) {
	if data == nil {
		k.find(name, 0, "allowance", "create it, or correct claims: allow", "the file of allowances does not exist")
		return nil
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		line := 0
		if e := yaml.Error(nil); errors.As(err, &e) && e.GetToken() != nil {
			line = e.GetToken().Position.Line
		}
		k.find(name, line, "allowance", "mend the YAML", "the file of allowances is not valid YAML")
		return nil
	}
	for _, doc := range file.Docs {
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			if doc.Body != nil && doc.Body.Type() != ast.CommentType {
				k.find(name, doc.Body.GetToken().Position.Line, "allowance", "write a list: - {file: …, text: …, reason: …}", "the file of allowances is no list")
			}
			continue
		}
		for _, node := range list.Values {
			a := &allowance{line: node.GetToken().Position.Line}
			if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
				a.line = m.Values[0].Key.GetToken().Position.Line
			}
			if err := yaml.NodeToValue(node, a, yaml.Strict()); err != nil || a.File == "" || a.Text == "" || strings.TrimSpace(a.Reason) == "" {
				k.find(name, a.line, "allowance", "write file, text and reason, and perhaps code", "an allowance does not say which text of which file it allows, and why")
				continue
			}
			a.Text = strings.Join(strings.Fields(a.Text), " ")
			all = append(all, a)
		}
	}
	return all
}

// allowed are the parts of a statement that allowances name.
func (k *Checker) allowed(file, text string) (spans []span) {
	for _, a := range k.allowances {
		if a.File != file {
			continue
		}
		for from := 0; ; {
			i := strings.Index(text[from:], a.Text)
			if i < 0 {
				break
			}
			spans = append(spans, span{from + i, from + i + len(a.Text)})
			from += i + len(a.Text)
		}
	}
	return spans
}

// covered says whether an allowance names a part of a statement, and counts it
// as used.
func (k *Checker) covered(p print, at span) bool {
	for _, s := range p.allowed {
		if s.start > at.start || s.end < at.end {
			continue
		}
		for _, a := range k.allowances {
			if a.File == p.file && a.Text == p.text[s.start:s.end] {
				if !a.used {
					a.at = p.lineThere(s.start)
				}
				a.used = true
			}
		}
		k.tally.Allowed++
		return true
	}
	return false
}

func (k *Checker) orAllow() string {
	if k.config.Allow == "" {
		return ""
	}
	return "; or say in " + k.config.Allow + " why it needs none"
}

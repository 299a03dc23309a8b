package markdown

import (
	"maps"
	"strings"

	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"lockstep/site"
	"lockstep/site/decision"
)

// described joins the front matter of a record with what a file beside it says. A
// record's own word counts.
func (p *Parser) described(d *Document, own decision.Fields) decision.Fields {
	if p.options.Described == nil {
		return own
	}
	name, data := p.options.Described(d.Source)
	if data == nil {
		return own
	}
	file, err := yamlparser.ParseBytes(data, 0)
	if err != nil {
		line, message := yamlError(err)
		d.Findings = append(d.Findings, site.Finding{File: name, Line: line, Rule: "front-matter", Message: "it is not valid YAML: " + message, Mend: "quote values that contain ':' or '#', and indent with spaces"})
		return own
	}
	said := make(decision.Fields)
	for _, doc := range file.Docs {
		mapping, ok := doc.Body.(*yamlast.MappingNode)
		if !ok {
			continue
		}
		for _, e := range mapping.Values {
			said[strings.ToLower(e.Key.GetToken().Value)] = decision.Field{Values: yamlValues(e.Value), Line: -e.Key.GetToken().Position.Line}
		}
	}
	d.beside = name
	joined := decision.KEPFields(said)
	if title, _ := said.First("title"); title != "" && d.Meta.Title == "" {
		d.Title = title
	}
	maps.Copy(joined, own)
	return joined
}

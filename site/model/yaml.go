package model

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// member is a key of a YAML mapping with the line it stands on. Exactly one of
// text and members is set.
type member struct {
	key     string
	line    int
	text    string
	members []member
	isMap   bool
}

// lineError is an error at a line of the file.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }

// readYAML reads a document of nested mappings and scalars. Scalars keep the
// text that was written, so that 0.10 and 500 M mean what they say. An error
// carries its line, 0 if there is none.
func readYAML(data []byte) (top []member, line int, err error) {
	file, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
			return nil, syntax.Token.Position.Line, errors.New(syntax.Message)
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, 0, errors.New(first)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if top != nil {
			return nil, doc.Body.GetToken().Position.Line, errors.New("want one YAML document")
		}
		m, err := mapping(doc.Body)
		if err != nil {
			var at *lineError
			if errors.As(err, &at) {
				return nil, at.line, at.err
			}
			return nil, doc.Body.GetToken().Position.Line, err
		}
		top = m
	}
	return top, 0, nil
}

func mapping(node ast.Node) ([]member, error) {
	var pairs []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return nil, nil
	default:
		return nil, fmt.Errorf("want a mapping, got %s", strings.ToLower(node.Type().String()))
	}
	members := make([]member, 0, len(pairs))
	for _, pair := range pairs {
		m := member{key: pair.Key.GetToken().Value, line: pair.Key.GetToken().Position.Line}
		switch value := pair.Value.(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			var err error
			if m.members, err = mapping(value); err != nil {
				return nil, err
			}
			m.isMap = true
		case *ast.NullNode:
		case *ast.LiteralNode:
			m.text = strings.TrimSpace(value.Value.Value)
		case ast.ScalarNode:
			m.text = strings.TrimSpace(value.GetToken().Value)
		default:
			return nil, &lineError{m.line, fmt.Errorf("%s: want a text or a mapping, got %s", m.key, strings.ToLower(pair.Value.Type().String()))}
		}
		members = append(members, m)
	}
	return members, nil
}

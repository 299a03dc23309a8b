package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// member is a key of a mapping. It holds a text or further members.
type member struct {
	key     string
	line    int
	text    string
	at      int // the line on which the text begins
	members []member
	isMap   bool
}

// lineError is an error at a line of the file, 0 if the line is unknown.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }

// readYAML reads nested mappings of texts. Keys that stand twice are both given:
// whoever knows what they mean reports them.
func readYAML(data []byte) ([]member, error) {
	file, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
			return nil, &lineError{syntax.Token.Position.Line, errors.New(syntax.Message)}
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, &lineError{0, errors.New(first)}
	}
	var top []member
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if top != nil {
			return nil, &lineError{doc.Body.GetToken().Position.Line, errors.New("there is a second YAML document")}
		}
		if top, err = mapping(doc.Body); err != nil {
			return nil, err
		}
	}
	return top, nil
}

func mapping(node ast.Node) ([]member, error) {
	var pairs []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		return nil, &lineError{node.GetToken().Position.Line, fmt.Errorf("there is a %s where a mapping is expected", strings.ToLower(node.Type().String()))}
	}
	members := make([]member, 0, len(pairs))
	for _, pair := range pairs {
		key := pair.Key.GetToken()
		m := member{key: key.Value, line: key.Position.Line, at: key.Position.Line}
		switch value := pair.Value.(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			var err error
			if m.members, err = mapping(value); err != nil {
				return nil, err
			}
			m.isMap = true
		case *ast.NullNode:
		case *ast.LiteralNode:
			m.text, m.at = strings.TrimSpace(value.Value.Value), value.Start.Position.Line+1
		case ast.ScalarNode:
			m.text, m.at = strings.TrimSpace(value.GetToken().Value), value.GetToken().Position.Line
		default:
			return nil, &lineError{m.line, fmt.Errorf("%s holds a %s; write a text or a mapping", m.key, strings.ToLower(pair.Value.Type().String()))}
		}
		members = append(members, m)
	}
	return members, nil
}

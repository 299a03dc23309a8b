// Package yamlfile reads files of facts: YAML that is nested mappings of texts, and
// nothing else. It keeps what decoding into Go values loses: the line of each key,
// for findings that name it, and the text of each scalar as it was written, so that
// 0.10 and 500 M mean what they say.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Member is a key of a mapping. It holds a text or further members; a key without a
// value holds an empty text.
type Member struct {
	Key     string
	Line    int
	Text    string
	At      int // the line on which the text begins
	Members []Member
	IsMap   bool
}

// Error says what is wrong with a file.
type Error struct {
	Line int // 0 if it is unknown
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap makes the cause known to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Read reads the members of the one mapping that a file holds. A key that stands
// twice in a mapping is an error. Every error is an *Error.
func Read(data []byte) ([]Member, *Error) { return read(data) }

// ReadRepeated is as Read, but gives a key that stands twice as two members:
// whoever knows what they mean reports them.
func ReadRepeated(data []byte) ([]Member, *Error) {
	return read(data, parser.AllowDuplicateMapKey())
}

func read(data []byte, options ...parser.Option) ([]Member, *Error) {
	file, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0, options...)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
			return nil, &Error{syntax.Token.Position.Line, errors.New(syntax.Message)}
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, &Error{0, errors.New(first)}
	}
	var top []Member
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if top != nil {
			return nil, &Error{line(doc.Body), errors.New("there is a second YAML document")}
		}
		var wrong *Error
		if top, wrong = mapping(doc.Body); wrong != nil {
			return nil, wrong
		}
	}
	return top, nil
}

func mapping(node ast.Node) ([]Member, *Error) {
	var pairs []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	case *ast.NullNode, *ast.CommentGroupNode: // a file that says nothing
		return nil, nil
	default:
		return nil, &Error{line(node), fmt.Errorf("there is a %s where a mapping is expected", typeName(node))}
	}
	members := make([]Member, 0, len(pairs))
	for _, pair := range pairs {
		key := pair.Key.GetToken()
		m := Member{Key: key.Value, Line: key.Position.Line, At: key.Position.Line}
		switch value := pair.Value.(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			var wrong *Error
			if m.Members, wrong = mapping(value); wrong != nil {
				return nil, wrong
			}
			m.IsMap = true
		case *ast.NullNode:
		case *ast.LiteralNode:
			m.Text, m.At = strings.TrimSpace(value.Value.Value), value.Start.Position.Line+1
		case ast.ScalarNode:
			m.Text, m.At = strings.TrimSpace(value.GetToken().Value), line(value)
		default:
			return nil, &Error{m.Line, fmt.Errorf("%s holds a %s; write a text or a mapping", m.Key, typeName(pair.Value))}
		}
		members = append(members, m)
	}
	return members, nil
}

func line(node ast.Node) int { return node.GetToken().Position.Line }

func typeName(node ast.Node) string { return strings.ToLower(node.Type().String()) }

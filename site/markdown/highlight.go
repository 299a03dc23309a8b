package markdown

import (
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"lockstep/site/code"
)

// highlight adds source to dst as HTML, marked up by class. The languages that
// most fences are in have scanners of their own, which are some fifty times as
// fast; chroma knows the others.
func highlight(dst []byte, language string, source []byte) []byte {
	if out, ok := code.Append(dst, language, source); ok {
		return out
	}
	l := lexer(language)
	if l == nil {
		return code.AppendPlain(dst, source)
	}
	tokens, err := l.Tokenise(nil, string(source))
	if err != nil {
		return code.AppendPlain(dst, source)
	}
	p := code.NewPainter(dst)
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if strings.TrimSpace(token.Value) == "" {
			p.Blank([]byte(token.Value))
		} else {
			p.Add(classOf(token.Type), []byte(token.Value))
		}
	}
	return p.End()
}

var lexersByName sync.Map // string -> chroma.Lexer, nil for a language that is not known

func lexer(language string) chroma.Lexer {
	if l, ok := lexersByName.Load(language); ok {
		l, _ := l.(chroma.Lexer)
		return l
	}
	var l chroma.Lexer
	if language != "" && language != "text" && language != "plain" && language != "plaintext" {
		l = lexers.Get(language)
	}
	lexersByName.Store(language, l)
	return l
}

// classOf folds chroma's many token types into the few that the stylesheet
// tells apart.
func classOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword):
		if t == chroma.KeywordType {
			return "kt"
		}
		return "k"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "m"
	case t.InCategory(chroma.Literal):
		return "s"
	case t.InCategory(chroma.Comment):
		return "c"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic:
		return "nf"
	case t == chroma.NameClass, t == chroma.NameNamespace, t == chroma.NameException:
		return "nc"
	case t == chroma.NameTag:
		return "nt"
	case t == chroma.NameAttribute, t == chroma.NameDecorator, t == chroma.NameProperty:
		return "na"
	case t == chroma.NameBuiltin, t == chroma.NameBuiltinPseudo, t == chroma.NameConstant:
		return "nb"
	case t == chroma.NameVariable, t == chroma.NameVariableGlobal, t == chroma.NameVariableInstance:
		return "nv"
	case t == chroma.GenericDeleted:
		return "gd"
	case t == chroma.GenericInserted:
		return "gi"
	case t == chroma.GenericHeading, t == chroma.GenericSubheading:
		return "gh"
	case t == chroma.GenericPrompt:
		return "gp"
	case t == chroma.Error:
		return ""
	}
	return ""
}

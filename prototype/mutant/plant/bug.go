package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
)

// bug is one change of one file: the bytes from from to to become with.
type bug struct {
	dir, file string
	line      int
	from, to  int
	with      string
	kind      string
	source    string // the line
}

func (b bug) String() string {
	return fmt.Sprintf("%s:%d: %s\n\t%s", b.file, b.line, b.kind, b.source)
}

// opposites and neighbours are what a comparison is mistaken for.
var (
	opposites  = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}
	neighbours = map[token.Token]token.Token{token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR}
	connectors = map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND}
)

// unheard are calls whose absence no test of the package can or should notice: a
// lock's is for the race detector, and what a log says is for people.
var unheard = map[string]bool{
	"Lock": true, "Unlock": true, "RLock": true, "RUnlock": true, "panic": true,
	"Debug": true, "Info": true, "Warn": true, "Error": true, "Fprintf": true, "Fprintln": true,
}

// bugsInFile finds every place where a bug can be planted.
func bugsInFile(file string, source []byte) (bugs []bug, err error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	text := func(n ast.Node) string { return string(source[at(n.Pos()):at(n.End())]) }
	add := func(from, to token.Pos, with, kind string) {
		line := fset.Position(from).Line
		bugs = append(bugs, bug{
			dir: path.Dir(file), file: file, line: line, from: at(from), to: at(to), with: with, kind: kind,
			source: strings.TrimSpace(string(bytes.Split(source, []byte("\n"))[line-1])),
		})
	}
	endless := make(map[ast.Stmt]bool) // without these a loop does not end
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			endless[n.Post] = true
		case *ast.IncDecStmt:
			if !endless[n] {
				add(n.Pos(), n.End(), "", "step is left out: "+text(n))
			}
		case *ast.BinaryExpr:
			for _, swap := range []map[token.Token]token.Token{opposites, neighbours, connectors} {
				if other, ok := swap[n.Op]; ok {
					add(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), other.String(), fmt.Sprintf("%s becomes %s", n.Op, other))
				}
			}
			if one, ok := n.Y.(*ast.BasicLit); ok && one.Value == "1" && (n.Op == token.ADD || n.Op == token.SUB) {
				add(one.Pos(), one.End(), "0", fmt.Sprintf("%s 1 becomes %s 0", n.Op, n.Op))
			}
		case *ast.IfStmt:
			if strings.HasPrefix(text(n.Cond), "mutant.On(") {
				return false
			}
			if last := len(n.Body.List) - 1; last >= 0 && n.Else == nil {
				if r, ok := n.Body.List[last].(*ast.ReturnStmt); ok {
					add(r.Pos(), r.End(), "", "return is left out: "+clip(text(r)))
				}
			}
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && !unheard[called(call)] {
				add(n.Pos(), n.End(), "", "call is left out: "+clip(text(n)))
			}
		}
		return true
	})
	return bugs, nil
}

// called is the last part of the name of what is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// clip keeps what is printed to one short line.
func clip(s string) string {
	s, _, cut := strings.Cut(s, "\n")
	if len(s) > 60 {
		s, cut = s[:60], true
	}
	if cut {
		s += "…"
	}
	return s
}

package names

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
)

// goTests are the top-level functions, methods and other declarations of a Go file
// whose names begin as those of tests do. A type may be called like a test, and is then
// what a text means that names it.
func goTests(name string, src []byte) (all []definition) {
	if !bytes.Contains(src, []byte("Test")) && !bytes.Contains(src, []byte("Fuzz")) && !bytes.Contains(src, []byte("Benchmark")) && !bytes.Contains(src, []byte("Example")) {
		return nil
	}
	set := token.NewFileSet()
	// What can be read of a file with errors is read; the compiler reports the rest.
	f, _ := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if f == nil {
		return nil
	}
	add := func(id *ast.Ident) {
		if testSpan.MatchString(id.Name) {
			all = append(all, definition{name: id.Name, line: set.Position(id.Pos()).Line})
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						add(id)
					}
				}
			}
		}
	}
	return all
}

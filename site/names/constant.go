package names

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Constant is a value that Go code fixes: a constant, a variable with an initial value,
// or a field that a function or variable sets in a composite literal.
type Constant struct {
	Place
	Value    float64 // of a duration, nanoseconds
	Duration bool
}

// Constants finds constants by the folder of their package and their name:
// "prototype/link.maxFrame", or "prototype/node/replica.DefaultConfig.HungAfter" for a
// field. It reads a package when it is first asked for it; one goroutine uses it.
type Constants struct {
	root     fs.FS
	module   string // path of the module at the root, "" if there is none
	packages map[string]*goPackage
}

// goPackage has the declarations of a package, without those of tests.
type goPackage struct {
	fset    *token.FileSet
	values  map[string]declared // constants and variables
	parents map[string]declared // functions and variables, in which fields are looked for
}

// declared is an expression, or what holds some, in its file.
type declared struct {
	node    ast.Node // an expression of values
	file    string
	imports map[string]string // name: path
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// NewConstants looks below root.
func NewConstants(root fs.FS) *Constants {
	c := &Constants{root: root, packages: make(map[string]*goPackage)}
	if data, err := fs.ReadFile(root, "go.mod"); err == nil {
		if m := moduleLine.FindSubmatch(data); m != nil {
			c.module = string(m[1])
		}
	}
	return c
}

// Find gives the value of a constant. The error says what is wrong with the reference.
func (c *Constants) Find(reference string) (Constant, error) {
	dir, base := path.Split(reference)
	parts := strings.Split(base, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Constant{}, fmt.Errorf("%q is no reference to a constant: write the package's folder, a dot and the name", reference)
	}
	folder := path.Join(dir, parts[0])
	p := c.load(folder)
	if p == nil {
		return Constant{}, fmt.Errorf("there is no Go package in %s", folder)
	}
	d, ok := p.values[parts[1]]
	if len(parts) == 3 {
		if d, ok = p.field(parts[1], parts[2]); !ok {
			return Constant{}, fmt.Errorf("%s of %s sets no field %s", parts[1], folder, parts[2])
		}
	} else if !ok {
		return Constant{}, fmt.Errorf("%s has no constant %s", folder, parts[1])
	}
	v, duration, err := c.eval(folder, d, d.node.(ast.Expr), 0)
	if err != nil {
		return Constant{}, fmt.Errorf("the value of %s is not known without running it: %w", reference, err)
	}
	value, _ := constant.Float64Val(constant.ToFloat(v))
	return Constant{Place{d.file, p.fset.Position(d.node.Pos()).Line}, value, duration}, nil
}

func (c *Constants) load(folder string) *goPackage {
	if p, ok := c.packages[folder]; ok {
		return p
	}
	c.packages[folder] = nil
	entries, err := fs.ReadDir(c.root, folder)
	if err != nil {
		return nil
	}
	p := &goPackage{fset: token.NewFileSet(), values: make(map[string]declared), parents: make(map[string]declared)}
	found := false
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if e.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := fs.ReadFile(c.root, name)
		if err != nil || len(data) > maxFile {
			continue
		}
		if file, err := parser.ParseFile(p.fset, name, data, parser.SkipObjectResolution); err == nil {
			found = true
			p.declare(name, file)
		}
	}
	if found {
		c.packages[folder] = p
	}
	return c.packages[folder]
}

func (p *goPackage) declare(name string, file *ast.File) {
	imports := make(map[string]string)
	for _, spec := range file.Imports {
		to, _ := strconv.Unquote(spec.Path.Value)
		as := path.Base(to)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		imports[as] = to
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Body != nil {
				p.parents[d.Name.Name] = declared{d.Body, name, imports}
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				value, ok := spec.(*ast.ValueSpec)
				if !ok {
					continue
				}
				for i, id := range value.Names {
					if i < len(value.Values) {
						p.values[id.Name] = declared{value.Values[i], name, imports}
						p.parents[id.Name] = declared{value.Values[i], name, imports}
					}
				}
			}
		}
	}
}

// field finds what a function or variable sets a field to.
func (p *goPackage) field(parent, field string) (found declared, ok bool) {
	in, ok := p.parents[parent]
	if !ok {
		return declared{}, false
	}
	ok = false
	ast.Inspect(in.node, func(n ast.Node) bool {
		if pair, is := n.(*ast.KeyValueExpr); is && !ok {
			if key, is := pair.Key.(*ast.Ident); is && key.Name == field {
				found, ok = declared{pair.Value, in.file, in.imports}, true
			}
		}
		return !ok
	})
	return found, ok
}

// units are the durations of package time.
var units = map[string]time.Duration{"Nanosecond": 1, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
	"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}

const maxConstants = 20 // that lead from one to the next

func (c *Constants) eval(folder string, d declared, e ast.Expr, depth int) (v constant.Value, duration bool, err error) {
	if depth > maxConstants {
		return nil, false, fmt.Errorf("it leads through more than %d others", maxConstants)
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return constant.MakeFromLiteral(e.Value, e.Kind, 0), false, nil
		}
	case *ast.ParenExpr:
		return c.eval(folder, d, e.X, depth+1)
	case *ast.UnaryExpr:
		if v, duration, err = c.eval(folder, d, e.X, depth+1); err == nil && (e.Op == token.SUB || e.Op == token.ADD) {
			return constant.UnaryOp(e.Op, v, 0), duration, nil
		}
		if err != nil {
			return nil, false, err
		}
	case *ast.BinaryExpr:
		return c.binary(folder, d, e, depth)
	case *ast.CallExpr:
		// A conversion, or a call that nobody can tell from one without its types: of
		// a single argument whose function is named like a type of numbers.
		if name := calledName(e); len(e.Args) == 1 && conversions[name] {
			v, duration, err = c.eval(folder, d, e.Args[0], depth+1)
			return v, duration || strings.HasSuffix(name, "Duration"), err
		}
	case *ast.Ident:
		if to, ok := c.packages[folder].values[e.Name]; ok {
			return c.eval(folder, to, to.node.(ast.Expr), depth+1)
		}
	case *ast.SelectorExpr:
		if from, ok := e.X.(*ast.Ident); ok {
			return c.imported(d, from.Name, e.Sel.Name, depth)
		}
	}
	return nil, false, fmt.Errorf("it is no arithmetic of constants")
}

var conversions = map[string]bool{"int": true, "int32": true, "int64": true, "uint": true, "uint32": true, "uint64": true, "float64": true, "Duration": true}

func calledName(e *ast.CallExpr) string {
	switch f := e.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func (c *Constants) binary(folder string, d declared, e *ast.BinaryExpr, depth int) (constant.Value, bool, error) {
	x, xDuration, err := c.eval(folder, d, e.X, depth+1)
	if err != nil {
		return nil, false, err
	}
	y, yDuration, err := c.eval(folder, d, e.Y, depth+1)
	if err != nil {
		return nil, false, err
	}
	duration := xDuration || yDuration
	switch e.Op {
	case token.ADD, token.SUB, token.MUL:
		return constant.BinaryOp(x, e.Op, y), duration, nil
	case token.QUO:
		if constant.Sign(y) != 0 {
			op := token.QUO
			if x.Kind() == constant.Int && y.Kind() == constant.Int {
				op = token.QUO_ASSIGN // whole numbers, as the code divides them
			}
			return constant.BinaryOp(x, op, y), duration && !(xDuration && yDuration), nil
		}
	case token.SHL, token.SHR:
		if by, ok := constant.Uint64Val(constant.ToInt(y)); ok && by < 512 && x.Kind() == constant.Int {
			return constant.Shift(x, e.Op, uint(by)), duration, nil
		}
	}
	return nil, false, fmt.Errorf("it is no arithmetic of constants")
}

// imported is a constant of another package: a duration of package time, or one of the
// same module.
func (c *Constants) imported(d declared, from, name string, depth int) (constant.Value, bool, error) {
	to := d.imports[from]
	if unit, ok := units[name]; ok && to == "time" {
		return constant.MakeInt64(int64(unit)), true, nil
	}
	if folder, ok := strings.CutPrefix(to, c.module+"/"); ok && c.module != "" {
		if p := c.load(folder); p != nil {
			if value, ok := p.values[name]; ok {
				return c.eval(folder, value, value.node.(ast.Expr), depth+1)
			}
		}
	}
	return nil, false, fmt.Errorf("%s.%s is not known here", from, name)
}

package names

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// commandFile is what a Go file says of programs, verbs and flags: cobra.Command
// literals, flag sets, and what its functions do with them. The functions of all files
// are joined in [joinCommands].
type commandFile struct {
	name      string
	functions []*function
	fields    map[string]map[string]string // of structs: type -> field -> type
	variables map[string]*command          // of the package
	constants map[string]string            // texts that have a name
	loose     map[string]int               // flags of libraries whose commands are not followed, with their lines
}

// command is a program or a verb as it is written, before it is known whose it is.
type command struct {
	use     string // "torture", the first word of Use
	takes   bool   // it has arguments of its own
	version bool
	place   Place
}

type function struct {
	file     *commandFile
	receiver string // type, without *
	name     string
	params   []string          // names, in order
	types    map[string]string // of variables, as far as they are written
	commands map[string]*command
	made     []*command // in order, bound to a variable or not
	flags    []flagUse
	calls    []call
	adds     []adding
}

// flagUse is the definition of a flag on the command in a variable. An empty variable
// is the program itself, as with flag.String. The name may be that of a constant.
type flagUse struct {
	on         string
	name       string
	constant   string
	persistent bool
	line       int
}

// call is a call that hands variables on, or of which the commands are used.
type call struct {
	through []string // "f", "hosts" in f.hosts.add(cmd)
	name    string
	args    []string // variables; "" for other expressions
}

// adding is parent.AddCommand(…).
type adding struct {
	parent   string
	children []string // variables
	calls    []call
	made     []*command // literals among the arguments
}

// defining is how methods are called that define a flag, and takesVariable those whose
// second argument is its name.
var (
	defining      = regexp.MustCompile(`^(Bool|String|Int|Uint|Float|Duration|Count|Text|IP|Bytes|Func|Var)`)
	takesVariable = regexp.MustCompile(`Var(P|PF)?$`)
)

func readCommands(name string, src []byte) *commandFile {
	if strings.HasSuffix(name, "_test.go") {
		return nil
	}
	set := token.NewFileSet()
	f, _ := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if f == nil {
		return nil
	}
	c := &commandFile{name: name, fields: make(map[string]map[string]string), variables: make(map[string]*command), constants: make(map[string]string), loose: make(map[string]int)}
	c.findLoose(set, f)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				c.functions = append(c.functions, c.function(set, d))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if s, ok := spec.Type.(*ast.StructType); ok {
						fields := make(map[string]string)
						for _, field := range s.Fields.List {
							for _, id := range field.Names {
								fields[id.Name] = typeName(field.Type)
							}
						}
						c.fields[spec.Name.Name] = fields
					}
				case *ast.ValueSpec:
					for i, value := range spec.Values {
						if constant, ok := text(value); ok && i < len(spec.Names) {
							c.constants[spec.Names[i].Name] = constant
						}
						if made := c.literal(set, value); made != nil && i < len(spec.Names) {
							c.variables[spec.Names[i].Name] = made
						}
					}
				}
			}
		}
	}
	return c
}

// findLoose notes flags that are written as kingpin and urfave/cli have them:
// x.Flag("name", "help") and StringFlag{Name: "name"}.
func (c *commandFile) findLoose(set *token.FileSet, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "Flag" && len(n.Args) > 1 {
				if name, ok := text(n.Args[0]); ok {
					c.loose[name] = set.Position(n.Args[0].Pos()).Line
				}
			}
		case *ast.CompositeLit:
			if !strings.HasSuffix(typeName(n.Type), "Flag") {
				return true
			}
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok && typeName(pair.Key) == "Name" {
					if name, ok := text(pair.Value); ok {
						c.loose[name] = set.Position(pair.Pos()).Line
					}
				}
			}
		}
		return true
	})
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CompositeLit:
		return typeName(e.Type)
	case *ast.UnaryExpr:
		return typeName(e.X)
	}
	return ""
}

// literal is the command of &cobra.Command{Use: "torture", …} or of a new flag set.
func (c *commandFile) literal(set *token.FileSet, e ast.Expr) *command {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	place := Place{c.name, set.Position(e.Pos()).Line}
	switch e := e.(type) {
	case *ast.CallExpr:
		if fun, ok := e.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "NewFlagSet" && len(e.Args) > 0 {
			if name, ok := text(e.Args[0]); ok {
				return &command{use: path.Base(name), takes: true, place: place}
			}
		}
	case *ast.CompositeLit:
		if fun, ok := e.Type.(*ast.SelectorExpr); !ok || fun.Sel.Name != "Command" || typeName(fun.X) != "cobra" {
			return nil
		}
		made := &command{place: place}
		for _, element := range e.Elts {
			pair, ok := element.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := pair.Key.(*ast.Ident); {
			case key == nil:
			case key.Name == "Use":
				use, _ := text(pair.Value)
				words := strings.Fields(use)
				if len(words) > 0 {
					made.use, made.takes = words[0], len(words) > 1
					made.place.Line = set.Position(pair.Pos()).Line
				}
			case key.Name == "Version":
				made.version = true
			}
		}
		if made.use != "" {
			return made
		}
	}
	return nil
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// function reads the body of one function, and with it those of the functions in it.
func (c *commandFile) function(set *token.FileSet, d *ast.FuncDecl) *function {
	f := &function{file: c, name: d.Name.Name, types: make(map[string]string), commands: make(map[string]*command)}
	if d.Recv != nil && len(d.Recv.List) == 1 {
		f.receiver = typeName(d.Recv.List[0].Type)
		for _, id := range d.Recv.List[0].Names {
			f.types[id.Name] = f.receiver
		}
	}
	for _, field := range d.Type.Params.List {
		for _, id := range field.Names {
			f.params = append(f.params, id.Name)
			f.types[id.Name] = typeName(field.Type)
		}
	}
	flagSets := make(map[string]flagUse) // variables that hold a command's flags
	for name, t := range f.types {
		if t == "FlagSet" {
			flagSets[name] = flagUse{on: name}
		}
	}
	bound := make(map[ast.Expr]bool)
	bind := func(name string, value ast.Expr) {
		if t := typeName(value); t != "" {
			f.types[name] = t
		}
		if on, ok := flagsOf(value, flagSets); ok {
			flagSets[name] = on
		}
		if made := c.literal(set, value); made != nil {
			f.commands[name], bound[bare(value)] = made, true
			f.made = append(f.made, made)
			if _, isSet := value.(*ast.CallExpr); isSet {
				flagSets[name] = flagUse{on: name}
			}
		}
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					bind(id.Name, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if n.Type != nil {
					f.types[id.Name] = typeName(n.Type)
				}
				if i < len(n.Values) {
					bind(id.Name, n.Values[i])
				}
			}
		case *ast.CompositeLit:
			if made := c.literal(set, n); made != nil && !bound[n] {
				bound[n] = true
				f.made = append(f.made, made)
			}
		case *ast.CallExpr:
			f.call(set, n, flagSets, bound)
		}
		return true
	})
	return f
}

func bare(e ast.Expr) ast.Expr {
	if u, ok := e.(*ast.UnaryExpr); ok {
		return u.X
	}
	return e
}

// flagsOf says whose flags an expression is: cmd.Flags(), a variable that holds them,
// or the package flag.
func flagsOf(e ast.Expr, sets map[string]flagUse) (flagUse, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if e.Name == "flag" || e.Name == "pflag" {
			return flagUse{}, true
		}
		on, ok := sets[e.Name]
		return on, ok
	case *ast.CallExpr:
		fun, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || len(e.Args) > 0 {
			return flagUse{}, false
		}
		on, ok := fun.X.(*ast.Ident)
		if ok && (fun.Sel.Name == "Flags" || fun.Sel.Name == "PersistentFlags" || fun.Sel.Name == "LocalFlags") {
			return flagUse{on: on.Name, persistent: fun.Sel.Name == "PersistentFlags"}, true
		}
	}
	return flagUse{}, false
}

func (f *function) call(set *token.FileSet, n *ast.CallExpr, sets map[string]flagUse, bound map[ast.Expr]bool) {
	line := func(e ast.Expr) int { return set.Position(e.Pos()).Line }
	fun, method := n.Fun.(*ast.SelectorExpr)
	if method {
		if on, ok := flagsOf(fun.X, sets); ok {
			at := 0
			if takesVariable.MatchString(fun.Sel.Name) {
				at = 1
			}
			if defining.MatchString(fun.Sel.Name) && at < len(n.Args) {
				on.name, _ = text(n.Args[at])
				on.constant, on.line = typeName(n.Args[at]), line(n.Args[at])
				f.flags = append(f.flags, on)
			}
			return
		}
		if parent, ok := fun.X.(*ast.Ident); ok && fun.Sel.Name == "AddCommand" {
			a := adding{parent: parent.Name}
			for _, arg := range n.Args {
				switch arg := bare(arg).(type) {
				case *ast.Ident:
					a.children = append(a.children, arg.Name)
				case *ast.CallExpr:
					if c, ok := callOf(arg, sets); ok {
						a.calls = append(a.calls, c)
					}
				case *ast.CompositeLit:
					if made := f.file.literal(set, arg); made != nil {
						bound[arg] = true
						a.made = append(a.made, made)
					}
				}
			}
			f.adds = append(f.adds, a)
			return
		}
	}
	if c, ok := callOf(n, sets); ok {
		f.calls = append(f.calls, c)
	}
}

// callOf takes a call apart. An argument that holds the flags of a command stands for
// the command.
func callOf(n *ast.CallExpr, sets map[string]flagUse) (call, bool) {
	var c call
	switch fun := n.Fun.(type) {
	case *ast.Ident:
		c.name = fun.Name
	case *ast.SelectorExpr:
		c.name = fun.Sel.Name
		x := fun.X
		for {
			if s, ok := x.(*ast.SelectorExpr); ok {
				c.through = append([]string{s.Sel.Name}, c.through...)
				x = s.X
				continue
			}
			break
		}
		id, ok := x.(*ast.Ident)
		if !ok {
			return c, false
		}
		c.through = append([]string{id.Name}, c.through...)
	default:
		return c, false
	}
	for _, arg := range n.Args {
		id, _ := bare(arg).(*ast.Ident)
		if on, ok := flagsOf(arg, sets); ok && on.on != "" {
			c.args = append(c.args, on.on)
		} else if id != nil {
			c.args = append(c.args, id.Name)
		} else {
			c.args = append(c.args, "")
		}
	}
	return c, true
}

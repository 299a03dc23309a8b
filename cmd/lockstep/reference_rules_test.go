package main

import (
	"encoding/hex"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/reference"
	"lockstep/site/verify"
)

// TestRules_examples: the first text under each rule gives findings of this rule and of
// no other, and the mended one gives none.
func TestRules_examples(t *testing.T) {
	binary := buildLockstep(t)
	adasHome(t, binary, "")
	for _, rule := range reference.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			if len(rule.Bad) == 0 {
				if !strings.Contains(rule.Cause, "There is no") {
					t.Errorf("%s:%d: there is no example, and no reason why", rule.Page, rule.Line)
				}
				return
			}
			dir := t.TempDir()
			bad, whole := examine(t, binary, dir, rule.Bad, false)
			_, companions, _ := strings.Cut(rule.Cause, "together with ")
			other := func(f site.Finding) bool { return f.Rule != rule.Name && !strings.Contains(companions, "`"+f.Rule+"`") }
			if !slices.ContainsFunc(bad, func(f site.Finding) bool { return f.Rule == rule.Name }) || slices.ContainsFunc(bad, other) {
				t.Errorf("%s:%d: the example must give findings of %s alone, and gives:\n%v", rule.Page, rule.Line, rule.Name, bad)
			}
			if mended, _ := examine(t, binary, dir, rule.Mended, whole); len(mended) > 0 || len(rule.Mended) == 0 {
				t.Errorf("%s:%d: the mended example gives:\n%v", rule.Page, rule.Line, mended)
			}
		})
	}
}

// examine writes the files of an example, runs its commands and gives what is found. What
// reading the texts does not find is looked for in the built site, or if whole is asked for.
func examine(t *testing.T, binary, dir string, examples []reference.Example, whole bool) (findings []site.Finding, built bool) {
	t.Helper()
	for _, e := range examples {
		file := filepath.Join(dir, filepath.FromSlash(e.Path))
		switch {
		case e.Language == "sh":
			findings = append(findings, runExample(t, binary, dir, e.Text)...)
		case e.Text == "":
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		default:
			text := e.Text
			if e.Language == "hex" {
				raw, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
				if err != nil {
					t.Fatal(err)
				}
				text = string(raw)
			}
			put(t, file, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "public")); err == nil {
		found, err := verify.Output(os.DirFS(filepath.Join(dir, "public")))
		if err != nil {
			t.Fatal(err)
		}
		return found, true
	}
	tree, err := loadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if findings = append(findings, tree.Findings...); len(findings) > 0 && !whole {
		return findings, false
	}
	check := newCheckCommand()
	check.SetContext(t.Context())
	found, err := judge(check, tree)
	if err != nil {
		t.Fatal(err)
	}
	return append(findings, found...), true
}

// runExample runs commands as a team would. What lockstep review check finds counts.
func runExample(t *testing.T, binary, dir, script string) (findings []site.Finding) {
	t.Helper()
	script, check, checks := strings.Cut(script, "lockstep review check ")
	if out, err := asAda(binary, dir, "sh", "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	if !checks {
		return nil
	}
	out, _ := asAda(binary, dir, binary, append([]string{"review", "check", "--json"}, strings.Fields(check)...)...).Output() // its code says whether there are findings
	if err := json.Unmarshal(out, &findings); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return findings
}

// asAda is a command in a folder, of somebody whom git knows. The program is on the path,
// and nothing of this machine's configuration counts.
func asAda(binary, dir, name string, args ...string) *exec.Cmd {
	home := filepath.Dir(binary)
	command := exec.Command(name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+home+string(filepath.ListSeparator)+os.Getenv("PATH"), "HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1")
	return command
}

// adasHome tells git who she is, in the folder of the program, which is her home.
func adasHome(t *testing.T, binary, more string) {
	t.Helper()
	put(t, filepath.Join(filepath.Dir(binary), ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"+more)
}

// TestRules_known: the pages explain the rules that the code has, and no others.
func TestRules_known(t *testing.T) {
	explained := slices.Sorted(slices.Values(reference.RuleNames()))
	if unique := slices.Compact(slices.Clone(explained)); len(unique) != len(explained) {
		t.Errorf("a rule is explained twice: %v", explained)
	}
	if diff := cmp.Diff(rulesInCode(t), explained); diff != "" {
		t.Errorf("rules in the code (-) and on the pages below site/reference/guide/rules (+) differ:\n%s", diff)
	}
}

// rulesInCode are the names that are written where the code makes a finding: as the
// value of a field Rule, or as the argument for a parameter called rule.
func rulesInCode(t *testing.T) (names []string) {
	t.Helper()
	s := ruleScan{files: token.NewFileSet(), found: make(map[string]bool)}
	err := filepath.WalkDir("../../site", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return s.folder(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(s.found))
}

// ruleScan looks through one folder of code after the other.
type ruleScan struct {
	files *token.FileSet
	found map[string]bool
	// takes says where a function has a parameter rule, from 1, and 0 if it has none. A
	// method stands there by its receiver, "r.find", and by its name alone.
	takes map[string]int
}

func (s *ruleScan) folder(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	s.takes = make(map[string]int)
	var all []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, file)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			at := ruleParameter(f.Type)
			if f.Recv != nil && len(f.Recv.List[0].Names) == 1 {
				s.takes[f.Recv.List[0].Names[0].Name+"."+f.Name.Name] = at
			}
			if at > 0 {
				s.takes[f.Name.Name] = at
			}
		}
	}
	for _, file := range all {
		for _, d := range file.Decls {
			s.declaration(d)
		}
	}
	return nil
}

// ruleParameter is the place of the parameter rule, from 1, or 0.
func ruleParameter(f *ast.FuncType) (at int) {
	n := 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if n++; name.Name == "rule" {
				at = n
			}
		}
	}
	return at
}

// declaration looks for rules in one declaration, whose own functions hide those of the
// folder.
func (s *ruleScan) declaration(d ast.Decl) {
	own := make(map[string]int)
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			if f, ok := n.Type.(*ast.FuncType); ok && len(n.Names) == 1 {
				own[n.Names[0].Name] = ruleParameter(f)
			}
		case *ast.AssignStmt:
			if f, ok := n.Rhs[0].(*ast.FuncLit); ok {
				if name, ok := n.Lhs[0].(*ast.Ident); ok {
					own[name.Name] = ruleParameter(f.Type)
				}
			}
		}
		return true
	})
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
				s.note(n.Value)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if isRuleVariable(left) && i < len(n.Rhs) {
					s.note(n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			if n.Names[0].Name == "Rule" && len(n.Values) == 1 {
				s.note(n.Values[0])
			}
		case *ast.CallExpr:
			if at := s.called(n.Fun, own); at > 0 && at <= len(n.Args) {
				s.note(n.Args[at-1])
			}
		}
		return true
	})
}

func (s *ruleScan) called(e ast.Expr, own map[string]int) int {
	switch f := e.(type) {
	case *ast.Ident:
		if at, ok := own[f.Name]; ok {
			return at
		}
		return s.takes[f.Name]
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok {
			if at, ok := s.takes[of.Name+"."+f.Sel.Name]; ok {
				return at
			}
		}
		return s.takes[f.Sel.Name]
	}
	return 0
}

func isRuleVariable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "rule"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Rule"
	}
	return false
}

var ruleForm = regexp.MustCompile(`^"[a-z]+(?:-[a-z]+)*"$`)

func (s *ruleScan) note(e ast.Expr) {
	if literal, ok := e.(*ast.BasicLit); ok && ruleForm.MatchString(literal.Value) {
		s.found[strings.Trim(literal.Value, `"`)] = true
	}
}

// TestHelp_topics: help explains what findings and pages name, and says what may have been
// meant where it cannot.
func TestHelp_topics(t *testing.T) {
	for _, rule := range reference.RuleNames() {
		if code, out, stderr := lockstep(t, "help", rule); code != 0 || !strings.Contains(out, rule+", in ") {
			t.Errorf("help %s: %d, %s%s", rule, code, out, stderr)
		}
	}
	for args, want := range map[string]string{
		"guide": "go install ./cmd/lockstep", "dead-link": "  README.md\n    # Parcels\n", "strict": "True or false.", "d2": "door -> belt -> lorry",
		"rules": "lockstep help dead-link", "check": "lockstep check [flags]",
		"objectives": "  objective runbook\n      page and heading to which its alerts lead; owed by what pages\n", "review check": "--base", "": "  guide ",
	} {
		code, out, stderr := lockstep(t, append([]string{"help"}, strings.Fields(args)...)...)
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("help %s: %d, and no %q in\n%s%s", args, code, want, out, stderr)
		}
	}
	if code, _, stderr := lockstep(t, "help", "dead-lnk"); code != exitUsage || !strings.HasSuffix(stderr, "try: lockstep help dead-link\n") {
		t.Errorf("a misspelt rule: %d, %s", code, stderr)
	}
}

package names

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// repository is a small one in which each kind of name is defined somewhere.
var repository = map[string]string{
	"go.mod":                  "module example",
	"docs/guide.md":           "",
	"docs/pictures/a.png":     "",
	"cmd/tool/main.go":        "package main\n\nfunc newRoot() *cobra.Command {\n\troot := &cobra.Command{Use: \"tool\"}\n\troot.PersistentFlags().Bool(\"verbose\", false, \"\")\n\troot.AddCommand(newRun(), &cobra.Command{Use: \"list\"})\n\troot.AddCommand(more()...)\n\treturn root\n}\n\nfunc more() []*cobra.Command { return []*cobra.Command{newStop()} }\n",
	"cmd/tool/run.go":         "package main\n\ntype options struct{ net network }\n\ntype network struct{ host string }\n\nfunc (n *network) add(cmd *cobra.Command) {\n\tflags := cmd.Flags()\n\tflags.StringVar(&n.host, \"host\", \"\", \"\")\n}\n\nfunc newRun() *cobra.Command {\n\tvar o options\n\tcmd := &cobra.Command{\n\t\tUse: \"run FILE\",\n\t}\n\tcmd.Flags().DurationVarP(&o.after, \"after\", \"a\", 0, \"\")\n\to.net.add(cmd)\n\treturn cmd\n}\n",
	"cmd/tool/stop.go":        "package main\n\ntype other struct{}\n\nfunc (o *other) add(cmd *cobra.Command) { cmd.Flags().Bool(\"now\", false, \"\") }\n\nvar stop = &cobra.Command{Use: \"stop\"}\n\nfunc newStop() *cobra.Command {\n\tcmd := &cobra.Command{Use: \"stop\"}\n\to := &other{}\n\to.add(cmd)\n\treturn cmd\n}\n",
	"cmd/plain/main.go":       "package main\n\nfunc main() {\n\tflag.Int(\"count\", 1, \"\")\n\tflag.Parse()\n}\n",
	"node/node.go":            "package node\n\n// Node keeps its promises (ADR-0002).\ntype Node struct{}\n\nvar desc = NewDesc(\"tool_bytes_total\", \"\")\n\nfunc routes() { mux.Handle(\"GET /v1/things/{id}\", nil); mux.Handle(\"POST /v1/things\", nil); mux.Handle(\"GET /files/{path...}\", nil) }\n",
	"node/node_test.go":       "package node\n\ntype TestServer struct{}\n\n/* as ADR-2 has it, and \"ADR-0007\" is an example. */\nfunc TestNode_stops(t *testing.T) {}\n\nfunc FuzzNode(f *testing.F) {}\n\nfunc BenchmarkNode(b *testing.B) {}\n\nfunc (s *Suite) TestInSuite() {}\n",
	"node/testdata/x_test.go": "package x\n\nfunc TestHidden(t *testing.T) {}\n",
	"faults/kinds.py":         "TORN = 'torn-tail'  # ADR-0002 says why\nHUNG = 'hung-disk'\n",
	"faults/data.json":        "{\"link\": \"ADR-0002\"}\n",
	"plans/01-wipe-one.json":  "{}",
	"Makefile":                "test:\n\tgo test ./...\n",
}

func kinds(t *testing.T) []*Kind {
	t.Helper()
	all := []*Kind{
		{Name: "test", From: GoTests, Except: []string{"TestFlight"}},
		{Name: "command", From: GoCommands, Except: []string{"--amend"}},
		{Name: "path", From: Paths, Below: []string{"cmd"}, Except: []string{"docs/made-later"}},
		{Name: "metric", Span: `tool_[a-z_]+`, Files: []string{"node/*.go"}, Define: []string{`"(tool_[a-z_]+)"`}},
		{Name: "route", Span: `(?:[A-Z]+ )?/[\w{}/.…-]+`, Files: []string{"node/*.go"}, Define: []string{`"([A-Z]+) (/[^"]*)"`}},
		{Name: "fault", Span: `[a-z]+-[a-z]+`, Files: []string{"faults/*.{py,rb}"}, Define: []string{`'([a-z-]+)'`}},
		{Name: "plan", Span: `[a-z]+-[a-z]+`, Files: []string{"plans/*.json"}, Path: `.*/\d+-([a-z-]+)\.json`},
		{Name: "method", Span: `([A-Z]\w+)\.([A-Z]\w+)`, Files: []string{"node/*.go"}, Define: []string{`^func \((?:\w+ )?\*?(\w+)\) (\w+)\(`}},
		{Name: "target", Span: `make ([a-z]+)`, Files: []string{"Makefile"}, Define: []string{`^([a-z]+):`}},
	}
	for _, k := range all {
		if err := k.Compile(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func skip(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || name == "testdata"
}

func index(t *testing.T) (*Index, fstest.MapFS) {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range repository {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return NewIndex(root, kinds(t), []string{"node", "faults"}, skip), root
}

// TestTable_sound: what is there is found, at its file and line.
func TestTable_sound(t *testing.T) {
	x, _ := index(t)
	table := x.Scan()
	for span, want := range map[string]string{
		"TestNode_stops":                      "node/node_test.go:6",
		"TestNode_stops/with a leg":           "node/node_test.go:6",
		"TestNode…":                           "node/node_test.go:6",
		"TestInSuite":                         "node/node_test.go:12",
		"TestServer":                          "node/node_test.go:3",
		"FuzzNode":                            "node/node_test.go:8",
		"tool run":                            "cmd/tool/run.go:15",
		"tool run --host x a.txt":             "cmd/tool/run.go:9",
		"tool run --after=3s":                 "cmd/tool/run.go:17",
		"tool --verbose list":                 "cmd/tool/main.go:6",
		"tool stop --now":                     "cmd/tool/stop.go:5",
		"tool list --verbose":                 "cmd/tool/main.go:5",
		"go run ./cmd/tool list":              "cmd/tool/main.go:6",
		"plain --count 3":                     "cmd/plain/main.go:4",
		"--host HOST":                         "cmd/tool/run.go:9",
		"cmd/tool/run.go":                     "cmd/tool/run.go",
		"tool/run.go:12":                      "cmd/tool/run.go",
		"./docs/pictures/":                    "docs/pictures",
		"docs/pictures/*.png":                 "",
		"docs/{guide.md,pictures}":            "",
		"cmd/tool.Run":                        "cmd/tool",
		"node/...":                            "node",
		"pictures/a.png":                      "docs/pictures/a.png",
		"tool_bytes_total":                    "node/node.go:6",
		"GET /v1/things/7":                    "node/node.go:8",
		"/v1/things/{id}":                     "node/node.go:8",
		"POST /v1/things":                     "node/node.go:8",
		"/files/a/b.png":                      "node/node.go:8",
		"torn-tail":                           "faults/kinds.py:1",
		"wipe-one":                            "plans/01-wipe-one.json",
		"Suite.TestInSuite":                   "node/node_test.go:12",
		"make test":                           "Makefile:1",
		"make test && tool list":              "",
		"curl -s http://NODE/v1/things/7?x=1": "node/node.go:8",
		"curl -X POST http://127.0.0.1:7001/v1/things": "node/node.go:8",
		"go test -fuzz Node -run '^$' ./node":          "",
		"cd /tmp; FOO=1 tool run --host a | tool list": "",
		"tool completion bash":                         "cmd/tool/main.go:4",
		"tool VERB":                                    "cmd/tool/main.go:4",
		"tool run --help":                              "cmd/tool/run.go:15",
	} {
		a := table.Look("docs", span)
		if !a.Name || a.Problem != "" || a.Place.String() != want {
			t.Errorf("%s: %+v, want %s", span, a, want)
		}
	}
}

// TestTable_missing: what is not there is a problem, with what may have been meant.
func TestTable_missing(t *testing.T) {
	x, _ := index(t)
	table := x.Scan()
	for span, want := range map[string]string{
		"TestNode_stopps":             "the code has no test TestNode_stopps; did you mean TestNode_stops?",
		"TestHidden":                  "the code has no test TestHidden; correct the name, or list it in lockstep.yaml under except of the kind test",
		"FuzzNodes":                   "the code has no test FuzzNodes; did you mean FuzzNode?",
		"tool rum":                    "tool has no verb rum; did you mean tool run?",
		"tool list --host x":          "tool list has no flag --host; correct the flag; --help lists those that there are",
		"tool stop --host x":          "tool stop has no flag --host; correct the flag; --help lists those that there are",
		"bin/tool run --hots x":       "tool run has no flag --hots; did you mean --host?",
		"--hots":                      "no program of the code has the flag --hots; did you mean --host?",
		"plain --counts 3":            "plain has no flag --counts; did you mean --count?",
		"cmd/tool/rum.go":             "there is no path cmd/tool/rum.go in the repository; did you mean cmd/tool/run.go?",
		"tool/rum.go":                 "there is no path tool/rum.go in the repository; did you mean cmd/tool/run.go?",
		"node/run.go":                 "there is no path node/run.go in the repository; did you mean cmd/tool/run.go?",
		"docs/{guide.md,giude.md}":    "there is no path docs/{guide.md,giude.md} in the repository; did you mean docs/guide.md?",
		"fualts/kinds.py":             "there is no path fualts/kinds.py in the repository; did you mean faults/kinds.py?",
		"docs/*.svg":                  "there is no path docs/*.svg in the repository; correct the path; docs has no *.svg",
		"tool_byte_total":             "the code has no metric tool_byte_total; did you mean tool_bytes_total?",
		"DELETE /v1/things/7":         "the code has no route DELETE /v1/things/7; correct the name, or list it in lockstep.yaml under except of the kind route",
		"POST /v1/thing":              "the code has no route POST /v1/thing; did you mean POST /v1/things?",
		"torn-tial":                   "the code has no fault or plan torn-tial; did you mean torn-tail?",
		"Suite.TestInSuit":            "the code has no method Suite TestInSuit; did you mean Suite TestInSuite?",
		"make tests":                  "the code has no target tests; did you mean test?",
		"go test ./node/x":            "there is no path node/x in the repository; correct the path; node has no x",
		"go test -bench 'Node|Cold'":  "the code has no benchmark Cold; correct the name, or list it in lockstep.yaml under except of the kind benchmark",
		"curl http://NODE/v1/thing/7": "the code has no route /v1/thing/7; did you mean /v1/things?",
		"make test && tool rum":       "tool has no verb rum; did you mean tool run?",
		"go run ./cmd/tool rum":       "tool has no verb rum; did you mean tool run?",
		"sudo tool rum":               "tool has no verb rum; did you mean tool run?",
	} {
		a := table.Look("docs", span)
		if got := a.Problem + "; " + a.Mend; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", span, got, want)
		}
	}
}

// TestTable_root: a text at the root is held like others.
func TestTable_root(t *testing.T) {
	x, _ := index(t)
	for span, sound := range map[string]bool{"docs/guide.md": true, "docs/giude.md": false, "run.go/x": true} {
		if a := x.Scan().Look(".", span); (a.Problem == "") != sound {
			t.Errorf("%s: %+v", span, a)
		}
	}
}

// TestTable_others: what looks like no name of ours is none.
func TestTable_others(t *testing.T) {
	x, _ := index(t)
	table := x.Scan()
	for _, span := range []string{"", "Test", "Testing", "test", "Example", "TestFlight", "--amend", "--", "-x", "tool", "net/http", "testing/synctest", "and/or", "1/2", "a/b/c.go",
		"../other/x.go", "/etc/hosts.d/", "/dev/null", "/tmp", "https://h.example/node/x.go", "docs/made-later", "git commit --fixup", "curl https://h.example/v1/nothing", "x := <-node/y", "node//x",
		"kubectl get --hots", "go test ./...", "go test ./nodes", "go test -run '^$' ./...", "torn-tail-of-all", "Torn-tail", "gh pr create --title x", strings.Repeat("a/", 5000), "{}", "\x00/\xff", "node/\x00"} {
		if a := table.Look("docs", span); a.Problem != "" {
			t.Errorf("%q: %s", span, a.Problem)
		}
	}
}

// TestCommands: flags are found where functions are handed a command or its flags, and
// where constants name them; where they cannot be known, nothing is said of them.
func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		name, code, want string
		sound, missing   []string
	}{
		{"variables of the package", "var root = &cobra.Command{Use: \"a\"}\nvar b = &cobra.Command{Use: \"b\"}\nfunc init() { root.AddCommand(b); b.Flags().Int(\"n\", 0, \"\") }", "a|a b n", []string{"a b --n"}, []string{"a c", "a b --m"}},
		{"constants and flag sets", "const key = \"the-key\"\nfunc main() { root := &cobra.Command{Use: \"a\"}; add(root.Flags()) }\nfunc add(flags *pflag.FlagSet) { flags.String(config.key, \"\", \"\") }", "a the-key", []string{"a --the-key"}, []string{"a --other"}},
		{"names that are computed", "func main() { root := &cobra.Command{Use: \"a\"}; root.Flags().String(prefix+\"x\", \"\", \"\") }", "a …", []string{"a --anything", "--anything"}, nil},
		{"functions of others", "func main() { root := &cobra.Command{Use: \"a\"}; other.AddFlags(root) }", "a …", []string{"a --anything"}, nil},
		{"a library that is not followed", "func main() { app.Flag(\"x.y\", \"\").String(); cli.Run(&cli.StringFlag{Name: \"z\"}) }", "", []string{"--x.y", "--z"}, []string{"--x.z.other"}},
		{"a call that never ends", "func main() { root := &cobra.Command{Use: \"a\"}; f(root) }\nfunc f(c *cobra.Command) { f(c) }", "a", []string{"a --help"}, []string{"a --x"}},
	} {
		root := fstest.MapFS{"x/main.go": {Data: []byte("package main\n" + tt.code + "\n")}}
		kind := &Kind{Name: "command", From: GoCommands}
		if err := kind.Compile(); err != nil {
			t.Fatal(err)
		}
		table := NewIndex(root, []*Kind{kind}, nil, skip).Scan()
		if got := strings.Join(table.Commands(), "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		for _, span := range tt.sound {
			if a := table.Look("", span); a.Problem != "" {
				t.Errorf("%s: %s: %s", tt.name, span, a.Problem)
			}
		}
		for _, span := range tt.missing {
			if a := table.Look("", span); a.Problem == "" {
				t.Errorf("%s: %s is taken for sound", tt.name, span)
			}
		}
	}
}

// TestTable_shell: commands are found in a block, output and comments are not.
func TestTable_shell(t *testing.T) {
	x, _ := index(t)
	table := x.Scan()
	for _, tt := range []struct {
		block string
		want  []string // line and problem
	}{
		{"tool run a\n\n# tool rum\ntool list --host x  # why\n", []string{"0", "3 tool list has no flag --host"}},
		{"$ tool rum\ntool rum says this\n$ tool \\\n  run --hots\n", []string{"0 tool has no verb rum", "2 tool run has no flag --hots"}},
		{"for i in 1 2; do tool run --hots; done\necho 'tool rum; tool rum'\n", []string{"0 tool run has no flag --hots"}},
		{"make tests", []string{"0 the code has no target tests"}},
	} {
		var got []string
		lines, answers := table.LookAtShell(tt.block)
		for i, a := range answers {
			got = append(got, strings.TrimSpace(string(rune('0'+lines[i]))+" "+a.Problem))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s\n%s", tt.block, diff)
		}
	}
}

// TestTable_mentions: comments and data name a decision, examples in quotes do not.
func TestTable_mentions(t *testing.T) {
	x, _ := index(t)
	var got []string
	for _, m := range x.Scan().Mentions("ADR-0002") {
		word := ""
		if m.Test {
			word = " test"
		}
		got = append(got, m.String()+word+": "+m.Text)
	}
	want := []string{"faults/data.json:1: ", "faults/kinds.py:1: TORN = 'torn-tail'  # ADR-0002 says why", "node/node.go:3: Node keeps its promises (ADR-0002).",
		`node/node_test.go:5 test: as ADR-2 has it, and "ADR-0007" is an example.`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if x.Table().Mentions("ADR-0007") != nil {
		t.Error("an example is taken for a mention")
	}
}

// TestIndex_Update: one file is read again, and a change that changes no name says so.
func TestIndex_Update(t *testing.T) {
	x, root := index(t)
	table := x.Scan()
	edit := func(name, text string, want bool) {
		t.Helper()
		if text == "" {
			delete(root, name)
		} else {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := x.Update(name); got != want {
			t.Errorf("after an edit of %s something changed: %v", name, got)
		}
	}
	test := repository["node/node_test.go"]
	edit("node/node_test.go", test+"// more\n", false)
	if x.Table() != table {
		t.Error("the table is another one, and nothing changed")
	}
	edit("node/node_test.go", strings.ReplaceAll(test, "FuzzNode", "FuzzOther"), true)
	edit("node/new_test.go", "package node\n\nfunc TestNew() {}\n", true)
	edit("cmd/tool/run.go", strings.ReplaceAll(repository["cmd/tool/run.go"], `"after"`, `"before"`), true)
	edit("plans/01-wipe-one.json", "", true)
	now := x.Table()
	for span, sound := range map[string]bool{"FuzzNode": false, "FuzzOther": true, "TestNew": true, "tool run --after x": false, "tool run --before x": true, "wipe-one": false} {
		if a := now.Look("", span); !a.Name || (a.Problem == "") != sound {
			t.Errorf("%s: %+v", span, a)
		}
	}
	if table.Look("", "FuzzNode").Problem != "" {
		t.Error("the table of before has changed")
	}
	if again := x.Scan(); again != now {
		t.Error("a scan without a change makes another table")
	}
	for file, want := range map[string]bool{"node/a.go": true, "node/testdata/a.go": false, "faults/new.py": true, "README.md": false, "other/a.go": true, "plans/x.txt": false, ".cache/a.go": false} {
		if x.Reads(file) != want {
			t.Errorf("Reads(%s) is %v", file, !want)
		}
	}
}

// TestKind_wrong: a kind that cannot be used says why and what to write.
func TestKind_wrong(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		want string
	}{
		{Kind{From: GoTests}, "has no name"},
		{Kind{Name: "x", From: "rust"}, "go-tests, go-commands, paths"},
		{Kind{Name: "x", Span: "a"}, "give all three"},
		{Kind{Name: "x", Span: "(", Files: []string{"*"}, Define: []string{"(a)"}}, "no regular expression"},
		{Kind{Name: "x", Span: "a", Files: []string{"*"}, Define: []string{"a"}}, "put the name between ( and )"},
	} {
		if err := tt.kind.Compile(); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%+v: %v, want %q", tt.kind, err, tt.want)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		glob string
		yes  []string
		no   []string
	}{
		{"**/*.go", []string{"a.go", "a/b/c.go"}, []string{"a.py", "a.go/b"}},
		{"a/**/x.{go,py}", []string{"a/x.go", "a/b/c/x.py"}, []string{"b/x.go", "a/x.rb"}},
		{"a/*.go", []string{"a/b.go"}, []string{"a/b/c.go", "b.go"}},
		{"a/**", []string{"a/b", "a/b/c"}, []string{"b"}},
	} {
		match := func(file string) bool {
			return slices.ContainsFunc(braces(tt.glob), func(g string) bool { return matchGlob(g, file) })
		}
		for _, file := range tt.yes {
			if !match(file) {
				t.Errorf("%s does not stand for %s", tt.glob, file)
			}
		}
		for _, file := range tt.no {
			if match(file) {
				t.Errorf("%s stands for %s", tt.glob, file)
			}
		}
	}
}

func FuzzLook(f *testing.F) {
	for _, span := range []string{"tool run --host x | tool list", "node/{a,b}/*", "TestA/'b", "curl http://N/x", "go test -run 'A|(' ./node"} {
		f.Add(span)
	}
	root := fstest.MapFS{"node/a.go": {Data: []byte("package a\n")}}
	all := []*Kind{{Name: "test", From: GoTests}, {Name: "command", From: GoCommands}, {Name: "path", From: Paths}}
	for _, k := range all {
		if err := k.Compile(); err != nil {
			f.Fatal(err)
		}
	}
	table := NewIndex(root, all, nil, skip).Scan()
	f.Fuzz(func(t *testing.T, span string) {
		if a := table.Look("docs", span); a.Problem != "" && a.Mend == "" {
			t.Errorf("%q: %q without a mend", span, a.Problem)
		}
		table.LookAtShell(span)
	})
}

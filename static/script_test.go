package static

import (
	"strings"
	"testing"
	"testing/fstest"
)

func scriptFiles(files map[string]string) fstest.MapFS {
	fsys := make(fstest.MapFS)
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// TestScripts_joined: the modules of a script stand in it once, each after those that
// it imports; what scripts share stays a file.
func TestScripts_joined(t *testing.T) {
	scripts, err := scriptsOf(scriptFiles(map[string]string{
		"js/shared.js": "export const once = new Map();\n",
		"js/a.js":      "// About.\nimport { f } from \"./a/f.js\";\nimport { g } from \"./a/g.js\";\n\nf(g);\n",
		"js/a/f.js":    "import { once } from \"../shared.js\";\nimport { g } from \"./g.js\";\n\nexport function f() { return g(once); }\n",
		"js/a/g.js":    "// Why.\nexport const g = 1;\nexport let x, y;\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := "import { once } from \"./shared.js\";\nexport const g = 1;\nexport let x, y;\nexport function f() { return g(once); }\nf(g);\n"
	want = strings.NewReplacer("export const g", "const g", "export let", "let", "export function", "function").Replace(want)
	if got := string(scripts["js/a.js"]); got != want {
		t.Errorf("joined:\n%s\nwant:\n%s", got, want)
	}
	if got := string(scripts["js/shared.js"]); got != "export const once = new Map();\n" {
		t.Errorf("what is shared became %q", got)
	}
	if len(scripts) != 2 {
		t.Errorf("%d scripts", len(scripts))
	}
}

// TestScripts_refused: what would break in the browser breaks here.
func TestScripts_refused(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"cycle":      {map[string]string{"js/a.js": "import { f } from \"./a/f.js\";", "js/a/f.js": "import { g } from \"./g.js\";\nexport const f = 1;", "js/a/g.js": "import { f } from \"./f.js\";\nexport const g = 1;"}, "imports itself"},
		"twice":      {map[string]string{"js/a.js": "import { f } from \"./a/f.js\";\nlet x;", "js/a/f.js": "let x;\nexport const f = 1;"}, "js/a.js:2: x is declared in js/a/f.js as well"},
		"not there":  {map[string]string{"js/a.js": "import { f } from \"./a/f.js\";"}, "js/a.js imports js/a/f.js"},
		"no export":  {map[string]string{"js/a.js": "import { g } from \"./a/f.js\";", "js/a/f.js": "export const f = 1;"}, "imports g from js/a/f.js, which does not export it"},
		"forgotten":  {map[string]string{"js/a.js": "1;", "js/a/f.js": "export const f = 1;"}, "nothing imports it"},
		"other form": {map[string]string{"js/a.js": "import * as f from \"./a/f.js\";", "js/a/f.js": ""}, "js/a.js:1"},
		"default":    {map[string]string{"js/a.js": "import { f } from \"./a/f.js\";", "js/a/f.js": "export default f;"}, "js/a/f.js:1"},
	} {
		if _, err := scriptsOf(scriptFiles(test.files)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestScripts: ours can be joined, and none asks another host for anything.
func TestScripts(t *testing.T) {
	scripts, err := Scripts()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range scripts {
		if strings.Contains(string(text), "https://") {
			t.Errorf("%s leads elsewhere", name)
		}
	}
	if review := string(scripts["js/review.js"]); strings.Contains(review, "import ") && strings.Contains(review, "./review/") {
		t.Error("the modules of the review are not in it")
	}
}

package build

import (
	"strings"
	"testing"
)

// TestScripts_hashed: an import names a file that is there, and a change of the
// imported script changes the name of the importing one.
func TestScripts_hashed(t *testing.T) {
	add := func(shared string) map[string]*Asset {
		t.Helper()
		all := make(map[string]*Asset)
		scripts := map[string][]byte{"js/shared.js": []byte(shared), "js/a.js": []byte("import { once } from \"./shared.js\";\nonce();\n")}
		if _, err := addScript(all, scripts, "js/a.js", nil); err != nil {
			t.Fatal(err)
		}
		return all
	}
	one, other := add("export const once = 1;"), add("export const once = 2;")
	if want := "./" + strings.TrimPrefix(one["js/shared.js"].Path, "/static/js/"); !strings.Contains(string(one["js/a.js"].Bytes()), `from "`+want+`";`) {
		t.Errorf("%s does not import %s", one["js/a.js"].Bytes(), want)
	}
	if one["js/a.js"].Path == other["js/a.js"].Path {
		t.Error("another shared script, and the same name for the script that imports it")
	}
}

// TestScripts_circle: scripts that import one another could not be named.
func TestScripts_circle(t *testing.T) {
	scripts := map[string][]byte{"js/a.js": []byte("import { b } from \"./b.js\";\n"), "js/b.js": []byte("import { a } from \"./a.js\";\n")}
	if _, err := addScript(make(map[string]*Asset), scripts, "js/a.js", nil); err == nil || !strings.Contains(err.Error(), "imports itself") {
		t.Errorf("a circle: %v", err)
	}
	if _, err := addScript(make(map[string]*Asset), map[string][]byte{"js/a.js": scripts["js/a.js"]}, "js/a.js", nil); err == nil || !strings.Contains(err.Error(), "js/b.js") {
		t.Errorf("a script that is missing: %v", err)
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOtherModule: a module elsewhere uses packages of this one by the lines of the README.
func TestOtherModule(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(get(t, root, "README.md"), "```go-mod\n")
	lines, _, found := strings.Cut(lines, "```")
	if !found {
		t.Fatal("README.md has no lines for go.mod")
	}
	lines = strings.Replace(lines, "../lockstep", root, 1)
	// What stands in for others here does so there, too, so that nothing is fetched.
	for _, stand := range regexp.MustCompile(`\t(\S+ => )\./(third_party/\S+)`).FindAllStringSubmatch(get(t, root, "go.mod"), -1) {
		lines += "replace " + stand[1] + filepath.Join(root, stand[2]) + "\n"
	}
	dir := repository(t, "go.mod", "module example.org/other\n\ngo 1.26.0\n\n"+lines, "main.go", `package main

import (
	"lockstep/prototype/check"
	"lockstep/prototype/client"
)

func main() {
	_ = client.New(client.Config{Targets: client.Fixed("http://127.0.0.1:7001")})
	_ = check.Check
}
`)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "go.sum"), string(sums))
	cmd := exec.Command("go", "build", "-mod=mod", "-o", filepath.Join(dir, "other"), ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOPROXY=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

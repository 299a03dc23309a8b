package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockstep/prototype/node/httpapi/access"
)

// TestInstallPage: the commands of the page about installing that need neither root nor
// three hosts do what it says with a release, and those that do name what the package has.
func TestInstallPage(t *testing.T) {
	r := someRelease(t)
	page, err := os.ReadFile("../../content/runbook/install.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	tool(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "key"))
	key, err := readKey(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join(dir, "key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(built[1])+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, f := range append(r.artifacts(key), file{name: "allowed", data: []byte("releases " + string(public))}) {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if regexp.MustCompile(`^(sha256sum|ssh-keygen|lockstep certs|lockstep token) `).MatchString(block[1]) {
			tool(t, "sh", "-c", `cd "$1" && `+block[1], "sh", dir)
			ran++
		}
	}
	if ran != 5 {
		t.Errorf("%d commands were run, and not 5", ran)
	}
	if _, err := access.Open(filepath.Join(dir, "access"), slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("the tokens and certificates of the page: %v", err)
	}
	for name, folder := range map[string]string{"ca.pem": "certs", "n1.pem": "certs", "n1.key": "certs", "access": ""} {
		if _, err := os.Stat(filepath.Join(dir, folder, name)); err != nil || !strings.Contains(string(shipped("default")), "/etc/lockstep/"+name) {
			t.Errorf("%s is not made, or the example does not name it: %v", name, err)
		}
	}
	if packages, _ := filepath.Glob(filepath.Join(dir, "lockstep_*_amd64.deb")); len(packages) != 1 {
		t.Errorf("the name on the page means the packages %v", packages)
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// scripts are the shell commands of a forge's file, in the order in which it runs them.
// What is for changes under review alone is left out, as there is none, and so is what
// pushes to the forge.
func scripts(t *testing.T, forge string, data []byte) (all []string) {
	t.Helper()
	if forge == "gitlab" {
		var file map[string]struct {
			Before []string `yaml:"before_script"`
			Script []string `yaml:"script"`
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		return append(file[".lockstep"].Before, append(file["check"].Script, file["pages"].Script...)...)
	}
	var file struct {
		Jobs map[string]struct {
			Steps []struct {
				Run, If, Uses string
			}
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, step := range file.Jobs["site"].Steps {
		if step.Run != "" && step.If == "" {
			all = append(all, step.Run)
		}
	}
	return all
}

// TestInitForge does on a new repository what each forge would do with it: the program is
// built from its source, checks the texts and builds the site.
func TestInitForge(t *testing.T) {
	binary := program(t)
	source := t.TempDir() // a repository in which make build gives the program
	git := func(dir string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	git(source, "init", "--quiet")
	if err := os.WriteFile(filepath.Join(source, "Makefile"), []byte("build:\n\t@mkdir -p bin && cp \""+binary+"\" bin/lockstep\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(source, "add", "Makefile")
	git(source, "commit", "--quiet", "-m", "Begin")

	for forge, name := range forges {
		t.Run(forge, func(t *testing.T) {
			dir, temp := t.TempDir(), t.TempDir()
			git(dir, "init", "--quiet")
			if out, err := command(t, "init", dir, "--ci", forge); err != nil {
				t.Fatal(out)
			}
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			lines := scripts(t, forge, data)
			if len(lines) < 3 {
				t.Fatalf("%s runs %q", name, lines)
			}
			// A forge gives each step the path that steps before it have added to.
			script := strings.ReplaceAll("set -e\n"+strings.Join(lines, "\nPATH=$(cat \"$GITHUB_PATH\"):$PATH\n"), "/tmp/lockstep", "$RUNNER_TEMP/lockstep")
			cmd := exec.Command("bash", "-c", script)
			cmd.Dir = dir
			added := filepath.Join(temp, "path")
			if err := os.WriteFile(added, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			cmd.Env = append(os.Environ(), "LOCKSTEP_SOURCE="+source, "RUNNER_TEMP="+temp, "GITHUB_PATH="+added)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", script, err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "public", "index.html")); err != nil {
				t.Error(err)
			}
			// The second time nothing is overwritten.
			if out, err := command(t, "init", dir, "--ci", forge); err != nil || !strings.Contains(out, "kept   "+name) {
				t.Errorf("again: %v: %s", err, out)
			}
		})
	}
	if code, out := ran(t.Context(), "init", t.TempDir(), "--ci", "gitub"); code != exitUsage || !strings.Contains(out, "there are forgejo, github, gitlab") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestInitHook: a commit of a dead link is refused, and a hook that is there stays.
func TestInitHook(t *testing.T) {
	binary := program(t)
	dir := t.TempDir()
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)...)
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := command(t, "init", dir, "--hook"); err == nil || !strings.Contains(out, "git init") {
		t.Errorf("without a repository: %v: %s", err, out)
	}
	if out, err := git("init", "--quiet"); err != nil {
		t.Fatal(out)
	}
	if out, err := command(t, "init", dir, "--hook"); err != nil {
		t.Fatal(out)
	}
	commit := func(text string) (string, error) {
		if err := os.WriteFile(filepath.Join(dir, "content", "index.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := git("add", "--all"); err != nil {
			t.Fatal(out)
		}
		return git("commit", "--quiet", "-m", "Write")
	}
	if out, err := commit("# A page\n\nA [dead link](gone.md).\n"); err == nil || !strings.Contains(out, "dead-link") {
		t.Errorf("a dead link was committed: %s", out)
	}
	if out, err := commit("# A page\n\nText.\n"); err != nil {
		t.Errorf("a sound text was refused: %s", out)
	}
	hook := filepath.Join(dir, ".git", "hooks", "pre-commit")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "init", dir, "--hook"); err == nil || !strings.Contains(out, "is there already") {
		t.Errorf("a hook was overwritten: %v: %s", err, out)
	}
}

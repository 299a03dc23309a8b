package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateThirdParty = flag.Bool("update-third-party", false, "write THIRD_PARTY.md anew")

// licences are told by a sentence of their text.
var licences = []struct{ name, sentence string }{
	{"FTL", "choice of exactly one of the following two licenses: * The FreeType License"},
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE"},
	{"BSD-3-Clause", "used to endorse or promote"},
	{"BSD-2-Clause", "Redistributions of source code must retain"},
	{"0BSD", "Zero-Clause BSD"},
	{"ISC", "Permission to use, copy, modify, and/or distribute"},
	{"ISC", "Permission to use, copy, modify, and distribute this software"},
	{"MIT", "Permission is hereby granted, free of charge"},
}

func licenceOf(text []byte) string {
	plain := regexp.MustCompile(`\s+`).ReplaceAllString(string(text), " ")
	for _, l := range licences {
		if strings.Contains(plain, l.sentence) {
			return l.name
		}
	}
	return ""
}

// linkedModules are the modules of which a package is in a program: those that the
// command needs on Linux, and those of the laboratory that it carries.
func linkedModules(t *testing.T) (modules map[string]string) {
	t.Helper()
	modules = make(map[string]string) // folder by name and version
	for _, build := range []struct {
		env     []string
		program string
	}{
		{[]string{"GOOS=linux", "GOARCH=amd64"}, "lockstep/cmd/lockstep"},
		{[]string{"GOOS=js", "GOARCH=wasm"}, "lockstep/cmd/lab-wasm"},
	} {
		command := exec.Command("go", "list", "-deps", "-json=Module", build.program)
		command.Env = append(os.Environ(), append(build.env, "CGO_ENABLED=0")...)
		out, err := command.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct {
				Module *struct {
					Path, Version, Dir string
					Main               bool
					Replace            *struct{ Dir string }
				}
			}
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if m := p.Module; m != nil && !m.Main && m.Replace == nil {
				modules[m.Path+" "+m.Version] = m.Dir
			}
		}
	}
	return modules
}

// thirdParty is what THIRD_PARTY.md should say.
func thirdParty(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("# What others have made\n\nEverything here is a part of the program `lockstep`, each under its own licence. The list is generated:\n`go test ./cmd/lockstep -run TestThirdParty -update-third-party`.\n\n## Go modules\n\n| Module | Version | Licence |\n|---|---|---|\n")
	modules := linkedModules(t)
	var names []string
	for name := range modules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		licence := ""
		for _, pattern := range []string{"LICENSE*", "LICENCE*", "License*", "license*", "COPYING*"} {
			found, err := filepath.Glob(filepath.Join(modules[name], pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range found {
				text, err := os.ReadFile(file)
				if err != nil {
					continue
				}
				if l := licenceOf(text); l != "" && licence == "" {
					licence = l
				}
			}
		}
		if licence == "" {
			t.Errorf("%s has no licence that this test knows: look at %s", name, modules[name])
		}
		path, version, _ := strings.Cut(name, " ")
		fmt.Fprintf(&b, "| %s | %s | %s |\n", path, version, licence)
	}
	runtime, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(runtime)), "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "\nThe Go standard library and `wasm_exec.js`: %s.\n\n## Files of the site\n\n| File | Licence |\n|---|---|\n", licenceOf(text))
	b.WriteString(vendored(t))
	return b.Bytes()
}

// vendored lists the fonts and libraries in static.
func vendored(t *testing.T) string {
	var b strings.Builder
	for _, pattern := range []string{"fonts/*.woff2", "vendor/*"} {
		files, err := filepath.Glob(filepath.Join("../../static", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("static/%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".LICENSE") || strings.HasSuffix(file, ".md") {
				continue
			}
			licence := vendorLicence(file)
			if licence == "" {
				t.Errorf("%s has no licence beside it or at its head", file)
			}
			fmt.Fprintf(&b, "| %s | %s |\n", strings.TrimPrefix(file, "../../"), licence)
		}
	}
	return b.String()
}

// vendorLicence finds the licence of a file: NAME.LICENSE, whose name begins it, or
// its own first lines.
func vendorLicence(file string) string {
	beside, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.LICENSE"))
	for _, path := range beside {
		if strings.HasPrefix(filepath.Base(file), strings.TrimSuffix(filepath.Base(path), ".LICENSE")) {
			if text, err := os.ReadFile(path); err == nil {
				return licenceOf(text)
			}
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return licenceOf(text[:min(len(text), 4096)])
}

// TestThirdParty: the notice lists what is in the program.
func TestThirdParty(t *testing.T) {
	const path = "../../THIRD_PARTY.md"
	want := thirdParty(t)
	if *updateThirdParty {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("THIRD_PARTY.md is stale: run go test ./cmd/lockstep -run TestThirdParty -update-third-party")
	}
}

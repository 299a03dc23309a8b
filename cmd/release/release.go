package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// A release is what all its files have in common.
type release struct {
	version     string
	when        time.Time         // of the commit, so that it is the same at each run
	texts       map[string][]byte // README.md and its like, by name
	completions map[string][]byte
	manual      map[string][]byte
	programs    map[target][]byte
	infos       map[target]*buildinfo.BuildInfo
}

// oldest is the time of files whose commit is unknown: zip knows none before it.
var oldest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// readRelease takes the programs, and has the one for this machine print its manual.
func readRelease(ctx context.Context, source, native string, programs map[target]string) (r release, err error) {
	r = release{when: oldest, texts: map[string][]byte{}, completions: map[string][]byte{}, manual: map[string][]byte{}, programs: map[target][]byte{}, infos: map[target]*buildinfo.BuildInfo{}}
	for t, program := range programs {
		if r.programs[t], err = os.ReadFile(program); err != nil {
			return r, err
		}
		if r.infos[t], err = buildinfo.ReadFile(program); err != nil {
			return r, fmt.Errorf("read what %s was built from: %w", program, err)
		}
		r.version = r.infos[t].Main.Version
		for _, s := range r.infos[t].Settings {
			if s.Key == "vcs.time" {
				if r.when, err = time.Parse(time.RFC3339, s.Value); err != nil {
					return r, err
				}
			}
		}
	}
	if r.version == "" || r.version == "(devel)" {
		r.version = "v0.0.0-unknown"
	}
	for _, name := range []string{"README.md", "LICENSE", "THIRD_PARTY.md", "SECURITY.md", "CHANGELOG.md"} {
		if r.texts[name], err = os.ReadFile(filepath.Join(source, name)); err != nil {
			return r, err
		}
	}
	for shell, name := range map[string]string{"bash": "lockstep.bash", "zsh": "_lockstep", "fish": "lockstep.fish"} {
		if r.completions[name], err = exec.CommandContext(ctx, native, "completion", shell).Output(); err != nil {
			return r, fmt.Errorf("lockstep completion %s: %w", shell, err)
		}
	}
	dir, err := os.MkdirTemp("", "lockstep-man")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	man := exec.CommandContext(ctx, native, "man", dir)
	// A page without the date of a commit bears that of the day otherwise.
	man.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.when.Unix()))
	if out, err := man.CombinedOutput(); err != nil {
		return r, fmt.Errorf("lockstep man: %w\n%s", err, out)
	}
	pages, err := os.ReadDir(dir)
	for _, page := range pages {
		if r.manual[page.Name()], err = os.ReadFile(filepath.Join(dir, page.Name())); err != nil {
			return r, err
		}
	}
	return r, err
}

// archive holds the program for a target with what belongs to it.
func (r release) archive(t target) (name string, data []byte) {
	all := []file{{name: t.program(), mode: 0o755, data: r.programs[t]}}
	for folder, group := range map[string]map[string][]byte{"": r.texts, "completions/": r.completions, "man/man1/": r.manual} {
		for name, data := range group {
			all = append(all, file{name: folder + name, mode: 0o644, data: data})
		}
	}
	root := r.name(t)
	for i := range all {
		all[i].name = root + "/" + all[i].name
	}
	if t.os == "windows" {
		return root + ".zip", zipped(all, r.when)
	}
	return root + ".tar.gz", gzipped(tarball(all, "", r.when))
}

func (r release) name(t target) string {
	return "lockstep_" + r.version + "_" + t.os + "_" + t.arch
}

// artifacts are the files of the release, with their sums and, if there is a key, the
// signature of these.
func (r release) artifacts(key *signer) (all []file) {
	linux := make(map[string][]byte)
	for t, program := range r.programs {
		name, data := r.archive(t)
		all = append(all, file{name: name, data: data}, file{name: r.name(t) + ".cdx.json", data: sbom(r.infos[t], r.when)})
		if t.os == "linux" {
			linux[t.arch] = program
			parts, version := installed(r, program), packageVersion(r.version)
			all = append(all,
				file{name: "lockstep_" + version + "_" + t.arch + ".deb", data: deb(t.arch, version, parts, r.when)},
				file{name: "lockstep-" + version + "-1." + rpmArch[t.arch] + ".rpm", data: rpm(t.arch, version, parts, r.when)})
		}
	}
	if len(linux) > 0 {
		all = append(all, file{name: "lockstep_" + r.version + "_oci.tar", data: image(r.version, linux, r.when)})
	}
	all = append(all, file{name: "kubernetes.yaml", data: shipped("kubernetes.yaml")})
	slices.SortFunc(all, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	var sums bytes.Buffer
	for _, f := range all {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(f.data), f.name)
	}
	all = append(all, file{name: "SHA256SUMS", data: sums.Bytes()})
	if key != nil {
		all = append(all, file{name: "SHA256SUMS.sig", data: key.sign(sums.Bytes())})
	}
	return all
}

// make builds the programs into the folder bin below out, and writes the files of the
// release beside it.
func (o options) make(ctx context.Context) (names []string, err error) {
	var key *signer
	if o.key != "" {
		if key, err = readKey(o.key); err != nil {
			return nil, err
		}
	}
	programs := make(map[target]string)
	for _, t := range o.targets {
		programs[t] = filepath.Join(o.out, "bin", t.os+"-"+t.arch, t.program())
		if err := build(ctx, t, o.source, programs[t]); err != nil {
			return nil, err
		}
	}
	here := target{runtime.GOOS, runtime.GOARCH}
	native, ok := programs[here]
	if !ok {
		native = filepath.Join(o.out, "bin", "here", here.program())
		if err := build(ctx, here, o.source, native); err != nil {
			return nil, err
		}
	}
	if native, err = filepath.Abs(native); err != nil {
		return nil, err
	}
	r, err := readRelease(ctx, o.source, native, programs)
	if err != nil {
		return nil, err
	}
	for _, f := range r.artifacts(key) {
		name := filepath.Join(o.out, f.name)
		if err := os.WriteFile(name, f.data, 0o644); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

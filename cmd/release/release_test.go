package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var linux = target{"linux", "amd64"}

// read is a release with the manual and the modules of the real program. A few bytes
// stand in for the program itself, since packing it takes seconds and only its place
// matters; TestImage packs the real one.
var read = sync.OnceValues(func() (release, error) { return readAgain(context.Background()) })

var folderOfPrograms string

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(folderOfPrograms)
	os.Exit(code)
}

var programs = sync.OnceValues(func() (built [2]string, err error) {
	if folderOfPrograms, err = os.MkdirTemp("", "release"); err != nil {
		return built, err
	}
	for i, t := range []target{linux, {runtime.GOOS, runtime.GOARCH}} {
		built[i] = filepath.Join(folderOfPrograms, t.os+t.arch, t.program())
		if err := build(context.Background(), t, "../..", built[i]); err != nil {
			return built, err
		}
	}
	return built, nil
})

func readAgain(ctx context.Context) (release, error) {
	built, err := programs()
	if err != nil {
		return release{}, err
	}
	r, err := readRelease(ctx, "../..", built[1], map[target]string{linux: built[0]})
	if err == nil {
		other := target{"windows", "amd64"}
		r.programs[linux], r.programs[other], r.infos[other] = []byte("program\n"), []byte("program\n"), r.infos[linux]
	}
	return r, err
}

func someRelease(t *testing.T) release {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds the program")
	}
	r, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func artifact(t *testing.T, r release, suffix string) []byte {
	t.Helper()
	for _, f := range r.artifacts(nil) {
		if strings.HasSuffix(f.name, suffix) {
			return f.data
		}
	}
	t.Fatalf("there is no %s", suffix)
	return nil
}

// onDisk writes it to a file.
func onDisk(t *testing.T, name string, data []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// tool runs a program that a machine may lack; CI may not, but for what belongs to an
// init system, which containers do without.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) && (os.Getenv("CI") != "true" || name == "systemd-analyze") {
		t.Skip(name + " is not installed")
	}
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// untar reads a tar; the names of folders end with a slash.
func untar(t *testing.T, data []byte) (headers map[string]*tar.Header, contents map[string][]byte) {
	t.Helper()
	headers, contents = make(map[string]*tar.Header), make(map[string][]byte)
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		header, err := r.Next()
		if err == io.EOF {
			return headers, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		headers[header.Name] = header
		if contents[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func gunzip(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestArtifacts_sameBytes: all files of a release are the same when they are made again,
// and SHA256SUMS names each with its sum.
func TestArtifacts_sameBytes(t *testing.T) {
	first := someRelease(t).artifacts(nil)
	r, err := readAgain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second := r.artifacts(nil)
	if len(first) < 7 || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	sums := string(first[len(first)-1].data)
	for i, f := range first {
		if f.name != second[i].name || !bytes.Equal(f.data, second[i].data) {
			t.Errorf("%s is not the same the second time", f.name)
		}
		if f.name != "SHA256SUMS" && !strings.Contains(sums, fmt.Sprintf("%x  %s\n", sha256.Sum256(f.data), f.name)) {
			t.Errorf("SHA256SUMS does not hold %s", f.name)
		}
	}
}

// TestArchive: an archive has one folder with the program and what belongs to it, in the
// form that its system expects.
func TestArchive(t *testing.T) {
	r := someRelease(t)
	expected := []string{"README.md", "LICENSE", "THIRD_PARTY.md", "SECURITY.md", "CHANGELOG.md", "completions/lockstep.bash", "completions/_lockstep", "completions/lockstep.fish", "man/man1/lockstep.1", "man/man1/lockstep-node.1"}
	headers, contents := untar(t, gunzip(t, artifact(t, r, "_linux_amd64.tar.gz")))
	root := r.name(linux) + "/"
	for _, name := range append(expected, "lockstep") {
		if len(contents[root+name]) == 0 {
			t.Errorf("%s is not in the archive", name)
		}
	}
	for name, header := range headers {
		if !strings.HasPrefix(name, root) || !header.ModTime.Equal(r.when) || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s: of %s, owner %d %q", name, header.ModTime, header.Uid, header.Uname)
		}
	}
	if mode := headers[root+"lockstep"].Mode; mode != 0o755 {
		t.Errorf("the program has the mode %o", mode)
	}
	data := artifact(t, r, "_windows_amd64.zip")
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	root = r.name(target{"windows", "amd64"}) + "/"
	for _, name := range append(expected, "lockstep.exe") {
		if f, err := z.Open(root + name); err != nil {
			t.Error(err)
		} else {
			f.Close()
		}
	}
}

// TestDeb: Debian's own tools read the package; systemd finds nothing wrong in the unit,
// and little that it could still be kept from.
func TestDeb(t *testing.T) {
	r := someRelease(t)
	name := onDisk(t, "lockstep.deb", artifact(t, r, "_amd64.deb"))
	info := tool(t, "dpkg-deb", "--info", name)
	for _, line := range []string{"Package: lockstep", "Version: " + packageVersion(r.version), "Architecture: amd64", "conffiles", "postinst", "prerm", "postrm"} {
		if !strings.Contains(info, line) {
			t.Errorf("the package does not say %q:\n%s", line, info)
		}
	}
	contents := tool(t, "dpkg-deb", "--contents", name)
	for _, line := range []string{"-rwxr-xr-x 0/0 ", "./usr/bin/lockstep", "./usr/lib/systemd/system/lockstep-node.service", "./etc/default/lockstep", "./usr/share/man/man1/lockstep-node.1.gz", "./usr/share/bash-completion/completions/lockstep"} {
		if !strings.Contains(contents, line) {
			t.Errorf("%q is not in the package:\n%s", line, contents)
		}
	}
	root := t.TempDir()
	tool(t, "dpkg-deb", "--extract", name, root)
	tool(t, "sh", "-c", `cd "$1" && dpkg-deb --ctrl-tarfile "$2" | tar -xOf - ./md5sums | md5sum --check --quiet`, "sh", root, name)
	for _, script := range []string{"postinst", "prerm", "postrm"} {
		tool(t, "sh", "-n", "files/"+script)
	}

	// What is left of a purged package is what an operator has put there.
	t.Setenv("DPKG_ROOT", root)
	certificates := filepath.Join(root, "etc/lockstep")
	key := filepath.Join(certificates, "node.key")
	if err := os.MkdirAll(certificates, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "sh", "files/postrm", "purge")
	if _, err := os.Stat(key); err != nil {
		t.Error(err)
	}
	os.Remove(key)
	tool(t, "sh", "files/postrm", "remove")
	if _, err := os.Stat(certificates); err != nil {
		t.Error(err)
	}
	tool(t, "sh", "files/postrm", "purge")
	if _, err := os.Stat(certificates); err == nil {
		t.Error("an empty folder for certificates stays behind a purged package")
	}

	unit := filepath.Join(root, "usr/lib/systemd/system/lockstep-node.service")
	out := tool(t, "systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
	t.Log(strings.TrimSpace(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]))
}

// TestRPM: rpm itself reads the package, installs it into an empty root, finds every file
// as it was packed, and keeps what an operator wrote when another version comes.
func TestRPM(t *testing.T) {
	r := someRelease(t)
	name := onDisk(t, "lockstep.rpm", artifact(t, r, ".x86_64.rpm"))
	tool(t, "rpm", "--checksig", "--nosignature", name)
	info := tool(t, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} [%{REQUIRENAME} ]", name)
	for _, part := range []string{"lockstep " + packageVersion(r.version) + " x86_64 ", "/bin/sh ", "/usr/sbin/useradd "} {
		if !strings.Contains(info, part) {
			t.Errorf("the package does not say %q: %s", part, info)
		}
	}
	// The newer version of the test has another default, as a later release may.
	later := installed(r, r.programs[linux])
	for i := range later {
		if later[i].name == "etc/default/lockstep" {
			later[i].data = append(slices.Clone(later[i].data), "# More.\n"...)
		}
	}
	newer := onDisk(t, "newer.rpm", rpm("amd64", "99", later, r.when))

	root := t.TempDir()
	at := func(args ...string) string {
		return tool(t, "rpm", append([]string{"--root", root}, args...)...)
	}
	at("--install", "--nodeps", "--noscripts", "--ignorearch", name)
	at("--verify", "--nodeps", "lockstep")
	for _, f := range []string{"usr/bin/lockstep", "usr/lib/systemd/system/lockstep-node.service", "usr/share/man/man1/lockstep-node.1.gz", "usr/share/zsh/site-functions/_lockstep"} {
		if _, err := os.Stat(filepath.Join(root, f)); err != nil {
			t.Error(err)
		}
	}
	config := filepath.Join(root, "etc/default/lockstep")
	if err := os.WriteFile(config, []byte("LOCKSTEP_OPTIONS=--id n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at("--upgrade", "--nodeps", "--noscripts", "--ignorearch", newer)
	if got := at("-q", "--qf", "%{VERSION}", "lockstep"); got != "99" {
		t.Errorf("version %s is installed after the upgrade", got)
	}
	if kept, err := os.ReadFile(config); err != nil || string(kept) != "LOCKSTEP_OPTIONS=--id n1\n" {
		t.Errorf("the upgrade left %q of what the operator wrote: %v", kept, err)
	}
	at("--erase", "--nodeps", "--noscripts", "lockstep")
	if left, err := filepath.Glob(filepath.Join(root, "usr/*/*lockstep*")); err != nil || len(left) > 0 {
		t.Errorf("a removal left %s: %v", left, err)
	}
}

// TestRPM_scripts: what Debian's scripts do once at an installation, at each upgrade and at
// a removal, they do then for rpm, too.
func TestRPM_scripts(t *testing.T) {
	r := someRelease(t)
	name := onDisk(t, "lockstep.rpm", artifact(t, r, ".x86_64.rpm"))
	for _, tt := range []struct{ script, word, argument, want string }{
		{"POSTIN", `$1" = configure`, "1", "configure"},
		{"POSTIN", `$1" = configure`, "2", "configure"},
		{"PREUN", `$1" = remove`, "0", "remove"},
		{"PREUN", `$1" = remove`, "1", "upgrade"},
	} {
		script := tool(t, "rpm", "-qp", "--qf", "%{"+tt.script+"}", name)
		before, _, ok := strings.Cut(script, "#!/bin/sh")
		if !ok || !strings.Contains(script, tt.word) {
			t.Errorf("%s does not ask for the word:\n%s", tt.script, script)
			continue
		}
		if got := tool(t, "sh", "-c", before+`echo "$1"`, "sh", tt.argument); got != tt.want+"\n" {
			t.Errorf("%s of rpm with %s is told %s, not %s", tt.script, tt.argument, got, tt.want)
		}
	}
}

// TestUnit: what the unit says is understood by systemd, and the program that it starts
// is where the package puts it.
func TestUnit(t *testing.T) {
	unit := string(shipped("lockstep-node.service"))
	dir := t.TempDir()
	own := filepath.Join(dir, "lockstep-node.service")
	// The program of the unit has to be there when it is verified.
	if err := os.WriteFile(own, []byte(strings.ReplaceAll(unit, "/usr/bin/lockstep", "/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := tool(t, "systemd-analyze", "verify", "--man=no", own); strings.Contains(out, "lockstep-node.service") {
		t.Error(out)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=/(\S+) node --data /var/lib/(\S+) `).FindStringSubmatch(unit)
	if start == nil || !slices.ContainsFunc(installed(release{}, nil), func(f file) bool { return f.name == start[1] }) || !strings.Contains(unit, "\nStateDirectory="+start[2]+"\n") {
		t.Errorf("it starts %q", start)
	}
}

// TestPackageVersion: versions before a release are ordered before it by Debian and by rpm, too.
func TestPackageVersion(t *testing.T) {
	for version, expected := range map[string]string{"v1.2.3": "1.2.3", "v1.2.3-rc.1": "1.2.3~rc.1", "v0.0.0-20261127-abc+dirty": "0.0.0~20261127.abc+dirty"} {
		if got := packageVersion(version); got != expected {
			t.Errorf("%s becomes %s, not %s", version, got, expected)
		}
	}
	tool(t, "dpkg", "--compare-versions", packageVersion("v1.2.3-rc.1"), "lt", packageVersion("v1.2.3"))
	if got := tool(t, "rpm", "--eval", fmt.Sprintf(`%%{lua: print(rpm.vercmp("%s", "%s"))}`, packageVersion("v1.2.3-rc.1"), packageVersion("v1.2.3"))); got != "-1\n" {
		t.Errorf("rpm compares them as %s", got)
	}
}

// TestImage: each blob of the image is what its digest and size say, from the index to
// the layer; the program in it runs, and it runs as nobody.
func TestImage(t *testing.T) {
	r := someRelease(t)
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(built[0])
	if err != nil {
		t.Fatal(err)
	}
	_, blobs := untar(t, image(r.version, map[string][]byte{"amd64": program}, r.when))
	get := func(d descriptor, into any) []byte {
		t.Helper()
		data, ok := blobs["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")]
		if !ok || len(data) != d.Size || fmt.Sprintf("sha256:%x", sha256.Sum256(data)) != d.Digest {
			t.Fatalf("the blob %+v is missing or another", d)
		}
		if into != nil {
			if err := json.Unmarshal(data, into); err != nil {
				t.Fatal(err)
			}
		}
		return data
	}
	if string(blobs["oci-layout"]) != `{"imageLayoutVersion":"1.0.0"}` {
		t.Errorf("oci-layout: %s", blobs["oci-layout"])
	}
	var index, all, one manifest
	if err := json.Unmarshal(blobs["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	get(index.Manifests[0], &all)
	if len(all.Manifests) != 1 || *all.Manifests[0].Platform != (platform{"amd64", "linux"}) {
		t.Fatalf("%+v", all)
	}
	get(all.Manifests[0], &one)
	var config imageConfig
	get(*one.Config, &config)
	layer := gunzip(t, get(one.Layers[0], nil))
	if config.RootFS.DiffIDs[0] != fmt.Sprintf("sha256:%x", sha256.Sum256(layer)) {
		t.Error("the layer is not the one that the configuration names")
	}
	if user := config.Config["User"]; user != "65532:65532" {
		t.Errorf("it runs as %v", user)
	}
	headers, contents := untar(t, layer)
	if data := headers["data/"]; data == nil || data.Uid != nobody || data.Mode != 0o700 {
		t.Errorf("the data folder: %+v", data)
	}
	if runtime.GOOS+"/"+runtime.GOARCH != linux.String() {
		t.Skip("the program in the image is for another system")
	}
	entry := config.Config["Entrypoint"].([]any)[0].(string)
	root := t.TempDir()
	unpacked := filepath.Join(root, entry)
	if err := os.MkdirAll(filepath.Dir(unpacked), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(unpacked, contents[strings.TrimPrefix(entry, "/")], 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(unpacked, "version")
	inside(cmd, root, entry)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "lockstep ") {
		t.Errorf("the program of the image: %v\n%s", err, out)
	}
}

// TestSBOM: the list names the modules that the program holds, and nothing in it changes
// from run to run.
func TestSBOM(t *testing.T) {
	r := someRelease(t)
	var b bom
	if err := json.Unmarshal(artifact(t, r, "_linux_amd64.cdx.json"), &b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || len(b.Components) != len(r.infos[linux].Deps)+1 {
		t.Errorf("%s with %d components", b.Format, len(b.Components))
	}
	for _, name := range []string{"std", "github.com/hashicorp/raft", "github.com/yuin/goldmark"} {
		if !slices.ContainsFunc(b.Components, func(c component) bool {
			return c.Name == name && c.Version != "" && c.PURL == "pkg:golang/"+name+"@"+c.Version
		}) {
			t.Errorf("%s is not in the list", name)
		}
	}
}

// TestSign: OpenSSH verifies the signature, and finds fault with that of other sums.
func TestSign(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "key")
	tool(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name)
	key, err := readKey(name)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(name + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("sums\n")
	allowed, signature := onDisk(t, "allowed", []byte("releases "+string(public))), onDisk(t, "SHA256SUMS.sig", key.sign(message))
	verify := func(message string) error {
		cmd := exec.Command("ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "releases", "-n", "file", "-s", signature)
		cmd.Stdin = strings.NewReader(message)
		return cmd.Run()
	}
	if err := verify(string(message)); err != nil {
		t.Error(err)
	}
	if verify("other sums\n") == nil {
		t.Error("other sums pass")
	}
	locked := filepath.Join(dir, "locked")
	tool(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked)
	if _, err := readKey(locked); err == nil || !strings.Contains(err.Error(), "passphrase") {
		t.Errorf("a key with a passphrase: %v", err)
	}
	data, _ := os.ReadFile(name)
	for end := range len(data) {
		if _, err := parseKey(data[:end]); err == nil && end < len(data)-2 {
			t.Fatalf("a key that ends after %d of %d bytes is read", end, len(data))
		}
	}
}

package main

import (
	"bytes"
	"crypto/md5"
	"embed"
	"fmt"
	"strings"
	"time"
)

//go:embed files
var files embed.FS

func shipped(name string) []byte {
	data, err := files.ReadFile("files/" + name)
	must(err)
	return data
}

// packageVersion is the version of a module as Debian and rpm order versions: what comes
// before a release is smaller than it, and a hyphen would begin the package's own part.
func packageVersion(version string) string {
	version = strings.Replace(strings.TrimPrefix(version, "v"), "-", "~", 1)
	return strings.ReplaceAll(version, "-", ".")
}

// What packages say of themselves.
const (
	summary   = "ordered, replicated messages, and designs that are checked"
	described = `One program: nodes of a cluster that keeps the order of conversations through
failures of its leaders, and a generator and checker of sites about designs.
The service lockstep-node runs one node once /etc/default/lockstep says how.`
)

// deb is a package of Debian: an archive of ar with the format's version, what the
// package manager reads, and what it unpacks.
func deb(arch, version string, data []file, when time.Time) []byte {
	var sums bytes.Buffer
	size := 0
	for _, f := range withFolders(data) {
		if !f.isFolder() {
			fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.data), f.name)
			size += (len(f.data) + 1023) / 1024
		}
	}
	control := fmt.Sprintf(`Package: lockstep
Version: %s
Architecture: %s
Maintainer: The authors of Lockstep <lockstep@example.invalid>
Installed-Size: %d
Depends: passwd
Section: net
Priority: optional
Description: %s
 %s
`, version, arch, size, summary, strings.ReplaceAll(described, "\n", "\n "))
	scripts := []file{
		{name: "control", mode: 0o644, data: []byte(control)},
		{name: "md5sums", mode: 0o644, data: sums.Bytes()},
		{name: "conffiles", mode: 0o644, data: []byte("/etc/default/lockstep\n")},
	}
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		scripts = append(scripts, file{name: name, mode: 0o755, data: shipped(name)})
	}
	var out bytes.Buffer
	out.WriteString("!<arch>\n")
	for _, member := range []file{
		{name: "debian-binary", data: []byte("2.0\n")},
		{name: "control.tar.gz", data: gzipped(tarball(scripts, "./", when))},
		{name: "data.tar.gz", data: gzipped(tarball(data, "./", when))},
	} {
		fmt.Fprintf(&out, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", member.name, when.Unix(), 0, 0, "100644", len(member.data))
		out.Write(member.data)
		if len(member.data)%2 == 1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

const docFolder = "usr/share/doc/lockstep/"

// installed is where the parts of a release lie on a Debian system.
func installed(r release, program []byte) []file {
	all := []file{
		{name: "usr/bin/lockstep", mode: 0o755, data: program},
		{name: "usr/lib/systemd/system/lockstep-node.service", mode: 0o644, data: shipped("lockstep-node.service")},
		{name: "etc/default/lockstep", mode: 0o644, data: shipped("default")},
		{name: docFolder + "copyright", mode: 0o644, data: r.texts["LICENSE"]},
		{name: docFolder + "README.md", mode: 0o644, data: r.texts["README.md"]},
		{name: docFolder + "THIRD_PARTY.md", mode: 0o644, data: r.texts["THIRD_PARTY.md"]},
		{name: "usr/share/bash-completion/completions/lockstep", mode: 0o644, data: r.completions["lockstep.bash"]},
		{name: "usr/share/zsh/vendor-completions/_lockstep", mode: 0o644, data: r.completions["_lockstep"]},
		{name: "usr/share/fish/vendor_completions.d/lockstep.fish", mode: 0o644, data: r.completions["lockstep.fish"]},
	}
	for name, page := range r.manual {
		all = append(all, file{name: "usr/share/man/man1/" + name + ".gz", mode: 0o644, data: gzipped(page)})
	}
	return all
}

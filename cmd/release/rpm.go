package main

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/google/rpmpack"
)

// rpmArch is what rpm calls a processor of Go's.
var rpmArch = map[string]string{"amd64": "x86_64", "arm64": "aarch64"}

// rpmWords gives a script of rpm, which is told how many versions of the package will be
// installed after it, the word that a script of Debian is told.
func rpmWords(none, some string) string {
	return fmt.Sprintf("if [ \"$1\" = 0 ]; then set -- %s; else set -- %s; fi\n", none, some)
}

// rpm is a package of Fedora and its relatives: the files and the scripts of the package
// of Debian.
func rpm(arch, version string, data []file, when time.Time) []byte {
	pack, err := rpmpack.NewRPM(rpmpack.RPMMetaData{
		Name:        "lockstep",
		Version:     version,
		Release:     "1",
		Arch:        rpmArch[arch],
		Summary:     summary,
		Description: described,
		Licence:     "Apache-2.0",
		Epoch:       rpmpack.NoEpoch,
		BuildTime:   when,
		Compressor:  "gzip:9",
		Requires:    rpmpack.Relations{{Name: "/bin/sh"}, {Name: "/usr/sbin/useradd"}},
	})
	must(err)
	for _, f := range data {
		added := rpmpack.RPMFile{Name: "/" + f.name, Body: f.data, Mode: uint(f.mode), Owner: "root", Group: "root", MTime: uint32(when.Unix())}
		switch {
		case strings.HasPrefix(f.name, "etc/"):
			added.Type = rpmpack.ConfigFile | rpmpack.NoReplaceFile
		case path.Base(f.name) == "copyright":
			added.Type = rpmpack.LicenceFile
		case strings.HasPrefix(f.name, docFolder), strings.Contains(f.name, "/man/"):
			added.Type = rpmpack.DocFile
		}
		// Only Debian's zsh looks in the folder of its own.
		added.Name = strings.Replace(added.Name, "/zsh/vendor-completions/", "/zsh/site-functions/", 1)
		pack.AddFile(added)
	}
	// A removal takes the folder, too.
	pack.AddFile(rpmpack.RPMFile{Name: "/" + strings.TrimSuffix(docFolder, "/"), Mode: 0o40755, Owner: "root", Group: "root", MTime: uint32(when.Unix())})
	pack.AddPostin("set -- configure\n" + string(shipped("postinst")))
	pack.AddPreun(rpmWords("remove", "upgrade") + string(shipped("prerm")))
	pack.AddPostun(string(shipped("postrm")))
	var out bytes.Buffer
	must(pack.Write(&out))
	return out.Bytes()
}

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"io/fs"
	"path"
	"slices"
	"time"
)

// A file is what an archive holds under a name, with slashes and without one in front.
type file struct {
	name  string
	mode  int64
	owner int // number of user and group
	data  []byte
}

// folder is a file that holds nothing.
func folder(name string, mode int64, owner int) file {
	return file{name: name + "/", mode: mode, owner: owner}
}

func (f file) isFolder() bool { return f.name[len(f.name)-1] == '/' }

// withFolders puts the folders that files lie in before them, all in order of names, so
// that the same files give the same archive.
func withFolders(files []file) (all []file) {
	have := make(map[string]bool)
	for _, f := range files {
		have[f.name] = true
	}
	all = slices.Clone(files)
	for _, f := range files {
		for dir := path.Dir(path.Clean(f.name)); dir != "."; dir = path.Dir(dir) {
			if !have[dir+"/"] {
				have[dir+"/"] = true
				all = append(all, folder(dir, 0o755, 0))
			}
		}
	}
	slices.SortFunc(all, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return all
}

// tarball gives all files the same time and no names of owners of this machine. Each
// name begins with the prefix.
func tarball(files []file, prefix string, when time.Time) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range withFolders(files) {
		header := tar.Header{Typeflag: tar.TypeReg, Name: prefix + f.name, Mode: f.mode, Size: int64(len(f.data)), ModTime: when, Uid: f.owner, Gid: f.owner, Format: tar.FormatUSTAR}
		if f.isFolder() {
			header.Typeflag = tar.TypeDir
		}
		must(w.WriteHeader(&header))
		_, err := w.Write(f.data)
		must(err)
	}
	must(w.Close())
	return out.Bytes()
}

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	must(err)
	_, err = w.Write(data)
	must(err)
	must(w.Close())
	return out.Bytes()
}

func zipped(files []file, when time.Time) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range withFolders(files) {
		header := zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: when.UTC()}
		header.SetMode(fs.FileMode(f.mode))
		if f.isFolder() {
			header.SetMode(fs.ModeDir | fs.FileMode(f.mode))
		}
		into, err := w.CreateHeader(&header)
		must(err)
		if !f.isFolder() {
			_, err = into.Write(f.data)
			must(err)
		}
	}
	must(w.Close())
	return out.Bytes()
}

// must is for writing to memory, which fails only by a mistake in this program.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

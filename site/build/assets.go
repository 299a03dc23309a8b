package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"
	"sync"

	"lockstep/site/view"
	"lockstep/static"
)

// Asset is a static file under a name that holds a hash of its content, so that
// browsers may keep it for ever.
type Asset struct {
	Path string // rooted: "/static/site.1a2b3c4d.css"

	data, brotli, gzip func() []byte
}

func newAsset(name string, data []byte) *Asset {
	return makeAsset(name, data, func() []byte { return data })
}

// fileAsset is an asset that is embedded as it is. It is read each time, since the
// programs for the browser are megabytes, most processes never hand them out, and a copy
// in memory is one beside the program's own file.
func fileAsset(name string) (*Asset, error) {
	data, err := fs.ReadFile(static.Files(), name)
	if err != nil {
		return nil, err
	}
	a := makeAsset(name, data, func() []byte { return embedded(name) })
	if _, err := fs.Stat(static.Files(), name+".br"); err == nil {
		a.brotli = func() []byte { return embedded(name + ".br") } // make site has taken its time
	}
	return a, nil
}

// embedded is a file that is known to be there.
func embedded(name string) []byte {
	data, err := fs.ReadFile(static.Files(), name)
	if err != nil {
		panic("static files are embedded: " + err.Error())
	}
	return data
}

func makeAsset(name string, now []byte, data func() []byte) *Asset {
	e := best
	if path.Ext(name) == ".wasm" {
		e = large
	}
	encoded := func(to func(*bytes.Buffer, []byte, effort)) func() []byte {
		return sync.OnceValue(func() []byte { text := data(); return smaller(text, compress(text, to, e)) })
	}
	return &Asset{Path: "/static/" + hashed(name, now), data: data, brotli: encoded(brotliTo), gzip: encoded(gzipTo)}
}

// Bytes is the asset as it is.
func (a *Asset) Bytes() []byte { return a.data() }

// Encoded is the asset in the encoding "br" or "gzip", or nil if that is no
// smaller. It is made on first use and kept: it takes far longer than to send it.
func (a *Asset) Encoded(encoding string) []byte {
	switch {
	case !compressible(a.Path):
		return nil
	case encoding == "br":
		return a.brotli()
	case encoding == "gzip":
		return a.gzip()
	}
	return nil
}

// assets are all static files by their plain name.
var assets = sync.OnceValue(func() map[string]*Asset {
	all := make(map[string]*Asset)
	files := static.Files()
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(p, "js/") || path.Ext(p) == ".LICENSE" || path.Ext(p) == ".css" || path.Ext(p) == ".md" || path.Ext(p) == ".br" {
			return err
		}
		all[p], err = fileAsset(p)
		return err
	})
	if err != nil {
		panic("static files are embedded: " + err.Error())
	}
	if err := addScripts(all); err != nil {
		panic("scripts are embedded: " + err.Error())
	}
	css, err := static.Stylesheet()
	if err != nil {
		panic("stylesheets are embedded: " + err.Error())
	}
	// The stylesheet names fonts by their plain path; they stand beside it.
	text := string(css)
	for name, a := range all {
		text = strings.ReplaceAll(text, `"../`+name+`"`, `"../`+strings.TrimPrefix(a.Path, "/static/")+`"`)
	}
	all["css/site.css"] = newAsset("css/site.css", []byte(text))
	for _, name := range static.Own {
		own, err := static.Style(name)
		if err != nil {
			panic("stylesheets are embedded: " + err.Error())
		}
		all["css/"+name+".css"] = newAsset("css/"+name+".css", own)
	}
	return all
})

func hashed(name string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
}

// Assets are all static files, by their plain name.
func Assets() map[string]*Asset { return assets() }

var assetsByPath = sync.OnceValue(func() map[string]*Asset {
	byPath := make(map[string]*Asset)
	for _, a := range assets() {
		byPath[a.Path] = a
	}
	return byPath
})

// The programs for the browser, where they were built into this one, and Go's own
// script that starts them.
const (
	labWasm   = "wasm/lab.wasm"
	bugsWasm  = "wasm/lab-bugs.wasm" // the laboratory with its deliberate bugs
	modelWasm = "wasm/model.wasm"
	wasmExec  = "wasm/wasm_exec.js"
)

// labProgram is the laboratory, and modelProgram what computes the model again; nil
// if this program was built without it.
func labProgram() *view.Program {
	p := browserProgram(labWasm)
	if bugs := assets()[bugsWasm]; p != nil && bugs != nil {
		p.Bugs = bugs.Path
	}
	return p
}
func modelProgram() *view.Program { return browserProgram(modelWasm) }

func browserProgram(name string) *view.Program {
	wasm, exec := assets()[name], assets()[wasmExec]
	if wasm == nil || exec == nil {
		return nil
	}
	return &view.Program{Wasm: wasm.Path, Exec: exec.Path}
}

// AssetAt finds a static file by its rooted path, or nil.
func AssetAt(path string) *Asset { return assetsByPath()[path] }

// AssetPath is the rooted path of a static file. An unknown name is a mistake in
// this program.
func AssetPath(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("no static file " + name)
	}
	return a.Path
}

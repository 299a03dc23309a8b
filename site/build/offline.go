package build

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
)

// A static site keeps its text in the browsers of its readers, by a service worker
// (offline.js), so that it can be read without a network. A server never does. With
// "offline: false" the worker that is written removes what an earlier one kept: a
// browser asks for it again, also when no page names it.

//go:embed offline.js
var offlineOn string

//go:embed offline_off.js
var offlineOff string

const workerPath = "/service-worker.js"

// offlineBudget is how much text a browser fetches ahead, in bytes of HTML before
// compression, which makes a fifth of it. Pages beyond are kept once they were read.
const offlineBudget = 4 << 20

// shellAssets are what pages need, the signs that few of them have included.
var shellAssets = []string{"css/site.css", "js/theme.js", "js/site.js", "js/cards.js", "js/finder.js", "icon.svg",
	"fonts/source-serif-4.woff2", "fonts/source-serif-4-italic.woff2", "fonts/instrument-sans.woff2", "fonts/jetbrains-mono-400.woff2",
	"fonts/source-serif-4-more.woff2", "fonts/source-serif-4-italic-more.woff2", "fonts/instrument-sans-more.woff2", "fonts/jetbrains-mono-700.woff2", "fonts/jetbrains-mono-more.woff2"}

// pageSum tells whether a page is the same as before.
type pageSum struct {
	size int
	sum  [sha256.Size]byte
}

func (t *Tree) keepsOffline() bool { return t.config.Offline == nil || *t.config.Offline }

// serviceWorker is the script of the worker. Its version changes with any page and any
// asset, so a browser that sees it knows that there is a new build.
func (t *Tree) serviceWorker(pages []*site.Page, as []pageSum) ([]byte, error) {
	if !t.keepsOffline() {
		return []byte(offlineOff), nil
	}
	version := sha256.New()
	build := struct {
		Version string   `json:"version"`
		Shell   []string `json:"shell"`
		Texts   []string `json:"texts"`
	}{Shell: []string{"./"}}
	for _, name := range shellAssets {
		build.Shell = append(build.Shell, relative(AssetPath(name)))
	}
	for _, path := range slices.Sorted(slices.Values(assetPaths())) {
		fmt.Fprintln(version, path)
	}
	left := offlineBudget
	for i, p := range pages {
		fmt.Fprintf(version, "%s %x\n", p.Path, as[i].sum)
		if left -= as[i].size; left >= 0 {
			build.Texts = append(build.Texts, relative(p.Path))
		}
	}
	build.Version = hex.EncodeToString(version.Sum(nil)[:6])
	data, err := json.Marshal(build)
	if err != nil {
		return nil, err
	}
	return []byte("const build = " + string(data) + ";\n" + offlineOn), nil
}

// relative is a rooted path below the folder of the site.
func relative(rooted string) string { return "./" + strings.TrimPrefix(rooted, "/") }

func assetPaths() (paths []string) {
	for _, a := range Assets() {
		paths = append(paths, a.Path)
	}
	return paths
}

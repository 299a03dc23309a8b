package build

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/static"
)

var imported = regexp.MustCompile(`(?m)^(import \{ [^}]+ \} from ")(\./[^"]+)(";)$`)

// addScripts puts the scripts among the assets. A script names those that it imports
// by their plain name; here the name gets its hash, and since the name is relative it
// holds below any address.
func addScripts(all map[string]*Asset) error {
	scripts, err := static.Scripts()
	if err != nil {
		return err
	}
	for name := range scripts {
		if _, err := addScript(all, scripts, name, nil); err != nil {
			return err
		}
	}
	return nil
}

func addScript(all map[string]*Asset, scripts map[string][]byte, name string, importing []string) (*Asset, error) {
	if a := all[name]; a != nil {
		return a, nil
	}
	// The hash of a script is made of the hashes of those that it imports.
	if slices.Contains(importing, name) {
		return nil, fmt.Errorf("%s imports itself by way of %s", name, strings.Join(importing, ", "))
	}
	text, ok := scripts[name]
	if !ok {
		return nil, fmt.Errorf("there is no script %s, which %s imports", name, strings.Join(importing, ", "))
	}
	var failed error
	text = imported.ReplaceAllFunc(text, func(line []byte) []byte {
		m := imported.FindSubmatch(line)
		other, err := addScript(all, scripts, path.Join(path.Dir(name), string(m[2])), append(importing, name))
		if err != nil {
			failed = err
			return line
		}
		return []byte(string(m[1]) + "./" + path.Base(other.Path) + string(m[3]))
	})
	if failed != nil {
		return nil, failed
	}
	all[name] = newAsset(name, text)
	return all[name], nil
}

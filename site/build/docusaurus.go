package build

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// docusaurusFolders hold the texts of a site of Docusaurus, which takes all of them for
// MDX, beside its configuration.
var docusaurusFolders = []string{"docs", "blog", "community", "versioned_docs", "i18n", "src"}

// docusaurusTexts says which texts Docusaurus takes for MDX; nil for a repository without
// its configuration.
func docusaurusTexts(root fs.FS) func(file string) bool {
	var folders []string
	for _, pattern := range []string{"docusaurus.config.*", "*/docusaurus.config.*"} {
		found, _ := fs.Glob(root, pattern)
		for _, config := range found {
			for _, folder := range docusaurusFolders {
				folders = append(folders, path.Join(path.Dir(config), folder))
			}
		}
	}
	if folders == nil {
		return nil
	}
	return func(file string) bool {
		return slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(file, folder+"/") })
	}
}

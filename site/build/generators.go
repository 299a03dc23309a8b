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

// siteRoots are the folders whose files another generator puts at the root of its site,
// so that texts write "/guide/" for content/guide.md.
func siteRoots(root fs.FS) (roots []string) {
	below := func(patterns []string, folders ...string) {
		for _, pattern := range patterns {
			found, _ := fs.Glob(root, pattern)
			for _, config := range found {
				for _, folder := range folders {
					dirs, _ := fs.Glob(root, path.Join(strings.TrimSuffix(path.Dir(config), "config"), folder))
					roots = append(roots, dirs...)
				}
			}
		}
	}
	below([]string{"hugo.*", "*/hugo.*", "config.toml", "config.yaml", "config/_default", "*/config/_default"}, "content", "content/??", "content/??-*", "static", "assets")
	below([]string{"docusaurus.config.*", "*/docusaurus.config.*"}, ".", "docs", "static")
	below([]string{"mkdocs.y*ml", "*/mkdocs.y*ml"}, "docs")
	below([]string{"*/_config.yml"}, ".")
	return slices.DeleteFunc(roots, func(dir string) bool {
		info, err := fs.Stat(root, dir)
		return err != nil || !info.IsDir() || dir == "."
	})
}

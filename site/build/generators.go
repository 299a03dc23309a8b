package build

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// docusaurusFolders hold the texts of a site of Docusaurus, which takes all of them for
// MDX, beside its configuration.
var docusaurusFolders = []string{"docs", "blog", "community", "versioned_docs", "i18n", "src"}

// docusaurusSites are the folders of the repository in which the texts of a site of
// Docusaurus are. The texts that are called docs may lie beside the folder of its
// configuration.
func docusaurusSites(root fs.FS) (folders []string) {
	for _, pattern := range []string{"docusaurus.config.*", "*/docusaurus.config.*"} {
		found, _ := fs.Glob(root, pattern)
		for _, config := range found {
			for _, folder := range docusaurusFolders {
				own := path.Join(path.Dir(config), folder)
				if _, err := fs.Stat(root, own); err != nil && folder == "docs" {
					own = folder
				}
				folders = append(folders, own)
			}
		}
	}
	return folders
}

// mkdocsConfigs are where the configuration of MkDocs is looked for.
var mkdocsConfigs = []string{"mkdocs.yml", "mkdocs.yaml", "*/mkdocs.yml", "*/mkdocs.yaml"}

// mkdocsSites are the folders of the repository in which the texts of a site of MkDocs
// are.
func mkdocsSites(root fs.FS) (folders []string) {
	for _, pattern := range mkdocsConfigs {
		found, _ := fs.Glob(root, pattern)
		for _, config := range found {
			folders = append(folders, path.Join(path.Dir(config), setting(root, config, "docs_dir", "docs")))
		}
	}
	return folders
}

// belowAny says whether a file stands below one of the folders; nil if there are none.
func belowAny(folders []string) func(file string) bool {
	if folders == nil {
		return nil
	}
	return func(file string) bool { return folderOf(folders, file) != "" }
}

// folderOf is the first of the folders that a file stands below, or "".
func folderOf(folders []string, file string) string {
	at := slices.IndexFunc(folders, func(folder string) bool { return folder == "." || strings.HasPrefix(file, folder+"/") })
	if at < 0 {
		return ""
	}
	return folders[at]
}

// siteRoots are the folders whose files another generator puts at the root of its site,
// so that texts write "/guide/" for content/guide.md. They are looked for at the root of
// the repository and one folder below, by the names that the generators give them, and by
// those that the configuration of Hugo and of MkDocs does.
func siteRoots(root fs.FS, docusaurus []string) (roots []string) {
	is := func(name string) bool { _, err := fs.Stat(root, name); return err == nil }
	add := func(base string, folders ...string) {
		for _, folder := range folders {
			if dir := path.Join(base, folder); dir != "." && is(dir) && !slices.Contains(roots, dir) {
				roots = append(roots, dir)
			}
		}
	}
	each := func(add func(base, config string), patterns ...string) {
		for _, pattern := range patterns {
			found, _ := fs.Glob(root, pattern)
			for _, config := range found {
				add(path.Dir(config), config)
			}
		}
	}
	hugo := func(base, config string) {
		folder := setting(root, config, "contentDir", "content")
		content := path.Join(base, folder)
		if !is(content) {
			return
		}
		add(base, folder, "static")
		if entries, err := fs.ReadDir(root, content); err == nil && !is(content+"/_index.md") {
			add(content, "en") // which most sites have as their own
			for _, e := range entries {
				if e.IsDir() && language.MatchString(e.Name()) {
					add(content, e.Name())
				}
			}
		}
	}
	each(hugo, "hugo.toml", "hugo.yaml", "hugo.json", "*/hugo.toml", "*/hugo.yaml", "*/hugo.json", "config.toml", "config.yaml")
	each(func(base, config string) { hugo(path.Join(base, "../.."), config) }, "config/_default/*", "*/config/_default/*")
	each(func(base, _ string) { add(base, ".", "docs", "static") }, "docusaurus.config.*", "*/docusaurus.config.*")
	if slices.Contains(docusaurus, "docs") {
		add(".", "docs")
	}
	each(func(base, config string) { add(base, setting(root, config, "docs_dir", "docs")) }, mkdocsConfigs...)
	each(func(base, _ string) { add(base, ".") }, "*/_config.yml")                 // Jekyll
	each(func(base, _ string) { add(base, "source") }, "config.rb", "*/config.rb") // Middleman
	for _, hidden := range []string{".vitepress", ".vuepress"} {
		each(func(base, config string) {
			site, _, _ := strings.Cut("./"+base, "/"+hidden)
			add(path.Join(site, setting(root, config, "srcDir", ".")), ".", "en", "public", hidden+"/public")
		}, hidden+"/config*", "*/"+hidden+"/config*", hidden+"/config/index.*", "*/"+hidden+"/config/index.*")
	}
	return roots
}

// setting is a text at the top level of a configuration in YAML, TOML or JSON, or one that
// a program of JavaScript gives so. All but JSON are read by their lines: MkDocs has tags in
// its own that no parser of YAML knows.
func setting(root fs.FS, config, key, otherwise string) string {
	data, _ := fs.ReadFile(root, config)
	if path.Ext(config) == ".json" {
		var all map[string]any
		if json.Unmarshal(data, &all) == nil {
			if said, ok := all[key].(string); ok {
				return said
			}
		}
		return otherwise
	}
	if path.Ext(config) == ".toml" { // what stands below a table is of that table
		data, _, _ = bytes.Cut(append([]byte("\n"), data...), []byte("\n["))
	}
	indent := ""
	if slices.Contains([]string{".ts", ".mts", ".js", ".mjs", ".cjs"}, path.Ext(config)) {
		indent = `[ \t]*`
	}
	if m := regexp.MustCompile(`(?m)^` + indent + key + `[ \t]*[:=][ \t]*["']?([\w./-]+)`).FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return otherwise
}

// language is the name of a folder with the texts of a language.
var language = regexp.MustCompile(`^[a-z]{2}(-[a-zA-Z]{2,4})?$`)

package build

import (
	"io/fs"
	"path"
	"slices"

	"lockstep/site"
)

// withoutNames leaves out the symbolic links among sources that lead to another one:
// "README.md → index.md" is one text with two names. What is said of the second name is
// said of the page of the first. A text that is the home page by its second name is it.
func (a *texts) withoutNames(sources []source) []source {
	at := make(map[string]int, len(sources))
	for i, s := range sources {
		at[s.file] = i
	}
	for _, s := range sources {
		i, ok := at[a.ownName(s.file)]
		if !ok || sources[i].file == s.file {
			continue
		}
		own := &sources[i]
		if s.kind == site.KindHome {
			own.kind, own.path, own.section, own.intro = s.kind, s.path, s.section, s.intro
		}
		a.names[s.file], a.left[s.file] = own.file, anotherName
	}
	return slices.DeleteFunc(sources, func(s source) bool { return a.names[s.file] != "" })
}

// maxNames bounds how many links lead to one another.
const maxNames = 8

// ownName is the file to which a symbolic link leads, or the file itself.
func (a *texts) ownName(file string) string {
	for range maxNames {
		info, err := a.root.Lstat(file)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			break
		}
		to, err := a.root.Readlink(file)
		if err != nil || path.IsAbs(to) {
			break
		}
		file = path.Join(path.Dir(file), to)
	}
	return file
}

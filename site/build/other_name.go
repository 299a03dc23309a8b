package build

import (
	"io/fs"
	"path"
	"slices"
)

// withoutNames leaves out the symbolic links among sources that lead to another one:
// "README.md → index.md" is one text with two names. What is said of the second name is
// said of the page of the first.
func (b *Builder) withoutNames(sources []source) []source {
	files := make(map[string]bool, len(sources))
	for _, s := range sources {
		files[s.file] = true
	}
	b.names = make(map[string]string)
	return slices.DeleteFunc(sources, func(s source) bool {
		file := b.ownName(s.file)
		if file == s.file || !files[file] {
			return false
		}
		b.names[s.file], b.left[s.file] = file, anotherName
		return true
	})
}

// maxNames bounds how many links lead to one another.
const maxNames = 8

// ownName is the file to which a symbolic link leads, or the file itself.
func (b *Builder) ownName(file string) string {
	for range maxNames {
		info, err := b.root.Lstat(file)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			break
		}
		to, err := b.root.Readlink(file)
		if err != nil || path.IsAbs(to) {
			break
		}
		file = path.Join(path.Dir(file), to)
	}
	return file
}

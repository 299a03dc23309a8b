package build

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folders lists the folders, below the root, in which a change can change the
// site. "." comes first.
func (b *Builder) Folders() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	folders := []string{"."}
	tops := b.config.folders()
	if b.index != nil {
		tops = append(tops, b.index.Folders()...)
	}
	if slices.Contains(b.config.Content, ".") {
		folders = append(folders, b.around()...)
	}
	for _, top := range tops {
		fs.WalkDir(b.root.FS(), top, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil
			}
			if p != top && holdsNoTexts(b.root.FS(), p) {
				return fs.SkipDir
			}
			folders = append(folders, p)
			return nil
		})
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// maxWatched bounds the folders of a repository whose texts may be anywhere. A
// system lets one program watch a few thousand.
const maxWatched = 2000

// around are the folders of the whole repository, or those on the way to its texts
// if there are too many.
func (b *Builder) around() (all []string) {
	fs.WalkDir(b.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return nil
		case holdsNoTexts(b.root.FS(), p):
			return fs.SkipDir
		case len(all) > maxWatched:
			return fs.SkipAll
		}
		all = append(all, p)
		return nil
	})
	if len(all) <= maxWatched {
		return all
	}
	all = nil
	for _, s := range b.texts.sources {
		for dir := path.Dir(s.file); dir != "."; dir = path.Dir(dir) {
			all = append(all, dir)
		}
	}
	return all
}

// Concerns says whether a change of a file or folder can change the site. Right
// beside the texts many things can: a picture that was missing, a folder that
// takes a new name. Elsewhere only known names do, so that a compiler at work in
// the repository does not make browsers flicker.
func (b *Builder) Concerns(file string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	base := path.Base(file)
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") {
		return false
	}
	_, linked := slices.BinarySearch(b.linked, file)
	_, named := slices.BinarySearch(b.places, file)
	if named || slices.Contains(b.constants, file) || b.index != nil && b.index.Reads(file) {
		return true
	}
	if linked || file == ConfigName || file == b.config.Home || file == b.config.Claims.Allow || b.texts.beside[file] {
		return true
	}
	info, err := b.root.Stat(file)
	isDir := err == nil && info.IsDir()
	if isDir && b.index != nil && b.index.Enters(file) {
		return true
	}
	if slices.Contains(b.config.Content, ".") && within(file, ".") && (isMarkdown(base) || isDir) {
		return true
	}
	if !slices.ContainsFunc(b.config.folders(), func(top string) bool { return within(file, top) }) {
		return false
	}
	// What is gone already and was no text is an editor's passing file.
	return err == nil || isMarkdown(base) || path.Ext(base) == ".yaml" || path.Ext(base) == ".json"
}

// within says whether a file is below a folder, and not in a part of it that is
// skipped.
func within(file, top string) bool {
	rest := file
	if top != "." {
		var ok bool
		if rest, ok = strings.CutPrefix(file, top+"/"); !ok {
			return file == top
		}
	}
	elements := strings.Split(rest, "/")
	return !slices.ContainsFunc(elements[:len(elements)-1], skipDir) && !skipDir(elements[len(elements)-1])
}

func (c Config) folders() []string {
	all := slices.Concat(c.Content, c.ADR, c.Model, c.Evidence, c.Ledger)
	return slices.DeleteFunc(all, func(folder string) bool { return folder == "." })
}

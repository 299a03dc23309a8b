package build

import "path"

// kepFile describes the text of a proposal in the folder of which it lies: a
// README in the form of the Kubernetes enhancements.
const kepFile = "kep.yaml"

// hasKEP says whether a text has such a description, and notes it: the text changes
// when the description does.
func (a *texts) hasKEP(s *source) bool {
	about, ok := a.stat(path.Join(path.Dir(s.file), kepFile))
	if !ok || about.size > maxSource {
		return false
	}
	s.beside = about.file
	s.size += about.size
	if about.changed.After(s.changed) {
		s.changed = about.changed
	}
	return true
}

// described is the description of a record, or nil.
func (b *Builder) described(file string) (name string, data []byte) {
	if path.Base(path.Dir(file)) == "." {
		return "", nil
	}
	name = path.Join(path.Dir(file), kepFile)
	data, err := b.root.ReadFile(name)
	if err != nil || !isIndex(path.Base(file)) {
		return "", nil
	}
	return name, data
}

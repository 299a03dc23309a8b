package build

import (
	"maps"
	"reflect"
	"slices"

	"lockstep/site"
	"lockstep/site/markdown"
)

// Refresh is Load for when only the named files have changed. Most edits change
// prose and nothing that another page could see; then the tree before the edit
// serves on, with one document replaced, and a site of thousands of pages costs
// no more than a small one. Any other edit is a Load.
func (b *Builder) Refresh(before *Tree, files []string) (*Tree, error) {
	if tree, ok := b.replace(before, files); ok {
		return tree, nil
	}
	return b.Load()
}

func (b *Builder) replace(before *Tree, files []string) (*Tree, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if before == nil || b.history == nil {
		return nil, false
	}
	parser := markdown.New(markdown.Options{Foreign: b.config.Foreign})
	next := make(map[*site.Page]*markdown.Document)
	for _, file := range files {
		old, known := b.cached[file]
		now, exists := b.stat(file)
		p := before.bySource[file]
		if !known || !exists || p == nil || before.documents[p] != old.document || now.size > maxSource {
			return nil, false
		}
		data, err := b.root.ReadFile(file)
		if err != nil {
			return nil, false
		}
		document := parser.Parse(file, data, old.kind)
		if !looksAlike(old.document, document) {
			return nil, false
		}
		old.size, old.changed, old.document = now.size, now.changed, document
		b.cached[file] = old
		next[p] = document
	}
	tree := *before
	tree.documents = maps.Clone(before.documents)
	maps.Copy(tree.documents, next)
	return &tree, true
}

// looksAlike says whether two versions of a document are the same to every page
// but their own.
func looksAlike(a, b *markdown.Document) bool {
	ids := func(d *markdown.Document) []string { return slices.Sorted(slices.Values(d.IDs())) }
	links := func(d *markdown.Document) (all []markdown.Link) {
		for _, l := range d.Links {
			l.Line = 0
			all = append(all, l)
		}
		return all
	}
	references := func(d *markdown.Document) (all []site.Reference) {
		for _, r := range d.References {
			r.Line = 0
			all = append(all, r)
		}
		return all
	}
	const wordsAMinute = 220
	return a.Title == b.Title && a.Summary == b.Summary && len(a.Findings) == 0 && len(b.Findings) == 0 &&
		a.Words/wordsAMinute == b.Words/wordsAMinute &&
		reflect.DeepEqual(a.Meta, b.Meta) && reflect.DeepEqual(a.Outline, b.Outline) && slices.Equal(ids(a), ids(b)) &&
		slices.Equal(links(a), links(b)) && slices.Equal(references(a), references(b)) && len(a.Numbers) == 0 && len(b.Numbers) == 0 &&
		reflect.DeepEqual(a.Decision, b.Decision) && reflect.DeepEqual(a.Terms, b.Terms) && reflect.DeepEqual(a.Definitions, b.Definitions)
}

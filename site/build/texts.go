package build

import (
	"os"
	"sync"

	"lockstep/site"
)

// texts is the account of a repository's texts: which file is read, as what and at which
// address, and why another is not. All that is said of files is read from it: the pages,
// the findings, what check and build print at their end. It does not change once it is
// made, so a tree and its account agree whatever the builder reads later.
type texts struct {
	root    *os.Root
	config  Config
	sources []source          // those that are read, by file
	names   map[string]string // of texts that have a page: the other names that links give them
	left    map[string]string // why a text that was met is no page, by file
	beside  map[string]bool   // files that are judged and are no pages
	// findings are of addresses that two texts ask for, and of texts that are too large.
	findings []site.Finding
	// everywhere looks at the whole repository, once: all texts, and the folders that nobody
	// looked into.
	everywhere func() ([]site.Accounted, []string)
}

func readTexts(root *os.Root, config Config) *texts {
	a := &texts{root: root, config: config, names: make(map[string]string), left: make(map[string]string), beside: make(map[string]bool)}
	a.scan()
	a.everywhere = sync.OnceValues(a.walkAll)
	return a
}

// with is the account when files have changed and none has come or gone.
func (a *texts) with(sources []source) *texts {
	other := *a
	other.sources = sources
	return &other
}

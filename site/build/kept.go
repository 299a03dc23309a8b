package build

import (
	"fmt"

	"lockstep/site/past"
)

// keptChanges is how many differences between two revisions the site keeps. Each is a
// page, so their number bounds what a long history costs a build.
type keptChanges struct {
	Page *int `yaml:"page"` // of one page, the newest
	Site *int `yaml:"site"` // of all pages together, the newest; 0: nothing is said of changes
}

var changesKeys = []string{"page", "site"}

// What is kept where nothing is said, and at most.
const (
	keptOfPage, mostOfPage = 10, past.MaxOfFile
	keptOfSite, mostOfSite = 200, past.MaxRecent
)

func (k keptChanges) limits() (page, site int) {
	page, site = keptOfPage, keptOfSite
	if k.Page != nil {
		page = *k.Page
	}
	if k.Site != nil {
		site = *k.Site
	}
	return page, site
}

// unfit says what is wrong with the limits, or "".
func (k keptChanges) unfit() string {
	if page, site := k.limits(); page < 1 || page > mostOfPage || site < 0 || site > mostOfSite {
		return fmt.Sprintf("changes keeps %d differences of a page and %d of the site; it must be 1 to %d and 0 to %d", page, site, mostOfPage, mostOfSite)
	}
	return ""
}

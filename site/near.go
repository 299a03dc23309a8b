package site

import (
	"cmp"
	"slices"
	"strings"
)

// Near are the pages that somebody may have meant who asked for a path, the likeliest
// first and at most most. Alike are paths that share pairs of letters, as whole paths or
// in their last parts, so that a page is found after it was moved, renamed or misspelled.
//
// static/js/lost.js reckons in the same way where there is no server to ask.
func Near(path string, pages []*Page, most int) []*Page {
	type scored struct {
		page  *Page
		score float64
	}
	var found []scored
	asked := pairsOf(path)
	for _, p := range pages {
		if s := alike(asked, pairsOf(p.Path)); s >= nearEnough {
			found = append(found, scored{p, s})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var near []*Page
	for _, f := range found[:min(most, len(found))] {
		near = append(near, f.page)
	}
	return near
}

// nearEnough was found on this site's own addresses: below it, suggestions are noise.
const nearEnough = 0.4

// maxAsked bounds what is compared of an address, which is anybody's to choose.
const maxAsked = 200

// letterPairs are those of a path, and those of its last part.
type letterPairs struct{ whole, last []string }

func pairsOf(path string) letterPairs {
	path = strings.ToLower(path[:min(len(path), maxAsked)])
	path = strings.TrimSuffix(strings.TrimSuffix(strings.Trim(path, "/"), "/index.html"), ".html")
	return letterPairs{pairs(path), pairs(path[strings.LastIndex(path, "/")+1:])}
}

func pairs(s string) (all []string) {
	r := []rune(s)
	for i := range len(r) - 1 {
		all = append(all, string(r[i:i+2]))
	}
	slices.Sort(all)
	return all
}

func alike(a, b letterPairs) float64 { return max(dice(a.whole, b.whole), 0.9*dice(a.last, b.last)) }

// dice is the share of pairs that two sorted lists have in common.
func dice(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i], b[j]); {
		case c == 0:
			common, i, j = common+1, i+1, j+1
		case c < 0:
			i++
		default:
			j++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

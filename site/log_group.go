package site

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Group is a part of a long log: a folder of it, a range of numbers or a year.
type Group struct {
	Name      string
	Decisions []*Page
}

// A log is divided if it has more records than maxPlain. A group should have no more
// than maxGroup, since the pages of all its records show it.
const (
	maxPlain = 60
	maxGroup = 200
)

// Groups divide a long log into parts that a reader can take in; a short log has none.
// Folders say more than numbers, if the records lie in some.
func (l *Log) Groups() []Group {
	l.groupOnce.Do(func() {
		defer func() {
			l.groupOf = make(map[*Page]string)
			for _, g := range l.groups {
				for _, p := range g.Decisions {
					l.groupOf[p] = g.Name
				}
			}
		}()
		if len(l.Decisions) <= maxPlain || l.Decisions[0].Log != l {
			return // of a log of several series, those are the parts
		}
		folders := l.divide(l.folderOf())
		slices.SortFunc(folders, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
		tooLarge := slices.ContainsFunc(folders, func(g Group) bool { return len(g.Decisions) > maxGroup })
		if n := len(folders); n > 1 && n <= len(l.Decisions)/2 && !tooLarge {
			l.groups = folders
			return
		}
		step := 100
		if len(l.Decisions) <= 150 {
			step = 10
		}
		l.groups = l.divide(func(p *Page) string { return rangeOf(p.Decision, step) })
	})
	return l.groups
}

// GroupOf names the group of a record, "" in a short log.
func (l *Log) GroupOf(p *Page) string {
	l.Groups()
	return l.groupOf[p]
}

// divide puts records together that name the same group, in the order of the log.
func (l *Log) divide(name func(*Page) string) (groups []Group) {
	at := make(map[string]int)
	for _, p := range l.Decisions {
		i, ok := at[name(p)]
		if !ok {
			i = len(groups)
			at[name(p)] = i
			groups = append(groups, Group{Name: name(p)})
		}
		groups[i].Decisions = append(groups[i].Decisions, p)
	}
	return groups
}

const others = "others"

// folderOf names the folder of a record below the one in which all records lie.
func (l *Log) folderOf() func(*Page) string {
	common := path.Dir(l.Decisions[0].Source)
	for _, p := range l.Decisions {
		for common != "." && !strings.HasPrefix(p.Source, common+"/") {
			common = path.Dir(common)
		}
	}
	return func(p *Page) string {
		below := strings.TrimPrefix(p.Source, common+"/")
		folder, rest, ok := strings.Cut(below, "/")
		if !ok || rest == "" {
			return others
		}
		return folder
	}
}

// rangeOf is where the number of a record lies, or the year of its date.
func rangeOf(d *Decision, step int) string {
	switch {
	case d.Number > 0:
		from := d.Number / step * step
		return fmt.Sprintf("%d–%d", max(1, from), from+step-1)
	case len(d.ID) > 4 && strings.Trim(d.ID[:4], "0123456789") == "" && d.ID[4] == '-':
		return d.ID[:4]
	}
	return others
}

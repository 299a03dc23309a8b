package build

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site/decision"
)

// Series is a folder of decision records with numbers of its own: the decisions
// of the whole repository, those of one of its packages, its RFCs. Each has a
// log of its own.
type Series struct {
	Folder  string `yaml:"folder"`
	Name    string `yaml:"name"`    // of its log; default: from the folder
	Prefix  string `yaml:"prefix"`  // of its identifiers: "ADR-" of "ADR-0007"
	Address string `yaml:"address"` // of its log: "/adr/"
	part    string // the folder whose decisions these are, "" for the whole repository
}

// section is what pages of the series say that they belong to.
func (s Series) section() string { return strings.Trim(s.Address, "/") }

// usualFolder is what stands around records and says nothing of whose they are.
var usualFolder = regexp.MustCompile(`(?i)^(?:docs?|adrs?|rfcs?|keps?|arch|architecture|decisions?|decision[-_]records?|design)$`)

// allSeries completes what the configuration says of its folders of records. The
// addresses differ, and so do the names.
func (c Config) allSeries() (all []Series) {
	for _, folder := range c.ADR {
		s := Series{Folder: folder}
		if i := slices.IndexFunc(c.Series, func(given Series) bool { return given.Folder == folder }); i >= 0 {
			s = c.Series[i]
		}
		all = append(all, s.completed())
	}
	// The records of the whole repository, or else the first, are at the short address.
	first := slices.IndexFunc(all, func(s Series) bool { return s.part == "" && s.word() == "adr" })
	if first < 0 {
		first = slices.IndexFunc(all, func(s Series) bool { return s.word() == "adr" })
	}
	taken := make(map[string]bool)
	for i := range all {
		s := &all[i]
		if s.Address == "" {
			s.Address = "/" + s.word() + "/"
			if s.part != "" && i != first && c.alone(s.word()) != s.Folder {
				s.Address = "/" + slugPath(s.part) + "/" + s.word() + "/"
			}
		}
		for base, n := strings.TrimSuffix(s.Address, "/"), 2; taken[addressKey(s.Address)]; n++ {
			s.Address = base + "-" + itoa(n) + "/"
		}
		taken[addressKey(s.Address)] = true
	}
	return all
}

// alone is the only folder of a kind of series, or "".
func (c Config) alone(word string) (folder string) {
	for _, other := range c.ADR {
		if (Series{Folder: other}).word() != word {
			continue
		}
		if folder != "" {
			return ""
		}
		folder = other
	}
	return folder
}

func (s Series) word() string { return decision.SeriesOf(s.Folder).Word }

func (s Series) completed() Series {
	kind := decision.SeriesOf(s.Folder)
	elements := strings.Split(s.Folder, "/")
	for len(elements) > 0 && (usualFolder.MatchString(elements[len(elements)-1]) || elements[len(elements)-1] == ".") {
		elements = elements[:len(elements)-1]
	}
	s.part = strings.Join(elements, "/")
	if s.Prefix == "" {
		s.Prefix = kind.Prefix
	}
	if !strings.HasSuffix(s.Prefix, "-") {
		s.Prefix += "-"
	}
	s.Prefix = strings.ToUpper(s.Prefix)
	if s.Address != "" {
		s.Address = "/" + slugPath(strings.Trim(s.Address, "/")) + "/"
	}
	if s.Name == "" {
		s.Name = kind.Name
		if s.part != "" {
			s.Name = titled(path.Base(s.part)) + ": " + strings.ToLower(kind.Name[:1]) + kind.Name[1:]
			if kind.Prefix != "ADR-" {
				s.Name = titled(path.Base(s.part)) + ": " + kind.Name
			}
		}
	}
	return s
}

// prefixOf is the prefix of the series in which a record lies: of several, one within
// the other, the innermost.
func (c Config) prefixOf(file string) string {
	prefix, depth := "ADR-", -1
	for _, s := range c.series {
		if s.holds(file) && len(s.Folder) > depth {
			prefix, depth = s.Prefix, len(s.Folder)
		}
	}
	return prefix
}

// holds says whether a file lies in the folder of the series or below it. The root's
// series has only what lies at the root.
func (s Series) holds(file string) bool {
	return s.Folder == "." && path.Dir(file) == "." || strings.HasPrefix(file, s.Folder+"/")
}

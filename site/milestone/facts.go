package milestone

import (
	"slices"

	"lockstep/site"
)

// Parts are what a chapter may be about.
var Parts = []string{"problem", "tension", "requirements", "non-goals", "scale", "partitioning", "hotspots", "consistency",
	"caching", "failure-modes", "objectives", "cost", "runbook", "prototype", "threats", "alternatives"}

// Facts are what the sources say, as the build has read it.
type Facts struct {
	Config    string // the file that says where everything lies
	Folder    string // where a missing chapter would go
	Chapters  []Chapter
	Decisions []*site.Page
	Cited     map[string]bool // ids of decisions that a text refers to which is no record
	Entries   []Entry
	Promises  []Promise
	Runs      []Run
	Open      []Open // unanswered sections of records, and of data
}

// Chapter is one part of a text.
type Chapter struct {
	Part     string
	File     string
	Line     int
	Place    site.Place
	Sections int
	Open     []Open
	Computed int      // numbers that follow a formula of the model
	Recorded int      // numbers that follow a recorded run
	Refers   []string // ids, and those of decisions that it links to
	Rows     []Row    // of its tables, without their heads
}

// Open is a section that nobody has answered.
type Open struct {
	File    string
	Line    int
	Heading string
	Empty   bool   // it has no text; otherwise it still holds its guidance
	Says    string // the guidance
}

// Row is a row of a table.
type Row struct {
	Line     int
	ID       string // if its first cell is an id
	Cells    []string
	Grounded bool // beside its id it has a link, an id or a name in code
}

// Entry is one of the ledger's.
type Entry struct {
	ID, Kind, File, Status string
	Line                   int
	Place                  site.Place
	Tests                  int
	Fields                 map[string]bool // keys that it has a text for
	Alerts                 []string        // ids under alert that are defined
	Runbook                bool            // its runbook entry is on a page of this site
}

// Promise is an assertion of the model.
type Promise struct {
	Name, What, File string
	Line             int
	Holds            bool
	Place            site.Place
}

// Run is a recorded run.
type Run struct {
	ID, File string
	Command  string
	Judges   bool   // it is known which code it judges
	Aged     string // how it is older than that code
	Dated    bool   // it could be told
	Place    site.Place
}

func (f *Facts) chapters(part string) (all []Chapter) {
	for _, c := range f.Chapters {
		if c.Part == part {
			all = append(all, c)
		}
	}
	return all
}

func (f *Facts) entries(kinds ...string) (all []Entry) {
	for _, e := range f.Entries {
		if slices.Contains(kinds, e.Kind) {
			all = append(all, e)
		}
	}
	return all
}

// holding are the decisions that are in force.
func (f *Facts) holding() (all []*site.Page) {
	for _, p := range f.Decisions {
		if p.Decision.Status == site.StatusAccepted {
			all = append(all, p)
		}
	}
	return all
}

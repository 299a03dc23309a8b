package site

import "time"

// HTML is markup that was made by this program from checked parts: text in it
// is escaped, URLs in it have a safe scheme. Only packages markdown, diagram and
// model make values of this type; package view is the only one that prints
// them unescaped.
type HTML string

// Page is one page of the site, ready for a layout.
//
// Path is rooted, uses slashes and ends in one: "/adr/0007-shards/". It never
// carries the base URL: links between pages are relative (see [Rel]), so that
// the same tree works below any prefix.
type Page struct {
	Kind    Kind
	Section string // the first element of Path: "design", "adr"; "" for the home page
	Source  string // slash-separated path of the source file below the root; "" if generated
	Path    string
	// Data is the file that a generated page shows, like Source; SourceURL and EditURL
	// are where readers see and change Source or Data, "" where that is not known.
	Data               string
	SourceURL, EditURL string
	// Picture and Markdown are rooted paths of what goes with the page, or "": what is
	// shown where somebody shares it, and its text as Markdown.
	Picture, Markdown string

	Title   string
	Heading string // the first heading of the text, where its front matter calls it otherwise
	Summary string // one or two sentences of plain text

	Meta    Meta
	Outline []Heading
	Body    HTML
	// Blocks are the canonical text. They come with Body.
	Blocks []Block
	Shows  bool // it shows runs of the laboratory
	Plays  bool // it has inputs of the model that the reader may change
	Words  int

	Decision *Decision   // for KindDecision
	Log      *Log        // for KindLog, KindGraph, KindLists and KindDecision
	Logs     []*Page     // for KindLog: the logs of all series, where there are several
	Facets   []Facet     // for KindLists
	Review   *Review     // nil where there is none and none can begin
	Reviews  *ReviewList // for KindReviews
	// Milestones are for KindMilestones.
	Milestones []Milestone
	// Standing is where the review of each decision stands, by its path: for
	// KindLog, and empty where nobody has reviewed anything.
	Standing  map[string]*Review
	Pages     []*Page       // for KindSection and KindHome: what it lists
	Code      []CodeMention // for KindDecision: the places in the code that name it
	Holding   []Holding     // for KindDecision: the facts that rest on it, with their tests
	Tests     []NamedTest   // for KindDecision: the tests that its text names
	Backlinks []Backlink    // what refers to this page, in site order
	Letters   []Letter      // for KindIndex
	Bugs      []Bug         // for KindBugs, and for KindLab where the site has that page
	Runs      []RunUse      // for KindLab: the texts that show its runs; for KindEmbed: the text that shows this one
	History   History
	PastPath  string       // of the page that lists the revisions of this one, or ""
	Changes   *ChangeList  // for KindChanges
	Past      *PageHistory // for KindPast
	Compared  *Difference  // for KindDifference

	Prev, Next *Page // neighbours within the section, in reading order

	// Problems of this source. A page with problems is still rendered as far
	// as it goes, so that one bad document does not hide the others.
	Findings []Finding
}

// Meta is what a source says about itself in its front matter.
type Meta struct {
	Title   string
	Summary string
	Status  string
	Date    string // as written: 2006-01-02
	Authors []string
	Tags    []string
	Kind    Kind
	Order   int // place within its section; 0: by file name
	// Aliases are names that the page had: paths of it, or of its file. They lead to
	// it, and its review is found by them.
	Aliases []string
	// Parts say what a chapter of a design is about; see package milestone.
	Parts     []string
	PartsLine int
}

// Heading is an entry of a page's outline. Level is 2 to 6: the title of the
// page, level 1, is not part of its outline.
type Heading struct {
	Level    int
	ID       string
	Text     string
	Children []Heading
}

// History is what version control knows of a source file. The zero value means
// that nothing is known: no repository, an uncommitted file, or a shallow clone
// whose history ends before the file's first commit (then Shallow is true and
// Created is not to be trusted).
type History struct {
	Created time.Time
	Updated time.Time
	Authors []string // by number of commits, most first
	Commits int
	Shallow bool
	// Landed is when the last of them reached the branch that is shown: a merge brings
	// commits that are older than itself.
	Landed time.Time
}

// CodeMention is a line of the code that names a decision.
type CodeMention struct {
	File string
	Line int
	Text string
	Test bool   // the file is a test
	Href string // "" if the site does not know where its sources are shown
}

// Holding is a fact of the ledger that names a decision: a failure mode, a feature, a
// requirement, a promise.
type Holding struct {
	ID, Name, Status string
	Path             string // rooted, with an anchor; "" if no page shows it
	Tests            []NamedTest
}

// NamedTest is a test, and where it is.
type NamedTest struct {
	Name, File string
	Href       string // "" if the site does not know where its sources are shown
}

// Backlink is a place that refers to a page or to a definition on it.
type Backlink struct {
	From   *Page
	Anchor string // the id of the nearest heading above the reference, "" at the top
	Label  string // the text of that heading, or the title of From
	Target string // the id of the definition referred to, "" for the page itself
}

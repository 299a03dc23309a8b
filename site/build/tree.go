package build

import (
	"fmt"
	"path"
	"slices"
	"sync"

	"lockstep/site"
	"lockstep/site/card"
	"lockstep/site/changes"
	"lockstep/site/claims"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
	"lockstep/site/model"
	"lockstep/site/names"
	"lockstep/site/origin"
	"lockstep/site/past"
	"lockstep/site/run"
	"lockstep/site/view"
)

// Tree is a whole site, joined and ready to be rendered. It does not change;
// any number of goroutines may render its pages.
type Tree struct {
	Site     view.Site
	Pages    []*site.Page // in reading order
	Changes  *changes.Changes
	Findings []site.Finding

	builder     *Builder
	history     *past.History // as it was when the tree was read: the builder may read it again
	events      []string      // files of reviews that the repository has, or has had
	accounted   *texts
	parser      *markdown.Parser
	config      Config
	uncommitted bool            // some source differs from the commit
	edited      map[string]bool // sources that were seen to change since the history was read
	model       *model.Model
	ledger      *ledger.Ledger
	roots       []string                     // see siteRoots
	mkdocs, mdx []string                     // see mkdocsSites, docusaurusSites
	elements    func() map[string]*site.Page // see byElement
	shown       map[string]definition        // where entries of the ledger stand, by id
	documents   map[*site.Page]*document
	bySource    map[string]*site.Page
	byPath      map[string]*site.Page
	intros      map[string]*document // by the path of the list
	wikiOnce    sync.Once
	wikiNames   map[string][]wikiPlace // by the last elements of their names, see [Tree.byName]
	wikiTitles  map[string][]wikiPlace
	wikiFiles   func() map[string][]wikiPlace // see filesByName
	files       []string                      // that pages show or link to, other than sources
	targets     []*site.Page                  // of links: all pages when they were followed
	followed    []followed                    // by their place there
	log         *site.Log                     // of the first series
	series      []joined
	decisions   []*site.Page // of all series
	reviews     *reviews
	redirects   map[string]string
	origin      origin.Origin
	pictures    map[string]card.Words // by path

	definitions map[string]definition
	prefixes    map[string]bool
	terms       *markdown.Terms
	termPage    *site.Page
	labPage     *site.Page
	table       *names.Table // of the code, or nil
	named       int          // names that were looked up
	places      []string     // files that the texts name, sorted
	constants   []string     // files with constants that the texts repeat
	values      string       // path of the model's page, "" if there is none
	sheet       []byte       // the model for the reader's browser; nil if no page has a use for it
	tally       claims.Tally

	aside      []*site.Page // pages that only lead to others: search, index, relations and lists of logs, figures alone
	embedded   map[*site.Page]run.Fence
	alone      map[string]string // paths of figures alone, by where a text has them
	lookup     lookup            // what a reader searches by
	searchPath string
	indexPath  string

	mu       sync.Mutex
	offRules map[string]int // findings of rules that are switched off
}

// newTree joins what the builder has read. Before is the tree of before, if nothing but
// texts has changed since, or nil.
func newTree(b *Builder, before *Tree) *Tree {
	t := &Tree{builder: b, history: b.history, events: b.events, accounted: b.texts, parser: b.parser, config: b.config, model: b.model, ledger: b.ledger, roots: b.roots, mkdocs: b.mkdocs, mdx: b.mdx, Findings: slices.Clone(b.findings),
		documents: make(map[*site.Page]*document, len(b.texts.sources)), bySource: make(map[string]*site.Page, len(b.texts.sources)), byPath: make(map[string]*site.Page, len(b.texts.sources)),
		uncommitted: len(b.edited) > 0, edited: b.edited, intros: make(map[string]*document), offRules: make(map[string]int), definitions: make(map[string]definition), embedded: make(map[*site.Page]run.Fence), alone: make(map[string]string), prefixes: make(map[string]bool)}
	t.wikiFiles = sync.OnceValue(t.filesByName)
	t.elements = sync.OnceValue(func() map[string]*site.Page { return byElement(t.Pages) })
	t.origin = t.whence()
	if b.index != nil {
		t.table = b.index.Table()
	}
	for _, s := range b.texts.sources {
		d := b.parsed[s.file].document
		// What was never committed is not in the commit that the footer names.
		if _, committed := b.history.Files[s.file]; b.history.Known && !committed {
			t.uncommitted = true
		}
		t.Findings = append(t.Findings, d.Findings...)
		if s.intro != "" {
			t.intros[s.intro] = d
			continue
		}
		t.add(t.page(s, d), d)
	}
	t.joinDecisions()
	t.judgeTriggers()
	t.addModel()
	t.addMilestones()
	t.addBugs()
	t.addSections()
	for name, file := range b.texts.names {
		if p := t.bySource[file]; p != nil {
			t.bySource[name] = p
		}
	}
	t.define()
	t.joinLedger()
	t.order()
	t.describeLists()
	t.redirect()
	t.variants()
	t.locate()
	t.refer(before)
	t.joinRuns()
	t.joinObjectives()
	t.judgeNames()
	t.nameCode()
	t.joinHoldings()
	t.judgeClaims()
	t.judgeMilestones()
	t.judgeRehearsals()
	t.indexReviews()
	t.addSearch()
	t.addEmbeds()
	t.addChanges()
	t.Site = t.siteFrame()
	t.share()
	t.placeFindings()
	t.Findings = t.Kept(t.Findings)
	for _, p := range t.Pages {
		p.Findings = slices.DeleteFunc(slices.Clone(p.Findings), func(f site.Finding) bool { return t.config.Rules[f.Rule] == "off" })
	}
	site.SortFindings(t.Findings)
	// A record's relation is read twice, as a link and as a relation, and what an entry
	// of the ledger or an objective says may be shown twice.
	t.Findings = slices.CompactFunc(t.Findings, func(a, b site.Finding) bool {
		return a == b && (slices.Contains(t.config.Ledger, path.Dir(a.File)) || a.File == t.config.SLO) || a.Rule == "link-mismatch" && a.Rule == b.Rule && a.File == b.File && a.Line == b.Line
	})
	return t
}

// page is the page of a source, without what other sources say of it.
func (t *Tree) page(s source, d *document) *site.Page {
	p := &site.Page{Kind: d.Meta.Kind, Section: s.section, Source: s.file, Path: s.path, Title: d.Title, Heading: d.Heading, Summary: d.Summary,
		Shows: len(d.Runs) > 0, Plays: d.Plays && modelProgram() != nil && t.model.Playable(), Meta: d.Meta, Outline: d.Outline, Words: d.Words, Findings: d.Findings, History: t.history.Files[s.file]}
	if d.Decision != nil {
		copied := *d.Decision
		p.Decision = &copied
	}
	if p.Title == "" {
		p.Title = titled(stem(path.Base(s.file)))
		if isIndex(path.Base(s.file)) {
			p.Title = titled(path.Base(path.Dir(s.file)))
		}
		if p.Kind == site.KindHome {
			p.Title = t.config.Title
		}
	}
	return p
}

func (t *Tree) add(p *site.Page, d *document) {
	t.Pages = append(t.Pages, p)
	if first := t.byPath[p.Path]; first != nil { // a text stands where the program would put a page
		t.Findings = append(t.Findings, site.Finding{File: first.Source, Rule: "duplicate-path",
			Message: fmt.Sprintf("it is at the address %s, which is that of the page %q", p.Path, p.Title), Mend: "rename the file"})
		t.Pages = t.Pages[:len(t.Pages)-1]
		return
	}
	t.byPath[p.Path] = p
	if p.Source != "" {
		t.bySource[p.Source] = p
	}
	if d != nil {
		t.documents[p] = d
	}
}

func (t *Tree) find(p *site.Page, line int, rule, mend, format string, args ...any) {
	f := site.Finding{File: p.Source, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend}
	t.Findings = append(t.Findings, f)
	p.Findings = append(p.Findings[:len(p.Findings):len(p.Findings)], f)
}

// ByPath finds a page by its rooted path.
func (t *Tree) ByPath(p string) *site.Page { return t.byPath[p] }

// Strict says whether the texts were written for this generator.
func (t *Tree) Strict() bool { return t.config.Strict }

// Log is the decision log.
func (t *Tree) Log() *site.Log { return t.log }

// Sources are the files that have findings or pages, with their documents.
func (t *Tree) Documents() (documents []*markdown.Document) {
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil {
			documents = append(documents, d.Document)
		}
	}
	return documents
}

// ADRFolders are the folders of decision records.
func (t *Tree) ADRFolders() []string { return t.config.ADR }

// Model is what the numbers of the texts are taken from.
func (t *Tree) Model() *model.Model { return t.model }

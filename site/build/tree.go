package build

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/model"
	"lockstep/site/view"
)

// Tree is a whole site, joined and ready to be rendered. It does not change;
// any number of goroutines may render its pages.
type Tree struct {
	Site     view.Site
	Pages    []*site.Page // in reading order
	Findings []site.Finding

	builder     *Builder
	parser      *markdown.Parser
	config      Config
	uncommitted bool // some source differs from the commit
	model       *model.Model
	documents   map[*site.Page]*document
	bySource    map[string]*site.Page
	byPath      map[string]*site.Page
	intros      map[string]*document // by the path of the list
	files       []string             // that pages show or link to, other than sources
	log         *site.Log

	definitions map[string]definition
	prefixes    map[string]bool
	terms       *markdown.Terms
	termPage    *site.Page
	values      string // path of the model's page, "" if there is none
}

type definition struct {
	page *site.Page
	site.Definition
}

// newTree joins what the builder has read.
func newTree(b *Builder) *Tree {
	t := &Tree{builder: b, parser: b.parser, config: b.config, model: b.model, Findings: slices.Clone(b.findings),
		documents: make(map[*site.Page]*document, len(b.sources)), bySource: make(map[string]*site.Page, len(b.sources)), byPath: make(map[string]*site.Page, len(b.sources)),
		uncommitted: b.edited, intros: make(map[string]*document), definitions: make(map[string]definition), prefixes: make(map[string]bool)}
	if t.config.Repository == "" {
		t.config.Repository = b.history.remote
	}
	for _, s := range b.sources {
		d := b.parsed[s.file].document
		// What was never committed is not in the commit that the footer names.
		if _, committed := b.history.files[s.file]; b.history.known && !committed {
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
	t.addModel()
	t.addSections()
	t.define()
	t.order()
	t.refer()
	t.Site = t.chrome()
	site.SortFindings(t.Findings)
	// A record's relation is read twice, as a link and as a relation.
	t.Findings = slices.CompactFunc(t.Findings, func(a, b site.Finding) bool {
		return a.Rule == "link-mismatch" && a.Rule == b.Rule && a.File == b.File && a.Line == b.Line
	})
	return t
}

// page is the page of a source, without what other sources say of it.
func (t *Tree) page(s source, d *document) *site.Page {
	p := &site.Page{Kind: d.Meta.Kind, Section: s.section, Source: s.file, Path: s.path, Title: d.Title, Summary: d.Summary,
		Meta: d.Meta, Outline: d.Outline, Words: d.Words, Findings: d.Findings, History: t.builder.history.files[s.file]}
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

// titled makes a title of a file name.
func titled(name string) string {
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(orderPrefix.ReplaceAllString(name, "")))
	if name == "" || name == "." {
		return "Documents"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func (t *Tree) add(p *site.Page, d *document) {
	t.Pages = append(t.Pages, p)
	t.byPath[p.Path] = p
	if p.Source != "" {
		t.bySource[p.Source] = p
	}
	if d != nil {
		t.documents[p] = d
	}
}

// joinDecisions makes the log and its page.
func (t *Tree) joinDecisions() {
	var decisions []*site.Page
	for _, p := range t.Pages {
		if p.Kind == site.KindDecision && p.Decision != nil {
			decisions = append(decisions, p)
		}
	}
	log, findings := site.NewLog(decisions)
	t.log = log
	t.Findings = append(t.Findings, findings...)
	for _, f := range findings {
		if p := t.bySource[f.File]; p != nil {
			p.Findings = append(p.Findings, f)
		}
	}
	for _, p := range decisions {
		p.Log = log
	}
	if len(decisions) == 0 && len(t.config.ADR) == 0 {
		return
	}
	p := &site.Page{Kind: site.KindLog, Section: "adr", Path: "/adr/", Title: t.sectionTitle("adr", "Decisions"), Log: log,
		Summary: fmt.Sprintf("%d decisions, each with its status, its alternatives and what it cost.", len(decisions))}
	if len(decisions) == 1 {
		p.Summary = "One decision, with its status, its alternatives and what it cost."
	}
	t.introduce(p)
	t.add(p, t.intros["/adr/"])
}

// introduce gives a list the text of its folder's README or index.
func (t *Tree) introduce(p *site.Page) {
	d := t.intros[p.Path]
	if d == nil {
		return
	}
	p.Source, p.Meta, p.Words, p.Findings = d.Source, d.Meta, d.Words, d.Findings
	p.History = t.builder.history.files[d.Source]
	if d.Title != "" && t.config.Titles[p.Section] == "" {
		p.Title = d.Title
	}
	if d.Meta.Summary != "" {
		p.Summary = d.Meta.Summary
	}
	t.bySource[d.Source] = p
}

func (t *Tree) addModel() {
	if t.model == nil || t.model.Empty() {
		return
	}
	p, err := t.model.Page()
	if err != nil {
		t.Findings = append(t.Findings, site.Finding{File: t.config.Model[0], Rule: "model", Message: "its page cannot be written: " + err.Error()})
		return
	}
	p.Section = strings.Trim(p.Path, "/")
	t.values = p.Path
	t.add(p, nil)
}

// addSections makes a list page for each folder that has pages and no page of
// its own, and a home page where there is none.
func (t *Tree) addSections() {
	lists := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		list := "/" + p.Section + "/"
		if p.Section != "" && p.Path != list && p.Kind != site.KindDecision {
			lists[list] = append(lists[list], p)
		}
	}
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		if t.byPath[list] != nil {
			continue
		}
		section := strings.Trim(list, "/")
		p := &site.Page{Kind: site.KindSection, Section: section, Path: list, Title: t.sectionTitle(section, titled(section)), Pages: lists[list]}
		p.Summary = fmt.Sprintf("%d pages.", len(p.Pages))
		if len(p.Pages) == 1 {
			p.Summary = "One page."
		}
		t.introduce(p)
		t.add(p, t.intros[list])
	}
	if t.byPath["/"] == nil {
		p := &site.Page{Kind: site.KindSection, Path: "/", Title: t.config.Title, Summary: t.config.Tagline}
		for _, other := range t.Pages {
			if other.Path == "/"+other.Section+"/" || other.Section == "" {
				p.Pages = append(p.Pages, other)
			}
		}
		t.add(p, nil)
	}
}

func (t *Tree) sectionTitle(section, otherwise string) string {
	if title := t.config.Titles[section]; title != "" {
		return title
	}
	return otherwise
}

// define collects definitions and terms. An identifier has one definition.
func (t *Tree) define() {
	for _, p := range t.log.Decisions {
		t.prefixes["ADR-"] = true
		if p.Decision.Number > 0 || strings.HasPrefix(p.Decision.ID, "ADR-") {
			if _, ok := t.definitions[p.Decision.ID]; !ok {
				t.definitions[p.Decision.ID] = definition{p, site.Definition{ID: p.Decision.ID, Title: p.Title}}
			}
		}
	}
	// A table that lists the same identifiers as headings elsewhere repeats them.
	for _, byHeading := range []bool{true, false} {
		for _, p := range t.Pages {
			d := t.documents[p]
			if d == nil || p.Kind == site.KindDecision {
				continue
			}
			for _, def := range d.Definitions {
				if strings.HasPrefix(def.ID, "ADR-") || byHeading == (def.Anchor == strings.ToLower(def.ID)) {
					continue
				}
				first, ok := t.definitions[def.ID]
				if !ok {
					t.definitions[def.ID] = definition{p, def}
					t.prefixes[markdown.PrefixOf(def.ID)] = true
				} else if byHeading && !t.config.Foreign && !(first.page == p && first.Anchor == def.Anchor) {
					t.find(p, def.Line, "duplicate-definition", "let one of them refer to the other", "%s is also defined in %s", def.ID, first.page.Source)
				}
			}
		}
	}
	var terms []site.Term
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil && p.Kind == site.KindGlossary && t.termPage == nil {
			t.termPage, terms = p, d.Terms
		}
	}
	t.terms = markdown.NewTerms(terms)
}

func (t *Tree) find(p *site.Page, line int, rule, mend, format string, args ...any) {
	f := site.Finding{File: p.Source, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend}
	t.Findings = append(t.Findings, f)
	p.Findings = append(p.Findings[:len(p.Findings):len(p.Findings)], f)
}

// order sorts pages into reading order and links neighbours.
func (t *Tree) order() {
	rank := func(section string) int {
		if i := slices.Index(t.config.Sections, section); i >= 0 {
			return i
		}
		return len(t.config.Sections)
	}
	slices.SortStableFunc(t.Pages, func(a, b *site.Page) int {
		return cmp.Or(
			cmp.Compare(boolRank(a.Path != "/"), boolRank(b.Path != "/")),
			cmp.Compare(rank(a.Section), rank(b.Section)),
			cmp.Compare(a.Section, b.Section),
			cmp.Compare(boolRank(a.Path != "/"+a.Section+"/"), boolRank(b.Path != "/"+b.Section+"/")),
			cmp.Compare(orderOf(a), orderOf(b)),
			cmp.Compare(a.Source, b.Source))
	})
	var previous *site.Page
	for _, p := range t.Pages {
		if p.Path == "/"+p.Section+"/" || p.Section == "" {
			previous = nil
			continue
		}
		if previous != nil && previous.Section == p.Section {
			previous.Next, p.Prev = p, previous
		}
		previous = p
	}
	for _, p := range t.Pages {
		if p.Kind == site.KindSection && p.Path != "/" {
			p.Pages = nil
			for _, other := range t.Pages {
				if other.Section == p.Section && other != p {
					p.Pages = append(p.Pages, other)
				}
			}
		}
	}
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// orderOf: pages that say their place come first.
func orderOf(p *site.Page) int {
	if p.Meta.Order > 0 {
		return p.Meta.Order
	}
	return 1 << 30
}

// chrome is what every page shows around itself.
func (t *Tree) chrome() view.Site {
	s := view.Site{Title: t.config.Title, Tagline: t.config.Tagline, BaseURL: cmp.Or(t.builder.options.BaseURL, t.config.URL),
		Repository: t.config.Repository, Commit: t.builder.history.commit, Shallow: t.builder.history.shallow, Asset: AssetPath}
	s.Commit.Dirty = s.Commit.Hash != "" && (s.Commit.Dirty || t.uncommitted)
	if s.BaseURL != "" && !strings.HasSuffix(s.BaseURL, "/") {
		s.BaseURL += "/"
	}
	var sections []string
	grouped := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		if p.Path == "/" {
			continue
		}
		if grouped[p.Section] == nil {
			sections = append(sections, p.Section)
		}
		grouped[p.Section] = append(grouped[p.Section], p)
	}
	for i, section := range sections {
		n := view.NavSection{Pages: grouped[section], Top: i < 6}
		if own := t.byPath["/"+section+"/"]; own != nil && section != "" {
			n.Title, n.Path = t.sectionTitle(section, own.Title), own.Path
		} else {
			n.Title = "Documents"
		}
		if len(n.Pages) > maxNavPages {
			n.Pages = nil // a list of thousands helps nobody find anything
		}
		s.Nav = append(s.Nav, n)
	}
	return s
}

const maxNavPages = 60

// ByPath finds a page by its rooted path.
func (t *Tree) ByPath(p string) *site.Page { return t.byPath[p] }

// Foreign says whether the repository was not written for this generator.
func (t *Tree) Foreign() bool { return t.config.Foreign }

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

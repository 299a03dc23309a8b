package build

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"lockstep/site"
	"lockstep/site/changes"
	"lockstep/site/decision"
	"lockstep/site/diagram"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
	"lockstep/site/model"
	"lockstep/site/names"
	"lockstep/site/past"
	"lockstep/site/run"
	"lockstep/site/search"
	"lockstep/site/slo"
)

// Options change how a tree is built.
type Options struct {
	BaseURL string   // where the site will be published; overrides lockstep.yaml
	Cache   string   // folder for drawings; "" for none
	Edition bool     // write all pages as one document too
	Print   Printer  // make a PDF of that document; nil for none
	Lab     *run.Lab // what the laboratory of this program can play; nil if it has none
	// Progress, if not nil, is told how far a stage is. It is called from many
	// goroutines.
	Progress func(stage string, done, of int)
}

// Builder reads one source tree, again and again.
type Builder struct {
	dir     string
	root    *os.Root
	options Options
	drawer  *diagram.Drawer

	mu      sync.Mutex // held by Load and Refresh
	config  Config
	roots   []string // see siteRoots
	mkdocs  []string // see mkdocsSites
	mdx     []string // see docusaurusSites
	parser  *markdown.Parser
	history *past.History
	events  []string        // files of reviews that the repository has, or has had
	edited  map[string]bool // sources that were seen to change since the history was read
	words   *changes.Words  // what was said of changes by the parser
	texts   *texts
	parsed  map[string]parsed // by file
	model   *model.Model
	ledger  *ledger.Ledger
	slo     *slo.Definition
	linked  []string    // files that pages show or link to, sorted
	beside  []*document // texts that are judged and are no pages
	allowed []byte      // the file of allowances
	ages    ages
	// What was recorded of runs, and its file.
	recording *run.Recording
	recorded  string
	bugs      run.Bugs // what was recorded of them, bugsFile in which, and what the hunt found
	bugsFile  string
	hunted    run.Hunted
	index     *names.Index
	places    []string // files of the code that texts name, sorted
	// constants are files of the code with values that texts repeat.
	constants []string
	last      *Tree
	alphabet  search.Alphabet
	// findings are those of everything but the documents: configuration, places,
	// model, ledger, objectives.
	findings []site.Finding
}

// parsed is a document, good for as long as the file stays as it was.
type parsed struct {
	source
	document *document
}

// Open looks at the tree below dir.
func Open(dir string, options Options) (*Builder, error) {
	if options.BaseURL != "" && !isWebAddress(options.BaseURL) {
		return nil, fmt.Errorf("the base URL %q is not an address on the web: write it whole, https://…", options.BaseURL)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open source tree: %w", err)
	}
	return &Builder{dir: dir, root: root, options: options, drawer: diagram.New(options.Cache)}, nil
}

// Dir is the absolute path of the tree.
func (b *Builder) Dir() string { return b.dir }

// Forget makes the next Load read the repository's history again.
func (b *Builder) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.history, b.edited, b.ages = nil, nil, ages{}
}

// ErrNoSources is the error for a tree without any text.
var ErrNoSources = errors.New("no Markdown found")

// Load reads what has changed and joins everything anew. It fails only if there
// is nothing to build; what is wrong with sources is in Tree.Findings.
func (b *Builder) Load() (*Tree, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = nil
	config, findings := readConfig(b.root.FS(), filepath.Base(b.dir))
	config.series = config.allSeries()
	mkdocs, mdx := mkdocsSites(b.root.FS()), docusaurusSites(b.root.FS())
	dialects := slices.Equal(mkdocs, b.mkdocs) && slices.Equal(mdx, b.mdx)
	b.roots, b.mkdocs, b.mdx = siteRoots(b.root.FS(), mdx), mkdocs, mdx
	entries, unfit := ledger.Load(b.root.FS(), config.Ledger)
	var objectives *slo.Definition
	var metrics *slo.Metrics
	if config.SLO != "" {
		var wrong []site.Finding
		objectives, metrics, wrong = slo.Read(b.root.FS(), config.SLO)
		unfit = append(unfit, wrong...)
	}
	if b.parser == nil || !dialects || b.config.Strict != config.Strict || !slices.Equal(b.config.series, config.series) || !maps.Equal(b.config.Statuses, config.Statuses) || !maps.Equal(b.config.Headings, config.Headings) || !entries.Same(b.ledger) || !objectives.Same(b.slo) {
		options := markdown.Options{Strict: config.Strict, Prefix: config.prefixOf, Words: decision.NewWords(config.Statuses, config.Headings), Described: b.described, MDX: belowAny(b.mdx), MkDocs: belowAny(b.mkdocs)}
		if entries != nil {
			options.Ledger = entries.Show
		}
		if objectives != nil {
			options.Objectives = func(source, request string) ([]site.Passage, error) { return objectives.Show(metrics, source, request) }
		}
		b.parser, b.parsed, b.ledger, b.slo, b.words = markdown.New(options), nil, entries, objectives, new(changes.Words)
	}
	if b.index == nil || !slices.EqualFunc(b.config.Names, config.Names, names.Kind.Equal) || !slices.Equal(b.config.Code, config.Code) {
		b.config = config
		b.index = b.newIndex()
	}
	b.config = config
	texts := readTexts(b.root, config)
	if len(texts.sources) == 0 {
		return nil, fmt.Errorf("build %s: %w: there is no Markdown in it; say in %s where the texts are", b.dir, ErrNoSources, ConfigName)
	}
	b.texts = texts
	var wait sync.WaitGroup
	if b.history == nil {
		wait.Go(func() { b.history, b.events = past.Read(b.dir), eventsEver(b.dir, b.config.reviewFolder()) })
	}
	var unnamed []site.Finding
	wait.Go(func() { unnamed = b.scanNames() })
	b.parse()
	missing := slices.Concat(b.readBeside(), b.readRecording(), b.readBugs())
	m, wrong := model.Load(b.root.FS(), config.Model, config.Evidence)
	wait.Wait()
	b.ages = b.age(m)
	b.model, b.findings = m.WithAges(b.ages.byRun), slices.Concat(findings, b.texts.findings, missing, wrong, unfit, b.ages.findings, unnamed, b.texts.unpaged())
	return b.join(nil), nil
}

// Refresh is Load for when only the named files have changed. If they are sources that
// are known already, or code, nothing else is looked at. A change in the code that
// changes nothing for the texts gives the tree of before.
func (b *Builder) Refresh(files []string) (*Tree, error) {
	if tree := b.refresh(files); tree != nil {
		return tree, nil
	}
	return b.Load()
}

func (b *Builder) refresh(files []string) *Tree {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.history == nil || len(files) == 0 {
		return nil
	}
	sources := slices.Clone(b.texts.sources)
	same, before, edited := true, b.last, make(map[string]bool)
	for _, file := range files {
		known, changed := b.codeChanged(file)
		if held := slices.Contains(b.constants, file); known || held {
			same, before = same && !changed && !held, nil
			continue
		}
		same = false
		if slices.Contains(b.places, file) {
			before = nil
			continue
		}
		i := slices.IndexFunc(sources, func(s source) bool { return s.file == file })
		now, ok := b.texts.stat(file)
		if i < 0 || !ok || now.size > maxSource {
			return nil
		}
		sources[i].size, sources[i].changed = now.size, now.changed
		edited[file] = true
		// Two saves within a tick of the file system's clock look the same.
		delete(b.parsed, file)
	}
	if same {
		return b.last
	}
	maps.Copy(edited, b.edited) // a tree may hold the map of before
	b.edited, b.texts = edited, b.texts.with(sources)
	b.parse()
	return b.join(before)
}

func (b *Builder) join(before *Tree) *Tree {
	t := newTree(b, before)
	b.linked, b.places, b.constants, b.last = t.files, t.places, t.constants, t
	return t
}

// parse reads the sources that have changed.
func (b *Builder) parse() {
	sources := b.texts.sources
	documents := make([]*document, len(sources))
	var done atomic.Int64
	parallel(len(sources), func(i int) {
		s := sources[i]
		if before, ok := b.parsed[s.file]; ok && before.source == s {
			documents[i] = before.document
		} else {
			data, err := b.root.ReadFile(s.file)
			d := newDocument(b.parser, s.file, data, s.kind)
			if err != nil {
				d.Findings = append(d.Findings, site.Finding{File: s.file, Rule: "unreadable", Message: "it cannot be read: " + err.Error(), Mend: "check its permissions"})
			}
			documents[i] = d
		}
		b.progress("read", int(done.Add(1)), len(sources))
	})
	b.parsed = make(map[string]parsed, len(sources))
	for i, s := range sources {
		b.parsed[s.file] = parsed{s, documents[i]}
	}
}

func (b *Builder) progress(stage string, done, of int) {
	if b.options.Progress != nil {
		b.options.Progress(stage, done, of)
	}
}

// parallel calls f(0) to f(n-1) on as many goroutines as there are processors.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait.Wait()
}

// ReadFile reads a file of the tree; a path that leads out of it is refused.
func (b *Builder) ReadFile(file string) ([]byte, error) { return b.root.ReadFile(file) }

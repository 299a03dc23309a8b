package build

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"lockstep/site"
	"lockstep/site/diagram"
	"lockstep/site/markdown"
	"lockstep/site/model"
)

// Options change how a tree is built.
type Options struct {
	BaseURL string // where the site will be published; overrides lockstep.yaml
	Cache   string // folder for drawings; "" for none
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

	mu       sync.Mutex // held by Load
	config   Config
	findings []site.Finding // of the configuration
	history  *history
	cached   map[string]cached
}

// cached is a parsed document, good for as long as the file stays as it was.
type cached struct {
	source
	document *markdown.Document
}

// Open looks at the tree below dir.
func Open(dir string, options Options) (*Builder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open source tree: %w", err)
	}
	return &Builder{dir: dir, root: root, options: options, drawer: diagram.New(options.Cache), cached: make(map[string]cached)}, nil
}

// Dir is the absolute path of the tree.
func (b *Builder) Dir() string { return b.dir }

// Folders are those that hold sources, to be watched for changes.
func (b *Builder) Folders() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	folders := append([]string{"."}, b.config.Content...)
	folders = append(folders, b.config.ADR...)
	folders = append(folders, b.config.Model...)
	return append(folders, b.config.Evidence...)
}

// Forget makes the next Load read the repository's history again.
func (b *Builder) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.history = nil
}

// Load reads what has changed and joins everything anew. It fails only if there
// is nothing to build; what is wrong with sources is in Tree.Findings.
func (b *Builder) Load() (*Tree, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.config, b.findings = readConfig(b.root.FS(), filepath.Base(b.dir))
	sources, findings := b.scan()
	if len(sources) == 0 {
		return nil, fmt.Errorf("build %s: no Markdown found: there is no README.md, no docs folder and no folder of decisions; say in %s where the texts are", b.dir, ConfigName)
	}
	var wait sync.WaitGroup
	if b.history == nil {
		wait.Go(func() { h := readHistory(b.dir); b.history = &h })
	}
	documents := b.parse(sources)
	m, modelFindings := model.Load(b.root.FS(), b.config.Model, b.config.Evidence)
	wait.Wait()
	findings = append(append(append([]site.Finding{}, b.findings...), findings...), modelFindings...)
	return newTree(b, sources, documents, m, findings), nil
}

// parse gives the documents of the sources, in their order.
func (b *Builder) parse(sources []source) []*markdown.Document {
	parser := markdown.New(markdown.Options{Foreign: b.config.Foreign})
	documents := make([]*markdown.Document, len(sources))
	var done atomic.Int64
	parallel(len(sources), func(i int) {
		s := sources[i]
		if old, ok := b.cached[s.file]; ok && old.size == s.size && old.changed.Equal(s.changed) && old.kind == s.kind {
			documents[i] = old.document
		} else if data, err := b.root.ReadFile(s.file); err == nil {
			documents[i] = parser.Parse(s.file, data, s.kind)
		} else {
			documents[i] = parser.Parse(s.file, nil, s.kind)
			documents[i].Findings = append(documents[i].Findings, site.Finding{File: s.file, Rule: "unreadable", Message: "it cannot be read: " + err.Error(), Mend: "check its permissions"})
		}
		b.progress("read", int(done.Add(1)), len(sources))
	})
	b.cached = make(map[string]cached, len(sources))
	for i, s := range sources {
		b.cached[s.file] = cached{s, documents[i]}
	}
	return documents
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

package build

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"lockstep/site"
	"lockstep/site/claims"
	"lockstep/site/names"
	"lockstep/site/rehearsal"
	"lockstep/site/review/decider"
)

// ConfigName is the file that says where a repository's texts lie. It is
// optional.
const ConfigName = "lockstep.yaml"

// Config is what lockstep.yaml says, or what was found without one. Paths are
// slash-separated and relative to the root.
type Config struct {
	Title      string            `yaml:"title"`
	Tagline    string            `yaml:"tagline"`
	URL        string            `yaml:"url"`        // where the site will be published
	Repository string            `yaml:"repository"` // where readers see the sources
	Edit       string            `yaml:"edit"`       // where they change one: an address with {path} and perhaps {branch}, or none
	Home       string            `yaml:"home"`       // the file of the home page; default: index.md of the first content folder, or README.md
	Content    Folders           `yaml:"content"`    // folders of Markdown
	ADR        Folders           `yaml:"adr"`        // folders of decision records, each a series
	Series     []Series          `yaml:"series"`     // what is said of a folder of records beyond its name
	Model      Folders           `yaml:"model"`      // folders of model YAML
	Evidence   Folders           `yaml:"evidence"`   // folders of evidence JSON
	Ledger     Folders           `yaml:"ledger"`     // folders of entries in YAML, see package ledger
	SLO        string            `yaml:"slo"`        // file of objectives, see package slo
	Sections   []string          `yaml:"sections"`   // order of the navigation
	Titles     map[string]string `yaml:"titles"`     // of sections, by their first path element
	Beside     []string          `yaml:"beside"`     // files and folders of Markdown that are judged and are no pages
	// Unpublished are files and folders among the texts that have no page on purpose.
	Unpublished []string          `yaml:"unpublished"`
	Strict      bool              `yaml:"strict"`   // the texts are written for this generator
	Rules       map[string]string `yaml:"rules"`    // by the name of a rule: off
	Statuses    map[string]string `yaml:"statuses"` // what words of records mean: one of the five statuses
	Headings    map[string]string `yaml:"headings"` // what headings of records stand for, see [decision.Parts]
	Baseline    string            `yaml:"baseline"` // file of findings that are known; see package baseline
	Offline     *bool             `yaml:"offline"`  // false: a static site keeps nothing in the browsers of its readers
	Embed       []string          `yaml:"embed"`    // origins whose pages may show figures of runs, "*" for all
	Code        Folders           `yaml:"code"`     // folders of code; a record shows what in them names it
	Names       []names.Kind      `yaml:"names"`    // what code spans name, and where it is defined

	Review struct {
		// Approvals says which accepted decisions must be approved by their
		// decision-makers: those that have a review ("reviewed", the default),
		// "all", or "none".
		Approvals string `yaml:"approvals"`
		// Signatures says which verdicts count: those signed with a key that is
		// listed ("listed", the default where keys are), or also unsigned ones
		// ("none").
		Signatures string `yaml:"signatures"`
		// Deciders lists the ids of each decision-maker. Without it a name is
		// believed, and shown as unverified.
		Deciders decider.Map `yaml:"deciders"`
	} `yaml:"review"`

	Claims claims.Config `yaml:"claims"` // what stands behind words and numbers

	Changes keptChanges `yaml:"changes"` // how many differences between revisions the site keeps

	Rehearse rehearsal.Commands `yaml:"rehearse"` // how entries of runbooks are carried out; see package rehearsal

	// found is set where the folders of texts were not named but found: they were
	// not laid out for this generator.
	found  bool
	series []Series // of ADR, complete

	names []*names.Kind // those of Names that can be used
}

var configKeys = []string{"title", "tagline", "url", "repository", "edit", "home", "content", "adr", "model", "evidence", "ledger", "slo", "sections", "titles", "code", "names", "beside", "review", "claims", "series", "unpublished", "strict", "rules", "baseline", "statuses", "headings", "changes", "offline", "embed", "rehearse"}

// readConfig reads lockstep.yaml, or looks in the usual places.
func readConfig(root fs.FS, name string) (Config, []site.Finding) {
	data, err := fs.ReadFile(root, ConfigName)
	if errors.Is(err, fs.ErrNotExist) {
		return discover(root, name), nil
	}
	find := func(line int, rule, mend, format string, args ...any) []site.Finding {
		return []site.Finding{{File: ConfigName, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend}}
	}
	fallback := discover(root, name)
	if err != nil {
		return fallback, find(0, "config", "make it readable", "it cannot be read: %v", err)
	}
	file, err := yamlparser.ParseBytes(data, 0)
	if err != nil {
		return fallback, find(yamlLine(err), "config", "mend the YAML", "it is not valid YAML: %s", firstLine(err.Error()))
	}
	var findings []site.Finding
	var kinds *yamlast.MappingValueNode
	for _, doc := range file.Docs {
		mapping, ok := doc.Body.(*yamlast.MappingNode)
		if !ok {
			continue
		}
		for _, entry := range mapping.Values {
			key := entry.Key.GetToken()
			switch key.Value {
			case "claims":
				findings = append(findings, unknownClaims(entry.Value)...)
			case "review":
				findings = append(findings, unknownKeys(entry.Value, reviewKeys)...)
			case "changes":
				findings = append(findings, unknownKeys(entry.Value, changesKeys)...)
			case "rehearse":
				findings = append(findings, unknownKeys(entry.Value, rehearseKeys)...)
			}
			if !slices.Contains(configKeys, key.Value) {
				findings = append(findings, find(key.Position.Line, "unknown-config", "the keys are "+strings.Join(configKeys, ", "), "the key %q has no meaning here", key.Value)...)
			} else if key.Value == "names" {
				kinds = entry
			}
		}
	}
	var c Config
	if err := yaml.Unmarshal(data, &c); err != nil {
		return fallback, append(findings, find(yamlLine(err), "config", "lists are written [a, b]", "a value has the wrong form: %s", firstLine(err.Error()))...)
	}
	for what, folders := range map[string]Folders{"content": c.Content, "adr": c.ADR, "model": c.Model, "evidence": c.Evidence, "ledger": c.Ledger, "code": c.Code} {
		for i, folder := range folders {
			folders[i] = strings.Trim(strings.TrimPrefix(folder, "./"), "/")
			if folder == "." || folder == "./" {
				folders[i] = "."
			}
			if info, err := fs.Stat(root, folders[i]); (err != nil || !info.IsDir()) && what != "evidence" {
				findings = append(findings, find(0, "config", "create it, or correct "+what, "%s names the folder %q, which does not exist", what, folder)...)
			}
		}
	}
	if c.SLO = strings.TrimPrefix(c.SLO, "./"); c.SLO != "" && !fs.ValidPath(c.SLO) {
		findings = append(findings, find(0, "config", "write its path below this folder, as docs/slo.yaml", "slo names the file %q", c.SLO)...)
		c.SLO = ""
	}
	for key, address := range map[string]*string{"url": &c.URL, "repository": &c.Repository} {
		if *address != "" && !isWebAddress(*address) {
			findings = append(findings, find(0, "config", "write it whole and without a password: https://…", "%s is not an address on the web for everybody", key)...)
			*address = ""
		}
	}
	if c.Edit != "" && c.Edit != "none" && !(isPattern(c.Edit)) {
		findings = append(findings, find(0, "config", "write an address with {path}, like https://git.example.org/team/it/edit/main/{path}, or none", "edit is %q", c.Edit)...)
		c.Edit = ""
	}
	switch c.Review.Approvals {
	case "", "reviewed", "all", "none":
	default:
		findings = append(findings, find(0, "config", "write reviewed, all or none", "review: approvals is %q", c.Review.Approvals)...)
		c.Review.Approvals = "all"
	}
	switch c.Review.Signatures {
	case "", "listed", "none":
	default:
		findings = append(findings, find(0, "config", "write listed or none", "review: signatures is %q", c.Review.Signatures)...)
		c.Review.Signatures = "listed"
	}
	c.Embed = slices.DeleteFunc(c.Embed, func(from string) bool {
		if from == "*" || webOrigin.MatchString(from) {
			return false
		}
		findings = append(findings, find(0, "config", "write where the pages are, as https://wiki.example.org, or \"*\" for all", "embed names %q", from)...)
		return true
	})
	if wrong := c.Changes.unfit(); wrong != "" {
		findings = append(findings, find(0, "config", "write for example changes: {page: 10, site: 200}; site: 0 keeps none", "%s", wrong)...)
		c.Changes = keptChanges{}
	}
	if id, names := c.Review.Deciders.Shared(); names != nil {
		findings = append(findings, find(0, "config", "give each decision-maker ids of their own", "review: deciders lists %s for %s: one person would be two", id, strings.Join(names, " and for "))...)
	}
	findings = append(findings, c.compileNames(kinds, find)...)
	if c.Title == "" {
		c.Title = name
	}
	// What is not said is found: a configuration only adds.
	if c.Content == nil {
		c.Content = fallback.Content
		if c.Home == "" {
			c.Home = fallback.Home
		}
	}
	if c.ADR == nil {
		c.ADR = fallback.ADR
	}
	for i := range c.Series {
		s := &c.Series[i]
		s.Folder = strings.Trim(strings.TrimPrefix(s.Folder, "./"), "/")
		if info, err := fs.Stat(root, cmp.Or(s.Folder, "?")); err != nil || !info.IsDir() {
			findings = append(findings, find(0, "config", "create it, or correct series", "series names the folder %q, which does not exist", s.Folder)...)
			continue
		}
		if s.Prefix != "" && !seriesPrefix.MatchString(s.Prefix) {
			findings = append(findings, find(0, "config", "write it like ADR or RFC", "series: the prefix %q is not one to eight letters", s.Prefix)...)
			s.Prefix = ""
		}
		if !slices.Contains(c.ADR, s.Folder) {
			c.ADR = append(c.ADR, s.Folder)
		}
	}
	c.found = slices.Equal(c.Content, fallback.Content) || len(c.Content) == 1 && (c.Content[0] == "docs" || c.Content[0] == "doc")
	findings = append(findings, c.judgeWords(find)...)
	return c, append(findings, c.judgeRules(find)...)
}

var seriesPrefix = regexp.MustCompile(`^[A-Za-z]{1,8}-?$`)

// Folders is a list of folders, or one.
type Folders []string

// UnmarshalYAML takes one folder for a list of one.
func (f *Folders) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*f = Folders{one}
		return nil
	}
	list := []string{}
	err := unmarshal(&list)
	*f = list
	return err
}

// isPattern says whether a text is the address of any file.
func isPattern(s string) bool {
	u, err := url.Parse(strings.NewReplacer("{path}", "x", "{branch}", "x").Replace(s))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && strings.Contains(s, "{path}")
}

// webOrigin is what a browser compares the address of a page with. Nothing else may get
// into a header.
var webOrigin = regexp.MustCompile(`^https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?$`)

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func yamlLine(err error) int {
	if e := yaml.Error(nil); errors.As(err, &e) && e.GetToken() != nil {
		return e.GetToken().Position.Line
	}
	return 0
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

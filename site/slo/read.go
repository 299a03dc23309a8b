package slo

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

// maxFile bounds a definition.
const maxFile = 1 << 20

// Read reads a file of objectives, and the file of metrics that it names. What is
// wrong with it are findings; what they concern is left out, and the rest can be used.
// The definition is nil if the file cannot be understood at all.
func Read(root fs.FS, file string) (*Definition, *Metrics, []site.Finding) {
	r := reader{d: &Definition{File: file, Least: 10}}
	data, err := fs.ReadFile(root, file)
	switch {
	case err != nil:
		r.find(0, "objective", "create it, or correct slo in the configuration", "the objectives cannot be read: %v", err)
		return nil, nil, r.findings
	case len(data) > maxFile:
		r.find(0, "objective", "split the service", "it has %d bytes; at most %d are read", len(data), maxFile)
		return nil, nil, r.findings
	}
	top, wrong := yamlfile.Read(data)
	if wrong != nil {
		mend := "write mappings of texts; see lockstep help objectives"
		switch says := wrong.Error(); {
		case strings.Contains(says, "sequence"):
			mend = "write names with spaces between them and no list: windows: fast slow"
		case strings.Contains(says, "\t"):
			mend = "indent by spaces, not by tabs"
		}
		r.find(wrong.Line, "objective", mend, "it cannot be understood: %s", strings.ReplaceAll(wrong.Error(), "\t", "tab"))
		return nil, nil, r.findings
	}
	r.read(top)
	defer func() { r.d.flawed = len(r.findings) > 0 }()
	r.d.sum = sha256.Sum256(append(data, r.judgeMetrics(root)...))
	return r.d, r.metrics, r.findings
}

type reader struct {
	d           *Definition
	metrics     *Metrics
	metricsLine int
	findings    []site.Finding
}

func (r *reader) find(line int, rule, mend, format string, args ...any) {
	r.findings = append(r.findings, site.Finding{File: r.d.File, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

// wrong notes that a value cannot be read.
func (r *reader) wrong(m yamlfile.Member, err error) {
	if err != nil {
		r.find(m.Line, "objective", "correct it", "%s: %v", m.Key, err)
	}
}

// known reports a key that means nothing here.
func (r *reader) known(where string, m yamlfile.Member, keys ...string) bool {
	if slices.Contains(keys, m.Key) {
		return true
	}
	mend := "the keys are " + strings.Join(keys, ", ")
	if near := site.Nearest(m.Key, keys); near != "" {
		mend = "did you mean " + near + "?"
	}
	r.find(m.Line, "objective", mend, "%s has no key %q", where, m.Key)
	return false
}

func (r *reader) read(top []yamlfile.Member) {
	for _, m := range top {
		if !r.known("a file of objectives", m, fileKeys...) {
			continue
		}
		var err error
		switch m.Key {
		case "service":
			r.d.Service = m.Text
		case "period":
			r.d.Period, err = parseSpan(m.Text)
			r.d.period = field{m.Text, m.At}
		case "heartbeat":
			r.d.Heartbeat = m.Text
		case "least":
			var n *big.Rat
			if n, _, err = split(m.Text); err == nil && (!n.IsInt() || n.Sign() <= 0 || n.Cmp(big.NewRat(1e6, 1)) > 0) {
				err = fmt.Errorf("%q is no number of failures between 1 and 1000000", m.Text)
			}
			if err == nil {
				r.d.Least, r.d.least = int(n.Num().Int64()), field{m.Text, m.At}
			}
		case "metrics":
			r.d.Metrics, r.metricsLine = path.Join(path.Dir(r.d.File), m.Text), m.Line
		}
		r.wrong(m, err)
	}
	if r.d.Service == "" {
		r.find(1, "objective", "write service: and its name", "the service has no name")
		r.d.Service = "service"
	}
	if r.d.Period == 0 {
		r.d.Period = 30 * 86_400_000
	}
	for _, m := range top { // windows before objectives, wherever they stand
		if m.Key == "windows" {
			r.windows(m.Members)
		}
	}
	for _, m := range top {
		switch m.Key {
		case "objectives":
			for _, o := range m.Members {
				r.objective(o)
			}
		case "panels":
			for _, p := range m.Members {
				r.panel(p)
			}
		}
	}
	if len(r.d.Objectives) == 0 {
		r.find(1, "objective", "write objectives: and one of them", "there is no objective")
	}
	r.judgeAlerts()
}

func (r *reader) windows(members []yamlfile.Member) {
	for _, m := range members {
		w := Window{Name: m.Key, Severity: "page", line: m.Line}
		for _, f := range m.Members {
			if !r.known("a window", f, windowKeys...) {
				continue
			}
			var err error
			switch f.Key {
			case "severity":
				if w.Severity = f.Text; w.Severity != "page" && w.Severity != "ticket" {
					err = fmt.Errorf("%q is neither page nor ticket", f.Text)
				}
			case "share":
				w.Share, err = parseShare(f.Text)
				w.share = field{f.Text, f.At}
			case "long":
				w.Long, err = parseSpan(f.Text)
				w.long = field{f.Text, f.At}
			case "short":
				w.Short, err = parseSpan(f.Text)
				w.short = field{f.Text, f.At}
			}
			r.wrong(f, err)
		}
		switch {
		case w.Share == nil || w.Long == 0 || w.Short == 0:
			r.find(m.Line, "objective", "write {severity: page, share: 2 %, long: 1 h, short: 5 min}", "the window %s is not whole", m.Key)
		case w.Short >= w.Long || w.Long > r.d.Period:
			r.find(m.Line, "objective", "the short window lies in the long one, and that in the period", "the window %s has %s in %s in %s", m.Key, w.Short, w.Long, r.d.Period)
		case w.Short%minute != 0 || w.Long%minute != 0:
			r.find(m.Line, "objective", "write minutes, hours or days", "the window %s is not of whole minutes, and so shorter than what is scraped can say", m.Key)
		default:
			r.d.Windows = append(r.d.Windows, w)
		}
	}
}

var (
	fileKeys       = []string{"service", "period", "heartbeat", "least", "metrics", "windows", "objectives", "panels"}
	windowKeys     = []string{"severity", "share", "long", "short"}
	panelKeys      = []string{"unit", "queries"}
	objectiveKeys  = []string{"name", "good", "target", "measured", "windows", "alert", "runbook", "why", "indicators"}
	indicatorKeys  = []string{"per", "target", "good", "bad", "histogram", "under", "gauge", "above", "below", "breach", "pulse", "cause", "ahead", "over", "for"}
	objectiveTexts = []string{"good", "target", "measured", "why"}
)

// objectiveID keeps ids fit for anchors, links and the names of rules.
var objectiveID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$`)

func (r *reader) objective(m yamlfile.Member) {
	o := &Objective{ID: m.Key, Line: m.Line, texts: make(map[string]field)}
	if !objectiveID.MatchString(m.Key) {
		r.find(m.Line, "objective", "write letters and digits joined by hyphens: SLO-1", "%q is no id of an objective", m.Key)
		return
	}
	for _, f := range m.Members {
		if !r.known(o.ID, f, objectiveKeys...) {
			continue
		}
		switch f.Key {
		case "name":
			o.Name = f.Text
		case "windows":
			o.windows = strings.Fields(strings.ReplaceAll(f.Text, ",", " "))
			for _, name := range o.windows {
				if _, ok := r.d.window(name); !ok {
					r.find(f.Line, "objective", "define it under windows, or correct the name", "%s has the windows %q, which are not defined", o.ID, name)
				}
			}
		case "alert":
			o.Alert = f.Text
		case "runbook":
			o.Runbook = f.Text
		case "why":
			o.Why = f.Text
		case "indicators":
			for _, i := range f.Members {
				r.indicator(o, i)
			}
		}
		if slices.Contains(objectiveTexts, f.Key) {
			o.texts[f.Key] = field{f.Text, f.At}
		}
	}
	switch {
	case o.Name == "":
		r.find(m.Line, "objective", "write name: and what is promised", "%s has no name", o.ID)
		o.Name = o.ID
	case o.texts["good"].text == "":
		r.find(m.Line, "objective", "write good: and what counts as good", "%s does not say what is good", o.ID)
	}
	if len(o.Indicators) == 0 && o.Why == "" {
		r.find(m.Line, "objective", "write indicators:, or why: and the reason", "%s has no indicator, and no reason why", o.ID)
	}
	if r.d.Pages(o) && o.Runbook == "" && len(o.Indicators) > 0 {
		r.find(m.Line, "objective-runbook", "write runbook: and the entry that says what to do, or give it windows of tickets only", "%s wakes somebody and has no runbook", o.ID)
	}
	r.d.Objectives = append(r.d.Objectives, o)
}

func (r *reader) panel(m yamlfile.Member) {
	p := Panel{Title: m.Key, line: m.Line}
	for _, f := range m.Members {
		if !r.known("a panel", f, panelKeys...) {
			continue
		}
		switch f.Key {
		case "unit":
			p.Unit = f.Text
		case "queries":
			for q := range strings.Lines(f.Text) {
				if q = strings.TrimSpace(q); q != "" {
					p.Queries = append(p.Queries, q)
				}
			}
		}
	}
	if len(p.Queries) == 0 {
		r.find(m.Line, "objective", "write queries: | and one query a line", "the panel %q has no query", m.Key)
		return
	}
	r.d.Panels = append(r.d.Panels, p)
}

// judgeAlerts reports two alerts of one name that could not be told apart, and texts
// that Prometheus would not take as they stand.
func (r *reader) judgeAlerts() {
	first := make(map[string]*Objective)
	for _, o := range r.d.Objectives {
		name := cmp.Or(o.Alert, camel(o.Name))
		if name == "" {
			r.find(o.Line, "objective", "write alert: and a name of letters", "the name of %s has no letter and no digit, so its alerts have no name", o.ID)
			continue
		}
		for _, i := range o.Indicators {
			for _, a := range r.d.alerts(i) {
				if texts := fmt.Sprint(a.rule.Labels, a.rule.Annotations); strings.Contains(texts, "{{") {
					r.find(i.Line, "objective", "write it without {{", "the alerts of %s of %s say {{, which Prometheus takes for a template", i.Name, o.ID)
					break
				}
			}
		}
		names := []string{name}
		for _, i := range o.Indicators {
			if i.Kind == Cause {
				names = append(names, i.Alert)
			}
		}
		for _, name := range names {
			if other := first[name]; other != nil {
				r.find(o.Line, "objective", "give one of them another name, or alert: of its own", "the alerts of %s and %s have the same name, %s", other.ID, o.ID, name)
			}
			first[name] = o
		}
	}
}

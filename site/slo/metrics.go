package slo

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"lockstep/site"
)

// Metrics is what a service exports, as it answered once at /metrics. Values mean
// nothing here; names, types, labels, buckets and helps do.
type Metrics struct {
	file     string
	families map[string]*dto.MetricFamily
	lines    map[string]int // of their helps
}

// ReadMetrics reads an answer in the text format.
func ReadMetrics(file string, data []byte) (*Metrics, error) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) // a checkout may have written them
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s is no answer of /metrics: %w", file, err)
	}
	m := &Metrics{file, families, make(map[string]int)}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, _, _ := strings.Cut(rest, " ")
			m.lines[name] = n
		}
	}
	return m, nil
}

// Names lists the metrics, sorted.
func (m *Metrics) Names() []string { return slices.Sorted(maps.Keys(m.families)) }

// Help is what is said of a metric, its type and its labels.
func (m *Metrics) Help(name string) (help, kind string, labels []string) {
	f := m.families[name]
	for _, metric := range f.GetMetric() {
		for _, l := range metric.GetLabel() {
			if !slices.Contains(labels, l.GetName()) {
				labels = append(labels, l.GetName())
			}
		}
	}
	return f.GetHelp(), strings.ToLower(f.GetType().String()), labels
}

// family finds a metric by the name of its series.
func (m *Metrics) family(series string) *dto.MetricFamily {
	if f := m.families[series]; f != nil {
		return f
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		base, ok := strings.CutSuffix(series, suffix)
		if f := m.families[base]; ok && f != nil && (f.GetType() == dto.MetricType_HISTOGRAM || f.GetType() == dto.MetricType_SUMMARY) {
			return f
		}
	}
	return nil
}

// lacks says what a selector needs and the service does not export, "" if nothing.
func (m *Metrics) lacks(s Selector, want dto.MetricType) (says, mend string) {
	f := m.family(s.Metric)
	if f == nil {
		mend = "export it, or correct the name; " + m.file + " is what the service exports"
		if near := site.Nearest(s.Metric, m.Names()); near != "" {
			mend = "did you mean " + near + "?"
		}
		return "no metric " + s.Metric + " is exported", mend
	}
	if f.GetType() != want && want != dto.MetricType_UNTYPED {
		return fmt.Sprintf("%s is a %s and no %s", s.Metric, strings.ToLower(f.GetType().String()), strings.ToLower(want.String())), "choose a metric of that type"
	}
	if strings.TrimSpace(f.GetHelp()) == "" {
		return s.Metric + " has no help", "say in the code what it counts, and write " + m.file + " anew"
	}
	_, _, labels := m.Help(f.GetName())
	for _, x := range s.Matchers {
		if !slices.Contains(labels, x.Label) && x.Label != "le" {
			return fmt.Sprintf("%s has no label %s", s.Metric, x.Label), "its labels are " + cmp.Or(strings.Join(labels, ", "), "none")
		}
	}
	return "", ""
}

// bounded says whether a histogram has a bucket that ends at a bound.
func (m *Metrics) bounded(i *Indicator) (ok bool, bounds []string) {
	want, _ := i.Bound.Float64()
	for _, metric := range m.family(i.Histogram.Metric).GetMetric() {
		for _, b := range metric.GetHistogram().GetBucket() {
			if b.GetUpperBound() == want {
				return true, nil
			}
			if text := fmt.Sprint(b.GetUpperBound()); !slices.Contains(bounds, text) && len(bounds) < 30 {
				bounds = append(bounds, text)
			}
		}
	}
	return false, bounds
}

// judgeMetrics says what the definition uses and the service does not export.
// It gives the file of metrics.
func (r *reader) judgeMetrics(root fs.FS) []byte {
	if r.d.Metrics == "" {
		return nil
	}
	data, err := fs.ReadFile(root, r.d.Metrics)
	if err != nil {
		r.find(r.metricsLine, "objective-metric", "write it: curl -s http://…/metrics > "+r.d.Metrics, "the file of metrics cannot be read: %v", err)
		return nil
	}
	m, err := ReadMetrics(r.d.Metrics, data)
	if err != nil {
		r.find(r.metricsLine, "objective-metric", "write it anew: curl -s http://…/metrics > "+r.d.Metrics, "%v", err)
		return data
	}
	r.metrics = m
	for _, name := range m.Names() {
		if help, _, _ := m.Help(name); strings.TrimSpace(help) == "" {
			r.find(r.metricsLine, "objective-metric", "say in the code what it counts, and write "+m.file+" anew", "%s exports %s without a help", m.file, name)
		}
	}
	for _, i := range r.d.indicators() {
		r.judgeIndicator(m, i)
	}
	for _, p := range r.d.Panels {
		for _, q := range p.Queries {
			for _, name := range seriesIn(q) {
				if says, mend := m.lacks(Selector{Metric: name}, dto.MetricType_UNTYPED); says != "" {
					r.find(p.line, "objective-metric", mend, "the panel %q shows nothing: %s", p.Title, says)
				}
			}
		}
	}
	return data
}

// judgeIndicator says what one indicator needs and the service does not export.
func (r *reader) judgeIndicator(m *Metrics, i *Indicator) {
	said := make(map[string]bool) // good and bad are often of one metric
	find := func(mend, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !said[text] {
			said[text] = true
			r.find(i.Line, "objective-metric", mend, "%s of %s cannot be %s", i.Name, i.objective.ID, text)
		}
	}
	want := dto.MetricType_COUNTER
	switch {
	case i.Histogram.Metric != "":
		want = dto.MetricType_HISTOGRAM
	case i.Gauge.Metric != "":
		want = dto.MetricType_GAUGE
	}
	for _, s := range i.selectors() {
		if says, mend := m.lacks(s, want); says != "" {
			find(mend, "measured: %s", says)
			continue
		}
		_, _, labels := m.Help(m.family(s.Metric).GetName())
		for _, l := range i.Per {
			if l != "instance" && !slices.Contains(labels, l) { // Prometheus adds that one
				find("its labels are "+cmp.Or(strings.Join(labels, ", "), "none"), "kept apart: %s has no label %s", s.Metric, l)
			}
		}
	}
	if i.Histogram.Metric != "" && m.family(i.Histogram.Metric) != nil {
		if ok, bounds := m.bounded(i); !ok {
			find("give the histogram that bucket; it has "+strings.Join(bounds, ", "), "measured: no bucket of %s ends at %s", i.Histogram.Metric, decimal(i.Bound))
		}
	}
}

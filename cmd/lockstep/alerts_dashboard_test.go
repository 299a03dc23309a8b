//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// dashboardFile is where the picture of the dashboard in chapter 10 comes from:
//
//	go test ./cmd/lockstep -run TestAlerts -args -dashboard FILE
var dashboardFile = flag.String("dashboard", "", "file for what each panel of the dashboard showed, as JSON")

// board is a dashboard with what it showed. A series is one text: each number of evidence
// by itself would be a value of the model.
type board struct {
	Length float64       `json:"length_s"`
	Step   float64       `json:"step_s"`
	Causes []cause       `json:"causes"`
	Panels []shownSeries `json:"panels"`
}

// cause is what was wrong for a while, in seconds since the first point.
type cause struct {
	Name     string  `json:"name"`
	From     float64 `json:"from_s"`
	To       float64 `json:"to_s"`
	from, to time.Time
}

type shownSeries struct {
	Title   string  `json:"title"`
	Type    string  `json:"type"`
	Unit    string  `json:"unit"`   // as Grafana calls it
	Column  int     `json:"column"` // of Grafana's twenty-four at which it begins
	Series  []curve `json:"series"`
	LeftOut int     `json:"left_out,omitempty"` // series, where there are more than can be told apart
}

type curve struct {
	Name   string `json:"name"`
	Values string `json:"values"` // a number a step, or "-"
	most   float64
}

const (
	boardPoints = 90
	boardSeries = 6
	boundName   = "bound"
)

// begin notes that something is wrong from now on; what it gives ends it.
func (w *watcher) begin(name string) (over func()) {
	c := &cause{Name: name, from: time.Now()}
	w.causes = append(w.causes, c)
	return func() { c.to = time.Now() }
}

// recordDashboard asks Prometheus for what Grafana would have shown of the rehearsal,
// whose processes are named by their addresses.
func recordDashboard(t *testing.T, w *watcher, processes map[string]string) {
	t.Helper()
	var g grafana
	data, err := os.ReadFile(filepath.Join(w.dir, "slo", "dashboard.json"))
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now()
	lasted := end.Sub(w.began).Seconds()
	b := board{Step: math.Ceil(lasted / boardPoints)}
	b.Length = b.Step * math.Floor(lasted/b.Step)
	start := end.Add(-time.Duration(b.Length) * time.Second)
	for _, c := range w.causes {
		if c.to.IsZero() {
			c.to = end
		}
		c.From, c.To = max(0, math.Round(10*c.from.Sub(start).Seconds())/10), math.Round(10*c.to.Sub(start).Seconds())/10
		b.Causes = append(b.Causes, *c)
	}
	for _, p := range g.Panels {
		shown := shownSeries{Title: p.Title, Type: p.Type, Unit: p.FieldConfig.Defaults.Unit, Column: p.GridPos.X}
		asked := 0
		for _, target := range p.Targets {
			if !isNumber(target.Expr) {
				asked++
			}
		}
		for _, target := range p.Targets {
			shown.Series = append(shown.Series, w.over(target.Expr, start, b, asked > 1, processes)...)
		}
		for len(shown.Series) > boardSeries { // the highest stay, and bounds
			least := 0
			for i, c := range shown.Series {
				if c.Name != boundName && c.most < shown.Series[least].most {
					least = i
				}
			}
			shown.Series, shown.LeftOut = slices.Delete(shown.Series, least, least+1), shown.LeftOut+1
		}
		b.Panels = append(b.Panels, shown)
	}
	if err := writeJSON(*dashboardFile, struct {
		origin
		board
	}{recordedAt(t, "dashboard"), b}); err != nil {
		t.Fatal(err)
	}
}

// over are the series of a query at each step since a time. With others in one panel a
// series is also called by what is asked.
func (w *watcher) over(query string, start time.Time, b board, others bool, processes map[string]string) (curves []curve) {
	w.t.Helper()
	since := float64(start.UnixMilli()) / 1000
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	asked := url.Values{"query": {query}, "step": {fmt.Sprint(b.Step)}, "start": {fmt.Sprintf("%.3f", since)}, "end": {fmt.Sprintf("%.3f", since+b.Length)}}
	if !w.ask("query_range?"+asked.Encode(), &answer) {
		w.t.Fatalf("Prometheus does not answer %s", query)
	}
	series := answer.Data.Result
	for _, s := range series {
		c := curve{most: math.Inf(-1)}
		values := slices.Repeat([]string{"-"}, int(b.Length/b.Step)+1)
		for _, v := range s.Values {
			n, err := strconv.ParseFloat(fmt.Sprint(v[1]), 64)
			if err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
				values[int(math.Round((v[0].(float64)-since)/b.Step))] = rounded(n)
				c.most = max(c.most, n)
			}
		}
		c.Values = strings.Join(values, " ")
		labels := make(map[string]string)
		for key, value := range s.Metric {
			same := len(series) > 1
			for _, other := range series {
				same = same && other.Metric[key] == value
			}
			if !same && value != "" && value != "none" && !slices.Contains([]string{"__name__", "job", "service", "slo", "sli"}, key) {
				labels[key] = value
			}
		}
		if at := processes[labels["instance"]]; at != "" {
			labels["instance"] = at
		}
		c.Name = seriesName(query, labels, others)
		curves = append(curves, c)
	}
	slices.SortFunc(curves, func(a, b curve) int { return strings.Compare(a.Name, b.Name) })
	return curves
}

var (
	quantileAsked = regexp.MustCompile(`histogram_quantile\(([\d.]+)`)
	windowAsked   = regexp.MustCompile(`:ratio_rate(\w+)`)
	metricAsked   = regexp.MustCompile(`(?:lockstep_|slo:)(\w+?)(?:_total|_seconds|_bucket|_bytes)*\b`)
)

// isNumber is true of a plain number.
func isNumber(query string) bool {
	_, err := strconv.ParseFloat(query, 64)
	return err == nil
}

// seriesName is a short name: what is asked, if a panel asks for several things, and
// what tells a series from its neighbours.
func seriesName(query string, labels map[string]string, others bool) string {
	if isNumber(query) {
		return boundName
	}
	var says []string
	if others || len(labels) == 0 {
		if q := quantileAsked.FindStringSubmatch(query); q != nil {
			n, _ := strconv.ParseFloat(q[1], 64)
			says = append(says, map[bool]string{true: "longest", false: fmt.Sprintf("p%g", 100*n)}[n == 1])
		} else if m := windowAsked.FindStringSubmatch(query); m != nil {
			says = append(says, "over "+m[1])
		} else if m := metricAsked.FindStringSubmatch(query); m != nil {
			says = append(says, strings.ReplaceAll(m[1], "_", " "))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		if isNumber(value) || value == "true" || value == "false" {
			value = key + " " + value
		}
		says = append(says, value)
	}
	return strings.Join(says, " ")
}

// rounded has three digits that count, in as few letters as they take.
func rounded(v float64) string {
	text := strconv.FormatFloat(v, 'g', 3, 64)
	short, _ := strconv.ParseFloat(text, 64)
	if plain := strconv.FormatFloat(short, 'f', -1, 64); len(plain) <= len(text) {
		return plain
	}
	return text
}

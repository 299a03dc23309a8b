package slo

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Dashboard is the same definition as a dashboard for Grafana, which an import asks for
// its source of data: first whether the invariants hold, then what is left of each
// budget and how fast it burns, then events against their bounds, then the panels of
// the definition. All queries read metrics that the service exports and series that the
// rules record.
func (d *Definition) Dashboard() []byte {
	g := grid{}
	title := func(i *Indicator) string { return i.objective.ID + ": " + i.objective.Name }
	of := func(kind Kind, show func(*Indicator)) {
		for _, i := range d.indicators() {
			if i.Kind == kind {
				show(i)
			}
		}
	}
	of(Invariant, func(i *Indicator) {
		g.add("stat", 6, 4, title(i)+" — breaches", "short", i.sum("increase", i.Counter.String(), d.Period))
	})
	g.line()
	of(Ratio, func(i *Indicator) {
		g.add("stat", 6, 4, title(i)+", "+i.Name+" — budget left", "percentunit", "slo:budget_left:ratio"+chosen(d.of(i)))
	})
	g.line()
	of(Ratio, func(i *Indicator) {
		queries := []string{}
		for _, w := range d.pairs(i.objective) {
			queries = append(queries, fmt.Sprintf("slo:bad:ratio_rate%s%s / %s", w.Short, chosen(d.of(i)), decimal(i.budget())))
		}
		g.add("timeseries", 12, 8, title(i)+", "+i.Name+" — burn rate", "short", queries...)
	})
	of(Event, func(i *Indicator) {
		g.add("timeseries", 12, 8, title(i)+", "+i.Name, "short", i.Gauge.String(), decimal(i.Bound))
	})
	of(Cause, func(i *Indicator) {
		g.add("timeseries", 12, 8, title(i)+", "+i.Name, "short", i.worst(), decimal(i.Bound))
	})
	for _, p := range d.Panels {
		g.add("timeseries", 12, 8, p.Title, p.Unit, p.Queries...)
	}
	out, err := json.MarshalIndent(map[string]any{
		"title": d.Service + ": objectives", "uid": "slo-" + strings.ToLower(camel(d.Service)), "schemaVersion": 39, "editable": true,
		"time": map[string]string{"from": "now-6h", "to": "now"}, "refresh": "30s",
		"description": "Made from " + d.File + " by: lockstep slo dashboard",
		"templating":  map[string]any{"list": []any{map[string]any{"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}}},
		"panels":      g.panels,
	}, "", "  ")
	if err != nil {
		panic(err) // texts, numbers and lists of them are always JSON
	}
	return append(out, '\n')
}

// grid places panels on Grafana's twenty-four columns.
type grid struct {
	panels  []any
	x, y, h int
}

func (g *grid) line() {
	if g.x > 0 {
		g.x, g.y = 0, g.y+g.h
	}
}

func (g *grid) add(kind string, width, height int, title, unit string, queries ...string) {
	if g.x+width > 24 {
		g.line()
	}
	source := map[string]string{"type": "prometheus", "uid": "${source}"}
	targets := []any{}
	for i, q := range queries {
		targets = append(targets, map[string]any{"refId": string(rune('A' + i%26)), "expr": q, "datasource": source})
	}
	g.panels = append(g.panels, map[string]any{
		"id": len(g.panels) + 1, "type": kind, "title": title, "datasource": source, "targets": targets,
		"gridPos":     map[string]int{"x": g.x, "y": g.y, "w": width, "h": height},
		"fieldConfig": map[string]any{"defaults": map[string]any{"unit": unit}, "overrides": []any{}},
	})
	g.x, g.h = g.x+width, height
}

package slo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// OpenSLO is the definition in the words of OpenSLO v1 (github.com/OpenSLO/OpenSLO): a
// service, and an SLO for each ratio. Invariants, events and pulses have no budget, and
// so no place in it; they are named in a comment.
func (d *Definition) OpenSLO() []byte {
	type object = yaml.MapSlice
	doc := func(kind, name, display string, spec object) object {
		return object{{Key: "apiVersion", Value: "openslo/v1"}, {Key: "kind", Value: kind},
			{Key: "metadata", Value: object{{Key: "name", Value: name}, {Key: "displayName", Value: display}}}, {Key: "spec", Value: spec}}
	}
	docs := []object{doc("Service", label(d.Service), d.Service, object{{Key: "description", Value: "Objectives of " + d.Service}})}
	var left []string
	for _, i := range d.indicators() {
		o := i.objective
		if i.Kind != Ratio {
			left = append(left, fmt.Sprintf("# %s, %s: %s", o.ID, i.Name, i.Kind))
			continue
		}
		source := func(query string) object {
			return object{{Key: "metricSource", Value: object{{Key: "type", Value: "Prometheus"}, {Key: "spec", Value: object{{Key: "query", Value: query}}}}}}
		}
		bad, total := i.parts("rate", d.Period)
		docs = append(docs, doc("SLO", label(o.ID+"-"+i.Name), o.Name+", "+i.Name, object{
			{Key: "description", Value: value(o.texts["good"].text)}, {Key: "service", Value: label(d.Service)}, {Key: "budgetingMethod", Value: "Occurrences"},
			{Key: "indicator", Value: object{{Key: "metadata", Value: object{{Key: "name", Value: label(o.ID + "-" + i.Name + "-ratio")}}},
				{Key: "spec", Value: object{{Key: "ratioMetric", Value: object{{Key: "counter", Value: true}, {Key: "bad", Value: source(bad)}, {Key: "total", Value: source(total)}}}}}}},
			{Key: "timeWindow", Value: []object{{{Key: "duration", Value: d.Period.String()}, {Key: "isRolling", Value: true}}}},
			{Key: "objectives", Value: []object{{{Key: "target", Value: json.Number(decimal(i.Target))}}}},
		}))
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Made from %s by: lockstep slo openslo\n", d.File)
	if len(left) > 0 {
		fmt.Fprintf(&out, "# Without a budget, and so without a place here:\n%s\n", strings.Join(left, "\n"))
	}
	for n, o := range docs {
		if n > 0 {
			out.WriteString("---\n")
		}
		if err := yaml.NewEncoder(&out).Encode(o); err != nil {
			panic(err) // texts, numbers and lists of them are always YAML
		}
	}
	return out.Bytes()
}

// label is a name as OpenSLO allows it: small letters, digits and hyphens.
func label(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
}

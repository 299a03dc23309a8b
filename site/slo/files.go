package slo

// Files is all that is made from the definition, by name: what Prometheus, promtool and
// Grafana read, and the definition for other tools. Rules for a rehearsal have no tests.
func (d *Definition) Files() map[string][]byte {
	all := map[string][]byte{"rules.yaml": d.Rules(), "dashboard.json": d.Dashboard(), "openslo.yaml": d.OpenSLO()}
	if !d.faster {
		for name, data := range d.Tests("rules.yaml") {
			all[name] = data
		}
	}
	return all
}

package slo

// Files is all that is made from the definition, by name: rules-SLO-1.yaml for each
// objective, for Prometheus; tests-SLO-1-fast.yaml beside it, for promtool;
// dashboard.json for Grafana; openslo.yaml. Rules of a rehearsal have no tests, since
// they are made by the minute. Of a definition with findings nothing is made: a rule
// that is left out wakes nobody.
func (d *Definition) Files() map[string][]byte {
	if d.flawed {
		return nil
	}
	return d.files()
}

func (d *Definition) files() map[string][]byte {
	all := map[string][]byte{"dashboard.json": d.Dashboard(), "openslo.yaml": d.OpenSLO()}
	rules := func(name string, group ruleGroup) string {
		name = "rules-" + name + ".yaml"
		if file := (ruleFile{[]ruleGroup{group}}); len(group.Rules) > 0 {
			all[name] = d.yaml("rules", file)
		}
		return name
	}
	for _, o := range d.Objectives {
		name := rules(o.ID, d.group(o))
		if d.faster {
			continue
		}
		for pair, tests := range d.tests(o, name) {
			if pair != "" {
				pair = "-" + pair
			}
			all["tests-"+o.ID+pair+".yaml"] = d.yaml("tests", tests)
		}
	}
	rules("heartbeat", d.heartbeat())
	return all
}

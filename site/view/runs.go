package view

import "lockstep/site"

// scenariosOf cuts uses, which stand in the order of scenarios, into those of one each.
func scenariosOf(uses []site.RunUse) (all [][]site.RunUse) {
	for i, u := range uses {
		if i == 0 || uses[i-1].Scenario != u.Scenario {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], u)
	}
	return all
}

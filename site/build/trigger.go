package build

import (
	"slices"

	"lockstep/site"
)

// judgeTriggers finds out how far each decision is from being taken up again. The
// documents are kept between builds, so their triggers are copied first.
func (t *Tree) judgeTriggers() {
	for _, p := range t.decisions {
		p.Decision.Triggers = slices.Clone(p.Decision.Triggers)
		for i := range p.Decision.Triggers {
			t.judgeTrigger(p, &p.Decision.Triggers[i])
		}
	}
}

func (t *Tree) judgeTrigger(p *site.Page, trigger *site.Trigger) {
	if trigger.When == "" {
		return
	}
	judgement, err := t.model.Judge(trigger.When)
	if err != nil {
		if t.config.Strict {
			t.find(p, trigger.Line, "trigger", "compare two values of the model or the evidence: shards.count > 1024", "when: %s cannot be judged: %v", trigger.When, err)
		}
		return
	}
	trigger.Known, trigger.Crossed, trigger.Way = true, judgement.Holds, judgement.Way
	trigger.Now, trigger.Op, trigger.Limit = judgement.Left, judgement.Op, judgement.Right
	trigger.Ground = judgement.Ground
	switch {
	case trigger.Open() && p.Decision.Holds():
		t.find(p, trigger.Line, "trigger-crossed", "take the decision up again: supersede the record, or add answered: with the day and what was decided",
			"%s is to be taken up again: %s (%s is now %s, the limit %s)", p.Decision.ID, trigger.Says, trigger.When, judgement.Left, judgement.Right)
	case trigger.Answered != "" && !trigger.Crossed:
		t.find(p, trigger.Line, "trigger", "remove answered:, so that the trigger can speak when it is crossed",
			"%s answers a trigger that is not crossed: %s is now %s, the limit %s", p.Decision.ID, trigger.When, judgement.Left, judgement.Right)
	}
}

// triggers counts the conditions that were judged.
func (t *Tree) triggers() (n int) {
	for _, p := range t.decisions {
		for _, trigger := range p.Decision.Triggers {
			if trigger.Known {
				n++
			}
		}
	}
	return n
}

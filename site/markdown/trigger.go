package markdown

import (
	"regexp"
	"slices"
	"strings"
	"time"

	yamlast "github.com/goccy/go-yaml/ast"

	"lockstep/site"
)

var triggerKeys = []string{"when", "says", "because", "answered"}

var answer = regexp.MustCompile(`(?s)^(\d{4}-\d{2}-\d{2})[:,]?\s+(\S.*)$`)

const triggerMend = "write revisit: as a list of {when: shards.count > 1024, says: a sentence}, or {says: a sentence, because: why no number stands for it}"

// triggers reads "revisit:" of a record's front matter. Other repositories have
// keys of that name with meanings of their own, such as a date: there, what is not
// a trigger is left alone.
func (d *Document) triggers(line int, value yamlast.Node) {
	list, ok := value.(*yamlast.SequenceNode)
	if !ok {
		if d.strict {
			d.find(line, "trigger", "revisit is not a list", triggerMend)
		}
		return
	}
	for _, element := range list.Values {
		line := element.GetToken().Position.Line + 1
		var pairs []*yamlast.MappingValueNode
		switch n := element.(type) {
		case *yamlast.MappingNode:
			pairs = n.Values
		case *yamlast.MappingValueNode:
			pairs = []*yamlast.MappingValueNode{n}
		}
		t := site.Trigger{Line: line}
		good := len(pairs) > 0
		for _, pair := range pairs {
			key := strings.ToLower(pair.Key.GetToken().Value)
			if key == "when" {
				t.Line = pair.Key.GetToken().Position.Line + 1
			}
			good = d.triggerField(&t, key, strings.Join(yamlValues(pair.Value), " "), pair.Key.GetToken().Position.Line+1) && good
		}
		switch {
		case !d.strict && (!good || t.When == "" || t.Says == ""):
			continue
		case !good && len(pairs) == 0:
			d.find(line, "trigger", "an entry of revisit is not a mapping", triggerMend)
			continue
		case t.Says == "":
			d.find(line, "trigger", "a trigger does not say what it means", "add says: the sentence that the page shows")
			continue
		case t.When == "" && t.Because == "":
			d.find(line, "trigger", "a trigger has no expression", "add when: a comparison over the model and the evidence, or because: why there is no number for it")
			continue
		}
		d.revisit = append(d.revisit, t)
	}
}

func (d *Document) triggerField(t *site.Trigger, key, text string, line int) bool {
	switch key {
	case "when":
		t.When = text
	case "says":
		t.Says = text
	case "because":
		t.Because = text
	case "answered":
		m := answer.FindStringSubmatch(text)
		if m != nil {
			if _, err := time.Parse(time.DateOnly, m[1]); err == nil {
				t.Date, t.Answered = m[1], m[2]
				return true
			}
		}
		if d.strict {
			d.findf(line, "trigger", "write the day and a sentence: 2026-11-26 the ceiling was raised, see ADR-0030", "the answer %q does not begin with a day", text)
		}
		return false
	default:
		if d.strict {
			mend := "the keys of a trigger are " + strings.Join(triggerKeys, ", ")
			if near := site.Nearest(key, slices.Clone(triggerKeys)); near != "" {
				mend = "did you mean \"" + near + "\"?"
			}
			d.findf(line, "trigger", mend, "%q is not a key of a trigger", key)
		}
		return false
	}
	return true
}

package decision

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"lockstep/site"
)

var triggerKeys = []string{"when", "says", "because", "answered"}

var answer = regexp.MustCompile(`(?s)^(\d{4}-\d{2}-\d{2})[:,]?\s+(\S.*)$`)

const triggerMend = "write revisit: as a list of {when: shards.count > 1024, says: a sentence}, or {says: a sentence, because: why no number stands for it}"

// Triggers reads "revisit:" of a record's front matter. Other repositories have keys of
// that name with meanings of their own, such as a date: unless the text is strict, what
// is not a trigger is left alone.
func Triggers(field Field, strict bool, report Report) (all []site.Trigger) {
	r := recorder{text: Text{Strict: strict, Report: report}}
	if field.Items == nil {
		if strict {
			r.find(field.Line, "trigger", "revisit is not a list", triggerMend)
		}
		return nil
	}
	for _, item := range field.Items {
		t := site.Trigger{Line: item.Line}
		good := len(item.Pairs) > 0
		for _, pair := range item.Pairs {
			if pair.Key == "when" {
				t.Line = pair.Line
			}
			good = r.triggerField(&t, pair.Key, pair.Value(), pair.Line) && good
		}
		switch {
		case !strict && (!good || t.When == "" || t.Says == ""):
			continue
		case !good && len(item.Pairs) == 0:
			r.find(item.Line, "trigger", "an entry of revisit is not a mapping", triggerMend)
			continue
		case t.Says == "":
			r.find(item.Line, "trigger", "a trigger does not say what it means", "add says: the sentence that the page shows")
			continue
		case t.When == "" && t.Because == "":
			r.find(item.Line, "trigger", "a trigger has no expression", "add when: a comparison over the model and the evidence, or because: why there is no number for it")
			continue
		}
		all = append(all, t)
	}
	return all
}

func (r *recorder) triggerField(t *site.Trigger, key, text string, line int) bool {
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
		if r.text.Strict {
			r.findf(line, "trigger", "write the day and a sentence: 2026-11-26 the ceiling was raised, see ADR-0030", "the answer %q does not begin with a day", text)
		}
		return false
	default:
		if r.text.Strict {
			mend := "the keys of a trigger are " + strings.Join(triggerKeys, ", ")
			if near := site.Nearest(key, slices.Clone(triggerKeys)); near != "" {
				mend = "did you mean \"" + near + "\"?"
			}
			r.findf(line, "trigger", mend, "%q is not a key of a trigger", key)
		}
		return false
	}
	return true
}

package decision

import (
	"slices"
	"strings"

	"lockstep/site"
)

// relationKeys and targetKeys are what an entry of links calls the relation and the
// other record.
var (
	relationKeys = []string{"type", "rel", "relation", "relationship", "kind", "reason"}
	targetKeys   = []string{"target", "to", "id", "adr", "decision", "record", "ref", "href", "url", "link", "path", "file", "number"}
)

// links reads the key links of front matter, which says what a record is to others:
// by relation, {supersedes: [ADR-0003]}; as a list of entries, {type: supersedes,
// target: ADR-0003}; or as texts, "Supersedes ADR-0003". Links to other texts are left
// alone.
func (r *recorder) links(field Field) {
	r.linkPairs(field.Pairs)
	for _, item := range field.Items {
		if item.Pairs == nil {
			r.linkText(Line{Text: item.Text, Number: item.Line})
			continue
		}
		r.linkPairs(item.Pairs)
	}
	if field.Items == nil && field.Pairs == nil {
		for _, value := range field.Values {
			r.linkText(Line{Text: value, Number: field.Line})
		}
	}
}

func (r *recorder) linkText(line Line) {
	if relation, words, rest := r.text.Words.relation(line.Text); relation != "" {
		line.Text = rest
		r.relateIfNamed(relation, words, line)
	}
}

func (r *recorder) linkPairs(pairs []Pair) {
	var relation site.Relation
	var targets []Pair
	for _, pair := range pairs {
		switch said, _, rest := r.text.Words.relation(pair.Key); {
		case slices.Contains(relationKeys, pair.Key):
			relation, _, _ = r.text.Words.relation(strings.ReplaceAll(pair.Value(), "_", " "))
			if relation == "" {
				relation = site.Relates
			}
		case slices.Contains(targetKeys, pair.Key):
			targets = append(targets, pair)
		case said != "" && normal(rest) == "":
			r.linkTo(said, pair)
		}
	}
	for _, pair := range targets {
		if relation == "" {
			relation = site.Relates
		}
		r.linkTo(relation, pair)
	}
}

func (r *recorder) linkTo(relation site.Relation, pair Pair) {
	for _, value := range pair.Values {
		if line := (Line{Text: value, Number: pair.Line}); r.names(line) {
			r.relate(relation, line)
		}
	}
}

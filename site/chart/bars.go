package chart

import (
	"fmt"
	"strings"
)

// bars draws lengths that begin at nothing, one for each line:
//
//	bars a month
//	gateways: model:cost.gateways; model:cost.gateways.share
//	**machines that order**: model:cost.sequencers; model:cost.sequencers.share
//
// What stands after the semicolon is written beside the figure. With a line "each: before, after"
// every other line has as many figures, with commas between, as bars of their own. A
// line "limit what it is: reference" is drawn through all bars.
func bars(s *sheet) error {
	var series []string
	switch named := s.take("each"); {
	case len(named) > 1 || len(named) == 1 && named[0].label != "":
		return fmt.Errorf("write each: one, two once, for the bars of every line")
	case len(named) == 1:
		for name := range strings.SplitSeq(named[0].ref, ",") {
			series = append(series, strings.TrimSpace(name))
		}
	}
	limits := s.take("limit")
	if len(limits) > 1 {
		return fmt.Errorf("%d limits: one line through all bars can be read", len(limits))
	}
	var through *rule
	most := 0.0
	if len(limits) == 1 {
		limit, text, err := s.length(limits[0].ref)
		if err != nil {
			return err
		}
		most = limit
		through = &rule{at: limit, label: strings.TrimPrefix(limits[0].label+", "+text, ", ")}
	}
	all := make([]row, len(s.lines))
	var texts []string
	for i, l := range s.lines {
		all[i].label = l.label
		refs := strings.Split(l.ref, ",")
		if len(refs) != max(1, len(series)) {
			return fmt.Errorf("%q has %d figures for %d bars", l.label, len(refs), max(1, len(series)))
		}
		for j, ref := range refs {
			ref, beside, more := strings.Cut(strings.TrimSpace(ref), ";")
			value, text, err := s.length(strings.TrimSpace(ref))
			if err != nil {
				return err
			}
			most = max(most, value)
			texts = append(texts, text)
			sp := span{marks: []mark{{class: fmt.Sprintf("series-%d", j%8), long: value}}, ref: strings.TrimSpace(ref)}
			if beside = strings.TrimSpace(beside); more {
				_, text, err := s.figures.Number(beside)
				if err != nil {
					return err
				}
				sp.after = ` <span class="beside">` + s.figure(beside, text) + `</span>`
			}
			if len(series) > 0 {
				sp.name = series[j]
			}
			all[i].spans = append(all[i].spans, sp)
		}
	}
	if most == 0 {
		most = 1
	}
	per := common(texts)
	for _, r := range all {
		for j := range r.spans {
			sp := &r.spans[j]
			sp.marks[0].long /= most
			sp.after = s.figure(sp.ref, strings.TrimSuffix(texts[0], per)) + sp.after
			texts = texts[1:]
		}
	}
	if through != nil {
		through.at /= most
	}
	s.head(s.axis)
	if len(series) > 0 {
		s.key(series)
	}
	s.rows("bars", all, through)
	return nil
}

package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Log is the decision log: every decision of the site, in order, with the
// relations between them known from both sides. Pages holds decisions whose
// Decision.Incoming has been derived.
type Log struct {
	Decisions []*Page // KindDecision, by number, then by name

	// Name is that of its series. Path is the page of the log; Graph and Lists are those
	// of its relations and of its lists by status, tag and so on, "" where there are none.
	Name, Path, Graph, Lists string

	byID      map[string]*Page
	groupOnce sync.Once
	groups    []Group
	groupOf   map[*Page]string
}

// ByID finds a decision: "ADR-0007".
func (l *Log) ByID(id string) *Page { return l.byID[id] }

// NewLog joins decision records. A relation is typed once, on either side, and
// derived on the other. What contradicts itself is a finding: cycles, dangling
// targets, a proposed record that supersedes, a status without its successor.
func NewLog(pages []*Page) (*Log, []Finding) {
	l := &Log{Decisions: slices.Clone(pages), byID: make(map[string]*Page)}
	slices.SortStableFunc(l.Decisions, func(a, b *Page) int {
		return cmp.Or(cmp.Compare(a.Decision.Number, b.Decision.Number), cmp.Compare(a.Decision.ID, b.Decision.ID), cmp.Compare(a.Source, b.Source))
	})
	var findings []Finding
	for _, p := range l.Decisions {
		p.Decision.Incoming = nil
		if first := l.byID[p.Decision.ID]; first != nil {
			findings = append(findings, Finding{File: p.Source, Rule: "duplicate-decision",
				Message: fmt.Sprintf("%s is also the number of %s", p.Decision.ID, first.Source), Mend: "give one of them another number"})
			continue
		}
		l.byID[p.Decision.ID] = p
	}
	for _, p := range l.Decisions {
		findings = append(findings, l.derive(p)...)
	}
	for _, p := range l.Decisions {
		findings = append(findings, l.judge(p)...)
	}
	findings = append(findings, l.cycles(Supersedes)...)
	findings = append(findings, l.cycles(Amends)...)
	SortFindings(findings)
	return l, findings
}

// derive adds the other side of each relation of p.
func (l *Log) derive(p *Page) (findings []Finding) {
	for _, link := range p.Decision.Links {
		target := l.byID[link.Target]
		switch {
		case target == nil:
			findings = append(findings, Finding{File: p.Source, Line: link.Line, Rule: "dangling-decision",
				Message: fmt.Sprintf("%s %s: there is no such decision", link.Relation, link.Target), Mend: "correct the number, or add the record"})
		case target == p:
			findings = append(findings, Finding{File: p.Source, Line: link.Line, Rule: "decision-cycle",
				Message: fmt.Sprintf("%s names itself", p.Decision.ID), Mend: "remove the relation"})
		case !target.Decision.has(link.Relation.Inverse(), p.Decision.ID):
			target.Decision.Incoming = append(target.Decision.Incoming,
				DecisionLink{Relation: link.Relation.Inverse(), Target: p.Decision.ID, Text: p.Title, Line: 0})
		}
	}
	return findings
}

// has says whether the relation is known, typed or derived.
func (d *Decision) has(r Relation, id string) bool {
	for _, links := range [][]DecisionLink{d.Links, d.Incoming} {
		for _, link := range links {
			if link.Relation == r && link.Target == id {
				return true
			}
		}
	}
	return false
}

// Related lists the targets of a relation, typed or derived, without repeats.
func (d *Decision) Related(r Relation) (ids []string) {
	for _, links := range [][]DecisionLink{d.Links, d.Incoming} {
		for _, link := range links {
			if link.Relation == r && !slices.Contains(ids, link.Target) {
				ids = append(ids, link.Target)
			}
		}
	}
	return ids
}

// judge compares the status of p with its relations.
func (l *Log) judge(p *Page) (findings []Finding) {
	d := p.Decision
	find := func(rule, mend, format string, args ...any) {
		findings = append(findings, Finding{File: p.Source, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
	}
	if targets := d.Related(Supersedes); d.Status == StatusProposed && len(targets) > 0 {
		find("proposed-supersedes", "accept it, or say 'relates to' until it is accepted", "%s is only proposed and supersedes %s", d.ID, strings.Join(targets, ", "))
	}
	successors := d.Related(SupersededBy)
	if d.Status == StatusSuperseded && len(successors) == 0 {
		find("no-successor", "name the successor: superseded by ADR-…", "%s is superseded, and no record says by what", d.ID)
	}
	for _, id := range successors {
		successor := l.byID[id]
		if successor == nil || d.Status == StatusSuperseded || d.Status == StatusUnknown {
			continue
		}
		if s := successor.Decision.Status; s == StatusAccepted || s == StatusDeprecated || s == StatusSuperseded {
			find("not-superseded", "set its status to superseded, or let the other record amend it", "%s is %s, and %s supersedes it", d.ID, d.Status, id)
		}
	}
	return findings
}

// cycles finds records that supersede or amend themselves through others. Each
// cycle is reported once, at its first record.
func (l *Log) cycles(r Relation) (findings []Finding) {
	const (
		active = 1
		done   = 2
	)
	state := make(map[string]int)
	var stack []string
	var visit func(id string)
	visit = func(id string) {
		state[id] = active
		stack = append(stack, id)
		for _, next := range l.byID[id].Decision.Related(r) {
			if l.byID[next] == nil || next == id {
				continue
			}
			switch state[next] {
			case active:
				i := slices.Index(stack, next)
				findings = append(findings, Finding{File: l.byID[next].Source, Rule: "decision-cycle",
					Message: fmt.Sprintf("%s go round in a circle: %s", r, strings.Join(append(slices.Clone(stack[i:]), next), " → ")),
					Mend:    "remove one of the relations"})
			case 0:
				visit(next)
			}
		}
		stack = stack[:len(stack)-1]
		state[id] = done
	}
	for _, p := range l.Decisions {
		if id := p.Decision.ID; state[id] == 0 && l.byID[id] == p {
			visit(id)
		}
	}
	return findings
}

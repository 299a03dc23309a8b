package model

import (
	"errors"
	"fmt"
	"strings"

	"lockstep/site"
)

var errUnknownName = errors.New("unknown name")

// unitError is a formula whose declared unit is not the one that its operands give.
type unitError struct {
	name     string
	declared unit
	derived  dims
}

func (e *unitError) Error() string {
	return fmt.Sprintf("declares %q and computes %s", e.declared.text, e.derived)
}

// link finds the operands of every formula and evaluates all of them once, so
// that each fault is found where it is and not again in what depends on it.
func (m *Model) link() []site.Finding {
	l := &linker{m: m, state: map[string]linkState{}}
	for _, g := range m.groups {
		for _, e := range g.entries {
			l.visit(e)
		}
	}
	l.asserts()
	l.flips()
	for _, g := range m.groups {
		for _, e := range g.entries {
			if e.expr == nil && len(e.users) == 0 {
				l.find(e, "model-unused", "use it in a formula or an assertion, or remove it", "no formula uses the input %s", e.name)
			}
		}
	}
	for name, state := range l.state {
		if state == linkBroken {
			delete(m.entries, name)
		}
	}
	base := m.evaluator(nil)
	for name := range m.entries {
		base.value(name) // what has an error is computed when it is asked for
	}
	m.base = base.done
	return l.findings
}

type linkState int

const (
	linkActive linkState = iota + 1
	linkDone
	linkBroken
)

type linker struct {
	m        *Model
	state    map[string]linkState
	stack    []string
	findings []site.Finding
}

func (l *linker) find(e *entry, rule, mend, format string, args ...any) {
	l.findings = append(l.findings, site.Finding{File: e.file, Line: e.line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

// visit checks e after its operands.
func (l *linker) visit(e *entry) {
	if l.state[e.name] != 0 {
		return
	}
	if e.expr == nil {
		l.state[e.name] = linkDone
		return
	}
	l.state[e.name] = linkActive
	l.stack = append(l.stack, e.name)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()

	state := linkDone
	for _, name := range e.expr.names {
		if ev, ok := l.m.evidence[name]; ok && ev.number {
			continue
		}
		if strings.HasPrefix(name, unitPrefix) {
			continue
		}
		operand := l.m.entries[name]
		if operand == nil {
			mend := "define it as an input or a formula"
			if near := strings.TrimPrefix(l.m.Suggest("model:"+name), "model:"); near != "" {
				mend = fmt.Sprintf("did you mean %s?", near)
			}
			l.find(e, "model-unknown-name", mend, "%s uses %s, which is not defined", e.name, name)
			state = linkBroken
			continue
		}
		if l.state[name] == linkActive {
			l.find(e, "model-cycle", "take one of them out of the circle", "%s needs itself: %s", e.name, strings.Join(append(l.cycle(name), name), " → "))
			state = linkBroken
			continue
		}
		operand.users = append(operand.users, e.name)
		l.visit(operand)
		if l.state[name] == linkBroken {
			state = linkBroken
		}
	}
	if state == linkDone && !l.computes(e) {
		state = linkBroken
	}
	l.state[e.name] = state
}

// cycle is the part of the stack from name on.
func (l *linker) cycle(name string) []string {
	for i, other := range l.stack {
		if other == name {
			return append([]string(nil), l.stack[i:]...)
		}
	}
	return nil
}

func (l *linker) computes(e *entry) bool {
	_, err := l.m.evaluator(nil).value(e.name)
	var mismatch *unitError
	switch {
	case err == nil:
		return true
	case errors.As(err, &mismatch):
		l.find(e, "model-unit", fmt.Sprintf("declare a unit of %s, or mend the formula", mismatch.derived), "%s %v", e.name, mismatch)
	default:
		l.find(e, "model-formula", "mend the formula or the units of its operands", "%s: %v", e.name, err)
	}
	return false
}

package state

import (
	"fmt"
	"slices"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
)

// Sift says which lines are new, in an order in which they can be added, and which
// cannot be: what is malformed, what stands on something that is missing, and what
// lost its text without having been redacted.
func Sift(here, lines []entry.Line) (news []entry.Line, dropped []Left) {
	known := make(map[string]bool)
	for _, l := range here {
		known[l.ID()] = true
	}
	lost := make(map[string]string) // why, by id
	drop := func(l entry.Line, why string) {
		lost[l.ID()] = why
		dropped = append(dropped, LeftOf(l, why))
	}
	// What was in one log keeps its order, so that an empty log gets the same
	// numbers.
	var todo []entry.Line
	for _, l := range entry.Chain(lines) {
		id := l.ID()
		if known[id] || lost[id] != "" {
			continue
		}
		known[id] = true
		if _, err := event.Admit(l); err != nil {
			drop(l, err.Error())
			continue
		}
		todo = append(todo, l)
	}
	for len(todo) > 0 {
		news = nil
		have := make(map[string]bool)
		for _, l := range here {
			have[l.ID()] = true
		}
		for waiting := todo; ; {
			var later []entry.Line
			for _, l := range waiting {
				if slices.ContainsFunc(l.Parents, func(id string) bool { return !have[id] }) {
					later = append(later, l)
					continue
				}
				have[l.ID()] = true
				news = append(news, l)
			}
			if len(later) == len(waiting) {
				for _, l := range later {
					drop(l, "an event that it stands on is missing")
				}
				break
			}
			waiting = later
		}
		together, err := Sum(append(slices.Clone(here), news...))
		if err != nil {
			return nil, dropped // cannot be: every parent is there
		}
		textless := make(map[string]bool)
		for _, id := range together.Missing() {
			textless[id] = true
		}
		if len(textless) == 0 {
			return news, dropped
		}
		todo = slices.DeleteFunc(news, func(l entry.Line) bool {
			if textless[l.ID()] {
				drop(l, "its text is missing, and nobody redacted it")
			}
			return textless[l.ID()]
		})
	}
	return nil, dropped
}

// Left is an event that an import could make nothing of.
type Left struct {
	Page  string `json:"page"`
	Event string `json:"event"` // its id
	What  string `json:"what"`
	Who   string `json:"who"`
	Why   string `json:"why"`
}

func (l Left) String() string {
	return fmt.Sprintf("%s: %s by %s (%.12s): %s", l.Page, l.What, l.Who, l.Event, l.Why)
}

// LeftOf says of an event why nothing came of it.
func LeftOf(l entry.Line, why string) Left {
	e, _ := event.Decode(l)
	return Left{l.Page, l.ID(), string(e.Type), e.Actor.Name, why}
}

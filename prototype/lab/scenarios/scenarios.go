// Package scenarios is the stories of the laboratory: what is broken and when, what to look
// at, and what must be seen for the goal to be reached. Each is a file beside this one;
// package lab plays them, and judges whether they reached their goals.
package scenarios

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

//go:embed *.json
var files embed.FS

// Scenario is a story to watch, and what it proves. Whether it reached its goal is judged
// by code, from the frames.
type Scenario struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Goal   string `json:"goal"`
	Watch  string `json:"watch"`
	Proves string `json:"proves"`
	Links  []Link `json:"links"` // decision and failure mode
	Steps  []Step `json:"steps"` // in the order of time
	Lasts  int    `json:"lasts"` // seconds
	Expect Expect `json:"expect"`
}

// Link is a reference, as "ADR-0005".
type Link struct {
	ID   string `json:"id"`
	Href string `json:"href"`
}

// Step is an action and its moment.
type Step struct {
	At     int         `json:"at"` // milliseconds after the start
	Verb   action.Verb `json:"verb"`
	Node   string      `json:"node,omitempty"` // "" for the leader; for Heal, for everything
	Rate   int         `json:"rate,omitempty"`
	Millis int         `json:"millis,omitempty"`
}

// Expect is what must be seen for the goal to be reached. The quorum lane must be
// clean in every scenario.
type Expect struct {
	NewLeader bool       `json:"new_leader,omitempty"` // another node leads in a newer term
	Within    int        `json:"within,omitempty"`     // milliseconds: the longest window
	Lost      frame.Lane `json:"lost,omitempty"`       // a lane that loses messages
	Moved     frame.Lane `json:"moved,omitempty"`      // a lane that moves messages
}

// All are all of them, in the order in which one would watch them.
var All = sync.OnceValue(func() []Scenario {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic(err)
	}
	var all []Scenario
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err == nil {
			var s Scenario
			if err = json.Unmarshal(data, &s); err == nil {
				s.Name = path.Base(name)[3 : len(path.Base(name))-len(".json")]
				all = append(all, s)
			}
		}
		if err != nil {
			panic(fmt.Sprintf("read scenario %s: %v", name, err))
		}
	}
	return all
})

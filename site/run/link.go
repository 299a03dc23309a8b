package run

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Begins is when a story begins in its run: the load has begun by then.
const Begins = 5 * time.Second

// Scheme begins the part of an address that names a run.
const Scheme = "run="

// Action is something that is done in a run; At is from the run's beginning.
type Action struct {
	At       time.Duration
	Verb     string
	Node     string
	Rate     string
	Scenario string
}

// Moment is the figure's, from the beginning of the run, as the laboratory's clock
// shows it.
func (f Fence) Moment() time.Duration { return Begins + f.At }

// Actions are what happens in the figure's run.
func (f Fence) Actions() []Action {
	return []Action{{At: Begins, Verb: "play", Scenario: f.Scenario}}
}

// Fragment is the end of an address that makes the laboratory repeat a run up to a
// moment: "run=…".
func Fragment(seed int, at time.Duration, actions []Action) string {
	list := make([][5]any, len(actions))
	for i, a := range actions {
		list[i] = [5]any{a.At.Nanoseconds(), a.Verb, a.Node, a.Rate, a.Scenario}
	}
	text, err := json.Marshal([]any{seed, at.Milliseconds(), list})
	if err != nil {
		panic("encode JSON of numbers and texts: " + err.Error())
	}
	return Scheme + base64.RawURLEncoding.EncodeToString(text)
}

var coded = regexp.MustCompile(`^[\w-]+$`)

const (
	longest     = time.Hour
	mostActions = 1000
	mostLetters = 20_000
)

// CheckFragment says why the laboratory could not follow a link that ends with
// fragment, by its limits. It knows those of the script: static/js/lab-browser.js.
func CheckFragment(fragment string, l *Lab) error {
	text := strings.TrimPrefix(fragment, Scheme)
	if len(text) > mostLetters || !coded.MatchString(text) {
		return fmt.Errorf("its part behind %q has letters that no link has, or too many", Scheme)
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return errors.New("a part of it is missing or changed")
	}
	var parts []json.RawMessage
	var seed, at float64
	var actions [][]any
	if json.Unmarshal(data, &parts) != nil || len(parts) != 3 || json.Unmarshal(parts[0], &seed) != nil || json.Unmarshal(parts[1], &at) != nil || json.Unmarshal(parts[2], &actions) != nil {
		return errors.New("it does not hold a seed, a moment and actions")
	}
	if seed != float64(int(seed)) {
		return fmt.Errorf("its seed %v is no whole number", seed)
	}
	if at < 0 || at >= float64(longest.Milliseconds()) {
		return fmt.Errorf("its moment, %v ms, is not within %s", at, longest)
	}
	if len(actions) >= mostActions {
		return fmt.Errorf("it has %d actions; up to %d are followed", len(actions), mostActions-1)
	}
	for i, a := range actions {
		if len(a) != 5 {
			return fmt.Errorf("its action %d has %d parts, not moment, verb, node, rate and scenario", i+1, len(a))
		}
		if when, ok := a[0].(float64); !ok || when < 0 {
			return fmt.Errorf("its action %d has no moment", i+1)
		}
		if a[1] != "play" || l == nil {
			continue
		}
		name, _ := a[4].(string)
		if _, ok := l.Scenario(name); !ok {
			return fmt.Errorf("it plays the scenario %q, which the laboratory has not", name)
		}
	}
	return nil
}

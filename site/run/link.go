package run

import (
	"encoding/base64"
	"encoding/json"
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
func (f Fence) Actions() []Action { return Story(f.Scenario) }

// Story is a scenario by itself, as actions of a run.
func Story(scenario string) []Action {
	return []Action{{At: Begins, Verb: "play", Scenario: scenario}}
}

// Link is the end of an address that leads to the moment in the figure's run.
func (f Fence) Link() string { return Fragment(f.Seed, f.Moment(), f.Actions()) }

// Address is what a link says of a run.
type Address struct {
	Seed    int
	At      time.Duration // the moment to go to
	Actions []Action
	Bug     string // the deliberate one that is on; "" for none
}

// Fragment is the end of an address that makes the laboratory repeat a run up to a
// moment: "run=…".
func Fragment(seed int, at time.Duration, actions []Action) string {
	return Address{Seed: seed, At: at, Actions: actions}.Fragment()
}

// Fragment is the end of the address. A run without a bug is written without a place
// for one.
func (r Address) Fragment() string {
	list := make([][5]any, len(r.Actions))
	for i, a := range r.Actions {
		list[i] = [5]any{a.At.Nanoseconds(), a.Verb, a.Node, a.Rate, a.Scenario}
	}
	parts := []any{r.Seed, r.At.Milliseconds(), list}
	if r.Bug != "" {
		parts = append(parts, r.Bug)
	}
	text, err := json.Marshal(parts)
	if err != nil {
		panic("encode JSON of numbers and texts: " + err.Error())
	}
	return Scheme + base64.RawURLEncoding.EncodeToString(text)
}

var (
	coded = regexp.MustCompile(`^[\w-]+$`)
	named = regexp.MustCompile(`^[a-z][a-z-]{0,60}$`) // of a bug
)

const (
	longest     = time.Hour
	mostActions = 1000
	mostLetters = 20_000
)

// CheckFragment says why the laboratory could not follow a link that ends with
// fragment, by its limits. Without a laboratory its scenarios and bugs are not known.
func CheckFragment(fragment string, l *Lab) error {
	r, err := ReadFragment(fragment)
	if err != nil || l == nil {
		return err
	}
	if err := l.CheckBug(r.Bug); err != nil {
		return fmt.Errorf("it switches on %w", err)
	}
	for _, a := range r.Actions {
		if _, ok := l.Scenario(a.Scenario); a.Verb == "play" && !ok {
			return fmt.Errorf("it plays the scenario %q, which the laboratory has not", a.Scenario)
		}
	}
	return nil
}

// ReadFragment reads what [Fragment] writes. It knows the limits of the script:
// static/js/lab-program.js.
func ReadFragment(fragment string) (r Address, err error) {
	fail := func(format string, args ...any) (Address, error) {
		return Address{}, fmt.Errorf(format, args...)
	}
	text := strings.TrimPrefix(fragment, Scheme)
	if len(text) > mostLetters || !coded.MatchString(text) {
		return fail("its part behind %q has letters that no link has, or too many", Scheme)
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fail("a part of it is missing or changed")
	}
	var parts []json.RawMessage
	var number, moment float64
	var list [][]any
	if json.Unmarshal(data, &parts) != nil || len(parts) < 3 || len(parts) > 4 || json.Unmarshal(parts[0], &number) != nil || json.Unmarshal(parts[1], &moment) != nil || json.Unmarshal(parts[2], &list) != nil {
		return fail("it does not hold a seed, a moment and actions")
	}
	if len(parts) == 4 && (json.Unmarshal(parts[3], &r.Bug) != nil || !named.MatchString(r.Bug)) {
		return fail("behind its actions stands %.40s, which is no name of a bug", parts[3])
	}
	if number != float64(int(number)) {
		return fail("its seed %v is no whole number", number)
	}
	if moment < 0 || moment >= float64(longest.Milliseconds()) {
		return fail("its moment, %v ms, is not within %s", moment, longest)
	}
	if len(list) >= mostActions {
		return fail("it has %d actions; up to %d are followed", len(list), mostActions-1)
	}
	for i, a := range list {
		if len(a) != 5 {
			return fail("its action %d has %d parts, not moment, verb, node, rate and scenario", i+1, len(a))
		}
		when, ok := a[0].(float64)
		if !ok || when < 0 || when >= float64(longest) {
			return fail("its action %d has no moment within %s", i+1, longest)
		}
		if len(r.Actions) > 0 && time.Duration(when) < r.Actions[len(r.Actions)-1].At {
			return fail("its action %d comes before the one in front of it", i+1)
		}
		words := make([]string, 4)
		for n := range words {
			if words[n] = fmt.Sprint(a[n+1]); a[n+1] == nil { // the rate of frames is a number
				words[n] = "null"
			}
		}
		r.Actions = append(r.Actions, Action{time.Duration(when), words[0], words[1], words[2], words[3]})
	}
	r.Seed, r.At = int(number), time.Duration(moment*float64(time.Millisecond))
	return r, nil
}

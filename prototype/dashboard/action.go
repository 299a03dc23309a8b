package dashboard

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lockstep/prototype/lab/action"
)

// Action reads an action from its name in the address and an optional node and amount.
// The names are those of action.Verbs, and kill-leader, pause-leader and
// cut-leader, which need no node; blackout hits all of them.
func Action(name, node, amount string) (action.Action, error) {
	verb, leader := strings.CutSuffix(name, "-leader")
	a := action.Action{Verb: action.Verb(verb)}
	switch strikes := slices.Contains([]action.Verb{action.Kill, action.Pause, action.Cut}, a.Verb); {
	case !slices.Contains(action.Verbs, a.Verb), leader && !strikes:
		return a, errors.New("there is no such action")
	case !leader && node == "" && (strikes || a.Verb == action.Restart):
		return a, errors.New("say which node")
	}
	a.Node = node
	switch a.Verb {
	case action.Start:
		if amount == "" {
			break
		}
		n, err := strconv.Atoi(amount)
		if err != nil || n <= 0 {
			return a, errors.New("the rate is no number of messages a second")
		}
		a.Rate = n
	case action.RoundTrip, action.Flush:
		n, err := strconv.Atoi(amount)
		if err != nil {
			return a, fmt.Errorf("say how many milliseconds in the field %s", a.Verb)
		}
		a.Millis = n
	}
	return a, nil
}

package dashboard

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lockstep/prototype/lab"
)

// Action reads an action from its name in the address and an optional node and amount.
// The names are those of lab.Verbs, and kill-leader, pause-leader and
// cut-leader, which need no node; blackout hits all of them.
func Action(name, node, amount string) (lab.Action, error) {
	verb, leader := strings.CutSuffix(name, "-leader")
	a := lab.Action{Verb: lab.Verb(verb)}
	switch strikes := slices.Contains([]lab.Verb{lab.Kill, lab.Pause, lab.Cut}, a.Verb); {
	case !slices.Contains(lab.Verbs, a.Verb), leader && !strikes:
		return a, errors.New("there is no such action")
	case !leader && node == "" && (strikes || a.Verb == lab.Restart):
		return a, errors.New("say which node")
	}
	a.Node = node
	switch a.Verb {
	case lab.Start:
		if amount == "" {
			break
		}
		n, err := strconv.Atoi(amount)
		if err != nil || n <= 0 {
			return a, errors.New("the rate is no number of messages a second")
		}
		a.Rate = n
	case lab.RoundTrip, lab.Flush:
		n, err := strconv.Atoi(amount)
		if err != nil {
			return a, fmt.Errorf("say how many milliseconds in the field %s", a.Verb)
		}
		a.Millis = n
	}
	return a, nil
}

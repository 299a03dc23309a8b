package lab

import (
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/lab/frame"
)

// maxEvents is how many events a frame carries.
const maxEvents = 40

// journal keeps the newest events.
type journal struct {
	events []frame.Event // oldest first
	number uint64
}

func (j *journal) add(at time.Time, tone frame.Tone, important bool, format string, args ...any) {
	j.number++
	j.events = append(j.events, frame.Event{Number: j.number, Time: at, Tone: tone, Important: important, Text: fmt.Sprintf(format, args...)})
	if len(j.events) > maxEvents {
		j.events = slices.Delete(j.events, 0, len(j.events)-maxEvents)
	}
}

// newestFirst is a copy for a frame.
func (j *journal) newestFirst() []frame.Event {
	events := slices.Clone(j.events)
	slices.Reverse(events)
	return events
}

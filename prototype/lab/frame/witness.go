package frame

import (
	"fmt"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
)

// Witness is the proof of one broken promise, in the words of the page: messages are
// called as the chats show them, and moments are those of the run's own clock.
type Witness struct {
	Promise  check.Property // the broken one
	Sentence string         // "" for none
	At       time.Duration  // since the run began: when it was said what does not hold
	// Message is what the proof is about, with the seq that was said or shown first;
	// without a seq where it is about no message.
	Message history.Message
	Lost    bool // Message had its ok, and what the proof reads does not show it anywhere
}

// OnClock writes a moment of a run as its axis has it: "9.3 s".
func OnClock(sinceItBegan time.Duration) string {
	return fmt.Sprintf("%.1f s", sinceItBegan.Seconds())
}

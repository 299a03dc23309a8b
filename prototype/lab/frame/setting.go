package frame

import (
	"fmt"
	"time"
)

// Setting is what every node lives with while nothing is broken: the price of each lane
// depends on it. Both add to what the machine itself takes.
type Setting struct {
	RoundTrip time.Duration // between any two nodes; clients are beside the node that they ask
	Flush     time.Duration // of any disk
}

func (s Setting) String() string {
	return fmt.Sprintf("%s between two nodes and back, %s a flush", Millis(s.RoundTrip), Millis(s.Flush))
}

// Millis writes a duration in whole milliseconds: "143 ms".
func Millis(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

package dashboard

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockstep/prototype/lab/frame"
)

// showSeq: every fourth column says its seq, so that the numbers have room.
func showSeq(f frame.Frame, column int) bool { return (f.Tail.From+uint64(column))%4 == 0 }

// cellText is short enough for a narrow column: the sender's initial and the
// last two digits of the message's number.
func cellText(c frame.Cell) string {
	initial, _ := utf8.DecodeRuneInString(c.Message.Sender + "?")
	digits := c.Message.ID[strings.LastIndexByte(c.Message.ID, '-')+1:]
	if len(digits) > 2 {
		digits = digits[len(digits)-2:]
	}
	text := string(initial) + digits
	if c.Differs {
		return "≠" + text
	}
	return text
}

// lagWords says which replicas are behind the others, and by how much.
func lagWords(f frame.Frame) string {
	newest := uint64(0)
	for _, n := range f.Nodes {
		newest = max(newest, n.Last)
	}
	if newest == 0 {
		return "No message has been ordered yet."
	}
	var behind []string
	for _, n := range f.Nodes {
		if lag := newest - n.Last; lag > frame.Columns {
			behind = append(behind, fmt.Sprintf("%s is %s messages behind", n.ID, count(lag)))
		}
	}
	if len(behind) == 0 {
		return fmt.Sprintf("Newest seq %s. An empty place is a message that a replica does not have yet.", count(newest))
	}
	return strings.Join(behind, "; ") + ". It will catch up when it is back."
}

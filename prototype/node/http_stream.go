//go:build !js

package node

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"lockstep/prototype/order"
)

// A stream of lines is worked off in chunks: what has arrived is ordered
// together, in at most a few log entries. Later chunks are read and ordered while
// earlier ones are still on their way to the disks, and the answers follow in the
// order of the lines. So a client may send without waiting, and a long stream
// needs little memory.
const (
	chunkLines     = 1024
	chunkBytes     = 256 << 10
	chunksUnderWay = 16
)

// chunk is a part of a stream that has been handed to the log.
type chunk struct {
	conversation string
	lines        []line
	commands     []order.Command
	places       []int // of the commands among the lines
	problems     map[int]problem
	wait         func(context.Context) ([]order.Result, *Error)
}

// postStream answers a line for each line, in order: a result, or a problem
// that concerns that line alone.
func (n *Node) postStream(w http.ResponseWriter, r *http.Request, conversation string) {
	controller := http.NewResponseController(w)
	controller.EnableFullDuplex()
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/x-ndjson")
	if !greet(controller, r) {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	underWay := make(chan *chunk, chunksUnderWay)
	go func() {
		defer close(underWay)
		lines := newLineReader(r.Body, n.rawLimit())
		for more := true; more; {
			var batch []line
			batch, more = lines.chunk(chunkLines, chunkBytes)
			if len(batch) == 0 {
				continue
			}
			c := n.begin(conversation, laneOf(r), batch, r.URL.Path)
			select {
			case underWay <- c:
			case <-ctx.Done():
				c.wait(ctx) // what was ordered stays ordered
				return
			}
		}
	}()
	defer func() {
		cancel()
		for c := range underWay {
			c.wait(ctx)
		}
	}()
	answers := newOutbox(w)
	defer answers.close()
	var out []byte
	for c := range underWay {
		out = n.end(ctx, c, out[:0])
		if answers.put(out) != nil {
			return
		}
	}
}

// greet sends the status before the first line has arrived, for clients who want
// it before they send. One who asks whether to send at all would take it for the
// end of the matter.
func greet(controller *http.ResponseController, r *http.Request) bool {
	return r.Header.Get("Expect") != "" || controller.Flush() == nil
}

// begin parses a chunk and orders its good lines.
func (n *Node) begin(conversation, lane string, lines []line, path string) *chunk {
	c := &chunk{conversation: conversation, lines: lines, commands: make([]order.Command, 0, len(lines)), places: make([]int, 0, len(lines))}
	for i, l := range lines {
		m, err := parseLine(l)
		var command order.Command
		if err == nil {
			command, err = n.command(conversation, m)
		}
		if err != nil {
			if c.problems == nil {
				c.problems = make(map[int]problem)
			}
			c.problems[i] = problemOf(err, path)
			n.count(nil, err, 1)
			continue
		}
		c.commands, c.places = append(c.commands, command), append(c.places, i)
	}
	c.wait = func(context.Context) ([]order.Result, *Error) { return nil, nil }
	switch {
	case len(c.commands) == 0:
	case lane == LaneQuorum:
		c.wait = n.SubmitLater(conversation, c.commands)
	case lane == LaneLazy:
		c.wait = n.SubmitLater(nameIn(lane, conversation), inLazy(c.commands))
	default:
		results, err := n.SubmitIn(context.Background(), lane, conversation, c.commands)
		c.wait = func(context.Context) ([]order.Result, *Error) { return results, err }
	}
	return c
}

// end waits for the outcome of a chunk and appends its answers.
func (n *Node) end(ctx context.Context, c *chunk, out []byte) []byte {
	results, err := c.wait(ctx)
	n.count(results, err, len(c.commands))
	next := 0
	for i := range c.lines {
		if p, ok := c.problems[i]; ok {
			out = appendProblem(out, p)
			continue
		}
		if next < len(results) && results[next].Rejected != 0 {
			out = appendProblem(out, problemOf(rejected(results[next]), "/v1/conversations/"+c.conversation+"/messages"))
		} else if next < len(results) {
			out = appendResult(out, c.conversation, c.commands[next].ID, results[next])
		} else {
			out = appendProblem(out, problemOf(err, "/v1/conversations/"+c.conversation+"/messages"))
		}
		next++
	}
	return out
}

func appendProblem(out []byte, p problem) []byte {
	data, _ := json.Marshal(p) // it consists of strings and numbers
	return append(append(out, data...), '\n')
}

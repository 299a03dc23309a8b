//go:build !js

package httpapi

import (
	"context"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
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
	lines        int
	commands     []order.Command
	problems     map[int]*outcome.Error // of the lines that are no commands
	cost         int                    // bytes that it holds
	received     time.Time              // when it was read
	meter        *sendMeter
	span         *tracing.Span // nil: it is not followed
	wait         func(context.Context) ([]order.Result, *outcome.Error)
}

// What a line holds beside its bytes, about: as a command, and as a problem.
const (
	commandCost = 96
	problemCost = 512
)

// postStream answers a line for each line, in order: a result, or a problem
// that concerns that line alone. A stream that is ended early has a problem as its
// last line, which is the answer to the first line that has no other.
func (a *API) postStream(w http.ResponseWriter, r *http.Request, conversation string) {
	meter := a.meter.of(laneOf(r), conversation)
	held, err := a.budget.share(streamBase)
	if err != nil {
		meter.refused(err, 1)
		fail(w, r, err)
		return
	}
	defer held.end()
	held.limit = max(streamLimit, 8*a.rawLimit())
	out := newPacedWriter(w)
	out.controller.EnableFullDuplex()
	w.Header().Set("Content-Type", "application/x-ndjson")
	if !flushHeader(out, r) {
		return
	}
	body := newPatientBody(w, r)
	// The context of the request ends with any fault of its body, too, where what
	// was sent before is still to be answered. A client that has gone is found by
	// writing.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	stop := func() { cancel(); body.end() }
	var early *outcome.Error // why no more is read, once underWay is closed
	underWay := make(chan *chunk, chunksUnderWay)
	go func() {
		defer close(underWay)
		early = a.orderLines(ctx, newLineReader(body, a.rawLimit(), held), held, conversation, laneOf(r), clientOf(ctx, r.RemoteAddr), meter, underWay)
	}()
	answers := newAnswerQueue(out, held, stop)
	var data []byte
	whole := true // every chunk is answered
	for c := range underWay {
		data = a.end(ctx, c, data[:0])
		if whole = ctx.Err() == nil; !whole {
			break
		}
		held.shrink(c.cost - len(data))
		answers.put(data)
	}
	answers.close()
	broken := ctx.Err() != nil
	cancel()
	for c := range underWay {
		a.settle(ctx, c) // what was ordered stays ordered
	}
	if broken && !(whole && early == nil && body.whole.Load()) {
		early = slowReader(api.Unknown)
	}
	if early != nil {
		a.conclude(tracing.FromContext(ctx), conversation, "", early)
		out.pass(appendProblem(nil, problemOf(early, r.URL.Path)), true)
	}
	body.leave()
	out.end()
}

// flushHeader sends the status before the first line has arrived, for clients who
// want it before they send. It must not where the client has sent Expect:
// 100-continue: such a client would take the status for the whole answer, and send
// nothing.
func flushHeader(out *pacedWriter, r *http.Request) bool {
	return r.Header.Get("Expect") != "" || out.flush() == nil
}

// orderLines reads a stream to its end, and hands its chunks to the log as they
// come. The error is why it stopped earlier.
func (a *API) orderLines(ctx context.Context, lines *lineReader, held *share, conversation, lane, client string, meter *sendMeter, underWay chan<- *chunk) *outcome.Error {
	for more := true; more; {
		var batch []line
		batch, more = lines.chunk(chunkLines, chunkBytes)
		if len(batch) == 0 {
			continue
		}
		c := a.parse(conversation, batch, meter)
		if err := a.stillGranted(ctx); err != nil {
			meter.refused(err, len(c.commands))
			return err
		}
		if err := held.await(ctx, c.cost); err != nil {
			why := err
			if ctx.Err() != nil {
				why = slowReader(api.Fail)
			}
			meter.refused(why, len(c.commands))
			return err
		}
		a.begin(ctx, c, lane, client)
		underWay <- c // until ctx ends it is read, and after that still emptied
	}
	if lines.failed != nil {
		meter.refused(lines.failed, 1)
	}
	return lines.failed
}

// parse reads the lines of a chunk.
func (a *API) parse(conversation string, lines []line, meter *sendMeter) *chunk {
	c := &chunk{received: time.Now(), meter: meter, conversation: conversation, lines: len(lines), commands: make([]order.Command, 0, len(lines))}
	for i, l := range lines {
		m, err := parseLine(l)
		var command order.Command
		if err == nil {
			command, err = a.command(conversation, m)
		}
		if err != nil {
			if c.problems == nil {
				c.problems = make(map[int]*outcome.Error)
			}
			c.problems[i] = err
			c.cost += problemCost
			meter.refused(err, 1)
			a.conclude(nil, conversation, outcome.Clip(m.ID), err)
			continue
		}
		c.commands = append(c.commands, command)
		c.cost += commandCost + len(l.data)
	}
	return c
}

// begin orders the good lines of a chunk, as far as quotas allow.
func (a *API) begin(ctx context.Context, c *chunk, lane, client string) {
	if len(c.commands) == 0 {
		c.wait = func(context.Context) ([]order.Result, *outcome.Error) { return nil, nil }
		return
	}
	c.meter.began(time.Now())
	if c.span = tracing.FromContext(ctx).Begin("chunk"); c.span != nil {
		c.span.Counts("lockstep.messages", len(c.commands))
	}
	admitted, over := a.quotas.admit(ctx, client, lane, c.commands)
	switch {
	case over == nil:
		c.wait = a.node.SubmitLaterIn(c.span.In(ctx), lane, c.conversation, c.commands)
	case admitted == 0:
		c.wait = func(context.Context) ([]order.Result, *outcome.Error) { return nil, over }
	default:
		wait := a.node.SubmitLaterIn(c.span.In(ctx), lane, c.conversation, c.commands[:admitted])
		c.wait = func(ctx context.Context) ([]order.Result, *outcome.Error) {
			results, err := wait(ctx)
			if err == nil {
				err = over
			}
			return results, err
		}
	}
}

// settle waits for the outcome of a chunk.
func (a *API) settle(ctx context.Context, c *chunk) ([]order.Result, *outcome.Error) {
	results, err := c.wait(ctx)
	if len(c.commands) > 0 {
		c.meter.ended(c.received, results, err, len(c.commands), ctx.Err() != nil, c.span)
		why, first := err, min(len(results), len(c.commands)-1)
		for i := range results {
			if results[i].Rejected != 0 {
				why, first = rejected(results[i]), i
				break
			}
		}
		a.conclude(c.span, c.conversation, c.commands[first].ID, why)
		c.span.End()
	}
	return results, err
}

// end waits for the outcome of a chunk and appends its answers.
func (a *API) end(ctx context.Context, c *chunk, out []byte) []byte {
	results, err := a.settle(ctx, c)
	path := "/v1/conversations/" + c.conversation + "/messages"
	next := 0
	var rest []byte // the problem of all commands that have no result
	for i := range c.lines {
		if wrong := c.problems[i]; wrong != nil {
			out = appendProblem(out, problemOf(wrong, path))
			continue
		}
		switch {
		case next < len(results) && results[next].Rejected != 0:
			out = appendProblem(out, problemOf(rejected(results[next]), path))
		case next < len(results):
			out = appendResult(out, c.conversation, c.commands[next].ID, results[next])
		default:
			if rest == nil {
				rest = appendProblem(nil, problemOf(err, path))
			}
			out = append(out, rest...)
		}
		next++
	}
	return out
}

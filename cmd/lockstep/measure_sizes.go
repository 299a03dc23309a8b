package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/client"
	"lockstep/prototype/order"
)

// sizesName is the experiment that says what the engine needs for each thing that it
// keeps: what the model multiplies with how many there are.
const sizesName = "sizes"

// sizesEvidence is per message, per id and per conversation. The names say the units.
type sizesEvidence struct {
	origin
	Took         float64           `json:"took_s"`
	Entry        entrySize         `json:"entry"`
	IDs          idSize            `json:"ids"`
	Conversation conversationSize  `json:"conversation"`
	Restart      *restartsEvidence `json:"restart,omitempty"`
}

// quantity is a value as evidence writes it.
type quantity struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func perMessage(bytes float64) quantity { return quantity{bytes, "B/msg"} }

// entrySize is what a message takes in a log entry, beside its text.
type entrySize struct {
	Messages int      `json:"messages"` // of an entry
	Body     quantity `json:"body"`
	Beside   quantity `json:"beside"` // names, ids, lengths, and a share of the entry's head
	Alone    quantity `json:"alone"`  // the same for a message that is alone in its entry
}

// idSize is what it takes to remember a message id.
type idSize struct {
	Held     int      `json:"held"` // in the budget
	Budget   int      `json:"budget_bytes"`
	Counted  quantity `json:"counted"` // of the budget, for each
	Memory   quantity `json:"memory"`  // of the heap, for each
	Snapshot quantity `json:"snapshot"`
}

// conversationSize is what a conversation and what it retains take in memory.
type conversationSize struct {
	Conversations int      `json:"conversations"`
	Memory        quantity `json:"memory"`  // without its messages
	Message       quantity `json:"message"` // each of them, with its id
	Body          quantity `json:"body"`    // of these messages
}

// sizesCounts say how many there are of what is measured.
type sizesCounts struct {
	budget, conversations, messages int
	restarts, loaded, alone         int
}

var sizesUsual = sizesCounts{budget: 16 << 20, conversations: 50_000, messages: 100_000, restarts: 15, loaded: 100_000, alone: 1000}

const sizesBody = 128 // bytes, as lockstep bench has it

func measureSizes(cmd *cobra.Command, dir string) error {
	began := time.Now()
	e := measuredSizes(sizesUsual)
	e.origin = originOf(sizesName, "none: nothing is drawn but ids", began)
	bar := newProgress(cmd.ErrOrStderr())
	restarts, err := measureRestarts(cmd.Context(), "", sizesUsual, func(done int) { bar.show("restarts", done, sizesUsual.restarts) })
	bar.clear()
	if err != nil {
		return fmt.Errorf("measure %s: %w", sizesName, err)
	}
	e.Restart, e.Took = &restarts, time.Since(began).Seconds()
	e.print(cmd.OutOrStdout())
	return writeJSON(filepath.Join(dir, sizesName+".json"), e)
}

func measuredSizes(n sizesCounts) sizesEvidence {
	return sizesEvidence{Entry: measureEntry(), IDs: measureIDs(n.budget), Conversation: measureConversations(n)}
}

func (e sizesEvidence) print(w io.Writer) {
	fmt.Fprintf(w, "sizes: %.0f bytes of an entry beside a message's text; %.0f bytes of memory for an id, %.0f in a snapshot; %.0f bytes for a conversation; %.0f bytes to a follower beside a text, %.0f alone; restart of a node p50 %.0f ms, max %.0f ms\n",
		e.Entry.Beside.Value, e.IDs.Memory.Value, e.IDs.Snapshot.Value, e.Conversation.Memory.Value, e.Restart.Wire.Value, e.Restart.Alone.Value, e.Restart.P50, e.Restart.Max)
}

// sizesCommand is a message as the clients of this program name theirs.
func sizesCommand(conversation string, sender int) order.Command {
	return order.Command{Conversation: conversation, ID: client.NewID(), Sender: fmt.Sprintf("user-%07d", sender), Body: strings.Repeat("x", sizesBody)}
}

func measureEntry() entrySize {
	const messages = 100
	return entrySize{messages, perMessage(sizesBody), perMessage(entryBytes(messages, 10)/messages - sizesBody), perMessage(entryBytes(1, 1) - sizesBody)}
}

// entryBytes is the length of an entry with messages of some conversations.
func entryBytes(messages, rooms int) float64 {
	b := order.Batch{Time: time.Now().UnixMilli(), Retain: 1000}
	for i := range messages {
		b.Commands = append(b.Commands, sizesCommand(fmt.Sprintf("room-%06d", i%rooms), i))
	}
	return float64(len(b.Append(nil)))
}

// measureIDs fills a budget with ids until the first of them are forgotten.
func measureIDs(budget int) idSize {
	const perEntry = 100
	m, index, began := order.New(), uint64(1), time.Now()
	m.Apply(1, 1, order.Batch{Time: began.UnixMilli(), Rules: order.OncePerSender, Memory: uint64(budget)})
	// Ids are forgotten by the second in which they were made, so they are spread over
	// many more than are forgotten in one.
	made := func(i int) time.Time { return began.Add(time.Duration(i) * time.Millisecond) }
	apply := func(from, to int) []order.Result {
		index++
		b := order.Batch{Time: made(to).UnixMilli(), Retain: 1}
		for i := from; i < to; i++ {
			b.Commands = append(b.Commands, order.Command{Conversation: "room", Sender: "user-0000001", ID: client.IDFor(made(i), fmt.Sprint(i)), Body: "x"})
		}
		return m.Apply(index, 1, b)
	}
	all := budget / 24 / perEntry * perEntry // an id takes more than its key and its seq
	before := heap()
	for at := 0; at < all; at += perEntry {
		apply(at, at+perEntry)
	}
	full := heap() - before
	// Who sends an id again is told its place, or that it may be forgotten.
	forgotten := sort.Search(all, func(i int) bool { return apply(i, i+1)[0].Duplicate })
	held := all - forgotten
	var snapshot counter
	if err := m.Snapshot().Write(&snapshot); err != nil {
		panic(err) // a counter takes everything
	}
	each := func(bytes int64) quantity { return perMessage(float64(bytes) / float64(held)) }
	return idSize{held, budget, each(int64(budget)), each(full), each(int64(snapshot))}
}

// measureConversations compares many conversations of one message with one that has
// many.
func measureConversations(n sizesCounts) conversationSize {
	took := func(count int, room func(i int) string) float64 {
		m := order.New()
		m.Apply(1, 1, order.Batch{Time: time.Now().UnixMilli(), Rules: order.OncePerSender, Memory: order.DefaultMemory})
		before := heap()
		for i := 0; i < count; i += 100 {
			b := order.Batch{Time: time.Now().UnixMilli()}
			for j := i; j < min(i+100, count); j++ {
				b.Commands = append(b.Commands, sizesCommand(room(j), j%1000))
			}
			m.Apply(uint64(2+i/100), 1, b)
		}
		after := heap()
		runtime.KeepAlive(m)
		return float64(after-before) / float64(count)
	}
	message := took(n.messages, func(int) string { return "room" })
	first := took(n.conversations, func(i int) string { return fmt.Sprintf("room-%06d", i) })
	return conversationSize{n.conversations, quantity{first - message, "B/conversation"}, perMessage(message), perMessage(sizesBody)}
}

// heap is what is in use.
func heap() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// counter counts what is written.
type counter int64

func (c *counter) Write(data []byte) (int, error) {
	*c += counter(len(data))
	return len(data), nil
}

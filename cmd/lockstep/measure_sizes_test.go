package main

import (
	"math"
	"runtime"
	"testing"
)

// TestSizes: what is said of one holds for all. Twice as many ids or conversations take
// twice as much, and the budget is what the engine keeps to.
func TestSizes(t *testing.T) {
	few := measuredSizes(sizesCounts{budget: 4 << 20, conversations: 10_000, messages: 20_000})
	many := measuredSizes(sizesCounts{budget: 8 << 20, conversations: 20_000, messages: 40_000})
	if few.IDs.Held == 0 || many.IDs.Held != 2*few.IDs.Held || math.Round(many.IDs.Counted.Value*float64(many.IDs.Held)) != float64(many.IDs.Budget) {
		t.Errorf("ids: %+v, then %+v", few.IDs, many.IDs)
	}
	if many.IDs.Memory.Value > 1.05*many.IDs.Counted.Value {
		t.Errorf("an id takes %.0f bytes and counts as %.0f: the budget would be exceeded", many.IDs.Memory.Value, many.IDs.Counted.Value)
	}
	if many.Entry.Beside.Value <= 0 || many.Entry.Alone.Value <= many.Entry.Beside.Value {
		t.Errorf("entry: %+v", many.Entry)
	}
	for _, x := range []struct {
		what     string
		one, two float64
		tolerant float64
	}{
		{"an id in a snapshot", few.IDs.Snapshot.Value, many.IDs.Snapshot.Value, 0.02},
		{"a message", few.Conversation.Message.Value, many.Conversation.Message.Value, 0.15},
		{"a conversation", few.Conversation.Memory.Value, many.Conversation.Memory.Value, 0.15},
	} {
		if x.one <= 0 || math.Abs(x.two-x.one) > x.tolerant*x.one {
			t.Errorf("%s takes %.1f bytes, and %.1f of twice as many", x.what, x.one, x.two)
		}
	}
	// The text itself is in memory, and more than the text.
	if c := many.Conversation; c.Message.Value < sizesBody {
		t.Errorf("conversations: %+v", c)
	}
}

// TestSizes_restart: a node that was killed catches up with what the others hold.
func TestSizes_restart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	done := 0
	e, err := measureRestarts(t.Context(), buildLockstep(t), sizesCounts{restarts: 3, loaded: 2000, alone: 50}, func(int) { done++ })
	if err != nil {
		t.Fatal(err)
	}
	if e.Count != 3 || done != 3 || e.P50 <= 0 || e.Max < e.P50 || e.Messages != 2000 {
		t.Errorf("%+v after %d restarts", e, done)
	}
	// What is alone in its entry has the entry, its request and its frame to itself.
	many, one := entryBytes(1000, 1)/1000-sizesBody, entryBytes(1, 1)-sizesBody
	if runtime.GOOS == "linux" && (e.Wire.Value < many || e.Alone.Value < one || e.Alone.Value < e.Wire.Value) {
		t.Errorf("a follower reads %.0f bytes beside a text, %.0f alone; an entry holds %.0f, and %.0f alone", e.Wire.Value, e.Alone.Value, many, one)
	}
}

package order

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkIDMemory fills the default budget with ids, and twice that with those
// that are forgotten again, and tells what an id takes in memory and in a snapshot,
// how long an entry of 100 messages took at the median and at most, and how long
// the snapshot and its restoring take. The messages themselves are not retained.
//
//	go test -run '^$' -bench IDMemory -benchtime 1x ./prototype/order
func BenchmarkIDMemory(b *testing.B) {
	for b.Loop() {
		m := New()
		m.Apply(1, 1, Batch{Rules: OncePerSender, Memory: DefaultMemory})
		heap := func() uint64 {
			runtime.GC()
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			return s.HeapAlloc
		}
		before := heap()
		room := int(m.ids.room())
		took := make([]time.Duration, 0, room/33)
		full := uint64(0)
		for i := 0; i < 3*room; i += 100 {
			batch := Batch{Time: 1_795_000_000_000 + int64(i)/100, Retain: 1, Commands: make([]Command, 100)}
			for j := range batch.Commands {
				batch.Commands[j] = Command{Conversation: "c", ID: uuid(batch.Time, uint64(i+j)), Sender: "ann", Body: fmt.Sprint(i + j)}
			}
			start := time.Now()
			m.Apply(uint64(i+2), 1, batch)
			took = append(took, time.Since(start))
			if full == 0 && i+100 >= room {
				full = heap()
			}
		}
		if n := int(m.ids.timed.count()); n != room {
			b.Fatalf("%d ids are remembered, want %d", n, room)
		}
		slices.Sort(took)
		b.ReportMetric(float64(room), "ids")
		b.ReportMetric(float64(full-before)/float64(room), "B/id")
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/entry-median")
		b.ReportMetric(float64(took[len(took)-len(took)/1000].Microseconds()), "µs/entry-p99.9")
		b.ReportMetric(float64(took[len(took)-1].Microseconds()), "µs/entry-max")
		start := time.Now()
		snapshot := m.Snapshot()
		b.ReportMetric(float64(time.Since(start).Microseconds()), "µs/snapshot-taken")
		var buf bytes.Buffer
		start = time.Now()
		if err := snapshot.Write(&buf); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/snapshot-written")
		b.ReportMetric(float64(buf.Len())/float64(room), "B/id-in-snapshot")
		start = time.Now()
		if err := New().Restore(io.Reader(&buf)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/restored")
	}
}

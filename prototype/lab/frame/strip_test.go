package frame

import (
	"slices"
	"testing"
	"time"

	"lockstep/prototype/api"
)

// TestStrip: tenths of a second become spans that cover the minute.
func TestStrip(t *testing.T) {
	var s Strip
	ms := func(n int) time.Time { return time.UnixMilli(1_000_000_000_000 + int64(n)) }
	s.Load(ms(0), true, 50)
	for i := range 20 {
		if i < 8 || i > 10 {
			s.Count(ms(100*i+50), api.OK)
		}
		if i == 12 {
			s.Count(ms(100*i+60), api.Fail)
		}
	}
	spans, from := s.Spans(ms(2050))
	total := 0
	var got []Span
	for _, span := range spans {
		total += span.Tenths
		if span.State != SpanIdle {
			got = append(got, span)
		}
	}
	want := []Span{{SpanOK, 8}, {SpanDown, 3}, {SpanOK, 1}, {SpanMixed, 1}, {SpanOK, 7}}
	if !slices.Equal(got, want) {
		t.Errorf("spans %v, want %v", got, want)
	}
	if end := from.Add(time.Duration(total) * 100 * time.Millisecond); !end.Equal(ms(2000)) {
		t.Errorf("the strip ends at %s", end)
	}
	if spans, _ := s.Spans(ms(10 * 60 * 1000)); len(spans) != 1 {
		t.Errorf("after ten minutes: %v", spans)
	}
}

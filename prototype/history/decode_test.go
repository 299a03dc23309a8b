package history

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode: what is read by hand is what encoding/json reads, and what it
// refuses is refused.
func FuzzDecode(f *testing.F) {
	for _, line := range []string{
		`{"time":1,"op":1,"type":"invoke","kind":"send","node":"n1","conversation":"room","id":"a","sender":"ann","body":"hello"}`,
		`{"time":2,"op":1,"type":"ok","seq":18446744073709551615,"epoch":2,"duplicate":true}`,
		`{"time":3,"op":2,"type":"ok","last":2,"messages":[{"seq":1,"id":"a","sender":"","body":"ü"},{"seq":2,"id":"b","sender":"s","body":"x","epoch":3}]}`,
		`{"time":4,"op":3,"type":"fail","first":7,"error":"said \"no\""}`,
		`{"op":4,"type":"ok","messages":[]}`, `{"op":4,"type":"ok","messages":null}`, `{"op":-1}`, `{"op":01}`, `{"op":1e3}`, `{"op":1,"op":2}`,
		`{"op":1} `, `{"op":1}{}`, `{"op":9223372036854775808}`, `{"op":1,}`, `{,"op":1}`, `{"Op":1}`, `{"final":true,"duplicate":false}`,
		`{"messages":[{"seq":1}],"messages":[{"seq":2}]}`, `{}`, ``, `[]`, `{"body":"` + "\xff" + `"}`, `{"op":1.0}`, `{"upto":5,"digest":"ab","lane":"clock"}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var want, got Event
		strict := json.NewDecoder(bytes.NewReader(line))
		strict.DisallowUnknownFields()
		wantErr := strict.Decode(&want)
		if gotErr := decode(line, &got); (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, want %v", line, gotErr, wantErr)
		}
		if diff := cmp.Diff(want, got); wantErr == nil && diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	})
}

// TestDecode_by_hand: what a Recorder writes is read by hand, or the speed is
// lost without a word.
func TestDecode_by_hand(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	op := r.Invoke(Event{Kind: Read, Node: "n1", Conversation: "room", Level: "session", Limit: 3, MinSeq: 1, Sender: "ann", Final: true})
	r.Complete(op, Event{Type: OK, Last: 9, Messages: []Message{{Seq: 1, ID: "a", Sender: "ann", Body: "ü, <&>", Epoch: 1}}})
	for line := range strings.Lines(file.String()) {
		d := decoder{rest: []byte(line)}
		if d.event(new(Event)); d.odd {
			t.Errorf("%s was not read by hand, from %q", line, d.rest)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	for range 10_000 {
		op := r.Invoke(Event{Kind: Send, Node: "n1", Conversation: "room", ID: "s17-4711", Sender: "s17", Body: strings.Repeat("b", 100)})
		r.Complete(op, Event{Type: OK, Seq: uint64(op), Epoch: 2})
	}
	for b.Loop() {
		if _, err := Scan(bytes.NewReader(file.Bytes()), func(*Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(file.Len()))
	}
}

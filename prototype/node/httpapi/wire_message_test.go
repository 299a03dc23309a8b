//go:build !js

package httpapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

// FuzzParsePlain holds the fast path against encoding/json: what it accepts,
// encoding/json accepts and reads the same.
func FuzzParsePlain(f *testing.F) {
	for _, s := range []string{`{"id":"1","sender":"ann","body":"hello"}`, ` { "body" : "ü" , "id":"1"} `, `{"id":"a\n"}`, `{}`, `{"id":"1","id":"2"}`,
		`{"ID":"1"}`, `{"id":1}`, `{"id":"1"} x`, "{\"id\":\"\xff\"}", `{"id":"1",}`, `{"x":"y"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fast, ok := parsePlain(data)
		if !ok {
			return
		}
		var slow api.Message
		if err := unmarshalStrict(data, &slow); err != nil || slow != fast {
			t.Errorf("%q: the fast path reads %+v, encoding/json %+v, %v", data, fast, slow, err)
		}
	})
}

func FuzzAppendResult(f *testing.F) {
	f.Add("room", "id", uint64(1), uint64(2), true)
	f.Add("größe <&>", "a\"b\\", uint64(0), uint64(0), false)
	f.Fuzz(func(t *testing.T, conversation, id string, seq, epoch uint64, duplicate bool) {
		got := appendResult(nil, conversation, id, order.Result{Seq: seq, Epoch: epoch, Duplicate: duplicate})
		var a, b api.Ack
		want, err := json.Marshal(api.Ack{Conversation: conversation, Seq: seq, ID: id, Epoch: epoch, Duplicate: duplicate})
		if err != nil {
			t.Skip()
		}
		if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil || a != b || bytes.Count(got, []byte("\n")) != 1 {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func BenchmarkParseLine(b *testing.B) {
	data := []byte(`{"id":"0123456789abcdef","sender":"ann","body":"` + string(bytes.Repeat([]byte("x"), 128)) + `"}` + "\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseLine(line{data: data}); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzHalfCharacter: a text is refused just where encoding/json would put U+FFFD in
// place of an escape.
func FuzzHalfCharacter(f *testing.F) {
	for _, s := range []string{`\ud83d\ude00`, `\\ud83d`, `\ud83d\ud83d\ude00`, `\ude00`, `\ud83dx\ude00`, `\ud83d\n`, `\uD83D\uDE00\ud83d\ude00`, `é\u00e9`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s string
		if json.Unmarshal([]byte(`"`+text+`"`), &s) != nil || strings.Contains(strings.ToLower(text), "fffd") || !utf8.ValidString(text) {
			return
		}
		mended := strings.Count(s, "\ufffd") > strings.Count(text, "\ufffd")
		if halfCharacter([]byte(`"`+text+`"`)) != mended {
			t.Errorf("%q becomes %q", text, s)
		}
	})
}

package jsontext

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPlain tries every byte at every place of texts around the length of a word.
func TestPlain(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for b := range 256 {
				for _, other := range []byte(" ~!#[]") {
					text := []byte(strings.Repeat(string(other), length))
					text[at] = byte(b)
					want := b >= ' ' && b <= '~' && b != '"' && b != '\\'
					if got := Plain(string(text)); got != want {
						t.Fatalf("%q is plain: %t, want %t", text, got, want)
					}
				}
			}
		}
	}
}

// TestAppendString: what is written reads as what encoding/json would write.
func TestAppendString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat(rapid.StringN(0, 4, -1).Draw(t, "text"), rapid.IntRange(1, 6).Draw(t, "times"))
		var got, want string
		data, _ := json.Marshal(s)
		if err := json.Unmarshal(AppendString(nil, s), &got); err != nil || json.Unmarshal(data, &want) != nil || got != want {
			t.Fatalf("%q reads as %q, want %q: %v", s, got, want, err)
		}
	})
}

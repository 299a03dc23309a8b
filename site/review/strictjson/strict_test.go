package strictjson

import "testing"

func TestStrict(t *testing.T) {
	for data, ok := range map[string]bool{
		`{"id":"x"}`:                    true,
		" {\"id\":\"x\"}\n\t ":          true,
		`{"id":"x"}}`:                   false,
		`{"id":"x"}]`:                   false,
		`{"id":"x"}{"id":"y"}`:          false,
		`{"id":"x"} true`:               false,
		`{"id":"x"},`:                   false,
		`{"id":"x","more":1}`:           false,
		"{\"id\":\"x\xff\"}":            false,
		"{\"id\":\"\xed\xa0\x80\"}":     false,
		`{"id":"\ud83d\ude00"}`:         true,
		`{"id":"\ud83d"}`:               false,
		`{"id":"\ude00"}`:               false,
		`{"id":"\ud83d\ud83d\ude00"}`:   false,
		`{"id":"\ud83dx\ude00"}`:        false,
		`{"id":"\\ud83d"}`:              true, // a backslash, and letters
		`{"id":"\\\ud83d"}`:             false,
		`{"id":"\u00e9\ud83d\ude00\n"}`: true,
	} {
		var v struct{ ID string }
		if err := Unmarshal([]byte(data), &v); (err == nil) != ok {
			t.Errorf("%q: %v, want it taken: %v", data, err, ok)
		}
	}
}

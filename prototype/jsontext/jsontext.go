// Package jsontext is the part of JSON that is written and read by hand where
// encoding/json would take most of a message's time: strings that need no escapes.
package jsontext

import "encoding/json"

// Plain says whether s consists of printable ASCII without quotes and backslashes:
// JSON writes it as it stands.
func Plain(s string) bool {
	const each = 0x01_01_01_01_01_01_01_01
	for ; len(s) >= 8; s = s[8:] {
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		// The high bit of some byte is set in: a word with one below ' ', one with
		// one that is a quote or a backslash, and one with one above '~'.
		control := (word - each*' ') &^ word
		quote, escape := word^each*'"', word^each*'\\'
		special := (quote-each)&^quote | (escape-each)&^escape
		if (control|special|word|(word+each))&(each<<7) != 0 {
			return false
		}
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			return false
		}
	}
	return true
}

// AppendString appends s as a JSON string.
func AppendString(out []byte, s string) []byte {
	if !Plain(s) {
		data, _ := json.Marshal(s) // a string never fails
		return append(out, data...)
	}
	out = append(append(out, '"'), s...)
	return append(out, '"')
}

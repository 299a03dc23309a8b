package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord bounds a word, in code points. What is longer is data, not a word.
const maxWord = 40

// fold brings a piece of text to the form in which words are compared: no capitals,
// no accents, no full-width forms, no leading zeros before digits ("0007" is "7" and
// "adr0007" is "adr7"). The function fold in static/js/search/words.js is the same.
func fold(s string) string {
	ascii, plain := true, len(s) <= maxWord
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
		plain = plain && 'a' <= s[i] && s[i] <= 'z'
	}
	if plain {
		return s
	}
	if ascii {
		return trimmed(strings.ToLower(s))
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if isAccent(r) {
			continue
		}
		r = unicode.ToLower(r)
		if plain, ok := plainForms[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return trimmed(norm.NFC.String(b.String()))
}

// plainForms are letters whose bar or ligature is no accent of its own.
var plainForms = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'ı': "i", 'þ': "th", 'ς': "σ"}

// isAccent says whether a mark may be left out. The marks of Japanese and of scripts
// whose vowels are marks make another word.
func isAccent(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36f, r >= 0x591 && r <= 0x5c7, r >= 0x64b && r <= 0x65f, r == 0x670, r >= 0x1ab0 && r <= 0x1aff, r >= 0x1dc0 && r <= 0x1dff, r >= 0x20d0 && r <= 0x20ff, r >= 0xfe20 && r <= 0xfe2f:
		return true
	}
	return false
}

// trimmed takes off the ending of the genitive, apostrophes, leading zeros, and what
// is too long.
func trimmed(s string) string {
	if strings.Contains(s, "'") || strings.Contains(s, "’") {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "'s"), "’s")
		s = strings.NewReplacer("'", "", "’", "").Replace(s)
	}
	s = withoutZeros(s)
	if len(s) > maxWord && utf8.RuneCountInString(s) > maxWord {
		s = string([]rune(s)[:maxWord])
	}
	return s
}

func withoutZeros(s string) string {
	start := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if start < 0 || s[start] != '0' {
		return s
	}
	end := start
	for end+1 < len(s) && s[end] == '0' && s[end+1] >= '0' && s[end+1] <= '9' {
		end++
	}
	return s[:start] + s[end:]
}

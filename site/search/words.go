package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is one word of a text, as it is looked for. "kill-leader" and "WhenDurable" have
// two parts each, and are a word as a whole too.
//
// Scripts that do not put spaces between words are cut into pairs of characters, and
// the last character stands alone as well: a text that has 決定論 has 決定, 定論 and 論.
type Word struct {
	Parts []string
	Whole string // "" if there is one part, or pairs of characters
}

// maxParts bounds what is a word as a whole.
const maxParts = 6

// Words cuts a text into words. The function words in static/js/search/words.js does
// the same.
func Words(text string) (words []Word) {
	eachWord(text, func(parts []string, whole string) {
		words = append(words, Word{append([]string(nil), parts...), whole})
	})
	return words
}

// eachWord calls f for each word. Parts are good until f returns.
func eachWord(text string, f func(parts []string, whole string)) {
	var parts []string
	for at := 0; at < len(text); {
		r, size := decode(text, at)
		if !begins(r) {
			at += size
			continue
		}
		parts = parts[:0]
		pairs := false
		for {
			end := runEnd(text, at)
			var cut bool
			parts, cut = appendRun(parts, text[at:end])
			pairs = pairs || cut
			at = end
			joiner, size := decode(text, at)
			if !joins(joiner) {
				break
			}
			if next, _ := decode(text, at+size); !begins(next) {
				break
			}
			at += size
		}
		if len(parts) == 0 {
			continue
		}
		whole := ""
		if len(parts) > 1 && len(parts) <= maxParts && !pairs {
			whole = trimmed(strings.Join(parts, ""))
		}
		f(parts, whole)
	}
}

func decode(text string, at int) (rune, int) {
	if at >= len(text) {
		return 0, 0
	}
	if c := text[at]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(text[at:])
}

// begins says whether a word may begin with a character.
func begins(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

func joins(r rune) bool { return r == '-' || r == '_' || r == '‐' || r == '‑' }

// runEnd is where letters, numbers and marks end; an apostrophe within is one of them.
func runEnd(text string, at int) int {
	for at < len(text) {
		r, size := decode(text, at)
		switch {
		case begins(r), r >= utf8.RuneSelf && unicode.IsMark(r):
			at += size
		case r == '\'' || r == '’':
			if next, _ := decode(text, at+size); !begins(next) {
				return at
			}
			at += size
		default:
			return at
		}
	}
	return at
}

// appendRun cuts a run where its script changes and where capitals begin a word.
// Pairs tells of a script without spaces.
func appendRun(parts []string, run string) (_ []string, pairs bool) {
	if simple(run) {
		return appendPart(parts, run), false
	}
	runes := []rune(run)
	for start := 0; start < len(runes); {
		end := start + 1
		if unspaced(runes[start]) {
			for end < len(runes) && unspaced(runes[end]) {
				end++
			}
			parts, pairs = appendPairs(parts, runes[start:end]), true
		} else {
			for end < len(runes) && !unspaced(runes[end]) && !capitalBegins(runes, end) {
				end++
			}
			parts = appendPart(parts, string(runes[start:end]))
		}
		start = end
	}
	return parts, pairs
}

// simple says whether a run is one part at a glance: ASCII without a capital after
// the first letter.
func simple(run string) bool {
	for i := range len(run) {
		if c := run[i]; c >= utf8.RuneSelf || i > 0 && 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

func appendPart(parts []string, s string) []string {
	if word := fold(s); word != "" {
		return append(parts, word)
	}
	return parts
}

// appendPairs folds character by character, so that a pair is always two of them.
func appendPairs(parts []string, runes []rune) []string {
	for i := range runes {
		pair := string(runes[i : i+1])
		if i+1 < len(runes) {
			parts = append(parts, fold(pair)+fold(string(runes[i+1])))
		} else {
			parts = append(parts, fold(pair))
		}
	}
	return parts
}

// capitalBegins says whether a word begins at i: after a small letter or a digit, and
// at the last capital of several before two small letters: HTTPServer, but not IDs.
func capitalBegins(runes []rune, i int) bool {
	if !unicode.Is(unicode.Lu, runes[i]) {
		return false
	}
	before := runes[i-1]
	if unicode.Is(unicode.Ll, before) || unicode.Is(unicode.Nd, before) {
		return true
	}
	return unicode.Is(unicode.Lu, before) && i+2 < len(runes) && unicode.Is(unicode.Ll, runes[i+1]) && unicode.Is(unicode.Ll, runes[i+2])
}

// unspaced says whether a character is of a script that puts no spaces between words,
// or of Korean, whose words carry their particles.
func unspaced(r rune) bool {
	if r < 0xe00 {
		return false
	}
	for _, span := range unspacedSpans {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return false
}

var unspacedSpans = [][2]rune{
	{0xe00, 0xeff}, {0x1000, 0x109f}, {0x1100, 0x11ff}, {0x1780, 0x17ff}, {0x2e80, 0x2fdf}, {0x3005, 0x3007}, {0x3040, 0x30ff}, {0x3130, 0x318f}, {0x31f0, 0x31ff},
	{0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xa960, 0xa97f}, {0xac00, 0xd7ff}, {0xf900, 0xfaff}, {0xff66, 0xff9f}, {0x20000, 0x3ffff},
}

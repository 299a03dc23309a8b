package model

import (
	"regexp"
	"strings"
	"unicode"

	"lockstep/site/model/sheet"
)

// timeWords look like words and are units all the same.
var timeWords = regexp.MustCompile(`^(?i:(milli|micro|nano)?seconds?|minutes?|hours?|days?|weeks?|months?|years?|sec|hrs?|percent|bytes?|bits?)\b`)

// words reports whether text continues a number without stating a unit, so
// that it needs no agreement with the value's unit: "messages", "a day".
func words(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	if first == "" || timeWords.MatchString(first) || strings.ContainsAny(text, "$%") {
		return false
	}
	if step := strings.TrimFunc(first, unicode.IsPunct); sheet.IsStep(step) {
		return false
	}
	for symbol := range strings.FieldsFuncSeq(first, func(r rune) bool { return r == '/' || r == '·' }) {
		if _, ok := scaled[symbol]; ok || symbol == "msg" || symbol == "USD" {
			return false
		}
	}
	return !strings.ContainsAny(first, "/·") && strings.IndexFunc(first, unicode.IsLetter) == 0
}

var leading = regexp.MustCompile(`^-?\$?[+-]?\d[\d,]*(?:\.\d+)?(?: ?(?:k|M|bn|tn)\b)?(?: %)?`)

// leadingNumber splits text into a number as formatNumber writes it and the rest.
func leadingNumber(text string) (number, rest string) {
	number = leading.FindString(text)
	return number, strings.TrimSpace(text[len(number):])
}

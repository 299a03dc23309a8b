package view

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// capital begins a sentence with a large letter.
func capital(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

func seedsWords(n int) string {
	if n == 1 {
		return "one seed"
	}
	return strconv.Itoa(n) + " seeds"
}

func runsWords(n int) string {
	if n == 1 {
		return "one run that was tried"
	}
	return strconv.Itoa(n) + " runs that were tried"
}

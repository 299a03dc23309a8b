package model

import (
	"maps"
	"slices"
)

// UnitSymbols are the symbols that stand behind a number in prose and are units
// there: "ms", "GB", "%". "us" is left out, which is a word.
func UnitSymbols() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(scaled)), func(s string) bool { return s == "1" || s == "us" })
}

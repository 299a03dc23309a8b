package site

import "slices"

// Nearest is the word that somebody may have meant who wrote another one: the first
// in the alphabet of those with the fewest edits between, or "" if those are more than
// two, or more than a quarter of a long word.
func Nearest(name string, words []string) string {
	best, distance := "", max(2, len(name)/4)+1
	for _, c := range slices.Sorted(slices.Values(words)) {
		if d := editDistance(name, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is that of Levenshtein, in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

package edition

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"lockstep/site/pdf"
)

// Numbers are pages by the ids of what is on them.
type Numbers map[string]int

// Of is the number as it is written. One that is not known has room for three digits.
func (n Numbers) Of(id string) string {
	if page := n[id]; page > 0 {
		return strconv.Itoa(page)
	}
	return "000"
}

// maxPasses bounds how often an edition is printed. Two are the rule: the second has the
// numbers that the first found.
const maxPasses = 5

// ErrUnstable is the error for numbers that move what they speak of, each time it is
// printed.
var ErrUnstable = errors.New("the page numbers do not settle")

// Paginate prints until each number that the document shows is the page on which the
// printed file has its destination. It gives that file.
func Paginate(e *Edition, print func(pass int, numbers Numbers) ([]byte, error)) ([]byte, error) {
	ids := e.Destinations()
	numbers := Numbers{}
	for pass := 1; pass <= maxPasses; pass++ {
		data, err := print(pass, numbers)
		if err != nil {
			return nil, fmt.Errorf("print edition: %w", err)
		}
		file, err := pdf.Read(data)
		if err != nil {
			return nil, fmt.Errorf("print edition: %w", err)
		}
		found := file.Destinations()
		if i := slices.IndexFunc(ids, func(id string) bool { return found[id] == 0 }); i >= 0 {
			return nil, fmt.Errorf("print edition: the browser did not say on which page %s is", ids[i])
		}
		if !slices.ContainsFunc(ids, func(id string) bool { return numbers[id] != found[id] }) {
			return data, nil
		}
		numbers = found
	}
	return nil, fmt.Errorf("print edition: %w after %d passes", ErrUnstable, maxPasses)
}

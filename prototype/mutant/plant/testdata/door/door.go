// Package door is what the tests of plant plant in.
package door

import "errors"

var errClosed = errors.New("the door is closed")

// Enter lets in who has come of age. The boundary is held by no test.
func Enter(age int) error {
	if age < 18 {
		return errClosed
	}
	return nil
}

// Close says a word, without which it does not compile.
func Close(say func(string)) {
	word := "closed"
	say(word)
}

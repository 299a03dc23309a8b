package action

import "fmt"

// Refusal is the error for an action that makes no sense as things stand. Its
// text is for the person who asked.
type Refusal struct{ Reason string }

func (r Refusal) Error() string { return r.Reason }

// Refuse makes a refusal of a format and its arguments.
func Refuse(format string, args ...any) error { return Refusal{fmt.Sprintf(format, args...)} }

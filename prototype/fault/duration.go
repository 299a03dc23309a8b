package fault

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that is written as text, "1.5s", wherever a person
// may write or read it.
type Duration time.Duration

// D is the value as the standard library has it.
func (d Duration) D() time.Duration { return time.Duration(d) }

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes "1.5s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration: write it as \"1.5s\" or \"200ms\"", text)
	}
	*d = Duration(parsed)
	return nil
}

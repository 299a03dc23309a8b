package judging

import "lockstep/prototype/api"

// Answer is what one attempt to send came to. Its place counts only if the outcome
// is OK.
type Answer struct {
	api.Ack
	Outcome api.Outcome
	Err     error
}

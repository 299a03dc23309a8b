package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// SavedFormat marks a file in which the laboratory's page has saved a run.
const SavedFormat = "lockstep run 1"

// Saved is a run in a file: what makes the laboratory repeat it, and the trace that it had
// at its moment, by which a repetition is known to be the same.
type Saved struct {
	Format string `json:"format"`
	Run    string `json:"run"`             // the end of an address, see [Fragment]
	Trace  string `json:"trace,omitempty"` // "" if it is not known
}

// ReadSaved reads a file that the page has saved, or an address, or the end of one.
func ReadSaved(text []byte) (s Saved, err error) {
	whole := strings.TrimSpace(string(text))
	if strings.HasPrefix(whole, "{") {
		if err := json.Unmarshal(text, &s); err != nil {
			return s, fmt.Errorf("it is no saved run: %w", err)
		}
		if s.Format != SavedFormat {
			return s, fmt.Errorf("its format is %q, and not %q", s.Format, SavedFormat)
		}
		whole = s.Run
	}
	at := strings.LastIndex(whole, Scheme)
	if at < 0 {
		return s, errors.New("it names no run: an address of one has #" + Scheme + " in it")
	}
	s.Format, s.Run = SavedFormat, whole[at:]
	_, err = ReadFragment(s.Run)
	return s, err
}

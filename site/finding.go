package site

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is something wrong with a source: where, what, and how to mend it.
type Finding struct {
	File    string `json:"file"`           // slash-separated path below the root
	Line    int    `json:"line,omitempty"` // from 1; 0 if the finding is about the whole file
	Rule    string `json:"rule"`           // stable name of the rule: "dead-link", "unknown-status"
	Message string `json:"message"`        // what is wrong, in one sentence without a final full stop
	Mend    string `json:"mend,omitempty"` // what to do about it
	// Severity is "" for what is wrong, and Warning for what will be wrong in a
	// release.
	Severity string `json:"severity,omitempty"`
}

// Warning is the severity of what nobody must mend today.
const Warning = "warning"

// Errors leaves out the warnings.
func Errors(fs []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f Finding) bool { return f.Severity == Warning })
}

// String gives the form editors and CI understand: "file:line: message (rule); mend".
func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Severity != "" {
		place += ": " + f.Severity
	}
	s := fmt.Sprintf("%s: %s [%s]", place, f.Message, f.Rule)
	if f.Mend != "" {
		s += "\n\tmend: " + f.Mend
	}
	return s
}

// SortFindings orders findings by file, line and rule, so that two runs print
// the same list.
func SortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
}

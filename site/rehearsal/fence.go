package rehearsal

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Step is what a block is for.
type Step string

const (
	Confirm  Step = "confirm"  // its commands are repeated until they do what is said of them
	Mitigate Step = "mitigate" // each command is run once
	Repaired Step = "repaired" // the same, after the cause was taken away
	Done     Step = "done"     // repeated like Confirm, after the cause was taken away
)

// Steps are all of them, in their usual order.
var Steps = []Step{Confirm, Mitigate, Repaired, Done}

// Repeats says whether commands of a step are repeated until they agree.
func (s Step) Repeats() bool { return s == Confirm || s == Done }

// Caption is what a reader is told that a block with that first line is for; "" if it is
// not to be rehearsed.
func Caption(info string) string {
	f, _, _ := readFence(info, 0)
	return map[Step]string{Confirm: "Confirm", Mitigate: "Do", Repaired: "After the repair", Done: "It is over when"}[f.step]
}

// Problem is what is wrong with a block, and what to do about it.
type Problem struct {
	Line          int
	Message, Mend string
}

// shells are the languages of blocks that can be carried out, and what does it.
var shells = []string{"sh", "bash"}

var (
	attribute = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)
	causeName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// fence is the first line of a block behind its marks.
type fence struct {
	shell, cause string
	step         Step
}

// readFence reads the words behind the marks of a block; ok is false if the block is
// not one to be rehearsed.
func readFence(info string, line int) (f fence, ok bool, problems []Problem) {
	wrong := func(mend, format string, args ...any) {
		problems = append(problems, Problem{line, fmt.Sprintf(format, args...), mend})
	}
	f.shell, info, _ = strings.Cut(strings.TrimSpace(info), " ")
	for _, m := range attribute.FindAllStringSubmatch(info, -1) {
		switch value := strings.Trim(m[2], `"`); m[1] {
		case "rehearse":
			f.step, ok = Step(value), true
		case "cause":
			f.cause = value
		}
	}
	if !ok {
		return f, false, nil
	}
	if !slices.Contains(shells, f.shell) {
		wrong("write ```sh rehearse="+string(f.step), "a block of %q cannot be rehearsed", f.shell)
	}
	if !slices.Contains(Steps, f.step) {
		wrong("write confirm, mitigate, repaired or done", "there is no step %q of a rehearsal", f.step)
	}
	if f.cause != "" && !causeName.MatchString(f.cause) {
		wrong("write small letters, digits and hyphens", "the cause %q is no name", f.cause)
	}
	if f.cause != "" && f.step != Confirm && f.step != Mitigate {
		wrong("name it behind the first block of the entry", "the step %s names a cause", f.step)
	}
	return f, true, problems
}

// Judge says what is wrong with one block: info is what stands behind its marks, in
// the given line, and body its text. A block that is not to be rehearsed has nothing
// wrong with it.
func Judge(info, body string, line int) []Problem {
	_, ok, problems := readFence(info, line)
	if !ok {
		return nil
	}
	_, more := commands(body, line+1)
	return append(problems, more...)
}

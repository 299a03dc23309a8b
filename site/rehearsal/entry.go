package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Block is one block of an entry.
type Block struct {
	Step     Step
	Shell    string // that runs its commands
	Line     int
	Commands []Command
}

// Entry is what a runbook says of one cause.
type Entry struct {
	File   string
	Page   string // the name of the file without what stands behind its dot
	ID     string // of the heading
	Line   int    // of the heading, or of the first block if there is none
	Cause  string // "" if nothing is to be brought about
	Blocks []Block
}

// Name is how the entry is called among all of a repository.
func (e Entry) Name() string { return e.Page + "#" + e.ID }

// Digest changes when what is done, or what must come of it, does; and so do the commands
// that bring the cause about, if the repository names any. Where it stands and what is
// said to people beside it do not count.
func (e Entry) Digest(c *Commands) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", e.Cause)
	if c != nil {
		if cause, ok := c.Causes[e.Cause]; ok {
			fmt.Fprintf(h, "strike %q mend %q\n", cause.Strike, cause.Mend)
		}
	}
	for _, b := range e.Blocks {
		fmt.Fprintf(h, "%s %q\n", b.Step, b.Shell)
		for _, c := range b.Commands {
			fmt.Fprintf(h, "%q %s\n", c.Text, c.Expected())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Has says whether a step is among the blocks.
func (e Entry) Has(s Step) bool {
	return slices.ContainsFunc(e.Blocks, func(b Block) bool { return b.Step == s })
}

var (
	fenceMark = regexp.MustCompile("^([ \t]*)(`{3,}|~{3,})(.*)$")
	heading   = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$`)
	ownID     = regexp.MustCompile(`[ \t]*\{#([\w-]+)\}$`)
	markup    = regexp.MustCompile("`|\\*|\\]\\([^)]*\\)|\\[")
)

// Read gives the entries of a text, in their order. The blocks below one heading are an
// entry. A block of the step done that has a heading to itself ends every entry of the
// text that has none. slug makes the id of a heading of its text, as the site does.
func Read(file string, text []byte, slug func(string) string) (entries []Entry, problems []Problem) {
	page := strings.TrimSuffix(path.Base(file), path.Ext(file))
	at, open := Entry{File: file, Page: page}, false
	var ends []Block
	keep := func() {
		switch {
		case !open:
		case len(at.Blocks) == 1 && at.Blocks[0].Step == Done:
			ends = append(ends, at.Blocks...)
		default:
			entries = append(entries, at)
		}
		open = false
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if m := heading.FindStringSubmatch(lines[i]); m != nil {
			keep()
			at = Entry{File: file, Page: page, Line: i + 1}
			if id := ownID.FindStringSubmatch(m[1]); id != nil {
				at.ID = id[1]
			} else {
				at.ID = slug(markup.ReplaceAllString(m[1], ""))
			}
			continue
		}
		m := fenceMark.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		first := i + 1
		var body []string
		for i++; i < len(lines) && !closes(lines[i], m[2]); i++ {
			body = append(body, strings.TrimPrefix(lines[i], m[1]))
		}
		f, ok, wrong := readFence(m[3], first)
		if !ok {
			continue
		}
		b := Block{Step: f.step, Shell: f.shell, Line: first}
		var more []Problem
		b.Commands, more = commands(strings.Join(body, "\n"), first+1)
		problems = append(append(problems, wrong...), more...)
		if at.Line == 0 {
			at.Line = first
		}
		if f.cause != "" && open {
			problems = append(problems, Problem{first, "a cause is named behind the first block of the entry", "give it a heading of its own"})
		} else if f.cause != "" {
			at.Cause = f.cause
		}
		at.Blocks, open = append(at.Blocks, b), true
	}
	keep()
	for i := range entries {
		if !entries[i].Has(Done) {
			entries[i].Blocks = append(slices.Clip(entries[i].Blocks), ends...)
		}
	}
	return entries, problems
}

// closes says whether a line ends the block that the marks began.
func closes(line, marks string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= len(marks) && strings.Trim(line, marks[:1]) == ""
}

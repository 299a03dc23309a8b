package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"lockstep/durable"
	"lockstep/site/markdown"
)

// FixNumbers writes the model's values into the texts where they differ, and says
// how many. Only the text of a number's link changes; a number that is not one
// plain run of text is left to a person, and stays a finding.
func (t *Tree) FixNumbers() (fixed int, err error) {
	if t.model == nil {
		return 0, nil
	}
	for _, d := range t.texts() {
		numbers := t.numbers(d)
		if len(numbers) == 0 {
			continue
		}
		n, err := t.fix(d.Source, numbers)
		if err != nil {
			return fixed, fmt.Errorf("fix numbers of %s: %w", d.Source, err)
		}
		fixed += n
	}
	return fixed, nil
}

func (t *Tree) fix(file string, numbers []markdown.Number) (fixed int, err error) {
	name := filepath.Join(t.builder.dir, filepath.FromSlash(file))
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	// From the end, so that what changes does not move what is still to change.
	numbers = slices.SortedFunc(slices.Values(numbers), func(a, b markdown.Number) int { return b.Start - a.Start })
	for _, n := range numbers {
		want, ok := t.model.Agree(n.Dest, n.Text)
		if ok || want == "" || n.End <= n.Start {
			continue
		}
		start, end := offsetInFile(data, n.Start), offsetInFile(data, n.End)
		if string(data[start:end]) != n.Text {
			continue // written with entities, or changed in the meantime
		}
		data = slices.Concat(data[:start], []byte(want), data[end:])
		fixed++
	}
	if fixed == 0 {
		return 0, nil
	}
	return fixed, overwrite(name, data)
}

// offsetInFile finds the place in a file of an offset that the parser counted:
// it reads texts without byte order mark and with plain line ends.
func offsetInFile(data []byte, offset int) int {
	i := 0
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		i = 3
	}
	for ; offset > 0 && i < len(data); i++ {
		if !bytes.HasPrefix(data[i:], []byte("\r\n")) {
			offset--
		}
	}
	return i
}

// overwrite replaces a file as a whole or not at all.
func overwrite(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return durable.WriteFile(name, data, info.Mode().Perm())
}

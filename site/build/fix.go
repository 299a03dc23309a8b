package build

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/durable"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
)

// FixNumbers writes the values of the model and of the ledger into the texts where
// they differ, and says how many. Only the text of a number's link changes; a number
// that is not one plain run of text is left to a person, and stays a finding.
func (t *Tree) FixNumbers() (fixed int, err error) {
	byFile := make(map[string][]markdown.Number)
	for _, d := range t.texts() {
		for _, n := range t.numbers(d) {
			var file string
			file, n.Line = d.Place(n.Line)
			byFile[file] = append(byFile[file], n)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		n, err := t.fix(file, byFile[file])
		if err != nil {
			return fixed, fmt.Errorf("fix numbers of %s: %w", file, err)
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
	numbers = slices.SortedFunc(slices.Values(numbers), func(a, b markdown.Number) int { return cmp.Or(b.Start-a.Start, b.Line-a.Line) })
	for _, n := range numbers {
		want, ok := t.agree(n)
		if ok || want == "" {
			continue
		}
		start, end := n.Start, n.End
		if end > start {
			start, end = offsetInFile(data, start), offsetInFile(data, end)
		} else {
			start, end = linkIn(data, n)
		}
		if end <= start || string(data[start:end]) != n.Text {
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

// agree compares a number with whoever holds its value.
func (t *Tree) agree(n markdown.Number) (want string, ok bool) {
	switch {
	case strings.HasPrefix(n.Dest, ledger.Scheme):
		return t.ledger.Agree(n.Dest, n.Text)
	case t.model != nil:
		return t.model.Agree(n.Dest, n.Text)
	}
	return "", false
}

// linkIn finds the text of a link in a file that is no Markdown itself: from its
// line on.
func linkIn(data []byte, n markdown.Number) (start, end int) {
	for range n.Line - 1 {
		i := bytes.IndexByte(data[start:], '\n')
		if i < 0 {
			return 0, 0
		}
		start += i + 1
	}
	i := bytes.Index(data[start:], []byte("["+n.Text+"]("+n.Dest+")"))
	if i < 0 {
		return 0, 0
	}
	return start + i + 1, start + i + 1 + len(n.Text)
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

package bridge

import (
	"regexp"
	"strconv"
	"strings"
)

var hunk = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// Hunks reads the lines of the new text that the hunks of one file show, and for
// those of them that were not changed, where they were in the old one.
func Hunks(patch string) (lines map[int]bool, base map[int]int) {
	lines, base = make(map[int]bool), make(map[int]int)
	was, now := 0, 0
	for line := range strings.SplitSeq(patch, "\n") {
		if m := hunk.FindStringSubmatch(line); m != nil {
			was, _ = strconv.Atoi(m[1])
			now, _ = strconv.Atoi(m[2])
			continue
		}
		if now == 0 || line == "" {
			continue
		}
		switch line[0] {
		case '+':
			lines[now] = true
			now++
		case '-':
			was++
		case ' ':
			lines[now], base[now] = true, was
			was++
			now++
		}
	}
	return lines, base
}

// LastLine is the line that a hunk of a comment ends with, without its sign.
func LastLine(hunk string) string {
	lines := strings.Split(strings.TrimRight(hunk, "\n"), "\n")
	last := lines[len(lines)-1]
	if last == "" || strings.HasPrefix(last, "@@") {
		return ""
	}
	return last[1:]
}

// Quoting begins what is said below a comment, where the forge has no threads: with
// its first words. The mark stays where it is.
func Quoting(d Discussion, body string) string {
	if len(d.Comments) == 0 {
		return body
	}
	text := d.Comments[len(d.Comments)-1].Body
	if _, ok := markOf(text); ok {
		_, text, _ = strings.Cut(text, "\n")
	}
	mark, rest, _ := strings.Cut(body, "\n")
	return mark + "\n> " + harmless(beginning(text)) + "\n\n" + rest
}

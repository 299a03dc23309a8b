package names

import (
	"iter"
	"regexp"
	"slices"
	"strings"
)

// commandLines are the commands of a block as somebody would paste it, with their
// lines from 0. A block that shows prompts has commands where they are, and output
// elsewhere.
func commandLines(block string) iter.Seq2[int, string] {
	lines := strings.Split(block, "\n")
	prompted := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "$ ") })
	return func(yield func(int, string) bool) {
		for i := 0; i < len(lines); i++ {
			first, text := i, strings.TrimSpace(lines[i])
			if prompted {
				var ok bool
				if text, ok = strings.CutPrefix(text, "$ "); !ok {
					continue
				}
			}
			for strings.HasSuffix(text, `\`) && i+1 < len(lines) {
				i++
				text = strings.TrimSuffix(text, `\`) + " " + strings.TrimSpace(lines[i])
			}
			if text != "" && !strings.HasPrefix(text, "#") && !yield(first, text) {
				return
			}
		}
	}
}

// split takes apart what a shell runs one after the other or beside each other, outside
// of quotes. A comment at the end is left out.
func split(line string) (commands []string) {
	var quote rune
	begin := 0
	end := func(at, next int) {
		if command := strings.TrimSpace(line[begin:at]); command != "" {
			commands = append(commands, command)
		}
		begin = next
	}
	for i, c := range line {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case i < begin:
		case c == '#' && i > 0 && line[i-1] == ' ':
			end(i, len(line))
			return commands
		case strings.HasPrefix(line[i:], " && ") || strings.HasPrefix(line[i:], " || "):
			end(i, i+4)
		case strings.HasPrefix(line[i:], "; ") || strings.HasPrefix(line[i:], " | "):
			end(i, i+2)
		}
	}
	end(len(line), len(line))
	return commands
}

// words takes a command apart at spaces, and quotes off what they hold together.
func words(command string) (all []string) {
	var b strings.Builder
	var quote rune
	inWord := false
	for _, c := range command {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, inWord = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if inWord {
				all = append(all, b.String())
				b.Reset()
			}
			inWord = false
		default:
			inWord = true
			b.WriteRune(c)
		}
	}
	if inWord {
		all = append(all, b.String())
	}
	return all
}

var (
	assignment = regexp.MustCompile(`^[A-Za-z_]\w*=`)
	before     = []string{"sudo", "exec", "nohup", "time", "nice", "env", "do", "then", "else", "!", "("}
)

// bareCommand leaves out what may stand before a command.
func bareCommand(words []string) []string {
	for len(words) > 0 && (assignment.MatchString(words[0]) || slices.Contains(before, words[0])) {
		words = words[1:]
	}
	return words
}

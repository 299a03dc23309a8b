package rehearsal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Command is one line of a block, and what it must do.
type Command struct {
	Line   int
	Text   string        // for a shell, without the comment
	Codes  []int         // exit codes of which it must end with one; 0 if none is said
	Says   []string      // words that it must print, on whichever stream
	Within time.Duration // 0 if nothing is said
}

// Expected is what is said of the command, as it would be written.
func (c Command) Expected() string {
	var codes []string
	for _, code := range c.Codes {
		codes = append(codes, strconv.Itoa(code))
	}
	text := "exit " + strings.Join(codes, " or ")
	for _, words := range c.Says {
		text += fmt.Sprintf(", says %q", words)
	}
	if c.Within > 0 {
		text += ", within " + c.Within.String()
	}
	return text
}

// Agrees says whether a command that ended so did what is said of it.
func (c Command) Agrees(code int, output string) bool {
	return slices.Contains(c.Codes, code) && !slices.ContainsFunc(c.Says, func(words string) bool { return !strings.Contains(output, words) })
}

// Asks says whether the command has a variable of that name in it.
func (c Command) Asks(variable string) bool {
	return strings.Contains(c.Text, "$"+variable) || strings.Contains(c.Text, "${"+variable+"}")
}

// longest is how long a command may be waited for.
const longest = 10 * time.Minute

// commands reads the lines of a block, of which the first has the given number. A line
// that ends in a backslash goes on in the next.
func commands(body string, first int) (all []Command, problems []Problem) {
	lines := strings.Split(body, "\n")
	for i := 0; i < len(lines); i++ {
		line, text := first+i, strings.TrimSpace(lines[i])
		for strings.HasSuffix(text, `\`) && i+1 < len(lines) {
			i++
			text = strings.TrimSpace(strings.TrimSuffix(text, `\`)) + " " + strings.TrimSpace(lines[i])
		}
		text, comment := cutComment(text)
		if text == "" {
			continue
		}
		c := Command{Line: line, Text: text, Codes: []int{0}}
		if err := c.expect(comment); err != nil {
			problems = append(problems, Problem{line, fmt.Sprintf("what is said of the command cannot be read: %v", err), `write it like # exit 1, says "no leader", within 10s; and what is for people`})
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		problems = append(problems, Problem{first, "the block has no command", "write one a line"})
	}
	return all, problems
}

// cutComment takes a line of shell apart at the mark of its comment.
func cutComment(line string) (command, comment string) {
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '\\':
			i++
		case c == '\'' || c == '"':
			quote = c
		case c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
		}
	}
	return line, ""
}

// expect reads a comment, if it says what the command must do. What stands behind a
// semicolon is for people, and so is a comment that begins with another word.
func (c *Command) expect(comment string) error {
	word, _, _ := strings.Cut(comment, " ")
	if !slices.Contains([]string{"exit", "says", "within"}, word) {
		return nil
	}
	for rest := comment; ; {
		var err error
		word, rest, _ = strings.Cut(rest, " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "exit":
			rest, err = c.expectCodes(rest)
		case "says":
			rest, err = c.expectWords(rest)
		case "within":
			rest, err = c.expectTime(rest)
		default:
			err = fmt.Errorf("%q is none of exit, says and within", word)
		}
		if err != nil {
			return err
		}
		if rest = strings.TrimSpace(rest); rest == "" || rest[0] == ';' {
			return nil
		}
		if rest[0] != ',' {
			return fmt.Errorf("no comma stands before %q", rest)
		}
		rest = strings.TrimSpace(rest[1:])
	}
}

func (c *Command) expectCodes(text string) (rest string, err error) {
	c.Codes = nil
	for {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(text)
		}
		code, err := strconv.Atoi(text[:end])
		if err != nil || code > 255 {
			return "", fmt.Errorf("%q is no exit code", text)
		}
		c.Codes, rest = append(c.Codes, code), text[end:]
		var more bool
		if text, more = strings.CutPrefix(rest, " or "); !more {
			return rest, nil
		}
	}
}

func (c *Command) expectWords(text string) (rest string, err error) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		return "", errors.New("words stand in quotes")
	}
	words, rest, closed := strings.Cut(text[1:], text[:1])
	if !closed || words == "" {
		return "", errors.New("words stand between two quotes")
	}
	c.Says = append(c.Says, words)
	return rest, nil
}

func (c *Command) expectTime(text string) (rest string, err error) {
	end := strings.IndexAny(text, ",; ")
	if end < 0 {
		end = len(text)
	}
	c.Within, err = time.ParseDuration(text[:end])
	if err != nil || c.Within <= 0 || c.Within > longest {
		return "", fmt.Errorf("%q is no time up to %s, as 10s", text[:end], longest)
	}
	return text[end:], nil
}

package letter

import "strings"

// maxQuotes bounds the comments in one message.
const maxQuotes = 100

// parts are the comments of a text, each with the passage above it. What was quoted
// in a quote is older, and is left out; so are the line that says who wrote what is
// quoted, and what follows "-- ".
func parts(text string) (all []Part) {
	var current Part
	quoting := false
	var quote, body []string
	end := func() {
		current.Quote = strings.TrimSpace(strings.Join(quote, "\n"))
		current.Body = strings.TrimSpace(strings.Join(body, "\n"))
		if current.Body != "" && len(all) < maxQuotes {
			all = append(all, current)
		}
		quote, body = nil, nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if line == "-- " || line == "--" {
			break
		}
		level, rest := depth(line)
		switch {
		case level > 0 && !quoting:
			body = withoutAttribution(body)
			end()
			quoting = true
			fallthrough
		case level > 0:
			if level == 1 {
				quote = append(quote, rest)
			}
		default:
			quoting = quoting && strings.TrimSpace(line) == ""
			if quoting {
				quote = append(quote, "")
			} else {
				body = append(body, line)
			}
		}
	}
	end()
	return all
}

// depth is how often a line is quoted, and what it quotes.
func depth(line string) (level int, rest string) {
	rest = line
	for strings.HasPrefix(rest, ">") {
		level++
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, ">"), " ")
	}
	return level, rest
}

// withoutAttribution leaves out the line right above a quote that says who wrote
// it: it ends with a colon, and may be broken into two.
func withoutAttribution(body []string) []string {
	end := len(body)
	for end > 0 && strings.TrimSpace(body[end-1]) == "" {
		end--
	}
	if end == 0 || !strings.HasSuffix(strings.TrimSpace(body[end-1]), ":") {
		return body
	}
	begin := end - 1
	for begin > 0 && end-begin < 3 && strings.TrimSpace(body[begin-1]) != "" {
		begin--
	}
	if begin > 0 && strings.TrimSpace(body[begin-1]) != "" {
		begin = end - 1 // a paragraph of the writer's own: only its last line may be it
	}
	text := strings.Join(body[begin:end], " ")
	if !strings.ContainsAny(text, "@0123456789") {
		return body // "I do not follow this:" is the writer's
	}
	return body[:begin]
}

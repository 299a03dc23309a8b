package code

import (
	"bytes"
	"strings"
)

var shellWords = words(
	[2]string{"k", `if then elif else fi for while until do done case esac in select function return break continue time`},
	[2]string{"nb", `alias bg cd command declare echo eval exec exit export false fg getopts hash jobs kill let local printf pushd popd pwd read readonly set shift source test trap true type ulimit umask unalias unset wait`})

// shell paints a POSIX shell script or bash. Command says whether the next word
// is in the place of a command, value whether it belongs to NAME=.
func shell(p *Painter, src []byte) {
	command, value := true, false
	var heredocs [][]byte
	for i := 0; i < len(src); {
		rest := src[i:]
		c := rest[0]
		n := 1
		switch {
		case c == '\n':
			p.Blank(rest[:1])
			command, value = true, false
			for _, word := range heredocs {
				if i+n < len(src) {
					body := heredoc(src[i+n:], word)
					p.Add("s", src[i+n:i+n+body])
					n += body
				}
			}
			heredocs = nil
		case isSpace(c):
			p.Blank(rest[:1])
			command, value = command || value, false
		case c == '=' && command: // NAME=value may stand before a command
			p.Add("", rest[:1])
			command, value = false, true
		case c == '#' && (i == 0 || isSpace(src[i-1]) || src[i-1] == ';'):
			n = lineEnd(rest)
			p.Add("c", rest[:n])
		case command && (hasPrefix(rest, "$ ") || hasPrefix(rest, "% ")) && (i == 0 || src[i-1] == '\n'):
			p.Add("gp", rest[:1]) // a transcript that calls itself a script
		case c == '\\' && len(rest) > 1:
			n = 2
			p.Add("", rest[:2])
			command = command && rest[1] == '\n'
		case c == '\'':
			n = quote{mark: "'", raw: true, lines: true}.length(rest)
			p.Add("s", rest[:n])
			command = false
		case c == '"':
			n = shellString(p, rest)
			command = false
		case c == '$':
			var opens bool
			n, opens = variable(p, rest)
			command = opens
		case hasPrefix(rest, "<<<"):
			n = 3
			p.Add("", rest[:3])
		case hasPrefix(rest, "<<"):
			word, length := heredocWord(rest)
			if n = length; word != nil {
				heredocs = append(heredocs, word)
			}
			p.Add("", rest[:n])
		case strings.IndexByte(";&|(){}`!", c) >= 0:
			p.Add("", rest[:1])
			command = c != ')' && c != '}'
		case c == '<' || c == '>' || c == '=' || c == '[' || c == ']' || c == '~' || c == '*' || c == '?' || c == ',' || c == ':':
			p.Add("", rest[:1])
		default:
			n, command = shellWord(p, rest, command)
		}
		i += n
	}
}

// shellWord paints a bare word and says whether the next is a command.
func shellWord(p *Painter, s []byte, command bool) (n int, next bool) {
	for n < len(s) && !isSpace(s[n]) && strings.IndexByte(";&|()<>\"'$`\\=", s[n]) < 0 {
		n++
	}
	if n == 0 {
		p.Add("", s[:1])
		return 1, false
	}
	word := string(s[:n])
	class := ""
	switch {
	case command && n < len(s) && s[n] == '=' && isName(s[:n]):
		p.Add("nv", s[:n])
		return n, true
	case command:
		if class = shellWords[word]; class == "" {
			class = "nf"
		}
		next = class == "k" && word != "for" && word != "case" && word != "in" && word != "select" && word != "function"
	case word == "in" || word == "do":
		class, next = "k", word == "do"
	case word[0] == '-' && n > 1:
		class = "na"
	}
	p.Add(class, s[:n])
	return n, next
}

func isName(s []byte) bool {
	for _, c := range s {
		if !isWord(c) {
			return false
		}
	}
	return !isDigit(s[0])
}

// shellString paints "…", in which variables show.
func shellString(p *Painter, s []byte) int {
	from := 0
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			p.Add("s", s[from:i+1])
			return i + 1
		case '$':
			p.Add("s", s[from:i])
			if hasPrefix(s[i:], "$(") {
				n := nested(s[i:])
				p.Add("", s[i:i+n])
				i += n
			} else {
				n, _ := variable(p, s[i:])
				i += n
			}
			from = i
			i--
		}
	}
	p.Add("s", s[min(from, len(s)):])
	return len(s)
}

// nested is the length of $(…), quotes within it included.
func nested(s []byte) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\'', '"':
			i += quote{mark: string(s[i]), raw: s[i] == '\'', lines: true}.length(s[i:]) - 1
		}
	}
	return len(s)
}

// variable paints $name, ${…}, $1 or $?. Opens is true for "$(": a command
// follows.
func variable(p *Painter, s []byte) (n int, opens bool) {
	switch {
	case len(s) == 1:
		n = 1
	case s[1] == '(':
		p.Add("", s[:2])
		return 2, true
	case s[1] == '{':
		n = len(s)
		if end := bytes.IndexByte(s, '}'); end > 0 {
			n = end + 1
		}
	case isWord(s[1]) && !isDigit(s[1]):
		n = 1
		for n < len(s) && isWord(s[n]) && s[n] < 0x80 {
			n++
		}
	case isDigit(s[1]) || strings.IndexByte("@*#?-$!", s[1]) >= 0:
		n = 2
	default:
		p.Add("", s[:1])
		return 1, false
	}
	p.Add("nv", s[:n])
	return n, false
}

// heredocWord reads <<WORD, <<-WORD or <<'WORD'; word is nil if there is none.
func heredocWord(s []byte) (word []byte, n int) {
	n = 2
	if n < len(s) && s[n] == '-' {
		n++
	}
	n += blanks(s[n:])
	start := n
	for n < len(s) && (isWord(s[n]) || s[n] == '\'' || s[n] == '"') {
		n++
	}
	if word = bytes.Trim(s[start:n], `'"`); len(word) == 0 || isDigit(word[0]) {
		return nil, 2
	}
	return word, n
}

// heredoc is the length of a body with its last line.
func heredoc(s, word []byte) (n int) {
	for n < len(s) {
		line := s[n : n+lineEnd(s[n:])]
		n += len(line)
		if bytes.Equal(bytes.TrimSpace(line), word) {
			return n
		}
		if n < len(s) {
			n++
		}
	}
	return n
}

package code

import "bytes"

// console paints a transcript: what follows a prompt is a command, the rest is
// what the machine said.
func console(p *Painter, src []byte) {
	for len(src) > 0 {
		n := lineEnd(src)
		mark := prompt(src[:n])
		if mark == 0 {
			n = min(n+1, len(src))
			p.line("", src[:n])
			src = src[n:]
			continue
		}
		p.Add("gp", src[:mark])
		for n < len(src) && src[n-1] == '\\' {
			n += 1 + lineEnd(src[n+1:])
		}
		n = min(n+1, len(src))
		shell(p, src[mark:n])
		src = src[n:]
	}
}

// prompt is the length of "$ ", "# " or "user@host:~$ " at the start of a line.
func prompt(line []byte) int {
	for i, c := range line {
		switch {
		case (c == '$' || c == '#' || c == '%' || c == '>') && i+1 < len(line) && line[i+1] == ' ':
			if i == 0 || c == '$' && bytes.IndexByte(line[:i], '@') > 0 {
				return i + 1
			}
			return 0
		case isSpace(c):
			return 0
		}
	}
	return 0
}

// diff paints a patch by the first byte of each line.
func diff(p *Painter, src []byte) {
	for len(src) > 0 {
		n := min(lineEnd(src)+1, len(src))
		class := ""
		switch {
		case hasPrefix(src, "+++") || hasPrefix(src, "---") || hasPrefix(src, "@@") || hasPrefix(src, "diff ") || hasPrefix(src, "index "):
			class = "gh"
		case src[0] == '+':
			class = "gi"
		case src[0] == '-':
			class = "gd"
		}
		p.line(class, src[:n])
		src = src[n:]
	}
}

// line writes a line; its end belongs to no class.
func (p *Painter) line(class string, line []byte) {
	text := bytes.TrimRight(line, "\n")
	p.Add(class, text)
	p.Blank(line[len(text):])
}
